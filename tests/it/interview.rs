//! The most telling question against brute force: every order of questions.

use std::collections::{BTreeMap, BTreeSet};

use ensue::explore::compare::{Column, Comparison, Reasons, Way};
use ensue::explore::interview::Interview;
use ensue::model::{ConsequenceId, FactId, Value};
use ensue::semantics::{Settled, View, evaluate};
use ensue::{Engine, Limit, Limits, Policy, Profile};
use proptest::prelude::*;

use crate::change::values;
use crate::compare::{all, text};
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::lints::load;

/// For each consequence what stays possible.
type Said = Vec<BTreeSet<Settled>>;

/// For each fact that may be asked for its cell, if it is known.
type Cells = Vec<Option<usize>>;

/// All that brute force needs to know.
struct Brute {
    /// The facts that may be asked for.
    facts: Vec<FactId>,
    /// For each of them a value of each cell.
    values: Vec<Vec<Value>>,
    /// What is said at last, for each combination of cells.
    said: BTreeMap<Cells, Said>,
    met: BTreeMap<Cells, (Option<Said>, u128, Option<FactId>)>,
}

impl Brute {
    fn new(engine: &Engine<'_>, wanted: &[ConsequenceId], profile: &Profile, declined: &[FactId]) -> Self {
        let policy = engine.policy;
        let is_asked = |fact: &FactId| profile.value(*fact).is_none() && !declined.contains(fact);
        let facts: Vec<FactId> = policy.fact_ids().filter(is_asked).collect();
        let columns: Vec<Comparison<'_>> =
            facts.iter().map(|fact| Comparison::of_values(engine, *fact, profile, Reasons::NotSought)).collect();
        let lies_in = |column: &Column<'_>, value: Value| match &column.way {
            Way::Values(values) => values.contains(value),
            Way::Option(_) | Way::Source(_) => panic!("the columns are values"),
        };
        // Values that are among those of the completions.
        let generated = values(policy);
        let values = facts.iter().zip(&columns).map(|(fact, compared)| {
            let in_column = |column| {
                let mut values = generated[fact.index()].iter().copied();
                values.find(|value| lies_in(column, *value)).expect("there is one in every cell")
            };
            compared.columns.iter().map(in_column).collect()
        });
        let values = values.collect();
        let mut said: BTreeMap<Cells, Said> = BTreeMap::new();
        for complete in
            all(policy).iter().filter(|it| profile.known().all(|fact| it.value(fact) == profile.value(fact)))
        {
            let cell = |(fact, compared): (&FactId, &Comparison<'_>)| {
                let value = complete.value(*fact).expect("it is complete");
                compared.columns.iter().position(|column| lies_in(column, value))
            };
            let cells: Cells = facts.iter().zip(&columns).map(cell).collect();
            let statuses = evaluate(policy, &engine.selection, complete);
            let found = said.entry(cells).or_insert_with(|| vec![BTreeSet::new(); wanted.len()]);
            found.iter_mut().zip(wanted).for_each(|(found, id)| _ = found.insert(statuses[id.index()]));
        }
        Self { facts, values, said, met: BTreeMap::new() }
    }

    /// What is said, where it is the same whatever is answered; how many questions are expected,
    /// times the number of combinations of all cells; and the first of them.
    fn expected(&mut self, cells: &Cells) -> (Option<Said>, u128, Option<FactId>) {
        if let Some(found) = self.met.get(cells) {
            return found.clone();
        }
        let whole: u128 = self.values.iter().map(|values| values.len() as u128).product();
        let open: Vec<usize> = (0..cells.len()).filter(|index| cells[*index].is_none()).collect();
        let mut found = (None, 0, None);
        if open.is_empty() {
            found.0 = Some(self.said[cells].clone());
        }
        for index in open {
            let count = self.values[index].len();
            let mut rests = Vec::new();
            for cell in 0..count {
                let mut with = cells.clone();
                with[index] = Some(cell);
                rests.push(self.expected(&with));
            }
            if rests[0].0.is_some() && rests.iter().all(|rest| rest.0 == rests[0].0) {
                found = (rests[0].0.clone(), 0, None);
                break;
            }
            let expected = whole + rests.iter().map(|rest| rest.1).sum::<u128>() / count as u128;
            if found.2.is_none() || expected < found.1 {
                found = (None, expected, Some(self.facts[index]));
            }
        }
        self.met.insert(cells.clone(), found.clone());
        found
    }

    /// The facts by whose answer what is said at last can differ.
    fn matter(&self, cells: &Cells, consequence: usize) -> Vec<FactId> {
        let fits = |other: &&Cells| cells.iter().zip(*other).all(|(cell, other)| cell.is_none() || cell == other);
        let matters = |index: &usize| {
            self.said.keys().filter(fits).any(|case| {
                (0..self.values[*index].len()).any(|cell| {
                    let mut with = case.clone();
                    with[*index] = Some(cell);
                    self.said[&with][consequence] != self.said[case][consequence]
                })
            })
        };
        let open = (0..cells.len()).filter(|index| cells[*index].is_none());
        open.filter(matters).map(|index| self.facts[index]).collect()
    }

    /// The same for any of so many consequences.
    fn matter_to_any(&self, cells: &Cells, consequences: usize) -> BTreeSet<FactId> {
        (0..consequences).flat_map(|place| self.matter(cells, place)).collect()
    }
}

