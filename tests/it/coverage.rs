//! What scenarios show against brute force: every completion of what each of them gives.

use ensue::analysis::coverage::{Coverage, Goal, Sight, State, Subject};
use ensue::analysis::days::days;
use ensue::model::{Condition, RuleId};
use ensue::text::Place;
use ensue::{Limits, Policy, scenarios};
use proptest::prelude::*;

use crate::generate::{self, ON, Tape, tapes};
use crate::lints::{Brute, Case, load};

/// Values, as rule files write them, that the completions of a profile have.
const GIVEN: [(&str, &[&str]); 6] = [
    ("b0", &["no", "yes"]),
    ("b1", &["no", "yes"]),
    ("l0", &["va", "vb", "vc"]),
    ("w0", &["0", "1", "2", "3"]),
    ("n0", &["-1", "1", "1.25", "1.5", "7"]),
    ("d0", &["2000-02-28", "2000-02-29", "2000-03-01", "2000-03-02"]),
];

/// A scenario that gives some facts, and expects nothing that could fail.
fn scenario(tape: &mut Tape<'_>, index: usize) -> String {
    let mut given = Vec::new();
    for (fact, values) in GIVEN {
        // One of three is unknown.
        if tape.pick(3) > 0 {
            given.push(format!("{fact} {}", values[tape.pick(values.len())]));
        }
    }
    let given = if given.is_empty() { String::new() } else { format!(" given {}", given.join(", ")) };
    format!("scenario \"Scenario {index}\"{given} expect undetermined c0")
}

/// What a test or a rule is in one complete profile: whether it holds, and whether it decides.
struct Seen {
    holds: bool,
    decides: bool,
}

fn leaf(condition: &Condition, place: Place) -> bool {
    Brute::parts(condition).iter().any(|(part, _)| part.place() == place)
}

fn part(condition: &Condition, place: Place) -> &Condition {
    Brute::parts(condition).into_iter().map(|(part, _)| part).find(|part| part.place() == place).expect("it is in it")
}

/// What a subject is in a case; `None` where it does not count on that day.
fn seen(brute: &Brute<'_>, policy: &Policy, subject: Subject, case: &Case) -> Option<Seen> {
    let in_force = |rule: RuleId| brute.days[case.day].has(rule);
    match subject {
        Subject::Rule(rule) => in_force(rule).then(|| Seen { holds: brute.applies(rule, case, None), decides: false }),
        Subject::RuleTest(rule, place) => in_force(rule).then(|| {
            let when = &policy[rule].when;
            let inside = if leaf(when, place) { when } else { policy[rule].unless.as_ref().expect("it is in it") };
            let applies = |holds: bool| brute.applies(rule, case, Some((place, holds)));
            Seen { holds: brute.holds(part(inside, place), case, None), decides: applies(true) != applies(false) }
        }),
        Subject::DefinitionTest(id, place) => {
            let inside = &policy[id].condition;
            let whole = |holds: bool| brute.holds(inside, case, Some((place, holds)));
            Some(Seen { holds: brute.holds(part(inside, place), case, None), decides: whole(true) != whole(false) })
        }
        Subject::Source(source) => {
            let rests = |rule: &RuleId| policy[*rule].claims.iter().any(|claim| policy[*claim].by == source);
            let applies = policy.rule_ids().filter(rests).any(|rule| brute.applies(rule, case, None));
            Some(Seen { holds: applies, decides: false })
        }
        Subject::Option(..) => None,
    }
}

