//! An interview: one unknown fact after the other, the most telling first, until no answer can
//! change anything any more.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy")]

use crate::model::{ConsequenceId, FactId, Profile, Value};
use crate::semantics::{Engine, Outcome, Scratch, Telling};

/// An interview about one person, with what was answered so far. It keeps nothing else.
pub struct Interview<'e, 'p> {
    engine: &'e Engine<'p>,
    /// The consequences that it is about.
    wanted: Vec<ConsequenceId>,
    /// What was known before, and what was asked before in vain.
    before: Profile,
    declined: Vec<FactId>,
    /// What was answered, in this order; `None` for "don't know" and for what was skipped.
    answers: Vec<(FactId, Option<Value>)>,
}

impl<'e, 'p> Interview<'e, 'p> {
    /// Begins with a profile, and facts that are not to be asked for again.
    #[must_use]
    pub fn new(engine: &'e Engine<'p>, wanted: Vec<ConsequenceId>, before: Profile, declined: Vec<FactId>) -> Self {
        Self { engine, wanted, before, declined, answers: Vec::new() }
    }

    /// What is known now.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let mut profile = self.before.clone();
        self.answers.iter().for_each(|(fact, value)| profile.set(*fact, *value));
        profile
    }

    /// The facts that were asked for in vain, in the order in which they were.
    #[must_use]
    pub fn declined(&self) -> Vec<FactId> {
        let unknown = |(fact, value): &(FactId, Option<Value>)| value.is_none().then_some(*fact);
        self.declined.iter().copied().chain(self.answers.iter().filter_map(unknown)).collect()
    }

    /// The fact to ask for now; `None` when no answer can change anything any more.
    #[must_use]
    pub fn next(&self) -> Option<Telling> {
        self.engine.most_telling(&self.wanted, &self.profile(), &self.declined())
    }

    /// Takes an answer: `None` where it is not known, or not told. Returns the outcomes that it
    /// settles. INVARIANT: the value is of the fact's type.
    pub fn answer(&mut self, fact: FactId, value: Option<Value>) -> Vec<Outcome> {
        let mut scratch = Scratch::default();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        self.engine.statuses(&self.profile(), &mut scratch, &mut before);
        self.answers.push((fact, value));
        let profile = self.profile();
        self.engine.statuses(&profile, &mut scratch, &mut after);
        let is_new =
            |id: &&ConsequenceId| before[id.index()] != after[id.index()] && after[id.index()].settled().is_some();
        self.wanted.iter().filter(is_new).map(|id| self.engine.outcome(*id, &profile)).collect()
    }

    /// Takes the last answer back; false when there is none.
    pub fn back(&mut self) -> bool {
        self.answers.pop().is_some()
    }

    /// Whether something was answered.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The outcomes by what is known now.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Outcome> {
        let profile = self.profile();
        self.wanted.iter().map(|id| self.engine.outcome(*id, &profile)).collect()
    }
}
