//! What depends on what: an order in which everything comes after all it depends on.

#![expect(clippy::indexing_slicing, reason = "rules and what they need are numbered by the policy")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of them, and places among those that are open")]

use super::{Condition, ConsequenceId, DefinitionId, Policy, RuleId};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Place;

/// What a condition can name besides facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A definition.
    Definition(DefinitionId),
    /// A consequence.
    Consequence(ConsequenceId),
}

/// Fills in the orders of `policy`, or reports the circles that there are none for.
pub(super) fn arrange(policy: &mut Policy, diagnostics: &mut Vec<Diagnostic>) {
    let mut concluding: Vec<Vec<RuleId>> = vec![Vec::new(); policy.consequences.len()];
    let mut overridden_by: Vec<Vec<RuleId>> = vec![Vec::new(); policy.rules.len()];
    for id in policy.rule_ids() {
        policy[id].overrides.iter().for_each(|loser| overridden_by[loser.index()].push(id));
    }
    match sort(policy.rules.len(), |rule| indices(&overridden_by[rule])) {
        Ok(order) => {
            for rule in order.into_iter().map(RuleId::new) {
                policy[rule].concludes.iter().for_each(|consequence| concluding[consequence.index()].push(rule));
            }
        }
        Err(circles) => diagnostics.extend(circles.iter().map(|circle| override_circle(policy, circle))),
    }
    let needs = needs(policy);
    match sort(needs.len(), |index| needs[index].clone()) {
        Ok(order) => policy.order = order.into_iter().filter_map(|index| node(policy, index)).collect(),
        Err(circles) => diagnostics.extend(circles.iter().map(|circle| condition_circle(policy, circle))),
    }
    policy.concluding = concluding;
    policy.overridden_by = overridden_by;
}

fn indices(rules: &[RuleId]) -> Vec<usize> {
    rules.iter().map(|rule| rule.index()).collect()
}

/// What an index in [`needs`] stands for; `None` for a rule.
fn node(policy: &Policy, index: usize) -> Option<Node> {
    let (definitions, consequences) = (policy.definitions.len(), policy.consequences.len());
    match index.checked_sub(definitions) {
        None => Some(Node::Definition(DefinitionId::new(index))),
        Some(index) if index < consequences => Some(Node::Consequence(ConsequenceId::new(index))),
        Some(_) => None,
    }
}

/// What each definition, then each consequence, then each rule needs: a consequence the rules that
/// conclude about it, the others what their conditions name.
fn needs(policy: &Policy) -> Vec<Vec<usize>> {
    let definitions = policy.definitions.len();
    let rules = definitions + policy.consequences.len();
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); rules + policy.rules.len()];
    let named = |condition: &Condition| -> Vec<usize> {
        let index = |leaf: &Condition| match leaf {
            Condition::Definition(id, _) => Some(id.index()),
            Condition::Consequence(id, _) => Some(definitions + id.index()),
            _ => None,
        };
        condition.leaves().filter_map(index).collect()
    };
    for (index, definition) in policy.definitions.iter().enumerate() {
        needs[index] = named(&definition.condition);
    }
    for (index, rule) in (rules..).zip(&policy.rules) {
        needs[index] = std::iter::once(&rule.when).chain(&rule.unless).flat_map(named).collect();
        rule.concludes.iter().for_each(|consequence| needs[definitions + consequence.index()].push(index));
    }
    needs
}

/// Depth-first, with its own stack: a chain may be as long as the file.
///
/// Returns every index after those it needs; or circles, the first index of each not repeated, of
/// which no two share an index: breaking one often breaks those that are tangled with it.
fn sort(count: usize, needs: impl Fn(usize) -> Vec<usize>) -> Result<Vec<usize>, Vec<Vec<usize>>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; count];
    let mut order = Vec::with_capacity(count);
    let mut circles: Vec<Vec<usize>> = Vec::new();
    let mut in_circle = vec![false; count];
    for start in 0..count {
        if state[start] == State::Done {
            continue;
        }
        state[start] = State::Open;
        let mut open = vec![(start, needs(start).into_iter())];
        while let Some((index, wanted)) = open.last_mut() {
            match wanted.next() {
                None => {
                    state[*index] = State::Done;
                    order.push(*index);
                    open.pop();
                }
                Some(next) if state[next] == State::New => {
                    state[next] = State::Open;
                    open.push((next, needs(next).into_iter()));
                }
                Some(next) if state[next] == State::Open => {
                    let back = open.iter().rev().map(|(index, _)| *index);
                    let from = back.clone().position(|index| index == next || in_circle[index]);
                    let length = from.expect("what is open stands there") + 1;
                    if !in_circle[open[open.len() - length].0] {
                        let circle: Vec<usize> = open[open.len() - length..].iter().map(|(index, _)| *index).collect();
                        circle.iter().for_each(|index| in_circle[*index] = true);
                        circles.push(circle);
                    }
                }
                Some(_) => {}
            }
        }
    }
    if circles.is_empty() { Ok(order) } else { Err(circles) }
}

fn condition_circle(policy: &Policy, circle: &[usize]) -> Diagnostic {
    let shown = |node: Node| match node {
        Node::Definition(id) => (policy[id].name.as_str(), policy[id].place),
        Node::Consequence(id) => (policy[id].name.as_str(), policy[id].place),
    };
    let shown: Vec<_> = circle.iter().filter_map(|index| node(policy, *index)).map(shown).collect();
    report(&shown, "depends on", "conditions depend on one another in a circle")
        .help("a rule's `when` and `unless` may not need what the rule itself leads to; state the condition with facts")
}

fn override_circle(policy: &Policy, circle: &[usize]) -> Diagnostic {
    // The search went from a rule to those that override it; readers follow the word `overrides`.
    let shown = |index: &usize| (policy.rules[*index].name.as_str(), policy.rules[*index].place);
    report(&circle.iter().rev().map(shown).collect::<Vec<_>>(), "overrides", "rules override one another in a circle")
        .help("decide which of them prevails, and remove one `overrides`")
}

/// How many places of a circle are marked; its names are all shown.
const MARKED: usize = 6;

fn report(circle: &[(&str, Place)], verb: &str, message: &str) -> Diagnostic {
    let names: Vec<String> = circle.iter().chain(&circle[..1]).map(|(name, _)| format!("`{name}`")).collect();
    let following = circle.iter().cycle().skip(1);
    let mut diagnostic = Diagnostic::error(Code::Cycle, format!("{message}: {}", names.join(" → ")));
    for ((_, place), (next, _)) in circle.iter().zip(following).take(MARKED) {
        diagnostic = diagnostic.at(*place, format!("{verb} `{next}`"));
    }
    diagnostic
}
