//! Columns as bins: which value stands for all that no rule can tell from it.

#![expect(clippy::indexing_slicing, reason = "bins and columns are those of the plan")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of cells, and bins from one on")]

use std::ops::Bound;

use super::{REJECTED, Source, Unwritten, comment, indented, listed, one_of};
use crate::model::{FactType, Items, Value};
use crate::never::never;
use crate::population::coding::{Bin, Coding, Column};

/// Past it, numbers have more digits than values of facts have; not finite ones lie past it too.
/// A double, since every type of number compares with doubles.
const FAR: &str = "1E28";

/// From this on, a weight has too many digits.
const FAR_WEIGHT: &str = "1E12";

/// The column of a row's weight, and that of the sum for a combination.
pub(super) const WEIGHT: &str = "_weight";

/// The value that stands for a bin, as tables write it.
pub(super) fn written(source: &Source<'_>, column: &Column, bin: Bin) -> Result<String, Unwritten> {
    let value = column.value(bin).ok_or(Unwritten::NoValue(column.fact))?;
    Ok(source.policy().written(column.fact, value))
}

fn item_name(items: &Items, item: u32) -> &str {
    items.get_index(item as usize).expect("a value is of its fact's type").0
}

/// The query that gives each row's bins: values as text, NULL where nothing is known, [`REJECTED`] where
/// the value is none of the fact's type. With weights, the column [`WEIGHT`]: NULL where it is none.
pub(super) fn bins(source: &Source<'_>, coding: &Coding) -> Result<String, Unwritten> {
    let policy = source.policy();
    let mut columns = Vec::new();
    for column in &coding.columns {
        let cases: Vec<String> =
            cases(source, column)?.into_iter().map(|(when, then)| format!("  WHEN {when} THEN {then}\n")).collect();
        columns.push(format!(
            "{}\nCASE\n{}END AS {}",
            comment(&policy[column.fact].label),
            cases.concat(),
            source.named(column.fact)
        ));
    }
    if let Some(weight) = source.weight {
        let weight = qualified(source, weight);
        columns.push(format!(
            "CASE WHEN {weight} >= 0 AND {weight} < {FAR_WEIGHT} THEN {weight} END AS {}",
            source.dialect.name(WEIGHT)
        ));
    }
    if columns.is_empty() {
        // A query needs a column.
        columns.push(format!("1 AS {}", source.dialect.name("_row")));
    }
    Ok(format!("SELECT\n{}\nFROM {} AS r", listed(&columns, 2), source.table.name(source.dialect)))
}

/// A column of the table, told from columns of the result that have the same name.
fn qualified(source: &Source<'_>, column: &str) -> String {
    format!("r.{}", source.dialect.name(column))
}

/// The conditions of a column, the first of which that holds says what is written. None holds of NULL.
fn cases(source: &Source<'_>, column: &Column) -> Result<Vec<(String, String)>, Unwritten> {
    let (dialect, kind) = (source.dialect, &source.policy()[column.fact].kind);
    let from = qualified(source, &source.columns[column.fact.index()]);
    let bins = 1..u32::try_from(column.count()).expect("bins have numbers");
    let mut values = Vec::new();
    for bin in bins {
        values.push(dialect.text(&written(source, column, bin)?));
    }
    let rejected = dialect.text(REJECTED);
    Ok(match kind {
        FactType::YesNo => {
            let answers = [format!("NOT {from}"), from];
            answers.into_iter().zip(values).rev().collect()
        }
        FactType::OneOf(items) => {
            let mut inside: Vec<Vec<String>> = vec![Vec::new(); values.len()];
            for item in 0..u32::try_from(items.len()).expect("items have numbers") {
                let bin = column.bin(source.engine, Value::Item(item));
                inside[bin as usize - 1].push(dialect.text(item_name(items, item)));
            }
            let within = inside.into_iter().map(|items| format!("{from} {}", one_of(&items)));
            within.zip(values).chain([(format!("{from} IS NOT NULL"), rejected)]).collect()
        }
        FactType::Number { .. } | FactType::Date => {
            let outside = (outside(source, kind, &from), rejected);
            let below = (0..).take(values.len()).map(|cell| {
                let (_, high) = source.engine.cells().bounds(source.policy(), column.fact, cell..cell + 1);
                match high {
                    Bound::Included(value) => format!("{from} <= {}", dialect.constant(value)),
                    Bound::Excluded(value) => format!("{from} < {}", dialect.constant(value)),
                    Bound::Unbounded => format!("{from} IS NOT NULL"),
                }
            });
            std::iter::once(outside).chain(below.zip(values)).collect()
        }
    })
}

/// Whether a number or a date is none of its fact's type. All three engines hold NaN greater than any number.
fn outside(source: &Source<'_>, kind: &FactType, from: &str) -> String {
    match kind {
        FactType::Number { whole, range } => {
            let (least, greatest) = range.map_or_else(
                || (format!("-{FAR}"), FAR.to_owned()),
                |(least, greatest)| (least.to_string(), greatest.to_string()),
            );
            let fraction = if *whole { format!(" OR {}", source.dialect.has_fraction(from)) } else { String::new() };
            format!("{from} < {least} OR {from} > {greatest}{fraction}")
        }
        FactType::Date => format!("{from} < DATE '0001-01-01' OR {from} > DATE '9999-12-31'"),
        FactType::YesNo | FactType::OneOf(_) => never("only numbers and dates have bounds"),
    }
}

/// The query that counts rows of equal bins: the facts' columns, called as `named` says, then `rows` and, where
/// rows are weighted, `weight`, under the names that are given. Rows with a weight that is none are apart, their sum NULL.
pub(super) fn combinations(
    source: &Source<'_>,
    coding: &Coding,
    bins: &str,
    named: impl Fn(&Column) -> String,
    [rows, weight]: [&str; 2],
    more: &[String],
) -> String {
    let dialect = source.dialect;
    let named = |column: &Column| {
        let (name, wanted) = (source.named(column.fact), dialect.name(&named(column)));
        if name == wanted { name } else { format!("{name} AS {wanted}") }
    };
    let mut columns: Vec<String> = coding.columns.iter().map(named).collect();
    let mut group: Vec<String> = coding.columns.iter().map(|column| source.named(column.fact)).collect();
    columns.push(format!("COUNT(*) AS {}", dialect.name(rows)));
    if source.weight.is_some() {
        let of_row = dialect.name(WEIGHT);
        columns.push(format!("SUM({of_row}) AS {}", dialect.name(weight)));
        group.push(format!("{of_row} IS NULL"));
    }
    columns.extend_from_slice(more);
    let group = if group.is_empty() { String::new() } else { format!("\nGROUP BY\n{}", listed(&group, 2)) };
    format!("SELECT\n{}\nFROM (\n{}\n) AS bins{group}", listed(&columns, 2), indented(bins, 2))
}
