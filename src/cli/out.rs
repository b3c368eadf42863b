//! The options of commands that write a whole document: to standard output, or to a file.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{Readers, cannot, create, overwrite, shown, words};
use super::{Failure, Output};
use crate::model::Policy;

#[derive(Args)]
pub(super) struct OutOptions {
    /// Write to a new FILE in place of standard output: whole, or not at all
    #[arg(long, value_name = "FILE", group = "file")]
    out: Option<PathBuf>,
    /// Replace FILE if it is there
    #[arg(long, requires = "file")]
    force: bool,
}

impl OutOptions {
    /// The file that is written, if one is.
    pub(super) fn file(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    /// Refuses a place where nothing can be written, before anything is worked out.
    pub(super) fn refuse_place(&self) -> Result<(), Failure> {
        self.file().map_or(Ok(()), |out| self.refuse_place_of(out))
    }

    /// The same for another file of the same command.
    pub(super) fn refuse_place_of(&self, out: &Path) -> Result<(), Failure> {
        if !self.force && !out.is_dir() && out.symlink_metadata().is_ok() {
            return Err(cannot("write", out, "there is such a file already; `--force` replaces it"));
        }
        refuse_place(out, self.force)
    }

    /// Refuses to write over what the document is made of.
    pub(super) fn refuse_inputs(&self, policy: &Policy, profile: Option<&Path>) -> Result<(), Failure> {
        self.file().map_or(Ok(()), |out| refuse_inputs(out, policy, profile))
    }

    pub(super) fn write(&self, output: &Output, text: &str) -> Result<(), Failure> {
        self.file().map_or_else(|| output.result(text), |out| self.write_to(out, Readers::Usual, text))
    }

    /// The same for what tells of a person.
    pub(super) fn write_private(&self, output: &Output, text: &str) -> Result<(), Failure> {
        self.file().map_or_else(|| output.result(text), |out| self.write_to(out, Readers::Owner, text))
    }

    /// Writes another file of the same command, without the colours of a terminal.
    pub(super) fn write_to(&self, out: &Path, readers: Readers, text: &str) -> Result<(), Failure> {
        let plain = match text.contains('\x1b') {
            true => Cow::Owned(anstream::adapter::strip_str(text).to_string()),
            false => Cow::Borrowed(text),
        };
        if self.force { overwrite(out, readers, plain.as_bytes()) } else { create(out, readers, plain.as_bytes()) }
    }
}

/// Refuses to write over the rules or another input.
pub(super) fn refuse_inputs(out: &Path, policy: &Policy, input: Option<&Path>) -> Result<(), Failure> {
    let rules = policy.files.iter().map(|(_, file)| Path::new(&file.name));
    let mut inputs = rules.chain(input).filter_map(|path| path.canonicalize().ok());
    match out.canonicalize() {
        Ok(out_real) if inputs.any(|input| input == out_real) => {
            Err(cannot("write", out, "the document is made of this file"))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Refuses to write two documents to one file.
pub(super) fn refuse_one_place(files: &[&Path]) -> Result<(), Failure> {
    let place = |file: &Path| Some((folder(file).canonicalize().ok()?, file.file_name()?.to_owned()));
    for (index, file) in files.iter().enumerate() {
        if files[..index].iter().any(|other| place(other).is_some_and(|other| place(file) == Some(other))) {
            return Err(cannot("write", file, "two documents cannot be one file"));
        }
    }
    Ok(())
}

fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses a place where no new file can be written, or with `force` no file.
pub(super) fn refuse_place(out: &Path, force: bool) -> Result<(), Failure> {
    let folder = folder(out);
    match out.symlink_metadata() {
        Ok(_) if out.is_dir() => Err(cannot("write", out, "it is a directory")),
        Ok(_) if !force => Err(cannot("write", out, "there is such a file already")),
        Err(_) if !folder.is_dir() => Err(cannot("write", out, &format!("there is no folder `{}`", shown(folder)))),
        // What stands elsewhere than in a folder, as a device does, is no file that another replaces.
        Ok(found) if !found.is_file() => Ok(()),
        Ok(_) | Err(_) => takes_files(folder)
            .map_err(|error| cannot("write", out, &format!("its folder takes no new file: {}", words(&error)))),
    }
}

/// Asks whether a file can be made in a folder, as far as its rights tell.
#[cfg(unix)]
fn takes_files(folder: &Path) -> io::Result<()> {
    use rustix::fs::{Access, access};
    Ok(access(folder, Access::WRITE_OK | Access::EXEC_OK)?)
}

#[cfg(not(unix))]
fn takes_files(_: &Path) -> io::Result<()> {
    Ok(())
}
