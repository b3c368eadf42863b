//! The options of commands that write a whole document: to standard output, or to a file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::files::{cannot, create, overwrite, shown};
use super::{Failure, Output};
use crate::model::Policy;

#[derive(Args)]
pub(super) struct OutOptions {
    /// Write to a new FILE in place of standard output: whole, or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace FILE if it is there
    #[arg(long, requires = "out")]
    force: bool,
}

impl OutOptions {
    /// Refuses a place where nothing can be written, before anything is worked out.
    pub(super) fn refuse_place(&self) -> Result<(), Failure> {
        let Some(out) = &self.out else { return Ok(()) };
        if !self.force && !out.is_dir() && out.symlink_metadata().is_ok() {
            return Err(cannot("write", out, "there is such a file already; `--force` replaces it"));
        }
        refuse_place(out, self.force)
    }

    /// Refuses to write over what the document is made of.
    pub(super) fn refuse_inputs(&self, policy: &Policy, profile: Option<&Path>) -> Result<(), Failure> {
        let Some(out) = &self.out else { return Ok(()) };
        let rules = policy.files.iter().map(|(_, file)| Path::new(&file.name));
        let mut inputs = rules.chain(profile).filter_map(|path| path.canonicalize().ok());
        match out.canonicalize() {
            Ok(out_real) if inputs.any(|input| input == out_real) => {
                Err(cannot("write", out, "the document is made of this file"))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    pub(super) fn write(&self, output: &Output, text: &str) -> Result<(), Failure> {
        match &self.out {
            None => output.result(text),
            Some(out) if self.force => overwrite(out, text.as_bytes()),
            Some(out) => create(out, text.as_bytes()),
        }
    }
}

/// Refuses a place where no new file can be written, or with `force` no file.
pub(super) fn refuse_place(out: &Path, force: bool) -> Result<(), Failure> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match out.symlink_metadata() {
        Ok(_) if out.is_dir() => Err(cannot("write", out, "it is a directory")),
        Ok(_) if !force => Err(cannot("write", out, "there is such a file already")),
        Err(_) if !folder.is_dir() => Err(cannot("write", out, &format!("there is no folder `{}`", shown(folder)))),
        Ok(_) | Err(_) => Ok(()),
    }
}
