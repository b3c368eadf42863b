//! Finding something out about a node of a diagram from the same about the nodes it leads to.

#![expect(clippy::indexing_slicing, reason = "nodes are numbered by the diagram, for which there is room")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of nodes and of questions asked")]

use super::cells::{Cell, UNKNOWN};
use super::diagram::{Diagram, Level, NodeId};
use crate::never::never;

/// What was found out about each node, in which query, and room that queries use again: a query
/// allocates nothing, and looks only at the nodes that it reaches.
pub struct Fold<T> {
    query: u64,
    /// How many nodes were looked at in this query.
    pub count: u64,
    found: Vec<(u64, T)>,
    branches: Vec<(Cell, T)>,
    open: Vec<NodeId>,
}

impl<T> Default for Fold<T> {
    fn default() -> Self {
        Self { query: 0, count: 0, found: Vec::new(), branches: Vec::new(), open: Vec::new() }
    }
}

impl<T: Copy> Fold<T> {
    /// Forgets what earlier queries found out, whichever diagram they asked.
    pub fn begin(&mut self) {
        self.query += 1;
        self.count = 0;
    }

    fn get(&self, node: NodeId) -> Option<T> {
        let (query, found) = self.found.get(node.index())?;
        (*query == self.query).then_some(*found)
    }

    fn set(&mut self, node: NodeId, found: T) {
        if self.found.len() <= node.index() {
            self.found.resize(node.index() + 1, (0, found));
        }
        self.found[node.index()] = (self.query, found);
        self.count += 1;
    }

    /// Finds it out about a root, where the known cells of levels lead one way only. Looks at each
    /// node once in a query, with its own stack.
    pub fn run(
        &mut self,
        diagram: &Diagram,
        root: NodeId,
        known: &[Cell],
        at_end: impl Fn(NodeId) -> T,
        mut from_branches: impl FnMut(NodeId, &[(Cell, T)]) -> T,
    ) -> T {
        let look = |node: NodeId, fold: &Self| match walk(diagram, node, known) {
            Ok(end) => Ok(at_end(end)),
            Err(node) => fold.get(node).ok_or(node),
        };
        self.open.clear();
        let first = look(root, self).err();
        self.open.extend(first);
        while let Some(&node) = self.open.last() {
            // A node waits once for each that led to it before it was looked at.
            if self.get(node).is_some() {
                self.open.pop();
                continue;
            }
            self.branches.clear();
            let waiting = self.open.len();
            for branch in diagram.branches(node) {
                match look(branch.to, self) {
                    Ok(found) => self.branches.push((branch.end, found)),
                    Err(first) => self.open.push(first),
                }
            }
            if self.open.len() == waiting {
                let found = from_branches(node, &self.branches);
                self.set(node, found);
                self.open.pop();
            }
        }
        look(root, self).unwrap_or_else(|_| never("the loop ends when the root was looked at"))
    }
}

impl Fold<u8> {
    /// The ends that can be reached, as bits.
    pub fn ends(&mut self, diagram: &Diagram, root: NodeId, known: &[Cell]) -> u8 {
        let any = |_, branches: &[(Cell, u8)]| branches.iter().fold(0, |bits, (_, more)| bits | more);
        self.run(diagram, root, known, |end| 1 << end.0, any)
    }
}

impl Fold<u32> {
    /// The shortest way from a node to an end where nothing is known (`known` says so of every
    /// level): the levels asked on it, each with a cell that is taken; among the shortest, the
    /// first by branches. `None` where there is none.
    pub fn way(&mut self, diagram: &Diagram, from: NodeId, to: NodeId, known: &[Cell]) -> Option<Vec<(Level, Cell)>> {
        const FAR: u32 = u32::MAX;
        let at_end = |end: NodeId| if end == to { 0 } else { FAR };
        let nearest = |_, branches: &[(Cell, u32)]| {
            branches.iter().map(|(_, length)| *length).min().map_or(FAR, |length| length.saturating_add(1))
        };
        self.begin();
        if self.run(diagram, from, known, at_end, nearest) == FAR {
            return None;
        }
        let (mut way, mut at) = (Vec::new(), from);
        while !at.is_end() {
            let (mut start, mut best) = (0, (FAR, 0, to));
            for branch in diagram.branches(at) {
                let through = if branch.to.is_end() { at_end(branch.to) } else { self.get(branch.to).unwrap_or(FAR) };
                if through < best.0 {
                    best = (through, start, branch.to);
                }
                start = branch.end;
            }
            way.push((diagram.level(at), best.1));
            at = best.2;
        }
        Some(way)
    }
}

/// A search for ends that stops as soon as those that are wanted were met: it seldom sees much of
/// a large diagram. Room that searches use again.
#[derive(Default)]
pub struct Search {
    query: u64,
    met: Vec<u64>,
    open: Vec<NodeId>,
}

