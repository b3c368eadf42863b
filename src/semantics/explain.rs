//! Why a status is what it is: smallest sets of known facts, and what each rule did.
//!
//! Builds data only; `report` finds the words.

#![expect(
    clippy::indexing_slicing,
    reason = "rules are numbered by the policy, and places by the list that is picked from"
)]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "steps that were granted before they are taken away, and places in a list"
)]

use rustc_hash::FxHashMap;

use super::engine::{Engine, Question};
use super::held::Held;
use super::outcome::{Case, Outcome};
use super::status::Possible;
use super::view::Absent;
use crate::distinct::distinct;
use crate::limits::Limit;
use crate::model::{ConsequenceId, FactId, Profile, RuleId};

/// Why a consequence has its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The outcome itself, with its `because`.
    pub outcome: Outcome,
    /// All smallest sets of known facts that by themselves settle the status, the fewest facts
    /// first. `None` where it is not settled, or there are too many of them to be found.
    pub settled_by: Option<Vec<Vec<FactId>>>,
    /// Every rule that concludes about the consequence, in the order of declaration.
    pub rules: Vec<RuleReason>,
}

/// What one rule did for one consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleReason {
    /// The rule.
    pub rule: RuleId,
    /// What it did.
    pub effect: Effect,
    /// A smallest set of known facts that settles it: that it applies undefeated, that it does
    /// not apply, that it applies and is overridden, that it applies at least, or that it has no
    /// effect. Empty where nothing is settled.
    pub because: Vec<FactId>,
    /// Its conditions, part by part; empty where it does not count in this view.
    pub conditions: Vec<Held>,
}

/// What a rule does for a consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It applies, undefeated.
    Applies,
    /// It does not apply.
    DoesNotApply,
    /// It applies and is overridden, by all of these rules.
    Defeated(Vec<RuleId>),
    /// It applies and is overridden, by one or another of these rules: by which is not settled.
    DefeatedByOneOf(Vec<RuleId>),
    /// It cannot apply or is defeated, whichever of the two: that is not settled.
    NoEffect,
    /// Whether it applies, and if so undefeated, depends on these unknown facts.
    Open(Vec<FactId>),
    /// It applies; whether it is overridden depends on these unknown facts.
    PerhapsDefeated(Vec<FactId>),
    /// It does not count in this view.
    Absent(Absent),
}

impl Engine<'_> {
    /// Why a consequence has its status for a profile.
    #[must_use]
    pub fn explain(&self, consequence: ConsequenceId, profile: &Profile) -> Explanation {
        let mut case = Case::new(self, profile);
        let places: Places = self.policy.concluding[consequence.index()]
            .iter()
            .enumerate()
            .map(|(place, rule)| (*rule, place))
            .collect();
        let conditions = self.held(consequence, profile).into_iter().enumerate();
        let reasons =
            conditions.map(|(place, conditions)| rule_reason(&mut case, consequence, &places, place, conditions));
        let mut rules: Vec<RuleReason> = reasons.collect();
        rules.sort_by_key(|reason| reason.rule);
        let outcome = case.outcome(consequence);
        let settled_by = self.settled_by(consequence, outcome.status, profile).ok();
        Explanation { outcome, settled_by, rules }
    }
}

/// For each rule that concludes about a consequence its place in `Policy::concluding`.
type Places = FxHashMap<RuleId, usize>;

/// What the rule at `place` of those that conclude about a consequence did, with its conditions.
fn rule_reason(
    case: &mut Case<'_>,
    consequence: ConsequenceId,
    places: &Places,
    place: usize,
    conditions: Vec<Held>,
) -> RuleReason {
    let rule = case.engine.policy.concluding[consequence.index()][place];
    let question = Question::Effect(consequence, place);
    if let Some(absent) = case.engine.selection.absent(rule) {
        return RuleReason { rule, effect: Effect::Absent(absent), because: Vec::new(), conditions };
    }
    let (reach, depends_on) = case.ask(question);
    let applies = Question::Applies(rule);
    let applied = case.ask(applies).0.settled();
    // Fewer facts may settle that it has no effect than settle which of the two it is, that it
    // does not apply or that it is overridden: they would be no reason for either.
    let (effect, settles): (Effect, &[Question]) = match (reach.settled(), applied) {
        (None, Some(true)) => (Effect::PerhapsDefeated(depends_on), &[applies]),
        (None, _) => (Effect::Open(depends_on), &[]),
        (Some(true), _) => (Effect::Applies, &[question]),
        (Some(false), Some(false)) => (Effect::DoesNotApply, &[applies]),
        (Some(false), Some(true)) => (defeat(case, consequence, places, rule), &[applies, question]),
        (Some(false), None) => (Effect::NoEffect, &[question]),
    };
    let because = if settles.is_empty() { Vec::new() } else { because(case, settles).0 };
    RuleReason { rule, effect, because, conditions }
}

