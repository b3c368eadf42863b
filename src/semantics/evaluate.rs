//! The meaning of a policy: what follows for one complete profile.
//!
//! This is the specification, section 3 of the language reference word for word. Everything
//! else in this crate is a faster or wider way to the same answers, and is tested against it.

#![expect(clippy::indexing_slicing, reason = "definitions, consequences and rules are numbered by the policy")]

use std::collections::HashSet;

use super::status::Settled;
use super::view::Selection;
use crate::model::{Condition, ConsequenceId, Node, Policy, Profile, RuleId};

/// Decides every consequence of `policy` for one complete profile.
///
/// Statuses come in the order in which the consequences were declared.
///
/// # Panics
/// When a fact that a condition tests is unknown: such profiles have an [`Engine`](super::Engine).
#[must_use]
pub fn evaluate(policy: &Policy, selection: &Selection, profile: &Profile) -> Vec<Settled> {
    let mut case = Case {
        policy,
        selection,
        profile,
        definitions: vec![false; policy.definitions.len()],
        statuses: vec![Settled::DoesNotFollow; policy.consequences.len()],
    };
    // Each comes after all it depends on.
    for node in &policy.order {
        match *node {
            Node::Definition(id) => case.definitions[id.index()] = case.holds(&policy[id].condition),
            Node::Consequence(id) => case.statuses[id.index()] = case.status(id),
        }
    }
    case.statuses
}

struct Case<'a> {
    policy: &'a Policy,
    selection: &'a Selection,
    profile: &'a Profile,
    definitions: Vec<bool>,
    statuses: Vec<Settled>,
}

impl Case<'_> {
    fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts, _) => parts.iter().all(|part| self.holds(part)),
            Condition::Any(parts, _) => parts.iter().any(|part| self.holds(part)),
            Condition::Not(inner, _) => !self.holds(inner),
            Condition::Definition(id, _) => self.definitions[id.index()],
            Condition::Consequence(id, _) => self.statuses[id.index()].holds(),
            Condition::Test(test) => {
                let value = self.profile.value(test.fact).expect("the profile is complete");
                test.holds(value, self.selection.on)
            }
        }
    }

    /// It is in force, its `when` holds and its `unless` does not.
    fn applies(&self, rule: RuleId) -> bool {
        let unless = || self.policy[rule].unless.as_ref().is_some_and(|unless| self.holds(unless));
        self.selection.has(rule) && self.holds(&self.policy[rule].when) && !unless()
    }

    /// Looks at the rules that apply and are not defeated for this consequence.
    fn status(&self, consequence: ConsequenceId) -> Settled {
        let mut undefeated: HashSet<RuleId> = HashSet::new();
        // Each rule comes after those that override it, so whether they are defeated is known.
        for &rule in &self.policy.concluding[consequence.index()] {
            let overriding = &self.policy.overridden_by[rule.index()];
            let defeated = overriding.iter().any(|winner| undefeated.contains(winner));
            if !defeated && self.applies(rule) {
                undefeated.insert(rule);
            }
        }
        let some = |denies| undefeated.iter().any(|&rule| self.policy[rule].denies == denies);
        Settled::new(some(false), some(true))
    }
}
