//! Parquet files: columns of values, read part by part and counted as other tables are.

#![expect(clippy::indexing_slicing, reason = "columns and rows are those of the batch at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of rows in a file")]

mod compact;
mod pages;
mod plain;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use ::parquet::basic::Compression;
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use ::parquet::file::serialized_reader::SerializedPageReader;
use ::parquet::schema::types::ColumnDescPtr;

use super::compression::ALWAYS_ALLOWED;
use super::counter::Counter;
use super::header::{self, Use};
use super::parts::{self, Found};
use super::values::{Memory, Reader, Wrong};
use super::{Plan, Refused, Reject, Whole, Why};
use crate::limits::Limit;
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::{Count, Sink, TooMany, Weight};
use pages::{Pages, Source, WithValues};
use plain::{Holds, Plain};

/// Whether a file is a Parquet file; it is then read from its beginning again.
///
/// # Errors
/// When it cannot be read.
pub(super) fn is_parquet(file: &mut File) -> io::Result<bool> {
    // What is no file, as a pipe is, cannot be read again.
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut first = Vec::new();
    file.take(4).read_to_end(&mut first)?;
    file.rewind()?;
    Ok(first == b"PAR1")
}

/// A column that is read.
struct Column {
    /// Its place among all columns.
    place: usize,
    name: String,
    used: Use,
    holds: Holds,
    schema: ColumnDescPtr,
}

/// Reads a Parquet file, as `table::read` reads other tables. Rows stand for lines in what is rejected.
///
/// # Errors
/// When it is damaged, says that it is larger than may be, or has columns that no fact can be read from.
pub(super) fn read<S: Sink>(
    file: File,
    plan: &Plan<'_>,
    sink: impl Fn() -> S + Sync,
    on_reject: impl FnMut(&Reject) + Send,
    progress: impl FnMut(u64) + Send,
) -> Result<Whole<S>, Refused> {
    let source = Arc::new(Source::new(file, plan.engine.limits).map_err(Refused::Input)?);
    let footer = source.footer().map_err(Refused::Input)?.ok_or_else(|| damaged(&source, "at its end"))?;
    let metadata =
        guarded(|| ParquetMetaDataReader::decode_metadata(&footer)).map_err(|_| damaged(&source, "at its end"))?;
    drop(footer);
    let columns = columns(&metadata, plan)?;
    let groups = metadata.row_groups();
    let rows = groups.iter().try_fold(0_u64, |sum, group| sum.checked_add(u64::try_from(group.num_rows()).ok()?));
    let most = ALWAYS_ALLOWED.max(source.length().saturating_mul(plan.engine.limits.of(Limit::Expansion)));
    if rows.is_none_or(|rows| rows > most) {
        let raise = plan.engine.limits.raise(Limit::Expansion);
        let why = format!("it says that it has more rows than a file of its length may; if that is right, {raise}");
        return Err(Refused::Input(io::Error::other(why)));
    }
    let progress = Mutex::new(progress);
    let told = || (progress.lock().expect("no thread panics with it"))(source.read());
    let next = AtomicUsize::new(0);
    parts::run(plan.threads.min(groups.len()), 0, plan, on_reject, |parts| {
        let mut rows = Rows::new(plan, &source, &columns, sink());
        while !parts.is_stopped() {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(group) = groups.get(number) else { break };
            let mut found = Found::default();
            if let Err(refused) = rows.read(group, number, &mut found, told) {
                found.refused = Some(refused);
            }
            parts.take(number as u64, found);
        }
        Ok(rows.counter.finish()?)
    })
}

/// Why a file is not read on: a limit was passed, or it is damaged.
fn damaged(source: &Source, place: &str) -> Refused {
    Refused::Input(io::Error::other(match source.passed() {
        Some(passed) => format!("{passed} ({place})"),
        None => format!("it is damaged, or not complete, or written in a way that is not read: {place}"),
    }))
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is in the library that reads the format. On damaged files it may panic, which is
/// caught: a hook need say nothing of it.
#[must_use]
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    IS_GUARDED.set(true);
    // What a panic leaves behind is not used again: the run ends.
    let done = catch_unwind(AssertUnwindSafe(read));
    IS_GUARDED.set(false);
    done.unwrap_or_else(|_| Err(ParquetError::General("the library gave up".to_owned())))
}

