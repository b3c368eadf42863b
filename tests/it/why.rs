//! All smallest sets of facts that settle a status, against every subset of the known facts; which
//! parts of conditions hold, against every completion.

use std::collections::{BTreeMap, BTreeSet};

use ensue::explore::change::{Changes, Wanted};
use ensue::model::{Condition, FactId, Rule, RuleId, Value};
use ensue::semantics::{Held, Settled, View, What};
use ensue::text::Place;
use ensue::{Engine, Policy, Profile};
use proptest::prelude::*;

use crate::compare::{all, statuses, text};
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::lints::{Brute, load};

/// Every part of every condition, by where it stands.
fn parts(policy: &Policy) -> BTreeMap<Place, &Condition> {
    let conditions = policy.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless));
    let conditions = conditions.chain(policy.definitions.iter().map(|definition| &definition.condition));
    let parts = conditions.flat_map(Brute::parts);
    parts.map(|(part, _)| (part.place(), part)).collect()
}

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
        let completes = |profile: &&Profile| known.iter().all(|(fact, value)| profile.value(*fact) == Some(*value));
        let completions: Vec<Profile> = complete.iter().filter(completes).cloned().collect();
        let brute = Brute::of_profiles(&policy, &[policy.as_of], &completions);
        let parts = parts(&policy);
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
            for reason in &explanation.rules {
                check_conditions(&brute, &parts, &policy[reason.rule], &reason.conditions)?;
                let counts = engine.selection.has(reason.rule);
                prop_assert_eq!(reason.conditions.is_empty(), !counts);
            }
            match explanation.outcome.status.settled() {
                None => prop_assert!(explanation.settled_by.is_none() && expected.is_empty()),
                Some(_) => {
                    prop_assert_eq!(explanation.settled_by.as_ref().expect("it is small"), &expected);
                    prop_assert_eq!(&explanation.outcome.because, &expected[0]);
                }
            }
        }
    }

    /// Each change to another status touches each set of facts that settles the one there is. Where all facts are
    /// known, each fact of such a set is all that some change has of it.
    #[test]
    fn what_settles_and_what_changes_hit_each_other(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let is_complete = tape.pick(2) == 0;
        let places: Vec<Option<usize>> = FACTS
            .iter()
            .map(|(_, _, values)| (is_complete || tape.pick(4) > 0).then(|| tape.pick(values.len())))
            .collect();
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        for id in policy.consequence_ids() {
            let Some(settling) = engine.explain(id, &profile).settled_by else { continue };
            let changes = Changes::of(&engine, id, Wanted::Otherwise, &profile, &[]).found.expect("the policies are small");
            let touched: Vec<Vec<FactId>> =
                changes.iter().map(|change| change.parts.iter().map(|part| part.fact).collect()).collect();
            for set in &settling {
                let met = |change: &Vec<FactId>| -> Vec<FactId> {
                    set.iter().copied().filter(|fact| change.contains(fact)).collect()
                };
                prop_assert!(touched.iter().all(|change| !met(change).is_empty()), "{set:?} and {touched:?}");
                for fact in set.iter().filter(|_| is_complete) {
                    prop_assert!(touched.iter().any(|change| met(change) == [*fact]), "{fact:?} of {set:?}");
                }
            }
        }
    }
}

