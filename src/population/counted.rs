//! A tally as it may be shown: small groups and small cells are hidden.

#![expect(clippy::indexing_slicing, reason = "parts and consequences are those that were counted")]
#![expect(clippy::arithmetic_side_effects, reason = "rows of a part, which are some of the whole")]

use super::Count;
use super::coding::{Bin, NOT_KNOWN};
use super::small::{self, Shown};
use super::tally::{Group, Kind, Plan, Tally};
use crate::explore::compare::Harm;
use crate::model::{ConsequenceId, Profile};
use crate::semantics::{Asserted, Question, Scratch, Settled, Status};

/// A tally, and what was read for it.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    /// What was counted.
    pub plan: &'a Plan<'a>,
    /// The counts.
    pub tally: &'a Tally,
    /// How many rows were read.
    pub rows: u64,
    /// How many of them were rejected.
    pub rejected: u64,
    /// Whether rows were weighted.
    pub weighted: bool,
    /// The least number of rows that is shown.
    pub least: u64,
    /// Whether facts may be unknown in every row, as where they have no column.
    pub unread: bool,
}

/// A group as it is shown: several small ones may be one.
pub struct ShownGroup {
    /// Its bins; `None` for the rest.
    pub bins: Option<Vec<Bin>>,
    /// What was counted in it.
    pub group: Group,
}

