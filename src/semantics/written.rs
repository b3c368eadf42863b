//! Sets of cells as conditions that rule files can hold.

#![expect(clippy::indexing_slicing, reason = "cells are those of the fact")]
#![expect(clippy::arithmetic_side_effects, reason = "lengths of runs of cells")]

use std::ops::Bound::{Excluded, Included, Unbounded};

use super::cells::{Cell, Cells};
use crate::model::{FactId, FactType, Policy, Value};

impl Cells {
    /// A condition on one fact: that it has a value of one of these cells.
    #[must_use]
    pub fn written(&self, policy: &Policy, fact: FactId, inside: &[bool]) -> String {
        let name = &policy[fact].name;
        match &policy[fact].kind {
            FactType::YesNo if inside[1] => name.clone(),
            FactType::YesNo => format!("not {name}"),
            FactType::OneOf(_) => {
                let wanted = |wanted: bool| self.items(fact, |cell| inside[cell as usize] == wanted);
                let (yes, no) = (wanted(true), wanted(false));
                let (not, items) = if no.len() < yes.len() { ("not ", no) } else { ("", yes) };
                let items: Vec<String> =
                    items.into_iter().map(|item| policy.written(fact, Value::Item(item))).collect();
                match &items[..] {
                    [one] => format!("{name} is {not}{one}"),
                    several => format!("{name} is {not}one of {}", several.join(", ")),
                }
            }
            FactType::Number { .. } | FactType::Date => {
                let runs = |wanted: bool| runs(inside, wanted);
                match (&runs(true)[..], &runs(false)[..]) {
                    ([one], _) => within(self, policy, fact, *one, false),
                    (_, [hole]) => within(self, policy, fact, *hole, true),
                    (several, _) => {
                        let several: Vec<String> =
                            several.iter().map(|run| within(self, policy, fact, *run, false)).map(grouped).collect();
                        format!("({})", several.join(" or "))
                    }
                }
            }
        }
    }
}

/// A chain inside another needs parentheses.
fn grouped(text: String) -> String {
    if text.contains(" and ") { format!("({text})") } else { text }
}

/// The runs of cells that are wanted: first, and one past the last.
fn runs(inside: &[bool], wanted: bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut at = 0;
    for run in inside.chunk_by(|a, b| a == b) {
        if run[0] == wanted {
            runs.push((at, at + run.len()));
        }
        at += run.len();
    }
    runs
}

