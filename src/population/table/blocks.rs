//! Blocks of a table, cut where rows end, and the threads that read them.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{MAX_ROW_BYTES, Plan, Refused, Reject, Whole, Why};
use crate::population::{Sink, TooMany};

/// The text of a table, block by block.
pub(super) struct Blocks<'a> {
    input: Box<dyn Read + Send + 'a>,
    size: usize,
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
    pub(super) fn new(input: Box<dyn Read + Send + 'a>, size: usize, multiline: bool) -> Self {
        Self { input, size: size.max(1), at_lines: !multiline, rest: Vec::new(), next: 0, is_all: false }
    }

    pub(super) fn cut_at_lines(&mut self) {
        self.at_lines = true;
    }

    /// The first lines of a table, at least one that is not empty.
    pub(super) fn peek(&mut self) -> io::Result<First<'_>> {
        let is_enough = |text: &[u8]| match text.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(start) => memchr::memchr(b'\n', &text[start..]).is_some(),
            None => false,
        };
        while !self.is_all && !is_enough(&self.rest) && self.rest.len() <= MAX_ROW_BYTES {
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
            if self.rest.len() <= MAX_ROW_BYTES {
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
            self.rest.splice(..0, kept[..=MAX_ROW_BYTES].iter().copied());
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

/// What was found in a block.
#[derive(Default)]
pub(super) struct Found {
    /// How many lines it has.
    pub lines: u64,
    pub rows: u64,
    pub rejected: u64,
    /// Those of the rejected rows that may have to be told, by lines of the block, from 0.
    pub rejects: Vec<Reject>,
    /// Why nothing further is read.
    pub refused: Option<Refused>,
}

impl Found {
    /// A row was rejected, which stands for so many.
    pub(super) fn reject(&mut self, rows: u64, plan: &Plan<'_>, line: u64, column: Option<&str>, why: Why) {
        self.rows += rows;
        self.rejected += rows;
        if self.rejects.len() as u64 <= plan.max_rejects {
            self.rejects.push(Reject { line, column: column.map(str::to_owned), why });
        }
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

/// What was found in the blocks before, in their order.
struct Order<R> {
    next: u64,
    waiting: BTreeMap<u64, Found>,
    lines: u64,
    rows: u64,
    rejected: u64,
    /// How many rejects were told.
    rejects: u64,
    refused: Option<Refused>,
    on_reject: R,
}

impl<R: FnMut(&Reject)> Order<R> {
    fn take(&mut self, number: u64, found: Found, plan: &Plan<'_>) {
        self.waiting.insert(number, found);
        while let Some(found) = self.waiting.remove(&self.next) {
            self.next += 1;
            if self.refused.is_some() {
                continue;
            }
            for mut reject in found.rejects {
                if self.rejects > plan.max_rejects {
                    break;
                }
                reject.line += self.lines + 1;
                self.rejects += 1;
                (self.on_reject)(&reject);
            }
            self.lines += found.lines;
            self.rows += found.rows;
            self.rejected += found.rejected;
            self.refused = found.refused;
        }
    }
}

/// Reads all blocks with the threads of the plan; `lines` stand before the first.
pub(super) fn run<S: Sink, R: Rows<S> + Send>(
    blocks: Blocks<'_>,
    lines: u64,
    plan: &Plan<'_>,
    on_reject: impl FnMut(&Reject) + Send,
    reader: impl Fn() -> R + Sync,
) -> Result<Whole<S>, Refused> {
    let threads = if blocks.at_lines { plan.threads.max(1) } else { 1 };
    let at_lines = blocks.at_lines;
    let blocks = Mutex::new(blocks);
    let order =
        Order { next: 0, waiting: BTreeMap::new(), lines, rows: 0, rejected: 0, rejects: 0, refused: None, on_reject };
    let order = Mutex::new(order);
    let stop = AtomicBool::new(false);
    let work = || -> Result<S, Refused> {
        let mut rows = reader();
        let mut text = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let (number, is_all) = {
                let mut blocks = blocks.lock().expect("no thread panics with it");
                match blocks.take(&mut text) {
                    Ok(Some(number)) => (number, blocks.is_all),
                    Ok(None) => break,
                    Err(error) => {
                        let found = Found { refused: Some(Refused::Input(error)), ..Found::default() };
                        let number = blocks.next;
                        blocks.is_all = true;
                        blocks.rest.clear();
                        order.lock().expect("no thread panics with it").take(number, found, plan);
                        break;
                    }
                }
            };
            let mut found = Found::default();
            let read = rows.read(&text, is_all, &mut found)?;
            if !at_lines {
                let mut blocks = blocks.lock().expect("no thread panics with it");
                blocks.put_back(&text[read..]);
            }
            let mut order = order.lock().expect("no thread panics with it");
            order.take(number, found, plan);
            if order.refused.is_some() || order.rejects > plan.max_rejects {
                stop.store(true, Ordering::Relaxed);
            }
        }
        Ok(rows.finish()?)
    };
    let sinks: Vec<Result<S, Refused>> = match threads {
        1 => vec![work()],
        _ => std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
        }),
    };
    let order = order.into_inner().expect("no thread panics with it");
    if order.rejects > plan.max_rejects {
        return Err(Refused::Rejects);
    }
    if let Some(refused) = order.refused {
        return Err(refused);
    }
    let mut sinks = sinks.into_iter();
    let mut sink = sinks.next().expect("a thread read")?;
    for other in sinks {
        sink.join(other?)?;
    }
    Ok(Whole { sink, rows: order.rows, rejected: order.rejected })
}
