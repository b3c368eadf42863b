//! Two scenarios with the same facts on the same date.

use std::collections::{BTreeSet, HashMap};

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, Date, Expected, FactId, Scenario, Value};

/// The date and the facts that are given.
type Given = (Option<Date>, BTreeSet<(FactId, Value)>);

pub(super) const LINT: Lint = Lint { code: Code::DuplicateScenario, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let mut first: HashMap<Given, &Scenario> = HashMap::new();
    for scenario in &case.policy.scenarios {
        let given: BTreeSet<(FactId, Value)> = scenario.given.iter().copied().collect();
        let before = *first.entry((scenario.on.or(case.policy.as_of), given)).or_insert(scenario);
        if std::ptr::eq(before, scenario) {
            continue;
        }
        let finding = case
            .warning("two scenarios give the same facts", scenario.place, "gives the same facts on the same date")
            .at(before.place, "as this one");
        let finding = match expected(before).is_superset(&expected(scenario)) {
            true => case.written(scenario.place.file).without_declaration(scenario.place, finding),
            false => finding.help("put what both expect into one of the two"),
        };
        case.report(finding);
    }
}

/// What it expects, one consequence at a time; of `only`, all it names at once.
fn expected(scenario: &Scenario) -> BTreeSet<(&'static str, Vec<ConsequenceId>)> {
    let expectations = scenario.expectations.iter();
    expectations
        .flat_map(|it| match it.expected {
            Expected::Only => {
                let mut all = it.consequences.clone();
                all.sort_unstable();
                vec![(it.expected.words(), all)]
            }
            _ => it.consequences.iter().map(|consequence| (it.expected.words(), vec![*consequence])).collect(),
        })
        .collect()
}
