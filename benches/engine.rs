//! How long the engine takes: one profile, many profiles, compiling, reading a large file.
//!
//! `cargo bench` runs all of them; `docs/performance.md` tells what was measured.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ensue::model::{Fact, FactId, FactType, Value};
use ensue::semantics::{Engine, Scratch, Status, View};
use ensue::{Policy, Profile};

fn article() -> Policy {
    let read = |path: &str| match path {
        "rules/passports.ensue" => Ok(include_str!("../rules/passports.ensue").into()),
        "seeds/article-2025-03-07.ensue" => Ok(include_str!("../seeds/article-2025-03-07.ensue").into()),
        _ => Err("the article has two files".into()),
    };
    Policy::load("rules/passports.ensue", read).expect("the article's rules are sound")
}

fn profile(policy: &Policy, json: &str) -> Profile {
    policy.profile(json).expect("a sound profile")
}

/// A rule file of `rules` rules of three to five tests over fifty facts, ten rules for each
/// consequence; always the same for the same number.
fn generated(rules: usize) -> String {
    let mut random = 0x9e37_79b9_u32;
    let mut next = move |below: u32| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        random % below
    };
    let mut text = String::from("policy generated \"Generated\" as of 2025-01-01\nsource s \"Somebody\"\n");
    for index in 0..100 {
        let _ = writeln!(text, "claim k{index} by s \"What is reported as number {index}.\"");
    }
    for index in 0..30 {
        let _ = writeln!(text, "fact b{index} \"Fact {index}\" : yes or no");
    }
    for index in 0..10 {
        let _ = writeln!(text, "fact l{index} \"List {index}\" : one of va, vb, vc, vd");
        let _ = writeln!(text, "fact n{index} \"Number {index}\" : whole number from 0 to 100");
    }
    for index in 0..rules.div_ceil(10) {
        let _ = writeln!(text, "consequence c{index} \"Consequence {index}\" harm");
    }
    for index in 0..rules {
        let _ = write!(text, "rule r{index} \"Rule number {index} of the policy\"\n  per k{}\n  when ", index % 100);
        for test in 0..3 + next(3) {
            let and = if test == 0 { "" } else { " and " };
            let _ = match next(5) {
                0 => write!(text, "{and}l{} is v{}", next(10), ["a", "b", "c", "d"][next(4) as usize]),
                1 => write!(text, "{and}n{} >= {}", next(10), next(100)),
                2 => write!(text, "{and}not b{}", next(30)),
                _ => write!(text, "{and}b{}", next(30)),
            };
        }
        let _ = writeln!(text, "\n  then c{}", index / 10);
    }
    text
}

/// The article's six outcomes as a programmer would write them, for a known profile: what the
/// engine's time is compared with.
fn by_hand(facts: &[FactId; 5], profile: &Profile) -> [bool; 6] {
    let yes = |fact: FactId| profile.value(fact) == Some(Value::YesNo(true));
    let [ukrainian, residence, under_occupation, russian_passport, owns_property] = *facts;
    let somewhere = matches!(profile.value(residence), Some(Value::Item(item)) if item < 5);
    let concerned = yes(ukrainian) && yes(under_occupation) && somewhere;
    let without = concerned && !yes(russian_passport);
    [without, without, without, without && yes(owns_property), without, concerned && yes(russian_passport)]
}

fn generated_policy(rules: usize) -> Policy {
    let text = generated(rules);
    Policy::load("generated.ensue", |_| Ok(text.clone().into())).expect("it is sound")
}

fn profiles(criterion: &mut Criterion) {
    let policy = article();
    let engine = Engine::new(&policy, &View::default()).expect("the article has a date");
    let known = profile(&policy, include_str!("../tests/profiles/kherson.json"));
    let unknown = profile(&policy, r#"{"ukrainian": true, "under_occupation": true}"#);
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    let facts = ["ukrainian", "residence", "under_occupation", "russian_passport", "owns_property"];
    let facts = facts.map(|name| policy.fact(name).expect("the article's rules have it"));
    let expected = [true, true, true, true, true, false];
    assert_eq!(by_hand(&facts, &known), expected);
    engine.statuses(&known, &mut scratch, &mut statuses);
    assert_eq!(statuses.iter().map(|status| *status == Status::Follows).collect::<Vec<_>>(), expected);
    let mut group = criterion.benchmark_group("article, six outcomes");
    group.bench_function("known profile, written by hand", |bencher| {
        bencher.iter(|| black_box(by_hand(&facts, black_box(&known))));
    });
    group.bench_function("known profile", |bencher| {
        bencher.iter(|| engine.statuses(black_box(&known), &mut scratch, &mut statuses));
    });
    group.bench_function("three unknown facts", |bencher| {
        bencher.iter(|| engine.statuses(black_box(&unknown), &mut scratch, &mut statuses));
    });
    group.bench_function("known profile, with reasons", |bencher| bencher.iter(|| engine.outcomes(black_box(&known))));
    group.bench_function("three unknown facts, with reasons", |bencher| {
        bencher.iter(|| engine.outcomes(black_box(&unknown)));
    });
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let article = article();
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("article", |bencher| {
        bencher.iter(|| Engine::new(black_box(&article), &View::default()).is_ok())
    });
    group.sample_size(10);
    for rules in [10, 100, 1_000, 10_000] {
        let policy = generated_policy(rules);
        group.bench_function(format!("{rules} rules"), |bencher| {
            bencher.iter(|| Engine::new(black_box(&policy), &View::default()).is_ok());
        });
    }
    group.finish();
}

/// All outcomes of a policy of many rules: for a profile in which all fifty facts are known, and
/// for one in which three are not.
fn many_rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("many rules, all outcomes");
    group.sample_size(10);
    for rules in [10, 100, 1_000, 10_000] {
        let policy = generated_policy(rules);
        let engine = Engine::new(&policy, &View::default()).expect("it has a date");
        let value = |index: usize, fact: &Fact| match fact.kind {
            FactType::YesNo => index.is_multiple_of(3).to_string(),
            FactType::OneOf(_) => format!("\"v{}\"", ["a", "b", "c", "d"][index % 4]),
            FactType::Number { .. } | FactType::Date => (index * 7 % 100).to_string(),
        };
        let known = |without: &[&str]| {
            let facts = policy.facts.iter().enumerate().filter(|(_, fact)| !without.contains(&fact.name.as_str()));
            let entries: Vec<String> =
                facts.map(|(index, fact)| format!("\"{}\": {}", fact.name, value(index, fact))).collect();
            profile(&policy, &format!("{{{}}}", entries.join(",")))
        };
        let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
        for (name, without) in [("known profile", &[][..]), ("three unknown facts", &["b0", "l0", "n0"])] {
            let profile = known(without);
            group.throughput(Throughput::Elements(rules as u64));
            group.bench_function(format!("{name}, {rules} rules"), |bencher| {
                bencher.iter(|| engine.statuses(black_box(&profile), &mut scratch, &mut statuses));
            });
        }
    }
    group.finish();
}

/// Four sizes, so that it shows whether the time grows as the text does.
fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse and check");
    group.sample_size(20);
    for rules in [1_250, 2_500, 5_000, 10_000] {
        let text = generated(rules);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{rules} rules"), |bencher| {
            bencher.iter(|| Policy::load("generated.ensue", |_| Ok(text.clone().into())).is_ok());
        });
    }
    group.finish();
}

criterion_group!(benches, profiles, compile, many_rules, load);
criterion_main!(benches);
