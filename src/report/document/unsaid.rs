//! What a document does not say, said in so many words.

use super::super::outcomes::labels;
use super::super::page::Page;
use super::super::{Form, traceability};
use super::Document;
use super::reasons::absence;
use crate::model::{ClaimId, ConsequenceId, FactId, RuleId};
use crate::semantics::Status;

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
    let outcomes = || document.explained.iter().map(|it| &it.outcome);
    let (matter, others): (Vec<FactId>, Vec<FactId>) = policy
        .fact_ids()
        .filter(|fact| document.subject.profile.value(*fact).is_none())
        .partition(|fact| outcomes().any(|outcome| outcome.depends_on.contains(fact)));
    if !matter.is_empty() {
        page.part("Not known of this person, and it matters");
    }
    for fact in matter {
        page.item(&form.shown(&policy[fact].label));
        let to: Vec<String> = outcomes()
            .filter(|outcome| outcome.depends_on.contains(&fact))
            .map(|outcome| form.shown(&policy[outcome.consequence].label))
            .collect();
        page.detail("to: ", &to.join("; "));
    }
    if !others.is_empty() {
        page.part("Not known of this person, and of no matter to these rules here");
        page.sentence(&format!("{}.", labels(policy, &others, form)));
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
