//! Options, values or sources side by side, as JSON.

use indexmap::IndexMap;
use serde::Serialize;

use super::{JsonOutcome, JsonValue, Layout, Subject, fact_names, json_value, outcome_json, report};
use crate::explore::compare::{By, Column, Comparison, Harm, Way};
use crate::model::{FactId, Policy, Value};
use crate::semantics::Settled;

#[derive(Serialize)]
struct Document<'a> {
    comparisons: Vec<JsonComparison<'a>>,
}

#[derive(Serialize)]
struct JsonComparison<'a> {
    /// `choice`, `fact` or `sources`.
    by: &'static str,
    /// The name of the choice or the fact.
    name: Option<&'a str>,
    columns: Vec<JsonColumn<'a>>,
    follows_in_every: Vec<&'a str>,
    /// For each consequence that follows in one column only the place of that column, from 0.
    follows_in_one: IndexMap<&'a str, usize>,
    /// Consequences that follow in one column and are ruled out in another.
    contested: Vec<&'a str>,
    /// Whether every column carries a reported harm, whatever is unknown; null for sources.
    every_column_harms: Option<bool>,
}

#[derive(Serialize)]
struct JsonColumn<'a> {
    /// The name of the option or the source; null for values.
    name: Option<&'a str>,
    label: Option<&'a str>,
    /// What is set over the profile. Of values that no rule tells apart it is one of them.
    sets: IndexMap<&'a str, JsonValue<'a>>,
    given: bool,
    /// `follows`, `disputed`, `not_reported` or `open`; null for sources.
    harm: Option<&'static str>,
    harm_depends_on: Vec<&'a str>,
    /// Whether nothing is reported: no rule that counts leads to anything or denies anything.
    silent: bool,
    outcomes: Vec<JsonOutcome<'a>>,
}

/// Several comparisons for one profile as one JSON document.
#[must_use]
pub fn comparisons<'a>(subject: Subject<'a>, compared: &'a [Comparison<'a>], layout: Layout) -> String {
    let comparisons = compared.iter().map(|it| comparison(subject, it)).collect();
    layout.write(&report(subject, Document { comparisons }))
}

fn comparison<'a>(subject: Subject<'a>, compared: &'a Comparison<'a>) -> JsonComparison<'a> {
    let policy = subject.policy;
    let (by, name) = match compared.by {
        By::Choice(choice) => ("choice", Some(choice.name.as_str())),
        By::Fact(fact) => ("fact", Some(policy[fact].name.as_str())),
        By::Sources => ("sources", None),
    };
    let has_options = match compared.by {
        By::Choice(_) | By::Fact(_) => true,
        By::Sources => false,
    };
    let named = || policy.consequence_ids().map(|id| (id, policy[id].name.as_str()));
    JsonComparison {
        by,
        name,
        columns: compared.columns.iter().map(|it| column(subject, compared.by, it)).collect(),
        follows_in_every: named()
            .filter(|(id, _)| compared.everywhere(*id) == Some(Settled::Follows))
            .map(|(_, name)| name)
            .collect(),
        follows_in_one: named().filter_map(|(id, name)| Some((name, compared.only_in(id)?))).collect(),
        contested: named().filter(|(id, _)| compared.is_contested(*id)).map(|(_, name)| name).collect(),
        every_column_harms: has_options.then(|| compared.every_column_harms()),
    }
}

fn column<'a>(subject: Subject<'a>, by: By<'_>, column: &'a Column<'a>) -> JsonColumn<'a> {
    let policy = subject.policy;
    let varied = match by {
        By::Fact(fact) => Some(fact),
        By::Choice(_) | By::Sources => None,
    };
    let (name, label, sets): (Option<&str>, Option<&str>, Vec<FactId>) = match &column.way {
        Way::Option(option) => {
            (Some(&option.name), Some(&option.label), option.sets.iter().map(|(fact, _)| *fact).collect())
        }
        Way::Values(_) => (None, None, varied.into_iter().collect()),
        Way::Source(source) => (Some(&policy[*source].name), Some(&policy[*source].label), Vec::new()),
    };
    let of_column = Subject { selection: &column.selection, profile: &column.profile, ..subject };
    let (harm, harm_depends_on) = match (&column.way, &column.harm) {
        (Way::Source(_), _) => (None, Vec::new()),
        (_, Harm::Follows) => (Some("follows"), Vec::new()),
        (_, Harm::Disputed) => (Some("disputed"), Vec::new()),
        (_, Harm::NotReported) => (Some("not_reported"), Vec::new()),
        (_, Harm::Open(facts)) => (Some("open"), fact_names(subject, facts)),
    };
    JsonColumn {
        name,
        label,
        sets: sets.into_iter().map(|fact| set(policy, column, fact)).collect(),
        given: column.is_given,
        harm,
        harm_depends_on,
        silent: column.is_silent(),
        outcomes: column.outcomes.iter().map(|outcome| outcome_json(of_column, outcome)).collect(),
    }
}

fn set<'a>(policy: &'a Policy, column: &Column<'_>, fact: FactId) -> (&'a str, JsonValue<'a>) {
    let value: Value = column.profile.value(fact).expect("a column sets it");
    (policy[fact].name.as_str(), json_value(policy, fact, value))
}
