//! Days between two rules for one consequence on which none is in force.

use super::Lint;
use super::case::Case;
use crate::diagnostic::Code;
use crate::model::{ConsequenceId, Date, RuleId};

pub(super) const LINT: Lint = Lint { code: Code::GapInTime, by_default: true, find };

fn find(case: &mut Case<'_>) {
    for consequence in case.policy.consequence_ids() {
        for gap in gaps(case, consequence) {
            report(case, consequence, &gap);
        }
    }
}

/// Days, the ends included, between the rule that ends last before them and the one that begins
/// first after them.
struct Gap {
    from: Date,
    to: Date,
    before: RuleId,
    after: RuleId,
}

/// The gaps between the rules that lead to a consequence, in their order.
fn gaps(case: &Case<'_>, consequence: ConsequenceId) -> Vec<Gap> {
    let policy = case.policy;
    let asserting = policy.concluding[consequence.index()].iter().filter(|rule| !policy[**rule].denies);
    // First and last day of each, as numbers.
    let days = |rule: &RuleId| {
        let interval = policy[*rule].in_force.as_ref();
        let from = interval.and_then(|it| it.from).unwrap_or(Date::MIN).number();
        (from, interval.and_then(|it| it.until).unwrap_or(Date::MAX).number(), *rule)
    };
    let mut periods: Vec<(i64, i64, RuleId)> = asserting.map(days).collect();
    periods.sort_unstable();
    let mut gaps = Vec::new();
    let mut last: Option<(i64, RuleId)> = None;
    for (from, until, rule) in periods {
        if let Some((end, before)) = last
            && end + 1 < from
        {
            let (from, to) = (Date::from_number(end + 1), Date::from_number(from - 1));
            gaps.push(Gap { from, to, before, after: rule });
        }
        if last.is_none_or(|(end, _)| end < until) {
            last = Some((until, rule));
        }
    }
    gaps
}

fn report(case: &mut Case<'_>, consequence: ConsequenceId, gap: &Gap) {
    let policy = case.policy;
    let name = &policy[consequence].name;
    let when = match gap.from == gap.to {
        true => format!("on {}", gap.from),
        false => format!("from {} to {}", gap.from, gap.to),
    };
    let message = format!("no rule that leads to `{name}` is in force {when}");
    let finding = case
        .warning(message, policy[gap.before].place, "this rule ends before")
        .at(policy[gap.after].place, "this rule begins after");
    // Somebody to whom the rule before applied, on a day of the gap.
    let days = case.space.days_of(gap.before);
    let applied = case.first_day(&days, |space, day| space.applies(day, gap.before)).ok().flatten();
    let given = applied.and_then(|(_, set)| case.space.witness(set));
    let inside = |day: &usize| case.space.days[*day].on.is_some_and(|on| gap.from <= on && on <= gap.to);
    let day = case.space.all_days().find(inside);
    let scenario = given.zip(day).and_then(|(given, day)| case.scenario(day, &given, &[consequence], name));
    case.report(finding.scenario(scenario));
}
