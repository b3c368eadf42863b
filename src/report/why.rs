//! Why a consequence has its status: the facts, the rules, the claims and who reported them.

use super::outcomes::{known_value, labels};
use super::page::Page;
use super::{Form, citation, page};
use crate::analysis::parts::words;
use crate::json::Subject;
use crate::limits::Limit;
use crate::model::{Consequence, ConsequenceId, Definition, FactId, Policy, Rule, RuleId};
use crate::semantics::{Absent, Effect, Explanation, Held, Outcome, RuleReason, Status, Takes, What};
use crate::words::{does_not_follow, possible_in_words, says_does_not_follow};

/// The explanation of one consequence.
#[must_use]
pub fn explanation(subject: Subject<'_>, explanation: &Explanation, form: Form) -> String {
    let policy = subject.policy;
    let outcome = &explanation.outcome;
    let mut page = page(subject, form);
    page.part(&form.shown(&policy[outcome.consequence].label));
    match outcome.status {
        Status::Undetermined(possible) => {
            page.line("", "This is undetermined: it depends on what is not known.");
            page.line("depends on: ", &labels(policy, &outcome.depends_on, form));
            if let Some(words) = possible_in_words(possible) {
                page.line("possible: ", &words);
            }
            if !outcome.searched {
                let raise = policy.limits.raise(Limit::SearchSteps);
                page.line(
                    "",
                    &format!("Not searched further: these rules were too large to decide this exactly; {raise}."),
                );
            }
        }
        status => {
            page.line("", opening(status));
            because(&mut page, subject, outcome);
            others(&mut page, subject, explanation);
        }
    }
    if explanation.rules.is_empty() {
        page.remark(2, "No rule concludes about it.");
    }
    for reason in &explanation.rules {
        rule(&mut page, subject, outcome.consequence, reason);
    }
    if says_does_not_follow(outcome.status) {
        page.remark(0, does_not_follow(subject.selection));
    }
    page.finish()
}

fn opening(status: Status) -> &'static str {
    match status {
        Status::Follows => "It follows from what is reported.",
        Status::DoesNotFollow => "It does not follow: no rule leads to it here.",
        Status::RuledOut => "It is ruled out: a rule that applies denies it, and none leads to it.",
        Status::Disputed => "It is disputed: one rule that applies leads to it, another denies it.",
        Status::Undetermined(_) => "It is undetermined.",
    }
}

fn because(page: &mut Page, subject: Subject<'_>, outcome: &Outcome) {
    if outcome.because.is_empty() {
        page.line("", "No fact is needed for that: it is so for every profile.");
        return;
    }
    page.line(
        "",
        match outcome.searched {
            true => "These facts settle it, and none of them can be left out:",
            false => "These facts settle it; these rules are too large to find out whether one can be left out:",
        },
    );
    facts(page, subject, &outcome.because);
}

/// The other sets of facts that settle it.
fn others(page: &mut Page, subject: Subject<'_>, explanation: &Explanation) {
    let because = &explanation.outcome.because;
    // Where no fact is needed, that is the only set of which none can be left out.
    if because.is_empty() {
        return;
    }
    let Some(settled_by) = &explanation.settled_by else {
        return page.line("", &others_not_decided(subject.policy));
    };
    let others: Vec<String> = settled_by
        .iter()
        .filter(|set| *set != because)
        .map(|set| {
            let facts: Vec<String> = set.iter().map(|fact| known_value(subject, *fact, page.form)).collect();
            facts.join("; ")
        })
        .collect();
    if !others.is_empty() {
        page.line("", "So does each of these, by itself:");
        others.iter().for_each(|set| page.subitem(set));
    }
}

/// What is said where the other sets could not be found.
pub(super) fn others_not_decided(policy: &Policy) -> String {
    let more = policy.limits.list_more();
    format!(
        "Not decided which other sets of facts settle it too: they are too many, or these rules are too large; {more}."
    )
}

fn facts(page: &mut Page, subject: Subject<'_>, facts: &[FactId]) {
    facts.iter().for_each(|fact| page.subitem(&known_value(subject, *fact, page.form)));
}

fn rule(page: &mut Page, subject: Subject<'_>, consequence: ConsequenceId, reason: &RuleReason) {
    let policy = subject.policy;
    let form = page.form;
    let rule = &policy[reason.rule];
    let kind = if rule.denies { "Rule against it" } else { "Rule" };
    page.subpart(&format!("{kind}: {}", form.shown(&rule.label)));
    page.line("", &format!("{}, {}", form.name(&rule.name), form.place(policy, rule.place)));
    page.line("", &effect(policy, consequence, reason, form));
    facts(page, subject, &reason.because);
    reason.conditions.iter().for_each(|part| condition(page, subject, part));
    evidence(page, subject, rule);
}

