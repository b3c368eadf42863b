//! Two rules that dispute a consequence for some profile, where no scenario says so.

use std::collections::HashSet;

use super::Lint;
use super::case::Case;
use crate::analysis::space::{Answer, DayIndex};
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, Expected, RuleId, Scenario};
use crate::semantics::diagram::FALSE;

pub(super) const LINT: Lint = Lint { code: Code::DisputingRules, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    let mut said: HashSet<(ConsequenceId, RuleId, RuleId)> = HashSet::new();
    for consequence in policy.consequence_ids() {
        let concluding = policy.concluding[consequence.index()].iter().copied();
        let (denying, asserting): (Vec<RuleId>, Vec<RuleId>) = concluding.partition(|rule| policy[*rule].denies);
        let (mut asserting, mut denying) = (asserting, denying);
        asserting.sort_unstable();
        denying.sort_unstable();
        let days: Vec<DayIndex> = case.space.all_days().collect();
        let disputed = case.on_some_day(&days, |space, day| {
            let (asserted, denied) = space.sides(day, consequence)?;
            Ok(space.and(Ok(asserted), Ok(denied))? != FALSE)
        });
        let it = &policy[consequence];
        if case.decided(disputed, it.place, &format!("the consequence `{}`", it.name)) != Some(true) {
            continue;
        }
        for &one in &asserting {
            for &other in &denying {
                if !said.contains(&(consequence, one, other)) {
                    pair(case, consequence, one, other, &days, &mut said);
                }
            }
        }
    }
}

/// Looks at a rule that leads to a consequence and one that denies it. What they dispute besides it
/// for the same profile is said with it.
fn pair(
    case: &mut Case<'_>,
    consequence: ConsequenceId,
    asserting: RuleId,
    denying: RuleId,
    days: &[DayIndex],
    said: &mut HashSet<(ConsequenceId, RuleId, RuleId)>,
) {
    let mut found = Ok(None);
    for &day in days {
        let both: Answer =
            case.space.and(case.effect(day, consequence, asserting), case.effect(day, consequence, denying));
        match both {
            Ok(FALSE) => {}
            Ok(both) => {
                found = Ok(Some((day, both)));
                break;
            }
            Err(over) => found = Err(over),
        }
    }
    let Some(Some((day, mut both))) = case.decided_of(found, asserting) else { return };
    if is_expected(case, consequence, asserting, denying) {
        return;
    }
    let policy = case.policy;
    let mut disputed = vec![consequence];
    for &also in policy[asserting].concludes.iter().filter(|id| policy[denying].concludes.contains(id)) {
        if also == consequence || said.contains(&(also, asserting, denying)) {
            continue;
        }
        let dispute = case.space.and(case.effect(day, also, asserting), case.effect(day, also, denying));
        let together = case.space.and(Ok(both), dispute);
        if let Ok(together) = together
            && together != FALSE
            && !is_expected(case, also, asserting, denying)
        {
            both = together;
            disputed.push(also);
        }
    }
    disputed.sort_unstable();
    said.extend(disputed.iter().map(|id| (*id, asserting, denying)));
    let (one, other) = (&policy[asserting], &policy[denying]);
    let names: Vec<String> = disputed.iter().map(|id| format!("`{}`", policy[*id].name)).collect();
    let message = format!("the rules `{}` and `{}` dispute {}", one.name, other.name, super::and_list(&names));
    let finding = case
        .warning(message, one.place, "leads to what the other denies")
        .at(other.place, "denies it for the same profile")
        .help("if one is an exception to the other, let it override that one; if reports do dispute this, add the scenario");
    let scenario = case.scenario_of(day, both, &disputed, &format!("{} and {}", one.name, other.name));
    case.report(finding.scenario(scenario));
}

/// Whether a scenario expects the consequence to be disputed where both rules have an effect.
fn is_expected(case: &mut Case<'_>, consequence: ConsequenceId, asserting: RuleId, denying: RuleId) -> bool {
    let policy = case.policy;
    let expects = |scenario: &&Scenario| {
        let disputed = scenario.expectations.iter().filter(|it| it.expected == Expected::Disputed);
        disputed.flat_map(|it| &it.consequences).any(|it| *it == consequence)
    };
    let mut expecting = policy.scenarios.iter().filter(expects);
    expecting.any(|scenario| {
        [asserting, denying].into_iter().all(|rule| case.has_effect_in(scenario, consequence, rule) == Some(true))
    })
}
