//! What earlier versions answered, this one answers: see `tests/compatibility/keep.py`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn kept() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compatibility");
    let entries = fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    let mut versions: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    versions.sort();
    versions
}

/// Where an answer lacks something of what was kept, or has another value there. It may have more keys, and other
/// words for what is wrong.
fn lost(kept: &Value, now: &Value, at: &str, found: &mut Vec<String>) {
    match (kept, now) {
        (Value::Object(kept), Value::Object(now)) => {
            for (key, value) in kept.iter().filter(|(key, _)| *key != "message") {
                let at = format!("{at}/{key}");
                match now.get(key) {
                    Some(now) => lost(value, now, &at, found),
                    None => found.push(format!("{at} is missing")),
                }
            }
        }
        (Value::Array(kept), Value::Array(now)) if kept.len() == now.len() => {
            for (index, (kept, now)) in kept.iter().zip(now).enumerate() {
                lost(kept, now, &format!("{at}/{index}"), found);
            }
        }
        (kept, now) if kept == now => {}
        (kept, now) => found.push(format!("{at}: {kept} became {now}")),
    }
}

fn documents(text: &str) -> Vec<Value> {
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    documents.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn what_was_answered_is_answered() {
    assert!(!kept().is_empty());
    for version in kept() {
        let read =
            |name: &str| fs::read_to_string(version.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let commands = documents(&read("commands.json")).remove(0);
        let commands = commands.as_array().expect("a list");
        assert!(!commands.is_empty());
        for command in commands {
            let arguments = command["arguments"].as_array().expect("a list").iter();
            let arguments: Vec<&str> = arguments.map(|argument| argument.as_str().expect("a text")).collect();
            let mut program = Command::new(env!("CARGO_BIN_EXE_ensue"));
            let done = program.args(&arguments).current_dir(version.join("project")).output().expect("it runs");
            let shown = String::from_utf8_lossy(&done.stderr);
            assert_eq!(done.status.code().map(i64::from), command["code"].as_i64(), "{arguments:?}: {shown}");
            let wanted = documents(&read(command["answer"].as_str().expect("a name")));
            let now = documents(&String::from_utf8(done.stdout).expect("text"));
            let mut found = Vec::new();
            lost(&Value::Array(wanted), &Value::Array(now), "", &mut found);
            assert!(found.is_empty(), "{}, {arguments:?}: {found:#?}", version.display());
        }
    }
}

#[test]
fn what_is_lost_is_found() {
    let found = |kept: &str, now: &str| {
        let mut found = Vec::new();
        lost(&documents(kept)[0], &documents(now)[0], "", &mut found);
        found.len()
    };
    assert_eq!(found(r#"{"a": [1, {"b": 2}]}"#, r#"{"new": 0, "a": [1, {"b": 2, "c": 3}]}"#), 0);
    assert_eq!(found(r#"{"message": "old"}"#, r#"{"message": "new"}"#), 0);
    assert_eq!(found(r#"{"a": 1, "b": 2}"#, r#"{"b": 3}"#), 2);
    assert_eq!(found(r#"{"a": [1]}"#, r#"{"a": [1, 2]}"#), 1);
    assert_eq!(found(r#"{"a": 1.10}"#, r#"{"a": 1.1}"#), 1, "digits are kept");
    assert_eq!(found(r#"{"a": null}"#, "{}"), 1);
}
