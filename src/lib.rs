//! x
pub mod diagnostic;
pub mod model;
pub mod semantics;
pub mod syntax;
pub mod text;
pub use model::Policy;
