//! A new folder with files in it, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::TempDir;

use super::Failure;
use super::files::{cannot, shown, words};

/// What stands where the folder will.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nothing,
    EmptyFolder,
}

/// A folder that is not there yet, or is empty.
pub(super) struct NewFolder<'a> {
    dir: &'a Path,
    place: Place,
    /// What cannot be done where it cannot be made.
    what: &'static str,
}

impl<'a> NewFolder<'a> {
    /// Refuses whatever could be lost.
    pub(super) fn at(dir: &'a Path, what: &'static str) -> Result<Self, Failure> {
        Ok(Self { dir, place: place(dir, what)?, what })
    }

    /// Writes all files or none: they are written beside their place, and moved once all are whole.
    pub(super) fn make(&self, files: &[(String, String)]) -> Result<(), Failure> {
        let Self { dir, place, what } = *self;
        let failed = |error: &io::Error| cannot(what, dir, &words(error));
        let beside = match place {
            // An empty folder is kept, and may be somebody's current one: the files move into it.
            Place::EmptyFolder => dir,
            Place::Nothing => above(dir).expect("it was looked at"),
        };
        let temporary = TempDir::with_prefix_in(".ensue-new-", beside).map_err(|error| failed(&error))?;
        // A temporary folder may be its owner's alone. What is made in it has the usual permissions.
        let project = temporary.path().join("project");
        for (path, text) in files {
            let file = project.join(path);
            let folder = file.parent().expect("a file is in a folder");
            let written = fs::create_dir_all(folder).and_then(|()| on_disk(&file, text));
            written.map_err(|error| cannot("write", &dir.join(path), &words(&error)))?;
        }
        match place {
            Place::Nothing => fs::rename(&project, dir),
            Place::EmptyFolder => move_all(&project, dir),
        }
        .map_err(|error| failed(&error))
    }
}

fn place(dir: &Path, what: &str) -> Result<Place, Failure> {
    let refused = |reason: &str| Err(cannot(what, dir, reason));
    match fs::metadata(dir) {
        Ok(found) if !found.is_dir() => refused("it is a file"),
        Ok(_) => match fs::read_dir(dir).map(|mut entries| entries.next().is_none()) {
            Ok(true) => Ok(Place::EmptyFolder),
            Ok(false) => refused("the folder is not empty"),
            Err(error) => refused(&words(&error)),
        },
        Err(error) if error.kind() != io::ErrorKind::NotFound => refused(&words(&error)),
        Err(_) if fs::symlink_metadata(dir).is_ok() => refused("it is a link that leads nowhere"),
        Err(_) => match above(dir) {
            Some(folder) if folder.is_dir() => Ok(Place::Nothing),
            Some(folder) => refused(&format!("there is no folder `{}`", shown(folder))),
            None => refused("this names no folder"),
        },
    }
}

/// The folder in which a new folder is made.
fn above(dir: &Path) -> Option<&Path> {
    dir.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
}

/// Writes a file, and waits until it is on the disk: only then it takes its name.
fn on_disk(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Moves all that is in one folder into another; where something cannot be moved, what was is
/// moved back.
fn move_all(from: &Path, to: &Path) -> io::Result<()> {
    let entries: Vec<_> = fs::read_dir(from)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    for (count, name) in entries.iter().enumerate() {
        let taken = fs::symlink_metadata(to.join(name)).is_ok();
        let moved = match taken {
            true => Err(io::Error::new(io::ErrorKind::AlreadyExists, "somebody else wrote into the folder meanwhile")),
            false => fs::rename(from.join(name), to.join(name)),
        };
        if let Err(error) = moved {
            for name in &entries[..count] {
                let _ = fs::rename(to.join(name), from.join(name));
            }
            return Err(error);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsString;
    use std::fs;
    use std::path::Path;

    use super::move_all;

    fn names(folder: &Path) -> BTreeSet<OsString> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn all_is_moved_or_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| folder.path().join(name));
        fs::create_dir(&to).unwrap();
        for name in ["a", "b", "c"] {
            fs::create_dir_all(from.join(name)).unwrap();
            fs::write(from.join(name).join("file"), name).unwrap();
        }
        for taken in ["a", "b", "c"] {
            fs::write(to.join(taken), "somebody's").unwrap();
            assert!(move_all(&from, &to).is_err());
            assert_eq!(names(&from), ["a", "b", "c"].map(OsString::from).into());
            assert_eq!(names(&to), [OsString::from(taken)].into());
            assert_eq!(fs::read_to_string(to.join(taken)).unwrap(), "somebody's");
            fs::remove_file(to.join(taken)).unwrap();
        }
        move_all(&from, &to).unwrap();
        assert!(names(&from).is_empty());
        assert_eq!(names(&to), ["a", "b", "c"].map(OsString::from).into());
        assert_eq!(fs::read_to_string(to.join("b").join("file")).unwrap(), "b");
    }
}
