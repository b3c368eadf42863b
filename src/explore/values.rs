//! Values of one fact that are alternatives to one another.

#![expect(clippy::indexing_slicing, reason = "a run has a first and a last cell")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of cells")]

use std::ops::Bound;

use crate::model::{FactId, FactType, Value};
use crate::semantics::Engine;
use crate::semantics::cells::Cell;

/// Values of one fact, in the order of their cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Yes or no.
    YesNo(bool),
    /// Some items of its list.
    Items(Vec<u32>),
    /// What lies between bounds.
    Ranges(Vec<(Bound<Value>, Bound<Value>)>),
}

impl Values {
    /// The values in some of a fact's cells, ascending. INVARIANT: not both of yes and no.
    pub(crate) fn of(engine: &Engine<'_>, fact: FactId, cells: &[Cell]) -> Self {
        let policy = engine.policy;
        match &policy[fact].kind {
            FactType::YesNo => Values::YesNo(cells == [1]),
            FactType::OneOf(_) => Values::Items(engine.cells().items(fact, |cell| cells.contains(&cell))),
            FactType::Number { .. } | FactType::Date => {
                let runs = cells.chunk_by(|a, b| a + 1 == *b);
                Values::Ranges(
                    runs.map(|run| engine.cells().bounds(policy, fact, run[0]..run[run.len() - 1] + 1)).collect(),
                )
            }
        }
    }

    /// The one value, where there is no other.
    #[must_use]
    pub fn only(&self) -> Option<Value> {
        match self {
            Values::YesNo(yes) => Some(Value::YesNo(*yes)),
            Values::Items(items) => match items[..] {
                [item] => Some(Value::Item(item)),
                _ => None,
            },
            Values::Ranges(ranges) => match ranges[..] {
                [(Bound::Included(from), Bound::Included(to))] if from == to => Some(from),
                _ => None,
            },
        }
    }

    /// Whether a value of the fact is one of them.
    #[must_use]
    pub fn contains(&self, value: Value) -> bool {
        match (self, value) {
            (Values::YesNo(yes), value) => value == Value::YesNo(*yes),
            (Values::Items(items), Value::Item(item)) => items.contains(&item),
            (Values::Items(_), _) => false,
            (Values::Ranges(ranges), value) => ranges.iter().any(|(from, to)| {
                let above = match from {
                    Bound::Included(from) => value >= *from,
                    Bound::Excluded(from) => value > *from,
                    Bound::Unbounded => true,
                };
                let below = match to {
                    Bound::Included(to) => value <= *to,
                    Bound::Excluded(to) => value < *to,
                    Bound::Unbounded => true,
                };
                above && below
            }),
        }
    }
}
