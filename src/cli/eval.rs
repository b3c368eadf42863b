//! `ensue eval`: what follows, what does not, and what depends on unknown facts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::load;
use super::profiles::{Named, SetOptions};
use super::view::{ViewOptions, failed};
use super::{Failure, Found, Output};
use crate::json::{self, Layout, Subject};
use crate::report::{self, Detail, Form};
use crate::semantics::Engine;

#[derive(Args)]
pub(super) struct Eval {
    /// A rule file
    rules: PathBuf,
    /// JSON files, `.jsonl` files with one profile a line, or `-` for standard input; without
    /// one, nothing is known but what `--set` says
    #[arg(value_name = "PROFILE")]
    profiles: Vec<PathBuf>,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the outcomes are written
    #[arg(long, default_value = "text")]
    format: Format,
    /// Write a JSON Schema and nothing else: of this policy's profiles, or of what
    /// `--format json` writes
    #[arg(long, value_name = "OF", num_args = 0..=1, require_equals = true, default_missing_value = "profile")]
    schema: Option<Schema>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Schema {
    /// This policy's profiles
    Profile,
    /// The outcomes
    Outcomes,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// The same as Markdown
    Markdown,
    /// One JSON document, for one profile
    Json,
    /// One JSON document a line, in the order of the profiles
    Jsonl,
}

impl Eval {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        if let Some(schema) = self.schema {
            output.result(&match schema {
                Schema::Profile => json::profile_schema(&policy) + "\n",
                Schema::Outcomes => json::OUTCOMES_SCHEMA.to_owned(),
            })?;
            return Ok(Found::Nothing);
        }
        let view = self.view.view(&policy)?;
        let profiles = self.set.profiles(&policy, &self.profiles)?;
        if self.format == Format::Json && profiles.len() != 1 {
            let message =
                format!("`--format json` is one document, and there are {} profiles: use `jsonl`", profiles.len());
            return Err(Failure::Message(message));
        }
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let detail = if output.verbose { Detail::Full } else { Detail::Usual };
        for (index, Named { name, profile, .. }) in profiles.iter().enumerate() {
            let subject = Subject { policy: &policy, selection: &engine.selection, name: name.as_deref(), profile };
            let page = |form| {
                let between = if index > 0 { "\n" } else { "" };
                let outcomes = match detail {
                    Detail::Usual => engine.outcomes_in_brief(profile),
                    Detail::Full => engine.outcomes(profile),
                };
                format!("{between}{}", report::outcomes(subject, &outcomes, detail, form))
            };
            output.result(&match self.format {
                Format::Text => page(Form::Text),
                Format::Markdown => page(Form::Markdown),
                Format::Json => json::outcomes(subject, &engine.outcomes(profile), Layout::Indented) + "\n",
                Format::Jsonl => json::outcomes(subject, &engine.outcomes(profile), Layout::Line) + "\n",
            })?;
        }
        Ok(Found::Nothing)
    }
}
