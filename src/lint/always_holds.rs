//! A condition, or a part of one, that always holds.

use super::Lint;
use super::case::{Case, all};
use crate::analysis::parts::{Role, conditions};
use crate::diagnostic::Code;
use crate::semantics::diagram::TRUE;

pub(super) const LINT: Lint = Lint { code: Code::AlwaysHolds, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for owned in conditions(&case.space) {
        // Of a rule that never applies, another lint speaks.
        if matches!(owned.role, Role::When(rule) | Role::Unless(rule) if !case.can_apply(rule)) {
            continue;
        }
        for place in case.parts_that_are(&owned, |_, days| all(days, |part| Ok(part.holds? == TRUE))) {
            let whole = place == owned.condition.place();
            let words = case.words(place);
            let message = match owned.role {
                Role::Definition(_) if whole => format!("the definition `{}` always holds", owned.name),
                Role::When(_) if whole => {
                    format!("the rule `{}` applies to everyone: {words} always holds", owned.name)
                }
                Role::Definition(_) | Role::When(_) | Role::Unless(_) => format!("{words} always holds"),
            };
            let scenario = case.scenario_with(owned.role);
            let finding = case.warning(message, place, "this holds for every profile");
            case.report(finding.scenario(scenario));
        }
    }
}
