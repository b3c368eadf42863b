//! Smallest changes against brute force: every combination of values of the known facts.

use std::collections::{BTreeMap, BTreeSet};

use ensue::explore::change::{Also, Change, Changes, Part, Wanted};
use ensue::model::{ChoiceOption, ConsequenceId, FactId, Value};
use ensue::semantics::{Possible, Settled, Status, View, evaluate};
use ensue::{Engine, Limit, Limits, Policy, Profile};
use proptest::prelude::*;

use crate::compare::{all, changed, statuses, text};
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::limits::least;
use crate::lints::load;

/// For each known fact the place of its value among the generated ones.
type Known = BTreeMap<FactId, usize>;

/// The generated values of each fact.
pub fn values(policy: &Policy) -> Vec<Vec<Value>> {
    let value = |fact: usize, place: usize| {
        let mut places = vec![None; FACTS.len()];
        places[fact] = Some(place);
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        profile.value(FactId::new(fact)).expect("it is known")
    };
    (0..FACTS.len()).map(|fact| (0..FACTS[fact].2.len()).map(|place| value(fact, place)).collect()).collect()
}

fn meets(wanted: Wanted, before: &BTreeSet<Settled>, after: &BTreeSet<Settled>) -> bool {
    match wanted {
        Wanted::To(status) => *after == BTreeSet::from([status]),
        Wanted::Otherwise if before.len() > 1 => after.len() == 1,
        Wanted::Otherwise => after.is_disjoint(before),
    }
}

/// All that brute force needs to know.
struct Brute {
    values: Vec<Vec<Value>>,
    known: Known,
    /// For each combination of values of the known facts the statuses of every consequence.
    statuses: BTreeMap<Known, Vec<BTreeSet<Settled>>>,
}

impl Brute {
    fn new(policy: &Policy, engine: &Engine<'_>, known: &Known) -> Self {
        let values = values(policy);
        let mut statuses: BTreeMap<Known, Vec<BTreeSet<Settled>>> = BTreeMap::new();
        for profile in all(policy) {
            let place = |fact: &FactId| {
                let value = profile.value(*fact).expect("it is complete");
                values[fact.index()].iter().position(|other| *other == value).expect("it is a generated one")
            };
            let key: Known = known.keys().map(|fact| (*fact, place(fact))).collect();
            let found = statuses.entry(key).or_insert_with(|| vec![BTreeSet::new(); policy.consequences.len()]);
            let complete = evaluate(policy, &engine.selection, &profile);
            found.iter_mut().zip(complete).for_each(|(found, status)| _ = found.insert(status));
        }
        Self { values, known: known.clone(), statuses }
    }

    fn is_wanted(&self, combination: &Known, consequence: ConsequenceId, wanted: Wanted) -> bool {
        let after = &self.statuses[combination][consequence.index()];
        let before = &self.statuses[&self.known][consequence.index()];
        meets(wanted, before, after)
    }

    /// Those combinations that are wanted, change something, and of whose changes none can be left out.
    fn smallest(&self, consequence: ConsequenceId, wanted: Wanted, kept: &[FactId]) -> BTreeSet<Known> {
        let is_smallest = |combination: &&Known| {
            let changed: Vec<FactId> =
                self.known.keys().copied().filter(|fact| combination[fact] != self.known[fact]).collect();
            if changed.is_empty() || changed.iter().any(|fact| kept.contains(fact)) {
                return false;
            }
            let fewer = (0..(1_u32 << changed.len()) - 1).map(|subset| {
                let mut fewer = self.known.clone();
                for (index, fact) in changed.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1) {
                    debug_assert!(index < 32);
                    fewer.insert(*fact, combination[fact]);
                }
                fewer
            });
            self.is_wanted(combination, consequence, wanted)
                && fewer.into_iter().all(|fewer| !self.is_wanted(&fewer, consequence, wanted))
        };
        self.statuses.keys().filter(is_smallest).cloned().collect()
    }

    /// The combinations of generated values that a change allows.
    fn combinations(&self, change: &Change<'_>) -> Vec<Known> {
        let mut all = vec![self.known.clone()];
        for part in &change.parts {
            let places = (0..self.values[part.fact.index()].len())
                .filter(|place| part.values.contains(self.values[part.fact.index()][*place]));
            let places: Vec<usize> = places.collect();
            let with = |before: Known| {
                let set = |place: &usize| {
                    let mut with = before.clone();
                    with.insert(part.fact, *place);
                    with
                };
                places.iter().map(set).collect::<Vec<_>>()
            };
            all = all.into_iter().flat_map(with).collect();
        }
        all
    }

    /// In how many facts the values differ that two changes allow, if they are changes of the same facts.
    fn differ_in(&self, one: &Change<'_>, other: &Change<'_>) -> Option<usize> {
        let facts = |change: &Change<'_>| change.parts.iter().map(|part| part.fact).collect::<Vec<_>>();
        let allow_the_same = |(one, other): (&Part<'_>, &Part<'_>)| {
            self.values[one.fact.index()]
                .iter()
                .all(|value| one.values.contains(*value) == other.values.contains(*value))
        };
        let pairs = one.parts.iter().zip(&other.parts);
        (facts(one) == facts(other)).then(|| pairs.filter(|pair| !allow_the_same(*pair)).count())
    }
}

