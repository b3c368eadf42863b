//! Populations: what is counted, against each row evaluated by itself; tables with faults of every kind;
//! the same counts however a table is divided. (What is hidden of them: `disclosure.rs`.)

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};

use ensue::model::FactId;
use ensue::population::coding::{Bin, Coding};
use ensue::population::table::{self, Broken, NoHeader, Plan, Refused, Reject, Whole, Why};
use ensue::population::tally::{self, Gathered, Kind, Tally};
use ensue::population::{Count, Sink, TooMany, Weight};
use ensue::semantics::{Engine, Question, Settled, View, evaluate};
use ensue::{Limit, Limits, Policy, Profile};
use proptest::prelude::*;

use crate::generate::{self, FACTS, ON, Tape, completions, profile_json, tapes};

/// Keeps combinations as they come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept(BTreeMap<Vec<Bin>, (u64, String)>, Vec<(Vec<Bin>, Count)>);

impl Sink for Kept {
    fn take(&mut self, combination: &[Bin], count: Count) -> Result<(), TooMany> {
        self.1.push((combination.to_vec(), count));
        Ok(())
    }

    fn join(&mut self, other: Self) -> Result<(), TooMany> {
        self.1.extend(other.1);
        Ok(())
    }
}

impl Kept {
    /// The sums, for whatever order they came in.
    pub fn sums(self) -> BTreeMap<Vec<Bin>, (u64, String)> {
        let mut sums: BTreeMap<Vec<Bin>, Count> = BTreeMap::new();
        for (bins, count) in self.1 {
            sums.entry(bins).or_default().add(count).expect("they are small");
        }
        sums.into_iter().map(|(bins, count)| (bins, (count.rows, count.weight.to_string()))).collect()
    }
}

/// Every fact that the generator knows is tested, so that all are read.
const RULES: &str = "consequence c0 \"C\" harm consequence c1 \"D\" rule r0 \"R\" when b0 and l0 is va and w0 > 1 then c0 \
                     rule r1 \"S\" when b1 and n0 > 1 and d0 < 2000-02-29 then c1";

