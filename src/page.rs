//! One offline page: a single HTML file with the rules, the pictures, the engine as WebAssembly and
//! the script that shows them. It needs nothing else, asks for nothing and keeps nothing.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use indexmap::IndexMap;
use serde::Serialize;

use crate::graph;
use crate::json::Subject;
use crate::model::{ConsequenceId, Policy};
use crate::never::never;
use crate::report::document::html::allowed;
use crate::report::{self, Detail, Form};
use crate::semantics::Engine;
use crate::words::{as_html, plain};

/// The engine, as `web/build.sh` makes and packs it; empty where it was not built.
static ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm.gz"));

const TEMPLATE: &str = include_str!("../web/page/page.html");
const STYLE: &str = include_str!("../web/page/page.css");
const SCRIPT: &str = include_str!("../web/page/page.js");
const LOADER: &str = include_str!("../web/engine.js");

/// The program was built without the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEngine;

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Settings {
    /// The date with which the page begins, where it is not the policy's.
    on: Option<String>,
}

/// The page of a policy, which begins with the date of the engine's view.
///
/// # Errors
/// When the program was built without the engine.
pub fn page(engine: &Engine<'_>) -> Result<String, NoEngine> {
    if ENGINE.is_empty() { Err(NoEngine) } else { Ok(page_with(engine, ENGINE)) }
}

/// The page of a policy with an engine that was built apart: WebAssembly, packed by gzip, as `web/build.sh` leaves it.
#[must_use]
pub fn page_with(engine: &Engine<'_>, packed: &[u8]) -> String {
    let policy = engine.policy;
    let title = as_html(&plain(policy.label.as_deref().unwrap_or(&policy.name)));
    // In a page of its own the loader is no module that others import.
    let script = format!("{}\n{SCRIPT}", LOADER.replace("export async function", "async function"));
    let (allowed_script, allowed_style) = (allowed(&script), allowed(STYLE));
    let files = as_data(&files(policy));
    let settings = as_data(&Settings { on: engine.selection.view.on.map(|date| date.to_string()) });
    let drawings = as_data(&drawings(engine));
    // What follows where nothing is known stands there before the engine has begun.
    let unknown = policy.unknown();
    let subject = Subject { policy, selection: &engine.selection, name: None, profile: &unknown };
    let outcomes = report::outcomes(subject, &engine.outcomes_in_brief(&unknown), Detail::Usual, Form::Html);
    let code = BASE64_STANDARD.encode(packed);
    filled(|name| match name {
        "title" => &title,
        "style" => STYLE,
        "allowed-style" => &allowed_style,
        "script" => &script,
        "allowed-script" => &allowed_script,
        "outcomes" => &outcomes,
        "files" => &files,
        "settings" => &settings,
        "drawings" => &drawings,
        "engine" => &code,
        "version" => env!("CARGO_PKG_VERSION"),
        other => never(&format!("the template names {other}")),
    })
}

/// The template with a text for each `{name}`. What is put in is not looked at again.
fn filled<'a>(text: impl Fn(&str) -> &'a str) -> String {
    let mut parts = TEMPLATE.split('{');
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').expect("braces are closed");
        page.push_str(text(name));
        page.push_str(rest);
    }
    page
}

/// JSON that an element of HTML can hold.
fn as_data(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("all keys are texts");
    crate::json::without_controls(json).replace('<', "\\u003c")
}

/// The rule files, the root first, with names that tell nothing of the folders above all of them.
fn files(policy: &Policy) -> Vec<File<'_>> {
    let names: Vec<&str> = policy.files.iter().map(|(_, file)| file.name.as_str()).collect();
    let folder = |name: &str| name.rfind('/').map_or(0, |slash| slash + 1);
    let mut common = names.first().map_or("", |name| &name[..folder(name)]);
    while !names.iter().all(|name| name.starts_with(common)) {
        common = &common[..folder(&common[..common.len() - 1])];
    }
    policy.files.iter().map(|(_, file)| File { name: &file.name[common.len()..], text: &file.text }).collect()
}

/// The pictures by the consequence that they are about, the one of the whole policy by an empty name;
/// those that are legible. Their styles are the page's.
fn drawings<'p>(engine: &Engine<'p>) -> IndexMap<&'p str, String> {
    let whole = std::iter::once(("", Some(graph::evidence(engine, None))));
    let decision = |id: ConsequenceId| (engine.policy[id].name.as_str(), graph::decision(engine, id, None));
    let all = whole.chain(engine.policy.consequence_ids().map(decision));
    let drawn = all.filter_map(|(name, graph)| Some((name, graph::svg(&graph?, "graph", &engine.policy.limits).ok()?)));
    drawn.map(|(name, svg)| (name, without_style(&svg))).collect()
}

fn without_style(svg: &str) -> String {
    match (svg.split_once("<style>"), svg.split_once("</style>")) {
        (Some((before, _)), Some((_, after))) => before.to_owned() + after,
        _ => svg.to_owned(),
    }
}
