//! A rule that rests only on claims published after it came into force.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{Date, Policy, SourceId};

pub(super) const LINT: Lint = Lint { code: Code::LaterClaims, by_default: false, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    for rule in policy.rule_ids() {
        let subject = &policy[rule];
        let Some(from) = subject.in_force.as_ref().and_then(|in_force| in_force.from) else { continue };
        // A claim of which no date is known may have been there before.
        let dates = subject.claims.iter().map(|claim| published(policy, policy[*claim].by));
        let Some(Some(first)) = dates.collect::<Option<Vec<Date>>>().map(|dates| dates.into_iter().min()) else {
            continue;
        };
        if first > from {
            let message =
                format!("the rule `{}` rests only on claims published after it came into force", subject.name);
            let label = format!("in force from {from}, first reported on {first}");
            let scenario = case.scenario_where_it_applies(rule);
            let finding = case.warning(message, subject.place, label);
            case.report(finding.scenario(scenario));
        }
    }
}

/// When a source, or the first that quotes it, in any number of steps, was published.
fn published(policy: &Policy, source: SourceId) -> Option<Date> {
    policy.with_quoting([source]).into_iter().filter_map(|source| policy[source].published).min()
}