/// By which rules it is defeated: by those that override it and certainly have an effect; where
/// there is none, by one or another of those that may have one.
fn defeat(case: &mut Case<'_>, consequence: ConsequenceId, places: &Places, rule: RuleId) -> Effect {
    let (mut certain, mut perhaps) = (Vec::new(), Vec::new());
    for &winner in &case.engine.policy.overridden_by[rule.index()] {
        // One that concludes about other consequences alone overrides nothing here.
        let Some(&place) = places.get(&winner) else { continue };
        match case.ask(Question::Effect(consequence, place)).0.settled() {
            Some(true) => certain.push(winner),
            Some(false) => {}
            None => perhaps.push(winner),
        }
    }
    if certain.is_empty() { Effect::DefeatedByOneOf(perhaps) } else { Effect::Defeated(certain) }
}

/// A smallest set of the profile's known facts that by itself settles what the whole profile
/// settles of these questions; among the smallest, the one whose facts were declared first.
///
/// Facts whose loss alone unsettles the answer are in every such set (a sufficient reason, or
/// prime implicant: Shih, Choi and Darwiche 2018). To them the fewest others are added, tried
/// by size and then by order of declaration. Such facts are looked for with a quarter of the steps;
/// one that is not found is among the others. Where all that needs more sets or half of the steps than
/// the limits allow, facts are dropped one by one instead: the set is irreducible, and perhaps not
/// the smallest. Also returns whether it is irreducible for certain: where the other half of the
/// steps is used up too, a fact may be left in it that could be dropped.
pub(super) fn because(case: &mut Case<'_>, questions: &[Question]) -> (Vec<FactId>, bool) {
    let facts = questions.iter().flat_map(|question| case.engine.support(*question));
    let candidates = distinct(facts.filter(|fact| case.profile.value(*fact).is_some()));
    let wanted = questions.iter().map(|question| (*question, case.ask(*question).0.possible)).collect();
    let steps = case.engine.limits.of(Limit::SearchSteps);
    let mut search = Search { case, wanted, steps };
    let needed = |fact: &FactId| search.settles(&without(&candidates, *fact), steps / 4 * 3) == Some(false);
    let needed: Vec<FactId> = candidates.iter().copied().filter(needed).collect();
    let others: Vec<FactId> = candidates.iter().copied().filter(|fact| !needed.contains(fact)).collect();
    match search.fewest(&needed, &others) {
        Some(fewest) => (fewest, true),
        None => search.irreducible(candidates),
    }
}

struct Search<'a, 'c> {
    case: &'a mut Case<'c>,
    /// Each question, and what the whole profile settles of it.
    wanted: Vec<(Question, Possible)>,
    /// How many steps are left for all sets together.
    steps: u64,
}

impl Search<'_, '_> {
    /// Whether these facts by themselves settle it; `None` where finding out would leave fewer
    /// than `keep` steps.
    fn settles(&mut self, facts: &[FactId], keep: u64) -> Option<bool> {
        let Case { engine, profile, scratch, .. } = &mut *self.case;
        let mut part = engine.policy.unknown();
        facts.iter().for_each(|fact| part.set(*fact, profile.value(*fact)));
        for (question, wanted) in &self.wanted {
            let grant = self.steps.saturating_sub(keep);
            let (reach, used) = engine.possible_within(*question, &part, scratch, grant);
            self.steps -= used.min(grant);
            if !reach.searched {
                return None;
            }
            if reach.possible != *wanted {
                return Some(false);
            }
        }
        Some(true)
    }

    /// The fewest of `others` that together with `needed` settle it; `None` at the limit.
    fn fewest(&mut self, needed: &[FactId], others: &[FactId]) -> Option<Vec<FactId>> {
        let mut left = self.case.engine.limits.of(Limit::BecauseSets);
        let keep = self.case.engine.limits.of(Limit::SearchSteps) / 2;
        for size in 0..=others.len() {
            let mut picked: Vec<usize> = (0..size).collect();
            loop {
                left = left.checked_sub(1)?;
                let mut facts = needed.to_vec();
                facts.extend(picked.iter().map(|index| others[*index]));
                facts.sort_unstable();
                if self.settles(&facts, keep)? {
                    return Some(facts);
                }
                if !next_combination(&mut picked, others.len()) {
                    break;
                }
            }
        }
        None
    }

    /// Drops facts, the last declared first, while the rest still settles it; whether that was
    /// found out for each.
    fn irreducible(&mut self, mut facts: Vec<FactId>) -> (Vec<FactId>, bool) {
        let mut certain = true;
        let mut untried = facts.len() as u64;
        for fact in facts.clone().into_iter().rev() {
            let fewer = without(&facts, fact);
            // Each fact that is not yet tried has its share of what is left.
            let share = self.steps / untried;
            untried -= 1;
            match self.settles(&fewer, self.steps - share) {
                Some(true) => facts = fewer,
                Some(false) => {}
                None => certain = false,
            }
        }
        (facts, certain)
    }
}

fn without(facts: &[FactId], fact: FactId) -> Vec<FactId> {
    facts.iter().copied().filter(|other| *other != fact).collect()
}

/// The next choice of as many indices below `count`, in lexicographic order; false after the last.
fn next_combination(picked: &mut [usize], count: usize) -> bool {
    let size = picked.len();
    let Some(moved) = (0..size).rev().find(|&place| picked[place] < count - size + place) else { return false };
    let first = picked[moved] + 1;
    for (offset, index) in picked[moved..].iter_mut().enumerate() {
        *index = first + offset;
    }
    true
}
