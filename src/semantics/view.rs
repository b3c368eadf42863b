//! Of which rules an answer speaks: the date, and according to whom.

#![expect(clippy::indexing_slicing, reason = "claims, sources and rules are numbered by the policy")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of claims")]

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ClaimId, Condition, Date, Policy, Rule, RuleId, SourceId};

/// The date and the sources that are asked for. The default leaves nothing out.
///
/// A claim *counts* in a view when it passes every filter on claims at once: what one source had
/// reported by a date is asked with both. Rules with a claim that counts are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The date of evaluation; the policy's own, where none is given.
    pub on: Option<Date>,
    /// Claims count that are by one of these, or by a source quoted in one of these.
    pub according_to: Vec<SourceId>,
    /// Claims count that are by none of these.
    pub without: Vec<SourceId>,
    /// Claims count that were published by then.
    pub known_by: Option<Date>,
    /// Keeps the rules whose claims that count have at least so many independent origins.
    pub require: Option<usize>,
}

/// The claims and rules that count in a view.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What was asked for.
    pub view: View,
    /// The date of evaluation.
    pub on: Option<Date>,
    /// Which claims are one origin.
    pub origins: Origins,
    /// For each claim whether it counts.
    counts: Vec<bool>,
    /// For each rule why it does not count, if it does not.
    absent: Vec<Option<Absent>>,
}

/// Why a rule does not count in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is not in force on the date.
    NotInForce,
    /// It rests on no claim that counts.
    NoClaim,
    /// The claims that count have too few independent origins.
    FewOrigins,
}

impl Selection {
    /// Whether the rule counts.
    #[must_use]
    pub fn has(&self, rule: RuleId) -> bool {
        self.absent(rule).is_none()
    }

    /// Why the rule does not count; `None` when it does.
    #[must_use]
    pub fn absent(&self, rule: RuleId) -> Option<Absent> {
        self.absent[rule.index()]
    }

    /// Whether no filter was asked for, so that all claims count.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        View { on: None, ..self.view.clone() } == View::default()
    }

    /// Whether the claim counts.
    #[must_use]
    pub fn counts(&self, claim: ClaimId) -> bool {
        self.counts[claim.index()]
    }

    /// Those of a rule's claims that count, in the order in which the rule names them.
    pub fn claims<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = ClaimId> + 'a {
        rule.claims.iter().copied().filter(|claim| self.counts(*claim))
    }
}

impl View {
    /// Looks at each claim and rule of `policy`.
    ///
    /// # Errors
    /// When an answer depends on the date and neither the view nor the policy gives one.
    pub fn select(&self, policy: &Policy) -> Result<Selection, Diagnostic> {
        let on = self.on.or(policy.as_of);
        if let (None, Some(report)) = (on, date_needed(policy)) {
            return Err(report);
        }
        let (origins, counts) = (Origins::of(policy), self.counted(policy));
        let mut selection = Selection { view: self.clone(), on, origins, counts, absent: Vec::new() };
        selection.absent = policy.rules.iter().map(|rule| self.absent(&selection, rule)).collect();
        Ok(selection)
    }

    fn absent(&self, selection: &Selection, rule: &Rule) -> Option<Absent> {
        // A rule with no claim is by nobody, so by none of those left out.
        let unsourced = rule.claims.is_empty() && self.according_to.is_empty() && self.known_by.is_none();
        if !unsourced && selection.claims(rule).next().is_none() {
            return Some(Absent::NoClaim);
        }
        if self.require.is_some_and(|least| selection.origins.count(selection.claims(rule)) < least) {
            return Some(Absent::FewOrigins);
        }
        (!rule.is_in_force(selection.on)).then_some(Absent::NotInForce)
    }

    /// For each claim whether it passes the filters.
    fn counted(&self, policy: &Policy) -> Vec<bool> {
        // A source is known by a date when it, or one that quotes it, was published by then.
        let published = |source: SourceId, date| policy[source].published.is_some_and(|published| published <= date);
        let known = quoted_in(policy, |source| self.known_by.is_none_or(|date| published(source, date)));
        // With both filters, what one of these sources reports was known from that very source.
        let among = |source: SourceId| self.according_to.is_empty() || self.according_to.contains(&source);
        let passes = quoted_in(policy, |source| among(source) && known[source.index()]);
        policy.claims.iter().map(|claim| passes[claim.by.index()] && !self.without.contains(&claim.by)).collect()
    }
}

/// For each source whether it is one of the `first`, or is quoted in one, or in a source that is
/// quoted in one, and so on.
fn quoted_in(policy: &Policy, first: impl Fn(SourceId) -> bool) -> Vec<bool> {
    let sources = || (0..policy.sources.len()).map(SourceId::new);
    let mut quoted: Vec<Vec<SourceId>> = vec![Vec::new(); policy.sources.len()];
    for source in sources() {
        policy[source].quoted_in.iter().for_each(|quoting| quoted[quoting.index()].push(source));
    }
    let mut reached: Vec<bool> = sources().map(&first).collect();
    let mut open: Vec<SourceId> = sources().filter(|source| first(*source)).collect();
    while let Some(source) = open.pop() {
        for &source in &quoted[source.index()] {
            if !std::mem::replace(&mut reached[source.index()], true) {
                open.push(source);
            }
        }
    }
    reached
}

