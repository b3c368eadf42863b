//! The JSON Schemas, against what is written and read.

use ensue::json::{self, Layout, Subject};
use ensue::{Engine, Policy, View};
use jsonschema::Validator;

use crate::cli::run;
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

/// Every tally, of whatever form, and nothing that differs from one in a key.
#[test]
fn tallies_have_the_form_of_their_schema() {
    const RULES: &str = "rules/passports.ensue";
    const TABLE: &str = "tests/tables/households.csv";
    let (code, written, _) = run(&["tally", RULES, "--schema"], "");
    assert_eq!((code, &written[..]), (0, json::POPULATION_SCHEMA));
    let schema = validator(json::POPULATION_SCHEMA);
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let harmless = folder.path().join("harmless.ensue");
    let text = "fact a \"A\" : yes or no\nfact n \"N\" : number from 0 to 9\nconsequence c \"C\"\n\
                rule r \"R\" when a and n > 5 then c\n";
    std::fs::write(&harmless, text).expect("it can be written");
    let harmless = harmless.to_str().expect("its path is text");
    let mut forms = std::collections::BTreeSet::new();
    for (arguments, input) in [
        (&[RULES, TABLE][..], ""),
        (&[RULES, TABLE, "--min-cell", "1", "--weight", "weight", "--known-by", "2025-06-01"], ""),
        (&[RULES, TABLE, "--by", "residence", "--weight", "weight"], ""),
        (&[RULES, TABLE, "--compare", "passport", "--according-to", "uk_mod"], ""),
        (&[RULES, TABLE, "--by", "residence", "--by", "owns_property", "--compare", "passport"], ""),
        (&[RULES, "tests/tables/broken.csv"], ""),
        (&[harmless, "-"], "a,n\nyes,6\n,2\n"),
        (&[harmless, "-", "--by", "n"], "a,n\nyes,6\nyes,7\nno,6\n,9\n,8\nno,1\n"),
        (&[harmless, "-", "--by", "a"], "a,n\n"),
    ] {
        let (_, written, said) = run(&[&["tally", "--format", "json"], arguments].concat(), input);
        let mut document: serde_json::Value = serde_json::from_str(&written).unwrap_or_else(|_| panic!("{said}"));
        let found: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(found.is_empty(), "{arguments:?}: {found:?}");
        for mark in
            ["\"<5\"", "\">=5\"", "\"hidden\"", "\"by\": null", "\"weighted\"", "\"options\"", "\"rejected\": 3"]
        {
            forms.extend(written.contains(mark).then_some(mark));
        }
        for (place, key) in keys(&document) {
            let optional = ["harms", "weighted"].contains(&key.as_str()) && !place.contains("/options/");
            let weighted = key == "weighted";
            let free = place.ends_with("/by") || place.ends_with("/view");
            let object = document.pointer_mut(&place).and_then(|it| it.as_object_mut()).expect("it was there");
            let value = object.shift_remove(&key).expect("it was there");
            assert!(schema.is_valid(&document) == (optional || weighted || free), "without {place}/{key}");
            let object = document.pointer_mut(&place).and_then(|it| it.as_object_mut()).expect("it was there");
            object.insert(key.clone(), value);
            if !place.ends_with("/by") {
                object.insert("other".to_owned(), true.into());
                assert!(!schema.is_valid(&document), "more in {place}");
                let object = document.pointer_mut(&place).and_then(|it| it.as_object_mut()).expect("it was there");
                object.shift_remove("other");
            }
        }
    }
    assert!(forms.len() == 7, "{forms:?}");
}

/// Every key of every object in a document, with the object's place.
fn keys(document: &serde_json::Value) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    let mut open = vec![(String::new(), document)];
    while let Some((place, value)) = open.pop() {
        let inside: Vec<(String, &serde_json::Value)> = match value {
            serde_json::Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
            serde_json::Value::Array(items) => {
                items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
            }
            _ => Vec::new(),
        };
        if value.is_object() {
            keys.extend(inside.iter().map(|(key, _)| (place.clone(), key.clone())));
        }
        open.extend(inside.into_iter().map(|(key, value)| (format!("{place}/{key}"), value)));
    }
    keys
}
