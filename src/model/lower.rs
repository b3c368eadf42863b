//! From the tree to the model: the only place that knows both. Resolves names and checks types.

#![expect(clippy::arithmetic_side_effects, reason = "places among the files that were read")]

mod conditions;
mod names;

use std::collections::{HashMap, HashSet};

use names::Names;

use super::value::{FactType, Items, Number, Value};
use super::{
    Choice, ChoiceOption, Claim, ClaimId, Consequence, ConsequenceId, Definition, Expectation, Fact, FactId, InForce,
    Policy, Rule, RuleId, Scenario, Source, SourceId, order,
};
use crate::diagnostic::{Code, Comparisons, Diagnostic};
use crate::limits::Limits;
use crate::syntax::ast::{self, ClaimLink, SourcePart};
use crate::text::{FileId, Files, Place, Span};

/// Makes a policy of the trees, each of which comes after those it imports; the last is the root.
///
/// What cannot be resolved is reported and left out: where anything was reported, the policy
/// is not what was written and must not be used.
/// Where the trees are not the whole, a name that nothing declares may be declared elsewhere.
pub(super) fn lower(
    root: &str,
    files: &Files,
    trees: &[(FileId, ast::File)],
    is_whole: bool,
    found: &mut Vec<Diagnostic>,
) -> Policy {
    let file = FileId::default();
    let mut lowering = Lowering { names: Names::default(), is_whole, found, file, comparisons: Comparisons::default() };
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

struct Lowering<'a> {
    names: Names,
    /// Whether every file could be read.
    is_whole: bool,
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
            limits: Limits::default(),
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
