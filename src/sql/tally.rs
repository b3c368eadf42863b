//! The tally query: rows counted by what is settled of each consequence, wholly in the engine.
//!
//! The combinations of bins are decided by the decision diagrams, level by level from the ends on: a
//! column for each node says in four bits which ends can be reached from it. A node whose fact is known
//! takes the bits of one branch, one whose fact is not known those of all. So a status is settled when
//! one bit is left, whatever is not known: exactly what the engine does. A step reads only columns of
//! the step before it, so that the statement is as long as the diagrams and no deeper than they.

#![expect(clippy::indexing_slicing, reason = "levels are those of the engine")]
#![expect(
    clippy::arithmetic_side_effects,
    reason = "steps, of which there are two at least where the last but one is asked for"
)]

use std::collections::BTreeSet;

use super::bins::{bins, combinations, written};
use super::{REJECTED, Source, Unwritten, comment, indented, listed, one_of};
use crate::limits::Limit;
use crate::model::{ConsequenceId, FactId};
use crate::population::coding::{Coding, Column};
use crate::semantics::diagram::{Level, NodeId};
use crate::semantics::{Question, Settled};

/// The tally query, and what it does not count.
pub struct Tally {
    /// The statement.
    pub text: String,
    /// Consequences whose diagrams are too large, in the order of declaration.
    pub left_out: Vec<ConsequenceId>,
}

const CONSEQUENCE: &str = "consequence";
const ROWS: &str = "_rows";
const WEIGHT: &str = "_weights";
const IS_REJECTED: &str = "_rejected";
const PLACE: &str = "_place";
const ENDS: &str = "_ends";

/// A query that gives a row for each consequence, and for each combination of values of the facts that
/// counts are divided by: `consequence`, those facts, `rows`, and how many of them have each status; where
/// rows are weighted the same again as sums of weights. The row whose consequence is [`REJECTED`] counts
/// the rows with values that are none of their fact's type.
///
/// # Errors
/// When a bin has no value that can be written, or a fact's name cannot be that of a column.
pub fn tally(source: &Source<'_>) -> Result<Tally, Unwritten> {
    let chosen = Chosen::of(source);
    let coding = source.coding(chosen.roots.iter().map(|(id, _)| *id));
    let counts = counts(source);
    let taken: Vec<&str> = counts.iter().map(|(name, _)| name.as_str()).chain([CONSEQUENCE]).collect();
    let named = |fact: FactId| (fact, source.policy()[fact].name.clone());
    source.refuse_names(source.by.iter().copied().map(named), &taken)?;
    source.refuse_names(coding.columns.iter().map(|column| named(column.fact)), &[])?;
    let steps = Steps { source, coding: &coding, chosen: &chosen };
    let mut parts = steps.parts()?;
    parts.push(steps.consequences());
    parts.push(steps.decided(parts.len() - 2));
    let mut lines = source.head();
    lines.extend(
        [
            "Each row is counted once for each consequence, by what is settled whatever is not known.",
            "Counts are exact: before they are published, those of few people are to be merged.",
            "In \"_n…\" a bit says which ends can be reached: 1 does not follow, 2 follows, 4 ruled out, 8 disputed.",
        ]
        .map(comment),
    );
    lines.extend(chosen.left_out.iter().map(|id| {
        let name = &source.policy()[*id].name;
        comment(&format!("Not counted here, as its decision diagram is too large: {name}. The reduction counts it."))
    }));
    lines.push(format!("WITH\n{}\n{};\n", listed(&parts, 2), steps.result(&counts)));
    Ok(Tally { text: lines.join("\n"), left_out: chosen.left_out })
}

