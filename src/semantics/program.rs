//! A policy as a flat program: what all rules say of a profile, in one pass without a branch.
//!
//! An and-inverter graph (Kuehlmann, Paruthi, Krohm and Ganai 2002) with four inputs to an
//! operation, in Kleene's strong three-valued logic: what it settles is settled, and what it leaves
//! open is left to a diagram of that part alone. It serves where diagrams would grow too large.

#![expect(clippy::indexing_slicing, reason = "operations and literals are numbered by this program")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of literals, which `narrow` looks at")]

use std::convert::Infallible;

use rustc_hash::FxHashMap;

use super::cells::{Cell, Cells, UNKNOWN};
use super::decide::{Decider, Logic};
use super::diagram::{Branch, Diagram, FALSE, Join, Level, NodeId, OverBudget, TRUE};
use super::engine::Question;
use super::status::Possible;
use super::view::Selection;
use crate::model::{Date, FactId, Node, Policy, Test};

/// A place in the program, or its negation: twice its number, and one more where it is negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Literal(u32);

impl Literal {
    const YES: Literal = Literal(0);
    const NO: Literal = Literal(1);
    /// What would have made the program too large: open whatever is known.
    const LEFT_OUT: Literal = Literal(2);

    fn at(place: u32) -> Self {
        Literal(place * 2)
    }

    fn place(self) -> u32 {
        self.0 / 2
    }

    fn is_negated(self) -> bool {
        self.0 % 2 == 1
    }

    fn not(self) -> Self {
        Literal(self.0 ^ 1)
    }
}

/// How many literals an operation joins. Rules have few tests, so most are one operation.
const WIDTH: usize = 4;
/// Places of what is always the same: yes, and what was left out.
const CONSTANTS: u32 = 2;

/// It holds in no completion.
const NEVER: u8 = 0b00;
/// It may hold or not. Bit 0 is "it can hold", bit 1 "it must", so that the bits of "both hold"
/// are those of the one and of the other.
const OPEN: u8 = 0b01;
/// It holds in every completion.
const ALWAYS: u8 = 0b11;

/// "Can hold" becomes "need not", and the other way round.
fn opposite(value: u8) -> u8 {
    (value << 1 | value >> 1) & 0b11 ^ 0b11
}

/// The values of literals for one profile, in room that queries use again.
#[derive(Default)]
pub(super) struct Values {
    of: Vec<u8>,
    query: u64,
    met: Vec<u64>,
}

impl Values {
    fn get(&self, literal: Literal) -> u8 {
        self.of[literal.0 as usize]
    }

    /// The statuses that are possible, as far as values tell, by whether a consequence is asserted and
    /// whether it is denied.
    pub fn possible(&self, [asserted, denied]: [Literal; 2]) -> Possible {
        let ends = |literal, no: u8, yes: u8| match self.get(literal) {
            NEVER => no,
            ALWAYS => yes,
            _ => no | yes,
        };
        Possible::from_bits(ends(asserted, 0b0101, 0b1010) & ends(denied, 0b0011, 0b1100))
    }
}

/// Operations in an order in which each comes after all it names.
///
/// Places 0 and 1 are constants. Then come the thresholds of each level, one for each cell of its
/// fact but the last: whether the fact's cell lies below it. Then come the operations.
pub(super) struct Program {
    /// For each level the place of its first threshold, and at last that of the first operation.
    thresholds: Vec<u32>,
    /// Each holds where all of its literals do.
    operations: Vec<[Literal; WIDTH]>,
    /// For each consequence whether it is asserted, and whether it is denied.
    statuses: Vec<[Literal; 2]>,
    /// For each consequence whether each of the rules that conclude about it applies undefeated.
    effects: Vec<Vec<Literal>>,
    applies: Vec<Literal>,
}

/// What stands at a place.
enum Place<'a> {
    /// A constant; the one that is open is what was left out.
    Constant,
    /// The level's cell lies below this one.
    Below(Level, Cell),
    All(&'a [Literal; WIDTH]),
}

impl Program {
    /// Writes the program of a policy, with at most so many operations.
    pub fn make(
        policy: &Policy,
        selection: &Selection,
        cells: &Cells,
        order: &[FactId],
        levels: &[Level],
        limit: usize,
    ) -> Self {
        let mut first = CONSTANTS;
        let mut thresholds = vec![first];
        for fact in order {
            first += narrow(cells.count(*fact) - 1);
            thresholds.push(first);
        }
        let (operations, made) = Default::default();
        let writer = Writer { policy, levels, thresholds, operations, made, limit };
        let mut decider = Decider::new(policy, selection, cells, writer);
        let mut statuses = vec![[Literal::NO; 2]; policy.consequences.len()];
        let mut effects = vec![Vec::new(); policy.consequences.len()];
        for node in &policy.order {
            let decided = decider.decide(*node).into_iter().map(|Ok(effect)| effect).collect();
            if let Node::Consequence(id) = node {
                let Ok((asserted, denied)) = decider.sides(*id);
                (statuses[id.index()], effects[id.index()]) = ([asserted, denied], decided);
            }
        }
        let applies = policy.rule_ids().map(|rule| decider.applies(rule)).map(|Ok(applies)| applies).collect();
        let Writer { thresholds, operations, .. } = decider.logic;
        Self { thresholds, operations, statuses, effects, applies }
    }

