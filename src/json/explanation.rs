//! Why a consequence has its status, as JSON.

use serde::Serialize;

use super::{Facts, JsonOutcome, Layout, Subject, fact_names, facts, outcome_json, report, source_names};
use crate::distinct::distinct;
use crate::model::{ClaimId, FactId, Policy, RuleId, SourceId};
use crate::semantics::{Absent, Effect, Explanation, Held, RuleReason, Takes, What};
use crate::text::Place;

#[derive(Serialize)]
struct Why<'a> {
    outcome: JsonOutcome<'a>,
    /// All smallest sets of known facts that settle the status; null where it is not settled, or
    /// they are too many.
    settled_by: Option<Vec<Vec<&'a str>>>,
    rules: Vec<JsonReason<'a>>,
    /// Those who make the claims of these rules, and those who quote them.
    sources: Vec<JsonSource<'a>>,
}

#[derive(Serialize)]
struct JsonReason<'a> {
    rule: &'a str,
    label: &'a str,
    file: &'a str,
    line: usize,
    denies: bool,
    effect: &'static str,
    because: Facts<'a>,
    conditions: Vec<JsonHeld<'a>>,
    depends_on: Vec<&'a str>,
    defeated_by: Vec<&'a str>,
    defeated_by_one_of: Vec<&'a str>,
    claims: Vec<JsonClaim<'a>>,
    assumes: &'a [String],
}

/// A part of a rule's conditions; each comes before the parts in it, which are one deeper.
#[derive(Serialize)]
struct JsonHeld<'a> {
    depth: usize,
    /// `when`, `unless`, `joined`, `not`, `test`, `definition` or `consequence`.
    part: &'static str,
    /// `all` or `one` of the parts in it; null where they are not joined.
    takes: Option<&'static str>,
    /// The name of the fact, the definition or the consequence.
    name: Option<&'a str>,
    /// Where that is declared.
    declared: Option<JsonPlace<'a>>,
    /// As the rule file writes it.
    words: String,
    file: &'a str,
    line: usize,
    /// Null where it is open.
    holds: Option<bool>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct JsonSource<'a> {
    source: &'a str,
    label: &'a str,
    published: Option<String>,
    quoted_in: Vec<&'a str>,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct JsonClaim<'a> {
    claim: &'a str,
    statement: &'a str,
    certainty: Option<&'a str>,
    quote: Option<&'a str>,
    at: Option<&'a str>,
    source: &'a str,
    label: &'a str,
    quoted_in: Vec<&'a str>,
    /// Whether the view counts it.
    counts: bool,
    file: &'a str,
    line: usize,
}

/// An explanation as one JSON document.
#[must_use]
pub fn explanation(subject: Subject<'_>, explanation: &Explanation, layout: Layout) -> String {
    let outcome = outcome_json(subject, &explanation.outcome);
    let rules = explanation.rules.iter().map(|reason| reason_json(subject, reason)).collect();
    let sets = |sets: &Vec<Vec<FactId>>| sets.iter().map(|set| fact_names(subject, set)).collect();
    let settled_by = explanation.settled_by.as_ref().map(sets);
    let sources = sources_json(subject.policy, &explanation.rules);
    layout.write(&report(subject, Why { outcome, settled_by, rules, sources }))
}

fn reason_json<'a>(subject: Subject<'a>, reason: &RuleReason) -> JsonReason<'a> {
    let policy = subject.policy;
    let rule = &policy[reason.rule];
    let JsonPlace { file, line } = place_json(policy, rule.place);
    let rules = |rules: &[RuleId]| rules.iter().map(|rule| policy[*rule].name.as_str()).collect();
    let EffectParts { effect, depends_on, defeated_by, one_of } = effect_parts(&reason.effect);
    JsonReason {
        rule: &rule.name,
        label: &rule.label,
        file,
        line,
        denies: rule.denies,
        effect,
        because: facts(subject, &reason.because),
        conditions: reason.conditions.iter().map(|part| held_json(policy, part)).collect(),
        depends_on: fact_names(subject, depends_on),
        defeated_by: rules(defeated_by),
        defeated_by_one_of: rules(one_of),
        claims: rule.claims.iter().map(|claim| claim_json(subject, *claim)).collect(),
        assumes: &rule.assumes,
    }
}

