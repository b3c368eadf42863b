//! What would have to be otherwise for a consequence to have another status.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy, and values by the change")]
#![expect(clippy::arithmetic_side_effects, reason = "places among the values of a change")]

use super::values::Values;
use crate::model::{ChoiceOption, ConsequenceId, FactId, Profile, Value};
use crate::semantics::cells::Cell;
use crate::semantics::{Engine, Outcome, Scratch, Settled, Status};

/// So many combinations of values of one change are looked at for what else it changes.
const COMBINATIONS: usize = 64;

/// So many combinations of options are tried.
const CHOICES: usize = 4096;

/// What is wanted of a consequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Another status: none that is possible now, or where it is undetermined a settled one.
    Otherwise,
    /// This status, settled.
    To(Settled),
}

/// All smallest changes of known facts that make a consequence otherwise.
#[derive(Clone, Debug)]
pub struct Changes<'p> {
    /// The consequence as it is now.
    pub now: Outcome,
    /// The facts that stay as they are.
    pub kept: Vec<FactId>,
    /// Those under the person's choice first, then those of fewer facts, then by the order in
    /// which facts are declared. `None` where there are too many, or the rules are too large.
    pub found: Option<Vec<Change<'p>>>,
    /// All smallest sets of options, of different choices, that make it otherwise, also by settling
    /// what is unknown. `None` where there are too many to be tried.
    pub options: Option<Vec<Taken<'p>>>,
    /// Options, each by itself, after which it would depend on what is unknown whether it is otherwise,
    /// where now it is settled that it is not.
    pub open: Vec<Taken<'p>>,
}

/// Options that are taken together.
#[derive(Clone, Debug)]
pub struct Taken<'p> {
    /// The options, of different choices.
    pub options: Vec<&'p ChoiceOption>,
    /// The status of the consequence that they lead to.
    pub leads_to: Status,
    /// What else follows or is disputed then, or may be.
    pub also: Vec<(ConsequenceId, Also)>,
}

/// How a consequence is found after a change: what it brings. Of several that are true, the first is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Also {
    /// It follows for all the change's values, and whatever is unknown; now that is not settled.
    Follows,
    /// It does for some of the values.
    FollowsForSome,
    /// It may follow, depending on what is unknown; now it is settled that it does not.
    MayFollow,
    /// It may follow, as it may now.
    MayStillFollow,
    /// It is disputed for all the values, and is not now.
    Disputed,
    /// It may be, depending on the values or on what is unknown; now it is settled that it is not.
    MayBeDisputed,
}

/// Facts that have other values at once, where no fewer of these values would do.
#[derive(Clone, Debug)]
pub struct Change<'p> {
    /// The facts, in the order of declaration.
    pub parts: Vec<Part<'p>>,
    /// Whether each of them can be chosen: some option sets it to such a value.
    pub is_choice: bool,
    /// The statuses of the consequence that its values lead to.
    pub leads_to: Vec<Status>,
    /// What else follows or is disputed then, or may be. `None` where there are too many combinations of values.
    pub also: Option<Vec<(ConsequenceId, Also)>>,
}

/// A fact with the values that it would have.
#[derive(Clone, Debug)]
pub struct Part<'p> {
    /// The fact.
    pub fact: FactId,
    /// Any one of these.
    pub values: Values,
    /// As a condition that rule files can hold.
    pub condition: String,
    /// The options that set it to one of them.
    pub options: Vec<&'p ChoiceOption>,
}

impl Wanted {
    /// Whether a status is what is wanted, where it is `now` without the change.
    fn is_met(self, now: Status, then: Status) -> bool {
        match (self, now.settled()) {
            (Wanted::To(status), _) => then.settled() == Some(status),
            (Wanted::Otherwise, Some(now)) => !then.possible().contains(now),
            (Wanted::Otherwise, None) => then.settled().is_some(),
        }
    }

    /// Whether a status may come to what is wanted, once more is known, where now it is certain that it does not.
    fn is_open(self, now: Status, then: Status) -> bool {
        let wanted = |status: Settled| match self {
            Wanted::To(wanted) => status == wanted,
            Wanted::Otherwise => now.settled() != Some(status),
        };
        now.settled().is_some_and(|now| !wanted(now)) && then.settled().is_none() && then.possible().iter().any(wanted)
    }
}

/// The profile once options are taken; `None` where they contradict one another or change a fact
/// that is kept.
fn taken(profile: &Profile, options: &[&ChoiceOption], kept: &[FactId]) -> Option<Profile> {
    let mut with = profile.clone();
    let sets = || options.iter().flat_map(|option| &option.sets);
    sets().for_each(|(fact, value)| with.set(*fact, Some(*value)));
    let agree = sets().all(|(fact, value)| with.value(*fact) == Some(*value));
    let keeps = kept.iter().all(|fact| with.value(*fact) == profile.value(*fact));
    (agree && keeps).then_some(with)
}

