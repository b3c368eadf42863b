//! `ensue test`: the scenarios of rule files.

use std::path::PathBuf;

use clap::Args;

use super::files::{load, shown};
use super::view::failed;
use super::{Failure, Found, Output};
use crate::report::{self, Tally};
use crate::scenarios;

#[derive(Args)]
pub(super) struct Test {
    /// Rule files
    #[arg(required = true)]
    rules: Vec<PathBuf>,
}

impl Test {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut tally = Tally::default();
        let run = output.each(&self.rules, |path| {
            let policy = load(path)?;
            if self.rules.len() > 1 && !output.quiet {
                let before = if tally == Tally::default() { "" } else { "\n" };
                output.result(&format!("{before}{}\n", report::plain(&shown(path))))?;
            }
            let verdicts = scenarios::verdicts(&policy).map_err(|report| failed(&policy, report))?;
            for verdict in &verdicts {
                let passed = verdict.surprises.is_empty();
                if !(passed && output.quiet) {
                    output.result(&report::scenario(&policy, verdict))?;
                }
                match passed {
                    true => tally.passed += 1,
                    false => tally.failed += 1,
                }
            }
            Ok(())
        });
        if !output.quiet && (run.is_ok() || tally.passed + tally.failed > 0) {
            let before = if tally == Tally::default() { "" } else { "\n" };
            output.result(&format!("{before}{}", report::tally(tally)))?;
        }
        run?;
        Ok(if tally.failed == 0 { Found::Nothing } else { Found::Something })
    }
}
