//! The engine: a policy compiled for one view, and every question that profiles put to it.

use super::cells::{Cell, Cells, UNKNOWN};
use super::decide::{Decided, Decider, Logic};
use super::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE, push_branch};
use super::order::fact_order;
use super::status::{Possible, Settled, Status};
use super::view::{Selection, View};
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, ConsequenceId, FactId, Node, Policy, Profile, RuleId, Test};

/// How many steps may be spent. Steps are counted, not timed, so that all machines answer alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps for compiling one definition or consequence.
    pub compile_one: u64,
    /// Steps for compiling the policy.
    pub compile_all: u64,
    /// Steps for deciding one consequence of one profile, where it could not be compiled.
    pub residual: u64,
    /// How many sets of facts are tried for the smallest that explains an outcome.
    pub because: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { compile_one: 200_000, compile_all: 1_000_000, residual: 1_000_000, because: 5_000 }
    }
}

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
    order: Vec<FactId>,
    /// For each fact its level; `Level::MAX` for one that no condition tests.
    levels: Vec<Level>,
    diagram: Diagram,
    compiled: Compiled,
}

/// The diagrams of a policy; `None` where one would have grown over the limits.
struct Compiled {
    statuses: Vec<Option<NodeId>>,
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

/// The cell of each level's fact; [`UNKNOWN`] where it is not known.
pub(super) type Known = Vec<Cell>;

/// Room that queries use again, so that a query allocates nothing. One for each thread.
#[derive(Default)]
pub struct Scratch {
    known: Known,
    /// For each node of the engine's diagram what it became, and in which query.
    became: Vec<(u64, NodeId)>,
    query: u64,
    open: Vec<NodeId>,
    branches: Vec<Branch>,
    /// What is left of the diagrams once the known facts are put in.
    rest: Diagram,
}

impl<'p> Engine<'p> {
    /// Compiles a policy for a view.
    ///
    /// # Errors
    /// When an answer depends on the date and neither the view nor the policy gives one.
    pub fn new(policy: &'p Policy, view: &View) -> Result<Self, Diagnostic> {
        Self::with_limits(policy, view, Limits::default())
    }

    /// The same, with other limits.
    ///
    /// # Errors
    /// As for [`Engine::new`].
    pub fn with_limits(policy: &'p Policy, view: &View, limits: Limits) -> Result<Self, Diagnostic> {
        let selection = view.select(policy)?;
        let cells = Cells::cut(policy, selection.on);
        let order = fact_order(policy);
        let mut levels = vec![Level::MAX; policy.facts.len()];
        for (level, fact) in (0..).zip(&order) {
            levels[fact.index()] = level;
        }
        let logic = Diagrams { policy, levels: &levels, known: &[], diagram: Diagram::new() };
        let mut decider = Decider::new(policy, &selection, &cells, logic);
        let mut left = limits.compile_all;
        for node in &policy.order {
            let granted = left.min(limits.compile_one);
            decider.logic.diagram.grant(granted);
            decider.decide(*node);
            left -= granted - decider.logic.diagram.left();
        }
        let (logic, decided, applies) = decider.finish();
        let mut diagram = logic.diagram;
        diagram.grant(limits.compile_all);
        let compiled = Compiled::collect(&mut diagram, decided, applies);
        Ok(Self { policy, selection, limits, cells, order, levels, diagram, compiled })
    }

    /// How many nodes the compiled policy has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.diagram.size()
    }

    /// Whether the consequence was compiled; otherwise each profile decides it anew.
    #[must_use]
    pub fn is_compiled(&self, consequence: ConsequenceId) -> bool {
        self.compiled.statuses[consequence.index()].is_some()
    }

    /// How many cells the fact's values fall into.
    #[must_use]
    pub fn cell_count(&self, fact: FactId) -> usize {
        self.cells.count(fact)
    }

    /// The status of each consequence, in the order of declaration, written into `statuses`,
    /// which is emptied first.
    pub fn statuses(&self, profile: &Profile, scratch: &mut Scratch, statuses: &mut Vec<Status>) {
        self.locate(profile, &mut scratch.known);
        self.begin(scratch);
        statuses.clear();
        for consequence in self.policy.consequence_ids() {
            let status = match self.compiled.statuses[consequence.index()] {
                None => self.residual(Question::Status(consequence), &scratch.known).0.possible,
                Some(root) => match self.walk(root, &scratch.known) {
                    Ok(end) => Possible::from_bits(1 << end.0),
                    Err(node) => {
                        let rest = self.reduce(node, scratch);
                        Possible::from_bits(scratch.rest.survey(rest).0)
                    }
                },
            };
            statuses.push(Status::new(status));
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
            None => self.residual(question, &scratch.known),
            Some(root) => {
                self.begin(scratch);
                let rest = self.reduce(root, scratch);
                let (ends, levels) = scratch.rest.survey(rest);
                (Reach { possible: Possible::from_bits(ends), searched: true }, levels)
            }
        };
        (reach, self.facts(levels))
    }

