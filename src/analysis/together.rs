//! Two policies as one, so that both can be decided for the same profiles.
//!
//! Facts of the same name and kind are one fact, with the values of both; all else stays apart.
//! What one side lacks no condition of that side names: to it, a value that only the other knows
//! is like any value that it does not name.

#![expect(clippy::indexing_slicing, reason = "two sides, and what each declares, numbered by it")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of declarations of two policies in memory")]

use crate::diagnostic::Diagnostic;
use std::collections::HashMap;

use crate::model::{
    Condition, ConsequenceId, Date, Definition, DefinitionId, Fact, FactId, FactType, Node, Number, Policy, Range,
    Rule, RuleId, Test, TestKind, TimeUnit, Value,
};
use crate::semantics::{Selection, View};

/// One side of a comparison: rules, and which of them count.
pub struct Side<'p> {
    /// The rules.
    pub policy: &'p Policy,
    /// The date and the sources.
    pub view: View,
}

/// How the facts of two policies differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactChange {
    /// Only the second has it.
    Added(String),
    /// Only the first has it.
    Dropped(String),
    /// It is of another kind, and compared as two facts.
    Kind(String),
    /// A list has values that the other's has not: those added, those dropped.
    Values(String, Vec<String>, Vec<String>),
    /// A number has another range, or is whole in one of the two.
    Range(String),
}

/// Where one side's declarations are in the policy of both.
struct Mapping {
    facts: Vec<FactId>,
    /// For each fact that is a list the place of each item in the list of both.
    items: Vec<Vec<u32>>,
    definitions: usize,
    consequences: usize,
    /// `None` for rules that do not count.
    rules: Vec<Option<RuleId>>,
}

/// Two policies in one.
pub(super) struct Together {
    pub policy: Policy,
    pub facts: Vec<FactChange>,
    /// The days on which the sides are decided, and each side's among them.
    pub days: Vec<Option<Date>>,
    pub day_of: [usize; 2],
    mappings: [Mapping; 2],
    /// For each definition and consequence the number of what it is made of: those that are
    /// written alike have the same.
    written: HashMap<Node, usize>,
}

impl Together {
    /// # Errors
    /// When a side needs a date and has none.
    pub fn of(sides: &[Side<'_>; 2]) -> Result<Self, Diagnostic> {
        let [old, new] = sides;
        let selections = [old.view.select(old.policy)?, new.view.select(new.policy)?];
        let (facts, mut mappings, changes) = facts([old.policy, new.policy]);
        let mut policy = old.policy.clone();
        policy.as_of = None;
        policy.facts = facts;
        policy.sources.clear();
        policy.claims.clear();
        policy.definitions.clear();
        policy.consequences.clear();
        policy.rules.clear();
        policy.choices.clear();
        policy.scenarios.clear();
        policy.order.clear();
        policy.concluding.clear();
        policy.overridden_by.clear();
        for (index, side) in sides.iter().enumerate() {
            mappings[index].begin(&policy, side.policy, &selections[index]);
            mappings[index].add(&mut policy, side.policy);
        }
        let counted = policy.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless));
        let counted = counted.chain(policy.definitions.iter().map(|it| &it.condition)).flat_map(Condition::tests);
        let (days, day_of) = match counted.into_iter().any(|test| test.kind.needs_date()) {
            false => (vec![None], [0, 0]),
            true => {
                let [old, new] = [selections[0].on, selections[1].on];
                // A side that needs no date is the same on any.
                let days = [old.or(new), new.or(old)];
                if days[0] == days[1] { (vec![days[0]], [0, 0]) } else { (days.to_vec(), [0, 1]) }
            }
        };
        let first_new = (old.policy.definitions.len(), old.policy.consequences.len());
        let side_of = |node: Node| match node {
            Node::Definition(id) => usize::from(id.index() >= first_new.0),
            Node::Consequence(id) => usize::from(id.index() >= first_new.1),
        };
        let written = written(&policy, |node| day_of[side_of(node)]);
        Ok(Self { policy, facts: changes, days, day_of, mappings, written })
    }

    /// A side's consequence in the policy of both.
    pub fn consequence(&self, side: usize, id: ConsequenceId) -> ConsequenceId {
        self.mappings[side].consequence(id)
    }

    /// Whether two consequences are concluded by rules that are written alike, down to all that
    /// these name: then they have the same status for every profile, however large they are.
    pub fn are_written_alike(&self, ids: [ConsequenceId; 2]) -> bool {
        let [old, new] = ids.map(|id| &self.written[&Node::Consequence(id)]);
        old == new
    }

    /// Facts of both as a side knows them; `None` where it does not know one of the values. Facts
    /// that it does not have are left out.
    pub fn known_to(&self, side: usize, policy: &Policy, known: &[(FactId, Value)]) -> Option<Vec<(FactId, Value)>> {
        let mapping = &self.mappings[side];
        let own = |fact: FactId| mapping.facts.iter().position(|other| *other == fact).map(FactId::new);
        let own = known.iter().filter_map(|(fact, value)| Some((own(*fact)?, *value)));
        own.map(|(fact, value)| {
            let value = match value {
                Value::Item(item) => {
                    let items = &mapping.items[fact.index()];
                    let index = items.iter().position(|other| *other == item)?;
                    Value::Item(u32::try_from(index).ok()?)
                }
                Value::YesNo(_) | Value::Number(_) | Value::Date(_) => value,
            };
            policy[fact].kind.has(value).then_some((fact, value))
        })
        .collect()
    }
}

