//! The JSON Schemas, against what is written and read.

use ensue::json::{self, Layout, Subject};
use ensue::{Engine, Policy, View};
use jsonschema::Validator;

use crate::corpus::{cases, sound};

fn validator(schema: &str) -> Validator {
    let schema = serde_json::from_str(schema).expect("a schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "a schema is one");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("it is a schema")
}

/// Every scenario of the corpus, as `eval --format json` would show its facts.
#[test]
fn outcomes_have_the_form_of_their_schema() {
    let schema = validator(json::OUTCOMES_SCHEMA);
    let (mut seen, mut wrong) = (0, 0);
    for case in cases("evaluate", "ensue") {
        let policy = sound(&case);
        for scenario in &policy.scenarios {
            let view = View { on: scenario.on, require: Some(1), ..View::default() };
            let engine = Engine::new(&policy, &view).unwrap();
            let profile = &policy.knowing(&scenario.given);
            let subject = Subject { policy: &policy, selection: &engine.selection, name: None, profile };
            let written = json::outcomes(subject, &engine.outcomes(profile), Layout::Line);
            let mut written = serde_json::from_str(&written).unwrap();
            let found: Vec<String> = schema.iter_errors(&written).map(|error| error.to_string()).collect();
            assert!(found.is_empty(), "{}: {found:?}", case.display());
            seen += 1;
            // The schema is one that can refuse.
            written["outcomes"][0]["status"] = "safe".into();
            wrong += usize::from(!schema.is_valid(&written));
        }
    }
    assert!(seen > 50 && wrong == seen, "{wrong} of {seen}");
}

/// A profile fits its schema where it is read, and only there.
#[test]
fn profiles_are_read_where_they_fit_their_schema() {
    let policy: Policy = sound(&crate::corpus::corpus().join("profile/policy.ensue"));
    let schema = validator(&json::profile_schema(&policy));
    let values = [
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "0.5",
        "120",
        "120.0",
        "121",
        "1e2",
        "\"yes\"",
        "\"no\"",
        "\"north\"",
        "\"North\"",
        "\"\"",
        "\"2024-02-29\"",
        "\"2025-02-29\"",
        "\"0000-01-01\"",
        "\"0001-01-01\"",
        "\"2025-3-7\"",
        "\"2025-03-07T00:00\"",
        "[]",
        "{}",
        "[1]",
    ];
    let mut fits = 0;
    for fact in ["passport", "region", "age", "income", "birth_date", "name"] {
        for value in values {
            let text = format!("{{\"{fact}\": {value}}}");
            let profile = serde_json::from_str(&text).unwrap();
            assert_eq!(policy.profile(&text).is_ok(), schema.is_valid(&profile), "{text}");
            fits += usize::from(schema.is_valid(&profile));
        }
    }
    assert!(fits > 20, "{fits}");
}
