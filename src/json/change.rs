//! Smallest changes, as JSON.

use serde::Serialize;

use super::{JsonOutcome, Layout, Subject, outcome_json, report};
use crate::explore::change::{Also, Change, Changes, Part, Taken, Wanted};

#[derive(Serialize)]
struct Document<'a> {
    /// As it is now.
    outcome: JsonOutcome<'a>,
    /// The status that is wanted; null for any other than now.
    to: Option<&'static str>,
    /// The facts that stay as they are.
    kept: Vec<&'a str>,
    /// Null where they are too many, or the rules too large.
    changes: Option<Vec<JsonChange<'a>>>,
    /// All smallest sets of options that are enough, also by settling what is unknown; null where
    /// there are too many to be tried.
    options: Option<Vec<Vec<&'a str>>>,
    /// For each of these sets the status that it leads to.
    options_lead_to: Option<Vec<&'static str>>,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    facts: Vec<JsonPart<'a>>,
    /// Whether some option sets each of the facts so.
    choice: bool,
    leads_to: Vec<&'static str>,
    /// What else follows then and does not now; null where there are too many values to look at.
    also_follows: Option<Vec<&'a str>>,
    /// What does for some of the values only.
    also_follows_for_some: Option<Vec<&'a str>>,
    /// What may follow then, depending on what is unknown, and is not settled to follow now.
    may_also_follow: Option<Vec<&'a str>>,
    /// What is disputed then and is not now.
    also_disputed: Option<Vec<&'a str>>,
    /// What may be, depending on the values or on what is unknown.
    may_be_disputed: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct JsonPart<'a> {
    fact: &'a str,
    /// A condition as rule files write it: one of these values.
    condition: &'a str,
    options: Vec<&'a str>,
}

/// All smallest changes of known facts that make a consequence otherwise, as one JSON document.
#[must_use]
pub fn changes<'a>(subject: Subject<'a>, changes: &'a Changes<'a>, wanted: Wanted, layout: Layout) -> String {
    let to = match wanted {
        Wanted::Otherwise => None,
        Wanted::To(status) => Some(status.name()),
    };
    let found = changes.found.as_ref().map(|found| found.iter().map(|it| change(subject, it)).collect());
    let names = |taken: &'a Taken<'a>| taken.options.iter().map(|option| option.name.as_str()).collect();
    let options = changes.options.as_ref().map(|all| all.iter().map(names).collect());
    let options_lead_to = changes.options.as_ref().map(|all| all.iter().map(|it| it.leads_to.name()).collect());
    let kept = changes.kept.iter().map(|fact| subject.policy[*fact].name.as_str()).collect();
    layout.write(&report(
        subject,
        Document { outcome: outcome_json(subject, &changes.now), to, kept, changes: found, options, options_lead_to },
    ))
}

fn change<'a>(subject: Subject<'a>, change: &'a Change<'_>) -> JsonChange<'a> {
    let also = |how: Also| {
        let some = change.also.as_ref()?.iter().filter(move |(_, other)| *other == how);
        Some(some.map(|(id, _)| subject.policy[*id].name.as_str()).collect())
    };
    JsonChange {
        facts: change.parts.iter().map(|it| part(subject, it)).collect(),
        choice: change.is_choice,
        leads_to: change.leads_to.iter().map(|status| status.name()).collect(),
        also_follows: also(Also::Follows),
        also_follows_for_some: also(Also::FollowsForSome),
        may_also_follow: also(Also::MayFollow),
        also_disputed: also(Also::Disputed),
        may_be_disputed: also(Also::MayBeDisputed),
    }
}

fn part<'a>(subject: Subject<'a>, part: &'a Part<'_>) -> JsonPart<'a> {
    JsonPart {
        fact: &subject.policy[part.fact].name,
        condition: &part.condition,
        options: part.options.iter().map(|option| option.name.as_str()).collect(),
    }
}
