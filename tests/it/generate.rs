//! Random policies as text, and every completion of a profile: the oracle's side of the
//! property tests. Nothing here uses the engine.

use std::fmt::Write as _;

use proptest::prelude::*;

/// Random choices, one after the other; when they run out, the first alternative is taken, so
/// that shorter tapes make simpler policies and failures shrink.
pub struct Tape<'a>(std::slice::Iter<'a, u16>);

impl<'a> Tape<'a> {
    pub fn new(choices: &'a [u16]) -> Self {
        Self(choices.iter())
    }

    /// A number below `count`.
    pub fn pick(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % count
    }

    /// True once in `count` times.
    fn once_in(&mut self, count: usize) -> bool {
        self.pick(count) == count - 1
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.pick(texts.len())]
    }
}

pub fn tapes() -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), 0..400)
}

/// The date on which generated policies are evaluated.
pub const ON: &str = "2018-03-01";

/// Each fact with values, as JSON, that lie in every cell that any generated test can cut:
/// each constant, and something between and around them.
pub const FACTS: &[(&str, &str, &[&str])] = &[
    ("b0", "yes or no", &["false", "true"]),
    ("b1", "yes or no", &["false", "true"]),
    ("l0", "one of va \"A\", vb, vc", &["\"va\"", "\"vb\"", "\"vc\""]),
    ("w0", "whole number from 0 to 3", &["0", "1", "2", "3"]),
    ("n0", "number", &["-1", "1", "1.25", "1.5", "7"]),
    // Around 2000-02-29 and 2000-03-01, the days 18 years, 216 months and 6575 days before ON.
    (
        "d0",
        "date",
        &["\"1999-01-01\"", "\"2000-02-28\"", "\"2000-02-29\"", "\"2000-03-01\"", "\"2000-03-02\"", "\"2001-01-01\""],
    ),
];

const RULES: usize = 7;
const CONSEQUENCES: usize = 4;
const SOURCES: usize = 3;

/// The text of a policy as its declarations, in an order in which it may be written.
pub fn policy(tape: &mut Tape<'_>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (name, kind, _) in FACTS {
        out.push(format!("fact {name} \"Fact {name}\" : {kind}"));
    }
    for index in 0..CONSEQUENCES {
        out.push(format!("consequence c{index} \"Consequence {index}\""));
    }
    for index in 0..2 {
        // The second definition may name a consequence, and so only rules about later ones use it.
        let condition = condition(tape, 2, index, index);
        out.push(format!("define def{index} \"Definition {index}\" as {condition}"));
    }
    sources(tape, &mut out);
    let mut concluded: Vec<Vec<usize>> = Vec::new();
    for index in 0..=tape.pick(RULES) {
        out.push(rule(tape, index, &mut concluded));
    }
    out
}

fn sources(tape: &mut Tape<'_>, out: &mut Vec<String>) {
    for index in 0..SOURCES {
        let mut source = format!("source s{index} \"Source {index}\"");
        if tape.once_in(2) {
            let _ = write!(source, " published 2018-0{}-01", 1 + tape.pick(3));
        }
        if index > 0 && tape.once_in(2) {
            let _ = write!(source, " quoted in s{}", tape.pick(index));
        }
        out.push(source);
    }
    for index in 0..4 {
        let mut claim = format!("claim k{index} by s{}", tape.pick(SOURCES));
        if index > 0 && tape.once_in(3) {
            let _ = write!(claim, " repeats k{}", tape.pick(index));
        }
        out.push(claim + " \"Reported\"");
    }
}

