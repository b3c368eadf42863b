//! Requests against what the library itself answers; every bad one against the promise that it is an
//! error and changes nothing.

use ensue::explore::change::{Changes, Wanted};
use ensue::explore::compare::{Comparison, Reasons};
use ensue::json::{self, Layout, Subject};
use ensue::lint::{self, Chosen};
use ensue::model::FactType;
use ensue::report::{self, Detail, Form};
use ensue::scenarios;
use ensue::{Engine, Policy, Profile, View};
use ensue_page_engine::requests::Page;
use indexmap::IndexSet;
use serde_json::{Value, json};

const RULES: &str = include_str!("../../../rules/passports.ensue");
const SEED: &str = include_str!("../../../seeds/article-2025-03-07.ensue");

fn article() -> Vec<(String, String)> {
    vec![
        ("rules/passports.ensue".to_owned(), RULES.to_owned()),
        ("seeds/article-2025-03-07.ensue".to_owned(), SEED.to_owned()),
    ]
}

fn files(files: &[(String, String)]) -> Value {
    files.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect()
}

fn policy(files: &[(String, String)]) -> Option<Policy> {
    let read = |path: &str| match files.iter().find(|(name, _)| name == path) {
        Some((_, text)) => Ok(text.as_str().into()),
        None => Err("there is no such file".into()),
    };
    Policy::load(&files[0].0, read).ok()
}

fn ask(page: &mut Page, request: &Value) -> String {
    page.answer(request.to_string().as_bytes())
}

fn error(page: &mut Page, request: &Value) -> Value {
    let mut answer: Value = serde_json::from_str(&ask(page, request)).expect("answers are JSON");
    assert!(answer["error"].is_object(), "{request} is answered");
    answer["error"].take()
}

fn loaded(files_: &[(String, String)]) -> Page {
    let mut page = Page::default();
    let answer: Value =
        serde_json::from_str(&ask(&mut page, &json!({ "do": "load", "files": files(files_) }))).unwrap();
    assert!(answer.get("error").is_none(), "{answer}");
    page
}

/// All rule files below a folder that need no others.
fn corpus() -> Vec<(String, String)> {
    let mut folders = vec![std::path::PathBuf::from("../../tests/corpus")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                None => folders.push(path),
                Some(extension) if extension == "ensue" => {
                    if let Ok(text) = std::fs::read_to_string(&path) {
                        found.push((path.display().to_string(), text));
                    }
                }
                Some(_) => {}
            }
        }
    }
    found.sort();
    assert!(found.len() > 100, "the corpus is not where it was");
    found
}

/// Numbers that look random, and are always the same.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

/// A profile in which about a third of the facts are unknown.
fn some_profile(policy: &Policy, numbers: &mut Numbers) -> Value {
    let mut profile = serde_json::Map::new();
    for fact in &policy.facts {
        let value = match (&fact.kind, numbers.below(3)) {
            (_, 0) => continue,
            (FactType::YesNo, _) => json!(numbers.below(2) == 0),
            (FactType::OneOf(items), _) => json!(items.get_index(numbers.below(items.len())).unwrap().0),
            (FactType::Number { range: Some((from, to)), .. }, at) => {
                serde_json::from_str(&if at == 1 { from } else { to }.to_string()).unwrap()
            }
            (FactType::Number { range: None, .. }, _) => json!(numbers.below(30)),
            (FactType::Date, _) => json!(format!("20{:02}-03-0{}", numbers.below(30), 1 + numbers.below(9))),
        };
        profile.insert(fact.name.clone(), value);
    }
    Value::Object(profile)
}

fn views(policy: &Policy) -> Vec<(Value, View)> {
    let mut views = vec![(json!({}), View::default())];
    if let Some(index) = policy.sources.len().checked_sub(1) {
        let (source, id) = (&policy.sources[index].name, ensue::model::SourceId::new(index));
        views.push((json!({ "without": [source] }), View { without: vec![id], ..View::default() }));
        let date = ensue::model::Date::parse("2024-02-29");
        let only = View { on: date, according_to: vec![id], require: Some(1), ..View::default() };
        views.push((json!({ "on": "2024-02-29", "according_to": [source], "require": 1 }), only));
        views.push((json!({ "known_by": "2024-02-29" }), View { known_by: date, ..View::default() }));
    }
    views
}

