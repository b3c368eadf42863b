//! An `unless` that never matters.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::semantics::diagram::FALSE;

pub(super) const LINT: Lint = Lint { code: Code::IdleUnless, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for rule in case.policy.rule_ids() {
        let subject = &case.policy[rule];
        let Some(unless) = subject.unless.as_ref().filter(|_| case.can_apply(rule)) else { continue };
        let days = case.space.days_of(rule);
        let never = case.on_every_day(&days, |space, day| {
            let (when, unless) = (space.condition(day, &subject.when), space.condition(day, unless));
            Ok(space.and(when, unless)? == FALSE)
        });
        if case.decided_of(never, rule) == Some(true) {
            let message = format!("the `unless` of the rule `{}` never matters", subject.name);
            let nobody = case.on_every_day(&days, |space, day| Ok(space.condition(day, unless)? == FALSE));
            let label = match nobody {
                Ok(true) => "this holds for no profile",
                Ok(false) | Err(_) => "where this holds, `when` does not",
            };
            let finding = case.warning(message, unless.place(), label);
            let scenario = case.scenario_where_it_applies(rule);
            let finding = case.written(unless.place().file).without_unless(unless.place(), finding);
            case.report(finding.scenario(scenario));
        }
    }
}
