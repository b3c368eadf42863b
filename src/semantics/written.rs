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
