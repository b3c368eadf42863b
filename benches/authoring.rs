//! How long an author waits: all lints, coverage, a comparison, over growing policies.
//!
//! `docs/performance.md` tells what was measured.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ensue::Limits;
use ensue::Policy;
use ensue::analysis::coverage::Coverage;
use ensue::analysis::difference::{Change, Difference};
use ensue::analysis::together::Side;
use ensue::lint::{self, Chosen};
use ensue::semantics::View;

/// Rules, facts.
const SIZES: [(usize, usize); 6] = [(25, 10), (50, 20), (100, 30), (200, 40), (400, 60), (800, 80)];

/// A rule file with all that a real one has: definitions, consequences in conditions, exceptions,
/// overrides, denials, periods, ages, several sources, a choice, and scenarios for a fifth of the
/// rules; always the same for the same numbers.
fn generated(rules: usize, facts: usize) -> String {
    let mut random = 0x9e37_79b9_u32;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random as usize % below
    };
    let mut text = String::from("policy generated \"Generated\"\n  as of 2025-01-01\n");
    for index in 0..5 {
        let _ = writeln!(text, "source s{index} \"Source {index}\" published 2024-0{}-01", index + 1);
    }
    for index in 0..rules {
        let _ = writeln!(text, "claim k{index} by s{} \"What is reported as number {index}.\"", index % 5);
    }
    for index in 0..facts {
        let kind = match index % 4 {
            0 | 1 => "yes or no",
            2 => "one of va, vb, vc, vd",
            _ if index % 8 == 3 => "date",
            _ => "whole number from 0 to 100",
        };
        let _ = writeln!(text, "fact f{index} \"Fact {index}\" : {kind}");
    }
    let mut test = move |text: &mut String| {
        let fact = next(facts);
        let _ = match fact % 4 {
            0 | 1 => write!(text, "{}f{fact}", if next(3) == 0 { "not " } else { "" }),
            2 => write!(text, "f{fact} is v{}", ["a", "b", "c", "d"][next(4)]),
            _ if fact % 8 == 3 => write!(text, "years since f{fact} < {}", 10 + next(4) * 10),
            _ => write!(text, "f{fact} >= {}", 10 * (1 + next(9))),
        };
        next(60)
    };
    for index in 0..rules / 10 {
        let _ = write!(text, "define d{index} \"Definition {index}\" as ");
        test(&mut text);
        text.push_str(" or ");
        test(&mut text);
        text.push('\n');
    }
    let consequences = rules.div_ceil(5);
    for index in 0..consequences {
        let _ = writeln!(text, "consequence c{index} \"Consequence {index}\" harm");
    }
    for index in 0..rules {
        let about = index / 5;
        let _ = write!(text, "rule r{index} \"Rule number {index} of the policy\"\n  per k{index}\n");
        match index % 20 {
            7 => text.push_str("  in force until 2024-06-30\n"),
            8 => text.push_str("  in force from 2024-07-01\n"),
            _ => {}
        }
        text.push_str("  when ");
        let seed = test(&mut text);
        for more in 0..2 + seed % 3 {
            text.push_str(" and ");
            match (more, seed % 6) {
                (0, 0) => {
                    let _ = write!(text, "d{}", seed % (rules / 10));
                }
                (1, 1) if about > 0 => {
                    let _ = write!(text, "c{}", about - 1);
                }
                (1, 2 | 3) => {
                    text.push('(');
                    test(&mut text);
                    text.push_str(" or ");
                    test(&mut text);
                    text.push(')');
                }
                _ => {
                    test(&mut text);
                }
            }
        }
        text.push('\n');
        if index % 7 == 3 {
            text.push_str("  unless ");
            test(&mut text);
            text.push('\n');
        }
        let _ = writeln!(text, "  then {}c{about}", if index % 5 == 4 { "not " } else { "" });
        if index % 5 == 4 {
            let _ = writeln!(text, "  overrides r{}", index - 3);
        }
    }
    text.push_str("choice ch \"A choice\"\n  option take \"Yes\" sets f0 yes\n  option leave \"No\" sets f0 no\n");
    for index in 0..rules / 5 {
        let _ = write!(text, "scenario \"Scenario {index}\"");
        let mut between = " given ";
        for fact in (0..facts).filter(|fact| (fact * 7 + index * 3) % 5 > 1) {
            let value = match fact % 4 {
                0 | 1 => ["yes", "no"][(fact + index) % 2].to_owned(),
                2 => format!("v{}", ["a", "b", "c", "d"][(fact / 4 + index) % 4]),
                _ if fact % 8 == 3 => format!("{}-01-01", 1980 + index % 40),
                _ => (index * 7 % 100).to_string(),
            };
            let _ = write!(text, "{between}f{fact} {value}");
            between = ", ";
        }
        let _ = writeln!(text, " expect does not follow c{}", index % consequences);
    }
    text
}

fn policy(rules: usize, facts: usize) -> Policy {
    let text = generated(rules, facts);
    Policy::load("generated.ensue", |_| Ok(text.clone().into())).unwrap_or_else(|found| panic!("{found}"))
}

fn authoring(c: &mut Criterion) {
    let mut group = c.benchmark_group("authoring");
    group.sample_size(10);
    for (rules, facts) in SIZES {
        let policy = policy(rules, facts);
        let named = |what| BenchmarkId::new(what, format!("{rules} rules, {facts} facts"));
        let found = lint::findings(&policy, &Chosen::all());
        let undecided = found.iter().filter(|it| it.code == ensue::diagnostic::Code::NotDecided).count();
        let coverage = Coverage::of(&policy, Limits::default()).tally(|_| true);
        println!("{rules} rules, {facts} facts: {} findings, {undecided} not decided; {coverage:?}", found.len());
        group.bench_function(named("every lint"), |b| {
            b.iter(|| black_box(lint::findings(&policy, &Chosen::all())));
        });
        // Another version, in which the conditions of three rules are turned round.
        let text = generated(rules, facts).replacen("  when ", "  when not ", 3);
        let other = Policy::load("generated.ensue", |_| Ok(text.clone().into())).expect("it is sound");
        let side = |policy| Side { policy, view: View::default() };
        let differ = || Difference::of(&[side(&policy), side(&other)], Limits::default()).expect("there is a date");
        let changed = differ().consequences;
        let count = |is: fn(&Change) -> bool| changed.iter().filter(|it| is(&it.change)).count();
        let (differing, undecided) =
            (count(|it| matches!(it, Change::Differs(_))), count(|it| matches!(it, Change::NotDecided)));
        println!("{differing} of {} consequences differ, {undecided} not decided", changed.len());
        group.bench_function(named("difference"), |b| b.iter(|| black_box(differ())));
        group.bench_function(named("coverage"), |b| {
            b.iter(|| black_box(Coverage::of(&policy, Limits::default())));
        });
    }
    group.finish();
}

criterion_group!(benches, authoring);
criterion_main!(benches);
