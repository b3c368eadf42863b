//! A million pairs of a policy and a profile, in each way in which a status can be found, against the plain reading
//! (`semantics::evaluate`) of every completion; and policies that say the same in other words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ensue::model::FactId;
use ensue::population::coding::Coding;
use ensue::population::table::{self, Plan};
use ensue::population::tally::{self, Gathered, Kind};
use ensue::semantics::{Scratch, Settled, evaluate};
use ensue::{Engine, Limit, Limits, Policy, Profile, Status, View};

use crate::generate::{self, FACTS, ON, Tape, profile_json};

/// The next number of a sequence that its seed decides. (SplitMix64.)
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*seed ^ *seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

pub fn declarations(seed: u64) -> Vec<String> {
    let mut seed = seed;
    let choices: Vec<u16> = (0..400).map(|_| u16::try_from(next(&mut seed) >> 48).expect("sixteen bits")).collect();
    generate::policy(&mut Tape::new(&choices))
}

fn text(declarations: &[String]) -> String {
    format!("policy generated \"Generated\" as of {ON}\n{}\n", declarations.join("\n"))
}

pub fn load(declarations: &[String]) -> Policy {
    let text = text(declarations);
    Policy::load("generated.ensue", |_| Ok(text.clone().into())).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

/// A state of knowledge: of each of [`FACTS`] the index of its value, where it is known.
pub type State = Vec<Option<usize>>;

/// All states of knowledge, in the order of their numbers.
pub fn states() -> Vec<State> {
    let mut all: Vec<State> = vec![Vec::new()];
    for (_, _, values) in FACTS {
        let cells = (0..values.len()).map(Some).chain([None]);
        all = cells.flat_map(|cell| all.iter().map(move |state| [state.clone(), vec![cell]].concat())).collect();
    }
    all
}

/// How much a fact's value adds to the number of a state.
fn strides() -> Vec<usize> {
    FACTS.iter().scan(1, |all, (_, _, values)| Some(std::mem::replace(all, *all * (values.len() + 1)))).collect()
}

/// The number of a state, in which about a third of the facts is not known.
fn state(seed: &mut u64) -> usize {
    let mut below = |count: usize| usize::try_from(next(seed) % count as u64).expect("it is below");
    let values = |(_, _, values): &(&str, &str, &[&str])| values.len();
    let cell = |fact| if below(3) == 0 { values(fact) } else { below(values(fact)) };
    FACTS.iter().map(cell).zip(strides()).map(|(cell, stride)| cell * stride).sum()
}

/// A bit for each status.
fn bit(settled: Settled) -> u8 {
    match settled {
        Settled::Follows => 1,
        Settled::DoesNotFollow => 2,
        Settled::RuledOut => 4,
        Settled::Disputed => 8,
    }
}

fn bits(status: Status) -> u8 {
    status.possible().iter().fold(0, |bits, settled| bits | bit(settled))
}

/// For each state the statuses that some completion gives each consequence: those of complete profiles from the
/// plain reading of these, and those of others from the states in which one fact more is known.
pub fn truth(policy: &Policy, states: &[State], profiles: &[Profile]) -> Vec<Vec<u8>> {
    let selection = View::default().select(policy).expect("it has a date");
    let mut truth: Vec<Vec<u8>> = vec![Vec::new(); states.len()];
    for (number, state) in states.iter().enumerate() {
        if state.iter().all(Option::is_some) {
            truth[number] = evaluate(policy, &selection, &profiles[number]).into_iter().map(bit).collect();
        }
    }
    for (fact, stride) in strides().into_iter().enumerate() {
        let values = FACTS[fact].2.len();
        for (number, state) in states.iter().enumerate() {
            if state[fact].is_none() && state[fact + 1..].iter().all(Option::is_some) {
                let known = (1..=values).map(|less| &truth[number - less * stride]);
                truth[number] = known.fold(vec![0; policy.consequences.len()], |all, one| {
                    all.iter().zip(one).map(|(all, one)| all | one).collect()
                });
            }
        }
    }
    truth
}

/// A row of a table.
fn row(state: &State) -> String {
    let cell = |(value, (_, _, all)): (&Option<usize>, &(&str, &str, &[&str]))| match value {
        Some(value) => all[*value].trim_matches('"').to_owned(),
        None => String::new(),
    };
    state.iter().zip(FACTS).map(cell).collect::<Vec<_>>().join(",") + "\n"
}

/// Of each consequence how many rows follow, do not, are ruled out, disputed, undetermined.
fn tallied(engine: &Engine<'_>, rows: &str) -> Vec<[u64; 5]> {
    let facts: Vec<FactId> = engine.policy.fact_ids().collect();
    let coding = Coding::new(engine, &facts, &[]);
    let counting =
        tally::Plan { engine, coding: &coding, by: Vec::new(), choice: None, profiles: false, remembered: 1 << 10 };
    let plan = Plan::new(engine, &coding);
    let whole = table::read(rows.as_bytes(), &plan, || Gathered::new(&counting), |_| {}, |_| {}).expect("it is sound");
    assert_eq!(whole.rejected, 0);
    let found = whole.sink.finish().expect("they are few");
    found.groups[&Vec::new()].parts[0].outcomes.iter().map(|counts| counts.map(|count| count.rows)).collect()
}

/// In each of ten parts, since tests run beside each other.
const POLICIES: u64 = 100;
/// Of each policy.
const PROFILES: usize = 1_000;

mod a_million_answers_are_those_of_brute_force {
    macro_rules! parts {
        ($($name:ident $part:literal),*) => { $(
            #[test]
            fn $name() {
                super::answers_are_those_of_brute_force($part);
            }
        )* };
    }

    parts!(part_0 0, part_1 1, part_2 2, part_3 3, part_4 4, part_5 5, part_6 6, part_7 7, part_8 8, part_9 9);
}

fn answers_are_those_of_brute_force(part: u64) {
    let states = states();
    let header = FACTS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(",") + "\n";
    let cells: Vec<String> = states.iter().map(row).collect();
    let jsons: Vec<String> = states.iter().map(|state| profile_json(state)).collect();
    for seed in part * POLICIES..(part + 1) * POLICIES {
        let policy = load(&declarations(seed));
        let profiles: Vec<Profile> = jsons.iter().map(|json| policy.profile(json).expect("a sound profile")).collect();
        let truth = truth(&policy, &states, &profiles);
        let with = |steps| {
            let limits = Limits::default().with(Limit::CompileSteps, steps);
            Engine::with_limits(&policy, &View::default(), limits).expect("it has a date")
        };
        let all = Limit::CompileSteps.default();
        let engines =
            [("table", with(all).tabulated()), ("diagrams", with(all)), ("some", with(60)), ("search", with(0))];
        let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
        let mut rows = header.clone();
        let mut counts = vec![[0; 5]; policy.consequences.len()];
        let mut choose = seed ^ 0x5eed;
        let mut chosen = BTreeSet::new();
        while chosen.len() < PROFILES {
            let number = state(&mut choose);
            if !chosen.insert(number) {
                continue;
            }
            for (way, engine) in &engines {
                engine.statuses(&profiles[number], &mut scratch, &mut statuses);
                let found: Vec<u8> = statuses.iter().map(|status| bits(*status)).collect();
                assert_eq!(found, truth[number], "policy {seed}, {way}, {}", jsons[number]);
            }
            for (counts, possible) in counts.iter_mut().zip(&truth[number]) {
                let kind = [1, 2, 4, 8].iter().position(|one| one == possible).unwrap_or(Kind::Undetermined as usize);
                counts[kind] += 1;
            }
            rows.push_str(&cells[number]);
        }
        assert_eq!(tallied(&engines[1].1, &rows), counts, "policy {seed}, counted");
    }
}

/// Writes the policies of a million pairs, with all states of knowledge, and the truth about each: for each consequence
/// a line, in which a hexadecimal digit stands for the statuses that a state allows (see [`bit`]).
#[test]
#[ignore = "writes files for tests/sql/run.sh and web/test/million.mjs"]
fn write_a_million() {
    let folder = std::env::var_os("ENSUE_MILLION").expect("ENSUE_MILLION names a folder");
    let write = |name: &str, text: String| fs::write(Path::new(&folder).join(name), text).expect("it can be written");
    let states = states();
    let jsons: Vec<String> = states.iter().map(|state| profile_json(state)).collect();
    write("profiles.jsonl", jsons.join("\n") + "\n");
    for seed in 0..1_000_000_usize.div_ceil(states.len()) {
        let policy = load(&declarations(seed as u64));
        let profiles: Vec<Profile> = jsons.iter().map(|json| policy.profile(json).expect("a sound profile")).collect();
        let truth = truth(&policy, &states, &profiles);
        let of = |consequence: usize| truth.iter().map(|bits| format!("{:x}", bits[consequence])).collect::<String>();
        let lines = policy.consequences.iter().enumerate().map(|(index, it)| format!("{} {}\n", it.name, of(index)));
        write(&format!("{seed:03}.truth"), lines.collect());
        write(&format!("{seed:03}.ensue"), text(&declarations(seed as u64)));
    }
}

/// Puts something in place of each word of a policy, as far as it has something for it; texts are no words.
fn reworded(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::new();
    for (index, part) in text.split('"').enumerate() {
        if index % 2 == 1 {
            out += &format!("\"{part}\"");
            continue;
        }
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| is_letter(c) != is_letter(first)).unwrap_or(rest.len());
            out += &other(&rest[..end]).unwrap_or_else(|| rest[..end].to_owned());
            rest = &rest[end..];
        }
    }
    out
}

