//! The cases of `tests/corpus`: a case is a file, its folder says what must happen.
//!
//! What a reader would see stands beside a case in a `.txt` file. `UPDATE_EXPECT=1 cargo test`
//! rewrites these; the change is to be read like code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use ensue::analysis::traceability::Traceability;
use ensue::diagnostic::Code;
use ensue::json::Subject;
use ensue::lint::{self, Chosen};
use ensue::model::Scenario;
use ensue::syntax::{self, Refused};
use ensue::text::Files;
use ensue::{Diagnostics, Engine, Limit, Limits, Policy, View, report, scenarios};
use expect_test::expect_file;

pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The files of a folder, by name; subfolders hold what cases import.
fn files(folder: &str) -> Vec<PathBuf> {
    let path = corpus().join(folder);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The cases of a folder: there are some, and nothing else is in it but what is expected of them.
pub fn cases(folder: &str, extension: &str) -> Vec<PathBuf> {
    let is = |path: &PathBuf, extension: &str| path.extension().is_some_and(|its| its == extension);
    let (cases, others): (Vec<PathBuf>, Vec<PathBuf>) = files(folder).into_iter().partition(|path| is(path, extension));
    assert!(!cases.is_empty(), "`{folder}` has no case");
    for other in others {
        let known = is(&other, "txt") && cases.contains(&other.with_extension(extension));
        assert!(known, "{} belongs to no case", other.display());
    }
    cases
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[track_caller]
fn expect(case: &Path, shown: &str) {
    expect_file![case.with_extension("txt")].assert_eq(&strip_str(shown).to_string());
}

fn shown(found: &Diagnostics) -> String {
    found.list.iter().map(|it| report::diagnostic(&found.files, it)).collect::<Vec<_>>().join("\n")
}

fn parsed(case: &Path) -> Diagnostics {
    let mut files = Files::default();
    let list = match syntax::decode(name(case), fs::read(case).unwrap(), &Limits::default()) {
        Err(found) => vec![found],
        Ok(text) => {
            let file = files.add(name(case), text);
            syntax::parse(file, &files[file].text, &Limits::default()).1
        }
    };
    Diagnostics { files, list }
}

fn loaded(case: &Path) -> Result<Policy, Diagnostics> {
    let folder = case.parent().unwrap();
    Policy::load(name(case), |path| Ok(fs::read(folder.join(path)).map_err(|_| "there is no such file")?.into()))
}

#[track_caller]
pub fn sound(case: &Path) -> Policy {
    loaded(case).unwrap_or_else(|found| panic!("{}", strip_str(&shown(&found))))
}

#[test]
fn parse_ok() {
    for case in cases("parse/ok", "ensue") {
        let found = parsed(&case);
        assert!(found.list.is_empty(), "{}", strip_str(&shown(&found)));
    }
}

#[test]
fn parse_error() {
    for case in cases("parse/error", "ensue") {
        let found = parsed(&case);
        assert!(!found.list.is_empty(), "{} has a mistake", case.display());
        expect(&case, &shown(&found));
    }
}

#[test]
fn lower_ok() {
    for case in cases("lower/ok", "ensue") {
        sound(&case);
    }
}

#[test]
fn lower_error() {
    for case in cases("lower/error", "ensue") {
        let found = match loaded(&case) {
            Err(found) => found,
            Ok(policy) => {
                let report = Engine::new(&policy, &View::default()).err().unwrap_or_else(|| {
                    panic!("{} has a mistake", case.display());
                });
                Diagnostics { files: policy.files.clone(), list: vec![report] }
            }
        };
        expect(&case, &shown(&found));
    }
}

/// The statuses are in the cases, as scenarios: worked out by hand from the language reference.
#[test]
fn evaluate() {
    for case in cases("evaluate", "ensue") {
        let policy = sound(&case);
        assert!(!policy.scenarios.is_empty(), "{} expects nothing", case.display());
        let verdicts = scenarios::verdicts(&policy).unwrap_or_else(|report| panic!("{}", report.message));
        for verdict in verdicts {
            let shown = report::scenario(&policy, &verdict);
            assert!(verdict.surprises.is_empty(), "{}: {}", name(&case), strip_str(&shown));
        }
    }
}

#[test]
fn explain() {
    for case in cases("explain", "ensue") {
        let policy = sound(&case);
        let all: Vec<String> = policy.scenarios.iter().map(|scenario| explained(&policy, scenario)).collect();
        assert!(!all.is_empty(), "{} asks for nothing", case.display());
        expect(&case, &all.join("\n"));
    }
}

/// The explanations of all that a scenario expects something of.
fn explained(policy: &Policy, scenario: &Scenario) -> String {
    let view = View { on: scenario.on, ..View::default() };
    let engine = Engine::new(policy, &view).unwrap_or_else(|report| panic!("{}", report.message));
    let profile = &policy.knowing(&scenario.given);
    let subject = Subject { policy, selection: &engine.selection, name: Some(&scenario.label), profile };
    let named = scenario.expectations.iter().flat_map(|it| &it.consequences);
    let explanations = named.map(|id| report::explanation(subject, &engine.explain(*id, profile), report::Form::Text));
    explanations.collect::<Vec<_>>().join("\n")
}

/// Which rules and scenarios a claim reaches, and what is one origin, was worked out by hand.
#[test]
fn claims() {
    for case in cases("claims", "ensue") {
        let policy = sound(&case);
        let found = Traceability::of(&policy).unwrap_or_else(|report| panic!("{}", report.message));
        expect(&case, &report::traceability(&policy, &found, report::Detail::Full, report::Form::Text));
    }
}

#[test]
fn format() {
    for case in cases("format", "ensue") {
        let text = fs::read_to_string(&case).unwrap();
        match syntax::format(Files::default().add(name(&case), text.as_str()), &text, &Limits::default()) {
            Ok(formatted) => expect(&case, &formatted),
            Err(Refused::Mistakes(found)) => panic!("{} has a mistake: {}", name(&case), found[0].message),
            Err(Refused::Differs) => panic!("the layout of {} changes what it says", name(&case)),
        }
    }
}

/// What all lints find, as a reader sees it: worked out from their pages, and near misses are not
/// found. Each scenario that is shown passes once it is pasted
/// into the file, and a case that is named `clean` has no finding.
#[test]
fn lint() {
    lints("lint", Limits::default());
    lints("lint/small-limits", Limits::default().with(Limit::QuestionSteps, 0).with(Limit::CheckSteps, 0));
}

fn lints(folder: &str, limits: Limits) {
    for case in cases(folder, "ensue") {
        let policy = sound(&case);
        let list = lint::findings_within(&policy, &Chosen::all(), limits);
        assert_eq!(list.is_empty(), name(&case).starts_with("clean-"), "{}", name(&case));
        for scenario in list.iter().filter_map(|finding| finding.scenario.as_deref()) {
            pasted(&case, scenario);
        }
        expect(&case, &shown(&Diagnostics { files: policy.files, list }));
    }
}

/// Puts a scenario below a case, and looks whether it passes there.
#[track_caller]
fn pasted(case: &Path, scenario: &str) {
    let text = format!("{}\n{scenario}\n", fs::read_to_string(case).unwrap());
    let folder = case.parent().unwrap();
    let read = |path: &str| match path == name(case) {
        true => Ok(text.clone().into()),
        false => Ok(fs::read(folder.join(path)).map_err(|_| "there is no such file")?.into()),
    };
    let policy = Policy::load(name(case), read).unwrap_or_else(|found| panic!("{found}"));
    let verdicts = scenarios::verdicts(&policy).unwrap_or_else(|report| panic!("{}", report.message));
    let verdict = verdicts.last().expect("there is a scenario");
    assert!(verdict.surprises.is_empty(), "{}: {scenario}", name(case));
}

/// What a profile's values are made of in the cases below, so that none is found in a message.
const VALUES: [&str; 3] = ["zq", "98765", "1999"];

#[test]
fn profile_error() {
    let policy = sound(&corpus().join("profile/policy.ensue"));
    for case in cases("profile/error", "json") {
        let text = String::from_utf8_lossy(&fs::read(&case).unwrap()).into_owned();
        let found = ensue::json::read_profile(&policy, name(&case), &text, 1)
            .err()
            .unwrap_or_else(|| panic!("{} has a mistake", name(&case)));
        assert!(VALUES.iter().any(|value| text.contains(value)), "{} has a value to be kept", name(&case));
        let found = Diagnostics { files: policy.files.clone(), list: found };
        let shown = shown(&found) + &found.to_string() + &format!("{:?}", found.list);
        for value in VALUES {
            assert!(!shown.contains(value), "a value of {} is repeated", name(&case));
        }
        expect(&case, &self::shown(&found));
    }
}

#[test]
fn profile_debug_shows_no_value() {
    let policy = sound(&corpus().join("profile/policy.ensue"));
    let profile = policy.profile(r#"{"region": "north", "income": 98765.25, "birth_date": "1999-12-31"}"#).unwrap();
    let shown = format!("{profile:?}{:?}", policy.evaluate(&profile).unwrap());
    assert!(VALUES.iter().all(|value| !shown.contains(value)), "{shown}");
}

/// What cannot be kept in a small file is shown elsewhere: in `limits.rs`.
const ELSEWHERE: [Code; 4] = [Code::FileTooLarge, Code::LineTooLong, Code::PolicyTooLarge, Code::NotDecided];

#[test]
fn every_code_is_shown_by_a_case() {
    let mut shown = BTreeSet::from(ELSEWHERE);
    for folder in ["parse/error", "lower/error", "profile/error", "lint", "lint/small-limits"] {
        for path in files(folder).iter().filter(|path| path.extension().is_some_and(|it| it == "txt")) {
            let text = fs::read_to_string(path).unwrap();
            let shows =
                |code: &&Code| ["error", "warning"].iter().any(|word| text.contains(&format!("{word}[{code}]")));
            shown.extend(Code::ALL.iter().filter(shows));
        }
    }
    let missing: Vec<&Code> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