/// The counts of a result: the column's name, and what is summed for it.
fn counts(source: &Source<'_>) -> Vec<(String, String)> {
    let (dialect, ends) = (source.dialect, source.dialect.name(ENDS));
    let mut counts = Vec::new();
    for (all, mark, of) in [("rows", "", ROWS), ("weight", "weight_", WEIGHT)] {
        if of == WEIGHT && source.weight.is_none() {
            continue;
        }
        let of = dialect.name(of);
        counts.push((all.to_owned(), of.clone()));
        for status in Settled::ALL {
            counts.push((
                format!("{mark}{}", status.name()),
                format!("CASE WHEN {ends} = {} THEN {of} END", status.bit()),
            ));
        }
        let undetermined = format!("CASE WHEN {ends} NOT IN (1, 2, 4, 8) THEN {of} END");
        counts.push((format!("{mark}undetermined"), undetermined));
    }
    counts
}

/// The consequences that are counted, and those that are not.
struct Chosen {
    roots: Vec<(ConsequenceId, NodeId)>,
    left_out: Vec<ConsequenceId>,
    /// The nodes of the diagrams of all that are counted, each after all it leads to.
    nodes: BTreeSet<NodeId>,
    /// The levels at which they ask.
    levels: BTreeSet<Level>,
}

impl Chosen {
    /// In the order of declaration, while the limits are kept.
    fn of(source: &Source<'_>) -> Self {
        let diagram = &source.engine.diagram;
        let mut chosen =
            Chosen { roots: Vec::new(), left_out: Vec::new(), nodes: BTreeSet::new(), levels: BTreeSet::new() };
        let limits = &source.engine.limits;
        let (most_nodes, most_facts) = (limits.length(Limit::QueryNodes), limits.length(Limit::QueryFacts));
        for id in source.policy().consequence_ids() {
            let with = source.engine.root(Question::Status(id)).map(|root| {
                let mut nodes = chosen.nodes.clone();
                nodes.extend(diagram.below(&[root]));
                let levels: BTreeSet<Level> = nodes.iter().map(|node| diagram.level(*node)).collect();
                (root, nodes, levels)
            });
            match with {
                Some((root, nodes, levels)) if nodes.len() <= most_nodes && levels.len() <= most_facts => {
                    chosen.roots.push((id, root));
                    (chosen.nodes, chosen.levels) = (nodes, levels);
                }
                Some(_) | None => chosen.left_out.push(id),
            }
        }
        chosen
    }
}

struct Steps<'a> {
    source: &'a Source<'a>,
    coding: &'a Coding,
    chosen: &'a Chosen,
}

