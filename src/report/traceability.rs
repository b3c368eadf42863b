//! What became of each claim: for an editor who checks that each reported statement became a
//! rule, and is tested.

use super::page::{Cell, Page};
use super::{Detail, Form, citation};
use crate::analysis::traceability::{ClaimTrace, Origin, Traceability};
use crate::distinct::distinct;
use crate::limits::Limit;
use crate::model::{ClaimId, Policy, RuleId, SourceId};

/// The claims of a policy with their rules and scenarios, origins, contradictions, and what is
/// missing.
#[must_use]
pub fn traceability(policy: &Policy, found: &Traceability, detail: Detail, form: Form) -> String {
    let mut page = Page::new(form);
    let title = policy.label.as_deref().unwrap_or(&policy.name);
    page.title(&form.shown(title), &summary(policy, found));
    if !found.claims.is_empty() {
        claims(&mut page, policy, found, detail);
        origins(&mut page, policy, found, |number| format!("[{number}] "));
        contradictions(&mut page, policy, found);
        unencoded(&mut page, policy, found);
        unreached(&mut page, policy, found);
    }
    unclaimed(&mut page, policy, found);
    page.finish()
}

pub(super) fn summary(policy: &Policy, found: &Traceability) -> String {
    if found.claims.is_empty() {
        return "The policy has no claim: nothing in it is tied to who reported it.".to_owned();
    }
    let conditions = || found.claims.iter().filter(|trace| !policy[trace.claim].context);
    let encoded = conditions().filter(|trace| !trace.rules.is_empty()).count();
    let reached = conditions().filter(|trace| !trace.scenarios.is_empty()).count();
    let sources = distinct(policy.claims.iter().map(|claim| claim.by));
    let mut parts = vec![
        format!("{} by {}", counted(found.claims.len(), "claim"), counted(sources.len(), "source")),
        counted(found.origins.len(), "independent origin"),
        match conditions().count() {
            0 => "none is a condition".to_owned(),
            all => format!("{}: {encoded} encoded by rules, {reached} reached by scenarios", counted(all, "condition")),
        },
    ];
    match found.passes.iter().filter(|passes| !**passes).count() {
        0 => {}
        1 => parts.push(format!("1 of {} fails", counted(found.passes.len(), "scenario"))),
        failing => parts.push(format!("{failing} of {} fail", counted(found.passes.len(), "scenario"))),
    }
    parts.join("; ")
}

/// `1 claim`, `2 claims`
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn claims(page: &mut Page, policy: &Policy, found: &Traceability, detail: Detail) {
    let form = page.form;
    page.part("Claims");
    let row = |trace: &ClaimTrace| {
        vec![
            Cell {
                head: claim_name(policy, trace.claim, form),
                items: vec![form.place(policy, policy[trace.claim].place)],
            },
            reported(policy, trace.claim, form),
            by(policy, trace, form),
            Cell::from((trace.origin + 1).to_string()),
            rules(policy, found, trace, form),
            scenarios(policy, found, trace, detail, form),
        ]
    };
    let rows: Vec<Vec<Cell>> = found.claims.iter().map(row).collect();
    page.table(&["Claim", "Reported", "By", "Origin", "Encoded by", "Scenarios"], &rows);
    page.remark(
        2,
        "A scenario counts for a claim when a rule that rests on the claim applies in it, whatever is unknown there.",
    );
    let unsearched: usize = found.rules.iter().map(|trace| trace.unsearched.len()).sum();
    if unsearched > 0 {
        let times = counted(unsearched, "time");
        page.remark(
            2,
            &format!(
                "Not searched further: {times} these rules were too large to decide exactly whether a rule applies in \
                 a scenario, and it was not counted; {}.",
                policy.limits.raise(Limit::SearchSteps)
            ),
        );
    }
}

pub(super) fn reported(policy: &Policy, id: ClaimId, form: Form) -> Cell {
    let claim = &policy[id];
    let mut cell = Cell::from(form.shown(&claim.statement));
    let quoted = claim.quote.iter().map(|quote| format!("quote: {}", form.shown(quote)));
    let certainty = claim.certainty.iter();
    let certainty = certainty.map(|words| format!("certainty, in the reporter's words: {}", form.shown(words)));
    cell.items.extend(certainty.chain(quoted));
    for (what, others) in
        [("repeats", &claim.repeats), ("supports", &claim.supports), ("contradicts", &claim.contradicts)]
    {
        if !others.is_empty() {
            cell.items.push(format!("{what} {}", claim_names(policy, others, form)));
        }
    }
    cell
}

