//! Pictures of a policy: who reports what and what follows, and what decides one consequence.
//!
//! [`evidence()`] and [`decision()`] build a [`Graph`], which is data; [`dot()`], [`mermaid()`] and
//! [`svg()`] write it. A [`Chart`] is data too, and [`bars()`] writes it. All texts in a graph are as readers see them, on one line; each writer escapes them
//! for its format.

#[cfg(feature = "svg")]
pub mod chart;
mod decision;
mod dot;
mod evidence;
#[cfg(feature = "svg")]
mod layout;
mod letters;
mod mermaid;
#[cfg(feature = "svg")]
mod svg;

use crate::model::Profile;
#[cfg(feature = "svg")]
pub use chart::{Chart, bars};
pub use decision::decision;
pub use dot::dot;
pub use evidence::evidence;
pub use mermaid::mermaid;
#[cfg(feature = "svg")]
pub use svg::svg;

/// Boxes and arrows, with the words that stand on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    /// What it shows, in a few words.
    pub title: String,
    /// Of which rules and of which profile it speaks; may be empty.
    pub about: String,
    /// What is to be seen, for those who do not see it.
    pub description: String,
    /// What stands below: what the signs mean.
    pub notes: Vec<String>,
    /// Which way arrows lead.
    pub direction: Direction,
    /// The boxes, in the order in which they are read.
    pub nodes: Vec<Node>,
    /// The arrows.
    pub edges: Vec<Edge>,
}

/// Which way arrows lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    Right,
    /// From the top down.
    Down,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name among the graph's nodes: `a`–`z`, `0`–`9` and `_`, and no word of any format.
    pub id: String,
    /// What it stands for.
    pub kind: Kind,
    /// What it is, in a word or two.
    pub head: String,
    /// What it says.
    pub text: String,
    /// What is said of it.
    pub notes: Vec<String>,
    /// Whether it lies on the path that the profile takes.
    pub marked: bool,
    /// Whether it does not count in the view.
    pub faded: bool,
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Who reports.
    Source,
    /// What is reported.
    Claim,
    /// What leads to what.
    Rule,
    /// A rule that denies what it concludes.
    Denial,
    /// What may follow.
    Consequence,
    /// A fact that is asked for.
    Question,
    /// A status, at the end of a decision.
    Status,
}

/// An arrow between two nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The place of the node where it begins.
    pub from: usize,
    /// The place of the node where it ends.
    pub to: usize,
    /// What it means.
    pub relation: Relation,
    /// Whether the profile takes it.
    pub marked: bool,
    /// Whether one of its ends does not count in the view.
    pub faded: bool,
}

/// What an arrow means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// From a source to what it reports.
    Reports,
    /// From a claim to a rule that rests on it.
    Encoded,
    /// From a rule to what it asserts.
    Asserts,
    /// From a rule to what it denies.
    Denies,
    /// From a consequence to a rule whose condition names it.
    Condition,
    /// From a rule to one that it overrides.
    Overrides,
    /// From a source to one in which it is quoted.
    QuotedIn,
    /// From a claim to one that it relays.
    Repeats,
    /// From a claim to one that it supports.
    Supports,
    /// From a claim to one that it contradicts.
    Contradicts,
    /// From a question to what an answer leads to: the answer.
    Answer(String),
}

impl Relation {
    /// The words on the arrow; empty where they go without saying.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Relation::Reports | Relation::Encoded | Relation::Asserts => "",
            Relation::Denies => "then not",
            Relation::Condition => "condition",
            Relation::Overrides => "overrides",
            Relation::QuotedIn => "quoted in",
            Relation::Repeats => "repeats",
            Relation::Supports => "supports",
            Relation::Contradicts => "contradicts",
            Relation::Answer(values) => values,
        }
    }

    /// The words between its two ends where it is read out.
    #[must_use]
    pub fn told(&self) -> String {
        let told = match self {
            Relation::Reports => "reports the",
            Relation::Encoded => "is encoded by the",
            Relation::Asserts => "leads to the",
            Relation::Denies => "denies the",
            Relation::Condition => "is a condition of the",
            Relation::Overrides => "overrides the",
            Relation::QuotedIn => "is quoted in the",
            Relation::Repeats => "repeats the",
            Relation::Supports => "supports the",
            Relation::Contradicts => "contradicts the",
            Relation::Answer(values) => return format!("if {values}:"),
        };
        told.to_owned()
    }

    /// Whether it is drawn dashed, as it leads to no consequence.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        match self {
            Relation::Reports | Relation::Encoded | Relation::Asserts | Relation::Denies => false,
            Relation::Condition | Relation::Answer(_) => false,
            Relation::Overrides | Relation::QuotedIn => true,
            Relation::Repeats | Relation::Supports | Relation::Contradicts => true,
        }
    }
}

/// A profile whose path is marked, and how readers know it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Where it is from; `-` for standard input.
    pub name: Option<&'a str>,
    /// Its values.
    pub profile: &'a Profile,
}

/// There is more than can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    /// How many nodes there are.
    pub nodes: usize,
    /// How many edges there are.
    pub edges: usize,
}

impl Graph {
    /// How a node is called where others speak of it.
    fn called(&self, node: usize) -> String {
        let Node { kind, head, text, .. } = &self.nodes[node];
        match kind {
            Kind::Question => head.clone(),
            Kind::Status => text.clone(),
            Kind::Source | Kind::Claim | Kind::Rule | Kind::Denial | Kind::Consequence => format!("{head} \"{text}\""),
        }
    }

    /// All that is to be said of each node, in the order of the nodes: what it is, what it says,
    /// where its arrows lead.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        let mut told: Vec<String> = self
            .nodes
            .iter()
            .map(|node| {
                let notes = node.notes.iter().map(|note| format!("; {note}"));
                format!("{}: {}{}", node.head, node.text, notes.collect::<String>())
            })
            .collect();
        for edge in &self.edges {
            let mark = if edge.marked { ", for this profile" } else { "" };
            told[edge.from].push_str(&format!("; {} {}{mark}", edge.relation.told(), self.called(edge.to)));
        }
        told
    }

    fn is_marked(&self) -> bool {
        self.nodes.iter().any(|node| node.marked)
    }
}

/// `1 rule`, `2 rules`.
fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
