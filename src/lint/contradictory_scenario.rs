//! A scenario whose expectations no status can meet.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, Scenario};
use crate::scenarios::is_as_expected;
use crate::semantics::{Possible, Settled, Status};
use crate::text::Place;

pub(super) const LINT: Lint = Lint { code: Code::ContradictoryScenario, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for scenario in &case.policy.scenarios {
        for consequence in case.policy.consequence_ids() {
            let Some((place, before)) = contradiction(scenario, consequence) else { continue };
            let name = &case.policy[consequence].name;
            let message = format!("the scenario can never pass: what it expects of `{name}` contradicts itself");
            let finding = case.warning(message, place, "excludes what is expected above").at(before, "");
            case.report(finding);
            break;
        }
    }
}

/// The first expectation that cannot be met together with those before it, and the first of those
/// that it cannot be met with.
fn contradiction(scenario: &Scenario, consequence: ConsequenceId) -> Option<(Place, Place)> {
    let mut left: Vec<Status> = statuses();
    for (index, expectation) in scenario.expectations.iter().enumerate() {
        let meets = |status: &Status| is_as_expected(expectation, consequence, *status);
        let both: Vec<Status> = left.iter().copied().filter(meets).collect();
        if both.is_empty() {
            let meetable = |it: &&crate::model::Expectation| {
                statuses().iter().any(|status| meets(status) && is_as_expected(it, consequence, *status))
            };
            let before = scenario.expectations[..index].iter().find(|it| !meetable(it));
            // INVARIANT: each expectation by itself is met by some status, and three that exclude
            // one another only together there are not: what is met is one status or all but some.
            return Some((expectation.place, before.unwrap_or(&scenario.expectations[0]).place));
        }
        left = both;
    }
    None
}

/// Every status that a consequence can have.
fn statuses() -> Vec<Status> {
    let subsets = (1_u8..16).map(|bits| {
        let chosen = Settled::ALL.into_iter().enumerate().filter(move |(index, _)| bits >> index & 1 == 1);
        chosen.map(|(_, status)| status).collect::<Possible>()
    });
    subsets.map(Status::new).collect()
}
