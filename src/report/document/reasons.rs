//! Each consequence with its status and why, and each rule once.

use super::super::outcomes::{GROUPS, Notes, known_value, labels};
use super::super::page::Page;
use super::super::{Form, why};
use super::{Document, cited, rule_link};
use crate::model::{ConsequenceId, FactId, Policy, Rule, RuleId};
use crate::semantics::{Effect, Explanation, RuleReason, Status};
use crate::words::{absence, possible_in_words};

pub(super) fn write<'a>(page: &mut Page, notes: &mut Notes<'a>, document: &'a Document<'_>) {
    page.section("reasons", "Outcomes and reasons");
    for (title, belongs) in GROUPS {
        let mut group = document.explained.iter().filter(|it| belongs(it.outcome.status)).peekable();
        if group.peek().is_some() {
            page.part(title);
        }
        group.for_each(|explained| consequence(page, notes, document, explained));
    }
    let mut rules: Vec<&RuleReason> = document.explained.iter().flat_map(|it| &it.rules).collect();
    rules.sort_by_key(|reason| reason.rule);
    rules.dedup_by_key(|reason| reason.rule);
    page.part("The rules, and what they rest on");
    if rules.is_empty() {
        page.sentence("There is no rule about any of these consequences.");
    }
    rules.into_iter().for_each(|reason| rule(page, notes, document, reason));
}

/// A consequence: what settles its status, and what each rule about it did.
fn consequence<'a>(page: &mut Page, notes: &mut Notes<'a>, document: &'a Document<'_>, explained: &'a Explanation) {
    let form = page.form;
    let policy = document.policy();
    let outcome = &explained.outcome;
    let consequence = &policy[outcome.consequence];
    page.subpart_known_as(&format!("of-{}", consequence.name), &form.shown(&consequence.label));
    match outcome.status {
        Status::Undetermined(possible) => {
            page.line("depends on: ", &labels(policy, &outcome.depends_on, form));
            possible_in_words(possible).iter().for_each(|words| page.line("possible: ", words));
        }
        Status::Follows | Status::DoesNotFollow | Status::RuledOut | Status::Disputed => {
            settled(page, document, explained);
        }
    }
    if !outcome.searched {
        page.line("", "Not searched further: these rules were too large to decide this exactly.");
    }
    for reason in &explained.rules {
        let rule = &policy[reason.rule];
        let effect = effect(policy, outcome.consequence, reason, form);
        let by = match outcome.rules.contains(&reason.rule) {
            true => notes.reporters(document.subject, std::iter::once(rule), form),
            false => None,
        };
        let by = match by {
            Some(_) if rule.claims.is_empty() => "; no source is given".to_owned(),
            Some(by) => format!("; according to: {by}"),
            None => String::new(),
        };
        page.line("rule: ", &format!("{} {effect}{by}", rule_link(policy, reason.rule, form)));
    }
    if explained.rules.is_empty() {
        page.line("", "No rule concludes about it.");
    }
    consequence.laws.iter().for_each(|law| page.line("law: ", &form.shown(law)));
    consequence.note.iter().for_each(|note| page.line("note: ", &form.shown(note)));
}

/// The known facts that settle it: one smallest set, then the others.
fn settled(page: &mut Page, document: &Document<'_>, explained: &Explanation) {
    let form = page.form;
    let because = &explained.outcome.because;
    let shown = |facts: &[FactId]| {
        let facts: Vec<String> = facts.iter().map(|fact| known_value(document.subject, *fact, form)).collect();
        facts.join("; ")
    };
    if because.is_empty() {
        return page.line("because: ", "it is so for every profile");
    }
    page.line("because: ", &shown(because));
    let Some(settled_by) = &explained.settled_by else {
        return page.line("", &why::others_not_decided(document.subject.policy));
    };
    for set in settled_by.iter().filter(|set| *set != because) {
        page.line("this alone settles it too: ", &shown(set));
    }
}

