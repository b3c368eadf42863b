//! Smallest changes, as JSON.

use serde::Serialize;

use super::{JsonOutcome, Layout, Subject, outcome_json, report};
use crate::explore::change::{Also, Change, Changes, Part, Taken, Wanted};
use crate::model::ConsequenceId;

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
    /// The same sets, each with what else there is then.
    taken: Option<Vec<JsonTaken<'a>>>,
    /// Options, each by itself, after which it depends on what is unknown, where now it is settled.
    open: Vec<JsonTaken<'a>>,
}

#[derive(Serialize)]
struct JsonChange<'a> {
    facts: Vec<JsonPart<'a>>,
    /// Whether some option sets each of the facts so.
    choice: bool,
    leads_to: Vec<&'static str>,
    #[serde(flatten)]
    also: JsonAlso<'a>,
}

/// What else there is then; null where there are too many values to look at.
#[derive(Serialize)]
struct JsonAlso<'a> {
    /// What follows, and is not settled to follow now.
    also_follows: Option<Vec<&'a str>>,
    /// What does for some of the values only.
    also_follows_for_some: Option<Vec<&'a str>>,
    /// What may follow, depending on what is unknown, and cannot now.
    may_also_follow: Option<Vec<&'a str>>,
    /// What may follow, as it may now.
    may_still_follow: Option<Vec<&'a str>>,
    /// What is disputed, and is not settled to be now.
    also_disputed: Option<Vec<&'a str>>,
    /// What may be, depending on the values or on what is unknown, and cannot now.
    may_be_disputed: Option<Vec<&'a str>>,
}

/// Options that are taken together.
#[derive(Serialize)]
struct JsonTaken<'a> {
    options: Vec<&'a str>,
    leads_to: &'static str,
    #[serde(flatten)]
    also: JsonAlso<'a>,
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
        Document {
            outcome: outcome_json(subject, &changes.now),
            to,
            kept,
            changes: found,
            options,
            options_lead_to,
            taken: changes.options.as_ref().map(|all| all.iter().map(|it| taken(subject, it)).collect()),
            open: changes.open.iter().map(|it| taken(subject, it)).collect(),
        },
    ))
}

fn change<'a>(subject: Subject<'a>, change: &'a Change<'_>) -> JsonChange<'a> {
    JsonChange {
        facts: change.parts.iter().map(|it| part(subject, it)).collect(),
        choice: change.is_choice,
        leads_to: change.leads_to.iter().map(|status| status.name()).collect(),
        also: also(subject, change.also.as_deref()),
    }
}

fn taken<'a>(subject: Subject<'a>, taken: &'a Taken<'_>) -> JsonTaken<'a> {
    JsonTaken {
        options: taken.options.iter().map(|option| option.name.as_str()).collect(),
        leads_to: taken.leads_to.name(),
        also: also(subject, Some(&taken.also)),
    }
}

fn also<'a>(subject: Subject<'a>, also: Option<&[(ConsequenceId, Also)]>) -> JsonAlso<'a> {
    let names = |how: Also| {
        let some = also?.iter().filter(|(_, other)| *other == how);
        Some(some.map(|(id, _)| subject.policy[*id].name.as_str()).collect())
    };
    JsonAlso {
        also_follows: names(Also::Follows),
        also_follows_for_some: names(Also::FollowsForSome),
        may_also_follow: names(Also::MayFollow),
        may_still_follow: names(Also::MayStillFollow),
        also_disputed: names(Also::Disputed),
        may_be_disputed: names(Also::MayBeDisputed),
    }
}

fn part<'a>(subject: Subject<'a>, part: &'a Part<'_>) -> JsonPart<'a> {
    JsonPart {
        fact: &subject.policy[part.fact].name,
        condition: &part.condition,
        options: part.options.iter().map(|option| option.name.as_str()).collect(),
    }
}