fn held_json<'a>(policy: &'a Policy, part: &Held) -> JsonHeld<'a> {
    let (kind, named): (_, Option<(&str, Place)>) = match part.what {
        What::When => ("when", None),
        What::Unless => ("unless", None),
        What::Joined => ("joined", None),
        What::Not => ("not", None),
        What::Test(id) => ("test", Some((&policy[id].name, policy[id].place))),
        What::Definition(id) => ("definition", Some((&policy[id].name, policy[id].place))),
        What::Consequence(id) => ("consequence", Some((&policy[id].name, policy[id].place))),
    };
    let JsonPlace { file, line } = place_json(policy, part.place);
    JsonHeld {
        depth: part.depth,
        part: kind,
        takes: part.takes.map(|takes| match takes {
            Takes::All => "all",
            Takes::One => "one",
        }),
        name: named.map(|(name, _)| name),
        declared: named.map(|(_, place)| place_json(policy, place)),
        words: crate::analysis::parts::words(policy, part.place),
        file,
        line,
        holds: part.holds,
    }
}

#[derive(Default)]
struct EffectParts<'a> {
    effect: &'static str,
    depends_on: &'a [FactId],
    defeated_by: &'a [RuleId],
    one_of: &'a [RuleId],
}

fn effect_parts(effect: &Effect) -> EffectParts<'_> {
    let named = |effect| EffectParts { effect, ..EffectParts::default() };
    match effect {
        Effect::Applies => named("applies"),
        Effect::DoesNotApply => named("does_not_apply"),
        Effect::Defeated(winners) => EffectParts { defeated_by: winners, ..named("defeated") },
        Effect::DefeatedByOneOf(winners) => EffectParts { one_of: winners, ..named("defeated") },
        Effect::PerhapsDefeated(facts) => EffectParts { depends_on: facts, ..named("perhaps_defeated") },
        Effect::NoEffect => named("no_effect"),
        Effect::Open(facts) => EffectParts { depends_on: facts, ..named("open") },
        Effect::Absent(Absent::NotInForce) => named("not_in_force"),
        Effect::Absent(Absent::NoClaim) => named("no_claim_counts"),
        Effect::Absent(Absent::FewOrigins) => named("few_origins"),
    }
}

fn claim_json(subject: Subject<'_>, id: ClaimId) -> JsonClaim<'_> {
    let policy = subject.policy;
    let claim = &policy[id];
    let source = &policy[claim.by];
    let JsonPlace { file, line } = place_json(policy, claim.place);
    JsonClaim {
        claim: &claim.name,
        statement: &claim.statement,
        certainty: claim.certainty.as_deref(),
        quote: claim.quote.as_deref(),
        at: claim.at.as_deref(),
        source: &source.name,
        label: &source.label,
        quoted_in: source_names(policy, &source.quoted_in),
        counts: subject.selection.counts(id),
        file,
        line,
    }
}

/// Those who make the claims of these rules, and those who quote them, in the order of declaration.
fn sources_json<'a>(policy: &'a Policy, rules: &[RuleReason]) -> Vec<JsonSource<'a>> {
    let claims = rules.iter().flat_map(|reason| &policy[reason.rule].claims);
    let named = distinct(policy.with_quoting(claims.map(|claim| policy[*claim].by)));
    let source = |id: SourceId| {
        let source = &policy[id];
        let JsonPlace { file, line } = place_json(policy, source.place);
        JsonSource {
            source: &source.name,
            label: &source.label,
            published: source.published.map(|date| date.to_string()),
            quoted_in: source_names(policy, &source.quoted_in),
            file,
            line,
        }
    };
    named.into_iter().map(source).collect()
}

fn place_json(policy: &Policy, place: Place) -> JsonPlace<'_> {
    let file = &policy.files[place.file];
    JsonPlace { file: &file.name, line: file.position(place.span.start).line }
}
