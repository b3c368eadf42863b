//! Small policies without mistakes, with values of each fact in every part of it that their tests tell apart.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::calendar::{self, Day};
use crate::dates;
use crate::draw::Draw;

/// A policy and what its facts may be.
pub struct Small {
    /// The rules.
    pub text: String,
    /// For each fact its name and values, as JSON.
    pub facts: Vec<(String, Vec<String>)>,
}

/// A fact whose tests compare with few constants.
struct Fact {
    declared: String,
    /// As JSON: one in each part into which tests divide the values.
    values: Vec<String>,
    kind: Kind,
}

enum Kind {
    YesNo,
    /// So many items.
    List(usize),
    /// Ascending constants of numbers.
    Number(Vec<String>),
    /// Ascending constants, and counted times as they are written.
    Date(Vec<String>, Vec<String>),
}

/// Constants of numbers at odd places, and around each a number that no constant is.
const LADDER: [&str; 17] = [
    "-9999999999999999999999999999",
    "-9999999999999999999999999998",
    "-5",
    "-1.5",
    "-0.5",
    "-0.0000000000000000000000000002",
    "-0.0000000000000000000000000001",
    "0",
    "0.0000000000000000000000000001",
    "0.0000000000000000000000000002",
    "0.5",
    "1",
    "1.25",
    "1.5",
    "7",
    "9999999999999999999999999998",
    "9999999999999999999999999999",
];

/// Whole numbers of which rules speak: one more and one less have at most 28 digits.
const WHOLE: [i128; 9] =
    [-9_999_999_999_999_999_999_999_999_998, -3, -1, 0, 1, 2, 3, 100, 9_999_999_999_999_999_999_999_999_998];

/// Different places of a list of so many, at least one and at most `most`, ascending.
fn places(draw: &mut Draw<'_>, count: usize, most: usize) -> Vec<usize> {
    let chosen: BTreeSet<usize> = (0..1 + draw.below(most)).map(|_| draw.below(count)).collect();
    chosen.into_iter().collect()
}

/// A range of places of a list of so many, if one is drawn.
fn range(draw: &mut Draw<'_>, count: usize) -> Option<(usize, usize)> {
    draw.once_in(3).then(|| {
        let ends = [draw.below(count), draw.below(count)];
        (ends[0].min(ends[1]), ends[0].max(ends[1]))
    })
}

fn number(draw: &mut Draw<'_>) -> Fact {
    let range = range(draw, LADDER.len());
    let is_within = |place: &usize| range.is_none_or(|(low, high)| (low..=high).contains(place));
    let mut constants: Vec<usize> =
        places(draw, LADDER.len() / 2, 3).into_iter().map(|place| 2 * place + 1).filter(is_within).collect();
    if constants.is_empty() {
        constants.extend(range.map(|(low, _)| low));
    }
    let around = constants.iter().flat_map(|place| [place.saturating_sub(1), *place, place + 1]);
    let ends = range.into_iter().flat_map(|(low, high)| [low, high]);
    // A constant at an end has no number beyond it; within, the ladder has one between any two.
    let values: BTreeSet<usize> = around.chain(ends).filter(|place| *place < LADDER.len()).filter(is_within).collect();
    let range = range.map_or(String::new(), |(low, high)| format!(" from {} to {}", LADDER[low], LADDER[high]));
    Fact {
        declared: format!("number{range}"),
        values: values.into_iter().map(|place| LADDER[place].to_owned()).collect(),
        kind: Kind::Number(constants.into_iter().map(|place| LADDER[place].to_owned()).collect()),
    }
}

