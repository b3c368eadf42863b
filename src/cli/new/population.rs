//! `ensue new --population`: a table that is made up.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::files::{Readers, create_with, load};
use crate::cli::out::refuse_place;
use crate::cli::view::{date, failed};
use crate::cli::{Failure, Found, Output};
use crate::limits::Limits;
use crate::model::Date;
use crate::population::synthetic::{Share, Synthetic, WEIGHT};
use crate::semantics::{Engine, View};

#[derive(Args)]
pub(super) struct Population {
    /// Make up a table of N rows in place of a project: CSV with a column for each fact of RULES. It says
    /// nothing about any real population
    #[arg(id = "rows", long = "population", value_name = "N")]
    pub(super) rows: Option<u64>,
    /// Another seed, another table; the same seed, the same bytes
    #[arg(long, value_name = "S", default_value = "1", requires = "rows")]
    seed: u64,
    /// The share of values that are not known, such as 1/3 or 0
    #[arg(long, value_name = "SHARE", default_value = "1/10", value_parser = share, requires = "rows")]
    unknown: Share,
    /// Add a column `weight`
    #[arg(long, requires = "rows")]
    weights: bool,
    /// The date on which ages and time spans are looked at; else the policy's `as of`
    #[arg(long, value_name = "DATE", value_parser = date, requires = "rows")]
    on: Option<Date>,
    /// Write to a new FILE in place of standard output: whole, or not at all
    #[arg(long, value_name = "FILE", requires = "rows")]
    out: Option<PathBuf>,
}

fn share(text: &str) -> Result<Share, String> {
    Share::parse(text).ok_or_else(|| "a share is a fraction such as 1/3, or 0, or 1".to_owned())
}

impl Population {
    pub(super) fn write(&self, rows: u64, rules: &Path, limits: &Limits) -> Result<Found, Failure> {
        if let Some(out) = &self.out {
            refuse_place(out, false)?;
        }
        let policy = load(rules, limits)?;
        let refused = |reason: &str| Err(Failure::Message(format!("cannot make up a table: {reason}")));
        if policy.facts.is_empty() {
            return refused("the policy has no facts");
        }
        if self.weights && policy.fact(WEIGHT).is_some() {
            return refused(&format!("a fact is called `{WEIGHT}`, as the column of `--weights` would be"));
        }
        let view = View { on: self.on, ..View::default() };
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let table = Synthetic::new(&engine, self.unknown, self.weights);
        match &self.out {
            Some(out) => create_with(out, Readers::Usual, |file| table.write(rows, self.seed, file))?,
            None => Output::stream(|stdout| table.write(rows, self.seed, stdout))?,
        }
        Ok(Found::Nothing)
    }
}
