//! When outcomes change, against every single day.

use ensue::explore::timeline::{Cause, Look, Timeline};
use ensue::model::{ClaimId, Date, RuleId, Value};
use ensue::semantics::{Outcome, Selection, Status, View};
use ensue::{Engine, Policy, Profile};
use proptest::prelude::*;

use crate::generate::{self, FACTS, ON, Tape, profile_json, tapes};
use crate::lints::load;

fn day(text: &str) -> Date {
    Date::parse(text).expect("it is a day")
}

/// For each consequence its status, the rules that give it and the claims that count for them.
type Said = (Status, Vec<RuleId>, Vec<ClaimId>);

fn on(policy: &Policy, view: View, profile: &Profile) -> Vec<Said> {
    let engine = Engine::new(policy, &view).expect("it has a date");
    said(policy, &engine.selection, &engine.outcomes(profile))
}

fn said(policy: &Policy, selection: &Selection, outcomes: &[Outcome]) -> Vec<Said> {
    let claims = |outcome: &Outcome| -> Vec<ClaimId> {
        let rules = outcome.rules.iter().map(|rule| &policy[*rule]);
        rules.flat_map(|rule| rule.claims.iter().copied().filter(|claim| selection.counts(*claim))).collect()
    };
    outcomes.iter().map(|outcome| (outcome.status, outcome.rules.clone(), claims(outcome))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_day_is_missed(choices in tapes(), as_known in any::<bool>()) {
        let mut tape = Tape::new(&choices);
        let text = format!("policy generated \"G\" as of {ON}\n{}\n", generate::policy(&mut tape).join("\n"));
        let policy = load(&text);
        let places: Vec<Option<usize>> =
            FACTS.iter().map(|(_, _, values)| (tape.pick(3) > 0).then(|| tape.pick(values.len()))).collect();
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        let over = (day("2017-12-20"), day("2018-03-10"));
        let view = View::default();
        let timeline = Timeline::of(&policy, Look { view: &view, as_known }, &profile, over).expect("it is short");
        prop_assert_eq!(timeline.first.date, over.0);
        let mut now = said(&policy, &timeline.first.selection, &timeline.first.outcomes);
        let mut changes = timeline.changes.iter().peekable();
        for number in over.0.number()..=over.1.number() {
            let date = Date::from_number(number);
            let view = View { on: Some(date), known_by: as_known.then_some(date), ..View::default() };
            if let Some(moment) = changes.next_if(|moment| moment.date == date) {
                let after = said(&policy, &moment.selection, &moment.outcomes);
                let concerned: Vec<usize> = (0..now.len()).filter(|index| now[*index] != after[*index]).collect();
                prop_assert!(!concerned.is_empty());
                prop_assert_eq!(moment.changed.iter().map(|it| it.consequence.index()).collect::<Vec<_>>(), concerned);
                for changed in &moment.changed {
                    prop_assert_eq!(changed.before, now[changed.consequence.index()].0);
                    prop_assert!(!changed.causes.is_empty());
                    for cause in &changed.causes {
                        prop_assert!(happens(&policy, *cause, &profile, date, as_known), "{cause:?}");
                    }
                }
                now = after;
            }
            prop_assert_eq!(&now, &on(&policy, view, &profile), "on {}", date);
        }
        prop_assert!(changes.next().is_none());
    }
}

/// Whether a cause is something that happens on that very day.
fn happens(policy: &Policy, cause: Cause, profile: &Profile, date: Date, as_known: bool) -> bool {
    let yesterday = Date::from_number(date.number() - 1);
    match cause {
        Cause::Begins(rule) => policy[rule].in_force.as_ref().is_some_and(|it| it.from == Some(date)),
        Cause::Ends(rule) => policy[rule].in_force.as_ref().is_some_and(|it| it.until == Some(yesterday)),
        Cause::Published(claim) => {
            let counts = |known_by: Date| {
                let view = View { on: Some(date), known_by: Some(known_by), ..View::default() };
                view.select(policy).expect("it has a date").counts(claim)
            };
            as_known && counts(date) && !counts(yesterday)
        }
        Cause::Passed(_, fact) => matches!(profile.value(fact), Some(Value::Date(_))),
        Cause::PassedForSome(_, fact) => profile.value(fact).is_none(),
    }
}

/// That another source reports the same from some day on is a change too, and it is named.
#[test]
fn another_reporter_of_the_same() {
    let policy = load(
        "policy p \"P\"\nsource s \"S\"\nsource t \"T\"\nclaim c by s \"C\"\nclaim d by t \"D\"\n\
         fact a \"A\" : yes or no\nconsequence x \"X\"\n\
         rule old \"Old\" per c in force until 2024-12-31 when a then x\n\
         rule new \"New\" per d in force from 2025-01-01 when a then x\n",
    );
    let view = View::default();
    let look = Look { view: &view, as_known: false };
    let profile = policy.profile(r#"{"a": true}"#).expect("it fits");
    let timeline = Timeline::of(&policy, look, &profile, (day("2024-06-01"), day("2025-06-01"))).expect("it is short");
    let [moment] = &timeline.changes[..] else { panic!("one change") };
    assert_eq!((moment.date, moment.changed[0].before), (day("2025-01-01"), Status::Follows));
    assert_eq!(moment.outcomes[0].rules, [RuleId::new(1)]);
    let causes = [Cause::Ends(RuleId::new(0)), Cause::Begins(RuleId::new(1))];
    assert_eq!(moment.changed[0].causes, causes);
}

/// A month after the 31st of one is the first of the next where the month between has no such day.
#[test]
fn monthly_days() {
    let view = View::default();
    let changes = |since: &str| -> Vec<String> {
        let policy = load(
            "policy p \"P\"\nfact begun \"Begun\" : date\nconsequence due \"Is due\"\n\
             rule r \"R\" when months since begun >= 1 then due\n",
        );
        let profile = policy.profile(&format!(r#"{{"begun": "{since}"}}"#)).expect("it fits");
        let look = Look { view: &view, as_known: false };
        let timeline = Timeline::of(&policy, look, &profile, (day("1999-01-01"), day("2105-12-31")));
        timeline.expect("it is short").changes.iter().map(|moment| moment.date.to_string()).collect()
    };
    for (since, due) in [
        ("2023-03-31", "2023-05-01"),
        ("2023-05-31", "2023-07-01"),
        ("2023-08-31", "2023-10-01"),
        ("2023-10-31", "2023-12-01"),
        ("2023-12-31", "2024-01-31"),
        ("2023-07-31", "2023-08-31"),
        ("2023-04-30", "2023-05-30"),
        ("2023-01-29", "2023-03-01"),
        ("2024-01-29", "2024-02-29"),
        ("2024-01-30", "2024-03-01"),
        ("2000-01-29", "2000-02-29"),
        ("2100-01-29", "2100-03-01"),
    ] {
        assert_eq!(changes(since), [due], "{since}");
    }
}

/// The 18th birthday is a date on which something changes; before the first possible one nothing is.
#[test]
fn birthdays() {
    let policy = load(
        "policy p \"P\"\nfact born \"Born\" : date\nconsequence adult \"Is of age\"\n\
         rule r \"R\" when years since born >= 18 then adult\n",
    );
    let view = View::default();
    let look = Look { view: &view, as_known: false };
    let dates = |profile: &Profile, from: &str, to: &str| -> Vec<String> {
        let timeline = Timeline::of(&policy, look, profile, (day(from), day(to))).expect("it is short");
        timeline.changes.iter().map(|moment| moment.date.to_string()).collect()
    };
    let born = policy.profile(r#"{"born": "2004-02-29"}"#).expect("it fits");
    assert_eq!(dates(&born, "1900-01-01", "2100-12-31"), ["2022-03-01"]);
    assert_eq!(dates(&policy.unknown(), "1900-01-01", "2100-12-31"), [""; 0]);
    // Dates begin with the year 1: nobody is 18 before the year 19.
    assert_eq!(dates(&policy.unknown(), "0001-01-01", "2100-12-31"), ["0019-01-01"]);
}
