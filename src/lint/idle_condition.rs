//! A part of a condition that changes nothing where it stands.

use std::collections::HashMap;

use super::Lint;
use super::case::{Case, all};
use crate::analysis::parts::{Part, Role, conditions};
use crate::analysis::space::Space;
use crate::diagnostic::Code;
use crate::semantics::diagram::{FALSE, OverBudget, TRUE};
use crate::text::Place;

pub(super) const LINT: Lint = Lint { code: Code::IdleCondition, by_default: false, find };

fn find(case: &mut Case<'_>) {
    for owned in conditions(&case.space) {
        if matches!(owned.role, Role::When(rule) | Role::Unless(rule) if !case.can_apply(rule)) {
            continue;
        }
        let mut labels: HashMap<Place, &str> = HashMap::new();
        let places = case.parts_that_are(&owned, |space, days| {
            // Of what always or never holds another lint speaks, and so of all that stands in it.
            if all(days, |part| Ok(part.holds? == TRUE))? || all(days, |part| Ok(part.holds? == FALSE))? {
                return Ok(true);
            }
            let label = match (idle(space, days, true)?, idle(space, days, false)?) {
                (true, true) => "whether this holds decides nothing",
                (true, false) => "wherever this would decide, it holds anyway",
                (false, true) => "wherever this would decide, it does not hold anyway",
                (false, false) => return Ok(false),
            };
            labels.insert(days[0].place, label);
            Ok(true)
        });
        let whole = owned.condition.place();
        for place in places.into_iter().filter(|place| *place != whole) {
            let Some(label) = labels.get(&place) else { continue };
            let message = format!("{} changes nothing in `{}`", case.words(place), owned.name);
            let scenario = case.scenario_with(owned.role);
            let finding = case.warning(message, place, *label);
            case.report(finding.scenario(scenario));
        }
    }
}

/// Whether a part holds wherever it decides, or nowhere where it does.
fn idle(space: &mut Space<'_>, days: &[&Part], holding: bool) -> Result<bool, OverBudget> {
    all(days, |part| {
        let otherwise = match holding {
            true => space.and_not(part.decides, part.holds),
            false => space.and(part.decides, part.holds),
        };
        Ok(otherwise? == FALSE)
    })
}
