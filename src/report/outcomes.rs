//! The outcomes of a profile, grouped by status: what most people will ever see.

use indexmap::IndexSet;

use super::page::Page;
use super::{Form, citation, fact_value, page};
use crate::json::Subject;
use crate::limits::Limit;
use crate::model::{FactId, Policy, Rule, RuleId, SourceId};
use crate::semantics::{Outcome, Status};
use crate::words::{does_not_follow, possible_in_words, says_does_not_follow};

/// How much is said of each outcome or claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What it is, on what it depends, and who reports it.
    Usual,
    /// Also the facts that settle an outcome, or the titles of the scenarios that reach a claim.
    Full,
}

/// A heading, and which outcomes stand below it.
type Group = (&'static str, fn(Status) -> bool);

/// The groups in which outcomes are shown.
pub(super) const GROUPS: [Group; 5] = [
    ("Follows, according to what is reported", |status| status == Status::Follows),
    ("Disputed: one report leads to it, another denies it", |status| status == Status::Disputed),
    ("Undetermined: it depends on what is not known", |status| matches!(status, Status::Undetermined(_))),
    ("Ruled out, according to what is reported", |status| status == Status::RuledOut),
    ("Does not follow", |status| status == Status::DoesNotFollow),
];

/// The outcomes of one profile.
#[must_use]
pub fn outcomes(subject: Subject<'_>, outcomes: &[Outcome], detail: Detail, form: Form) -> String {
    let mut page = page(subject, form);
    let mut notes = Notes::default();
    for (title, belongs) in GROUPS {
        let mut group = outcomes.iter().filter(|outcome| belongs(outcome.status)).peekable();
        if group.peek().is_some() {
            page.part(title);
        }
        for outcome in group {
            notes.outcome(&mut page, subject, outcome);
            if detail == Detail::Full {
                because(&mut page, subject, outcome);
            }
        }
    }
    if outcomes.is_empty() {
        page.remark(0, "The policy names no consequence.");
    }
    if outcomes.iter().any(|outcome| says_does_not_follow(outcome.status)) {
        page.remark(2, does_not_follow(subject.selection));
    }
    notes.finish(&mut page, subject.policy);
    page.finish()
}

/// The facts that settle an outcome.
fn because(page: &mut Page, subject: Subject<'_>, outcome: &Outcome) {
    if outcome.status.settled().is_none() {
        return;
    }
    let value = |fact: &FactId| known_value(subject, *fact, page.form);
    let facts: Vec<String> = outcome.because.iter().map(value).collect();
    let facts = if facts.is_empty() { "it is so for every profile".to_owned() } else { facts.join("; ") };
    page.detail("because: ", &facts);
}

/// The footnotes of one page, numbered in the order in which they are first needed.
#[derive(Default)]
pub(super) struct Notes<'a> {
    sources: IndexSet<SourceId>,
    assumptions: IndexSet<&'a str>,
    /// Whether the marks of footnotes are links to them, as in an HTML document.
    linked: bool,
}

impl<'a> Notes<'a> {
    /// The footnotes of a document: all sources and assumptions, in the order of declaration.
    #[cfg(feature = "cli")]
    pub(super) fn all(policy: &'a Policy, form: Form) -> Self {
        Self {
            sources: (0..policy.sources.len()).map(SourceId::new).collect(),
            assumptions: policy.rules.iter().flat_map(|rule| &rule.assumes).map(String::as_str).collect(),
            linked: form == Form::Html,
        }
    }

    /// `[1]`: the source's mark.
    pub(super) fn number(&mut self, source: SourceId) -> String {
        let number = self.sources.insert_full(source).0 + 1;
        if self.linked { format!("<a href=\"#source-{number}\">[{number}]</a>") } else { format!("[{number}]") }
    }

    /// `a`: the assumption's mark.
    pub(super) fn letter(&mut self, assumption: &'a str) -> String {
        let letter = self.plain_letter(assumption);
        if self.linked { format!("<a href=\"#assumption-{letter}\">{letter}</a>") } else { letter }
    }

    fn outcome(&mut self, page: &mut Page, subject: Subject<'a>, outcome: &Outcome) {
        let policy = subject.policy;
        let marks = self.marks(policy, &outcome.rules);
        let label = page.form.shown(&policy[outcome.consequence].label);
        page.outcome(&policy[outcome.consequence].name, outcome.status, &format!("{label}{marks}"));
        for (lead, text) in self.evidence(subject, outcome, page.form) {
            page.detail(lead, &text);
        }
    }