/// A part of a condition or a rule: two that are alike mean the same.
#[derive(PartialEq, Eq, Hash)]
enum Sign {
    All(usize),
    Any(usize),
    Not,
    Yes(FactId),
    OneOf(FactId, Vec<u32>),
    Within(FactId, Vec<Range>),
    /// On which day.
    Since(FactId, TimeUnit, i64, usize),
    /// A definition or a consequence, by its number.
    Named(usize),
    /// Whether it denies, and the places of the rules that override it.
    Rule(bool, Vec<Option<usize>>),
    When,
    Unless,
}

/// Numbers what definitions and consequences are made of, each after what it names.
fn written(policy: &Policy, day: impl Fn(Node) -> usize) -> HashMap<Node, usize> {
    let mut numbers: HashMap<Vec<Sign>, usize> = HashMap::new();
    let mut written: HashMap<Node, usize> = HashMap::new();
    for node in &policy.order {
        let mut signs = Vec::new();
        match node {
            Node::Definition(id) => sign(&policy[*id].condition, day(*node), &written, &mut signs),
            Node::Consequence(id) => {
                let rules = &policy.concluding[id.index()];
                let place = |rule: &RuleId| rules.iter().position(|other| other == rule);
                for rule in rules {
                    signs.push(Sign::Rule(
                        policy[*rule].denies,
                        policy.overridden_by[rule.index()].iter().map(place).collect(),
                    ));
                    signs.push(Sign::When);
                    sign(&policy[*rule].when, day(*node), &written, &mut signs);
                    if let Some(unless) = &policy[*rule].unless {
                        signs.push(Sign::Unless);
                        sign(unless, day(*node), &written, &mut signs);
                    }
                }
            }
        }
        let next = numbers.len();
        written.insert(*node, *numbers.entry(signs).or_insert(next));
    }
    written
}

