//! Options, values and sources side by side against brute force: every completion of each column.

use std::collections::BTreeSet;

use ensue::explore::compare::{Column, Comparison, Harm, Reasons, Way};
use ensue::model::{FactId, SourceId, Value};
use ensue::semantics::{Possible, Selection, Settled, View, evaluate};
use ensue::{Engine, Policy, Profile};
use proptest::prelude::*;

use crate::generate::{self, FACTS, ON, Tape, completions, profile_json, tapes};
use crate::lints::load;

/// A policy some of whose consequences are harms, with a choice.
pub fn text(tape: &mut Tape<'_>) -> String {
    let mut declarations = generate::policy(tape);
    for declaration in declarations.iter_mut().filter(|it| it.starts_with("consequence ")) {
        if tape.pick(3) > 0 {
            declaration.push_str(" harm");
        }
    }
    let option = |tape: &mut Tape<'_>, index: usize| {
        let fact = tape.pick(FACTS.len());
        let set = |tape: &mut Tape<'_>, fact: usize| {
            let (name, kind, values) = FACTS[fact];
            let value = values[tape.pick(values.len())].trim_matches('"');
            let value = if kind == "yes or no" { if value == "true" { "yes" } else { "no" } } else { value };
            format!("{name} {value}")
        };
        let mut sets = set(tape, fact);
        if tape.pick(2) == 1 {
            sets = format!("{sets}, {}", set(tape, (fact + 1) % FACTS.len()));
        }
        format!(" option o{index} \"Option {index}\" sets {sets}")
    };
    let options: String = (0..2 + tape.pick(2)).map(|index| option(tape, index)).collect();
    declarations.push(format!("choice ch \"Choice\"{options}"));
    format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"))
}

/// Every complete profile.
pub fn all(policy: &Policy) -> Vec<Profile> {
    let complete = |case: Vec<usize>| profile_json(&case.into_iter().map(Some).collect::<Vec<_>>());
    completions().into_iter().map(|case| policy.profile(&complete(case)).expect("it fits")).collect()
}

/// A profile with other values for some facts; `None` forgets one.
pub fn changed(policy: &Policy, profile: &Profile, changes: &[(FactId, Option<Value>)]) -> Profile {
    let kept = profile.known().filter(|fact| changes.iter().all(|(changed, _)| changed != fact));
    let kept = kept.filter_map(|fact| Some((fact, profile.value(fact)?)));
    let set = changes.iter().filter_map(|(fact, value)| Some((*fact, (*value)?)));
    policy.knowing(&kept.chain(set).collect::<Vec<_>>())
}

/// Whether a value lies in a column.
fn lies_in(way: &Way<'_>, value: Value) -> bool {
    match way {
        Way::Values(values) => values.contains(value),
        Way::Option(_) | Way::Source(_) => panic!("the columns are values"),
    }
}

/// The statuses of all completions of a profile, under a selection.
pub fn statuses(policy: &Policy, selection: &Selection, all: &[Profile], profile: &Profile) -> Vec<Vec<Settled>> {
    let completes = |complete: &&Profile| profile.known().all(|fact| complete.value(fact) == profile.value(fact));
    all.iter().filter(completes).map(|complete| evaluate(policy, selection, complete)).collect()
}

/// That a column says what its completions say.
fn holds(policy: &Policy, column: &Column<'_>, cases: &[Vec<Settled>]) -> Result<(), TestCaseError> {
    for id in policy.consequence_ids() {
        let possible: Possible = cases.iter().map(|statuses| statuses[id.index()]).collect();
        prop_assert_eq!(column.outcomes[id.index()].status.possible(), possible);
    }
    let some = |wanted: fn(Settled) -> bool| -> BTreeSet<bool> {
        let harms = || policy.consequence_ids().filter(|id| policy[*id].harm);
        cases.iter().map(|statuses| harms().any(|id| wanted(statuses[id.index()]))).collect()
    };
    let always = BTreeSet::from([true]);
    let follows = some(|status| status == Settled::Follows);
    let asserted = some(Settled::asserted);
    match &column.harm {
        Harm::Follows => prop_assert_eq!(&follows, &always),
        Harm::Disputed => prop_assert!(asserted == always && follows != always),
        Harm::NotReported => prop_assert_eq!(asserted, BTreeSet::from([false])),
        Harm::Open(facts) => prop_assert!(asserted.len() == 2 && !facts.is_empty()),
    }
    prop_assert_eq!(column.is_silent(), cases.iter().flatten().all(|status| *status == Settled::DoesNotFollow));
    Ok(())
}

