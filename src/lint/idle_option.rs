//! An option of a choice that makes no difference.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ChoiceOption, ConsequenceId};
use crate::semantics::diagram::OverBudget;

pub(super) const LINT: Lint = Lint { code: Code::IdleOption, by_default: true, find };

fn find(case: &mut Case<'_>) {
    // Where no rule is, no option can make a difference, and none is wrong.
    if case.policy.rules.is_empty() {
        return;
    }
    for choice in &case.policy.choices {
        for option in &choice.options {
            let idle = makes_no_difference(case, option);
            if case.decided(idle, option.place, &format!("the option `{}`", option.name)) == Some(true) {
                report(case, &choice.name, option);
            }
        }
    }
}

/// A status is the same with the option's facts and without them only where it does not depend on
/// these facts at all.
fn makes_no_difference(case: &mut Case<'_>, option: &ChoiceOption) -> Result<bool, OverBudget> {
    let mut undecided = None;
    for day in case.space.all_days() {
        for consequence in case.policy.consequence_ids() {
            match case.space.sides(day, consequence) {
                Err(over) => undecided = Some(over),
                Ok((asserted, denied)) => {
                    let facts = [case.space.support(asserted), case.space.support(denied)].concat();
                    if option.sets.iter().any(|(fact, _)| facts.contains(fact)) {
                        return Ok(false);
                    }
                }
            }
        }
    }
    undecided.map_or(Ok(true), Err)
}

fn report(case: &mut Case<'_>, choice: &str, option: &ChoiceOption) {
    let message = format!("the option `{}` of `{choice}` makes no difference", option.name);
    let finding = case.warning(message, option.place, "no status depends on what it sets");
    let all: Vec<ConsequenceId> = case.policy.consequence_ids().collect();
    let scenario = if all.is_empty() { None } else { case.scenario(0, &option.sets, &all, &option.name) };
    case.report(finding.scenario(scenario));
}
