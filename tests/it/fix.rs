//! `ensue check --fix`: only the lines concerned change, and no answer.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::{names, run};

const RULES: &str = r#"source report "A report"
claim said by report "What is reported."
fact card "Holds a card" : yes or no
consequence loss "Loses it"
rule r "Without a card"   per said when not card   then loss  # as it was typed
"#;

const FIRST: &str = "scenario \"A\" given card no expect follows loss\n";
const AGAIN: &str = "scenario \"B\" given card no\n  expect follows loss\n";
const OTHER: &str = "scenario \"C\" given card yes expect does not follow loss\n";
const ANOTHER: &str = "scenario \"D\" given card yes expect does not follow loss\n";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("its path is text")
}

/// Mends a file with these bytes: the bytes then, the exit code and the messages. A second time
/// changes nothing, and neither changes what the scenarios say.
#[track_caller]
fn mended(before: &[u8]) -> (Vec<u8>, i32, String) {
    let folder = folder();
    let file = folder.path().join("rules.ensue");
    fs::write(&file, before).unwrap();
    let answers = || run(&["eval", path(&file), "--set", "card=no", "--format", "json"], "");
    let answers_before = answers();
    assert_eq!(run(&["test", path(&file)], "").0, 0);
    let (code, _, messages) = run(&["check", "--fix", path(&file)], "");
    let after = fs::read(&file).unwrap();
    assert_eq!(answers(), answers_before);
    assert_eq!(run(&["test", path(&file)], "").0, 0);
    assert_eq!(run(&["check", "--fix", path(&file)], "").0, code);
    assert_eq!(fs::read(&file).unwrap(), after, "a second time changes nothing");
    assert_eq!(names(&folder), ["rules.ensue"]);
    (after, code, messages)
}

/// That these texts, one after another, become those.
#[track_caller]
fn becomes(before: &[&str], after: &[&str]) {
    for (mark, line_end) in [("", "\n"), ("\u{feff}", "\n"), ("", "\r\n"), ("\u{feff}", "\r\n")] {
        let bytes = |texts: &[&str]| (mark.to_owned() + &texts.concat().replace('\n', line_end)).into_bytes();
        let (found, code, messages) = mended(&bytes(before));
        assert_eq!(String::from_utf8(found), String::from_utf8(bytes(after)));
        assert_eq!(code, 0, "{messages}");
        assert!(messages.starts_with("mended "), "{messages}");
    }
}

#[test]
fn only_the_lines_concerned_change() {
    becomes(&[RULES, FIRST, AGAIN, OTHER], &[RULES, FIRST, OTHER]);
    becomes(&[RULES, "\n", FIRST, "\n", AGAIN, "\n", OTHER], &[RULES, "\n", FIRST, "\n", OTHER]);
    // Of several empty lines after it one goes with it.
    becomes(&[RULES, FIRST, AGAIN, "\n  \n", OTHER, "\n\n"], &[RULES, FIRST, "  \n", OTHER, "\n\n"]);
    // Comments of others stay where they are.
    becomes(&[RULES, "# 1\n\n", FIRST, AGAIN, "# 2\n", OTHER], &[RULES, "# 1\n\n", FIRST, "# 2\n", OTHER]);
    becomes(&[RULES, FIRST, AGAIN.trim_end()], &[RULES, FIRST]);
    becomes(&[RULES, FIRST, OTHER, AGAIN, ANOTHER], &[RULES, FIRST, OTHER]);
    becomes(&[RULES, AGAIN, FIRST, FIRST.trim_end()], &[RULES, AGAIN]);
}

#[test]
fn what_would_lose_a_comment_or_another_declaration_is_left() {
    let comment_above = format!("# Why.\n{AGAIN}");
    let comment_further_above = format!("# Why.\n  \n\n{AGAIN}");
    let comment_inside = AGAIN.replace("no\n", "no  # Why.\n");
    let comment_after = format!("{}  # Why.\n", AGAIN.trim_end());
    let same_line = format!("{} {OTHER}", AGAIN.trim_end());
    let expects_more = AGAIN.replace("follows", "only");
    for left in [comment_above, comment_further_above, comment_inside, comment_after, same_line, expects_more] {
        for line_end in ["\n", "\r\n"] {
            let before = format!("{RULES}{FIRST}\n{left}").replace('\n', line_end).into_bytes();
            let (after, code, messages) = mended(&before);
            assert_eq!(String::from_utf8(after).unwrap(), String::from_utf8(before).unwrap());
            assert!(code == 1 && messages.contains("warning[duplicate_scenario]"), "{messages}");
            assert!(!messages.contains("mended"), "{messages}");
        }
    }
}

