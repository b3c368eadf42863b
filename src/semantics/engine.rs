//! The engine: a policy compiled for one view, and every question that profiles put to it.

#![expect(clippy::indexing_slicing, reason = "levels and questions are those that the engine was compiled for")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "steps that were granted before they are taken away, and numbers of facts"
)]

use rustc_hash::{FxHashMap, FxHashSet};

use super::cells::{Cell, Cells, UNKNOWN};
use super::decide::{Decider, Logic};
use super::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE, push_branch};
use super::fold::Fold;
use super::order::fact_order;
use super::paths::Paths;
use super::program::{Program, Values};
use super::status::{Possible, Settled, Status};
use super::table::Table;
use super::view::{Selection, View};
use crate::diagnostic::Diagnostic;
use crate::distinct::distinct;
use crate::limits::{Limit, Limits};
use crate::model::{Condition, ConsequenceId, Date, FactId, Node, Policy, Profile, RuleId, Test};

/// From so many rules on a pass through the program takes less time than a walk through each diagram,
/// which is then left to those that the program leaves open.
const MANY_RULES: usize = 200;

/// No definition and no consequence takes more than such a part of the steps for compiling.
const PARTS_COMPILED: u64 = 5;

/// A policy compiled for one view.
///
/// Compile once, ask often: the answers are exact, and the same whatever was asked before.
pub struct Engine<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The rules that count, and the date.
    pub selection: Selection,
    /// The limits it was compiled with.
    pub limits: Limits,
    cells: Cells,
    /// The facts in the order in which diagrams ask for them: a level is a place in it.
    pub(crate) order: Vec<FactId>,
    /// For each fact its level; `Level::MAX` for one that no condition tests.
    pub(super) levels: Vec<Level>,
    pub(crate) diagram: Diagram,
    compiled: Compiled,
    /// The consequences' diagrams again, for profiles in which all that is asked is known.
    paths: Paths,
    /// All that is asked once more, where some of it has no diagram or rules are many.
    program: Option<Program>,
    /// The statuses of every profile, where that was asked for and they are few.
    pub(super) table: Option<Table>,
}

/// An engine that was laid by, without its policy: for a caller who keeps both, one beside the other.
pub struct LaidBy {
    selection: Selection,
    limits: Limits,
    cells: Cells,
    order: Vec<FactId>,
    levels: Vec<Level>,
    diagram: Diagram,
    compiled: Compiled,
    paths: Paths,
    program: Option<Program>,
    table: Option<Table>,
}

impl LaidBy {
    /// The view it was compiled for.
    #[must_use]
    pub fn view(&self) -> &View {
        &self.selection.view
    }

    /// The engine again; nothing is compiled. INVARIANT: it is the policy that it was made of.
    #[must_use]
    pub fn take_up(self, policy: &Policy) -> Engine<'_> {
        let Self { selection, limits, cells, order, levels, diagram, compiled, paths, program, table } = self;
        Engine { policy, selection, limits, cells, order, levels, diagram, compiled, paths, program, table }
    }
}

/// The diagrams of a policy; `None` where one would have grown over the limits.
struct Compiled {
    /// For each consequence its diagram, and the first consequence that has the same one.
    roots: Vec<(Option<NodeId>, Option<usize>)>,
    /// For each consequence and each of the rules that conclude about it.
    effects: Vec<Vec<Option<NodeId>>>,
    applies: Vec<Option<NodeId>>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Which status a consequence has.
    Status(ConsequenceId),
    /// Whether a rule applies undefeated for a consequence: the rule is given by its place in
    /// `Policy::concluding`.
    Effect(ConsequenceId, usize),
    /// Whether a rule applies.
    Applies(RuleId),
}

/// What counts as asserted, where it is asked of several consequences at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asserted {
    /// It follows or is disputed.
    AlsoDenied,
    /// It follows: none denies it.
    Undenied,
}

