//! A part of a condition that changes nothing where it stands.

use super::Lint;
use super::case::{Case, all};
use crate::analysis::parts::{Part, Role, conditions};
use crate::analysis::space::Space;
use crate::diagnostic::Code;
use crate::semantics::diagram::{FALSE, NodeId, OverBudget, TRUE};
use crate::text::Place;

pub(super) const LINT: Lint = Lint { code: Code::IdleCondition, by_default: false, find };

fn find(case: &mut Case<'_>) {
    for owned in conditions(&case.space) {
        if matches!(owned.role, Role::When(rule) | Role::Unless(rule) if !case.can_apply(rule)) {
            continue;
        }
        let whole = owned.condition.place();
        let mut found: Vec<(Place, &str)> = Vec::new();
        let changes_nothing = |space: &mut Space<'_>, days: &[&Part]| {
            // What always or never holds is no part of its own to look into: other lints speak of it.
            if always(days, TRUE)? || always(days, FALSE)? {
                return Ok(true);
            }
            for (holding, word) in [(true, "holds"), (false, "does not hold")] {
                if decides_as(space, days, holding)? {
                    found.extend(days.first().map(|part| (part.place, word)));
                    return Ok(true);
                }
            }
            Ok(false)
        };
        let outermost = case.parts_that_are(&owned, changes_nothing);
        for (place, word) in found.into_iter().filter(|(place, _)| *place != whole && outermost.contains(place)) {
            let message = format!("{} changes nothing in `{}`", case.words(place), owned.name);
            let label = format!("wherever this would decide, it {word} anyway");
            let scenario = case.scenario_with(owned.role);
            let finding = case.warning(message, place, label);
            case.report(finding.scenario(scenario));
        }
    }
}

fn always(days: &[&Part], set: NodeId) -> Result<bool, OverBudget> {
    all(days, |part| Ok(part.holds? == set))
}

/// Whether a part holds wherever it decides, or nowhere where it decides.
fn decides_as(space: &mut Space<'_>, days: &[&Part], holding: bool) -> Result<bool, OverBudget> {
    all(days, |part| {
        let otherwise = match holding {
            true => space.and_not(part.decides, part.holds),
            false => space.and(part.decides, part.holds),
        };
        Ok(otherwise? == FALSE)
    })
}