/// That what is said of all columns together is so, for the statuses of each column's completions.
fn sums_up(policy: &Policy, compared: &Comparison<'_>, cases: &[Vec<Vec<Settled>>]) -> Result<(), TestCaseError> {
    for id in policy.consequence_ids() {
        let of = |column: &[Vec<Settled>]| -> BTreeSet<Settled> {
            column.iter().map(|statuses| statuses[id.index()]).collect()
        };
        let columns: Vec<BTreeSet<Settled>> = cases.iter().map(|column| of(column)).collect();
        let together: BTreeSet<Settled> = columns.iter().flatten().copied().collect();
        prop_assert_eq!(compared.everywhere(id), together.first().copied().filter(|_| together.len() == 1));
        let is = |column: &BTreeSet<Settled>, status| *column == BTreeSet::from([status]);
        let never = |column: &BTreeSet<Settled>| column.iter().all(|status| !status.asserted());
        let follows: Vec<usize> = (0..columns.len()).filter(|it| is(&columns[*it], Settled::Follows)).collect();
        let only = match follows[..] {
            [one] if (0..columns.len()).all(|other| other == one || never(&columns[other])) => Some(one),
            _ => None,
        };
        prop_assert_eq!(compared.only_in(id), only);
        let ruled_out = columns.iter().any(|column| is(column, Settled::RuledOut));
        prop_assert_eq!(compared.is_contested(id), ruled_out && !follows.is_empty());
    }
    let harms =
        |statuses: &Vec<Settled>| policy.consequence_ids().any(|id| policy[id].harm && statuses[id.index()].asserted());
    prop_assert_eq!(compared.every_column_harms(), cases.iter().flatten().all(harms));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn columns_say_what_each_completion_says(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let known: Vec<Option<usize>> = FACTS
            .iter()
            .map(|(_, _, values)| (tape.pick(3) > 0).then(|| tape.pick(values.len())))
            .collect();
        let profile = policy.profile(&profile_json(&known)).expect("it fits");
        let all = all(&policy);
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let selection = &engine.selection;

        let options = Comparison::of_options(&engine, &policy.choices[0], &profile, Reasons::Sought);
        prop_assert_eq!(options.columns.len(), policy.choices[0].options.len());
        let mut cases = Vec::new();
        for (column, option) in options.columns.iter().zip(&policy.choices[0].options) {
            let sets: Vec<_> = option.sets.iter().map(|(fact, value)| (*fact, Some(*value))).collect();
            let with = changed(&policy, &profile, &sets);
            prop_assert_eq!(column.is_given, with == profile);
            cases.push(statuses(&policy, selection, &all, &with));
            holds(&policy, column, &cases[cases.len() - 1])?;
        }
        sums_up(&policy, &options, &cases)?;

        for fact in policy.fact_ids() {
            let values = Comparison::of_values(&engine, fact, &profile, Reasons::Sought);
            let without = changed(&policy, &profile, &[(fact, None)]);
            let completes = |complete: &&Profile| without.known().all(|it| complete.value(it) == without.value(it));
            let mut cases: Vec<Vec<Vec<Settled>>> = vec![Vec::new(); values.columns.len()];
            for complete in all.iter().filter(completes) {
                let value = complete.value(fact).expect("it is complete");
                let places: Vec<usize> =
                    (0..cases.len()).filter(|it| lies_in(&values.columns[*it].way, value)).collect();
                prop_assert_eq!(places.len(), 1, "every value lies in one column");
                cases[places[0]].push(evaluate(&policy, selection, complete));
            }
            for (column, cases) in values.columns.iter().zip(&cases) {
                prop_assert_eq!(column.is_given, profile.value(fact).is_some_and(|value| lies_in(&column.way, value)));
                holds(&policy, column, cases)?;
            }
            sums_up(&policy, &values, &cases)?;
        }

        let named: Vec<SourceId> = (0..policy.sources.len()).map(SourceId::new).collect();
        let view = View::default();
        let sources = Comparison::of_sources(&policy, &view, &named, &profile, Reasons::Sought).expect("it has a date");
        let mut cases = Vec::new();
        for (column, source) in sources.columns.iter().zip(&named) {
            let view = View { according_to: vec![*source], ..View::default() };
            let selection = view.select(&policy).expect("it has a date");
            cases.push(statuses(&policy, &selection, &all, &profile));
            holds(&policy, column, &cases[cases.len() - 1])?;
        }
        sums_up(&policy, &sources, &cases)?;
    }
}
