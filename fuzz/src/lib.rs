//! What is fuzzed: each target is a function of bytes that panics where a promise is not kept.
//!
//! The same functions are run by libFuzzer (`fuzz_targets`) and, on the corpus, by `replay`.

#![forbid(unsafe_code)]

mod calendar;
mod dates;
mod draw;
mod encoders;
mod evaluate;
mod grammar;
mod lsp;
#[cfg(feature = "parquet")]
mod parquet;
mod parse;
mod profile;
mod rules;
mod small;
mod sql;
mod table;

pub use dates::dates;
pub use encoders::encoders;
pub use evaluate::evaluate;
pub use grammar::grammar;
pub use lsp::lsp;
#[cfg(feature = "parquet")]
pub use parquet::parquet;
pub use parse::parse;
pub use profile::profile;
pub use sql::sql;
pub use table::table;

/// Does something with bytes, and panics where a promise is not kept.
pub type Target = fn(&[u8]);

/// Every target, by the name of its folder in `corpus`.
pub const TARGETS: &[(&str, Target)] = &[
    ("dates", dates),
    ("encoders", encoders),
    ("evaluate", evaluate),
    ("grammar", grammar),
    ("lsp", lsp),
    #[cfg(feature = "parquet")]
    ("parquet", parquet),
    ("parse", parse),
    ("profile", profile),
    ("sql", sql),
    ("table", table),
];

/// Whether this thread panics where the product expects that: the library that reads Parquet gives up on some
/// damaged files in this way.
#[must_use]
pub fn is_expected() -> bool {
    #[cfg(feature = "parquet")]
    let is_expected = ensue::population::table::parquet::is_guarded();
    #[cfg(not(feature = "parquet"))]
    let is_expected = false;
    is_expected
}