pub fn load(text: &str) -> Policy {
    Policy::load("generated.ensue", |_| Ok(text.into())).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

pub fn all_facts() -> Policy {
    let facts: Vec<String> = FACTS.iter().map(|(name, kind, _)| format!("fact {name} \"F\" : {kind}")).collect();
    load(&format!("policy p \"P\" as of {ON}\n{}\n{RULES}\n", facts.join("\n")))
}

pub fn facts(policy: &Policy) -> Vec<FactId> {
    policy.fact_ids().collect()
}

/// What comes of a table: the sums, the rows, and what was rejected or refused, in words.
pub type Outcome = (Result<(BTreeMap<Vec<Bin>, (u64, String)>, u64, u64), String>, Vec<Reject>);

pub fn outcome(text: &[u8], plan: &Plan<'_>) -> Outcome {
    let mut rejects = Vec::new();
    let whole = table::read(text, plan, Kept::default, |reject| rejects.push(reject.clone()), |_| {});
    told(whole, rejects)
}

/// An outcome in words.
pub fn told(whole: Result<Whole<Kept>, Refused>, rejects: Vec<Reject>) -> Outcome {
    let whole = whole.map(|whole| (whole.sink.sums(), whole.rows, whole.rejected));
    (whole.map_err(|refused| format!("{refused:?}")), rejects)
}

/// A table's value for a value of the generator, in one of the ways in which it may be written.
fn spelled(fact: usize, value: Option<usize>, way: usize) -> String {
    let Some(value) = value else { return ["", " "][way % 2].to_owned() };
    let json = FACTS[fact].2[value].trim_matches('"');
    match (json, way % 5) {
        ("true", _) => ["yes", "TRUE", "1", "True", "Yes"][way % 5].to_owned(),
        ("false", _) => ["no", "FALSE", "0", "False", "No"][way % 5].to_owned(),
        (_, 3) => format!("\"{json}\""),
        (_, 4) => format!("  {json} "),
        _ => json.to_owned(),
    }
}

/// A header may have a cell of several lines, as rows may, wherever the first block ends.
#[test]
fn a_header_of_several_lines_is_read_in_any_blocks() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let mut plan = Plan::new(&engine, &coding);
    plan.multiline_cells = true;
    for lines in 1..5 {
        let name = vec!["a note"; lines].join("\n");
        let table = format!("b0,b1,l0,w0,n0,d0,\"{name}\"\nyes,no,va,1,1.5,2000-02-29,x\n");
        plan.block = 1 << 16;
        let expected = outcome(table.as_bytes(), &plan);
        assert_eq!(expected.0.as_ref().map(|(_, rows, rejected)| (*rows, *rejected)), Ok((1, 0)), "{lines} lines");
        plan.block = 1;
        assert_eq!(outcome(table.as_bytes(), &plan), expected, "{lines} lines");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a table is divided into blocks and threads, and whatever is broken in it: the same counts,
    /// the same rejected rows. With blocks of one row none is read in the fast way.
    #[test]
    fn all_divisions_are_alike(
        choices in tapes(),
        crlf in any::<bool>(),
        multiline in any::<bool>(),
        most in prop::option::of(40_u64..200),
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b"\"\n\r,;x\0\xff 1"[..])), 0..6),
    ) {
        let policy = all_facts();
        let limits = most.map_or(Limits::default(), |most| Limits::default().with(Limit::RowBytes, most));
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut tape = Tape::new(&choices);
        let end = if crlf { "\r\n" } else { "\n" };
        // The last cell of a row ends with the block where that has one row: there is too little text after it
        // for the fast way.
        let mut text = format!("id,b0,l0,note,w0,n0,d0,weight,b1{end}");
        for row in 0..1 + tape.pick(30) {
            let cells: Vec<String> = FACTS.iter().enumerate().map(|(fact, (_, _, all))| {
                let value = (tape.pick(3) > 0).then(|| tape.pick(all.len()));
                spelled(fact, value, tape.pick(5))
            }).collect();
            let [b0, b1, l0, w0, n0, d0] = &cells[..] else { panic!("six facts") };
            let lines = if multiline { "\"two\nlines, of which one is long\"" } else { "\"one\"" };
            let note =
                ["", "long enough to be longer than sixteen bytes", "\"a \"\"mark\"\"\"", "x", lines][tape.pick(5)];
            let mark = ["", "\""][tape.pick(2)];
            let weight = tape.pick(9);
            let _ = write!(text, "{row},{b0},{l0},{note},{w0},{n0},{d0},{mark}{weight}.5{mark},{mark}{b1}{mark}{end}");
        }
        let mut bytes = text.into_bytes();
        for (index, byte) in damage {
            let place = index.index(bytes.len());
            bytes[place] = byte;
        }
        let mut plan = Plan::new(&engine, &coding);
        plan.weight = Some("weight".to_owned());
        plan.multiline_cells = multiline;
        plan.max_rejects = u64::try_from(tape.pick(4) * 3).expect("small");
        plan.block = 1;
        let expected = outcome(&bytes, &plan);
        if let Ok((sums, rows, rejected)) = &expected.0 {
            let counted: u64 = sums.values().map(|(rows, _)| rows).sum();
            prop_assert_eq!(rows - rejected, counted, "rows are counted or rejected");
            prop_assert_eq!(u64::try_from(expected.1.len()).unwrap(), *rejected);
        }
        for (block, threads, remembered) in
            [(1 << 20, 1, 1000), (1 << 20, 2, 1), (64, 1, 2), (64, 3, 1000), (111, 1, 9), (200, 2, 3), (333, 1, 9)]
        {
            (plan.block, plan.threads, plan.remembered) = (block, threads, remembered);
            prop_assert_eq!(&outcome(&bytes, &plan), &expected, "blocks of {}, {} threads", block, threads);
        }
    }

    /// Sound tables have the rows and cells that the crate `csv` finds; values are those of profiles.
    #[test]
    fn sound_tables_are_read_as_others_read_them(choices in tapes()) {
        let policy = all_facts();
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut tape = Tape::new(&choices);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["b0", "note", "b1", "l0", "w0", "n0", "d0"]).unwrap();
        let mut expected: BTreeMap<Vec<Bin>, (u64, String)> = BTreeMap::new();
        let rows = 1 + tape.pick(30);
        for _ in 0..rows {
            let values: Vec<Option<usize>> =
                FACTS.iter().map(|(_, _, all)| (tape.pick(3) > 0).then(|| tape.pick(all.len()))).collect();
            let cell = |fact: usize| spelled(fact, values[fact], 0);
            let note = ["", "a,b", "\"", "two\nlines", ";"][tape.pick(5)].to_owned();
            writer.write_record([cell(0), note, cell(1), cell(2), cell(3), cell(4), cell(5)]).unwrap();
            let profile = policy.profile(&profile_json(&values)).expect("a sound profile");
            let bins: Vec<Bin> = coding
                .columns
                .iter()
                .map(|column| profile.value(column.fact).map_or(0, |value| column.bin(&engine, value)))
                .collect();
            expected.entry(bins).or_insert((0, "0".to_owned())).0 += 1;
        }
        let bytes = writer.into_inner().unwrap();
        let mut plan = Plan::new(&engine, &coding);
        plan.multiline_cells = true;
        let found = outcome(&bytes, &plan);
        prop_assert_eq!(found.1, []);
        let (sums, read, rejected) = found.0.unwrap();
        prop_assert_eq!((read, rejected), (u64::try_from(rows).unwrap(), 0));
        prop_assert_eq!(sums, expected);
    }

    /// Each row evaluated by itself, by the specification over all its completions, gives the same counts:
    /// by groups, for options, weighted, and where nothing is remembered.
    #[test]
    fn tallies_are_those_of_each_row(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let mut declarations = generate::policy(&mut tape);
        for declaration in declarations.iter_mut().filter(|it| it.starts_with("consequence c1") || it.starts_with("consequence c3")) {
            declaration.push_str(" harm");
        }
        declarations.push("choice ch \"Q\" option o0 \"A\" sets b0 yes option o1 \"B\" sets b0 no, l0 va".to_owned());
        let policy = load(&format!("policy generated \"G\" as of {ON}\n{}\n", declarations.join("\n")));
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let truth: Vec<(Vec<usize>, Vec<Settled>)> = completions().into_iter().map(|case| {
            let values: Vec<Option<usize>> = case.iter().copied().map(Some).collect();
            let profile = policy.profile(&profile_json(&values)).expect("a sound profile");
            (case, evaluate(&policy, &engine.selection, &profile))
        }).collect();
        let possible = |values: &[Option<usize>]| -> Vec<Vec<Settled>> {
            let fits = |case: &[usize]| case.iter().zip(values).all(|(value, known)| known.is_none_or(|known| known == *value));
            truth.iter().filter(|(case, _)| fits(case)).map(|(_, statuses)| statuses.clone()).collect()
        };
        let by: Vec<FactId> = [policy.fact("l0"), policy.fact("b1")].into_iter().take(tape.pick(3)).flatten().collect();
        let choice = (tape.pick(2) == 1).then(|| &policy.choices[0]);
        let read: Vec<FactId> = policy.consequence_ids().flat_map(|id| engine.support(Question::Status(id))).collect();
        let coding = Coding::new(&engine, &read, &by);
        let names: Vec<&str> = coding.columns.iter().map(|column| policy[column.fact].name.as_str()).collect();
        let mut text = format!("weight,{}\n", names.join(","));
        type Counted = (u64, u64, Vec<Vec<[u64; 5]>>, Vec<[u64; 4]>, u64);
        let mut expected: BTreeMap<Vec<Option<usize>>, Counted> = BTreeMap::new();
        let options: Vec<Vec<(usize, usize)>> = match choice {
            Some(_) => vec![vec![(0, 1)], vec![(0, 0), (2, 0)]],
            None => vec![Vec::new()],
        };
        for _ in 0..1 + tape.pick(12) {
            let values: Vec<Option<usize>> =
                FACTS.iter().map(|(_, _, all)| (tape.pick(3) > 0).then(|| tape.pick(all.len()))).collect();
            let weight = tape.pick(9);
            let cells: Vec<String> =
                coding.columns.iter().map(|column| spelled(column.fact.index(), values[column.fact.index()], 0)).collect();
            let _ = writeln!(text, "{weight}.25,{}", cells.join(","));
            let key = by.iter().map(|fact| values[fact.index()]).collect();
            let none = || (0, 0, vec![vec![[0; 5]; policy.consequences.len()]; options.len()], vec![[0; 4]; options.len()], 0);
            let group = expected.entry(key).or_insert_with(none);
            group.0 += 1;
            group.1 += 4 * u64::try_from(weight).unwrap() + 1;
            let mut everywhere = true;
            for (option, sets) in options.iter().enumerate() {
                let mut with = values.clone();
                sets.iter().for_each(|(fact, value)| with[*fact] = Some(*value));
                let cases = possible(&with);
                for id in policy.consequence_ids() {
                    let statuses: Vec<Settled> = cases.iter().map(|case| case[id.index()]).collect();
                    let kind = match statuses.iter().all(|status| *status == statuses[0]).then_some(statuses[0]) {
                        Some(Settled::Follows) => Kind::Follows,
                        Some(Settled::DoesNotFollow) => Kind::DoesNotFollow,
                        Some(Settled::RuledOut) => Kind::RuledOut,
                        Some(Settled::Disputed) => Kind::Disputed,
                        None => Kind::Undetermined,
                    };
                    group.2[option][id.index()][kind as usize] += 1;
                }
                let harms = |case: &[Settled], counts: &[Settled]| {
                    policy.consequence_ids().any(|id| policy[id].harm && counts.contains(&case[id.index()]))
                };
                let follows = cases.iter().all(|case| harms(case, &[Settled::Follows]));
                let at_least = cases.iter().filter(|case| harms(case, &[Settled::Follows, Settled::Disputed])).count();
                let kind = match at_least {
                    _ if follows => 0,
                    all if all == cases.len() => 1,
                    0 => 2,
                    _ => 3,
                };
                group.3[option][kind] += 1;
                everywhere &= kind < 2;
            }
            group.4 += u64::from(everywhere && choice.is_some());
        }
        let mut plan = Plan::new(&engine, &coding);
        plan.weight = Some("weight".to_owned());
        for remembered in [1, 100_000] {
            let counting = tally::Plan { engine: &engine, coding: &coding, by: by.clone(), choice, profiles: false, remembered };
            let whole = table::read(text.as_bytes(), &plan, || Gathered::new(&counting), |_| {}, |_| {}).expect("it is sound");
            prop_assert_eq!(whole.rejected, 0);
            let found: Tally = whole.sink.finish().expect("they are small");
            prop_assert_eq!(found.groups.len(), expected.len());
            for (key, (rows, quarters, outcomes, harms, everywhere)) in &expected {
                let bins: Vec<Bin> = by.iter().zip(key).map(|(fact, value)| {
                    value.map_or(0, |value| u32::try_from(value).unwrap() + u32::from(policy[*fact].name == "b1" || policy[*fact].name == "l0"))
                }).collect();
                let group = &found.groups[&bins];
                prop_assert_eq!(group.count.rows, *rows);
                let weight = Weight::parse(format!("{}.{:02}", quarters / 4, quarters % 4 * 25).as_bytes());
                prop_assert_eq!(Some(group.count.weight), weight);
                let rows = |counts: &[Count]| counts.iter().map(|count| count.rows).collect::<Vec<_>>();
                for (option, part) in group.parts.iter().enumerate() {
                    for (counts, expected) in part.outcomes.iter().zip(&outcomes[option]) {
                        prop_assert_eq!(rows(counts), expected.to_vec());
                    }
                    prop_assert_eq!(rows(&part.harms.counts()), harms[option].to_vec());
                    prop_assert_eq!(part.not_searched, 0);
                }
                prop_assert_eq!(group.in_every.rows, *everywhere);
            }
        }
    }
}

