//! What decides one consequence: its diagram, with facts as questions.

use indexmap::{IndexMap, IndexSet};

use super::{Direction, Edge, Given, Graph, Kind, Node, Relation, counted};
use crate::explore::values::Values;
use crate::json::Subject;
use crate::model::{ConsequenceId, FactId};
use crate::semantics::cells::{Cell, UNKNOWN};
use crate::semantics::diagram::NodeId;
use crate::semantics::engine::Known;
use crate::semantics::{Engine, Question, Settled};
use crate::words::{Form, circumstances, does_not_follow, value_shown, values_shown, view, words};

/// An answer names so many values at most; the longer one of several is "any other".
const MOST_VALUES: usize = 6;

/// What decides a consequence, and the path that a profile takes: questions in the order in which
/// they are asked, then statuses. Where a fact is not known, every answer is taken.
///
/// `None` where the consequence was too large to be compiled.
#[must_use]
pub fn decision(engine: &Engine<'_>, consequence: ConsequenceId, given: Option<Given<'_>>) -> Option<Graph> {
    let root = engine.root(Question::Status(consequence))?;
    let asked = asked(engine, root);
    let path = given.map(|given| Path::walk(engine, root, given));
    let statuses: Vec<NodeId> = Settled::ALL.into_iter().map(end).filter(|end| asked.ends.contains(end)).collect();
    let places: IndexSet<NodeId> = asked.nodes.iter().chain(&statuses).copied().collect();
    let drawing = Drawing { engine, given, path: path.as_ref(), places: &places };
    let nodes = places.iter().map(|node| drawing.node(*node)).collect();
    let edges = asked.nodes.iter().flat_map(|node| drawing.edges(*node)).collect();
    Some(drawing.graph(consequence, nodes, edges))
}

/// The nodes below a root.
struct Asked {
    /// Those that ask, each before those it leads to.
    nodes: Vec<NodeId>,
    ends: IndexSet<NodeId>,
}

fn asked(engine: &Engine<'_>, root: NodeId) -> Asked {
    let mut found: IndexSet<NodeId> = [root].into_iter().collect();
    let mut next = 0;
    while let Some(&node) = found.get_index(next) {
        next += 1;
        if !node.is_end() {
            found.extend(engine.diagram.branches(node).iter().map(|branch| branch.to));
        }
    }
    let (ends, mut nodes): (Vec<NodeId>, Vec<NodeId>) = found.into_iter().partition(|node| node.is_end());
    // Stable: nodes that ask for one fact stay in the order in which they were found.
    nodes.sort_by_key(|node| engine.diagram.level(*node));
    Asked { nodes, ends: ends.into_iter().collect() }
}

/// The end for a status.
fn end(status: Settled) -> NodeId {
    NodeId(u32::from(status.asserted()) + 2 * u32::from(status.denied()))
}

/// The status at an end.
fn status(end: NodeId) -> Settled {
    Settled::new(end.0 & 1 == 1, end.0 & 2 == 2)
}

/// Where a profile can lead.
struct Path {
    known: Known,
    reached: IndexSet<NodeId>,
}

impl Path {
    fn walk(engine: &Engine<'_>, root: NodeId, given: Given<'_>) -> Self {
        let mut known = Known::new();
        engine.locate(given.profile, &mut known);
        let mut reached: IndexSet<NodeId> = [root].into_iter().collect();
        let mut next = 0;
        while let Some(&node) = reached.get_index(next) {
            next += 1;
            if node.is_end() {
                continue;
            }
            match known[engine.diagram.level(node) as usize] {
                UNKNOWN => reached.extend(engine.diagram.branches(node).iter().map(|branch| branch.to)),
                cell => {
                    reached.insert(engine.diagram.follow(node, cell));
                }
            }
        }
        Self { known, reached }
    }
}

struct Drawing<'a> {
    engine: &'a Engine<'a>,
    given: Option<Given<'a>>,
    path: Option<&'a Path>,
    places: &'a IndexSet<NodeId>,
}

