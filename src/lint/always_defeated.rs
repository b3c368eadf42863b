//! A rule that is overridden whenever it applies.

use super::Lint;
use super::case::{Case, all};
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, RuleId};
use crate::semantics::diagram::FALSE;

pub(super) const LINT: Lint = Lint { code: Code::AlwaysDefeated, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for rule in case.policy.rule_ids() {
        if !case.can_apply(rule) || case.policy.overridden_by[rule.index()].is_empty() {
            continue;
        }
        let subject = &case.policy[rule];
        let mut defeated: Vec<ConsequenceId> = Vec::new();
        for &consequence in &subject.concludes {
            let days = case.space.days_of(rule);
            let never = all(days, |day| Ok(case.effect(day, consequence, rule)? == FALSE));
            if case.decided_of(never, rule) == Some(true) {
                defeated.push(consequence);
            }
        }
        if !defeated.is_empty() {
            report(case, rule, &defeated);
        }
    }
}

fn report(case: &mut Case<'_>, rule: RuleId, defeated: &[ConsequenceId]) {
    let policy = case.policy;
    let subject = &policy[rule];
    let names: Vec<String> = defeated.iter().map(|id| format!("`{}`", policy[*id].name)).collect();
    let (about, label) = match defeated.len() == subject.concludes.len() {
        true => (String::new(), "never has an effect".to_owned()),
        false => (
            format!(" for {}", super::and_list(&names)),
            format!("never has an effect for {}", super::and_list(&names)),
        ),
    };
    let message = format!("the rule `{}` is overridden{about} whenever it applies", subject.name);
    let mut finding = case.warning(message, subject.place, label);
    for winner in &policy.overridden_by[rule.index()] {
        if policy[*winner].concludes.iter().any(|consequence| defeated.contains(consequence)) {
            finding = finding.at(policy[*winner].place, "overrides it");
        }
    }
    let days = case.space.days_of(rule);
    let applies = case.first_day(&days, |space, day| space.applies(day, rule)).ok().flatten();
    let scenario = applies.and_then(|(day, set)| case.scenario_of(day, set, defeated, &subject.name));
    case.report(finding.scenario(scenario));
}