/// INVARIANT: conditions are nested at most as deep as the parser reads them, so this may recurse.
fn sign(condition: &Condition, day: usize, written: &HashMap<Node, usize>, signs: &mut Vec<Sign>) {
    match condition {
        Condition::All(parts, _) | Condition::Any(parts, _) => {
            let all = matches!(condition, Condition::All(..));
            signs.push(if all { Sign::All(parts.len()) } else { Sign::Any(parts.len()) });
            parts.iter().for_each(|part| sign(part, day, written, signs));
        }
        Condition::Not(inner, _) => {
            signs.push(Sign::Not);
            sign(inner, day, written, signs);
        }
        Condition::Definition(id, _) => signs.push(Sign::Named(written[&Node::Definition(*id)])),
        Condition::Consequence(id, _) => signs.push(Sign::Named(written[&Node::Consequence(*id)])),
        Condition::Test(test) => signs.push(match &test.kind {
            TestKind::Yes => Sign::Yes(test.fact),
            TestKind::OneOf(items) => Sign::OneOf(test.fact, items.clone()),
            TestKind::Within(ranges) => Sign::Within(test.fact, ranges.clone()),
            TestKind::Since(unit, count) => Sign::Since(test.fact, *unit, *count, day),
        }),
    }
}

/// The facts of both, the first side's in its order and then those that only the second has.
fn facts([old, new]: [&Policy; 2]) -> (Vec<Fact>, [Mapping; 2], Vec<FactChange>) {
    let mut all: Vec<Fact> = old.facts.clone();
    let mut changes = Vec::new();
    let places = |kind: &FactType, merged: &FactType| match (kind, merged) {
        (FactType::OneOf(items), FactType::OneOf(_)) => {
            items.keys().map(|name| merged.item(name).expect("the list of both has every value")).collect()
        }
        _ => Vec::new(),
    };
    let mut of_new: Vec<FactId> = Vec::new();
    for fact in &new.facts {
        let known = old.fact(&fact.name);
        let merged = known.map(|id| (id, merged(&old[id].kind, &fact.kind)));
        match merged {
            Some((id, Some(kind))) => {
                changes.extend(changed(&fact.name, &old[id].kind, &fact.kind));
                all[id.index()].kind = kind;
                of_new.push(id);
            }
            other => {
                let mut fact = fact.clone();
                match other {
                    Some((id, _)) => {
                        changes.push(FactChange::Kind(fact.name.clone()));
                        all[id.index()].name += " (before)";
                        fact.name += " (after)";
                    }
                    None => changes.push(FactChange::Added(fact.name.clone())),
                }
                of_new.push(FactId::new(all.len()));
                all.push(fact);
            }
        }
    }
    let dropped = old.facts.iter().filter(|fact| new.fact(&fact.name).is_none());
    changes.extend(dropped.map(|fact| FactChange::Dropped(fact.name.clone())));
    let mapping = |policy: &Policy, facts: Vec<FactId>| {
        let items = policy.facts.iter().zip(&facts).map(|(fact, id)| places(&fact.kind, &all[id.index()].kind));
        let items = items.collect();
        Mapping { facts, items, definitions: 0, consequences: 0, rules: Vec::new() }
    };
    let mappings = [mapping(old, old.fact_ids().collect()), mapping(new, of_new)];
    (all, mappings, changes)
}

/// The kind that has the values of both, if they are of one kind.
fn merged(old: &FactType, new: &FactType) -> Option<FactType> {
    match (old, new) {
        (FactType::YesNo, FactType::YesNo) => Some(FactType::YesNo),
        (FactType::Date, FactType::Date) => Some(FactType::Date),
        (FactType::OneOf(old), FactType::OneOf(new)) => {
            let mut items = old.clone();
            for (name, label) in new {
                items.entry(name.clone()).or_insert_with(|| label.clone());
            }
            Some(FactType::OneOf(items))
        }
        (FactType::Number { whole: one, range: first }, FactType::Number { whole: other, range: second }) => {
            let hull = |a: (Number, Number), b: (Number, Number)| (a.0.min(b.0), a.1.max(b.1));
            let range = first.zip(*second).map(|(a, b)| hull(a, b));
            Some(FactType::Number { whole: *one && *other, range })
        }
        (FactType::YesNo | FactType::Date | FactType::OneOf(_) | FactType::Number { .. }, _) => None,
    }
}

