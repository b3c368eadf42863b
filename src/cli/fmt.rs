//! `ensue fmt`: the canonical layout.

use std::path::{Path, PathBuf};

use clap::Args;
use similar::TextDiff;

use super::files::{cannot, read, read_input, replace, shown};
use super::{Failure, Found, Output};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::report;
use crate::syntax::{self, Refused};
use crate::text::Files;

#[derive(Args)]
pub(super) struct Fmt {
    /// Rule files, rewritten in place; `-` reads standard input and writes standard output
    #[arg(required = true)]
    rules: Vec<PathBuf>,
    /// Write nothing; list the files whose layout would change, and exit with 1 if there are any
    #[arg(long, conflicts_with = "diff")]
    check: bool,
    /// Write nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    diff: bool,
}

impl Fmt {
    /// Every file is tried; one that has mistakes leaves the others to be laid out.
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut changed = false;
        let mut mistakes = Vec::new();
        for path in &self.rules {
            let (name, old) = source(path)?;
            match laid_out(&name, old.clone())? {
                Ok(new) => changed |= self.deliver(output, path, &name, &old, &new)?,
                Err(found) => mistakes.push(found),
            }
        }
        if mistakes.is_empty() {
            let found = changed && (self.check || self.diff);
            return Ok(if found { Found::Something } else { Found::Nothing });
        }
        mistakes.iter().for_each(|found| output.findings(found));
        Err(Failure::Message("a file with mistakes is not laid out, and was not changed".to_owned()))
    }

    /// Writes or shows one file's layout; whether it is another than before.
    fn deliver(&self, output: &Output, path: &Path, name: &str, old: &[u8], new: &str) -> Result<bool, Failure> {
        let changed = old != new.as_bytes();
        if self.diff {
            output.result(&difference(name, &String::from_utf8_lossy(old), new))?;
        } else if self.check {
            if changed {
                output.result(&format!("{}\n", report::plain(name)))?;
            }
        } else if path == Path::new("-") {
            output.result(new)?;
        } else if changed {
            replace(path, old, new.as_bytes())?;
        }
        Ok(changed)
    }
}

fn source(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    if path == Path::new("-") {
        return Ok(("standard input".to_owned(), read_input()?));
    }
    Ok((shown(path), read(path).map_err(|reason| cannot("read", path, &reason))?))
}

fn laid_out(name: &str, bytes: Vec<u8>) -> Result<Result<String, Diagnostics>, Failure> {
    let mut files = Files::default();
    let wrong = |files: Files, list: Vec<Diagnostic>| Ok(Err(Diagnostics { files, list }));
    let text = match syntax::decode(name, bytes) {
        Ok(text) => text,
        Err(report) => return wrong(files, vec![report]),
    };
    let id = files.add(name, text.as_str());
    match syntax::format(id, &text) {
        Ok(new) => Ok(Ok(new)),
        Err(Refused::Mistakes(list)) => wrong(files, list),
        Err(Refused::Differs) => {
            let reason = "its layout would have changed what it says, so nothing was written; please report this";
            Err(Failure::Message(format!("cannot lay out `{name}`: {reason}")))
        }
    }
}

/// What would change, in the form of `diff -u`; nothing, if nothing would.
fn difference(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let shown = diff.unified_diff().context_radius(3).header(name, name).to_string();
    // A carriage return is shown: where it alone differs, nothing else could be seen.
    shown.split_inclusive('\n').map(|line| report::escaped(line.trim_end_matches('\n')) + "\n").collect()
}
