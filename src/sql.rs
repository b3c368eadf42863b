//! Populations that stay where they are: the counting as SQL, for the engine that holds the rows.
//!
//! Two statements, neither of which gives a row per person. The *reduction* maps each row to its bins
//! and counts the combinations; `ensue tally --reduced` finishes exactly. The *tally query* also decides
//! the combinations in the engine, by the decision diagrams.
//!
//! What engines do not do alike is not used: no division, no casts, no date arithmetic, no text functions.
//! Text from rule files stands in comments alone, and what it says cannot end one.

mod bins;
mod dialect;
mod reduction;
mod tally;

pub use dialect::{Dialect, Table};
pub use reduction::reduction;
pub use tally::{Tally, tally};

use crate::distinct::distinct;
use crate::model::{ConsequenceId, FactId, Policy};
use crate::population::coding::Coding;
use crate::semantics::{Engine, Question};
use crate::words::{self, Form};

/// What a bin is called that takes the values that are none of their fact's type.
pub const REJECTED: &str = "!";

/// What is counted, and where it stands.
pub struct Source<'a> {
    /// The policy, compiled for the view.
    pub engine: &'a Engine<'a>,
    /// How the engine writes SQL.
    pub dialect: Dialect,
    /// The table.
    pub table: &'a Table,
    /// For each fact the name of its column.
    pub columns: &'a [String],
    /// The column with the weight of a row, where rows are weighted.
    pub weight: Option<&'a str>,
    /// Facts by whose values the counts are divided.
    pub by: &'a [FactId],
}

/// Why a statement cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritten {
    /// Some values of the fact that rules tell apart all have more digits than can be written.
    NoValue(FactId),
    /// The result has a column of this name already.
    Taken(FactId),
    /// The name has more bytes than the engine keeps.
    TooLong(FactId),
    /// The name of a table or column would be a variable to the engine.
    Variable,
}

impl<'a> Source<'a> {
    fn policy(&self) -> &'a Policy {
        self.engine.policy
    }

    /// The facts that matter for these consequences, and those that counts are divided by.
    fn coding(&self, consequences: impl Iterator<Item = ConsequenceId>) -> Coding {
        let facts = distinct(consequences.flat_map(|id| self.engine.support(Question::Status(id))));
        Coding::new(self.engine, &facts, self.by)
    }

    /// A fact's name as a column of a result. Nothing but a letter begins one, so that names which begin
    /// with `_` are free for columns of our own.
    fn named(&self, fact: FactId) -> String {
        self.dialect.name(&self.policy()[fact].name)
    }

    /// Refuses names for facts that a result cannot have beside its columns `taken`.
    fn refuse_names(&self, mut facts: impl Iterator<Item = (FactId, String)>, taken: &[&str]) -> Result<(), Unwritten> {
        let mut given = self.table.0.iter().chain(self.columns).map(String::as_str).chain(self.weight);
        if self.dialect == Dialect::Spark && given.any(|name| name.contains("${")) {
            return Err(Unwritten::Variable);
        }
        facts.try_for_each(|(fact, name)| match self.dialect.longest_name() {
            _ if taken.contains(&name.as_str()) => Err(Unwritten::Taken(fact)),
            Some(longest) if name.len() > longest => Err(Unwritten::TooLong(fact)),
            Some(_) | None => Ok(()),
        })
    }

    /// The first lines of a statement: which policy it is about, and in which view.
    fn head(&self) -> Vec<String> {
        let policy = self.policy();
        let label = policy.label.as_ref().unwrap_or(&policy.name);
        let view = match words::view(policy, &self.engine.selection, Form::Text) {
            view if view.is_empty() => view,
            view => format!(", {view}"),
        };
        vec![comment(&format!("\"{label}\"{view}."))]
    }
}

/// A line of comment, whatever the text holds.
///
/// Line breaks are gone and control characters escaped. A backslash at the end of a line would join the
/// next one to it in Spark, and `${…}` is a variable there, also in comments.
fn comment(text: &str) -> String {
    let text = words::plain(text).replace("${", "$ {");
    let end = if text.ends_with('\\') { "." } else { "" };
    format!("-- {text}{end}")
}

/// Lines, each set in by so many spaces.
fn indented(lines: &str, by: usize) -> String {
    let lines: Vec<String> = lines.lines().map(|line| format!("{:by$}{line}", "")).collect();
    lines.join("\n")
}

/// A list with a comma after all but the last, one to a line. Lines of comment before an item are its own.
fn listed(items: &[String], by: usize) -> String {
    indented(&items.join(",\n"), by)
}

/// What stands behind a column that has one of these values.
fn one_of(values: &[String]) -> String {
    match values {
        [only] => format!("= {only}"),
        several => format!("IN ({})", several.join(", ")),
    }
}
