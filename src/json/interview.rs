//! A step of an interview, as JSON.

use indexmap::IndexMap;
use serde::Serialize;

use super::{JsonOutcome, JsonValue, Layout, Subject, fact_names, json_value, outcome_json, report};
use crate::explore::interview::Interview;
use crate::model::{FactId, FactType, Policy, Profile, Value};
use crate::semantics::Telling;

#[derive(Serialize)]
struct Document<'a> {
    /// Null when no answer can change anything any more.
    question: Option<JsonQuestion<'a>>,
    /// The facts that may still matter, with the one that is asked for.
    left: Vec<&'a str>,
    outcomes: Vec<JsonOutcome<'a>>,
}

#[derive(Serialize)]
struct JsonQuestion<'a> {
    fact: &'a str,
    label: &'a str,
    ask: Option<&'a str>,
    note: Option<&'a str>,
    /// `yes_or_no`, `one_of`, `whole_number`, `number` or `date`.
    r#type: &'static str,
    /// Of a list, its values with their labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<IndexMap<&'a str, &'a str>>,
    /// Of a number with bounds, the least and the greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[JsonValue<'a>; 2]>,
    /// The consequences of which it may decide something.
    matters_to: Vec<&'a str>,
}

/// Where an interview stands: the next question and the outcomes, as one JSON document.
#[must_use]
pub fn interview(subject: Subject<'_>, interview: &Interview<'_, '_>, layout: Layout) -> String {
    let next = interview.next();
    let outcomes = interview.outcomes();
    let document = Document {
        question: next.as_ref().map(|next| question(subject.policy, next)),
        left: next.as_ref().map_or(Vec::new(), |next| fact_names(subject, &next.left)),
        outcomes: outcomes.iter().map(|outcome| outcome_json(subject, outcome)).collect(),
    };
    layout.write(&report(subject, document))
}

fn question<'a>(policy: &'a Policy, next: &Telling) -> JsonQuestion<'a> {
    let fact = &policy[next.fact];
    let number = |value| json_value(policy, next.fact, Value::Number(value));
    let (kind, values, range) = match &fact.kind {
        FactType::YesNo => ("yes_or_no", None, None),
        FactType::OneOf(items) => {
            let labelled = items.iter().map(|(name, label)| (name.as_str(), label.as_deref().unwrap_or(name)));
            ("one_of", Some(labelled.collect()), None)
        }
        FactType::Number { whole, range } => {
            let kind = if *whole { "whole_number" } else { "number" };
            (kind, None, range.map(|(least, greatest)| [number(least), number(greatest)]))
        }
        FactType::Date => ("date", None, None),
    };
    JsonQuestion {
        fact: &fact.name,
        label: &fact.label,
        ask: fact.ask.as_deref(),
        note: fact.note.as_deref(),
        r#type: kind,
        values,
        range,
        matters_to: next.matters_to.iter().map(|id| policy[*id].name.as_str()).collect(),
    }
}

/// A profile that can be read again, with `null` for the facts that are said not to be known.
#[must_use]
pub fn answers(policy: &Policy, profile: &Profile, not_known: &[FactId]) -> String {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Answer<'a> {
        Known(JsonValue<'a>),
        NotKnown(()),
    }
    let entry = |fact: FactId| {
        let answer = match profile.value(fact) {
            Some(value) => Answer::Known(json_value(policy, fact, value)),
            None if not_known.contains(&fact) => Answer::NotKnown(()),
            None => return None,
        };
        Some((policy[fact].name.as_str(), answer))
    };
    let entries: IndexMap<&str, Answer<'_>> = policy.fact_ids().filter_map(entry).collect();
    Layout::Indented.write(&entries) + "\n"
}