fn sums(profile: &Profile, coding: &Coding, engine: &Engine<'_>) -> Vec<Bin> {
    coding
        .columns
        .iter()
        .map(|column| profile.value(column.fact).map_or(0, |value| column.bin(engine, value)))
        .collect()
}

/// What is wrong with a row, in words, and the column, if it is one.
type Fault = (&'static [u8], &'static str, Option<&'static str>);

/// Rows, of which some are replaced by others.
fn with_faults(head: &str, sound: &str, rows: usize, faults: &BTreeMap<usize, Fault>) -> Vec<u8> {
    let mut bytes = head.as_bytes().to_vec();
    bytes.reserve(rows * sound.len());
    let mut next = 0;
    for (row, fault) in faults {
        bytes.extend_from_slice(sound.repeat(row - next).as_bytes());
        bytes.extend_from_slice(fault.0);
        next = row + 1;
    }
    bytes.extend_from_slice(sound.repeat(rows - next).as_bytes());
    bytes
}

/// The lines, columns and reasons that are to be found, below a head of so many lines.
fn expected_faults(faults: &BTreeMap<usize, Fault>, head: usize) -> Vec<(u64, Option<&'static str>, String)> {
    faults.iter().map(|(row, (_, why, column))| ((row + head + 1) as u64, *column, (*why).to_owned())).collect()
}

fn found_faults(rejects: &[Reject]) -> Vec<(u64, Option<&str>, String)> {
    assert!(!format!("{rejects:?}").contains("CANARY"), "no value is told");
    rejects.iter().map(|it| (it.line, it.column.as_deref(), it.why.to_string())).collect()
}

/// Faults of every kind among a million rows are found, each with its line and column; no value is told.
#[test]
fn faults_are_found_where_they_are() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    const ROWS: usize = 1_000_000;
    const NO_WEIGHT: &str = "not a weight: digits, at most 12 before the point and 18 after it";
    let sound = "yes,no,va,2,1.25,2001-01-01,1,1\n";
    let faults: BTreeMap<usize, Fault> = BTreeMap::from([
        (17, (&b"yes,no,va,2,1.25,2001-01-01,1\n"[..], "too few cells", None)),
        (1_000, (b"yes,no,va,2,1.25,2001-01-01,1,1,CANARY\n", "too many cells", None)),
        (20_001, (b"CANARY,no,va,2,1.25,2001-01-01,1,1\n", "not a value of this fact", Some("b0"))),
        (20_002, (b"yes,no,CANARY,2,1.25,2001-01-01,1,1\n", "not a value of this fact", Some("l0"))),
        (250_000, (b"yes,no,va,4,1.25,2001-01-01,1,1\n", "outside the values of this fact", Some("w0"))),
        (250_001, (b"yes,no,va,1.5,1.25,2001-01-01,1,1\n", "outside the values of this fact", Some("w0"))),
        (377_777, (b"yes,no,va,2,1.25,2001-02-29,1,1\n", "not a value of this fact", Some("d0"))),
        (499_999, (b"yes,\"no,va,2,1.25,2001-01-01,1,1\n", "a stray quotation mark", None)),
        // Near enough that where cells may hold line ends, the cell above is closed here.
        (520_000, (b"yes,no,v\"a,2,1.25,2001-01-01,1,1\n", "a stray quotation mark", None)),
        (750_000, (b"yes,no,\xff\xfe,2,1.25,2001-01-01,1,1\n", "not UTF-8", Some("l0"))),
        (860_000, (b"yes,no,va,2,1.25,2001-01-01,,1\n", NO_WEIGHT, Some("weight"))),
        (860_001, (b"yes,no,va,2,1.25,2001-01-01,-1,1\n", NO_WEIGHT, Some("weight"))),
        (900_000, (b"yes,no,va,2,1.25,2001-01-01,1,1.5\n", "not a number of rows", Some("rows"))),
        (999_999, (b"yes,no,va,2,NaN,2001-01-01,1,1\n", "not a value of this fact", Some("n0"))),
    ]);
    let mut bytes = with_faults("b0,b1,l0,w0,n0,d0,weight,rows\n", sound, ROWS, &faults);
    // One row that is longer than a row may be.
    let long = ROWS + 2;
    bytes.extend_from_slice(&vec![b'x'; 3 * Limit::RowBytes.default() as usize]);
    bytes.extend_from_slice(b"\n");
    bytes.extend_from_slice(sound.as_bytes());
    for (threads, multiline) in [(1, false), (2, false), (1, true)] {
        let mut plan = Plan::new(&engine, &coding);
        (plan.weight, plan.rows) = (Some("weight".to_owned()), Some("rows".to_owned()));
        (plan.threads, plan.multiline_cells) = (threads, multiline);
        let (whole, rejects) = outcome(&bytes, &plan);
        let too_long = "longer than 1048576 bytes; `--limit row-bytes=2097152` allows more".to_owned();
        let expected = [expected_faults(&faults, 1), vec![(long as u64, None, too_long)]].concat();
        assert_eq!(found_faults(&rejects), expected, "{threads} threads, multiline: {multiline}");
        let (sums, rows, rejected) = whole.expect("few enough are rejected");
        assert_eq!((rows, rejected), (ROWS as u64 + 2, expected.len() as u64));
        assert_eq!(sums.values().map(|sum| sum.0).sum::<u64>(), rows - rejected);
        plan.max_rejects = 3;
        let (whole, rejects) = outcome(&bytes, &plan);
        assert_eq!((whole, rejects.len()), (Err("Rejects".to_owned()), 4));
    }
}

