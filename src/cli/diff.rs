//! `ensue diff`: where two versions, two dates or two sources give other answers.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::{load, shown};
use super::view::{date, failed, source};
use super::{Failure, Found, Output};
use crate::analysis::difference::Difference;
use crate::analysis::together::Side;
use crate::json::{self, Layout};
use crate::model::{Date, Policy};
use crate::report;
use crate::semantics::View;

#[derive(Args)]
pub(super) struct Diff {
    /// A rule file
    old: PathBuf,
    /// Another version of it; without one, the same on two dates or by two sources
    new: Option<PathBuf>,
    /// The date of evaluation; twice to compare two dates of one file
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Vec<Date>,
    /// Only claims by SOURCE, or by a source quoted in it, count; twice to compare two sources of
    /// one file
    #[arg(long, value_name = "SOURCE")]
    according_to: Vec<String>,
    /// How it is written
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// One side, as it is asked for.
struct Asked {
    /// What readers know it as.
    title: String,
    on: Option<Date>,
    according_to: Vec<String>,
}

impl Diff {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let asked = self.sides()?;
        let old = load(&self.old, &output.limits)?;
        let loaded = self.new.as_deref().map(|path| load(path, &output.limits)).transpose()?;
        let policies = [&old, loaded.as_ref().unwrap_or(&old)];
        let side = |index: usize| -> Result<Side<'_>, Failure> {
            Ok(Side { policy: policies[index], view: view(policies[index], &asked[index])? })
        };
        let sides = [side(0)?, side(1)?];
        // Which of the two lacks a date, for the message.
        for side in &sides {
            side.view.select(side.policy).map_err(|report| failed(side.policy, report))?;
        }
        let found = Difference::of(&sides, output.limits).map_err(|report| failed(&old, report))?;
        let titles = [&*asked[0].title, &*asked[1].title];
        output.result(&match self.format {
            Format::Text => report::difference(&sides, titles, &found),
            Format::Json => json::difference(&sides, titles, &found, Layout::Indented) + "\n",
        })?;
        Ok(if found.is_none() { Found::Nothing } else { Found::Something })
    }

    /// What the two sides are.
    fn sides(&self) -> Result<[Asked; 2], Failure> {
        let refused = |message: &str| Err(Failure::Message(message.to_owned()));
        match (&self.new, &self.on[..], &self.according_to[..]) {
            (Some(_), [_, _, ..], _) => {
                refused("two versions are compared on one date: give `--on` once, or one file with two dates")
            }
            (Some(new), on, according_to) => {
                let side = |path: &PathBuf| Asked {
                    title: shown(path),
                    on: on.first().copied(),
                    according_to: according_to.to_vec(),
                };
                Ok([side(&self.old), side(new)])
            }
            (None, [first, second], according_to) => {
                let side =
                    |on: Date| Asked { title: format!("on {on}"), on: Some(on), according_to: according_to.to_vec() };
                Ok([side(*first), side(*second)])
            }
            (None, on @ ([] | [_]), [first, second]) => {
                let side = |source: &String| Asked {
                    title: format!("according to {source}"),
                    on: on.first().copied(),
                    according_to: vec![source.clone()],
                };
                Ok([side(first), side(second)])
            }
            (None, ..) => refused(
                "two sides are wanted: two rule files, or one with `--on` twice, or one with `--according-to` twice",
            ),
        }
    }
}

fn view(policy: &Policy, asked: &Asked) -> Result<View, Failure> {
    let according_to = asked.according_to.iter().map(|name| source(policy, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(View { on: asked.on, according_to, ..View::default() })
}
