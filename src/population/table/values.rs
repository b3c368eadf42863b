//! From the bytes of a cell to a bin: what a table may say of a fact, and the memory of what was said.

use std::fmt;

use super::super::coding::{Bin, Column, NOT_KNOWN};
use crate::model::{Date, FactType, Number, Value};
use crate::semantics::Engine;

/// Why a cell is refused; never what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// It is no value of the fact's type.
    Type,
    /// It is a number outside of the fact's range, or one with a fraction where none is allowed.
    Outside,
    /// It is not UTF-8.
    Encoding,
    /// It is the mark that tables of combinations have for it.
    Mark,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::Type => "not a value of this fact",
            Wrong::Outside => "outside the values of this fact",
            Wrong::Encoding => "not UTF-8",
            Wrong::Mark => {
                "`!`: values that are none of their fact, or combinations of few rows put together (`--min-cell 1` \
                 writes these apart)"
            }
        })
    }
}

/// How the cells of one column are read.
pub struct Reader<'a> {
    engine: &'a Engine<'a>,
    column: &'a Column,
    unknown: &'a [String],
}

impl<'a> Reader<'a> {
    /// For a column of the coding; these texts say that it is not known, beside nothing.
    #[must_use]
    pub fn new(engine: &'a Engine<'a>, column: &'a Column, unknown: &'a [String]) -> Self {
        Self { engine, column, unknown }
    }

    /// The bin of a cell of a table: empty is not known; `yes`, `true`, `1` or `1.0`, and their opposites,
    /// also capitalised; names of a list; digits; days as 2025-03-07. Spaces around it do not matter.
    ///
    /// # Errors
    /// When it is no value of the fact.
    pub fn cell(&self, cell: &[u8]) -> Result<Bin, Wrong> {
        let text = std::str::from_utf8(cell).map_err(|_| Wrong::Encoding)?.trim_ascii();
        if text.is_empty() {
            return Ok(NOT_KNOWN);
        }
        if let Some(known) = self.not_a_value(text) {
            return known;
        }
        let value = match self.kind() {
            FactType::YesNo => match text {
                "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "1" | "1.0" => Value::YesNo(true),
                "no" | "No" | "NO" | "false" | "False" | "FALSE" | "0" | "0.0" => Value::YesNo(false),
                _ => return Err(Wrong::Type),
            },
            FactType::OneOf(_) | FactType::Date => return self.text(text),
            FactType::Number { .. } => return self.number(text),
        };
        Ok(self.column.bin(self.engine, value))
    }

    /// What is said in place of a value: that it is not known, or that it is none.
    fn not_a_value(&self, text: &str) -> Option<Result<Bin, Wrong>> {
        match text {
            "!" => Some(Err(Wrong::Mark)),
            _ if self.unknown.iter().any(|unknown| unknown == text) => Some(Ok(NOT_KNOWN)),
            _ => None,
        }
    }

    /// The bin of a text in JSON: `"yes"` and `"no"` too, as in profiles.
    ///
    /// # Errors
    /// When it is no value of the fact.
    pub fn text(&self, text: &str) -> Result<Bin, Wrong> {
        if let Some(known) = self.not_a_value(text) {
            return known;
        }
        let value = match self.kind() {
            FactType::OneOf(_) => self.kind().item(text).map(Value::Item),
            FactType::Date => Date::parse(text).map(Value::Date),
            FactType::YesNo => match text {
                "yes" => Some(Value::YesNo(true)),
                "no" => Some(Value::YesNo(false)),
                _ => None,
            },
            FactType::Number { .. } => None,
        };
        value.map(|value| self.column.bin(self.engine, value)).ok_or(Wrong::Type)
    }

    /// The bin of a number's digits; an exponent is allowed.
    ///
    /// # Errors
    /// When it is no value of the fact.
    pub fn number(&self, digits: &str) -> Result<Bin, Wrong> {
        let FactType::Number { .. } = self.kind() else { return Err(Wrong::Type) };
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number = Some(digits).filter(|_| plain).and_then(Number::parse_json).ok_or(Wrong::Type)?;
        match self.kind().admits(number) {
            true => Ok(self.column.bin(self.engine, Value::Number(number))),
            false => Err(Wrong::Outside),
        }
    }

    /// The bin of yes or no in JSON.
    ///
    /// # Errors
    /// When it is no value of the fact.
    pub fn yes_no(&self, yes: bool) -> Result<Bin, Wrong> {
        match self.kind() {
            FactType::YesNo => Ok(self.column.bin(self.engine, Value::YesNo(yes))),
            FactType::OneOf(_) | FactType::Number { .. } | FactType::Date => Err(Wrong::Type),
        }
    }

    fn kind(&self) -> &'a FactType {
        &self.engine.policy[self.column.fact].kind
    }
}

/// The last cells that were read in a column, at most sixteen bytes each, and their bins: most cells
/// of a table have been seen before. Each place holds one cell, the last that fell on it.
pub(super) struct Memory {
    seen: Vec<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    words: [u64; 2],
    length: usize,
    bin: Bin,
}

/// The longest cell that is remembered.
pub(super) const REMEMBERED: usize = 16;

impl Memory {
    /// Room for the cells of a column.
    pub(super) fn new(engine: &Engine<'_>, column: &Column) -> Self {
        let places: usize = match &engine.policy[column.fact].kind {
            FactType::YesNo => 16,
            FactType::OneOf(items) => (4 * items.len()).next_power_of_two().min(1024),
            FactType::Number { .. } => 1024,
            FactType::Date => 4096,
        };
        // What is not known is empty, and has its place from the start.
        let nothing = Seen { words: [0; 2], length: usize::MAX, bin: NOT_KNOWN };
        let mut memory = Self { seen: vec![nothing; places.max(16)] };
        memory.keep([0; 2], 0, NOT_KNOWN);
        memory
    }

    fn place(&self, [low, high]: [u64; 2]) -> usize {
        let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // INVARIANT: there are at most 4,096 places, and a power of two of them.
        usize::try_from(mixed >> 44).expect("twenty bits") & (self.seen.len() - 1)
    }

    /// The bin of a cell that was kept: its bytes in two words, least first, zeros after them.
    #[inline]
    pub(super) fn bin(&self, words: [u64; 2], length: usize) -> Option<Bin> {
        let seen = &self.seen[self.place(words)];
        (seen.words == words && seen.length == length).then_some(seen.bin)
    }

    pub(super) fn keep(&mut self, words: [u64; 2], length: usize, bin: Bin) {
        let place = self.place(words);
        self.seen[place] = Seen { words, length, bin };
    }
}

/// The bytes of a short cell in two words, least first, zeros after them.
pub(super) fn words(cell: &[u8]) -> [u64; 2] {
    let (low, high) = cell.split_at(cell.len().min(8));
    [low, high].map(word)
}

/// At most eight bytes.
fn word(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        // The two may overlap, in bytes that are then the same.
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4))
        }
        (None, _) | (_, None) => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_the_bytes() {
        for length in 0..=16_u8 {
            let cell: Vec<u8> = (1..=length).collect();
            let bytes = words(&cell).map(u64::to_le_bytes).concat();
            assert_eq!((&bytes[..cell.len()], bytes.iter().skip(cell.len()).all(|byte| *byte == 0)), (&cell[..], true));
        }
    }
}