/// `The Kremlin, quoted in UK Ministry of Defence, and so in an article (2025-03-07)`
fn by(policy: &Policy, trace: &ClaimTrace, form: Form) -> Cell {
    let claim = &policy[trace.claim];
    let mut by = citation(policy, claim.by, form);
    let further: Vec<String> = trace
        .quoted_in
        .iter()
        .filter(|quoting| !policy[claim.by].quoted_in.contains(quoting))
        .map(|quoting| {
            let published = policy[*quoting].published.map_or(String::new(), |date| format!(" ({date})"));
            format!("{}{published}", form.shown(&policy[*quoting].label))
        })
        .collect();
    if !further.is_empty() {
        by.push_str(&format!(", and so in {}", further.join(", in ")));
    }
    let at = claim.at.iter().map(|at| format!("at {}", form.shown(at)));
    Cell { head: by, items: at.collect() }
}

fn rules(policy: &Policy, found: &Traceability, trace: &ClaimTrace, form: Form) -> Cell {
    let shown = |rule: RuleId| format!("{} ({})", form.shown(&policy[rule].label), form.name(&policy[rule].name));
    encoded_by(policy, found, trace, form, shown)
}

/// The rules that encode a claim, each as `shown` writes it.
pub(super) fn encoded_by(
    policy: &Policy,
    found: &Traceability,
    trace: &ClaimTrace,
    form: Form,
    shown: impl Fn(RuleId) -> String,
) -> Cell {
    let context = policy[trace.claim].context;
    let mut cell = match &trace.rules[..] {
        [] if context => Cell::from("no rule, since it is context"),
        [] => match trace.through {
            Some(claim) => {
                Cell::from(format!("no rule; its statement is, through {}", claim_name(policy, claim, form)))
            }
            None => Cell::from("no rule"),
        },
        [rule] => Cell::from(shown(*rule)),
        several => {
            let reach = |rule: &RuleId| counted(found.rules[rule.index()].scenarios.len(), "scenario");
            let items = several.iter().map(|rule| format!("{}: {}", shown(*rule), reach(rule)));
            Cell { head: counted(several.len(), "rule"), items: items.collect() }
        }
    };
    if context && !trace.rules.is_empty() {
        cell.items.push("although it is marked as context".to_owned());
    }
    cell
}

fn scenarios(policy: &Policy, found: &Traceability, trace: &ClaimTrace, detail: Detail, form: Form) -> Cell {
    if trace.rules.is_empty() {
        return Cell::default();
    }
    let mut cell = Cell::from(passing(found, &trace.scenarios));
    if detail == Detail::Full {
        let title = |index: &usize| {
            let word = if found.passes[*index] { "passes" } else { "fails" };
            format!("{word}: {}", form.shown(&policy.scenarios[*index].label))
        };
        cell.items.extend(trace.scenarios.iter().map(title));
    }
    cell
}

/// `none`, `1, which passes`, `3, all of which pass`, `3, of which 2 pass`
pub(super) fn passing(found: &Traceability, scenarios: &[usize]) -> String {
    let passing = scenarios.iter().filter(|index| found.passes[**index]).count();
    match (scenarios.len(), passing) {
        (0, _) => "none".to_owned(),
        (1, 1) => "1, which passes".to_owned(),
        (1, _) => "1, which fails".to_owned(),
        (all, 0) => format!("{all}, all of which fail"),
        (all, passing) if all == passing => format!("{all}, all of which pass"),
        (all, 1) => format!("{all}, of which 1 passes"),
        (all, passing) => format!("{all}, of which {passing} pass"),
    }
}

/// The independent origins, each after its number as `numbered` writes it.
pub(super) fn origins(page: &mut Page, policy: &Policy, found: &Traceability, numbered: impl Fn(usize) -> String) {
    let form = page.form;
    page.part("Origins");
    for (number, Origin { claims, first_by, relayed_by }) in (1..).zip(&found.origins) {
        let mut who = source_labels(policy, first_by, form);
        if !relayed_by.is_empty() {
            who.push_str(&format!(", relayed by {}", source_labels(policy, relayed_by, form)));
        }
        page.line(&numbered(number), &format!("{who}: {}", claim_names(policy, claims, form)));
    }
    page.remark(
        2,
        "Claims that repeat one another are one origin, and so are claims that come from one source. \
         Independence is what the rule files declare.",
    );
}

