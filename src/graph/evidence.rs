//! Who reports what, which rules encode it, and what follows by them.

use super::{Direction, Edge, Given, Graph, Kind, Node, Relation, counted};
use crate::distinct::distinct;
use crate::json::Subject;
use crate::model::{ClaimId, Condition, ConsequenceId, Policy, RuleId, SourceId};
use crate::never::never;
use crate::semantics::{Absent, Engine, Outcome, Selection};
use crate::words::{Form, circumstances, does_not_follow, says_does_not_follow, status_words, view};

/// Sources, claims, rules and consequences, each in the order of declaration. For a profile, every
/// consequence says its status, and the rules that give it are marked, with their claims and
/// sources.
#[must_use]
pub fn evidence(engine: &Engine<'_>, given: Option<Given<'_>>) -> Graph {
    let outcomes = given.map(|given| engine.outcomes_in_brief(given.profile));
    let marks = Marks::of(engine, outcomes.as_deref().unwrap_or(&[]));
    let drawing = Drawing { policy: engine.policy, selection: &engine.selection, outcomes: outcomes.as_deref(), marks };
    drawing.graph(given)
}

/// What gives the consequences their statuses.
struct Marks {
    /// Those who report it, and those who quote them.
    sources: Vec<SourceId>,
    claims: Vec<ClaimId>,
    rules: Vec<RuleId>,
}

impl Marks {
    fn of(engine: &Engine<'_>, outcomes: &[Outcome]) -> Self {
        let Engine { policy, selection, .. } = engine;
        let rules = distinct(outcomes.iter().flat_map(|outcome| outcome.rules.iter().copied()));
        let claims = distinct(rules.iter().flat_map(|rule| selection.claims(&policy[*rule])));
        let sources = distinct(policy.with_quoting(claims.iter().map(|claim| policy[*claim].by)));
        Self { sources, claims, rules }
    }
}

struct Drawing<'a> {
    policy: &'a Policy,
    selection: &'a Selection,
    outcomes: Option<&'a [Outcome]>,
    marks: Marks,
}

/// The path's words on what is on it.
const MARK: &str = "for this profile";

