//! Rows of a table of JSON objects, one in a line.

#![expect(clippy::indexing_slicing, reason = "columns are those of the plan")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of lines")]

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use rustc_hash::FxHashMap;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::blocks::Rows;
use super::counter::Counter;
use super::header::{self, Use};
use super::parts::Found;
use super::values::{Reader, Wrong};
use super::{Plan, Refused, Why};
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::{Count, Sink, TooMany, Weight};

/// Reads rows for one thread.
pub(super) struct Lines<'a, S> {
    plan: &'a Plan<'a>,
    readers: Vec<Reader<'a>>,
    uses: FxHashMap<&'a str, Use>,
    met: &'a Met,
    /// The keys of rows among which none looks like an identity.
    accepted: BTreeSet<Vec<String>>,
    bins: Vec<Bin>,
    counter: Counter<S>,
}

/// The keys of facts that some object of the table has.
pub(super) struct Met(Vec<AtomicBool>);

impl Met {
    /// None yet.
    pub(super) fn none(plan: &Plan<'_>) -> Self {
        Self(plan.names.iter().map(|_| AtomicBool::new(false)).collect())
    }

    /// Refuses a table of which no object has a fact's key, where that is not taken as not known.
    pub(super) fn all(self, plan: &Plan<'_>) -> Result<(), Refused> {
        let met = self.0.into_iter().map(AtomicBool::into_inner);
        let is_needed = |name: &str| !plan.missing_as_unknown && !plan.ignored.iter().any(|ignored| ignored == name);
        let missing = plan.names.iter().zip(met).filter(|(name, is_met)| !is_met && is_needed(name));
        let missing: Vec<String> = missing.map(|(name, _)| name.clone()).collect();
        if missing.is_empty() { Ok(()) } else { Err(Refused::NoKey(missing)) }
    }
}

/// So many sets of keys are remembered; those that are met after them are looked at each time.
const ACCEPTED: usize = 1_000;

/// What is wrong with an object.
enum Bad {
    Row(Option<String>, Why),
    Refused(Refused),
}

impl<'a, S: Sink> Lines<'a, S> {
    pub(super) fn new(plan: &'a Plan<'a>, met: &'a Met, sink: S) -> Self {
        let columns = &plan.coding.columns;
        let is_ignored = |name: &str| plan.ignored.iter().any(|ignored| ignored == name);
        Self {
            plan,
            readers: columns.iter().map(|column| Reader::new(plan.engine, column, &plan.unknown)).collect(),
            uses: plan.wanted().filter(|(name, _)| !is_ignored(name)).collect(),
            met,
            accepted: BTreeSet::new(),
            bins: Vec::new(),
            counter: Counter::new(plan.coding, plan.remembered, sink),
        }
    }

    fn object(&mut self, line: &str, count: &mut Count) -> Result<(), Bad> {
        let mut deserializer = serde_json::Deserializer::from_str(line);
        let entries = deserializer.deserialize_map(Entries).map_err(|_| Bad::Row(None, Why::Object))?;
        deserializer.end().map_err(|_| Bad::Row(None, Why::Object))?;
        self.bins.clear();
        self.bins.resize(self.readers.len(), NOT_KNOWN);
        let names: Vec<String> = entries.iter().map(|(key, _)| key.clone().into_owned()).collect();
        if !self.accepted.contains(&names) {
            let uses = header::uses(self.plan, &names, false).map_err(|refused| match refused {
                Refused::Twice(key) => Bad::Row(Some(key), Why::KeyTwice),
                refused => Bad::Refused(refused),
            })?;
            for used in uses {
                match used {
                    Use::Fact(column) => self.met.0[column].store(true, Ordering::Relaxed),
                    Use::Weight | Use::Rows | Use::Unread => {}
                }
            }
            if self.accepted.len() < ACCEPTED {
                self.accepted.insert(names);
            }
        }
        let (mut has_weight, mut has_rows) = (self.plan.weight.is_none(), self.plan.rows.is_none());
        let mut wrong: Option<Bad> = None;
        for (key, value) in entries {
            let Some(used) = self.uses.get(header::called(self.plan, &key)).copied() else { continue };
            let text = value.get();
            let why = match used {
                Use::Fact(column) => match bin(&self.readers[column], text) {
                    Ok(bin) => {
                        self.bins[column] = bin;
                        continue;
                    }
                    Err(why) => Why::Value(why),
                },
                Use::Weight => match Weight::parse(text.as_bytes()) {
                    Some(weight) => {
                        (count.weight, has_weight) = (weight, true);
                        continue;
                    }
                    None => Why::Weight,
                },
                Use::Rows => match text.parse() {
                    Ok(rows) => {
                        (count.rows, has_rows) = (rows, true);
                        continue;
                    }
                    Err(_) => Why::Rows,
                },
                Use::Unread => continue,
            };
            wrong.get_or_insert(Bad::Row(Some(key.into_owned()), why));
        }
        match (wrong, has_weight, has_rows) {
            (Some(wrong), ..) => Err(wrong),
            (None, false, _) => Err(Bad::Row(self.plan.weight.clone(), Why::Weight)),
            (None, true, false) => Err(Bad::Row(self.plan.rows.clone(), Why::Rows)),
            (None, true, true) => Ok(()),
        }
    }
}

/// The bin of a value in JSON; null is not known.
fn bin(reader: &Reader<'_>, json: &str) -> Result<Bin, Wrong> {
    match json.as_bytes().first() {
        Some(b'n') => Ok(NOT_KNOWN),
        Some(b't' | b'f') => reader.yes_no(json == "true"),
        Some(b'"') => {
            let text: String = serde_json::from_str(json).map_err(|_| Wrong::Type)?;
            reader.text(&text)
        }
        Some(b'-' | b'0'..=b'9') => reader.number(json),
        _ => Err(Wrong::Type),
    }
}

impl<S: Sink> Rows<S> for Lines<'_, S> {
    fn read(&mut self, block: &[u8], _is_all: bool, found: &mut Found) -> Result<usize, TooMany> {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            let number = found.lines;
            found.lines += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let mut count = Count { rows: 1, weight: Weight::ZERO };
            let most = self.plan.row_bytes();
            let text = match line.len() <= most {
                true => std::str::from_utf8(line).map_err(|_| Why::Value(Wrong::Encoding)),
                false => Err(Why::Row(super::Broken::TooLong(most))),
            };
            match text.map_err(|why| Bad::Row(None, why)).and_then(|text| self.object(text, &mut count)) {
                Ok(()) => {
                    found.count(count.rows)?;
                    self.counter.add(&self.bins, count)?;
                }
                Err(Bad::Row(key, why)) => found.reject(count.rows, self.plan, number, key.as_deref(), why)?,
                Err(Bad::Refused(refused)) => {
                    found.refused = Some(refused);
                    break;
                }
            }
        }
        Ok(block.len())
    }

    fn finish(self) -> Result<S, TooMany> {
        self.counter.finish()
    }
}

/// The keys and values of an object, unread.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(std::borrow::Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry::<Key<'de>, &'de RawValue>()? {
            entries.push((entry.0.0, entry.1));
        }
        Ok(entries)
    }
}

/// A key; one without escapes is not copied.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] std::borrow::Cow<'a, str>);
