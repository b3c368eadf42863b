//! Why a consequence has its status: the facts, the rules, the claims and who reported them.

use super::outcomes::{does_not_follow, labels, possible_in_words};
use super::{HEADING, citation, fact_value, heading, paragraph, plain, styled};
use crate::json::Subject;
use crate::model::{FactId, Policy, Rule, RuleId};
use crate::semantics::{Absent, Effect, Explanation, Outcome, RuleReason, Settled, Status};

/// The explanation of one consequence.
#[must_use]
pub fn explanation(subject: Subject<'_>, explanation: &Explanation) -> String {
    let policy = subject.policy;
    let outcome = &explanation.outcome;
    let mut out = heading(subject);
    out.push('\n');
    out.push_str(&styled(HEADING, &plain(&policy[outcome.consequence].label)));
    out.push('\n');
    match outcome.status {
        Status::Undetermined(possible) => {
            paragraph(&mut out, "  ", "This is undetermined: it depends on what is not known.");
            paragraph(&mut out, "  depends on: ", &labels(policy, &outcome.depends_on));
            possible_in_words(&mut out, "  possible: ", possible);
            if !outcome.searched {
                paragraph(&mut out, "  ", "Not searched further: these rules were too large to decide this exactly.");
            }
        }
        status => {
            paragraph(&mut out, "  ", opening(status));
            because(&mut out, subject, outcome);
        }
    }
    if explanation.rules.is_empty() {
        out.push('\n');
        paragraph(&mut out, "  ", "No rule concludes about it.");
    }
    for reason in &explanation.rules {
        rule(&mut out, subject, reason);
    }
    if outcome.status.settled() == Some(Settled::DoesNotFollow) {
        out.push('\n');
        paragraph(&mut out, "", does_not_follow(subject));
    }
    out
}

fn opening(status: Status) -> &'static str {
    match status {
        Status::Follows => "It follows from what is reported.",
        Status::DoesNotFollow => "It does not follow: no rule that applies undefeated leads to it.",
        Status::RuledOut => "It is ruled out: a rule that applies denies it, and none leads to it.",
        Status::Disputed => "It is disputed: one rule that applies leads to it, another denies it.",
        Status::Undetermined(_) => "It is undetermined.",
    }
}

fn because(out: &mut String, subject: Subject<'_>, outcome: &Outcome) {
    let facts = &outcome.because;
    if facts.is_empty() {
        paragraph(out, "  ", "No fact is needed for that: it is so for every profile.");
        return;
    }
    paragraph(
        out,
        "  ",
        match outcome.searched {
            true => "These facts settle it, and none of them can be left out:",
            false => "These facts settle it; these rules are too large to find out whether one can be left out:",
        },
    );
    facts.iter().for_each(|fact| known(out, subject, *fact, "    - "));
}

fn known(out: &mut String, subject: Subject<'_>, fact: FactId, indent: &str) {
    let value = subject.profile.value(fact).expect("reasons are known facts");
    paragraph(out, indent, &fact_value(subject.policy, fact, value));
}

fn rule(out: &mut String, subject: Subject<'_>, reason: &RuleReason) {
    let policy = subject.policy;
    let rule = &policy[reason.rule];
    let file = &policy.files[rule.place.file];
    let line = file.position(rule.place.span.start).line;
    let kind = if rule.denies { "Rule against it" } else { "Rule" };
    out.push('\n');
    let title = format!("{kind}: {}", plain(&rule.label));
    paragraph(out, "", &title);
    paragraph(out, "  ", &format!("`{}`, {}:{line}", rule.name, plain(&file.name)));
    paragraph(out, "  ", &effect(policy, reason));
    reason.because.iter().for_each(|fact| known(out, subject, *fact, "    - "));
    evidence(out, subject, rule);
}

fn effect(policy: &Policy, reason: &RuleReason) -> String {
    let because = |what: &str| match reason.because.is_empty() {
        true => format!("{what}, whatever the facts are."),
        false => format!("{what}, because of:"),
    };
    match &reason.effect {
        Effect::Applies => because("It applies"),
        Effect::DoesNotApply => because("It does not apply"),
        Effect::NoEffect => because("It either does not apply or is overridden"),
        Effect::Open(facts) => format!("Whether it applies depends on: {}", labels(policy, facts)),
        Effect::Absent(Absent::NotInForce) => "It is not in force on this date.".to_owned(),
        Effect::Absent(Absent::NoClaim) => "It is left out: it rests on no claim that counts here.".to_owned(),
        Effect::Absent(Absent::FewOrigins) => {
            "It is left out: the claims that count here have fewer independent origins than asked for.".to_owned()
        }
        Effect::Defeated(winners) => overridden(policy, reason, winners, " and "),
        Effect::DefeatedByOneOf(winners) => overridden(policy, reason, winners, " or "),
    }
}

fn overridden(policy: &Policy, reason: &RuleReason, winners: &[RuleId], joined: &str) -> String {
    let names: Vec<String> = winners.iter().map(|winner| format!("\"{}\"", plain(&policy[*winner].label))).collect();
    // The facts shown may be fewer than all those by which all of these rules apply.
    let overridden = format!("It is overridden by {}. That it applies and is overridden is", names.join(joined));
    match reason.because.is_empty() {
        true => format!("{overridden} so whatever the facts are."),
        false => format!("{overridden} settled by:"),
    }
}

/// The claims a rule rests on, who reports them, and what it assumes beyond them.
fn evidence(out: &mut String, subject: Subject<'_>, rule: &Rule) {
    let Subject { policy, selection, .. } = subject;
    if rule.claims.is_empty() {
        paragraph(out, "  ", "No source is given for this rule.");
    }
    for id in &rule.claims {
        let claim = &policy[*id];
        let reported = if selection.counts(*id) { "  reported: " } else { "  reported, not counted: " };
        paragraph(out, reported, &plain(&claim.statement));
        if let Some(certainty) = &claim.certainty {
            paragraph(out, "    certainty, in the reporter's words: ", &plain(certainty));
        }
        if let Some(quote) = &claim.quote {
            paragraph(out, "    quote: ", &plain(quote));
        }
        let at = claim.at.as_ref().map_or(String::new(), |at| format!(", at {}", plain(at)));
        paragraph(out, "    by ", &format!("{}{at}", citation(policy, claim.by)));
    }
    for assumption in &rule.assumes {
        paragraph(out, "  assumed: ", &plain(assumption));
    }
}
