//! On which days a policy has to be looked at, so that all days are covered.

#![expect(clippy::indexing_slicing, reason = "a period but the first begins at the start before it")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "a day and its neighbours: where one may be outside the calendar it is asked"
)]

use crate::distinct::distinct;
use crate::model::{Condition, Date, FactId, Policy, Test, TestKind, TimeUnit, Value, anniversary};
use crate::semantics::cells::conditions;

/// One day of each period in which nothing changes: neither which rules are in force, nor whether
/// a counted anniversary lies before or after a date that some rule names. The policy's own date
/// comes first, then the others in their order; a period's day is the policy's own date, else a
/// scenario's, else its first, where it has a first one.
///
/// `None` stands for all days, where nothing depends on the date.
///
/// Where a policy counts the time since one fact in days and also in years or months, the length
/// of months can shift one count against the other inside a period: then other days of it may
/// differ from the one that is returned.
#[must_use]
pub fn days(policy: &Policy) -> Vec<Option<Date>> {
    let dated = policy.rules.iter().any(|rule| rule.in_force.is_some());
    let counted = conditions(policy).flat_map(Condition::tests).any(|test| test.kind.needs_date());
    if !dated && !counted {
        return vec![None];
    }
    let starts = starts(policy);
    let wished = || policy.as_of.into_iter().chain(policy.scenarios.iter().filter_map(|scenario| scenario.on));
    let published = policy.sources.iter().filter_map(|source| source.published).max();
    let mut days: Vec<Date> = Vec::new();
    for index in 0..=starts.len() {
        let first = index.checked_sub(1).map(|before| starts[before]);
        let next = starts.get(index).copied();
        let within = |date: &Date| first.is_none_or(|first| first <= *date) && next.is_none_or(|next| *date < next);
        let any = || match (first, next) {
            (Some(first), _) => first,
            (None, Some(next)) => Date::from_number(next.number() - 1),
            // Any day will do; readers are shown one that means something to them.
            (None, None) => published.or(Date::new(2000, 1, 1)).unwrap_or(Date::MIN),
        };
        let day = wished().find(within).or_else(|| published.filter(within)).unwrap_or_else(any);
        if within(&day) {
            days.push(day);
        }
    }
    days.sort_by_key(|day| (Some(*day) != policy.as_of, *day));
    days.into_iter().map(Some).collect()
}

/// The days, but the first of all, on which a period begins; ascending.
pub(crate) fn starts(policy: &Policy) -> Vec<Date> {
    let mut starts: Vec<Date> = Vec::new();
    for in_force in policy.rules.iter().filter_map(|rule| rule.in_force.as_ref()) {
        starts.extend(in_force.from);
        starts.extend(
            in_force.until.filter(|until| *until < Date::MAX).map(|until| Date::from_number(until.number() + 1)),
        );
    }
    for fact in policy.fact_ids() {
        starts.extend(crossings(policy, fact));
    }
    starts.retain(|date| *date > Date::MIN);
    distinct(starts)
}

/// The days on which a counted time reaches a date that is named for the same fact, or one of its
/// neighbours.
fn crossings(policy: &Policy, fact: FactId) -> Vec<Date> {
    let tests = || conditions(policy).flat_map(Condition::tests).filter(move |test| test.fact == fact);
    let counted = distinct(tests().filter_map(counted));
    if counted.is_empty() {
        return Vec::new();
    }
    // What passes changes between the date and its neighbours.
    let named = distinct(tests().flat_map(named).flat_map(|number| number - 1..=number + 1));
    let mut days = Vec::new();
    for (unit, count) in counted {
        for number in named.iter().filter(|number| (0..=Date::MAX.number()).contains(*number)) {
            days.extend(reached(Date::from_number(*number), unit, count));
        }
    }
    days
}

/// The first day on which so much time has passed since a date; `None` where it lies outside the
/// calendar: it is reached on no day, or was on all of them.
pub(crate) fn reached(since: Date, unit: TimeUnit, count: i64) -> Option<Date> {
    let (year, month, day) = anniversary(since, unit, count);
    Date::new(i16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// Whether the time since a fact is counted in days and also in months or years: then any day may
/// be unlike the one before it, for dates that are not known.
pub(crate) fn is_uneven(policy: &Policy, fact: FactId) -> bool {
    let tests = conditions(policy).flat_map(Condition::tests).filter(|test| test.fact == fact);
    distinct(tests.filter_map(counted).map(|(unit, _)| unit == TimeUnit::Days)).len() > 1
}

fn counted(test: &Test) -> Option<(TimeUnit, i64)> {
    match &test.kind {
        TestKind::Since(unit, count) => Some((*unit, *count)),
        TestKind::Yes | TestKind::OneOf(_) | TestKind::Within(_) => None,
    }
}

/// The day numbers of the dates that a test names.
fn named(test: &Test) -> Vec<i64> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let TestKind::Within(ranges) = &test.kind else { return Vec::new() };
    let number = |bound: &std::ops::Bound<Value>| match bound {
        Included(Value::Date(date)) | Excluded(Value::Date(date)) => Some(date.number()),
        Included(_) | Excluded(_) | Unbounded => None,
    };
    ranges.iter().flat_map(|range| [number(&range.from), number(&range.to)]).flatten().collect()
}
