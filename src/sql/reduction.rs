//! The reduction: rows counted by what the rules tell apart.

use super::bins::{bins, combinations};
use super::{Source, Unwritten, comment};
use crate::population::coding::Column;

/// The columns beside the facts.
const ROWS: &str = "rows";
const WEIGHT: &str = "weight";

/// A query that gives a row for each combination of bins that occurs: a column for each fact that matters,
/// with the value that stands for its bin, `rows`, and where rows are weighted `weight`.
///
/// # Errors
/// When a bin has no value that can be written, or a fact's name cannot be that of a column.
pub fn reduction(source: &Source<'_>) -> Result<String, Unwritten> {
    let coding = source.coding(source.policy().consequence_ids());
    let named = |column: &Column| column.in_combinations(source.policy());
    source.refuse_names(coding.columns.iter().map(|column| (column.fact, named(column))), &[ROWS, WEIGHT])?;
    let mut lines = source.head();
    lines.extend(
        [
            "Each row is counted by what the rules tell apart: a value stands for all that none of them",
            "tells from it, NULL is not known, '!' is a value that is none of its fact's type.",
            "The result as CSV is read by `ensue tally --reduced`. Its counts are exact, small ones too.",
        ]
        .map(comment),
    );
    lines.push(combinations(source, &coding, &bins(source, &coding)?, named, [ROWS, WEIGHT], &[]) + ";\n");
    Ok(lines.join("\n"))
}
