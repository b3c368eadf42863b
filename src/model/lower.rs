//! From the tree to the model: the only file that knows both. Resolves names and checks types.

use std::collections::{HashMap, HashSet};
use std::ops::Bound;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::value::{Date, FactType, Items, Number, Range, Value};
use super::{
    Choice, ChoiceOption, Claim, ClaimId, Condition, Consequence, ConsequenceId, Definition, DefinitionId, Expectation,
    Fact, FactId, InForce, Policy, Rule, RuleId, Scenario, Source, SourceId, Test, TestKind, order,
};
use crate::diagnostic::{Code, Comparisons, Diagnostic, suggest};
use crate::syntax::ast::{self, ClaimLink, Comparison, LiteralKind, SourcePart};
use crate::text::{FileId, Files, Place, Span};

/// Makes a policy of the trees, each of which comes after those it imports; the last is the root.
///
/// What cannot be resolved is reported and left out: where anything was reported, the policy
/// is not what was written and must not be used.
pub(super) fn lower(root: &str, files: &Files, trees: &[(FileId, ast::File)], found: &mut Vec<Diagnostic>) -> Policy {
    let file = FileId::default();
    let mut lowering = Lowering { names: Names::default(), found, file, comparisons: Comparisons::default() };
    lowering.declare(trees);
    let mut policy = lowering.policy_line(root, trees);
    policy.files = files.clone();
    lowering.facts(&mut policy, trees);
    for (file, tree) in trees {
        lowering.file = *file;
        for declaration in &tree.declarations {
            lowering.declaration(&mut policy, &declaration.item);
        }
    }
    lowering.useless_overrides(&policy);
    order::arrange(&mut policy, lowering.found);
    policy
}

/// Names that must differ from one another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Space {
    /// Facts, definitions and consequences: conditions name all three.
    Condition,
    Source,
    Claim,
    Rule,
    Choice,
}

impl Space {
    const COUNT: usize = 5;

    fn of(keyword: &str) -> Option<Space> {
        match keyword {
            "fact" | "define" | "consequence" => Some(Space::Condition),
            "source" => Some(Space::Source),
            "claim" => Some(Space::Claim),
            "rule" => Some(Space::Rule),
            "choice" => Some(Space::Choice),
            _ => None,
        }
    }
}

/// What a name stands for. Ids count each kind in the order of declaration.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
    Fact(FactId),
    Definition(DefinitionId),
    Consequence(ConsequenceId),
    Source(SourceId),
    Claim(ClaimId),
    Rule(RuleId),
    Choice,
    /// Declared by something that could not be read, or written in a way that was reported.
    Broken,
}

impl Meaning {
    fn word(self) -> &'static str {
        match self {
            Meaning::Fact(_) => "fact",
            Meaning::Definition(_) => "definition",
            Meaning::Consequence(_) => "consequence",
            Meaning::Source(_) => "source",
            Meaning::Claim(_) => "claim",
            Meaning::Rule(_) => "rule",
            Meaning::Choice => "choice",
            Meaning::Broken => "declaration",
        }
    }
}

#[derive(Default)]
struct Names {
    /// By space; names in the order of declaration.
    meanings: [IndexMap<String, (Meaning, Place)>; Space::COUNT],
    facts: usize,
    definitions: usize,
    consequences: usize,
    sources: usize,
    claims: usize,
    rules: usize,
}

/// Counts one up and returns what it was.
fn next(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

struct Lowering<'a> {
    names: Names,
    found: &'a mut Vec<Diagnostic>,
    /// The file whose declarations are looked at.
    file: FileId,
    /// What looking for the spelling of wrong names may still cost.
    comparisons: Comparisons,
}

