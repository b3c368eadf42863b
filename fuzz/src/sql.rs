//! Statements of SQL, read again by a parser that others wrote.

use ensue::sql::{self, Dialect, Source, Table};
use ensue::{Engine, View};
use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement};
use sqlparser::dialect::{DatabricksDialect, DuckDbDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

use crate::draw::Draw;
use crate::rules;
use crate::small::small;

/// One query, nested no deeper than 100.
fn parsed(dialect: Dialect, text: &str) -> Query {
    let read = |dialect: &dyn sqlparser::dialect::Dialect| {
        Parser::new(dialect).with_recursion_limit(100).try_with_sql(text)?.parse_statements()
    };
    let statements = match dialect {
        Dialect::DuckDb => read(&DuckDbDialect {}),
        Dialect::PostgreSql => read(&PostgreSqlDialect {}),
        Dialect::Spark => read(&DatabricksDialect {}),
    };
    let mut statements = statements.unwrap_or_else(|error| panic!("{error}:\n{text}"));
    match (statements.pop(), statements.len()) {
        (Some(Statement::Query(query)), 0) => *query,
        (other, _) => panic!("one query is wanted, not {other:?}:\n{text}"),
    }
}

/// The names of the columns of the result.
fn columns(query: &Query) -> Vec<String> {
    let SetExpr::Select(select) = query.body.as_ref() else { panic!("a query selects") };
    let name = |item: &SelectItem| match item {
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.clone(),
        SelectItem::ExprWithAlias { alias, .. } => alias.value.clone(),
        other => panic!("a column has a name: {other}"),
    };
    select.projection.iter().map(name).collect()
}

/// A name as users give it: something, without control characters.
fn name(draw: &mut Draw<'_>) -> String {
    let name: String = draw.text().chars().filter(|c| !c.is_control()).collect();
    if name.is_empty() { "n".to_owned() } else { name }
}

/// Writes both statements for a small policy with odd texts and odd names, in each dialect.
pub fn sql(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let table = name(draw);
    let weight = draw.once_in(2).then(|| name(draw));
    let Some(small) = small(draw, &mut |draw| rules::quoted(&draw.text())) else { return };
    let policy = rules::sound(&small.text);
    let columns_read: Vec<String> =
        policy.facts.iter().map(|fact| if draw.once_in(3) { name(draw) } else { fact.name.clone() }).collect();
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let by: Vec<_> = policy.fact_ids().filter(|_| draw.once_in(4)).collect();
    // As one part, whatever it holds.
    let quoted = format!("\"{}\"", table.replace('"', "\"\""));
    let table = Table::parse(&quoted).unwrap_or_else(|| panic!("{quoted} names a table"));
    for dialect in [Dialect::DuckDb, Dialect::PostgreSql, Dialect::Spark] {
        let source = Source {
            engine: &engine,
            dialect,
            table: &table,
            columns: &columns_read,
            weight: weight.as_deref(),
            by: &by,
        };
        // A part of the values may have no number of 28 digits in it: then it is told.
        if let Ok(text) = sql::reduction(&source) {
            assert!(columns(&parsed(dialect, &text)).iter().any(|name| name == "rows"), "{text}");
        }
        if let Ok(tally) = sql::tally(&source) {
            assert!(tally.left_out.is_empty(), "it is small: {}", small.text);
            let found = columns(&parsed(dialect, &tally.text));
            assert!(found.iter().any(|name| name == "consequence"), "{}", tally.text);
            for id in policy.consequence_ids() {
                assert!(tally.text.contains(&format!("'{}'", policy[id].name)), "{}", tally.text);
            }
        }
    }
}
