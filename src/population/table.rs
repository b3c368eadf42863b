//! Tables: rows are read, counted by their bins, and forgotten.
//!
//! What comes out does not depend on how the rows were divided into blocks, nor on the threads: counts are
//! sums, and rejected rows are told in the order of the file.

#![expect(clippy::indexing_slicing, reason = "the header is a part of what was read first")]

mod blocks;
mod compression;
mod counter;
mod csv;
mod header;
mod identity;
mod json_lines;
#[cfg(feature = "parquet")]
pub mod parquet;
mod parts;
mod row;
mod values;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};

use super::coding::Coding;
use super::{Sink, TooMany};
use crate::limits::Limit;
use crate::semantics::Engine;
use header::Use;
pub use row::Broken;
pub use values::{Reader, Wrong};

/// What is to be read, and how.
pub struct Plan<'a> {
    /// The policy's engine.
    pub engine: &'a Engine<'a>,
    /// The facts that are read.
    pub coding: &'a Coding,
    /// For each column of the coding how the table's column is called.
    pub names: Vec<String>,
    /// The column that holds the weight of each row.
    pub weight: Option<String>,
    /// The column that says how many rows a row stands for.
    pub rows: Option<String>,
    /// Columns that are not to be read, whatever they hold; facts among them are not known.
    pub ignored: Vec<String>,
    /// What stands in cells and texts where a fact is not known, beside nothing.
    pub unknown: Vec<String>,
    /// Whether facts without a column are taken as not known.
    pub missing_as_unknown: bool,
    /// What parts cells; found out from the header without it.
    pub delimiter: Option<u8>,
    /// Whether quoted cells may hold line ends. Then one thread reads.
    pub multiline_cells: bool,
    /// How many rows may be rejected before the run is given up.
    pub max_rejects: u64,
    /// How many threads read; at least one does.
    pub threads: usize,
    /// How many bytes are read at once, about.
    pub block: usize,
    /// How many combinations a thread remembers before it hands them to its sink.
    pub remembered: usize,
}

impl<'a> Plan<'a> {
    /// Reads columns that are called as their facts, without weights, with one thread.
    #[must_use]
    pub fn new(engine: &'a Engine<'a>, coding: &'a Coding) -> Self {
        let name = |column: &super::coding::Column| engine.policy[column.fact].name.clone();
        Self {
            engine,
            coding,
            names: coding.columns.iter().map(name).collect(),
            weight: None,
            rows: None,
            ignored: Vec::new(),
            unknown: Vec::new(),
            missing_as_unknown: false,
            delimiter: None,
            multiline_cells: false,
            max_rejects: 100,
            threads: 1,
            block: 1 << 16,
            remembered: 1 << 18,
        }
    }

    /// How long a row may be, in bytes.
    fn row_bytes(&self) -> usize {
        self.engine.limits.length(Limit::RowBytes)
    }

    /// The columns that are read, each with what it is for.
    fn wanted(&self) -> impl Iterator<Item = (&str, Use)> {
        let facts = self.names.iter().enumerate().map(|(column, name)| (name.as_str(), Use::Fact(column)));
        let weight = self.weight.as_deref().map(|name| (name, Use::Weight));
        facts.chain(weight).chain(self.rows.as_deref().map(|name| (name, Use::Rows)))
    }
}

/// A table that was read.
pub struct Whole<S> {
    /// What became of its combinations.
    pub sink: S,
    /// How many rows there were: as many were counted as were not rejected.
    pub rows: u64,
    /// How many of them were rejected.
    pub rejected: u64,
}

/// A row that was not counted. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Its line in the table, from 1; the first, where it has several.
    pub line: u64,
    /// The column that is wrong, if one is.
    pub column: Option<String>,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It cannot be divided into cells.
    Row(Broken),
    /// A cell holds no value of its fact.
    Value(Wrong),
    /// A weight is missing, negative, no number, or has too many digits.
    Weight,
    /// How many rows it stands for is no whole number.
    Rows,
    /// It is no JSON object.
    Object,
    /// A key is there twice.
    KeyTwice,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Row(broken) => broken.fmt(f),
            Why::Value(wrong) => wrong.fmt(f),
            Why::Weight => f.write_str("not a weight: digits, at most 12 before the point and 18 after it"),
            Why::Rows => f.write_str("not a number of rows"),
            Why::Object => f.write_str("not a JSON object"),
            Why::KeyTwice => f.write_str("a key that is there twice"),
        }
    }
}