/// How long a row may be, where that is tested.
const MOST: usize = 100;
const TOO_LONG: &str = "longer than 100 bytes; `--limit row-bytes=200` allows more";

fn engine_of_short_rows(policy: &Policy) -> Engine<'_> {
    let limits = Limits::default().with(Limit::RowBytes, MOST as u64);
    Engine::with_limits(policy, &View::default(), limits).expect("it has a date")
}

/// A row is read up to its limit of bytes, with its line end, however it is written and however the table is
/// divided into blocks.
#[test]
fn a_row_is_read_up_to_its_limit_of_bytes() {
    let policy = all_facts();
    let engine = engine_of_short_rows(&policy);
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    for end in ["\n", "\r\n", ""] {
        for (head, before, after) in
            [("b0,note\n", "yes,", ""), ("b0,note\n", "yes,\"", "\""), ("", "{\"note\": \"", "\"}")]
        {
            for length in [MOST - 1, MOST, MOST + 1, MOST + 2, 2 * MOST, 7 * MOST] {
                let fill = "x".repeat(length - before.len() - after.len() - end.len());
                // The last line may have no end.
                let other = format!("{before}{after}\n");
                let text = format!("{head}{other}{}{before}{fill}{after}{end}", other.repeat(3));
                for (block, multiline) in
                    [(1, false), (64, false), (101, false), (1 << 16, false), (1 << 16, true), (7, true), (150, true)]
                {
                    let mut plan = Plan::new(&engine, &coding);
                    (plan.missing_as_unknown, plan.block, plan.multiline_cells) = (true, block, multiline);
                    let (whole, rejects) = outcome(text.as_bytes(), &plan);
                    let (_, rows, rejected) = whole.expect("few are rejected");
                    let case = format!("{length} bytes of {before}, ended by {end:?}, blocks of {block}, {multiline}");
                    assert_eq!((rows, rejected), (5, u64::from(length > MOST)), "{case}");
                    let line = text.lines().count() as u64;
                    assert!(
                        found_faults(&rejects).iter().all(|it| *it == (line, None, TOO_LONG.to_owned())),
                        "{case}: {rejects:?}"
                    );
                }
            }
        }
    }
}

/// A quotation mark that nothing closes costs one row, be it the last. Of a row that is longer than its limit only that
/// is told, since it may have been cut.
#[test]
fn an_open_quotation_mark_costs_one_row() {
    let policy = all_facts();
    let engine = engine_of_short_rows(&policy);
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let quote = "a stray quotation mark";
    for (block, multiline) in [(1, false), (64, false), (1 << 16, false), (1, true), (7, true), (1 << 16, true)] {
        let mut plan = Plan::new(&engine, &coding);
        (plan.missing_as_unknown, plan.block, plan.multiline_cells) = (true, block, multiline);
        for (last, after) in [("yes,\"x", 0), ("yes,\"x\nno,y\n", 1), ("yes,\"x\nno,\"y\"\nno,z", 2)] {
            let (whole, rejects) = outcome(format!("b0,note\nno,x\n{last}").as_bytes(), &plan);
            let (_, rows, rejected) = whole.expect("few are rejected");
            assert_eq!((rows, rejected), (2 + after, 1), "{last}, blocks of {block}, {multiline}");
            assert_eq!(found_faults(&rejects), [(3, None, quote.to_owned())]);
        }
        for (length, why) in [(MOST, quote), (MOST + 1, TOO_LONG)] {
            let text = format!("b0,note\nno,x\nyes,\"{}\"x\n", "y".repeat(length - 8));
            let (_, rejects) = outcome(text.as_bytes(), &plan);
            assert_eq!(found_faults(&rejects), [(3, None, why.to_owned())], "{length}, {block}, {multiline}");
        }
    }
}