/// Whether these complete profiles of one day, the completions of one profile, show a goal.
fn shown(brute: &Brute<'_>, policy: &Policy, goal: &Goal, cases: &[&Case]) -> bool {
    if let (Sight::Applied, Subject::Source(source)) = (goal.sight, goal.subject) {
        // One and the same rule applies to all of them.
        let rests = |rule: &RuleId| policy[*rule].claims.iter().any(|claim| policy[*claim].by == source);
        return policy.rule_ids().filter(rests).any(|rule| cases.iter().all(|case| brute.applies(rule, case, None)));
    }
    let found: Option<Vec<Seen>> = cases.iter().map(|case| seen(brute, policy, goal.subject, case)).collect();
    let Some(found) = found else { return false };
    let all = |holds: bool| found.iter().all(|seen| seen.holds == holds);
    match goal.sight {
        Sight::Applied | Sight::True => all(true),
        Sight::Stopped | Sight::False => all(false),
        Sight::Undetermined => !all(true) && !all(false),
        Sight::Deciding => (all(true) || all(false)) && found.iter().all(|seen| seen.decides),
        Sight::Taken => false,
    }
}

/// Whether some profile shows a goal on some day: a complete one does where any does, but for what
/// is left open, which the profile in which nothing is known leaves open if any does.
fn possible(brute: &Brute<'_>, policy: &Policy, goal: &Goal) -> bool {
    if goal.sight == Sight::Undetermined {
        let of_day = |day: usize| brute.cases.iter().filter(|case| case.day == day).collect::<Vec<_>>();
        return (0..brute.days.len()).any(|day| shown(brute, policy, goal, &of_day(day)));
    }
    brute.cases.iter().any(|case| shown(brute, policy, goal, &[case]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is said to be seen is, what is said to be impossible is, and every suggestion shows
    /// more than was shown before it, until all is.
    #[test]
    fn coverage_is_exact(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let mut declarations: Vec<String> = (0..tape.pick(4)).map(|index| scenario(&mut tape, index)).collect();
        let rules = generate::policy(&mut tape);
        declarations.splice(0..0, rules);
        let mut text = format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"));
        let policy = load(&text);
        let brute = Brute::new(&policy, &days(&policy));
        let today = (0..brute.days.len()).find(|day| brute.days[*day].on == policy.as_of);
        // Where nothing depends on the date there is one day, without a date.
        let today = today.unwrap_or(0);
        let completions: Vec<Vec<&Case>> = policy.scenarios.iter().map(|scenario| {
            let fits = |case: &&Case| {
                case.day == today
                    && scenario.given.iter().all(|(fact, value)| case.profile.value(*fact) == Some(*value))
            };
            brute.cases.iter().filter(fits).collect()
        }).collect();
        prop_assert!(completions.iter().all(|cases| !cases.is_empty()));
        let coverage = Coverage::of(&policy, Limits::default());
        for goal in &coverage.goals {
            let words = || format!("{}\n{text}", goal.words(&policy));
            let count = completions.iter().filter(|cases| shown(&brute, &policy, goal, cases)).count();
            prop_assert_eq!(goal.scenarios, count, "{}", words());
            match goal.state {
                State::Seen => prop_assert!(count > 0, "{}", words()),
                State::Missing(_) => prop_assert!(count == 0 && possible(&brute, &policy, goal), "{}", words()),
                State::Impossible => prop_assert!(!possible(&brute, &policy, goal), "{}", words()),
                State::NotDecided => prop_assert!(false, "it is small: {}", words()),
            }
        }
        let mut before = coverage.tally(|_| true);
        for suggestion in &coverage.suggestions {
            text.push_str(&policy.written_scenario(&suggestion.draft));
            let with = load(&text);
            let verdicts = scenarios::verdicts(&with).expect("there is a date");
            prop_assert!(verdicts.last().is_some_and(|it| it.surprises.is_empty()), "{}", text);
            let now = Coverage::of(&with, Limits::default());
            prop_assert!(suggestion.goals.iter().all(|goal| now.goals[*goal].state == State::Seen), "{}", text);
            let after = now.tally(|_| true);
            prop_assert!(after.seen > before.seen && after.all() == before.all(), "{}", text);
            before = after;
        }
        prop_assert_eq!(before.missing, 0);
    }
}
