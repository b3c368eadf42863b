//! Graphs in Mermaid's language.

use std::fmt::Write as _;

use super::{Direction, Edge, Graph, Kind, Node};

/// What the box with notes is called, as no node is.
const SAID: &str = "said_of_all";

/// The graph for Mermaid.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let direction = match graph.direction {
        Direction::Right => "LR",
        Direction::Down => "TB",
    };
    let title = if graph.about.is_empty() { graph.title.clone() } else { format!("{} ({})", graph.title, graph.about) };
    let mut out = format!("flowchart {direction}\n");
    let _ = writeln!(out, "  accTitle: {}", escaped(&title));
    let _ = writeln!(out, "  accDescr: {}", escaped(&graph.description));
    for node in &graph.nodes {
        let (open, close) = shape(node.kind);
        let _ = writeln!(out, "  {}{open}\"{}\"{close}", node.id, label(node));
    }
    // Mermaid has no place for what is said of a picture as a whole: a box without lines and arrows.
    if !graph.notes.is_empty() {
        let notes: Vec<String> = graph.notes.iter().map(|note| escaped(note)).collect();
        let _ = writeln!(out, "  {SAID}[\"{}\"]\n  style {SAID} fill:none,stroke:none", notes.join("<br>"));
    }
    for edge in &graph.edges {
        let _ = writeln!(out, "  {}", arrow(graph, edge));
    }
    let classes: [Class; 2] = [
        ("marked", "stroke-width:4px", |node| node.marked),
        ("faded", "stroke-dasharray:4 3,color:#595959", |node| node.faded),
    ];
    for (class, style, is) in classes {
        let ids: Vec<&str> = graph.nodes.iter().filter(|node| is(node)).map(|node| node.id.as_str()).collect();
        if !ids.is_empty() {
            let _ = writeln!(out, "  classDef {class} {style}\n  class {} {class}", ids.join(","));
        }
    }
    out
}

/// A class of nodes: its name, its style, and which nodes are of it.
type Class = (&'static str, &'static str, fn(&Node) -> bool);

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Source => ("[(", ")]"),
        Kind::Claim => ("[", "]"),
        Kind::Rule => ("[[", "]]"),
        Kind::Denial => ("{{", "}}"),
        Kind::Consequence | Kind::Question => ("(", ")"),
        Kind::Status => ("([", "])"),
    }
}

fn label(node: &Node) -> String {
    let lines = [&node.head, &node.text].into_iter().chain(&node.notes);
    lines.map(|line| escaped(line)).collect::<Vec<_>>().join("<br>")
}

fn arrow(graph: &Graph, edge: &Edge) -> String {
    let (from, to) = (&graph.nodes[edge.from].id, &graph.nodes[edge.to].id);
    let line = match (edge.marked, edge.relation.is_aside()) {
        (true, _) => "==>",
        (false, true) => "-.->",
        (false, false) => "-->",
    };
    match edge.relation.shown() {
        "" => format!("{from} {line} {to}"),
        words => format!("{from} {line}|\"{}\"| {to}", escaped(words)),
    }
}

/// A text that Mermaid shows as it is: whatever could mean something to Mermaid, to Markdown or to
/// HTML is written by its number. `#` is the mark of such numbers, and so is one of them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    // At the beginning, `-` and `1.` would open a list, which Mermaid refuses to show.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (index, c) in text.char_indices() {
        let ordinal = digits > 0 && index == digits && matches!(c, '.' | ')');
        let harmless = match c {
            ',' | '.' | '\'' | '?' | '!' | ':' | '(' | ')' => !ordinal,
            '-' => index > 0,
            _ => !c.is_ascii_punctuation(),
        };
        match c {
            '"' => escaped.push_str("#quot;"),
            _ if harmless => escaped.push(c),
            _ => {
                let _ = write!(escaped, "#{};", u32::from(c));
            }
        }
    }
    escaped
}
