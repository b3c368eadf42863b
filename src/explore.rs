//! What somebody asks about one profile beyond its outcomes: options, values or sources side by side,
//! what would have to be otherwise, when it changes, what to ask for next.
//!
//! Builds data only; `report` finds the words.

pub mod change;
pub mod compare;
pub mod interview;
pub mod timeline;
pub mod values;
