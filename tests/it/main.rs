//! One test program: properties against brute force, the corpus, the command line, the docs.

mod article;
mod broken;
mod calendar;
mod change;
mod chart;
mod claims;
mod cli;
mod compare;
mod compatibility;
mod conformance;
mod corpus;
mod coverage;
mod difference;
mod differential;
mod docs;
mod examples;
mod fix;
mod format;
mod formulas;
mod generate;
mod graph;
mod html;
mod interview;
mod limits;
mod lints;
#[cfg(feature = "lsp")]
mod lsp;
mod new;
mod page;
#[cfg(feature = "parquet")]
mod parquet;
mod population;
mod properties;
mod report;
mod schemas;
mod sql;
mod synthetic;
mod timeline;
mod why;
