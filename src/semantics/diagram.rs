//! Decision diagrams over cells: nodes ask for one fact's cell, equal parts are shared.
//!
//! Reduced and ordered (Bryant 1986), with as many branches as a fact has cells (Kam et al.
//! 1998) and four ends in place of two. A node's branches are kept as runs of cells, so that
//! a comparison with one constant has two branches however many cells the fact has. Equal
//! functions are the same node, which is what makes every question about them exact.

#![expect(clippy::indexing_slicing, reason = "nodes and branches are numbered by this diagram")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of nodes, which the limits keep below those of 32 bits")]

use hashbrown::HashTable;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::hash::{Hash, Hasher};

use super::cells::Cell;
use crate::distinct::distinct;

/// A node, or one of the four ends: 0 to 3, by the bits "asserted" and "denied".
///
/// As a condition, end 0 is false and end 1 is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// False, or: no rule leads to it.
pub const FALSE: NodeId = NodeId(0);
/// True, or: it follows.
pub const TRUE: NodeId = NodeId(1);

/// How many ids are ends.
const ENDS: u32 = 4;

impl NodeId {
    /// Whether it is an end; ends are the numbers 0 to 3.
    #[must_use]
    pub fn is_end(self) -> bool {
        self.0 < ENDS
    }

    /// The node at a place among the nodes.
    #[must_use]
    pub fn at(index: usize) -> Self {
        NodeId(u32::try_from(index).expect("the budget keeps diagrams small") + ENDS)
    }

    /// Its place among the nodes. INVARIANT: not an end.
    #[must_use]
    pub fn index(self) -> usize {
        (self.0 - ENDS) as usize
    }
}

/// The place of a fact in the order in which diagrams ask.
pub type Level = u32;

/// A branch: taken for the cells below `end` that no branch before it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Branch {
    /// The first cell that is not taken; `Cell::MAX` for a node's last branch.
    pub end: Cell,
    /// Where it leads.
    pub to: NodeId,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    level: Level,
    first: u32,
    count: u32,
}

/// The budget was spent before the diagram was finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverBudget;

/// How two diagrams are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Join {
    /// Both hold.
    And,
    /// At least one holds.
    Or,
    /// The first holds and the second does not.
    AndNot,
    /// The first says whether it is asserted, the second whether it is denied: a status.
    Status,
}

impl Join {
    /// The answer where it needs no look inside.
    fn at_once(self, a: NodeId, b: NodeId) -> Option<NodeId> {
        match self {
            Join::And if a == FALSE || b == FALSE => Some(FALSE),
            Join::And if a == TRUE || a == b => Some(b),
            Join::And if b == TRUE => Some(a),
            Join::Or if a == TRUE || b == TRUE => Some(TRUE),
            Join::Or if a == FALSE || a == b => Some(b),
            Join::Or if b == FALSE => Some(a),
            Join::AndNot if a == FALSE || b == TRUE || a == b => Some(FALSE),
            Join::AndNot | Join::Status if b == FALSE => Some(a),
            Join::Status if a.is_end() && b == TRUE => Some(NodeId(a.0 + 2)),
            Join::And | Join::Or | Join::AndNot | Join::Status => None,
        }
    }
}

/// A join that waits for its branches.
struct Waiting {
    join: (Join, NodeId, NodeId),
    level: Level,
    /// The next branch of each side; a side that does not ask at this level has none.
    sides: [Side; 2],
    /// The end of the branch that is being joined.
    end: Cell,
    /// Where its finished branches begin.
    first: usize,
    /// How many pairs of branches were joined.
    pairs: u64,
}

/// So many pairs of branches cost a step of their own: a fact may have very many cells.
const PAIRS_A_STEP: u64 = 16;

#[derive(Clone, Copy)]
enum Side {
    Branches { next: u32 },
    Whole(NodeId),
}

