//! Populations: tables are counted, people are not screened.
//!
//! Rows become bins of facts, equal combinations of bins are counted together, and each
//! combination is decided once, exactly. Nothing that is kept or written is about one row.

pub mod coding;
pub mod counted;
pub mod small;
pub mod synthetic;
pub mod table;
pub mod tally;
mod weight;

pub use weight::Weight;

use coding::Bin;

/// How many rows, and what they weigh together; nothing where no weight is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many rows.
    pub rows: u64,
    /// The sum of their weights.
    pub weight: Weight,
}

/// The sum of counts is more than can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

impl Count {
    /// Adds another count.
    ///
    /// # Errors
    /// When the sum is more than can be kept.
    #[inline]
    pub fn add(&mut self, other: Count) -> Result<(), TooMany> {
        self.rows = self.rows.checked_add(other.rows).ok_or(TooMany)?;
        // Most tables have no weights.
        if other.weight != Weight::ZERO {
            self.weight = self.weight.checked_add(other.weight).ok_or(TooMany)?;
        }
        Ok(())
    }
}

/// What becomes of the combinations of a table. Each thread fills one of its own; sums do not depend
/// on the order, so the whole is the same however the rows were divided.
pub trait Sink: Send + Sized {
    /// So many rows have this combination: a bin for each column of the coding. The same combination
    /// may come several times, where there are too many to be remembered.
    ///
    /// # Errors
    /// When the sums are more than can be kept.
    fn take(&mut self, combination: &[Bin], count: Count) -> Result<(), TooMany>;

    /// Takes all that another thread counted.
    ///
    /// # Errors
    /// When the sums are more than can be kept.
    fn join(&mut self, other: Self) -> Result<(), TooMany>;
}
