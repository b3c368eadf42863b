//! Open files over those on the disk, and which belong to one policy.
//!
//! Here files are read, and nothing is written. A file is known by its identity: its path with
//! all links followed, or the address of a buffer that has no file yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use lsp_types::Uri;

use super::lenses::Lenses;
use super::source::Source;
use super::uri;
use crate::cli::files::{imported, read, shown};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits::{Limit, Limits};
use crate::lint::{self, Chosen};
use crate::model::{FileRead, NotRead, Policy};
use crate::scenarios;
use crate::text::{FileId, Files, Span};

/// How many policies that import a file are looked at, for what is wrong in it.
const ROOTS: usize = 8;

/// How many entries of folders are looked at in search of rule files, and how many such files
/// are known at most: an editor may be opened in a folder that holds a whole disk.
const ENTRIES: usize = 50_000;
const RULE_FILES: usize = 2_000;

/// What a file is known by.
pub type Identity = String;

/// A file that is open in the editor.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its address, as the editor writes it.
    pub uri: Uri,
    /// The version that the editor counts.
    pub version: i32,
    /// Its folder with all links followed, and its name; `None` for a buffer without a file.
    pub path: Option<PathBuf>,
    /// What it is known by.
    pub identity: Identity,
    /// What is in it.
    pub source: Arc<Source>,
}

/// A file on the disk, as it was when it was last read.
#[derive(Debug)]
struct OnDisk {
    modified: Option<SystemTime>,
    length: u64,
    source: Arc<Source>,
}

/// A policy that was read from a root file, or what is wrong with it.
#[derive(Debug)]
pub struct Checked {
    /// The root file.
    pub root: Identity,
    /// The policy, if it has no mistakes.
    pub policy: Option<Policy>,
    /// The files, as far as they could be read; their names are those in `findings`.
    pub files: Files,
    /// What is wrong.
    pub findings: Vec<Diagnostic>,
    /// What each name of a file stands for.
    sources: HashMap<String, (Identity, Arc<Source>)>,
    /// Whether a file could not be had.
    is_whole: bool,
    pub(super) lenses: OnceLock<Lenses>,
}

impl Checked {
    /// Which file an id stands for.
    #[must_use]
    pub fn source(&self, file: FileId) -> (&Identity, &Arc<Source>) {
        let (identity, source) = &self.sources[&self.files[file].name];
        (identity, source)
    }

    /// Which file a name stands for, also one that is no text.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&(Identity, Arc<Source>)> {
        self.sources.get(name)
    }

    /// All files that were read.
    pub fn sources(&self) -> impl Iterator<Item = &(Identity, Arc<Source>)> {
        self.sources.values()
    }

    /// The id of a file, if it is one of the policy's.
    #[must_use]
    pub fn file(&self, identity: &str) -> Option<FileId> {
        self.files.iter().map(|(id, _)| id).find(|id| self.source(*id).0 == identity)
    }
}

/// The files of one or several policies, in the order of their identities.
pub type Scope = BTreeMap<Identity, Arc<Source>>;

/// All that is known of files.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The folders that the editor has open, with all links followed.
    folders: Vec<PathBuf>,
    /// The open files, by their addresses.
    documents: BTreeMap<String, Document>,
    disk: HashMap<Identity, OnDisk>,
    /// The rule files below the folders.
    known: BTreeSet<Identity>,
    /// What was read from each root file since something changed that it depends on.
    checked: HashMap<Identity, Arc<Checked>>,
    /// For each file those that import it, by what is written in them.
    importers: Option<HashMap<Identity, BTreeSet<Identity>>>,
}

