//! Which values of a fact are told apart in a population: bins.
//!
//! A bin is a cell, so that no rule can tell two of its values apart; of a list that is counted by its
//! items, each item is a bin of its own.

#![expect(clippy::indexing_slicing, reason = "bins are those of the column")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of cells and items")]

use crate::distinct::distinct;
use crate::explore::values::Values;
use crate::model::{FactId, FactType, Policy, Value};
use crate::semantics::Engine;
use crate::semantics::cells::{Cell, UNKNOWN};

/// The number of a bin in its column: 0 is the bin of rows in which the fact is not known.
pub type Bin = u32;

/// The bin of what is not known.
pub const NOT_KNOWN: Bin = 0;

/// What stands behind a fact's name where each item of its list is counted apart.
pub const BY_ITEM: &str = ":item";

/// The facts that are read, and the bins of each.
pub struct Coding {
    /// In the order of declaration.
    pub columns: Vec<Column>,
}

/// A fact that is read.
pub struct Column {
    /// The fact.
    pub fact: FactId,
    /// Whether each item of its list is a bin.
    by_item: bool,
    /// The cell of each bin but the first.
    cells: Vec<Cell>,
    /// A value of each bin but the first; `None` where no value of it has few enough digits.
    values: Vec<Option<Value>>,
}

impl Coding {
    /// The bins of some facts; of lists among `by`, each item is one.
    #[must_use]
    pub fn new(engine: &Engine<'_>, facts: &[FactId], by: &[FactId]) -> Self {
        let read = distinct(facts.iter().chain(by).copied());
        Self { columns: read.into_iter().map(|fact| Column::new(engine, fact, by.contains(&fact))).collect() }
    }
}

impl Column {
    fn new(engine: &Engine<'_>, fact: FactId, by: bool) -> Self {
        let (policy, cells) = (engine.policy, engine.cells());
        match &policy[fact].kind {
            FactType::OneOf(items) if by => {
                let values: Vec<Value> = (0..).take(items.len()).map(Value::Item).collect();
                let cells = values.iter().map(|value| cells.of(fact, *value)).collect();
                Self { fact, by_item: true, cells, values: values.into_iter().map(Some).collect() }
            }
            FactType::OneOf(_) | FactType::YesNo | FactType::Number { .. } | FactType::Date => {
                let all: Vec<Cell> = (0..).take(cells.count(fact)).collect();
                let values = all.iter().map(|cell| cells.value(policy, fact, *cell)).collect();
                Self { fact, by_item: false, cells: all, values }
            }
        }
    }

    /// Whether each item of its list is a bin of its own.
    #[must_use]
    pub fn is_by_item(&self) -> bool {
        self.by_item
    }

    /// How its column is called in a table of combinations: in one whose items are told apart the name says
    /// so, because in others an item stands for all that no rule tells from it.
    #[must_use]
    pub fn in_combinations(&self, policy: &Policy) -> String {
        let name = &policy[self.fact].name;
        if self.by_item { format!("{name}{BY_ITEM}") } else { name.clone() }
    }

    /// How many bins there are, with that of what is not known.
    #[must_use]
    pub fn count(&self) -> usize {
        self.cells.len() + 1
    }

    /// The bin of a value of the fact.
    #[must_use]
    pub fn bin(&self, engine: &Engine<'_>, value: Value) -> Bin {
        match value {
            Value::Item(item) if self.by_item => item + 1,
            value => engine.cells().of(self.fact, value) + 1,
        }
    }

    /// The cell of a bin.
    #[must_use]
    pub fn cell(&self, bin: Bin) -> Cell {
        bin.checked_sub(1).map_or(UNKNOWN, |index| self.cells[index as usize])
    }

    /// All values of a bin. INVARIANT: not that of what is not known.
    #[must_use]
    pub fn values(&self, engine: &Engine<'_>, bin: Bin) -> Values {
        match self.value(bin) {
            Some(Value::Item(item)) if self.by_item => Values::Items(vec![item]),
            _ => Values::of(engine, self.fact, &[self.cell(bin)]),
        }
    }

    /// A value of a bin, the plainest there is; `None` where it is not known, or where no value of the
    /// bin has few enough digits.
    #[must_use]
    pub fn value(&self, bin: Bin) -> Option<Value> {
        bin.checked_sub(1).and_then(|index| self.values[index as usize])
    }

    /// Whether a bin has a value that can be written, or is that of what is not known.
    #[must_use]
    pub fn is_written(&self, bin: Bin) -> bool {
        bin == NOT_KNOWN || self.value(bin).is_some()
    }
}
