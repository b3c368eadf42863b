//! `ensue report`: one HTML file in which texts from outside are only text, and the same words in
//! Markdown; sources for reference managers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ensue::explore::timeline::{Look, Timeline};
use ensue::json::{self, Layout, Subject};
use ensue::model::Date;
use ensue::report::{Document, Form, Over, document};
use ensue::semantics::View;
use ensue::{Engine, Policy};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use sha2::{Digest, Sha256};

use crate::cli::run;
use crate::compare::text;
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::html::{HOSTILE, hostile, words};
use crate::lints::load;

const RULES: &str = "rules/passports.ensue";

fn written(policy: &Policy, profile: &str, form: Form) -> String {
    let profile = policy.profile(profile).expect("it fits");
    let view = View::default();
    let engine = Engine::new(policy, &view).expect("it has a date");
    let subject = Subject { policy, selection: &engine.selection, name: Some("<p>.json"), profile: &profile };
    let look = Look { view: &view, as_known: false };
    let over = ["2024-01-01", "2025-12-31"].map(|date| Date::parse(date).expect("a date"));
    let over = Timeline::of(policy, look, &profile, (over[0], over[1])).ok().map(|found| Over { look, found });
    let command = "ensue report '<p>.ensue' `x`".to_owned();
    document(&Document::new(&engine, subject, over, command, true).expect("scenarios have a date"), form)
}

/// What a document is made of.
#[derive(Default)]
struct Read {
    /// The text in `main`, but for the picture; and all text.
    main: String,
    all: String,
    styles: Vec<String>,
    ids: Vec<String>,
    links: Vec<String>,
    policy: String,
}

const ELEMENTS: &[&str] = &[
    "a", "body", "br", "code", "div", "h1", "h2", "h3", "h4", "head", "header", "html", "li", "main", "meta", "nav",
    "ol", "p", "pre", "section", "small", "span", "style", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
    "defs", "desc", "g", "marker", "path", "rect", "svg", "text",
];

/// Attributes that a browser would run, load or obey are not among them.
const ATTRIBUTES: &[&str] = &[
    "charset",
    "class",
    "content",
    "href",
    "http-equiv",
    "id",
    "lang",
    "name",
    "rel",
    "scope",
    "aria-describedby",
    "aria-hidden",
    "aria-label",
    "aria-labelledby",
    "d",
    "fill",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "marker-end",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "orient",
    "refX",
    "refY",
    "role",
    "stroke",
    "stroke-dasharray",
    "stroke-width",
    "text-anchor",
    "viewBox",
    "width",
    "x",
    "xmlns",
    "y",
];

fn read(html: &str) -> Read {
    let body = html.strip_prefix("<!doctype html>\n").expect("it begins with its type");
    let mut reader = Reader::from_str(body);
    let mut read = Read::default();
    let mut open: Vec<String> = Vec::new();
    loop {
        let event = reader.read_event().expect("it is well formed");
        let is_empty = matches!(event, Event::Empty(_));
        let mut put = |text: &str, open: &[String]| {
            let within = |name: &str| open.iter().any(|element| element == name);
            read.all.push_str(text);
            if within("style") {
                read.styles.last_mut().expect("it is open").push_str(text);
            } else if within("main") && !within("svg") {
                read.main.push_str(text);
            }
        };
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name();
                let name: &str = name.as_ref();
                assert!(ELEMENTS.contains(&name), "<{name}>");
                put(" ", &open);
                if name == "style" {
                    read.styles.push(String::new());
                }
                let mut attributes: BTreeMap<String, String> = BTreeMap::new();
                for attribute in element.attributes() {
                    let attribute = attribute.expect("attributes are well formed");
                    let key: &str = attribute.key.as_ref();
                    assert!(ATTRIBUTES.contains(&key), "{key} of <{name}>");
                    attributes.insert(key.to_owned(), attribute.value.to_string());
                }
                read.ids.extend(attributes.get("id").cloned());
                read.links.extend(attributes.get("href").cloned());
                if attributes.get("http-equiv").is_some_and(|value| value == "Content-Security-Policy") {
                    read.policy = attributes["content"].clone();
                }
                if !is_empty {
                    open.push(name.to_owned());
                }
            }
            Event::End(_) => {
                open.pop();
                put(" ", &open);
            }
            Event::Text(text) => put(text.as_ref(), &open),
            Event::GeneralRef(reference) => put(
                match reference.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "#39" => "'",
                    other => panic!("&{other};"),
                },
                &open,
            ),
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    read
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What holds for every document in HTML.
fn check(read: &Read) {
    let ids: BTreeSet<&String> = read.ids.iter().collect();
    assert_eq!(ids.len(), read.ids.len(), "an id stands once");
    for link in &read.links {
        match link.strip_prefix('#') {
            Some(id) => assert!(ids.contains(&id.to_owned()), "{link} leads somewhere"),
            None => {
                let link = link.to_ascii_lowercase();
                assert!(link.starts_with("http://") || link.starts_with("https://"), "{link}");
            }
        }
    }
    let hash = |style: &String| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(style.as_bytes())));
    let styles: Vec<String> = read.styles.iter().map(hash).collect();
    let wanted = format!("default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'", styles.join(" "));
    assert_eq!(read.policy.replace("&#39;", "'"), wanted);
    for style in &read.styles {
        assert!(!style.contains("url(") && !style.contains("@import") && !style.contains('<'), "styles load nothing");
    }
}

