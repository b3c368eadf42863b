//! Reading and writing files. Paths in messages are as they were given.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use super::Failure;
use crate::diagnostic::without_values;
use crate::limits::{Limit, Limits};
use crate::model::{FileRead, NotRead, Policy};

/// Reads a policy and what it imports.
///
/// A file that a link names stands where the link stands; it is known by what the link names.
pub(super) fn load(path: &Path, limits: &Limits) -> Result<Policy, Failure> {
    load_as(path, read_rules(path, limits)?, limits)
}

/// Reads a rule file. What is called otherwise may be a profile or a table: mistakes in it would be shown with
/// what stands around them.
pub(super) fn read_rules(path: &Path, limits: &Limits) -> Result<Vec<u8>, Failure> {
    match path.extension().and_then(OsStr::to_str) {
        // What is not there, or is a folder, is told as such.
        extension if extension == Some("ensue") || !path.exists() || path.is_dir() => {
            read(path, limits).map_err(|reason| cannot("read", path, &reason))
        }
        Some("json" | "jsonl") => Err(cannot("use", path, "a rule file is wanted here, and this is a profile")),
        Some(_) | None => Err(cannot("use", path, NO_RULE_FILE)),
    }
}

const NO_RULE_FILE: &str = "a rule file is wanted here, and their names end in `.ensue`";

/// Reads a policy whose root file holds `root`, whatever it holds on the disk, if it is there.
pub(super) fn load_as(path: &Path, root: Vec<u8>, limits: &Limits) -> Result<Policy, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = fs::canonicalize(folder).map_err(|error| cannot("read", folder, &words(&error)))?;
    let project = real.parent().unwrap_or(&real).to_owned();
    // Imports are joined with the root's folder by their text: where the folder is reached by a
    // link, `..` would lead out of the folder that holds the link.
    let name = match (fs::canonicalize(folder_above(folder)), path.file_name()) {
        (Ok(above), _) if above == project => shown(path),
        (_, Some(file)) => shown(&real.join(file)),
        (_, None) => shown(path),
    };
    let mut root = Some(root);
    let policy = Policy::load_within(&name, *limits, |wanted| match root.take() {
        Some(bytes) => Ok(FileRead { bytes, identity: fs::canonicalize(path).ok().map(|real| shown(&real)) }),
        None => read_import(Path::new(wanted), &project, limits),
    })?;
    Ok(policy)
}

/// The folder above a folder, by its text.
fn folder_above(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        Some(Component::Normal(_)) => folder.parent().map(|above| Path::new(".").join(above)).unwrap_or_default(),
        _ => folder.join(".."),
    }
}

/// A path as readers see it, with `/` on every system.
pub(crate) fn shown(path: &Path) -> String {
    let shown = path.to_string_lossy();
    if cfg!(windows) { shown.replace('\\', "/") } else { shown.into_owned() }
}

pub(super) fn cannot(what: &str, path: &Path, reason: &str) -> Failure {
    // In a folder that is there, it is a path and no value.
    let is_path =
        path.exists() || path.parent().is_some_and(|folder| folder.components().next().is_some() && folder.is_dir());
    let shown = if is_path { shown(path) } else { without_values(&shown(path)) };
    Failure::Message(format!("cannot {what} `{shown}`: {reason}"))
}

fn read_import(path: &Path, project: &Path, limits: &Limits) -> Result<FileRead, NotRead> {
    let real = imported(path, project)?;
    Ok(FileRead { bytes: read(&real, limits)?, identity: Some(shown(&real)) })
}

/// The file that an import names, with all links followed: a plain file inside the project.
pub(crate) fn imported(path: &Path, project: &Path) -> Result<PathBuf, NotRead> {
    let real = fs::canonicalize(path).map_err(|error| words(&error))?;
    if !real.starts_with(project) {
        return Err(NotRead::Outside);
    }
    if !real.is_file() {
        return Err(if real.is_dir() { "it is a directory" } else { "it is not a file" }.into());
    }
    if real.extension().is_none_or(|extension| extension != "ensue") {
        return Err(NO_RULE_FILE.into());
    }
    Ok(real)
}

/// Reads a file, at most a little more than the limit: the rest would be refused anyway.
pub(crate) fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, String> {
    if path.is_dir() {
        return Err("it is a directory".to_owned());
    }
    let file = File::open(path).map_err(|error| words(&error))?;
    read_limited(file, limits)
}

/// Reads standard input, as a file is read.
pub(super) fn read_input(limits: &Limits) -> Result<Vec<u8>, Failure> {
    read_limited(io::stdin().lock(), limits)
        .map_err(|reason| Failure::Message(format!("cannot read standard input: {reason}")))
}

