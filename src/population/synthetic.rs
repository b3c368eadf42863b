//! Tables that are made up, to try out and to measure: they say nothing about any real population.
//!
//! The same policy, date and seed give the same bytes on every machine: all is arithmetic of whole
//! numbers. For each row and column, in the order of the table, one number is drawn from SplitMix64
//! (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014). Its upper 32 bits say
//! whether the fact is known; its lower 32 bits, a fraction of 2^32, choose one of the fact's cells, and
//! what is left of that fraction one of the values that were picked from the cell.

#![expect(clippy::indexing_slicing, reason = "cells and values are those of the column")]
#![expect(clippy::arithmetic_side_effects, reason = "halves of 64 bits, and numbers within ±1,000,000,000")]

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::Bound;

use super::coding::{Coding, Column};
use crate::model::{Date, FactType, Number, Policy, Value};
use crate::never::never;
use crate::semantics::Engine;
use crate::semantics::cells::{Cell, Cells};

/// The column of weights.
pub const WEIGHT: &str = "weight";

/// SplitMix64, by its published constants.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// A share of a whole: `1/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    part: u32,
    whole: u32,
}

impl Share {
    /// Reads `1/3`, `0` or `1`; `None` where it is more than a whole, or of nothing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let (part, whole) = text.split_once('/').unwrap_or((text, "1"));
        let share = Self { part: number(part)?, whole: number(whole)? };
        (share.whole > 0 && share.part <= share.whole).then_some(share)
    }

    fn is_whole(self) -> bool {
        self.part == self.whole
    }
}

/// Both halves of a fraction of 2^32 times `count`: the whole number, and what is left as such a fraction.
fn split(fraction: u64, count: usize) -> (usize, u64) {
    // INVARIANT: the fraction is below 2^32, and there are fewer than 2^32 values.
    let product = fraction * count as u64;
    (usize::try_from(product >> 32).expect("less than the count"), product & LOW)
}

const LOW: u64 = 0xffff_ffff;

/// How a table is made up.
pub struct Synthetic {
    columns: Vec<Made>,
    unknown: Share,
    weights: bool,
}

/// A column: for each cell the values that were picked from it, as they are written, with what follows
/// them.
struct Made {
    name: String,
    cells: Vec<Vec<Vec<u8>>>,
    unknown: Vec<u8>,
}

impl Synthetic {
    /// A table of all facts of a policy, in the order of declaration: each value of a list, and values
    /// of numbers and dates in each of their cells, at its ends and between. With weights there is one
    /// more column.
    #[must_use]
    pub fn new(engine: &Engine<'_>, unknown: Share, weights: bool) -> Self {
        let policy = engine.policy;
        let facts: Vec<_> = policy.fact_ids().collect();
        let coding = Coding::new(engine, &facts, &facts);
        let count = facts.len() + usize::from(weights);
        let made = |(index, column): (usize, &Column)| {
            let end = if index + 1 == count { "\n" } else { "," };
            // A line with nothing in it would be no row.
            let unknown = if count == 1 { format!("\"\"{end}") } else { end.to_owned() };
            let write = |value: &Value| format!("{}{end}", policy.written(column.fact, *value)).into_bytes();
            let cells = picked(engine, column).iter().map(|cell| cell.iter().map(write).collect()).collect();
            Made { name: policy[column.fact].name.clone(), cells, unknown: unknown.into_bytes() }
        };
        Self { columns: coding.columns.iter().enumerate().map(made).collect(), unknown, weights }
    }

    /// Writes a line of the columns' names, and so many rows. Unless nothing is to be known, the first
    /// rows go through the cells of each fact one by one, so that with enough rows every cell is met.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(&self, rows: u64, seed: u64, out: &mut dyn Write) -> io::Result<()> {
        const FULL: usize = 1 << 16;
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let names = names.into_iter().chain(self.weights.then_some(WEIGHT)).collect::<Vec<_>>();
        let mut text = format!("{}\n", names.join(",")).into_bytes();
        let mut random = Random(seed);
        for row in 0..rows {
            for column in &self.columns {
                let drawn = random.next();
                text.extend_from_slice(column.value(self.unknown, row, drawn));
            }
            if self.weights {
                let (above, _) = split(random.next() & LOW, 376);
                let hundredths = 25 + above;
                writeln!(text, "{}.{:02}", hundredths / 100, hundredths % 100)?;
            }
            if text.len() >= FULL {
                out.write_all(&text)?;
                text.clear();
            }
        }
        out.write_all(&text)
    }
}