/// Which claims are one origin.
///
/// Claims that repeat one another, in any number of steps, are one *statement*. Of the claims
/// that are counted together, those of one statement are one origin, and so are those that come
/// from one source: the one that makes the claim, or one that first made its statement. Claims
/// that are not counted join no others but by `repeats`.
#[derive(Clone, Debug)]
pub struct Origins {
    /// For each claim its statement, by the number of one of its claims.
    statement: Vec<usize>,
    /// For each claim who makes it.
    by: Vec<SourceId>,
    /// For each statement the sources that first made it: those of its claims that repeat none.
    /// Where all of them repeat one another in a circle, those of all.
    first_by: HashMap<usize, Vec<SourceId>>,
}

/// What joins claims into origins.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Joint {
    Statement(usize),
    Source(SourceId),
}

impl Origins {
    /// Finds the statements of `policy`, by union and find.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let mut parent: Vec<usize> = (0..policy.claims.len()).collect();
        for (index, claim) in policy.claims.iter().enumerate() {
            claim.repeats.iter().for_each(|other| merge(&mut parent, index, other.index()));
        }
        let statement: Vec<usize> = (0..parent.len()).map(|index| root(&mut parent, index)).collect();
        let mut first_by: HashMap<usize, Vec<SourceId>> = HashMap::new();
        let claims = || statement.iter().zip(&policy.claims);
        for (statement, claim) in claims().filter(|(_, claim)| claim.repeats.is_empty()) {
            first_by.entry(*statement).or_default().push(claim.by);
        }
        let circles: Vec<(usize, SourceId)> = claims()
            .filter(|(statement, _)| !first_by.contains_key(statement))
            .map(|(statement, claim)| (*statement, claim.by))
            .collect();
        circles.into_iter().for_each(|(statement, by)| first_by.entry(statement).or_default().push(by));
        let by = policy.claims.iter().map(|claim| claim.by).collect();
        Self { statement, by, first_by }
    }

    /// The first declared of the claims that are one statement with this one.
    #[must_use]
    pub fn statement(&self, claim: ClaimId) -> ClaimId {
        // INVARIANT: `merge` keeps the smaller number, so the root is the first declared.
        ClaimId::new(self.statement[claim.index()])
    }

    /// The sources that first made the claim's statement.
    #[must_use]
    pub fn first_by(&self, claim: ClaimId) -> &[SourceId] {
        &self.first_by[&self.statement[claim.index()]]
    }

    /// How many independent origins the claims have.
    #[must_use]
    pub fn count(&self, claims: impl Iterator<Item = ClaimId>) -> usize {
        let claims: HashSet<ClaimId> = claims.collect();
        self.joined(&claims).into_values().collect::<HashSet<usize>>().len()
    }

    /// The claims by independent origin, in the order of declaration.
    #[must_use]
    pub fn groups(&self, claims: impl Iterator<Item = ClaimId>) -> Vec<Vec<ClaimId>> {
        let claims: HashSet<ClaimId> = claims.collect();
        let origins = self.joined(&claims);
        let mut claims: Vec<ClaimId> = claims.into_iter().collect();
        claims.sort_unstable();
        let mut groups: IndexMap<usize, Vec<ClaimId>> = IndexMap::new();
        for claim in claims {
            groups.entry(origins[&self.statement[claim.index()]]).or_default().push(claim);
        }
        groups.into_values().collect()
    }

    /// For each statement that these claims make the number of its origin, when they are counted
    /// together.
    fn joined(&self, claims: &HashSet<ClaimId>) -> HashMap<usize, usize> {
        let claims = || claims.iter().map(|claim| (self.statement[claim.index()], self.by[claim.index()]));
        let statements: HashSet<usize> = claims().map(|(statement, _)| statement).collect();
        if statements.len() < 2 {
            return statements.into_iter().map(|statement| (statement, 0)).collect();
        }
        let first = statements.iter().flat_map(|statement| self.first_by[statement].iter().map(|by| (*statement, *by)));
        let mut numbers: HashMap<Joint, usize> = HashMap::new();
        let mut parent: Vec<usize> = Vec::new();
        for (statement, by) in claims().chain(first) {
            let [a, b] = [Joint::Statement(statement), Joint::Source(by)].map(|joint| {
                *numbers.entry(joint).or_insert_with(|| {
                    parent.push(parent.len());
                    parent.len() - 1
                })
            });
            merge(&mut parent, a, b);
        }
        let origin = |statement: usize| (statement, root(&mut parent, numbers[&Joint::Statement(statement)]));
        statements.into_iter().map(origin).collect()
    }
}

fn root(parent: &mut [usize], mut index: usize) -> usize {
    while parent[index] != index {
        parent[index] = parent[parent[index]];
        index = parent[index];
    }
    index
}

fn merge(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}

/// What asks for a date, if anything does: the first dated rule or test.
fn date_needed(policy: &Policy) -> Option<Diagnostic> {
    let dated = |condition: &Condition| condition.tests().find(|test| test.kind.needs_date()).map(|test| test.place);
    let in_rule = |rule: &Rule| match rule.in_force {
        Some(_) => Some(rule.place),
        None => dated(&rule.when).or_else(|| rule.unless.as_ref().and_then(dated)),
    };
    let place = policy.definitions.iter().find_map(|definition| dated(&definition.condition));
    let place = place.or_else(|| policy.rules.iter().find_map(in_rule))?;
    let report = Diagnostic::error(Code::DateNeeded, "what follows depends on the date, and none is given");
    Some(
        report
            .at(place, "this depends on the date")
            .help("give `--on DATE`, or write `as of DATE` in the `policy` line"),
    )
}
