//! Values that no rule can tell apart.
//!
//! The constants of a policy cut the values of each fact into finitely many cells. Whatever
//! is decided for one value of a cell is decided for all of them.

#![expect(
    clippy::indexing_slicing,
    reason = "facts, items and edges are numbered by the policy and by this table of cells"
)]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of cells and days: both are far smaller than their types")]

use std::collections::HashMap;
use std::ops::{Bound, Range};

use crate::distinct::distinct;
use crate::model::{Condition, Date, FactId, FactType, Number, Policy, Profile, Test, TestKind, Value, anniversary};
use crate::never::never;

/// The number of a cell among its fact's, from 0.
pub type Cell = u32;

/// The cell of a fact whose value is not known.
pub const UNKNOWN: Cell = Cell::MAX;

/// Where one cell of numbers or dates ends and the next begins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    /// Before all values.
    Start,
    /// Just before the value, or just after it.
    At(Value, Side),
    /// After all values.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Before,
    After,
}

/// The cells of one fact.
enum FactCells {
    /// `no` is cell 0, `yes` is cell 1.
    YesNo,
    /// The cell of each item, and how many cells there are.
    Items(Vec<Cell>, usize),
    /// The edges between cells, ascending; as many cells and one more. Where each lies just before a
    /// value that has a key, also these keys, which take a fraction of the time to compare.
    Ordered(Vec<Edge>, Option<Vec<i64>>),
}

impl FactCells {
    fn ordered(edges: Vec<Edge>) -> Self {
        let key = |edge: &Edge| match edge {
            Edge::At(value, Side::Before) => key(*value),
            Edge::At(_, Side::After) | Edge::Start | Edge::End => None,
        };
        let keys = edges.iter().map(key).collect();
        FactCells::Ordered(edges, keys)
    }

    #[inline]
    fn of(&self, value: &Value) -> Cell {
        match (self, value) {
            (FactCells::YesNo, Value::YesNo(yes)) => (*yes).into(),
            (FactCells::Items(cells, _), Value::Item(item)) => cells[*item as usize],
            (cells, value) => cells.between_edges(value),
        }
    }

    /// The cell of a number or a date. Never inlined, since the other types' cells are found in a few
    /// instructions, which would then be lost among these.
    #[inline(never)]
    fn between_edges(&self, value: &Value) -> Cell {
        let FactCells::Ordered(edges, keys) = self else { never("a value is of its fact's type") };
        narrow(match (keys, key(*value)) {
            (Some(keys), Some(key)) => keys.partition_point(|edge| *edge <= key),
            _ => edges.partition_point(|edge| edge.is_before(*value)),
        })
    }
}

/// A number in the order of the values of one fact. Few values have none, such as `3.0` and `1.5`.
fn key(value: Value) -> Option<i64> {
    match value {
        Value::YesNo(_) | Value::Item(_) => None,
        Value::Number(number) => number.as_integer(),
        Value::Date(date) => {
            let (year, month, day) = date.parts();
            Some(year * 512 + month * 32 + day)
        }
    }
}

/// The cells of every fact of a policy, on one date or on several at once.
pub struct Cells {
    facts: Vec<FactCells>,
}

impl Cells {
    /// Cuts the values of each fact at the constants of `policy`, and where a count of years,
    /// months or days changes its answer on one of the dates.
    #[must_use]
    pub fn cut(policy: &Policy, dates: &[Option<Date>]) -> Self {
        let mut tests: Vec<Vec<&Test>> = vec![Vec::new(); policy.facts.len()];
        for test in conditions(policy).flat_map(Condition::tests) {
            tests[test.fact.index()].push(test);
        }
        let cut = |id: FactId| match &policy[id].kind {
            FactType::YesNo => FactCells::YesNo,
            FactType::OneOf(items) => {
                let cells = cut_items(items.len(), &tests[id.index()]);
                let count = cells.iter().max().map_or(1, |last| *last as usize + 1);
                FactCells::Items(cells, count)
            }
            FactType::Number { .. } | FactType::Date => {
                FactCells::ordered(cut_order(&policy[id].kind, &tests[id.index()], dates))
            }
        };
        Self { facts: policy.fact_ids().map(cut).collect() }
    }