fn read_limited(reader: impl Read, limits: &Limits) -> Result<Vec<u8>, String> {
    let limit = limits.of(Limit::FileBytes) + 1;
    let mut bytes = Vec::new();
    reader.take(limit).read_to_end(&mut bytes).map_err(|error| words(&error))?;
    Ok(bytes)
}

/// What went wrong, in words that are the same on every system.
pub(super) fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is not a directory".to_owned(),
        _ => error.to_string(),
    }
}

/// Replaces a file: the new one is written beside it and takes its name once it is whole.
///
/// Refuses when the file is read-only or no longer holds `old`. A link stays a link: the file it names is
/// replaced. The new file keeps the old one's permissions.
pub(super) fn replace(path: &Path, old: &[u8], new: &[u8]) -> Result<(), Failure> {
    let failed = |error: &io::Error| cannot("write", path, &words(error));
    let real: PathBuf = fs::canonicalize(path).map_err(|error| failed(&error))?;
    let permissions = fs::metadata(&real).map_err(|error| failed(&error))?.permissions();
    // Only the folder would have to be writable, and not the file.
    if permissions.readonly() {
        return Err(cannot("write", path, "it is read-only"));
    }
    let folder = real.parent().expect("a file is in a folder");
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(|error| failed(&error))?;
    beside.write_all(new).and_then(|()| beside.as_file().sync_all()).map_err(|error| failed(&error))?;
    fs::set_permissions(beside.path(), permissions).map_err(|error| failed(&error))?;
    if fs::read(&real).map_err(|error| failed(&error))? != old {
        return Err(cannot("write", path, "it was changed by somebody else meanwhile; nothing was written"));
    }
    beside.persist(&real).map_err(|error| failed(&error.error))?;
    Ok(())
}

/// Who may read a new file, where the system knows of owners.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Those whom the user's system lets read new files.
    Usual,
    /// Its owner alone: it tells of a person.
    Owner,
}

/// Writes a file that is not there yet, whole or not at all.
pub(super) fn create(path: &Path, readers: Readers, text: &[u8]) -> Result<(), Failure> {
    create_with(path, readers, |file| file.write_all(text))
}

/// The same for a file that is too long to be held.
pub(super) fn create_with(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut file = NewFile::begin(path, readers)?;
    write(&mut file).map_err(|error| cannot("write", path, &words(&error)))?;
    file.finish()
}

/// A file that is not there yet: it takes its name once it is whole.
pub(super) struct NewFile<'a> {
    path: &'a Path,
    beside: tempfile::NamedTempFile,
}

impl<'a> NewFile<'a> {
    pub(super) fn begin(path: &'a Path, readers: Readers) -> Result<Self, Failure> {
        let mut builder = tempfile::Builder::new();
        // Else it is the owner's.
        #[cfg(unix)]
        if readers == Readers::Usual {
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = builder.tempfile_in(folder).map_err(|error| cannot("write", path, &words(&error)))?;
        Ok(Self { path, beside })
    }

    pub(super) fn finish(self) -> Result<(), Failure> {
        let failed = |error: &io::Error| cannot("write", self.path, &words(error));
        self.beside.as_file().sync_all().map_err(|error| failed(&error))?;
        self.beside.persist_noclobber(self.path).map_err(|error| failed(&error.error))?;
        Ok(())
    }
}

impl Write for NewFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.beside.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.beside.flush()
    }
}

/// Writes a file, whole or not at all, in the place of one that is there, if there is one.
pub(super) fn overwrite(path: &Path, readers: Readers, text: &[u8]) -> Result<(), Failure> {
    match fs::read(path) {
        Ok(old) => replace(path, &old, text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, readers, text),
        Err(error) => Err(cannot("write", path, &words(&error))),
    }
}

/// A profile's name as it is told to others: without the folders that lead to it from the root.
pub(super) fn portable(name: &str) -> String {
    let path = Path::new(name);
    match path.file_name().filter(|_| path.is_absolute()) {
        Some(file) => shown(Path::new(file)),
        None => name.to_owned(),
    }
}

/// A word of a command line, in quotes where it needs some.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_wrote_meanwhile_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.ensue");
        fs::write(&path, "theirs").unwrap();
        let refused = replace(&path, b"as it was read", b"ours");
        assert!(matches!(refused, Err(Failure::Message(it)) if it.contains("changed by somebody else")));
        assert!(create(&path, Readers::Usual, b"ours").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert!(replace(&path, b"theirs", b"ours").is_ok());
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}
