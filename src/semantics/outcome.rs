//! What is said of each consequence for a profile, with its evidence.

use super::engine::{Engine, Question, Reach, Scratch};
use super::explain;
use super::status::{Settled, Status};
use super::view::Origins;
use crate::model::{ConsequenceId, FactId, Profile, RuleId};

/// What is said of one consequence, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The consequence.
    pub consequence: ConsequenceId,
    /// What is said of it.
    pub status: Status,
    /// Known facts that by themselves settle the status, none of which can be dropped; in the
    /// order of declaration. Empty when it is undetermined.
    pub because: Vec<FactId>,
    /// The unknown facts that can make a difference, in the order of declaration. Empty when
    /// the status is settled.
    pub depends_on: Vec<FactId>,
    /// The rules that give the status: for a dispute those of both sides, for an undetermined
    /// consequence those that still may; in the order of declaration.
    pub rules: Vec<RuleId>,
    /// On how many independent origins those rules rest.
    pub origins: usize,
    /// False when the search was given up at its limits: then more may be settled than is said.
    pub searched: bool,
}

impl Engine<'_> {
    /// The outcome of each consequence for a profile, in the order of declaration.
    #[must_use]
    pub fn outcomes(&self, profile: &Profile) -> Vec<Outcome> {
        let mut case = Case::new(self, profile);
        self.policy.consequence_ids().map(|consequence| case.outcome(consequence)).collect()
    }

    /// The outcome of one consequence for a profile.
    #[must_use]
    pub fn outcome(&self, consequence: ConsequenceId, profile: &Profile) -> Outcome {
        Case::new(self, profile).outcome(consequence)
    }
}

/// One profile, of which several things are asked.
pub(super) struct Case<'a> {
    pub engine: &'a Engine<'a>,
    pub profile: &'a Profile,
    pub scratch: Scratch,
    origins: Origins,
}

impl<'a> Case<'a> {
    pub fn new(engine: &'a Engine<'_>, profile: &'a Profile) -> Self {
        Self { engine, profile, scratch: Scratch::default(), origins: Origins::of(engine.policy) }
    }

    pub fn outcome(&mut self, consequence: ConsequenceId) -> Outcome {
        let question = Question::Status(consequence);
        let (reach, depends_on) = self.ask(question);
        let status = Status::new(reach.possible);
        let because = match status {
            Status::Undetermined(_) => Vec::new(),
            _ => explain::because(self, question),
        };
        let rules = self.giving(consequence, status);
        let claims = rules.iter().flat_map(|rule| self.engine.policy[*rule].claims.iter().copied());
        let origins = self.origins.count(claims);
        Outcome { consequence, status, because, depends_on, rules, origins, searched: reach.searched }
    }

    pub fn ask(&mut self, question: Question) -> (Reach, Vec<FactId>) {
        self.engine.ask(question, self.profile, &mut self.scratch)
    }

    /// The rules that give the status.
    fn giving(&mut self, consequence: ConsequenceId, status: Status) -> Vec<RuleId> {
        let mut rules: Vec<RuleId> = Vec::new();
        for denies in [false, true] {
            rules.extend(match status.settled() {
                Some(Settled::DoesNotFollow) => Vec::new(),
                Some(_) => self.certain_or_possible(consequence, denies),
                None => self.with_effect(consequence, denies, |effect| effect != Some(false)),
            });
        }
        rules.sort_unstable();
        rules
    }

    /// The rules that have an effect in every completion; where there are none, in some: then
    /// it is one rule or another, whichever way the unknown facts turn out.
    fn certain_or_possible(&mut self, consequence: ConsequenceId, denies: bool) -> Vec<RuleId> {
        let certain = self.with_effect(consequence, denies, |effect| effect == Some(true));
        if !certain.is_empty() {
            return certain;
        }
        self.with_effect(consequence, denies, |effect| effect != Some(false))
    }

    fn with_effect(
        &mut self,
        consequence: ConsequenceId,
        denies: bool,
        wanted: impl Fn(Option<bool>) -> bool,
    ) -> Vec<RuleId> {
        let engine = self.engine;
        let rules = engine.policy.concluding[consequence.index()].iter().enumerate();
        let side = rules.filter(|(_, rule)| engine.policy[**rule].denies == denies && engine.selection.has(**rule));
        let mut effect = |index| self.ask(Question::Effect(consequence, index)).0.settled();
        side.filter(|(index, _)| wanted(effect(*index))).map(|(_, rule)| *rule).collect()
    }
}
