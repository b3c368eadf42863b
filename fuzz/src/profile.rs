//! Any text as a profile.

use std::sync::LazyLock;

use ensue::{Engine, Policy, View, report};
use serde_json::Value;

use crate::draw::Draw;
use crate::rules;

/// Facts of all types, each of which matters.
const RULES: &str = "policy p \"P\" as of 2025-03-07
fact card \"C\" : yes or no
fact area \"A\" : one of north, south, other
fact income \"I\" : number from -1_000.5 to 5_000_000_000
fact wealth \"W\" : number
fact children \"K\" : whole number from 0 to 20
fact born \"B\" : date
consequence first \"F\" harm
consequence second \"S\"
rule a \"A\" when card and area is north and income < 10.25 and wealth > 0.5 then first
rule b \"B\" when children >= 3 or years since born >= 18 then second
rule c \"C\" when not card then not first";

static POLICY: LazyLock<Policy> = LazyLock::new(|| rules::sound(RULES));
static ENGINE: LazyLock<Engine<'static>> =
    LazyLock::new(|| Engine::new(&POLICY, &View::default()).expect("it has a date"));

/// What no message may hold, wherever in a profile it is a value.
const CANARY: &str = "canary7391";

/// Reads a text as a profile, or writes one with a value that must not be told.
pub fn profile(data: &[u8]) {
    let Some((way, rest)) = data.split_first() else { return };
    if way % 2 == 0 {
        let Ok(text) = std::str::from_utf8(rest) else { return };
        let told = read(text);
        match serde_json::from_str::<Value>(text.strip_prefix('\u{feff}').unwrap_or(text)) {
            Ok(value) => check_values(&value, text, &told),
            // Mistakes of syntax are told without any word of the text.
            Err(_) => assert!(!told.contains(CANARY), "{told}"),
        }
    } else {
        let (text, values) = shaped(&mut Draw::new(rest));
        let told = read(&text);
        for value in values {
            assert!(!told.contains(&value), "{value} in {told:?} of {text}");
        }
    }
}

/// Reads a profile and asks all of it; all that is told of it, in each format.
fn read(text: &str) -> String {
    match POLICY.profile(text) {
        Ok(profile) => {
            let outcomes = ENGINE.outcomes(&profile);
            assert_eq!(outcomes.len(), POLICY.consequences.len());
            assert!(outcomes.iter().all(|outcome| outcome.searched));
            format!("{profile:?}")
        }
        Err(found) => {
            assert!(!found.list.is_empty());
            assert!(
                found.list.iter().all(|it| it.spot.is_some() && it.labels.is_empty()),
                "a place, and no line of it"
            );
            rules::check_findings(&found.files, &found.list);
            let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().count().max(1);
            for position in found.list.iter().filter_map(|it| it.spot.as_ref()?.position) {
                // What ends too early ends behind the last line.
                assert!(position.line <= lines + 1 && position.column > 0, "{position:?} of {lines} lines");
            }
            let shown: Vec<String> = found.list.iter().map(|it| report::diagnostic(&found.files, it)).collect();
            format!("{found}\n{found:?}\n{:?}\n{}", found.list, shown.join("\n"))
        }
    }
}

/// No text or number that stands as a value, and nowhere as a key, is told. Short ones are in every message.
fn check_values(value: &Value, text: &str, told: &str) {
    let mut values = Vec::new();
    let mut keys = String::from(RULES);
    collect(value, &mut values, &mut keys);
    let long = values.into_iter().filter(|value| value.chars().count() >= 8);
    for value in long.filter(|value| !keys.contains(value.as_str())) {
        let escaped: String = value.chars().flat_map(char::escape_debug).collect();
        assert!(!told.contains(&value) && !told.contains(&escaped), "{value:?} in {told:?} of {text}");
    }
}

fn collect(value: &Value, values: &mut Vec<String>, keys: &mut String) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => values.push(number.to_string()),
        Value::String(text) => values.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|it| collect(it, values, keys)),
        Value::Object(entries) => {
            for (key, value) in entries {
                keys.push_str(key);
                collect(value, values, keys);
            }
        }
    }
}

/// A profile whose values hold canaries: texts, numbers and what stands in lists and objects.
fn shaped(draw: &mut Draw<'_>) -> (String, Vec<String>) {
    let mut entries = Vec::new();
    let digits = format!("7391{}", draw.below(1_000_000) + 1_000_000);
    for _ in 0..1 + draw.below(4) {
        let key = draw.of(&[
            "card",
            "area",
            "income",
            "wealth",
            "children",
            "born",
            "Area",
            "are",
            "email",
            "phone_number",
            "card ",
        ]);
        let odd = draw.text().replace(|c: char| matches!(c, '\\' | '"') || c.is_control(), "");
        let value = match draw.below(10) {
            0 => format!("\"{CANARY}\""),
            1 => format!("\"{odd}{CANARY}{odd}\""),
            2 => digits.clone(),
            3 => format!("-{digits}.{digits}"),
            4 => format!("{digits}e{}", draw.below(40)),
            5 => format!("[\"{CANARY}\", {digits}]"),
            6 => format!("{{\"{}\": \"{CANARY}\"}}", draw.of(&["value", "card", ""])),
            7 => format!("\"{digits}-13-45\""),
            8 => format!("\"\\ud800{CANARY}\""),
            _ => format!("\"{CANARY}"),
        };
        entries.push(format!("\"{key}\"{}:{}{value}", draw.of(&["", " ", "\n"]), draw.of(&[" ", "\n", ""])));
    }
    let (open, close) = (draw.of(&["{", "", "[{"]), draw.of(&["}", "", "}}", "}]", "},"]));
    (format!("{open}{}{close}", entries.join(draw.of(&[", ", ",,", "; "]))), vec![CANARY.to_owned(), digits])
}
