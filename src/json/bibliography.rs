//! A policy's sources as CSL-JSON, which reference managers read.
//!
//! Follows the schema `csl-data.json` of the Citation Style Language, version 1.0.2, which allows no
//! keys but its own: what it has no place for stands in `note`.

use serde::Serialize;

use super::Layout;
use crate::model::{Date, Policy, Source};

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<Name<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accessed: Option<Day>,
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A name that is not taken apart: of a person or of an institution.
#[derive(Serialize)]
struct Name<'a> {
    literal: &'a str,
}

#[derive(Serialize)]
struct Day {
    #[serde(rename = "date-parts")]
    parts: [[i64; 3]; 1],
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let (year, month, day) = date.parts();
        Self { parts: [[year, month, day]] }
    }
}

/// The sources as one CSL-JSON document, in the order of declaration.
#[must_use]
pub fn bibliography(policy: &Policy, layout: Layout) -> String {
    let items: Vec<Item<'_>> = policy.sources.iter().map(|source| item(policy, source)).collect();
    layout.write(&items)
}

fn item<'a>(policy: &'a Policy, source: &'a Source) -> Item<'a> {
    let url = source.urls.iter().find(|url| is_web(url)).map(String::as_str);
    let mut notes: Vec<String> = Vec::new();
    for quoting in &source.quoted_in {
        let quoting = &policy[*quoting];
        let published = quoting.published.map_or(String::new(), |date| format!(" ({date})"));
        notes.push(format!("Quoted in {}{published}", quoting.label));
    }
    let others = source.urls.iter().filter(|other| Some(other.as_str()) != url);
    notes.extend(others.map(|url| format!("Address: {url}")));
    notes.extend(source.archived.iter().map(|url| format!("Archived: {url}")));
    notes.extend(source.notes.iter().cloned());
    Item {
        id: &source.name,
        kind: if url.is_some() { "webpage" } else { "document" },
        title: &source.label,
        author: source.by.iter().map(|literal| Name { literal }).collect(),
        issued: source.published.map(Day::from),
        accessed: source.accessed.map(Day::from),
        url,
        language: source.language.as_deref(),
        note: (!notes.is_empty()).then(|| notes.join("\n")),
    }
}

/// Whether programs may be trusted to open the address.
fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}
