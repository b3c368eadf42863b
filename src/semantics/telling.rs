//! Which unknown fact to ask for next.
//!
//! What can be known at the end decides: facts that nobody will answer are quantified away, so that
//! for each consequence the diagrams say which statuses stay possible, by the facts that may still
//! be answered. A fact that these diagrams do not ask for cannot change anything any more.
//!
//! The most telling question is the first one of a decision tree with the fewest questions expected,
//! each cell of a fact being as likely as any other. Where few facts are left all trees are looked at
//! (Hyafil and Rivest 1976 show that nothing much better is known); else the question after which the
//! fewest facts are expected to matter.

#![expect(clippy::indexing_slicing, reason = "levels are those of the engine, and parts those of the split at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "weights of 128 bits, whose number is bounded by the steps")]

use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::cells::Cell;
use super::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE, push_branch};
use super::engine::{Engine, Known, Question, Scratch};
use super::fold::Fold;
use super::status::Settled;
use crate::distinct::distinct;
use crate::limits::Limit;
use crate::model::{ConsequenceId, FactId, Profile};

/// With at most so many facts left all orders of questions are looked at.
const FEW: usize = 12;

/// A fact worth asking for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The fact.
    pub fact: FactId,
    /// The consequences of which its answer may decide something.
    pub matters_to: Vec<ConsequenceId>,
    /// All facts that may still matter, with this one, in the order of declaration.
    pub left: Vec<FactId>,
}

/// For each end whether it stays possible, as conditions.
type Ends = [NodeId; Settled::ALL.len()];

/// What stays possible for several consequences, as conditions in one diagram: no ends, ascending.
type State = Vec<NodeId>;

