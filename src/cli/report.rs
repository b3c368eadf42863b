//! `ensue report`: a document about one profile.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::compare::{period, refused};
use super::files::{load, portable, quoted, shown};
use super::out::OutOptions;
use super::profiles::{Named, SetOptions};
use super::view::{ViewOptions, failed};
use super::{Failure, Found, Output};
use crate::explore::timeline::{Look, Timeline};
use crate::json::{self, Layout, Subject};
use crate::model::{Date, Policy};
use crate::report::{self, Document, Form, Over};
use crate::semantics::{Engine, View};

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
    #[command(flatten)]
    out: OutOptions,
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
        self.out.refuse_place()?;
        let policy = load(&self.rules, &output.limits)?;
        self.out.refuse_inputs(&policy, self.profile.as_deref())?;
        let view = self.view.view(&policy)?;
        let named = self.set.profile(&policy, self.profile.as_ref())?;
        let text = match self.format {
            Format::Markdown => self.document(&policy, &view, &named, Form::Markdown)?,
            Format::Html => self.document(&policy, &view, &named, Form::Html)?,
            Format::CslJson => json::bibliography(&policy, Layout::Indented) + "\n",
        };
        self.out.write_private(output, &text)?;
        Ok(Found::Nothing)
    }

    fn document(&self, given: &Policy, view: &View, named: &Named, form: Form) -> Result<String, Failure> {
        // In what is handed on to others no path tells where it was written.
        let mut policy = given.clone();
        policy.files.rename(relative_to_project(given));
        let policy = &policy;
        let name = named.name.as_deref().map(portable);
        let name = name.as_deref();
        let engine = Engine::new(policy, view).map_err(|report| failed(given, report))?;
        let subject = Subject { policy, selection: &engine.selection, name, profile: &named.profile };
        let look = Look { view, as_known: self.as_known };
        let over = self.over.map(|over| Timeline::of(policy, look, &named.profile, over)).transpose();
        let over = over.map_err(|found| refused(given, found))?.map(|found| Over { look, found });
        let document = Document::new(&engine, subject, over, self.command(policy, name), !self.set.is_empty());
        Ok(report::document(&document.map_err(|report| failed(given, report))?, form))
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
