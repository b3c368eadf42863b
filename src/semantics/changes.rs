//! Smallest changes of known facts after which a consequence has another status, and all smallest
//! sets of known facts that settle the one it has.
//!
//! The known facts are put in question, the unknown ones must not matter: from the diagram of the
//! consequence follows, by quantifying the unknown facts away, the set of all combinations of the
//! known ones that settle what is wanted. Its smallest changes, seen from what is known now, are
//! found node by node: those where the fact keeps its cell, and those where it takes another and no
//! smaller change does (as the minimal sets of a family are found in Minato, *Zero-Suppressed BDDs
//! for Set Manipulation in Combinatorial Problems*, 1993, here for facts of many cells).
//!
//! What settles a status is found in the same way, from the diagram of another question: whether it
//! is settled where some of the known facts are kept and the others forgotten. All its smallest
//! answers are the prime implicants that cover the profile (Shih, Choi and Darwiche 2018).

#![expect(clippy::indexing_slicing, reason = "levels and places are those of the engine and of the lists at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "places in a list, and steps of it")]

use indexmap::IndexMap;

use super::cells::{Cell, UNKNOWN};
use super::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE, push_branch};
use super::engine::{Engine, Known, Question};
use super::fold::Fold;
use super::status::Status;
use crate::limits::Limit;
use crate::model::{ConsequenceId, FactId, Profile};

/// Facts that take another value at once, each with the cells that it may take, in any combination.
pub(crate) type CellChange = Vec<(FactId, Vec<Cell>)>;

/// The same, by level.
type Change = Vec<(Level, Vec<Cell>)>;

impl Engine<'_> {
    /// All smallest changes of known facts, but for those that are `kept`, after which every
    /// completion gives statuses of one of the `targets`, which are sets of ends as bits. Each is a
    /// list of facts with the cells that they may take, in any combination; no two combinations are
    /// the same, and of none can a part be left out. In the order of the facts' declaration.
    ///
    /// # Errors
    /// When there are too many, or the rules are too large.
    pub(crate) fn smallest_changes(
        &self,
        consequence: ConsequenceId,
        targets: &[u8],
        profile: &Profile,
        kept: &[FactId],
    ) -> Result<Vec<CellChange>, OverBudget> {
        let root = self.root(Question::Status(consequence)).ok_or(OverBudget)?;
        let mut known = Known::new();
        self.locate(profile, &mut known);
        let mut diagram = Diagram::new();
        diagram.grant(self.limits.of(Limit::SearchSteps));
        let mut wanted = FALSE;
        for &target in targets {
            let settled = self.settling(root, target, &known, kept, &mut diagram)?;
            wanted = diagram.join(Join::Or, wanted, settled)?;
        }
        let cells = |level: Level| -> Vec<Cell> {
            let fact = self.order[level as usize];
            let count = Cell::try_from(self.cells().count(fact)).expect("cells are numbered so");
            let others = (0..count).filter(|cell| *cell != known[level as usize]);
            others.filter(|cell| self.cells().value(self.policy, fact, *cell).is_some()).collect()
        };
        let search = Search { diagram: &diagram, now: &known, cells, steps: self.limits.of(Limit::SearchSteps) };
        let changes = search.all(wanted, self.limits.of(Limit::Changes))?.into_iter().map(|change| {
            let mut change: CellChange =
                change.into_iter().map(|(level, cells)| (self.order[level as usize], cells)).collect();
            change.sort_unstable();
            change
        });
        let mut changes: Vec<CellChange> = changes.collect();
        join_neighbours(&mut changes);
        changes.sort_unstable();
        Ok(changes)
    }

    /// All smallest sets of known facts that by themselves settle the status that a consequence has:
    /// each settles it, none of its facts can be left out, and every such set is there. The fewest
    /// facts first, then in the order of declaration.
    ///
    /// # Errors
    /// When there are too many, the rules are too large, or the status is not settled.
    pub(super) fn settled_by(
        &self,
        consequence: ConsequenceId,
        status: Status,
        profile: &Profile,
    ) -> Result<Vec<Vec<FactId>>, OverBudget> {
        /// Of each known fact it is asked whether it is forgotten or kept.
        const FORGOTTEN: Cell = 0;
        const KEPT: Cell = 1;
        let root = self.root(Question::Status(consequence)).ok_or(OverBudget)?;
        let target = status.settled().ok_or(OverBudget)?.bit();
        let mut known = Known::new();
        self.locate(profile, &mut known);
        let mut diagram = Diagram::new();
        diagram.grant(self.limits.of(Limit::SearchSteps));
        let settled = self.quantified(root, target, &vec![UNKNOWN; known.len()], |level, parts| {
            let all = parts.iter().try_fold(TRUE, |all, (_, part)| diagram.join(Join::And, all, *part))?;
            let cell = known[level as usize];
            if cell == UNKNOWN {
                return Ok(all);
            }
            let kept = parts.iter().find(|(end, _)| cell < *end).expect("the last branch takes all cells").1;
            let mut branches = Vec::new();
            push_branch(&mut branches, 0, Branch { end: KEPT, to: all });
            push_branch(&mut branches, 0, Branch { end: Cell::MAX, to: kept });
            Ok(diagram.make(level, &branches))
        })?;
        let now = vec![FORGOTTEN; known.len()];
        let search =
            Search { diagram: &diagram, now: &now, cells: |_| vec![KEPT], steps: self.limits.of(Limit::SearchSteps) };
        let sets = search.all(settled, self.limits.of(Limit::Changes))?;
        let facts = |set: Change| {
            let mut facts: Vec<FactId> = set.into_iter().map(|(level, _)| self.order[level as usize]).collect();
            facts.sort_unstable();
            facts
        };
        let mut sets: Vec<Vec<FactId>> = sets.into_iter().map(facts).collect();
        sets.sort_unstable_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        Ok(sets)
    }

    /// For which cells of the known facts every completion of the unknown ones leads to a wanted
    /// end. The facts that are kept keep their cells.
    fn settling(
        &self,
        root: NodeId,
        target: u8,
        known: &[Cell],
        kept: &[FactId],
        diagram: &mut Diagram,
    ) -> Result<NodeId, OverBudget> {
        let mut fixed = vec![UNKNOWN; known.len()];
        for level in kept.iter().map(|fact| self.levels[fact.index()]).filter(|level| *level != Level::MAX) {
            fixed[level as usize] = known[level as usize];
        }
        let mut branches: Vec<Branch> = Vec::new();
        self.quantified(root, target, &fixed, |level, parts| {
            if known[level as usize] == UNKNOWN {
                return parts.iter().try_fold(TRUE, |all, (_, part)| diagram.join(Join::And, all, *part));
            }
            branches.clear();
            parts.iter().for_each(|&(end, to)| push_branch(&mut branches, 0, Branch { end, to }));
            Ok(diagram.make(level, &branches))
        })
    }

    /// Makes a diagram of another one, in which some levels are fixed: the wanted ends become true,
    /// the others false, and each node what `make` makes of its level and branches.
    fn quantified(
        &self,
        root: NodeId,
        target: u8,
        fixed: &[Cell],
        mut make: impl FnMut(Level, &[(Cell, NodeId)]) -> Result<NodeId, OverBudget>,
    ) -> Result<NodeId, OverBudget> {
        let mut over = Ok(());
        let mut fold: Fold<NodeId> = Fold::default();
        fold.begin();
        let at_end = |end: NodeId| if target >> end.0 & 1 == 1 { TRUE } else { FALSE };
        let node = fold.run(&self.diagram, root, fixed, at_end, |node, parts| {
            make(self.diagram.level(node), parts).unwrap_or_else(|OverBudget| {
                over = Err(OverBudget);
                FALSE
            })
        });
        over.map(|()| node)
    }
}

