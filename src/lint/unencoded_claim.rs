//! A claim that is a condition, and that no rule encodes.

use std::collections::HashSet;

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ClaimId, Policy};
use crate::semantics::Origins;

pub(super) const LINT: Lint = Lint { code: Code::UnencodedClaim, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    // A file without rules holds reports that others encode.
    if policy.rules.is_empty() {
        return;
    }
    let origins = Origins::of(policy);
    let named = policy.rules.iter().flat_map(|rule| &rule.claims);
    let encoded: HashSet<ClaimId> = named.map(|claim| origins.statement(*claim)).collect();
    for claim in without_rule(policy).into_iter().filter(|claim| !encoded.contains(&origins.statement(*claim))) {
        let subject = &policy[claim];
        let finding = case
            .warning(format!("no rule encodes the claim `{}`", subject.name), subject.place, "no rule rests on it")
            .help("write its rule, or mark it as `context` if it is no condition");
        case.report(finding);
    }
}

/// The claims that are conditions, and after whose names no rule asks.
pub(super) fn without_rule(policy: &Policy) -> Vec<ClaimId> {
    let named: HashSet<ClaimId> = policy.rules.iter().flat_map(|rule| rule.claims.iter().copied()).collect();
    let claims = (0..policy.claims.len()).map(ClaimId::new);
    claims.filter(|claim| !policy[*claim].context && !named.contains(claim)).collect()
}
