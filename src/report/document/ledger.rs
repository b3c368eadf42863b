//! Each claim: what is reported, by whom, quoted where, and which rules encode it.

use super::super::outcomes::Notes;
use super::super::page::{Cell, Page};
use super::super::traceability::{
    claim_name, contradictions, encoded_by, origins, passing, reported, summary, unreached,
};
use super::{Document, cited, rule_link};
use crate::analysis::traceability::ClaimTrace;
use crate::model::SourceId;

pub(super) fn write(page: &mut Page, notes: &mut Notes<'_>, document: &Document<'_>) {
    let (policy, found) = (document.policy(), &document.claims);
    page.section("claims", "What was reported");
    page.sentence(&format!("{}.", summary(policy, found).trim_end_matches('.')));
    if found.claims.is_empty() {
        return;
    }
    page.part("Claims");
    let rows: Vec<Vec<Cell>> = found.claims.iter().map(|trace| row(page, notes, document, trace)).collect();
    page.table(&["Reported", "By", "Encoded by"], &rows);
    page.remark(
        0,
        "A scenario of the rule files counts for a claim when a rule that rests on the claim applies in it, whatever is \
         unknown there.",
    );
    origins(page, policy, found, |number| format!("origin {number}: "));
    contradictions(page, policy, found);
    unreached(page, policy, found);
}

fn row(page: &Page, notes: &mut Notes<'_>, document: &Document<'_>, trace: &ClaimTrace) -> Vec<Cell> {
    let form = page.form;
    let (policy, found) = (document.policy(), &document.claims);
    let claim = &policy[trace.claim];
    let mut what = reported(policy, trace.claim, form);
    let name = page.known_as(&format!("claim-{}", claim.name), &claim_name(policy, trace.claim, form));
    what.items.push(format!("{name}, {}", form.place(policy, claim.place)));
    if !document.subject.selection.counts(trace.claim) {
        what.items.push("does not count here".to_owned());
    }
    let mut by = cited(policy, notes, claim.by, form);
    let mut marks = |sources: &mut dyn Iterator<Item = SourceId>| {
        sources.map(|source| notes.number(source)).collect::<Vec<_>>().join(", in ")
    };
    let directly = &policy[claim.by].quoted_in;
    let quoted = marks(&mut directly.iter().copied());
    let further = marks(&mut trace.quoted_in.iter().copied().filter(|quoting| !directly.contains(quoting)));
    if !quoted.is_empty() {
        by.push_str(&format!(", quoted in {quoted}"));
    }
    if !further.is_empty() {
        by.push_str(&format!(", and so in {further}"));
    }
    let mut by = Cell::from(by);
    by.items.extend(claim.at.iter().map(|at| format!("at {}", form.shown(at))));
    by.items.push(format!("origin {}", trace.origin + 1));
    let mut rules = encoded_by(policy, found, trace, form, |rule| rule_link(policy, rule, form));
    if !trace.rules.is_empty() {
        rules.items.push(format!("scenarios: {}", passing(found, &trace.scenarios)));
    }
    vec![what, by, rules]
}
