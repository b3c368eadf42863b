//! Weaknesses of a policy: what its author would want to know and a reader would miss.
//!
//! One file for each lint. Each is exact: decided on diagrams for every profile, on one day of
//! each period (see [`crate::analysis::days`]), and what is too large to be decided is said to be.

mod allow;
mod always_defeated;
mod always_holds;
mod case;
mod contradictory_scenario;
mod disputing_rules;
mod duplicate_scenario;
mod edit;
mod gap_in_time;
mod idle_condition;
mod idle_option;
mod idle_override;
mod idle_unless;
mod later_claims;
mod never_applies;
mod never_holds;
mod overlapping_options;
mod overlapping_periods;
mod redundant_rule;
mod single_origin;
mod unencoded_claim;
mod unreachable_consequence;
mod unsourced_rule;
mod unused_claim;
mod unused_definition;
mod unused_fact;
mod unused_source;

use crate::diagnostic::{Code, Diagnostic};
use crate::limits::Limits;
use crate::model::Policy;
use case::Case;

/// What looks for one kind of weakness.
pub struct Lint {
    /// Its code; the code's page tells what it finds.
    pub code: Code,
    /// Whether it shows a likely mistake, and so is looked for without being asked for.
    pub by_default: bool,
    find: fn(&mut Case<'_>),
}

/// Every lint, in the order in which [`Code::ALL`] has them.
pub const LINTS: &[Lint] = &[
    never_applies::LINT,
    always_holds::LINT,
    never_holds::LINT,
    idle_condition::LINT,
    redundant_rule::LINT,
    idle_unless::LINT,
    idle_override::LINT,
    always_defeated::LINT,
    unreachable_consequence::LINT,
    disputing_rules::LINT,
    overlapping_periods::LINT,
    gap_in_time::LINT,
    unused_fact::LINT,
    unused_definition::LINT,
    unused_source::LINT,
    unused_claim::LINT,
    unencoded_claim::LINT,
    unsourced_rule::LINT,
    later_claims::LINT,
    single_origin::LINT,
    overlapping_options::LINT,
    idle_option::LINT,
    contradictory_scenario::LINT,
    duplicate_scenario::LINT,
];

/// Which lints are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen(Vec<Code>);

impl Default for Chosen {
    /// Those that show a likely mistake.
    fn default() -> Self {
        Self(LINTS.iter().filter(|lint| lint.by_default).map(|lint| lint.code).collect())
    }
}

impl Chosen {
    /// Every lint.
    #[must_use]
    pub fn all() -> Self {
        Self(LINTS.iter().map(|lint| lint.code).collect())
    }

    /// Also this one.
    #[must_use]
    pub fn and(mut self, lint: &Lint) -> Self {
        self.0.push(lint.code);
        self
    }

    fn has(&self, code: Code) -> bool {
        self.0.contains(&code)
    }
}

/// The lint with this name, if there is one.
#[must_use]
pub fn find(name: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|lint| lint.code.name() == name)
}

/// Several things in a sentence: `a`, `a and b`, `a, b and c`.
fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// The weaknesses of a policy, in the order of files and places, without those that a comment
/// allows.
#[must_use]
pub fn findings(policy: &Policy, chosen: &Chosen) -> Vec<Diagnostic> {
    findings_within(policy, chosen, policy.limits)
}

/// The same, with other limits.
#[must_use]
pub fn findings_within(policy: &Policy, chosen: &Chosen, limits: Limits) -> Vec<Diagnostic> {
    let mut case = Case::new(policy, limits);
    for lint in LINTS.iter().filter(|lint| chosen.has(lint.code)) {
        case.looking_for(lint.code);
        (lint.find)(&mut case);
    }
    let mut found = allow::without_allowed(policy, chosen, case.finish());
    found.sort_by_key(|finding| (finding.labels.first().map(|label| label.place), finding.code));
    found
}