impl Workspace {
    /// Sets the folders that the editor has open.
    pub fn set_folders<'a>(&mut self, uris: impl Iterator<Item = &'a Uri>) {
        let real = |uri: &Uri| fs::canonicalize(uri::to_path(uri)?).ok();
        self.folders = uris.filter_map(real).collect();
        self.rescan();
    }

    /// Looks again for rule files below the folders, and forgets what was found out.
    pub fn rescan(&mut self) {
        self.known = rule_files(&self.folders);
        self.checked.clear();
        self.importers = None;
    }

    /// Forgets what was found out of files that have changed on the disk since.
    pub fn refresh(&mut self) {
        let stale = |(identity, known): (&Identity, &OnDisk)| {
            (stamp(Path::new(identity)) != Some((known.modified, known.length))).then(|| identity.clone())
        };
        let stale: Vec<Identity> = self.disk.iter().filter_map(stale).collect();
        if !stale.is_empty() {
            stale.iter().for_each(|identity| _ = self.disk.remove(identity));
            self.checked.clear();
            self.importers = None;
        }
    }

    /// Forgets what was found out, and not what is open.
    pub fn forget(&mut self) {
        self.disk.clear();
        self.checked.clear();
        self.importers = None;
    }

    /// Opens a file.
    pub fn open(&mut self, uri: Uri, version: i32, text: String) {
        let path = uri::to_path(&uri).map(|path| stands_at(&path));
        let identity = match &path {
            Some(path) => identity_of(path),
            None => uri.as_str().to_owned(),
        };
        let source = Arc::new(Source::of_text(text));
        self.documents.insert(uri.as_str().to_owned(), Document { uri, version, path, identity, source });
        self.checked.clear();
        self.importers = None;
    }

    /// Closes a file: what is on the disk counts again.
    pub fn close(&mut self, uri: &Uri) {
        self.documents.remove(uri.as_str());
        self.checked.clear();
        self.importers = None;
    }

    /// Gives an open file another text.
    pub fn change(&mut self, uri: &Uri, version: i32, text: String) {
        let Some(document) = self.documents.get_mut(uri.as_str()) else { return };
        let old = std::mem::replace(&mut document.source, Arc::new(Source::of_text(text)));
        document.version = version;
        let identity = document.identity.clone();
        let paths = |source: &Source| {
            let imports = source.parsed().tree.imports.iter();
            imports.map(|import| import.path.value.clone()).collect::<Vec<_>>()
        };
        if paths(&old) != paths(&document.source) {
            self.importers = None;
        }
        self.checked.retain(|_, checked| checked.is_whole && checked.sources().all(|(other, _)| *other != identity));
    }

    /// The open file with this address.
    #[must_use]
    pub fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(uri.as_str())
    }

    /// The open files.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The open file that is known by this.
    fn open_as(&self, identity: &str) -> Option<&Document> {
        self.documents.values().find(|document| document.identity == identity)
    }

    /// The address of a file, and the version where it is open.
    #[must_use]
    pub fn address(&self, identity: &str) -> Option<(Uri, Option<i32>)> {
        match self.open_as(identity) {
            Some(document) => Some((document.uri.clone(), Some(document.version))),
            None => Some((uri::from_path(Path::new(identity))?, None)),
        }
    }

    /// A file's text: the editor's, else the disk's.
    fn source(&mut self, identity: &str) -> Result<Arc<Source>, String> {
        if let Some(document) = self.open_as(identity) {
            return Ok(document.source.clone());
        }
        let path = Path::new(identity);
        let stamp = stamp(path);
        if let (Some(known), Some(stamp)) = (self.disk.get(identity), stamp)
            && (known.modified, known.length) == stamp
        {
            return Ok(known.source.clone());
        }
        self.disk.remove(identity);
        let source = Arc::new(Source::of_bytes(read(path, &Limits::default())?));
        if let Some((modified, length)) = stamp {
            self.disk.insert(identity.to_owned(), OnDisk { modified, length, source: source.clone() });
        }
        Ok(source)
    }

    /// Reads the policy whose root a file is, unless that was done since the last change.
    pub fn checked(&mut self, root: &str) -> Arc<Checked> {
        if let Some(checked) = self.checked.get(root) {
            return checked.clone();
        }
        let checked = Arc::new(self.check(root));
        self.checked.insert(root.to_owned(), checked.clone());
        checked
    }

    fn check(&mut self, root: &str) -> Checked {
        let path = match self.open_as(root) {
            Some(document) => document.path.clone(),
            None => Some(PathBuf::from(root)),
        };
        let folder = path.as_ref().and_then(|path| path.parent()).map(Path::to_owned);
        let project = folder.as_ref().map(|folder| folder.parent().unwrap_or(folder).to_owned());
        // Paths in messages are short where the editor has the folder open.
        let base = self.folders.iter().find(|base| folder.as_ref().is_some_and(|folder| folder.starts_with(base)));
        let base = base.cloned().unwrap_or_default();
        let name = match &path {
            Some(path) => shown(path.strip_prefix(&base).unwrap_or(path)),
            None => root.rsplit(['/', ':']).next().unwrap_or(root).to_owned(),
        };
        let mut sources: HashMap<String, (Identity, Arc<Source>)> = HashMap::new();
        let mut is_whole = true;
        let policy = Policy::load(&name, |wanted| {
            let identity = match (wanted == name && sources.is_empty(), &project) {
                (true, _) => Ok(root.to_owned()),
                (false, Some(project)) => self.imported(&base.join(wanted), project),
                (false, None) => Err("a buffer that is not saved imports nothing".into()),
            };
            let read = identity.and_then(|identity| Ok((self.source(&identity)?, identity)));
            let (source, identity) = read.inspect_err(|_| is_whole = false)?;
            sources.insert(wanted.to_owned(), (identity.clone(), source.clone()));
            Ok(FileRead { bytes: source.bytes(), identity: Some(identity) })
        });
        let (policy, found) = match policy {
            Ok(policy) => {
                let files = policy.files.clone();
                let found = diagnose(&policy);
                (Some(policy), Diagnostics { files, list: found })
            }
            Err(found) => (None, found),
        };
        let Diagnostics { files, list: findings } = found;
        Checked { root: root.to_owned(), policy, files, findings, sources, is_whole, lenses: OnceLock::new() }
    }

    /// What an imported file is known by: it may be open in the editor and not yet on the disk.
    fn imported(&self, path: &Path, project: &Path) -> Result<Identity, NotRead> {
        imported(path, project).map(|real| shown(&real)).or_else(|reason| {
            let path = stands_at(path);
            let identity = shown(&path);
            let is_open = path.starts_with(project) && self.open_as(&identity).is_some();
            if is_open { Ok(identity) } else { Err(reason) }
        })
    }

    /// For each file those that import it, as far as files are known.
    fn importers(&mut self) -> &HashMap<Identity, BTreeSet<Identity>> {
        if self.importers.is_none() {
            let mut importers: HashMap<Identity, BTreeSet<Identity>> = HashMap::new();
            for identity in self.everything() {
                let Ok(source) = self.source(&identity) else { continue };
                for (_, imported) in imports(&identity, &source) {
                    importers.entry(imported).or_default().insert(identity.clone());
                }
            }
            self.importers = Some(importers);
        }
        self.importers.get_or_insert_default()
    }

    /// Every file that is known: open, or below the folders.
    fn everything(&self) -> BTreeSet<Identity> {
        let open = self.documents.values().map(|document| document.identity.clone());
        self.known.iter().cloned().chain(open).collect()
    }

    /// The root files of the policies to which a file belongs: those that import it and are
    /// themselves imported by none; itself, if it is imported by none.
    pub fn roots(&mut self, identity: &str) -> Vec<Identity> {
        let importers = self.importers();
        let mut met = BTreeSet::from([identity.to_owned()]);
        let mut open = vec![identity.to_owned()];
        let mut roots = BTreeSet::new();
        while let Some(next) = open.pop() {
            let above = importers.get(&next).into_iter().flatten();
            let above: Vec<&Identity> = above.filter(|above| **above != next).collect();
            if above.is_empty() {
                roots.insert(next);
                continue;
            }
            open.extend(above.into_iter().filter(|above| met.insert((*above).clone())).cloned());
        }
        // Files that import one another in a circle have no other root.
        if roots.is_empty() {
            roots.insert(identity.to_owned());
        }
        let is_open = |root: &Identity| self.open_as(root).is_none();
        let mut roots: Vec<Identity> = roots.into_iter().collect();
        roots.sort_by_key(is_open);
        roots.truncate(ROOTS);
        roots
    }

    /// The policy to ask about a file: the first without mistakes to which it belongs.
    pub fn policy_of(&mut self, identity: &str) -> Option<Arc<Checked>> {
        let mut roots = self.roots(identity);
        roots.push(identity.to_owned());
        roots.iter().map(|root| self.checked(root)).find(|it| it.policy.is_some() && it.file(identity).is_some())
    }

    /// All files of the policies to which a file belongs.
    pub fn scope(&mut self, identity: &str) -> Scope {
        let mut scope = Scope::new();
        let mut roots = self.roots(identity);
        roots.push(identity.to_owned());
        for root in roots {
            scope.extend(self.checked(&root).sources().cloned());
        }
        scope
    }

    /// For each policy that is known, its files.
    pub fn policies(&mut self) -> Vec<Scope> {
        self.refresh();
        self.known = rule_files(&self.folders);
        self.importers = None;
        let everything = self.everything();
        let importers = self.importers();
        let is_root = |it: &Identity| importers.get(it).is_none_or(|above| above.iter().all(|above| above == it));
        let mut left: BTreeSet<Identity> = everything.clone();
        let mut policies = Vec::new();
        let (roots, others): (Vec<Identity>, Vec<Identity>) = everything.into_iter().partition(is_root);
        // Files that import one another in a circle come last, unless some root imports them.
        for root in roots.into_iter().chain(others) {
            if !left.contains(&root) {
                continue;
            }
            let files: Scope = self.checked(&root).sources().cloned().collect();
            left.remove(&root);
            files.keys().for_each(|file| _ = left.remove(file));
            policies.push(files);
        }
        policies
    }
}

