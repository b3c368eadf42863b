//! A source that makes no claim and quotes nobody.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;

pub(super) const LINT: Lint = Lint { code: Code::UnusedSource, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    let mut used = vec![false; policy.sources.len()];
    let claiming = policy.claims.iter().map(|claim| claim.by);
    let quoting = policy.sources.iter().flat_map(|source| source.quoted_in.iter().copied());
    claiming.chain(quoting).for_each(|source| used[source.index()] = true);
    for (source, _) in policy.sources.iter().zip(used).filter(|(_, used)| !used) {
        let message = format!("the source `{}` makes no claim and quotes nobody", source.name);
        let finding = case.warning(message, source.place, "no claim is by it, and no source is quoted in it");
        case.report(finding);
    }
}
