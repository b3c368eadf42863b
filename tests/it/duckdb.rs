//! What `ensue sql` writes, run by DuckDB: what it counts is what brute force counts.
//!
//! `tests/sql` runs it on more engines, with other tables and with the command line's own reading of the reduction.
//! This needs the library alone, so that mutants of the writer (`tests/mutation`) meet an engine too.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use ensue::model::FactId;
use ensue::semantics::{Question, Scratch};
use ensue::sql::{self, Dialect, REJECTED, Source, Table};
use ensue::{Engine, Policy, Profile, View};
use serde_json::Value;

use crate::differential::{State, declarations, load, states, truth};
use crate::generate::{FACTS, profile_json};

const STATUSES: [&str; 5] = ["follows", "does_not_follow", "ruled_out", "disputed", "undetermined"];
const TYPES: [&str; 6] = ["BOOLEAN", "BOOLEAN", "TEXT", "INTEGER", "DECIMAL(20, 4)", "DATE"];
/// Values that are none of the type of the fact with this place among [`FACTS`].
const WRONG: [(usize, &str); 4] = [(2, "vd"), (3, "4"), (3, "-1"), (5, "infinity")];
/// A name that needs to be quoted, for `w0`.
const W0: &str = "w \"`'0; --";

/// A row of the table.
struct Row {
    /// The number of the state of knowledge that it is in, where all its values are of their fact's type.
    state: usize,
    cells: Vec<Option<String>>,
    /// The place of the fact that has a value of another type.
    wrong: Option<usize>,
    weight: Option<i64>,
}

impl Row {
    /// Its weight, where it is one.
    fn weighs(&self) -> Option<u64> {
        self.weight.and_then(|weight| u64::try_from(weight).ok()).filter(|weight| *weight < 1_000_000_000_000)
    }
}

/// Each state of knowledge once, and some with a wrong value or weight.
fn rows(states: &[State]) -> Vec<Row> {
    let cells = |state: &[Option<usize>]| -> Vec<Option<String>> {
        let text = |(value, (_, _, all)): (&Option<usize>, &(&str, &str, &[&str]))| {
            value.map(|value| all[value].trim_matches('"').to_owned())
        };
        state.iter().zip(FACTS).map(text).collect()
    };
    let sound = |number: usize| Row {
        state: number,
        cells: cells(&states[number]),
        wrong: None,
        weight: i64::try_from(number * 31 % 97).ok(),
    };
    let mut rows: Vec<Row> = (0..states.len()).map(sound).collect();
    for (step, (fact, value)) in WRONG.into_iter().enumerate() {
        for number in (step..states.len()).step_by(301) {
            let mut row = Row { wrong: Some(fact), ..sound(number) };
            row.cells[fact] = Some(value.to_owned());
            rows.push(row);
        }
    }
    for (step, weight) in [None, Some(-1), Some(1_000_000_000_000)].into_iter().enumerate() {
        rows.extend((step..states.len()).step_by(307).map(|number| Row { weight, ..sound(number) }));
    }
    rows
}

/// The rows as CSV.
fn written(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let cells = row.cells.iter().cloned().chain([row.weight.map(|weight| weight.to_string())]);
        cells.map(Option::unwrap_or_default).collect::<Vec<_>>().join(",") + "\n"
    };
    rows.iter().map(line).collect()
}

/// What DuckDB answers to each query: rows, each with its texts by column; NULL is none.
fn ask(python: &std::ffi::OsStr, request: &Value) -> Vec<Vec<BTreeMap<String, String>>> {
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sql/ask_duckdb.py"));
    let mut asked = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python can be run");
    let mut input = asked.stdin.take().expect("it is piped");
    input.write_all(request.to_string().as_bytes()).expect("it is read");
    drop(input);
    let done = asked.wait_with_output().expect("it ends");
    assert!(done.status.success(), "DuckDB refuses a statement");
    serde_json::from_slice(&done.stdout).expect("its answer is JSON")
}

