//! Two options of a choice that can be taken at once.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ChoiceOption, ConsequenceId, FactId, Value};

pub(super) const LINT: Lint = Lint { code: Code::OverlappingOptions, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for choice in &case.policy.choices {
        for (index, first) in choice.options.iter().enumerate() {
            for second in &choice.options[index + 1..] {
                if !exclude_one_another(first, second) {
                    report(case, &choice.name, first, second);
                }
            }
        }
    }
}

fn exclude_one_another(first: &ChoiceOption, second: &ChoiceOption) -> bool {
    let other = |fact: FactId| second.sets.iter().find(|(it, _)| *it == fact).map(|(_, value)| *value);
    first.sets.iter().any(|(fact, value)| other(*fact).is_some_and(|other| other != *value))
}

fn report(case: &mut Case<'_>, choice: &str, first: &ChoiceOption, second: &ChoiceOption) {
    let message = format!("the options `{}` and `{}` of `{choice}` can be taken at once", first.name, second.name);
    let finding = case
        .warning(message, second.place, format!("sets no fact to another value than `{}`", first.name))
        .at(first.place, "");
    let mut given: Vec<(FactId, Value)> = first.sets.clone();
    given.extend(second.sets.iter().filter(|(fact, _)| first.sets.iter().all(|(it, _)| it != fact)));
    let all: Vec<ConsequenceId> = case.policy.consequence_ids().collect();
    let label = format!("{} and {}", first.name, second.name);
    let scenario = if all.is_empty() { None } else { case.scenario(0, &given, &all, &label) };
    case.report(finding.scenario(scenario));
}
