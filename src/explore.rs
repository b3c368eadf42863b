//! What somebody asks about one profile beyond its outcomes: ways, values or sources side by side.
//!
//! Builds data only; `report` finds the words.

pub mod change;
pub mod compare;
pub mod values;
