//! Reasons and changes of up to eight facts, against each of their 256 completions.

use std::collections::BTreeSet;

use ensue::explore::change::{Changes, Wanted};
use ensue::model::{FactId, Value};
use ensue::semantics::{Settled, View, evaluate};
use ensue::{Engine, Policy, Profile};
use proptest::prelude::*;

use crate::generate::{Tape, tapes};
use crate::lints::load;

const FACTS: usize = 8;

/// A set of facts, a bit for each; also of those that hold.
type Facts = u32;
const ALL: Facts = (1 << FACTS) - 1;

fn condition(tape: &mut Tape<'_>, depth: usize) -> String {
    let inner = |tape: &mut Tape<'_>| condition(tape, depth - 1);
    match tape.pick(if depth == 0 { 1 } else { 6 }) {
        0 => format!("f{}", tape.pick(FACTS)),
        1 | 2 => format!("({} and {})", inner(tape), inner(tape)),
        3 | 4 => format!("({} or {})", inner(tape), inner(tape)),
        _ => format!("not {}", inner(tape)),
    }
}

/// One consequence, with rules for and against it, of which one overrides another.
fn policy(tape: &mut Tape<'_>) -> Policy {
    let facts: String = (0..FACTS).map(|fact| format!("fact f{fact} \"Fact {fact}\" : yes or no\n")).collect();
    let rules = ["then c", "then not c", "then c overrides against"];
    let rules = ["for", "against", "over"].iter().zip(rules).map(|(name, then)| {
        let (when, unless) = (condition(tape, 4), condition(tape, 2));
        format!("rule {name} \"Rule\" when {when} unless {unless} {then}\n")
    });
    let rules: String = rules.collect();
    load(&format!("{facts}consequence c \"C\"\n{rules}"))
}

fn ids(facts: Facts) -> Vec<FactId> {
    (0..FACTS).filter(|fact| facts >> fact & 1 == 1).map(FactId::new).collect()
}

fn profile(policy: &Policy, known: Facts, holding: Facts) -> Profile {
    let value = |fact: FactId| (fact, Value::YesNo(holding >> fact.index() & 1 == 1));
    policy.knowing(&ids(known).into_iter().map(value).collect::<Vec<_>>())
}

/// The sets among `facts` for which something holds, and for no smaller one in them; the fewest facts first, then in
/// the order of declaration.
fn smallest(facts: Facts, holds: impl Fn(Facts) -> bool) -> Vec<Facts> {
    let mut found: Vec<Facts> = Vec::new();
    let mut subsets: Vec<Facts> = (0..=ALL).filter(|subset| subset & !facts == 0).collect();
    subsets.sort_by_key(|subset| (subset.count_ones(), ids(*subset)));
    for subset in subsets {
        if found.iter().all(|smaller| smaller & subset != *smaller) && holds(subset) {
            found.push(subset);
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reasons_and_changes_of_eight_facts_are_all_there_are(choices in tapes(), known in 0..=ALL, holding in 0..=ALL) {
        let mut tape = Tape::new(&choices);
        let policy = policy(&mut tape);
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let status = |holding| evaluate(&policy, &engine.selection, &profile(&policy, ALL, holding))[0];
        let truth: Vec<Settled> = (0..=ALL).map(status).collect();
        let possible = |known: Facts, holding: Facts| -> BTreeSet<Settled> {
            (0..=ALL).filter(|way| (way ^ holding) & known == 0).map(|way| truth[way as usize]).collect()
        };
        // Where all is known, and where some of it is.
        for known in [ALL, known] {
            let before = possible(known, holding);
            let given = profile(&policy, known, holding);
            let consequence = policy.consequence("c").expect("it is declared");
            let explanation = engine.explain(consequence, &given);
            let settling = smallest(known, |kept| possible(kept, holding).len() == 1);
            match explanation.outcome.status.settled() {
                Some(settled) => {
                    prop_assert_eq!(&before, &BTreeSet::from([settled]));
                    let settling: Vec<Vec<FactId>> = settling.into_iter().map(ids).collect();
                    prop_assert_eq!(&explanation.outcome.because, &settling[0]);
                    prop_assert_eq!(explanation.settled_by.as_ref(), Some(&settling));
                }
                None => {
                    prop_assert_eq!(explanation.outcome.status.possible().iter().collect::<BTreeSet<_>>(), before.clone());
                    // Two completions that differ in the fact alone, and in the status.
                    let has_witnesses = |fact: &FactId| (0..=ALL).any(|way| {
                        (way ^ holding) & known == 0 && truth[way as usize] != truth[(way ^ 1 << fact.index()) as usize]
                    });
                    let matters: Vec<FactId> = ids(ALL & !known).into_iter().filter(has_witnesses).collect();
                    prop_assert_eq!(&explanation.outcome.depends_on, &matters);
                }
            }
            let is_otherwise = |turned: Facts| {
                let after = possible(known, holding ^ turned);
                if before.len() > 1 { after.len() == 1 } else { after.is_disjoint(&before) }
            };
            let turned: Vec<Vec<FactId>> = smallest(known, is_otherwise).into_iter().map(ids).collect();
            let changes = Changes::of(&engine, consequence, Wanted::Otherwise, &given, &[]);
            let found = changes.found.expect("the policy is small");
            for change in &found {
                for part in &change.parts {
                    let now = given.value(part.fact).expect("only what is known is changed");
                    prop_assert!(!part.values.contains(now), "of two values the other is left");
                }
            }
            let found: Vec<Vec<FactId>> =
                found.iter().map(|change| change.parts.iter().map(|part| part.fact).collect()).collect();
            prop_assert_eq!(found, turned);
        }
    }
}
