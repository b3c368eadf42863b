//! Conditions, the tests in them, and the values these hold.

#![expect(clippy::indexing_slicing, reason = "a list that was read has a value")]
#![expect(clippy::arithmetic_side_effects, reason = "a count within ±1,000,000,000, and places in a list")]

use std::collections::HashMap;
use std::ops::Bound;

use super::Lowering;
use super::names::{Meaning, Space, with_suggestion};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::model::{Condition, Date, Fact, FactId, FactType, Items, Number, Policy, Range, Test, TestKind, Value};
use crate::syntax::ast::{self, Comparison, LiteralKind};
use crate::text::Span;

impl Lowering<'_> {
    pub(super) fn condition(&mut self, policy: &Policy, condition: &ast::Condition) -> Condition {
        let mut all = |parts: &[ast::Condition]| parts.iter().map(|part| self.condition(policy, part)).collect();
        match condition {
            ast::Condition::All(parts) => Condition::All(all(parts), self.place(condition.span())),
            ast::Condition::Any(parts) => Condition::Any(all(parts), self.place(condition.span())),
            ast::Condition::Group(inner, _) => self.condition(policy, inner),
            ast::Condition::Not(inner, _) => {
                let place = self.place(condition.span());
                Condition::Not(Box::new(self.condition(policy, inner)), place)
            }
            // A test that could not be resolved was reported; an empty `or` stands in for it.
            ast::Condition::Test(test) => {
                self.test(policy, test).unwrap_or(Condition::Any(Vec::new(), self.place(test.span)))
            }
        }
    }

    fn test(&mut self, policy: &Policy, test: &ast::Test) -> Option<Condition> {
        let place = self.place(test.span);
        if matches!(test.kind, ast::TestKind::Holds) && self.is_value_alone(policy, &test.name) {
            return None;
        }
        match self.meaning(Space::Condition, &test.name, "fact, definition or consequence")? {
            Meaning::Fact(fact) => self.fact_test(&policy[fact], fact, test),
            named @ (Meaning::Definition(_) | Meaning::Consequence(_))
                if !matches!(test.kind, ast::TestKind::Holds) =>
            {
                let name = &test.name.text;
                let message = format!("`{name}` is a {}: it holds or does not, and has no value", named.word());
                let report = Diagnostic::error(Code::WrongType, message).at(place, "");
                self.found.push(report.help(format!("write `{name}` or `not {name}`")));
                None
            }
            Meaning::Definition(id) => Some(Condition::Definition(id, place)),
            Meaning::Consequence(id) => Some(Condition::Consequence(id, place)),
            _ => None,
        }
    }

    /// Reports `south` in `city is north or south`: a value of a list, and no name.
    fn is_value_alone(&mut self, policy: &Policy, name: &ast::Name) -> bool {
        if self.is_declared(Space::Condition, name) || !self.comparisons.take(policy.facts.len()) {
            return false;
        }
        let Some(fact) = policy.facts.iter().find(|fact| fact.kind.item(&name.text).is_some()) else { return false };
        let (fact, value) = (&fact.name, &name.text);
        let report =
            Diagnostic::error(Code::UnknownName, format!("`{value}` is a value of `{fact}`, and no condition"))
                .at(self.place(name.span), "")
                .help(format!("write `{fact} is {value}`, or several values as `{fact} is one of {value}, …`"));
        self.found.push(report);
        true
    }

    fn fact_test(&mut self, fact: &Fact, id: FactId, test: &ast::Test) -> Option<Condition> {
        let (kind, negated) = match &test.kind {
            ast::TestKind::Holds if fact.kind == FactType::YesNo => (TestKind::Yes, false),
            ast::TestKind::Holds => {
                let help = format!("compare it with a value: `{}`", example_test(fact));
                self.wrong_test(fact, test.span, "is not a yes-or-no fact", &help);
                return None;
            }
            ast::TestKind::Is { negated, value } => self.is(fact, value).map(|(kind, no)| (kind, no ^ negated))?,
            ast::TestKind::OneOf { negated, values } => (self.one_of(fact, values)?, *negated),
            ast::TestKind::Between { negated, from, to } => (self.between(fact, test, from, to)?, *negated),
            ast::TestKind::Compare(comparison, value) => {
                (TestKind::Within(vec![self.compare(fact, test, *comparison, value)?]), false)
            }
            ast::TestKind::Since(unit, comparison, count) => self.since(fact, test, *unit, *comparison, count)?,
        };
        let place = self.place(test.span);
        let lowered = Condition::Test(Test { fact: id, kind, place });
        Some(if negated { Condition::Not(Box::new(lowered), place) } else { lowered })
    }

    /// A test for one value, and whether it is negated by the value itself: `passport is no`.
    fn is(&mut self, fact: &Fact, literal: &ast::Literal) -> Option<(TestKind, bool)> {
        Some(match self.value(fact, literal)? {
            Value::YesNo(yes) => (TestKind::Yes, !yes),
            Value::Item(item) => (TestKind::OneOf(vec![item]), false),
            value @ (Value::Number(_) | Value::Date(_)) => (TestKind::Within(vec![Range::only(value)]), false),
        })
    }

    fn one_of(&mut self, fact: &Fact, literals: &[ast::Literal]) -> Option<TestKind> {
        let mut values: Vec<(Value, Span)> = Vec::new();
        let mut first_spans: HashMap<Value, Span> = HashMap::new();
        for literal in literals {
            let Some(value) = self.value(fact, literal) else { continue };
            if let Some(&first) = first_spans.get(&value) {
                self.repeated("this value", literal.span, first);
            }
            first_spans.entry(value).or_insert(literal.span);
            values.push((value, literal.span));
        }
        if fact.kind == FactType::YesNo {
            let span = literals[0].span.to(literals[literals.len() - 1].span);
            self.wrong_test(fact, span, "is a yes-or-no fact", &format!("write `{0}` or `not {0}`", fact.name));
            return None;
        }
        let mut items: Vec<u32> = Vec::new();
        let mut ranges = Vec::new();
        for (value, _) in values {
            match value {
                Value::Item(item) => items.push(item),
                value => ranges.push(Range::only(value)),
            }
        }
        items.sort_unstable();
        Some(if ranges.is_empty() { TestKind::OneOf(items) } else { TestKind::Within(ranges) })
    }

    fn between(&mut self, fact: &Fact, test: &ast::Test, from: &ast::Literal, to: &ast::Literal) -> Option<TestKind> {
        self.ordered(fact, test)?;
        let (low, high) = (self.value(fact, from)?, self.value(fact, to)?);
        if low > high {
            self.reversed(from.span, to.span, "no value lies in this interval: it ends before it begins");
            return None;
        }
        Some(TestKind::Within(vec![Range { from: Bound::Included(low), to: Bound::Included(high) }]))
    }

    fn compare(
        &mut self,
        fact: &Fact,
        test: &ast::Test,
        comparison: Comparison,
        literal: &ast::Literal,
    ) -> Option<Range> {
        self.ordered(fact, test)?;
        let value = self.value(fact, literal)?;
        let (from, to) = match comparison {
            Comparison::Less => (Bound::Unbounded, Bound::Excluded(value)),
            Comparison::AtMost => (Bound::Unbounded, Bound::Included(value)),
            Comparison::Greater => (Bound::Excluded(value), Bound::Unbounded),
            Comparison::AtLeast => (Bound::Included(value), Bound::Unbounded),
        };
        Some(Range { from, to })
    }

    /// A count of whole units compared with a number: `> 17.5` is `at least 18`, and `< 18` is not that.
    fn since(
        &mut self,
        fact: &Fact,
        test: &ast::Test,
        unit: ast::TimeUnit,
        comparison: Comparison,
        count: &ast::Literal,
    ) -> Option<(TestKind, bool)> {
        if fact.kind != FactType::Date {
            self.wrong_test(
                fact,
                test.span,
                "is not a date",
                "`years since`, `months since` and `days since` take a date fact",
            );
            return None;
        }
        let number = self.number(count)?;
        let at_least = number.ceil();
        let above = if number.is_whole() { at_least + 1 } else { at_least };
        let (count, negated) = match comparison {
            Comparison::AtLeast => (at_least, false),
            Comparison::Greater => (above, false),
            Comparison::Less => (at_least, true),
            Comparison::AtMost => (above, true),
        };
        Some((TestKind::Since(unit, count), negated))
    }

    fn ordered(&mut self, fact: &Fact, test: &ast::Test) -> Option<()> {
        if matches!(fact.kind, FactType::Number { .. } | FactType::Date) {
            return Some(());
        }
        let help = format!("write `{}`", example_test(fact));
        self.wrong_test(fact, test.span, "has no order: only numbers and dates do", &help);
        None
    }

    fn wrong_test(&mut self, fact: &Fact, span: Span, why: &str, help: &str) {
        let report = Diagnostic::error(Code::WrongType, format!("`{}` {why}", fact.name))
            .at(self.place(span), "")
            .at(fact.place, format!("it is declared as {}", fact.kind.describe()))
            .help(help);
        self.found.push(report);
    }

    /// The value of a literal, if it is one of the fact's.
    pub(super) fn value(&mut self, fact: &Fact, literal: &ast::Literal) -> Option<Value> {
        match (&fact.kind, &literal.kind) {
            (FactType::YesNo, LiteralKind::Yes) => Some(Value::YesNo(true)),
            (FactType::YesNo, LiteralKind::No) => Some(Value::YesNo(false)),
            (FactType::OneOf(items), LiteralKind::Name(name)) => match fact.kind.item(name) {
                Some(item) => Some(Value::Item(item)),
                None => {
                    self.unknown_item(fact, items, name, literal.span);
                    None
                }
            },
            (FactType::Number { whole, .. }, LiteralKind::Number(_)) => {
                let number = self.number(literal)?;
                if fact.kind.admits(number) {
                    return Some(Value::Number(number));
                }
                let code = if *whole && !number.is_whole() { Code::WrongType } else { Code::ValueOutside };
                self.unfit(code, fact, literal.span);
                None
            }
            (FactType::Date, LiteralKind::Date(_)) => self.date(literal).map(Value::Date),
            _ => {
                self.unfit(Code::WrongType, fact, literal.span);
                None
            }
        }
    }

    fn unfit(&mut self, code: Code, fact: &Fact, span: Span) {
        let wanted = fact.kind.describe();
        let report = Diagnostic::error(code, format!("`{}` is {wanted}", fact.name))
            .at(self.place(span), "this is not one of its values")
            .at(fact.place, "declared here");
        self.found.push(report.help(match &fact.kind {
            FactType::OneOf(items) => {
                format!("write one of its values, such as `{}`", items.get_index(0).expect("a list has values").0)
            }
            FactType::YesNo => "write `yes` or `no`".to_owned(),
            FactType::Number { .. } | FactType::Date => format!("write {wanted}"),
        }));
    }

    fn unknown_item(&mut self, fact: &Fact, items: &Items, name: &str, span: Span) {
        if !crate::syntax::token::is_name(name) {
            return;
        }
        let place = self.place(span);
        let report = Diagnostic::error(Code::ValueOutside, format!("`{}` has no value `{name}`", fact.name))
            .at(place, "")
            .at(fact.place, "its values are listed here");
        let names = || items.keys().map(String::as_str).collect::<Vec<_>>();
        let near = self.comparisons.take(items.len()).then(|| suggest(name, &names()));
        self.found.push(with_suggestion(report, place, near));
    }

    pub(super) fn number(&mut self, literal: &ast::Literal) -> Option<Number> {
        let LiteralKind::Number(text) = &literal.kind else { return None };
        let number = Number::parse(text);
        if number.is_none() {
            let report = Diagnostic::error(Code::BadNumber, "this number has more digits than can be kept exactly")
                .at(self.place(literal.span), "")
                .help("numbers have at most 28 digits; zeros at the end count too");
            self.found.push(report);
        }
        number
    }

    pub(super) fn date(&mut self, literal: &ast::Literal) -> Option<Date> {
        let LiteralKind::Date(text) = &literal.kind else { return None };
        let date = Date::parse(text);
        if date.is_none() {
            let report = Diagnostic::error(Code::BadDate, format!("there is no day {text}"))
                .at(self.place(literal.span), "")
                .help("dates are days of the Gregorian calendar, of the years 1 to 9999: year-month-day");
            self.found.push(report);
        }
        date
    }
}

/// A test of `fact` as it could be written.
fn example_test(fact: &Fact) -> String {
    let name = &fact.name;
    match &fact.kind {
        FactType::YesNo => name.clone(),
        FactType::OneOf(items) => format!("{name} is {}", items.get_index(0).expect("a list has values").0),
        FactType::Number { range, .. } => format!("{name} >= {}", range.map_or(Number::from(1), |(from, _)| from)),
        FactType::Date => format!("{name} >= 2025-03-07"),
    }
}
