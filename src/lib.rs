//! x
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
