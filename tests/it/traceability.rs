//! What claims become: origins against a second way to find them, and which claims no rule encodes.

use std::collections::BTreeSet;

use ensue::Policy;
use ensue::analysis::traceability::Traceability;
use ensue::model::ClaimId;
use ensue::semantics::Origins;
use proptest::prelude::*;

use crate::lints::load;

pub fn trace(policy: &Policy) -> Traceability {
    Traceability::of(policy).unwrap_or_else(|report| panic!("{}", report.message))
}

/// One claim of a random policy.
#[derive(Clone, Debug)]
struct Said {
    by: usize,
    repeats: Vec<usize>,
    context: bool,
    encoded: bool,
}

const SOURCES: usize = 6;

fn all_said() -> impl Strategy<Value = Vec<Said>> {
    let said = |count: usize| {
        let repeats = prop::collection::vec(0..count, 0..3);
        (0..SOURCES, repeats, prop::bool::weighted(0.2), prop::bool::weighted(0.3))
            .prop_map(|(by, repeats, context, encoded)| Said { by, repeats, context, encoded })
    };
    (1..12_usize).prop_flat_map(move |count| prop::collection::vec(said(count), count))
}

fn text(all: &[Said]) -> String {
    let mut text = "fact f \"F\" : yes or no consequence c \"C\"\n".to_owned();
    (0..SOURCES).for_each(|source| text += &format!("source s{source} \"Source {source}\"\n"));
    for (index, said) in all.iter().enumerate() {
        let context = if said.context { " context" } else { "" };
        let repeats: String = said.repeats.iter().map(|other| format!(" repeats k{other}")).collect();
        text += &format!("claim k{index} by s{}{context}{repeats} \"Reported\"\n", said.by);
        if said.encoded {
            text += &format!("rule r{index} \"R\" per k{index} when f then c\n");
        }
    }
    text
}

/// Which of `count` things are joined, in any number of steps, by what joins two of them.
fn closure(count: usize, joined: impl Fn(usize, usize) -> bool) -> Vec<Vec<bool>> {
    let row = |a: usize| (0..count).map(|b| a == b || joined(a, b) || joined(b, a)).collect();
    let mut reached: Vec<Vec<bool>> = (0..count).map(row).collect();
    for through in 0..count {
        for a in 0..count {
            for b in 0..count {
                reached[a][b] |= reached[a][through] && reached[through][b];
            }
        }
    }
    reached
}

/// The sources that first made each claim's statement: of its claims those that repeat none, else all.
fn makers(all: &[Said]) -> Vec<BTreeSet<usize>> {
    let statement = closure(all.len(), |a, b| all[a].repeats.contains(&b));
    let of = |claim: usize| {
        let same = || (0..all.len()).filter(|other| statement[claim][*other]);
        let first: Vec<usize> = same().filter(|other| all[*other].repeats.is_empty()).collect();
        let first = if first.is_empty() { same().collect() } else { first };
        first.into_iter().map(|other| all[other].by).collect()
    };
    (0..all.len()).map(of).collect()
}

/// The origins of the claims in `counted`, found from the words of the language reference.
fn origins(all: &[Said], counted: &[usize]) -> BTreeSet<BTreeSet<usize>> {
    let (statement, makers) = (closure(all.len(), |a, b| all[a].repeats.contains(&b)), makers(all));
    // A claim comes from its source, and from those that first made its statement.
    let sources = |claim: usize| &makers[claim] | &BTreeSet::from([all[claim].by]);
    let joined = closure(counted.len(), |a, b| {
        let (a, b) = (counted[a], counted[b]);
        statement[a][b] || !sources(a).is_disjoint(&sources(b))
    });
    joined
        .iter()
        .map(|row| counted.iter().zip(row).filter(|(_, same)| **same).map(|(claim, _)| *claim).collect())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn origins_are_those_of_the_reference(all in all_said(), kept in prop::collection::vec(any::<bool>(), 12)) {
        let policy = load(&text(&all));
        let found = trace(&policy);
        let every: Vec<usize> = (0..all.len()).collect();
        let expected = origins(&all, &every);
        let group = |claims: &[ClaimId]| claims.iter().map(|claim| claim.index()).collect::<BTreeSet<usize>>();
        prop_assert_eq!(found.origins.iter().map(|origin| group(&origin.claims)).collect::<BTreeSet<_>>(), expected);
        // Numbered in the order of their first claims, and each claim has the number of its own.
        let firsts: Vec<ClaimId> = found.origins.iter().map(|origin| origin.claims[0]).collect();
        prop_assert!(firsts.is_sorted());
        for trace in &found.claims {
            prop_assert!(found.origins[trace.origin].claims.contains(&trace.claim));
        }
        // Who made its statements first, and who only passed them on, each told once.
        let makers = makers(&all);
        for origin in &found.origins {
            let first: BTreeSet<usize> = origin.claims.iter().flat_map(|it| makers[it.index()].clone()).collect();
            let by: BTreeSet<usize> = origin.claims.iter().map(|it| all[it.index()].by).collect();
            for (told, expected) in [(&origin.first_by, &first), (&origin.relayed_by, &(&by - &first))] {
                prop_assert_eq!(&told.iter().map(|source| source.index()).collect::<BTreeSet<usize>>(), expected);
                prop_assert_eq!(told.len(), expected.len());
            }
        }
        // Of some of the claims as many are counted as there are groups.
        let some: Vec<usize> = every.into_iter().filter(|index| kept[*index]).collect();
        let expected = origins(&all, &some);
        let joined = Origins::of(&policy);
        let claims = || some.iter().rev().map(|index| ClaimId::new(*index));
        prop_assert_eq!(joined.count(claims()), expected.len());
        prop_assert_eq!(joined.groups(claims()).iter().map(|claims| group(claims)).collect::<BTreeSet<_>>(), expected);
    }

    #[test]
    fn what_is_not_encoded_is_told_apart(all in all_said()) {
        let found = trace(&load(&text(&all)));
        let statement = closure(all.len(), |a, b| all[a].repeats.contains(&b));
        for (index, said) in all.iter().enumerate() {
            let trace = &found.claims[index];
            prop_assert_eq!(trace.rules.len(), usize::from(said.encoded));
            let through = (0..all.len()).find(|other| !said.encoded && statement[index][*other] && all[*other].encoded);
            prop_assert_eq!(trace.through.map(ClaimId::index), through);
        }
        let missing = (0..all.len()).filter(|index| !all[*index].encoded && !all[*index].context);
        prop_assert_eq!(found.unencoded, missing.map(ClaimId::new).collect::<Vec<_>>());
    }
}