/// A set of diagrams that share their nodes.
#[derive(Default)]
pub struct Diagram {
    nodes: Vec<Node>,
    branches: Vec<Branch>,
    unique: HashTable<NodeId>,
    joined: FxHashMap<(Join, NodeId, NodeId), NodeId>,
    /// How many steps may still be taken.
    budget: u64,
}

impl Diagram {
    /// An empty set; each call to [`Diagram::grant`] allows more steps.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many steps may be taken from now on. A step makes at most one node.
    pub fn grant(&mut self, steps: u64) {
        self.budget = steps;
    }

    /// How many steps are left.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.budget
    }

    fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The level at which a node asks. INVARIANT: not an end.
    #[must_use]
    pub fn level(&self, id: NodeId) -> Level {
        self.node(id).level
    }

    /// A node's branches. INVARIANT: not an end.
    #[must_use]
    pub fn branches(&self, id: NodeId) -> &[Branch] {
        let node = self.node(id);
        &self.branches[node.first as usize..(node.first + node.count) as usize]
    }

    /// Where a node leads for one cell. INVARIANT: not an end.
    #[must_use]
    pub fn follow(&self, id: NodeId, cell: Cell) -> NodeId {
        let branches = self.branches(id);
        let taken = branches.iter().find(|branch| cell < branch.end);
        taken.expect("the last branch takes all cells").to
    }

    /// Forgets everything and keeps the room it took.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.branches.clear();
        self.unique.clear();
        self.joined.clear();
    }

    /// For each place among the nodes whether it can be reached from one of `from`.
    pub fn reachable(&self, from: impl Iterator<Item = NodeId>) -> Vec<bool> {
        let mut reached: Vec<bool> = Vec::new();
        for node in from.filter(|node| !node.is_end()) {
            reached.resize(reached.len().max(node.index() + 1), false);
            reached[node.index()] = true;
        }
        // Nodes are made after those they lead to, so one pass downwards meets each in time.
        for index in (0..reached.len()).rev() {
            if reached[index] {
                let inner = self.branches(NodeId::at(index)).iter().filter(|branch| !branch.to.is_end());
                inner.for_each(|branch| reached[branch.to.index()] = true);
            }
        }
        reached
    }

    /// The ends that can be reached from a node, as bits, and the levels asked on the way,
    /// ascending.
    pub fn survey(&self, from: NodeId) -> (u8, Vec<Level>) {
        if from.is_end() {
            return (1 << from.0, Vec::new());
        }
        let (mut ends, mut levels) = (0, Vec::new());
        for (index, _) in self.reachable(std::iter::once(from)).iter().enumerate().filter(|(_, reached)| **reached) {
            let node = NodeId::at(index);
            levels.push(self.level(node));
            let leaves = self.branches(node).iter().filter(|branch| branch.to.is_end());
            leaves.for_each(|branch| ends |= 1 << branch.to.0);
        }
        (ends, distinct(levels))
    }

    /// The nodes that can be reached from some nodes, with those themselves: each after all it leads
    /// to. Looks at no others, however large the diagram is.
    pub fn below(&self, from: &[NodeId]) -> Vec<NodeId> {
        let mut met: FxHashSet<NodeId> = FxHashSet::default();
        let mut open: Vec<NodeId> = from.iter().copied().filter(|node| !node.is_end() && met.insert(*node)).collect();
        let mut below = Vec::new();
        while let Some(node) = open.pop() {
            below.push(node);
            let inner = self.branches(node).iter().map(|branch| branch.to).filter(|node| !node.is_end());
            open.extend(inner.filter(|node| met.insert(*node)));
        }
        // Nodes are made after those they lead to.
        below.sort_unstable();
        below
    }

    /// The levels that are asked from some nodes on, ascending.
    pub fn asked(&self, from: &[NodeId]) -> Vec<Level> {
        distinct(self.below(from).into_iter().map(|node| self.level(node)))
    }

    /// The node with these branches: an old one if there is one, and none where all lead to
    /// the same place. INVARIANT: branches lead to deeper levels, and neighbours differ.
    pub fn make(&mut self, level: Level, branches: &[Branch]) -> NodeId {
        if let [only] = branches {
            return only.to;
        }
        let hash = hash(level, branches);
        if let Some(&id) = self.unique.find(hash, |&id| self.level(id) == level && self.branches(id) == branches) {
            return id;
        }
        let narrow = |length: usize| u32::try_from(length).expect("the budget keeps diagrams small");
        let id = NodeId::at(self.nodes.len());
        self.nodes.push(Node { level, first: narrow(self.branches.len()), count: narrow(branches.len()) });
        self.branches.extend_from_slice(branches);
        let (nodes, all) = (&self.nodes, &self.branches);
        self.unique.insert_unique(hash, id, |id| {
            let node = nodes[id.index()];
            self::hash(node.level, &all[node.first as usize..(node.first + node.count) as usize])
        });
        id
    }

    /// Joins two diagrams.
    ///
    /// Works on a list of what waits, not on the program's stack: there may be as many levels
    /// as facts.
    ///
    /// # Errors
    /// When the budget is spent. What was made so far stays.
    pub fn join(&mut self, join: Join, a: NodeId, b: NodeId) -> Result<NodeId, OverBudget> {
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut finished: Vec<Branch> = Vec::new();
        let mut answer = self.begin(join, a, b, &mut waiting, finished.len())?;
        while let Some(top) = waiting.last_mut() {
            if let Some(to) = answer.take() {
                push_branch(&mut finished, top.first, Branch { end: top.end, to });
                if top.end == Cell::MAX {
                    let top = waiting.pop().expect("the loop's condition");
                    self.budget = self.budget.checked_sub(top.pairs / PAIRS_A_STEP).ok_or(OverBudget)?;
                    let id = self.make(top.level, &finished[top.first..]);
                    finished.truncate(top.first);
                    self.joined.insert(top.join, id);
                    answer = Some(id);
                    continue;
                }
            }
            let [a, b] = self.next_branches(waiting.last_mut().expect("the loop's condition"));
            answer = self.begin(join, a, b, &mut waiting, finished.len())?;
        }
        Ok(answer.expect("the last join to end gave an answer"))
    }

    /// Answers a join at once, or puts it on the list of those that wait.
    fn begin(
        &mut self,
        join: Join,
        a: NodeId,
        b: NodeId,
        waiting: &mut Vec<Waiting>,
        first: usize,
    ) -> Result<Option<NodeId>, OverBudget> {
        if let Some(answer) = join.at_once(a, b) {
            return Ok(Some(answer));
        }
        let (a, b) = match join {
            // Which of them is named first does not matter.
            Join::And | Join::Or => (a.min(b), a.max(b)),
            Join::AndNot | Join::Status => (a, b),
        };
        if let Some(&answer) = self.joined.get(&(join, a, b)) {
            return Ok(Some(answer));
        }
        self.budget = self.budget.checked_sub(1).ok_or(OverBudget)?;
        let level = |id: NodeId| if id.is_end() { Level::MAX } else { self.level(id) };
        let least = level(a).min(level(b));
        let side = |id: NodeId| match level(id) == least {
            true => Side::Branches { next: self.node(id).first },
            false => Side::Whole(id),
        };
        waiting.push(Waiting { join: (join, a, b), level: least, sides: [side(a), side(b)], end: 0, first, pairs: 0 });
        Ok(None)
    }

    /// The next pair of branches to join; `end` becomes where the pair ends.
    fn next_branches(&self, waiting: &mut Waiting) -> [NodeId; 2] {
        let branch = |side: Side| match side {
            Side::Branches { next } => self.branches[next as usize],
            Side::Whole(to) => Branch { end: Cell::MAX, to },
        };
        let pair = waiting.sides.map(branch);
        let end = pair[0].end.min(pair[1].end);
        for (side, branch) in waiting.sides.iter_mut().zip(pair) {
            match side {
                Side::Branches { next } if branch.end == end => *next += 1,
                Side::Branches { .. } | Side::Whole(_) => {}
            }
        }
        waiting.end = end;
        waiting.pairs += 1;
        pair.map(|branch| branch.to)
    }
}

