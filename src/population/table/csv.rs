//! Rows of a CSV table: the fast way for plain rows, and the way by the letter for all others.

use std::borrow::Cow;

use super::blocks;
use super::counter::Counter;
use super::header::{Header, Use};
use super::parts::Found;
use super::row::{self, Broken, Layout};
use super::values::{Memory, REMEMBERED, Reader, words};
use super::{MAX_ROW_BYTES, Plan, Why};
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::{Count, Sink, TooMany, Weight};

/// Reads rows for one thread.
pub(super) struct Rows<'a, S> {
    plan: &'a Plan<'a>,
    header: &'a Header,
    layout: Layout,
    readers: Vec<Reader<'a>>,
    memories: Vec<Memory>,
    /// The bins of the row that is read; of columns that are missing always what is not known.
    bins: Vec<Bin>,
    counter: Counter<S>,
}

impl<'a, S: Sink> Rows<'a, S> {
    pub(super) fn new(plan: &'a Plan<'a>, header: &'a Header, sink: S) -> Self {
        let columns = &plan.coding.columns;
        Self {
            plan,
            header,
            layout: Layout { delimiter: header.delimiter, multiline: plan.multiline_cells },
            readers: columns.iter().map(|column| Reader::new(plan.engine, column)).collect(),
            memories: columns.iter().map(|column| Memory::new(plan.engine, column)).collect(),
            bins: vec![NOT_KNOWN; columns.len()],
            counter: Counter::new(plan.coding, plan.remembered, sink),
        }
    }

    /// Reads a row whose cells are short and were seen before: where the next one begins, and what it
    /// counts. `None` for all that is not so plain: then it is read by the letter.
    #[inline]
    fn plain(&mut self, text: &[u8], start: usize) -> Option<(usize, Count)> {
        let mut at = start;
        let mut count = Count { rows: 1, weight: Weight::ZERO };
        let last = self.header.uses.len() - 1;
        for (index, used) in self.header.uses.iter().enumerate() {
            let mut cell = Short::find(text, at, self.layout.delimiter)?;
            let mut end = at + cell.length;
            let ends_row = text[end] == b'\n';
            if ends_row != (index == last) {
                return None;
            }
            let next = end + 1;
            if ends_row && end > at && text[end - 1] == b'\r' {
                end -= 1;
                cell = cell.shorter();
            }
            match used {
                Use::Fact(column) => self.bins[*column] = self.memories[*column].bin(cell.words, cell.length)?,
                Use::Weight => count.weight = Weight::parse(&text[at..end])?,
                Use::Rows => count.rows = rows(&text[at..end])?,
                Use::Unread if cell.has_quote() => return None,
                Use::Unread => {}
            }
            at = next;
        }
        Some((at, count))
    }

    /// Reads a row by the letter, and keeps its cells in mind. Returns how long it is; `None` where more
    /// text is needed.
    fn careful(&mut self, text: &[u8], is_all: bool, found: &mut Found) -> Result<Option<usize>, TooMany> {
        let Self { plan, header, layout, readers, memories, bins, .. } = self;
        let line = found.lines;
        let mut wrong: Option<(usize, Why)> = None;
        let mut count = Count { rows: 1, weight: Weight::ZERO };
        let cells = row::cells(text, *layout, is_all, |index, cell: Cow<'_, [u8]>| {
            let Some(used) = header.uses.get(index) else { return };
            let why = match used {
                Use::Fact(column) => match readers[*column].cell(&cell) {
                    Ok(bin) => {
                        bins[*column] = bin;
                        // A cell with a mark in it was quoted: the fast way never meets it so.
                        if cell.len() <= REMEMBERED && !cell.contains(&b'"') {
                            memories[*column].keep(words(&cell), cell.len(), bin);
                        }
                        return;
                    }
                    Err(why) => Why::Value(why),
                },
                Use::Weight => match Weight::parse(cell.trim_ascii()) {
                    Some(weight) => {
                        count.weight = weight;
                        return;
                    }
                    None => Why::Weight,
                },
                Use::Rows => match rows(cell.trim_ascii()) {
                    Some(rows) => {
                        count.rows = rows;
                        return;
                    }
                    None => Why::Rows,
                },
                Use::Unread => return,
            };
            wrong.get_or_insert((index, why));
        });
        let Some(cells) = cells else { return Ok(None) };
        let (length, broken) = match cells {
            Ok((cells, length)) if cells < header.uses.len() => (length, Some(Broken::Short)),
            Ok((cells, length)) if cells > header.uses.len() => (length, Some(Broken::Long)),
            Ok((_, length)) => (length, None),
            Err((length, broken)) => (length, Some(broken)),
        };
        found.lines += memchr::memchr_iter(b'\n', &text[..length]).count() as u64;
        // An empty line holds nothing, where a row has several cells.
        if header.uses.len() > 1 && text[..length].iter().all(|byte| *byte == b'\n' || *byte == b'\r') {
            return Ok(Some(length));
        }
        match (broken, wrong) {
            (Some(broken), _) => found.reject(1, plan, line, None, Why::Row(broken))?,
            (None, Some((index, why))) => {
                found.reject(count.rows, plan, line, Some(&header.names[index]), why)?;
            }
            (None, None) => {
                found.count(count.rows)?;
                self.counter.add(&self.bins, count)?;
            }
        }
        Ok(Some(length))
    }
}