/// What is told of another consequence: of what all completions give now, and with each of a change's values.
fn also(now: &BTreeSet<Settled>, then: &[BTreeSet<Settled>]) -> Option<Also> {
    let only = |settled: Settled| BTreeSet::from([settled]);
    let some = |settled: Settled| then.iter().any(|completions| completions.contains(&settled));
    let brings = |settled: Settled| {
        let all = then.iter().all(|completions| *completions == only(settled));
        all && *now != only(settled)
    };
    if brings(Settled::Follows) {
        Some(Also::Follows)
    } else if *now != only(Settled::Follows) && then.contains(&only(Settled::Follows)) {
        Some(Also::FollowsForSome)
    } else if *now != only(Settled::Follows) && some(Settled::Follows) {
        Some(if now.contains(&Settled::Follows) { Also::MayStillFollow } else { Also::MayFollow })
    } else if brings(Settled::Disputed) {
        Some(Also::Disputed)
    } else if some(Settled::Disputed) && !now.contains(&Settled::Disputed) {
        Some(Also::MayBeDisputed)
    } else {
        None
    }
}

fn check(policy: &Policy, brute: &Brute, consequence: ConsequenceId, change: &Change<'_>) -> Result<(), TestCaseError> {
    let combinations = brute.combinations(change);
    let statuses = |with: &Known, id: ConsequenceId| -> Status {
        Status::new(brute.statuses[with][id.index()].iter().copied().collect::<Possible>())
    };
    let leads_to: Vec<Status> = combinations.iter().map(|with| statuses(with, consequence)).collect();
    prop_assert!(leads_to.iter().all(|status| change.leads_to.contains(status)));
    prop_assert!(change.leads_to.iter().all(|status| leads_to.contains(status)));
    let others = policy.consequence_ids().filter(|id| *id != consequence);
    let also: Vec<(ConsequenceId, Also)> = others
        .filter_map(|id| {
            let completions = |with: &Known| brute.statuses[with][id.index()].clone();
            let then: Vec<BTreeSet<Settled>> = combinations.iter().map(completions).collect();
            Some((id, also(&completions(&brute.known), &then)?))
        })
        .collect();
    prop_assert!(change.also.as_ref().is_none_or(|found| *found == also), "{:?} and not {also:?}", change.also);
    let options = || policy.choices.iter().flat_map(|choice| &choice.options);
    let mut can_be_chosen = true;
    for part in &change.parts {
        let sets: Vec<&str> = options()
            .filter(|option| option.sets.iter().any(|(fact, value)| *fact == part.fact && part.values.contains(*value)))
            .map(|option| option.name.as_str())
            .collect();
        prop_assert_eq!(part.options.iter().map(|option| option.name.as_str()).collect::<Vec<_>>(), sets.clone());
        can_be_chosen &= !sets.is_empty();
    }
    prop_assert_eq!(change.is_choice, can_be_chosen);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn smallest_changes_are_all_that_brute_force_finds(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let places: Vec<Option<usize>> =
            FACTS.iter().map(|(_, _, values)| (tape.pick(4) > 0).then(|| tape.pick(values.len()))).collect();
        let profile: Profile = policy.profile(&profile_json(&places)).expect("it fits");
        let known: Known = policy.fact_ids().filter_map(|fact| Some((fact, places[fact.index()]?))).collect();
        let kept: Vec<FactId> = known.keys().copied().filter(|_| tape.pick(6) == 1).collect();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let complete = all(&policy);
        let brute = Brute::new(&policy, &engine, &known);
        for consequence in policy.consequence_ids() {
            for wanted in [Wanted::Otherwise, Wanted::To(Settled::ALL[tape.pick(4)])] {
                let changes = Changes::of(&engine, consequence, wanted, &profile, &kept);
                let found = changes.found.as_ref().expect("the policies are small");
                let is_there = matches!(wanted, Wanted::To(status) if changes.now.status.settled() == Some(status));
                let expected = if is_there { BTreeSet::new() } else { brute.smallest(consequence, wanted, &kept) };
                let listed: Vec<Known> = found.iter().flat_map(|change| brute.combinations(change)).collect();
                let distinct: BTreeSet<Known> = listed.iter().cloned().collect();
                prop_assert_eq!(listed.len(), distinct.len(), "no combination is listed twice");
                prop_assert_eq!(distinct, expected);
                for change in found {
                    check(&policy, &brute, consequence, change)?;
                }
                for (index, one) in found.iter().enumerate() {
                    let could_be_one = found[index + 1..].iter().any(|other| brute.differ_in(one, other) == Some(1));
                    prop_assert!(!could_be_one, "changes that differ in one fact's values are told as one");
                }
                let before = &brute.statuses[&known][consequence.index()];
                let is_enough = |option: &&ChoiceOption| {
                    let sets: Vec<_> = option.sets.iter().map(|(fact, value)| (*fact, Some(*value))).collect();
                    let with = changed(&policy, &profile, &sets);
                    let cases = statuses(&policy, &engine.selection, &complete, &with);
                    let after = cases.iter().map(|case| case[consequence.index()]).collect();
                    let keeps = kept.iter().all(|fact| with.value(*fact) == profile.value(*fact));
                    keeps && !is_there && meets(wanted, before, &after)
                };
                let enough: Vec<Vec<&str>> = policy.choices[0]
                    .options.iter().filter(is_enough).map(|option| vec![option.name.as_str()]).collect();
                let options = changes.options.as_ref().expect("there is one choice");
                // Those that leave it open are none of them, and all that are.
                let is_open = |option: &&ChoiceOption| {
                    let sets: Vec<_> = option.sets.iter().map(|(fact, value)| (*fact, Some(*value))).collect();
                    let with = changed(&policy, &profile, &sets);
                    let cases = statuses(&policy, &engine.selection, &complete, &with);
                    let after: BTreeSet<Settled> = cases.iter().map(|case| case[consequence.index()]).collect();
                    let keeps = kept.iter().all(|fact| with.value(*fact) == profile.value(*fact));
                    let is_wanted = |status: &Settled| match wanted {
                        Wanted::To(to) => *status == to,
                        Wanted::Otherwise => !before.contains(status),
                    };
                    let never_now = before.len() == 1 && !before.iter().any(is_wanted);
                    keeps && never_now && after.len() > 1 && after.iter().any(is_wanted) && !is_enough(option)
                };
                let open: Vec<&str> =
                    policy.choices[0].options.iter().filter(is_open).map(|option| option.name.as_str()).collect();
                let found_open: Vec<&str> = changes.open.iter().map(|taken| taken.options[0].name.as_str()).collect();
                prop_assert_eq!(found_open, open);
                for taken in options.iter().chain(&changes.open) {
                    let sets = taken.options.iter().flat_map(|option| &option.sets);
                    let sets: Vec<_> = sets.map(|(fact, value)| (*fact, Some(*value))).collect();
                    let cases = statuses(&policy, &engine.selection, &complete, &changed(&policy, &profile, &sets));
                    let then = |id: ConsequenceId| -> Possible { cases.iter().map(|case| case[id.index()]).collect() };
                    prop_assert_eq!(taken.leads_to.possible(), then(consequence));
                    let others = policy.consequence_ids().filter(|id| *id != consequence);
                    let expected: Vec<(ConsequenceId, Also)> = others
                        .filter_map(|id| {
                            let now = &brute.statuses[&known][id.index()];
                            Some((id, also(now, &[then(id).iter().collect()])?))
                        })
                        .collect();
                    prop_assert_eq!(&taken.also, &expected);
                }
                let options: Vec<Vec<&str>> =
                    options.iter().map(|set| set.options.iter().map(|it| it.name.as_str()).collect()).collect();
                prop_assert_eq!(changes.is_beyond_choice(), enough.is_empty());
                prop_assert_eq!(options, enough);
                let key = |change: &Change<'_>| {
                    let facts: Vec<FactId> = change.parts.iter().map(|part| part.fact).collect();
                    (!change.is_choice, facts.len(), facts)
                };
                prop_assert!(found.is_sorted_by_key(key));
            }
        }
    }
}

