//! All complete profiles of a policy at once: every condition, on every day that has to be looked
//! at, as diagrams that share one set of nodes.

#![expect(clippy::indexing_slicing, reason = "days, facts and consequences are numbered by the space")]
#![expect(clippy::arithmetic_side_effects, reason = "steps that were granted, and days")]

use crate::distinct::distinct;
use crate::limits::{Limit, Limits};
use crate::model::{Condition, ConsequenceId, Date, Draft, FactId, Node, Policy, RuleId, Value};
use crate::never::never;
use crate::scenarios;
use crate::semantics::cells::{Cell, Cells, UNKNOWN};
use crate::semantics::decide::{Decided, Decider};
use crate::semantics::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE, push_branch};
use crate::semantics::engine::Diagrams;
use crate::semantics::fold::{Fold, Search};
use crate::semantics::order::fact_order;
use crate::semantics::{Selection, Status, View};

/// A set of complete profiles, or that it was not found within the budget.
pub(crate) type Answer = Result<NodeId, OverBudget>;

/// All complete profiles of a policy, and what its rules do for each of them on each day.
pub(crate) struct Space<'p> {
    pub policy: &'p Policy,
    /// The days that are looked at.
    pub days: Vec<Day>,
    /// Values that no rule can tell apart on any of the days.
    pub cells: Cells,
    order: Vec<FactId>,
    levels: Vec<Level>,
    diagram: Diagram,
    search: Search,
    lengths: Fold<u32>,
    one: u64,
    left: u64,
}

/// One day, with what was decided for it.
pub(crate) struct Day {
    /// The date; `None` where nothing depends on it.
    pub on: Option<Date>,
    pub selection: Selection,
    decided: Decided<NodeId, OverBudget>,
    /// For each consequence and each rule that concludes about it whether it applies undefeated.
    effects: Vec<Vec<Answer>>,
}

/// The place of a day among those that are looked at.
pub(crate) type DayIndex = usize;

impl<'p> Space<'p> {
    /// Decides every condition and consequence of a policy on some days.
    pub fn new(policy: &'p Policy, days: &[Option<Date>], limits: Limits) -> Self {
        let order = fact_order(policy);
        let mut levels = vec![Level::MAX; policy.facts.len()];
        for (level, fact) in (0..).zip(&order) {
            levels[fact.index()] = level;
        }
        let cells = Cells::cut(policy, days);
        let mut space = Self {
            policy,
            days: Vec::new(),
            cells,
            order,
            levels,
            diagram: Diagram::new(),
            search: Search::default(),
            lengths: Fold::default(),
            one: limits.of(Limit::QuestionSteps),
            left: limits.of(Limit::CheckSteps),
        };
        for on in days {
            let selection = View { on: *on, ..View::default() }.select(policy);
            // INVARIANT: where something depends on the date, there is one.
            let selection = selection.unwrap_or_else(|report| never(&report.message));
            space.days.push(Day { on: *on, selection, decided: Decided::default(), effects: Vec::new() });
            space.decide_all(space.days.len() - 1);
        }
        space
    }

    fn decide_all(&mut self, day: DayIndex) {
        let policy = self.policy;
        let mut effects: Vec<Vec<Answer>> = vec![Vec::new(); policy.consequences.len()];
        for node in &policy.order {
            let decided = self.decider(day, |decider| decider.decide(*node));
            if let Node::Consequence(id) = node {
                effects[id.index()] = decided;
            }
        }
        self.days[day].effects = effects;
    }

    /// Works with a decider of one day, within the budget of one question.
    fn decider<T>(&mut self, day: DayIndex, work: impl FnOnce(&mut Decider<'_, Diagrams<'_>>) -> T) -> T {
        let granted = self.grant();
        let diagram = std::mem::take(&mut self.diagram);
        let logic = Diagrams { policy: self.policy, levels: &self.levels, known: &[], diagram };
        let decided = std::mem::take(&mut self.days[day].decided);
        let mut decider = Decider::go_on(self.policy, &self.days[day].selection, &self.cells, logic, decided);
        let answer = work(&mut decider);
        let Decider { logic, decided, .. } = decider;
        self.diagram = logic.diagram;
        self.days[day].decided = decided;
        self.settle(granted);
        answer
    }