#[test]
fn an_imported_file_is_mended_and_the_root_is_left() {
    let folder = folder();
    let (root, imported) = (folder.path().join("root.ensue"), folder.path().join("imported.ensue"));
    let root_text = format!("import   \"imported.ensue\"\r\n{}", OTHER.trim_end());
    fs::write(&root, &root_text).unwrap();
    fs::write(&imported, [RULES, FIRST, AGAIN].concat()).unwrap();
    let (code, _, messages) = run(&["check", "--fix", path(&root)], "");
    assert_eq!(code, 0, "{messages}");
    assert_eq!(fs::read_to_string(&root).unwrap(), root_text);
    assert_eq!(fs::read_to_string(&imported).unwrap(), [RULES, FIRST].concat());
    assert_eq!(names(&folder), ["imported.ensue", "root.ensue"]);
}

/// Whatever else imports it, a file is mended once, and results stay apart from messages.
#[test]
fn a_file_that_two_others_import_is_mended_once() {
    let folder = folder();
    let imported = folder.path().join("imported.ensue");
    fs::write(&imported, [RULES, FIRST, AGAIN].concat()).unwrap();
    let roots = ["one.ensue", "two.ensue"].map(|name| folder.path().join(name));
    for root in &roots {
        fs::write(root, "import \"imported.ensue\"\n").unwrap();
    }
    let arguments = ["check", "--fix", path(&roots[0]), path(&roots[1]), "--format", "json"];
    let (code, shown, messages) = run(&arguments, "");
    assert_eq!((code, &shown[..]), (0, "[]\n"), "{messages}");
    assert_eq!(messages.matches("mended 1 finding in ").count(), 1, "{messages}");
    assert_eq!(fs::read_to_string(&imported).unwrap(), [RULES, FIRST].concat());
}

#[test]
fn a_file_with_mistakes_is_left() {
    let folder = folder();
    let file = folder.path().join("rules.ensue");
    let text = [RULES, FIRST, AGAIN, "rule s \"S\" when nothing then loss\n"].concat();
    fs::write(&file, &text).unwrap();
    let (code, _, messages) = run(&["check", "--fix", path(&file)], "");
    assert!(code == 1 && messages.contains("error[unknown-name]") && !messages.contains("mended"), "{messages}");
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_file_that_may_not_be_written_is_named_and_left() {
    let folder = folder();
    let file = folder.path().join("rules.ensue");
    let text = [RULES, FIRST, AGAIN].concat();
    fs::write(&file, &text).unwrap();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    for arguments in [&["check", "--fix", path(&file)][..], &["fmt", path(&file)]] {
        let (code, _, messages) = run(arguments, "");
        let wanted = format!("error: cannot write `{}`: it is read-only\n", file.display());
        assert!(code == 2 && messages.ends_with(&wanted), "{messages}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = folder();
    let (file, link) = (folder.path().join("rules.ensue"), folder.path().join("link.ensue"));
    fs::write(&file, [RULES, FIRST, AGAIN].concat()).unwrap();
    std::os::unix::fs::symlink("rules.ensue", &link).unwrap();
    let (code, _, messages) = run(&["check", "--fix", path(&link)], "");
    assert_eq!(code, 0, "{messages}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), [RULES, FIRST].concat());
}

/// Names, texts and paths are data: they begin no line and no command of their own.
#[cfg(unix)]
#[test]
fn hostile_texts_in_formats_for_other_programs() {
    let folder = folder();
    let file = folder.path().join("a, b:c%0A::error::d.ensue");
    let claim = "claim other by report \"One\n::error file=x::two\n%0A three\u{1b}[31m\"\n";
    let dispute = "rule s \"::stop-commands::x\n::error::y\" per other when not card then not loss\n";
    fs::write(
        &file,
        [RULES, claim, dispute, FIRST, "scenario \"\n::error::\" given card no expect follows loss"].concat(),
    )
    .unwrap();
    let (code, shown, _) = run(&["check", path(&file), "--format", "github"], "");
    assert_eq!((code, shown.lines().count()), (1, 2), "{shown}");
    for line in shown.lines() {
        let place = line.strip_prefix("::warning file=").expect("each line is a command");
        let (properties, text) = place.split_once("::").expect("a command has a text");
        assert!(properties.contains("a%2C b%3Ac%250A%3A%3Aerror%3A%3Ad.ensue,line="), "{line}");
        assert!(!text.is_empty() && !line.contains('\u{1b}'), "{line}");
    }
    let (_, shown, _) = run(&["check", path(&file), "--format", "short"], "");
    assert_eq!(shown.lines().count(), 2, "{shown}");
    let (code, shown, _) = run(&["check", path(&file), "--format", "sarif"], "");
    let sarif: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!(code, 1);
    // What code scanning on GitHub requires of a file, a rule and a result.
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().unwrap().contains("sarif-2.1.0"));
    let driver = &sarif["runs"][0]["tool"]["driver"];
    assert_eq!(driver["name"], "ensue");
    let rules = driver["rules"].as_array().unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!((rules.len(), results.len()), (2, 2));
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(!rule[text]["text"].as_str().unwrap().is_empty());
        }
    }
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(
            place["artifactLocation"]["uri"].as_str().unwrap().ends_with("/a%2C%20b%3Ac%250A%3A%3Aerror%3A%3Ad.ensue")
        );
        for number in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(place["region"][number].as_u64().unwrap() > 0);
        }
    }
}
