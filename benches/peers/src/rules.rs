//! Policies whose rules are conjunctions, as plain data that each peer puts into its own language; and
//! profiles in which all is known.

use ensue::model::{Condition, FactType, TestKind, Value};
use ensue::population::synthetic::{Share, Synthetic};
use ensue::{Engine, Policy, View};
use serde_json::{Map, json};

/// A test of a fact.
#[derive(Clone)]
pub struct Literal {
    pub fact: usize,
    pub name: String,
    pub test: Is,
}

#[derive(Clone)]
pub enum Is {
    Yes,
    No,
    Item(String),
    NotItem(String),
    AtLeast(i64),
}

/// For each consequence the conditions of its rules, one of which must hold.
pub type Rules = Vec<Vec<Vec<Literal>>>;

pub fn rules(policy: &Policy) -> Rules {
    let mut rules: Rules = vec![Vec::new(); policy.consequences.len()];
    for rule in &policy.rules {
        let mut literals = Vec::new();
        flatten(policy, &rule.when, false, &mut literals);
        assert!(rule.unless.is_none() && !rule.denies, "plain rules alone are translated");
        for conclusion in &rule.concludes {
            rules[conclusion.index()].push(literals.clone());
        }
    }
    rules
}

fn flatten(policy: &Policy, condition: &Condition, negated: bool, literals: &mut Vec<Literal>) {
    let tested = match condition {
        Condition::All(parts, _) if !negated => {
            return parts.iter().for_each(|part| flatten(policy, part, false, literals));
        }
        Condition::Not(part, _) => return flatten(policy, part, !negated, literals),
        Condition::Definition(id, _) => return flatten(policy, &policy[*id].condition, negated, literals),
        Condition::Test(test) => test,
        Condition::All(..) | Condition::Any(..) | Condition::Consequence(..) => {
            panic!("conjunctions alone are translated")
        }
    };
    let fact = &policy[tested.fact];
    let test = match (&tested.kind, &fact.kind) {
        (TestKind::Yes, _) => {
            if negated {
                Is::No
            } else {
                Is::Yes
            }
        }
        (TestKind::OneOf(items), FactType::OneOf(all)) => {
            let [item] = **items else { panic!("single items alone are translated") };
            let name = all.get_index(item as usize).expect("an item").0.clone();
            if negated { Is::NotItem(name) } else { Is::Item(name) }
        }
        (TestKind::Within(ranges), _) if !negated => match ranges[0].from {
            std::ops::Bound::Included(Value::Number(number)) if ranges.len() == 1 => Is::AtLeast(number.ceil()),
            _ => panic!("lower bounds alone are translated"),
        },
        _ => panic!("such tests are not translated"),
    };
    literals.push(Literal { fact: tested.fact.index(), name: fact.name.clone(), test });
}

/// A value of a profile.
#[derive(Clone)]
pub enum Known {
    Yes(bool),
    Item(String),
    Number(i64),
}

impl Literal {
    /// Whether it holds for a profile: a value for each fact.
    pub fn holds(&self, profile: &[(String, Known)]) -> bool {
        match (&self.test, &profile[self.fact].1) {
            (Is::Yes, Known::Yes(yes)) => *yes,
            (Is::No, Known::Yes(yes)) => !yes,
            (Is::Item(wanted), Known::Item(item)) => item == wanted,
            (Is::NotItem(wanted), Known::Item(item)) => item != wanted,
            (Is::AtLeast(least), Known::Number(number)) => number >= least,
            _ => panic!("a value is of its fact's type"),
        }
    }
}

/// Made-up profiles.
pub fn profiles(policy: &Policy, count: u64) -> Vec<Vec<(String, Known)>> {
    let engine = Engine::new(policy, &View::default()).expect("it has a date");
    let mut text = Vec::new();
    let nothing = Share::parse("0").expect("a share");
    Synthetic::new(&engine, nothing, false).write(count, 1, &mut text).expect("memory can be written");
    let text = String::from_utf8(text).expect("names and digits");
    let value = |(fact, cell): (&ensue::model::Fact, &str)| {
        let known = match fact.kind {
            FactType::YesNo => Known::Yes(cell == "yes"),
            FactType::OneOf(_) => Known::Item(cell.to_owned()),
            FactType::Number { .. } => Known::Number(cell.parse().expect("a whole number")),
            FactType::Date => panic!("dates are not translated"),
        };
        (fact.name.clone(), known)
    };
    text.lines().skip(1).map(|line| policy.facts.iter().zip(line.split(',')).map(value).collect()).collect()
}

pub fn as_json(profile: &[(String, Known)]) -> serde_json::Value {
    let entry = |(name, known): &(String, Known)| {
        let value = match known {
            Known::Yes(yes) => json!(yes),
            Known::Item(item) => json!(item),
            Known::Number(number) => json!(number),
        };
        (name.clone(), value)
    };
    profile.iter().map(entry).collect::<Map<_, _>>().into()
}
