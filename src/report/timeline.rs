//! On which dates outcomes change, and what changed them.

use super::outcomes::{Notes, labels};
use super::{Form, Page, citation, plain};
use crate::explore::timeline::{Cause, Changed, Look, Moment, Timeline};
use crate::json::Subject;
use crate::model::{Policy, Rule};
use crate::semantics::Status;
use crate::words::{does_not_follow, says_does_not_follow, status_words};

/// The outcomes of a profile over a time.
#[must_use]
pub fn timeline(subject: Subject<'_>, look: Look<'_>, found: &Timeline, form: Form) -> String {
    let mut page = super::page(subject, form);
    let mut notes = Notes::default();
    moments(&mut page, &mut notes, subject, look, found);
    let mut statuses = std::iter::once(&found.first).chain(&found.changes).flat_map(|moment| &moment.outcomes);
    if statuses.any(|outcome| says_does_not_follow(outcome.status)) {
        page.remark(2, does_not_follow(subject.selection));
    }
    notes.finish(&mut page, subject.policy);
    page.finish()
}

/// The days themselves, without a title and footnotes.
pub(super) fn moments<'a>(
    page: &mut Page,
    notes: &mut Notes<'a>,
    subject: Subject<'a>,
    look: Look<'_>,
    found: &'a Timeline,
) {
    let form = page.form;
    let (from, to) = found.over;
    let known = if look.as_known { ", with what was published by each day" } else { "" };
    page.remark(0, &format!("From {from} to {to}{known}."));
    page.part(&format!("On {from}"));
    for outcome in &found.first.outcomes {
        let label = form.shown(&subject.policy[outcome.consequence].label);
        let label = format!("{label}{}", notes.marks(subject.policy, &outcome.rules));
        page.item(&format!("{label}: {}", status_words(outcome.status)));
        evidence(page, notes, subject, &found.first, outcome.consequence.index());
    }
    for moment in &found.changes {
        page.part(&format!("From {} on", moment.date));
        for changed in &moment.changed {
            self::changed(page, notes, subject, moment, changed);
        }
    }
    if found.changes.is_empty() {
        page.remark(2, "Nothing changes on a later day.");
    }
    if subject.policy.rules.iter().any(|rule| rule.in_force.is_none()) {
        page.remark(2, undated(look));
    }
}

fn changed<'a>(page: &mut Page, notes: &mut Notes<'a>, subject: Subject<'a>, moment: &'a Moment, changed: &Changed) {
    let policy = subject.policy;
    let index = changed.consequence.index();
    let label = page.form.shown(&policy[changed.consequence].label);
    let label = format!("{label}{}", notes.marks(policy, &moment.outcomes[index].rules));
    let [before, after] = [changed.before, moment.outcomes[index].status].map(status_words);
    page.item(&match before == after {
        true => format!("{label}: {after} as before, by other rules or reports"),
        false => format!("{label}: {after} (before: {before})"),
    });
    for cause in &changed.causes {
        let words = cause_words(policy, *cause, page.form);
        page.detail("", &words);
    }
    evidence(page, notes, subject, moment, index);
}

/// What rules without dates say of a day.
fn undated(look: Look<'_>) -> &'static str {
    if look.as_known {
        "Rules that say nothing of dates are taken to hold on every day on which what they rest on was published."
    } else {
        "Rules that say nothing of dates are taken to hold on every day, also before they were reported; with \
         `--as-known` only what was published by each day counts."
    }
}

/// What a status on a day depends on, and who reports it.
fn evidence<'a>(page: &mut Page, notes: &mut Notes<'a>, subject: Subject<'a>, moment: &'a Moment, index: usize) {
    let subject = Subject { selection: &moment.selection, ..subject };
    let outcome = &moment.outcomes[index];
    if outcome.status != Status::DoesNotFollow {
        for (lead, text) in notes.evidence(subject, outcome, page.form) {
            page.detail(lead, &text);
        }
    }
}

fn cause_words(policy: &Policy, cause: Cause, form: Form) -> String {
    let rule = |rule: &Rule| {
        let file = &policy.files[rule.place.file];
        let line = file.position(rule.place.span.start).line;
        format!("the rule {} ({}:{line})", form.name(&rule.name), form.shown(&plain(&file.name)))
    };
    match cause {
        Cause::Begins(id) => format!("{} comes into force", rule(&policy[id])),
        Cause::Ends(id) => format!("{} is no longer in force", rule(&policy[id])),
        Cause::Published(claim) => {
            let by = citation(policy, policy[claim].by, form);
            format!("the claim {} is published: {by}", form.name(&policy[claim].name))
        }
        Cause::Passed(place, fact) => {
            let words = crate::analysis::parts::words(policy, place);
            format!("{} is reached: {}", form.name(&words), labels(policy, &[fact], form))
        }
        Cause::PassedForSome(place, fact) => {
            let words = crate::analysis::parts::words(policy, place);
            format!("{} is reached by other dates: {} is not known", form.name(&words), labels(policy, &[fact], form))
        }
    }
}