/// What is possible, and whether that is all that could be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The statuses that some completion gives. For a yes-or-no question, `Follows` stands for
    /// yes and `DoesNotFollow` for no.
    pub possible: Possible,
    /// False when the limits were reached: then some of `possible` may not be.
    pub searched: bool,
}

impl Reach {
    /// The answer to a yes-or-no question, if it is settled.
    #[must_use]
    pub fn settled(self) -> Option<bool> {
        self.possible.only().map(|status| status == Settled::Follows)
    }
}

/// With so many facts for each consequence, cells are looked for where paths ask for them.
const MANY: usize = 16;

/// What a question comes to once the known facts are put in.
struct Residual {
    reach: Reach,
    /// The levels that matter.
    levels: Vec<Level>,
    /// How many steps it took to find out.
    used: u64,
}

/// The cell of each level's fact; [`UNKNOWN`] where it is not known.
pub(crate) type Known = Vec<Cell>;

/// Room that queries use again, so that a query allocates nothing. One for each thread.
#[derive(Default)]
pub struct Scratch {
    known: Known,
    ends: Fold<u8>,
    became: Fold<NodeId>,
    /// What is left of the diagrams once the known facts are put in.
    rest: Diagram,
    values: Values,
}

impl<'p> Engine<'p> {
    /// Compiles a policy for a view.
    ///
    /// # Errors
    /// When an answer depends on the date and neither the view nor the policy gives one.
    pub fn new(policy: &'p Policy, view: &View) -> Result<Self, Diagnostic> {
        Self::with_limits(policy, view, policy.limits)
    }

    /// The same, with other limits.
    ///
    /// # Errors
    /// As for [`Engine::new`].
    pub fn with_limits(policy: &'p Policy, view: &View, limits: Limits) -> Result<Self, Diagnostic> {
        let selection = view.select(policy)?;
        let cells = Cells::cut(policy, &[selection.on]);
        let order = fact_order(policy);
        let mut levels = vec![Level::MAX; policy.facts.len()];
        for (level, fact) in (0..).zip(&order) {
            levels[fact.index()] = level;
        }
        let logic = Diagrams { policy, levels: &levels, known: &[], diagram: Diagram::new() };
        let mut decider = Decider::new(policy, &selection, &cells, logic);
        let compiled = Compiled::make(policy, &mut decider, limits);
        let diagram = decider.logic.diagram;
        let paths = Paths::lay(&diagram, compiled.roots.iter().map(|(root, _)| *root));
        let wanted = !compiled.is_whole() || policy.rules.len() >= MANY_RULES;
        let program = wanted
            .then(|| Program::make(policy, &selection, &cells, &order, &levels, limits.length(Limit::Operations)));
        let table = None;
        Ok(Self { policy, selection, limits, cells, order, levels, diagram, compiled, paths, program, table })
    }

    /// Keeps all but the policy.
    #[must_use]
    pub fn lay_by(self) -> LaidBy {
        let Self { policy: _, selection, limits, cells, order, levels, diagram, compiled, paths, program, table } =
            self;
        LaidBy { selection, limits, cells, order, levels, diagram, compiled, paths, program, table }
    }

    /// The status of each consequence, in the order of declaration, written into `statuses`,
    /// which is emptied first.
    pub fn statuses(&self, profile: &Profile, scratch: &mut Scratch, statuses: &mut Vec<Status>) {
        statuses.clear();
        if let Some(table) = &self.table {
            statuses.extend_from_slice(table.get(&self.cells, profile));
            return;
        }
        if self.program.is_none() && self.compiled.roots.len() * MANY < self.order.len() {
            if self.on_paths(profile, statuses) {
                return;
            }
            statuses.clear();
        }
        let mut known = std::mem::take(&mut scratch.known);
        self.locate(profile, &mut known);
        self.statuses_at(&known, scratch, statuses);
        scratch.known = known;
    }

