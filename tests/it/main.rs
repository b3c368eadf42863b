//! One test program: properties against brute force, the corpus, the command line, the docs.
//!
//! What needs no more than the library and its counting of tables is built without the command line too, in half of
//! the time: `tests/mutation` builds it thousands of times.

mod article;
#[cfg(feature = "cli")]
mod ask;
#[cfg(feature = "cli")]
mod broken;
mod calendar;
mod change;
#[cfg(feature = "cli")]
mod chart;
#[cfg(feature = "cli")]
mod claims;
#[cfg(feature = "cli")]
mod cli;
mod compare;
#[cfg(feature = "cli")]
mod compatibility;
mod conformance;
#[cfg(feature = "cli")]
mod corpus;
mod coverage;
mod difference;
mod differential;
mod disclosure;
#[cfg(feature = "cli")]
mod docs;
mod duckdb;
mod eight;
#[cfg(feature = "cli")]
mod examples;
#[cfg(feature = "cli")]
mod fix;
mod format;
mod formulas;
mod generate;
#[cfg(feature = "cli")]
mod graph;
#[cfg(feature = "cli")]
mod html;
mod interview;
mod limits;
mod lints;
#[cfg(feature = "lsp")]
mod lsp;
#[cfg(feature = "cli")]
mod new;
#[cfg(feature = "cli")]
mod page;
#[cfg(feature = "parquet")]
mod parquet;
mod population;
mod properties;
#[cfg(feature = "cli")]
mod report;
#[cfg(feature = "cli")]
mod schemas;
mod sql;
#[cfg(feature = "cli")]
mod synthetic;
#[cfg(feature = "cli")]
mod tally;
mod timeline;
mod traceability;
mod why;
