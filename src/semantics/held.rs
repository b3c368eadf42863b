//! Which parts of a rule's conditions hold for a profile: a tree for readers.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy")]
#![expect(clippy::arithmetic_side_effects, reason = "depths, which the nesting of conditions keeps small")]

use std::collections::HashSet;

use super::decide::Decider;
use super::diagram::{Diagram, FALSE, TRUE};
use super::engine::{Diagrams, Engine, Known, needed};
use crate::limits::Limit;
use crate::model::{Condition, ConsequenceId, DefinitionId, FactId, Profile, RuleId};
use crate::text::Place;

/// One part of a rule's conditions. A tree is a list of them, each before the parts in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// How deep it stands: 0 for `when` and `unless`.
    pub depth: usize,
    /// What it is.
    pub what: What,
    /// Where it stands.
    pub place: Place,
    /// Whether it takes all of the parts in it, where these are joined by `and` or `or`.
    pub takes: Option<Takes>,
    /// Whether it holds in every completion, or in none; `None` where that is open, or the rules are
    /// too large to find out.
    pub holds: Option<bool>,
}

/// How many of its parts a condition takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `a and b`
    All,
    /// `a or b`
    One,
}

/// What a part of a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `when`, with all that stands after it.
    When,
    /// `unless`, with all that stands after it.
    Unless,
    /// Parts that are joined.
    Joined,
    /// `not (a and b)`
    Not,
    /// A test of a fact; also with `not` before it.
    Test(FactId),
    /// The name of a definition. What it is defined as comes next, where a tree names it first.
    Definition(DefinitionId),
    /// The name of a consequence.
    Consequence(ConsequenceId),
}

/// A part that is still to be looked at.
struct Open<'p> {
    depth: usize,
    word: Option<What>,
    condition: &'p Condition,
}

impl Engine<'_> {
    /// The conditions of each rule that concludes about a consequence, in the order of
    /// `Policy::concluding`, part by part, for a profile; empty for a rule that does not count.
    pub(super) fn held(&self, consequence: ConsequenceId, profile: &Profile) -> Vec<Vec<Held>> {
        let policy = self.policy;
        let mut known = Known::new();
        self.locate(profile, &mut known);
        let mut diagram = Diagram::new();
        diagram.grant(self.limits.of(Limit::SearchSteps));
        let logic = Diagrams { policy, levels: &self.levels, known: &known, diagram };
        let mut decider = Decider::new(policy, &self.selection, self.cells(), logic);
        needed(policy, consequence).into_iter().for_each(|node| _ = decider.decide(node));
        let tree = |rule: &RuleId| match self.selection.has(*rule) {
            true => self.tree(*rule, &mut decider),
            false => Vec::new(),
        };
        policy.concluding[consequence.index()].iter().map(tree).collect()
    }

    fn tree(&self, rule: RuleId, decider: &mut Decider<'_, Diagrams<'_>>) -> Vec<Held> {
        let policy = self.policy;
        let when = Open { depth: 0, word: Some(What::When), condition: &policy[rule].when };
        let unless = policy[rule].unless.as_ref();
        let unless = unless.map(|condition| Open { depth: 0, word: Some(What::Unless), condition });
        // A list and not the program's stack: definitions may be as many as a file holds.
        let mut open: Vec<Open<'_>> = unless.into_iter().chain([when]).collect();
        let mut told: HashSet<DefinitionId> = HashSet::new();
        let mut tree = Vec::new();
        while let Some(Open { depth, word, condition }) = open.pop() {
            let holds = match decider.condition(condition) {
                Ok(TRUE) => Some(true),
                Ok(FALSE) => Some(false),
                Ok(_) | Err(_) => None,
            };
            let (what, inner): (What, Option<&Condition>) = match (word, condition) {
                (Some(word), condition) => (word, Some(condition)),
                (None, Condition::All(..) | Condition::Any(..)) => (What::Joined, Some(condition)),
                (None, Condition::Not(inner, _)) => match &**inner {
                    Condition::Test(test) => (What::Test(test.fact), None),
                    other => (What::Not, Some(other)),
                },
                (None, Condition::Test(test)) => (What::Test(test.fact), None),
                (None, Condition::Definition(id, _)) => {
                    (What::Definition(*id), told.insert(*id).then(|| &policy[*id].condition))
                }
                (None, Condition::Consequence(id, _)) => (What::Consequence(*id), None),
            };
            let (takes, parts): (Option<Takes>, &[Condition]) = match inner {
                None => (None, &[]),
                Some(Condition::All(parts, _)) => (Some(Takes::All), parts),
                Some(Condition::Any(parts, _)) => (Some(Takes::One), parts),
                Some(other) => (None, std::slice::from_ref(other)),
            };
            open.extend(parts.iter().rev().map(|condition| Open { depth: depth + 1, word: None, condition }));
            tree.push(Held { depth, what, place: condition.place(), takes, holds });
        }
        tree
    }
}