    /// On what an outcome depends, and who reports it: each with the words before it.
    pub(super) fn evidence(
        &mut self,
        subject: Subject<'a>,
        outcome: &Outcome,
        form: Form,
    ) -> Vec<(&'static str, String)> {
        let policy = subject.policy;
        let mut evidence = Vec::new();
        if let Status::Undetermined(possible) = outcome.status {
            evidence.push(("depends on: ", labels(policy, &outcome.depends_on, form)));
            evidence.extend(possible_in_words(possible).map(|words| ("possible: ", words)));
            if !outcome.searched {
                let text = "not searched further: these rules were too large to decide this exactly";
                evidence.push(("", format!("{text}; {}", policy.limits.raise(Limit::SearchSteps))));
            }
        }
        for (denies, lead) in [(false, "according to: "), (true, "denied by: ")] {
            let rules = outcome.rules.iter().map(|rule| &policy[*rule]).filter(|rule| rule.denies == denies);
            evidence.extend(self.reporters(subject, rules, form).map(|by| (lead, by)));
        }
        evidence
    }

    /// The same, where it is no link.
    pub(super) fn plain_letter(&mut self, assumption: &'a str) -> String {
        letter(self.assumptions.insert_full(assumption).0)
    }

    /// ` [a, b]`: the assumptions of the rules.
    pub(super) fn marks(&mut self, policy: &'a Policy, rules: &[RuleId]) -> String {
        let assumptions = rules.iter().flat_map(|rule| &policy[*rule].assumes);
        let letters: IndexSet<String> = assumptions.map(|it| self.letter(it)).collect();
        let letters: Vec<String> = letters.into_iter().collect();
        if letters.is_empty() { String::new() } else { format!(" [{}]", letters.join(", ")) }
    }

    /// Who reports what the rules say, each with the number of its footnote.
    pub(super) fn reporters<'r>(
        &mut self,
        subject: Subject<'_>,
        rules: impl Iterator<Item = &'r Rule>,
        form: Form,
    ) -> Option<String> {
        let Subject { policy, selection, .. } = subject;
        let mut names: IndexSet<String> = IndexSet::new();
        for rule in rules {
            if rule.claims.is_empty() {
                names.insert("no source given".to_owned());
            }
            for claim in selection.claims(rule) {
                let source = policy[claim].by;
                names.insert(format!("{} {}", form.shown(&policy[source].label), self.number(source)));
            }
        }
        let names: Vec<String> = names.into_iter().collect();
        (!names.is_empty()).then(|| names.join("; "))
    }

    pub(super) fn finish(&self, page: &mut Page, policy: &Policy) {
        for (heading, lines) in self.sections(policy, page.form) {
            page.part(heading);
            lines.iter().for_each(|(mark, text)| page.line(mark, text));
        }
    }

    /// The footnotes below their headings, each with its mark.
    pub(super) fn sections(&self, policy: &Policy, form: Form) -> Vec<(&'static str, Vec<(String, String)>)> {
        let source = |(number, source): (usize, &SourceId)| (format!("[{number}] "), citation(policy, *source, form));
        let assumption = |(index, text): (usize, &&str)| (format!("[{}] ", letter(index)), form.shown(text));
        let sections = [
            ("Reported by", (1..).zip(&self.sources).map(source).collect::<Vec<_>>()),
            (
                "Assumed by the rules, beyond the words of the reports",
                self.assumptions.iter().enumerate().map(assumption).collect(),
            ),
        ];
        sections.into_iter().filter(|(_, lines)| !lines.is_empty()).collect()
    }
}

/// `a` to `z`, then `a2` to `z2`, and so on.
pub(super) fn letter(index: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(index % 26).expect("below 26"));
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

/// The labels of facts, one after the other.
pub(super) fn labels(policy: &Policy, facts: &[FactId], form: Form) -> String {
    let labels: Vec<String> = facts.iter().map(|fact| form.shown(&policy[*fact].label)).collect();
    labels.join("; ")
}

/// A fact of a reason, with its value.
pub(super) fn known_value(subject: Subject<'_>, fact: FactId, form: Form) -> String {
    let value = subject.profile.value(fact).expect("reasons are known facts");
    fact_value(subject.policy, fact, value, form)
}