/// The columns that are read, in the file's order.
fn columns(metadata: &ParquetMetaData, plan: &Plan<'_>) -> Result<Vec<Column>, Refused> {
    let schema = metadata.file_metadata().schema_descr_ptr();
    let names: Vec<String> = schema.columns().iter().map(|column| column.path().string()).collect();
    let uses = header::uses(plan, &names, true)?;
    let read = names.into_iter().zip(uses).enumerate().filter(|(_, (_, used))| *used != Use::Unread);
    read.map(|(place, (name, used))| {
        let schema = schema.column(place);
        let holds = Holds::of(&schema);
        let fits = |holds: &Holds| match used {
            Use::Fact(column) => holds.may_be(&plan.engine.policy[plan.coding.columns[column].fact].kind),
            Use::Weight => matches!(holds, Holds::Number { .. } | Holds::Floating | Holds::Text),
            Use::Rows => matches!(holds, Holds::Number { scale: 0, .. } | Holds::Text),
            Use::Unread => false,
        };
        match holds.filter(fits) {
            Some(holds) => Ok(Column { place, name, used, holds, schema }),
            None => {
                let holds = holds.map_or("what no fact has", Holds::describe);
                Err(Refused::ColumnType { name, holds })
            }
        }
    })
    .collect()
}

/// So many rows are read at once.
const BATCH: usize = 4096;

/// Reads rows for one thread.
struct Rows<'a, S> {
    plan: &'a Plan<'a>,
    source: &'a Arc<Source>,
    columns: &'a [Column],
    facts: Vec<Fact<'a>>,
    /// For each column of the coding the bins of all rows that are read at once.
    bins: Vec<Vec<Bin>>,
    counts: Vec<Count>,
    /// What is wrong with the rows that are not counted: the first column in which something is.
    wrong: BTreeMap<usize, (usize, Why)>,
    counter: Counter<S>,
}

impl<'a, S: Sink> Rows<'a, S> {
    fn new(plan: &'a Plan<'a>, source: &'a Arc<Source>, columns: &'a [Column], sink: S) -> Self {
        let facts = &plan.coding.columns;
        Self {
            plan,
            source,
            columns,
            facts: facts
                .iter()
                .map(|column| Fact::new(Reader::new(plan.engine, column, &plan.unknown), facts.len()))
                .collect(),
            bins: vec![vec![NOT_KNOWN; BATCH]; facts.len()],
            counts: Vec::with_capacity(BATCH),
            wrong: BTreeMap::new(),
            counter: Counter::new(plan.coding, plan.remembered, sink),
        }
    }

    /// Reads the rows of a group.
    fn read(
        &mut self,
        group: &RowGroupMetaData,
        number: usize,
        found: &mut Found,
        told: impl Fn(),
    ) -> Result<(), Refused> {
        // INVARIANT: the sum of all groups' rows is a number of rows.
        let rows = group.num_rows().unsigned_abs();
        let place = |column: &Column| {
            damaged(self.source, &format!("column `{}`, part {} of the file", column.name, number + 1))
        };
        let mut readers = self
            .columns
            .iter()
            .map(|column| {
                let pages = self.pages(group.column(column.place), rows).ok_or_else(|| place(column))?;
                Ok(get_column_reader(column.schema.clone(), pages))
            })
            .collect::<Result<Vec<ColumnReader>, Refused>>()?;
        if self.columns.is_empty() {
            self.counter.add(&vec![NOT_KNOWN; self.bins.len()], Count { rows, weight: Weight::ZERO })?;
            found.lines = rows;
            found.count(rows)?;
            return Ok(());
        }
        while found.lines < rows {
            let batch = usize::try_from(rows - found.lines).map_or(BATCH, |left| left.min(BATCH));
            self.counts.clear();
            self.counts.resize(batch, Count { rows: 1, weight: Weight::ZERO });
            for (index, reader) in readers.iter_mut().enumerate() {
                self.column(index, reader, batch).map_err(|_| place(&self.columns[index]))?;
            }
            self.count(found)?;
            found.lines += batch as u64;
            told();
        }
        Ok(())
    }

