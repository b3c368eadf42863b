//! `ensue ask`: interviews as documents show them, what is kept of them, and a terminal.

use crate::cli::run;
use crate::examples::blocks;

/// Interviews as documents show them: what is written after `> ` is typed, all else is written by
/// the program.
fn transcripts(document: &str) {
    let found = blocks(document);
    let interviews: Vec<_> = found.iter().filter(|block| block.info == "interview").collect();
    assert!(!interviews.is_empty());
    for interview in interviews {
        let (command, rest) = interview.text.split_once('\n').expect("a command and what it writes");
        let arguments = command.strip_prefix("$ ensue ").expect("a command");
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let answers = rest.lines().filter_map(|line| line.strip_prefix("> ")).map(|answer| answer.to_owned() + "\n");
        let shown: String =
            rest.lines().filter(|line| !line.starts_with("> ")).map(|line| line.to_owned() + "\n").collect();
        let (code, out, err) = run(&arguments, &answers.collect::<String>());
        assert_eq!(err + &out, shown, "{command}");
        assert_eq!(code, 0);
    }
}

#[test]
fn interviews_in_the_docs_are_what_happens() {
    transcripts(include_str!("../../docs/command-line.md"));
    transcripts(include_str!("../interviews.md"));
}

#[test]
fn answers_are_kept_only_where_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.json");
    let file = file.to_str().unwrap();
    let ask = |more: &[&str], input: &str| run(&[&["ask", "rules/passports.ensue"], more].concat(), input);
    let (code, out, err) = ask(&["--save", file], "yes\nskip\nyes\nno\nquit\n");
    assert_eq!(code, 0, "{err}");
    let kept = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&kept).unwrap(),
        serde_json::json!({"ukrainian": true, "residence": null, "under_occupation": true, "russian_passport": false})
    );
    // What was kept goes on where it ended: what is not known is not asked for again.
    let (code, again, err) = ask(&[file], "");
    assert_eq!(code, 0);
    assert!(err.contains("Does the person own property") && !err.contains("Where does the person live?"), "{err}");
    assert_eq!(again.replace(&format!("the profile {file}"), "the facts given"), out);
    // A file that is there stays.
    let (code, out, err) = ask(&["--save", file], "yes\n");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("there is such a file already"), "{err}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), kept);
    assert_eq!(crate::cli::names(&folder), ["answers.json"]);
}

#[test]
fn what_is_no_answer_is_not_shown_again() {
    let (code, out, err) = run(&["ask", "rules/passports.ensue"], "secret-canary\nyes\nsecret-canary\n");
    assert_eq!(code, 0);
    assert!(!out.contains("canary") && !err.contains("canary"), "{err}");
    let profile = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&profile, "{\"ukrainian\": \"secret-canary\"}").unwrap();
    let (code, out, err) = run(&["ask", "rules/passports.ensue", profile.path().to_str().unwrap()], "");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("`ukrainian` is `yes` or `no`") && !err.contains("canary"), "{err}");
}

#[test]
fn a_step_for_other_programs_ends_where_nothing_can_change() {
    let step = |known: &str| {
        let (code, out, err) = run(&["ask", "rules/passports.ensue", "-", "--format", "json"], known);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    let first = step("{}");
    assert_eq!(first["question"]["fact"], "ukrainian");
    assert_eq!(first["left"].as_array().unwrap().len(), 5);
    let list = step("{\"ukrainian\": true}");
    assert_eq!(list["question"]["values"]["kherson"], "Kherson region");
    let last = step("{\"ukrainian\": false}");
    assert_eq!((&last["question"], &last["left"]), (&serde_json::Value::Null, &serde_json::json!([])));
    assert!(last["outcomes"].as_array().unwrap().iter().all(|outcome| outcome["status"] == "does_not_follow"));
}

/// What is typed on a terminal: letters search, Enter takes, Escape goes back, Ctrl-C ends it.
#[cfg(unix)]
#[test]
fn on_a_terminal_answers_are_picked() {
    use rexpect::session::PtySession;
    let start = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ensue"));
        command.args(["ask", "rules/passports.ensue"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        rexpect::session::spawn_command(command, Some(20_000)).expect("the program starts")
    };
    let press = |session: &mut PtySession, keys: &str| {
        session.send(keys).unwrap();
        session.flush().unwrap();
    };
    let mut session = start();
    session.exp_string("Is the person a citizen of Ukraine?").unwrap();
    session.exp_string("Esc to go back").unwrap();
    press(&mut session, "\r");
    session.exp_string("Where does the person live?").unwrap();
    session.exp_string("Esc to go back").unwrap();
    press(&mut session, "\x1b");
    session.exp_string("Is the person a citizen of Ukraine?").unwrap();
    session.exp_string("Esc to go back").unwrap();
    press(&mut session, "\r");
    session.exp_string("Esc to go back").unwrap();
    press(&mut session, "any");
    session.exp_string("Anywhere else").unwrap();
    press(&mut session, "\r");
    session.exp_string("No answer can change anything any more.").unwrap();
    session.exp_string("does not mean that it cannot happen").unwrap();
    session.exp_eof().unwrap();

    let mut session = start();
    session.exp_string("Esc to go back").unwrap();
    press(&mut session, "\x03");
    session.exp_string("interrupted: nothing was kept").unwrap();
    session.exp_eof().unwrap();
}
