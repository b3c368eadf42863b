//! Conditions over facts, with every name resolved and every value typed.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "years and counts are kept far below what 64 bits hold, by the calendar and `Number::ceil`"
)]

use super::value::{Date, Range, Value};
use super::{ConsequenceId, DefinitionId, FactId};
use crate::never::never;
use crate::syntax::ast::TimeUnit;
use crate::text::Place;

/// A condition.
#[derive(Clone, Debug)]
pub enum Condition {
    /// `a and b`, and where it stands.
    All(Vec<Condition>, Place),
    /// `a or b`, and where it stands.
    Any(Vec<Condition>, Place),
    /// `not a`, and where it stands with its `not`.
    Not(Box<Condition>, Place),
    /// A test of one fact.
    Test(Test),
    /// The name of a definition.
    Definition(DefinitionId, Place),
    /// The name of a consequence: holds when it follows or is disputed.
    Consequence(ConsequenceId, Place),
}

impl Condition {
    /// Where it stands, without the parentheses around it.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Condition::All(_, place) | Condition::Any(_, place) | Condition::Not(_, place) => *place,
            Condition::Definition(_, place) | Condition::Consequence(_, place) => *place,
            Condition::Test(test) => test.place,
        }
    }

    /// Every test of a fact in it, in the order written.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.leaves().filter_map(|leaf| match leaf {
            Condition::Test(test) => Some(test),
            _ => None,
        })
    }

    /// Every part that is not made of others, in the order written.
    pub fn leaves(&self) -> impl Iterator<Item = &Condition> {
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                match open.pop()? {
                    Condition::All(parts, _) | Condition::Any(parts, _) => open.extend(parts.iter().rev()),
                    Condition::Not(inner, _) => open.push(inner),
                    leaf => return Some(leaf),
                }
            }
        })
    }
}

/// A test of one fact against constants.
#[derive(Clone, Debug)]
pub struct Test {
    /// The fact.
    pub fact: FactId,
    /// Against what.
    pub kind: TestKind,
    /// Where it stands.
    pub place: Place,
}

/// Against what a fact is tested.
#[derive(Clone, Debug)]
pub enum TestKind {
    /// The fact is `yes`.
    Yes,
    /// The fact is one of these items of its list; ascending.
    OneOf(Vec<u32>),
    /// The fact, a number or a date, lies in one of these ranges.
    Within(Vec<Range>),
    /// At least so many whole years, months or days have passed since the fact, a date.
    Since(TimeUnit, i64),
}

impl TestKind {
    /// Whether it depends on the date of evaluation.
    #[must_use]
    pub fn needs_date(&self) -> bool {
        matches!(self, TestKind::Since(..))
    }
}

impl Test {
    /// Whether `value` passes, on the date `on`.
    ///
    /// INVARIANT: the value is of the fact's type, and a test that needs a date is given one.
    #[must_use]
    pub fn holds(&self, value: Value, on: Option<Date>) -> bool {
        match (&self.kind, value) {
            (TestKind::Yes, Value::YesNo(yes)) => yes,
            (TestKind::OneOf(items), Value::Item(item)) => items.binary_search(&item).is_ok(),
            (TestKind::Within(ranges), value) => ranges.iter().any(|range| range.contains(&value)),
            (TestKind::Since(unit, count), Value::Date(date)) => {
                anniversary(date, *unit, *count) <= on.expect("a view of dated tests has a date").parts()
            }
            (TestKind::Yes | TestKind::OneOf(_) | TestKind::Since(..), _) => never("a value is of its fact's type"),
        }
    }
}

/// The day on which `count` years, months or days have passed since `date`: year, month, day.
///
/// A day that the year or month lacks falls on the first of the next month. The year may lie
/// outside 1 to 9999, which is why this is no [`Date`].
#[must_use]
pub fn anniversary(date: Date, unit: TimeUnit, count: i64) -> (i64, i64, i64) {
    let (year, month, day) = date.parts();
    let months = match unit {
        TimeUnit::Years => count * 12,
        TimeUnit::Months => count,
        TimeUnit::Days => return shifted(date.number() + count),
    };
    let index = year * 12 + (month - 1) + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    if day <= days_in_month(year, month) {
        return (year, month, day);
    }
    // INVARIANT: December has 31 days, so the next month is in the same year.
    (year, month + 1, 1)
}

/// The date of a day number; far outside the calendar, some day before or after all of it.
fn shifted(number: i64) -> (i64, i64, i64) {
    match number {
        ..0 => (0, 1, 1),
        _ if number > Date::MAX.number() => (10_000, 1, 1),
        _ => Date::from_number(number).parts(),
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}
