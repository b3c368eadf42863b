//! A tally as it may be shown: small groups and small cells are hidden.

use super::Count;
use super::coding::Bin;
use super::small::{self, Shown};
use super::tally::{Group, Kind, Plan, Tally};
use crate::semantics::{Question, Scratch, Status};

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
    /// Every reader of the rules knows which statuses no row of the group can have: these hide nothing.
    #[must_use]
    pub fn outcomes(&self, group: &ShownGroup, part: usize) -> Vec<Vec<Shown>> {
        let Plan { engine, coding, by, choice, .. } = self.plan;
        let mut known = engine.policy.unknown();
        for (fact, bin) in by.iter().zip(group.bins.iter().flatten()) {
            let column = coding.columns.iter().find(|column| column.fact == *fact);
            known.set(*fact, column.and_then(|column| column.value(*bin)));
        }
        for (fact, value) in choice.iter().flat_map(|choice| &choice.options[part].sets) {
            known.set(*fact, Some(*value));
        }
        let mut scratch = Scratch::default();
        let counts = engine.policy.consequence_ids().zip(&group.group.parts[part].outcomes);
        let shown = counts.map(|(consequence, counts)| {
            let possible = engine.ask(Question::Status(consequence), &known, &mut scratch).0.possible;
            let can_be = |kind: &Kind| match possible.only() {
                Some(only) => *kind == Kind::of(Status::new([only].into_iter().collect())),
                None => *kind == Kind::Undetermined || possible.iter().any(|it| it.name() == kind.name()),
            };
            let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(can_be).collect();
            let parts: Vec<Count> = kinds.iter().map(|kind| counts[*kind as usize]).collect();
            let mut shown = (*counts).map(Shown::Exact);
            for (kind, part) in kinds.into_iter().zip(self.shown(&parts)) {
                shown[kind as usize] = part;
            }
            shown.to_vec()
        });
        shown.collect()
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