/// Changes of as many facts stand in the order in which these are declared, whatever becomes of them.
#[test]
fn changes_stand_in_the_order_of_their_facts() {
    let text = "fact a \"A\" : one of x, y, z\nfact b \"B\" : yes or no\nfact d \"D\" : yes or no\nconsequence c \"C\"\n\
                rule first \"First\" when a is y and d then c\nrule second \"Second\" when a is z and b then c\n";
    let policy = load(text);
    let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
    let profile = policy.profile(r#"{"a": "x", "b": false, "d": false}"#).expect("it fits");
    let c = policy.consequence("c").expect("it is declared");
    let found = Changes::of(&engine, c, Wanted::Otherwise, &profile, &[]).found.expect("the rules are small");
    let names = |change: &Change<'_>| change.parts.iter().map(|part| policy[part.fact].name.clone()).collect();
    let facts: Vec<Vec<String>> = found.iter().map(names).collect();
    assert_eq!(facts, [["a", "b"], ["a", "d"]]);
}

/// With `a`, `b` as p needs `d` as l or m, and `b` as q needs `d` as m or n. Without it `b` as p does with `d` as l, and
/// `b` as q with `d` as n. What needs `a` is left: `d` as m, for either; one change, whatever order facts are asked in.
#[test]
fn changes_that_become_alike_are_told_as_one() {
    let facts = ["fact a \"A\" : yes or no", "fact b \"B\" : one of p, q, r, s", "fact d \"D\" : one of k, l, m, n"];
    let rules = [
        "rule few \"Few\" when (b is p and d is l) or (b is q and d is n) then c",
        "rule many \"Many\" when a and ((b is p and d is one of l, m) or (b is q and d is one of m, n)) then c",
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        for rules in [rules, [rules[1], rules[0]]] {
            let facts = order.map(|fact| facts[fact]).join("\n");
            let policy = load(&format!("{facts}\nconsequence c \"C\"\n{}", rules.join("\n")));
            let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
            let profile = policy.profile(r#"{"a": false, "b": "r", "d": "k"}"#).expect("it fits");
            let c = policy.consequence("c").expect("it is declared");
            let found = Changes::of(&engine, c, Wanted::Otherwise, &profile, &[]).found.expect("the rules are small");
            let conditions = |change: &Change<'_>| change.parts.iter().map(|part| part.condition.clone()).collect();
            let told: BTreeSet<BTreeSet<String>> = found.iter().map(conditions).collect();
            let expected = [&["b is p", "d is l"][..], &["b is q", "d is n"], &["a", "b is one of p, q", "d is m"]];
            let expected = expected.map(|change| change.iter().map(|part| (*part).to_owned()).collect());
            assert_eq!(told, expected.into(), "{order:?}");
            assert_eq!(found.len(), 3);
        }
    }
}

/// A node of the diagram is a step, and so is each change from it: a change of one fact takes two.
#[test]
fn changes_are_searched_up_to_the_limit_of_steps() {
    let policy = load("fact a \"A\" : yes or no\nconsequence c \"C\"\nrule r \"R\" when a then c\n");
    let profile = policy.profile(r#"{"a": false}"#).expect("it fits");
    let c = policy.consequence("c").expect("it is declared");
    let steps = least(Limit::SearchSteps, Limits::default(), |limits| {
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let found = Changes::of(&engine, c, Wanted::Otherwise, &profile, &[]).found;
        assert!(found.as_ref().is_none_or(|found| found.len() == 1));
        found.is_some()
    });
    assert_eq!(steps, 2);
}

/// A policy with a consequence that needs one fact of each group; and a profile with all of its facts or none.
fn one_of_each(groups: &[usize], holds: bool) -> (Policy, Profile) {
    let (mut text, mut profile, mut conditions) = ("consequence c \"C\"\n".to_owned(), Vec::new(), Vec::new());
    for (group, count) in groups.iter().enumerate() {
        let names: Vec<String> = (0..*count).map(|index| format!("f{group}_{index}")).collect();
        names.iter().for_each(|name| text += &format!("fact {name} \"F\" : yes or no\n"));
        profile.extend(names.iter().map(|name| format!("\"{name}\": {holds}")));
        conditions.push(format!("({})", names.join(" or ")));
    }
    text += &format!("rule r \"R\" when {} then c\n", conditions.join(" and "));
    let policy = load(&text);
    let profile = policy.profile(&format!("{{{}}}", profile.join(","))).expect("it fits");
    (policy, profile)
}

/// A thousand changes, or sets of facts that settle an outcome, are all told; of more none is.
#[test]
fn a_thousand_ways_are_told_and_no_more() {
    for (groups, count) in [([10, 10, 10], Some(1_000)), ([7, 11, 13], None), ([9, 9, 9], Some(729))] {
        for (holds, wanted) in [(false, Wanted::To(Settled::Follows)), (true, Wanted::Otherwise)] {
            let (policy, profile) = one_of_each(&groups, holds);
            let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
            let c = policy.consequence("c").expect("it is declared");
            let changes = Changes::of(&engine, c, wanted, &profile, &[]).found.map(|found| found.len());
            let settled_by = engine.explain(c, &profile).settled_by.map(|sets| sets.len());
            // One fact of each group makes it so, and all of one group make it otherwise.
            let expected = if holds { (Some(3), count) } else { (count, Some(3)) };
            assert_eq!((changes, settled_by), expected, "{groups:?}, {holds}");
        }
    }
}
