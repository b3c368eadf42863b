//! What a document does not say, said in so many words.

use super::super::outcomes::labels;
use super::super::page::Page;
use super::super::{Form, traceability};
use super::Document;
use crate::distinct::distinct;
use crate::model::{ClaimId, ConsequenceId, FactId, RuleId};
use crate::semantics::{Outcome, Status};
use crate::words::absence;

pub(super) fn write(page: &mut Page, document: &Document<'_>) {
    let policy = document.policy();
    page.section("unsaid", "What this file does not say");
    page.sentence(
        "It holds what these sources reported and these rules encode. What nobody reported is not in it, and what was \
         reported may have changed since.",
    );
    open(page, document);
    silent(page, document);
    left_out(page, document);
    if !policy.claims.is_empty() {
        traceability::unencoded(page, policy, &document.claims);
    }
    context(page, document);
    traceability::unclaimed(page, policy, &document.claims);
}

/// The facts that are not known: those that matter, to what, and the others.
fn open(page: &mut Page, document: &Document<'_>) {
    let form = page.form;
    let policy = document.policy();
    let mut unknown: Vec<FactId> =
        policy.fact_ids().filter(|fact| document.subject.profile.value(*fact).is_none()).collect();
    let now = document.explained.iter().map(|it| &it.outcome).collect();
    let columns = document.compared.iter().flat_map(|it| &it.columns);
    let with_options = columns.flat_map(|column| &column.outcomes).collect();
    let moments = document.over.iter().flat_map(|over| [&over.found.first].into_iter().chain(&over.found.changes));
    let at_other_times = moments.flat_map(|moment| &moment.outcomes).collect();
    let places: [(&str, Vec<&Outcome>); 3] = [
        ("Not known of this person, and it matters", now),
        ("Not known of this person, and it matters with one of the options", with_options),
        ("Not known of this person, and it matters at another time", at_other_times),
    ];
    // What matters as it is stands there alone.
    let matters = |outcomes: &[&Outcome], fact: &FactId| outcomes.iter().any(|it| it.depends_on.contains(fact));
    let [(_, now), ..] = &places;
    let (of_now, not_now): (Vec<FactId>, Vec<FactId>) = unknown.iter().partition(|fact| matters(now, fact));
    for (index, (heading, outcomes)) in places.iter().enumerate() {
        let facts = if index == 0 { &of_now } else { &not_now };
        let facts: Vec<&FactId> = facts.iter().filter(|fact| matters(outcomes, fact)).collect();
        if !facts.is_empty() {
            page.part(heading);
        }
        for fact in facts {
            page.item(&form.shown(&policy[*fact].label));
            let to = outcomes.iter().filter(|outcome| outcome.depends_on.contains(fact));
            let to = distinct(to.map(|outcome| outcome.consequence)).into_iter();
            let to: Vec<String> = to.map(|id| form.shown(&policy[id].label)).collect();
            page.detail("to: ", &to.join("; "));
        }
    }
    unknown.retain(|fact| !places.iter().any(|(_, outcomes)| matters(outcomes, fact)));
    if !unknown.is_empty() {
        page.part("Not known of this person, and of no matter to these rules here");
        page.sentence(&format!("{}.", labels(policy, &unknown, form)));
    }
}

/// What no rule leads to here.
fn silent(page: &mut Page, document: &Document<'_>) {
    let form = page.form;
    let policy = document.policy();
    let outcomes = document.explained.iter().map(|it| &it.outcome);
    let silent: Vec<ConsequenceId> =
        outcomes.filter(|it| it.status == Status::DoesNotFollow).map(|it| it.consequence).collect();
    if !silent.is_empty() {
        page.part("No encoded report leads to these here; they may happen all the same");
    }
    for id in silent {
        page.item(&form.shown(&policy[id].label));
        let asserting = || policy.concluding[id.index()].iter().filter(|rule| !policy[**rule].denies);
        if asserting().next().is_none() {
            page.detail("", "no rule leads to it for anybody");
        } else if asserting().all(|rule| !document.subject.selection.has(*rule)) {
            page.detail("", "every rule that leads to it is left out here");
        }
    }
}

/// The rules that do not count here.
fn left_out(page: &mut Page, document: &Document<'_>) {
    let policy = document.policy();
    let absent = |rule: RuleId| document.subject.selection.absent(rule).map(|why| (rule, why));
    let mut rules = policy.rule_ids().filter_map(absent).peekable();
    if rules.peek().is_some() {
        page.part("Rules that are left out here");
    }
    for (rule, why) in rules {
        page.item(&page.form.shown(&policy[rule].label));
        page.detail("", absence(why));
    }
}

/// The claims of which no rule is expected.
fn context(page: &mut Page, document: &Document<'_>) {
    let policy = document.policy();
    let claims = (0..policy.claims.len()).map(ClaimId::new);
    let context: Vec<ClaimId> = claims.filter(|claim| policy[*claim].context).collect();
    if !context.is_empty() {
        page.part("Reported as context, and nothing follows from it here");
        let link = |claim: &ClaimId| {
            let name = traceability::claim_name(policy, *claim, page.form);
            match page.form {
                Form::Text | Form::Markdown => name,
                Form::Html => format!("<a href=\"#claim-{}\">{name}</a>", policy[*claim].name),
            }
        };
        page.sentence(&format!("{}.", context.iter().map(link).collect::<Vec<_>>().join(", ")));
    }
}