    /// Counts the rows that were read.
    fn count(&mut self, found: &mut Found) -> Result<(), TooMany> {
        let Self { bins, counts, counter, .. } = self;
        let mut add = |rows: Range<usize>, found: &mut Found| {
            counter.add_rows(bins, rows.start, &counts[rows.clone()])?;
            match self.plan.rows {
                None => found.count(rows.len() as u64),
                Some(_) => counts[rows].iter().try_for_each(|count| found.count(count.rows)),
            }
        };
        let mut row = 0;
        for (wrong, (column, why)) in std::mem::take(&mut self.wrong) {
            add(row..wrong, found)?;
            let name = &self.columns[column].name;
            found.reject(counts[wrong].rows, self.plan, found.lines + wrong as u64, Some(name), why)?;
            row = wrong + 1;
        }
        add(row..counts.len(), found)
    }

    /// The pages of a column, where what is said of them can be right.
    fn pages(&self, column: &ColumnChunkMetaData, rows: u64) -> Option<Box<WithValues<SerializedPageReader<Pages>>>> {
        let packing = column.compression();
        let is_read = matches!(
            packing,
            Compression::UNCOMPRESSED
                | Compression::SNAPPY
                | Compression::GZIP(_)
                | Compression::ZSTD(_)
                | Compression::LZ4_RAW
        );
        let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
        let end = u64::try_from(start).ok()?.checked_add(u64::try_from(column.compressed_size()).ok()?)?;
        let is_right = is_read && end <= self.source.length() && u64::try_from(column.num_values()) == Ok(rows);
        let pages = Arc::new(Pages::new(self.source.clone(), packing));
        let rows = usize::try_from(rows).ok().filter(|_| is_right)?;
        guarded(|| SerializedPageReader::new(pages, column, rows, None)).ok().map(WithValues).map(Box::new)
    }

    /// Reads the next values of a column.
    fn column(&mut self, index: usize, reader: &mut ColumnReader, batch: usize) -> Result<(), ParquetError> {
        match reader {
            ColumnReader::BoolColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::Int32ColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::Int64ColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::FloatColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::DoubleColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::ByteArrayColumnReader(reader) => self.values(index, reader, batch),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => self.values(index, reader, batch),
            // INVARIANT: no column that is read holds these.
            ColumnReader::Int96ColumnReader(_) => Err(ParquetError::General("times".to_owned())),
        }
    }

    fn values<T: DataType<T: Plain>>(
        &mut self,
        index: usize,
        reader: &mut ColumnReaderImpl<T>,
        batch: usize,
    ) -> Result<(), ParquetError> {
        let Column { used, holds, schema, .. } = &self.columns[index];
        let most = schema.max_def_level();
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        // The library goes from page to page until it has so many, or there are no more.
        let (read, ..) = guarded(|| reader.read_records(batch, Some(&mut levels), None, &mut values))?;
        if read < batch {
            return Err(ParquetError::EOF("too few values".to_owned()));
        }
        // Where a value may be missing the library reads as many as there are levels that say it is not; else there
        // are no levels.
        levels.resize(batch, most);
        let is_known = |row: usize| levels[row] == most;
        let mut present = values.iter();
        let each_row = (0..batch).map(|row| if is_known(row) { present.next() } else { None });
        let mut text = Vec::new();
        let mut wrong = |row: usize, why| {
            self.wrong.entry(row).or_insert((index, why));
        };
        match used {
            Use::Fact(column) => {
                let (fact, bins) = (&mut self.facts[*column], &mut self.bins[*column][..batch]);
                fact.read(&values, *holds, batch);
                let mut next = 0;
                for (bin, level) in bins.iter_mut().zip(&levels) {
                    let is_known = *level == most;
                    // INVARIANT: there are as many as rows. Which are known is not guessed: it would often be wrong.
                    *bin = std::hint::select_unpredictable(is_known, fact.bins[next], NOT_KNOWN);
                    next += usize::from(is_known);
                }
                let rows = bins.iter().enumerate().filter(|(_, bin)| **bin == NO_BIN);
                rows.zip(&fact.wrong).for_each(|((row, _), why)| wrong(row, Why::Value(*why)));
            }
            Use::Weight => {
                for ((row, value), count) in each_row.enumerate().zip(&mut self.counts) {
                    match Weight::parse(written(value, *holds, &mut text)) {
                        Some(weight) => count.weight = weight,
                        None => wrong(row, Why::Weight),
                    }
                }
            }
            Use::Rows => {
                for ((row, value), count) in each_row.enumerate().zip(&mut self.counts) {
                    match super::csv::rows(written(value, *holds, &mut text)) {
                        Some(rows) => count.rows = rows,
                        None => wrong(row, Why::Rows),
                    }
                }
            }
            Use::Unread => {}
        }
        Ok(())
    }
}

