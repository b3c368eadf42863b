//! On which dates the outcomes of a profile change, and what changed them.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of days, and days with a neighbour")]

use crate::analysis::days;
use crate::diagnostic::Diagnostic;
use crate::distinct::distinct;
use crate::model::{
    ClaimId, Condition, ConsequenceId, Date, FactId, Node, Policy, Profile, RuleId, Test, TestKind, Value,
};
use crate::semantics::engine::needed;
use crate::semantics::{Engine, Outcome, Said, Selection, Status, View};
use crate::text::Place;

/// So many days are looked at one by one, where that is needed.
pub const DAYS: i64 = 4_000;

/// The outcomes of a profile over a time.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The first day and the last.
    pub over: (Date, Date),
    /// As it is on the first day.
    pub first: Moment,
    /// The later days on which another status is said of some consequence than the day before, or the
    /// same by other rules or other reports.
    pub changes: Vec<Moment>,
}

/// A day on which something begins or changes.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The rules that count on it.
    pub selection: Selection,
    /// The outcome of each consequence, in the order of declaration.
    pub outcomes: Vec<Outcome>,
    /// What changed since the day before; empty on the first day.
    pub changed: Vec<Changed>,
}

/// A consequence of which another status is said than the day before, or the same by others.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The consequence.
    pub consequence: ConsequenceId,
    /// Its status the day before.
    pub before: Status,
    /// What happened on this day to the rules on which it depends.
    pub causes: Vec<Cause>,
}

/// What can change an outcome from one day to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A rule comes into force.
    Begins(RuleId),
    /// The day before was the last on which a rule was in force.
    Ends(RuleId),
    /// A claim counts from this day on: it, or a source that quotes it, is published.
    Published(ClaimId),
    /// A time that is counted since a known date has passed: where the test stands, and the fact.
    Passed(Place, FactId),
    /// A time is counted since an unknown date, and some of the dates that it may be are passed.
    PassedForSome(Place, FactId),
}

/// Why there is no timeline.
#[derive(Clone, Debug)]
pub enum Refused {
    /// An answer depends on the date in a way that has a mistake.
    Mistake(Diagnostic),
    /// The time since this unknown fact is counted in days and also in months or years, so that
    /// every day has to be looked at, and there are more than [`DAYS`].
    TooLong(FactId),
}

/// How days are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// Which claims count, and otherwise everything but the date.
    pub view: &'a View,
    /// Whether on each day only what was published by then counts.
    pub as_known: bool,
}

impl Look<'_> {
    fn on(self, date: Date) -> View {
        let known_by = if self.as_known { Some(date) } else { self.view.known_by };
        View { on: Some(date), known_by, ..self.view.clone() }
    }
}

impl Timeline {
    /// Looks at every day from the first to the last on which something can change.
    ///
    /// # Errors
    /// When the days cannot be looked at: see [`Refused`].
    pub fn of(policy: &Policy, look: Look<'_>, profile: &Profile, over: (Date, Date)) -> Result<Self, Refused> {
        let first = moment(policy, look, profile, over.0)?;
        let mut before: Vec<Said> = Engine::new(policy, &look.on(over.0)).map_err(Refused::Mistake)?.said(profile);
        let mut changes = Vec::new();
        for date in dates(policy, look, profile, over)? {
            let engine = Engine::new(policy, &look.on(date)).map_err(Refused::Mistake)?;
            let now = engine.said(profile);
            if now == before {
                continue;
            }
            let yesterday = look.on(Date::from_number(date.number() - 1));
            let yesterday = yesterday.select(policy).map_err(Refused::Mistake)?;
            let mut moment = moment(policy, look, profile, date)?;
            let changed = policy.consequence_ids().filter(|id| now[id.index()] != before[id.index()]);
            moment.changed = changed
                .map(|id| {
                    let causes = causes(policy, [&yesterday, &moment.selection], profile, id);
                    Changed { consequence: id, before: before[id.index()].status, causes }
                })
                .collect();
            changes.push(moment);
            before = now;
        }
        Ok(Self { over, first, changes })
    }
}