    /// How many cells the fact has.
    #[must_use]
    pub fn count(&self, fact: FactId) -> usize {
        match &self.facts[fact.index()] {
            FactCells::YesNo => 2,
            FactCells::Items(_, count) => *count,
            FactCells::Ordered(edges, _) => edges.len() + 1,
        }
    }

    /// The cell in which a value of the fact lies.
    #[must_use]
    pub fn of(&self, fact: FactId, value: Value) -> Cell {
        self.facts[fact.index()].of(&value)
    }

    /// The cell in which a profile's value of the fact lies; [`UNKNOWN`] where it has none.
    #[must_use]
    #[inline]
    pub(super) fn known(&self, fact: FactId, profile: &Profile) -> Cell {
        match profile.get(fact) {
            None => UNKNOWN,
            // As below, and most facts are of this type.
            Some(Value::YesNo(yes)) => (*yes).into(),
            Some(value) => self.facts[fact.index()].of(value),
        }
    }

    /// A value of the cell, as plain as can be: the first item of a list, a number or a date near
    /// the constants of the policy. `None` where the cell's values have too many digits.
    #[must_use]
    pub fn value(&self, policy: &Policy, fact: FactId, cell: Cell) -> Option<Value> {
        let value = match &self.facts[fact.index()] {
            FactCells::YesNo => Value::YesNo(cell == 1),
            FactCells::Items(cells, _) => {
                let item = cells.iter().position(|other| *other == cell)?;
                Value::Item(narrow(item))
            }
            FactCells::Ordered(edges, _) => {
                let (low, high) = self.bounds(policy, fact, cell..cell + 1);
                // The least value of the type is not where a rule changes its answer: a value near
                // the policy's own constant is plainer.
                let near = if cell == 0 && !edges.is_empty() { Bound::Unbounded } else { low };
                let fits = |value: &Value| self.has(policy, fact, cell, *value);
                match (&policy[fact].kind, low, high) {
                    (FactType::Date, Bound::Unbounded, Bound::Unbounded) => Value::Date(Date::new(2000, 1, 1)?),
                    _ => between(near, high).filter(fits).or_else(|| between(low, high))?,
                }
            }
        };
        Some(value).filter(|value| self.has(policy, fact, cell, *value))
    }

    fn has(&self, policy: &Policy, fact: FactId, cell: Cell, value: Value) -> bool {
        policy[fact].kind.has(value) && self.of(fact, value) == cell
    }

    /// The bounds of the values in neighbouring cells of a number or a date.
    ///
    /// # Panics
    /// When the fact is neither.
    #[must_use]
    pub fn bounds(&self, policy: &Policy, fact: FactId, cells: Range<Cell>) -> (Bound<Value>, Bound<Value>) {
        let FactCells::Ordered(edges, _) = &self.facts[fact.index()] else {
            never("only numbers and dates have bounds")
        };
        let range = match &policy[fact].kind {
            FactType::Number { range, .. } => {
                range.map(|(least, greatest)| (Value::Number(least), Value::Number(greatest)))
            }
            FactType::YesNo | FactType::OneOf(_) | FactType::Date => None,
        };
        let whole = matches!(policy[fact].kind, FactType::Number { whole: true, .. } | FactType::Date);
        let low = match cells.start.checked_sub(1).map(|before| edges[before as usize]) {
            Some(Edge::At(value, Side::Before)) => Bound::Included(value),
            Some(Edge::At(value, Side::After)) => Bound::Excluded(value),
            Some(Edge::Start | Edge::End) | None => range.map_or(Bound::Unbounded, |(least, _)| Bound::Included(least)),
        };
        let high = match edges.get(cells.end as usize - 1) {
            Some(Edge::At(value, Side::Before)) if whole => Bound::Included(previous(*value)),
            Some(Edge::At(value, Side::Before)) => Bound::Excluded(*value),
            Some(Edge::At(value, Side::After)) => Bound::Included(*value),
            Some(Edge::Start | Edge::End) | None => {
                range.map_or(Bound::Unbounded, |(_, greatest)| Bound::Included(greatest))
            }
        };
        (low, high)
    }

