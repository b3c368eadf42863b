//! From a root file and its imports to a policy. Reads nothing itself: texts are handed in.

#![expect(clippy::indexing_slicing, reason = "the frame at which a circle begins is open")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of files and declarations in memory")]

use std::collections::HashMap;

use super::{Policy, lower};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits::{Limit, Limits};
use crate::syntax::{self, ast};
use crate::text::{FileId, Files, Place, Span};

impl Policy {
    /// Reads a policy: the root file and everything it imports.
    ///
    /// `read` is asked once for each path, as readers see it: `root` as given, an
    /// import joined with its folder (`rules/a.ensue` importing `../seeds/b.ensue` asks for
    /// `seeds/b.ensue`). It returns the file's text or bytes, or why they cannot be had. Where
    /// one file has several paths, it also returns by what the file is known: see [`FileRead`].
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
    pub fn load(root: &str, read: impl FnMut(&str) -> Result<FileRead, NotRead>) -> Result<Policy, Diagnostics> {
        Self::load_within(root, Limits::default(), read)
    }

    /// The same within other limits, which the policy keeps: what is asked of it is searched within them too.
    ///
    /// More nesting than the usual takes more of the stack: 1,000 levels want 64 MiB.
    ///
    /// # Errors
    /// As for [`Policy::load`].
    pub fn load_within(
        root: &str,
        limits: Limits,
        read: impl FnMut(&str) -> Result<FileRead, NotRead>,
    ) -> Result<Policy, Diagnostics> {
        let mut loader = Loader {
            read,
            limits,
            counted: Counted::default(),
            files: Files::default(),
            paths: HashMap::new(),
            states: HashMap::new(),
            trees: Vec::new(),
            found: Vec::new(),
            is_whole: true,
            is_over: false,
        };
        loader.load(root);
        let is_whole = loader.is_whole;
        let mut diagnostics = Diagnostics { files: loader.files, list: loader.found };
        let mut policy = lower::lower(root, &diagnostics.files, &loader.trees, is_whole, &mut diagnostics.list);
        policy.limits = limits;
        // By file and place; findings without a place (a file that could not be read) stand first.
        diagnostics.list.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.place));
        let has_errors = !diagnostics.list.is_empty();
        if has_errors { Err(diagnostics) } else { Ok(policy) }
    }
}

/// A file that was read. Made from a text or from bytes, where each path is a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRead {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// What is the same for all paths to the file, such as its path with all links followed;
    /// without it a file is known by the path that was asked for. Two paths to one file are then
    /// one import.
    pub identity: Option<String>,
}

impl From<Vec<u8>> for FileRead {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, identity: None }
    }
}

impl From<String> for FileRead {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for FileRead {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Why a file was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRead {
    /// It is outside the project: a link leads there.
    Outside,
    /// It cannot be read, for this reason.
    Failed(String),
}

impl From<String> for NotRead {
    fn from(reason: String) -> Self {
        NotRead::Failed(reason)
    }
}

impl From<&str> for NotRead {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// What was read so far, of which there is a limit.
#[derive(Default)]
struct Counted {
    files: u64,
    declarations: u64,
    rules: u64,
    terms: u64,
}

struct Loader<R> {
    read: R,
    limits: Limits,
    counted: Counted,
    files: Files,
    /// For each path that was asked for the file's identity; `None` for one that was not read.
    paths: HashMap<String, Option<String>>,
    /// The files met so far, by identity.
    states: HashMap<String, State>,
    /// The trees, each after those it imports.
    trees: Vec<(FileId, ast::File)>,
    found: Vec<Diagnostic>,
    /// False when a file could not be had: names may be declared there.
    is_whole: bool,
    /// True where a limit of the policy was passed: no more is read.
    is_over: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its imports are being read.
    Open,
    Done,
}

/// A file whose imports are being read.
struct Frame {
    path: String,
    identity: String,
    /// Relative to the root file's folder: how far up, then which folders down.
    folder: Vec<String>,
    file: FileId,
    tree: ast::File,
    next: usize,
}

impl<R: FnMut(&str) -> Result<FileRead, NotRead>> Loader<R> {
    fn load(&mut self, root: &str) {
        // A chain of imports may be as long as there are files, so it is kept in a list.
        let mut open: Vec<Frame> = Vec::new();
        // The root file is one of them.
        self.counted.files = 1;
        if let Some((identity, bytes)) = self.read(root, None) {
            open.extend(self.open(root, identity, Vec::new(), bytes));
        }
        while let Some(frame) = open.last_mut() {
            let Some(import) = frame.tree.imports.get(frame.next).filter(|_| !self.is_over) else {
                let frame = open.pop().expect("the loop's condition");
                self.states.insert(frame.identity, State::Done);
                self.trees.push((frame.file, frame.tree));
                continue;
            };
            frame.next += 1;
            let place = Place { file: frame.file, span: import.path.span };
            let written = import.path.value.clone();
            match resolve(&frame.folder, &written) {
                Ok((folder, name)) => {
                    let path = shown_path(root, &folder, &name);
                    let next = self.import(&open, path, folder, Import { place, written: &written });
                    open.extend(next);
                }
                Err(why) => {
                    self.is_whole = false;
                    self.found.push(match why {
                        Unresolved::Outside => outside(place, &written),
                        Unresolved::NoFile => no_file(place),
                    });
                }
            }
        }
    }

