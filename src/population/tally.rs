//! How many rows have which outcome: each combination is decided once, by the exact engine.

#![expect(clippy::indexing_slicing, reason = "columns and kinds are those of the plan")]

use std::collections::BTreeMap;

use super::coding::{Bin, Coding};
use super::{Count, Sink, TooMany};
use crate::explore::compare::Harm;
use crate::model::{Choice, ChoiceOption, FactId, Profile};
use crate::semantics::{Engine, Question, Scratch, Status};

/// The kinds of status that are counted, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It follows.
    Follows,
    /// It does not follow.
    DoesNotFollow,
    /// It is ruled out.
    RuledOut,
    /// It is disputed.
    Disputed,
    /// It depends on what is not known.
    Undetermined,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Kind; 5] = [Kind::Follows, Kind::DoesNotFollow, Kind::RuledOut, Kind::Disputed, Kind::Undetermined];

    /// The kind of a status.
    #[must_use]
    pub fn of(status: Status) -> Self {
        match status {
            Status::Follows => Kind::Follows,
            Status::DoesNotFollow => Kind::DoesNotFollow,
            Status::RuledOut => Kind::RuledOut,
            Status::Disputed => Kind::Disputed,
            Status::Undetermined(_) => Kind::Undetermined,
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Follows => "follows",
            Kind::DoesNotFollow => "does_not_follow",
            Kind::RuledOut => "ruled_out",
            Kind::Disputed => "disputed",
            Kind::Undetermined => "undetermined",
        }
    }
}

/// What is counted.
pub struct Plan<'a> {
    /// The policy's engine.
    pub engine: &'a Engine<'a>,
    /// The facts that are read.
    pub coding: &'a Coding,
    /// The facts by whose bins rows are grouped, in the order in which they are shown.
    pub by: Vec<FactId>,
    /// The choice each of whose options is counted, put over what the rows say.
    pub choice: Option<&'a Choice>,
    /// Whether the combinations are kept. Then there may be at most so many as are remembered.
    pub profiles: bool,
    /// How many combinations are remembered before they are decided.
    pub remembered: usize,
}

/// Counts for each kind of status, in the order of [`Kind::ALL`].
pub type Counts = [Count; 5];

/// How many rows of a group carry a reported harm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harms {
    /// At least one reported harm follows, whatever is unknown.
    pub follows: Count,
    /// None follows for certain, but for certain one follows or is disputed.
    pub disputed: Count,
    /// None is reported to follow.
    pub not_reported: Count,
    /// It depends on what is not known.
    pub open: Count,
}

/// What is counted in one group for one option, or for what the rows say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// For each consequence, in the order of declaration.
    pub outcomes: Vec<Counts>,
    /// Over all consequences that are harms.
    pub harms: Harms,
    /// Of what is undetermined: how often the engine's limits were reached before it was decided.
    pub not_searched: u64,
}

/// Rows with the same bins of the facts they are grouped by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// All its rows.
    pub count: Count,
    /// For each option of the choice in its order; without a choice one for what the rows say.
    pub parts: Vec<Part>,
    /// With a choice: the rows that carry a reported harm, one that follows or is disputed, in every option.
    pub in_every: Count,
}

/// The outcome of a count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The groups by the bins of the facts of the plan's `by`; one group without any.
    pub groups: BTreeMap<Vec<Bin>, Group>,
    /// The combinations, where they were asked for.
    pub profiles: BTreeMap<Vec<Bin>, Count>,
}

/// Takes combinations and decides them: one for each thread.
pub struct Gathered<'a> {
    plan: &'a Plan<'a>,
    remembered: BTreeMap<Vec<Bin>, Count>,
    decided: Tally,
    scratch: Scratch,
}

impl<'a> Gathered<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(plan: &'a Plan<'a>) -> Self {
        Self { plan, remembered: BTreeMap::new(), decided: Tally::default(), scratch: Scratch::default() }
    }

    /// Decides what is remembered, and forgets it.
    fn decide(&mut self) -> Result<(), TooMany> {
        let Self { plan, remembered, decided, scratch } = self;
        for (bins, count) in std::mem::take(remembered) {
            decided.add(plan, &bins, count, scratch)?;
            if plan.profiles {
                decided.profiles.entry(bins).or_default().add(count)?;
            }
        }
        Ok(())
    }

    /// The tally of all that was taken.
    ///
    /// # Errors
    /// When the sums are more than can be kept.
    pub fn finish(mut self) -> Result<Tally, TooMany> {
        self.decide()?;
        // A table without rows has its group all the same.
        if self.plan.by.is_empty() && self.decided.groups.is_empty() {
            self.decided.groups.insert(Vec::new(), self.plan.group());
        }
        Ok(self.decided)
    }
}

impl Sink for Gathered<'_> {
    fn take(&mut self, combination: &[Bin], count: Count) -> Result<(), TooMany> {
        match self.remembered.get_mut(combination) {
            Some(before) => before.add(count)?,
            None => {
                self.remembered.insert(combination.to_vec(), count);
            }
        }
        match self.remembered.len() > self.plan.remembered {
            true if self.plan.profiles => Err(TooMany),
            true => self.decide(),
            false => Ok(()),
        }
    }

    fn join(&mut self, other: Self) -> Result<(), TooMany> {
        for (bins, count) in other.remembered {
            self.take(&bins, count)?;
        }
        self.decided.join(other.decided)
    }
}