#[test]
fn texts_from_outside_are_only_text() {
    let policy = hostile();
    for profile in ["{}", r#"{"g": true}"#, r#"{"f": "a", "g": false}"#] {
        let read = read(&written(&policy, profile, Form::Html));
        check(&read);
        for text in [&policy.sources[1].label, &policy.claims[0].statement, &policy.facts[1].label] {
            assert!(read.main.contains(text.as_str()), "{text} is shown as it is");
        }
    }
}

#[test]
fn only_addresses_of_the_web_become_links() {
    let addresses = [
        ("https://example.org/a?b=1&c=2#d", true),
        ("HTTP://example.org/", true),
        ("javascript:alert(1)", false),
        ("JaVaScRiPt://example.org/%0aalert(1)", false),
        ("data:text/html,<script>alert(1)</script>", false),
        ("https://example.org/\" onclick=\"alert(1)", false),
        ("https://example.org/ two", false),
        ("//example.org/", false),
        ("file:///etc/passwd", false),
    ];
    for (address, is_link) in addresses {
        let quoted = address.replace('"', "\\\"");
        let policy = load(&format!("source s \"S\" url \"{quoted}\" archived \"{quoted}\""));
        let read = read(&written(&policy, "{}", Form::Html));
        check(&read);
        let outward = read.links.iter().filter(|link| !link.starts_with('#')).count();
        assert_eq!(outward, if is_link { 2 } else { 0 }, "{address}");
        assert!(read.main.contains(address), "{address} is shown");
        let markdown = written(&policy, "{}", Form::Markdown);
        let sources = markdown.split("\n## ").find(|section| section.starts_with("Sources")).expect("it has one");
        assert_eq!(sources.contains(&format!("<{address}>")), is_link, "{address}");
        let csl: serde_json::Value = serde_json::from_str(&json::bibliography(&policy, Layout::Line)).unwrap();
        let told = csl[0]["URL"].as_str();
        assert!(told.is_none_or(|url| url.to_ascii_lowercase().starts_with("http")), "{address}");
        assert!(csl[0].to_string().contains(&address.replace('"', "\\\"")), "{address} is told");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn html_says_what_markdown_says(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let place = |values: &[&str], tape: &mut Tape<'_>| (tape.pick(2) == 1).then(|| tape.pick(values.len()));
        let places: Vec<Option<usize>> = FACTS.iter().map(|(_, _, values)| place(values, &mut tape)).collect();
        let profile = profile_json(&places);
        let html = read(&written(&policy, &profile, Form::Html));
        check(&html);
        // The picture is another one, and a block of code has its language.
        let mut markdown = String::new();
        let mut in_picture = false;
        for line in written(&policy, &profile, Form::Markdown).lines().skip(3) {
            match line {
                "```mermaid" => in_picture = true,
                "```" if in_picture => in_picture = false,
                line if in_picture || line.starts_with("```") => {}
                line => markdown.push_str(&(line.replace("<br>", " ") + "\n")),
            }
        }
        prop_assert_eq!(words(&html.main), words(&markdown));
        prop_assert_eq!(written(&policy, &profile, Form::Html), written(&policy, &profile, Form::Html));
    }
}

#[test]
fn files_are_known_by_their_hashes() {
    for format in ["markdown", "html"] {
        let (code, out, _) = run(&["report", RULES, "--format", format], "");
        assert_eq!(code, 0);
        for file in [RULES, "seeds/article-2025-03-07.ensue"] {
            let bytes = fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
            assert!(out.contains(&sha256(&bytes)), "{file} in {format}");
        }
        assert_eq!(run(&["report", RULES, "--format", format], "").1, out, "the same each time");
    }
}

/// The section with this heading.
fn section<'a>(markdown: &'a str, heading: &str) -> &'a str {
    markdown.split("\n## ").find(|section| section.starts_with(heading)).expect("it has such a section")
}