/// The search for smallest changes in a diagram.
struct Search<'a, C> {
    diagram: &'a Diagram,
    /// For each level the cell that is changed.
    now: &'a [Cell],
    /// For each level the cells that it may be changed to.
    cells: C,
    steps: u64,
}

impl<C: Fn(Level) -> Vec<Cell>> Search<'_, C> {
    /// All smallest changes that lead from a node to the end "true", if there are no more than so many.
    fn all(mut self, from: NodeId, most: u64) -> Result<Vec<Change>, OverBudget> {
        let changes = self.changes(from)?;
        if changes.len() as u64 > most { Err(OverBudget) } else { Ok(changes) }
    }

    /// The same, however many there are.
    fn changes(&mut self, from: NodeId) -> Result<Vec<Change>, OverBudget> {
        let at_end = |end: NodeId| if end == TRUE { vec![Change::new()] } else { Vec::new() };
        if from.is_end() {
            return Ok(at_end(from));
        }
        let mut found: Vec<Vec<Change>> = Vec::new();
        // Nodes are made after those they lead to, so one pass upwards meets each in time.
        for (index, reached) in self.diagram.reachable(std::iter::once(from)).into_iter().enumerate() {
            let changes = match reached {
                true => {
                    let of = |node: NodeId| if node.is_end() { at_end(node) } else { found[node.index()].clone() };
                    self.at(NodeId::at(index), of)?
                }
                false => Vec::new(),
            };
            found.push(changes);
        }
        Ok(found.swap_remove(from.index()))
    }

    /// The smallest changes from a node, of those from the nodes it leads to.
    fn at(&mut self, node: NodeId, of: impl Fn(NodeId) -> Vec<Change>) -> Result<Vec<Change>, OverBudget> {
        let level = self.diagram.level(node);
        let unchanged = self.diagram.follow(node, self.now[level as usize]);
        let mut others: IndexMap<NodeId, Vec<Cell>> = IndexMap::new();
        for cell in (self.cells)(level) {
            others.entry(self.diagram.follow(node, cell)).or_default().push(cell);
        }
        let smaller = of(unchanged);
        let mut changes = smaller.clone();
        // Cells after which the same remains to be changed stand together.
        let mut rests: IndexMap<Change, Vec<Cell>> = IndexMap::new();
        for (to, cells) in others.into_iter().filter(|(to, _)| *to != unchanged) {
            for change in of(to) {
                for rest in self.without(change, &smaller)? {
                    rests.entry(rest).or_default().extend(&cells);
                }
            }
        }
        for (rest, mut cells) in rests {
            cells.sort_unstable();
            changes.push(std::iter::once((level, cells)).chain(rest).collect());
        }
        // A node is a step, and so is each change from it.
        self.steps = self.steps.checked_sub(1 + changes.len() as u64).ok_or(OverBudget)?;
        Ok(changes)
    }

    /// What is left of a change without the combinations that hold a smaller one.
    fn without(&mut self, change: Change, smaller: &[Change]) -> Result<Vec<Change>, OverBudget> {
        let mut left = vec![change];
        for small in smaller {
            self.steps = self.steps.checked_sub(left.len() as u64).ok_or(OverBudget)?;
            left = left.into_iter().flat_map(|change| apart(change, small)).collect();
        }
        Ok(left)
    }
}

