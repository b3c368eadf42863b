//! All smallest sets of facts that settle a status, against every subset of the known facts.

use std::collections::BTreeSet;

use ensue::Engine;
use ensue::model::{FactId, Value};
use ensue::semantics::{Settled, View};
use proptest::prelude::*;

use crate::compare::{all, statuses, text};
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::lints::load;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_smallest_set_that_settles_it_is_found(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let places: Vec<Option<usize>> =
            FACTS.iter().map(|(_, _, values)| (tape.pick(5) > 0).then(|| tape.pick(values.len()))).collect();
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        let known: Vec<(FactId, Value)> =
            profile.known().filter_map(|fact| Some((fact, profile.value(fact)?))).collect();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let complete = all(&policy);
        // What every completion of each subset of the known facts says; larger subsets come later.
        let mut subsets: Vec<u32> = (0..1 << known.len()).collect();
        subsets.sort_by_key(|subset| subset.count_ones());
        let kept = |subset: u32| -> Vec<(FactId, Value)> {
            (0..).zip(&known).filter(|(index, _)| subset >> index & 1 == 1).map(|(_, known)| *known).collect()
        };
        let said: Vec<Vec<BTreeSet<Settled>>> = subsets
            .iter()
            .map(|subset| {
                let cases = statuses(&policy, &engine.selection, &complete, &policy.knowing(&kept(*subset)));
                policy.consequence_ids().map(|id| cases.iter().map(|case| case[id.index()]).collect()).collect()
            })
            .collect();
        for id in policy.consequence_ids() {
            let mut smallest: Vec<u32> = Vec::new();
            for (subset, said) in subsets.iter().zip(&said) {
                let holds_smaller = smallest.iter().any(|smaller| smaller & subset == *smaller);
                if said[id.index()].len() == 1 && !holds_smaller {
                    smallest.push(*subset);
                }
            }
            let facts = |subset: &u32| kept(*subset).into_iter().map(|(fact, _)| fact).collect();
            let mut expected: Vec<Vec<FactId>> = smallest.iter().map(facts).collect();
            expected.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
            let explanation = engine.explain(id, &profile);
            match explanation.outcome.status.settled() {
                None => prop_assert!(explanation.settled_by.is_none() && expected.is_empty()),
                Some(_) => {
                    prop_assert_eq!(explanation.settled_by.as_ref().expect("it is small"), &expected);
                    prop_assert_eq!(&explanation.outcome.because, &expected[0]);
                }
            }
        }
    }
}