/// Faults in lines of JSON objects are found where they are, those too that only they have.
#[test]
fn faults_are_found_in_lines_of_json() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    const ROWS: usize = 100_000;
    let faults: BTreeMap<usize, Fault> = BTreeMap::from([
        (3, (&b"{\"b0\":true\n"[..], "not a JSON object", None)),
        (4, (b"[\"CANARY\"]\n", "not a JSON object", None)),
        (40_000, (b"{\"b0\":true,\"l0\":\"va\",\"b0\":false}\n", "a key that is there twice", Some("b0"))),
        (70_000, (b"{\"b0\":true,\"l0\":\"CANARY\"}\n", "not a value of this fact", Some("l0"))),
        (99_999, (b"{\"w0\":4}\n", "outside the values of this fact", Some("w0"))),
    ]);
    let bytes = with_faults("", "{\"b0\":true,\"b1\":null,\"l0\":\"va\",\"note\":\"x\"}\n", ROWS, &faults);
    for threads in [1, 2] {
        let mut plan = Plan::new(&engine, &coding);
        plan.threads = threads;
        // Keys that no object has, as those of columns that are missing.
        let refused = r#"NoKey(["n0", "d0"])"#;
        assert_eq!(outcome(&bytes, &plan).0, Err(refused.to_owned()));
        // Those that are left out are not wanted.
        plan.ignored = vec!["d0".to_owned()];
        assert_eq!(outcome(&bytes, &plan).0, Err("NoKey([\"n0\"])".to_owned()));
        plan.ignored.push("n0".to_owned());
        assert!(outcome(&bytes, &plan).0.is_ok());
        plan.ignored.clear();
        plan.missing_as_unknown = true;
        let (whole, rejects) = outcome(&bytes, &plan);
        assert_eq!(found_faults(&rejects), expected_faults(&faults, 0), "{threads} threads");
        let (sums, rows, rejected) = whole.expect("few enough are rejected");
        assert_eq!((rows, rejected), (ROWS as u64, faults.len() as u64));
        assert_eq!(sums.values().map(|sum| sum.0).sum::<u64>(), rows - rejected);
    }
    // As many may be rejected as the plan says.
    for (max_rejects, refused) in [(faults.len() as u64, false), (faults.len() as u64 - 1, true)] {
        let plan = Plan { max_rejects, missing_as_unknown: true, ..Plan::new(&engine, &coding) };
        assert_eq!(outcome(&bytes, &plan).0.is_err_and(|why| why == "Rejects"), refused);
    }
    // Where every row is rejected, that is what is wrong, and not which keys there are.
    let (whole, rejects) = outcome(b"{\"w0\":4}\n", &Plan::new(&engine, &coding));
    assert_eq!((whole, rejects.len()), (Ok((BTreeMap::new(), 1, 1)), 1));
}

/// So many facts that combinations have no numbers; each row is met many times.
#[test]
fn tables_of_very_many_facts_are_counted() {
    const FACTS: usize = 50;
    let names: Vec<String> = (0..FACTS).map(|fact| format!("f{fact}")).collect();
    let declared: String = names.iter().map(|name| format!("fact {name} \"F\" : yes or no\n")).collect();
    let policy = load(&format!("{declared}consequence c \"C\" rule r \"R\" when {} then c", names.join(" and ")));
    let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let value = |row: usize, fact: usize| ["yes", "no", ""][(fact / 7 + usize::from(fact % 5 == row % 5)) % 3];
    let mut text = names.join(",") + "\n";
    let mut expected: BTreeMap<Vec<Bin>, (u64, String)> = BTreeMap::new();
    for row in 0..300 {
        let cells: Vec<&str> = (0..FACTS).map(|fact| value(row, fact)).collect();
        text += &(cells.join(",") + "\n");
        let known = names.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty());
        let known: Vec<String> = known.map(|(name, cell)| format!("\"{name}\": {}", *cell == "yes")).collect();
        let profile = policy.profile(&format!("{{{}}}", known.join(","))).expect("it is sound");
        expected.entry(sums(&profile, &coding, &engine)).or_insert((0, "0".to_owned())).0 += 1;
    }
    assert_eq!(expected.len(), 5);
    assert_eq!(outcome(text.as_bytes(), &Plan::new(&engine, &coding)), (Ok((expected, 300, 0)), vec![]));
    // Where fewer are met than are remembered, each comes once; where more are, some come again.
    for (remembered, once) in [(6, true), (4, false)] {
        let plan = Plan { remembered, ..Plan::new(&engine, &coding) };
        let whole = table::read(text.as_bytes(), &plan, Kept::default, |_| {}, |_| {}).expect("it is sound");
        assert_eq!(whole.sink.1.len() == 5, once, "{remembered}");
    }
}

/// Of a combination whose rows say that they stand for none nothing is counted, however many combinations there are.
#[test]
fn rows_that_stand_for_none_count_nothing() {
    for count in [3, 30, 50] {
        let names: Vec<String> = (0..count).map(|fact| format!("f{fact}")).collect();
        let declared: String = names.iter().map(|name| format!("fact {name} \"F\" : yes or no\n")).collect();
        let policy = load(&format!("{declared}consequence c \"C\" rule r \"R\" when {} then c", names.join(" and ")));
        let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
        let coding = Coding::new(&engine, &facts(&policy), &[]);
        let mut plan = Plan::new(&engine, &coding);
        plan.rows = Some("rows".to_owned());
        let row = |cell: &str, rows: u32| format!("{rows},{}\n", vec![cell; count].join(","));
        let table = format!("rows,{}\n{}{}{}", names.join(","), row("yes", 0), row("no", 2), row("", 0));
        let (whole, rejects) = outcome(table.as_bytes(), &plan);
        let no = vec![coding.columns[0].bin(&engine, ensue::model::Value::YesNo(false)); count];
        let expected = BTreeMap::from([(no, (2, "0".to_owned()))]);
        assert_eq!((whole, rejects), (Ok((expected, 2, 0)), vec![]), "{count} facts");
    }
}