/// A rule's parts: what stands before its `when`, its conditions, and what it concludes and overrides.
struct Parts {
    head: String,
    when: String,
    unless: Option<String>,
    not: &'static str,
    concludes: Vec<String>,
    overrides: Option<String>,
}

impl Parts {
    fn of(rule: &str) -> Self {
        let (head, rest) = rule.split_once(" when ").expect("a rule");
        let (conditions, rest) = rest.split_once(" then ").expect("a rule");
        let (when, unless) = match conditions.split_once(" unless ") {
            Some((when, unless)) => (when.to_owned(), Some(unless.to_owned())),
            None => (conditions.to_owned(), None),
        };
        let (concludes, overrides) = match rest.split_once(" overrides ") {
            Some((concludes, overrides)) => (concludes, Some(overrides.to_owned())),
            None => (rest, None),
        };
        let (not, concludes) = concludes.strip_prefix("not ").map_or(("", concludes), |it| ("not ", it));
        let concludes = concludes.split(", ").map(str::to_owned).collect();
        Self { head: head.to_owned(), when, unless, not, concludes, overrides }
    }

    fn name(&self) -> &str {
        self.head.split(' ').nth(1).expect("a rule")
    }

    /// The rule about one of its consequences, by a name of its own.
    fn about(
        &self,
        consequence: &str,
        rules: &BTreeMap<String, Parts>,
        end: &str,
        when: &str,
        ends: &[&str],
    ) -> String {
        let Self { head, unless, not, .. } = self;
        let head = head.replacen(self.name(), &format!("{}_{consequence}{end}", self.name()), 1);
        let unless = unless.as_ref().map_or(String::new(), |unless| format!(" unless {unless}"));
        // It overrides all parts of the other rule that are about the same.
        let losers = self.overrides.iter().filter(|loser| rules[*loser].concludes.iter().any(|it| it == consequence));
        let losers = losers.flat_map(|loser| ends.iter().map(move |end| format!("{loser}_{consequence}{end}")));
        let losers = losers.collect::<Vec<_>>().join(", ");
        let overrides = if losers.is_empty() { String::new() } else { format!(" overrides {losers}") };
        format!("{head} when {when}{unless} then {not}{consequence}{overrides}")
    }
}

