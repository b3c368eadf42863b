//! What Ensue promises, and how each promise is tested.
//!
//! ```text
//! cargo xtask               lists the promises
//! cargo xtask quick         tests those that take a minute or less
//! cargo xtask all           tests all of them
//! cargo xtask NAME…         tests these
//! ```
//!
//! The exit code is 1 where a promise is not kept, and 3 where all are that this machine can test.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// Something that is promised.
struct Promise {
    name: &'static str,
    says: &'static str,
    /// Whether it is tested in about a minute, with all that it needs built.
    is_quick: bool,
    /// The commands that test it. Code 3 means that what one needs is not on this machine.
    tests: &'static [&'static str],
}

const PROMISES: &[Promise] = &[
    Promise {
        name: "conformance",
        says: "outcomes are those of the language reference, case by case, in each way of deciding",
        is_quick: true,
        tests: &[
            "python3 tests/conformance/run.py",
            "python3 tests/conformance/run.py -- python3 tests/conformance/ensue_adapter.py",
            "cargo test --test it -- conformance formulas",
        ],
    },
    Promise {
        name: "differential",
        says: "a million outcomes are those of a plain reading of every completion; what says the same gives the same",
        is_quick: true,
        tests: &["cargo test --test it -- differential"],
    },
    Promise {
        name: "explanations",
        says: "reasons settle what they explain, and none of them can be left out; changes are real and the least",
        is_quick: true,
        tests: &["cargo test --test it -- properties why change eight interview ask timeline"],
    },
    Promise {
        name: "limits",
        says: "what is as large as its limit is read, what is larger is refused (in pages: `page`)",
        is_quick: false,
        tests: &[
            "python3 tests/trust/limits.py",
            "cargo test --test it -- limits broken",
            "cargo test --config profile.dev.package.ensue.opt-level=0 --lib --test it -- limits broken",
            // Beside the program that the other promises are tested on, which has no Parquet.
            "cargo test --release --target-dir target/parquet --features parquet --lib --test it -- limits broken parquet",
        ],
    },
    Promise {
        name: "compatibility",
        says: "what earlier versions answered is answered alike",
        is_quick: true,
        tests: &["cargo test --test it -- compatibility"],
    },
    Promise {
        name: "tables",
        says: "each row is counted or rejected; counts do not depend on how a table is divided",
        is_quick: true,
        tests: &["cargo test --test it -- population disclosure synthetic tally"],
    },
    Promise {
        name: "parquet",
        says: "a Parquet file is counted as a text table of the same rows is, or refused",
        // The library that reads it is built for this alone.
        is_quick: false,
        tests: &["cargo test --features parquet --lib --test it -- parquet population"],
    },
    Promise {
        name: "sql",
        says: "DuckDB and PostgreSQL count what `tally` counts; a million outcomes are those of a plain reading",
        is_quick: false,
        tests: &["tests/sql/run.sh"],
    },
    Promise {
        name: "cluster",
        says: "a Spark cluster counts what `tally` counts, also when a worker is killed",
        is_quick: false,
        tests: &["tests/sql/spark.sh"],
    },
    Promise {
        name: "page",
        says: "the page answers as the command line and a plain reading do, sends nothing, runs nothing of what texts hold",
        is_quick: false,
        tests: &["web/test/run.sh"],
    },
    Promise {
        name: "network",
        says: "no command opens a connection, and each answers the same without a network",
        is_quick: true,
        tests: &["python3 tests/trust/network.py --self-test", "python3 tests/trust/network.py"],
    },
    Promise {
        name: "files",
        says: "no command writes a file but the one asked for, or reads one that it was not given",
        is_quick: true,
        tests: &["python3 tests/trust/files.py --self-test", "python3 tests/trust/files.py"],
    },
    Promise {
        name: "faults",
        says: "outputs appear whole or not at all, whatever fails; imports stay in the project",
        is_quick: true,
        tests: &["python3 tests/trust/faults.py --self-test", "python3 tests/trust/faults.py"],
    },
    Promise {
        name: "determinism",
        says: "the same question has the same bytes for an answer, whenever, wherever and by whom it is asked",
        is_quick: true,
        tests: &["python3 tests/trust/determinism.py --self-test", "python3 tests/trust/determinism.py"],
    },
    Promise {
        name: "hostile",
        says: "whatever a text or a name holds, in every output it is a text",
        is_quick: false,
        tests: &["python3 tests/trust/hostile.py --self-test", "python3 tests/trust/hostile.py"],
    },
    Promise {
        name: "leaks",
        says: "no value of a profile or of a table's cell is in a message, a file or a dump",
        is_quick: true,
        tests: &["python3 tests/trust/canaries.py --self-test", "python3 tests/trust/canaries.py"],
    },
    Promise {
        name: "fuzz",
        says: "what fuzzing found and met breaks nothing any more",
        is_quick: false,
        tests: &[
            "cargo run --manifest-path fuzz/Cargo.toml --target-dir target --features parquet --locked --bin replay",
        ],
    },
    Promise {
        name: "supply",
        says: "what is built in may be given on, comes from one registry, once each or with a reason, without known faults",
        is_quick: false,
        tests: &["tests/trust/supply.sh"],
    },
    Promise {
        name: "release",
        says: "what is given to others is made of a commit, and made twice it has the same bytes (at two places not yet)",
        is_quick: false,
        tests: &["release/make.sh --twice"],
    },
    // The last, since it takes hours.
    Promise {
        name: "mutation",
        // `tests/mutation/survivors.md` says what was run. It takes hours.
        says: "of 100 changes of what decides, reads rows or writes SQL tests notice 95, of others 85 (a sample)",
        is_quick: false,
        tests: &[
            "python3 tests/mutation/run.py cells dates diagram semantics sql rows",
            "python3 tests/mutation/run.py rest --part 0/20",
            "python3 tests/mutation/run.py --report",
        ],
    },
];

