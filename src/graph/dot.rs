//! Graphs in Graphviz's language.

use std::fmt::Write as _;

use super::letters::wrapped;
use super::{Direction, Edge, Graph, Kind, Node};

/// How wide lines are in a box and on an arrow, in pixels of letters as large as in an SVG:
/// Graphviz breaks no line by itself.
const BOX: i32 = 240;
const ARROW: i32 = 160;
const NOTE: i32 = 600;

/// The graph for Graphviz.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let direction = match graph.direction {
        Direction::Right => "LR",
        Direction::Down => "TB",
    };
    let mut out = String::from("digraph ensue {\n");
    let _ = writeln!(out, "  graph [rankdir={direction}, labelloc=t, fontname=\"sans-serif\"];");
    let mut label = vec![graph.title.clone(), graph.about.clone()];
    label.extend(graph.notes.iter().flat_map(|note| wrapped(note, NOTE)));
    let _ = writeln!(out, "  graph [label={}, tooltip={}];", quoted(&label), quoted(&[&graph.description]));
    out.push_str("  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
    for node in &graph.nodes {
        let _ = writeln!(out, "  {} [{}];", node.id, style(node));
    }
    for edge in &graph.edges {
        let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
        let _ = writeln!(out, "  {from} -> {to}{};", edge_style(edge));
    }
    out.push_str("}\n");
    out
}

fn style(node: &Node) -> String {
    let mut lines = wrapped(&node.head, BOX);
    lines.extend(wrapped(&node.text, BOX));
    node.notes.iter().for_each(|note| lines.extend(wrapped(note, BOX)));
    let mut style = format!("label={}", quoted(&lines));
    let (shape, rounded) = match node.kind {
        Kind::Source => ("cylinder", false),
        Kind::Claim => ("note", false),
        Kind::Rule => ("box", false),
        Kind::Denial => ("octagon", false),
        Kind::Consequence | Kind::Question => ("box", true),
        Kind::Status => ("ellipse", false),
    };
    if shape != "box" {
        let _ = write!(style, ", shape={shape}");
    }
    let styles: Vec<&str> = [(rounded, "rounded"), (node.marked, "bold"), (node.faded, "dashed")]
        .into_iter()
        .filter_map(|(is, name)| is.then_some(name))
        .collect();
    if !styles.is_empty() {
        let _ = write!(style, ", style=\"{}\"", styles.join(","));
    }
    style.push_str(if node.marked { ", penwidth=3" } else { "" });
    style.push_str(if node.faded { ", color=gray40, fontcolor=gray30" } else { "" });
    style
}

fn edge_style(edge: &Edge) -> String {
    let mut parts = Vec::new();
    if !edge.relation.shown().is_empty() {
        parts.push(format!("label={}", quoted(&wrapped(edge.relation.shown(), ARROW))));
    }
    if edge.relation.is_aside() {
        parts.push("style=dashed".to_owned());
    }
    if edge.marked {
        parts.push("penwidth=3".to_owned());
    }
    if edge.faded {
        parts.push("color=gray40".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(" [{}]", parts.join(", ")) }
}

/// Lines as one string: a backslash or an entity in a text would mean something to Graphviz.
fn quoted(lines: &[impl AsRef<str>]) -> String {
    let escaped = |line: &str| {
        let mut escaped = String::with_capacity(line.len());
        for c in line.chars() {
            match c {
                '"' => escaped.push_str("\\\""),
                '\\' => escaped.push_str("\\\\"),
                '&' => escaped.push_str("&amp;"),
                _ => escaped.push(c),
            }
        }
        escaped
    };
    let lines: Vec<String> = lines.iter().map(AsRef::as_ref).filter(|line| !line.is_empty()).map(escaped).collect();
    format!("\"{}\"", lines.join("\\n"))
}