    /// The same where all that is asked for is known, and otherwise nothing of use: false. A path asks for few
    /// of many facts, and looks for the cells of these alone.
    fn on_paths(&self, profile: &Profile, statuses: &mut Vec<Status>) -> bool {
        self.compiled.roots.iter().enumerate().all(|(index, (_, first))| {
            let cell = |level: usize| self.cells.known(self.order[level], profile);
            let status = match *first {
                Some(first) => Some(statuses[first]),
                None => self.paths.walk(index, cell).map(|end| Status::from_bits(1 << end.0)),
            };
            statuses.extend(status);
            status.is_some()
        })
    }

    /// The same by the cell of each level's fact; adds to `statuses`, which are none yet.
    pub(super) fn statuses_at(&self, known: &[Cell], scratch: &mut Scratch, statuses: &mut Vec<Status>) {
        let Scratch { ends, values, .. } = scratch;
        ends.begin();
        if let Some(program) = &self.program {
            program.run(known, values);
        }
        for (consequence, (root, first)) in self.policy.consequence_ids().zip(&self.compiled.roots) {
            if let Some(first) = *first {
                statuses.push(statuses[first]);
                continue;
            }
            let question = Question::Status(consequence);
            let at_once = match &self.program {
                Some(program) => Some(Status::new(values.possible(program.sides(question)))).filter(Status::is_settled),
                None => {
                    let end = self.paths.walk(consequence.index(), |level| known[level]);
                    end.map(|end| Status::from_bits(1 << end.0))
                }
            };
            statuses.push(match (at_once, *root) {
                (Some(status), _) => status,
                (None, Some(root)) => Status::from_bits(ends.ends(&self.diagram, root, known)),
                (None, None) => {
                    Status::new(self.rest(question, known, values, self.limits.of(Limit::SearchSteps)).reach.possible)
                }
            });
        }
    }

    /// What is possible for a profile, and the unknown facts that make a difference, in the
    /// order of declaration.
    ///
    /// Where the limits were reached, the facts are all unknown ones that might.
    #[must_use]
    pub fn ask(&self, question: Question, profile: &Profile, scratch: &mut Scratch) -> (Reach, Vec<FactId>) {
        self.locate(profile, &mut scratch.known);
        let (reach, levels) = match self.root(question) {
            None => {
                let Scratch { known, values, .. } = scratch;
                let residual = self.residual(question, known, values, self.limits.of(Limit::SearchSteps));
                (residual.reach, residual.levels)
            }
            Some(root) => {
                let rest = self.reduce(root, scratch);
                let (ends, levels) = scratch.rest.survey(rest);
                (Reach { possible: Possible::from_bits(ends), searched: true }, levels)
            }
        };
        (reach, self.facts(levels))
    }

    /// What is possible for a profile, and how many steps of those granted it took to find out.
    pub(super) fn possible_within(
        &self,
        question: Question,
        profile: &Profile,
        scratch: &mut Scratch,
        steps: u64,
    ) -> (Reach, u64) {
        self.locate(profile, &mut scratch.known);
        let Some(root) = self.root(question) else {
            let residual = self.residual(question, &scratch.known, &mut scratch.values, steps);
            return (residual.reach, residual.used);
        };
        scratch.ends.begin();
        let possible = Possible::from_bits(scratch.ends.ends(&self.diagram, root, &scratch.known));
        (Reach { possible, searched: scratch.ends.count <= steps }, scratch.ends.count)
    }

    /// The facts on which an answer can depend at all, in the order of declaration; where the
    /// limits were reached, all that might.
    #[must_use]
    pub fn support(&self, question: Question) -> Vec<FactId> {
        let levels = match self.root(question) {
            Some(root) => self.diagram.survey(root).1,
            None => {
                let known = vec![UNKNOWN; self.order.len()];
                self.residual(question, &known, &mut Values::default(), self.limits.of(Limit::SearchSteps)).levels
            }
        };
        self.facts(levels)
    }

    pub(super) fn facts(&self, levels: Vec<Level>) -> Vec<FactId> {
        let mut facts: Vec<FactId> = levels.into_iter().map(|level| self.order[level as usize]).collect();
        facts.sort_unstable();
        facts
    }

