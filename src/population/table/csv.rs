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
    /// For each column of the coding.
    readers: Vec<Reader<'a>>,
    columns: Vec<Column>,
    /// The bins of the row that is read; of columns that are missing always what is not known.
    bins: Vec<Bin>,
    counter: Counter<S>,
}

/// A column of the table.
struct Column {
    /// What stands behind its cells: a delimiter, or the end of a line.
    parting: u8,
    meaning: Meaning,
}

/// What the cells of a column say.
enum Meaning {
    Fact {
        /// Its place in the coding.
        place: usize,
        /// By how much each bin adds to the number of a combination.
        stride: u64,
        memory: Memory,
    },
    Weight,
    Rows,
    Unread,
}

/// What a row says.
struct Row {
    count: Count,
    /// The number of its combination, if it has one.
    number: u64,
}

impl<'a, S: Sink> Rows<'a, S> {
    pub(super) fn new(plan: &'a Plan<'a>, header: &'a Header, sink: S) -> Self {
        let facts = &plan.coding.columns;
        let counter = Counter::new(plan.coding, plan.remembered, sink);
        let meaning = |used: &Use| match *used {
            Use::Fact(place) => {
                let memory = Memory::new(plan.engine, &facts[place]);
                Meaning::Fact { place, stride: counter.strides()[place], memory }
            }
            Use::Weight => Meaning::Weight,
            Use::Rows => Meaning::Rows,
            Use::Unread => Meaning::Unread,
        };
        let column = |used| Column { parting: header.delimiter, meaning: meaning(used) };
        let mut columns: Vec<Column> = header.uses.iter().map(column).collect();
        if let Some(last) = columns.last_mut() {
            last.parting = b'\n';
        }
        Self {
            plan,
            header,
            layout: Layout { delimiter: header.delimiter, multiline: plan.multiline_cells },
            readers: facts.iter().map(|column| Reader::new(plan.engine, column, &plan.unknown)).collect(),
            columns,
            bins: vec![NOT_KNOWN; facts.len()],
            counter,
        }
    }

    /// Reads rows whose cells are short and were seen before. Returns where the first row begins that is
    /// not so plain: it is read by the letter.
    fn plain(&mut self, text: &[u8], start: usize, found: &mut Found) -> Result<usize, TooMany> {
        let mut marks = Marks::new(text, start, self.layout.delimiter);
        let mut at = start;
        while let Some((next, Row { count, number })) = plain_row(&self.columns, &mut self.bins, &mut marks, at)
            && next - at <= MAX_ROW_BYTES
        {
            self.counter.add_numbered(number, &self.bins, count)?;
            found.count(count.rows)?;
            found.lines += 1;
            at = next;
        }
        Ok(at)
    }

