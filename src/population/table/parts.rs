//! Parts of a table, the threads that read them, and what they find, told in the order of the table.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "numbers of lines; rows are added where their sum was found to fit before"
)]

use std::collections::BTreeMap;
use std::iter;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{Plan, Refused, Reject, Whole, Why};
use crate::population::{Sink, TooMany};

/// What was found in a part of a table.
#[derive(Default)]
pub(super) struct Found {
    /// How many lines it has, or rows where a table has no lines.
    pub lines: u64,
    rows: u64,
    rejected: u64,
    /// Those of the rejected rows that may have to be told, by lines of the part, from 0.
    rejects: Vec<Reject>,
    /// Why nothing further is read.
    pub refused: Option<Refused>,
}

impl Found {
    /// A row was counted, which stands for so many.
    pub(super) fn count(&mut self, rows: u64) -> Result<(), TooMany> {
        self.rows = self.rows.checked_add(rows).ok_or(TooMany)?;
        Ok(())
    }

    /// A row was rejected, which stands for so many.
    pub(super) fn reject(
        &mut self,
        rows: u64,
        plan: &Plan<'_>,
        line: u64,
        column: Option<&str>,
        why: Why,
    ) -> Result<(), TooMany> {
        self.count(rows)?;
        // INVARIANT: all that is rejected is counted among the rows too.
        self.rejected += rows;
        if self.rejects.len() as u64 <= plan.max_rejects {
            self.rejects.push(Reject { line, column: column.map(str::to_owned), why });
        }
        Ok(())
    }
}

/// What was found so far.
struct Order<R> {
    /// The first part of which nothing was told yet.
    next: u64,
    /// Those that were read before it.
    waiting: BTreeMap<u64, Found>,
    lines: u64,
    rows: u64,
    rejected: u64,
    /// How many rejects were told.
    rejects: u64,
    refused: Option<Refused>,
    on_reject: R,
}

/// Where the threads leave what they find.
pub(super) struct Parts<'p, R> {
    plan: &'p Plan<'p>,
    order: Mutex<Order<R>>,
    stop: AtomicBool,
}

impl<R: FnMut(&Reject)> Parts<'_, R> {
    /// Whether what further parts hold makes no difference.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// What was found in a part, by its number from 0. Each number comes once, none is left out.
    pub(super) fn take(&self, number: u64, found: Found) {
        let mut order = self.order.lock().expect("no thread panics with it");
        order.take(number, found, self.plan.max_rejects);
        if order.refused.is_some() || order.rejects > self.plan.max_rejects {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl<R: FnMut(&Reject)> Order<R> {
    fn take(&mut self, number: u64, found: Found, max_rejects: u64) {
        self.waiting.insert(number, found);
        while let Some(found) = self.waiting.remove(&self.next) {
            self.next += 1;
            if self.refused.is_some() {
                continue;
            }
            for mut reject in found.rejects {
                if self.rejects > max_rejects {
                    break;
                }
                reject.line += self.lines + 1;
                self.rejects += 1;
                (self.on_reject)(&reject);
            }
            self.lines += found.lines;
            match self.rows.checked_add(found.rows) {
                Some(rows) => {
                    self.rows = rows;
                    self.rejected += found.rejected;
                    self.refused = found.refused;
                }
                None => self.refused = Some(Refused::TooMany),
            }
        }
    }
}

/// Has threads read all parts, each into a sink of its own; `lines` stand before the first part.
pub(super) fn run<S: Sink, R: FnMut(&Reject) + Send>(
    threads: usize,
    lines: u64,
    plan: &Plan<'_>,
    on_reject: R,
    read: impl Fn(&Parts<'_, R>) -> Result<S, Refused> + Sync,
) -> Result<Whole<S>, Refused> {
    let order =
        Order { next: 0, waiting: BTreeMap::new(), lines, rows: 0, rejected: 0, rejects: 0, refused: None, on_reject };
    let parts = Parts { plan, order: Mutex::new(order), stop: AtomicBool::new(false) };
    let sinks: Vec<Result<S, Refused>> = thread::scope(|scope| {
        // This thread reads too. Where the system does not start all the others, those that run read the whole table.
        let start = |_| thread::Builder::new().spawn_scoped(scope, || read(&parts)).ok();
        let others: Vec<_> = (1..threads).map_while(start).collect();
        let own = read(&parts);
        let others = others.into_iter().map(|thread| thread.join().expect("no thread panics"));
        iter::once(own).chain(others).collect()
    });
    let order = parts.order.into_inner().expect("no thread panics with it");
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