impl Steps<'_> {
    /// The combinations, and a step for each fact that is asked for, the last asked first.
    fn parts(&self) -> Result<Vec<String>, Unwritten> {
        let (source, once) = (self.source, self.source.dialect.once());
        let rejected =
            format!("CASE WHEN {} THEN 1 ELSE 0 END AS {}", self.is_rejected(), source.dialect.name(IS_REJECTED));
        let bins = bins(source, self.coding)?;
        let named = |column: &Column| source.policy()[column.fact].name.clone();
        let combinations = combinations(source, self.coding, &bins, named, [ROWS, WEIGHT], &[rejected]);
        let mut parts = vec![format!("{} {once}\n{}\n)", step_name(0), indented(&combinations, 2))];
        for (index, level) in self.chosen.levels.iter().rev().enumerate() {
            let fact = source.engine.order[*level as usize];
            let mut columns = self.kept(*level);
            for node in self.chosen.nodes.iter().filter(|node| source.engine.diagram.level(**node) == *level) {
                columns.push(format!("{} AS {}", self.node(self.column(fact), *node)?, self.ends(*node)));
            }
            parts.push(format!(
                "{}\n{} {once}\n  SELECT\n{}\n  FROM {}\n)",
                comment(&source.policy()[fact].label),
                step_name(index + 1),
                listed(&columns, 4),
                step_name(index)
            ));
        }
        Ok(parts)
    }

    /// When a row is counted apart. NULL, which IN gives where something is not known, does not hold.
    fn is_rejected(&self) -> String {
        let dialect = self.source.dialect;
        let facts: Vec<String> = self.coding.columns.iter().map(|column| self.source.named(column.fact)).collect();
        let mut when = Vec::new();
        if !facts.is_empty() {
            when.push(format!("{} IN ({})", dialect.text(REJECTED), facts.join(", ")));
        }
        if self.source.weight.is_some() {
            when.push(format!("{} IS NULL", dialect.name(super::bins::WEIGHT)));
        }
        if when.is_empty() { "1 = 0".to_owned() } else { when.join(" OR ") }
    }

    fn column(&self, fact: FactId) -> &Column {
        let mut columns = self.coding.columns.iter();
        columns.find(|column| column.fact == fact).expect("a fact that is asked for matters")
    }

    /// What a step takes from the one before it: what is still asked for after it.
    fn kept(&self, level: Level) -> Vec<String> {
        let (engine, dialect) = (self.source.engine, self.source.dialect);
        let diagram = &engine.diagram;
        let above = |fact: FactId| self.chosen.levels.range(..level).any(|it| engine.order[*it as usize] == fact);
        let facts = self.coding.columns.iter().map(|column| column.fact);
        let facts = facts.filter(|fact| self.source.by.contains(fact) || above(*fact));
        let mut kept: Vec<String> = facts.map(|fact| self.source.named(fact)).collect();
        kept.extend(self.shared().map(|name| dialect.name(name)));
        let higher = self.chosen.nodes.iter().filter(|node| diagram.level(**node) < level);
        let led_to = higher.flat_map(|node| diagram.branches(*node).iter().map(|branch| branch.to));
        let nodes: BTreeSet<NodeId> = led_to.chain(self.chosen.roots.iter().map(|(_, root)| *root)).collect();
        let made = nodes.into_iter().filter(|node| !node.is_end() && diagram.level(*node) > level);
        kept.extend(made.map(|node| self.ends(node)));
        kept
    }

    /// The columns that every step has.
    fn shared(&self) -> impl Iterator<Item = &'static str> {
        let weight = self.source.weight.map(|_| WEIGHT);
        [ROWS].into_iter().chain(weight).chain([IS_REJECTED])
    }

    /// The bits of a node or an end.
    fn ends(&self, node: NodeId) -> String {
        match node.is_end() {
            true => (1_u32 << node.0).to_string(),
            false => self.source.dialect.name(&format!("_n{}", self.number(node))),
        }
    }

    /// The number of a node among those that are written: diagrams hold others too.
    fn number(&self, node: NodeId) -> usize {
        self.chosen.nodes.range(..node).count() + 1
    }

    fn node(&self, column: &Column, node: NodeId) -> Result<String, Unwritten> {
        let fact = self.source.named(column.fact);
        // Each place that branches lead to, with the bins that lead there, in the order of the first one.
        let mut places: Vec<(NodeId, Vec<String>)> = Vec::new();
        for bin in 1..u32::try_from(column.count()).expect("bins have numbers") {
            let to = self.source.engine.diagram.follow(node, column.cell(bin));
            let value = self.source.dialect.text(&written(self.source, column, bin)?);
            match places.iter_mut().find(|(place, _)| *place == to) {
                Some((_, values)) => values.push(value),
                None => places.push((to, vec![value])),
            }
        }
        let all = self.any_of(&places);
        // INVARIANT: a node's branches differ, so there is a last one. It needs no condition.
        let (last, _) = places.pop().expect("a fact has a bin");
        let known =
            places.iter().map(|(to, values)| format!("\n  WHEN {fact} {} THEN {}", one_of(values), self.ends(*to)));
        let known: String = known.collect();
        Ok(format!("CASE\n  WHEN {fact} IS NULL THEN {all}{known}\n  ELSE {}\nEND", self.ends(last)))
    }

    /// The bits of several places together.
    fn any_of(&self, places: &[(NodeId, Vec<String>)]) -> String {
        let ends = places.iter().filter(|(to, _)| to.is_end()).fold(0_u32, |ends, (to, _)| ends | 1 << to.0);
        let constant = (ends > 0).then(|| ends.to_string());
        let nodes = places.iter().filter(|(to, _)| !to.is_end()).map(|(to, _)| self.ends(*to));
        joined(&constant.into_iter().chain(nodes).collect::<Vec<_>>())
    }

    /// The consequences with their places, from 1 on; 0 is for what is rejected.
    fn consequences(&self) -> String {
        let dialect = self.source.dialect;
        let names = self.chosen.roots.iter().map(|(id, _)| self.source.policy()[*id].name.as_str());
        let rows = std::iter::once(REJECTED).chain(names).enumerate();
        let rows: Vec<String> = rows.map(|(place, name)| format!("({place}, {})", dialect.text(name))).collect();
        format!(
            "consequences ({}, {}) AS (\n  VALUES\n{}\n)",
            dialect.name(PLACE),
            dialect.name(CONSEQUENCE),
            listed(&rows, 4)
        )
    }

    /// Each combination once for each consequence, with the ends that can be reached.
    fn decided(&self, step: usize) -> String {
        let (source, dialect) = (self.source, self.source.dialect);
        let roots = self.chosen.roots.iter().zip(1..);
        let cases: Vec<String> =
            roots.map(|((_, root), place)| format!("\n      WHEN {place} THEN {}", self.ends(*root))).collect();
        let ends = match cases.is_empty() {
            true => format!("0 AS {}", dialect.name(ENDS)),
            false => {
                format!("CASE {}{}\n    END AS {}", dialect.name(PLACE), cases.concat(), dialect.name(ENDS))
            }
        };
        let mut columns: Vec<String> = [PLACE, CONSEQUENCE].map(|name| dialect.name(name)).into();
        columns.extend(self.by());
        columns.extend(self.shared().filter(|name| *name != IS_REJECTED).map(|name| dialect.name(name)));
        // Without groups, what no row has is 0; with groups there would be one of its own for it.
        let join = if source.by.is_empty() { "LEFT JOIN" } else { "JOIN" };
        format!(
            "decided AS (\n  SELECT\n{},\n    {ends}\n  FROM consequences\n  {join} {} ON ({} = 0) = ({} = 1)\n)",
            listed(&columns, 4),
            step_name(step),
            dialect.name(PLACE),
            dialect.name(IS_REJECTED)
        )
    }

    /// The facts that counts are divided by, each once.
    fn by(&self) -> Vec<String> {
        let facts = self.coding.columns.iter().map(|column| column.fact);
        facts.filter(|fact| self.source.by.contains(fact)).map(|fact| self.source.named(fact)).collect()
    }

    fn result(&self, counts: &[(String, String)]) -> String {
        let dialect = self.source.dialect;
        let (consequence, place) = (dialect.name(CONSEQUENCE), dialect.name(PLACE));
        let by = self.by();
        let sums = counts.iter().map(|(name, of)| format!("COALESCE(SUM({of}), 0) AS {}", dialect.name(name)));
        let columns: Vec<String> = std::iter::once(consequence.clone()).chain(by.clone()).chain(sums).collect();
        let group: Vec<String> = [place.clone(), consequence].into_iter().chain(by.clone()).collect();
        let by_order = by.iter().map(|name| format!("{name} NULLS LAST"));
        let order: Vec<String> = std::iter::once(place).chain(by_order).collect();
        format!(
            "SELECT\n{}\nFROM decided\nGROUP BY {}\nORDER BY {}",
            listed(&columns, 2),
            group.join(", "),
            order.join(", ")
        )
    }
}

fn step_name(step: usize) -> String {
    if step == 0 { "combinations".to_owned() } else { format!("step_{step}") }
}

/// Several numbers as one with all their bits, grouped so that many of them are not nested deep.
fn joined(parts: &[String]) -> String {
    match parts {
        [only] => only.clone(),
        // INVARIANT: there are two at least, since a fact has a bin: neither half is empty.
        _ => {
            let (left, right) = parts.split_at(parts.len() / 2);
            format!("({} | {})", joined(left), joined(right))
        }
    }
}
