//! The offline page as it is written; what it does is tested in a browser, by `web/test/page.mjs`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ensue::model::Date;
use ensue::page::{NoEngine, page, page_with};
use ensue::semantics::View;
use ensue::{Engine, Policy};
use sha2::{Digest, Sha256};

use crate::cli::run;
use crate::html::hostile;

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("there is no {before}")) + before.len();
    &text[from..from + text[from..].find(after).expect("it ends")]
}

/// In place of an engine: nothing here runs it.
const PACKED: &[u8] = b"\x1f\x8bengine";

fn written(policy: &Policy) -> String {
    page_with(&Engine::new(policy, &View::default()).expect("it has a date"), PACKED)
}

/// What an element of data holds.
fn data(html: &str, id: &str) -> serde_json::Value {
    let data = between(html, &format!("<script type=\"application/json\" id=\"{id}\">"), "</script>");
    // What the rules say is data: no element begins in it.
    assert!(!data.contains('<'), "{id}");
    serde_json::from_str(data).expect("it is JSON")
}

#[test]
fn without_its_engine_the_command_says_what_to_do() {
    let (code, out, err) = run(&["page", "rules/passports.ensue"], "");
    let policy = hostile();
    match page(&Engine::new(&policy, &View::default()).expect("it has a date")) {
        Ok(_) => assert_eq!((code, err.as_str()), (0, "")),
        Err(NoEngine) => {
            assert_eq!((code, out.as_str()), (2, ""));
            assert!(err.contains("built without the engine of pages: run `web/build.sh`"), "{err}");
        }
    }
}

#[test]
fn nothing_but_its_own_script_and_style_is_allowed() {
    let html = written(&hostile());
    let policy = between(&html, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let script = hash(between(&html, "<script type=\"module\">", "</script>"));
    let style = hash(between(&html, "<style>", "</style>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {script} 'wasm-unsafe-eval'; style-src {style}; base-uri 'none'; \
             form-action 'none'"
        )
    );
    assert_eq!(html.matches("<script").count(), 5);
}

/// Each place of the template holds what it is for, once; nothing of the template is left.
#[test]
fn all_that_a_page_needs_stands_in_it() {
    let rules = "policy p \"Ports & <b>\" as of 2025-01-01\nfact a \"A\" : yes or no\n\
                 consequence c \"C {style}\" harm\nconsequence d \"D\"\nrule r \"R\" when a then c\n";
    let policy = Policy::load("p.ensue", |_| Ok(rules.into())).expect("it is sound");
    let html = written(&policy);
    assert_eq!(between(&html, "<title>", "</title>"), "Ports &amp; &lt;b&gt;");
    assert_eq!(between(&html, "<h1 id=\"title\">", "</h1>"), "Ports &amp; &lt;b&gt;");
    assert_eq!(data(&html, "files"), serde_json::json!([{ "name": "p.ensue", "text": rules }]));
    // The date is the policy's, unless another was asked for.
    assert_eq!(data(&html, "settings"), serde_json::json!({ "on": null }));
    let view = View { on: Date::parse("2024-02-29"), ..View::default() };
    let other = page_with(&Engine::new(&policy, &view).expect("it has a date"), PACKED);
    assert_eq!(data(&other, "settings"), serde_json::json!({ "on": "2024-02-29" }));
    let drawings: BTreeMap<String, String> = serde_json::from_value(data(&html, "drawings")).expect("texts by names");
    // The whole policy's, and one of each consequence.
    assert_eq!(drawings.keys().map(String::as_str).collect::<Vec<_>>(), ["", "c", "d"]);
    for drawing in drawings.values() {
        assert!(drawing.starts_with("<svg") && drawing.trim_end().ends_with("</svg>"), "{drawing}");
        // Styles are the page's own: others would be forbidden.
        assert!(!drawing.contains("<style") && drawing.contains("<text"), "{drawing}");
    }
    let packed = between(&html, "<script type=\"text/plain\" id=\"engine\">", "</script>");
    assert_eq!(BASE64_STANDARD.decode(packed).expect("it is base64"), PACKED);
    assert!(html.contains(&format!("Made by Ensue {}.", env!("CARGO_PKG_VERSION"))));
    // What is put in is not looked at again.
    assert!(between(&html, "<div id=\"outcome-list\">", "</section>").contains("C {style}"));
    for name in ["title", "script", "outcomes", "files", "settings", "drawings", "engine", "version"] {
        assert!(!html.contains(&format!("{{{name}}}")), "{name}");
    }
    // The loader is a module elsewhere; here it is a part of the one script.
    let script = between(&html, "<script type=\"module\">", "</script>");
    assert!(!script.contains("export "));
}

#[test]
fn files_tell_nothing_of_the_folders_above_them() {
    let names = |texts: &[(&str, &str)]| {
        let texts: BTreeMap<&str, &str> = texts.iter().copied().collect();
        let root = *texts.keys().find(|name| name.ends_with("a.ensue")).expect("a root");
        let policy = Policy::load(root, |name| Ok(texts[name].into())).unwrap_or_else(|found| panic!("{found}"));
        let html = written(&policy);
        assert!(!html.contains("canary"));
        let files = data(&html, "files");
        files
            .as_array()
            .expect("a list")
            .iter()
            .map(|file| file["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (fact, rule) = ("fact a \"A\" : yes or no\n", "consequence c \"C\"\nrule r \"R\" when a then c\n");
    let with = |path: &str| format!("import \"{path}\"\n{rule}");
    for (root, import, other, expected) in [
        ("a.ensue", "b.ensue", "b.ensue", ["a.ensue", "b.ensue"]),
        ("canary/a.ensue", "b.ensue", "canary/b.ensue", ["a.ensue", "b.ensue"]),
        ("/canary/a.ensue", "b.ensue", "/canary/b.ensue", ["a.ensue", "b.ensue"]),
        ("canary/rules/a.ensue", "more/b.ensue", "canary/rules/more/b.ensue", ["a.ensue", "more/b.ensue"]),
        ("canary/rules/a.ensue", "../more/b.ensue", "canary/more/b.ensue", ["rules/a.ensue", "more/b.ensue"]),
        // Folders that begin alike.
        ("canary/rules/a.ensue", "../rules2/b.ensue", "canary/rules2/b.ensue", ["rules/a.ensue", "rules2/b.ensue"]),
    ] {
        assert_eq!(names(&[(root, &with(import)), (other, fact)]), expected);
    }
    assert_eq!(names(&[("canary/a.ensue", &format!("{fact}{rule}"))]), ["a.ensue"]);
}

#[test]
fn a_page_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let [file, other] = ["page.html", "other.html"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let (file, other) = (file.as_str(), other.as_str());
    let write = |more: &[&str]| run(&[&["page", "rules/passports.ensue", "--out", file], more].concat(), "");
    std::fs::write(file, "somebody's").unwrap();
    let read = || std::fs::read_to_string(file).unwrap();
    let (code, out, err) = write(&[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("there is such a file already"), "{err}");
    assert_eq!(read(), "somebody's");
    let (code, page, err) = run(&["page", "rules/passports.ensue"], "");
    assert_eq!(write(&["--force"]), (code, String::new(), err.clone()));
    assert_eq!(run(&["page", "rules/passports.ensue", "--out", other], ""), (code, String::new(), err));
    assert_eq!(std::fs::read_to_string(other).ok(), (code == 0).then(|| page.clone()));
    // Where no page can be made, none takes its place.
    assert_eq!(read(), if code == 0 { page } else { "somebody's".to_owned() });
}