fn whole(draw: &mut Draw<'_>) -> Fact {
    let range = range(draw, WHOLE.len()).map(|(low, high)| (WHOLE[low], WHOLE[high]));
    let is_within = |number: &i128| range.is_none_or(|(low, high)| (low..=high).contains(number));
    let mut constants: Vec<i128> =
        places(draw, WHOLE.len(), 3).into_iter().map(|place| WHOLE[place]).filter(is_within).collect();
    if constants.is_empty() {
        constants.extend(range.map(|(low, _)| low));
    }
    let around = constants.iter().flat_map(|number| [number - 1, *number, number + 1]);
    let ends = range.into_iter().flat_map(|(low, high)| [low, high]);
    let values: BTreeSet<i128> = around.chain(ends).filter(is_within).collect();
    let range = range.map_or(String::new(), |(low, high)| format!(" from {low} to {high}"));
    Fact {
        declared: format!("whole number{range}"),
        values: values.iter().map(i128::to_string).collect(),
        kind: Kind::Number(constants.iter().map(i128::to_string).collect()),
    }
}

fn date(draw: &mut Draw<'_>, on: Day) -> Fact {
    let constants: BTreeSet<Day> = (0..1 + draw.below(2)).map(|_| dates::some_day(draw, on)).collect();
    let mut numbers: BTreeSet<i64> = constants.iter().map(|day| calendar::number(*day)).collect();
    let mut counted = Vec::new();
    if draw.once_in(2) {
        let unit = draw.below(3);
        let count = i64::try_from(draw.below(220)).expect("small") - 4;
        counted.push(format!("{} since {{}} {{}} {count}", ["years", "months", "days"][unit]));
        // More than so many is at least one more.
        numbers.extend([count, count + 1].map(|count| match unit {
            0 => calendar::number((on.0 - count, on.1, on.2)),
            1 => calendar::number((on.0, on.1 - count, on.2)),
            _ => calendar::number(on) - count,
        }));
    }
    // A day that a month lacks moves a counted time by one, and comparing by one more.
    let (first, last) = (calendar::number(calendar::FIRST), calendar::number(calendar::LAST));
    let around: BTreeSet<i64> = numbers
        .into_iter()
        .flat_map(|number| number - 3..=number + 3)
        .filter(|it| (first..=last).contains(it))
        .collect();
    Fact {
        declared: "date".to_owned(),
        values: around
            .into_iter()
            .chain([first, last])
            .map(|number| format!("\"{}\"", calendar::written(calendar::day(number))))
            .collect::<BTreeSet<String>>()
            .into_iter()
            .collect(),
        kind: Kind::Date(constants.into_iter().map(calendar::written).collect(), counted),
    }
}

fn fact(draw: &mut Draw<'_>, on: Day) -> Fact {
    match draw.below(6) {
        0 | 1 => {
            let values = vec!["false".to_owned(), "true".to_owned()];
            Fact { declared: "yes or no".to_owned(), values, kind: Kind::YesNo }
        }
        2 => {
            let count = 1 + draw.below(4);
            let items: Vec<String> = (0..count).map(|item| format!("v{item}")).collect();
            let values = items.iter().map(|item| format!("\"{item}\"")).collect();
            Fact { declared: format!("one of {}", items.join(", ")), values, kind: Kind::List(count) }
        }
        3 => whole(draw),
        4 => number(draw),
        _ => date(draw, on),
    }
}

/// A test of a fact.
fn test(draw: &mut Draw<'_>, name: &str, kind: &Kind) -> String {
    let is = draw.of(&["is", "is not"]);
    let sign = draw.of(&["<", "<=", ">", ">="]);
    let constants = match kind {
        Kind::YesNo => return draw.of(&["{}", "{} is no", "{} is yes", "{} is not yes"]).replace("{}", name),
        Kind::List(count) => (0..*count).map(|item| format!("v{item}")).collect(),
        Kind::Date(_, counted) if !counted.is_empty() && draw.once_in(2) => {
            return counted[0].replacen("{}", name, 1).replacen("{}", sign, 1);
        }
        Kind::Number(constants) | Kind::Date(constants, _) => constants.clone(),
    };
    let chosen: Vec<&str> =
        places(draw, constants.len(), 3).into_iter().map(|place| constants[place].as_str()).collect();
    let has_order = !matches!(kind, Kind::List(_));
    match draw.below(if has_order { 6 } else { 3 }) {
        0 => format!("{name} {is} {}", chosen[0]),
        1 | 2 => format!("{name} {is} one of {}", chosen.join(", ")),
        3 => format!("{name} {is} from {} to {}", chosen[0], chosen[chosen.len() - 1]),
        _ => format!("{name} {sign} {}", chosen[0]),
    }
}