/// A part of a rule's conditions, and whether it holds.
pub(super) fn condition(page: &mut Page, subject: Subject<'_>, part: &Held) {
    let policy = subject.policy;
    let form = page.form;
    let holds = match part.holds {
        Some(true) => "holds",
        Some(false) => "does not hold",
        None => "is open",
    };
    let takes = match (part.takes, part.what) {
        (Some(Takes::All), _) => "; it takes all of these:",
        (Some(Takes::One), _) => "; it takes one of these:",
        (None, What::When | What::Unless | What::Not) => ":",
        (None, What::Joined | What::Test(_) | What::Definition(_) | What::Consequence(_)) => "",
    };
    let named = || form.name(&words(policy, part.place));
    let text = match part.what {
        What::When => return page.line("", &format!("Its {} {holds}{takes}", form.name("when"))),
        What::Unless => return page.line("", &format!("Its {} {holds}{takes}", form.name("unless"))),
        What::Joined => format!("this {holds}{takes}"),
        What::Not => format!("the opposite of this {holds}{takes}"),
        What::Test(fact) => {
            let known = subject.profile.value(fact).map(|_| known_value(subject, fact, form));
            let known = known.unwrap_or_else(|| format!("{}: not known", labels(policy, &[fact], form)));
            format!("{} {holds} ({known})", named())
        }
        What::Definition(id) => {
            let Definition { label, place, .. } = &policy[id];
            format!("{} {holds} ({}, {}){takes}", named(), form.shown(label), form.place(policy, *place))
        }
        What::Consequence(id) => {
            let Consequence { label, place, .. } = &policy[id];
            format!("{} {holds} ({}, {})", named(), form.shown(label), form.place(policy, *place))
        }
    };
    page.nested(part.depth - 1, &text);
}

fn effect(policy: &Policy, consequence: ConsequenceId, reason: &RuleReason, form: Form) -> String {
    let because = |what: &str| match reason.because.is_empty() {
        true => format!("{what}, whatever the facts are."),
        false => format!("{what}, because of:"),
    };
    match &reason.effect {
        Effect::Applies => {
            let mut overriding = policy.overridden_by[reason.rule.index()].iter();
            let overridable = overriding.any(|winner| policy[*winner].concludes.contains(&consequence));
            because(if overridable { "It applies and is not overridden" } else { "It applies" })
        }
        Effect::DoesNotApply => because("It does not apply"),
        Effect::NoEffect => because("It either does not apply or is overridden"),
        Effect::Open(facts) => format!("Whether it applies depends on: {}", labels(policy, facts, form)),
        Effect::PerhapsDefeated(facts) => {
            let facts = labels(policy, facts, form);
            because(&format!("Whether it is overridden depends on: {facts}. It applies"))
        }
        Effect::Absent(Absent::NotInForce) => "It is not in force on this date.".to_owned(),
        Effect::Absent(Absent::NoClaim) => "It is left out: it rests on no claim that counts here.".to_owned(),
        Effect::Absent(Absent::FewOrigins) => {
            "It is left out: the claims that count here have fewer independent origins than asked for.".to_owned()
        }
        Effect::Defeated(winners) => overridden(policy, reason, winners, " and ", form),
        Effect::DefeatedByOneOf(winners) => overridden(policy, reason, winners, " or ", form),
    }
}

fn overridden(policy: &Policy, reason: &RuleReason, winners: &[RuleId], joined: &str, form: Form) -> String {
    let names: Vec<String> =
        winners.iter().map(|winner| format!("\"{}\"", form.shown(&policy[*winner].label))).collect();
    // The facts shown may be fewer than all those by which all of these rules apply.
    let overridden = format!("It is overridden by {}. That it applies and is overridden is", names.join(joined));
    match reason.because.is_empty() {
        true => format!("{overridden} so whatever the facts are."),
        false => format!("{overridden} settled by:"),
    }
}

/// The claims a rule rests on, who reports them, and what it assumes beyond them.
fn evidence(page: &mut Page, subject: Subject<'_>, rule: &Rule) {
    let Subject { policy, selection, .. } = subject;
    let form = page.form;
    if rule.claims.is_empty() {
        page.line("", "No source is given for this rule.");
    }
    for id in &rule.claims {
        let claim = &policy[*id];
        let reported = if selection.counts(*id) { "reported: " } else { "reported, not counted: " };
        page.line(reported, &form.shown(&claim.statement));
        if let Some(certainty) = &claim.certainty {
            page.subline("certainty, in the reporter's words: ", &form.shown(certainty));
        }
        if let Some(quote) = &claim.quote {
            page.subline("quote: ", &form.shown(quote));
        }
        let at = claim.at.as_ref().map_or(String::new(), |at| format!(", at {}", form.shown(at)));
        page.subline("by ", &format!("{}{at}", citation(policy, claim.by, form)));
        let source = &policy[claim.by];
        for (what, name, place) in [("claim ", &claim.name, claim.place), ("source ", &source.name, source.place)] {
            page.subline(what, &format!("{}, {}", form.name(name), form.place(policy, place)));
        }
    }
    for assumption in &rule.assumes {
        page.line("assumed: ", &form.shown(assumption));
    }
}
