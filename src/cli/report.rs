//! `ensue report`: a document about one profile.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::compare::{period, refused};
use super::files::{cannot, create, load, overwrite, shown};
use super::profiles::SetOptions;
use super::view::{ViewOptions, failed};
use super::{Failure, Found, Output};
use crate::explore::timeline::{Look, Timeline};
use crate::json::{self, Layout, Subject};
use crate::model::{Date, Policy};
use crate::report::{self, Document, Form, Over};
use crate::semantics::Engine;

#[derive(Args)]
#[command(
    after_help = "The HTML is one file that needs nothing from elsewhere, for screens and for paper: a browser prints \
                  it, also as PDF."
)]
pub(super) struct Report {
    /// A rule file
    rules: PathBuf,
    /// A JSON file, or `-` for standard input; without one, nothing is known but what `--set` says
    profile: Option<PathBuf>,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// Also show on which dates outcomes change, and what changed them
    #[arg(long, value_name = "FROM..TO", value_parser = period)]
    over: Option<(Date, Date)>,
    /// With `--over`: on each date only what was published by then counts
    #[arg(long, requires = "over", conflicts_with = "known_by")]
    as_known: bool,
    /// How the document is written
    #[arg(long, default_value = "markdown")]
    format: Format,
    /// Write a new file, whole or not at all, instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// With `--out`: replace the file if there is one
    #[arg(long, requires = "out")]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A document in Markdown, with a Mermaid picture
    Markdown,
    /// The same as one HTML file, with a picture
    Html,
    /// Only the sources, for reference managers
    CslJson,
}

impl Report {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        if let Some(out) = self.out.as_ref().filter(|_| !self.force) {
            refuse_existing(out)?;
        }
        let mut policy = load(&self.rules)?;
        self.refuse_inputs(&policy)?;
        let view = self.view.view(&policy)?;
        let mut named = self.set.profile(&policy, self.profile.as_ref())?;
        let profile_name = named.name.take().map(|name| portable(&name));
        // In what is handed on to others no path tells where it was written.
        policy.files.rename(relative_to_project(&policy));
        let text = {
            let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
            let profile = &named.profile;
            let subject =
                Subject { policy: &policy, selection: &engine.selection, name: profile_name.as_deref(), profile };
            let look = Look { view: &view, as_known: self.as_known };
            let over = match self.over {
                Some(over) if self.format != Format::CslJson => {
                    let found = Timeline::of(&policy, look, profile, over).map_err(|found| refused(&policy, found))?;
                    Some(Over { look, found })
                }
                Some(_) | None => None,
            };
            let document = || {
                let command = self.command(&policy, profile_name.as_deref());
                Document::new(&engine, subject, over, command, !self.set.is_empty())
                    .map_err(|report| failed(&policy, report))
            };
            match self.format {
                Format::Markdown => report::document(&document()?, Form::Markdown),
                Format::Html => report::document(&document()?, Form::Html),
                Format::CslJson => json::bibliography(&policy, Layout::Indented) + "\n",
            }
        };
        match &self.out {
            None => output.result(&text)?,
            Some(out) if self.force => overwrite(out, text.as_bytes())?,
            Some(out) => create(out, text.as_bytes())?,
        }
        Ok(Found::Nothing)
    }

    /// Refuses to write over what the document is made of.
    fn refuse_inputs(&self, policy: &Policy) -> Result<(), Failure> {
        let Some(out) = &self.out else { return Ok(()) };
        let rules = policy.files.iter().map(|(_, file)| Path::new(&file.name));
        let mut inputs = rules.chain(self.profile.as_deref()).filter_map(|path| path.canonicalize().ok());
        match out.canonicalize() {
            Ok(out_real) if inputs.any(|input| input == out_real) => {
                Err(cannot("write", out, "the document is made of this file"))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The command that writes the document again, without the values of facts.
    fn command(&self, policy: &Policy, profile: Option<&str>) -> String {
        let (_, root) = policy.files.iter().next().expect("a policy has a root file");
        let mut words = vec!["ensue report".to_owned(), quoted(&root.name)];
        words.extend(self.profile.as_ref().and(profile).map(quoted));
        words.extend(self.view.arguments());
        words.extend(self.over.map(|(from, to)| format!("--over {from}..{to}")));
        words.extend(self.as_known.then(|| "--as-known".to_owned()));
        if let Some(format) = self.format.to_possible_value() {
            words.push(format!("--format {}", format.get_name()));
        }
        words.join(" ")
    }
}

/// Refuses to write over a file, before anything is worked out.
fn refuse_existing(out: &Path) -> Result<(), Failure> {
    match out.symlink_metadata() {
        Ok(_) => Err(cannot("write", out, "there is such a file already; `--force` replaces it")),
        Err(_) => Ok(()),
    }
}

/// The names of a policy's files as they are told to others: paths from the project's folder, where the
/// root file was named by a path from the top.
fn relative_to_project(policy: &Policy) -> impl Fn(&str) -> String + use<> {
    let root = policy.files.iter().next().map_or(PathBuf::new(), |(_, file)| PathBuf::from(&file.name));
    let project = root.parent().and_then(Path::parent).filter(|_| root.is_absolute()).map(Path::to_owned);
    move |name| match project.as_ref().and_then(|project| Path::new(name).strip_prefix(project).ok()) {
        Some(path) => shown(path),
        None => name.to_owned(),
    }
}

/// A profile's name as it is told to others.
fn portable(name: &str) -> String {
    let path = Path::new(name);
    match path.file_name().filter(|_| path.is_absolute()) {
        Some(file) => shown(Path::new(file)),
        None => name.to_owned(),
    }
}

/// A word of a command line, in quotes where it needs some.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:,@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
