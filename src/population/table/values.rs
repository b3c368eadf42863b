//! From the bytes of a cell to a bin: what a table may say of a fact, and the memory of what was said.

#![expect(
    clippy::indexing_slicing,
    reason = "places are taken modulo their number, and texts are numbered as they are kept"
)]
#![expect(clippy::arithmetic_side_effects, reason = "few texts are kept")]

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

/// Short texts that were read before, and what each said: most of a table has been seen before.
pub(super) struct Memory<const WORDS: usize> {
    /// For each place the number of a text in `seen`, or 0. A text has the first that was free from that of its
    /// hash on.
    places: Vec<u16>,
    /// The first is none.
    seen: Vec<Seen<WORDS>>,
    /// So many texts are remembered.
    most: usize,
}

#[derive(Clone, Copy)]
struct Seen<const WORDS: usize> {
    text: Text<WORDS>,
    says: u64,
}

/// A short text: its bytes in words, the first least, zeros after them, and its length in the last byte.
pub(super) type Text<const WORDS: usize> = [u64; WORDS];

/// So many texts are remembered by all memories of a thread together, and by one of them.
const TOGETHER: usize = 1 << 15;
const MOST: usize = 1 << 14;

/// There are so many places for each text, so that most have that of their hash.
const PLACES: usize = 4;

impl<const WORDS: usize> Memory<WORDS> {
    /// One of so many memories.
    pub(super) fn new(memories: usize) -> Self {
        // No text is so long.
        let none = Seen { text: [u64::MAX; WORDS], says: 0 };
        Self { places: vec![0; 16 * PLACES], seen: vec![none], most: (TOGETHER / memories.max(1)).clamp(64, MOST) }
    }

    /// What a text said.
    #[inline]
    pub(super) fn said(&self, text: &Text<WORDS>) -> Option<u64> {
        let mut place = self.place(text);
        loop {
            let number = self.places[place];
            let seen = &self.seen[usize::from(number)];
            if seen.text == *text {
                return Some(seen.says);
            }
            if number == 0 {
                return None;
            }
            place = (place + 1) & (self.places.len() - 1);
        }
    }

    /// Keeps a text in mind. False where there are too many: then all others are forgotten.
    pub(super) fn keep(&mut self, text: Text<WORDS>, says: u64) -> bool {
        if self.said(&text).is_some() {
            return true;
        }
        let is_full = self.seen.len() > self.most;
        if is_full {
            self.seen.truncate(1);
            self.places.fill(0);
        }
        self.seen.push(Seen { text, says });
        if self.seen.len() * PLACES > self.places.len() {
            self.places = vec![0; 2 * self.places.len()];
            (1..self.seen.len()).for_each(|number| self.put(number));
        } else {
            self.put(self.seen.len() - 1);
        }
        !is_full
    }

    /// Gives a text its place. INVARIANT: one is free.
    fn put(&mut self, number: usize) {
        let mut place = self.place(&self.seen[number].text);
        while self.places[place] != 0 {
            place = (place + 1) & (self.places.len() - 1);
        }
        self.places[place] = u16::try_from(number).expect("few texts are remembered");
    }

    /// Where a text is looked for first: its words times odd numbers, added up. All count in the highest bits.
    /// (Multilinear hashing; the numbers are fractions of the golden ratio and those of SplitMix64.)
    #[inline(always)]
    fn place(&self, text: &Text<WORDS>) -> usize {
        const FACTORS: [u64; 4] =
            [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93];
        let mixed = text
            .iter()
            .zip(FACTORS)
            .fold(0_u64, |sum, (word, factor)| sum.wrapping_add((word ^ word >> 32).wrapping_mul(factor)));
        // INVARIANT: there are at most 131,072 places, and a power of two of them.
        usize::try_from(mixed >> 44).expect("twenty bits") & (self.places.len() - 1)
    }
}

/// A text as it is remembered. `None` where it is too long.
pub(super) fn text<const WORDS: usize>(bytes: &[u8]) -> Option<Text<WORDS>> {
    let mut words = [0; WORDS];
    if bytes.len() >= 8 * WORDS {
        return None;
    }
    for (word, bytes) in words.iter_mut().zip(bytes.chunks(8)) {
        *word = self::word(bytes);
    }
    Some(with_length(words, bytes.len()))
}

