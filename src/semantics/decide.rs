//! From rules to statuses, in any logic that can join conditions.
//!
//! The same walk makes diagrams, which are exact, and flat programs, which are quick and leave
//! some things open that are settled.

#![expect(clippy::indexing_slicing, reason = "rules, definitions and consequences are numbered by the policy")]

use rustc_hash::FxHashMap;

use super::cells::Cells;
use super::view::Selection;
use crate::model::{Condition, ConsequenceId, Date, DefinitionId, Node, Policy, RuleId, Test};

/// What conditions become.
pub trait Logic {
    /// A condition's answer.
    type Answer: Copy;
    /// Why there may be none.
    type Failure: Copy;

    /// The condition that always holds, or never does.
    fn constant(&self, holds: bool) -> Self::Answer;
    /// A test of one fact, on a date.
    fn test(&mut self, cells: &Cells, test: &Test, on: Option<Date>) -> Self::Answer;
    /// Both hold.
    fn and(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
    /// At least one holds.
    fn or(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
    /// The first holds and the second does not.
    fn and_not(&mut self, a: Self::Answer, b: Self::Answer) -> Result<Self::Answer, Self::Failure>;
    /// All of them hold.
    fn all(&mut self, parts: Vec<Self::Answer>) -> Result<Self::Answer, Self::Failure> {
        balanced(self, parts, Self::and, true)
    }
    /// At least one of them holds.
    fn any(&mut self, parts: Vec<Self::Answer>) -> Result<Self::Answer, Self::Failure> {
        balanced(self, parts, Self::or, false)
    }
}

type Answer<L> = Result<<L as Logic>::Answer, <L as Logic>::Failure>;

/// Whether some rule that applies undefeated asserts a consequence, and whether one denies it.
pub type Sides<L> = Result<(<L as Logic>::Answer, <L as Logic>::Answer), <L as Logic>::Failure>;

/// What a walk decided, by answers and failures.
#[derive(Clone, Debug)]
pub struct Decided<A, F> {
    definitions: FxHashMap<DefinitionId, Result<A, F>>,
    applies: FxHashMap<RuleId, Result<A, F>>,
    consequences: FxHashMap<ConsequenceId, Result<(A, A), F>>,
}

impl<A, F> Default for Decided<A, F> {
    fn default() -> Self {
        let (definitions, applies, consequences) = Default::default();
        Self { definitions, applies, consequences }
    }
}

/// A walk through a policy in one logic. It remembers what it decided, and decides only what
/// it is asked and what that depends on: a policy may be much larger than the question.
pub struct Decider<'a, L: Logic> {
    policy: &'a Policy,
    selection: &'a Selection,
    cells: &'a Cells,
    /// The logic.
    pub logic: L,
    /// What was decided so far.
    pub decided: Decided<L::Answer, L::Failure>,
}

impl<'a, L: Logic> Decider<'a, L> {
    /// A walk that has not begun.
    pub fn new(policy: &'a Policy, selection: &'a Selection, cells: &'a Cells, logic: L) -> Self {
        Self::go_on(policy, selection, cells, logic, Decided::default())
    }

    /// A walk that goes on with what was decided in the same logic and selection.
    pub fn go_on(
        policy: &'a Policy,
        selection: &'a Selection,
        cells: &'a Cells,
        logic: L,
        decided: Decided<L::Answer, L::Failure>,
    ) -> Self {
        Self { policy, selection, cells, logic, decided }
    }

    /// Decides one definition or consequence. INVARIANT: all it depends on was decided.
    ///
    /// For a consequence, returns whether each of its rules applies undefeated.
    pub fn decide(&mut self, node: Node) -> Vec<Answer<L>> {
        match node {
            Node::Definition(id) => {
                let answer = self.condition(&self.policy[id].condition);
                self.decided.definitions.insert(id, answer);
                Vec::new()
            }
            Node::Consequence(id) => {
                let effects = self.effects(id);
                let (asserted, denied) = (self.side(id, &effects, false), self.side(id, &effects, true));
                self.decided.consequences.insert(id, asserted.and_then(|asserted| Ok((asserted, denied?))));
                effects
            }
        }
    }