fn rule(tape: &mut Tape<'_>, index: usize, concluded: &mut Vec<Vec<usize>>) -> String {
    let first = tape.pick(CONSEQUENCES);
    let mut concludes = vec![first];
    if tape.once_in(3) && first + 1 < CONSEQUENCES {
        concludes.push(first + 1);
    }
    let mut rule = format!("rule r{index} \"Rule {index}\"");
    if tape.pick(3) > 0 {
        let claim = tape.pick(4);
        let _ = write!(rule, " per k{claim}");
        if tape.once_in(2) {
            let _ = write!(rule, ", k{}", (claim + 1 + tape.pick(3)) % 4);
        }
    }
    rule.push_str(tape.of(&[
        "",
        "",
        "",
        " in force from 2018-03-01",
        " in force until 2018-02-28",
        " in force from 2018-01-01 until 2018-03-01",
    ]));
    // A rule may name only consequences before all it concludes about: so there is no circle.
    let definitions = if first >= 2 { 2 } else { 1 };
    let _ = write!(rule, " when {}", condition(tape, 3, definitions, first));
    if tape.once_in(3) {
        let _ = write!(rule, " unless {}", condition(tape, 2, definitions, first));
    }
    let names: Vec<String> = concludes.iter().map(|consequence| format!("c{consequence}")).collect();
    let _ = write!(rule, " then {}{}", tape.of(&["", "", "not "]), names.join(", "));
    let shares = |other: &usize| concluded[*other].iter().any(|consequence| concludes.contains(consequence));
    let losers: Vec<usize> = (0..index).filter(shares).collect();
    if !losers.is_empty() && tape.once_in(2) {
        let _ = write!(rule, " overrides r{}", losers[tape.pick(losers.len())]);
    }
    concluded.push(concludes);
    rule
}

/// A condition that may name the first `definitions` definitions and `consequences` consequences.
fn condition(tape: &mut Tape<'_>, depth: usize, definitions: usize, consequences: usize) -> String {
    let inner = |tape: &mut Tape<'_>| condition(tape, depth - 1, definitions, consequences);
    match tape.pick(if depth == 0 { 3 } else { 7 }) {
        0..=2 => test(tape, definitions, consequences),
        3 | 4 => format!("({} and {})", inner(tape), inner(tape)),
        5 => format!("({} or {})", inner(tape), inner(tape)),
        _ => format!("not {}", inner(tape)),
    }
}

fn test(tape: &mut Tape<'_>, definitions: usize, consequences: usize) -> String {
    const TESTS: &[&str] = &[
        "b0",
        "b1",
        "b0 is no",
        "l0 is va",
        "l0 is not vb",
        "l0 is one of va, vc",
        "l0 is not one of vb, vc",
        "w0 < 1",
        "w0 <= 1",
        "w0 > 2",
        "w0 >= 2",
        "w0 is 2",
        "w0 is from 1 to 2",
        "w0 is one of 0, 1, 3",
        "w0 >= 0",
        "n0 < 1",
        "n0 <= 1",
        "n0 > 1.5",
        "n0 >= 1.5",
        "n0 is 1.50",
        "n0 is not from 1 to 1.5",
        "n0 is one of 1, 1.5",
        "d0 < 2000-02-29",
        "d0 >= 2000-03-01",
        "d0 is 2000-02-29",
        "d0 is from 2000-02-29 to 2000-03-01",
        "years since d0 >= 18",
        "years since d0 > 17",
        "years since d0 < 18",
        "years since d0 <= 17.5",
        "months since d0 >= 216",
        "months since d0 < 216",
        "days since d0 >= 6575",
        "days since d0 > 6575",
        "days since d0 <= 6574",
    ];
    let named = definitions + consequences;
    let choice = tape.pick(TESTS.len() + 4 * named);
    match choice.checked_sub(TESTS.len()) {
        None => TESTS[choice].to_owned(),
        Some(index) if index % named < definitions => format!("def{}", index % named),
        Some(index) => format!("c{}", index % named - definitions),
    }
}

/// Every completion of the facts, each as one value's index for each of [`FACTS`].
pub fn completions() -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new()];
    for (_, _, values) in FACTS {
        let longer = |case: Vec<usize>| (0..values.len()).map(move |value| [case.clone(), vec![value]].concat());
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// The JSON of a profile; `None` is unknown.
pub fn profile_json(values: &[Option<usize>]) -> String {
    let known =
        FACTS.iter().zip(values).filter_map(|((name, _, all), value)| Some(format!("\"{name}\": {}", all[(*value)?])));
    format!("{{{}}}", known.collect::<Vec<_>>().join(", "))
}