    /// The items of a list that lie in one of the cells, in the order of the list.
    #[must_use]
    pub fn items(&self, fact: FactId, wanted: impl Fn(Cell) -> bool) -> Vec<u32> {
        match &self.facts[fact.index()] {
            FactCells::Items(cells, _) => {
                (0..).zip(cells).filter(|(_, cell)| wanted(**cell)).map(|(item, _)| item).collect()
            }
            FactCells::YesNo | FactCells::Ordered(..) => Vec::new(),
        }
    }

    /// For which cells of its fact the test holds on a date: runs of cells, each with its end (not
    /// included) and whether the test holds there. The last run ends at `Cell::MAX`.
    ///
    /// INVARIANT: the date is one of those that the cells were cut on.
    #[must_use]
    pub fn runs(&self, policy: &Policy, test: &Test, on: Option<Date>) -> Vec<(Cell, bool)> {
        let mut runs = Runs::default();
        match (&self.facts[test.fact.index()], &test.kind) {
            (FactCells::YesNo, _) => runs.extend_to(1, false).extend_to(2, true),
            (FactCells::Items(cells, _), TestKind::OneOf(items)) => {
                let inside = distinct(items.iter().map(|item| cells[*item as usize]));
                inside.into_iter().fold(&mut runs, |runs, cell| runs.extend_to(cell, false).extend_to(cell + 1, true))
            }
            (FactCells::Ordered(edges, _), _) => {
                let cell_at = |edge: Edge| narrow(edges.partition_point(|other| *other <= edge));
                let end_at = |edge: Edge| narrow(edges.partition_point(|other| *other < edge) + 1);
                let ranges = edge_ranges(&policy[test.fact].kind, test, on);
                ranges.into_iter().fold(&mut runs, |runs, (from, to)| {
                    runs.extend_to(cell_at(from), false).extend_to(end_at(to), true)
                })
            }
            (FactCells::Items(..), _) => never("a test is of its fact's type"),
        };
        runs.finish(self.count(test.fact))
    }
}

/// Every condition of a policy.
pub(crate) fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    let definitions = policy.definitions.iter().map(|definition| &definition.condition);
    definitions.chain(policy.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless)))
}

fn narrow(index: usize) -> Cell {
    Cell::try_from(index).expect("the limits keep constants below 4 billion")
}

/// Runs of cells with the same answer, built from left to right.
#[derive(Default)]
struct Runs(Vec<(Cell, bool)>);

impl Runs {
    fn extend_to(&mut self, end: Cell, holds: bool) -> &mut Self {
        let from = self.0.last().map_or(0, |run| run.0);
        match self.0.last_mut() {
            _ if end <= from => {}
            Some(last) if last.1 == holds => last.0 = end,
            _ => self.0.push((end, holds)),
        }
        self
    }

    /// The cells past the last run fail the test; the last run then takes in all numbers.
    fn finish(mut self, count: usize) -> Vec<(Cell, bool)> {
        self.extend_to(narrow(count), false);
        // INVARIANT: every fact has a cell, so there is a run.
        self.0.last_mut().expect("a fact has a cell").0 = Cell::MAX;
        self.0
    }
}

/// Items that are named by the same tests share a cell; cells are numbered by their first item.
fn cut_items(count: usize, tests: &[&Test]) -> Vec<Cell> {
    let mut named_by: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, test) in tests.iter().enumerate() {
        let TestKind::OneOf(items) = &test.kind else { never("a test is of its fact's type") };
        items.iter().for_each(|item| named_by[*item as usize].push(index));
    }
    let mut cells: HashMap<Vec<usize>, Cell> = HashMap::new();
    let cell = |tests: Vec<usize>| {
        let next = narrow(cells.len());
        *cells.entry(tests).or_insert(next)
    };
    named_by.into_iter().map(cell).collect()
}

