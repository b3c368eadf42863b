//! Whether reading takes time in proportion to the length of the text, for every production.
//!
//! Each text repeats one production, once so many times and once four times as many. `cargo bench
//! --bench productions` shows the throughput of both: where the two differ much, time is not
//! linear. `docs/performance.md` tells what was measured.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ensue::Policy;

const HEAD: &str = "policy p \"P\" as of 2025-03-07\n\
    source s \"S\"\nclaim k by s \"It is so.\"\n\
    fact y \"Y\" : yes or no\nfact o \"O\" : one of a, b\nfact n \"N\" : number\nfact d \"D\" : date\n\
    consequence c \"C\"\n";

/// A production: its name, what stands before, what is repeated, what parts and what follows.
/// `{}` is the number of the repetition.
type Production = (&'static str, &'static str, &'static str, &'static str, &'static str);

const SOUND: &[Production] = &[
    ("comment", "", "# Whatever stands here is for people {}.", "\n", ""),
    ("source", "", "source s{} \"S\" by \"B\" published 2025-01-01 url \"https://example.org\"", "\n", ""),
    ("source, quoted in a chain", "source s0 \"S\"\n", "source t{} \"S\" quoted in s", "\n", ""),
    ("source, notes", "source t \"S\" ", "note \"N{}\"", " ", ""),
    ("claim", "", "claim k{} by s at \"page 2\" certainty \"likely\" repeats k \"It is so.\"", "\n", ""),
    ("fact", "", "fact f{} \"F\" : whole number from 0 to 120 ask \"F?\"", "\n", ""),
    ("fact, values", "fact f \"F\" : one of ", "v{} \"V\"", ", ", ""),
    ("consequence", "", "consequence c{} \"C\" harm law \"L\"", "\n", ""),
    ("define", "", "define f{} \"F\" as y and not o is a", "\n", ""),
    (
        "define, values of a list",
        "fact f0 \"F\" : one of w0, w1, w2 define f \"F\" as ",
        "f0 is not one of w0, w1",
        " or ",
        "",
    ),
    ("define, and", "define f \"F\" as ", "n > {}", " and ", ""),
    ("define, or", "define f \"F\" as ", "n is {}", " or ", ""),
    ("define, parentheses", "define f \"F\" as ", "((((((y or n is {}))))))", " and ", ""),
    ("rule", "", "rule r{} \"R\" per k in force from 2020-01-01 when y unless o is a then c", "\n", ""),
    ("rule, overrides", "", "rule r{} \"R\" when y then c overrides a0\nrule a{} \"A\" when y then not c", "\n", ""),
    ("rule, assumes", "rule r \"R\" per k ", "assumes \"A{}\"", " ", " when y then c"),
    ("choice", "", "choice q{} \"Q\" option a \"A\" sets y yes, o a option b \"B\" sets y no", "\n", ""),
    ("choice, options", "choice q \"Q\" ", "option a{} \"A\" sets n {}", " ", ""),
    ("scenario", "", "scenario \"S{}\" given y yes, n 1, d 2000-02-29 expect follows c", "\n", ""),
    ("scenario, expectations", "scenario \"S\" given y yes ", "expect undetermined c", " ", ""),
    ("text", "consequence l \"", "a line of a text {}", "\n", "\""),
];

const WRONG: &[Production] = &[
    ("wrong, no text", "", "fact f{} : yes or no", "\n", ""),
    ("wrong, unknown names", "", "define f{} \"F\" as nobody{}", "\n", ""),
    ("wrong, no word", "", "&& {}", "\n", ""),
    ("wrong, same name", "", "fact f \"F\" : yes or no", "\n", ""),
    ("wrong, and with or", "define f \"F\" as ", "y and n is {} or y", " and ", ""),
    ("wrong, parentheses", "define f \"F\" as ", "(", "", ""),
    ("wrong, not", "define f \"F\" as ", "not", " ", ""),
    ("wrong, on one line", "", "fact f{} : yes or no", " ", ""),
    ("wrong, long word", "define f \"F\" as ", "f{}", "_", ""),
    ("wrong, circles", "define f \"F\" as y\n", "define f{} \"F\" as g{}\ndefine g{} \"G\" as f{}", "\n", ""),
    (
        "wrong, overrides",
        "rule r \"R\" when y then not c\nconsequence d0 \"D\"\n",
        "rule r{} \"R\" when y then d0 overrides r",
        "\n",
        "",
    ),
    ("wrong, quotes", "", "consequence l{} \"L\"\"", "\n", ""),
];

fn text(production: Production, times: usize) -> String {
    let (_, before, repeated, between, after) = production;
    let parts: Vec<String> = (0..times).map(|index| repeated.replace("{}", &index.to_string())).collect();
    format!("{HEAD}{before}{}{after}\n", parts.join(between))
}

fn productions(criterion: &mut Criterion) {
    for (kind, list, sound) in [("sound", SOUND, true), ("wrong", WRONG, false)] {
        let mut group = criterion.benchmark_group(kind);
        group.sample_size(10).measurement_time(std::time::Duration::from_millis(800));
        group.warm_up_time(std::time::Duration::from_millis(200));
        for production in list {
            for times in [4_000, 16_000] {
                let text = text(*production, times);
                let load = || Policy::load("rules.ensue", |_| Ok(text.clone().into()));
                assert_eq!(load().is_ok(), sound, "{}", production.0);
                group.throughput(Throughput::Bytes(text.len() as u64));
                group.bench_function(BenchmarkId::new(production.0, times), |bencher| bencher.iter(load));
            }
        }
        group.finish();
    }
}

criterion_group!(benches, productions);
criterion_main!(benches);
