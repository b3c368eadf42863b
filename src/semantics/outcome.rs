//! What is said of each consequence for a profile, with its evidence.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy")]

use super::engine::{Engine, Question, Reach, Scratch};
use super::explain;
use super::status::Status;
use crate::model::{ClaimId, ConsequenceId, FactId, Profile, RuleId};

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
    /// On how many independent origins those rules rest, by the claims that count in the view.
    pub origins: usize,
    /// False when the search was given up at its limits: then more may be settled than is said, or
    /// `because` may hold a fact that could be dropped.
    pub searched: bool,
}

/// What is said of one consequence, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What is said of it.
    pub status: Status,
    /// The rules that give the status, as in [`Outcome::rules`].
    pub rules: Vec<RuleId>,
    /// The claims on which they rest, by the view.
    pub claims: Vec<ClaimId>,
}

impl Engine<'_> {
    /// The outcome of each consequence for a profile, in the order of declaration.
    #[must_use]
    pub fn outcomes(&self, profile: &Profile) -> Vec<Outcome> {
        let mut case = Case::new(self, profile);
        self.policy.consequence_ids().map(|consequence| case.outcome(consequence)).collect()
    }

    /// The same with `because` left empty, and `searched` about the status alone: what settles an outcome
    /// takes longest to find.
    #[must_use]
    pub fn outcomes_in_brief(&self, profile: &Profile) -> Vec<Outcome> {
        let mut case = Case::new(self, profile);
        self.policy.consequence_ids().map(|consequence| case.in_brief(consequence)).collect()
    }

    /// Of each consequence its status, the rules that give it, and the claims on which those rest in the
    /// view; without the facts that settle it, which take longer to find.
    #[must_use]
    pub fn said(&self, profile: &Profile) -> Vec<Said> {
        let mut case = Case::new(self, profile);
        let mut statuses = Vec::new();
        self.statuses(profile, &mut case.scratch, &mut statuses);
        let mut said = |(consequence, status): (ConsequenceId, Status)| {
            let rules = match status {
                Status::DoesNotFollow => Vec::new(),
                _ => case.giving(consequence, status),
            };
            let claims = rules.iter().flat_map(|rule| self.selection.claims(&self.policy[*rule])).collect();
            Said { status, rules, claims }
        };
        self.policy.consequence_ids().zip(statuses).map(&mut said).collect()
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
}

impl<'a> Case<'a> {
    pub fn new(engine: &'a Engine<'_>, profile: &'a Profile) -> Self {
        Self { engine, profile, scratch: Scratch::default() }
    }

    pub fn outcome(&mut self, consequence: ConsequenceId) -> Outcome {
        let brief = self.in_brief(consequence);
        if brief.status.settled().is_none() {
            return brief;
        }
        let (because, certain) = explain::because(self, &[Question::Status(consequence)]);
        Outcome { because, searched: brief.searched && certain, ..brief }
    }

    /// The outcome without what settles it.
    fn in_brief(&mut self, consequence: ConsequenceId) -> Outcome {
        let (reach, depends_on) = self.ask(Question::Status(consequence));
        let status = Status::new(reach.possible);
        let rules = match status {
            Status::DoesNotFollow => Vec::new(),
            _ => self.giving(consequence, status),
        };
        let Engine { policy, selection, .. } = self.engine;
        let origins = selection.origins.count(rules.iter().flat_map(|rule| selection.claims(&policy[*rule])));
        Outcome { consequence, status, because: Vec::new(), depends_on, rules, origins, searched: reach.searched }
    }

    pub fn ask(&mut self, question: Question) -> (Reach, Vec<FactId>) {
        self.engine.ask(question, self.profile, &mut self.scratch)
    }

    /// The rules that give the status; none leads to what does not follow.
    fn giving(&mut self, consequence: ConsequenceId, status: Status) -> Vec<RuleId> {
        let Case { engine, profile, scratch, .. } = self;
        let policy = engine.policy;
        let effects = engine.effects(consequence, profile, scratch);
        let concluding = policy.concluding[consequence.index()].iter().copied().zip(effects);
        let concluding: Vec<(RuleId, Option<bool>)> = concluding.filter(|(_, effect)| *effect != Some(false)).collect();
        let mut rules: Vec<RuleId> = Vec::new();
        for denies in [false, true] {
            let side = concluding.iter().filter(|(rule, _)| policy[*rule].denies == denies);
            // Where it is settled and no rule's effect is certain, it is one rule or another,
            // whichever way the unknown facts turn out: then all of those are named.
            let certain = side.clone().any(|(_, effect)| *effect == Some(true));
            let only_certain = status.settled().is_some() && certain;
            rules.extend(side.filter(|(_, effect)| !only_certain || *effect == Some(true)).map(|(rule, _)| *rule));
        }
        rules.sort_unstable();
        rules
    }
}
