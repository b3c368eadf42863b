//! From a root file and its imports to a policy. Reads nothing itself: texts are handed in.

use std::collections::HashMap;

use super::{Policy, lower};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::syntax::{self, ast};
use crate::text::{FileId, Files, Place};

impl Policy {
    /// Reads a policy: the root file and everything it imports.
    ///
    /// `read` is asked for each file once, by its path as readers see it: `root` as given, an
    /// import joined with its folder (`rules/a.ensue` importing `../seeds/b.ensue` asks for
    /// `seeds/b.ensue`). It returns the file's bytes, or why they cannot be had.
    ///
    /// # Errors
    /// Every mistake of every file, in the order of files and places.
    ///
    /// # Examples
    /// ```
    /// let text = r#"
    ///     fact russian_passport "Holds a Russian passport" : yes or no
    ///     consequence no_healthcare "Cut off from healthcare" harm
    ///     rule care "Healthcare needs a passport" when not russian_passport then no_healthcare
    /// "#;
    /// let policy = ensue::Policy::load("care.ensue", |_path| Ok(text.into()))?;
    /// let profile = policy.profile(r#"{"russian_passport": false}"#)?;
    /// let outcomes = policy.evaluate(&profile)?;
    /// assert_eq!(outcomes[0].status, ensue::Status::Follows);
    /// # Ok::<(), ensue::Diagnostics>(())
    /// ```
    pub fn load(root: &str, read: impl FnMut(&str) -> Result<Vec<u8>, String>) -> Result<Policy, Diagnostics> {
        let mut loader =
            Loader { read, files: Files::default(), seen: HashMap::new(), trees: Vec::new(), found: Vec::new() };
        loader.load(root);
        let mut diagnostics = Diagnostics { files: loader.files, list: loader.found };
        let policy = lower::lower(root, &diagnostics.files, &loader.trees, &mut diagnostics.list);
        // By file and place; findings without a place (a file that could not be read) stand first.
        diagnostics.list.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.place));
        let has_errors = !diagnostics.list.is_empty();
        if has_errors { Err(diagnostics) } else { Ok(policy) }
    }
}

struct Loader<R> {
    read: R,
    files: Files,
    /// The files met so far, by path; open while their imports are read.
    seen: HashMap<String, State>,
    /// The trees, each after those it imports.
    trees: Vec<(FileId, ast::File)>,
    found: Vec<Diagnostic>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
}

/// A file whose imports are being read.
struct Frame {
    path: String,
    /// Relative to the root file's folder: how far up, then which folders down.
    folder: Vec<String>,
    file: FileId,
    tree: ast::File,
    next: usize,
}

impl<R: FnMut(&str) -> Result<Vec<u8>, String>> Loader<R> {
    fn load(&mut self, root: &str) {
        // A chain of imports may be as long as there are files, so it is kept in a list.
        let mut open: Vec<Frame> = Vec::new();
        open.extend(self.open(root, Vec::new(), None));
        while let Some(frame) = open.last_mut() {
            let Some(import) = frame.tree.imports.get(frame.next) else {
                let frame = open.pop().expect("the loop's condition");
                self.seen.insert(frame.path, State::Done);
                self.trees.push((frame.file, frame.tree));
                continue;
            };
            frame.next += 1;
            let place = Place { file: frame.file, span: import.path.span };
            let Some((folder, name)) = resolve(&frame.folder, &import.path.value) else {
                self.found.push(outside(place, &import.path.value));
                continue;
            };
            let path = shown_path(root, &folder, &name);
            match self.seen.get(&path) {
                Some(State::Open) => self.found.push(cycle(place, &open, &path)),
                Some(State::Done) => {}
                None => open.extend(self.open(&path, folder, Some(place))),
            }
        }
    }

    /// Reads and parses one file; `from` is where it is imported.
    fn open(&mut self, path: &str, folder: Vec<String>, from: Option<Place>) -> Option<Frame> {
        self.seen.insert(path.to_owned(), State::Done);
        let bytes = match (self.read)(path) {
            Ok(bytes) => bytes,
            Err(reason) => {
                let report = Diagnostic::error(Code::ImportFailed, format!("cannot read `{path}`: {reason}"));
                self.found.push(match from {
                    Some(place) => report.at(place, "").help("the path is relative to this file"),
                    None => report.spot(path, None),
                });
                return None;
            }
        };
        match syntax::decode(path, bytes) {
            Ok(text) => {
                let file = self.files.add(path, text);
                let (tree, mistakes) = syntax::parse(file, &self.files[file].text);
                self.found.extend(mistakes);
                self.seen.insert(path.to_owned(), State::Open);
                Some(Frame { path: path.to_owned(), folder, file, tree, next: 0 })
            }
            Err(report) => {
                self.found.push(report);
                None
            }
        }
    }
}

/// The folder and name of an imported file, both relative to the root file's folder.
///
/// `None` when it would leave the project: the folder above the root file's. A path is taken
/// apart by its text alone; that no link leads out is checked by whoever reads files.
fn resolve(folder: &[String], path: &str) -> Option<(Vec<String>, String)> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains(['\\', '\0']) || drive {
        return None;
    }
    let mut parts: Vec<String> = folder.to_vec();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            _ => parts.push(part.to_owned()),
        }
    }
    let name = parts.pop().filter(|name| name != "..")?;
    let ups = parts.iter().filter(|part| *part == "..").count();
    (ups <= 1).then_some((parts, name))
}

/// A path relative to the root file's folder, as readers see it.
fn shown_path(root: &str, folder: &[String], name: &str) -> String {
    let root_folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let absolute = root.starts_with('/');
    let mut parts: Vec<&str> = root_folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in folder {
        match part.as_str() {
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.push(name);
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

fn outside(place: Place, path: &str) -> Diagnostic {
    let path: String = path.chars().take(200).collect();
    Diagnostic::error(Code::ImportOutside, format!("`{path}` leads out of the project"))
        .at(place, "")
        .help("a path is relative, written with `/`, and stays inside the folder above the root file's own")
}

fn cycle(place: Place, open: &[Frame], path: &str) -> Diagnostic {
    let from = open.iter().position(|frame| frame.path == path).unwrap_or(0);
    let circle: Vec<String> = open[from..].iter().map(|frame| format!("`{}`", frame.path)).collect();
    Diagnostic::error(
        Code::ImportCycle,
        format!("files import one another in a circle: {} → `{path}`", circle.join(" → ")),
    )
    .at(place, "")
    .help("move what both need into a third file, and import that")
}
