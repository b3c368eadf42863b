//! How long the engine takes: outcomes of profiles, compiling, reading a large file.
//!
//! `cargo bench` runs all of them; `docs/performance.md` tells what was measured.

mod generated;

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use ensue::model::{FactId, FactType, Value};
use ensue::semantics::{Engine, Scratch, Status, View};
use ensue::{Policy, Profile};
use generated::{Random, generated};

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

fn generated_policy(rules: usize, conditions: Option<u32>) -> Policy {
    let text = generated(rules, conditions);
    Policy::load("generated.ensue", |_| Ok(text.clone().into())).expect("it is sound")
}

/// Every profile of the article's rules: those in which all is known, and all others.
fn all_profiles(policy: &Policy) -> (Vec<Profile>, Vec<Profile>) {
    let mut all: Vec<Vec<(FactId, Value)>> = vec![Vec::new()];
    for fact in policy.fact_ids() {
        let values: Vec<Value> = match &policy[fact].kind {
            FactType::YesNo => vec![Value::YesNo(false), Value::YesNo(true)],
            FactType::OneOf(items) => (0..).take(items.len()).map(Value::Item).collect(),
            FactType::Number { .. } | FactType::Date => panic!("the article has neither"),
        };
        let with = |known: &Vec<(FactId, Value)>, value: &Value| [&known[..], &[(fact, *value)]].concat();
        all = all
            .iter()
            .flat_map(|known| [known.clone()].into_iter().chain(values.iter().map(|value| with(known, value))))
            .collect();
    }
    let (known, unknown): (Vec<_>, Vec<_>) = all.into_iter().partition(|known| known.len() == policy.facts.len());
    let profiles = |all: Vec<Vec<(FactId, Value)>>| all.iter().map(|known| policy.knowing(known)).collect();
    (profiles(known), profiles(unknown))
}

/// The statuses of profiles in turn, the time of one.
fn statuses(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, engine: &Engine<'_>, profiles: &[Profile]) {
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    let mut profiles = profiles.iter().cycle();
    group.bench_function(name, |bencher| {
        bencher
            .iter(|| engine.statuses(black_box(profiles.next().expect("they go round")), &mut scratch, &mut statuses));
    });
}

fn profiles(criterion: &mut Criterion) {
    let policy = article();
    let engine = || Engine::new(&policy, &View::default()).expect("the article has a date");
    let (plain, tabulated) = (engine(), engine().tabulated());
    let (known, unknown) = all_profiles(&policy);
    let facts = ["ukrainian", "residence", "under_occupation", "russian_passport", "owns_property"];
    let facts = facts.map(|name| policy.fact(name).expect("the article's rules have it"));
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    for profile in &known {
        tabulated.statuses(profile, &mut scratch, &mut found);
        let follows: Vec<bool> = found.iter().map(|status| *status == Status::Follows).collect();
        assert_eq!(follows, by_hand(&facts, profile));
    }
    let mut group = criterion.benchmark_group("article, six outcomes");
    let mut each = known.iter().cycle();
    group.bench_function("known profile, written by hand", |bencher| {
        bencher.iter(|| black_box(by_hand(&facts, black_box(each.next().expect("they go round")))));
    });
    statuses(&mut group, "known profile", &plain, &known);
    statuses(&mut group, "known profile, tabulated", &tabulated, &known);
    statuses(&mut group, "unknown facts", &plain, &unknown);
    statuses(&mut group, "unknown facts, tabulated", &tabulated, &unknown);
    let known = profile(&policy, include_str!("../tests/profiles/kherson.json"));
    let unknown = profile(&policy, r#"{"ukrainian": true, "under_occupation": true}"#);
    statuses(&mut group, "one known profile", &plain, std::slice::from_ref(&known));
    statuses(&mut group, "three unknown facts", &plain, std::slice::from_ref(&unknown));
    group.bench_function("one known profile, with reasons", |bencher| {
        bencher.iter(|| plain.outcomes(black_box(&known)));
    });
    group.bench_function("three unknown facts, with reasons", |bencher| {
        bencher.iter(|| plain.outcomes(black_box(&unknown)));
    });
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let article = article();
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("article", |bencher| {
        bencher.iter(|| Engine::new(black_box(&article), &View::default()).is_ok())
    });
    group.bench_function("article, tabulated", |bencher| {
        bencher.iter(|| Engine::new(black_box(&article), &View::default()).map(Engine::tabulated).is_ok())
    });
    group.sample_size(10);
    for rules in [10, 100, 1_000, 10_000] {
        let policy = generated_policy(rules, None);
        group.bench_function(format!("{rules} rules"), |bencher| {
            bencher.iter(|| Engine::new(black_box(&policy), &View::default()).is_ok());
        });
    }
    group.finish();
}

/// All outcomes of a policy of many rules, for 64 profiles in turn: such in which all fifty facts are
/// known, and such in which three are not. Rules have conditions of their own, or ten of them the same.
fn many_rules(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("many rules, all outcomes");
    group.sample_size(20);
    for rules in [10, 100, 1_000, 10_000] {
        for (kind, conditions) in [("own", None), ("shared", Some(rules / 10))] {
            let policy = generated_policy(rules as usize, conditions);
            let engine = Engine::new(&policy, &View::default()).expect("it has a date");
            group.throughput(Throughput::Elements(rules.into()));
            for (name, without) in [("known profiles", &[][..]), ("three unknown facts", &["b0", "l0", "n0"])] {
                let mut random = Random(0x2545_f491);
                let profiles: Vec<Profile> = (0..64).map(|_| random_profile(&policy, &mut random, without)).collect();
                statuses(&mut group, &format!("{rules} rules, {kind} conditions, {name}"), &engine, &profiles);
            }
        }
    }
    group.finish();
}

fn random_profile(policy: &Policy, random: &mut Random, without: &[&str]) -> Profile {
    let known = policy.fact_ids().filter(|fact| !without.contains(&policy[*fact].name.as_str()));
    let mut value = |fact: FactId| match policy[fact].kind {
        FactType::YesNo => Value::YesNo(random.below(2) == 1),
        FactType::OneOf(_) => Value::Item(random.below(4)),
        FactType::Number { .. } | FactType::Date => Value::Number(i64::from(random.below(101)).into()),
    };
    policy.knowing(&known.map(|fact| (fact, value(fact))).collect::<Vec<_>>())
}

/// Four sizes, so that it shows whether the time grows as the text does.
fn load(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse and check");
    group.sample_size(20);
    for rules in [1_250, 2_500, 5_000, 10_000] {
        let text = generated(rules, None);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("{rules} rules"), |bencher| {
            bencher.iter(|| Policy::load("generated.ensue", |_| Ok(text.clone().into())).is_ok());
        });
    }
    group.finish();
}

criterion_group!(benches, profiles, compile, many_rules, load);
criterion_main!(benches);
