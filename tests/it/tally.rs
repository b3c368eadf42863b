//! The files that `ensue tally` writes, and what it says meanwhile.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::cli::{names, run, spawn};

const PASSPORTS: &str = "rules/passports.ensue";
const HEAD: &str = "ukrainian,residence,under_occupation,russian_passport,owns_property\n";

/// A run that is killed leaves nothing under the names of its results; one that ends writes them all.
#[test]
fn results_are_there_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let results = [path("tally.txt"), path("chart.svg"), path("rejects.csv")];
    let [out, chart, rejects] = &results;
    let start = || {
        let arguments = ["tally", PASSPORTS, "-", "--out", out, "--chart", chart, "--rejects", rejects];
        let mut child = spawn(&[&arguments[..], &["--max-rejects", "1000000"]].concat());
        let input = child.stdin.take().expect("standard input is a pipe");
        (child, input)
    };
    let rows = "yes,kherson,yes,no,yes\nyes,CANARY,yes,no,yes\n".repeat(1_000);
    let (mut child, mut input) = start();
    input.write_all(HEAD.as_bytes()).expect("it reads");
    // Some of the list is on the disk, and the input has not ended: the run is in its midst.
    let is_begun = || fs::read_dir(&folder).unwrap().any(|file| file.unwrap().metadata().is_ok_and(|it| it.len() > 0));
    while !is_begun() {
        input.write_all(rows.as_bytes()).expect("it reads");
    }
    assert!(child.try_wait().expect("it can be asked").is_none());
    child.kill().expect("it runs");
    assert!(!child.wait().expect("it ends").success());
    drop(input);
    assert!(results.iter().all(|file| !Path::new(file).exists()));

    let (child, mut input) = start();
    input.write_all(format!("{HEAD}{rows}").as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let read = |file: &str| fs::read_to_string(file).expect("it was written");
    assert!(read(out).contains("2,000 rows read: 1,000 counted, 1,000 rejected."));
    assert!(read(chart).ends_with("</svg>\n"));
    assert_eq!(read(rejects).lines().count(), 1_001);
    assert_eq!(read(rejects).lines().nth(1_000), Some("-,2001,residence,not a value of this fact"));
    assert!(![out, chart, rejects].iter().any(|file| read(file).contains("CANARY")));
}

/// Where too many rows are rejected, those up to there are listed all the same.
#[test]
fn rejected_rows_are_listed_where_the_run_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let (rejects, out) = (path("rejects.csv"), path("tally.txt"));
    let table = format!("{HEAD}{}", "yes,CANARY,yes,no,yes\n".repeat(50));
    let arguments = ["tally", PASSPORTS, "-", "--rejects", &rejects, "--out", &out, "--max-rejects", "20"];
    let (code, told, said) = run(&arguments, &table);
    assert_eq!((code, &told[..]), (2, ""));
    assert!(said.contains("and 11 more rejected rows") && said.contains("more than 20 rows were rejected"), "{said}");
    assert_eq!(fs::read_to_string(&rejects).expect("it was written").lines().count(), 22);
    assert_eq!(names(&folder), ["rejects.csv"]);
    // A list that is there is kept.
    let (code, _, said) = run(&arguments, &table);
    assert!(code == 2 && said.contains("there is such a file already"), "{said}");
}

/// On a terminal a long reading says how far it has come; its length is not known before a stream ends.
#[cfg(unix)]
#[test]
fn a_long_reading_tells_how_far_it_has_come() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let pipe = folder.path().join("table.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("it is there").success());
    let is_told = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (pipe, is_told) = (pipe.clone(), is_told.clone());
        move || {
            let mut table = fs::File::create(pipe).expect("it is read");
            table.write_all(HEAD.as_bytes()).expect("it is read");
            while !is_told.load(Ordering::Relaxed) {
                table.write_all(b"yes,kherson,yes,no,yes\n").expect("it is read");
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
    });
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ensue"));
    command.args(["tally", PASSPORTS]).arg(&pipe).current_dir(env!("CARGO_MANIFEST_DIR")).env("TERM", "xterm");
    let mut session = rexpect::session::spawn_command(command, Some(60_000)).expect("the program starts");
    session.exp_string("reading ").unwrap();
    is_told.store(true, Ordering::Relaxed);
    session.exp_string("rows counted.").unwrap();
    session.exp_eof().unwrap();
    writer.join().expect("it wrote");
}
