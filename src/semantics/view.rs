//! Of which rules an answer speaks: the date, and according to whom.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ClaimId, Condition, Date, Policy, Rule, RuleId, SourceId};

/// The date and the sources that are asked for. The default leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// The date of evaluation; the policy's own, where none is given.
    pub on: Option<Date>,
    /// Keeps the rules with a claim by one of these, or by a source quoted in one of these.
    pub according_to: Vec<SourceId>,
    /// Drops the rules whose every claim is by one of these.
    pub without: Vec<SourceId>,
    /// Keeps the rules with a claim that was published by then.
    pub known_by: Option<Date>,
    /// Keeps the rules that rest on at least so many independent origins.
    pub require: Option<usize>,
}

/// The rules that count in a view.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The date of evaluation.
    pub on: Option<Date>,
    /// For each rule why it does not count, if it does not.
    absent: Vec<Option<Absent>>,
}

/// Why a rule does not count in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is not in force on the date.
    NotInForce,
    /// Its claims do not pass the view's filters.
    LeftOut,
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
}

impl View {
    /// Looks at each rule of `policy`.
    ///
    /// # Errors
    /// When an answer depends on the date and neither the view nor the policy gives one.
    pub fn select(&self, policy: &Policy) -> Result<Selection, Diagnostic> {
        let on = self.on.or(policy.as_of);
        if let (None, Some(report)) = (on, date_needed(policy)) {
            return Err(report);
        }
        let origins = Origins::of(policy);
        let passes = self.filter(policy, &origins);
        let absent = |rule: &Rule| {
            if !passes(rule) {
                Some(Absent::LeftOut)
            } else if !rule.is_in_force(on) {
                Some(Absent::NotInForce)
            } else {
                None
            }
        };
        Ok(Selection { on, absent: policy.rules.iter().map(absent).collect() })
    }

    /// Whether a rule's claims pass the filters.
    fn filter<'a>(&'a self, policy: &'a Policy, origins: &'a Origins) -> impl Fn(&Rule) -> bool + 'a {
        let according_to = quoted_in(policy, |source| self.according_to.contains(&source));
        let published = |source: SourceId, date| policy[source].published.is_some_and(|published| published <= date);
        let known = quoted_in(policy, |source| self.known_by.is_some_and(|date| published(source, date)));
        move |rule| {
            let claim_by =
                |wanted: &dyn Fn(SourceId) -> bool| rule.claims.iter().any(|claim| wanted(policy[*claim].by));
            (self.according_to.is_empty() || claim_by(&|source| according_to[source.index()]))
                // A rule with no claim is by nobody, so it is not by those left out.
                && (rule.claims.is_empty() || claim_by(&|source| !self.without.contains(&source)))
                && (self.known_by.is_none() || claim_by(&|source| known[source.index()]))
                && self.require.is_none_or(|least| origins.count(rule.claims.iter().copied()) >= least)
        }
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

/// Which claims are one origin: those that repeat one another, and those by one source.
pub struct Origins {
    /// For each claim the least claim of its origin.
    origin: Vec<usize>,
}

impl Origins {
    /// Merges the claims of `policy`, by union and find.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let mut origin: Vec<usize> = (0..policy.claims.len()).collect();
        let mut first_by: HashMap<SourceId, usize> = HashMap::new();
        for (index, claim) in policy.claims.iter().enumerate() {
            let first = *first_by.entry(claim.by).or_insert(index);
            let same = claim.repeats.iter().map(|claim| claim.index()).chain([first]);
            same.for_each(|other| merge(&mut origin, index, other));
        }
        let roots = (0..origin.len()).map(|index| root(&mut origin, index)).collect();
        Self { origin: roots }
    }

    /// How many independent origins the claims have.
    #[must_use]
    pub fn count(&self, claims: impl Iterator<Item = ClaimId>) -> usize {
        let mut origins: Vec<usize> = claims.map(|claim| self.origin[claim.index()]).collect();
        origins.sort_unstable();
        origins.dedup();
        origins.len()
    }
}

fn root(origin: &mut [usize], mut index: usize) -> usize {
    while origin[index] != index {
        origin[index] = origin[origin[index]];
        index = origin[index];
    }
    index
}

fn merge(origin: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(origin, a), root(origin, b));
    origin[a.max(b)] = a.min(b);
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