    fn grant(&mut self) -> u64 {
        let granted = self.one.min(self.left);
        self.diagram.grant(granted);
        granted
    }

    fn settle(&mut self, granted: u64) {
        self.left -= granted - self.diagram.left();
    }

    /// The days on which a rule is in force.
    pub fn days_of(&self, rule: RuleId) -> Vec<DayIndex> {
        (0..self.days.len()).filter(|day| self.days[*day].selection.has(rule)).collect()
    }

    /// Every day that is looked at.
    pub fn all_days(&self) -> std::ops::Range<DayIndex> {
        0..self.days.len()
    }

    /// The profiles for which a condition holds.
    pub fn condition(&mut self, day: DayIndex, condition: &Condition) -> Answer {
        self.decider(day, |decider| decider.condition(condition))
    }

    /// The profiles for which a rule applies.
    pub fn applies(&mut self, day: DayIndex, rule: RuleId) -> Answer {
        self.decider(day, |decider| decider.applies(rule))
    }

    /// The profiles for which a rule, by its place in `Policy::concluding`, applies undefeated.
    pub fn effect(&self, day: DayIndex, consequence: ConsequenceId, place: usize) -> Answer {
        self.days[day].effects[consequence.index()][place]
    }

    /// The profiles for which some rule asserts a consequence, and those for which one denies it.
    pub fn sides(&mut self, day: DayIndex, consequence: ConsequenceId) -> Result<(NodeId, NodeId), OverBudget> {
        self.decider(day, |decider| decider.sides(consequence))
    }

    fn join(&mut self, join: Join, a: Answer, b: Answer) -> Answer {
        let granted = self.grant();
        let answer = self.diagram.join(join, a?, b?);
        self.settle(granted);
        answer
    }

    pub fn and(&mut self, a: Answer, b: Answer) -> Answer {
        self.join(Join::And, a, b)
    }

    pub fn and_not(&mut self, a: Answer, b: Answer) -> Answer {
        self.join(Join::AndNot, a, b)
    }

    pub fn not(&mut self, a: Answer) -> Answer {
        self.and_not(Ok(TRUE), a)
    }

    /// A profile with as few facts as can be, all completions of which are in the set; `None`
    /// where the set is empty.
    ///
    /// The facts are those of a shortest path through the diagram, without those that are not
    /// needed. Where a cell has no value that can be written, there is none either.
    pub fn witness(&mut self, set: NodeId) -> Option<Vec<(FactId, Value)>> {
        let mut known: Vec<Cell> = vec![UNKNOWN; self.order.len()];
        let way = self.lengths.way(&self.diagram, set, TRUE, &known)?;
        way.iter().for_each(|(level, cell)| known[*level as usize] = *cell);
        for (level, cell) in &way {
            known[*level as usize] = UNKNOWN;
            if self.search.reachable(&self.diagram, set, &known, 1 << FALSE.0) != 0 {
                known[*level as usize] = *cell;
            }
        }
        let kept = known.iter().zip(&self.order).filter(|(cell, _)| **cell != UNKNOWN);
        let values = kept.map(|(cell, fact)| Some((*fact, self.cells.value(self.policy, *fact, *cell)?)));
        let mut values: Vec<(FactId, Value)> = values.collect::<Option<_>>()?;
        values.sort_unstable_by_key(|(fact, _)| *fact);
        Some(values)
    }

    /// The facts on which a set depends.
    pub fn support(&mut self, set: NodeId) -> Vec<FactId> {
        let unknown: Vec<Cell> = vec![UNKNOWN; self.order.len()];
        let mut facts: Vec<FactId> = Vec::new();
        self.lengths.begin();
        let note = |node, _: &[(Cell, u32)]| {
            facts.push(self.order[self.diagram.level(node) as usize]);
            0
        };
        self.lengths.run(&self.diagram, set, &unknown, |_| 0, note);
        distinct(facts)
    }

    /// The nodes of a set, each with the fact that it asks for.
    pub fn nodes_of(&mut self, set: NodeId) -> Vec<(FactId, NodeId)> {
        let unknown: Vec<Cell> = vec![UNKNOWN; self.order.len()];
        let mut nodes = Vec::new();
        self.lengths.begin();
        let note = |node, _: &[(Cell, u32)]| {
            nodes.push((self.order[self.diagram.level(node) as usize], node));
            0
        };
        self.lengths.run(&self.diagram, set, &unknown, |_| 0, note);
        nodes
    }