    /// Whether what is asked about is asserted, and whether it is denied.
    pub fn sides(&self, question: Question) -> [Literal; 2] {
        match question {
            Question::Status(id) => self.statuses[id.index()],
            Question::Effect(id, index) => [self.effects[id.index()][index], Literal::NO],
            Question::Applies(id) => [self.applies[id.index()], Literal::NO],
        }
    }

    fn first_operation(&self) -> u32 {
        *self.thresholds.last().expect("there is a last one")
    }

    fn at(&self, place: u32) -> Place<'_> {
        if place < CONSTANTS {
            return Place::Constant;
        }
        if let Some(operation) = place.checked_sub(self.first_operation()) {
            return Place::All(&self.operations[operation as usize]);
        }
        let level = self.thresholds.partition_point(|first| *first <= place) - 1;
        Place::Below(narrow(level), place - self.thresholds[level] + 1)
    }

    fn begin(&self, values: &mut Values) {
        values.of.resize(2 * (self.first_operation() as usize + self.operations.len()), NEVER);
        values.of[..4].copy_from_slice(&[ALWAYS, NEVER, OPEN, OPEN]);
    }

    /// Finds the value of everything.
    pub fn run(&self, known: &[Cell], values: &mut Values) {
        self.begin(values);
        let of = &mut values.of[..];
        let (pairs, _) = of.as_chunks_mut::<2>();
        for (bounds, &cell) in self.thresholds.windows(2).zip(known) {
            let thresholds = &mut pairs[bounds[0] as usize..bounds[1] as usize];
            if cell == UNKNOWN {
                thresholds.fill([OPEN, OPEN]);
            } else {
                let (passed, above) = thresholds.split_at_mut(cell as usize);
                passed.fill([NEVER, ALWAYS]);
                above.fill([ALWAYS, NEVER]);
            }
        }
        let mut at = 2 * self.first_operation() as usize;
        for operation in &self.operations {
            set(of, at, all(of, operation));
            at += 2;
        }
    }

    /// Finds the values of some literals and of what they depend on, and of nothing else.
    pub fn run_for(&self, literals: &[Literal], known: &[Cell], values: &mut Values) {
        self.begin(values);
        for place in self.below(literals, values, false) {
            let value = match self.at(place) {
                Place::Constant => continue,
                Place::Below(level, end) => match known[level as usize] {
                    UNKNOWN => OPEN,
                    cell if cell < end => ALWAYS,
                    _ => NEVER,
                },
                Place::All(literals) => all(&values.of, literals),
            };
            set(&mut values.of, 2 * place as usize, value);
        }
    }

    /// The places on which literals depend, with their own, ascending; if only open ones are wanted, those
    /// that are open and reached through such.
    fn below(&self, literals: &[Literal], values: &mut Values, only_open: bool) -> Vec<u32> {
        let Values { of, query, met } = values;
        *query += 1;
        met.resize(of.len() / 2, 0);
        let mut look = |literal: &Literal| {
            let wanted = !only_open || of[literal.0 as usize] == OPEN;
            let new = std::mem::replace(&mut met[literal.place() as usize], *query) < *query;
            (wanted && new).then_some(literal.place())
        };
        let mut open: Vec<u32> = literals.iter().filter_map(&mut look).collect();
        let mut below = Vec::new();
        while let Some(place) = open.pop() {
            below.push(place);
            match self.at(place) {
                Place::Constant | Place::Below(..) => {}
                Place::All(literals) => open.extend(literals.iter().filter_map(&mut look)),
            }
        }
        below.sort_unstable();
        below
    }

    /// Two literals as diagrams over the facts that are not known. INVARIANT: their values were found.
    pub fn rest(
        &self,
        literals: [Literal; 2],
        values: &mut Values,
        diagram: &mut Diagram,
    ) -> Result<[NodeId; 2], OverBudget> {
        let places = self.below(&literals, values, true);
        let mut made: Vec<NodeId> = Vec::with_capacity(places.len());
        let part = |made: &[NodeId], literal: Literal| made[places.partition_point(|place| *place < literal.place())];
        for &place in &places {
            let node = match self.at(place) {
                Place::Constant => return Err(OverBudget),
                Place::Below(level, end) => {
                    diagram.make(level, &[Branch { end, to: TRUE }, Branch { end: Cell::MAX, to: FALSE }])
                }
                Place::All(literals) => {
                    let mut all = TRUE;
                    // Plain ones first: of what is negated alone, the rest of everything is made.
                    for (join, negated) in [(Join::And, false), (Join::AndNot, true)] {
                        let open = literals.iter().filter(|literal| values.get(**literal) == OPEN);
                        for literal in open.filter(|literal| literal.is_negated() == negated) {
                            all = diagram.join(join, all, part(&made, *literal))?;
                        }
                    }
                    all
                }
            };
            made.push(node);
        }
        let mut node = |literal: Literal| match values.get(literal) {
            NEVER => Ok(FALSE),
            ALWAYS => Ok(TRUE),
            _ if literal.is_negated() => diagram.join(Join::AndNot, TRUE, part(&made, literal)),
            _ => Ok(part(&made, literal)),
        };
        Ok([node(literals[0])?, node(literals[1])?])
    }
}