/// A condition that may name the first `named` consequences, and the definition where it comes before.
fn condition(draw: &mut Draw<'_>, facts: &[Fact], depth: usize, named: usize, has_definition: bool) -> String {
    let inner = |draw: &mut Draw<'_>| condition(draw, facts, depth - 1, named, has_definition);
    match draw.below(if depth == 0 { 4 } else { 8 }) {
        0 if named > 0 => format!("c{}", draw.below(named)),
        1 if has_definition => "defined".to_owned(),
        0..=3 => {
            let index = draw.below(facts.len());
            test(draw, &format!("f{index}"), &facts[index].kind)
        }
        4 | 5 => format!("({} and {})", inner(draw), inner(draw)),
        6 => format!("({} or {} or {})", inner(draw), inner(draw), inner(draw)),
        _ => format!("not {}", inner(draw)),
    }
}

const CONSEQUENCES: usize = 3;

/// Writes a small policy; nothing, where its facts have too many values to look at all of them.
pub fn small(draw: &mut Draw<'_>, texts: &mut dyn FnMut(&mut Draw<'_>) -> String) -> Option<Small> {
    let on = [(2024, 2, 29), (2018, 3, 1), (2025, 12, 31), (1, 1, 1), (9999, 12, 31)][draw.below(5)];
    let facts: Vec<Fact> = (0..1 + draw.below(4)).map(|_| fact(draw, on)).collect();
    if facts.iter().map(|fact| fact.values.len()).product::<usize>() > 2_000 {
        return None;
    }
    let mut text = format!("policy small {} as of {}\n", texts(draw), calendar::written(on));
    for (index, fact) in facts.iter().enumerate() {
        let _ = writeln!(text, "fact f{index} {} : {}", texts(draw), fact.declared);
    }
    for index in 0..CONSEQUENCES {
        let _ = writeln!(text, "consequence c{index} {}", texts(draw));
    }
    let _ = writeln!(text, "define defined {} as {}", texts(draw), condition(draw, &facts, 2, 0, false));
    let mut concluded: Vec<Vec<usize>> = Vec::new();
    for index in 0..1 + draw.below(6) {
        let first = draw.below(CONSEQUENCES);
        let concludes: Vec<usize> =
            if first + 1 < CONSEQUENCES && draw.once_in(3) { vec![first, first + 1] } else { vec![first] };
        let force = match draw.below(8) {
            6 => format!(" in force from {}", calendar::written(dates::some_day(draw, on))),
            7 => format!(" in force until {}", calendar::written(dates::some_day(draw, on))),
            _ => String::new(),
        };
        let _ = write!(text, "rule r{index} {}{force}", texts(draw));
        let _ = write!(text, " when {}", condition(draw, &facts, 2, first, true));
        if draw.once_in(4) {
            let _ = write!(text, " unless {}", condition(draw, &facts, 1, first, true));
        }
        let names: Vec<String> = concludes.iter().map(|it| format!("c{it}")).collect();
        let _ = write!(text, " then {}{}", draw.of(&["", "", "not "]), names.join(", "));
        let losers: Vec<String> = (0..index)
            .filter(|loser| concluded[*loser].iter().any(|it| concludes.contains(it)))
            .filter(|_| draw.once_in(3))
            .map(|loser| format!("r{loser}"))
            .collect();
        if !losers.is_empty() {
            let _ = write!(text, " overrides {}", losers.join(", "));
        }
        text.push('\n');
        concluded.push(concludes);
    }
    let facts = facts.into_iter().enumerate().map(|(index, fact)| (format!("f{index}"), fact.values)).collect();
    Some(Small { text, facts })
}
