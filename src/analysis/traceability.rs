//! From what is reported to what is tested: each claim with the rules that encode it and the
//! scenarios that reach it; origins, contradictions, and what is not encoded.
//!
//! Builds data only; `report` finds the words.

#![expect(
    clippy::indexing_slicing,
    reason = "claims and rules are numbered by the policy, and each day has its engine"
)]

use std::collections::{HashMap, HashSet};

use indexmap::IndexSet;

use crate::diagnostic::Diagnostic;
use crate::distinct::distinct;
use crate::model::{ClaimId, ConsequenceId, Policy, RuleId, SourceId};
use crate::scenarios;
use crate::semantics::{Origins, Question, Scratch};

/// What became of the claims of a policy. All of its claims count.
#[derive(Clone, Debug)]
pub struct Traceability {
    /// Each claim, in the order of declaration.
    pub claims: Vec<ClaimTrace>,
    /// Each rule, in the order of declaration.
    pub rules: Vec<RuleTrace>,
    /// For each scenario whether it passes.
    pub passes: Vec<bool>,
    /// The independent origins, in the order of their first claims.
    pub origins: Vec<Origin>,
    /// The pairs of claims of which one is declared to contradict the other.
    pub declared: Vec<Declared>,
    /// The consequences about which rules set claims against one another.
    pub opposed: Vec<Opposed>,
    /// The claims that are conditions and on which no rule rests.
    pub unencoded: Vec<ClaimId>,
}

/// One claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimTrace {
    /// The claim.
    pub claim: ClaimId,
    /// The sources in which its source is quoted, the nearest first.
    pub quoted_in: Vec<SourceId>,
    /// Its origin, by its place in [`Traceability::origins`].
    pub origin: usize,
    /// The rules that rest on it.
    pub rules: Vec<RuleId>,
    /// Where none does, the first claim of the same statement on which a rule rests, if there is
    /// one: then the statement is encoded.
    pub through: Option<ClaimId>,
    /// The scenarios in which one of these rules applies, by their places in `Policy::scenarios`.
    pub scenarios: Vec<usize>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleTrace {
    /// The rule.
    pub rule: RuleId,
    /// The scenarios in which it applies, whatever the unknown facts are.
    pub scenarios: Vec<usize>,
    /// The scenarios for which the search was given up at its limits: it may apply in them too.
    pub unsearched: Vec<usize>,
}

/// Claims that are one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The claims.
    pub claims: Vec<ClaimId>,
    /// The sources that first made their statements.
    pub first_by: Vec<SourceId>,
    /// The other sources of these claims.
    pub relayed_by: Vec<SourceId>,
}

/// Two claims of which one is declared to contradict the other, or each the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The one that was declared first.
    pub first: ClaimId,
    /// The other.
    pub second: ClaimId,
    /// Whether a rule that rests on one of them asserts what a rule that rests on the other
    /// denies.
    pub by_rules: bool,
}

/// A consequence that a rule asserts and another denies, resting on different claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opposed {
    /// The consequence.
    pub consequence: ConsequenceId,
    /// The rules with claims that assert it.
    pub asserting: Vec<RuleId>,
    /// The rules with claims that deny it.
    pub denying: Vec<RuleId>,
}

impl Traceability {
    /// Follows the claims of `policy` to its rules and scenarios.
    ///
    /// # Errors
    /// When an answer depends on the date and neither a scenario nor the policy gives one.
    pub fn of(policy: &Policy) -> Result<Self, Diagnostic> {
        let (rules, passes) = reached(policy)?;
        let joined = Origins::of(policy);
        let groups = joined.groups(claim_ids(policy));
        let mut claims: Vec<ClaimTrace> = claim_ids(policy)
            .map(|claim| ClaimTrace {
                claim,
                quoted_in: policy.with_quoting([policy[claim].by]).into_iter().skip(1).collect(),
                origin: 0,
                rules: Vec::new(),
                through: None,
                scenarios: Vec::new(),
            })
            .collect();
        for (origin, group) in groups.iter().enumerate() {
            group.iter().for_each(|claim| claims[claim.index()].origin = origin);
        }
        for rule in policy.rule_ids() {
            policy[rule].claims.iter().for_each(|claim| claims[claim.index()].rules.push(rule));
        }
        through(&joined, &mut claims);
        for claim in &mut claims {
            let scenarios = claim.rules.iter().flat_map(|rule| rules[rule.index()].scenarios.iter().copied());
            claim.scenarios = distinct(scenarios);
        }
        let unencoded = claims.iter().filter(|trace| trace.rules.is_empty() && !policy[trace.claim].context);
        Ok(Self {
            unencoded: unencoded.map(|trace| trace.claim).collect(),
            declared: declared(policy, &claims),
            opposed: policy.consequence_ids().filter_map(|consequence| opposed(policy, consequence)).collect(),
            origins: groups.into_iter().map(|claims| origin(policy, &joined, claims)).collect(),
            claims,
            rules,
            passes,
        })
    }
}