/// A value between two bounds, near the lower one.
fn between(low: Bound<Value>, high: Bound<Value>) -> Option<Value> {
    let as_number =
        |bound: Bound<Value>| bound.map(|value| if let Value::Number(number) = value { Some(number) } else { None });
    let date = |bound: Bound<Value>| match bound {
        Bound::Included(Value::Date(date)) | Bound::Excluded(Value::Date(date)) => Some(date),
        _ => None,
    };
    if let Some(date) = date(low).or(date(high)) {
        // Dates have successors, so their bounds are included.
        return Some(Value::Date(date));
    }
    let unwrapped = |bound: Bound<Option<Number>>| match bound {
        Bound::Included(number) => number.map(Bound::Included),
        Bound::Excluded(number) => number.map(Bound::Excluded),
        Bound::Unbounded => Some(Bound::Unbounded),
    };
    Number::between(unwrapped(as_number(low))?, unwrapped(as_number(high))?).map(Value::Number)
}

/// The value before a whole number or a date.
fn previous(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(number.predecessor()),
        Value::Date(date) => Value::Date(Date::from_number(date.number() - 1)),
        Value::YesNo(_) | Value::Item(_) => value,
    }
}

/// The edges at which some test changes its answer.
fn cut_order(kind: &FactType, tests: &[&Test], dates: &[Option<Date>]) -> Vec<Edge> {
    let on_dates = |test: &Test| if test.kind.needs_date() { dates.to_vec() } else { vec![None] };
    let ranges = tests.iter().flat_map(|test| on_dates(test).into_iter().flat_map(|on| edge_ranges(kind, test, on)));
    let edges = ranges.flat_map(|(from, to)| [from, to]);
    distinct(edges.filter(|edge| !matches!(edge, Edge::Start | Edge::End)))
}

/// Where the test holds: ranges from edge to edge, ascending and apart, none of them empty.
fn edge_ranges(kind: &FactType, test: &Test, on: Option<Date>) -> Vec<(Edge, Edge)> {
    let mut ranges: Vec<(Edge, Edge)> = match &test.kind {
        TestKind::Within(ranges) => {
            let edges = |from: &Bound<Value>, to: &Bound<Value>| (lower_edge(kind, from), upper_edge(kind, to));
            ranges.iter().map(|range| edges(&range.from, &range.to)).collect()
        }
        TestKind::Since(unit, count) => {
            let on = on.expect("a view of dated tests has a date");
            // A later date has a later anniversary, or the same one: so dates up to one pass.
            let passes = |number: i64| anniversary(Date::from_number(number), *unit, *count) <= on.parts();
            vec![(Edge::Start, before_date(first_failing(passes)))]
        }
        TestKind::Yes | TestKind::OneOf(_) => never("a test is of its fact's type"),
    };
    ranges.retain(|(from, to)| from < to);
    ranges.sort_unstable();
    let mut apart: Vec<(Edge, Edge)> = Vec::new();
    for (from, to) in ranges {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => apart.push((from, to)),
        }
    }
    apart
}