impl Drawing<'_> {
    fn fact(&self, node: NodeId) -> FactId {
        self.engine.order[self.engine.diagram.level(node) as usize]
    }

    fn marked(&self, node: NodeId) -> bool {
        self.path.is_some_and(|path| path.reached.contains(&node))
    }

    fn place(&self, node: NodeId) -> usize {
        self.places.get_index_of(&node).expect("every node that is reached has a place")
    }

    fn node(&self, node: NodeId) -> Node {
        let policy = self.engine.policy;
        let marked = self.marked(node);
        let mut notes = Vec::new();
        if node.is_end() {
            let status = status(node);
            let several = self.path.is_some_and(|path| path.reached.iter().filter(|node| node.is_end()).count() > 1);
            if marked {
                notes.push(if several { "possible for this profile" } else { "for this profile" }.to_owned());
            }
            let text = words(status).to_owned();
            let id = format!("status_{}", status.name());
            return Node { id, kind: Kind::Status, head: "status".to_owned(), text, notes, marked, faded: false };
        }
        let fact = self.fact(node);
        if let (true, Some(given)) = (marked, self.given) {
            notes.push(match given.profile.value(fact) {
                Some(value) => format!("for this profile: {}", value_shown(policy, fact, value, Form::Text)),
                None => "not known for this profile".to_owned(),
            });
        }
        let number = self.place(node) + 1;
        let text = policy[fact].ask.as_ref().unwrap_or(&policy[fact].label);
        Node {
            id: format!("question_{number}"),
            kind: Kind::Question,
            head: format!("question {number}"),
            text: Form::Text.shown(text),
            notes,
            marked,
            faded: false,
        }
    }

    /// The answers to a question; those that lead to the same place are one.
    fn edges(&self, node: NodeId) -> Vec<Edge> {
        let fact = self.fact(node);
        let count = Cell::try_from(self.engine.cells().count(fact)).expect("cells are numbered so");
        let mut answers: IndexMap<NodeId, Vec<Cell>> = IndexMap::new();
        let mut from = 0;
        for branch in self.engine.diagram.branches(node) {
            let end = branch.end.min(count);
            answers.entry(branch.to).or_default().extend(from..end);
            from = end;
        }
        let taken = self.path.filter(|path| path.reached.contains(&node)).map(|path| {
            // The cell of the known value; none where every answer is taken.
            path.known[self.engine.diagram.level(node) as usize]
        });
        let values: Vec<Values> = answers.values().map(|cells| Values::of(self.engine, fact, cells)).collect();
        let longest = (0..values.len()).max_by_key(|index| length(&values[*index])).unwrap_or(0);
        let edge = |(index, (to, cells)): (usize, (&NodeId, &Vec<Cell>))| {
            let words = match length(&values[index]) > MOST_VALUES && index == longest {
                true => "any other".to_owned(),
                false => values_shown(self.engine.policy, fact, &values[index], Form::Text),
            };
            Edge {
                from: self.place(node),
                to: self.place(*to),
                relation: Relation::Answer(words),
                marked: taken.is_some_and(|cell| cell == UNKNOWN || cells.contains(&cell)),
                faded: false,
            }
        };
        answers.iter().enumerate().map(edge).collect()
    }

    fn graph(&self, consequence: ConsequenceId, nodes: Vec<Node>, edges: Vec<Edge>) -> Graph {
        let Engine { policy, selection, .. } = self.engine;
        let about = match self.given {
            None => view(policy, selection, Form::Text),
            Some(Given { name, profile }) => circumstances(Subject { policy, selection, name, profile }, Form::Text),
        };
        let statuses: Vec<&str> =
            nodes.iter().filter(|node| node.kind == Kind::Status).map(|node| node.text.as_str()).collect();
        let questions = nodes.len() - statuses.len();
        let mut description = match questions {
            0 => format!("For every profile {}.", statuses.join(", or ")),
            _ => format!("{}, leading to: {}.", counted(questions, "question"), statuses.join(", or ")),
        };
        let mut notes = Vec::new();
        if questions > 0 {
            notes.push("Each box asks for one fact, and each arrow is an answer: read from the top.".to_owned());
        }
        if self.given.is_some() {
            let path = "Thick lines and \"for this profile\" show the path of the profile; where a fact is not known, \
                        every answer stays possible.";
            notes.push(path.to_owned());
            let ends = nodes.iter().filter(|node| node.kind == Kind::Status && node.marked);
            let ends: Vec<&str> = ends.map(|node| node.text.as_str()).collect();
            description.push_str(&format!(" For this profile: {}.", ends.join(", or ")));
        }
        if statuses.contains(&words(Settled::DoesNotFollow)) {
            notes.push(does_not_follow(selection).to_owned());
        }
        let title = format!("What decides: {}", Form::Text.shown(&policy[consequence].label));
        Graph { title, about, description, notes, direction: Direction::Down, nodes, edges }
    }
}

/// How many parts an answer names.
fn length(values: &Values) -> usize {
    match values {
        Values::YesNo(_) => 1,
        Values::Items(items) => items.len(),
        Values::Ranges(ranges) => ranges.len(),
    }
}