/// How two kinds that are one differ.
fn changed(name: &str, old: &FactType, new: &FactType) -> Option<FactChange> {
    match (old, new) {
        (FactType::OneOf(before), FactType::OneOf(after)) => {
            let missing = |from: &FactType, all: &crate::model::Items| -> Vec<String> {
                all.keys().filter(|item| from.item(item).is_none()).cloned().collect()
            };
            let (added, dropped) = (missing(old, after), missing(new, before));
            (!added.is_empty() || !dropped.is_empty()).then(|| FactChange::Values(name.to_owned(), added, dropped))
        }
        (old, new) => (old != new).then(|| FactChange::Range(name.to_owned())),
    }
}

impl Mapping {
    /// Finds where the declarations of a side will stand.
    fn begin(&mut self, both: &Policy, side: &Policy, selection: &Selection) {
        self.definitions = both.definitions.len();
        self.consequences = both.consequences.len();
        let mut next = both.rules.len();
        let place = |rule: RuleId| {
            selection.has(rule).then(|| {
                next += 1;
                RuleId::new(next - 1)
            })
        };
        self.rules = side.rule_ids().map(place).collect();
    }

    fn add(&self, both: &mut Policy, side: &Policy) {
        for definition in &side.definitions {
            let condition = self.condition(&definition.condition);
            both.definitions.push(Definition { condition, ..definition.clone() });
        }
        both.consequences.extend(side.consequences.iter().cloned());
        for id in side.rule_ids().filter(|id| self.rules[id.index()].is_some()) {
            let rule = &side[id];
            both.rules.push(Rule {
                name: rule.name.clone(),
                label: rule.label.clone(),
                // The view has chosen among claims and periods.
                claims: Vec::new(),
                assumes: Vec::new(),
                in_force: None,
                when: self.condition(&rule.when),
                unless: rule.unless.as_ref().map(|unless| self.condition(unless)),
                denies: rule.denies,
                concludes: rule.concludes.iter().map(|id| self.consequence(*id)).collect(),
                overrides: self.rules_of(&rule.overrides),
                place: rule.place,
            });
            both.overridden_by.push(self.rules_of(&side.overridden_by[id.index()]));
        }
        both.order.extend(side.order.iter().map(|node| match *node {
            Node::Definition(id) => Node::Definition(self.definition(id)),
            Node::Consequence(id) => Node::Consequence(self.consequence(id)),
        }));
        both.concluding.extend(side.concluding.iter().map(|rules| self.rules_of(rules)));
    }

    fn rules_of(&self, rules: &[RuleId]) -> Vec<RuleId> {
        rules.iter().filter_map(|rule| self.rules[rule.index()]).collect()
    }

    fn definition(&self, id: DefinitionId) -> DefinitionId {
        DefinitionId::new(self.definitions + id.index())
    }

    fn consequence(&self, id: ConsequenceId) -> ConsequenceId {
        ConsequenceId::new(self.consequences + id.index())
    }

    /// INVARIANT: conditions are nested at most as deep as the parser reads them, so this may recurse.
    fn condition(&self, condition: &Condition) -> Condition {
        let all = |parts: &[Condition]| parts.iter().map(|part| self.condition(part)).collect();
        match condition {
            Condition::All(parts, place) => Condition::All(all(parts), *place),
            Condition::Any(parts, place) => Condition::Any(all(parts), *place),
            Condition::Not(inner, place) => Condition::Not(Box::new(self.condition(inner)), *place),
            Condition::Definition(id, place) => Condition::Definition(self.definition(*id), *place),
            Condition::Consequence(id, place) => Condition::Consequence(self.consequence(*id), *place),
            Condition::Test(test) => {
                let kind = match &test.kind {
                    TestKind::OneOf(items) => {
                        let places = &self.items[test.fact.index()];
                        let mut items: Vec<u32> = items.iter().map(|item| places[*item as usize]).collect();
                        items.sort_unstable();
                        TestKind::OneOf(items)
                    }
                    kind @ (TestKind::Yes | TestKind::Within(_) | TestKind::Since(..)) => kind.clone(),
                };
                Condition::Test(Test { fact: self.facts[test.fact.index()], kind, ..test.clone() })
            }
        }
    }
}
