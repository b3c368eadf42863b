//! Two scenarios with the same facts on the same date.

use std::collections::HashMap;

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::distinct::distinct;
use crate::model::{ConsequenceId, Date, Expected, FactId, Scenario, Value};

/// The date and the facts that are given.
type Given = (Option<Date>, Vec<(FactId, Value)>);

pub(super) const LINT: Lint = Lint { code: Code::DuplicateScenario, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let mut first: HashMap<Given, &Scenario> = HashMap::new();
    for scenario in &case.policy.scenarios {
        let given = distinct(scenario.given.iter().copied());
        let before = *first.entry((scenario.on.or(case.policy.as_of), given)).or_insert(scenario);
        if std::ptr::eq(before, scenario) {
            continue;
        }
        let finding = case
            .warning("two scenarios give the same facts", scenario.place, "gives the same facts on the same date")
            .at(before.place, "as this one");
        let expected_before = expected(before);
        let finding = match expected(scenario).iter().all(|it| expected_before.binary_search(it).is_ok()) {
            true => case.written(scenario.place.file).without_declaration(scenario.place, finding),
            false => finding.help("put what both expect into one of the two"),
        };
        case.report(finding);
    }
}

/// What it expects, one consequence at a time; of `only`, all it names at once.
fn expected(scenario: &Scenario) -> Vec<(&'static str, Vec<ConsequenceId>)> {
    distinct(scenario.expectations.iter().flat_map(|it| match it.expected {
        Expected::Only => {
            let mut all = it.consequences.clone();
            all.sort_unstable();
            vec![(it.expected.words(), all)]
        }
        _ => it.consequences.iter().map(|consequence| (it.expected.words(), vec![*consequence])).collect(),
    }))
}