    /// The facts on which an answer can depend at all, in the order of declaration; where the
    /// limits were reached, all that might.
    #[must_use]
    pub fn support(&self, question: Question) -> Vec<FactId> {
        let levels = match self.root(question) {
            Some(root) => self.diagram.survey(root).1,
            None => self.residual(question, &vec![UNKNOWN; self.order.len()]).1,
        };
        self.facts(levels)
    }

    fn facts(&self, levels: Vec<Level>) -> Vec<FactId> {
        let mut facts: Vec<FactId> = levels.into_iter().map(|level| self.order[level as usize]).collect();
        facts.sort_unstable();
        facts
    }

    fn root(&self, question: Question) -> Option<NodeId> {
        match question {
            Question::Status(id) => self.compiled.statuses[id.index()],
            Question::Effect(id, index) => self.compiled.effects[id.index()][index],
            Question::Applies(id) => self.compiled.applies[id.index()],
        }
    }

    /// Writes the cell of each level's fact.
    fn locate(&self, profile: &Profile, known: &mut Known) {
        let cell = |&fact: &FactId| profile.value(fact).map_or(UNKNOWN, |value| self.cells.of(fact, value));
        known.clear();
        known.extend(self.order.iter().map(cell));
    }

    /// Follows the known facts to an end, or to the first node that asks for an unknown one.
    fn walk(&self, mut node: NodeId, known: &[Cell]) -> Result<NodeId, NodeId> {
        while !node.is_end() {
            let cell = known[self.diagram.level(node) as usize];
            if cell == UNKNOWN {
                return Err(node);
            }
            node = self.diagram.follow(node, cell);
        }
        Ok(node)
    }

    fn begin(&self, scratch: &mut Scratch) {
        scratch.query += 1;
        scratch.rest.clear();
        scratch.became.resize(self.diagram.size(), (0, FALSE));
    }

    /// Puts the known facts into a diagram: what remains asks only for facts that still make
    /// a difference, for equal parts are the same node.
    fn reduce(&self, root: NodeId, scratch: &mut Scratch) -> NodeId {
        let Scratch { known, became, query, open, branches, rest } = scratch;
        let of = |node: NodeId, became: &[(u64, NodeId)]| match self.walk(node, known) {
            Ok(end) => Ok(end),
            Err(node) => match became[node.index()] {
                (when, done) if when == *query => Ok(done),
                _ => Err(node),
            },
        };
        open.clear();
        open.extend(of(root, became).err());
        while let Some(&node) = open.last() {
            branches.clear();
            let waiting = open.len();
            for branch in self.diagram.branches(node) {
                match of(branch.to, became) {
                    Ok(to) => push_branch(branches, 0, Branch { end: branch.end, to }),
                    Err(first) => open.push(first),
                }
            }
            if open.len() == waiting {
                became[node.index()] = (*query, rest.make(self.diagram.level(node), branches));
                open.pop();
            }
        }
        of(root, became).unwrap_or_else(|_| unreachable!("the loop ends when the root is done"))
    }

    /// Decides one question for one profile without the compiled diagrams: known facts first,
    /// then a diagram over the few unknown ones. Also returns the levels that matter.
    fn residual(&self, question: Question, known: &[Cell]) -> (Reach, Vec<Level>) {
        let table = TruthTable { policy: self.policy, levels: &self.levels, known };
        let (quick, _) = self.decide(question, table, |_, (asserted, denied)| Ok(Self::possible(asserted, denied)));
        let Ok(quick) = quick;
        if quick.only().is_some() {
            return (Reach { possible: quick, searched: true }, Vec::new());
        }
        let mut diagram = Diagram::new();
        diagram.grant(self.limits.residual);
        let logic = Diagrams { policy: self.policy, levels: &self.levels, known, diagram };
        let status = |logic: &mut Diagrams<'_>, (a, b)| logic.diagram.join(Join::Status, a, b);
        let (answer, logic) = self.decide(question, logic, status);
        match answer {
            Ok(node) => {
                let (ends, levels) = logic.diagram.survey(node);
                (Reach { possible: Possible::from_bits(ends), searched: true }, levels)
            }
            Err(OverBudget) => {
                let unknown = |level: &Level| known[*level as usize] == UNKNOWN;
                let levels = (0..).take(known.len()).filter(unknown).collect();
                (Reach { possible: quick, searched: false }, levels)
            }
        }
    }

