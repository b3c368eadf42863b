//! In which order diagrams ask for facts: the order decides how large they grow.

#![expect(clippy::indexing_slicing, reason = "facts are numbered by the policy")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "sums of places, each below the number of facts and scaled by a small unit"
)]

use super::cells::conditions;
use crate::distinct::distinct;
use crate::model::{FactId, Policy};

/// How often the order is improved. More rounds change little.
const ROUNDS: usize = 12;

/// The facts that conditions test, facts that are tested together near one another.
///
/// Facts begin in the order of their first test and then move to the mean place of the
/// conditions that test them: FORCE (Aloul, Markov and Sakallah 2003), in whole numbers.
#[must_use]
pub fn fact_order(policy: &Policy) -> Vec<FactId> {
    let mut order: Vec<FactId> = Vec::new();
    let mut seen = vec![false; policy.facts.len()];
    let mut together: Vec<Vec<FactId>> = Vec::new();
    for condition in conditions(policy) {
        let facts = distinct(condition.tests().map(|test| test.fact));
        order.extend(facts.iter().filter(|fact| !std::mem::replace(&mut seen[fact.index()], true)));
        if facts.len() > 1 {
            together.push(facts);
        }
    }
    let mut best = (span(&order, &together, policy.facts.len()), order.clone());
    for _ in 0..ROUNDS {
        order = moved(&order, &together, policy.facts.len());
        let span = span(&order, &together, policy.facts.len());
        if span < best.0 {
            best = (span, order.clone());
        }
    }
    best.1
}

fn places(order: &[FactId], facts: usize) -> Vec<u64> {
    let mut places = vec![0; facts];
    for (place, fact) in (0..).zip(order) {
        places[fact.index()] = place;
    }
    places
}

/// How far apart facts stand that are tested together, in all.
fn span(order: &[FactId], together: &[Vec<FactId>], facts: usize) -> u64 {
    let places = places(order, facts);
    let span = |facts: &Vec<FactId>| {
        let all = || facts.iter().map(|fact| places[fact.index()]);
        all().max().unwrap_or(0) - all().min().unwrap_or(0)
    };
    together.iter().map(span).sum()
}

/// One round: every fact to the mean of the means of the conditions that test it.
fn moved(order: &[FactId], together: &[Vec<FactId>], facts: usize) -> Vec<FactId> {
    // Means are kept in 1,024ths of a place; the language has no other use for fractions.
    const UNIT: u64 = 1024;
    let places = places(order, facts);
    let mut sums = vec![(0_u64, 0_u64); facts];
    for facts in together {
        let mean = facts.iter().map(|fact| places[fact.index()] * UNIT).sum::<u64>() / facts.len() as u64;
        for fact in facts {
            sums[fact.index()].0 += mean;
            sums[fact.index()].1 += 1;
        }
    }
    let wanted = |fact: &FactId| match sums[fact.index()] {
        (_, 0) => places[fact.index()] * UNIT,
        (sum, count) => sum / count,
    };
    let mut order = order.to_vec();
    // Stable, so that the order never depends on anything but the policy.
    order.sort_by_key(wanted);
    order
}

#[cfg(test)]
mod tests {
    use super::fact_order;
    use crate::model::Policy;

    /// Facts that stand on a line, tested together with their neighbours alone, out of order: that line, one way or the
    /// other, is the only order in which none stands further from its neighbours than it must.
    #[test]
    fn facts_on_a_line_are_put_back_on_it() {
        let pairs: &[&[usize]] =
            &[&[1, 2], &[4, 5], &[6, 7], &[5, 6], &[9, 10], &[7, 8], &[2, 3], &[8, 9], &[0, 1], &[10, 11], &[3, 4]];
        let threes: &[&[usize]] = &[
            &[2, 3, 4],
            &[9, 10, 11],
            &[4, 5, 6],
            &[1, 2, 3],
            &[5, 6, 7],
            &[7, 8, 9],
            &[6, 7, 8],
            &[3, 4, 5],
            &[8, 9, 10],
            &[0, 1, 2],
        ];
        let unlike: &[&[usize]] = &[
            &[2, 3, 4],
            &[5, 6, 7, 8],
            &[7, 8],
            &[9, 10],
            &[0, 1, 2],
            &[8, 9],
            &[10, 11],
            &[6, 7, 8],
            &[1, 2, 3],
            &[4, 5, 6],
            &[3, 4, 5],
        ];
        // A fact that is tested alone is near to no other.
        let alone: &[&[usize]] = &[&[11], &[10], &[9], &[8], &[7], &[6], &[5], &[4], &[3], &[2], &[1], &[0]];
        for tested in [pairs, threes, unlike].into_iter().flat_map(|tested| [tested.to_vec(), [tested, alone].concat()])
        {
            let facts: String = (0..14).map(|fact| format!("fact f{fact} \"F\" : yes or no\n")).collect();
            let rule = |(number, facts): (usize, &&[usize])| {
                let tests: Vec<String> = facts.iter().map(|fact| format!("f{fact}")).collect();
                format!("rule r{number} \"R\" when {} then c\n", tests.join(" and "))
            };
            // Two more keep their places before all and after all, which nothing moves.
            let all = [&[&[12][..]], &tested[..], &[&[13][..]]].concat();
            let rules: String = all.iter().enumerate().map(rule).collect();
            let text = format!("{facts}consequence c \"C\"\n{rules}");
            let policy = Policy::load("rules.ensue", |_| Ok(text.clone().into())).expect("it is sound");
            let mut order: Vec<usize> = fact_order(&policy).into_iter().map(|fact| fact.index()).collect();
            assert_eq!((order.remove(0), order.pop()), (12, Some(13)));
            if order[0] > order[11] {
                order.reverse();
            }
            assert_eq!(order, (0..12).collect::<Vec<usize>>());
        }
    }
}
