//! Questions that need no profile: what holds for some profile, for every one, on some date.
//!
//! Exact, by decision diagrams, within a budget of counted steps; where that is used up, the
//! answer is "not decided", and never a guess.

pub mod coverage;
pub mod days;
pub mod difference;
pub mod parts;
pub mod regions;
pub mod space;
pub mod together;
pub mod traceability;