    /// For each rule of `Policy::concluding` whether it applies undefeated; `None` where that
    /// is open.
    #[must_use]
    pub fn effects(&self, consequence: ConsequenceId, profile: &Profile, scratch: &mut Scratch) -> Vec<Option<bool>> {
        let mut left = self.limits.of(Limit::SearchSteps);
        let effect = |index| {
            let question = Question::Effect(consequence, index);
            let (reach, used) = self.possible_within(question, profile, scratch, left);
            left = left.saturating_sub(used);
            reach.settled()
        };
        (0..self.policy.concluding[consequence.index()].len()).map(effect).collect()
    }

    /// Whether at least one of these consequences is asserted for a profile, not the same one in
    /// every completion; and the unknown facts that make a difference, in the order of declaration.
    ///
    /// Where the limits were reached, the facts are all unknown ones that might.
    #[must_use]
    pub fn any(&self, consequences: &[ConsequenceId], counts: Asserted, profile: &Profile) -> (Reach, Vec<FactId>) {
        let mut known = Known::new();
        self.locate(profile, &mut known);
        let mut diagram = Diagram::new();
        diagram.grant(self.limits.of(Limit::SearchSteps));
        let logic = Diagrams { policy: self.policy, levels: &self.levels, known: &known, diagram };
        let mut decider = Decider::new(self.policy, &self.selection, &self.cells, logic);
        let mut decided: FxHashSet<Node> = FxHashSet::default();
        let mut any = Ok(FALSE);
        for &consequence in consequences {
            let nodes = needed(self.policy, consequence).into_iter().chain([Node::Consequence(consequence)]);
            for node in nodes.filter(|node| decided.insert(*node)) {
                decider.decide(node);
            }
            any = any.and_then(|any| {
                let (asserted, denied) = decider.sides(consequence)?;
                let reported = match counts {
                    Asserted::AlsoDenied => asserted,
                    Asserted::Undenied => decider.logic.and_not(asserted, denied)?,
                };
                decider.logic.or(any, reported)
            });
        }
        match any {
            Ok(any) => {
                let (ends, levels) = decider.logic.diagram.survey(any);
                (Reach { possible: Possible::from_bits(ends), searched: true }, self.facts(levels))
            }
            Err(OverBudget) => {
                let support = consequences.iter().flat_map(|consequence| self.support(Question::Status(*consequence)));
                let facts = distinct(support.filter(|fact| profile.value(*fact).is_none()));
                let possible = [Settled::Follows, Settled::DoesNotFollow].into_iter().collect();
                (Reach { possible, searched: false }, facts)
            }
        }
    }

    /// The cells of the facts, on the date of the view.
    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// A question's diagram; `None` where it would have grown over the limits.
    pub(crate) fn root(&self, question: Question) -> Option<NodeId> {
        match question {
            Question::Status(id) => self.compiled.roots[id.index()].0,
            Question::Effect(id, index) => self.compiled.effects[id.index()][index],
            Question::Applies(id) => self.compiled.applies[id.index()],
        }
    }

    /// Whether a question has a diagram: then its answers are exact for every profile.
    #[must_use]
    pub fn is_compiled(&self, question: Question) -> bool {
        self.root(question).is_some()
    }

    /// The diagram of each consequence; `None` where it would have grown over the limits.
    pub(super) fn roots(&self) -> impl Iterator<Item = Option<NodeId>> {
        self.compiled.roots.iter().map(|(root, _)| *root)
    }

    /// Writes the cell of each level's fact.
    pub(crate) fn locate(&self, profile: &Profile, known: &mut Known) {
        known.clear();
        known.extend(self.order.iter().map(|fact| self.cells.known(*fact, profile)));
    }