impl Engine<'_> {
    /// The unknown fact to ask for next, where some consequences are wanted and some facts will not
    /// be answered; the first declared of equally good ones. `None` when no answer can change what is
    /// said of them.
    ///
    /// With at most 12 facts left it is the first question of those by which the fewest are
    /// expected, with more the one after which the fewest facts are expected to matter. Where the limits
    /// are reached, it is one that might matter.
    #[must_use]
    pub fn most_telling(&self, wanted: &[ConsequenceId], profile: &Profile, declined: &[FactId]) -> Option<Telling> {
        let mut known = Known::new();
        self.locate(profile, &mut known);
        let asked = |level: Level| !declined.contains(&self.order[level as usize]);
        let mut diagram = Diagram::new();
        let mut state = State::new();
        // The facts that may matter to each consequence, and those of which only that is known.
        let mut matter: Vec<(ConsequenceId, Vec<FactId>)> = Vec::new();
        let mut hard: Vec<FactId> = Vec::new();
        for &consequence in wanted {
            diagram.grant(self.limits.of(Limit::SearchSteps));
            let facts = if let Ok(ends) = self.stays_possible(consequence, &known, asked, &mut diagram) {
                let before = state.len();
                state.extend(ends.into_iter().filter(|node| !node.is_end()));
                self.facts(diagram.asked(&state[before..]))
            } else {
                let facts = self.ask(Question::Status(consequence), profile, &mut Scratch::default()).1;
                let facts: Vec<FactId> = facts.into_iter().filter(|fact| !declined.contains(fact)).collect();
                hard.extend(&facts);
                facts
            };
            matter.push((consequence, facts));
        }
        let left = distinct(matter.iter().flat_map(|(_, facts)| facts.iter().copied()));
        let state = distinct(state);
        let matters_to = |fact: FactId| {
            let of = matter.iter().filter(|(_, facts)| facts.contains(&fact));
            of.map(|(consequence, _)| *consequence).collect::<Vec<_>>()
        };
        let widest =
            |facts: &[FactId]| facts.iter().copied().min_by_key(|fact| (Reverse(matters_to(*fact).len()), *fact));
        let fact = match self.first_question(diagram, &state) {
            Ok(Some(fact)) => fact,
            // Nothing is certain to matter: one that might.
            Ok(None) => widest(&hard)?,
            Err(OverBudget) => widest(&left)?,
        };
        Some(Telling { fact, matters_to: matters_to(fact), left })
    }

    /// Which statuses of a consequence stay possible, by the facts that are asked: others that are
    /// unknown stay so.
    fn stays_possible(
        &self,
        consequence: ConsequenceId,
        known: &[Cell],
        asked: impl Fn(Level) -> bool,
        diagram: &mut Diagram,
    ) -> Result<Ends, OverBudget> {
        let question = Question::Status(consequence);
        let residual;
        let (source, root) = if let Some(root) = self.root(question) {
            (&self.diagram, root)
        } else {
            residual = self.decided(question, known, self.limits.of(Limit::SearchSteps))?;
            (&residual.0, residual.1)
        };
        let mut over = Ok(());
        let mut fold: Fold<Ends> = Fold::default();
        fold.begin();
        let at_end = |end: NodeId| std::array::from_fn(|bit| if end.0 as usize == bit { TRUE } else { FALSE });
        let mut branches: Vec<Branch> = Vec::new();
        let ends = fold.run(source, root, known, at_end, |node, parts| {
            let level = source.level(node);
            std::array::from_fn(|end| {
                if asked(level) {
                    branches.clear();
                    parts
                        .iter()
                        .for_each(|(cell, to)| push_branch(&mut branches, 0, Branch { end: *cell, to: to[end] }));
                    return diagram.make(level, &branches);
                }
                let any = parts.iter().try_fold(FALSE, |any, (_, to)| diagram.join(Join::Or, any, to[end]));
                any.unwrap_or_else(|OverBudget| {
                    over = Err(OverBudget);
                    FALSE
                })
            })
        });
        over.map(|()| ends)
    }

    /// The first question of those by which the fewest are expected; `None` where nothing is open.
    fn first_question(&self, diagram: Diagram, state: &[NodeId]) -> Result<Option<FactId>, OverBudget> {
        let mut levels = diagram.asked(state);
        // Of equally good questions the first declared is taken.
        levels.sort_unstable_by_key(|level| self.order[*level as usize]);
        let count = |level: &Level| self.cells().count(self.order[*level as usize]) as u128;
        let counts: FxHashMap<Level, u128> = levels.iter().map(|level| (*level, count(level))).collect();
        let mut search =
            Search { diagram, levels, counts, steps: self.limits.of(Limit::SearchSteps), met: FxHashMap::default() };
        let first = match search.fewest(state) {
            Err(OverBudget) => {
                search.steps = self.limits.of(Limit::SearchSteps);
                search.narrowest(state)
            }
            first => first,
        };
        Ok(first?.map(|level| self.order[level as usize]))
    }
}

/// The search for the first question.
struct Search {
    diagram: Diagram,
    /// The levels that may be asked, in the order of their facts' declaration.
    levels: Vec<Level>,
    /// How many cells a level has.
    counts: FxHashMap<Level, u128>,
    steps: u64,
    /// How many questions are expected from a state, times the number of combinations of cells,
    /// which makes it a whole number; and which is the first.
    met: FxHashMap<State, (u128, Option<Level>)>,
}

impl Search {
    /// The first question of a tree with the fewest questions expected.
    fn fewest(&mut self, state: &[NodeId]) -> Result<Option<Level>, OverBudget> {
        if self.levels.len() > FEW {
            return Err(OverBudget);
        }
        let whole = self.counts.values().try_fold(1_u128, |product, count| product.checked_mul(*count));
        // Sums over a level's cells of what is expected are at most so many times larger.
        let larger = self.counts.values().max().and_then(|most| most.checked_mul(FEW as u128));
        let fits = |whole: &u128| larger.is_none_or(|larger| whole.checked_mul(larger).is_some());
        let whole = whole.filter(fits).ok_or(OverBudget)?;
        Ok(self.expected(state, whole)?.1)
    }

