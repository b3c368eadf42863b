//! `ensue compare`: options, values or sources side by side.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::columns::fact;
use super::files::load;
use super::profiles::{Named, SetOptions};
use super::view::{ViewOptions, date, failed, unknown};
use super::{Failure, Found, Output};
use crate::explore::compare::{Comparison, Reasons};
use crate::explore::timeline::{DAYS, Look, Refused, Timeline};
use crate::json::{self, Layout, Subject};
use crate::model::{Choice, Date, Policy};
use crate::report::{self, Form};
use crate::semantics::{Engine, View};

#[derive(Args)]
#[command(
    after_help = "With `--according-to` twice or more, the columns are sources: what each of them alone reports; \
                  with `--choice` or `--vary` too they are options or values, according to all of these sources \
                  together."
)]
pub(super) struct Compare {
    /// A rule file
    rules: PathBuf,
    /// A JSON file, or `-` for standard input; without one, nothing is known but what `--set` says
    profile: Option<PathBuf>,
    /// The choice whose options are compared; without it, each choice of the policy
    #[arg(long, value_name = "NAME")]
    choice: Option<String>,
    /// Compare the values of FACT instead, those in one column that no rule tells apart
    #[arg(long, value_name = "FACT", conflicts_with = "choice")]
    vary: Option<String>,
    /// Show instead on which dates outcomes change, and what changed them
    #[arg(long, value_name = "FROM..TO", value_parser = period, conflicts_with_all = ["choice", "vary", "on"])]
    over: Option<(Date, Date)>,
    /// With `--over`: on each date only what was published by then counts
    #[arg(long, requires = "over", conflicts_with = "known_by")]
    as_known: bool,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the comparison is written
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

pub(super) fn period(text: &str) -> Result<(Date, Date), String> {
    let form = "a period is written 2022-01-01..2025-12-31";
    let (from, to) = text.split_once("..").ok_or(form)?;
    let (from, to) = (date(from)?, date(to)?);
    if from <= to { Ok((from, to)) } else { Err("a period ends on its first day or later".to_owned()) }
}

/// Why there is no timeline.
pub(super) fn refused(policy: &Policy, refused: Refused) -> Failure {
    match refused {
        Refused::Mistake(report) => failed(policy, report),
        Refused::TooLong(fact) => Failure::Message(format!(
            "time since `{}` is counted in days and in months or years, and it is not known, so that each day has to \
             be looked at: ask for at most {DAYS} days, or give the fact",
            policy[fact].name
        )),
    }
}

impl Compare {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let mut view = self.view.view(&policy)?;
        let named = self.set.profile(&policy, self.profile.as_ref())?;
        let profile = &named.profile;
        if let Some(over) = self.over {
            return self.over(output, &policy, &view, &named, over);
        }
        let mut sources = Vec::new();
        // Where the columns are named, the sources are those of the answers in all of them.
        if view.according_to.len() > 1 && self.choice.is_none() && self.vary.is_none() {
            for source in std::mem::take(&mut view.according_to) {
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
        }
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let reasons = match self.format {
            Format::Text | Format::Markdown => Reasons::NotSought,
            Format::Json => Reasons::Sought,
        };
        let compared = if !sources.is_empty() {
            let compared = Comparison::of_sources(&policy, &view, &sources, profile, reasons);
            vec![compared.map_err(|report| failed(&policy, report))?]
        } else if let Some(name) = &self.vary {
            vec![Comparison::of_values(&engine, fact(&policy, name)?, profile, reasons)]
        } else {
            let choices = self.choices(&policy)?;
            choices.into_iter().map(|choice| Comparison::of_options(&engine, choice, profile, reasons)).collect()
        };
        let subject = Subject { policy: &policy, selection: &engine.selection, name: named.name.as_deref(), profile };
        output.result(&match self.format {
            Format::Text => report::comparisons(subject, &compared, Form::Text),
            Format::Markdown => report::comparisons(subject, &compared, Form::Markdown),
            Format::Json => json::comparisons(subject, &compared, Layout::Indented) + "\n",
        })?;
        Ok(Found::Nothing)
    }

    fn over(
        &self,
        output: &Output,
        policy: &Policy,
        view: &View,
        named: &Named,
        over: (Date, Date),
    ) -> Result<Found, Failure> {
        let look = Look { view, as_known: self.as_known };
        let found = Timeline::of(policy, look, &named.profile, over).map_err(|found| refused(policy, found))?;
        // The dates are the table's; the page has none of its own.
        let mut selection = found.first.selection.clone();
        (selection.on, selection.view) = (None, view.clone());
        let subject = Subject { policy, selection: &selection, name: named.name.as_deref(), profile: &named.profile };
        output.result(&match self.format {
            Format::Text => report::timeline(subject, look, &found, Form::Text),
            Format::Markdown => report::timeline(subject, look, &found, Form::Markdown),
            Format::Json => json::timeline(subject, look, &found, Layout::Indented) + "\n",
        })?;
        Ok(Found::Nothing)
    }

    /// The choices that are asked for.
    fn choices<'p>(&self, policy: &'p Policy) -> Result<Vec<&'p Choice>, Failure> {
        let known: Vec<&str> = policy.choices.iter().map(|choice| choice.name.as_str()).collect();
        match &self.choice {
            Some(name) => {
                let choice = policy.choices.iter().find(|choice| choice.name == *name);
                Ok(vec![choice.ok_or_else(|| unknown(policy, "choice", name, &known))?])
            }
            None if policy.choices.is_empty() => {
                let message = "the policy has no choice to compare the options of: name a fact with `--vary`, or \
                               two sources with `--according-to`";
                Err(Failure::Message(message.to_owned()))
            }
            None => Ok(policy.choices.iter().collect()),
        }
    }
}