    /// Puts the known facts into a diagram: what remains asks only for facts that still make
    /// a difference, for equal parts are the same node.
    fn reduce(&self, root: NodeId, scratch: &mut Scratch) -> NodeId {
        let Scratch { known, became, rest, .. } = scratch;
        rest.clear();
        became.begin();
        let mut branches: Vec<Branch> = Vec::new();
        let remake = |node, parts: &[(Cell, NodeId)]| {
            branches.clear();
            parts.iter().for_each(|&(end, to)| push_branch(&mut branches, 0, Branch { end, to }));
            rest.make(self.diagram.level(node), &branches)
        };
        became.run(&self.diagram, root, known, |end| end, remake)
    }

    /// The program. INVARIANT: something has no diagram.
    fn program(&self) -> &Program {
        self.program.as_ref().expect("a program is made where a diagram is missing")
    }

    /// Decides one question for one profile without the compiled diagrams: known facts first,
    /// then a diagram over the few unknown ones. Also returns the levels that matter.
    fn residual(&self, question: Question, known: &[Cell], values: &mut Values, steps: u64) -> Residual {
        self.program().run_for(&self.program().sides(question), known, values);
        self.rest(question, known, values, steps)
    }

    /// The same where the values of what is asked were found.
    fn rest(&self, question: Question, known: &[Cell], values: &mut Values, steps: u64) -> Residual {
        let quick = values.possible(self.program().sides(question));
        if quick.only().is_some() {
            return Residual { reach: Reach { possible: quick, searched: true }, levels: Vec::new(), used: 0 };
        }
        match self.rest_diagram(question, values, steps) {
            Ok((diagram, node)) => {
                let (ends, levels) = diagram.survey(node);
                let reach = Reach { possible: Possible::from_bits(ends), searched: true };
                Residual { reach, levels, used: steps - diagram.left() }
            }
            Err(OverBudget) => {
                let unknown = |level: &Level| known[*level as usize] == UNKNOWN;
                let levels = (0..).take(known.len()).filter(unknown).collect();
                Residual { reach: Reach { possible: quick, searched: false }, levels, used: steps }
            }
        }
    }

    fn rest_diagram(
        &self,
        question: Question,
        values: &mut Values,
        steps: u64,
    ) -> Result<(Diagram, NodeId), OverBudget> {
        let mut diagram = Diagram::new();
        diagram.grant(steps);
        let [asserted, denied] = self.program().rest(self.program().sides(question), values, &mut diagram)?;
        let node = diagram.join(Join::Status, asserted, denied)?;
        Ok((diagram, node))
    }

    /// The answer to a question without a diagram by the facts that are not known, in a diagram of its
    /// own.
    pub(super) fn decided(
        &self,
        question: Question,
        known: &[Cell],
        steps: u64,
    ) -> Result<(Diagram, NodeId), OverBudget> {
        let mut values = Values::default();
        self.program().run_for(&self.program().sides(question), known, &mut values);
        self.rest_diagram(question, &mut values, steps)
    }
}

/// All that a consequence depends on, without itself, each after what it needs.
///
/// Depth-first, with its own stack: a chain may be as long as the file.
pub(crate) fn needed(policy: &Policy, consequence: ConsequenceId) -> Vec<Node> {
    /// Rules are visited too, so that one is not read again for each of its consequences.
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    enum Visit {
        Node(Node),
        Rule(RuleId),
    }
    let named = |leaf: &Condition| match leaf {
        Condition::Definition(id, _) => Some(Visit::Node(Node::Definition(*id))),
        Condition::Consequence(id, _) => Some(Visit::Node(Node::Consequence(*id))),
        _ => None,
    };
    let needs = |visit: Visit| -> std::vec::IntoIter<Visit> {
        let needs: Vec<Visit> = match visit {
            Visit::Node(Node::Definition(id)) => policy[id].condition.leaves().filter_map(named).collect(),
            Visit::Node(Node::Consequence(id)) => {
                policy.concluding[id.index()].iter().copied().map(Visit::Rule).collect()
            }
            Visit::Rule(id) => {
                let conditions = std::iter::once(&policy[id].when).chain(&policy[id].unless);
                conditions.flat_map(Condition::leaves).filter_map(named).collect()
            }
        };
        needs.into_iter()
    };
    let mut met: FxHashSet<Visit> = FxHashSet::default();
    let mut order = Vec::new();
    let first = Visit::Node(Node::Consequence(consequence));
    let mut open = vec![(first, needs(first))];
    while let Some((visit, rest)) = open.last_mut() {
        match rest.next() {
            Some(next) if met.insert(next) => open.push((next, needs(next))),
            Some(_) => {}
            None => {
                match *visit {
                    Visit::Node(node) => order.push(node),
                    Visit::Rule(_) => {}
                }
                open.pop();
            }
        }
    }
    order.pop(); // The consequence itself is last.
    order
}

