//! What stands above a scenario and above a rule: whether it passes; which scenarios reach it.

use std::collections::HashMap;

use super::workspace::Checked;
use crate::limits::Limit;
use crate::model::{Date, Policy, RuleId};
use crate::report;
use crate::scenarios::verdicts;
use crate::semantics::{Engine, Question, Scratch, View};
use crate::text::Place;

/// What is shown for one policy.
#[derive(Debug, Default)]
pub struct Lenses {
    /// The scenarios, in the order of declaration.
    pub scenarios: Vec<ScenarioLens>,
    /// The rules, in the order of declaration.
    pub rules: Vec<RuleLens>,
}

/// How a scenario went.
#[derive(Debug)]
pub struct ScenarioLens {
    /// Where its title stands.
    pub place: Place,
    /// Its title.
    pub label: String,
    /// Whether it is as expected.
    pub passes: bool,
    /// In a few words.
    pub short: String,
    /// As `ensue test` says it.
    pub full: String,
}

/// Which scenarios a rule applies in.
#[derive(Debug)]
pub struct RuleLens {
    /// Where its name stands.
    pub place: Place,
    /// The titles of the scenarios in which it applies for certain.
    pub reached_by: Vec<Place>,
    /// Whether others may be among them that were not searched.
    pub more: bool,
}

impl Checked {
    /// The lenses of a policy; none where an answer depends on a date that is not given.
    pub fn lenses(&self) -> &Lenses {
        self.lenses.get_or_init(|| self.policy.as_ref().map(Lenses::of).unwrap_or_default())
    }
}

impl Lenses {
    fn of(policy: &Policy) -> Self {
        let Ok(verdicts) = verdicts(policy) else { return Lenses::default() };
        let scenario = |verdict: &crate::scenarios::Verdict<'_>| ScenarioLens {
            place: verdict.scenario.place,
            label: verdict.scenario.label.clone(),
            passes: verdict.surprises.is_empty(),
            short: report::verdict(policy, verdict),
            full: anstream::adapter::strip_str(&report::scenario(policy, verdict)).to_string(),
        };
        Lenses { scenarios: verdicts.iter().map(scenario).collect(), rules: reached(policy) }
    }
}

/// For each rule the scenarios that reach it.
fn reached(policy: &Policy) -> Vec<RuleLens> {
    let mut engines: HashMap<Option<Date>, Option<Engine<'_>>> = HashMap::new();
    let lens = |id: RuleId| RuleLens { place: policy[id].place, reached_by: Vec::new(), more: false };
    let mut lenses: Vec<RuleLens> = policy.rule_ids().map(lens).collect();
    // How far is searched for one rule and one scenario. There are many such pairs: a lens says "at least" rather
    // than that it lets an editor wait.
    let limits = policy.limits.with(Limit::SearchSteps, 2_000).with(Limit::BecauseSets, 0);
    let mut scratch = Scratch::default();
    for scenario in &policy.scenarios {
        let view = View { on: scenario.on, ..View::default() };
        let engine = engines.entry(scenario.on).or_insert_with(|| Engine::with_limits(policy, &view, limits).ok());
        let Some(engine) = engine else { continue };
        let profile = policy.knowing(&scenario.given);
        for (rule, lens) in policy.rule_ids().zip(&mut lenses) {
            let (reach, _) = engine.ask(Question::Applies(rule), &profile, &mut scratch);
            if reach.settled() == Some(true) {
                lens.reached_by.push(scenario.place);
            }
            lens.more |= !reach.searched;
        }
    }
    lenses
}