/// What an endless table is read of: no more than shows that a row is too long.
#[test]
fn a_quotation_mark_that_nothing_closes_ends_a_run() {
    let policy = all_facts();
    let engine = engine_of_short_rows(&policy);
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let mut plan = Plan::new(&engine, &coding);
    (plan.missing_as_unknown, plan.multiline_cells, plan.max_rejects, plan.block) = (true, true, 0, 60);
    let endless = b"b0,note\nyes,\"a\n".chain(std::io::repeat(b'x'));
    let mut rejects = Vec::new();
    let whole = table::read(endless, &plan, Kept::default, |reject| rejects.push(reject.clone()), |_| {});
    assert!(matches!(whole, Err(Refused::Rejects)));
    assert_eq!(found_faults(&rejects), [(2, None, TOO_LONG.to_owned())]);
}

/// A table whose header is wrong is refused for that, though it cannot be read to its end.
#[test]
fn a_header_is_looked_at_first() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("it broke"))
        }
    }
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    for multiline in [false, true] {
        let mut plan = Plan::new(&engine, &coding);
        (plan.multiline_cells, plan.block) = (multiline, 16);
        for (header, refused) in [("\"b0\",\"a, b\"\n", "Missing"), ("b0,b1,l0,w0,n0,d0\n", "Input")] {
            let table = format!("{header}{}", "yes,no\n".repeat(9));
            let whole = table::read(table.as_bytes().chain(Broken), &plan, Kept::default, |_| {}, |_| {});
            let why = format!("{:?}", whole.map(|_| ()).expect_err("it is refused"));
            assert!(why.starts_with(refused), "{why}, {multiline}");
        }
    }
}

/// One thread reads where none is asked for.
#[test]
fn at_least_one_thread_reads() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let table = b"b0,b1,l0,w0,n0,d0\nyes,no,va,1,1.5,2000-02-29\n";
    let read = |threads| outcome(table, &Plan { threads, ..Plan::new(&engine, &coding) });
    assert!(read(1).0.is_ok_and(|(_, rows, _)| rows == 1));
    assert_eq!(read(0), read(1));
}

/// Where a table has one column, an empty line is a row in which nothing is known; else it is no row.
#[test]
fn an_empty_line_is_a_row_of_a_single_column() {
    let policy = load("fact a \"A\" : yes or no consequence c \"C\" rule r \"R\" when a then c");
    let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let of = |profile: &str| sums(&policy.profile(profile).expect("it is sound"), &coding, &engine);
    for end in ["\n", "\r\n"] {
        for (head, rest, unknown) in [("a", "", 2), ("a,note", ",x", 0)] {
            let text = format!("{head}{end}yes{rest}{end}{end}no{rest}{end}{end}");
            let (whole, rejects) = outcome(text.as_bytes(), &Plan::new(&engine, &coding));
            let once = |count: u64| (count, "0".to_owned());
            let mut expected = BTreeMap::from([(of("{\"a\": true}"), once(1)), (of("{\"a\": false}"), once(1))]);
            if unknown > 0 {
                expected.insert(of("{}"), once(unknown));
            }
            assert_eq!((whole, rejects), (Ok((expected, 2 + unknown, 0)), vec![]), "{head}");
        }
    }
}

/// Lines of JSON objects, packed tables, and rows that stand for several.
#[test]
fn other_tables_are_counted_alike() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let csv =
        b"b0,b1,l0,w0,n0,d0,rows\nyes,,va,2,1.5,,3\n,no,,,,2000-02-29,1\nyes,,va,9,,,4\nno,no,vb,0,7,2001-01-01,x\n";
    let json = b"\xef\xbb\xbf{\"b0\":\"yes\",\"l0\":\"va\",\"w0\":2,\"n0\":15e-1,\"rows\":3,\"note\":{\"a\":[1]}}\n\n\
        {\"b1\": false, \"d0\": \"2000-02-29\", \"b0\": null, \"rows\": 1}\n{\"b0\":true,\"l0\":\"va\",\"w0\":9,\"rows\":4}\n{\"b0\":1,\"rows\":1}\n";
    let mut plan = Plan::new(&engine, &coding);
    plan.rows = Some("rows".to_owned());
    let expected = |profile: &str| sums(&policy.profile(profile).expect("it is sound"), &coding, &engine);
    let first = expected("{\"b0\": true, \"l0\": \"va\", \"w0\": 2, \"n0\": 1.5}");
    let second = expected("{\"b1\": false, \"d0\": \"2000-02-29\"}");
    let counted = BTreeMap::from([(first, (3, "0".to_owned())), (second, (1, "0".to_owned()))]);
    let (whole, rejects) = outcome(csv, &plan);
    assert_eq!(whole, Ok((counted.clone(), 9, 5)));
    assert_eq!(
        rejects.iter().map(|it| (it.line, it.column.as_deref().unwrap())).collect::<Vec<_>>(),
        [(4, "w0"), (5, "rows")]
    );
    // Spreadsheets put a mark before the text that says how it is encoded.
    let marked = [&b"\xef\xbb\xbf"[..], csv].concat();
    assert_eq!(outcome(&marked, &plan), (whole, rejects));
    let (whole, rejects) = outcome(json, &plan);
    assert_eq!(whole, Ok((counted.clone(), 9, 5)));
    assert_eq!(
        rejects.iter().map(|it| (it.line, it.column.as_deref().unwrap())).collect::<Vec<_>>(),
        [(4, "w0"), (5, "b0")]
    );
    // More rows than can be counted, in one combination or in several.
    for second in ["yes", "no"] {
        let table = format!("b0,b1,l0,w0,n0,d0,rows\nyes,,va,2,1.5,,{0}\n{second},,va,2,1.5,,{0}\n", u64::MAX);
        assert_eq!(outcome(table.as_bytes(), &plan).0, Err("TooMany".to_owned()));
    }
    let twice = b"{\"b0\":true,\"b0\":false,\"rows\":1}\n[1]\n{\"b0\":true,\"rows\":1} x\n";
    let (_, rejects) = outcome(twice, &plan);
    let why: Vec<Why> = rejects.iter().map(|it| it.why).collect();
    assert_eq!(why, [Why::KeyTwice, Why::Object, Why::Object]);
    // Packed, also in several pieces, and cut short.
    let zstd = |bytes: &[u8]| ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest);
    for pack in [&gzip as &dyn Fn(&[u8]) -> Vec<u8>, &zstd] {
        let packed = [pack(&csv[..30]), pack(&csv[30..])].concat();
        assert_eq!(outcome(&packed, &plan).0, Ok((counted.clone(), 9, 5)));
        let cut = outcome(&packed[..packed.len() - 7], &plan).0;
        assert!(cut.as_ref().is_err_and(|why| why.contains("Input")), "{cut:?}");
    }
}