    /// As deep as there are levels: at most [`FEW`].
    fn expected(&mut self, state: &[NodeId], whole: u128) -> Result<(u128, Option<Level>), OverBudget> {
        if state.is_empty() {
            return Ok((0, None));
        }
        if let Some(&found) = self.met.get(state) {
            return Ok(found);
        }
        let mut best: Option<(u128, Level)> = None;
        for level in self.open(state) {
            let mut sum = 0;
            for (rest, weight) in self.answers(state, level)? {
                sum += self.expected(&rest, whole)?.0 * weight;
            }
            // Nothing below asks for this fact, so its count divides the sum.
            let expected = whole + sum / self.counts[&level];
            if best.is_none_or(|(least, _)| expected < least) {
                best = Some((expected, level));
            }
        }
        let (expected, level) = best.expect("what is open asks for something");
        let found = (expected, Some(level));
        self.met.insert(state.to_vec(), found);
        Ok(found)
    }

    /// The question after which the fewest facts are expected to matter.
    fn narrowest(&mut self, state: &[NodeId]) -> Result<Option<Level>, OverBudget> {
        let mut best: Option<(u128, u128, Level)> = None;
        for level in self.open(state) {
            let mut sum = 0;
            for (rest, weight) in self.answers(state, level)? {
                sum += self.diagram.asked(&rest).len() as u128 * weight;
            }
            let count = self.counts[&level];
            if best.is_none_or(|(least, of, _)| sum * of < least * count) {
                best = Some((sum, count, level));
            }
        }
        Ok(best.map(|(_, _, level)| level))
    }

    /// The levels that a state asks for, in the order of their facts' declaration.
    fn open(&self, state: &[NodeId]) -> Vec<Level> {
        let asked = self.diagram.asked(state);
        self.levels.iter().copied().filter(|level| asked.contains(level)).collect()
    }

    /// What is left of a state for each run of a level's cells, with how many cells those are.
    fn answers(&mut self, state: &[NodeId], level: Level) -> Result<Vec<(State, u128)>, OverBudget> {
        let below = self.diagram.below(state);
        self.steps = self.steps.checked_sub(below.len() as u64).ok_or(OverBudget)?;
        let count = Cell::try_from(self.counts[&level]).expect("cells are numbered so");
        let here = below.iter().filter(|node| self.diagram.level(**node) == level);
        let ends = distinct(here.flat_map(|node| self.diagram.branches(*node)).map(|branch| branch.end.min(count)));
        let mut answers: Vec<(State, u128)> = Vec::new();
        let mut start = 0;
        for end in ends {
            let rest = self.known(state, &below, level, start)?;
            let weight = u128::from(end - start);
            match answers.iter_mut().find(|(other, _)| *other == rest) {
                Some((_, more)) => *more += weight,
                None => answers.push((rest, weight)),
            }
            start = end;
        }
        Ok(answers)
    }

    /// What is left of a state once a level's cell is known. `below` are its nodes, ascending.
    fn known(&mut self, state: &[NodeId], below: &[NodeId], level: Level, cell: Cell) -> Result<State, OverBudget> {
        self.steps = self.steps.checked_sub(below.len() as u64).ok_or(OverBudget)?;
        let mut became: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let mut branches: Vec<Branch> = Vec::new();
        // Nodes are made after those they lead to, so one pass upwards meets each in time.
        for &node in below {
            let to = |node: NodeId| became.get(&node).copied().unwrap_or(node);
            let rest = match self.diagram.level(node).cmp(&level) {
                std::cmp::Ordering::Equal => self.diagram.follow(node, cell),
                std::cmp::Ordering::Greater => node,
                std::cmp::Ordering::Less => {
                    branches.clear();
                    for branch in self.diagram.branches(node) {
                        push_branch(&mut branches, 0, Branch { end: branch.end, to: to(branch.to) });
                    }
                    self.diagram.make(self.diagram.level(node), &branches)
                }
            };
            became.insert(node, rest);
        }
        Ok(distinct(state.iter().map(|node| became[node]).filter(|node| !node.is_end())))
    }
}