    /// Decides one question in one logic, and only what it depends on.
    fn decide<L: Logic, T>(
        &self,
        question: Question,
        logic: L,
        status: impl Fn(&mut L, (L::Answer, L::Answer)) -> Result<T, L::Failure>,
    ) -> (Result<T, L::Failure>, L) {
        let consequence = match question {
            Question::Status(id) | Question::Effect(id, _) => id,
            // INVARIANT: every rule concludes about some consequence.
            Question::Applies(rule) => self.policy[rule].concludes[0],
        };
        let mut decider = Decider::new(self.policy, &self.selection, &self.cells, logic);
        for node in self.needed(consequence) {
            decider.decide(node);
        }
        let (mut logic, mut decided, applies) = decider.finish();
        let decided = decided[consequence.index()].take().expect("it was among those needed");
        let no = logic.constant(false);
        let pair = match question {
            Question::Status(_) => decided.status,
            Question::Effect(_, index) => decided.effects[index].map(|effect| (effect, no)),
            Question::Applies(rule) => {
                applies[rule.index()].expect("it concludes about the consequence").map(|it| (it, no))
            }
        };
        (pair.and_then(|pair| status(&mut logic, pair)), logic)
    }

    /// A consequence and all it depends on, each after what it needs.
    fn needed(&self, consequence: ConsequenceId) -> Vec<Node> {
        let policy = self.policy;
        let mut definitions = vec![false; policy.definitions.len()];
        let mut consequences = vec![false; policy.consequences.len()];
        consequences[consequence.index()] = true;
        let mut needed = Vec::new();
        for node in policy.order.iter().rev() {
            let wanted = match *node {
                Node::Definition(id) => definitions[id.index()],
                Node::Consequence(id) => consequences[id.index()],
            };
            if !wanted {
                continue;
            }
            needed.push(*node);
            for leaf in leaves(policy, *node) {
                match leaf {
                    Condition::Definition(id, _) => definitions[id.index()] = true,
                    Condition::Consequence(id, _) => consequences[id.index()] = true,
                    _ => {}
                }
            }
        }
        needed.reverse();
        needed
    }

    fn possible(asserted: Option<bool>, denied: Option<bool>) -> Possible {
        let both = |answer: Option<bool>| answer.map_or(vec![false, true], |answer| vec![answer]);
        let pairs = both(asserted).into_iter().flat_map(|a| both(denied).into_iter().map(move |b| (a, b)));
        pairs.map(|(asserted, denied)| Settled::new(asserted, denied)).collect()
    }
}

/// What the conditions of a definition, or of the rules about a consequence, name and test.
fn leaves(policy: &Policy, node: Node) -> Vec<&Condition> {
    match node {
        Node::Definition(id) => policy[id].condition.leaves().collect(),
        Node::Consequence(id) => {
            let rules = policy.concluding[id.index()].iter().map(|rule| &policy[*rule]);
            rules.flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless)).flat_map(Condition::leaves).collect()
        }
    }
}

impl Compiled {
    fn collect(
        diagram: &mut Diagram,
        decided: Vec<Option<Decided<Diagrams<'_>>>>,
        applies: Vec<Option<Result<NodeId, OverBudget>>>,
    ) -> Self {
        let decided: Vec<_> =
            decided.into_iter().map(|decided| decided.expect("every consequence was decided")).collect();
        let mut status = |decided: &Decided<Diagrams<'_>>| {
            let (asserted, denied) = decided.status.ok()?;
            diagram.join(Join::Status, asserted, denied).ok()
        };
        Self {
            statuses: decided.iter().map(&mut status).collect(),
            effects: decided.iter().map(|decided| decided.effects.iter().map(|effect| effect.ok()).collect()).collect(),
            applies: applies.into_iter().map(|answer| answer?.ok()).collect(),
        }
    }
}

/// Conditions as diagrams: exact.
struct Diagrams<'a> {
    policy: &'a Policy,
    levels: &'a [Level],
    /// The cell of each level's fact, where known facts are put in from the start; else empty.
    known: &'a [Cell],
    diagram: Diagram,
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

    fn test(&mut self, cells: &Cells, test: &Test) -> NodeId {
        let level = self.levels[test.fact.index()];
        let runs = cells.runs(self.policy, test);
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

/// Conditions as yes, no or open (Kleene's strong logic): quick, and what it settles is settled.
struct TruthTable<'a> {
    policy: &'a Policy,
    levels: &'a [Level],
    known: &'a [Cell],
}

impl Logic for TruthTable<'_> {
    type Answer = Option<bool>;
    type Failure = std::convert::Infallible;

    fn constant(&self, holds: bool) -> Option<bool> {
        Some(holds)
    }

    fn test(&mut self, cells: &Cells, test: &Test) -> Option<bool> {
        let runs = cells.runs(self.policy, test);
        match known_cell(self.known, self.levels[test.fact.index()]) {
            UNKNOWN if runs.len() == 1 => Some(runs[0].1),
            UNKNOWN => None,
            cell => Some(answer_at(&runs, cell)),
        }
    }

    fn and(&mut self, a: Option<bool>, b: Option<bool>) -> Result<Option<bool>, Self::Failure> {
        Ok(match (a, b) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        })
    }

    fn or(&mut self, a: Option<bool>, b: Option<bool>) -> Result<Option<bool>, Self::Failure> {
        Ok(match (a, b) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        })
    }

    fn and_not(&mut self, a: Option<bool>, b: Option<bool>) -> Result<Option<bool>, Self::Failure> {
        self.and(a, b.map(|b| !b))
    }
}