    /// Goes on with an imported file, unless it was met before.
    fn import(&mut self, open: &[Frame], path: String, folder: Vec<String>, import: Import<'_>) -> Option<Frame> {
        let (identity, bytes) = match self.paths.get(&path) {
            Some(known) => (known.clone()?, None),
            None => {
                self.counted.files += 1;
                if self.counted.files > self.limits.of(Limit::Files) {
                    self.over(Limit::Files, "files", import.place);
                    return None;
                }
                let (identity, bytes) = self.read(&path, Some(import))?;
                (identity, Some(bytes))
            }
        };
        match (self.states.get(&identity), bytes) {
            (Some(State::Open), _) => {
                self.found.push(cycle(import.place, open, &identity));
                None
            }
            (None, Some(bytes)) => self.open(&path, identity, folder, bytes),
            (Some(State::Done), _) | (None, None) => None,
        }
    }

    /// Reads one file: what it is known by, and its bytes.
    fn read(&mut self, path: &str, import: Option<Import<'_>>) -> Option<(String, Vec<u8>)> {
        let reason = match (self.read)(path) {
            Ok(FileRead { bytes, identity }) => {
                let identity = identity.unwrap_or_else(|| path.to_owned());
                self.paths.insert(path.to_owned(), Some(identity.clone()));
                return Some((identity, bytes));
            }
            Err(reason) => reason,
        };
        self.paths.insert(path.to_owned(), None);
        self.is_whole = false;
        let failed = |reason: &str| Diagnostic::error(Code::ImportFailed, format!("cannot read `{path}`: {reason}"));
        self.found.push(match (reason, import) {
            (NotRead::Outside, Some(Import { place, written })) => outside(place, written),
            (NotRead::Failed(reason), Some(Import { place, .. })) => {
                failed(&reason).at(place, "").help("the path is relative to this file")
            }
            (NotRead::Failed(reason), None) => failed(&reason).spot(path, None),
            (NotRead::Outside, None) => failed("it is outside the project").spot(path, None),
        });
        None
    }

    /// Counts what a file declares. Where that is more than a policy may have, it is reported, and the rest is
    /// left out.
    fn count(&mut self, file: FileId, tree: &mut ast::File) {
        for (index, declaration) in tree.declarations.iter().enumerate() {
            self.counted.declarations += 1;
            self.counted.rules += u64::from(matches!(declaration.item, ast::Item::Rule(_)));
            self.counted.terms += declaration.item.terms();
            let passed = [
                (Limit::Declarations, self.counted.declarations, "declarations"),
                (Limit::Rules, self.counted.rules, "rules"),
                (Limit::Terms, self.counted.terms, "terms"),
            ];
            let passed = passed.into_iter().find(|(limit, count, _)| *count > self.limits.of(*limit));
            if let Some((limit, _, what)) = passed {
                let start = declaration.span.start;
                self.over(limit, what, Place { file, span: Span { start, end: start } });
                tree.declarations.truncate(index);
                return;
            }
        }
    }

    /// Reports that a policy has more of something than it may.
    fn over(&mut self, limit: Limit, what: &str, place: Place) {
        (self.is_over, self.is_whole) = (true, false);
        let message = format!("this policy has more than {} {what}, and no more is read", self.limits.of(limit));
        let report = Diagnostic::error(Code::PolicyTooLarge, message).at(place, "here is one more");
        self.found.push(report.help("make several policies of it").help(self.limits.raise(limit)));
    }

    fn open(&mut self, path: &str, identity: String, folder: Vec<String>, bytes: Vec<u8>) -> Option<Frame> {
        self.states.insert(identity.clone(), State::Done);
        match syntax::decode(path, bytes, &self.limits) {
            Ok(text) => {
                let file = self.files.add(path, text);
                let (mut tree, mistakes) = syntax::parse(file, &self.files[file].text, &self.limits);
                self.found.extend(mistakes);
                self.count(file, &mut tree);
                self.states.insert(identity.clone(), State::Open);
                Some(Frame { path: path.to_owned(), identity, folder, file, tree, next: 0 })
            }
            Err(report) => {
                self.is_whole = false;
                self.found.push(report);
                None
            }
        }
    }
}

/// An import as it is written.
#[derive(Clone, Copy)]
struct Import<'a> {
    place: Place,
    written: &'a str,
}

/// Why a path is none that could be read.
enum Unresolved {
    Outside,
    NoFile,
}

/// The folder and name of an imported file, both relative to the root file's folder.
///
/// A path is taken apart by its text alone, and may not leave the project: the folder above the
/// root file's. That no link leads out is checked by whoever reads files.
fn resolve(folder: &[String], path: &str) -> Result<(Vec<String>, String), Unresolved> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains(['\\', '\0']) || drive {
        return Err(Unresolved::Outside);
    }
    if matches!(path.rsplit('/').next(), None | Some("" | "." | "..")) {
        return Err(Unresolved::NoFile);
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
    let name = parts.pop().expect("a path ends with a name");
    let ups = parts.iter().filter(|part| *part == "..").count();
    if ups > 1 { Err(Unresolved::Outside) } else { Ok((parts, name)) }
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

fn no_file(place: Place) -> Diagnostic {
    Diagnostic::error(Code::ImportFailed, "this path names no file")
        .at(place, "")
        .help("write the path of a rule file, relative to this file, such as `\"../seeds/report.ensue\"`")
}

fn cycle(place: Place, open: &[Frame], identity: &str) -> Diagnostic {
    let from = open.iter().position(|frame| frame.identity == identity).expect("it is open");
    let circle: Vec<String> =
        open[from..].iter().chain([&open[from]]).map(|frame| format!("`{}`", frame.path)).collect();
    Diagnostic::error(Code::ImportCycle, format!("files import one another in a circle: {}", circle.join(" → ")))
        .at(place, "")
        .help("move what both need into a third file, and import that")
}
