//! The grammar: one function for each production, in the order of the language reference.

#![expect(clippy::indexing_slicing, reason = "a name that was read has a word")]
#![expect(clippy::arithmetic_side_effects, reason = "depths, which the limit of nesting keeps small")]

use nom::branch::alt;
use nom::combinator::opt;
use nom::{Err, Parser};

use super::ast::{self, Comparison, Condition, Expected, Item, LiteralKind, TestKind, TimeUnit};
use super::input::{Input, Parsed, Why, date, expect, keyword, list, many, mark, name, number, text, word};
use super::token::Kind;

// policy = "policy" name text [ "as of" date ] ;
pub fn policy(start: Input<'_>) -> Parsed<'_, ast::Policy> {
    let (input, _) = keyword("policy").parse(start)?;
    let (input, name) = expect("a name for the policy", name)(input)?;
    let (input, label) = expect("what it is about, in quotes", text)(input)?;
    let (input, as_of) = opt_after("as of", "a date such as 2025-03-07", date)(input)?;
    Ok((input, ast::Policy { name, label, as_of, span: start.span_to(input) }))
}

// import = "import" text ;
pub fn import(start: Input<'_>) -> Parsed<'_, ast::Import> {
    let (input, _) = keyword("import").parse(start)?;
    let (input, path) = expect("the file's path, in quotes", text)(input)?;
    Ok((input, ast::Import { path, span: start.span_to(input) }))
}

// declaration = source | claim | fact | consequence | definition | rule | choice | scenario ;
pub fn declaration(start: Input<'_>) -> Parsed<'_, ast::Declaration> {
    let (input, item) = alt((
        source.map(Item::Source),
        claim.map(Item::Claim),
        fact.map(Item::Fact),
        consequence.map(Item::Consequence),
        definition.map(Item::Definition),
        rule.map(Item::Rule),
        choice.map(Item::Choice),
        scenario.map(Item::Scenario),
    ))
    .parse(start)?;
    Ok((input, ast::Declaration { item, span: start.span_to(input) }))
}

// source = "source" name text { "by" text | "published" date | "accessed" date | "url" text
//        | "archived" text | "language" name | "quoted in" name | "note" text } ;
fn source(input: Input<'_>) -> Parsed<'_, ast::Source> {
    let (input, _) = keyword("source").parse(input)?;
    let (input, name) = expect("a name for the source", name)(input)?;
    let (input, label) = expect("who it is, in quotes", text)(input)?;
    let (input, parts) = many(source_part)(input)?;
    Ok((input, ast::Source { name, label, parts }))
}

fn source_part(input: Input<'_>) -> Parsed<'_, ast::SourcePart> {
    use ast::SourcePart::{Accessed, Archived, By, Language, Note, Published, QuotedIn, Url};
    const DATE: &str = "a date such as 2025-03-07";
    alt((
        after("by", "the author or institution, in quotes", text).map(By),
        after("published", DATE, date).map(Published),
        after("accessed", DATE, date).map(Accessed),
        after("url", "the address, in quotes", text).map(Url),
        after("archived", "the archive's address, in quotes", text).map(Archived),
        // Languages have codes such as `no` and `is`, which are reserved elsewhere.
        after("language", "the language's code, such as `en`", word).map(Language),
        after("quoted in", "the name of the source that quotes it", name).map(QuotedIn),
        after("note", "the note, in quotes", text).map(Note),
    ))
    .parse(input)
}

// claim = "claim" name "by" name [ "at" text ] [ "context" ] [ "certainty" text ] [ "quote" text ]
//         { ( "repeats" | "supports" | "contradicts" ) name } text ;
fn claim(input: Input<'_>) -> Parsed<'_, ast::Claim> {
    let (input, _) = keyword("claim").parse(input)?;
    let (input, name) = expect("a name for the claim", name)(input)?;
    let (input, by) =
        expect("`by` and the source that reports it", after("by", "the name of a source", self::name))(input)?;
    let (input, at) = opt_after("at", "the place in the source, in quotes", text)(input)?;
    let (input, context) = opt(keyword("context")).parse(input)?;
    let (input, certainty) = opt_after("certainty", "the reporter's own words, in quotes", text)(input)?;
    let (input, quote) = opt_after("quote", "the source's own words, in quotes", text)(input)?;
    let (input, links) = many(claim_link)(input)?;
    let (input, statement) = expect("what is reported, in quotes", text)(input)?;
    Ok((input, ast::Claim { name, by, at, context, certainty, quote, links, statement }))
}

fn claim_link(input: Input<'_>) -> Parsed<'_, (ast::ClaimLink, ast::Name)> {
    use ast::ClaimLink::{Contradicts, Repeats, Supports};
    const CLAIM: &str = "the name of a claim";
    alt((
        after("repeats", CLAIM, name).map(|name| (Repeats, name)),
        after("supports", CLAIM, name).map(|name| (Supports, name)),
        after("contradicts", CLAIM, name).map(|name| (Contradicts, name)),
    ))
    .parse(input)
}

// fact = "fact" name text ":" type [ "ask" text ] [ "note" text ] ;
fn fact(input: Input<'_>) -> Parsed<'_, ast::Fact> {
    let (input, _) = keyword("fact").parse(input)?;
    let (input, name) = expect("a name for the fact", name)(input)?;
    let (input, label) = expect("what it means, in quotes", text)(input)?;
    let (input, _) = expect("`:` and the fact's type", mark(":"))(input)?;
    let (input, kind) = expect("the fact's type", fact_kind)(input)?;
    let (input, ask) = opt_after("ask", "the question, in quotes", text)(input)?;
    let (input, note) = opt_after("note", "the note, in quotes", text)(input)?;
    Ok((input, ast::Fact { name, label, kind, ask, note }))
}

// type = "yes or no" | "one of" value { "," value } | [ "whole" ] "number" [ range ] | "date" ;
fn fact_kind(input: Input<'_>) -> Parsed<'_, ast::FactKind> {
    alt((
        keyword("yes or no").map(|_| ast::FactKind::YesNo),
        after("one of", "the name of a value", list("a value after the comma", value)).map(ast::FactKind::OneOf),
        number_kind,
        keyword("date").map(|_| ast::FactKind::Date),
    ))
    .parse(input)
}

fn number_kind(input: Input<'_>) -> Parsed<'_, ast::FactKind> {
    let (input, whole) = opt(keyword("whole")).parse(input)?;
    let (input, _) = match whole {
        Some(_) => expect("`number` after `whole`", keyword("number"))(input)?,
        None => keyword("number").parse(input)?,
    };
    let (input, range) = opt(range).parse(input)?;
    Ok((input, ast::FactKind::Number { whole: whole.is_some(), range }))
}

// value = name [ text ] ;
fn value(input: Input<'_>) -> Parsed<'_, (ast::Name, Option<ast::Text>)> {
    (name, opt(text)).parse(input)
}

// range = "from" number "to" number ;
fn range(input: Input<'_>) -> Parsed<'_, (ast::Literal, ast::Literal)> {
    let (input, from) = after("from", "the least number", number).parse(input)?;
    let (input, to) = expect("`to` and the greatest number", after("to", "the greatest number", number))(input)?;
    Ok((input, (from, to)))
}

// consequence = "consequence" name text [ "harm" ] { "law" text } [ "note" text ] ;
fn consequence(input: Input<'_>) -> Parsed<'_, ast::Consequence> {
    let (input, _) = keyword("consequence").parse(input)?;
    let (input, name) = expect("a name for the consequence", name)(input)?;
    let (input, label) = expect("what it means, in quotes", text)(input)?;
    let (input, harm) = opt(keyword("harm")).parse(input)?;
    let (input, laws) = many(after("law", "the law, in quotes", text))(input)?;
    let (input, note) = opt_after("note", "the note, in quotes", text)(input)?;
    Ok((input, ast::Consequence { name, label, harm, laws, note }))
}

// definition = "define" name text "as" condition ;
fn definition(input: Input<'_>) -> Parsed<'_, ast::Definition> {
    let (input, _) = keyword("define").parse(input)?;
    let (input, name) = expect("a name for the definition", name)(input)?;
    let (input, label) = expect("what it means, in quotes", text)(input)?;
    let (input, _) = expect("`as` and a condition", keyword("as"))(input)?;
    let (input, condition) = expect("a condition", condition)(input)?;
    Ok((input, ast::Definition { name, label, condition }))
}

// rule = "rule" name text { "per" names } { "assumes" text } [ "in force" [ "from" date ] [ "until" date ] ]
//        "when" condition [ "unless" condition ] "then" [ "not" ] names [ "overrides" names ] ;
fn rule(input: Input<'_>) -> Parsed<'_, ast::Rule> {
    let (input, _) = keyword("rule").parse(input)?;
    let (input, name) = expect("a name for the rule", name)(input)?;
    let (input, label) = expect("what it says, in quotes", text)(input)?;
    let (input, per) = many(after("per", "the name of a claim", names))(input)?;
    let (input, assumes) = many(after("assumes", "what is assumed, in quotes", text))(input)?;
    let (input, in_force) = opt(in_force).parse(input)?;
    let (input, when) = expect("`when` and a condition", after("when", "a condition", condition))(input)?;
    let (input, unless) = opt_after("unless", "a condition", condition)(input)?;
    let (input, _) = expect("`then` and the consequences", keyword("then"))(input)?;
    let (input, denies) = opt(keyword("not")).parse(input)?;
    let (input, then) = expect("the name of a consequence", names)(input)?;
    let (input, overrides) = opt_after("overrides", "the name of a rule", names)(input)?;
    let (per, overrides) = (per.concat(), overrides.unwrap_or_default());
    Ok((input, ast::Rule { name, label, per, assumes, in_force, when, unless, denies, then, overrides }))
}

fn in_force(start: Input<'_>) -> Parsed<'_, ast::InForce> {
    const DATE: &str = "a date such as 2025-03-07";
    let (input, span) = keyword("in force").parse(start)?;
    let (input, from) = opt_after("from", DATE, date)(input)?;
    let (input, until) = opt_after("until", DATE, date)(input)?;
    if from.is_none() && until.is_none() {
        return Err(Err::Failure(input.mistake(Why::Wanted("`from` or `until` and a date"))));
    }
    Ok((input, ast::InForce { from, until, span }))
}

// choice = "choice" name text { "option" name text "sets" setting { "," setting } } ;
fn choice(input: Input<'_>) -> Parsed<'_, ast::Choice> {
    let (input, _) = keyword("choice").parse(input)?;
    let (input, name) = expect("a name for the choice", name)(input)?;
    let (input, label) = expect("the question, in quotes", text)(input)?;
    let (input, options) = many(choice_option)(input)?;
    Ok((input, ast::Choice { name, label, options }))
}

fn choice_option(input: Input<'_>) -> Parsed<'_, ast::ChoiceOption> {
    let (input, _) = keyword("option").parse(input)?;
    let (input, name) = expect("a name for the option", name)(input)?;
    let (input, label) = expect("what it is, in quotes", text)(input)?;
    let (input, sets) = expect("`sets`, a fact and its value", after("sets", "a fact and its value", settings))(input)?;
    Ok((input, ast::ChoiceOption { name, label, sets }))
}

// scenario = "scenario" text [ "on" date ] [ "given" setting { "," setting } ] expectation { expectation } ;
fn scenario(input: Input<'_>) -> Parsed<'_, ast::Scenario> {
    let (input, _) = keyword("scenario").parse(input)?;
    let (input, label) = expect("what it is about, in quotes", text)(input)?;
    let (input, on) = opt_after("on", "a date such as 2025-03-07", date)(input)?;
    let (input, given) = opt_after("given", "a fact and its value", settings)(input)?;
    let (input, first) = expect("`expect` and a status", expectation)(input)?;
    let (input, more) = many(expectation)(input)?;
    let expectations = std::iter::once(first).chain(more).collect();
    Ok((input, ast::Scenario { label, on, given: given.unwrap_or_default(), expectations }))
}

fn settings(input: Input<'_>) -> Parsed<'_, Vec<ast::Setting>> {
    list("a fact and its value after the comma", setting)(input)
}

// setting = name literal ;
fn setting(input: Input<'_>) -> Parsed<'_, ast::Setting> {
    let (input, fact) = name(input)?;
    let (input, value) = expect("the fact's value", literal)(input)?;
    Ok((input, ast::Setting { fact, value }))
}

// expectation = "expect" ( "follows" | "does not follow" | "ruled out" | "disputed" | "undetermined" ) names
//             | "expect only" names ;
fn expectation(start: Input<'_>) -> Parsed<'_, ast::Expectation> {
    let (input, _) = keyword("expect").parse(start)?;
    let statuses = alt((
        keyword("follows").map(|_| Expected::Follows),
        keyword("does not follow").map(|_| Expected::DoesNotFollow),
        keyword("ruled out").map(|_| Expected::RuledOut),
        keyword("disputed").map(|_| Expected::Disputed),
        keyword("undetermined").map(|_| Expected::Undetermined),
        keyword("only").map(|_| Expected::Only),
    ));
    let (input, expected) = expect("a status after `expect`", statuses)(input)?;
    let (input, consequences) = expect("the name of a consequence", names)(input)?;
    Ok((input, ast::Expectation { expected, consequences, span: start.span_to(input) }))
}

// condition = all | any | unit ;
// all = unit "and" unit { "and" unit } ;
// any = unit "or" unit { "or" unit } ;
fn condition(start: Input<'_>) -> Parsed<'_, Condition> {
    let (mut input, first) = unit(start)?;
    let mut units = vec![first];
    let mut and = Vec::new();
    while let Ok((rest, is_and)) = alt((keyword("and").map(|_| true), keyword("or").map(|_| false))).parse(input) {
        let (rest, next) = expect("a condition", unit)(rest)?;
        and.push(is_and);
        units.push(next);
        input = rest;
    }
    match (and.contains(&true), and.contains(&false)) {
        (true, true) => Err(Err::Failure(mixed(start, input, &units, &and))),
        (true, false) => Ok((input, Condition::All(units))),
        (false, true) => Ok((input, Condition::Any(units))),
        (false, false) => Ok((input, units.remove(0))),
    }
}

/// The mistake of mixing `and` with `or`, with the two ways to read the chain.
fn mixed(start: Input<'_>, rest: Input<'_>, units: &[Condition], and: &[bool]) -> super::input::Mistake {
    let words: Vec<&str> = units.iter().map(|unit| start.slice(unit.span())).collect();
    let readings = [true, false].map(|tight| grouped(&words, and, tight));
    super::input::Mistake { at: start.span_to(rest), why: Why::Mixed(Box::new(readings)) }
}

/// The chain with parentheses around each run of the words that bind tighter.
fn grouped(words: &[&str], and: &[bool], tight: bool) -> String {
    let operator = |is_and| if is_and { " and " } else { " or " };
    let mut groups = vec![vec![words[0]]];
    for (word, &is_and) in words[1..].iter().zip(and) {
        match groups.last_mut() {
            Some(group) if is_and == tight => group.push(word),
            _ => groups.push(vec![word]),
        }
    }
    let shown = |group: &Vec<&str>| match group[..] {
        [one] => one.to_owned(),
        _ => format!("({})", group.join(operator(tight))),
    };
    groups.iter().map(shown).collect::<Vec<_>>().join(operator(!tight))
}

// unit = "not" unit | "(" condition ")" | test ;
fn unit(input: Input<'_>) -> Parsed<'_, Condition> {
    alt((negation, group, test.map(Condition::Test))).parse(input)
}

fn negation(start: Input<'_>) -> Parsed<'_, Condition> {
    let (input, span) = keyword("not").parse(start)?;
    let (input, inner) = expect("a condition", unit)(deeper(start, input)?)?;
    Ok((input.at_depth(start.depth), Condition::Not(Box::new(inner), span)))
}

fn group(start: Input<'_>) -> Parsed<'_, Condition> {
    let (input, _) = mark("(").parse(start)?;
    let (input, inner) = expect("a condition", condition)(deeper(start, input)?)?;
    let (input, _) = expect("`)`, `and` or `or`", mark(")"))(input)?;
    Ok((input.at_depth(start.depth), Condition::Group(Box::new(inner), start.span_to(input))))
}

/// The input inside one more level, unless that is one too many.
fn deeper<'a>(start: Input<'a>, input: Input<'a>) -> Result<Input<'a>, Err<super::input::Mistake>> {
    if start.depth >= start.nesting {
        return Err(Err::Failure(start.mistake(Why::TooDeep)));
    }
    Ok(input.at_depth(start.depth + 1))
}

// test = name | name "is" [ "not" ] literal | name "is" [ "not" ] "one of" literal { "," literal }
//      | name "is" [ "not" ] "from" literal "to" literal | name ( "<" | "<=" | ">" | ">=" ) literal
//      | ( "years" | "months" | "days" ) "since" name ( "<" | "<=" | ">" | ">=" ) number ;
fn test(start: Input<'_>) -> Parsed<'_, ast::Test> {
    let (input, (name, kind)) = alt((since, comparison_or_name)).parse(start)?;
    Ok((input, ast::Test { name, kind, span: start.span_to(input) }))
}

fn comparison_or_name(input: Input<'_>) -> Parsed<'_, (ast::Name, TestKind)> {
    let (input, name) = name(input)?;
    if input.next().is_some_and(|token| token.kind == Kind::Bad) {
        // `region = kherson`: the `=` was reported, and no test of `region` alone was meant.
        return Err(Err::Failure(input.mistake(Why::Wanted("a comparison"))));
    }
    let (input, kind) = alt((is, compare, |input| Ok((input, TestKind::Holds)))).parse(input)?;
    Ok((input, (name, kind)))
}

fn is(input: Input<'_>) -> Parsed<'_, TestKind> {
    let (input, _) = keyword("is").parse(input)?;
    let (input, not) = opt(keyword("not")).parse(input)?;
    let negated = not.is_some();
    let values = list("a value after the comma", literal);
    let kinds = alt((
        after("one of", "a value", values).map(|values| TestKind::OneOf { negated, values }),
        between.map(|(from, to)| TestKind::Between { negated, from, to }),
        literal.map(|value| TestKind::Is { negated, value }),
    ));
    expect("a value, `one of` or `from`", kinds)(input)
}

fn between(input: Input<'_>) -> Parsed<'_, (ast::Literal, ast::Literal)> {
    let (input, from) = after("from", "the least value", literal).parse(input)?;
    let (input, to) = expect("`to` and the greatest value", after("to", "the greatest value", literal))(input)?;
    Ok((input, (from, to)))
}

fn compare(input: Input<'_>) -> Parsed<'_, TestKind> {
    let (input, comparison) = comparison(input)?;
    let (input, value) = expect("a number or a date", literal)(input)?;
    Ok((input, TestKind::Compare(comparison, value)))
}

fn since(input: Input<'_>) -> Parsed<'_, (ast::Name, TestKind)> {
    let (input, unit) = alt((
        keyword("years").map(|_| TimeUnit::Years),
        keyword("months").map(|_| TimeUnit::Months),
        keyword("days").map(|_| TimeUnit::Days),
    ))
    .parse(input)?;
    let (input, _) = expect("`since` and a date fact", keyword("since"))(input)?;
    let (input, name) = expect("the name of a date fact", name)(input)?;
    let (input, comparison) = expect("`<`, `<=`, `>` or `>=`", comparison)(input)?;
    let (input, count) = expect("a number", number)(input)?;
    Ok((input, (name, TestKind::Since(unit, comparison, count))))
}

fn comparison(input: Input<'_>) -> Parsed<'_, Comparison> {
    alt((
        mark("<=").map(|_| Comparison::AtMost),
        mark("<").map(|_| Comparison::Less),
        mark(">=").map(|_| Comparison::AtLeast),
        mark(">").map(|_| Comparison::Greater),
    ))
    .parse(input)
}

// names = name { "," name } ;
fn names(input: Input<'_>) -> Parsed<'_, Vec<ast::Name>> {
    list("a name after the comma", name)(input)
}

// literal = "yes" | "no" | name | number | date ;
fn literal(input: Input<'_>) -> Parsed<'_, ast::Literal> {
    alt((
        keyword("yes").map(|span| ast::Literal { kind: LiteralKind::Yes, span }),
        keyword("no").map(|span| ast::Literal { kind: LiteralKind::No, span }),
        name.map(|name| ast::Literal { kind: LiteralKind::Name(name.text), span: name.span }),
        number,
        date,
    ))
    .parse(input)
}

/// What follows a keyword; `wanted` says what must, once the keyword stands there.
fn after<'a, T>(
    words: &'static str,
    wanted: &'static str,
    mut parser: impl Parser<Input<'a>, Output = T, Error = super::input::Mistake>,
) -> impl Parser<Input<'a>, Output = T, Error = super::input::Mistake> {
    move |input| {
        let (input, _) = keyword(words).parse(input)?;
        expect(wanted, |input| parser.parse(input))(input)
    }
}

/// The same, where the keyword may be left out.
fn opt_after<'a, T>(
    words: &'static str,
    wanted: &'static str,
    parser: impl Parser<Input<'a>, Output = T, Error = super::input::Mistake>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, Option<T>> {
    let mut parser = opt(after(words, wanted, parser));
    move |input| parser.parse(input)
}
