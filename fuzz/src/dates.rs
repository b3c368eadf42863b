//! Dates, through the language, against a calendar of its own.

use std::fmt::Write as _;

use ensue::semantics::Scratch;
use ensue::{Engine, Limit, Limits, Status, View};

use crate::calendar::{self, Day};
use crate::draw::Draw;
use crate::rules;

/// Some day: any, one near another, near the end of a month or of February, or of the calendar. How months of
/// different lengths are counted shows only where two of these meet.
pub fn some_day(draw: &mut Draw<'_>, near: Day) -> Day {
    let (first, last) = (calendar::number(calendar::FIRST), calendar::number(calendar::LAST));
    let year = |draw: &mut Draw<'_>| 1 + draw.number().rem_euclid(9_999);
    let about = match draw.below(6) {
        0 => calendar::number(near),
        1 => calendar::number((near.0, near.1 - draw.number() % 1_600, near.2)),
        2 => calendar::number((near.0, near.1 - draw.number() % 1_600, 1)),
        3 => calendar::number((year(draw), 3, 1)),
        4 => [first, last][draw.below(2)],
        _ => first + draw.number().rem_euclid(last - first + 1),
    };
    calendar::day((about + near_number(draw)).clamp(first, last))
}

fn near_number(draw: &mut Draw<'_>) -> i64 {
    i64::try_from(draw.below(7)).expect("small") - 3
}

/// A test of the date `d` as it is written, and what it says of a day.
struct Test {
    written: String,
    holds: Box<dyn Fn(Day) -> bool>,
}

fn compared(draw: &mut Draw<'_>) -> (&'static str, fn(i64, i64) -> bool) {
    match draw.below(4) {
        0 => (">=", |one, other| one >= other),
        1 => ("<", |one, other| one < other),
        2 => ("<=", |one, other| one <= other),
        _ => (">", |one, other| one > other),
    }
}

fn test(draw: &mut Draw<'_>, on: Day, born: Day) -> Test {
    match draw.below(6) {
        0..=2 => since(draw, on, born),
        3 => {
            let ((sign, holds), day) = (compared(draw), some_day(draw, born));
            let number = calendar::number(day);
            Test {
                written: format!("d {sign} {}", calendar::written(day)),
                holds: Box::new(move |d| holds(calendar::number(d), number)),
            }
        }
        4 => {
            let mut days = [some_day(draw, born), some_day(draw, born)];
            days.sort_unstable();
            let [low, high] = days;
            Test {
                written: format!("d is from {} to {}", calendar::written(low), calendar::written(high)),
                holds: Box::new(move |d| low <= d && d <= high),
            }
        }
        _ => {
            let day = some_day(draw, born);
            Test { written: format!("d is not {}", calendar::written(day)), holds: Box::new(move |d| d != day) }
        }
    }
}

/// A counted time. Counts lie near the one that has passed, or anywhere.
fn since(draw: &mut Draw<'_>, on: Day, born: Day) -> Test {
    let unit = draw.below(3);
    let passed = match unit {
        0 => on.0 - born.0,
        1 => (on.0 - born.0) * 12 + on.1 - born.1,
        _ => calendar::number(on) - calendar::number(born),
    };
    let count = if draw.once_in(6) { draw.number() } else { passed + near_number(draw) };
    let (sign, holds) = compared(draw);
    // So many whole ones have passed: compared with a fraction, a count is never equal.
    let half = draw.once_in(4) && count.unsigned_abs() < 1 << 40;
    let fraction = if half { ".5" } else { "" };
    let written = format!("{} since d {sign} {count}{fraction}", ["years", "months", "days"][unit]);
    let counted = move |d: Day| -> i64 {
        match unit {
            2 => calendar::number(on) - calendar::number(d),
            _ => {
                // The last month is whole from the same day on; where it lacks that, from the first of the next,
                // which is in another month.
                let months = (on.0 - d.0) * 12 + on.1 - d.1 - i64::from(on.2 < d.2);
                if unit == 1 { months } else { months.div_euclid(12) }
            }
        }
    };
    Test {
        written,
        holds: Box::new(move |d| match (half, count < 0) {
            (false, _) => holds(counted(d), count),
            // Twice as many, so that halves are whole.
            (true, false) => holds(2 * counted(d), 2 * count + 1),
            (true, true) => holds(2 * counted(d), 2 * count - 1),
        }),
    }
}

/// Tests of a date and times in force, on a day: what the rules say is what the calendar says.
pub fn dates(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let on = some_day(draw, (2024, 2, 29));
    let born = some_day(draw, on);
    let mut text = format!("policy p \"P\" as of {}\nfact d \"D\" : date\n", calendar::written(on));
    let mut expected: Vec<Box<dyn Fn(Day) -> bool>> = Vec::new();
    for index in 0..1 + draw.below(4) {
        let Test { written, holds } = test(draw, on, born);
        let mut days = [some_day(draw, on), some_day(draw, on)];
        days.sort_unstable();
        let [from, until] = days;
        let (force, is_in_force) = match draw.below(6) {
            0 => (format!("in force from {}", calendar::written(from)), from <= on),
            1 => (format!("in force until {}", calendar::written(until)), on <= until),
            2 => (
                format!("in force from {} until {}", calendar::written(from), calendar::written(until)),
                from <= on && on <= until,
            ),
            _ => (String::new(), true),
        };
        let _ = writeln!(text, "consequence c{index} \"C\"\nrule r{index} \"R\" {force} when {written} then c{index}");
        expected.push(Box::new(move |d| is_in_force && holds(d)));
    }
    let policy = rules::sound(&text);
    let exact = Engine::new(&policy, &View::default()).expect("it has a date");
    let searching = Limits::default().with(Limit::CompileSteps, 0);
    let searching = Engine::with_limits(&policy, &View::default(), searching).expect("it has a date");
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    let days = [born, on, some_day(draw, born), some_day(draw, on), calendar::FIRST, calendar::LAST];
    for day in days {
        let written = calendar::written(day);
        let profile = policy.profile(&format!("{{\"d\": \"{written}\"}}")).expect("it is a day");
        for engine in [&exact, &searching] {
            engine.statuses(&profile, &mut scratch, &mut statuses);
            for (holds, status) in expected.iter().zip(&statuses) {
                let expected = if holds(day) { Status::Follows } else { Status::DoesNotFollow };
                assert_eq!(*status, expected, "on {written}\n{text}");
            }
        }
    }
    // A day that there is not is no date.
    let (year, month, day) = days[2];
    let no_day = (year, month, day + 3 + i64::try_from(draw.below(5)).expect("small"));
    if calendar::day(calendar::number(no_day)) != no_day {
        assert!(policy.profile(&format!("{{\"d\": \"{}\"}}", calendar::written(no_day))).is_err(), "{no_day:?}");
    }
}