    /// What was decided of a consequence.
    pub fn sides(&self, id: ConsequenceId) -> Sides<L> {
        self.decided.consequences[&id]
    }

    fn side(&mut self, id: ConsequenceId, effects: &[Answer<L>], denies: bool) -> Answer<L> {
        let rules = self.policy.concluding[id.index()].iter().zip(effects);
        let side = rules.filter(|(rule, _)| self.policy[**rule].denies == denies);
        let answers = side.map(|(_, effect)| *effect).collect::<Result<_, _>>()?;
        self.logic.any(answers)
    }

    /// For each rule that concludes about a consequence whether it applies undefeated.
    fn effects(&mut self, id: ConsequenceId) -> Vec<Answer<L>> {
        let policy = self.policy;
        let concluding = &policy.concluding[id.index()];
        let place: FxHashMap<RuleId, usize> =
            concluding.iter().enumerate().map(|(place, rule)| (*rule, place)).collect();
        let mut effects: Vec<Answer<L>> = Vec::with_capacity(concluding.len());
        for &rule in concluding {
            let mut effect = self.applies(rule);
            // Rules come after those that override them, so the effects of those are known.
            for winner in policy.overridden_by[rule.index()].iter().filter_map(|winner| place.get(winner)) {
                effect = join(&mut self.logic, L::and_not, effect, effects[*winner]);
            }
            effects.push(effect);
        }
        effects
    }

    /// Whether a rule applies.
    pub fn applies(&mut self, id: RuleId) -> Answer<L> {
        if let Some(answer) = self.decided.applies.get(&id) {
            return *answer;
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
        self.decided.applies.insert(id, answer);
        answer
    }

    /// Whether a condition holds. INVARIANT: all it names was decided.
    pub fn condition(&mut self, condition: &Condition) -> Answer<L> {
        match condition {
            Condition::All(parts, _) => {
                let parts = self.conditions(parts)?;
                self.logic.all(parts)
            }
            Condition::Any(parts, _) => {
                let parts = self.conditions(parts)?;
                self.logic.any(parts)
            }
            Condition::Not(inner, _) => {
                let all = Ok(self.logic.constant(true));
                let inner = self.condition(inner);
                join(&mut self.logic, L::and_not, all, inner)
            }
            Condition::Test(test) => Ok(self.logic.test(self.cells, test, self.selection.on)),
            Condition::Definition(id, _) => self.decided.definitions[id],
            Condition::Consequence(id, _) => self.decided.consequences[id].map(|(asserted, _)| asserted),
        }
    }

    fn conditions(&mut self, conditions: &[Condition]) -> Result<Vec<L::Answer>, L::Failure> {
        conditions.iter().map(|condition| self.condition(condition)).collect()
    }
}

/// Joins many, neighbours first: joining each to all before it makes ten thousand terms slow.
fn balanced<L: Logic + ?Sized>(
    logic: &mut L,
    mut answers: Vec<L::Answer>,
    with: JoinFn<L>,
    neutral: bool,
) -> Result<L::Answer, L::Failure> {
    while answers.len() > 1 {
        let join = |pair: &[L::Answer]| match *pair {
            [a, b] => with(logic, a, b),
            _ => Ok(pair[0]),
        };
        answers = answers.chunks(2).map(join).collect::<Result<_, _>>()?;
    }
    Ok(answers.pop().unwrap_or_else(|| logic.constant(neutral)))
}

type JoinFn<L> = fn(&mut L, <L as Logic>::Answer, <L as Logic>::Answer) -> Answer<L>;

fn join<L: Logic>(logic: &mut L, with: JoinFn<L>, a: Answer<L>, b: Answer<L>) -> Answer<L> {
    with(logic, a?, b?)
}
