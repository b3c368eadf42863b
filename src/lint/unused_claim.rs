//! A claim whose words a rule encodes without naming it.

use std::collections::HashMap;

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ClaimId, RuleId};
use crate::semantics::Origins;

pub(super) const LINT: Lint = Lint { code: Code::UnusedClaim, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    let origins = Origins::of(policy);
    let mut encoded: HashMap<ClaimId, RuleId> = HashMap::new();
    for rule in policy.rule_ids() {
        for claim in &policy[rule].claims {
            encoded.entry(origins.statement(*claim)).or_insert(rule);
        }
    }
    for claim in super::unencoded_claim::without_rule(policy) {
        let Some(rule) = encoded.get(&origins.statement(claim)) else { continue };
        let said = policy[*rule].claims.iter().find(|it| origins.statement(**it) == origins.statement(claim));
        let said = said.map_or("", |it: &ClaimId| policy[*it].name.as_str());
        let (subject, rule) = (&policy[claim], &policy[*rule]);
        let message = format!("the rule `{}` encodes the claim `{}` and does not name it", rule.name, subject.name);
        let finding = case
            .warning(message, subject.place, format!("says the same as `{said}`, and its source does not count"))
            .at(rule.place, "");
        case.report(finding);
    }
}