fn claim_ids(policy: &Policy) -> impl Iterator<Item = ClaimId> + use<> {
    (0..policy.claims.len()).map(ClaimId::new)
}

/// In which scenarios each rule applies, and which scenarios pass.
fn reached(policy: &Policy) -> Result<(Vec<RuleTrace>, Vec<bool>), Diagnostic> {
    let engines = scenarios::engines(policy)?;
    let mut scratch = Scratch::default();
    let trace = |rule| RuleTrace { rule, scenarios: Vec::new(), unsearched: Vec::new() };
    let mut rules: Vec<RuleTrace> = policy.rule_ids().map(trace).collect();
    let mut passes = Vec::new();
    for (index, scenario) in policy.scenarios.iter().enumerate() {
        let engine = &engines[&scenario.on];
        passes.push(scenarios::verdict(engine, scenario, &mut scratch).surprises.is_empty());
        let profile = policy.knowing(&scenario.given);
        for trace in &mut rules {
            let (reach, _) = engine.ask(Question::Applies(trace.rule), &profile, &mut scratch);
            match reach.settled() {
                Some(true) => trace.scenarios.push(index),
                None if !reach.searched => trace.unsearched.push(index),
                Some(false) | None => {}
            }
        }
    }
    Ok((rules, passes))
}

fn origin(policy: &Policy, joined: &Origins, claims: Vec<ClaimId>) -> Origin {
    let statements: IndexSet<ClaimId> = claims.iter().map(|claim| joined.statement(*claim)).collect();
    let first_by: IndexSet<SourceId> = statements.iter().flat_map(|first| joined.first_by(*first)).copied().collect();
    let by: IndexSet<SourceId> = claims.iter().map(|claim| policy[*claim].by).collect();
    let relayed_by = by.into_iter().filter(|source| !first_by.contains(source)).collect();
    Origin { claims, first_by: first_by.into_iter().collect(), relayed_by }
}

fn declared(policy: &Policy, claims: &[ClaimTrace]) -> Vec<Declared> {
    let ordered = |a: ClaimId, b: ClaimId| (a.min(b), a.max(b));
    let named = |claim: ClaimId| policy[claim].contradicts.iter().map(move |other| ordered(claim, *other));
    let pairs = distinct(claim_ids(policy).flat_map(named));
    let concluded = |claim: ClaimId, denies: bool| -> HashSet<ConsequenceId> {
        let rules = claims[claim.index()].rules.iter().map(|rule| &policy[*rule]);
        rules.filter(|rule| rule.denies == denies).flat_map(|rule| rule.concludes.iter().copied()).collect()
    };
    let against = |a, b| !concluded(a, false).is_disjoint(&concluded(b, true));
    let pair = |(first, second)| Declared { first, second, by_rules: against(first, second) || against(second, first) };
    pairs.into_iter().map(pair).collect()
}

/// The rules on both sides of a consequence, if they set two claims against one another: a claim
/// that speaks for both sides is not set against itself.
fn opposed(policy: &Policy, consequence: ConsequenceId) -> Option<Opposed> {
    let concluding = policy.concluding[consequence.index()].iter().copied();
    let mut concluding: Vec<RuleId> = concluding.filter(|rule| !policy[*rule].claims.is_empty()).collect();
    concluding.sort_unstable();
    let (denying, asserting): (Vec<RuleId>, Vec<RuleId>) =
        concluding.into_iter().partition(|rule| policy[*rule].denies);
    let claims = asserting.iter().chain(&denying).flat_map(|rule| &policy[*rule].claims);
    let several = claims.collect::<HashSet<_>>().len() > 1;
    (several && !asserting.is_empty() && !denying.is_empty()).then_some(Opposed { consequence, asserting, denying })
}

/// Finds the claims whose statement is encoded through another one.
fn through(joined: &Origins, claims: &mut [ClaimTrace]) {
    let mut encoded: HashMap<ClaimId, ClaimId> = HashMap::new();
    for trace in claims.iter().filter(|trace| !trace.rules.is_empty()) {
        encoded.entry(joined.statement(trace.claim)).or_insert(trace.claim);
    }
    for trace in claims.iter_mut().filter(|trace| trace.rules.is_empty()) {
        trace.through = encoded.get(&joined.statement(trace.claim)).copied();
    }
}