/// For each consequence and value of the facts that counts are divided by: rows by their status, and weights.
type Counts = BTreeMap<(String, Vec<Option<String>>), [u64; 10]>;

/// The counts, and how many rows are counted apart, of a policy of which `read` are the facts that matter.
fn expected(
    policy: &Policy,
    rows: &[Row],
    truth: &[Vec<u8>],
    read: &[usize],
    is_weighted: bool,
    by: &[usize],
) -> (Counts, u64) {
    let (mut counts, mut rejected) = (Counts::new(), 0);
    for row in rows {
        let weight = if is_weighted { row.weighs() } else { Some(0) };
        let Some(weight) = weight.filter(|_| !row.wrong.is_some_and(|fact| read.contains(&fact))) else {
            rejected += 1;
            continue;
        };
        for (consequence, possible) in policy.consequences.iter().zip(&truth[row.state]) {
            let status = [1, 2, 4, 8].iter().position(|one| one == possible).unwrap_or(4);
            let group = by.iter().map(|fact| row.cells[*fact].as_deref().map(shown)).collect();
            let counted = counts.entry((consequence.name.clone(), group)).or_default();
            counted[status] += 1;
            counted[status + 5] += weight;
        }
    }
    (counts, rejected)
}

/// A cell as it is told in the result.
fn shown(cell: &str) -> String {
    match cell {
        "true" => "yes".to_owned(),
        "false" => "no".to_owned(),
        other => other.to_owned(),
    }
}

/// A count, or a sum of weights, which are whole here.
fn number(row: &BTreeMap<String, String>, name: &str) -> u64 {
    let text = row.get(name).unwrap_or_else(|| panic!("there is no `{name}`, or it is NULL"));
    text.strip_suffix(".0000").unwrap_or(text).parse().expect("a whole number")
}

/// What the tally query tells.
fn from_tally(answer: &[BTreeMap<String, String>], is_weighted: bool, by: &[usize]) -> (Counts, u64) {
    let weight = |row, name: &str| if is_weighted { number(row, name) } else { 0 };
    let (mut counts, mut rejected) = (Counts::new(), 0);
    for row in answer {
        if row["consequence"] == REJECTED {
            rejected += number(row, "rows");
            continue;
        }
        let group = by.iter().map(|fact| row.get(FACTS[*fact].0).cloned()).collect();
        let rows = STATUSES.map(|status| number(row, status));
        let weights = STATUSES.map(|status| weight(row, &format!("weight_{status}")));
        assert_eq!(number(row, "rows"), rows.iter().sum::<u64>());
        assert_eq!(weight(row, "weight"), weights.iter().sum::<u64>());
        let all = std::array::from_fn(|index| if index < 5 { rows[index] } else { weights[index - 5] });
        assert!(counts.insert((row["consequence"].clone(), group), all).is_none(), "a group is told once");
    }
    (counts, rejected)
}

/// What the reduction tells, each of its combinations decided by the engine.
fn from_reduction(
    engine: &Engine<'_>,
    answer: &[BTreeMap<String, String>],
    is_weighted: bool,
    by: &[usize],
) -> (Counts, u64) {
    let (mut counts, mut rejected) = (Counts::new(), 0);
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    for row in answer {
        let value = |name: &str| row.get(name).or_else(|| row.get(&format!("{name}:item")));
        let known: Vec<(&str, &String)> = FACTS.iter().filter_map(|(name, ..)| Some((*name, value(name)?))).collect();
        if known.iter().any(|(_, value)| *value == REJECTED) || is_weighted && !row.contains_key("weight") {
            rejected += number(row, "rows");
            continue;
        }
        let written = known.iter().map(|(name, value)| match *name {
            "w0" | "n0" => format!("\"{name}\": {value}"),
            _ => format!("\"{name}\": \"{value}\""),
        });
        let profile = engine.policy.profile(&format!("{{{}}}", written.collect::<Vec<_>>().join(", ")));
        engine.statuses(&profile.expect("values are of their facts' types"), &mut scratch, &mut statuses);
        let group: Vec<Option<String>> = by.iter().map(|fact| value(FACTS[*fact].0).cloned()).collect();
        for (consequence, status) in engine.policy.consequences.iter().zip(&statuses) {
            let place = STATUSES.iter().position(|name| *name == status.name()).expect("there are five");
            let counted = counts.entry((consequence.name.clone(), group.clone())).or_default();
            counted[place] += number(row, "rows");
            counted[place + 5] += if is_weighted { number(row, "weight") } else { 0 };
        }
    }
    (counts, rejected)
}

