//! Where two versions of a policy, or one on two dates or by two sources, give other answers.
//!
//! Both are decided for all complete profiles in one diagram, so that "the same" is said only where
//! no profile tells them apart, and every profile that does is in one of the regions.

#![expect(clippy::indexing_slicing, reason = "two sides, and the consequences of each")]

use super::regions::{Stated, stated};
use super::space::Space;
use super::together::{FactChange, Side, Together};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::model::{ConsequenceId, FactId, RuleId, Value};
use crate::semantics::diagram::{FALSE, NodeId, OverBudget, TRUE};
use crate::semantics::{Engine, Settled};

/// What differs between two sides.
#[derive(Clone, Debug)]
pub struct Difference {
    /// How their facts differ.
    pub facts: Vec<FactChange>,
    /// Every consequence of both: those of the first side, then those that only the second has.
    pub consequences: Vec<Compared>,
}

/// A consequence on both sides.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// What it means, for readers.
    pub label: String,
    /// It on each side, if the side has it. To a side without it, it does not follow.
    pub ids: [Option<ConsequenceId>; 2],
    /// What differs.
    pub change: Change,
}

/// What differs of a consequence.
#[derive(Clone, Debug)]
pub enum Change {
    /// Nothing, for any profile.
    Same,
    /// The answers for some profiles. Empty where one side does not have the consequence, and it
    /// does not follow for any profile on the other.
    Differs(Vec<Region>),
    /// It was too large to be decided within the limits.
    NotDecided,
}

/// The profiles with one status on the first side and another one on the second.
#[derive(Clone, Debug)]
pub struct Region {
    /// The statuses.
    pub statuses: [Settled; 2],
    /// Which profiles these are; `None` where that takes too many conditions.
    pub stated: Option<Stated>,
    /// One of them, with as few facts as can be, by name and as rule files write values.
    pub witness: Vec<(String, String)>,
    /// Why the status is what it is for the witness, on each side; `None` where the side does not
    /// have the consequence, or does not know a value of the witness.
    pub reasons: [Option<Reason>; 2],
}

/// Why a status is what it is.
#[derive(Clone, Debug)]
pub struct Reason {
    /// Facts that by themselves settle it, by name and as rule files write values.
    pub because: Vec<(String, String)>,
    /// The rules that give it.
    pub rules: Vec<RuleId>,
}

impl Difference {
    /// Compares two sides.
    ///
    /// # Errors
    /// When a side needs a date and has none.
    pub fn of(sides: &[Side<'_>; 2], limits: Limits) -> Result<Self, Diagnostic> {
        let together = Together::of(sides)?;
        let engines = [engine(&sides[0])?, engine(&sides[1])?];
        let mut space = Space::new(&together.policy, &together.days, limits);
        let mut named: Vec<(String, [Option<ConsequenceId>; 2])> = Vec::new();
        for (index, side) in sides.iter().enumerate() {
            for id in side.policy.consequence_ids() {
                let name = &side.policy[id].name;
                match named.iter_mut().find(|(other, _)| other == name) {
                    Some((_, ids)) => ids[index] = Some(id),
                    None => {
                        let mut ids = [None, None];
                        ids[index] = Some(id);
                        named.push((name.clone(), ids));
                    }
                }
            }
        }
        let mut consequences = Vec::with_capacity(named.len());
        for (name, ids) in named {
            let label = match ids {
                [_, Some(id)] => &sides[1].policy[id].label,
                [Some(id), None] => &sides[0].policy[id].label,
                [None, None] => &name,
            };
            let label = label.clone();
            let alike = match ids {
                [Some(old), Some(new)] => {
                    together.are_written_alike([together.consequence(0, old), together.consequence(1, new)])
                }
                [None, _] | [_, None] => false,
            };
            let found = if alike { Ok(Vec::new()) } else { regions(&mut space, &together, ids) };
            let change = match found {
                Err(OverBudget) => Change::NotDecided,
                Ok(regions) if regions.is_empty() && ids.iter().all(Option::is_some) => Change::Same,
                Ok(regions) => {
                    let region = |found| region(&mut space, &together, &engines, ids, found);
                    let regions: Option<Vec<Region>> = regions.into_iter().map(region).collect();
                    regions.map_or(Change::NotDecided, Change::Differs)
                }
            };
            consequences.push(Compared { name, label, ids, change });
        }
        Ok(Self { facts: together.facts.clone(), consequences })
    }

    /// Whether nothing differs, for certain.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.consequences.iter().all(|it| matches!(it.change, Change::Same))
    }
}

fn engine<'p>(side: &Side<'p>) -> Result<Engine<'p>, Diagnostic> {
    Engine::new(side.policy, &side.view)
}

/// The statuses on both sides that differ, each with the profiles that have them.
fn regions(
    space: &mut Space<'_>,
    together: &Together,
    ids: [Option<ConsequenceId>; 2],
) -> Result<Vec<([Settled; 2], NodeId)>, OverBudget> {
    let mut sets = [[FALSE; 4]; 2];
    for side in [0, 1] {
        let (asserted, denied) = match ids[side] {
            None => (FALSE, FALSE),
            Some(id) => space.sides(together.day_of[side], together.consequence(side, id))?,
        };
        for (place, status) in Settled::ALL.into_iter().enumerate() {
            let mut set = Ok(TRUE);
            for (node, bit) in [(asserted, status.asserted()), (denied, status.denied())] {
                set = if bit { space.and(set, Ok(node)) } else { space.and_not(set, Ok(node)) };
            }
            sets[side][place] = set?;
        }
    }
    let mut regions = Vec::new();
    for (before, first) in Settled::ALL.into_iter().zip(sets[0]) {
        for (after, second) in Settled::ALL.into_iter().zip(sets[1]) {
            if before != after {
                let both = space.and(Ok(first), Ok(second))?;
                if both != FALSE {
                    regions.push(([before, after], both));
                }
            }
        }
    }
    Ok(regions)
}

/// Tells of a region; `None` where no profile in it could be found.
fn region(
    space: &mut Space<'_>,
    together: &Together,
    engines: &[Engine<'_>; 2],
    ids: [Option<ConsequenceId>; 2],
    (statuses, set): ([Settled; 2], NodeId),
) -> Option<Region> {
    let known = space.witness(set)?;
    let policy = space.policy;
    let reason = |side: usize| {
        let engine = &engines[side];
        let own = together.known_to(side, engine.policy, &known)?;
        let outcome = engine.outcome(ids[side]?, &engine.policy.knowing(&own));
        let value = |fact: FactId| own.iter().find(|(other, _)| *other == fact).map(|(_, value)| *value);
        let written =
            |fact: FactId, value: Value| (engine.policy[fact].name.clone(), engine.policy.written(fact, value));
        let because = outcome.because.iter().filter_map(|fact| Some(written(*fact, value(*fact)?)));
        Some(Reason { because: because.collect(), rules: outcome.rules.clone() })
    };
    let reasons = [reason(0), reason(1)];
    let witness = known.iter().map(|(fact, value)| (policy[*fact].name.clone(), policy.written(*fact, *value)));
    let witness = witness.collect();
    Some(Region { statuses, stated: stated(space, set).ok(), witness, reasons })
}
