//! Claims of a rule by several sources that repeat one statement.

use indexmap::IndexSet;

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::SourceId;
use crate::semantics::Origins;

pub(super) const LINT: Lint = Lint { code: Code::SingleOrigin, by_default: false, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    let origins = Origins::of(policy);
    for rule in policy.rule_ids() {
        let subject = &policy[rule];
        let sources: IndexSet<SourceId> = subject.claims.iter().map(|claim| policy[*claim].by).collect();
        if sources.len() < 2 || origins.count(subject.claims.iter().copied()) != 1 {
            continue;
        }
        let names: Vec<String> = sources.iter().map(|source| format!("`{}`", policy[*source].name)).collect();
        let message = format!("the {} sources of the rule `{}` are one origin", sources.len(), subject.name);
        let label = format!("what {} report goes back to one statement or one source", super::and_list(&names));
        let scenario = case.scenario_where_it_applies(rule);
        let mut finding = case.warning(message, subject.place, label);
        for claim in subject.claims.iter().filter(|claim| !policy[**claim].repeats.is_empty()) {
            finding = finding.at(policy[*claim].place, "repeats another");
        }
        case.report(finding.scenario(scenario));
    }
}
