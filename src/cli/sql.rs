//! `ensue sql`: the counting of a population as SQL, for the engine that holds it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::columns::{fact, mapped};
use super::files::load;
use super::out::OutOptions;
use super::view::{ViewOptions, failed};
use super::{Failure, Found, Output};
use crate::limits::Limit;
use crate::model::Policy;
use crate::semantics::{Engine, Question};
use crate::sql::{self, Source, Table, Unwritten};

#[derive(Args)]
#[command(
    after_help = "The table's columns: BOOLEAN for yes or no, text for lists, numbers of any type, DATE for dates; \
                  NULL is what is not known. Neither statement gives a row per person.\n\n\
                  The reduction is written where neither is asked for: it can be written for every policy, and \
                  `ensue tally --reduced` goes on from its result to every table, and hides small counts. \
                  The tally query needs nothing but the engine, its counts are exact, and it leaves out \
                  consequences whose rules are too large (exit code 1)."
)]
pub(super) struct Sql {
    /// A rule file
    rules: PathBuf,
    /// The table, such as `survey` or `schema.survey`; a part with a dot in it stands in `"`
    #[arg(long, value_name = "NAME", value_parser = table)]
    table: Table,
    /// Whose SQL is written
    #[arg(long)]
    dialect: Dialect,
    /// Write the reduction: how many rows have each combination of what the rules tell apart
    #[arg(long, conflicts_with = "tally")]
    reduce: bool,
    /// Write the tally query: how many rows have each status, for each consequence
    #[arg(long)]
    tally: bool,
    /// The fact's values are in this column, where it is not named as the fact; may be repeated
    #[arg(long, value_name = "FACT=COLUMN")]
    map: Vec<String>,
    /// Also sum the weights of this column: numbers, 0 or more
    #[arg(long, value_name = "COLUMN")]
    weight: Option<String>,
    /// Divide the counts by this fact; may be repeated
    #[arg(long, value_name = "FACT")]
    by: Vec<String>,
    #[command(flatten)]
    view: ViewOptions,
    #[command(flatten)]
    out: OutOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Dialect {
    /// DuckDB
    Duckdb,
    /// PostgreSQL, from version 12 on
    Postgresql,
    /// Spark SQL, from version 3.4 on
    Spark,
}

fn table(text: &str) -> Result<Table, String> {
    Table::parse(text).ok_or_else(|| "a table is named as in `survey`, `schema.survey` or `\"a.b\".c`".to_owned())
}

impl Sql {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        self.out.refuse_place()?;
        let policy = load(&self.rules, &output.limits)?;
        self.out.refuse_inputs(&policy, None)?;
        let view = self.view.view(&policy)?;
        let columns = columns(&policy, &self.map)?;
        if let Some(weight) = &self.weight {
            refuse_column(weight)?;
        }
        let by = self.by.iter().map(|name| fact(&policy, name)).collect::<Result<Vec<_>, _>>()?;
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let dialect = match self.dialect {
            Dialect::Duckdb => sql::Dialect::DuckDb,
            Dialect::Postgresql => sql::Dialect::PostgreSql,
            Dialect::Spark => sql::Dialect::Spark,
        };
        let weight = self.weight.as_deref();
        let source = Source { engine: &engine, dialect, table: &self.table, columns: &columns, weight, by: &by };
        if !self.tally {
            let text = sql::reduction(&source).map_err(|reason| unwritten(&policy, reason))?;
            self.out.write(output, &text)?;
            return Ok(Found::Nothing);
        }
        let tally = sql::tally(&source).map_err(|reason| unwritten(&policy, reason))?;
        self.out.write(output, &tally.text)?;
        let [nodes, facts] = [Limit::QueryNodes, Limit::QueryFacts].map(|limit| policy.limits.of(limit));
        for id in &tally.left_out {
            let why = match engine.root(Question::Status(*id)).is_some() {
                true => format!(
                    "its decision diagram, with those before it, has more than {nodes} nodes or asks for more than \
                     {facts} facts ({}, {})",
                    policy.limits.raise(Limit::QueryNodes),
                    policy.limits.raise(Limit::QueryFacts)
                ),
                false => format!("it has no decision diagram ({})", policy.limits.raise(Limit::CompileSteps)),
            };
            let name = &policy[*id].name;
            output.notice(&format!("`{name}` is not counted: {why}; the reduction, without `--tally`, counts it\n"));
        }
        Ok(if tally.left_out.is_empty() { Found::Nothing } else { Found::Something })
    }
}

/// For each fact the name of its column.
fn columns(policy: &Policy, map: &[String]) -> Result<Vec<String>, Failure> {
    let mut columns: Vec<String> = policy.facts.iter().map(|fact| fact.name.clone()).collect();
    for (fact, column) in mapped(policy, map)? {
        refuse_column(&column)?;
        columns[fact.index()] = column;
    }
    Ok(columns)
}

fn refuse_column(column: &str) -> Result<(), Failure> {
    if column.is_empty() || column.contains(char::is_control) {
        return Err(Failure::Message("a column's name is not empty and has no control characters".to_owned()));
    }
    Ok(())
}

fn unwritten(policy: &Policy, reason: Unwritten) -> Failure {
    Failure::Message(match reason {
        Unwritten::NoValue(fact) => format!(
            "values of `{}` that the rules tell apart have more digits than can be written: no number of 28 digits \
             lies between two constants of the rules",
            policy[fact].name
        ),
        Unwritten::Variable => {
            "in Spark, `${` in a name begins a variable: give the column or table another".to_owned()
        }
        Unwritten::Taken(fact) => format!(
            "the result has a column `{}` of its own: give the fact of that name another one in the rule files",
            policy[fact].name
        ),
        Unwritten::TooLong(fact) => {
            format!("the name of `{}` is longer than those of columns, which have at most 63 bytes", policy[fact].name)
        }
    })
}
