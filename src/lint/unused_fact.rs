//! A fact on which no rule depends.

use super::Lint;
use super::case::Case;
use crate::analysis::parts::used_definitions;
use crate::diagnostic::Code;
use crate::model::Condition;

pub(super) const LINT: Lint = Lint { code: Code::UnusedFact, by_default: true, find };

fn find(case: &mut Case<'_>) {
    let policy = case.policy;
    // A file without rules declares what others use.
    if policy.rules.is_empty() {
        return;
    }
    let mut used = vec![false; policy.facts.len()];
    let definitions = policy.definitions.iter().zip(used_definitions(policy)).filter(|(_, used)| *used);
    let of_rules = policy.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless));
    for condition in of_rules.chain(definitions.map(|(definition, _)| &definition.condition)) {
        condition.tests().for_each(|test| used[test.fact.index()] = true);
    }
    // What an option sets in vain is said of the option.
    let set = policy.choices.iter().flat_map(|choice| &choice.options).flat_map(|option| &option.sets);
    set.for_each(|(fact, _)| used[fact.index()] = true);
    for id in policy.fact_ids().filter(|id| !used[id.index()]) {
        let fact = &policy[id];
        let elsewhere = crate::semantics::cells::conditions(policy).flat_map(Condition::tests).any(|it| it.fact == id);
        let label = if elsewhere { "only definitions test it that no rule uses" } else { "no condition tests it" };
        let finding = case.warning(format!("no rule depends on the fact `{}`", fact.name), fact.place, label);
        case.report(finding);
    }
}