fn main() -> ExitCode {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |name: &str| asked.iter().any(|it| it == name);
    let wanted = |it: &&Promise| is_asked(it.name) || is_asked("all") || it.is_quick && is_asked("quick");
    let chosen: Vec<&Promise> = PROMISES.iter().filter(wanted).collect();
    let is_name = |name: &&String| PROMISES.iter().any(|promise| promise.name == **name);
    let unknown = asked.iter().find(|name| !is_name(name) && !["quick", "all"].contains(&name.as_str()));
    if let Some(name) = unknown {
        eprintln!("error: `{name}` is no promise; `cargo xtask` lists them");
        return ExitCode::from(2);
    }
    if chosen.is_empty() {
        println!("What Ensue promises, and how to test it: cargo xtask NAME…, quick, or all\n");
        for Promise { name, says, is_quick, .. } in PROMISES {
            println!("{name:14}{}{says}", if *is_quick { "quick  " } else { "       " });
        }
        return ExitCode::SUCCESS;
    }
    kept(&chosen)
}

/// Tests promises, one after the other.
fn kept(promises: &[&Promise]) -> ExitCode {
    // INVARIANT: this crate lies in the project's folder.
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project's folder");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(project.join("target"), |dir| project.join(dir));
    let program = target.join("release/ensue");
    let run = |command: &str| run(project, &program, command);
    if run("cargo build --release --quiet") != Some(0) || !program.is_file() {
        eprintln!("error: Ensue could not be built, or is not at {}", program.display());
        return ExitCode::FAILURE;
    }
    let mut told = Vec::new();
    let (mut is_kept, mut is_tested) = (true, true);
    let begun = Instant::now();
    for Promise { name, says, tests, .. } in promises {
        println!("\n== {name}: {says}");
        let start = Instant::now();
        let codes: Vec<Option<i32>> = tests.iter().map(|command| run(command)).collect();
        let word = match (codes.iter().all(|code| matches!(code, Some(0 | 3))), codes.contains(&Some(3))) {
            (false, _) => "NOT KEPT",
            (true, true) => "not all tested here",
            (true, false) => "kept",
        };
        is_kept &= word != "NOT KEPT";
        is_tested &= word == "kept";
        told.push(format!("{name:14}{word:20}{:4} s", start.elapsed().as_secs()));
    }
    println!("\n{}\n{:34}{:4} s", told.join("\n"), "all", begun.elapsed().as_secs());
    match (is_kept, is_tested) {
        (false, _) => ExitCode::FAILURE,
        (true, false) => ExitCode::from(3),
        (true, true) => ExitCode::SUCCESS,
    }
}

/// Why cargo would not run what a command names behind `--`, modules of tests: it would run none, and say that all
/// passed.
fn without_tests(project: &Path, command: &str) -> Option<String> {
    let (before, names) = command.strip_prefix("cargo test ")?.split_once(" -- ")?;
    let mut list = Command::new("cargo");
    list.arg("test").args(before.split(' ')).args(["--", "--list"]).current_dir(project).stderr(Stdio::inherit());
    let listed = match list.output() {
        Ok(listed) if listed.status.success() => String::from_utf8_lossy(&listed.stdout).into_owned(),
        _ => return Some("the tests could not be listed".to_owned()),
    };
    let modules: Vec<&str> = listed.lines().flat_map(|line| line.split("::")).collect();
    let missing = names.split(' ').find(|name| !modules.contains(name))?;
    Some(format!("no module of tests is called {missing}"))
}

/// Runs a command in the project's folder; its exit code, if it has one.
fn run(project: &Path, ensue: &Path, command: &str) -> Option<i32> {
    println!("-- {command}");
    if let Some(why) = without_tests(project, command) {
        eprintln!("error: {why}");
        return Some(1);
    }
    // INVARIANT: no word of a command has a space in it.
    let mut words = command.split(' ');
    let program = words.next().expect("a program");
    match Command::new(program).args(words).current_dir(project).env("ENSUE", ensue).status() {
        Ok(status) => status.code(),
        Err(error) => {
            eprintln!("error: {program}: {error}");
            Some(3)
        }
    }
}
