//! `ensue check`: every mistake in rule files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::load;
use super::{Failure, Found, Output};
use crate::diagnostic::Diagnostics;
use crate::json::{self, Layout};
use crate::report;
use crate::scenarios;
use crate::text::Files;

#[derive(Args)]
pub(super) struct Check {
    /// Rule files
    #[arg(required = true)]
    rules: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines concerned, on standard error
    Text,
    /// One line for each finding
    Short,
    /// A JSON list
    Json,
}

impl Check {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let mut all: Vec<Diagnostics> = Vec::new();
        let read = output.each(&self.rules, |path| match load(path) {
            Ok(policy) => {
                name_files(output, &policy.files);
                let undated = scenarios::undated(&policy);
                all.extend(undated.map(|report| Diagnostics { files: policy.files, list: vec![report] }));
                Ok(())
            }
            Err(Failure::Mistakes(diagnostics)) => {
                name_files(output, &diagnostics.files);
                all.push(diagnostics);
                Ok(())
            }
            Err(failure) => Err(failure),
        });
        let found = || all.iter().flat_map(|it| it.list.iter().map(move |diagnostic| (&it.files, diagnostic)));
        match self.format {
            Format::Json => output.result(&(json::findings(found(), Layout::Indented) + "\n"))?,
            Format::Short => {
                let lines: String = found().map(|(files, it)| report::plain(&it.line(files)) + "\n").collect();
                output.result(&lines)?;
            }
            Format::Text => {
                all.iter().for_each(|diagnostics| output.findings(diagnostics));
                if !output.quiet && (read.is_ok() || !all.is_empty()) {
                    output.notice(&summary(found().count(), self.rules.len()));
                }
            }
        }
        read?;
        Ok(if all.is_empty() { Found::Nothing } else { Found::Something })
    }
}

fn name_files(output: &Output, files: &Files) {
    if output.verbose {
        let lines: String = files.iter().map(|(_, file)| format!("read {}\n", report::plain(&file.name))).collect();
        output.notice(&lines);
    }
}

fn summary(mistakes: usize, files: usize) -> String {
    match mistakes {
        0 if files == 1 => "no mistakes found in 1 file and what it imports\n".to_owned(),
        0 => format!("no mistakes found in {files} files and what they import\n"),
        1 => "\n1 mistake found\n".to_owned(),
        _ => format!("\n{mistakes} mistakes found\n"),
    }
}
