//! Pages as HTML: well formed, and texts from outside are only text, whatever they hold.

use ensue::explore::change::{Changes, Wanted};
use ensue::explore::compare::{Comparison, Reasons};
use ensue::explore::timeline::{Look, Timeline};
use ensue::json::Subject;
use ensue::model::Date;
use ensue::report::{self, Detail, Form};
use ensue::semantics::View;
use ensue::{Engine, Policy, Profile};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::compare::text;
use crate::generate::{FACTS, Tape, profile_json, tapes};
use crate::lints::load;

/// Texts that other formats would take for something else.
pub const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\\\"'><svg/onload=alert(1)>",
    "</textarea></li></ul></div>",
    "&lt;b&gt; &amp; &#60;",
    "javascript:alert(1)",
    "]]> <!-- --> <![CDATA[",
    "{{constructor}} ${1} `x`",
];

/// A policy in which every text is hostile.
pub fn hostile() -> Policy {
    let texts: Vec<String> = HOSTILE.iter().map(|text| text.replace('\\', "").replace('"', "\\\"")).collect();
    let t = |index: usize| &texts[index % texts.len()];
    load(&format!(
        "policy p \"{}\" as of 2025-01-01\n\
         source s \"{}\" published 2024-01-01\nsource q \"{}\" quoted in s\n\
         claim c by q at \"{}\" certainty \"{}\" quote \"{}\" \"{}\"\n\
         fact f \"{}\" : one of a \"{}\", b \"{}\" ask \"{}\" note \"{}\"\n\
         fact g \"{}\" : yes or no\n\
         define d \"{}\" as g or f is a\n\
         consequence x \"{}\" harm\nconsequence y \"{}\"\n\
         rule r \"{}\" per c assumes \"{}\" in force from 2024-06-01 when d then x\n\
         rule n \"{}\" when g then not x\n\
         rule o \"{}\" per c when not d then y\n\
         choice k \"{}\" option o1 \"{}\" sets f a option o2 \"{}\" sets f b\n",
        t(0),
        t(1),
        t(2),
        t(3),
        t(4),
        t(5),
        t(6),
        t(7),
        t(0),
        t(1),
        t(2),
        t(3),
        t(4),
        t(5),
        t(6),
        t(7),
        t(0),
        t(1),
        t(2),
        t(3),
        t(4),
        t(5),
        t(6),
    ))
}

/// Every kind of page about a profile.
fn pages(policy: &Policy, profile: &Profile, form: Form) -> Vec<String> {
    let engine = Engine::new(policy, &View::default()).expect("it has a date");
    let subject = Subject { policy, selection: &engine.selection, name: Some("<p>.json"), profile };
    let mut pages = vec![report::outcomes(subject, &engine.outcomes(profile), Detail::Full, form)];
    for id in policy.consequence_ids() {
        pages.push(report::explanation(subject, &engine.explain(id, profile), form));
        let changes = Changes::of(&engine, id, Wanted::Otherwise, profile, &[]);
        pages.push(report::changes(subject, &changes, Wanted::Otherwise, form));
    }
    let choices = policy.choices.iter().map(|choice| Comparison::of_options(&engine, choice, profile, Reasons::Sought));
    let values = policy.fact_ids().map(|fact| Comparison::of_values(&engine, fact, profile, Reasons::Sought));
    pages.push(report::comparisons(subject, &choices.chain(values).collect::<Vec<_>>(), form));
    let over = ["2024-01-01", "2025-12-31"].map(|date| Date::parse(date).expect("a date"));
    let view = View::default();
    let look = Look { view: &view, as_known: false };
    if let Ok(found) = Timeline::of(policy, look, profile, (over[0], over[1])) {
        pages.push(report::timeline(subject, look, &found, form));
    }
    pages
}

const ELEMENTS: &[&str] =
    &["a", "br", "code", "div", "h3", "h4", "li", "p", "small", "table", "tbody", "td", "th", "thead", "tr", "ul"];

/// The text of a part of a document whose elements are those of pages.
fn read(html: &str) -> Result<String, TestCaseError> {
    let whole = format!("<div>{html}</div>");
    let mut reader = Reader::from_str(&whole);
    let mut text = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let name = element.name();
                let name: &str = name.as_ref();
                prop_assert!(ELEMENTS.contains(&name), "<{name}> in {html}");
                for attribute in element.attributes() {
                    let attribute = attribute.expect("attributes are well formed");
                    let key: &str = attribute.key.as_ref();
                    prop_assert!(["class", "data-of", "data-status", "href", "scope"].contains(&key));
                    prop_assert!(key != "href" || attribute.value.starts_with("#file"));
                }
                text.push(' ');
            }
            Ok(Event::Text(more)) => text.push_str(more.as_ref()),
            Ok(Event::GeneralRef(reference)) => text.push(match reference.as_ref() {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "#39" => '\'',
                other => panic!("&{};", other),
            }),
            Ok(Event::End(_)) => text.push(' '),
            Ok(Event::Eof) => return Ok(text),
            other => return Err(TestCaseError::fail(format!("{other:?} in {html}"))),
        }
    }
}

pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[test]
fn texts_from_outside_are_only_text() {
    let policy = hostile();
    for json in ["{}", r#"{"g": true}"#, r#"{"f": "a", "g": false}"#] {
        let profile = policy.profile(json).expect("it fits");
        let all: Vec<String> = pages(&policy, &profile, Form::Html).iter().map(|page| read(page).unwrap()).collect();
        let all = all.join("\n");
        for text in [&policy.sources[1].label, &policy.claims[0].statement, &policy.facts[1].label] {
            assert!(all.contains(text.as_str()), "{text} is shown as it is");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn html_says_what_markdown_says(choices in tapes()) {
        let mut tape = Tape::new(&choices);
        let policy = load(&text(&mut tape));
        let place = |values: &[&str], tape: &mut Tape<'_>| (tape.pick(2) == 1).then(|| tape.pick(values.len()));
        let places: Vec<Option<usize>> = FACTS.iter().map(|(_, _, values)| place(values, &mut tape)).collect();
        let profile = policy.profile(&profile_json(&places)).expect("it fits");
        let markdown = pages(&policy, &profile, Form::Markdown);
        let title = words(&policy.label.clone().unwrap_or_default());
        for (html, markdown) in pages(&policy, &profile, Form::Html).iter().zip(&markdown) {
            let markdown = words(&markdown.replace("<br>", " "));
            prop_assert_eq!(words(&read(html)?), &markdown[title.len()..]);
        }
    }
}
