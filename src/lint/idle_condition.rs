//! A part of a condition that changes nothing where it stands.

use super::Lint;
use super::case::{Case, all};
use crate::analysis::parts::{Part, Role, conditions};
use crate::analysis::space::Space;
use crate::diagnostic::Code;
use crate::semantics::diagram::{FALSE, OverBudget, TRUE};

pub(super) const LINT: Lint = Lint { code: Code::IdleCondition, by_default: false, find };

fn find(case: &mut Case<'_>) {
    for owned in conditions(&case.space) {
        if matches!(owned.role, Role::When(rule) | Role::Unless(rule) if !case.can_apply(rule)) {
            continue;
        }
        // It holds wherever it decides, or nowhere where it decides; and not just everywhere or nowhere.
        let as_if = |space: &mut Space<'_>, days: &[&Part], holding: bool| -> Result<bool, OverBudget> {
            let idle = all(days, |part| {
                let otherwise = match holding {
                    true => space.and_not(part.decides, part.holds),
                    false => space.and(part.decides, part.holds),
                };
                Ok(otherwise? == FALSE)
            });
            let always = all(days, |part| Ok(part.holds? == TRUE));
            Ok(idle? && !always? && !all(days, |part| Ok(part.holds? == FALSE))?)
        };
        let whole = owned.condition.place();
        for holding in [true, false] {
            for place in case.parts_that_are(&owned, |space, days| as_if(space, days, holding)) {
                if place == whole {
                    continue;
                }
                let word = if holding { "holds" } else { "does not hold" };
                let message = format!("{} changes nothing in `{}`", case.words(place), owned.name);
                let label = format!("wherever this would decide, it {word} anyway");
                let scenario = case.scenario_with(owned.role);
                let finding = case.warning(message, place, label);
                case.report(finding.scenario(scenario));
            }
        }
    }
}
