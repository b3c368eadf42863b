//! `ensue new`: a small project with rules to be replaced line by line; with `--population` a table that
//! is made up (`population.rs`).
//!
//! The folder `new` holds the project, which passes its own check and scenarios.

mod population;

use std::path::PathBuf;

use clap::Args;

use super::files::shown;
use super::folder::NewFolder;
use super::{Failure, Found, Output};
use crate::syntax::token::is_name;

#[derive(Args)]
#[command(
    override_usage = "ensue new [--name NAME] DIR\n       ensue new --population N [--seed S] [--unknown SHARE] \
                            [--weights] [--out FILE] RULES"
)]
pub(super) struct New {
    /// The folder to make; it does not exist yet. With `--population`, a rule file
    #[arg(value_name = "DIR|RULES")]
    path: PathBuf,
    /// The name of the policy, where that of the folder makes none
    #[arg(long, conflicts_with = "rows")]
    name: Option<String>,
    #[command(flatten, next_help_heading = "A made-up table")]
    population: population::Population,
}

/// Each file of the project and what it holds; the policy's name there is `example`.
const FILES: [(&str, &str); 4] = [
    ("README.md", include_str!("new/README.md")),
    ("profiles/example.json", include_str!("new/profiles/example.json")),
    ("rules/example.ensue", include_str!("new/rules/example.ensue")),
    ("seeds/example-report.ensue", include_str!("new/seeds/example-report.ensue")),
];

impl New {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        if let Some(rows) = self.population.rows {
            return self.population.write(rows, &self.path, &output.limits);
        }
        let dir = &self.path;
        let folder = NewFolder::at(dir, "make a project in")?;
        let name = self.policy_name()?;
        let files = FILES.map(|(path, text)| (named(path, &name), named(text, &name)));
        folder.make(&files)?;
        if !output.quiet {
            let paths: String = files.iter().map(|(path, _)| format!("  {path}\n")).collect();
            let rules = format!("rules/{name}.ensue");
            output.result(&format!(
                "made a project in `{}`:\n{paths}\nNext, in that folder:\n  ensue check {rules}\n  ensue test {rules}\n  \
                 ensue eval {rules} profiles/example.json\n",
                crate::report::one_line(&shown(dir))
            ))?;
        }
        Ok(Found::Nothing)
    }

    /// The name that was asked for, or the folder's in small letters, with `_` for `-`.
    fn policy_name(&self) -> Result<String, Failure> {
        const WANTED: &str =
            "a name begins with a letter a-z, goes on with a-z, 0-9 or _, and is no word of the language";
        if let Some(name) = &self.name {
            let refused = || Failure::Message(format!("`{name}` cannot be the policy's name: {WANTED}"));
            return is_name(name).then(|| name.clone()).ok_or_else(refused);
        }
        let folder = self.path.file_name().unwrap_or_default().to_string_lossy();
        let name = folder.to_lowercase().replace('-', "_");
        let refused = || {
            let message =
                format!("the folder's name `{folder}` cannot be the policy's: {WANTED}; give another with `--name`");
            Failure::Message(message)
        };
        if is_name(&name) { Ok(name) } else { Err(refused()) }
    }
}

/// A path or a text of the project, for a policy with this name.
fn named(text: &str, name: &str) -> String {
    text.replace("rules/example.ensue", &format!("rules/{name}.ensue"))
        .replace("policy example ", &format!("policy {name} "))
}
