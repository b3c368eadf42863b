//! Files too large or too deep to be kept as cases.

use ensue::diagnostic::Code;
use ensue::text::MAX_FILE_BYTES;
use ensue::{Diagnostics, Engine, Policy, Status, View};

const HEAD: &str = "fact a \"A\" : yes or no\nfact b \"B\" : yes or no\nconsequence c \"C\"\n";

fn load(text: impl Into<Vec<u8>>) -> Result<Policy, Diagnostics> {
    let text = text.into();
    Policy::load("rules.ensue", |_| Ok(text.clone().into()))
}

fn codes(found: Result<Policy, Diagnostics>) -> Vec<Code> {
    found.err().map(|found| found.list.iter().map(|it| it.code).collect()).unwrap_or_default()
}

#[test]
fn a_million_parentheses_are_one_mistake() {
    for part in ["(", "not ", "not (", "(not "] {
        let text = format!("{HEAD}define d \"D\" as {}a\n{HEAD}", part.repeat(1_000_000));
        let found = codes(load(text));
        assert_eq!(found[0], Code::NestingTooDeep, "{part}");
        // What stands below is read again: three names are declared twice.
        assert_eq!(found[1..], [Code::DuplicateName; 3], "{part}");
    }
    assert!(codes(load(format!("{HEAD}{}", ")".repeat(1_000_000)))).len() == 1);
}

#[test]
fn ten_thousand_terms_are_read_and_evaluated() {
    for (word, whole) in [("and", Status::DoesNotFollow), ("or", Status::Follows)] {
        let terms: Vec<&str> = (0..10_000).map(|index| if index == 7_000 { "b" } else { "a" }).collect();
        let text = format!("{HEAD}rule r \"R\" when {} then c\n", terms.join(&format!(" {word} ")));
        let policy = load(text).expect("it is sound");
        let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
        let profile = policy.profile(r#"{"a": true, "b": false}"#).expect("a sound profile");
        assert_eq!(engine.outcomes(&profile)[0].status, whole);
        let profile = policy.profile(r#"{"a": true}"#).expect("a sound profile");
        let outcome = engine.outcomes(&profile).remove(0);
        assert_eq!(outcome.depends_on.len(), usize::from(word == "and"));
    }
}

#[test]
fn long_chains_of_definitions_and_consequences_need_no_stack() {
    let mut text = String::from(HEAD);
    for index in 0..10_000 {
        let inner = if index == 0 { "a".to_owned() } else { format!("d{}", index - 1) };
        text += &format!("define d{index} \"D\" as not {inner}\n");
        let before = if index == 0 { "d9999".to_owned() } else { format!("k{}", index - 1) };
        text += &format!("consequence k{index} \"K\"\nrule r{index} \"R\" when {before} then k{index}\n");
    }
    let policy = load(text).expect("it is sound");
    let engine = Engine::new(&policy, &View::default()).expect("no date is needed");
    let outcomes = engine.outcomes(&policy.profile(r#"{"a": true}"#).expect("a sound profile"));
    assert_eq!(outcomes.last().map(|it| it.status), Some(Status::Follows));
}

#[test]
fn a_file_is_read_up_to_sixteen_mebibytes() {
    let mut text = HEAD.to_owned() + "# ";
    text += &"x".repeat(MAX_FILE_BYTES - text.len());
    assert!(load(text.clone()).is_ok());
    text.push('x');
    assert_eq!(codes(load(text)), [Code::FileTooLarge]);
}

#[test]
fn ten_thousand_mistakes_are_all_reported() {
    let text: String = (0..10_000).map(|index| format!("fact f{index} : yes or no\n")).collect();
    assert_eq!(codes(load(text)), [Code::Syntax; 10_000]);
    let text: String = (0..10_000).map(|index| format!("define d{index} \"D\" as nobody{index}\n")).collect();
    assert_eq!(codes(load(text)), [Code::UnknownName; 10_000]);
    let entries: Vec<String> = (0..10_000).map(|index| format!("\"nobody{index}\": 1")).collect();
    let policy = load(HEAD).expect("it is sound");
    let found = policy.profile(&format!("{{{}}}", entries.join(","))).expect_err("no key is a fact");
    assert!(found.list.iter().all(|it| it.code == Code::UnknownFact) && found.list.len() == 10_000);
}

#[test]
fn a_name_of_a_million_letters_is_compared_with_nothing() {
    let name = "n".repeat(1_000_000);
    let text = format!("{HEAD}fact {name} \"N\" : yes or no\ndefine d \"D\" as {name}m or {name}\n");
    let found = load(text).expect_err("one name is unknown");
    assert_eq!((found.list.len(), found.list[0].code), (1, Code::UnknownName));
    assert!(!found.list[0].help.iter().any(|help| help.contains("did you mean")));
}