/// That a number or a date lies in a run of cells, or not in it.
fn within(cells: &Cells, policy: &Policy, fact: FactId, (from, to): (usize, usize), not: bool) -> String {
    let name = &policy[fact].name;
    let cell = |place: usize| Cell::try_from(place).expect("cells are numbered so");
    let (low, high) = cells.bounds(policy, fact, cell(from)..cell(to));
    // The ends of the type itself go without saying.
    let low = if from == 0 { Unbounded } else { low };
    let high = if to == cells.count(fact) { Unbounded } else { high };
    let shown = |value: Value| policy.written(fact, value);
    let (more, fewer) = if not { ("<", ">") } else { (">", "<") };
    // `not x >= 5` is `x < 5`.
    let above = |bound| match bound {
        Included(value) if not => Some(format!("{name} {more} {}", shown(value))),
        Included(value) => Some(format!("{name} {more}= {}", shown(value))),
        Excluded(value) if not => Some(format!("{name} {more}= {}", shown(value))),
        Excluded(value) => Some(format!("{name} {more} {}", shown(value))),
        Unbounded => None,
    };
    let below = |bound| match bound {
        Included(value) if not => Some(format!("{name} {fewer} {}", shown(value))),
        Included(value) => Some(format!("{name} {fewer}= {}", shown(value))),
        Excluded(value) if not => Some(format!("{name} {fewer}= {}", shown(value))),
        Excluded(value) => Some(format!("{name} {fewer} {}", shown(value))),
        Unbounded => None,
    };
    match (low, high) {
        (Included(low), Included(high)) if low == high => {
            format!("{name} is {}{}", if not { "not " } else { "" }, shown(low))
        }
        (Included(low), Included(high)) => {
            format!("{name} is {}from {} to {}", if not { "not " } else { "" }, shown(low), shown(high))
        }
        (low, high) => {
            let both: Vec<String> = above(low).into_iter().chain(below(high)).collect();
            match both.len() {
                2 if not => format!("({})", both.join(" or ")),
                _ => both.join(" and "),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::runs;
    use crate::model::Policy;
    use crate::semantics::{Engine, Status, View};

    const FACTS: &str = r#"fact card "A card" : yes or no
fact area "Area" : one of north "North", south "South", east "East", west "West", isles "Isles"
fact children "Children" : whole number from 0 to 9
fact income "Income" : number from 0 to 10
fact born "Born" : date
consequence c "C"
rule r1 "R" when card and (area is north or area is south or area is east) and area is not west then c
rule r2 "R" when children >= 3 and children < 5 and children is not 7 then c
rule r3 "R" when income >= 2.5 and income <= 4 and income is not 7 then c
rule r4 "R" when born >= 2000-01-01 and born < 2010-06-15 and born <= 2015-03-01 then c
"#;

    fn load(text: String) -> Policy {
        Policy::load("rules.ensue", |_| Ok(text.clone().into())).unwrap_or_else(|found| panic!("{found}\n{text}"))
    }

    /// Values of each fact, some in each of its cells.
    fn values() -> Vec<(&'static str, Vec<String>)> {
        let days = ["1999-12-31", "2000-01-01", "2005-07-08", "2010-06-14", "2010-06-15", "2010-06-16", "2015-03-01"];
        vec![
            ("card", ["true", "false"].map(String::from).into()),
            ("area", ["north", "south", "east", "west", "isles"].map(|item| format!("\"{item}\"")).into()),
            ("children", (0..10).map(|number| number.to_string()).collect()),
            ("income", (0..=40).map(|quarter| format!("{}.{:02}", quarter / 4, quarter % 4 * 25)).collect()),
            ("born", days.into_iter().chain(["2015-03-02"]).map(|day| format!("\"{day}\"")).collect()),
        ]
    }

    /// For each fact, each set of its cells but none and all, with what is written.
    fn all_written(policy: &Policy, engine: &Engine<'_>) -> Vec<(String, Vec<bool>, String)> {
        let mut found = Vec::new();
        for fact in policy.fact_ids() {
            let count = engine.cells().count(fact);
            for bits in 1_u32..(1 << count) - 1 {
                let inside: Vec<bool> = (0..count).map(|cell| bits >> cell & 1 == 1).collect();
                let text = engine.cells().written(policy, fact, &inside);
                found.push((policy[fact].name.clone(), inside, text));
            }
        }
        found
    }

    /// What is written of a set of cells is read again as a condition that holds in these alone.
    #[test]
    fn what_is_written_holds_in_the_same_cells() {
        let policy = load(FACTS.to_owned());
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let values = values();
        let mut met = vec![0_u32; policy.facts.len()];
        for (name, inside, text) in all_written(&policy, &engine) {
            let probe = load(format!("{FACTS}consequence probe \"P\"\nrule p \"P\" when {text} then probe\n"));
            let asked = Engine::new(&probe, &View::default()).expect("no date is needed");
            let id = probe.consequence("probe").expect("it is declared");
            let (_, of_fact) = values.iter().find(|(fact, _)| *fact == name).expect("each has values");
            for value in of_fact {
                let json = format!("{{\"{name}\": {value}}}");
                let fact = policy.fact(&name).expect("it is declared");
                let cell = engine.cells().known(fact, &policy.profile(&json).expect("a sound profile"));
                met[fact.index()] |= 1 << cell;
                let outcome = asked.outcome(id, &probe.profile(&json).expect("a sound profile"));
                let holds = outcome.status == Status::Follows;
                assert_eq!(holds, inside[cell as usize], "{text}: {value}");
            }
        }
        for fact in policy.fact_ids() {
            assert_eq!(met[fact.index()], (1 << engine.cells().count(fact)) - 1, "{}", policy[fact].name);
        }
    }

    /// The shorter of two forms is written, one hole as what it is not; of whole numbers and days those that it holds.
    #[test]
    fn what_is_written_is_short() {
        let policy = load(FACTS.to_owned());
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let written: Vec<String> = all_written(&policy, &engine).into_iter().map(|(_, _, text)| text).collect();
        for text in [
            "card",
            "not card",
            "area is north",
            "area is one of north, south",
            "area is not north",
            "children <= 2",
            "children >= 3",
            "children is from 3 to 4",
            "children is not 7",
            "(children <= 2 or children is 7)",
            "income is not from 2.5 to 4",
            "(income < 2.5 or income is 7)",
            "born <= 1999-12-31",
            "born >= 2015-03-02",
        ] {
            assert!(written.iter().any(|it| it == text), "{text}: {written:#?}");
        }
    }

    #[test]
    fn runs_are_of_neighbours() {
        let inside = [true, true, false, true, false, false];
        assert_eq!(runs(&inside, true), [(0, 2), (3, 4)]);
        assert_eq!(runs(&inside, false), [(2, 3), (4, 6)]);
    }
}