/// Adds a branch to a node's finished ones, which begin at `first`; equal neighbours are one.
pub fn push_branch(finished: &mut Vec<Branch>, first: usize, branch: Branch) {
    match finished[first..].last_mut() {
        Some(last) if last.to == branch.to => last.end = branch.end,
        _ => finished.push(branch),
    }
}

fn hash(level: Level, branches: &[Branch]) -> u64 {
    let mut hasher = FxHasher::default();
    (level, branches).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{Branch, Cell, Diagram, FALSE, Join, NodeId, OverBudget, TRUE};

    /// A join whose answer is an end or one of its sides takes no step, and every other one does.
    #[test]
    fn what_is_known_at_once_takes_no_step() {
        let mut diagram = Diagram::new();
        let mut fact =
            |level| diagram.make(level, &[Branch { end: 1, to: FALSE }, Branch { end: Cell::MAX, to: TRUE }]);
        // Of each node a bit for each way in which two facts can be.
        let nodes = [(FALSE, 0b0000_u8), (TRUE, 0b1111), (fact(0), 0b1010), (fact(1), 0b1100)];
        diagram.grant(0);
        for (a, left) in nodes {
            for (b, right) in nodes {
                let joins = [(Join::And, left & right), (Join::Or, left | right), (Join::AndNot, left & !right)];
                for (join, holds) in joins {
                    let known = nodes.iter().find(|(_, ways)| *ways == holds).map(|(node, _)| *node);
                    assert_eq!(diagram.join(join, a, b), known.ok_or(OverBudget), "{join:?} {a:?} {b:?}");
                }
                // Neither asserted nor denied, asserted, denied, both: the ends by their numbers.
                let is_known = b == FALSE || a.is_end() && b.is_end();
                let status = if b == FALSE { a } else { NodeId(a.0 + 2) };
                assert_eq!(diagram.join(Join::Status, a, b), is_known.then_some(status).ok_or(OverBudget));
            }
        }
        // One node, one step; and what was joined is known from then on, whichever side is named first.
        let [_, _, (a, _), (b, _)] = nodes;
        diagram.grant(1);
        let joined = diagram.join(Join::And, a, b);
        assert!(joined.is_ok() && diagram.left() == 0);
        assert_eq!((diagram.join(Join::And, a, b), diagram.join(Join::And, b, a)), (joined, joined));
    }

    /// A step for the node, and one for each sixteen pairs of branches.
    #[test]
    fn many_branches_take_more_steps() {
        let mut diagram = Diagram::new();
        let end = |odd: bool| if odd { TRUE } else { FALSE };
        let striped: Vec<Branch> = (1..=32).map(|cell| Branch { end: cell, to: end(cell % 2 == 1) }).collect();
        let a = diagram.make(0, &[striped, vec![Branch { end: Cell::MAX, to: TRUE }]].concat());
        let b = diagram.make(0, &[Branch { end: 40, to: FALSE }, Branch { end: Cell::MAX, to: TRUE }]);
        // Both are cut at 1 to 32 and at 40: 34 pairs.
        diagram.grant(3);
        assert_eq!((diagram.join(Join::And, a, b), diagram.left()), (Ok(b), 0));
        assert_eq!(diagram.join(Join::Or, a, b), Err(OverBudget));
    }

    #[test]
    fn what_is_cleared_is_gone() {
        let mut diagram = Diagram::new();
        let branches = [Branch { end: 1, to: FALSE }, Branch { end: Cell::MAX, to: TRUE }];
        let (first, second) = (diagram.make(0, &branches), diagram.make(1, &branches));
        assert_ne!(first, second);
        diagram.clear();
        assert_eq!(diagram.make(1, &branches), first);
    }
}
