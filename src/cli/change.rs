//! `ensue change`: what would have to be otherwise.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::columns::fact;
use super::files::load;
use super::profiles::SetOptions;
use super::view::{ViewOptions, consequence, failed};
use super::{Failure, Found, Output};
use crate::explore::change::{Changes, Wanted};
use crate::json::{self, Layout, Subject};
use crate::model::FactId;
use crate::report::{self, Form};
use crate::semantics::{Engine, Settled};

#[derive(Args)]
#[command(allow_missing_positional = true)]
pub(super) struct Change {
    /// A rule file
    rules: PathBuf,
    /// A JSON file, or `-` for standard input; without one, nothing is known but what `--set` says
    profile: Option<PathBuf>,
    /// The name of a consequence
    #[arg(required = true)]
    consequence: String,
    /// The status that it would have; else any other than now
    #[arg(long, value_name = "STATUS")]
    to: Option<To>,
    /// A fact that stays as it is; may be repeated
    #[arg(long, value_name = "FACT")]
    keep: Vec<String>,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the changes are written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum To {
    /// Some rule leads to it, and none denies it
    Follows,
    /// No rule leads to it
    #[value(alias = "does-not-follow")]
    DoesNotFollow,
    /// Some rule denies it, and none leads to it
    #[value(alias = "ruled-out")]
    RuledOut,
    /// Some rule leads to it, and another denies it
    Disputed,
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

impl Change {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let view = self.view.view(&policy)?;
        let consequence = consequence(&policy, &self.consequence)?;
        let kept: Vec<FactId> = self.keep.iter().map(|name| fact(&policy, name)).collect::<Result<_, _>>()?;
        let named = self.set.profile(&policy, self.profile.as_ref())?;
        let wanted = match self.to {
            None => Wanted::Otherwise,
            Some(To::Follows) => Wanted::To(Settled::Follows),
            Some(To::DoesNotFollow) => Wanted::To(Settled::DoesNotFollow),
            Some(To::RuledOut) => Wanted::To(Settled::RuledOut),
            Some(To::Disputed) => Wanted::To(Settled::Disputed),
        };
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let profile = &named.profile;
        let changes = Changes::of(&engine, consequence, wanted, profile, &kept);
        let subject = Subject { policy: &policy, selection: &engine.selection, name: named.name.as_deref(), profile };
        output.result(&match self.format {
            Format::Text => report::changes(subject, &changes, wanted, Form::Text),
            Format::Markdown => report::changes(subject, &changes, wanted, Form::Markdown),
            Format::Json => json::changes(subject, &changes, wanted, Layout::Indented) + "\n",
        })?;
        Ok(Found::Nothing)
    }
}
