//! The outcomes of a profile, grouped by status: what most people will ever see.

use super::{HEADING, citation, fact_value, heading, paragraph, plain, styled};
use crate::json::Subject;
use crate::model::{FactId, Policy, RuleId, SourceId};
use crate::semantics::{Outcome, Possible, Settled, Status};

/// How much is said of each outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What it is, on what it depends, and who reports it.
    Usual,
    /// Also the facts that settle it.
    Full,
}

/// The footnotes of one page, numbered in the order in which they are first needed.
#[derive(Default)]
struct Notes<'a> {
    sources: Vec<SourceId>,
    assumptions: Vec<&'a str>,
}

/// The outcomes of one profile.
#[must_use]
pub fn outcomes(subject: Subject<'_>, outcomes: &[Outcome], detail: Detail) -> String {
    let mut out = heading(subject);
    let mut notes = Notes::default();
    type Group = (&'static str, fn(Status) -> bool);
    let groups: [Group; 5] = [
        ("Follows, according to what is reported", |status| status == Status::Follows),
        ("Disputed: one report leads to it, another denies it", |status| status == Status::Disputed),
        ("Undetermined: it depends on what is not known", |status| matches!(status, Status::Undetermined(_))),
        ("Ruled out, according to what is reported", |status| status == Status::RuledOut),
        ("Does not follow", |status| status == Status::DoesNotFollow),
    ];
    for (title, belongs) in groups {
        let group: Vec<&Outcome> = outcomes.iter().filter(|outcome| belongs(outcome.status)).collect();
        if group.is_empty() {
            continue;
        }
        out.push('\n');
        out.push_str(&styled(HEADING, title));
        out.push('\n');
        for outcome in group {
            notes.outcome(&mut out, subject, outcome);
            if detail == Detail::Full {
                because(&mut out, subject, outcome);
            }
        }
        if title == "Does not follow" {
            out.push('\n');
            paragraph(&mut out, "  ", does_not_follow(subject));
        }
    }
    notes.finish(&mut out, subject.policy);
    out
}

/// What stands wherever something does not follow.
pub(super) fn does_not_follow(subject: Subject<'_>) -> &'static str {
    if subject.selection.is_whole() {
        "\"Does not follow\" means only that no report encoded in these rules leads to it. \
         It does not mean that it cannot happen."
    } else {
        "\"Does not follow\" means only that none of the encoded reports that count here leads to it. \
         It does not mean that it cannot happen."
    }
}

/// The facts that settle an outcome, on a line or a few.
fn because(out: &mut String, subject: Subject<'_>, outcome: &Outcome) {
    if outcome.status.settled().is_none() {
        return;
    }
    let value = |fact: &FactId| {
        fact_value(subject.policy, *fact, subject.profile.value(*fact).expect("reasons are known facts"))
    };
    let facts: Vec<String> = outcome.because.iter().map(value).collect();
    match facts[..] {
        [] => paragraph(out, "      because: ", "it is so for every profile"),
        _ => paragraph(out, "      because: ", &facts.join("; ")),
    }
}

impl<'a> Notes<'a> {
    fn outcome(&mut self, out: &mut String, subject: Subject<'a>, outcome: &Outcome) {
        let policy = subject.policy;
        let marks = self.marks(policy, &outcome.rules);
        let label = plain(&policy[outcome.consequence].label);
        paragraph(out, "  - ", &format!("{label}{marks}"));
        if let Status::Undetermined(possible) = outcome.status {
            paragraph(out, "      depends on: ", &labels(policy, &outcome.depends_on));
            possible_in_words(out, "      possible: ", possible);
            if !outcome.searched {
                paragraph(out, "      ", "not searched further: these rules were too large to decide this exactly");
            }
        }
        if let Some(by) = self.according_to(subject, &outcome.rules) {
            paragraph(out, "      according to: ", &by);
        }
    }

    /// `[a, b]`: the assumptions of the rules.
    fn marks(&mut self, policy: &'a Policy, rules: &[RuleId]) -> String {
        let mut letters: Vec<String> = Vec::new();
        for assumption in rules.iter().flat_map(|rule| &policy[*rule].assumes) {
            let known = self.assumptions.iter().position(|known| known == assumption);
            let index = known.unwrap_or_else(|| {
                self.assumptions.push(assumption);
                self.assumptions.len() - 1
            });
            if !letters.contains(&letter(index)) {
                letters.push(letter(index));
            }
        }
        if letters.is_empty() { String::new() } else { format!(" [{}]", letters.join(", ")) }
    }

    /// Who reports it, each with the number of its footnote.
    fn according_to(&mut self, subject: Subject<'_>, rules: &[RuleId]) -> Option<String> {
        let Subject { policy, selection, .. } = subject;
        let mut names: Vec<String> = Vec::new();
        for rule in rules {
            let rule = &policy[*rule];
            if rule.claims.is_empty() {
                names.push("no source given".to_owned());
            }
            for claim in selection.claims(rule) {
                let source = policy[claim].by;
                let number = number(&mut self.sources, source);
                names.push(format!("{} [{number}]", plain(&policy[source].label)));
            }
        }
        let mut seen: Vec<String> = Vec::new();
        names.retain(|name| {
            !seen.contains(name) && {
                seen.push(name.clone());
                true
            }
        });
        (!names.is_empty()).then(|| names.join("; "))
    }

    fn finish(&self, out: &mut String, policy: &Policy) {
        if !self.sources.is_empty() {
            out.push_str(&format!("\n{}\n", styled(HEADING, "Reported by")));
        }
        for (number, source) in (1..).zip(&self.sources) {
            paragraph(out, &format!("  [{number}] "), &citation(policy, *source));
        }
        if !self.assumptions.is_empty() {
            out.push_str(&format!("\n{}\n", styled(HEADING, "Assumed by the rules, beyond the words of the reports")));
        }
        for (index, assumption) in self.assumptions.iter().enumerate() {
            paragraph(out, &format!("  [{}] ", letter(index)), &plain(assumption));
        }
    }
}

fn number(sources: &mut Vec<SourceId>, source: SourceId) -> usize {
    let known = sources.iter().position(|known| *known == source);
    known.unwrap_or_else(|| {
        sources.push(source);
        sources.len() - 1
    }) + 1
}

/// `a` to `z`, then `a2` to `z2`, and so on.
fn letter(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).expect("below 26"));
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// A status in words.
pub(super) fn words(status: Settled) -> &'static str {
    match status {
        Settled::Follows => "it follows",
        Settled::DoesNotFollow => "it does not follow",
        Settled::RuledOut => "it is ruled out",
        Settled::Disputed => "it is disputed",
    }
}

/// What is still possible, where it is more than the usual: that it follows or does not.
pub(super) fn possible_in_words(out: &mut String, first: &str, possible: Possible) {
    let usual: Possible = [Settled::Follows, Settled::DoesNotFollow].into_iter().collect();
    if possible != usual {
        let names: Vec<&str> = possible.iter().map(words).collect();
        paragraph(out, first, &names.join("; "));
    }
}

/// The labels of facts, one after the other.
pub(super) fn labels(policy: &Policy, facts: &[FactId]) -> String {
    let labels: Vec<String> = facts.iter().map(|fact| plain(&policy[*fact].label)).collect();
    labels.join("; ")
}