impl Made {
    fn value(&self, unknown: Share, row: u64, drawn: u64) -> &[u8] {
        let (cell, rest) = split(drawn & LOW, self.cells.len());
        let in_turn = usize::try_from(row).ok().filter(|row| !unknown.is_whole() && *row < self.cells.len());
        let is_known = ((drawn >> 32) * u64::from(unknown.whole)) >> 32 >= u64::from(unknown.part);
        let cell = match in_turn {
            Some(cell) => cell,
            None if is_known && !self.cells.is_empty() => cell,
            None => return &self.unknown,
        };
        let values = &self.cells[cell];
        &values[split(rest, values.len()).0]
    }
}

/// Values of each cell in ascending order, and of a list each item alone. A cell in which no value has
/// few enough digits is left out.
fn picked(engine: &Engine<'_>, column: &Column) -> Vec<Vec<Value>> {
    let values = (1..).take(column.count() - 1).filter_map(|bin| Some((column.cell(bin), column.value(bin)?)));
    values
        .map(|(cell, value)| match engine.policy[column.fact].kind {
            FactType::YesNo | FactType::OneOf(_) => vec![value],
            FactType::Number { .. } | FactType::Date => spread(engine.policy, engine.cells(), column, cell, value),
        })
        .collect()
}

/// So many values of a cell, at most, lie between its ends.
const STEPS: i64 = 64;

/// Values at the ends of a cell of numbers or dates and between them, and one that is known to lie in it.
fn spread(policy: &Policy, cells: &Cells, column: &Column, cell: Cell, within: Value) -> Vec<Value> {
    let (low, high) = cells.bounds(policy, column.fact, cell..cell + 1);
    let kind = &policy[column.fact].kind;
    // Where a cell has no end, values are picked as far as people's ages and their years reach.
    let far = if *kind == FactType::Date { 36_525 } else { 100 };
    let number = |bound: Bound<Value>| match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(whole(value)),
        Bound::Unbounded => None,
    };
    let (least, greatest) = match (number(low), number(high)) {
        (Some(least), Some(greatest)) => (least, greatest),
        (Some(least), None) => (least, least + far),
        (None, Some(greatest)) => (greatest - far, greatest),
        (None, None) => (whole(within) - far / 2, whole(within) + far / 2),
    };
    let between = (0..=STEPS).map(|step| least + (greatest - least) * step / STEPS);
    let value = |number: i64| match kind {
        FactType::Date => Value::Date(Date::from_number(number)),
        FactType::YesNo | FactType::OneOf(_) | FactType::Number { .. } => Value::Number(Number::from(number)),
    };
    let ends = [low, high].into_iter().filter_map(|bound| match bound {
        Bound::Included(value) => Some(value),
        Bound::Excluded(_) | Bound::Unbounded => None,
    });
    let all: BTreeSet<Value> = between.map(value).chain(ends).chain([within]).collect();
    all.into_iter().filter(|value| kind.has(*value) && cells.of(column.fact, *value) == cell).collect()
}

/// The day's number, or the number made whole and kept within a thousand million.
fn whole(value: Value) -> i64 {
    match value {
        Value::Date(date) => date.number(),
        Value::Number(number) => number.ceil(),
        Value::YesNo(_) | Value::Item(_) => never("only numbers and dates have an order"),
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    /// The first numbers as the authors' own program in C prints them.
    #[test]
    fn numbers_are_those_of_the_reference() {
        let first = |seed: u64| {
            let mut random = Random(seed);
            [random.next(), random.next(), random.next()]
        };
        assert_eq!(first(0), [0xe220_a839_7b1d_cdaf, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f]);
        assert_eq!(first(1_234_567), [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
