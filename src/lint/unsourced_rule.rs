//! A rule that names no claim.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;

pub(super) const LINT: Lint = Lint { code: Code::UnsourcedRule, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for rule in case.policy.rule_ids().filter(|rule| case.policy[*rule].claims.is_empty()).collect::<Vec<_>>() {
        let subject = &case.policy[rule];
        let scenario = case.scenario_where_it_applies(rule);
        let finding = case
            .warning(
                format!("the rule `{}` rests on no claim", subject.name),
                subject.place,
                "nobody is named who reports it",
            )
            .help("name the claim on which it rests with `per`");
        case.report(finding.scenario(scenario));
    }
}