impl<'a> Plan<'a> {
    /// The options whose parts a group has.
    fn options(&self) -> Vec<Option<&'a ChoiceOption>> {
        match self.choice {
            Some(choice) => choice.options.iter().map(Some).collect(),
            None => vec![None],
        }
    }

    fn group(&self) -> Group {
        let outcomes = vec![Counts::default(); self.engine.policy.consequences.len()];
        let part = Part { outcomes, ..Part::default() };
        Group { parts: vec![part; self.options().len()], ..Group::default() }
    }

    /// A profile of the bins: one value of each stands for all.
    #[must_use]
    pub fn profile(&self, bins: &[Bin]) -> Profile {
        let mut profile = self.engine.policy.unknown();
        for (column, bin) in self.coding.columns.iter().zip(bins) {
            // INVARIANT: a row's own value lies in the bin, so that there is one with few enough digits.
            profile.set(column.fact, column.value(*bin));
        }
        profile
    }

    /// The statuses of a combination for what its rows say, in the order of declaration.
    pub fn statuses(&self, bins: &[Bin], scratch: &mut Scratch, statuses: &mut Vec<Status>) {
        self.engine.statuses(&self.profile(bins), scratch, statuses);
    }
}

impl Tally {
    /// Decides rows of one combination.
    fn add(&mut self, plan: &Plan<'_>, bins: &[Bin], count: Count, scratch: &mut Scratch) -> Result<(), TooMany> {
        let place = |fact: &FactId| plan.coding.columns.iter().position(|column| column.fact == *fact);
        let key = plan.by.iter().map(|fact| bins[place(fact).expect("it is read")]).collect();
        let group = self.groups.entry(key).or_insert_with(|| plan.group());
        group.count.add(count)?;
        let profile = plan.profile(bins);
        let mut statuses = Vec::new();
        let mut everywhere = true;
        for (option, part) in plan.options().into_iter().zip(&mut group.parts) {
            let mut with = profile.clone();
            for (fact, value) in option.iter().flat_map(|option| &option.sets) {
                with.set(*fact, Some(*value));
            }
            plan.engine.statuses(&with, scratch, &mut statuses);
            for ((consequence, status), counts) in
                plan.engine.policy.consequence_ids().zip(&statuses).zip(&mut part.outcomes)
            {
                let kind = Kind::of(*status);
                counts[kind as usize].add(count)?;
                let question = Question::Status(consequence);
                if kind == Kind::Undetermined && !plan.engine.is_compiled(question) {
                    let searched = plan.engine.ask(question, &with, scratch).0.searched;
                    let unsearched = if searched { 0 } else { count.rows };
                    part.not_searched = part.not_searched.checked_add(unsearched).ok_or(TooMany)?;
                }
            }
            let harm = Harm::of(plan.engine, &with, &statuses);
            everywhere &= matches!(harm, Harm::Follows | Harm::Disputed);
            let Harms { follows, disputed, not_reported, open } = &mut part.harms;
            match harm {
                Harm::Follows => follows,
                Harm::Disputed => disputed,
                Harm::NotReported => not_reported,
                Harm::Open(_) => open,
            }
            .add(count)?;
        }
        if everywhere && plan.choice.is_some() {
            group.in_every.add(count)?;
        }
        Ok(())
    }

    fn join(&mut self, other: Tally) -> Result<(), TooMany> {
        for (bins, group) in other.groups {
            match self.groups.get_mut(&bins) {
                Some(before) => before.join(&group)?,
                None => {
                    self.groups.insert(bins, group);
                }
            }
        }
        for (bins, count) in other.profiles {
            self.profiles.entry(bins).or_default().add(count)?;
        }
        Ok(())
    }
}

impl Group {
    /// Adds the rows of another group.
    ///
    /// # Errors
    /// When the sums are more than can be kept.
    pub fn join(&mut self, other: &Group) -> Result<(), TooMany> {
        self.count.add(other.count)?;
        self.in_every.add(other.in_every)?;
        for (part, more) in self.parts.iter_mut().zip(&other.parts) {
            for (counts, more) in part.outcomes.iter_mut().zip(&more.outcomes) {
                counts.iter_mut().zip(more).try_for_each(|(count, more)| count.add(*more))?;
            }
            part.harms.join(&more.harms)?;
            part.not_searched = part.not_searched.checked_add(more.not_searched).ok_or(TooMany)?;
        }
        Ok(())
    }
}

impl Harms {
    /// In the order in which they are shown.
    #[must_use]
    pub fn counts(&self) -> [Count; 4] {
        [self.follows, self.disputed, self.not_reported, self.open]
    }

    fn join(&mut self, other: &Harms) -> Result<(), TooMany> {
        self.follows.add(other.follows)?;
        self.disputed.add(other.disputed)?;
        self.not_reported.add(other.not_reported)?;
        self.open.add(other.open)
    }
}