#[test]
fn how_it_was_made_holds_no_value() {
    let set = ["--set", "residence=kherson", "--set", "owns_property=yes"];
    let view = ["--on", "2025-03-08", "--without", "moscow_times", "--require", "1"];
    let (_, out, _) = run(&[&["report", RULES][..], &set, &view].concat(), "");
    assert!(section(&out, "What is asked").contains("Where the person lives: Kherson region"));
    let made = section(&out, "How this document was made");
    assert!(!made.contains("kherson") && !made.contains("Kherson") && !made.contains("residence"), "{made}");
    let command =
        "ensue report rules/passports.ensue --on 2025-03-08 --without moscow_times --require 1 --format markdown";
    assert!(made.contains(command) && made.contains("--set"), "{made}");
}

#[test]
fn the_command_that_it_names_writes_it_again() {
    let given = [
        "report",
        RULES,
        "tests/profiles/kherson.json",
        "--over",
        "2024-01-01..2026-01-01",
        "--as-known",
        "--on",
        "2025-03-08",
    ];
    let (_, out, _) = run(&given, "");
    let line = section(&out, "How this document was made").lines().find(|line| line.starts_with("ensue ")).unwrap();
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    assert_eq!(run(&words, "").1, out);
}

#[test]
fn paths_do_not_tell_where_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["rules", "seeds"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("rules/r.ensue", "import \"../seeds/s.ensue\"\nconsequence x \"X\"\nrule r \"R\" per c when f then x\n");
    write("seeds/s.ensue", "source s \"S\"\nclaim c by s \"C\"\nfact f \"F\" : yes or no\n");
    write("p.json", r#"{"f": true}"#);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for format in ["markdown", "html", "csl-json"] {
        let (code, out, error) = run(&["report", &path("rules/r.ensue"), &path("p.json"), "--format", format], "");
        assert_eq!((code, error.as_str()), (0, ""));
        assert!(!out.contains(folder.path().to_str().unwrap()), "{out}");
        if format == "markdown" {
            assert!(out.contains("rules/r.ensue") && out.contains("seeds/s.ensue") && out.contains("p.json"));
        }
    }
    // What is wrong is told with the path that was given.
    write("rules/r.ensue", "fact d \"D\" : date\nconsequence x \"X\"\nrule r \"R\" when d < today then x\n");
    let (code, _, error) = run(&["report", &path("rules/r.ensue")], "");
    assert!(code == 2 && error.contains(&path("rules/r.ensue")), "{error}");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("report.md");
    let path = out.to_str().unwrap();
    let (code, written, error) = run(&["report", RULES, "--out", path], "");
    assert_eq!((code, written.as_str(), error.as_str()), (0, "", ""));
    let (_, shown, _) = run(&["report", RULES], "");
    assert_eq!(fs::read_to_string(&out).unwrap(), shown);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&out).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "it tells of a person, and is its owner's alone");
    }
    let (code, _, error) = run(&["report", RULES, "--format", "html", "--out", path], "");
    assert!(code == 2 && error.contains("--force"), "{error}");
    assert_eq!(fs::read_to_string(&out).unwrap(), shown, "it is as it was");
    // What fails leaves the old file.
    let (code, _, _) = run(&["report", RULES, "--set", "owns_property=maybe", "--out", path, "--force"], "");
    assert_eq!((code, fs::read_to_string(&out).unwrap()), (2, shown));
    let (code, _, _) = run(&["report", RULES, "--format", "html", "--out", path, "--force"], "");
    assert_eq!(code, 0);
    assert!(fs::read_to_string(&out).unwrap().starts_with("<!doctype html>"));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
    // What it is made of is not replaced.
    let rules = folder.path().join("rules.ensue");
    fs::write(&rules, "fact f \"F\" : yes or no\n").unwrap();
    let path = rules.to_str().unwrap();
    let (code, _, error) = run(&["report", path, "--out", path, "--force"], "");
    assert!(code == 2 && error.contains("is made of"), "{error}");
    assert_eq!(fs::read_to_string(&rules).unwrap(), "fact f \"F\" : yes or no\n");
}

