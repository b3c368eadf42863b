//! Rules about coercive policies, each tied to who reported it, and what follows from them.
//!
//! A policy says under which conditions which consequences are reported, by whom. Ensue decides
//! for a profile, in which facts may be unknown, what follows, exactly: a status is settled when
//! every way of filling in the unknown facts gives it, and otherwise it is told on which facts
//! it depends. It says why, and according to whom.
//!
//! ```
//! let text = r#"
//!     source ministry "The ministry" published 2025-03-07
//!     claim passports by ministry "Clinics want a passport."
//!     fact passport "Holds a passport" : yes or no
//!     consequence no_clinic "Is refused by clinics" harm
//!     rule clinics "Clinics want a passport" per passports when not passport then no_clinic
//! "#;
//! let policy = ensue::Policy::load("clinics.ensue", |_path| Ok(text.into()))?;
//! let profile = policy.profile(r#"{"passport": false}"#)?;
//! assert_eq!(policy.evaluate(&profile)?[0].status, ensue::Status::Follows);
//!
//! let no_clinic = policy.consequence("no_clinic").expect("the policy declares it");
//! let why = policy.explain(&profile, no_clinic)?;
//! assert_eq!(why.outcome.because, [policy.fact("passport").expect("the policy declares it")]);
//! # Ok::<(), ensue::Diagnostics>(())
//! ```
//!
//! The library reads no file. Rules with imports are read from a disk by a closure:
//!
//! ```
//! let read = |path: &str| Ok(std::fs::read(path).map_err(|error| error.to_string())?.into());
//! let policy = ensue::Policy::load("rules/passports.ensue", read)?;
//! assert_eq!(policy.consequences.len(), 6);
//! # Ok::<(), ensue::Diagnostics>(())
//! ```
//!
//! The way of the data, each module using only those before it:
//!
//! 1. [`text`], [`limits`] and [`diagnostic`]: places in files, how much is read and searched, and what is wrong.
//! 2. [`syntax`]: from text to a tree; the canonical layout.
//! 3. [`model`]: from trees to a [`Policy`], names resolved and types checked.
//! 4. [`semantics`]: what follows, compiled into an [`Engine`]; [`scenarios`] holds it against
//!    what a policy's author expects.
//! 5. [`analysis`]: questions that need no profile; [`explore`]: what else is asked about one:
//!    options side by side, what would change it, when it changes.
//!    [`lint`]: what an author would want to know.
//! 6. `population`: tables of rows, counted; `sql`: the same, where a database counts them.
//! 7. [`words`] for readers; `graph`: pictures; [`json`], `report`, `lsp` and `cli`: formats, words, editors, files.
//!
//! Only `cli` and `lsp` read files or the terminal, and nothing reads the clock or the network.

// What cannot be is said with `expect` and a reason, and ends the run: never in an answer that is wrong.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::panic, clippy::unreachable, clippy::todo, clippy::unimplemented)
)]
// Of that on which answers rest, each file says why no index and no number can be wrong there. Excepted below are
// formats, words, pictures, findings and commands.
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

pub mod analysis;
#[cfg(feature = "cli")]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod cli;
pub mod diagnostic;
mod distinct;
pub mod explore;
#[cfg(feature = "graph")]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod graph;
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod json;
pub mod limits;
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod lint;
#[cfg(feature = "lsp")]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod lsp;
pub mod model;
mod never;
#[cfg(feature = "cli")]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod page;
#[cfg(feature = "population")]
pub mod population;
#[cfg(feature = "report")]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod report;
pub mod scenarios;
pub mod semantics;
#[cfg(feature = "population")]
pub mod sql;
pub mod syntax;
pub mod text;
pub mod words;

pub use diagnostic::Diagnostics;
pub use limits::{Limit, Limits};
pub use model::{Policy, Profile};
pub use semantics::{Engine, Explanation, Outcome, Status, View};
