//! Texts that are cut short or damaged: whatever a file holds, it is read to the end, and each
//! mistake is said of a place in it.

use std::fs;

use ensue::json::{self, Layout, Subject};
use ensue::report::{Detail, Form};
use ensue::syntax::{self, Refused};
use ensue::text::FileId;
use ensue::{Diagnostics, Engine, Limits, Policy, View, report};
use proptest::prelude::*;

use crate::corpus::{cases, corpus};
use crate::generate::{Tape, tapes};

/// What is put into texts: each is whole somewhere, and wrong nearly everywhere.
const FRAGMENTS: [&str; 36] = [
    "\"",
    "\\",
    "(",
    ")",
    ",",
    ":",
    "#",
    "<",
    ">=",
    "=",
    "-",
    "_",
    "\n",
    "\r",
    "\t",
    "\0",
    "é",
    "\u{202e}",
    "\u{feff}",
    "0",
    "-1.5",
    "99999999999999999999999999999",
    "0001-01-01",
    "2025-02-30",
    " and ",
    " or ",
    " not ",
    " is one of ",
    " years since ",
    " rule ",
    " when ",
    " then not ",
    " overrides ",
    " expect only ",
    "\n<<<<<<< ours\n",
    " import \"x\" ",
];

fn sound() -> Vec<String> {
    let mut paths = cases("parse/ok", "ensue");
    paths.extend(cases("evaluate", "ensue"));
    paths.push(corpus().join("format/every-production.ensue"));
    paths.push(corpus().join("../../rules/passports.ensue"));
    paths.into_iter().map(|path| fs::read_to_string(path).expect("cases are text")).collect()
}

fn load(text: &str) -> Result<Policy, Diagnostics> {
    Policy::load("rules.ensue", |path| match path {
        "rules.ensue" => Ok(text.into()),
        _ => Err("there is no such file".into()),
    })
}

/// Reads a text and does with it all that a reader could ask for.
fn check(text: &str) {
    match load(text) {
        Err(found) => {
            assert!(!found.list.is_empty());
            for mistake in &found.list {
                assert!(mistake.spot.is_some() || !mistake.labels.is_empty(), "{} has a place", mistake.message);
                for label in &mistake.labels {
                    let span = label.place.span;
                    assert!(found.files[label.place.file].text.get(span.range()).is_some(), "{span:?} in {text:?}");
                }
                assert!(report::diagnostic(&found.files, mistake).contains(&mistake.code.to_string()));
            }
            let all = json::findings(found.list.iter().map(|it| (&found.files, it)), Layout::Line);
            let all: serde_json::Value = serde_json::from_str(&all).expect("it is JSON");
            assert_eq!(all.as_array().map(Vec::len), Some(found.list.len()));
        }
        Ok(policy) => {
            let Ok(engine) = Engine::new(&policy, &View::default()) else { return };
            let profile = policy.unknown();
            let subject = Subject { policy: &policy, selection: &engine.selection, name: None, profile: &profile };
            assert!(!report::outcomes(subject, &engine.outcomes(&profile), Detail::Full, Form::Markdown).is_empty());
        }
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match syntax::format(FileId::default(), text, &Limits::default()) {
        Ok(formatted) => assert_eq!(
            syntax::format(FileId::default(), &formatted, &Limits::default()).ok().as_ref(),
            Some(&formatted)
        ),
        Err(Refused::Mistakes(found)) => assert!(!found.is_empty()),
        Err(Refused::Differs) => panic!("the layout changes what this says: {text:?}"),
    }
}

#[test]
fn every_beginning_of_a_file_is_read() {
    for case in ["corpus/format/every-production.ensue", "cmd/failing.ensue"] {
        let text = fs::read_to_string(corpus().join("..").join(case)).expect("cases are text");
        text.char_indices().for_each(|(end, _)| check(&text[..end]));
    }
}

/// Control characters beyond ASCII too: some terminals obey U+009B as they do Escape and `[`.
#[test]
fn lines_that_are_shown_hold_nothing_that_a_terminal_obeys() {
    for c in ('\0'..='\u{9f}').filter(|c| c.is_control() && !matches!(c, '\0' | '\n' | '\r' | '\t')) {
        let found = load(&format!("fact a \"{c}31m\" : yes or nothing")).expect_err("it is no type");
        for mistake in &found.list {
            let shown = report::diagnostic(&found.files, mistake);
            let codes = shown.matches("\u{1b}[").count();
            let wrong = shown.chars().filter(|c| c.is_control() && *c != '\n').count();
            assert_eq!(wrong, codes, "{c:?} in {shown:?}");
        }
    }
}

fn place(text: &str, tape: &mut Tape<'_>) -> usize {
    text.floor_char_boundary(tape.pick(text.len() + 1))
}

fn damage(text: &mut String, tape: &mut Tape<'_>) {
    let from = place(text, tape);
    let to = text.floor_char_boundary((from + tape.pick(30)).min(text.len()));
    match tape.pick(4) {
        0 => text.replace_range(from..to, ""),
        1 => {
            let again = text[from..to].to_owned();
            let at = place(text, tape);
            text.insert_str(at, &again);
        }
        2 => text.truncate(from),
        _ => text.insert_str(from, FRAGMENTS[tape.pick(FRAGMENTS.len())]),
    }
}

proptest! {
    #[test]
    fn damaged_files_are_read(choices in tapes()) {
        let tape = &mut Tape::new(&choices);
        let texts = sound();
        let mut text = texts[tape.pick(texts.len())].clone();
        for _ in 0..=tape.pick(6) {
            damage(&mut text, tape);
        }
        check(&text);
    }

    /// Neither a panic nor a silent loss: a profile is read, or something is said.
    #[test]
    fn damaged_profiles_are_read(choices in tapes()) {
        let tape = &mut Tape::new(&choices);
        let policy = load(&fs::read_to_string(corpus().join("profile/policy.ensue")).unwrap()).unwrap();
        let mut text = r#"{"passport": true, "region": "north", "age": 12, "income": 1.5e1, "birth_date": "2000-02-29"}"#.to_owned();
        for _ in 0..=tape.pick(4) {
            damage(&mut text, tape);
        }
        let is_json = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).is_ok();
        match policy.profile(&text) {
            Ok(_) => prop_assert!(is_json),
            Err(found) => {
                prop_assert!(!found.list.is_empty() && found.list.iter().all(|mistake| mistake.spot.is_some()));
            }
        }
    }
}
