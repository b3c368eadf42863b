//! Blocks of a text table, cut where rows end.

#![expect(clippy::indexing_slicing, reason = "line ends are those that were found in the text")]
#![expect(clippy::arithmetic_side_effects, reason = "places in it, and numbers of blocks")]

use std::io::{self, Read};
use std::sync::Mutex;

use super::parts::{self, Found, Parts};
use super::{Plan, Refused, Reject, Whole};
use crate::population::{Sink, TooMany};

/// The text of a table, block by block.
pub(super) struct Blocks<'a> {
    input: Box<dyn Read + Send + 'a>,
    size: usize,
    /// How long a row may be.
    most: usize,
    /// Whether blocks end where lines do; else the reader says how far it came.
    at_lines: bool,
    /// What was read and is in no block yet.
    rest: Vec<u8>,
    /// The number of the next block.
    next: u64,
    is_all: bool,
}

/// The beginning of a table.
pub(super) struct First<'t> {
    pub text: &'t [u8],
    /// Whether it is the whole table.
    pub is_all: bool,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(input: Box<dyn Read + Send + 'a>, plan: &Plan<'_>) -> Self {
        let (size, at_lines, most) = (plan.block.max(1), !plan.multiline_cells, plan.row_bytes());
        Self { input, size, at_lines, most, rest: Vec::new(), next: 0, is_all: false }
    }

    pub(super) fn cut_at_lines(&mut self) {
        self.at_lines = true;
    }

    /// The first lines of a table, at least one that is not empty; where cells may hold line ends, one that no
    /// quotation mark leaves open.
    pub(super) fn peek(&mut self) -> io::Result<First<'_>> {
        let at_lines = self.at_lines;
        let is_enough = |text: &[u8]| {
            let Some(start) = text.iter().position(|byte| !byte.is_ascii_whitespace()) else { return false };
            let mut is_open = false;
            memchr::memchr2_iter(b'"', b'\n', &text[start..]).any(|at| {
                is_open ^= !at_lines && text[start + at] == b'"';
                text[start + at] == b'\n' && !is_open
            })
        };
        while !self.is_all && !is_enough(&self.rest) && self.rest.len() <= self.most {
            self.more()?;
        }
        Ok(First { text: &self.rest, is_all: self.is_all })
    }

    /// Leaves out the first bytes of what was looked at.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest.drain(..bytes);
    }

    fn more(&mut self) -> io::Result<()> {
        let before = self.rest.len();
        let wanted = self.size as u64;
        (&mut self.input).take(wanted).read_to_end(&mut self.rest)?;
        self.is_all = ((self.rest.len() - before) as u64) < wanted;
        Ok(())
    }

    /// The next block and its number, in `text`; `None` after the last.
    fn take(&mut self, text: &mut Vec<u8>) -> io::Result<Option<u64>> {
        if self.is_all && self.rest.is_empty() {
            return Ok(None);
        }
        if !self.is_all {
            self.more()?;
        }
        // A row that is too long is cut, and then found to be too long; what follows in its line is left out.
        while !self.is_all && memchr::memchr(b'\n', &self.rest).is_none() {
            if self.rest.len() <= self.most {
                self.more()?;
                continue;
            }
            let kept = std::mem::take(&mut self.rest);
            self.more()?;
            if let Some(end) = memchr::memchr(b'\n', &self.rest) {
                self.rest.drain(..end);
            } else {
                self.rest.clear();
            }
            self.rest.splice(..0, kept[..=self.most].iter().copied());
        }
        text.clear();
        std::mem::swap(text, &mut self.rest);
        if self.at_lines && !self.is_all {
            let end = memchr::memrchr(b'\n', text).map_or(text.len(), |end| end + 1);
            self.rest.extend_from_slice(&text[end..]);
            text.truncate(end);
        }
        self.next += 1;
        Ok(Some(self.next - 1))
    }

    /// Puts back what a reader did not read.
    fn put_back(&mut self, text: &[u8]) {
        self.rest.splice(..0, text.iter().copied());
    }
}

/// Reads blocks for one thread.
pub(super) trait Rows<S>: Sized {
    /// Reads the rows of a block. Returns how many bytes it read: all, where blocks end with lines or
    /// with the table.
    fn read(&mut self, block: &[u8], is_all: bool, found: &mut Found) -> Result<usize, TooMany>;

    /// What was counted.
    fn finish(self) -> Result<S, TooMany>;
}

/// Reads all blocks with the threads of the plan; `lines` stand before the first.
pub(super) fn run<S: Sink, R: Rows<S>>(
    blocks: Blocks<'_>,
    lines: u64,
    plan: &Plan<'_>,
    on_reject: impl FnMut(&Reject) + Send,
    reader: impl Fn() -> R + Sync,
) -> Result<Whole<S>, Refused> {
    let at_lines = blocks.at_lines;
    let threads = if at_lines { plan.threads } else { 1 };
    let blocks = Mutex::new(blocks);
    parts::run(threads, lines, plan, on_reject, |parts: &Parts<'_, _>| {
        let mut rows = reader();
        let mut text = Vec::new();
        while !parts.is_stopped() {
            let (number, is_all) = {
                let mut blocks = blocks.lock().expect("no thread panics with it");
                match blocks.take(&mut text) {
                    Ok(Some(number)) => (number, blocks.is_all),
                    Ok(None) => break,
                    Err(error) => {
                        let number = blocks.next;
                        blocks.is_all = true;
                        blocks.rest.clear();
                        let mut found = Found::default();
                        found.refused = Some(Refused::Input(error));
                        parts.take(number, found);
                        break;
                    }
                }
            };
            let mut found = Found::default();
            let read = rows.read(&text, is_all, &mut found)?;
            if !at_lines {
                blocks.lock().expect("no thread panics with it").put_back(&text[read..]);
            }
            parts.take(number, found);
        }
        Ok(rows.finish()?)
    })
}
