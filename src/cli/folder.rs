//! A new folder with files in it, whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::TempDir;

use super::Failure;
use super::files::{cannot, shown, words};

/// A folder that is not there yet. One that is there is never filled: its files could only be moved one by one, and a
/// program killed meanwhile would leave some.
pub(super) struct NewFolder<'a> {
    dir: &'a Path,
    /// The folder in which it is made.
    above: &'a Path,
    /// What cannot be done where it cannot be made.
    what: &'static str,
}

impl<'a> NewFolder<'a> {
    /// Refuses whatever could be lost.
    pub(super) fn at(dir: &'a Path, what: &'static str) -> Result<Self, Failure> {
        let refused = |reason: &str| Err(cannot(what, dir, reason));
        match fs::metadata(dir) {
            Ok(found) if found.is_dir() => refused("the folder is there already; name one that is not"),
            Ok(_) => refused("it is a file"),
            Err(error) if error.kind() != io::ErrorKind::NotFound => refused(&words(&error)),
            Err(_) if fs::symlink_metadata(dir).is_ok() => refused("it is a link that leads nowhere"),
            Err(_) => {
                let Some(above) = dir.parent() else { return refused("this names no folder") };
                let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
                if !above.is_dir() {
                    return refused(&format!("there is no folder `{}`", shown(above)));
                }
                Ok(Self { dir, above, what })
            }
        }
    }

    /// Writes all files or none: they are written beside their place, and moved at once when all are whole.
    pub(super) fn make(&self, files: &[(String, String)]) -> Result<(), Failure> {
        let Self { dir, above, what } = *self;
        let failed = |error: &io::Error| cannot(what, dir, &words(error));
        let temporary = TempDir::with_prefix_in(".ensue-new-", above).map_err(|error| failed(&error))?;
        // A temporary folder may be its owner's alone. What is made in it has the usual permissions.
        let whole = temporary.path().join("whole");
        for (path, text) in files {
            let file = whole.join(path);
            let folder = file.parent().expect("a file is in a folder");
            let written = fs::create_dir_all(folder).and_then(|()| on_disk(&file, text));
            written.map_err(|error| cannot("write", &dir.join(path), &words(&error)))?;
        }
        fs::rename(&whole, dir).map_err(|error| failed(&error))?;
        // Nothing is in it any more. To remove all that is in it would list it first, and Rust's standard library
        // takes a folder that it cannot close after that for a mistake of the program.
        let _ = fs::remove_dir(temporary.keep());
        Ok(())
    }
}

/// Writes a file, and waits until it is on the disk: only then it takes its name.
fn on_disk(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
