//! Names and literals as each engine writes them.

#![expect(clippy::arithmetic_side_effects, reason = "places in a text in memory")]

use crate::model::Value;
use crate::never::never;

/// Whose SQL is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// PostgreSQL, from version 12 on.
    PostgreSql,
    /// Spark SQL, from version 3.4 on.
    Spark,
}

impl Dialect {
    /// A name of a table or column, quoted.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        let quote = match self {
            Dialect::DuckDb | Dialect::PostgreSql => "\"",
            Dialect::Spark => "`",
        };
        format!("{quote}{}{quote}", name.replace(quote, &quote.repeat(2)))
    }

    /// A text, quoted.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        match self {
            Dialect::Spark => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            // Read alike whether or not `standard_conforming_strings` is on.
            Dialect::PostgreSql if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            Dialect::DuckDb | Dialect::PostgreSql => format!("'{}'", text.replace('\'', "''")),
        }
    }

    /// A number or a date, as a literal of its type.
    ///
    /// # Panics
    /// When it is neither.
    pub(super) fn constant(self, value: Value) -> String {
        match value {
            Value::Number(number) => number.to_string(),
            Value::Date(date) => format!("DATE '{date}'"),
            Value::YesNo(_) | Value::Item(_) => never("only numbers and dates are compared"),
        }
    }

    /// Whether a number is no whole one; what is not finite may be or not.
    pub(super) fn has_fraction(self, column: &str) -> String {
        match self {
            Dialect::DuckDb | Dialect::PostgreSql => format!("FLOOR({column}) <> {column}"),
            // Spark's FLOOR of a double is cut off at 64 bits.
            Dialect::Spark => format!("{column} % 1 <> 0"),
        }
    }

    /// How a subquery begins that is worked out once and not copied to where it is named: copies of
    /// copies would double with each step. The other engines make none.
    pub(super) fn once(self) -> &'static str {
        match self {
            Dialect::PostgreSql => "AS MATERIALIZED (",
            Dialect::DuckDb | Dialect::Spark => "AS (",
        }
    }

    /// How many bytes of a name are kept.
    pub(super) fn longest_name(self) -> Option<usize> {
        match self {
            Dialect::PostgreSql => Some(63),
            Dialect::DuckDb | Dialect::Spark => None,
        }
    }
}

/// The name of a table: its parts, such as a schema's name and its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table(pub(super) Vec<String>);

impl Table {
    /// Reads `survey`, `schema.survey` or `"a.b"."c ""d"""`: as SQL does, but that what stands without
    /// quotes is taken as it is. `None` where a part is empty, a quote is not closed or there are control
    /// characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = match rest.strip_prefix('"') {
                Some(quoted) => read_quoted(quoted)?,
                None => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    (rest[..end].to_owned(), &rest[end..])
                }
            };
            if part.is_empty() || part.contains(char::is_control) {
                return None;
            }
            parts.push(part);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None => return after.is_empty().then_some(Self(parts)),
            }
        }
    }

    pub(super) fn name(&self, dialect: Dialect) -> String {
        self.0.iter().map(|part| dialect.name(part)).collect::<Vec<_>>().join(".")
    }
}

/// A quoted part, after its first quote, and what stands behind it.
fn read_quoted(text: &str) -> Option<(String, &str)> {
    let mut part = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                part.push('"');
                rest = next;
            }
            None => return Some((part, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Table};

    #[test]
    fn names_and_texts_keep_what_they_hold() {
        assert_eq!(Dialect::DuckDb.name("a\"b`c"), "\"a\"\"b`c\"");
        assert_eq!(Dialect::Spark.name("a\"b`c"), "`a\"b``c`");
        assert_eq!(Dialect::DuckDb.text("it's \\"), "'it''s \\'");
        assert_eq!(Dialect::PostgreSql.text("it's"), "'it''s'");
        assert_eq!(Dialect::PostgreSql.text("it's \\"), "E'it''s \\\\'");
        assert_eq!(Dialect::Spark.text("it's \\"), "'it\\'s \\\\'");
    }

    #[test]
    fn tables_have_parts() {
        let parts = |text| Table::parse(text).map(|table| table.0);
        let owned = |parts: &[&str]| Some(parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>());
        assert_eq!(parts("survey"), owned(&["survey"]));
        assert_eq!(parts("main.Survey 2025"), owned(&["main", "Survey 2025"]));
        assert_eq!(parts("\"a.b\".\"c \"\"d\"\"\""), owned(&["a.b", "c \"d\""]));
        assert_eq!(parts("a\"; DROP TABLE b"), owned(&["a\"; DROP TABLE b"]));
        for refused in ["", ".", "a.", ".a", "a..b", "\"a", "\"a\"b", "\"\"", "a\nb", "a\0b"] {
            assert_eq!(parts(refused), None, "{refused:?}");
        }
    }
}