/// What a rule did, in a few words.
fn effect(policy: &Policy, consequence: ConsequenceId, reason: &RuleReason, form: Form) -> String {
    let denies = policy[reason.rule].denies;
    let against = if denies { ", against it" } else { "" };
    let named = |winners: &[RuleId], joined: &str| {
        winners.iter().map(|winner| rule_link(policy, *winner, form)).collect::<Vec<_>>().join(joined)
    };
    let words = match &reason.effect {
        Effect::Applies => {
            let mut overriding = policy.overridden_by[reason.rule.index()].iter();
            let overridable = overriding.any(|winner| policy[*winner].concludes.contains(&consequence));
            format!("applies{against}{}", if overridable { " and is not overridden" } else { "" })
        }
        Effect::DoesNotApply => "does not apply".to_owned(),
        Effect::NoEffect => "either does not apply or is overridden".to_owned(),
        Effect::Open(facts) => format!("may apply{against}, which depends on: {}", labels(policy, facts, form)),
        Effect::PerhapsDefeated(facts) => {
            format!("applies{against}; whether it is overridden depends on: {}", labels(policy, facts, form))
        }
        Effect::Defeated(winners) => format!("applies{against}, and is overridden by {}", named(winners, " and ")),
        Effect::DefeatedByOneOf(winners) => {
            format!("applies{against}, and is overridden by {}", named(winners, " or "))
        }
        Effect::Absent(absent) => format!("is left out: {}", absence(*absent)),
    };
    format!("– {words}")
}

/// A rule: what it concludes, whether its conditions hold, its claims and assumptions.
fn rule<'a>(page: &mut Page, notes: &mut Notes<'a>, document: &'a Document<'_>, reason: &RuleReason) {
    let form = page.form;
    let policy = document.policy();
    let rule = &policy[reason.rule];
    page.subpart_known_as(&format!("rule-{}", rule.name), &form.shown(&rule.label));
    page.line("", &format!("{}, {}", form.name(&rule.name), form.place(policy, rule.place)));
    let concludes: Vec<String> = rule.concludes.iter().map(|id| form.shown(&policy[*id].label)).collect();
    page.line(if rule.denies { "denies: " } else { "leads to: " }, &concludes.join("; "));
    in_force(page, rule);
    let overrides: Vec<String> = rule.overrides.iter().map(|loser| rule_link(policy, *loser, form)).collect();
    if !overrides.is_empty() {
        page.line("overrides: ", &overrides.join("; "));
    }
    if let Effect::Absent(absent) = reason.effect {
        page.line("left out: ", absence(absent));
    }
    reason.conditions.iter().for_each(|part| why::condition(page, document.subject, part));
    evidence(page, notes, document, rule);
}

fn in_force(page: &mut Page, rule: &Rule) {
    let Some(interval) = &rule.in_force else { return };
    let words = match (interval.from, interval.until) {
        (Some(from), Some(until)) => format!("from {from} to {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("up to {until}"),
        (None, None) => "always".to_owned(),
    };
    page.line("in force: ", &words);
}

/// The claims that a rule rests on, who reports them, and what it assumes beyond them.
fn evidence<'a>(page: &mut Page, notes: &mut Notes<'a>, document: &'a Document<'_>, rule: &'a Rule) {
    let form = page.form;
    let policy = document.policy();
    if rule.claims.is_empty() {
        page.line("", "No source is given for this rule.");
    }
    for id in &rule.claims {
        let claim = &policy[*id];
        let counts = document.subject.selection.counts(*id);
        let at = claim.at.as_ref().map_or(String::new(), |at| format!(", at {}", form.shown(at)));
        let by = format!("{}{at}: ", cited(policy, notes, claim.by, form));
        let lead = if counts { "reported by " } else { "reported, not counted here, by " };
        page.line(lead, &format!("{by}{}", form.shown(&claim.statement)));
        if let Some(certainty) = &claim.certainty {
            page.subline("certainty, in the reporter's words: ", &form.shown(certainty));
        }
        if let Some(quote) = &claim.quote {
            page.subline("quote: ", &form.shown(quote));
        }
    }
    for assumption in &rule.assumes {
        let letter = notes.letter(assumption);
        page.line(&format!("assumed [{letter}]: "), &form.shown(assumption));
    }
}