fn some_profile(policy: &Policy, tape: &mut Tape<'_>) -> Profile {
    let place = |values: &[&str], tape: &mut Tape<'_>| (tape.pick(3) == 1).then(|| tape.pick(values.len()));
    let places: Vec<Option<usize>> = FACTS.iter().map(|(_, _, values)| place(values, tape)).collect();
    policy.profile(&profile_json(&places)).expect("it fits")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn each_question_is_the_first_of_the_fewest_expected(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let profile = some_profile(&policy, &mut tape);
        let unknown = policy.fact_ids().filter(|fact| profile.value(*fact).is_none());
        let declined: Vec<FactId> = unknown.filter(|_| tape.pick(5) == 1).collect();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let all: Vec<ConsequenceId> = policy.consequence_ids().collect();
        let wanted: Vec<ConsequenceId> = match tape.pick(2) {
            0 => all,
            _ => all.into_iter().take(1).collect(),
        };
        let mut brute = Brute::new(&engine, &wanted, &profile, &declined);
        let mut interview = Interview::new(&engine, wanted.clone(), profile, declined);
        let mut cells: Cells = vec![None; brute.facts.len()];
        let mut asked = Vec::new();
        loop {
            let next = interview.next();
            let expected = brute.expected(&cells).2;
            prop_assert_eq!(next.as_ref().map(|next| next.fact), expected);
            let Some(next) = next else { break };
            let matter: Vec<Vec<FactId>> = (0..wanted.len()).map(|place| brute.matter(&cells, place)).collect();
            let left = brute.matter_to_any(&cells, wanted.len());
            prop_assert_eq!(&next.left, &left.into_iter().collect::<Vec<_>>());
            let to: Vec<ConsequenceId> = wanted.iter().zip(&matter)
                .filter(|(_, facts)| facts.contains(&next.fact)).map(|(id, _)| *id).collect();
            prop_assert_eq!(&next.matters_to, &to);
            prop_assert!(!asked.contains(&next.fact), "a question is asked twice");
            asked.push(next.fact);
            let index = brute.facts.iter().position(|fact| *fact == next.fact).expect("it may be asked for");
            if tape.pick(4) == 1 {
                // Not known: brute force begins again without it.
                interview.answer(next.fact, None);
                brute = Brute::new(&engine, &wanted, &interview.profile(), &interview.declined());
                cells = vec![None; brute.facts.len()];
                continue;
            }
            let cell = tape.pick(brute.values[index].len());
            let before = interview.outcomes();
            let settled = interview.answer(next.fact, Some(brute.values[index][cell]));
            cells[index] = Some(cell);
            let now = interview.outcomes();
            let new = before.iter().zip(&now).filter(|(before, now)| before.status != now.status && now.status.settled().is_some());
            prop_assert_eq!(settled, new.map(|(_, now)| now.clone()).collect::<Vec<_>>());
            // Back and the same answer again change nothing.
            prop_assert!(interview.back());
            prop_assert_eq!(interview.next(), Some(next.clone()));
            prop_assert_eq!(interview.outcomes(), before);
            interview.answer(next.fact, Some(brute.values[index][cell]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn where_limits_are_reached_it_ends_no_earlier(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let profile = some_profile(&policy, &mut tape);
        let steps = [0, 1, 10, 100][tape.pick(4)];
        let limits = Limits::default().with(Limit::CompileSteps, 0).with(Limit::SearchSteps, steps);
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let wanted: Vec<ConsequenceId> = policy.consequence_ids().collect();
        let mut brute = Brute::new(&engine, &wanted, &profile, &[]);
        let mut cells: Cells = vec![None; brute.facts.len()];
        let mut interview = Interview::new(&engine, wanted, profile, Vec::new());
        while let Some(next) = interview.next() {
            let index = brute.facts.iter().position(|fact| *fact == next.fact).expect("it may be asked for");
            prop_assert!(cells[index].is_none(), "a question is asked twice");
            let cell = tape.pick(brute.values[index].len());
            interview.answer(next.fact, Some(brute.values[index][cell]));
            cells[index] = Some(cell);
        }
        prop_assert_eq!(brute.expected(&cells).2, None);
    }
}

/// Facts after all others, each of which decides a consequence of its own.
fn others(count: usize) -> String {
    let other = |number| {
        format!(
            "fact other_{number} \"F\" : yes or no consequence of_{number} \"C\"\n\
             rule by_{number} \"R\" when other_{number} then of_{number}\n"
        )
    };
    (0..count).map(other).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// With more than twelve facts it is the question after which the fewest are expected to matter, the first declared
    /// of equally good ones. Of the facts that decide one consequence alone each leaves one fewer, which is no better.
    #[test]
    fn with_many_facts_the_fewest_are_left(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let text = text(&mut tape);
        let (few, many) = (load(&text), load(&(text + "\n" + &others(13))));
        let profile = some_profile(&few, &mut tape);
        let known: Vec<(FactId, Value)> =
            profile.known().filter_map(|fact| Some((fact, profile.value(fact)?))).collect();
        let [few, many] = [&few, &many].map(|policy| Engine::new(policy, &View::default()).expect("it has a date"));
        let wanted: Vec<ConsequenceId> = few.policy.consequence_ids().collect();
        let brute = Brute::new(&few, &wanted, &profile, &[]);
        let matter = |cells: &Cells| brute.matter_to_any(cells, wanted.len());
        let none: Cells = vec![None; brute.facts.len()];
        let left = matter(&none);
        // How many are expected to be left, times the number of combinations of all cells.
        let whole: usize = brute.values.iter().map(Vec::len).product();
        let mut best: Option<(usize, FactId)> = None;
        for (index, fact) in brute.facts.iter().enumerate().filter(|(_, fact)| left.contains(fact)) {
            let count = brute.values[index].len();
            let after = |cell| {
                let mut cells = none.clone();
                cells[index] = Some(cell);
                matter(&cells).len()
            };
            let expected = (0..count).map(after).sum::<usize>() * (whole / count);
            if best.is_none_or(|(least, _)| expected < least) {
                best = Some((expected, *fact));
            }
        }
        let expected = best.map_or_else(|| many.policy.fact("other_0").expect("it is declared"), |(_, fact)| fact);
        let wanted: Vec<ConsequenceId> = many.policy.consequence_ids().collect();
        let telling = many.most_telling(&wanted, &many.policy.knowing(&known), &[]).expect("the others are open");
        prop_assert_eq!(telling.fact, expected);
        prop_assert_eq!(telling.left.len(), left.len() + 13);
    }
}

/// What is asked first, of all unknown facts but those declined.
fn first(text: &str, declined: &[&str], limits: Limits) -> Option<String> {
    let policy = load(text);
    let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
    let wanted: Vec<ConsequenceId> = policy.consequence_ids().collect();
    let declined: Vec<FactId> = declined.iter().map(|name| policy.fact(name).expect("it is declared")).collect();
    let telling = engine.most_telling(&wanted, &policy.unknown(), &declined)?;
    Some(policy[telling.fact].name.clone())
}

/// Up to twelve facts all orders of questions are looked at: as few are expected with `a` first as with `b`, which is
/// declared later. With one more it is `b`, after which fewer facts are expected to matter.
#[test]
fn all_orders_are_looked_at_with_up_to_twelve_facts() {
    for (facts, expected) in [(3, "a"), (12, "a"), (13, "b")] {
        let mut text: String = ["a", "b", "c"].map(|name| format!("fact {name} \"F\" : yes or no\n")).concat();
        text += "consequence e \"E\"\nrule r \"R\" when (a and not (b or c)) or (not a and (b or c)) then e\n";
        text += &others(facts - 3);
        // All orders of twelve questions take more steps than the usual limit.
        let limits = Limits::default().with(Limit::SearchSteps, 1_000_000_000);
        assert_eq!(first(&text, &[], limits).as_deref(), Some(expected), "{facts} facts");
    }
}

/// Where nobody will tell whether it is asserted, it still is worth a question whether it is denied: two statuses stay
/// possible either way, not the same two.
#[test]
fn which_statuses_stay_possible_is_worth_a_question() {
    let text = "fact a \"A\" : yes or no fact b \"B\" : yes or no consequence c \"C\"\n\
                rule r \"R\" when a then c rule s \"S\" when b then not c";
    assert_eq!(first(text, &["a"], Limits::default()).as_deref(), Some("b"));
    assert_eq!(first(text, &["b"], Limits::default()).as_deref(), Some("a"));
    assert_eq!(first(text, &["a", "b"], Limits::default()), None);
}