/// Reads the values of a fact.
struct Fact<'a> {
    reader: Reader<'a>,
    /// The bins of the values of which there are few, by their number.
    few: [Bin; FEW],
    memory: Memory<2>,
    /// The bins of the values that were read last, and 0 behind them.
    bins: Vec<Bin>,
    /// Why some of them are wrong, in their order.
    wrong: Vec<Wrong>,
}

/// So many values have numbers.
const FEW: usize = 1 << u8::BITS;

/// In place of a bin: a value was not met, or is none of its fact.
const NO_BIN: Bin = Bin::MAX;

impl<'a> Fact<'a> {
    fn new(reader: Reader<'a>, facts: usize) -> Self {
        Self { reader, few: [NO_BIN; FEW], memory: Memory::new(facts), bins: Vec::new(), wrong: Vec::new() }
    }

    /// Reads values, at most so many.
    fn read<T: Plain>(&mut self, values: &[T], holds: Holds, most: usize) {
        self.bins.clear();
        self.wrong.clear();
        for value in values {
            let few = value.number().map_or(NO_BIN, |number| self.few[usize::from(number)]);
            let bin = if few == NO_BIN { self.value(value, holds) } else { few };
            self.bins.push(bin);
        }
        self.bins.resize(most, NOT_KNOWN);
    }

    /// The bin of a value that has no number, or was not met.
    fn value<T: Plain>(&mut self, value: &T, holds: Holds) -> Bin {
        let key = value.key();
        if let Some(said) = key.and_then(|key| self.memory.said(&key)) {
            return Bin::try_from(said).expect("a bin");
        }
        match self.reader.cell(written(Some(value), holds, &mut Vec::new())) {
            Ok(bin) => {
                if let Some(number) = value.number() {
                    self.few[usize::from(number)] = bin;
                } else if let Some(key) = key {
                    self.memory.keep(key, bin.into());
                }
                bin
            }
            Err(why) => {
                self.wrong.push(why);
                NO_BIN
            }
        }
    }
}

/// A value as it would stand in a text table: nothing, where it is missing.
fn written<'t, T: Plain>(value: Option<&T>, holds: Holds, text: &'t mut Vec<u8>) -> &'t [u8] {
    text.clear();
    value.inspect(|value| value.write(holds, text));
    text.trim_ascii()
}

#[cfg(test)]
mod tests {
    use super::{ParquetError, guarded, is_guarded};

    /// The library's panics are errors; that they come from it is known while they are told, and no longer.
    #[test]
    fn panics_of_the_library_are_caught() {
        assert!(!is_guarded());
        assert!(guarded(|| Ok(is_guarded())).expect("it is read"));
        assert!(!is_guarded());
        let failed = guarded::<()>(|| Err(ParquetError::General("damaged".to_owned())));
        assert!(failed.is_err_and(|why| why.to_string().contains("damaged")));
        let gave_up = guarded::<()>(|| panic!("as the library does"));
        assert!(gave_up.is_err_and(|why| why.to_string().contains("gave up")));
        assert!(!is_guarded());
    }
}
