//! An `overrides` that never matters.

use super::Lint;
use super::case::Case;
use crate::analysis::space::DayIndex;
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, RuleId};
use crate::semantics::diagram::{FALSE, OverBudget};

pub(super) const LINT: Lint = Lint { code: Code::IdleOverride, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for winner in case.policy.rule_ids().filter(|rule| !case.policy[*rule].overrides.is_empty()).collect::<Vec<_>>() {
        let subject = &case.policy[winner];
        for &loser in &subject.overrides {
            // Of rules that never apply, another lint speaks.
            if !case.can_apply(winner) || !case.can_apply(loser) {
                continue;
            }
            let shared: Vec<ConsequenceId> = shared(case, winner, loser);
            let days = case.space.days_of(winner);
            let mut matters = Ok(false);
            for day in days {
                for consequence in &shared {
                    matters = match (matters, self::matters(case, day, *consequence, winner, loser)) {
                        (Ok(true), _) | (_, Ok(true)) => Ok(true),
                        (Err(over), _) | (_, Err(over)) => Err(over),
                        (Ok(false), Ok(false)) => Ok(false),
                    };
                }
            }
            if case.decided_of(matters, winner) == Some(false) {
                let other = &case.policy[loser];
                let message = format!("that `{}` overrides `{}` never matters", subject.name, other.name);
                let finding = case
                    .warning(message, subject.place, format!("changes nothing of what `{}` does", other.name))
                    .at(other.place, "the rule that it overrides");
                let scenario = case.scenario_where_it_applies(winner);
                let finding = case.written(subject.place.file).without_override(subject.place, &other.name, finding);
                case.report(finding.scenario(scenario));
            }
        }
    }
}

fn shared(case: &Case<'_>, winner: RuleId, loser: RuleId) -> Vec<ConsequenceId> {
    let concludes = &case.policy[loser].concludes;
    case.policy[winner].concludes.iter().copied().filter(|consequence| concludes.contains(consequence)).collect()
}

/// Whether, on a day, a rule would have an effect for a consequence that it has not because this
/// one overrides it.
pub(super) fn matters(
    case: &mut Case<'_>,
    day: DayIndex,
    consequence: ConsequenceId,
    winner: RuleId,
    loser: RuleId,
) -> Result<bool, OverBudget> {
    if case.place(consequence, loser).is_none() || !case.space.days[day].selection.has(loser) {
        return Ok(false);
    }
    let mut defeated_by_it = case.space.applies(day, loser);
    for other in case.policy.overridden_by[loser.index()].clone() {
        if other != winner && case.place(consequence, other).is_some() {
            defeated_by_it = case.space.and_not(defeated_by_it, case.effect(day, consequence, other));
        }
    }
    let defeated_by_it = case.space.and(defeated_by_it, case.effect(day, consequence, winner));
    Ok(defeated_by_it? != FALSE)
}
