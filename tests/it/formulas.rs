//! All formulas with up to three connectives over three facts, in all 27 states of knowledge, by every evaluator:
//! nothing here is a sample.

use std::fs;
use std::path::Path;

use ensue::model::FactId;
use ensue::population::coding::Coding;
use ensue::population::table::{self, Plan};
use ensue::population::tally::{self, Gathered, Kind};
use ensue::semantics::{Question, Scratch, Settled, evaluate};
use ensue::{Engine, Limit, Limits, Policy, View};

use crate::generate;

/// What a formula is of three facts: a bit for each of the eight ways in which they can be, and its text.
#[derive(Clone)]
struct Formula {
    table: u8,
    text: String,
}

const FACTS: [&str; 3] = ["p", "q", "r"];

/// The ways in which a fact holds: bit `way` is set where bit `fact` of `way` is.
const HOLDS: [u8; 3] = [0b1010_1010, 0b1100_1100, 0b1111_0000];

/// All formulas with so many connectives, from those with fewer.
fn with(connectives: usize, fewer: &[Vec<Formula>]) -> Vec<Formula> {
    if connectives == 0 {
        return (0..3).map(|fact| Formula { table: HOLDS[fact], text: FACTS[fact].to_owned() }).collect();
    }
    let negated = |it: &Formula| Formula { table: !it.table, text: format!("not ({})", it.text) };
    let mut all: Vec<Formula> = fewer[connectives - 1].iter().map(negated).collect();
    for left in 0..connectives {
        for one in &fewer[left] {
            for other in &fewer[connectives - 1 - left] {
                let text = |word: &str| format!("({}) {word} ({})", one.text, other.text);
                all.push(Formula { table: one.table & other.table, text: text("and") });
                all.push(Formula { table: one.table | other.table, text: text("or") });
            }
        }
    }
    all
}

fn formulas() -> Vec<Formula> {
    let mut all: Vec<Vec<Formula>> = Vec::new();
    for connectives in 0..=3 {
        all.push(with(connectives, &all));
    }
    all.concat()
}

/// A state of knowledge: of each fact whether it holds, where that is known.
type State = [Option<bool>; 3];

fn states() -> Vec<State> {
    let one = [None, Some(false), Some(true)];
    (0..27).map(|state| [one[state % 3], one[state / 3 % 3], one[state / 9]]).collect()
}

/// The ways in which the facts can be, as far as the facts among `kept` are known: a bit for each.
fn completions(state: State, kept: u8) -> u8 {
    let known = (0..3).filter(|fact| kept >> fact & 1 == 1).filter_map(|fact| Some((fact, state[fact]?)));
    known.fold(u8::MAX, |ways, (fact, holds)| ways & if holds { HOLDS[fact] } else { !HOLDS[fact] })
}

/// Whether a formula holds in all ways, or in none.
fn settled(table: u8, ways: u8) -> Option<bool> {
    match table & ways {
        0 => Some(false),
        held if held == ways => Some(true),
        _ => None,
    }
}

/// The smallest set of known facts that settles the formula, of those the one whose facts come first.
fn because(table: u8, state: State) -> Vec<usize> {
    let facts = |kept: u8| (0..3).filter(|fact| kept >> fact & 1 == 1).collect::<Vec<usize>>();
    let settles = (0..8_u8).filter(|kept| settled(table, completions(state, *kept)).is_some());
    let known = settles.map(facts).filter(|facts| facts.iter().all(|fact| state[*fact].is_some()));
    known.min_by_key(|facts| (facts.len(), facts.clone())).expect("all that is known settles it")
}

/// The unknown facts of which two completions that differ in it alone differ in the formula.
fn depends_on(table: u8, state: State) -> Vec<usize> {
    let ways = completions(state, u8::MAX);
    let matters = |fact: usize| {
        let holds = |way: u8| table >> way & 1 == 1;
        (0..8).any(|way| ways >> way & 1 == 1 && holds(way) != holds(way ^ 1 << fact))
    };
    (0..3).filter(|fact| state[*fact].is_none() && matters(*fact)).collect()
}

/// A consequence for each formula, and the rule that it follows where the formula holds. Every other one has the formula
/// in a definition and an exception: the same, said otherwise.
fn rules(formulas: &[Formula]) -> String {
    let rule = |(place, formula): (usize, &Formula)| match place % 2 {
        0 => format!("consequence c{place} \"It\" rule r{place} \"It\" when {} then c{place}\n", formula.text),
        _ => format!(
            "consequence c{place} \"It\" define d{place} \"It\" as {}\n\
             rule r{place} \"It\" when p or not p unless not d{place} then c{place}\n",
            formula.text
        ),
    };
    formulas.iter().enumerate().map(rule).collect()
}

