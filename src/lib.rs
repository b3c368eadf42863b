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
//! let outcomes = policy.evaluate(&policy.profile(r#"{"passport": false}"#)?)?;
//! assert_eq!(outcomes[0].status, ensue::Status::Follows);
//! # Ok::<(), ensue::Diagnostics>(())
//! ```
//!
//! The way of the data, each module using only those before it:
//!
//! 1. [`text`] and [`diagnostic`]: places in files, and what is wrong there.
//! 2. [`syntax`]: from text to a tree; the canonical layout.
//! 3. [`model`]: from trees to a [`Policy`], names resolved and types checked.
//! 4. [`semantics`]: what follows, compiled into an [`Engine`]; [`scenarios`] holds it against
//!    what a policy's author expects.
//! 5. [`json`], `report` and `cli`: formats, words, files.
//!
//! Only `cli` reads files or the terminal, and nothing reads the clock or the network.

#[cfg(feature = "cli")]
pub mod cli;
pub mod diagnostic;
pub mod json;
pub mod model;
#[cfg(feature = "cli")]
pub mod report;
pub mod scenarios;
pub mod semantics;
pub mod syntax;
pub mod text;

pub use diagnostic::Diagnostics;
pub use model::{Policy, Profile};
pub use semantics::{Engine, Explanation, Outcome, Status, View};
