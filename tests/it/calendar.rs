//! Counting years, months and days, against a calendar of its own: days are numbered one by
//! one from the rule of leap years, and nothing is shared with the product.

use ensue::model::{Date, TimeUnit, anniversary};
use ensue::{Engine, Policy, Status, View};

type Day = (i64, i64, i64);

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn next((year, month, day): Day) -> Day {
    match (day < days_in(year, month), month < 12) {
        (true, _) => (year, month, day + 1),
        (false, true) => (year, month + 1, 1),
        (false, false) => (year + 1, 1, 1),
    }
}

/// The day on which `months` whole months have passed since `from`: the same day of the month,
/// or the first of the next where the month lacks it.
fn monthly((year, month, day): Day, months: i64) -> Day {
    let count = year * 12 + month - 1 + months;
    let (year, month) = (count.div_euclid(12), count.rem_euclid(12) + 1);
    if day <= days_in(year, month) { (year, month, day) } else { next((year, month, days_in(year, month))) }
}

fn written((year, month, day): Day) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

/// Which of the consequences `c0`, `c1` … follow on `on` for someone born on `born`.
fn following(tests: &[String], on: Day, born: Day) -> Vec<bool> {
    let mut text = format!("policy p \"P\" as of {}\nfact born \"B\" : date\n", written(on));
    for (index, test) in tests.iter().enumerate() {
        text += &format!("consequence c{index} \"C\"\nrule r{index} \"R\" when {test} then c{index}\n");
    }
    let policy = Policy::load("p.ensue", |_| Ok(text.clone().into())).expect("it is sound");
    let profile = policy.profile(&format!("{{\"born\": \"{}\"}}", written(born))).expect("a sound profile");
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    engine.outcomes(&profile).iter().map(|outcome| outcome.status == Status::Follows).collect()
}

#[track_caller]
fn check(unit: &str, on: Day, born: Day, reached: impl Fn(i64) -> bool) {
    let counts: Vec<i64> = (-3..=30).collect();
    let tests: Vec<String> = counts.iter().map(|count| format!("{unit} since born >= {count}")).collect();
    for (count, follows) in counts.iter().zip(following(&tests, on, born)) {
        assert_eq!(follows, reached(*count), "{unit} since {} on {} >= {count}", written(born), written(on));
    }
}

#[test]
fn years_months_and_days_are_counted_as_the_reference_says() {
    let births =
        [(2000, 2, 29), (2000, 2, 28), (1999, 12, 31), (2001, 1, 31), (2000, 10, 31), (1, 1, 1), (9999, 12, 31)];
    for born in births {
        // Each day of fourteen months from three weeks before the birth, as far as there are days.
        let (year, month, _) = born;
        let mut on = if month == 1 { (year - 1, 12, 10) } else { (year, month - 1, 10) };
        let mut number = 0;
        let mut days = Vec::new();
        for _ in 0..430 {
            if on == born {
                days.iter_mut().for_each(|(_, count): &mut (Day, i64)| *count -= number);
                number = 0;
            }
            if (1..=9999).contains(&on.0) {
                days.push((on, number));
            }
            number += 1;
            on = next(on);
        }
        assert!(days.contains(&(born, 0)));
        // Every seventh day, and all around the ends of months.
        for (on, count) in days.into_iter().filter(|((_, _, day), count)| count % 7 == 0 || *day < 3 || *day > 27) {
            check("days", on, born, |least| count >= least);
            check("months", on, born, |least| on >= monthly(born, least));
            check("years", on, born, |least| on >= monthly(born, 12 * least));
        }
    }
}

/// Years of a full century are leap years where 400 divides them.
#[test]
fn a_day_that_the_last_year_of_a_century_lacks_is_the_next() {
    for (born, year) in [((1896, 2, 29), 1900), ((1996, 2, 29), 2000), ((2096, 2, 29), 2100), ((2396, 2, 29), 2400)] {
        for on in [(year, 2, 28), (year, 2, 29), (year, 3, 1), (year, 3, 2)] {
            if on.2 <= days_in(on.0, on.1) {
                check("years", on, born, |least| on >= monthly(born, 12 * least));
                check("months", on, born, |least| on >= monthly(born, least));
            }
        }
    }
}

/// A day of which the calendar has no number lies before all days or after them.
#[test]
fn days_outside_the_calendar_are_counted_as_the_reference_says() {
    for far in [3_652_059_i64, 4_000_000, 100_000_000] {
        for unit in ["days", "months", "years"] {
            let tests = [format!("{unit} since born >= {far}"), format!("{unit} since born >= -{far}")];
            for born in [(1, 1, 1), (2000, 2, 29), (9999, 12, 31)] {
                assert_eq!(following(&tests, (2000, 2, 29), born), [false, true], "{unit}, {far}, {born:?}");
                let date = Date::parse(&written(born)).expect("a date");
                let unit = match unit {
                    "days" => TimeUnit::Days,
                    "months" => TimeUnit::Months,
                    _ => TimeUnit::Years,
                };
                assert!(anniversary(date, unit, -far) < (1, 1, 1) && anniversary(date, unit, far) > (9999, 12, 31));
            }
        }
    }
}