fn all(of: &[u8], literals: &[Literal; WIDTH]) -> u8 {
    literals.iter().fold(ALWAYS, |all, literal| all & of[literal.0 as usize])
}

/// Sets the value of a literal and of its negation.
fn set(of: &mut [u8], at: usize, value: u8) {
    of[at] = value;
    of[at + 1] = opposite(value);
}

fn narrow(length: usize) -> u32 {
    u32::try_from(length).expect("the limits keep programs small")
}

/// Writes operations; equal ones are the same.
struct Writer<'a> {
    policy: &'a Policy,
    levels: &'a [Level],
    thresholds: Vec<u32>,
    operations: Vec<[Literal; WIDTH]>,
    made: FxHashMap<[Literal; WIDTH], Literal>,
    limit: usize,
}

impl Writer<'_> {
    fn operation(&mut self, literals: &[Literal]) -> Literal {
        if let [only] = literals {
            return *only;
        }
        let mut operation = [Literal::YES; WIDTH];
        operation[..literals.len()].copy_from_slice(literals);
        if let Some(same) = self.made.get(&operation) {
            return *same;
        }
        if self.operations.len() == self.limit {
            return Literal::LEFT_OUT;
        }
        let first = self.thresholds.last().expect("there is a last one");
        let literal = Literal::at(first + narrow(self.operations.len()));
        self.operations.push(operation);
        self.made.insert(operation, literal);
        literal
    }
}

impl Logic for Writer<'_> {
    type Answer = Literal;
    type Failure = Infallible;

    fn constant(&self, holds: bool) -> Literal {
        if holds { Literal::YES } else { Literal::NO }
    }

    fn test(&mut self, cells: &Cells, test: &Test, on: Option<Date>) -> Literal {
        let first = self.thresholds[self.levels[test.fact.index()] as usize];
        let below = |end: Cell| if end == Cell::MAX { Literal::YES } else { Literal::at(first + end - 1) };
        let (mut start, mut inside) = (Literal::NO, Vec::new());
        for (end, holds) in cells.runs(self.policy, test, on) {
            if holds {
                let Ok(run) = self.and_not(below(end), start);
                inside.push(run);
            }
            start = below(end);
        }
        let Ok(test) = self.any(inside);
        test
    }

    fn and(&mut self, a: Literal, b: Literal) -> Result<Literal, Infallible> {
        self.all(vec![a, b])
    }

    fn or(&mut self, a: Literal, b: Literal) -> Result<Literal, Infallible> {
        self.any(vec![a, b])
    }

    fn and_not(&mut self, a: Literal, b: Literal) -> Result<Literal, Infallible> {
        self.all(vec![a, b.not()])
    }

    fn all(&mut self, mut parts: Vec<Literal>) -> Result<Literal, Infallible> {
        loop {
            parts.sort_unstable();
            parts.dedup();
            parts.retain(|part| *part != Literal::YES);
            match parts[..] {
                [] => return Ok(Literal::YES),
                [Literal::NO, ..] => return Ok(Literal::NO),
                [only] => return Ok(only),
                _ => parts = parts.chunks(WIDTH).map(|chunk| self.operation(chunk)).collect(),
            }
        }
    }

    fn any(&mut self, parts: Vec<Literal>) -> Result<Literal, Infallible> {
        let Ok(none) = self.all(parts.into_iter().map(Literal::not).collect());
        Ok(none.not())
    }
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, Literal, NEVER, OPEN, Values, set};
    use crate::semantics::Settled;

    /// What is possible is what each side can be. Where there are neither diagrams nor steps, it is all that is said.
    #[test]
    fn what_is_possible_is_what_the_sides_can_be() {
        let can_be = |value: u8, holds: bool| if holds { value != NEVER } else { value != ALWAYS };
        for asserted in [NEVER, OPEN, ALWAYS] {
            for denied in [NEVER, OPEN, ALWAYS] {
                let mut values = Values { of: vec![NEVER; 8], ..Values::default() };
                set(&mut values.of, 4, asserted);
                set(&mut values.of, 6, denied);
                let possible = values.possible([Literal::at(2), Literal::at(3)]);
                for status in Settled::ALL {
                    let can_be = can_be(asserted, status.asserted()) && can_be(denied, status.denied());
                    assert_eq!(possible.contains(status), can_be, "{status:?}");
                }
            }
        }
    }
}