/// Why a table was not read, or not to its end.
#[derive(Debug)]
pub enum Refused {
    /// It cannot be read or unpacked.
    Input(io::Error),
    /// It has no header, or one that cannot be read.
    NoHeader(NoHeader),
    /// Columns that are wanted are missing.
    Missing {
        /// How they would be called.
        missing: Vec<String>,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// Its first line names none of the columns that are wanted: these facts. It may be no header.
    NoneThere(Vec<String>),
    /// No object of it has these keys, which are wanted.
    NoKey(Vec<String>),
    /// It is a table of combinations, and each of its rows was to count once.
    Combinations,
    /// A column that is read is there twice.
    Twice(String),
    /// A column is wanted for two facts, or for a fact and as a weight or number of rows.
    Shared(String),
    /// Columns look as if they told who somebody is.
    Identities {
        /// Each of these by itself.
        alone: Vec<String>,
        /// Exact days of birth, and places of residence, which do beside each other.
        together: [Vec<String>; 2],
    },
    /// The same of columns with these numbers, from 1 on, where the first line may be no header, but a row.
    PerhapsIdentities(Vec<usize>),
    /// More rows were rejected than the plan allows.
    Rejects,
    /// The sums are more than can be kept.
    TooMany,
    /// A column does not hold values of its fact.
    ColumnType {
        /// What it is called.
        name: String,
        /// What it holds instead, in words.
        holds: &'static str,
    },
    /// It is a Parquet file that does not come from a file, or that this build does not read.
    Parquet,
}

/// Why a table has no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHeader {
    /// Nothing stands in its first line.
    Empty,
    /// It is UTF-16.
    Utf16,
    /// It is packed in a ZIP file, as spreadsheets are.
    Zip,
    /// Its first line is not UTF-8.
    Encoding,
    /// It begins as a JSON array does.
    Array,
    /// Its first line cannot be divided into cells.
    Broken(Broken),
}

impl fmt::Display for NoHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoHeader::Broken(why) => return write!(f, "its header cannot be read: {why}"),
            NoHeader::Empty => "it has no header: the first line names the columns, and nothing stands in it",
            NoHeader::Utf16 => "it is UTF-16: save it as UTF-8",
            NoHeader::Zip => "it is a spreadsheet, or another packed file: save it as CSV, in UTF-8",
            NoHeader::Encoding => "its header is not UTF-8: save it as UTF-8",
            NoHeader::Array => "it begins as a JSON array does: write one object in each line, without commas between",
        })
    }
}

impl Refused {
    /// The same, without what may be the cells of a row.
    fn without_names(self, names: &[String]) -> Self {
        match self {
            Refused::Missing { missing, .. } => Refused::Missing { missing, found: Vec::new() },
            Refused::Identities { alone, together: [births, places] } => {
                let is_told = |name: &String| [&alone, &births, &places].iter().any(|told| told.contains(name));
                let numbers = (1..).zip(names).filter(|(_, name)| is_told(name)).map(|(number, _)| number);
                Refused::PerhapsIdentities(numbers.collect())
            }
            // These name what was asked for.
            other => other,
        }
    }
}

impl From<TooMany> for Refused {
    fn from(TooMany: TooMany) -> Self {
        Refused::TooMany
    }
}

/// Reads a table from a file: what [`read`] reads, and Parquet where this build does.
///
/// # Errors
/// When it is no table that may be read, or too many rows are rejected.
pub fn read_file<S: Sink>(
    #[cfg_attr(not(feature = "parquet"), expect(unused_mut, reason = "only Parquet is read twice"))] mut file: File,
    plan: &Plan<'_>,
    sink: impl Fn() -> S + Sync,
    on_reject: impl FnMut(&Reject) + Send,
    progress: impl FnMut(u64) + Send,
) -> Result<Whole<S>, Refused> {
    #[cfg(feature = "parquet")]
    if parquet::is_parquet(&mut file).map_err(Refused::Input)? {
        return parquet::read(file, plan, sink, on_reject, progress);
    }
    read(file, plan, sink, on_reject, progress)
}

/// Reads a table: CSV with a header, or lines of JSON objects; also packed by gzip or zstd.
///
/// Each thread fills a sink of its own; they are joined. Rejected rows are told in their order, up to one
/// more than the plan allows; `progress` is told how many bytes of the input were read.
///
/// # Errors
/// When it is no table that may be read, or too many rows are rejected.
pub fn read<S: Sink>(
    input: impl Read + Send,
    plan: &Plan<'_>,
    sink: impl Fn() -> S + Sync,
    on_reject: impl FnMut(&Reject) + Send,
    progress: impl FnMut(u64) + Send,
) -> Result<Whole<S>, Refused> {
    let text = match compression::unpacked(input, plan, progress).map_err(Refused::Input)? {
        compression::Unpacked::Text(text) => text,
        compression::Unpacked::Parquet => return Err(Refused::Parquet),
    };
    let mut blocks = blocks::Blocks::new(text, plan);
    let first = blocks.peek().map_err(Refused::Input)?;
    let mark = if first.text.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
    if first.text[mark..].trim_ascii_start().first() == Some(&b'{') {
        blocks.skip(mark);
        blocks.cut_at_lines();
        let met = json_lines::Met::none(plan);
        let whole = blocks::run(blocks, 0, plan, on_reject, || json_lines::Lines::new(plan, &met, sink()))?;
        if whole.rows > whole.rejected {
            met.all(plan)?;
        }
        return Ok(whole);
    }
    let header = header::Header::read(first.text, first.is_all, plan)?;
    let lines = memchr::memchr_iter(b'\n', &first.text[..header.length]).count() as u64;
    blocks.skip(header.length);
    let header = &header;
    blocks::run(blocks, lines, plan, on_reject, || csv::Rows::new(plan, header, sink()))
}