/// What is wrong with a policy that could be read. All that is reported of it comes together here.
fn diagnose(policy: &Policy) -> Vec<Diagnostic> {
    if let Some(undated) = scenarios::undated(policy) {
        return vec![undated];
    }
    // A fiftieth of what `ensue check` looks at.
    let limits = policy.limits.with(Limit::QuestionSteps, 20_000).with(Limit::CheckSteps, 200_000);
    let mut found = lint::findings_within(policy, &Chosen::default(), limits);
    for finding in found.iter_mut().filter(|finding| finding.code == Code::NotDecided) {
        finding.help.push("while you type less is looked at: `ensue check` looks further".to_owned());
    }
    found
}

/// What a file imports, and where: by what is written, whether or not the files are there.
pub fn imports(identity: &str, source: &Source) -> Vec<(Span, Identity)> {
    let Some(folder) = Path::new(identity).parent() else { return Vec::new() };
    let imports = source.parsed().tree.imports.iter();
    imports.map(|import| (import.path.span, identity_of(&folder.join(&import.path.value)))).collect()
}

/// What changes when a file does; nothing, where there is none.
fn stamp(path: &Path) -> Option<(Option<SystemTime>, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

/// A path whose folder has all links followed, as far as it is there.
fn stands_at(path: &Path) -> PathBuf {
    let folder = path.parent().and_then(|folder| fs::canonicalize(folder).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// What the file at a path is known by.
fn identity_of(path: &Path) -> Identity {
    shown(&fs::canonicalize(path).unwrap_or_else(|_| stands_at(path)))
}

/// The rule files below some folders. Hidden folders, those of build tools and links to folders
/// are passed over.
fn rule_files(folders: &[PathBuf]) -> BTreeSet<Identity> {
    let mut found = BTreeSet::new();
    let mut left = ENTRIES;
    let mut open: std::collections::VecDeque<PathBuf> = folders.iter().cloned().collect();
    // The folders near the top first: the limits cut off what lies deep.
    while let Some(folder) = open.pop_front() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            if left == 0 || found.len() == RULE_FILES {
                return found;
            }
            left -= 1;
            let (name, path) = (entry.file_name(), entry.path());
            let hidden = name.as_encoded_bytes().starts_with(b".");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden && name != "target" && name != "node_modules" => {
                    open.push_back(path);
                }
                Ok(kind) if !kind.is_dir() && path.extension().is_some_and(|it| it == "ensue") => {
                    found.extend(fs::canonicalize(&path).ok().filter(|real| real.is_file()).map(|real| shown(&real)));
                }
                _ => {}
            }
        }
    }
    found
}