    /// Reads a row by the letter, and keeps its cells in mind. Returns how long it is; `None` where more
    /// text is needed.
    fn careful(&mut self, text: &[u8], is_all: bool, found: &mut Found) -> Result<Option<usize>, TooMany> {
        let Self { plan, header, layout, readers, columns, bins, .. } = self;
        let line = found.lines;
        let mut wrong: Option<(usize, Why)> = None;
        let mut count = Count { rows: 1, weight: Weight::ZERO };
        let cells = row::cells(text, *layout, is_all, |index, cell: Cow<'_, [u8]>| {
            let Some(column) = columns.get_mut(index) else { return };
            let why = match &mut column.meaning {
                Meaning::Fact { place, memory, .. } => match readers[*place].cell(&cell) {
                    Ok(bin) => {
                        bins[*place] = bin;
                        // A cell with a mark in it was quoted: the fast way never meets it so.
                        if cell.len() <= REMEMBERED && !cell.contains(&b'"') {
                            memory.keep(words(&cell), cell.len(), bin);
                        }
                        return;
                    }
                    Err(why) => Why::Value(why),
                },
                Meaning::Weight => match Weight::parse(cell.trim_ascii()) {
                    Some(weight) => {
                        count.weight = weight;
                        return;
                    }
                    None => Why::Weight,
                },
                Meaning::Rows => match rows(cell.trim_ascii()) {
                    Some(rows) => {
                        count.rows = rows;
                        return;
                    }
                    None => Why::Rows,
                },
                Meaning::Unread => return,
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
        let mut at = self.plain(block, 0, found)?;
        while at < block.len() {
            match self.careful(&block[at..], is_whole, found)? {
                Some(length) => at = self.plain(block, at + length, found)?,
                None => break,
            }
        }
        Ok(at)
    }

    fn finish(self) -> Result<S, TooMany> {
        self.counter.finish()
    }
}

/// Reads a row whose cells are short and were seen before: where the next one begins, and what it says.
/// `None` for all that is not so plain.
#[inline]
fn plain_row(columns: &[Column], bins: &mut [Bin], marks: &mut Marks<'_>, start: usize) -> Option<(usize, Row)> {
    let text = marks.text;
    let (mut number, mut count) = (0, Count { rows: 1, weight: Weight::ZERO });
    let mut at = start;
    for Column { parting, meaning } in columns {
        let mark = marks.next()?;
        let (from, end, mark) = match text[mark] == *parting {
            true if *parting == b'\n' && mark > at && text[mark - 1] == b'\r' => (at, mark - 1, mark),
            true => (at, mark, mark),
            false => quoted(marks, at, mark, *parting)?,
        };
        match meaning {
            Meaning::Fact { place, stride, memory } => {
                let (words, length) = short(text, from, end)?;
                let bin = memory.bin(words, length)?;
                bins[*place] = bin;
                // INVARIANT: it stays below the number of all combinations.
                number += u64::from(bin) * stride;
            }
            Meaning::Weight => count.weight = Weight::parse(&text[from..end])?,
            Meaning::Rows => count.rows = rows(&text[from..end])?,
            Meaning::Unread => {}
        }
        at = mark + 1;
    }
    Some((at, Row { count, number }))
}

/// A cell in quotation marks, with none in it: where it begins, where it ends, and what parts it from the next.
fn quoted(marks: &mut Marks<'_>, at: usize, open: usize, parting: u8) -> Option<(usize, usize, usize)> {
    let text = marks.text;
    let close = marks.next().filter(|close| open == at && text[open] == b'"' && text[*close] == b'"')?;
    let mark = marks.next().filter(|mark| text[*mark] == parting)?;
    let is_cut = parting == b'\n' && text[mark - 1] == b'\r';
    (mark - usize::from(is_cut) == close + 1).then_some((at + 1, close, mark))
}

/// How many rows a row stands for.
pub(super) fn rows(digits: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

/// The bytes of a text that part its cells, one after the other: delimiters, line ends, quotation marks.
struct Marks<'t> {
    text: &'t [u8],
    wanted: [u8; 3],
    /// Where the bytes begin that were looked at last, and a bit for each that is one and is to come.
    from: usize,
    marked: u64,
}

/// So many bytes are looked at together: a branch for each few would be guessed wrong too often.
const TOGETHER: usize = 64;

/// For each of those bytes a bit, by the eight in which it stands.
const BITS: [u8; TOGETHER] = {
    let mut bits = [0; TOGETHER];
    let mut at = 0;
    while at < TOGETHER {
        bits[at] = 1 << (at / 8);
        at += 1;
    }
    bits
};

/// Eight times eight bits, with rows and columns exchanged. (Hacker's Delight, section 7-3.)
#[inline]
fn transposed(mut bits: u64) -> u64 {
    for (shift, kept) in [(7, 0x00aa_00aa_00aa_00aa), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let swapped = (bits ^ (bits >> shift)) & kept;
        bits ^= swapped ^ (swapped << shift);
    }
    bits
}

impl<'t> Marks<'t> {
    fn new(text: &'t [u8], start: usize, delimiter: u8) -> Self {
        let mut marks = Self { text, wanted: [delimiter, b'\n', b'"'], from: 0, marked: 0 };
        marks.seek(start);
        marks
    }

    /// Goes on from another place.
    fn seek(&mut self, at: usize) {
        self.from = at;
        let rest = self.text.get(at..).unwrap_or_default();
        self.marked = match rest.first_chunk() {
            Some(bytes) => self.look(bytes),
            None => {
                let mut bytes = [0; TOGETHER];
                bytes[..rest.len()].copy_from_slice(rest);
                // What is not there parts nothing, whatever the delimiter.
                self.look(&bytes) & !(u64::MAX << rest.len())
            }
        };
    }

    /// A bit for each of these bytes that is one, that of the first least. Compilers make of the two
    /// loops a few steps on many bytes: all is the same for each byte, and no bit moves to another.
    #[inline]
    fn look(&self, bytes: &[u8; TOGETHER]) -> u64 {
        let [delimiter, end, quote] = self.wanted;
        let mut found = [0; TOGETHER];
        for ((found, byte), bit) in found.iter_mut().zip(bytes).zip(&BITS) {
            let is_one = u8::from(*byte == delimiter) | u8::from(*byte == end) | u8::from(*byte == quote);
            *found = is_one.wrapping_neg() & bit;
        }
        let (words, _) = found.as_chunks();
        transposed(words.iter().fold(0, |together, word| together | u64::from_le_bytes(*word)))
    }

    /// The next one. `None` after the last.
    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.marked == 0 {
            if self.from >= self.text.len() {
                return None;
            }
            self.seek(self.from + TOGETHER);
        }
        let at = self.from + self.marked.trailing_zeros() as usize;
        self.marked &= self.marked - 1;
        Some(at)
    }
}

/// For each length of a cell its bytes in two words.
const MASKS: [[u64; 2]; REMEMBERED + 1] = {
    let mut masks = [[u64::MAX; 2]; REMEMBERED + 1];
    let mut length = 0;
    while length < REMEMBERED {
        let kept = u64::MAX >> (8 * (7 - length % 8)) >> 8;
        masks[length] = if length < 8 { [kept, 0] } else { [u64::MAX, kept] };
        length += 1;
    }
    masks
};

/// A cell of at most sixteen bytes, in two words with zeros behind it, and its length. `None` where it is
/// longer, or lies at the end of the text.
#[inline]
fn short(text: &[u8], at: usize, end: usize) -> Option<([u64; 2], usize)> {
    let bytes: &[u8; REMEMBERED] = text.get(at..)?.first_chunk()?;
    let [low_mask, high_mask] = MASKS.get(end - at)?;
    let (words, _) = bytes.as_chunks();
    let [low, high] = [0, 1].map(|half| u64::from_le_bytes(words[half]));
    Some(([low & low_mask, high & high_mask], end - at))
}