/// The combinations of a change that do not hold the smaller one, as changes that do not overlap.
fn apart(change: Change, smaller: &Change) -> Vec<Change> {
    let mut apart = Vec::new();
    let mut rest = change.clone();
    for (level, cells) in smaller {
        let Some(place) = rest.iter().position(|(other, _)| other == level) else { return vec![change] };
        let (inside, outside): (Vec<Cell>, Vec<Cell>) = rest[place].1.iter().partition(|cell| cells.contains(cell));
        if !outside.is_empty() {
            let mut piece = rest.clone();
            piece[place].1 = outside;
            apart.push(piece);
        }
        if inside.is_empty() {
            return apart;
        }
        rest[place].1 = inside;
    }
    apart
}

/// Makes one of changes of the same facts that differ in the cells of one of them.
fn join_neighbours(changes: &mut Vec<CellChange>) {
    let joined = |a: &[(FactId, Vec<Cell>)], b: &[(FactId, Vec<Cell>)]| {
        let same_facts = a.len() == b.len() && a.iter().zip(b).all(|((a, _), (b, _))| a == b);
        let mut differ = (0..a.len()).filter(|place| same_facts && a[*place].1 != b[*place].1);
        let place = differ.next()?;
        differ.next().is_none().then_some(place)
    };
    // What was looked at before a join may have a neighbour after it: another round, until nothing is joined.
    loop {
        let count = changes.len();
        let mut index = 0;
        while let [one, later @ ..] = &changes[index..] {
            let with = later.iter().enumerate().find_map(|(after, other)| Some((after, joined(one, other)?)));
            if let Some((after, place)) = with {
                let more = changes.remove(index + 1 + after);
                let cells = &mut changes[index][place].1;
                cells.extend(&more[place].1);
                cells.sort_unstable();
            } else {
                index += 1;
            }
        }
        if changes.len() == count {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use indexmap::IndexSet;
    use proptest::prelude::*;

    use super::*;

    /// The combinations that a change allows.
    fn combinations(change: &CellChange) -> Vec<Vec<(FactId, Cell)>> {
        change.iter().fold(vec![Vec::new()], |before, (fact, cells)| {
            let with = |cell: &Cell| {
                let end = (*fact, *cell);
                before.iter().map(|before| before.iter().copied().chain([end]).collect()).collect::<Vec<_>>()
            };
            cells.iter().flat_map(with).collect()
        })
    }

    fn facts(change: &CellChange) -> Vec<FactId> {
        change.iter().map(|(fact, _)| *fact).collect()
    }

    fn could_be_one(one: &CellChange, other: &CellChange) -> bool {
        facts(one) == facts(other) && one.iter().zip(other).filter(|(one, other)| one != other).count() == 1
    }

    proptest! {
        /// Combinations of up to three facts, each a change of its own, in any order.
        #[test]
        fn changes_are_joined_until_none_has_a_neighbour(
            chosen in proptest::collection::btree_set((0_usize..4, 0..3_u32, 0..3_u32, 0..2_u32), 0..40)
                .prop_map(|them| them.into_iter().collect::<Vec<_>>()).prop_shuffle(),
        ) {
            // By the first number they are changes of some of the facts alone.
            let of = [&[0, 1, 2][..], &[0, 1], &[1, 2], &[1]];
            let single = |(which, a, b, c): (usize, u32, u32, u32)| -> CellChange {
                of[which].iter().map(|fact| (FactId::new(*fact), vec![[a, b, c][*fact]])).collect()
            };
            let before: IndexSet<CellChange> = chosen.into_iter().map(single).collect();
            let mut after: Vec<CellChange> = before.iter().cloned().collect();
            join_neighbours(&mut after);
            let held: Vec<_> = after.iter().flat_map(combinations).collect();
            prop_assert_eq!(held.len(), before.len());
            let all = before.iter().flat_map(combinations).collect::<BTreeSet<_>>();
            prop_assert_eq!(held.into_iter().collect::<BTreeSet<_>>(), all);
            for (index, one) in after.iter().enumerate() {
                prop_assert!(one.iter().all(|(_, cells)| cells.is_sorted()));
                prop_assert!(after[index + 1..].iter().all(|other| !could_be_one(one, other)));
            }
        }
    }
}
