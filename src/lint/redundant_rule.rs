//! A rule made redundant by others.

use super::Lint;
use super::case::Case;
use crate::analysis::space::{Answer, DayIndex};
use crate::diagnostic::Code;
use crate::model::{ClaimId, ConsequenceId, RuleId};
use crate::semantics::diagram::{FALSE, OverBudget};
use std::collections::HashSet;

pub(super) const LINT: Lint = Lint { code: Code::RedundantRule, by_default: true, find };

fn find(case: &mut Case<'_>) {
    // The last declared first: of two that say the same, the second is the one too many.
    let mut redundant: HashSet<RuleId> = HashSet::new();
    for rule in case.policy.rule_ids().rev() {
        if !case.can_apply(rule) {
            continue;
        }
        let covering = covering(case, rule, &redundant);
        if let Some(Some(covering)) = case.decided_of(covering, rule) {
            redundant.insert(rule);
            report(case, rule, &covering);
        }
    }
}

/// The rules that have the effects that this one has, if they have all of them on every day.
fn covering(case: &mut Case<'_>, rule: RuleId, redundant: &HashSet<RuleId>) -> Result<Option<Vec<RuleId>>, OverBudget> {
    let mut covering: Vec<RuleId> = Vec::new();
    let mut has_effect = false;
    for day in case.space.days_of(rule) {
        for &consequence in &case.policy[rule].concludes {
            // What it defeats would have an effect without it.
            for loser in &case.policy[rule].overrides {
                if super::idle_override::matters(case, day, consequence, rule, *loser)? {
                    return Ok(None);
                }
            }
            let mut left: Answer = case.effect(day, consequence, rule);
            has_effect |= left? != FALSE;
            for other in candidates(case, day, consequence, rule, redundant) {
                if left? == FALSE {
                    break;
                }
                let less = case.space.and_not(left, case.effect(day, consequence, other));
                if less? != left? && !covering.contains(&other) {
                    covering.push(other);
                }
                left = less;
            }
            if left? != FALSE {
                return Ok(None);
            }
        }
    }
    Ok(has_effect.then_some(covering))
}

/// The rules on the same side that rest on all of its claims, so that no report is lost.
fn candidates(
    case: &Case<'_>,
    day: DayIndex,
    consequence: ConsequenceId,
    rule: RuleId,
    redundant: &HashSet<RuleId>,
) -> Vec<RuleId> {
    let policy = case.policy;
    let subject = &policy[rule];
    let rests_on_all = |other: RuleId| {
        let claims: &[ClaimId] = &policy[other].claims;
        subject.claims.iter().all(|claim| claims.contains(claim))
    };
    let concluding = policy.concluding[consequence.index()].iter().copied();
    let others = concluding.filter(|other| *other != rule && policy[*other].denies == subject.denies);
    let others = others.filter(|other| !redundant.contains(other) && case.space.days[day].selection.has(*other));
    others.filter(|other| rests_on_all(*other)).collect()
}

fn report(case: &mut Case<'_>, rule: RuleId, covering: &[RuleId]) {
    let subject = &case.policy[rule];
    let names: Vec<String> = covering.iter().map(|other| format!("`{}`", case.policy[*other].name)).collect();
    let message = format!("the rule `{}` adds nothing to {}", subject.name, super::and_list(&names));
    let mut finding =
        case.warning(message, subject.place, "whenever this has an effect, so has another on the same claims");
    for other in covering {
        finding = finding.at(case.policy[*other].place, "");
    }
    let scenario = case.scenario_where_it_applies(rule);
    case.report(finding.scenario(scenario));
}