impl Search {
    /// Those of the wanted ends that can be reached where some levels' cells are known, as bits.
    pub fn reachable(&mut self, diagram: &Diagram, root: NodeId, known: &[Cell], wanted: u8) -> u8 {
        self.query += 1;
        self.open.clear();
        self.open.push(root);
        let mut found = 0;
        while let Some(node) = self.open.pop() {
            match walk(diagram, node, known) {
                Ok(end) => {
                    found |= 1 << end.0 & wanted;
                    if found == wanted {
                        break;
                    }
                }
                Err(node) => {
                    if self.met.len() <= node.index() {
                        self.met.resize(node.index() + 1, 0);
                    }
                    if std::mem::replace(&mut self.met[node.index()], self.query) != self.query {
                        self.open.extend(diagram.branches(node).iter().map(|branch| branch.to));
                    }
                }
            }
        }
        found
    }
}

/// Follows the known cells to an end, or to the first node that asks for an unknown one.
fn walk(diagram: &Diagram, mut node: NodeId, known: &[Cell]) -> Result<NodeId, NodeId> {
    while !node.is_end() {
        let cell = known[diagram.level(node) as usize];
        if cell == UNKNOWN {
            return Err(node);
        }
        node = diagram.follow(node, cell);
    }
    Ok(node)
}

#[cfg(test)]
mod tests {
    use super::{Cell, Diagram, Fold, Level, NodeId, Search, UNKNOWN};
    use crate::semantics::diagram::{Branch, push_branch};

    /// How many cells three levels have.
    const CELLS: [Cell; 3] = [2, 3, 2];

    /// The nodes on a way, each with the first cell that is taken, and the end it leads to.
    type Way = (Vec<(NodeId, Cell)>, NodeId);

    /// A diagram over the levels from `level` on, with the ends that the digits of a number tell.
    fn made(diagram: &mut Diagram, level: Level, digits: &mut u32, ends: u32) -> NodeId {
        let Some(&count) = CELLS.get(level as usize) else {
            let end = NodeId(*digits % ends);
            *digits /= ends;
            return end;
        };
        let mut branches = Vec::new();
        for cell in 1..=count {
            let to = made(diagram, level + 1, digits, ends);
            push_branch(&mut branches, 0, Branch { end: if cell == count { Cell::MAX } else { cell }, to });
        }
        diagram.make(level, &branches)
    }

    /// Every way from a node to an end, by branches.
    fn ways(diagram: &Diagram, node: NodeId, way: &mut Vec<(NodeId, Cell)>, found: &mut Vec<Way>) {
        if node.is_end() {
            found.push((way.clone(), node));
            return;
        }
        let mut start = 0;
        for branch in diagram.branches(node) {
            way.push((node, start));
            ways(diagram, branch.to, way, found);
            way.pop();
            start = branch.end;
        }
    }

    /// Every combination of what is known of the levels.
    fn all_known() -> impl Iterator<Item = Vec<Cell>> {
        let of = |level: usize| (0..CELLS[level]).chain([UNKNOWN]);
        of(0).flat_map(move |a| of(1).flat_map(move |b| of(2).map(move |c| vec![a, b, c])))
    }

    /// Which ends can be reached by what is known, how many nodes are looked at for that, and which way is the shortest,
    /// against each way there is: of every seventh condition of three levels, and of as many diagrams of statuses.
    #[test]
    fn what_is_found_is_what_the_ways_tell() {
        let (mut fold, mut search, mut nearest) = (Fold::<u8>::default(), Search::default(), Fold::<u32>::default());
        for (ends, number) in
            (0..1_u32 << 12).step_by(7).flat_map(|number| [(2, number), (4, number.wrapping_mul(0x9e37_79b1))])
        {
            let mut diagram = Diagram::new();
            let root = made(&mut diagram, 0, &mut { number }, ends);
            let mut found = Vec::new();
            ways(&diagram, root, &mut Vec::new(), &mut found);
            for end in (0..4).map(NodeId) {
                let there = found.iter().filter(|(_, to)| *to == end);
                let shortest = there.min_by_key(|(way, _)| way.len()).map(|(way, _)| {
                    way.iter().map(|(node, cell)| (diagram.level(*node), *cell)).collect::<Vec<(Level, Cell)>>()
                });
                assert_eq!(nearest.way(&diagram, root, end, &[UNKNOWN; 3]), shortest, "{number:b} to {end:?}");
            }
            for known in all_known() {
                let goes = |(node, start): &(NodeId, Cell)| match known[diagram.level(*node) as usize] {
                    UNKNOWN => true,
                    cell => diagram.follow(*node, cell) == diagram.follow(*node, *start),
                };
                let open = || found.iter().filter(|(way, _)| way.iter().all(goes));
                let reached = open().fold(0, |bits, (_, end)| bits | 1_u8 << end.0);
                fold.begin();
                assert_eq!(fold.ends(&diagram, root, &known), reached, "{number:b}, {known:?}");
                // Where something is known there, nothing is asked.
                let asks = |node: &NodeId| known[diagram.level(*node) as usize] == UNKNOWN;
                let mut asked: Vec<NodeId> =
                    open().flat_map(|(way, _)| way.iter().map(|(node, _)| *node)).filter(asks).collect();
                asked.sort_unstable();
                asked.dedup();
                assert_eq!(fold.count, asked.len() as u64, "{number:b}, {known:?}");
                for wanted in 1..16 {
                    assert_eq!(search.reachable(&diagram, root, &known, wanted), reached & wanted);
                }
            }
        }
    }
}