/// Writes policies of all formulas, all states of knowledge and the truth about each, as `differential::write_a_million`
/// writes its own. Their facts are those of the generated policies: the third formula's fact is whether `l0` is `va`.
#[test]
#[ignore = "writes files for tests/sql/run.sh and web/test/million.mjs"]
fn write_formulas() {
    let folder = std::env::var_os("ENSUE_FORMULAS").expect("ENSUE_FORMULAS names a folder");
    let write = |name: &str, text: String| fs::write(Path::new(&folder).join(name), text).expect("it can be written");
    let facts: String =
        generate::FACTS.iter().map(|(name, kind, _)| format!("fact {name} \"It\" : {kind}\n")).collect();
    let named = "define p \"It\" as b0 define q \"It\" as b1 define r \"It\" as l0 is va\n";
    let truth = |formula: &Formula| -> String {
        let digit =
            |state| settled(formula.table, completions(state, u8::MAX)).map_or('3', |it| if it { '1' } else { '2' });
        states().into_iter().map(digit).collect()
    };
    let profile = |[p, q, r]: State| {
        let l0 = r.map(|is_va| if is_va { "va" } else { "vb" });
        serde_json::json!({ "b0": p, "b1": q, "l0": l0 }).to_string() + "\n"
    };
    write("profiles.jsonl", states().into_iter().map(profile).collect());
    for (number, formulas) in formulas().chunks(64).enumerate() {
        let lines = formulas.iter().enumerate().map(|(place, formula)| format!("c{place} {}\n", truth(formula)));
        write(&format!("{number:03}.truth"), lines.collect());
        write(&format!("{number:03}.ensue"), format!("{facts}{named}{}", rules(formulas)));
    }
}

#[test]
fn all_small_formulas_are_decided_exactly() {
    let formulas = formulas();
    assert_eq!(formulas.len(), 3 + 21 + 273 + 4431);
    for formulas in formulas.chunks(64) {
        let facts: String = FACTS.iter().map(|fact| format!("fact {fact} \"It\" : yes or no\n")).collect();
        let text = facts + &rules(formulas);
        let policy = Policy::load("rules.ensue", |_| Ok(text.clone().into())).expect("it is sound");
        let with = |limits| Engine::with_limits(&policy, &View::default(), limits).expect("it needs no date");
        let (table, diagrams) = (with(Limits::default()).tabulated(), with(Limits::default()));
        let search = with(Limits::default().with(Limit::CompileSteps, 0));
        let compiled = |engine: &Engine<'_>| {
            policy.consequence_ids().filter(|it| engine.is_compiled(Question::Status(*it))).count()
        };
        // Diagrams for some of the consequences, until the steps are used up.
        let mut fewer = (0..12).map(|half| with(Limits::default().with(Limit::CompileSteps, 4_000 >> half)));
        let some = fewer.find(|engine| compiled(engine) < formulas.len()).expect("the steps are used up");
        assert!(compiled(&some) > 0);
        let mut counts = vec![[0_u64; 3]; formulas.len()];
        for state in states() {
            let set = |fact: usize, holds| format!("\"{}\": {holds}", FACTS[fact]);
            let known: Vec<String> = (0..3).filter_map(|fact| Some(set(fact, state[fact]?))).collect();
            let profile = policy.profile(&format!("{{{}}}", known.join(","))).expect("a sound profile");
            let mut statuses = Vec::new();
            table.statuses(&profile, &mut Scratch::default(), &mut statuses);
            let by_diagrams = diagrams.outcomes(&profile);
            assert_eq!(by_diagrams, search.outcomes(&profile));
            assert_eq!(by_diagrams, some.outcomes(&profile));
            // The plain reading is of complete profiles.
            let is_complete = state.iter().all(Option::is_some);
            let read = is_complete.then(|| evaluate(&policy, &diagrams.selection, &profile));
            let indices = |facts: &[FactId]| facts.iter().map(|fact| fact.index()).collect::<Vec<_>>();
            for (place, formula) in formulas.iter().enumerate() {
                let outcome = &by_diagrams[place];
                let expected = settled(formula.table, completions(state, u8::MAX));
                let found = match outcome.status.settled() {
                    Some(Settled::Follows) => Some(true),
                    Some(Settled::DoesNotFollow) => Some(false),
                    Some(Settled::RuledOut | Settled::Disputed) => panic!("no rule denies it"),
                    None => None,
                };
                let case = || format!("{} in {state:?}", formula.text);
                assert_eq!((found, outcome.status), (expected, statuses[place]), "{}", case());
                if let Some(read) = &read {
                    assert_eq!(Some(read[place]), outcome.status.settled(), "{}", case());
                }
                match expected {
                    Some(_) => assert_eq!(indices(&outcome.because), because(formula.table, state), "{}", case()),
                    None => assert_eq!(indices(&outcome.depends_on), depends_on(formula.table, state), "{}", case()),
                }
                counts[place][expected.map_or(2, |holds| usize::from(!holds))] += 1;
            }
        }
        assert_eq!(counted(&diagrams), counts);
    }
}

/// Of each consequence in how many states it follows, does not, and is undetermined, as a table is counted.
fn counted(engine: &Engine<'_>) -> Vec<[u64; 3]> {
    let facts: Vec<FactId> = engine.policy.fact_ids().collect();
    let coding = Coding::new(engine, &facts, &[]);
    let counting =
        tally::Plan { engine, coding: &coding, by: Vec::new(), choice: None, profiles: false, remembered: 100 };
    let plan = Plan::new(engine, &coding);
    let whole =
        table::read(rows().as_bytes(), &plan, || Gathered::new(&counting), |_| {}, |_| {}).expect("it is sound");
    let found = whole.sink.finish().expect("they are few");
    let count = |counts: &tally::Counts| {
        [Kind::Follows, Kind::DoesNotFollow, Kind::Undetermined].map(|kind| counts[kind as usize].rows)
    };
    found.groups[&Vec::new()].parts[0].outcomes.iter().map(count).collect()
}

/// A table of all states, a row each.
fn rows() -> String {
    let cell = |fact: Option<bool>| fact.map_or("", |holds| if holds { "yes" } else { "no" });
    let row = |state: State| state.map(cell).join(",");
    std::iter::once(FACTS.join(",")).chain(states().into_iter().map(row)).collect::<Vec<_>>().join("\n")
}
