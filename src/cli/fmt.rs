//! `ensue fmt`: the canonical layout.

use std::path::{Path, PathBuf};

use clap::Args;
use similar::TextDiff;

use super::files::{read_input, read_rules, replace, shown};
use super::{Failure, Found, Output};
use crate::diagnostic::Diagnostics;
use crate::limits::Limits;
use crate::report;
use crate::syntax::token::OPENERS;
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
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut changed = false;
        let mut mistaken = false;
        let done = output.each(&self.rules, |path| {
            let (name, old) = source(path, &output.limits)?;
            let new = laid_out(&name, old.clone(), &output.limits)
                .inspect_err(|it| mistaken |= matches!(it, Failure::Mistakes(_)))?;
            changed |= self.deliver(output, path, &name, &old, &new)?;
            Ok(())
        });
        if mistaken {
            output.notice("error: a file with mistakes is not laid out, and was not changed\n");
        }
        done?;
        let found = changed && (self.check || self.diff);
        Ok(if found { Found::Something } else { Found::Nothing })
    }

    /// Writes or shows one file's layout; whether it is another than before.
    fn deliver(&self, output: &Output, path: &Path, name: &str, old: &[u8], new: &str) -> Result<bool, Failure> {
        let changed = old != new.as_bytes();
        if output.verbose {
            let what = if changed { "changes" } else { "no change" };
            output.notice(&format!("{}: {what}\n", report::one_line(name)));
        }
        if self.diff {
            output.result(&difference(name, &String::from_utf8_lossy(old), new))?;
        } else if self.check {
            if changed {
                output.result(&format!("{}\n", report::one_line(name)))?;
            }
        } else if path == Path::new("-") {
            output.source(new)?;
        } else if changed {
            replace(path, old, new.as_bytes())?;
        }
        Ok(changed)
    }
}

/// Whether a text may be rules: of anything else, mistakes would be shown with what stands around them.
fn begins_as_rules(text: &[u8]) -> bool {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text).trim_ascii_start();
    let end = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is_opener = OPENERS.iter().chain(&["policy", "import"]).any(|opener| opener.as_bytes() == word);
    text.is_empty() || text[0] == b'#' || is_opener && rest.first().is_none_or(u8::is_ascii_whitespace)
}

fn source(path: &Path, limits: &Limits) -> Result<(String, Vec<u8>), Failure> {
    if path == Path::new("-") {
        let text = read_input(limits)?;
        return match begins_as_rules(&text) {
            true => Ok(("standard input".to_owned(), text)),
            false => {
                let why = "rules are wanted on standard input: they begin with a comment, or a word such as `policy`";
                Err(Failure::Message(why.to_owned()))
            }
        };
    }
    Ok((shown(path), read_rules(path, limits)?))
}

fn laid_out(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<String, Failure> {
    let mut files = Files::default();
    let text = match syntax::decode(name, bytes, limits) {
        Ok(text) => text,
        Err(report) => return Err(Failure::Mistakes(Diagnostics { files, list: vec![report] })),
    };
    let id = files.add(name, text.as_str());
    syntax::format(id, &text, limits).map_err(|refused| match refused {
        Refused::Mistakes(list) => Failure::Mistakes(Diagnostics { files, list }),
        Refused::Differs => {
            let reason = "its layout would have changed what it says, so nothing was written; please report this";
            Failure::Message(format!("cannot lay out `{name}`: {reason}"))
        }
    })
}

/// What would change, in the form of `diff -u`; nothing, if nothing would.
fn difference(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    // A name may hold a line end.
    let name = report::one_line(name);
    let shown = diff.unified_diff().context_radius(3).header(&name, &name).to_string();
    // A carriage return is shown: where it alone differs, nothing else could be seen.
    shown.split_inclusive('\n').map(|line| report::escaped(line.trim_end_matches('\n')) + "\n").collect()
}