impl<S: Sink> blocks::Rows<S> for Rows<'_, S> {
    fn read(&mut self, block: &[u8], is_all: bool, found: &mut Found) -> Result<usize, TooMany> {
        let is_whole = is_all || !self.layout.multiline;
        let mut at = 0;
        while at < block.len() {
            if let Some((next, count)) = self.plain(block, at)
                && next - at <= MAX_ROW_BYTES
            {
                self.counter.add(&self.bins, count)?;
                found.count(count.rows)?;
                found.lines += 1;
                at = next;
                continue;
            }
            match self.careful(&block[at..], is_whole, found)? {
                Some(length) => at += length,
                None => break,
            }
        }
        Ok(at)
    }

    fn finish(self) -> Result<S, TooMany> {
        self.counter.finish()
    }
}

/// How many rows a row stands for.
pub(super) fn rows(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// A cell of at most sixteen bytes, in two words with zeros behind it.
struct Short {
    words: [u64; 2],
    length: usize,
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A word in which the first byte that is zero in `word`, and perhaps later ones, are marked.
/// (Hacker's Delight, section 6-1: what is marked before the first zero byte is nothing.)
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

#[inline]
fn all(byte: u8) -> u64 {
    u64::from(byte) * ONES
}

/// The bytes before the first that is marked.
#[inline]
fn before(marked: u64) -> u64 {
    (marked ^ marked.wrapping_sub(1)) >> 8
}

/// The first bytes of a word.
#[inline]
fn first(word: u64, bytes: usize) -> u64 {
    if bytes >= 8 { word } else { word & ((1 << (8 * bytes)) - 1) }
}

/// Eight bytes as a word, the first least.
#[inline]
fn word(bytes: &[u8; REMEMBERED + 1], from: usize) -> u64 {
    u64::from_le_bytes(bytes[from..from + 8].try_into().expect("eight bytes"))
}

impl Short {
    /// The cell that begins at a place and ends before a delimiter or a line end. `None` where it is
    /// longer, or lies at the end of the text.
    #[inline]
    fn find(text: &[u8], at: usize, delimiter: u8) -> Option<Self> {
        let bytes: &[u8; REMEMBERED + 1] = text.get(at..)?.first_chunk()?;
        let low = word(bytes, 0);
        let high = word(bytes, 8);
        let (delimiters, ends) = (all(delimiter), all(b'\n'));
        let marked = |word: u64| zeros(word ^ delimiters) | zeros(word ^ ends);
        let in_low = marked(low);
        if in_low != 0 {
            return Some(Self { words: [low & before(in_low), 0], length: (in_low.trailing_zeros() / 8) as usize });
        }
        let in_high = marked(high);
        if in_high != 0 {
            let length = 8 + (in_high.trailing_zeros() / 8) as usize;
            return Some(Self { words: [low, high & before(in_high)], length });
        }
        let is_end = bytes[REMEMBERED] == delimiter || bytes[REMEMBERED] == b'\n';
        is_end.then_some(Self { words: [low, high], length: REMEMBERED })
    }

    /// Without its last byte.
    fn shorter(self) -> Self {
        let length = self.length - 1;
        let [low, high] = self.words;
        Self { words: [first(low, length), first(high, length.saturating_sub(8))], length }
    }

    /// Whether a quotation mark is in it.
    #[inline]
    fn has_quote(&self) -> bool {
        let [low, high] = self.words;
        zeros(low ^ all(b'"')) | zeros(high ^ all(b'"')) != 0
    }
}