/// Puts the length of a text behind its words, of which the last byte is free.
#[inline(always)]
pub(super) fn with_length<const WORDS: usize>(mut words: [u64; WORDS], length: usize) -> Text<WORDS> {
    words[WORDS - 1] |= (length as u64) << 56;
    words
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
    use super::*;
    use crate::population::coding::Coding;
    use crate::semantics::View;
    use crate::{Policy, model::FactId};

    /// Which value a cell or a text says: `None` where it says that it is not known.
    type Says = Result<Option<Value>, Wrong>;

    /// What each way to read says must be what `says` tells, as the bin of that value.
    fn check(fact: &str, read: impl Fn(&Reader<'_>) -> Result<Bin, Wrong>, says: impl Fn(&Policy) -> Says) {
        let rules = "fact b \"B\" : yes or no\nfact l \"L\" : one of va, neg\n\
                     fact n \"N\" : number\nfact w \"W\" : whole number from 0 to 9\nfact d \"D\" : date\n\
                     consequence c \"C\"\nrule r \"R\" when b and l is va and d < 2000-01-01 then c\n\
                     rule s \"S\" when n < -6.5 or (n > 4 and n < 4.5) or (n > 499 and n < 501) or w > 8 then c\n\
                     rule t \"T\" when (n > 4.5 and n < 5.5) or (w > 4 and w < 6) then c\n";
        let policy = Policy::load("p.ensue", |_| Ok(rules.into())).unwrap_or_else(|found| panic!("{found}"));
        let engine = Engine::new(&policy, &View::default()).expect("it needs no date");
        let facts: Vec<FactId> = policy.fact(fact).into_iter().collect();
        let coding = Coding::new(&engine, &facts, &facts);
        let column = &coding.columns[0];
        let unknown = ["NA".to_owned(), "-99".to_owned()];
        let bin = says(&policy).map(|value| value.map_or(NOT_KNOWN, |value| column.bin(&engine, value)));
        assert_eq!(read(&Reader::new(&engine, column, &unknown)), bin, "{fact}");
    }

    fn item(name: &'static str) -> impl Fn(&Policy) -> Says {
        move |policy| Ok(policy[policy.fact("l").expect("it is there")].kind.item(name).map(Value::Item))
    }

    fn number(digits: &str) -> Says {
        Ok(Number::parse_json(digits).map(Value::Number))
    }

    fn date(digits: &str) -> Says {
        Ok(Date::parse(digits).map(Value::Date))
    }

    /// By the list in the documentation of tables.
    #[test]
    fn cells_are_read_as_values() {
        let cell = |fact: &str, text: &str, says: &dyn Fn(&Policy) -> Says| {
            for text in [text.to_owned(), format!(" {text}\t")] {
                check(fact, |reader| reader.cell(text.as_bytes()), says);
            }
        };
        for (texts, yes) in [
            (["yes", "Yes", "YES", "true", "True", "TRUE", "1", "1.0"], true),
            (["no", "No", "NO", "false", "False", "FALSE", "0", "0.0"], false),
        ] {
            texts.iter().for_each(|text| cell("b", text, &|_| Ok(Some(Value::YesNo(yes)))));
        }
        cell("l", "va", &item("va"));
        cell("l", "neg", &item("neg"));
        cell("n", "4.25", &|_| number("4.25"));
        cell("n", "-7", &|_| number("-7"));
        cell("n", "5e2", &|_| number("500"));
        cell("w", "9", &|_| number("9"));
        cell("d", "1999-12-31", &|_| date("1999-12-31"));
        for fact in ["b", "l", "n", "w", "d"] {
            for unknown in ["", "NA", "-99"] {
                cell(fact, unknown, &|_| Ok(None));
            }
            cell(fact, "!", &|_| Err(Wrong::Mark));
            for wrong in ["x", "vA", "yES", "2024-02-30", "1,5", "1.5.5", "NaN", "inf", "na", "0x1", "!!"] {
                cell(fact, wrong, &|_| Err(Wrong::Type));
            }
            check(fact, |reader| reader.cell(b"\xff"), |_| Err(Wrong::Encoding));
        }
        for outside in ["10", "-1", "1.5"] {
            cell("w", outside, &|_| Err(Wrong::Outside));
        }
        for (fact, other) in [("b", "2"), ("l", "1"), ("n", "yes"), ("w", "true"), ("d", "0")] {
            cell(fact, other, &|_| Err(Wrong::Type));
        }
    }

    /// As in profiles: what kind of JSON value it is matters.
    #[test]
    fn values_of_json_are_read_as_in_profiles() {
        let text = |fact: &str, text: &str, says: &dyn Fn(&Policy) -> Says| {
            check(fact, |reader| reader.text(text), says);
        };
        text("b", "yes", &|_| Ok(Some(Value::YesNo(true))));
        text("b", "no", &|_| Ok(Some(Value::YesNo(false))));
        text("l", "neg", &item("neg"));
        text("d", "2000-02-29", &|_| date("2000-02-29"));
        for fact in ["b", "l", "n", "w", "d"] {
            text(fact, "NA", &|_| Ok(None));
            text(fact, "!", &|_| Err(Wrong::Mark));
            for wrong in ["", "1", "true", "Yes", " va", "2000-2-29"] {
                text(fact, wrong, &|_| Err(Wrong::Type));
            }
            let is_number = fact == "n" || fact == "w";
            for digits in ["5", "+5", "50e-1", "5.0"] {
                let says = |_: &Policy| if is_number { number("5") } else { Err(Wrong::Type) };
                check(fact, |reader| reader.number(digits), says);
            }
            for wrong in ["", "-", "5 ", "five", "5e", "0e", "0e1.", "0e+-", "e5", "\u{665}"] {
                check(fact, |reader| reader.number(wrong), |_| Err(Wrong::Type));
            }
            let says = |_: &Policy| if fact == "b" { Ok(Some(Value::YesNo(true))) } else { Err(Wrong::Type) };
            check(fact, |reader| reader.yes_no(true), says);
        }
        check("b", |reader| reader.yes_no(false), |_| Ok(Some(Value::YesNo(false))));
        check("w", |reader| reader.number("10"), |_| Err(Wrong::Outside));
    }

    #[test]
    fn words_are_the_bytes() {
        for length in 0..16_u8 {
            let cell: Vec<u8> = (1..=length).collect();
            let bytes = text::<2>(&cell).expect("short enough").map(u64::to_le_bytes).concat();
            let mut wanted = [cell.clone(), vec![0; 16 - cell.len()]].concat();
            wanted[15] = length;
            assert_eq!(bytes, wanted);
        }
        assert!(text::<2>(&[0; 16]).is_none());
        // Zeros of its own make another text.
        assert_ne!(text::<2>(b"yes"), text::<2>(b"yes\0"));
    }

    /// Of texts that tables have, each memory full of one kind: else every cell would be looked for in many places.
    #[test]
    fn most_texts_have_the_place_of_their_hash() {
        let words = ["yes", "no", "", "TRUE", "va", "vb", "2.5", "1990-07-01"];
        type Named = fn(usize, &[&str]) -> String;
        let kinds: [(&str, Named); 4] = [
            ("numbers", |number, _| number.to_string()),
            ("numbers with a fraction", |number, _| format!("{}.{:02}", number / 100, number % 100)),
            ("days", |number, _| Date::from_number(700_000 + number as i64).to_string()),
            ("several cells", |number, words| {
                [number / 512, number / 64, number / 8, number].map(|it| words[it % 8]).join(",")
            }),
        ];
        for (kind, name) in kinds {
            let texts: Vec<Text<4>> = (0..4096).filter_map(|number| text(name(number, &words).as_bytes())).collect();
            let mut memory = Memory::<4>::new(1);
            assert!(texts.iter().all(|text| memory.keep(*text, 0)));
            let has_its_place = |text: &&Text<4>| {
                let number = memory.places[memory.place(text)];
                memory.seen[usize::from(number)].text == **text
            };
            let found = texts.iter().filter(has_its_place).count();
            assert!(texts.len() > 1_000 && found * 5 > texts.len() * 4, "{kind}: {found} of {}", texts.len());
        }
    }

    #[test]
    fn what_was_kept_is_found_until_all_is_forgotten() {
        for memories in [1, 60, 1_000] {
            let mut memory = Memory::<2>::new(memories);
            let most = memory.most as u64;
            let name = |number: u64| text(number.to_string().as_bytes()).expect("short");
            for number in 0..most {
                assert_eq!(memory.said(&name(number)), None);
                assert!(memory.keep(name(number), number) && memory.keep(name(number), 7));
            }
            assert!((0..most).all(|number| memory.said(&name(number)) == Some(number)));
            assert!(!memory.keep(name(most), 1));
            assert_eq!((memory.said(&name(0)), memory.said(&name(most))), (None, Some(1)));
        }
    }
}
