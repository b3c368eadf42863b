//! Outcomes over a time, as JSON.

use serde::Serialize;

use super::{JsonOutcome, Layout, Subject, outcome_json, report};
use crate::explore::timeline::{Cause, Changed, Look, Moment, Timeline};
use crate::model::Policy;

#[derive(Serialize)]
struct Document<'a> {
    from: String,
    to: String,
    /// Whether on each day only what was published by then counts.
    as_known: bool,
    /// The first day, with all outcomes; then each day on which something changes, with those that do.
    moments: Vec<JsonMoment<'a>>,
}

#[derive(Serialize)]
struct JsonMoment<'a> {
    on: String,
    changed: Vec<JsonChanged<'a>>,
    outcomes: Vec<JsonOutcome<'a>>,
}

#[derive(Serialize)]
struct JsonChanged<'a> {
    consequence: &'a str,
    before: &'static str,
    after: &'static str,
    causes: Vec<JsonCause<'a>>,
}

#[derive(Serialize)]
struct JsonCause<'a> {
    /// `begins`, `ends`, `published`, `passed` or `passed_for_some`.
    cause: &'static str,
    /// The name of the rule, the claim or the fact.
    name: &'a str,
}

/// The outcomes of a profile over a time as one JSON document.
#[must_use]
pub fn timeline<'a>(subject: Subject<'a>, look: Look<'_>, found: &'a Timeline, layout: Layout) -> String {
    let moments = std::iter::once(&found.first).chain(&found.changes).map(|it| moment(subject, it));
    let (from, to) = found.over;
    layout.write(&report(
        subject,
        Document { from: from.to_string(), to: to.to_string(), as_known: look.as_known, moments: moments.collect() },
    ))
}

fn moment<'a>(subject: Subject<'a>, moment: &'a Moment) -> JsonMoment<'a> {
    let subject = Subject { selection: &moment.selection, ..subject };
    let concerned = |index: usize| moment.changed.iter().any(|changed| changed.consequence.index() == index);
    let outcomes = moment.outcomes.iter().enumerate();
    JsonMoment {
        on: moment.date.to_string(),
        changed: moment.changed.iter().map(|it| changed(subject.policy, moment, it)).collect(),
        outcomes: outcomes
            .filter(|(index, _)| moment.changed.is_empty() || concerned(*index))
            .map(|(_, outcome)| outcome_json(subject, outcome))
            .collect(),
    }
}

fn changed<'a>(policy: &'a Policy, moment: &Moment, changed: &Changed) -> JsonChanged<'a> {
    JsonChanged {
        consequence: &policy[changed.consequence].name,
        before: changed.before.name(),
        after: moment.outcomes[changed.consequence.index()].status.name(),
        causes: changed.causes.iter().map(|it| cause(policy, *it)).collect(),
    }
}

fn cause(policy: &Policy, cause: Cause) -> JsonCause<'_> {
    match cause {
        Cause::Begins(rule) => JsonCause { cause: "begins", name: &policy[rule].name },
        Cause::Ends(rule) => JsonCause { cause: "ends", name: &policy[rule].name },
        Cause::Published(claim) => JsonCause { cause: "published", name: &policy[claim].name },
        Cause::Passed(_, fact) => JsonCause { cause: "passed", name: &policy[fact].name },
        Cause::PassedForSome(_, fact) => JsonCause { cause: "passed_for_some", name: &policy[fact].name },
    }
}
