//! A fact on which no rule depends.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::Condition;

pub(super) const LINT: Lint = Lint { code: Code::UnusedFact, by_default: true, find };

fn find(case: &mut Case<'_>) {
    // A file without rules declares what others use.
    if case.policy.rules.is_empty() {
        return;
    }
    let mut used = vec![false; case.policy.facts.len()];
    for condition in case.used_conditions() {
        condition.tests().for_each(|test| used[test.fact.index()] = true);
    }
    // What an option sets in vain is said of the option.
    let set = case.policy.choices.iter().flat_map(|choice| &choice.options).flat_map(|option| &option.sets);
    set.for_each(|(fact, _)| used[fact.index()] = true);
    for id in case.policy.fact_ids().filter(|id| !used[id.index()]) {
        let fact = &case.policy[id];
        let elsewhere =
            crate::semantics::cells::conditions(case.policy).flat_map(Condition::tests).any(|it| it.fact == id);
        let label = if elsewhere { "only definitions test it that no rule uses" } else { "no condition tests it" };
        let finding = case.warning(format!("no rule depends on the fact `{}`", fact.name), fact.place, label);
        case.report(finding);
    }
}