/// The first day number for which `passes` is false; one past the last, if there is none.
fn first_failing(passes: impl Fn(i64) -> bool) -> i64 {
    let (mut low, mut high) = (0, Date::MAX.number() + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

fn before_date(number: i64) -> Edge {
    match number {
        ..=0 => Edge::Start,
        _ if number > Date::MAX.number() => Edge::End,
        _ => Edge::At(Value::Date(Date::from_number(number)), Side::Before),
    }
}

fn lower_edge(kind: &FactType, from: &Bound<Value>) -> Edge {
    match *from {
        Bound::Unbounded => Edge::Start,
        Bound::Included(value) => before(kind, value),
        Bound::Excluded(value) => after(kind, value),
    }
}

fn upper_edge(kind: &FactType, to: &Bound<Value>) -> Edge {
    match *to {
        Bound::Unbounded => Edge::End,
        Bound::Included(value) => after(kind, value),
        Bound::Excluded(value) => before(kind, value),
    }
}

/// The edge before a value; the least value of the fact has none but the start.
fn before(kind: &FactType, value: Value) -> Edge {
    match (kind, value) {
        (FactType::Number { range: Some((least, _)), .. }, Value::Number(number)) if number <= *least => Edge::Start,
        (_, Value::Date(date)) => before_date(date.number()),
        _ => Edge::At(value, Side::Before),
    }
}

/// The edge after a value. Where values have successors, it is the edge before the next one:
/// otherwise there would be cells without values between `18` and `19`.
fn after(kind: &FactType, value: Value) -> Edge {
    match (kind, value) {
        (FactType::Number { range: Some((_, greatest)), .. }, Value::Number(number)) if number >= *greatest => {
            Edge::End
        }
        (FactType::Number { whole: true, .. }, Value::Number(number)) => {
            Edge::At(Value::Number(number.successor()), Side::Before)
        }
        (_, Value::Date(date)) => before_date(date.number() + 1),
        _ => Edge::At(value, Side::After),
    }
}

impl Edge {
    /// Whether the edge lies before the value.
    fn is_before(self, value: Value) -> bool {
        match self {
            Edge::Start => true,
            Edge::At(at, Side::Before) => at <= value,
            Edge::At(at, Side::After) => at < value,
            Edge::End => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Cells, conditions};
    use crate::Policy;

    const TEXT: &str = r#"policy sample "Sample"
source paper "The Paper"
claim said by paper "It is said."
fact age "Age" : whole number from 0 to 120
fact income "Income" : number from 0.4 to 9
fact size "Size" : whole number from 2 to 5
fact rooms "Rooms" : whole number from 0 to 9
fact place "Place" : one of north, east, south
consequence fined "Is fined"
rule basic "Basic" per said when age >= 18 and income >= 0.5 and place is one of north, east then fined
rule other "Other" per said when place is east and rooms is one of 5, 4 then fined
"#;

    fn load() -> Policy {
        Policy::load("sample.ensue", |_| Ok(TEXT.to_owned().into())).expect("it is sound")
    }

    /// A value near a constant of the policy, if one of the cell's is, and else the least.
    #[test]
    fn a_cell_has_a_plain_value_of_its_own() {
        let policy = load();
        let cells = Cells::cut(&policy, &[None]);
        let expected: [(&str, &[&str]); 5] = [
            ("age", &["17", "18"]),
            // None below 0.4 is of the fact's type.
            ("income", &["0.4", "0.5"]),
            ("size", &["2"]),
            // One interval, since between 4 and 5 there is no whole number.
            ("rooms", &["3", "4", "6"]),
            ("place", &["\"north\"", "\"east\"", "\"south\""]),
        ];
        for (name, values) in expected {
            let fact = policy.fact_ids().find(|id| policy[*id].name == *name).expect("it is declared");
            assert_eq!(cells.count(fact), values.len(), "{name}");
            for (cell, value) in (0..).zip(values) {
                let profile = policy.profile(&format!("{{\"{name}\": {value}}}")).expect("it is of its type");
                assert_eq!(cells.value(&policy, fact, cell).as_ref(), profile.get(fact), "cell {cell} of {name}");
            }
        }
    }

    /// Neighbouring cells with the same answer are one run.
    #[test]
    fn runs_tell_where_the_answer_changes() {
        let policy = load();
        let cells = Cells::cut(&policy, &[None]);
        let tests = conditions(&policy).flat_map(|condition| condition.tests());
        let runs: Vec<_> = tests.map(|test| cells.runs(&policy, test, None)).collect();
        let below = vec![(1, false), (Cell::MAX, true)];
        let expected = [
            below.clone(),
            below,
            vec![(2, true), (Cell::MAX, false)],
            vec![(1, false), (2, true), (Cell::MAX, false)],
            vec![(1, false), (2, true), (Cell::MAX, false)],
        ];
        assert_eq!(runs, expected);
    }
}
