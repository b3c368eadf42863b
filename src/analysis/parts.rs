//! The conditions of a policy, and their parts: for which profiles each holds, and for which it
//! decides the whole.

#![expect(clippy::indexing_slicing, reason = "definitions are numbered by the policy, and parts by their condition")]
#![expect(clippy::arithmetic_side_effects, reason = "places among the parts")]

use super::space::{Answer, DayIndex, Space};
use crate::model::{Condition, DefinitionId, Policy, RuleId};
use crate::semantics::diagram::TRUE;
use crate::syntax::token::{Kind, tokenize};
use crate::text::{Place, Span};

/// A part of a condition, on one day.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Where it stands, without parentheses.
    pub place: Place,
    /// Whether it is a test or a name, and not made of others. `residence is not elsewhere` is one
    /// test, as it is written.
    pub is_test: bool,
    /// The part in which it stands, by its place in the list.
    pub inside: Option<usize>,
    /// The profiles for which it holds.
    pub holds: Answer,
    /// The profiles for which it decides the whole: the whole would be otherwise, were this part
    /// otherwise. (The observability of the part, as in the testing of circuits.)
    pub decides: Answer,
}

/// What a condition belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Definition(DefinitionId),
    When(RuleId),
    Unless(RuleId),
}

/// A condition, and the days on which it counts.
pub(crate) struct Owned<'p> {
    pub role: Role,
    /// The name of its definition or rule, and where it stands.
    pub name: &'p str,
    pub place: Place,
    pub condition: &'p Condition,
    pub days: Vec<DayIndex>,
}

/// Every condition of the policy: of definitions on all days, of rules while they are in force.
pub(crate) fn conditions<'p>(space: &Space<'p>) -> Vec<Owned<'p>> {
    let policy = space.policy;
    let definitions = (0..).map(DefinitionId::new).zip(&policy.definitions).map(|(id, it)| Owned {
        role: Role::Definition(id),
        name: &it.name,
        place: it.place,
        condition: &it.condition,
        days: space.all_days().collect(),
    });
    let of_rule = |id: RuleId| {
        let rule = &policy[id];
        let days = space.days_of(id);
        let owned = move |role, condition, days| Owned { role, name: &rule.name, place: rule.place, condition, days };
        let unless = rule.unless.as_ref().map(|it| owned(Role::Unless(id), it, days.clone()));
        std::iter::once(owned(Role::When(id), &rule.when, days)).chain(unless)
    };
    definitions.chain(policy.rule_ids().flat_map(of_rule)).collect()
}

/// For each definition whether a rule names it, in any number of steps.
pub(crate) fn used_definitions(policy: &Policy) -> Vec<bool> {
    let mut used = vec![false; policy.definitions.len()];
    let mut open: Vec<&Condition> =
        policy.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.unless)).collect();
    while let Some(condition) = open.pop() {
        for leaf in condition.leaves() {
            if let Condition::Definition(id, _) = leaf
                && !std::mem::replace(&mut used[id.index()], true)
            {
                open.push(&policy[*id].condition);
            }
        }
    }
    used
}

/// Every part of a condition that is not the same as a part before it, outer ones first. In a rule
/// they decide whether it applies, so its `when` matters where its `unless` does not hold, and the
/// other way round.
pub(crate) fn parts(space: &mut Space<'_>, day: DayIndex, owned: &Owned<'_>) -> Vec<Part> {
    let policy = space.policy;
    let decides = match owned.role {
        Role::Definition(_) => Ok(TRUE),
        Role::Unless(rule) => space.condition(day, &policy[rule].when),
        Role::When(rule) => match &policy[rule].unless {
            None => Ok(TRUE),
            Some(unless) => {
                let unless = space.condition(day, unless);
                space.not(unless)
            }
        },
    };
    let mut found = Vec::new();
    add(space, day, owned.condition, decides, None, &mut found);
    found
}

/// INVARIANT: conditions are nested at most as deep as the parser reads them, so this may recurse.
fn add(
    space: &mut Space<'_>,
    day: DayIndex,
    condition: &Condition,
    decides: Answer,
    inside: Option<usize>,
    found: &mut Vec<Part>,
) {
    let place = condition.place();
    let holds = space.condition(day, condition);
    let is_test = match condition {
        Condition::All(..) | Condition::Any(..) => false,
        Condition::Not(inner, _) => inner.place() == place,
        Condition::Test(_) | Condition::Definition(..) | Condition::Consequence(..) => true,
    };
    let index = found.len();
    found.push(Part { place, is_test, inside, holds, decides });
    match condition {
        Condition::Not(inner, _) if !is_test => add(space, day, inner, decides, Some(index), found),
        Condition::All(parts, _) | Condition::Any(parts, _) => {
            let all = matches!(condition, Condition::All(..));
            let others = others(space, day, parts, all);
            for (part, others) in parts.iter().zip(others) {
                let decides = space.and(decides, others);
                add(space, day, part, decides, Some(index), found);
            }
        }
        Condition::Not(..) | Condition::Test(_) | Condition::Definition(..) | Condition::Consequence(..) => {}
    }
}

/// For each part of a chain the profiles for which it alone decides: all others hold in an `and`,
/// no other does in an `or`. By what stands before and after it, so that long chains are quick.
fn others(space: &mut Space<'_>, day: DayIndex, parts: &[Condition], all: bool) -> Vec<Answer> {
    let neutral: Vec<Answer> = parts
        .iter()
        .map(|part| {
            let holds = space.condition(day, part);
            if all { holds } else { space.not(holds) }
        })
        .collect();
    let mut after: Vec<Answer> = vec![Ok(TRUE); parts.len()];
    for index in (0..parts.len().saturating_sub(1)).rev() {
        after[index] = space.and(after[index + 1], neutral[index + 1]);
    }
    let mut before: Answer = Ok(TRUE);
    let mut others = Vec::with_capacity(parts.len());
    for (after, neutral) in after.into_iter().zip(neutral) {
        others.push(space.and(before, after));
        before = space.and(before, neutral);
    }
    others
}

/// The words of a part, on one line and without comments; a long one is cut.
pub(crate) fn words(policy: &Policy, place: Place) -> String {
    const LONG: usize = 60;
    let Span { start, end } = place.span;
    let text = &policy.files[place.file].text[start as usize..end as usize];
    let tokens = tokenize(place.file, text).0;
    let kept = tokens.iter().map(|token| if token.kind == Kind::Comment { " " } else { token.span.of(text) });
    let kept: String = kept.collect();
    let line = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONG) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
