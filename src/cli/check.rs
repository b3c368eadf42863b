//! `ensue check`: every mistake in rule files, and every weakness of the rules.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::load;
use super::{Failure, Found, Output, fix};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, suggest};
use crate::json::{self, Layout};
use crate::limits::Limits;
use crate::lint::{self, Chosen, LINTS};
use crate::report;
use crate::scenarios;
use crate::text::Files;

#[derive(Args)]
pub(super) struct Check {
    /// Rule files
    #[arg(required = true)]
    rules: Vec<PathBuf>,
    /// Also look for NAME, which is not looked for by default; `all` for everything. May be
    /// repeated; `ensue explain` lists the names
    #[arg(long, value_name = "NAME", value_parser = selected)]
    select: Vec<Selected>,
    /// Mend what can be mended without changing an answer; the rest is reported as usual
    #[arg(long)]
    fix: bool,
    /// How the findings are written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines concerned and a scenario that shows it, on standard error
    Text,
    /// One line for each finding
    Short,
    /// A JSON list
    Json,
    /// SARIF 2.1.0, for tools that show the findings of many checkers
    Sarif,
    /// Commands of GitHub Actions, which show the findings beside the lines
    Github,
}

/// What `--select` names.
#[derive(Clone, Copy)]
enum Selected {
    All,
    One(&'static lint::Lint),
}

fn selected(name: &str) -> Result<Selected, String> {
    if name == "all" {
        return Ok(Selected::All);
    }
    lint::find(name).map(Selected::One).ok_or_else(|| {
        let known: Vec<&str> = LINTS.iter().map(|lint| lint.code.name()).collect();
        suggest(name, &known).1.unwrap_or_else(|| "`ensue explain` lists the names".to_owned())
    })
}

impl Check {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let chosen = self.select.iter().fold(Chosen::default(), |chosen, selected| match selected {
            Selected::All => Chosen::all(),
            Selected::One(lint) => chosen.and(lint),
        });
        let mut all: Vec<Diagnostics> = Vec::new();
        let read = output.each(&self.rules, |path| {
            let mut diagnostics = match self.fix {
                true => fix::mended(path, |path| found(path, &chosen, &output.limits), |text| output.notice(text))?,
                false => found(path, &chosen, &output.limits)?,
            };
            name_files(output, &diagnostics.files);
            // What an import holds is reported once, however many files import it.
            let known: Vec<String> = all.iter().flat_map(lines).collect();
            let files = &diagnostics.files;
            diagnostics.list.retain(|it| !known.contains(&it.line(files)));
            all.push(diagnostics);
            Ok(())
        });
        let listed = || all.iter().flat_map(|it| it.list.iter().map(move |diagnostic| (&it.files, diagnostic)));
        match self.format {
            Format::Json => output.result(&(json::findings(listed(), Layout::Indented) + "\n"))?,
            Format::Sarif => output.result(&(json::sarif(listed(), Layout::Indented) + "\n"))?,
            Format::Short => {
                let lines: String = listed().map(|(files, it)| report::short(files, it) + "\n").collect();
                output.result(&lines)?;
            }
            Format::Github => {
                let lines: String = listed().map(|(files, it)| report::github(files, it)).collect();
                output.result(&lines)?;
            }
            Format::Text => {
                all.iter().filter(|it| !it.list.is_empty()).for_each(|diagnostics| output.findings(diagnostics));
                if !output.quiet && (read.is_ok() || listed().next().is_some()) {
                    output.notice(&summary(listed().map(|(_, it)| it), self.rules.len()));
                }
            }
        }
        read?;
        Ok(if listed().next().is_none() { Found::Nothing } else { Found::Something })
    }
}

fn lines(diagnostics: &Diagnostics) -> impl Iterator<Item = String> + '_ {
    diagnostics.list.iter().map(|it| it.line(&diagnostics.files))
}

/// The mistakes of a rule file, or, where there is none, its weaknesses.
fn found(path: &std::path::Path, chosen: &Chosen, limits: &Limits) -> Result<Diagnostics, Failure> {
    match load(path, limits) {
        Ok(policy) => {
            let list = match scenarios::undated(&policy) {
                Some(report) => vec![report],
                None => lint::findings(&policy, chosen),
            };
            Ok(Diagnostics { files: policy.files, list })
        }
        Err(Failure::Mistakes(diagnostics)) => Ok(diagnostics),
        Err(failure) => Err(failure),
    }
}

fn name_files(output: &Output, files: &Files) {
    if output.verbose {
        let lines: String = files.iter().map(|(_, file)| format!("read {}\n", report::one_line(&file.name))).collect();
        output.notice(&lines);
    }
}

fn summary<'a>(found: impl Iterator<Item = &'a Diagnostic>, files: usize) -> String {
    let (mut mistakes, mut warnings) = (0, 0);
    for diagnostic in found {
        match diagnostic.severity {
            Severity::Error => mistakes += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let counted = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (mistakes, warnings) {
        (0, 0) if files == 1 => "no mistakes found in 1 file and what it imports\n".to_owned(),
        (0, 0) => format!("no mistakes found in {files} files and what they import\n"),
        (_, 0) => format!("\n{} found\n", counted(mistakes, "mistake")),
        (0, _) => format!("\n{} found\n", counted(warnings, "warning")),
        _ => format!("\n{} and {} found\n", counted(mistakes, "mistake"), counted(warnings, "warning")),
    }
}
