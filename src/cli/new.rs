//! `ensue new`: a small project with rules to be replaced line by line; with `--population` a table that
//! is made up (`population.rs`).
//!
//! The folder `new` holds the project, which passes its own check and scenarios.

mod population;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tempfile::TempDir;

use super::files::{cannot, shown, words};
use super::{Failure, Found, Output};
use crate::syntax::token::is_name;

#[derive(Args)]
#[command(
    override_usage = "ensue new [--name NAME] DIR\n       ensue new --population N [--seed S] [--unknown SHARE] \
                            [--weights] [--out FILE] RULES"
)]
pub(super) struct New {
    /// The folder to make; it does not exist yet, or is empty. With `--population`, a rule file
    #[arg(value_name = "DIR|RULES")]
    path: PathBuf,
    /// The name of the policy, where that of the folder makes none
    #[arg(long, conflicts_with = "rows")]
    name: Option<String>,
    #[command(flatten, next_help_heading = "A made-up table")]
    population: population::Population,
}

/// Each file of the project and what it holds; the policy's name there is `example`.
const FILES: [(&str, &str); 4] = [
    ("README.md", include_str!("new/README.md")),
    ("profiles/example.json", include_str!("new/profiles/example.json")),
    ("rules/example.ensue", include_str!("new/rules/example.ensue")),
    ("seeds/example-report.ensue", include_str!("new/seeds/example-report.ensue")),
];

impl New {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        if let Some(rows) = self.population.rows {
            return self.population.write(rows, &self.path, &output.limits);
        }
        let dir = &self.path;
        let place = place(dir)?;
        let name = self.policy_name()?;
        let files = FILES.map(|(path, text)| (named(path, &name), named(text, &name)));
        make(dir, place, &files)?;
        if !output.quiet {
            let paths: String = files.iter().map(|(path, _)| format!("  {path}\n")).collect();
            let rules = format!("rules/{name}.ensue");
            output.result(&format!(
                "made a project in `{}`:\n{paths}\nNext, in that folder:\n  ensue check {rules}\n  ensue test {rules}\n  \
                 ensue eval {rules} profiles/example.json\n",
                crate::report::plain(&shown(dir))
            ))?;
        }
        Ok(Found::Nothing)
    }

    /// The name that was asked for, or the folder's in small letters, with `_` for `-`.
    fn policy_name(&self) -> Result<String, Failure> {
        const WANTED: &str =
            "a name begins with a letter a-z, goes on with a-z, 0-9 or _, and is no word of the language";
        if let Some(name) = &self.name {
            let refused = || Failure::Message(format!("`{name}` cannot be the policy's name: {WANTED}"));
            return is_name(name).then(|| name.clone()).ok_or_else(refused);
        }
        // `.` and `..` are no names; the folders they stand for have some.
        let real = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = real.file_name().unwrap_or_default().to_string_lossy();
        let name = folder.to_lowercase().replace('-', "_");
        let refused = || {
            let message =
                format!("the folder's name `{folder}` cannot be the policy's: {WANTED}; give another with `--name`");
            Failure::Message(message)
        };
        if is_name(&name) { Ok(name) } else { Err(refused()) }
    }
}

/// A path or a text of the project, for a policy with this name.
fn named(text: &str, name: &str) -> String {
    text.replace("rules/example.ensue", &format!("rules/{name}.ensue"))
        .replace("policy example ", &format!("policy {name} "))
}

/// What stands where the project will.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Nothing,
    EmptyFolder,
}

/// Refuses whatever could be lost.
fn place(dir: &Path) -> Result<Place, Failure> {
    let refused = |reason: &str| Err(cannot("make a project in", dir, reason));
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

/// Writes all files or none: they are written beside their place, and moved once all are whole.
fn make(dir: &Path, place: Place, files: &[(String, String)]) -> Result<(), Failure> {
    let failed = |error: &io::Error| cannot("make a project in", dir, &words(error));
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
