//! Findings in the Static Analysis Results Interchange Format (SARIF) 2.1.0, an OASIS standard.

use serde_json::{Value, json};

use super::Layout;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::distinct::distinct;
use crate::text::{FileId, Files, Place};

/// Findings as one run of one tool; each comes with the files it speaks of.
///
/// Columns count Unicode code points. A scenario that shows the finding stands in its properties.
#[must_use]
pub fn sarif<'a>(found: impl IntoIterator<Item = (&'a Files, &'a Diagnostic)>, layout: Layout) -> String {
    let found: Vec<(&Files, &Diagnostic)> = found.into_iter().collect();
    let codes = distinct(found.iter().map(|(_, it)| it.code));
    let codes: Vec<Code> = codes.into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|code| rule(*code)).collect();
    let results: Vec<Value> = found.iter().map(|(files, it)| result(files, it, &codes)).collect();
    layout.write(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "ensue", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "shortDescription": { "text": code.summary() },
        "fullDescription": { "text": code.summary() },
        "help": { "text": code.page(), "markdown": code.page() },
    })
}

fn result(files: &Files, diagnostic: &Diagnostic, codes: &[Code]) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let advice = diagnostic.notes.iter().chain(&diagnostic.help);
    let text: Vec<&str> = std::iter::once(&diagnostic.message).chain(advice).map(String::as_str).collect();
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level,
        "message": message(&text.join("\n")),
    });
    let mut places = diagnostic.labels.iter().map(|label| location(files, label.place, &label.text));
    let spot = || diagnostic.spot.as_ref().map(|spot| spot_location(&spot.name, spot.position));
    if let Some(main) = places.next().or_else(spot) {
        result["locations"] = json!([main]);
    }
    let related: Vec<Value> = places.collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    if !diagnostic.fixes.is_empty() {
        let fixes: Vec<Value> = diagnostic.fixes.iter().map(|it| fix(files, it)).collect();
        result["fixes"] = json!(fixes);
    }
    if let Some(scenario) = &diagnostic.scenario {
        result["properties"] = json!({ "scenario": scenario });
    }
    result
}

/// A message of SARIF, in which `[a](b)` would be a link and `{0}` a placeholder (3.11.5 and 3.11.6). Within what
/// would be a link's text a bracket is escaped; elsewhere brackets stand as they are.
fn message(text: &str) -> Value {
    json!({ "text": text.replace("](", "\\](").replace('{', "{{").replace('}', "}}") })
}

fn location(files: &Files, place: Place, text: &str) -> Value {
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(files, place.file), "region": region(files, place) },
    });
    if !text.is_empty() {
        location["message"] = message(text);
    }
    location
}

fn spot_location(name: &str, position: Option<crate::text::Position>) -> Value {
    // Code scanning on GitHub wants a line; what is wrong with a whole file stands at its first.
    let region = match position {
        Some(at) => json!({ "startLine": at.line, "startColumn": at.column }),
        None => json!({ "startLine": 1 }),
    };
    json!({ "physicalLocation": { "artifactLocation": { "uri": uri(name) }, "region": region } })
}

fn fix(files: &Files, fix: &crate::diagnostic::Fix) -> Value {
    json!({
        "description": { "text": if fix.certain { "changes no answer" } else { "if this is what was meant" } },
        "artifactChanges": [{
            "artifactLocation": artifact(files, fix.place.file),
            "replacements": [{
                "deletedRegion": region(files, fix.place),
                "insertedContent": { "text": fix.replacement },
            }],
        }],
    })
}

fn artifact(files: &Files, file: FileId) -> Value {
    json!({ "uri": uri(&files[file].name) })
}

fn region(files: &Files, place: Place) -> Value {
    let file = &files[place.file];
    let (start, end) = (file.position(place.span.start), file.position(place.span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A path as a relative or absolute URI reference: what is not allowed in one is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
