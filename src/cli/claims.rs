//! `ensue claims`: what became of each claim.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::load;
use super::view::failed;
use super::{Failure, Found, Output};
use crate::analysis::traceability::Traceability;
use crate::report::{self, Detail, Form};

#[derive(Args)]
pub(super) struct Claims {
    /// A rule file
    rules: PathBuf,
    /// How it is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A block for each claim
    Text,
    /// The same as a table
    Markdown,
    /// A line for each claim and rule, for spreadsheets
    Csv,
}

impl Claims {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let traceability = Traceability::of(&policy).map_err(|report| failed(&policy, report))?;
        let detail = if output.verbose { Detail::Full } else { Detail::Usual };
        let page = |form| report::traceability(&policy, &traceability, detail, form);
        output.result(&match self.format {
            Format::Text => page(Form::Text),
            Format::Markdown => page(Form::Markdown),
            Format::Csv => report::traceability_csv(&policy, &traceability),
        })?;
        Ok(Found::Nothing)
    }
}