pub(super) fn contradictions(page: &mut Page, policy: &Policy, found: &Traceability) {
    let form = page.form;
    page.part("Contradictions between claims");
    if found.declared.is_empty() && found.opposed.is_empty() {
        page.sentence("No claim is declared to contradict another, and no rules set claims against one another.");
    }
    for pair in &found.declared {
        let [a, b] = [pair.first, pair.second].map(|claim| claim_name(policy, claim, form));
        page.item(&format!("declared: {a} and {b}"));
        for claim in [pair.first, pair.second] {
            page.detail("", &statement(policy, claim, form));
        }
        if !pair.by_rules {
            page.detail("", "no rules set them against one another");
        }
    }
    for opposed in &found.opposed {
        page.item(&format!("by the rules: {}", form.shown(&policy[opposed.consequence].label)));
        for (rules, others, verb) in
            [(&opposed.asserting, &opposed.denying, "leads to it"), (&opposed.denying, &opposed.asserting, "denies it")]
        {
            for rule in rules {
                side(page, policy, *rule, others, verb);
            }
        }
    }
}

/// `` `emergency_care` denies it, according to `emergencies`; it overrides `clinics` ``
fn side(page: &mut Page, policy: &Policy, id: RuleId, others: &[RuleId], verb: &str) {
    let form = page.form;
    let rule = &policy[id];
    let claims = claim_names(policy, &rule.claims, form);
    let mut text = format!("{} {verb}, according to {claims}", form.name(&rule.name));
    let overridden = rule.overrides.iter().filter(|loser| others.binary_search(loser).is_ok());
    let overridden: Vec<String> = overridden.map(|loser| form.name(&policy[*loser].name)).collect();
    if !overridden.is_empty() {
        text.push_str(&format!("; it overrides {}", overridden.join(", ")));
    }
    page.detail("", &text);
}

pub(super) fn unencoded(page: &mut Page, policy: &Policy, found: &Traceability) {
    let form = page.form;
    page.part("Claims that no rule encodes");
    if found.unencoded.is_empty() {
        page.sentence(match policy.claims.iter().all(|claim| claim.context) {
            true => "All claims are context.",
            false => "Rules rest on every claim that is a condition.",
        });
    }
    for claim in &found.unencoded {
        page.item(&claim_name(policy, *claim, form));
        page.detail("", &statement(policy, *claim, form));
        if let Some(through) = found.claims[claim.index()].through {
            page.detail("", &format!("its statement is encoded, through {}", claim_name(policy, through, form)));
        }
    }
}

pub(super) fn unreached(page: &mut Page, policy: &Policy, found: &Traceability) {
    let form = page.form;
    let encoded = || found.claims.iter().filter(|trace| !trace.rules.is_empty());
    if encoded().next().is_none() {
        return;
    }
    page.part("Claims that no scenario reaches");
    let mut unreached = encoded().filter(|trace| trace.scenarios.is_empty()).peekable();
    if unreached.peek().is_none() {
        page.sentence("A scenario reaches every claim on which a rule rests.");
    }
    for trace in unreached {
        page.item(&claim_name(policy, trace.claim, form));
        page.detail("", &statement(policy, trace.claim, form));
    }
}

pub(super) fn unclaimed(page: &mut Page, policy: &Policy, found: &Traceability) {
    let form = page.form;
    page.part("Rules without a claim");
    let mut unclaimed = found.rules.iter().filter(|trace| policy[trace.rule].claims.is_empty()).peekable();
    if policy.rules.is_empty() {
        page.sentence("The policy has no rule.");
    } else if unclaimed.peek().is_none() {
        page.sentence("Every rule rests on a claim.");
    }
    for trace in unclaimed {
        let rule = &policy[trace.rule];
        page.item(&form.shown(&rule.label));
        page.detail("", &format!("{}, {}", form.name(&rule.name), form.place(policy, rule.place)));
        rule.assumes.iter().for_each(|assumption| page.detail("assumed: ", &form.shown(assumption)));
        page.detail("scenarios: ", &passing(found, &trace.scenarios));
    }
}

/// `according to The Monitor: Clinics treat only people with a card.`
fn statement(policy: &Policy, claim: ClaimId, form: Form) -> String {
    let claim = &policy[claim];
    format!("according to {}: {}", form.shown(&policy[claim.by].label), form.shown(&claim.statement))
}

pub(super) fn claim_name(policy: &Policy, claim: ClaimId, form: Form) -> String {
    form.name(&policy[claim].name)
}

fn claim_names(policy: &Policy, claims: &[ClaimId], form: Form) -> String {
    claims.iter().map(|claim| claim_name(policy, *claim, form)).collect::<Vec<_>>().join(", ")
}

fn source_labels(policy: &Policy, sources: &[SourceId], form: Form) -> String {
    sources.iter().map(|source| form.shown(&policy[*source].label)).collect::<Vec<_>>().join("; ")
}