/// A policy in other words, and how its facts and consequences are called there.
fn said_otherwise(way: &str, declarations: &[String]) -> (Vec<String>, &'static str) {
    let is_rule = |it: &&String| it.starts_with("rule ");
    let rules: BTreeMap<String, Parts> =
        declarations.iter().filter(is_rule).map(|it| Parts::of(it)).map(|it| (it.name().to_owned(), it)).collect();
    let each = |rule: &dyn Fn(&Parts) -> Vec<String>, other: &dyn Fn(&String) -> String| -> Vec<String> {
        let said = declarations.iter().map(|it| match Some(it).filter(is_rule) {
            Some(it) => rule(&Parts::of(it)),
            None => vec![other(it)],
        });
        said.flatten().collect()
    };
    let parts = |ends: &[&str], when: &dyn Fn(&Parts, &str) -> String| {
        let split = |rule: &Parts| -> Vec<String> {
            let all = rule.concludes.iter().flat_map(|it| ends.iter().map(move |end| (it, end)));
            all.map(|(it, end)| rule.about(it, &rules, end, &when(rule, end), ends)).collect()
        };
        each(&split, &String::clone)
    };
    let doubled = |condition: &str| format!("not not ({condition})");
    match way {
        "renamed" => {
            // Other names, in another order of letters.
            let other = |name: &str| {
                let is_name =
                    name.ends_with(|c: char| c.is_ascii_digit()) && name.starts_with(|c: char| c.is_ascii_lowercase());
                is_name.then(|| format!("x{}", name.chars().rev().collect::<String>()))
            };
            (declarations.iter().map(|it| reworded(it, other)).collect(), "x")
        }
        "reordered" => (declarations.iter().rev().cloned().collect(), ""),
        "negated twice" => {
            let definition = |it: &String| match it.split_once(" as ") {
                Some((head, condition)) => format!("{head} as {}", doubled(condition)),
                None => it.clone(),
            };
            let rule = |rule: &Parts| {
                let unless = rule.unless.as_ref().map_or(String::new(), |it| format!(" unless {}", doubled(it)));
                let overrides = rule.overrides.as_ref().map_or(String::new(), |it| format!(" overrides {it}"));
                let then = format!("{}{}{overrides}", rule.not, rule.concludes.join(", "));
                vec![format!("{} when {}{unless} then {then}", rule.head, doubled(&rule.when))]
            };
            (each(&rule, &definition), "")
        }
        // A rule for each consequence; and two for each, one where a fact holds and one where it does not.
        "parted" => (parts(&[""], &|rule, _| rule.when.clone()), ""),
        "divided" => {
            let when = |rule: &Parts, end: &str| {
                format!("({}) and {}", rule.when, if end == "_yes" { "b1" } else { "not b1" })
            };
            (parts(&["_yes", "_no"], &when), "")
        }
        "inlined" => {
            let definitions: BTreeMap<&str, &str> = declarations
                .iter()
                .filter_map(|it| Some((it.strip_prefix("define ")?.split(' ').next()?, it.split_once(" as ")?.1)))
                .collect();
            let inner =
                |text: &str| reworded(text, |name| definitions.get(name).map(|condition| format!("({condition})")));
            // A definition may name another.
            let said = declarations.iter().filter(|it| !it.starts_with("define ")).map(|it| inner(&inner(it)));
            (said.collect(), "")
        }
        _ => unreachable!("there are no other ways"),
    }
}

