//! Files too large or too deep to be kept as cases.

use ensue::analysis::coverage::{Coverage, Goal, State};
use ensue::analysis::space::Limits;
use ensue::diagnostic::Code;
use ensue::lint::{self, Chosen};
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

/// Where the budget is used up, what was not decided is said, with its name, and the rest is found.
#[test]
fn what_is_too_large_to_be_looked_at_is_said() {
    let pairs: Vec<String> = (0..12).map(|index| format!("(x{index} and y{index})")).collect();
    let mut text = String::from("source s \"S\"\nclaim k by s \"K\"\n");
    for name in ["x", "y"] {
        (0..12).for_each(|index| text += &format!("fact {name}{index} \"F\" : yes or no\n"));
    }
    text += "fact a \"A\" : yes or no\nconsequence c \"C\"\nconsequence e \"E\"\n";
    text += &format!("rule large \"L\" per k when {} then c\n", pairs.join(" or "));
    text += "rule small \"S\" per k when a and not a then e\n";
    let policy = load(text).expect("it is sound");
    let all = |limits| lint::findings_within(&policy, &Chosen::all(), limits);
    let found = all(Limits { one: 40, all: 1_000_000 });
    let said: Vec<&str> = found.iter().map(|it| &*it.message).filter(|it| it.starts_with("not decided")).collect();
    assert!(said.iter().any(|it| it.contains("the rule `large`") && it.contains("never_applies")), "{said:?}");
    assert!(!said.iter().any(|it| it.contains("`small`")), "{said:?}");
    assert!(found.iter().any(|it| it.code == Code::NeverApplies && it.message.contains("`small`")));
    assert!(all(Limits::default()).iter().all(|it| it.code != Code::NotDecided));
    let coverage = Coverage::of(&policy, Limits { one: 40, all: 1_000_000 });
    let undecided = |goal: &&Goal| goal.state == State::NotDecided;
    // It is one of the two rules on which the source's goal rests.
    let large =
        |it: &Goal| ["the rule `large`", "rests on the source `s`"].iter().any(|of| it.words(&policy).contains(of));
    assert!(coverage.goals.iter().filter(undecided).all(large));
    assert!(coverage.tally(|_| true).not_decided > 0);
    // Also where nothing at all is granted.
    assert!(all(Limits { one: 0, all: 0 }).iter().any(|it| it.code == Code::NotDecided));
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
