//! Other engines on the work that Ensue does; `run.py` runs them side by side.
//!
//! `peers scan TABLE`, `peers csv TABLE`, `peers parquet TABLE`: a table of the article's facts. `peers profiles ENGINE RULES`: how
//! long compiling takes, and all outcomes of a profile in which all is known. Each prints a line of JSON.
//! `peers generate N` prints a rule file of N rules.

mod article;
mod engines;
#[path = "../../generated/mod.rs"]
mod generated;
mod parquet;
mod rules;
mod scan;

use std::hint::black_box;
use std::time::{Duration, Instant};

use engines::Evaluate;
use ensue::Policy;
use serde_json::{Value, json};

fn decode(path: &str) -> (u64, usize) {
    let mut reader = csv::ReaderBuilder::new().from_path(path).expect("the table is there");
    let (mut record, mut rows, mut bytes) = (csv::ByteRecord::new(), 0, 0);
    while reader.read_byte_record(&mut record).expect("the table is well formed") {
        rows += 1;
        bytes += record.iter().map(<[u8]>::len).sum::<usize>();
    }
    (rows, bytes)
}

/// Many enough that a processor does not learn them by heart.
const PROFILES: u64 = 256;

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begin = Instant::now();
    let made = work();
    (begin.elapsed().as_secs_f64(), made)
}

/// What an engine finds for the profiles is what the plain interpreter finds; then the time of a profile,
/// the least of several rounds, in nanoseconds.
fn measured(mut evaluate: Evaluate<'_>, mut plain: Evaluate<'_>, profiles: usize) -> f64 {
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    let mut slow = Duration::ZERO;
    // The slowest take seconds for each: then the first few must do.
    let mut compared = 0;
    while compared < profiles && slow < Duration::from_secs(2) {
        (found.clear(), wanted.clear());
        let begin = Instant::now();
        evaluate(compared, &mut found);
        slow += begin.elapsed();
        plain(compared, &mut wanted);
        assert_eq!(found, wanted, "profile {compared}");
        compared += 1;
    }
    let (mut least, mut rounds) = (f64::INFINITY, 0);
    let begin = Instant::now();
    while rounds < 3 || rounds < 50 && begin.elapsed() < Duration::from_secs(1) {
        // A round is long enough for the clock.
        let repeated = usize::try_from(1 + 2_000_000 / (slow.as_nanos() + 1)).expect("at most two million");
        let (seconds, ()) = timed(|| {
            for profile in (0..repeated).flat_map(|_| 0..compared) {
                found.clear();
                evaluate(profile, &mut found);
                black_box(&found);
            }
        });
        least = least.min(seconds * 1e9 / (repeated * compared) as f64);
        rounds += 1;
    }
    least
}

fn profiles(engine: &str, path: &str) -> Value {
    let read = |path: &str| std::fs::read(path).map(Into::into).map_err(|error| error.to_string().into());
    let policy = Policy::load(path, read).expect("the rules are sound");
    let (rules, profiles) = (rules::rules(&policy), rules::profiles(&policy, PROFILES));
    let (count, consequences) = (policy.rules.len(), policy.consequences.len());
    let plain = || engines::plain(&rules, &profiles);
    let ensue;
    let (compiling, evaluate) = match engine {
        "ensue" => {
            let (seconds, made) = timed(|| engines::compiled(&policy));
            ensue = made;
            (seconds, engines::ensue(&ensue, &policy, &profiles))
        }
        "plain" => (0.0, plain()),
        "cel" => {
            let (seconds, made) = timed(|| engines::cel_compiled(&rules));
            (seconds, engines::cel(made, &profiles))
        }
        "zen-expression" => {
            let (seconds, made) = timed(|| engines::zen_compiled(&rules));
            (seconds, engines::zen(made, &profiles))
        }
        "datalogic-rs" => {
            let (seconds, made) = timed(|| engines::datalogic_compiled(&rules));
            (seconds, engines::datalogic(made, &profiles))
        }
        "cedar-policy" => {
            let (seconds, made) = timed(|| engines::cedar_compiled(&rules));
            (seconds, engines::cedar(made, consequences, &profiles))
        }
        "regorus" => {
            let (seconds, made) = timed(|| engines::rego_compiled(&rules));
            (seconds, engines::rego(made, consequences, &profiles))
        }
        _ => panic!("engines are {:?}", engines::ENGINES),
    };
    let nanoseconds = measured(evaluate, plain(), profiles.len());
    json!({"rules": count, "compile_seconds": compiling, "profile_nanoseconds": nanoseconds})
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let answer = match *arguments {
        ["scan", table] => {
            let [all, known] = scan::scan(table).map(|found| json!({"rows": found.rows, "counts": found.counts}));
            json!({"all": all, "known": known})
        }
        ["csv", table] => {
            let (rows, bytes) = decode(table);
            json!({"rows": rows, "bytes": bytes})
        }
        ["parquet", table] => {
            let (rows, values) = parquet::decode(table);
            json!({"rows": rows, "values": values})
        }
        ["profiles", engine, rules] => profiles(engine, rules),
        ["generate", rules] => {
            print!("{}", generated::generated(rules.parse().expect("a number of rules"), None));
            return;
        }
        _ => panic!("see the first lines of the source"),
    };
    println!("{answer}");
}