fn same(a: &ChoiceOption, b: &ChoiceOption) -> bool {
    std::ptr::eq(a, b)
}

impl<'p> Changes<'p> {
    /// Looks for them. Facts that are `kept` stay as they are; unknown facts stay unknown, and must
    /// not matter then.
    #[must_use]
    pub fn of(
        engine: &Engine<'p>,
        consequence: ConsequenceId,
        wanted: Wanted,
        profile: &Profile,
        kept: &[FactId],
    ) -> Self {
        let now = engine.outcome(consequence, profile);
        let bits = |statuses: &[Settled]| statuses.iter().fold(0, |bits, status| bits | status.bit());
        let others = |now: Settled| Settled::ALL.into_iter().filter(move |status| *status != now).collect::<Vec<_>>();
        let targets: Vec<u8> = match (wanted, now.status.settled()) {
            (Wanted::To(status), _) => vec![bits(&[status])],
            (Wanted::Otherwise, Some(now)) => vec![bits(&others(now))],
            (Wanted::Otherwise, None) => Settled::ALL.map(|status| bits(&[status])).to_vec(),
        };
        let changes = engine.smallest_changes(consequence, &targets, profile, kept).ok();
        let found = changes.map(|changes| {
            // What is wanted already needs no change.
            let changes = changes.into_iter().filter(|change| !change.is_empty());
            let mut before = Vec::new();
            engine.statuses(profile, &mut Scratch::default(), &mut before);
            let mut found: Vec<Change<'p>> =
                changes.map(|change| Change::new(engine, consequence, profile, &before, &change)).collect();
            let facts = |change: &Change<'p>| change.parts.iter().map(|part| part.fact).collect::<Vec<_>>();
            found.sort_by_cached_key(|change| (!change.is_choice, change.parts.len(), facts(change)));
            found
        });
        let mut open = Vec::new();
        let options = Self::options(engine, &now, wanted, profile, kept, &mut open);
        Self { now, kept: kept.to_vec(), found, options, open }
    }

    fn options(
        engine: &Engine<'p>,
        now: &Outcome,
        wanted: Wanted,
        profile: &Profile,
        kept: &[FactId],
        open: &mut Vec<Taken<'p>>,
    ) -> Option<Vec<Taken<'p>>> {
        if wanted.is_met(now.status, now.status) {
            return Some(Vec::new());
        }
        let mut all: Vec<Vec<&ChoiceOption>> = vec![Vec::new()];
        for choice in &engine.policy.choices {
            let with = |option: &'p ChoiceOption| {
                move |before: &Vec<&'p ChoiceOption>| before.iter().copied().chain([option]).collect::<Vec<_>>()
            };
            let more: Vec<Vec<&ChoiceOption>> =
                choice.options.iter().flat_map(|option| all.iter().map(with(option))).collect();
            all.extend(more);
            if all.len() > CHOICES {
                return None;
            }
        }
        all.sort_by_key(Vec::len);
        let (mut scratch, mut before, mut statuses) = (Scratch::default(), Vec::new(), Vec::new());
        engine.statuses(profile, &mut scratch, &mut before);
        let mut found: Vec<Taken<'p>> = Vec::new();
        for options in all {
            let holds =
                |smaller: &Taken<'_>| smaller.options.iter().all(|it| options.iter().any(|other| same(it, other)));
            if found.iter().any(holds) {
                continue;
            }
            let Some(with) = taken(profile, &options, kept) else { continue };
            engine.statuses(&with, &mut scratch, &mut statuses);
            let leads_to = statuses[now.consequence.index()];
            let is_met = wanted.is_met(now.status, leads_to);
            if is_met || options.len() == 1 && wanted.is_open(now.status, leads_to) {
                let mut then = vec![Then::default(); statuses.len()];
                then.iter_mut().zip(&statuses).for_each(|(then, status)| then.add(*status));
                let taken = Taken { options, leads_to, also: Also::of_all(&before, &then, now.consequence) };
                if is_met { found.push(taken) } else { open.push(taken) }
            }
        }
        Some(found)
    }

    /// Whether no option, and no options together, of the policy's choices make it otherwise.
    #[must_use]
    pub fn is_beyond_choice(&self) -> bool {
        self.options.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether some change is wholly under the person's choice.
    #[must_use]
    pub fn has_choice(&self) -> bool {
        self.found.iter().flatten().any(|change| change.is_choice)
    }
}

