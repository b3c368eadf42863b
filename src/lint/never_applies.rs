//! A rule that can never apply, and which of its parts exclude one another.

use super::Lint;
use super::case::Case;
use crate::analysis::space::{Answer, DayIndex, Space};
use crate::diagnostic::Code;
use crate::model::{Condition, RuleId};
use crate::semantics::diagram::{FALSE, NodeId, OverBudget, TRUE};
use crate::text::Place;

pub(super) const LINT: Lint = Lint { code: Code::NeverApplies, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for rule in case.policy.rule_ids() {
        let days = case.space.days_of(rule);
        let never = case.on_every_day(&days, |space, day| Ok(space.applies(day, rule)? == FALSE));
        if case.decided_of(never, rule) == Some(true) {
            let core = days.first().map(|day| core(case, *day, rule));
            if let Some(core) = core.and_then(|core| case.decided_of(core, rule)) {
                report(case, rule, days[0], core);
            }
        }
    }
}

/// A part that a rule needs in order to apply.
#[derive(Clone, Copy)]
struct Need {
    place: Place,
    /// Whether it is the `unless`, which must not hold.
    unless: bool,
    holds: NodeId,
}

/// The parts that `when` joins by `and`, and that the `unless` does not hold.
fn needs(space: &mut Space<'_>, day: DayIndex, rule: RuleId) -> Result<Vec<Need>, OverBudget> {
    let rule = &space.policy[rule];
    let mut open = vec![&rule.when];
    let mut needs = Vec::new();
    while let Some(condition) = open.pop() {
        match condition {
            Condition::All(parts, _) => open.extend(parts.iter().rev()),
            Condition::Any(..)
            | Condition::Not(..)
            | Condition::Test(_)
            | Condition::Definition(..)
            | Condition::Consequence(..) => {
                let holds = space.condition(day, condition)?;
                needs.push(Need { place: condition.place(), unless: false, holds });
            }
        }
    }
    if let Some(unless) = &rule.unless {
        let holds = space.condition(day, unless);
        needs.push(Need { place: unless.place(), unless: true, holds: space.not(holds)? });
    }
    Ok(needs)
}

/// Parts that cannot hold together, none of which can be left out; found by adding the first part
/// with which those before it cannot hold, until the parts added suffice by themselves.
fn core(case: &mut Case<'_>, day: DayIndex, rule: RuleId) -> Result<Vec<Need>, OverBudget> {
    let mut needs = needs(&mut case.space, day, rule)?;
    let mut core: Vec<Need> = Vec::new();
    let mut together: Answer = Ok(TRUE);
    while together? != FALSE {
        let mut so_far = together;
        // INVARIANT: all parts together cannot hold, so there is a first one that excludes the others.
        let mut last = 0;
        for (index, need) in needs.iter().enumerate() {
            so_far = case.space.and(so_far, Ok(need.holds));
            last = index;
            if so_far? == FALSE {
                break;
            }
        }
        let found = needs[last];
        needs.truncate(last);
        together = case.space.and(together, Ok(found.holds));
        core.push(found);
    }
    core.reverse();
    Ok(core)
}

fn report(case: &mut Case<'_>, rule: RuleId, day: DayIndex, core: Vec<Need>) {
    let subject = &case.policy[rule];
    let (parts, unless): (Vec<Need>, Vec<Need>) = core.iter().partition(|need| !need.unless);
    let words: Vec<String> = parts.iter().map(|need| case.words(need.place)).collect();
    let why = match (&words[..], unless.is_empty()) {
        ([], _) => "its `unless` always holds".to_owned(),
        ([one], true) => format!("{one} can never hold"),
        ([first, second], true) => format!("{first} excludes {second}"),
        (words, true) => format!("{} cannot hold together", super::and_list(words)),
        ([one], false) => format!("wherever {one} holds, its `unless` does too"),
        (words, false) => format!("wherever {} hold, its `unless` does too", super::and_list(words)),
    };
    let mut finding = case.warning(format!("the rule `{}` can never apply: {why}", subject.name), subject.place, "");
    for need in &core {
        let text = match (need.unless, core.len()) {
            (true, 1) => "this always holds",
            (true, _) => "this holds then too",
            (false, 1) => "this can never hold",
            (false, _) => "",
        };
        finding = finding.at(need.place, text);
    }
    // Whoever has all but the last of them is as near as can be.
    let mut near: Answer = Ok(TRUE);
    for need in &core[..core.len() - 1] {
        near = case.space.and(near, Ok(need.holds));
    }
    let scenario = near.ok().and_then(|near| case.scenario_of(day, near, &subject.concludes, &subject.name));
    case.report(finding.scenario(scenario));
}