impl Compiled {
    /// Whether everything has a diagram.
    fn is_whole(&self) -> bool {
        let statuses = self.roots.iter().map(|(root, _)| root);
        statuses.chain(self.effects.iter().flatten()).chain(&self.applies).all(Option::is_some)
    }

    fn make(policy: &Policy, decider: &mut Decider<'_, Diagrams<'_>>, limits: Limits) -> Self {
        let mut compiled = Compiled {
            roots: vec![(None, None); policy.consequences.len()],
            effects: vec![Vec::new(); policy.consequences.len()],
            applies: Vec::new(),
        };
        let mut left = limits.of(Limit::CompileSteps);
        let one = left.div_ceil(PARTS_COMPILED);
        for node in &policy.order {
            let granted = left.min(one);
            decider.logic.diagram.grant(granted);
            let effects = decider.decide(*node);
            if let Node::Consequence(id) = node {
                let status = decider.sides(*id);
                let status = status.and_then(|(a, b)| decider.logic.diagram.join(Join::Status, a, b));
                compiled.roots[id.index()].0 = status.ok();
                compiled.effects[id.index()] = effects.into_iter().map(Result::ok).collect();
            }
            left -= granted - decider.logic.diagram.left();
        }
        let mut first: FxHashMap<NodeId, usize> = FxHashMap::default();
        for (index, (root, same)) in compiled.roots.iter_mut().enumerate() {
            let earliest = root.map_or(index, |root| *first.entry(root).or_insert(index));
            *same = (earliest < index).then_some(earliest);
        }
        // Every rule concludes about something, so whether it applies was decided.
        compiled.applies = policy.rule_ids().map(|rule| decider.applies(rule).ok()).collect();
        compiled
    }
}

/// Conditions as diagrams: exact.
pub struct Diagrams<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// For each fact its level.
    pub levels: &'a [Level],
    /// The cell of each level's fact, where known facts are put in from the start; else empty.
    pub known: &'a [Cell],
    /// Where the diagrams are made.
    pub diagram: Diagram,
}

fn known_cell(known: &[Cell], level: Level) -> Cell {
    known.get(level as usize).copied().unwrap_or(UNKNOWN)
}

/// The answer of the run in which the cell lies.
fn answer_at(runs: &[(Cell, bool)], cell: Cell) -> bool {
    runs.iter().find(|run| cell < run.0).expect("the last run takes all cells").1
}

impl Logic for Diagrams<'_> {
    type Answer = NodeId;
    type Failure = OverBudget;

    fn constant(&self, holds: bool) -> NodeId {
        if holds { TRUE } else { FALSE }
    }

    fn test(&mut self, cells: &Cells, test: &Test, on: Option<Date>) -> NodeId {
        let level = self.levels[test.fact.index()];
        let runs = cells.runs(self.policy, test, on);
        let cell = known_cell(self.known, level);
        if cell != UNKNOWN {
            return self.constant(answer_at(&runs, cell));
        }
        let branches: Vec<Branch> = runs.iter().map(|&(end, holds)| Branch { end, to: self.constant(holds) }).collect();
        self.diagram.make(level, &branches)
    }

    fn and(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, OverBudget> {
        self.diagram.join(Join::And, a, b)
    }

    fn or(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, OverBudget> {
        self.diagram.join(Join::Or, a, b)
    }

    fn and_not(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, OverBudget> {
        self.diagram.join(Join::AndNot, a, b)
    }
}