impl Lowering<'_> {
    fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    fn declare(&mut self, trees: &[(FileId, ast::File)]) {
        for (file, tree) in trees {
            self.file = *file;
            for declaration in &tree.declarations {
                self.declare_item(&declaration.item);
            }
        }
        for (file, tree) in trees {
            for broken in &tree.broken {
                let Some(space) = Space::of(&broken.keyword) else { continue };
                let place = Place { file: *file, span: broken.name.span };
                let known = self.names.meanings[space as usize].entry(broken.name.text.clone());
                known.or_insert((Meaning::Broken, place));
            }
        }
    }

    fn declare_item(&mut self, item: &ast::Item) {
        let names = &mut self.names;
        // Every declaration takes an id, a duplicate too, so that ids are places in the tables.
        let (space, name, meaning) = match item {
            ast::Item::Fact(it) => (Space::Condition, &it.name, Meaning::Fact(FactId::new(next(&mut names.facts)))),
            ast::Item::Definition(it) => {
                let id = DefinitionId::new(next(&mut names.definitions));
                (Space::Condition, &it.name, Meaning::Definition(id))
            }
            ast::Item::Consequence(it) => {
                let id = ConsequenceId::new(next(&mut names.consequences));
                (Space::Condition, &it.name, Meaning::Consequence(id))
            }
            ast::Item::Source(it) => {
                (Space::Source, &it.name, Meaning::Source(SourceId::new(next(&mut names.sources))))
            }
            ast::Item::Claim(it) => (Space::Claim, &it.name, Meaning::Claim(ClaimId::new(next(&mut names.claims)))),
            ast::Item::Rule(it) => (Space::Rule, &it.name, Meaning::Rule(RuleId::new(next(&mut names.rules)))),
            ast::Item::Choice(it) => (Space::Choice, &it.name, Meaning::Choice),
            ast::Item::Scenario(_) => return,
        };
        self.declare_name(space, name, meaning);
    }

    fn declare_name(&mut self, space: Space, name: &ast::Name, meaning: Meaning) {
        let place = self.place(name.span);
        match self.names.meanings[space as usize].entry(name.text.clone()) {
            Entry::Vacant(entry) => {
                entry.insert((meaning, place));
            }
            Entry::Occupied(entry) => {
                let (first, first_place) = *entry.get();
                let report = Diagnostic::error(Code::DuplicateName, format!("`{}` is declared twice", name.text))
                    .at(place, format!("this {} has the name a second time", meaning.word()))
                    .at(first_place, format!("first declared here, as a {}", first.word()));
                self.found.push(if first.word() == meaning.word() {
                    report.help("rename or remove one of the two")
                } else {
                    report.help("facts, definitions and consequences share their names, since conditions name all three: rename one")
                });
            }
        }
    }

    fn policy_line(&mut self, root: &str, trees: &[(FileId, ast::File)]) -> Policy {
        let file_name = root.rsplit('/').next().unwrap_or(root);
        let mut policy = Policy {
            name: file_name.strip_suffix(".ensue").unwrap_or(file_name).to_owned(),
            label: None,
            as_of: None,
            files: Files::default(),
            sources: Vec::new(),
            claims: Vec::new(),
            facts: Vec::new(),
            definitions: Vec::new(),
            consequences: Vec::new(),
            rules: Vec::new(),
            choices: Vec::new(),
            scenarios: Vec::new(),
            order: Vec::new(),
            concluding: Vec::new(),
            overridden_by: Vec::new(),
            fact_names: HashMap::new(),
        };
        for (index, (file, tree)) in trees.iter().enumerate() {
            self.file = *file;
            let Some(line) = &tree.policy else { continue };
            let as_of = line.as_of.as_ref().and_then(|date| self.date(date));
            if index + 1 == trees.len() {
                policy.name.clone_from(&line.name.text);
                policy.label = Some(line.label.value.clone());
                policy.as_of = as_of;
            }
        }
        policy
    }

    /// Facts come before all else: conditions and settings need their types.
    fn facts(&mut self, policy: &mut Policy, trees: &[(FileId, ast::File)]) {
        for (file, tree) in trees {
            self.file = *file;
            for declaration in &tree.declarations {
                if let ast::Item::Fact(fact) = &declaration.item {
                    policy.fact_names.insert(fact.name.text.clone(), FactId::new(policy.facts.len()));
                    policy.facts.push(self.fact(fact));
                }
            }
        }
    }

    fn fact(&mut self, fact: &ast::Fact) -> Fact {
        let kind = match &fact.kind {
            ast::FactKind::YesNo => FactType::YesNo,
            ast::FactKind::Date => FactType::Date,
            ast::FactKind::OneOf(values) => FactType::OneOf(self.items(values)),
            ast::FactKind::Number { whole, range } => {
                let range = range.as_ref().and_then(|range| self.fact_range(*whole, range));
                FactType::Number { whole: *whole, range }
            }
        };
        Fact {
            name: fact.name.text.clone(),
            label: fact.label.value.clone(),
            kind,
            ask: value_of(fact.ask.as_ref()),
            note: value_of(fact.note.as_ref()),
            place: self.place(fact.name.span),
        }
    }

    fn items(&mut self, values: &[(ast::Name, Option<ast::Text>)]) -> Items {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for (name, _) in values {
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.repeated(&format!("`{}`", name.text), name.span, first);
            }
        }
        values.iter().map(|(name, label)| (name.text.clone(), value_of(label.as_ref()))).collect()
    }

    fn fact_range(&mut self, whole: bool, (from, to): &(ast::Literal, ast::Literal)) -> Option<(Number, Number)> {
        let (low, high) = (self.number(from)?, self.number(to)?);
        if let Some(bound) = [(from, low), (to, high)].into_iter().find(|(_, number)| whole && !number.is_whole()) {
            let report = Diagnostic::error(Code::WrongType, "the range of a whole number has whole ends");
            self.found.push(report.at(self.place(bound.0.span), "").help("write a whole number, or leave out `whole`"));
            return None;
        }
        if low > high {
            self.reversed(from.span, to.span, "no number lies in this range: it ends before it begins");
            return None;
        }
        Some((low, high))
    }

    fn declaration(&mut self, policy: &mut Policy, item: &ast::Item) {
        match item {
            ast::Item::Fact(_) => {}
            ast::Item::Source(source) => policy.sources.push(self.source(source)),
            ast::Item::Claim(claim) => policy.claims.push(self.claim(claim)),
            ast::Item::Consequence(it) => policy.consequences.push(self.consequence(it)),
            ast::Item::Definition(it) => {
                let condition = self.condition(policy, &it.condition);
                let (name, label) = (it.name.text.clone(), it.label.value.clone());
                let place = self.place(it.name.span);
                policy.definitions.push(Definition { name, label, condition, place });
            }
            ast::Item::Rule(rule) => {
                let rule = self.rule(policy, rule);
                policy.rules.push(rule);
            }
            ast::Item::Choice(choice) => {
                let choice = self.choice(policy, choice);
                policy.choices.push(choice);
            }
            ast::Item::Scenario(scenario) => {
                let scenario = self.scenario(policy, scenario);
                policy.scenarios.push(scenario);
            }
        }
    }

    fn source(&mut self, source: &ast::Source) -> Source {
        let mut lowered = Source {
            name: source.name.text.clone(),
            label: source.label.value.clone(),
            by: Vec::new(),
            published: None,
            accessed: None,
            urls: Vec::new(),
            archived: Vec::new(),
            language: None,
            quoted_in: Vec::new(),
            notes: Vec::new(),
            place: self.place(source.name.span),
        };
        let mut once: HashMap<&str, Span> = HashMap::new();
        for part in &source.parts {
            match part {
                SourcePart::By(text) => lowered.by.push(text.value.clone()),
                SourcePart::Url(text) => lowered.urls.push(text.value.clone()),
                SourcePart::Archived(text) => lowered.archived.push(text.value.clone()),
                SourcePart::Note(text) => lowered.notes.push(text.value.clone()),
                SourcePart::QuotedIn(name) => lowered.quoted_in.extend(self.source_name(name)),
                SourcePart::Published(date) => {
                    self.only_once(&mut once, "published", date.span);
                    lowered.published = self.date(date);
                }
                SourcePart::Accessed(date) => {
                    self.only_once(&mut once, "accessed", date.span);
                    lowered.accessed = self.date(date);
                }
                SourcePart::Language(name) => {
                    self.only_once(&mut once, "language", name.span);
                    lowered.language = Some(name.text.clone());
                }
            }
        }
        lowered
    }

    fn only_once(&mut self, once: &mut HashMap<&'static str, Span>, part: &'static str, span: Span) {
        if let Some(first) = once.insert(part, span) {
            self.repeated(&format!("`{part}`"), span, first);
        }
    }

    fn claim(&mut self, claim: &ast::Claim) -> Claim {
        let mut linked = |wanted: ClaimLink| -> Vec<ClaimId> {
            let names = claim.links.iter().filter(|(link, _)| *link == wanted);
            names.filter_map(|(_, name)| self.claim_name(name)).collect()
        };
        let (repeats, supports) = (linked(ClaimLink::Repeats), linked(ClaimLink::Supports));
        let contradicts = linked(ClaimLink::Contradicts);
        Claim {
            name: claim.name.text.clone(),
            // A claim without a source was reported; any id will do where nothing is used.
            by: self.source_name(&claim.by).unwrap_or(SourceId::new(0)),
            at: value_of(claim.at.as_ref()),
            context: claim.context.is_some(),
            certainty: value_of(claim.certainty.as_ref()),
            quote: value_of(claim.quote.as_ref()),
            repeats,
            supports,
            contradicts,
            statement: claim.statement.value.clone(),
            place: self.place(claim.name.span),
        }
    }

    fn consequence(&mut self, consequence: &ast::Consequence) -> Consequence {
        Consequence {
            name: consequence.name.text.clone(),
            label: consequence.label.value.clone(),
            harm: consequence.harm.is_some(),
            laws: consequence.laws.iter().map(|law| law.value.clone()).collect(),
            note: value_of(consequence.note.as_ref()),
            place: self.place(consequence.name.span),
        }
    }

    fn rule(&mut self, policy: &Policy, rule: &ast::Rule) -> Rule {
        self.no_repeats(&rule.per);
        self.no_repeats(&rule.then);
        self.no_repeats(&rule.overrides);
        Rule {
            name: rule.name.text.clone(),
            label: rule.label.value.clone(),
            claims: rule.per.iter().filter_map(|name| self.claim_name(name)).collect(),
            assumes: rule.assumes.iter().map(|text| text.value.clone()).collect(),
            in_force: rule.in_force.as_ref().map(|in_force| self.in_force(in_force)),
            when: self.condition(policy, &rule.when),
            unless: rule.unless.as_ref().map(|unless| self.condition(policy, unless)),
            denies: rule.denies.is_some(),
            concludes: self.consequence_names(&rule.then),
            overrides: rule.overrides.iter().filter_map(|name| self.rule_name(name)).collect(),
            place: self.place(rule.name.span),
        }
    }

    fn in_force(&mut self, in_force: &ast::InForce) -> InForce {
        let from = in_force.from.as_ref().and_then(|date| self.date(date));
        let until = in_force.until.as_ref().and_then(|date| self.date(date));
        if let (Some(first), Some(last), Some(a), Some(b)) = (from, until, &in_force.from, &in_force.until)
            && first > last
        {
            self.reversed(a.span, b.span, "the rule would be in force on no day: the interval ends before it begins");
        }
        InForce { from, until }
    }

    fn useless_overrides(&mut self, policy: &Policy) {
        let overrides = || policy.rule_ids().flat_map(|id| policy[id].overrides.iter().map(move |loser| (id, *loser)));
        if overrides().next().is_none() {
            return;
        }
        let conclusions = |id: RuleId| policy[id].concludes.iter().map(move |consequence| (id, *consequence));
        let concluded: HashSet<(RuleId, ConsequenceId)> = policy.rule_ids().flat_map(conclusions).collect();
        for (rule_id, loser_id) in overrides() {
            // A rule whose conclusions could not be resolved was reported already.
            let (rule, Some(loser)) = (&policy[rule_id], policy.rules.get(loser_id.index())) else { continue };
            let shared = match rule.concludes.len() < loser.concludes.len() {
                true => rule.concludes.iter().any(|consequence| concluded.contains(&(loser_id, *consequence))),
                false => loser.concludes.iter().any(|consequence| concluded.contains(&(rule_id, *consequence))),
            };
            if shared || rule.concludes.is_empty() || loser.concludes.is_empty() {
                continue;
            }
            let message = format!("`{}` and `{}` conclude about no consequence in common", rule.name, loser.name);
            let report = Diagnostic::error(Code::UselessOverride, message)
                .at(rule.place, format!("overrides `{}`, which changes nothing", loser.name))
                .at(loser.place, "the rule that it overrides")
                .help("remove the override, or name the consequence that both should decide");
            self.found.push(report);
        }
    }

    fn choice(&mut self, policy: &Policy, choice: &ast::Choice) -> Choice {
        let names: Vec<ast::Name> = choice.options.iter().map(|option| option.name.clone()).collect();
        self.no_repeats(&names);
        let mut option = |option: &ast::ChoiceOption| ChoiceOption {
            name: option.name.text.clone(),
            label: option.label.value.clone(),
            sets: self.settings(policy, &option.sets),
            place: self.place(option.name.span),
        };
        Choice {
            name: choice.name.text.clone(),
            label: choice.label.value.clone(),
            options: choice.options.iter().map(&mut option).collect(),
            place: self.place(choice.name.span),
        }
    }

    fn scenario(&mut self, policy: &Policy, scenario: &ast::Scenario) -> Scenario {
        let given = self.settings(policy, &scenario.given);
        let mut expectation = |expectation: &ast::Expectation| {
            self.no_repeats(&expectation.consequences);
            Expectation {
                expected: expectation.expected,
                consequences: self.consequence_names(&expectation.consequences),
                place: self.place(expectation.span),
            }
        };
        let expectations = scenario.expectations.iter().map(&mut expectation).collect();
        Scenario {
            label: scenario.label.value.clone(),
            on: scenario.on.as_ref().and_then(|date| self.date(date)),
            given,
            expectations,
            place: self.place(scenario.label.span),
        }
    }

    fn settings(&mut self, policy: &Policy, settings: &[ast::Setting]) -> Vec<(FactId, Value)> {
        let names: Vec<ast::Name> = settings.iter().map(|setting| setting.fact.clone()).collect();
        self.no_repeats(&names);
        let mut setting = |setting: &ast::Setting| {
            let fact = self.fact_name(&setting.fact)?;
            Some((fact, self.value(&policy[fact], &setting.value)?))
        };
        settings.iter().filter_map(&mut setting).collect()
    }

    fn condition(&mut self, policy: &Policy, condition: &ast::Condition) -> Condition {
        let mut all = |parts: &[ast::Condition]| parts.iter().map(|part| self.condition(policy, part)).collect();
        match condition {
            ast::Condition::All(parts) => Condition::All(all(parts)),
            ast::Condition::Any(parts) => Condition::Any(all(parts)),
            ast::Condition::Group(inner, _) => self.condition(policy, inner),
            ast::Condition::Not(inner, _) => Condition::Not(Box::new(self.condition(policy, inner))),
            // A test that could not be resolved was reported; an empty `or` stands in for it.
            ast::Condition::Test(test) => self.test(policy, test).unwrap_or(Condition::Any(Vec::new())),
        }
    }

    fn test(&mut self, policy: &Policy, test: &ast::Test) -> Option<Condition> {
        let place = self.place(test.span);
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
        let lowered = Condition::Test(Test { fact: id, kind, place: self.place(test.span) });
        Some(if negated { Condition::Not(Box::new(lowered)) } else { lowered })
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
    fn value(&mut self, fact: &Fact, literal: &ast::Literal) -> Option<Value> {
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

    fn number(&mut self, literal: &ast::Literal) -> Option<Number> {
        let LiteralKind::Number(text) = &literal.kind else { return None };
        let number = Number::parse(text);
        if number.is_none() {
            let report = Diagnostic::error(Code::BadNumber, "this number has more digits than can be kept exactly")
                .at(self.place(literal.span), "")
                .help("numbers have at most 28 digits");
            self.found.push(report);
        }
        number
    }

    fn date(&mut self, literal: &ast::Literal) -> Option<Date> {
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

    fn meaning(&mut self, space: Space, name: &ast::Name, wanted: &str) -> Option<Meaning> {
        let names = &self.names.meanings[space as usize];
        if let Some((meaning, _)) = names.get(&name.text) {
            return Some(*meaning).filter(|meaning| *meaning != Meaning::Broken);
        }
        if !crate::syntax::token::is_name(&name.text) {
            return None; // Reported where it was read.
        }
        let of_kind = |meaning: Meaning| space != Space::Condition || wanted.contains(meaning.word());
        let near = self.comparisons.take(names.len()).then(|| {
            let fitting = names.iter().filter(|(_, (meaning, _))| of_kind(*meaning));
            suggest(&name.text, &fitting.map(|(known, _)| known.as_str()).collect::<Vec<_>>())
        });
        let place = self.place(name.span);
        let report = Diagnostic::error(Code::UnknownName, format!("unknown {wanted} `{}`", name.text))
            .at(place, format!("no {wanted} has this name"));
        self.found.push(with_suggestion(report, place, near));
        None
    }

    /// The meaning, where a name of another kind shares the space.
    fn of_kind<T>(&mut self, name: &ast::Name, wanted: &str, pick: impl Fn(Meaning) -> Option<T>) -> Option<T> {
        let meaning = self.meaning(Space::Condition, name, wanted)?;
        let picked = pick(meaning);
        if picked.is_none() {
            let (_, declared) = self.names.meanings[Space::Condition as usize][&name.text];
            let message = format!("expected a {wanted}, and `{}` is a {}", name.text, meaning.word());
            let report = Diagnostic::error(Code::WrongType, message).at(self.place(name.span), "");
            self.found.push(report.at(declared, "declared here"));
        }
        picked
    }

    fn fact_name(&mut self, name: &ast::Name) -> Option<FactId> {
        self.of_kind(name, "fact", |meaning| if let Meaning::Fact(id) = meaning { Some(id) } else { None })
    }

    fn consequence_names(&mut self, names: &[ast::Name]) -> Vec<ConsequenceId> {
        let pick = |meaning| if let Meaning::Consequence(id) = meaning { Some(id) } else { None };
        names.iter().filter_map(|name| self.of_kind(name, "consequence", pick)).collect()
    }

    fn source_name(&mut self, name: &ast::Name) -> Option<SourceId> {
        let meaning = self.meaning(Space::Source, name, "source")?;
        if let Meaning::Source(id) = meaning { Some(id) } else { None }
    }

    fn claim_name(&mut self, name: &ast::Name) -> Option<ClaimId> {
        let meaning = self.meaning(Space::Claim, name, "claim")?;
        if let Meaning::Claim(id) = meaning { Some(id) } else { None }
    }

    fn rule_name(&mut self, name: &ast::Name) -> Option<RuleId> {
        let meaning = self.meaning(Space::Rule, name, "rule")?;
        if let Meaning::Rule(id) = meaning { Some(id) } else { None }
    }

    fn no_repeats(&mut self, names: &[ast::Name]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for name in names {
            if let Some(first) = seen.insert(&name.text, name.span) {
                self.repeated(&format!("`{}`", name.text), name.span, first);
            }
        }
    }

    fn repeated(&mut self, what: &str, span: Span, first: Span) {
        let report = Diagnostic::error(Code::RepeatedItem, format!("{what} is given twice"))
            .at(self.place(span), "a second time here")
            .at(self.place(first), "first here")
            .help("remove one of the two");
        self.found.push(report);
    }

    fn reversed(&mut self, from: Span, to: Span, message: &str) {
        let report = Diagnostic::error(Code::ReversedInterval, message)
            .at(self.place(from.to(to)), "")
            .help("both ends are included; write the smaller one first");
        self.found.push(report);
    }
}

fn value_of(text: Option<&ast::Text>) -> Option<String> {
    text.map(|text| text.value.clone())
}

fn with_suggestion(report: Diagnostic, place: Place, near: Option<(Option<&str>, Option<String>)>) -> Diagnostic {
    let (near, help) = near.unwrap_or_default();
    let report = match help {
        Some(help) => report.help(help),
        None => report,
    };
    match near {
        Some(near) => report.fix(place, near),
        None => report,
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
