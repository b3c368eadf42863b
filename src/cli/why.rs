//! `ensue why`: because, or why not.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::load;
use super::profiles::SetOptions;
use super::view::{ViewOptions, consequence, failed};
use super::{Failure, Found, Output};
use crate::json::{self, Layout, Subject};
use crate::report::{self, Form};
use crate::semantics::Engine;

#[derive(Args)]
#[command(allow_missing_positional = true)]
pub(super) struct Why {
    /// A rule file
    rules: PathBuf,
    /// A JSON file, or `-` for standard input; without one, nothing is known but what `--set` says
    profile: Option<PathBuf>,
    /// The name of a consequence
    #[arg(required = true)]
    consequence: String,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the explanation is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The same as Markdown
    Markdown,
    /// One JSON document
    Json,
}

impl Why {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let view = self.view.view(&policy)?;
        let consequence = consequence(&policy, &self.consequence)?;
        let named = self.set.profile(&policy, self.profile.as_ref())?;
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let profile = &named.profile;
        let subject = Subject { policy: &policy, selection: &engine.selection, name: named.name.as_deref(), profile };
        let explanation = engine.explain(consequence, profile);
        output.result(&match self.format {
            Format::Text => report::explanation(subject, &explanation, Form::Text),
            Format::Markdown => report::explanation(subject, &explanation, Form::Markdown),
            Format::Json => json::explanation(subject, &explanation, Layout::Indented) + "\n",
        })?;
        Ok(Found::Nothing)
    }
}
