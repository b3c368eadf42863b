//! Diagrams laid out for walking: one comparison a step, a step after the other in memory.
//!
//! The fast way for the commonest question, that of a profile in which all that is asked for
//! is known. A node with several branches becomes as many steps, less one.

#![expect(clippy::indexing_slicing, reason = "steps are numbered by the diagram that they were made of")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of steps, which `narrow` looks at")]

use super::cells::{Cell, UNKNOWN};
use super::diagram::{Diagram, Level, NodeId};

/// Asks whether a fact's cell lies below `end`. Where it leads is an end of the diagram, or
/// the number of a step with the ends counted in.
#[derive(Clone, Copy)]
struct Step {
    level: Level,
    end: Cell,
    below: u32,
    above: u32,
}

/// The steps from some roots.
pub(super) struct Paths {
    steps: Vec<Step>,
    starts: Vec<Option<u32>>,
}

impl Paths {
    /// Lays out what can be reached from the roots; one that is `None` has no path.
    pub(super) fn lay(diagram: &Diagram, roots: impl Iterator<Item = Option<NodeId>> + Clone) -> Self {
        let reached = diagram.reachable(roots.clone().flatten());
        let mut steps: Vec<Step> = Vec::new();
        // Nodes are made after those they lead to, so these have their numbers by now.
        let mut numbers: Vec<u32> = vec![0; reached.len()];
        for index in (0..reached.len()).filter(|index| reached[*index]) {
            let node = NodeId::at(index);
            let number = |node: NodeId| if node.is_end() { node.0 } else { numbers[node.index()] };
            let first = NodeId::at(steps.len()).0;
            let (last, others) = diagram.branches(node).split_last().expect("a node has branches");
            for (branch, next) in others.iter().zip(first + 1..) {
                let above = if next - first == narrow(others.len()) { number(last.to) } else { next };
                steps.push(Step { level: diagram.level(node), end: branch.end, below: number(branch.to), above });
            }
            numbers[index] = first;
        }
        let start = |root: NodeId| if root.is_end() { root.0 } else { numbers[root.index()] };
        Self { steps, starts: roots.map(|root| root.map(start)).collect() }
    }

    /// The end that the known facts lead to from the root; `None` when an unknown one is asked
    /// for on the way, or when the root has no path. `known` finds the cell of a level's fact.
    pub(super) fn walk(&self, root: usize, known: impl Fn(usize) -> Cell) -> Option<NodeId> {
        let mut at = NodeId(self.starts[root]?);
        while !at.is_end() {
            let step = self.steps[at.index()];
            let cell = known(step.level as usize);
            if cell == UNKNOWN {
                return None;
            }
            at = NodeId(if cell < step.end { step.below } else { step.above });
        }
        Some(at)
    }
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).expect("the budget keeps diagrams small")
}