#[test]
fn what_says_the_same_gives_the_same() {
    let states = states();
    for seed in 0..300 {
        let declarations = declarations(seed);
        let policy = load(&declarations);
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        for way in ["renamed", "reordered", "negated twice", "parted", "divided", "inlined"] {
            let (said, first) = said_otherwise(way, &declarations);
            assert_ne!(said, declarations);
            let other = load(&said);
            let others = Engine::new(&other, &View::default()).expect("it has a date");
            let called = |name: &str| match first {
                "" => name.to_owned(),
                _ => format!("{first}{}", name.chars().rev().collect::<String>()),
            };
            let (mut choose, mut found, mut expected) = (seed, Vec::new(), Vec::new());
            for _ in 0..50 {
                let json = profile_json(&states[state(&mut choose)]);
                let elsewhere = reworded_profile(&json, &called);
                engine.statuses(&policy.profile(&json).expect("sound"), &mut Scratch::default(), &mut expected);
                others.statuses(&other.profile(&elsewhere).expect("sound"), &mut Scratch::default(), &mut found);
                for (id, status) in policy.consequence_ids().zip(&expected) {
                    let there = other.consequence(&called(&policy[id].name)).expect("it is declared there too");
                    assert_eq!(found[there.index()], *status, "policy {seed}, {way}, {json}\n{}", said.join("\n"));
                }
            }
        }
    }
}

/// A profile with the facts called otherwise.
fn reworded_profile(json: &str, called: &dyn Fn(&str) -> String) -> String {
    FACTS.iter().fold(json.to_owned(), |json, (name, ..)| {
        json.replace(&format!("\"{name}\":"), &format!("\"{}\":", called(name)))
    })
}
