//! From rules to statuses, in any logic that can join conditions.
//!
//! The same walk serves diagrams, which are exact, and truth tables, which are quick and
//! leave some things open that are settled.

use std::collections::HashMap;

use super::cells::Cells;
use super::view::Selection;
use crate::model::{Condition, ConsequenceId, Node, Policy, RuleId, Test};

/// What conditions become.
pub trait Logic {
    /// A condition's answer.
    type Answer: Copy;
    /// Why there may be none.
    type Failure: Copy;

    /// The condition that always holds, or never does.
    fn constant(&self, holds: bool) -> Self::Answer;
    /// A test of one fact.
    fn test(&mut self, cells: &Cells, test: &Test) -> Self::Answer;
    /// Both hold.
    fn and(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
    /// At least one holds.
    fn or(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
    /// The first holds and the second does not.
    fn and_not(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
}

type Answer<L> = Result<<L as Logic>::Answer, <L as Logic>::Failure>;

/// What was decided of one consequence.
pub struct Decided<L: Logic> {
    /// Whether some rule that applies undefeated asserts it, and whether one denies it.
    pub status: Result<(L::Answer, L::Answer), L::Failure>,
    /// For each rule of `Policy::concluding`, whether it applies undefeated.
    pub effects: Vec<Answer<L>>,
}

/// A walk through a policy in one logic.
pub struct Decider<'a, L: Logic> {
    policy: &'a Policy,
    selection: &'a Selection,
    cells: &'a Cells,
    /// The logic.
    pub logic: L,
    definitions: Vec<Option<Answer<L>>>,
    applies: Vec<Option<Answer<L>>>,
    consequences: Vec<Option<Decided<L>>>,
}

impl<'a, L: Logic> Decider<'a, L> {
    /// A walk that has not begun.
    pub fn new(policy: &'a Policy, selection: &'a Selection, cells: &'a Cells, logic: L) -> Self {
        Self {
            policy,
            selection,
            cells,
            logic,
            definitions: vec![None; policy.definitions.len()],
            applies: vec![None; policy.rules.len()],
            consequences: policy.consequence_ids().map(|_| None).collect(),
        }
    }

    /// Decides one definition or consequence. INVARIANT: all it depends on was decided.
    pub fn decide(&mut self, node: Node) {
        match node {
            Node::Definition(id) => {
                self.definitions[id.index()] = Some(self.condition(&self.policy[id].condition));
            }
            Node::Consequence(id) => self.consequences[id.index()] = Some(self.consequence(id)),
        }
    }

    /// What was decided of each consequence, and whether each rule applies, where it was asked.
    pub fn finish(self) -> (L, Vec<Option<Decided<L>>>, Vec<Option<Answer<L>>>) {
        (self.logic, self.consequences, self.applies)
    }

    fn consequence(&mut self, id: ConsequenceId) -> Decided<L> {
        let policy = self.policy;
        let concluding = &policy.concluding[id.index()];
        let mut effects: Vec<Answer<L>> = Vec::with_capacity(concluding.len());
        let mut effect_of: HashMap<RuleId, Answer<L>> = HashMap::new();
        for &rule in concluding {
            let mut effect = self.applies(rule);
            // Rules come after those that override them, so their effects are known.
            for winner in &policy.overridden_by[rule.index()] {
                if let Some(&winning) = effect_of.get(winner) {
                    effect = join(&mut self.logic, L::and_not, effect, winning);
                }
            }
            effect_of.insert(rule, effect);
            effects.push(effect);
        }
        let side = |decider: &mut Self, denies: bool| {
            let rules = concluding.iter().zip(&effects).filter(|(rule, _)| policy[**rule].denies == denies);
            let answers: Vec<Answer<L>> = rules.map(|(_, effect)| *effect).collect();
            decider.balanced(answers, L::or, false)
        };
        let (asserted, denied) = (side(self, false), side(self, true));
        let status = asserted.and_then(|asserted| Ok((asserted, denied?)));
        Decided { status, effects }
    }

    fn applies(&mut self, id: RuleId) -> Answer<L> {
        if let Some(answer) = self.applies[id.index()] {
            return answer;
        }
        let rule = &self.policy[id];
        let mut answer = Ok(self.logic.constant(false));
        if self.selection.has(id) {
            answer = self.condition(&rule.when);
            if let Some(unless) = &rule.unless {
                let unless = self.condition(unless);
                answer = join(&mut self.logic, L::and_not, answer, unless);
            }
        }
        self.applies[id.index()] = Some(answer);
        answer
    }

    fn condition(&mut self, condition: &Condition) -> Answer<L> {
        match condition {
            Condition::All(parts) => {
                let answers = parts.iter().map(|part| self.condition(part)).collect();
                self.balanced(answers, L::and, true)
            }
            Condition::Any(parts) => {
                let answers = parts.iter().map(|part| self.condition(part)).collect();
                self.balanced(answers, L::or, false)
            }
            Condition::Not(inner) => {
                let all = Ok(self.logic.constant(true));
                let inner = self.condition(inner);
                join(&mut self.logic, L::and_not, all, inner)
            }
            Condition::Test(test) => Ok(self.logic.test(self.cells, test)),
            Condition::Definition(id, _) => self.definitions[id.index()].expect("decided before what needs it"),
            Condition::Consequence(id, _) => {
                let decided = self.consequences[id.index()].as_ref().expect("decided before what needs it");
                decided.status.map(|(asserted, _)| asserted)
            }
        }
    }

    /// Joins many, neighbours first: joining each to all before it makes ten thousand terms slow.
    fn balanced(&mut self, mut answers: Vec<Answer<L>>, with: JoinFn<L>, neutral: bool) -> Answer<L> {
        while answers.len() > 1 {
            let pairs = answers.chunks(2);
            answers = pairs
                .map(|pair| match *pair {
                    [a, b] => join(&mut self.logic, with, a, b),
                    _ => pair[0],
                })
                .collect();
        }
        answers.pop().unwrap_or_else(|| Ok(self.logic.constant(neutral)))
    }
}

type JoinFn<L> = fn(&mut L, <L as Logic>::Answer, <L as Logic>::Answer) -> Answer<L>;

fn join<L: Logic>(logic: &mut L, with: JoinFn<L>, a: Answer<L>, b: Answer<L>) -> Answer<L> {
    with(logic, a?, b?)
}