/// That a tree holds every part of a rule's conditions, each after what it stands in, and says of
/// each what brute force finds.
fn check_conditions(
    brute: &Brute<'_>,
    parts: &BTreeMap<Place, &Condition>,
    rule: &Rule,
    tree: &[Held],
) -> Result<(), TestCaseError> {
    for part in tree {
        let condition = parts[&part.place];
        let said: BTreeSet<bool> = brute.cases.iter().map(|case| brute.holds(condition, case, None)).collect();
        let holds = said.first().copied().filter(|_| said.len() == 1);
        prop_assert_eq!(part.holds, holds, "{:?}", part.what);
    }
    for (index, part) in tree.iter().enumerate() {
        let is_first = matches!(part.what, What::When | What::Unless);
        prop_assert_eq!(part.depth == 0, is_first);
        // Each other part is one deeper than what it stands in: the last before it that is less deep.
        let around = tree[..index].iter().rev().find(|other| other.depth < part.depth);
        prop_assert_eq!(around.map(|other| other.depth + 1), (!is_first).then_some(part.depth));
        let inside = |outer: Place| {
            let (outside, within) = (outer.span, part.place.span);
            outer.file == part.place.file && outside.start <= within.start && within.end <= outside.end
        };
        let stands_in = around.is_none_or(|other| match other.what {
            What::Definition(id) => inside(brute.policy[id].condition.place()),
            What::When | What::Unless | What::Joined | What::Not | What::Test(_) | What::Consequence(_) => {
                inside(other.place)
            }
        });
        prop_assert!(stands_in);
    }
    if let Some(first) = tree.first() {
        prop_assert_eq!((first.what, first.depth, first.place), (What::When, 0, rule.when.place()));
        let unless = tree.iter().filter(|part| part.what == What::Unless).map(|part| part.place);
        prop_assert!(unless.eq(rule.unless.as_ref().map(Condition::place)));
        let told = |condition: &Condition| tree.iter().any(|part| part.place == condition.place());
        prop_assert!(
            rule.when
                .leaves()
                .chain(rule.unless.iter().flat_map(Condition::leaves))
                .all(|leaf| told(leaf) || is_negated(leaf, tree))
        );
    }
    Ok(())
}

/// Whether a leaf stands in the tree together with the `not` before it.
fn is_negated(leaf: &Condition, tree: &[Held]) -> bool {
    let inside = |part: &&Held| part.place.file == leaf.place().file && part.place.span.end == leaf.place().span.end;
    matches!(leaf, Condition::Test(_)) && tree.iter().filter(inside).any(|part| matches!(part.what, What::Test(_)))
}

/// Of what is settled those that certainly have an effect are named, on each side; where none is certain, and of what
/// is not settled, all that may have one.
#[test]
fn rules_that_are_named_give_the_status() {
    let mut text = String::from("fact a \"A\" : yes or no\nfact b \"B\" : yes or no\n");
    text += "consequence c \"C\"\nconsequence d \"D\"\n";
    for (name, condition, conclusion) in [
        ("c1", "a", "c"),
        ("c2", "not a", "c"),
        ("c3", "b", "c"),
        ("c4", "a", "not c"),
        ("d1", "a", "d"),
        ("d2", "not a", "d"),
        ("d3", "b", "d"),
    ] {
        text += &format!("rule {name} \"R\" when {condition} then {conclusion}\n");
    }
    let policy = load(&text);
    for (profile, of_c, of_d) in [
        ("{}", "c1 c2 c3 c4", "d1 d2 d3"),
        (r#"{"a": true}"#, "c1 c4", "d1"),
        (r#"{"a": false}"#, "c2", "d2"),
        (r#"{"b": true}"#, "c1 c2 c3 c4", "d3"),
        (r#"{"b": false}"#, "c1 c2 c4", "d1 d2"),
        (r#"{"a": true, "b": true}"#, "c1 c3 c4", "d1 d3"),
        (r#"{"a": false, "b": true}"#, "c2 c3", "d2 d3"),
    ] {
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let profile = policy.profile(profile).expect("a sound profile");
        let names = |rules: &[RuleId]| {
            rules.iter().map(|rule| policy[*rule].name.to_string()).collect::<Vec<String>>().join(" ")
        };
        let named: Vec<String> = engine.outcomes(&profile).iter().map(|it| names(&it.rules)).collect();
        assert_eq!(named, [of_c, of_d]);
        let said: Vec<String> = engine.said(&profile).iter().map(|it| names(&it.rules)).collect();
        assert_eq!(said, [of_c, of_d]);
    }
}
