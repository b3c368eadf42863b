//! Rejected rows: the first are told on standard error, all are listed in a file, none is kept.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use crate::cli::files::{NewFile, Readers, cannot, words};
use crate::cli::{Failure, Output};
use crate::population::table::{Reject, Why, Wrong};
use crate::report::{cell, one_line, plain};

/// So many are told on standard error.
const TOLD: u64 = 10;

/// What becomes of rejected rows.
pub(super) struct Rejects<'a> {
    seen: u64,
    notices: Vec<String>,
    /// The columns in which something was no value of its fact.
    columns: BTreeSet<String>,
    list: Option<List<'a>>,
}

struct List<'a> {
    path: &'a Path,
    writer: csv::Writer<NewFile<'a>>,
    /// The first thing that went wrong: what calls cannot be told of it.
    failed: Option<csv::Error>,
}

impl<'a> Rejects<'a> {
    /// None yet; they are listed in this file, if one is given.
    pub(super) fn new(list: Option<&'a Path>) -> Result<Self, Failure> {
        Ok(Self { seen: 0, notices: Vec::new(), columns: BTreeSet::new(), list: list.map(List::begin).transpose()? })
    }

    /// A row of a table was rejected.
    pub(super) fn take(&mut self, table: &str, reject: &Reject) {
        self.seen += 1;
        let column = reject.column.as_deref();
        if self.seen <= TOLD {
            let column = column.map_or(String::new(), |column| format!(", column `{column}`"));
            self.notices.push(one_line(&format!("{table}:{}{column}: {}", reject.line, reject.why)));
        }
        if let (Why::Value(Wrong::Type | Wrong::Outside), Some(column)) = (reject.why, &reject.column) {
            self.columns.insert(column.clone());
        }
        if let Some(list) = &mut self.list {
            let column = cell(column.unwrap_or_default());
            list.write([&cell(table), &reject.line.to_string(), &column, &reject.why.to_string()]);
        }
    }

    /// How many there were so far.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Tells the first, and what their columns take, as `takes` says; gives the list its name.
    pub(super) fn finish(self, output: &Output, takes: impl Fn(&str) -> Option<String>) -> Result<(), Failure> {
        self.notices.iter().for_each(|notice| output.notice(&format!("{notice}\n")));
        if self.seen > TOLD {
            output.notice(&format!("and {} more rejected rows\n", self.seen - TOLD));
        }
        for column in &self.columns {
            if let Some(takes) = takes(column) {
                output.notice(&plain(&format!("column `{column}` takes: {takes}; nothing, where it is not known")));
                output.notice("\n");
            }
        }
        self.list.map_or(Ok(()), List::finish)
    }
}

impl<'a> List<'a> {
    fn begin(path: &'a Path) -> Result<Self, Failure> {
        let writer = csv::Writer::from_writer(NewFile::begin(path, Readers::Usual)?);
        let mut list = Self { path, writer, failed: None };
        list.write(["table", "line", "column", "wrong"]);
        Ok(list)
    }

    fn write(&mut self, cells: [&str; 4]) {
        if self.failed.is_none() {
            self.failed = self.writer.write_record(cells).err();
        }
    }

    fn finish(self) -> Result<(), Failure> {
        let failed = |error: io::Error| cannot("write", self.path, &words(&error));
        if let Some(error) = self.failed {
            return Err(failed(error.into()));
        }
        self.writer.into_inner().map_err(|error| failed(error.into_error()))?.finish()
    }
}