fn moment(policy: &Policy, look: Look<'_>, profile: &Profile, date: Date) -> Result<Moment, Refused> {
    let engine = Engine::new(policy, &look.on(date)).map_err(Refused::Mistake)?;
    let outcomes = engine.outcomes(profile);
    Ok(Moment { date, selection: engine.selection, outcomes, changed: Vec::new() })
}

/// The days after the first on which a status can be another than the day before.
fn dates(policy: &Policy, look: Look<'_>, profile: &Profile, over: (Date, Date)) -> Result<Vec<Date>, Refused> {
    let (first, last) = (over.0.number() + 1, over.1.number());
    if let Some(fact) = policy.fact_ids().find(|fact| profile.value(*fact).is_none() && days::is_uneven(policy, *fact))
    {
        return match last - first < DAYS {
            true => Ok((first..=last).map(Date::from_number).collect()),
            false => Err(Refused::TooLong(fact)),
        };
    }
    let mut dates = days::starts(policy);
    for test in tests(policy) {
        let TestKind::Since(unit, count) = &test.kind else { continue };
        // Of an unknown date, the first and the last of the calendar are passed too.
        let since = match profile.value(test.fact) {
            Some(Value::Date(since)) => vec![since],
            _ => vec![Date::MIN, Date::MAX],
        };
        dates.extend(since.into_iter().filter_map(|since| days::reached(since, *unit, *count)));
    }
    if look.as_known {
        dates.extend(policy.sources.iter().filter_map(|source| source.published));
    }
    dates.retain(|date| (first..=last).contains(&date.number()));
    Ok(distinct(dates))
}

fn tests(policy: &Policy) -> impl Iterator<Item = &Test> {
    crate::semantics::cells::conditions(policy).flat_map(Condition::tests)
}

/// What happened between two days to the rules on which a consequence depends.
fn causes(policy: &Policy, [before, after]: [&Selection; 2], profile: &Profile, id: ConsequenceId) -> Vec<Cause> {
    let mut rules: Vec<RuleId> = Vec::new();
    let mut conditions: Vec<&Condition> = Vec::new();
    for node in needed(policy, id).into_iter().chain([Node::Consequence(id)]) {
        match node {
            Node::Definition(definition) => conditions.push(&policy[definition].condition),
            Node::Consequence(consequence) => rules.extend(&policy.concluding[consequence.index()]),
        }
    }
    let rules = distinct(rules);
    let mut causes = Vec::new();
    for &rule in &rules {
        let is_in_force = |selection: &Selection| policy[rule].is_in_force(selection.on);
        match (is_in_force(before), is_in_force(after)) {
            (false, true) => causes.push(Cause::Begins(rule)),
            (true, false) => causes.push(Cause::Ends(rule)),
            (true, true) | (false, false) => {}
        }
        for &claim in &policy[rule].claims {
            if after.counts(claim) && !before.counts(claim) && !causes.contains(&Cause::Published(claim)) {
                causes.push(Cause::Published(claim));
            }
        }
        if after.has(rule) || before.has(rule) {
            conditions.push(&policy[rule].when);
            conditions.extend(&policy[rule].unless);
        }
    }
    let mut open = Vec::new();
    for test in conditions.into_iter().flat_map(Condition::tests).filter(|test| test.kind.needs_date()) {
        match profile.value(test.fact) {
            Some(value) if test.holds(value, before.on) != test.holds(value, after.on) => {
                causes.push(Cause::Passed(test.place, test.fact));
            }
            Some(_) => {}
            None => open.push(Cause::PassedForSome(test.place, test.fact)),
        }
    }
    // What is counted since unknown dates goes on every day: it is named where nothing else is.
    if causes.is_empty() { open } else { causes }
}
