//! Where two sides differ, as JSON.

use indexmap::IndexMap;
use serde::Serialize;

use super::{FORMAT, Layout};
use crate::analysis::difference::{Change, Difference, Reason, Region};
use crate::analysis::together::{FactChange, Side};

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    sides: [JsonSide<'a>; 2],
    facts: Vec<JsonFact<'a>>,
    consequences: Vec<JsonConsequence<'a>>,
}

#[derive(Serialize)]
struct JsonSide<'a> {
    title: &'a str,
    policy: &'a str,
    on: Option<String>,
    according_to: Vec<&'a str>,
}

#[derive(Serialize)]
struct JsonFact<'a> {
    fact: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    added: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dropped: &'a [String],
}

#[derive(Serialize)]
struct JsonConsequence<'a> {
    consequence: &'a str,
    label: &'a str,
    /// `same`, `differs`, `added`, `dropped` or `not_decided`.
    change: &'static str,
    regions: Vec<JsonRegion<'a>>,
}

#[derive(Serialize)]
struct JsonRegion<'a> {
    statuses: [&'static str; 2],
    /// Conditions, one of which holds for just these profiles; `null` where they are too many. An
    /// empty one holds for every profile.
    conditions: Option<&'a [String]>,
    fewest: bool,
    /// Values as rule files write them.
    witness: IndexMap<&'a str, &'a str>,
    reasons: [Option<JsonReason<'a>>; 2],
}

#[derive(Serialize)]
struct JsonReason<'a> {
    because: IndexMap<&'a str, &'a str>,
    rules: Vec<&'a str>,
}

/// The differences between two sides as one JSON document.
#[must_use]
pub fn difference(sides: &[Side<'_>; 2], titles: [&str; 2], found: &Difference, layout: Layout) -> String {
    let side = |index: usize| {
        let Side { policy, view } = &sides[index];
        JsonSide {
            title: titles[index],
            policy: &policy.name,
            on: view.on.or(policy.as_of).map(|date| date.to_string()),
            according_to: view.according_to.iter().map(|source| policy[*source].name.as_str()).collect(),
        }
    };
    let consequences = found.consequences.iter().map(|compared| {
        let (change, regions): (_, &[Region]) = match (&compared.change, compared.ids) {
            (Change::Same, _) => ("same", &[]),
            (Change::NotDecided, _) => ("not_decided", &[]),
            (Change::Differs(regions), [None, _]) => ("added", regions),
            (Change::Differs(regions), [_, None]) => ("dropped", regions),
            (Change::Differs(regions), [Some(_), Some(_)]) => ("differs", regions),
        };
        let regions = regions.iter().map(|it| region(sides, it)).collect();
        JsonConsequence { consequence: &compared.name, label: &compared.label, change, regions }
    });
    layout.write(&Document {
        format: FORMAT,
        sides: [side(0), side(1)],
        facts: found.facts.iter().map(fact).collect(),
        consequences: consequences.collect(),
    })
}

fn fact(change: &FactChange) -> JsonFact<'_> {
    let (fact, change, added, dropped): (_, _, &[String], &[String]) = match change {
        FactChange::Added(name) => (name, "added", &[], &[]),
        FactChange::Dropped(name) => (name, "dropped", &[], &[]),
        FactChange::Kind(name) => (name, "kind", &[], &[]),
        FactChange::Range(name) => (name, "range", &[], &[]),
        FactChange::Values(name, added, dropped) => (name, "values", added, dropped),
    };
    JsonFact { fact, change, added, dropped }
}

fn region<'a>(sides: &'a [Side<'_>; 2], region: &'a Region) -> JsonRegion<'a> {
    let reason = |index: usize| -> Option<JsonReason<'a>> {
        let Reason { because, rules } = region.reasons[index].as_ref()?;
        let rules = rules.iter().map(|rule| sides[index].policy[*rule].name.as_str()).collect();
        Some(JsonReason { because: pairs(because), rules })
    };
    JsonRegion {
        statuses: region.statuses.map(|status| status.name()),
        conditions: region.stated.as_ref().map(|it| &it.conditions[..]),
        fewest: region.stated.as_ref().is_some_and(|it| it.fewest),
        witness: pairs(&region.witness),
        reasons: [reason(0), reason(1)],
    }
}

fn pairs(pairs: &[(String, String)]) -> IndexMap<&str, &str> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
