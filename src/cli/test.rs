//! `ensue test`: the scenarios of rule files, and what they show of the rules.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::files::{load, shown};
use super::view::failed;
use super::{Failure, Found, Output, suggested};
use crate::analysis::coverage::Coverage;
use crate::json::{self, Layout, Tested};
use crate::model::Policy;
use crate::report::{self, Detail, Suite, Tally};
use crate::scenarios::{self, Verdict};

#[derive(Args)]
pub(super) struct Test {
    /// Rule files
    #[arg(required = true)]
    rules: Vec<PathBuf>,
    /// Also show what no scenario shows of the rules, each with a scenario that would
    #[arg(long)]
    coverage: bool,
    /// Exit with 1 where the scenarios of a file show less than N percent
    #[arg(long, value_name = "N", requires = "coverage", value_parser = clap::value_parser!(u8).range(..=100))]
    fail_under: Option<u8>,
    /// Add the scenarios that would show the rest to FILE, marked as generated
    #[arg(long, value_name = "FILE", requires = "coverage")]
    write: Option<PathBuf>,
    /// How it is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For readers; `--verbose` adds what the scenarios show of each rule and each test
    Text,
    /// One JSON document
    Json,
    /// JUnit's XML, for programs that show the results of tests
    Junit,
}

/// What was found so far, in all files.
#[derive(Default)]
struct All {
    tally: Tally,
    too_little: bool,
    not_decided: bool,
    tested: Vec<Tested>,
    suites: Vec<Suite>,
}

impl Test {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        if self.write.is_some() && self.rules.len() > 1 {
            let reason = "`--write` adds the scenarios of one rule file, and there are several: write one at a time";
            return Err(Failure::Message(reason.to_owned()));
        }
        let mut all = All::default();
        let run = output.each(&self.rules, |path| self.test(path, &mut all, output));
        match self.format {
            Format::Text if !output.quiet && (run.is_ok() || all.tally != Tally::default()) => {
                let before = if all.tally == Tally::default() { "" } else { "\n" };
                output.result(&format!("{before}{}", report::tally(all.tally)))?;
            }
            Format::Text => {}
            Format::Json => output.result(&(json::all_tested(&all.tested, Layout::Indented) + "\n"))?,
            Format::Junit => output.result(&report::junit(&all.suites))?,
        }
        run?;
        let something = all.tally.failed > 0 || all.too_little || all.not_decided;
        Ok(if something { Found::Something } else { Found::Nothing })
    }

    fn test(&self, path: &Path, all: &mut All, output: &Output) -> Result<(), Failure> {
        let policy = load(path, &output.limits)?;
        let verdicts = scenarios::verdicts(&policy).map_err(|report| failed(&policy, report))?;
        let coverage = self.coverage.then(|| Coverage::of(&policy, policy.limits));
        let wrong = coverage.as_ref().and_then(|found| self.too_little(found));
        match self.format {
            Format::Text => self.show(path, &policy, &verdicts, coverage.as_ref(), all, output)?,
            Format::Json => all.tested.push(json::tested(&policy, &verdicts, coverage.as_ref())),
            Format::Junit => {
                let suite = Suite::of(&shown(path), &policy, &verdicts);
                all.suites.push(match &coverage {
                    None => suite,
                    Some(found) => suite.covering(&policy, found.tally(|_| true).percent(), wrong.clone()),
                });
            }
        }
        for verdict in &verdicts {
            match verdict.surprises.is_empty() {
                true => all.tally.passed += 1,
                false => all.tally.failed += 1,
            }
        }
        if let Some(wrong) = wrong {
            all.too_little = true;
            output.notice(&format!("{}: {wrong}\n", report::one_line(&shown(path))));
        }
        if let Some(found) = coverage {
            all.not_decided |= found.tally(|_| true).not_decided > 0;
            if let Some(file) = &self.write {
                let added = suggested::add(file, path, &policy, &found.suggestions)?;
                output.notice(&format!("{added}\n"));
            }
        }
        Ok(())
    }

    fn too_little(&self, found: &Coverage) -> Option<String> {
        let (tally, wanted) = (found.tally(|_| true), usize::from(self.fail_under?));
        let too_little = tally.seen * 100 < wanted * tally.all();
        too_little.then(|| format!("the scenarios show {} of {}: less than {wanted} percent", tally.seen, tally.all()))
    }

    fn show(
        &self,
        path: &Path,
        policy: &Policy,
        verdicts: &[Verdict<'_>],
        coverage: Option<&Coverage>,
        all: &All,
        output: &Output,
    ) -> Result<(), Failure> {
        if self.rules.len() > 1 && !output.quiet {
            let before = if all.tally == Tally::default() { "" } else { "\n" };
            output.result(&format!("{before}{}\n", report::one_line(&shown(path))))?;
        }
        if let Some(found) = coverage {
            let detail = if output.verbose { Detail::Full } else { Detail::Usual };
            output.result(&(report::coverage(policy, found, detail) + "\n"))?;
        }
        for verdict in verdicts {
            if !(verdict.surprises.is_empty() && output.quiet) {
                output.result(&report::scenario(policy, verdict))?;
            }
        }
        Ok(())
    }
}
