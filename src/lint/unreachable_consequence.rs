//! A consequence that no rule can lead to.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::semantics::diagram::FALSE;

pub(super) const LINT: Lint = Lint { code: Code::UnreachableConsequence, by_default: true, find };

fn find(case: &mut Case<'_>) {
    // A file without rules declares what others lead to.
    if case.policy.rules.is_empty() {
        return;
    }
    for id in case.policy.consequence_ids() {
        let consequence = &case.policy[id];
        let days: Vec<usize> = case.space.all_days().collect();
        let never = case.on_every_day(&days, |space, day| Ok(space.sides(day, id)?.0 == FALSE));
        if case.decided(never, consequence.place, &format!("the consequence `{}`", consequence.name)) != Some(true) {
            continue;
        }
        let asserting = case.policy.concluding[id.index()].iter().any(|rule| !case.policy[*rule].denies);
        let label = if asserting { "no rule that leads to it can have an effect" } else { "no rule leads to it" };
        let message = format!("no rule can lead to the consequence `{}`", consequence.name);
        let scenario = case.scenario(days[0], &[], &[id], &consequence.name);
        let finding = case.warning(message, consequence.place, label);
        case.report(finding.scenario(scenario));
    }
}