impl<'p> Change<'p> {
    fn new(
        engine: &Engine<'p>,
        consequence: ConsequenceId,
        profile: &Profile,
        before: &[Status],
        change: &[(FactId, Vec<Cell>)],
    ) -> Self {
        let parts: Vec<Part<'p>> = change.iter().map(|(fact, cells)| Part::new(engine, *fact, cells)).collect();
        let is_choice = parts.iter().all(|part| !part.options.is_empty());
        let mut leads_to: Vec<Status> = Vec::new();
        let mut then = vec![Then::default(); before.len()];
        let count = change.iter().try_fold(1_usize, |count, (_, cells)| count.checked_mul(cells.len()));
        let is_small = count.is_some_and(|count| count <= COMBINATIONS);
        let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
        for with in combinations(engine, profile, change).take(COMBINATIONS) {
            engine.statuses(&with, &mut scratch, &mut statuses);
            if !leads_to.contains(&statuses[consequence.index()]) {
                leads_to.push(statuses[consequence.index()]);
            }
            then.iter_mut().zip(&statuses).for_each(|(then, status)| then.add(*status));
        }
        let also = is_small.then(|| Also::of_all(before, &then, consequence));
        Self { parts, is_choice, leads_to, also }
    }
}

impl Also {
    /// All, the first that is told first.
    pub const ALL: [Self; 6] = [
        Self::Follows,
        Self::FollowsForSome,
        Self::MayFollow,
        Self::MayStillFollow,
        Self::Disputed,
        Self::MayBeDisputed,
    ];

    /// Of all consequences but one, by the status that each has now and what a change leads to.
    fn of_all(before: &[Status], then: &[Then], but: ConsequenceId) -> Vec<(ConsequenceId, Self)> {
        let mut all = Vec::new();
        for (index, (now, then)) in before.iter().zip(then).enumerate() {
            let id = ConsequenceId::new(index);
            all.extend(Self::of(now.possible().bits(), *then).filter(|_| id != but).map(|also| (id, also)));
        }
        all
    }

    /// By the statuses that are possible now, as bits. `None` where nothing of it is true.
    fn of(now: u8, then: Then) -> Option<Self> {
        let [follows, disputed] = [Settled::Follows, Settled::Disputed].map(Settled::bit);
        if now != follows {
            if then.possible == follows {
                return Some(Self::Follows);
            } else if then.settled & follows != 0 {
                return Some(Self::FollowsForSome);
            } else if then.possible & follows != 0 {
                return Some(if now & follows == 0 { Self::MayFollow } else { Self::MayStillFollow });
            }
        }
        if then.possible == disputed && now != disputed {
            return Some(Self::Disputed);
        }
        (then.possible & disputed != 0 && now & disputed == 0).then_some(Self::MayBeDisputed)
    }
}

/// What a change leads to for one consequence, as bits.
#[derive(Clone, Copy, Default)]
struct Then {
    /// The statuses that are possible with some of the change's values.
    possible: u8,
    /// Those of them that some values settle.
    settled: u8,
}

impl Then {
    fn add(&mut self, status: Status) {
        let possible = status.possible().bits();
        self.possible |= possible;
        self.settled |= if status.settled().is_some() { possible } else { 0 };
    }
}

/// The profile with each combination of values of a change.
fn combinations(
    engine: &Engine<'_>,
    profile: &Profile,
    change: &[(FactId, Vec<Cell>)],
) -> impl Iterator<Item = Profile> {
    let value =
        |fact, cell: &Cell| engine.cells().value(engine.policy, fact, *cell).expect("only such cells are taken");
    let values: Vec<(FactId, Vec<Value>)> =
        change.iter().map(|(fact, cells)| (*fact, cells.iter().map(|cell| value(*fact, cell)).collect())).collect();
    let mut at = Some(vec![0; values.len()]);
    let profile = profile.clone();
    std::iter::from_fn(move || {
        let places = at.take()?;
        let mut with = profile.clone();
        for ((fact, values), place) in values.iter().zip(&places) {
            with.set(*fact, Some(values[*place]));
        }
        let last = (0..places.len()).rev().find(|index| places[*index] + 1 < values[*index].1.len());
        at = last.map(|last| {
            let mut next = places;
            next[last] += 1;
            next[last + 1..].fill(0);
            next
        });
        Some(with)
    })
}

impl<'p> Part<'p> {
    fn new(engine: &Engine<'p>, fact: FactId, cells: &[Cell]) -> Self {
        let policy = engine.policy;
        let all = engine.cells();
        let inside: Vec<bool> = (0..).take(all.count(fact)).map(|cell: Cell| cells.contains(&cell)).collect();
        let sets = |option: &&ChoiceOption| {
            option.sets.iter().any(|(set, value)| *set == fact && cells.contains(&all.of(fact, *value)))
        };
        Self {
            fact,
            values: Values::of(engine, fact, cells),
            condition: all.written(policy, fact, &inside),
            options: policy.choices.iter().flat_map(|choice| &choice.options).filter(sets).collect(),
        }
    }
}