/// With weights, and divided by facts.
#[test]
#[ignore = "needs a Python with DuckDB, which ENSUE_DUCKDB names: `tests/mutation` and `tests/sql/run.sh` run it"]
fn it_counts_as_brute_force_does() {
    let python = std::env::var_os("ENSUE_DUCKDB").expect("ENSUE_DUCKDB names a Python that has DuckDB");
    let states = states();
    let jsons: Vec<String> = states.iter().map(|state| profile_json(state)).collect();
    let rows = rows(&states);
    let name = |name: &str| if name == "w0" { W0.to_owned() } else { name.to_owned() };
    let columns: Vec<String> = FACTS.iter().map(|(fact, ..)| name(fact)).collect();
    let quoted = |name: &String| format!("\"{}\"", name.replace('"', "\"\""));
    let types = columns.iter().zip(TYPES).map(|(name, kind)| format!("{} {kind}", quoted(name)));
    let created = format!("CREATE TABLE survey ({}, weight DECIMAL(20, 4))", types.collect::<Vec<_>>().join(", "));
    let table = Table::parse("survey").expect("a table");
    let policies: Vec<Policy> = (0..8).map(|seed| load(&declarations(seed))).collect();
    let ways: [(Option<&str>, &[usize]); 2] = [(Some("weight"), &[]), (None, &[1, 2])];
    let mut queries = Vec::new();
    for policy in &policies {
        let engine = Engine::new(policy, &View::default()).expect("it has a date");
        for (weight, by) in ways {
            let by: Vec<FactId> = by.iter().map(|fact| policy.fact(FACTS[*fact].0).expect("it is declared")).collect();
            let source =
                Source { engine: &engine, dialect: Dialect::DuckDb, table: &table, columns: &columns, weight, by: &by };
            queries.push(sql::tally(&source).expect("it can be written").text);
            queries.push(sql::reduction(&source).expect("it can be written"));
        }
    }
    let request = serde_json::json!({ "table": created, "rows": written(&rows), "queries": queries });
    let mut answers = ask(&python, &request).into_iter();
    for (seed, policy) in policies.iter().enumerate() {
        let engine = Engine::new(policy, &View::default()).expect("it has a date");
        let profiles: Vec<Profile> = jsons.iter().map(|json| policy.profile(json).expect("a sound profile")).collect();
        let truth = truth(policy, &states, &profiles);
        let matters = |fact: usize| {
            let fact = policy.fact(FACTS[fact].0).expect("it is declared");
            policy.consequence_ids().any(|id| engine.support(Question::Status(id)).contains(&fact))
        };
        for (weight, by) in ways {
            let read: Vec<usize> = (0..FACTS.len()).filter(|fact| matters(*fact) || by.contains(fact)).collect();
            let wanted = expected(policy, &rows, &truth, &read, weight.is_some(), by);
            let mut next = || answers.next().expect("each query has an answer");
            assert_eq!(from_tally(&next(), weight.is_some(), by), wanted, "tally query, policy {seed}");
            assert_eq!(from_reduction(&engine, &next(), weight.is_some(), by), wanted, "reduction, policy {seed}");
        }
    }
}