/// How far the reading has come is told as it goes, in bytes of the input, packed as it is.
#[test]
fn progress_comes_to_the_end_of_the_input() {
    let policy = all_facts();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let mut plan = Plan::new(&engine, &coding);
    (plan.missing_as_unknown, plan.block) = (true, 64);
    let table = format!("b0,note\n{}", "yes,x\n".repeat(200));
    let packed = gzip(table.as_bytes());
    for bytes in [table.as_bytes(), &packed] {
        let mut told = Vec::new();
        let whole = table::read(bytes, &plan, Kept::default, |_| {}, |read| told.push(read)).expect("it is sound");
        assert_eq!(whole.rows, 200);
        assert!(told.is_sorted() && told.len() > 1, "{told:?}");
        assert_eq!(told.last(), Some(&(bytes.len() as u64)));
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Tables that are not read.
#[test]
fn tables_that_are_refused() {
    let text = "policy p \"P\" as of 2020-01-01 fact born \"B\" : date fact residence \"R\" : one of city, village \
        fact passport \"P\" : yes or no consequence c \"C\" rule r \"R\" when years since born < 18 and residence is city and passport then c";
    let policy = load(text);
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let refused = |header: &str, change: &dyn Fn(&mut Plan<'_>)| {
        let mut plan = Plan::new(&engine, &coding);
        change(&mut plan);
        outcome(format!("{header}\n").as_bytes(), &plan).0.err()
    };
    let said = |header: &str| refused(header, &|_| {}).unwrap_or_else(|| "read".to_owned());
    assert_eq!(said("born,passport"), "Missing { missing: [\"residence\"], found: [\"born\", \"passport\"] }");
    assert_eq!(said("born,passport,residence"), "Identities { alone: [], together: [[\"born\"], [\"residence\"]] }");
    assert_eq!(
        said("born,passport,residence,phone"),
        "Identities { alone: [\"phone\"], together: [[\"born\"], [\"residence\"]] }"
    );
    assert_eq!(refused("born,passport,residence", &|plan| plan.ignored = vec!["residence".to_owned()]), None);
    assert_eq!(refused("born,passport,x", &|plan| plan.missing_as_unknown = true), None);
    assert_eq!(
        refused("born,passport,City", &|plan| plan.missing_as_unknown = true).as_deref(),
        Some("Identities { alone: [], together: [[\"born\"], [\"City\"]] }")
    );
    assert_eq!(
        refused("passport,residence,passport", &|plan| plan.missing_as_unknown = true).as_deref(),
        Some("Twice(\"passport\")")
    );
    let mapped = |plan: &mut Plan<'_>| {
        plan.names = vec!["age_date".to_owned(), "area".to_owned(), "pass".to_owned()];
    };
    assert_eq!(refused("pass;area;age_date", &mapped), None);
    // One column for two facts, or for a fact and the weight, would leave one of them unread.
    let shared = |plan: &mut Plan<'_>| plan.names = ["born", "area", "area"].map(str::to_owned).to_vec();
    assert_eq!(refused("born,area", &shared).as_deref(), Some("Shared(\"area\")"));
    let weight = |plan: &mut Plan<'_>| (plan.missing_as_unknown, plan.weight) = (true, Some("passport".to_owned()));
    assert_eq!(refused("passport", &weight).as_deref(), Some("Shared(\"passport\")"));
    // Names that tell who somebody is, also where they are mapped; but not those of the policy's own facts.
    let phone = |plan: &mut Plan<'_>| plan.names[2] = "phone".to_owned();
    assert_eq!(refused("phone,born", &phone).as_deref(), Some("Identities { alone: [\"phone\"], together: [[], []] }"));
    let passport = |plan: &mut Plan<'_>| plan.names = ["born", "town", "x"].map(str::to_owned).to_vec();
    let mapped_away = |plan: &mut Plan<'_>| {
        passport(plan);
        plan.missing_as_unknown = true;
    };
    assert_eq!(refused("passport,x", &mapped_away), None);
    let weighted = |plan: &mut Plan<'_>| plan.weight = Some("passport_number".to_owned());
    let by_weight = refused("born,passport,passport_number", &weighted);
    assert_eq!(by_weight.as_deref(), Some("Identities { alone: [\"passport_number\"], together: [[], []] }"));
    let left_out = |plan: &mut Plan<'_>| {
        (plan.weight, plan.ignored, plan.missing_as_unknown) = (Some("w".to_owned()), vec!["w".to_owned()], true);
    };
    assert!(refused("born,w", &left_out).is_some_and(|it| it.starts_with("Missing { missing: [\"w\"]")));
    // In a table of combinations days and places stand for others.
    let reduced = |plan: &mut Plan<'_>| plan.rows = Some("rows".to_owned());
    assert_eq!(refused("born,passport,residence,rows", &reduced), None);
    // Of a column that is no fact that is not so.
    let unread = refused("born,passport,residence,rows,birth_date", &reduced);
    assert_eq!(unread.as_deref(), Some("Identities { alone: [], together: [[\"birth_date\"], [\"residence\"]] }"));
    assert_eq!(refused("born,passport,residence,rows,status of c", &|_| {}).as_deref(), Some("Combinations"));
    assert_eq!(refused("born,passport,residence,rows,status of c", &reduced), None);
    // A list may be counted there by its items, nothing else.
    assert_eq!(refused("born,passport,residence:item,rows", &reduced), None);
    assert_eq!(refused("born,passport,residence,rows,rows:item", &reduced), None);
    let missing = refused("passport,residence:item", &|_| {});
    assert!(missing.is_some_and(|it| it.starts_with("Missing { missing: [\"born\", \"residence\"]")));
    // Either alone may stand in any table.
    for unread in ["rows", "status of c"] {
        assert_eq!(refused(&format!("born,passport,{unread}"), &|plan| plan.missing_as_unknown = true), None);
    }
    // What is no header is perhaps a row: nothing of it is told.
    for change in [&(|_: &mut Plan<'_>| {}) as &dyn Fn(&mut Plan<'_>), &|plan| plan.missing_as_unknown = true] {
        let told = refused("1990-01-01,CANARY,yes", change);
        assert_eq!(told.as_deref(), Some("NoneThere([\"born\", \"residence\", \"passport\"])"));
        // Also where it looks as if it told who somebody is.
        assert_eq!(refused("CANARY@mail.com,1990-01-01,yes", change), told);
        let weighted = |plan: &mut Plan<'_>| {
            change(plan);
            plan.weight = Some("1".to_owned());
        };
        assert_eq!(refused("Street CANARY,yes,1", &weighted), told);
    }
    // Nor where cells are called as a fact is: a header names most of the facts, and each once.
    for row in ["CANARY,passport,1990-01-01", "passport,passport,CANARY-1990-01-01"] {
        let told = refused(row, &|_| {});
        assert_eq!(told.as_deref(), Some("Missing { missing: [\"born\", \"residence\"], found: [] }"));
    }
    for change in [&(|_: &mut Plan<'_>| {}) as &dyn Fn(&mut Plan<'_>), &|plan| plan.missing_as_unknown = true] {
        let told = refused("passport,Street CANARY 5,phone CANARY", change);
        assert_eq!(told.as_deref(), Some("PerhapsIdentities([2, 3])"));
    }
    let by_value = |plan: &mut Plan<'_>| plan.names[2] = "yes".to_owned();
    let told = refused("CANARY,yes,1", &by_value);
    assert_eq!(told.as_deref(), Some("Missing { missing: [\"born\", \"residence\"], found: [] }"));
    for (text, why) in [
        (&b""[..], "Empty"),
        (b"\n\nborn,passport", "Empty"),
        (b"\xff\xfeb\0o\0", "Utf16"),
        (b"born,\xe9,passport\n", "Encoding"),
        (b"[{\"born\":null}]\n", "Array"),
        (b"PK\x03\x04\x14\0born,passport\n", "Zip"),
        (b"born,\"pass\"port\n", "Broken(Quote)"),
    ] {
        assert_eq!(outcome(text, &Plan::new(&engine, &coding)).0, Err(format!("NoHeader({why})")));
    }
    // Each says what is to be done.
    for (why, words) in [
        (NoHeader::Empty, "the first line names the columns"),
        (NoHeader::Utf16, "save it as UTF-8"),
        (NoHeader::Encoding, "save it as UTF-8"),
        (NoHeader::Array, "write one object in each line"),
        (NoHeader::Broken(Broken::Quote), "its header cannot be read: a stray quotation mark"),
    ] {
        assert!(why.to_string().contains(words), "{why}");
    }
    // Delimiters in quotation marks part nothing.
    let ignored = |plan: &mut Plan<'_>| plan.missing_as_unknown = true;
    assert_eq!(refused("born;passport;\"a, b, c, d, e\"", &ignored), None);
    assert!(matches!(said("PAR1").as_str(), "Parquet"));
    let json = b"{\"born\":\"2000-01-01\"}\n{\"born\":\"2000-01-01\",\"email\":\"CANARY\"}\n";
    let plan = Plan::new(&engine, &coding);
    let found = outcome(json, &plan).0;
    assert_eq!(
        found,
        Err(format!("{:?}", Refused::Identities { alone: vec!["email".to_owned()], together: [vec![], vec![]] }))
    );
}

