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
    fn plain(&mut self, marks: &mut Marks<'_>, start: usize) -> Option<(usize, Count)> {
        let text = marks.text;
        let mut at = start;
        let mut count = Count { rows: 1, weight: Weight::ZERO };
        let last = self.header.uses.len() - 1;
        for (index, used) in self.header.uses.iter().enumerate() {
            let mark = marks.next()?;
            let ends_row = text[mark] == b'\n';
            if ends_row != (index == last) || text[mark] == b'"' {
                return None;
            }
            let end = if ends_row && mark > at && text[mark - 1] == b'\r' { mark - 1 } else { mark };
            match used {
                Use::Fact(column) => {
                    let (words, length) = short(text, at, end)?;
                    self.bins[*column] = self.memories[*column].bin(words, length)?;
                }
                Use::Weight => count.weight = Weight::parse(&text[at..end])?,
                Use::Rows => count.rows = rows(&text[at..end])?,
                Use::Unread => {}
            }
            at = mark + 1;
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
        let mut marks = Marks::new(block, self.layout.delimiter);
        while at < block.len() {
            if let Some((next, count)) = self.plain(&mut marks, at)
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
            marks.seek(at);
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

/// The bytes of a text that part its cells, one after the other: delimiters, line ends, quotation marks.
struct Marks<'t> {
    text: &'t [u8],
    /// Eight times each of them.
    wanted: [u64; 3],
    /// Where the bytes begin that were looked at last, and a bit for each that is one and is to come.
    from: usize,
    marked: u64,
}

/// So many bytes are looked at together: a branch for each few would be guessed wrong too often.
const TOGETHER: usize = 64;
const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// The highest bit of each byte that is zero. (Hacker's Delight, section 6-1: no carry leaves its byte.)
#[inline]
fn zeros(word: u64) -> u64 {
    !((word & LOWS).wrapping_add(LOWS) | word | LOWS)
}

/// The highest bits of all bytes in one, that of the first least: the product moves each to its place.
#[inline]
fn gathered(highest: u64) -> u64 {
    (highest >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

impl<'t> Marks<'t> {
    fn new(text: &'t [u8], delimiter: u8) -> Self {
        let wanted = [delimiter, b'\n', b'"'].map(|byte| u64::from(byte) * ONES);
        let mut marks = Self { text, wanted, from: 0, marked: 0 };
        marks.seek(0);
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

    #[inline]
    fn look(&self, bytes: &[u8; TOGETHER]) -> u64 {
        let [delimiters, ends, quotes] = self.wanted;
        let (words, _) = bytes.as_chunks();
        words.iter().rev().fold(0, |marked, bytes| {
            let word = u64::from_le_bytes(*bytes);
            let found = zeros(word ^ delimiters) | zeros(word ^ ends) | zeros(word ^ quotes);
            marked << 8 | gathered(found)
        })
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
