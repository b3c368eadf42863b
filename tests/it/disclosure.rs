//! Numbers of few rows: none that is hidden can be worked out from what is shown.

use std::collections::{BTreeMap, BTreeSet};

use ensue::population::coding::{Bin, Coding};
use ensue::population::counted::Counted;
use ensue::population::small::{self, Shown};
use ensue::population::tally::{self, Gathered};
use ensue::population::{Count, Sink, Weight};
use ensue::semantics::{Engine, View};
use proptest::prelude::*;

use crate::population::{facts, load};

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// No small number can be worked out by a reader who knows the whole, what is shown, and how numbers
    /// are hidden.
    #[test]
    fn small_cells_cannot_be_worked_out(rows in prop::collection::vec(0_u64..9, 1..5), large in prop::option::of(5_u64..40), least in 3_u64..6) {
        let rows: Vec<u64> = rows.into_iter().chain(large).collect();
        let whole: u64 = rows.iter().sum();
        prop_assume!(whole >= least && rows.len() > 1);
        let counts: Vec<Count> = rows.iter().map(|rows| Count { rows: *rows, ..Count::default() }).collect();
        let shown = small::parts(&counts, least);
        for (count, shown) in counts.iter().zip(&shown) {
            let is_true = match shown {
                Shown::Exact(shown) => shown == count && !(1..least).contains(&count.rows),
                Shown::Few => count.rows < least,
                Shown::Withheld => count.rows >= least,
                Shown::Hidden => true,
            };
            prop_assert!(is_true);
        }
        // All tables that look the same.
        let marks = |shown: &[Shown]| shown.iter().map(|shown| shown.written(least)).collect::<Vec<_>>();
        let mut alike: Vec<Vec<u64>> = Vec::new();
        let mut open = vec![Vec::new()];
        while let Some(part) = open.pop() {
            let left = whole - part.iter().sum::<u64>();
            if part.len() == rows.len() {
                let counts: Vec<Count> = part.iter().map(|rows| Count { rows: *rows, ..Count::default() }).collect();
                if left == 0 && marks(&small::parts(&counts, least)) == marks(&shown) {
                    alike.push(part);
                }
                continue;
            }
            let exact = shown[part.len()].exact();
            for value in 0..=left {
                if exact.is_none_or(|exact| exact.rows == value) {
                    open.push([part.clone(), vec![value]].concat());
                }
            }
        }
        for (place, count) in counts.iter().enumerate().filter(|(_, count)| (1..least).contains(&count.rows)) {
            let values: BTreeSet<u64> = alike.iter().map(|table| table[place]).collect();
            prop_assert!(values.len() > 1, "{rows:?}: place {place} can only be {}", count.rows);
        }
    }

    /// The same of groups, whose rest is shown as one: no hidden number of 1 to `least` - 1 can be worked out.
    #[test]
    fn small_groups_cannot_be_worked_out(rows in prop::collection::vec(0_u64..9, 2..5), least in 3_u64..6) {
        let shown_of = |rows: &[u64]| {
            let counts: Vec<Count> = rows.iter().map(|rows| Count { rows: *rows, ..Count::default() }).collect();
            // Groups of no row are not there: readers see them no more than those that are hidden.
            let shown = small::groups(&counts, least).into_iter().zip(rows);
            shown.map(|(shown, rows)| (shown && *rows > 0).then_some(*rows)).collect::<Vec<_>>()
        };
        let (shown, whole) = (shown_of(&rows), rows.iter().sum::<u64>());
        let mut values = vec![BTreeSet::new(); rows.len()];
        let mut open = vec![Vec::new()];
        while let Some(part) = open.pop() {
            let left = whole - part.iter().sum::<u64>();
            if part.len() == rows.len() {
                if left == 0 && shown_of(&part) == shown {
                    part.iter().zip(&mut values).for_each(|(value, values)| _ = values.insert(*value));
                }
                continue;
            }
            match shown[part.len()] {
                Some(exact) if exact <= left => open.push([part, vec![exact]].concat()),
                Some(_) => {}
                None => open.extend((0..=left).map(|value| [part.clone(), vec![value]].concat())),
            }
        }
        for (place, rows_here) in rows.iter().enumerate().filter(|(_, rows)| (1..least).contains(*rows)) {
            prop_assert!(values[place].len() > 1, "{rows:?}: group {place} can only be {rows_here}");
        }
    }

    /// Groups that are hidden are at least two, with enough rows together.
    #[test]
    fn small_groups_are_put_together(rows in prop::collection::vec(1_u64..12, 2..8), least in 2_u64..6) {
        let counts: Vec<Count> = rows.iter().map(|rows| Count { rows: *rows, ..Count::default() }).collect();
        let shown = small::groups(&counts, least);
        let hidden: Vec<u64> = rows.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(rows, _)| *rows).collect();
        prop_assert!(rows.iter().zip(&shown).all(|(rows, shown)| !*shown || *rows >= least));
        if !hidden.is_empty() && rows.iter().sum::<u64>() >= least {
            prop_assert!(hidden.iter().sum::<u64>() >= least);
            prop_assert!(hidden.len() > 1);
        }
    }
}

