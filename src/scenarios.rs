//! The scenarios of a policy: what is expected, and what is found.

#![expect(clippy::indexing_slicing, reason = "consequences are numbered by the policy, and each day has its engine")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::diagnostic::Diagnostic;
use crate::model::{ConsequenceId, Date, Expectation, Expected, Policy, Scenario};
use crate::semantics::{Engine, Explanation, Scratch, Settled, Status, View};

/// A scenario, and where it was not as expected.
pub struct Verdict<'p> {
    /// The scenario.
    pub scenario: &'p Scenario,
    /// What was not as expected; empty when the scenario passed.
    pub surprises: Vec<Surprise>,
}

/// A consequence that has another status than expected.
pub struct Surprise {
    /// What was expected; for `only`, either that it follows or that it does not.
    pub expected: Expected,
    /// What is, and why.
    pub found: Explanation,
}

/// Decides every scenario, in the order of declaration.
///
/// # Errors
/// When an answer depends on the date and neither the scenario nor the policy gives one.
pub fn verdicts(policy: &Policy) -> Result<Vec<Verdict<'_>>, Diagnostic> {
    let engines = engines(policy)?;
    let mut scratch = Scratch::default();
    let scenarios = policy.scenarios.iter();
    Ok(scenarios.map(|scenario| verdict(&engines[&scenario.on], scenario, &mut scratch)).collect())
}

/// For each date on which a scenario is decided the engine for it.
///
/// # Errors
/// As for [`verdicts`].
pub(crate) fn engines(policy: &Policy) -> Result<HashMap<Option<Date>, Engine<'_>>, Diagnostic> {
    if let Some(report) = undated(policy) {
        return Err(report);
    }
    let mut engines: HashMap<Option<Date>, Engine<'_>> = HashMap::new();
    for scenario in &policy.scenarios {
        if let Entry::Vacant(entry) = engines.entry(scenario.on) {
            entry.insert(Engine::new(policy, &View { on: scenario.on, ..View::default() })?);
        }
    }
    Ok(engines)
}

/// The mistake of a scenario that depends on the date and has none, if there is one.
#[must_use]
pub fn undated(policy: &Policy) -> Option<Diagnostic> {
    let scenario = policy.scenarios.iter().find(|scenario| scenario.on.is_none())?;
    let report = View::default().select(policy).err()?;
    let mut undated = Diagnostic::error(report.code, "this scenario depends on the date, and none is given")
        .at(scenario.place, "")
        .help("write `on DATE` below its title, or `as of DATE` in the `policy` line");
    undated.labels.extend(report.labels);
    Some(undated)
}

/// Decides one scenario, by the engine for its date.
pub(crate) fn verdict<'p>(engine: &Engine<'p>, scenario: &'p Scenario, scratch: &mut Scratch) -> Verdict<'p> {
    let mut statuses = Vec::new();
    let profile = engine.policy.knowing(&scenario.given);
    engine.statuses(&profile, scratch, &mut statuses);
    let mut surprises = Vec::new();
    for expectation in &scenario.expectations {
        let concerned: Vec<ConsequenceId> = match expectation.expected {
            Expected::Only => engine.policy.consequence_ids().collect(),
            _ => expectation.consequences.clone(),
        };
        for id in concerned {
            if !is_as_expected(expectation, id, statuses[id.index()]) {
                let expected = match expectation.expected {
                    Expected::Only if expectation.consequences.contains(&id) => Expected::Follows,
                    expected => expected,
                };
                surprises.push(Surprise { expected, found: engine.explain(id, &profile) });
            }
        }
    }
    Verdict { scenario, surprises }
}

/// Whether a consequence has a status that is expected of it; of one of which nothing is expected,
/// any will do. What `only` does not name may not follow, not even perhaps.
pub(crate) fn is_as_expected(expectation: &Expectation, consequence: ConsequenceId, status: Status) -> bool {
    let named = expectation.consequences.contains(&consequence);
    match expectation.expected {
        Expected::Only if named => status == Status::Follows,
        Expected::Only => !status.possible().iter().any(Settled::holds),
        _ if !named => true,
        Expected::Follows => status == Status::Follows,
        Expected::DoesNotFollow => status == Status::DoesNotFollow,
        Expected::RuledOut => status == Status::RuledOut,
        Expected::Disputed => status == Status::Disputed,
        Expected::Undetermined => matches!(status, Status::Undetermined(_)),
    }
}

/// What a scenario expects that expects this status.
pub(crate) fn to_expect(status: Status) -> Expected {
    match status {
        Status::Follows => Expected::Follows,
        Status::DoesNotFollow => Expected::DoesNotFollow,
        Status::RuledOut => Expected::RuledOut,
        Status::Disputed => Expected::Disputed,
        Status::Undetermined(_) => Expected::Undetermined,
    }
}