impl Counted<'_> {
    /// The groups that are shown, the rest last.
    ///
    /// # Panics
    /// Never: the sum of all groups was kept when they were counted.
    #[must_use]
    pub fn groups(&self) -> Vec<ShownGroup> {
        let counts: Vec<Count> = self.tally.groups.values().map(|group| group.count).collect();
        // Without groups there is no rest to hide in.
        let shown = if self.plan.by.is_empty() { vec![true; counts.len()] } else { small::groups(&counts, self.least) };
        let mut groups = Vec::new();
        let mut rest: Option<Group> = None;
        for ((bins, group), shown) in self.tally.groups.iter().zip(shown) {
            match (&mut rest, shown) {
                (_, true) => groups.push(ShownGroup { bins: Some(bins.clone()), group: group.clone() }),
                (None, false) => rest = Some(group.clone()),
                (Some(rest), false) => rest.join(group).expect("the sum of all was kept"),
            }
        }
        groups.extend(rest.map(|group| ShownGroup { bins: None, group }));
        groups
    }

    /// What is shown of the outcomes of a group, for each consequence in the order of declaration and
    /// each kind of status; `part` is the place of an option, or 0 without a choice.
    ///
    /// Every reader of the rules knows which statuses no row of the group can have: these hide nothing. Where
    /// facts are unknown in all its rows, there are fewer than are found here, so that all is hidden there.
    #[must_use]
    pub fn outcomes(&self, group: &ShownGroup, part: usize) -> Vec<Vec<Shown>> {
        let engine = self.plan.engine;
        let known = self.known(group, part);
        let mut scratch = Scratch::default();
        let counts = engine.policy.consequence_ids().zip(&group.group.parts[part].outcomes);
        let shown = counts.map(|(consequence, counts)| {
            let possible = engine.ask(Question::Status(consequence), &known, &mut scratch).0.possible;
            let can_be = |kind: &Kind| match possible.only() {
                Some(only) => *kind == Kind::of(Status::new([only].into_iter().collect())),
                None => *kind == Kind::Undetermined || possible.iter().any(|it| it.name() == kind.name()),
            };
            self.of_possible(group, *counts, Kind::ALL.map(|kind| can_be(&kind))).to_vec()
        });
        shown.collect()
    }

    /// Whether something is hidden in the outcomes of a group; `part` as there.
    #[must_use]
    pub fn hides(&self, group: &ShownGroup, part: usize) -> bool {
        self.outcomes(group, part).iter().flatten().any(|shown| shown.exact().is_none())
    }

    /// What is shown of the harms of a group, in the order of their counts; `part` as for outcomes. Nothing,
    /// where something is hidden in its outcomes: harms are made of these, and would give them away.
    #[must_use]
    pub fn harms(&self, group: &ShownGroup, part: usize) -> [Shown; 4] {
        let (engine, known) = (self.plan.engine, self.known(group, part));
        let mut statuses = Vec::new();
        engine.statuses(&known, &mut Scratch::default(), &mut statuses);
        let harms: Vec<ConsequenceId> = engine.policy.consequence_ids().filter(|id| engine.policy[*id].harm).collect();
        let is_disputed = |id: &ConsequenceId| statuses[id.index()].possible().contains(Settled::Disputed);
        let can_be_disputed = harms.iter().any(is_disputed);
        let can_be = match Harm::of(engine, &known, &statuses) {
            Harm::Follows => [true, false, false, false],
            Harm::Disputed => [true, true, false, false],
            Harm::NotReported => [false, false, true, false],
            Harm::Open(_) => {
                let follows = engine.any(&harms, Asserted::Undenied, &known).0.settled() != Some(false);
                [follows, can_be_disputed, true, true]
            }
        };
        let counts = group.group.parts[part].harms.counts();
        if self.hides(group, part) {
            let shown = counts.into_iter().zip(can_be);
            let shown: Vec<Shown> =
                shown.map(|(count, can_be)| if can_be { Shown::Hidden } else { Shown::Exact(count) }).collect();
            return shown.try_into().expect("as many as there were");
        }
        self.of_possible(group, counts, can_be)
    }

    /// What is shown of the rows of a group in which no option is without a reported harm: nothing, where
    /// something is hidden in the outcomes of an option, for the same reason.
    #[must_use]
    pub fn in_every(&self, group: &ShownGroup) -> Shown {
        let Group { in_every, count, parts, .. } = &group.group;
        match (0..parts.len()).any(|part| self.hides(group, part)) {
            true => Shown::Hidden,
            false => self.share(*in_every, *count),
        }
    }

    /// What every row of a group has in common.
    fn known(&self, group: &ShownGroup, part: usize) -> Profile {
        let Plan { engine, coding, by, choice, .. } = self.plan;
        let mut known = engine.policy.unknown();
        for (fact, bin) in by.iter().zip(group.bins.iter().flatten()) {
            let column = coding.columns.iter().find(|column| column.fact == *fact);
            known.set(*fact, column.and_then(|column| column.value(*bin)));
        }
        for (fact, value) in choice.iter().flat_map(|choice| &choice.options[part].sets) {
            known.set(*fact, Some(*value));
        }
        known
    }

    /// What is shown of counts of a group, of which some are nothing, as readers know.
    fn of_possible<const N: usize>(&self, group: &ShownGroup, counts: [Count; N], can_be: [bool; N]) -> [Shown; N] {
        let possible: Vec<usize> = (0..N).filter(|index| can_be[*index]).collect();
        let parts: Vec<Count> = possible.iter().map(|index| counts[*index]).collect();
        let mut shown = counts.map(Shown::Exact);
        let is_known = |bins: &Vec<Bin>| bins.iter().all(|bin| *bin != NOT_KNOWN);
        let is_small = parts.iter().any(|count| (1..self.least).contains(&count.rows));
        if is_small && (self.unread || !group.bins.as_ref().is_some_and(is_known)) {
            possible.into_iter().for_each(|index| shown[index] = Shown::Hidden);
            return shown;
        }
        for (index, part) in possible.into_iter().zip(self.shown(&parts)) {
            shown[index] = part;
        }
        shown
    }

    /// What is shown of parts that make up a whole.
    #[must_use]
    pub fn shown(&self, counts: &[Count]) -> Vec<Shown> {
        small::parts(counts, self.least)
    }

    /// What is shown of a part, where the rest is not counted further.
    #[must_use]
    pub fn share(&self, part: Count, whole: Count) -> Shown {
        let rest = Count { rows: whole.rows - part.rows, ..Count::default() };
        small::parts(&[part, rest], self.least)[0]
    }
}
