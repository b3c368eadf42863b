//! Rules that follow one another in time, and overlap.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, InForce, RuleId};

pub(super) const LINT: Lint = Lint { code: Code::OverlappingPeriods, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    for consequence in policy.consequence_ids() {
        let mut rules: Vec<RuleId> = policy.concluding[consequence.index()].clone();
        rules.sort_unstable();
        let dated = |rule: &RuleId| policy[*rule].in_force.as_ref().map(|in_force| (*rule, in_force));
        let dated: Vec<(RuleId, &InForce)> = rules.iter().filter_map(dated).collect();
        for &(earlier, first) in &dated {
            for &(later, second) in &dated {
                let same_side = policy[earlier].denies == policy[later].denies;
                let related = policy[earlier].overrides.contains(&later) || policy[later].overrides.contains(&earlier);
                if same_side && !related && follow_and_overlap(first, second) {
                    pair(case, consequence, earlier, later);
                }
            }
        }
    }
}

/// Whether the second begins and ends after the first, and begins before the first has ended.
fn follow_and_overlap(first: &InForce, second: &InForce) -> bool {
    let (Some(until), Some(from)) = (first.until, second.from) else { return false };
    let begins_later = first.from.is_none_or(|first| first < from);
    let ends_later = second.until.is_none_or(|second| until < second);
    begins_later && ends_later && from <= until
}

fn pair(case: &mut Case<'_>, consequence: ConsequenceId, earlier: RuleId, later: RuleId) {
    let policy = case.policy;
    // A pair that shares several consequences is one finding, for the first of them.
    let shared = |id: &&ConsequenceId| policy[later].concludes.contains(id);
    if policy[earlier].concludes.iter().find(shared) != Some(&consequence) {
        return;
    }
    let days = case.space.days_of(earlier);
    let both = case.first_day(&days, |space, day| {
        let (one, other) = (space.applies(day, earlier), space.applies(day, later));
        space.and(one, other)
    });
    let Some(Some((day, both))) = case.decided_of(both, earlier) else { return };
    let (one, other) = (&policy[earlier], &policy[later]);
    let end = |rule: RuleId| policy[rule].in_force.clone().expect("both rules are dated");
    let (until, from) = (end(earlier).until, end(later).from);
    let text = |date: Option<crate::model::Date>| date.map_or(String::new(), |date| date.to_string());
    let message =
        format!("the rules `{}` and `{}` overlap in time for `{}`", one.name, other.name, policy[consequence].name);
    let finding = case
        .warning(message, one.place, format!("is in force until {}", text(until)))
        .at(other.place, format!("is in force from {}", text(from)));
    let scenario = case.scenario_of(day, both, &[consequence], &format!("{} and {}", one.name, other.name));
    case.report(finding.scenario(scenario));
}