/// The part of the Citation Style Language's `csl-data.json` that is used here, written down from it.
const CSL: &str = r##"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "array",
  "items": {
    "type": "object",
    "properties": {
      "id": {"type": ["string", "number"]},
      "type": {"enum": ["document", "webpage"]},
      "title": {"type": "string"}, "URL": {"type": "string"}, "note": {"type": "string"},
      "language": {"type": "string"},
      "author": {"type": "array", "items": {
        "type": "object", "properties": {"literal": {"type": "string"}}, "additionalProperties": false}},
      "issued": {"$ref": "#/definitions/date"}, "accessed": {"$ref": "#/definitions/date"}
    },
    "required": ["type", "id"],
    "additionalProperties": false
  },
  "definitions": {"date": {
    "type": "object",
    "properties": {"date-parts": {
      "type": "array", "minItems": 1, "maxItems": 2,
      "items": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1, "maxItems": 3}}},
    "additionalProperties": false
  }}
}"##;

#[test]
fn sources_have_the_form_of_csl() {
    let schema = jsonschema::validator_for(&serde_json::from_str(CSL).unwrap()).unwrap();
    let all = load(
        "source gazette \"The Gazette, 'Cards'\" by \"A. Writer\" by \"The Institute\" published 2025-03-07 \
         accessed 2025-04-01 url \"https://example.org/1\" url \"ftp://example.org/1\" \
         archived \"https://archive.example/1\" language en note \"Page 3.\"\n\
         source nurse \"A nurse\" quoted in gazette",
    );
    for policy in [&all, &hostile(), &load("fact f \"F\" : yes or no")] {
        let written: serde_json::Value = serde_json::from_str(&json::bibliography(policy, Layout::Line)).unwrap();
        let found: Vec<String> = schema.iter_errors(&written).map(|error| error.to_string()).collect();
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(written.as_array().unwrap().len(), policy.sources.len());
    }
    let written: serde_json::Value = serde_json::from_str(&json::bibliography(&all, Layout::Line)).unwrap();
    let wanted = serde_json::json!([
        {
            "id": "gazette", "type": "webpage", "title": "The Gazette, 'Cards'",
            "author": [{"literal": "A. Writer"}, {"literal": "The Institute"}],
            "issued": {"date-parts": [[2025, 3, 7]]}, "accessed": {"date-parts": [[2025, 4, 1]]},
            "URL": "https://example.org/1", "language": "en",
            "note": "Address: ftp://example.org/1\nArchived: https://archive.example/1\nPage 3."
        },
        {"id": "nurse", "type": "document", "title": "A nurse", "note": "Quoted in The Gazette, 'Cards' (2025-03-07)"}
    ]);
    assert_eq!(written, wanted);
}

#[test]
fn a_fence_is_longer_than_any_in_the_rules() {
    let policy = load("# ```` \n# `````text\nfact f \"F\" : yes or no\n");
    let markdown = written(&policy, "{}", Form::Markdown);
    assert!(markdown.contains("\n``````text\n# ````") && markdown.ends_with("\n``````\n"), "{markdown}");
    assert!(HOSTILE.iter().any(|text| text.contains('`')));
}