    /// The place of a fact in the order in which diagrams ask.
    pub fn level(&self, fact: FactId) -> Level {
        self.levels[fact.index()]
    }

    /// The fact that a node asks for.
    pub fn fact_of(&self, node: NodeId) -> FactId {
        self.order[self.diagram.level(node) as usize]
    }

    /// Where a node leads for a cell of its fact.
    pub fn follow(&self, node: NodeId, cell: Cell) -> NodeId {
        self.diagram.follow(node, cell)
    }

    /// A shortest way into a set: each fact that is asked on it, with the cell that is taken.
    /// Empty where the set holds all profiles, or none.
    pub fn way(&mut self, set: NodeId) -> Vec<(FactId, Cell)> {
        let unknown: Vec<Cell> = vec![UNKNOWN; self.order.len()];
        let way = self.lengths.way(&self.diagram, set, TRUE, &unknown).unwrap_or_default();
        way.into_iter().map(|(level, cell)| (self.order[level as usize], cell)).collect()
    }

    /// The profiles whose values of some facts lie in some of the cells.
    pub fn product(&mut self, allowed: &[(FactId, Vec<bool>)]) -> NodeId {
        let mut allowed: Vec<&(FactId, Vec<bool>)> = allowed.iter().collect();
        allowed.sort_by_key(|(fact, _)| std::cmp::Reverse(self.level(*fact)));
        let mut product = TRUE;
        for (fact, inside) in allowed {
            let mut branches: Vec<Branch> = Vec::new();
            for (end, inside) in (1..).zip(inside) {
                push_branch(&mut branches, 0, Branch { end, to: if *inside { product } else { FALSE } });
            }
            if let Some(last) = branches.last_mut() {
                last.end = Cell::MAX;
            }
            product = self.diagram.make(self.level(*fact), &branches);
        }
        product
    }

    /// The status of a consequence for a profile in which some facts are known.
    pub fn status(
        &mut self,
        day: DayIndex,
        consequence: ConsequenceId,
        known: &[(FactId, Value)],
    ) -> Result<Status, OverBudget> {
        let (asserted, denied) = self.sides(day, consequence)?;
        let root = self.join(Join::Status, Ok(asserted), Ok(denied))?;
        let cells = self.cells_of(known);
        Ok(Status::from_bits(self.search.reachable(&self.diagram, root, &cells, 0b1111)))
    }

    /// The cell of each level's fact.
    fn cells_of(&self, known: &[(FactId, Value)]) -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![UNKNOWN; self.order.len()];
        for (fact, value) in known.iter().filter(|(fact, _)| self.levels[fact.index()] != Level::MAX) {
            cells[self.levels[fact.index()] as usize] = self.cells.of(*fact, *value);
        }
        cells
    }

    /// Puts a partial profile before all sets of profiles.
    pub fn look(&self, known: &[(FactId, Value)], look: &mut Look) {
        look.cells = self.cells_of(known);
    }

    /// Whether every completion of the profile is in the set.
    pub fn in_for_certain(&self, set: NodeId, look: &mut Look) -> bool {
        look.search.reachable(&self.diagram, set, &look.cells, 1 << FALSE.0) == 0
    }

    /// Whether some completion of the profile is in the set, and some is not.
    pub fn is_open(&self, set: NodeId, look: &mut Look) -> bool {
        let both = 1 << TRUE.0 | 1 << FALSE.0;
        look.search.reachable(&self.diagram, set, &look.cells, both) == both
    }

    /// A scenario with these facts on a day, which expects what is so of these consequences. It has
    /// a date where anything depends on one.
    pub fn draft(
        &mut self,
        day: DayIndex,
        given: &[(FactId, Value)],
        consequences: &[ConsequenceId],
        label: String,
    ) -> Result<Draft, OverBudget> {
        let mut expected = Vec::new();
        for consequence in consequences {
            expected.push((*consequence, scenarios::to_expect(self.status(day, *consequence, given)?)));
        }
        Ok(Draft { label, on: self.days[day].on, given: given.to_vec(), expected })
    }
}

/// A partial profile that is put before sets of profiles.
#[derive(Default)]
pub(crate) struct Look {
    cells: Vec<Cell>,
    search: Search,
}
