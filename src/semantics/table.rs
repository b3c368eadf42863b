//! The statuses of every combination of cells, known or not, where these are few.
//!
//! A question is then an index and a copy, the same for what is known and what is not.

#![expect(clippy::indexing_slicing, reason = "levels and combinations are numbered by this table")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of combinations, which the table's size keeps small")]

use super::cells::{Cell, Cells, UNKNOWN};
use super::diagram::NodeId;
use super::engine::{Engine, Scratch};
use super::status::Status;
use crate::model::{FactId, Profile};

/// How many statuses a table may hold. The article's has 1,458.
const MOST: usize = 1 << 16;

pub(super) struct Table {
    /// The facts that matter, and by how much each cell of theirs moves the index; what is not known is
    /// cell 0 here, and others follow.
    facts: Vec<(FactId, usize)>,
    /// The consequences of the first combination, then those of the second, and so on.
    statuses: Vec<Status>,
    consequences: usize,
}

impl Engine<'_> {
    /// The same engine with a table of all statuses, where the facts that matter have few enough
    /// combinations of cells; else as it was.
    ///
    /// Making it takes as long as asking for each combination once, so this is for callers with many
    /// profiles: a page that compiles rules at each edit asks about one.
    #[must_use]
    pub fn tabulated(mut self) -> Self {
        self.table = Table::make(&self);
        self
    }
}

impl Table {
    /// `None` where there would be too many statuses, or something has no diagram.
    fn make(engine: &Engine<'_>) -> Option<Self> {
        let roots: Vec<NodeId> = engine.roots().collect::<Option<_>>()?;
        let levels = engine.diagram.asked(&roots);
        let consequences = roots.len();
        let (mut size, mut facts, mut places) = (consequences, Vec::new(), Vec::new());
        for level in levels {
            let fact = engine.order[level as usize];
            let count = engine.cells().count(fact) + 1;
            facts.push((fact, size));
            places.push((level as usize, size, count));
            size = size.checked_mul(count).filter(|size| *size <= MOST)?;
        }
        let (mut table, mut scratch, mut found) = (Vec::with_capacity(size), Scratch::default(), Vec::new());
        let mut known = vec![UNKNOWN; engine.order.len()];
        while table.len() < size {
            for &(level, step, count) in &places {
                let cell = (table.len() / step % count).checked_sub(1);
                known[level] = cell.map_or(UNKNOWN, |cell| Cell::try_from(cell).expect("there are few"));
            }
            engine.statuses_at(&known, &mut scratch, &mut found);
            table.append(&mut found);
        }
        Some(Self { facts, statuses: table, consequences })
    }

    /// The status of each consequence for a profile.
    pub fn get(&self, cells: &Cells, profile: &Profile) -> &[Status] {
        // INVARIANT: what is not known is the greatest number, so that one more is cell 0 of the table.
        let step = |&(fact, step): &(FactId, usize)| cells.known(fact, profile).wrapping_add(1) as usize * step;
        let start: usize = self.facts.iter().map(step).sum();
        &self.statuses[start..start + self.consequences]
    }
}

#[cfg(test)]
mod tests {
    use crate::limits::{Limit, Limits};
    use crate::model::Policy;
    use crate::semantics::{Engine, View};

    /// Whether there is a table for so many facts, all of which matter for each of so many consequences.
    fn is_tabulated(facts: usize, consequences: usize, limits: Limits) -> bool {
        let names: Vec<String> = (0..facts).map(|fact| format!("f{fact}")).collect();
        let mut text: String = names.iter().map(|name| format!("fact {name} \"F\" : one of x, y, z\n")).collect();
        for index in 0..consequences {
            text += &format!("consequence c{index} \"C\"\n");
            for item in ["x", "y"] {
                let tests: Vec<String> = names.iter().map(|name| format!("{name} is {item}")).collect();
                text += &format!("rule {item}{index} \"R\" when {} then c{index}\n", tests.join(" and "));
            }
        }
        let policy = Policy::load("p", |_| Ok(text.clone().into())).unwrap_or_else(|found| panic!("{found}\n{text}"));
        let engine = Engine::with_limits(&policy, &View::default(), limits).expect("no date is needed");
        engine.tabulated().table.is_some()
    }

    #[test]
    fn what_is_small_and_compiled_has_a_table() {
        let usual = Limits::default();
        // A fact that is one of three has four states, with that of what is not known: 2^16 statuses are the most.
        assert!(is_tabulated(1, 0, usual) && is_tabulated(8, 1, usual));
        assert!(!is_tabulated(8, 2, usual));
        assert!(is_tabulated(7, 4, usual));
        assert!(!is_tabulated(7, 5, usual));
        assert!(!is_tabulated(9, 1, usual));
        assert!(!is_tabulated(2, 1, usual.with(Limit::CompileSteps, 0)));
    }
}