/// All tables of a few rows that look alike to a reader who knows the rules: no number of 1 to 4 is the
/// same in all of them, neither of an outcome nor of the harms.
#[test]
fn what_rules_leave_out_gives_nothing_away() {
    let rules = "policy p \"P\" as of 2020-01-01 fact a \"A\" : yes or no fact b \"B\" : yes or no \
        consequence x \"X\" harm consequence y \"Y\" harm consequence z \"Z\" \
        rule r \"R\" when a and b then x rule s \"S\" when a then z rule t \"T\" when not a and b then y \
        rule u \"U\" when not a and b then not y";
    let policy = load(rules);
    let engine = Engine::new(&policy, &View::default()).expect("it has a date");
    let coding = Coding::new(&engine, &facts(&policy), &[]);
    let plan = tally::Plan {
        engine: &engine,
        coding: &coding,
        by: policy.fact("a").into_iter().collect(),
        choice: None,
        profiles: false,
        remembered: 100,
    };
    // The rows shown in a group, the line's place, and what is shown of it: the counts that it may stand for.
    type Lines = BTreeMap<(Vec<Bin>, u64, usize, Vec<String>), Vec<Vec<u64>>>;
    let mut lines: Lines = BTreeMap::new();
    for group in 0..3 {
        let tables = (0..11_u64.pow(3)).map(|number| [number % 11, number / 11 % 11, number / 121]);
        // Of larger ones not all that look alike are tried.
        for counts in tables.filter(|counts| counts.iter().sum::<u64>() <= 10) {
            let mut gathered = Gathered::new(&plan);
            for (bin, rows) in (0..).zip(counts) {
                gathered.take(&[group, bin], Count { rows, weight: Weight::ZERO }).expect("they are few");
            }
            let tally = gathered.finish().expect("they are few");
            let rows = counts.iter().sum();
            let counted =
                Counted { plan: &plan, tally: &tally, rows, rejected: 0, weighted: false, least: 5, unread: false };
            for shown in counted.groups().into_iter().filter(|shown| shown.bins.is_some()) {
                // Where facts may have no column, a line with a small number says of none how large it is.
                let unread = Counted { unread: true, ..counted };
                let open = unread.outcomes(&shown, 0).into_iter().chain([unread.harms(&shown, 0).to_vec()]);
                for line in open {
                    let is_bare = line.iter().all(|it| matches!(it, Shown::Exact(_) | Shown::Hidden));
                    let is_hidden = |it: &Shown| it.exact().is_none_or(|count| count.rows == 0);
                    assert!(is_bare && (line.iter().all(is_hidden) || !line.contains(&Shown::Hidden)), "{line:?}");
                }
                let part = &shown.group.parts[0];
                let outcomes = counted.outcomes(&shown, 0).into_iter().zip(part.outcomes.iter().map(|it| it.to_vec()));
                let harms = (counted.harms(&shown, 0).to_vec(), part.harms.counts().to_vec());
                for (place, (line, counts)) in outcomes.chain([harms]).enumerate() {
                    let line = line.iter().map(|shown| shown.written(5)).collect();
                    let key = (shown.bins.clone().unwrap_or_default(), rows, place, line);
                    lines.entry(key).or_default().push(counts.iter().map(|count| count.rows).collect());
                }
            }
        }
    }
    assert!(lines.keys().any(|(.., line)| line.contains(&"<5".to_owned())));
    for (key, counts) in lines {
        for place in 0..counts[0].len() {
            let first = counts[0][place];
            let is_certain = counts.iter().all(|counts| counts[place] == first);
            assert!(!is_certain || !(1..5).contains(&first), "{key:?} gives away {counts:?}");
        }
    }
}
