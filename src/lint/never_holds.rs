//! A definition, or a part of a condition, that can never hold.

use super::Lint;
use super::case::{Case, all};
use crate::analysis::parts::{Role, conditions};
use crate::diagnostic::Code;
use crate::semantics::diagram::FALSE;

pub(super) const LINT: Lint = Lint { code: Code::NeverHolds, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for owned in conditions(&case.space) {
        if matches!(owned.role, Role::When(rule) | Role::Unless(rule) if !case.can_apply(rule)) {
            continue;
        }
        for place in case.parts_that_are(&owned, |_, days| all(days, |part| Ok(part.holds? == FALSE))) {
            let whole = place == owned.condition.place();
            let message = match owned.role {
                Role::Definition(_) if whole => format!("the definition `{}` can never hold", owned.name),
                // An exception that never holds is one that never matters.
                Role::Unless(_) if whole => continue,
                Role::Definition(_) | Role::When(_) | Role::Unless(_) => {
                    format!("{} can never hold", case.words(place))
                }
            };
            let scenario = case.scenario_with(owned.role);
            let finding = case.warning(message, place, "this holds for no profile");
            case.report(finding.scenario(scenario));
        }
    }
}
