//! What `ensue sql` writes: each statement is parsed by a parser that others wrote, whatever the rules
//! hold. On real engines it is run by `tests/sql/run.sh` and `tests/sql/spark.sh`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use ensue::model::FactId;
use ensue::sql::{self, Dialect, Source, Table, Unwritten};
use ensue::{Engine, Limit, Limits, Policy, View};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestRng, TestRunner};
use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement};
use sqlparser::dialect::{DatabricksDialect, DuckDbDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;

use crate::generate::{self, Tape};

const DIALECTS: [Dialect; 3] = [Dialect::DuckDb, Dialect::PostgreSql, Dialect::Spark];

fn load(text: &str) -> Policy {
    let text = text.to_owned();
    Policy::load("test.ensue", |_| Ok(text.clone().into())).unwrap_or_else(|_| panic!("rules with mistakes:\n{text}"))
}

fn on() -> View {
    View { on: ensue::model::Date::parse(generate::ON), ..View::default() }
}

/// Parses a statement, of which there is one, nested no deeper than 100.
#[track_caller]
fn parsed(dialect: Dialect, text: &str) -> Query {
    let statements = match dialect {
        Dialect::DuckDb => parse(&DuckDbDialect {}, text),
        Dialect::PostgreSql => parse(&PostgreSqlDialect {}, text),
        Dialect::Spark => parse(&DatabricksDialect {}, text),
    };
    let mut statements = statements.unwrap_or_else(|error| panic!("{error}:\n{text}"));
    match (statements.pop(), statements.len()) {
        (Some(Statement::Query(query)), 0) => *query,
        _ => panic!("one query is wanted:\n{text}"),
    }
}

fn parse(
    dialect: &dyn sqlparser::dialect::Dialect,
    text: &str,
) -> Result<Vec<Statement>, sqlparser::parser::ParserError> {
    Parser::new(dialect).with_recursion_limit(100).try_with_sql(text)?.parse_statements()
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

fn plain_columns(policy: &Policy) -> Vec<String> {
    policy.facts.iter().map(|fact| fact.name.clone()).collect()
}

/// Both statements in each dialect, without and with weights and groups.
fn statements(policy: &Policy, view: &View, table: &str, columns: &[String], by: &[FactId]) -> Vec<(Dialect, String)> {
    let engine = Engine::new(policy, view).expect("the view has a date");
    let table = Table::parse(table).expect("a table");
    let mut all = Vec::new();
    for dialect in DIALECTS {
        for (weight, by) in [(None, &[][..]), (Some("wei\"gh`t"), by)] {
            let source = Source { engine: &engine, dialect, table: &table, columns, weight, by };
            all.push((dialect, sql::reduction(&source).expect("it can be written")));
            all.push((dialect, sql::tally(&source).expect("it can be written").text));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn statements_are_read_as_one_query(choices in generate::tapes()) {
        let text = generate::policy(&mut Tape::new(&choices)).join("\n");
        let policy = load(&text);
        let by = [policy.fact("l0").unwrap(), policy.fact("d0").unwrap()];
        for (dialect, text) in statements(&policy, &on(), "survey", &plain_columns(&policy), &by) {
            let query = parsed(dialect, &text);
            let columns = columns(&query);
            prop_assert!(columns.iter().any(|name| name == "rows"));
            // No division, casts or arithmetic on dates, on which engines differ.
            for word in [" / ", "CAST", "::", "INTERVAL", " - ", " + "] {
                prop_assert!(!text.contains(word), "{word} in\n{text}");
            }
            // Nothing is joined to no bits.
            prop_assert!(!text.contains("(0 |"), "{text}");
            for node in (1..).map(|number| dialect.name(&format!("_n{number}"))).take_while(|node| text.contains(node)) {
                let last = text.lines().rfind(|line| line.contains(&node)).expect("it is there");
                prop_assert!(last.trim().trim_end_matches(',') != node, "{node} is kept and asked for no more:\n{text}");
            }
            prop_assert!(!text.contains(&dialect.name("_n0")), "nodes are counted from 1 on:\n{text}");
        }
    }
}

/// Texts that would end a comment, a text or a name, or be something else in one engine.
const HOSTILE: &[&str] = &[
    "*/ ; DROP TABLE survey; --",
    "'; DROP TABLE survey; --",
    "\\\"; DROP TABLE survey; --",
    "`; DROP TABLE survey; --",
    "line\n; DROP TABLE survey;\nline",
    "line\u{85}; DROP TABLE survey;\u{2028}; DROP TABLE survey; --",
    "a backslash at the end \\\\",
    "${env:PATH} $$ $a$ :a ? %s /*",
];

#[test]
fn hostile_texts_stay_in_comments() {
    for hostile in HOSTILE {
        let text = format!(
            "policy p \"{hostile}\" fact a \"{hostile}\" : yes or no fact l \"{hostile}\" : one of x \"{hostile}\", y\n\
             consequence c \"{hostile}\" rule r \"{hostile}\" when a and l is x then c"
        );
        let policy = load(&text);
        let by = [policy.fact("l").unwrap()];
        for (dialect, text) in statements(&policy, &View::default(), "survey", &plain_columns(&policy), &by) {
            parsed(dialect, &text);
            let statement: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("-- ")).collect();
            assert!(!statement.join("\n").contains("DROP"), "{text}");
            let comments: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("--")).collect();
            assert!(comments.iter().all(|line| !line.ends_with('\\') && !line.contains("${")), "{text}");
            assert!(!text.contains(|c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}')));
        }
    }
}

#[test]
fn hostile_names_stay_names() {
    let policy = load("fact a \"A\" : yes or no consequence c \"C\" rule r \"R\" when a then c");
    for hostile in ["a\"; DROP TABLE b; --", "a`; DROP TABLE b; --", "a'\\", "a/*", "a--", "r", "a\"\"`", "ä 漢"] {
        let table = format!("\"{}\".t", hostile.replace('"', "\"\""));
        for (dialect, text) in statements(&policy, &View::default(), &table, &[hostile.to_owned()], &[]) {
            parsed(dialect, &text);
            let quote = if dialect == Dialect::Spark { "`" } else { "\"" };
            let name = format!("{quote}{}{quote}", hostile.replace(quote, &quote.repeat(2)));
            assert!(text.contains(&format!("FROM {name}.")), "{text}");
            assert!(text.contains(&format!("r.{name}")), "{text}");
            assert!(!text.replace(&name, "").contains("DROP"), "{text}");
        }
    }
}

#[test]
fn long_lists_and_many_numbers_are_not_nested() {
    use std::fmt::Write as _;
    let mut text = String::from("fact n \"N\" : number\nfact l \"L\" : one of ");
    let items: Vec<String> = (0..2_000).map(|item| format!("i{item}")).collect();
    text.push_str(&items.join(", "));
    text.push_str("\nconsequence c \"C\"\nconsequence d \"D\"\n");
    for index in 0..300 {
        let consequence = if index % 2 == 0 { "c" } else { "not c" };
        let _ = writeln!(
            text,
            "rule r{index} \"R\" when n is {index} and l is one of i{index}, i{} then {consequence}",
            index + 7
        );
    }
    let policy = load(&text);
    let by = [policy.fact("l").unwrap()];
    for (dialect, text) in statements(&policy, &View::default(), "survey", &plain_columns(&policy), &by) {
        parsed(dialect, &text);
    }
}

fn one(policy: &Policy, dialect: Dialect, by: &[FactId]) -> (Result<String, Unwritten>, Result<String, Unwritten>) {
    let engine = Engine::new(policy, &View::default()).expect("no date is needed");
    let (table, columns) = (Table::parse("t").unwrap(), plain_columns(policy));
    let source = Source { engine: &engine, dialect, table: &table, columns: &columns, weight: None, by };
    (sql::reduction(&source), sql::tally(&source).map(|tally| tally.text))
}

#[test]
fn names_that_a_result_cannot_have_are_refused() {
    let policy = load("fact rows \"A\" : yes or no consequence c \"C\" rule r \"R\" when rows then c");
    let rows = policy.fact("rows").unwrap();
    assert_eq!(one(&policy, Dialect::DuckDb, &[]).0, Err(Unwritten::Taken(rows)));
    assert!(one(&policy, Dialect::DuckDb, &[]).1.is_ok());
    assert_eq!(one(&policy, Dialect::DuckDb, &[rows]).1, Err(Unwritten::Taken(rows)));
    let name = "a".repeat(64);
    let policy = load(&format!("fact {name} \"A\" : yes or no consequence c \"C\" rule r \"R\" when {name} then c"));
    let long = policy.fact(&name).unwrap();
    assert_eq!(one(&policy, Dialect::PostgreSql, &[]), (Err(Unwritten::TooLong(long)), Err(Unwritten::TooLong(long))));
    assert!(one(&policy, Dialect::Spark, &[]).0.is_ok());
    let policy =
        load(&format!("fact {0} \"A\" : yes or no consequence c \"C\" rule r \"R\" when {0} then c", &name[1..]));
    let (reduction, tally) = one(&policy, Dialect::PostgreSql, &[]);
    assert!(reduction.is_ok() && tally.is_ok(), "the longest name that PostgreSQL keeps has 63 bytes");
}

/// `${…}` is a variable to Spark wherever it stands, also between quotation marks.
#[test]
fn names_that_are_variables_to_the_engine_are_refused() {
    let policy = load("fact a \"A\" : yes or no consequence c \"C\" rule r \"R\" when a then c");
    let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
    for (table, column, weight) in [("\"${t}\"", "a", None), ("t", "${a}", None), ("t", "a", Some("${w}"))] {
        let (table, columns) = (Table::parse(table).unwrap(), [column.to_owned()]);
        for dialect in DIALECTS {
            let source = Source { engine: &engine, dialect, table: &table, columns: &columns, weight, by: &[] };
            let refused = (dialect == Dialect::Spark).then_some(Unwritten::Variable);
            assert_eq!(sql::reduction(&source).err(), refused);
            assert_eq!(sql::tally(&source).err(), refused);
        }
    }
}

#[test]
fn the_first_line_says_which_policy_and_view() {
    let rules = "fact a \"A\" : yes or no consequence c \"C\" rule r \"R\" in force from 2020-01-01 when a then c";
    for (policy, view, first) in [
        (format!("policy p \"Passports\" {rules}"), on(), format!("-- \"Passports\", on {}.", generate::ON)),
        (rules.replace(" in force from 2020-01-01", ""), View::default(), "-- \"test\".".to_owned()),
    ] {
        let policy = load(&policy);
        for (_, text) in statements(&policy, &view, "survey", &plain_columns(&policy), &[]) {
            assert_eq!(text.lines().next(), Some(first.as_str()));
        }
    }
}

/// The facts that matter and what is counted; a fact by whose items rows are told apart says so.
#[test]
fn columns_are_called_as_the_facts() {
    let policy = load(
        "fact a \"A\" : yes or no fact idle \"I\" : number fact l \"L\" : one of x, y, z\n\
         consequence c \"C\" rule r \"R\" when a and l is x then c",
    );
    let by = [policy.fact("l").unwrap()];
    let statuses = ["follows", "does_not_follow", "ruled_out", "disputed", "undetermined"];
    let set = |names: &mut dyn Iterator<Item = String>| names.collect::<BTreeSet<String>>();
    let owned = |names: &[&str]| set(&mut names.iter().map(|name| (*name).to_owned()));
    let mut seen = Vec::new();
    for (dialect, text) in statements(&policy, &View::default(), "survey", &plain_columns(&policy), &by) {
        let columns = columns(&parsed(dialect, &text));
        seen.push(set(&mut columns.iter().cloned()));
        assert_eq!(seen.last().map(BTreeSet::len), Some(columns.len()), "no name is there twice: {columns:?}");
    }
    let counts = |mark: &str| statuses.map(|status| format!("{mark}{status}")).to_vec();
    let tally = |of: &[&str], marks: &[&str]| &owned(of) | &set(&mut marks.iter().flat_map(|mark| counts(mark)));
    let of_each = [
        owned(&["a", "l", "rows"]),
        tally(&["consequence", "rows"], &[""]),
        owned(&["a", "l:item", "rows", "weight"]),
        tally(&["consequence", "l", "rows", "weight"], &["", "weight_"]),
    ];
    assert_eq!(seen, DIALECTS.map(|_| of_each.clone()).concat());
}

#[test]
fn a_value_that_cannot_be_written_is_told() {
    let (least, next) = ("0.0000000000000000000000000001", "0.0000000000000000000000000002");
    let policy =
        load(&format!("fact n \"N\" : number consequence c \"C\" rule r \"R\" when n > {least} and n < {next} then c"));
    let fact = policy.fact("n").unwrap();
    assert_eq!(one(&policy, Dialect::DuckDb, &[]), (Err(Unwritten::NoValue(fact)), Err(Unwritten::NoValue(fact))));
}

/// Rules about one fact each of many, all of them needed for one consequence: too many to be asked for.
#[test]
fn what_is_too_large_is_left_out_and_told() {
    let most = Limit::QueryFacts.default();
    let left_out = |count: u64, limits: Limits, dialect: Dialect| {
        let facts: Vec<String> = (0..count).map(|index| format!("fact f{index} \"F\" : yes or no")).collect();
        let names: Vec<String> = (0..count).map(|index| format!("f{index}")).collect();
        let policy = load(&format!(
            "{}\nconsequence small \"S\"\nconsequence large \"L\"\nrule a \"A\" when f0 then small\n\
             rule b \"B\" when {} then large",
            facts.join("\n"),
            names.join(" and ")
        ));
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        let (table, columns) = (Table::parse("t").unwrap(), plain_columns(&policy));
        let source = Source { engine: &engine, dialect, table: &table, columns: &columns, weight: None, by: &[] };
        let tally = sql::tally(&source).expect("it can be written");
        let is_out = tally.left_out == [policy.consequence("large").unwrap()];
        assert!(is_out || tally.left_out.is_empty());
        assert_eq!(tally.text.contains("too large: large."), is_out, "{}", tally.text);
        assert!(tally.text.contains("'large'") != is_out && tally.text.contains("'small'"));
        parsed(dialect, &tally.text);
        is_out
    };
    for dialect in DIALECTS {
        let usual = Limits::default();
        assert!(!left_out(most, usual, dialect));
        assert!(left_out(most + 1, usual, dialect));
        let raised = usual.with(Limit::QueryFacts, most + 1);
        assert!(!left_out(most + 1, raised, dialect));
        // Each fact is asked for by a node of the large diagram; the node of the small one may be another.
        assert!(!left_out(most, usual.with(Limit::QueryNodes, most + 1), dialect));
        assert!(left_out(most, usual.with(Limit::QueryNodes, most - 1), dialect));
    }
}

/// Writes random policies into the folder `ENSUE_POLICIES`, for the scripts that run real engines.
#[test]
#[ignore = "writes files for tests/sql/run.sh"]
fn write_policies() {
    let folder = std::env::var_os("ENSUE_POLICIES").expect("ENSUE_POLICIES names a folder");
    let count: usize = std::env::var("ENSUE_COUNT").map_or(40, |count| count.parse().expect("a number"));
    let rng = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(proptest::test_runner::Config::default(), rng);
    for index in 0..count {
        let choices = generate::tapes().new_tree(&mut runner).expect("a tape").current();
        let text = generate::policy(&mut Tape::new(&choices)).join("\n");
        fs::write(Path::new(&folder).join(format!("policy{index:03}.ensue")), text).expect("the folder can be written");
    }
}
