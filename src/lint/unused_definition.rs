//! A definition on which no rule depends.

use super::Lint;
use super::case::Case;
use crate::analysis::parts::used_definitions;
use crate::diagnostic::Code;

pub(super) const LINT: Lint = Lint { code: Code::UnusedDefinition, by_default: true, find };

fn find(case: &mut Case<'_>) {
    if case.policy.rules.is_empty() {
        return;
    }
    let used = used_definitions(case.policy);
    for (definition, _) in case.policy.definitions.iter().zip(used).filter(|(_, used)| !used) {
        let message = format!("no rule depends on the definition `{}`", definition.name);
        let finding = case.warning(message, definition.place, "no rule names it");
        case.report(finding);
    }
}