/// Each answer about a profile is what the library's functions give, for the same profile and view.
fn agree(page: &mut Page, policy: &Policy, written: &Value, view: &(Value, View)) {
    let profile: Profile = policy.profile(&written.to_string()).expect("it is a profile");
    let request = |what: &str, more: Value| {
        let mut request = json!({ "do": what, "profile": written, "view": view.0, "name": "p.json" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let Ok(engine) = Engine::new(policy, &view.1) else {
        assert_eq!(error(page, &request("eval", json!({})))["findings"][0]["code"], "date-needed");
        return;
    };
    let layout = Layout::Line;
    let words = |page: String| json!(page).to_string();
    let form = Form::Html;
    let subject = Subject { policy, selection: &engine.selection, name: Some("p.json"), profile: &profile };
    assert_eq!(ask(page, &request("eval", json!({}))), json::outcomes(subject, &engine.outcomes(&profile), layout));
    let outcomes = report::outcomes(subject, &engine.outcomes(&profile), Detail::Usual, form);
    let shown: Value = serde_json::from_str(&ask(page, &request("outcomes", json!({})))).expect("it is JSON");
    assert_eq!(shown["html"], outcomes);
    let all = engine.outcomes(&profile);
    let rules: IndexSet<&String> = all.iter().flat_map(|it| &it.rules).map(|rule| &policy[*rule].name).collect();
    assert_eq!(shown["rules"], json!(rules));
    assert_eq!(shown["statuses"], json!(all.iter().map(|it| it.status.name()).collect::<Vec<_>>()));
    if let Some(id) = policy.consequence_ids().next() {
        let named = json!({ "consequence": policy[id].name });
        let explanation = engine.explain(id, &profile);
        assert_eq!(ask(page, &request("why", named.clone())), words(report::explanation(subject, &explanation, form)));
        let changes = Changes::of(&engine, id, Wanted::Otherwise, &profile, &[]);
        let expected = words(report::changes(subject, &changes, Wanted::Otherwise, form));
        assert_eq!(ask(page, &request("change", named)), expected);
    }
    if let Some(fact) = policy.fact_ids().next() {
        let expected = words(report::comparisons(
            subject,
            &[Comparison::of_values(&engine, fact, &profile, Reasons::Sought)],
            form,
        ));
        assert_eq!(ask(page, &request("compare", json!({ "vary": policy[fact].name }))), expected);
    }
    let options: Vec<_> =
        policy.choices.iter().map(|it| Comparison::of_options(&engine, it, &profile, Reasons::Sought)).collect();
    assert_eq!(ask(page, &request("compare", json!({}))), words(report::comparisons(subject, &options, form)));
    if policy.sources.len() > 1 && view.1.according_to.is_empty() {
        let ids: Vec<_> = (0..2).map(ensue::model::SourceId::new).collect();
        let names: Vec<&str> = ids.iter().map(|id| policy[*id].name.as_str()).collect();
        let sources = Comparison::of_sources(policy, &view.1, &ids, &profile, Reasons::Sought).expect("it has a date");
        let expected = words(report::comparisons(subject, &[sources], form));
        assert_eq!(ask(page, &request("compare", json!({ "sources": names }))), expected);
    }
}

#[test]
fn the_articles_answers_are_those_of_the_library() {
    let policy = policy(&article()).expect("it is sound");
    let mut page = loaded(&article());
    let mut numbers = Numbers(7);
    let views = views(&policy);
    for index in 0..200 {
        let written = some_profile(&policy, &mut numbers);
        agree(&mut page, &policy, &written, &views[index % views.len()]);
    }
}

#[test]
fn the_corpus_is_answered_as_by_the_library() {
    let mut numbers = Numbers(11);
    let mut sound = 0;
    for file in corpus() {
        let one = [file];
        let Some(policy) = policy(&one) else { continue };
        sound += 1;
        let mut page = loaded(&one);
        for view in &views(&policy) {
            agree(&mut page, &policy, &some_profile(&policy, &mut numbers), view);
        }
    }
    assert!(sound > 20, "{sound}");
}

#[test]
fn what_check_and_test_find_is_what_the_library_finds() {
    for file in corpus().into_iter().chain([article().remove(0)]) {
        let all = if file.0 == "rules/passports.ensue" { article() } else { vec![file] };
        let request = json!({ "do": "check", "files": files(&all), "select": ["all"] });
        let mut page = Page::default();
        let found = ask(&mut page, &request);
        match policy(&all) {
            Some(policy) => {
                let mut page = loaded(&all);
                let (list, expected) = match (scenarios::undated(&policy), scenarios::verdicts(&policy)) {
                    (None, Ok(verdicts)) => {
                        let tested = json::tested(&policy, &verdicts, None);
                        (lint::findings(&policy, &Chosen::all()), json::all_tested(&[tested], Layout::Line))
                    }
                    (Some(report), _) => (vec![report], String::new()),
                    (None, Err(_)) => panic!("only a scenario without a date cannot be decided"),
                };
                let listed = json::findings(list.iter().map(|it| (&policy.files, it)), Layout::Line);
                assert_eq!(found, listed);
                assert_eq!(ask(&mut page, &json!({ "do": "check", "select": ["all"] })), listed);
                match expected.is_empty() {
                    true => drop(error(&mut page, &json!({ "do": "test" }))),
                    false => assert_eq!(ask(&mut page, &json!({ "do": "test" })), expected),
                }
            }
            None => {
                let found: Vec<Value> = serde_json::from_str(&found).expect("a list");
                assert!(found.iter().any(|it| it["severity"] == "error"), "{}", all[0].0);
                let mut page = loaded(&article());
                let before = ask(&mut page, &json!({ "do": "describe" }));
                let refused = error(&mut page, &json!({ "do": "load", "files": files(&all) }));
                assert_eq!(refused["loaded"], true);
                assert_eq!(refused["findings"].as_array().unwrap().len(), found.len());
                for (one, other) in refused["findings"].as_array().unwrap().iter().zip(&found) {
                    other.as_object().unwrap().iter().for_each(|(key, value)| assert_eq!(&one[key], value));
                }
                assert_eq!(ask(&mut page, &json!({ "do": "describe" })), before);
            }
        }
    }
}

#[test]
fn a_policy_is_described() {
    let mut page = loaded(&article());
    let described: Value = serde_json::from_str(&ask(&mut page, &json!({ "do": "describe" }))).unwrap();
    let policy = policy(&article()).unwrap();
    let count = |key: &str| described[key].as_array().unwrap().len();
    assert_eq!(described["policy"], "passports");
    assert_eq!(described["files"], json!(["rules/passports.ensue", "seeds/article-2025-03-07.ensue"]));
    assert_eq!((count("facts"), count("rules")), (policy.facts.len(), policy.rules.len()));
    assert_eq!((count("sources"), count("claims")), (policy.sources.len(), policy.claims.len()));
    assert_eq!((count("consequences"), count("scenarios")), (policy.consequences.len(), policy.scenarios.len()));
    // Each declaration begins with its word and name, on its first line, and the next one not before
    // its last.
    let keywords = [("sources", "source"), ("claims", "claim"), ("facts", "fact"), ("rules", "rule")];
    for (key, keyword) in keywords {
        for it in described[key].as_array().unwrap() {
            let place = &it["place"];
            let text = &article().into_iter().find(|(name, _)| place["file"] == *name).unwrap().1;
            let line = |key: &str| usize::try_from(place[key].as_u64().unwrap()).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let first = lines[line("first_line") - 1];
            assert!(first.split(' ').take(2).eq([keyword, it["name"].as_str().unwrap()]), "{first}");
            assert!(!lines[line("last_line") - 1].trim().is_empty());
            assert!(lines[line("first_line")..line("last_line")].iter().all(|line| !line.starts_with(keyword)));
        }
    }
}

#[test]
fn what_cannot_be_answered_is_an_error_and_changes_nothing() {
    let nothing = [
        json!({ "do": "describe" }),
        json!({ "do": "eval" }),
        json!({ "do": "check" }),
        json!({ "do": "test" }),
        json!({ "do": "load" }),
    ];
    for request in &nothing {
        assert_eq!(error(&mut Page::default(), request)["loaded"], false);
    }
    let mut page = loaded(&article());
    let asked = json!({ "do": "eval", "profile": { "ukrainian": true } });
    let before = ask(&mut page, &asked);
    let refused = [
        json!(null),
        json!([]),
        json!({}),
        json!({ "do": "next" }),
        json!({ "do": "eval", "profil": {} }),
        json!({ "do": "eval", "profile": [] }),
        json!({ "do": "eval", "profile": "SECRET" }),
        json!({ "do": "eval", "profile": { "ukrainian": "SECRET" } }),
        json!({ "do": "eval", "profile": { "residence": "SECRET" } }),
        json!({ "do": "eval", "profile": { "ukrainean": "SECRET" } }),
        json!({ "do": "eval", "set": { "ukrainian": "SECRET" } }),
        json!({ "do": "eval", "set": { "ukrainian": true } }),
        json!({ "do": "eval", "set": { "ukrainean": "SECRET" } }),
        json!({ "do": "eval", "set": "SECRET" }),
        json!({ "do": "eval", "view": { "on": "2025-02-30" } }),
        json!({ "do": "eval", "view": { "require": 0 } }),
        json!({ "do": "eval", "view": { "require": -1 } }),
        json!({ "do": "eval", "view": { "without": ["nobody"] } }),
        json!({ "do": "why" }),
        json!({ "do": "why", "consequence": "nothing" }),
        json!({ "do": "change", "consequence": "no_healthcare", "to": "better" }),
        json!({ "do": "change", "consequence": "no_healthcare", "keep": ["nothing"] }),
        json!({ "do": "compare", "choice": "nothing" }),
        json!({ "do": "compare", "vary": "nothing" }),
        json!({ "do": "compare", "vary": "ukrainian", "sources": ["moscow_times"] }),
        json!({ "do": "compare", "sources": ["moscow_times"] }),
        json!({ "do": "check", "select": ["nothing"] }),
        json!({ "do": "load", "files": [] }),
        json!({ "do": "load", "files": [{ "name": "a.ensue", "text": "" }] }),
        json!({ "do": "load", "files": [{ "name": "a.ensue", "text": "import \"b.ensue\"" }] }),
        json!({ "do": "load", "files": [{ "name": "", "text": "rule" }] }),
    ];
    for request in &refused {
        let error = error(&mut page, request);
        assert_eq!(error["loaded"], true);
        assert!(!error["message"].as_str().unwrap().is_empty());
        assert!(!error.to_string().contains("SECRET"), "{error}");
        assert_eq!(ask(&mut page, &asked), before);
    }
    for request in [&b""[..], b"\xff", b"{", b"{\"do\":\"eval\",\"do\":\"eval\"}"] {
        assert!(page.answer(request).starts_with("{\"error\":"));
        assert_eq!(ask(&mut page, &asked), before);
    }
}

#[test]
fn a_mistake_in_a_profile_names_its_fact_and_says_what_to_do() {
    let mut page = loaded(&article());
    let wrong = json!({ "profile": { "ukrainian": 3 }, "set": { "residence": "nowhere" }, "do": "eval" });
    let error = error(&mut page, &wrong);
    let facts: Vec<&Value> = error["findings"].as_array().unwrap().iter().map(|it| &it["fact"]).collect();
    assert_eq!(facts, ["ukrainian", "residence"]);
    assert_eq!(error["findings"][0]["help"], json!(["write true or false, or null where it is not known"]));
}

#[test]
fn values_that_are_set_are_those_of_the_profile() {
    let mut page = loaded(&article());
    let profile = json!({ "ukrainian": true, "under_occupation": true });
    let set = json!({ "ukrainian": "yes", "under_occupation": "true", "residence": "null" });
    assert_eq!(
        ask(&mut page, &json!({ "do": "eval", "profile": profile })),
        ask(&mut page, &json!({ "do": "eval", "profile": { "ukrainian": false }, "set": set })),
    );
}