/// Tables that leave the fast way in each of its places: the same counts as with blocks of one row, which is read by
/// the letter. Each table has so many bytes beside the facts, and so many rows.
fn the_fast_way_counts_the_same(all: &[(usize, u32)]) {
    let policy = load(
        "policy p \"P\" fact a \"A\" : yes or no fact item \"I\" : one of x, abcdefghijklmnopqrstuvwxyzab, \
         abcdefghijklmnopqrstuvwxyzabcdefg fact b \"B\" : yes or no fact n \"N\" : number fact d \"D\" : yes or no \
         consequence c \"C\" rule r \"R\" when a and item is x and b and n > 7 and d then c",
    );
    let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    for &(wide, rows) in all {
        for end in ["\n", "\r\n"] {
            let (mut text, mut rejected) = (format!("unread,a,item,b,n,d{end}"), 0);
            for row in 0..rows {
                let item =
                    ["x", "", "abcdefghijklmnopqrstuvwxyzab", "abcdefghijklmnopqrstuvwxyzabcdefg"][row as usize % 4];
                let yes = ["yes", "no", "", "TRUE", " 0 ", "\"yes\"", "False", "1.0"][row as usize / 3 % 8];
                // Each number twice.
                let number = row % (rows / 2);
                let quote = if row % 5 == 0 { "\"" } else { "" };
                let _ = write!(text, "{quote}{}{quote},{yes},{item},{yes},{number},no{end}", "w".repeat(wide));
                // Now and then two rows that are none.
                let broken = match row % 701 {
                    9 => "short,yes\nyes,\"no,\n",
                    29 => "x\"y\",yes,x,yes,1,no\n\"x\"y,yes,x,yes,1,no\n",
                    _ => "",
                };
                rejected += broken.lines().count() as u64;
                text += broken;
            }
            let fast = outcome(text.as_bytes(), &Plan::new(&engine, &coding));
            // A row with more beside the facts than a block is long is read by itself.
            let by_the_letter = outcome(text.as_bytes(), &Plan { block: wide.max(1), ..Plan::new(&engine, &coding) });
            assert_eq!(fast, by_the_letter, "{wide} bytes beside the facts");
            let (_, read, found) = fast.0.expect("few are rejected");
            assert_eq!((read, found), (u64::from(rows) + rejected, rejected), "{wide} bytes beside the facts");
        }
    }
}

/// Rows end on both sides of where a part that is looked at ends.
#[test]
fn the_fast_way_counts_wide_rows_as_the_letter_says() {
    let wide = [8_150, 8_160, 8_170, 8_180, 8_192, 9_000, 20_000].map(|wide| (wide, 40));
    the_fast_way_counts_the_same(&[&[(1, 600), (60, 600)], &wide[..]].concat());
}

/// More numbers than one of five memories holds, 6,553.
#[test]
fn the_fast_way_counts_many_numbers_as_the_letter_says() {
    the_fast_way_counts_the_same(&[(0, 15_000)]);
}