impl Drawing<'_> {
    fn graph(&self, given: Option<Given<'_>>) -> Graph {
        let policy = self.policy;
        let all = |count: usize| 0..count;
        let mut nodes: Vec<Node> = Vec::new();
        nodes.extend(all(policy.sources.len()).map(|index| self.source(SourceId::new(index))));
        nodes.extend(all(policy.claims.len()).map(|index| self.claim(ClaimId::new(index))));
        nodes.extend(policy.rule_ids().map(|id| self.rule(id)));
        nodes.extend(policy.consequence_ids().map(|id| self.consequence(id)));
        let mut edges = self.edges();
        edges.iter_mut().for_each(|edge| edge.faded = nodes[edge.from].faded || nodes[edge.to].faded);
        let title = Form::Text.shown(policy.label.as_ref().unwrap_or(&policy.name));
        let (selection, form) = (self.selection, Form::Text);
        let about = match given {
            None => view(policy, selection, form),
            Some(Given { name, profile }) => circumstances(Subject { policy, selection, name, profile }, form),
        };
        let mut graph = Graph {
            title,
            about,
            description: String::new(),
            notes: Vec::new(),
            direction: Direction::Right,
            nodes,
            edges,
        };
        graph.description = self.description(&graph);
        graph.notes = self.notes(&graph);
        graph
    }

    fn description(&self, graph: &Graph) -> String {
        let count = |kind: Kind| graph.nodes.iter().filter(|node| node.kind == kind).count();
        let faded = |kinds: &[Kind]| graph.nodes.iter().filter(|it| it.faded && kinds.contains(&it.kind)).count();
        let mut description = format!(
            "From left to right: {}, {}, {}, {}.",
            counted(count(Kind::Source), "source"),
            counted(count(Kind::Claim), "claim"),
            counted(count(Kind::Rule) + count(Kind::Denial), "rule"),
            counted(count(Kind::Consequence), "consequence"),
        );
        let (claims, rules) = (faded(&[Kind::Claim]), faded(&[Kind::Rule, Kind::Denial]));
        if claims + rules > 0 {
            let faded = format!("{} and {}", counted(claims, "claim"), counted(rules, "rule"));
            description.push_str(&format!(" Drawn faded, as they do not count here: {faded}."));
        }
        if self.outcomes.is_some() {
            description.push_str(match graph.is_marked() {
                true => " What gives the consequences their statuses for this profile is marked.",
                false => " For this profile no rule leads to anything.",
            });
        }
        description
    }

    fn notes(&self, graph: &Graph) -> Vec<String> {
        let mut notes = vec![
            "Arrows lead from sources to what they report, to the rules that encode it, and to what these rules \
             conclude."
                .to_owned(),
        ];
        if graph.edges.iter().any(|edge| edge.relation.is_aside()) {
            notes.push("Dashed arrows lead to no consequence: their words say what they mean.".to_owned());
        }
        if graph.nodes.iter().any(|node| node.faded) {
            notes.push("Boxes with dashed lines do not count here.".to_owned());
        }
        if let Some(outcomes) = self.outcomes {
            let path = "Thick lines and \"for this profile\" show what gives the consequences their statuses.";
            notes.push(path.to_owned());
            if outcomes.iter().any(|outcome| says_does_not_follow(outcome.status)) {
                notes.push(does_not_follow(self.selection).to_owned());
            }
        }
        notes
    }

    fn source(&self, id: SourceId) -> Node {
        let source = &self.policy[id];
        let marked = self.marks.sources.binary_search(&id).is_ok();
        let mut notes: Vec<String> = source.published.map(|date| format!("published {date}")).into_iter().collect();
        notes.extend(marked.then(|| MARK.to_owned()));
        self.node(Kind::Source, "source", ("source", &source.name), &source.label, notes, marked)
    }

    fn claim(&self, id: ClaimId) -> Node {
        let claim = &self.policy[id];
        let head = if claim.context { "claim, as context" } else { "claim" };
        let marked = self.marks.claims.binary_search(&id).is_ok();
        let mut notes: Vec<String> = Vec::new();
        notes.extend(claim.certainty.iter().map(|words| format!("certainty: {}", Form::Text.shown(words))));
        let counts = self.selection.counts(id);
        notes.extend((!counts).then(|| "does not count here".to_owned()));
        notes.extend(marked.then(|| MARK.to_owned()));
        let node = self.node(Kind::Claim, head, ("claim", &claim.name), &claim.statement, notes, marked);
        Node { faded: !counts, ..node }
    }

    fn rule(&self, id: RuleId) -> Node {
        let rule = &self.policy[id];
        let (kind, head) = if rule.denies { (Kind::Denial, "rule that denies") } else { (Kind::Rule, "rule") };
        let marked = self.marks.rules.binary_search(&id).is_ok();
        let mut notes: Vec<String> = Vec::new();
        notes.extend(rule.claims.is_empty().then(|| "no source is given".to_owned()));
        notes.extend((!rule.assumes.is_empty()).then(|| counted(rule.assumes.len(), "assumption")));
        let absent = self.selection.absent(id);
        notes.extend(absent.map(|absent| {
            let why = match absent {
                Absent::NotInForce => "not in force on this date",
                Absent::NoClaim => "it rests on no claim that counts",
                Absent::FewOrigins => "fewer origins than asked for",
            };
            format!("does not count here: {why}")
        }));
        notes.extend(marked.then(|| MARK.to_owned()));
        let node = self.node(kind, head, ("rule", &rule.name), &rule.label, notes, marked);
        Node { faded: absent.is_some(), ..node }
    }

    fn consequence(&self, id: ConsequenceId) -> Node {
        let consequence = &self.policy[id];
        let head = if consequence.harm { "consequence, a harm" } else { "consequence" };
        let outcome = self.outcomes.map(|outcomes| &outcomes[id.index()]);
        let marked = outcome.is_some_and(|outcome| !outcome.rules.is_empty());
        let notes = outcome.map(|outcome| format!("{MARK}: {}", status_words(outcome.status)));
        let name = ("consequence", consequence.name.as_str());
        self.node(Kind::Consequence, head, name, &consequence.label, notes.into_iter().collect(), marked)
    }

    fn node(
        &self,
        kind: Kind,
        head: &str,
        (prefix, name): (&str, &str),
        text: &str,
        notes: Vec<String>,
        marked: bool,
    ) -> Node {
        let (id, text) = (format!("{prefix}_{name}"), Form::Text.shown(text));
        Node { id, kind, head: head.to_owned(), text, notes, marked, faded: false }
    }

    /// Whether a consequence has its status by a rule.
    fn gives_status(&self, rule: RuleId, consequence: ConsequenceId) -> bool {
        self.outcomes.is_some_and(|outcomes| outcomes[consequence.index()].rules.contains(&rule))
    }

    fn edges(&self) -> Vec<Edge> {
        let policy = self.policy;
        let source = |id: SourceId| id.index();
        let claim = |id: ClaimId| policy.sources.len() + id.index();
        let rule = |id: RuleId| policy.sources.len() + policy.claims.len() + id.index();
        let consequence = |id: ConsequenceId| rule(RuleId::new(policy.rules.len())) + id.index();
        let edge = |from, to, relation, marked| Edge { from, to, relation, marked, faded: false };
        let mut edges: Vec<Edge> = Vec::new();
        for (id, it) in (0..).map(SourceId::new).zip(&policy.sources) {
            let marked = self.marks.sources.binary_search(&id).is_ok();
            edges.extend(it.quoted_in.iter().map(|other| edge(source(id), source(*other), Relation::QuotedIn, marked)));
        }
        for (id, it) in (0..).map(ClaimId::new).zip(&policy.claims) {
            edges.push(edge(source(it.by), claim(id), Relation::Reports, self.marks.claims.binary_search(&id).is_ok()));
            let mut aside = |others: &[ClaimId], relation: Relation| {
                edges.extend(others.iter().map(|other| edge(claim(id), claim(*other), relation.clone(), false)));
            };
            aside(&it.repeats, Relation::Repeats);
            aside(&it.supports, Relation::Supports);
            aside(&it.contradicts, Relation::Contradicts);
        }
        for id in policy.rule_ids() {
            let it = &policy[id];
            let marked = |on: ClaimId| self.marks.rules.binary_search(&id).is_ok() && self.selection.counts(on);
            edges.extend(it.claims.iter().map(|on| edge(claim(*on), rule(id), Relation::Encoded, marked(*on))));
            let needed = named(policy, std::iter::once(&it.when).chain(&it.unless)).into_iter();
            edges.extend(needed.map(|other| edge(consequence(other), rule(id), Relation::Condition, false)));
            let relation = if it.denies { Relation::Denies } else { Relation::Asserts };
            edges.extend(
                it.concludes
                    .iter()
                    .map(|about| edge(rule(id), consequence(*about), relation.clone(), self.gives_status(id, *about))),
            );
            edges.extend(it.overrides.iter().map(|other| edge(rule(id), rule(*other), Relation::Overrides, false)));
        }
        edges
    }
}

/// The consequences that conditions name, also by definitions.
fn named<'p>(policy: &'p Policy, conditions: impl Iterator<Item = &'p Condition>) -> Vec<ConsequenceId> {
    let mut consequences = Vec::new();
    let mut seen = vec![false; policy.definitions.len()];
    let mut open: Vec<&Condition> = conditions.collect();
    while let Some(condition) = open.pop() {
        for leaf in condition.leaves() {
            match leaf {
                Condition::Consequence(id, _) => consequences.push(*id),
                Condition::Definition(id, _) if !std::mem::replace(&mut seen[id.index()], true) => {
                    open.push(&policy[*id].condition);
                }
                Condition::Definition(..) | Condition::Test(_) => {}
                Condition::All(..) | Condition::Any(..) | Condition::Not(..) => never("leaves hold no others"),
            }
        }
    }
    distinct(consequences)
}
