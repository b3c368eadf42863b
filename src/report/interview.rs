//! An interview: its questions, and what their answers settle.

use indexmap::IndexSet;

use super::{Form, paragraph, plain};
use crate::model::{FactType, Policy, Value};
use crate::semantics::{Outcome, Selection, Telling};
use crate::words::status_words;

/// How many consequences a question names at most.
const NAMED: usize = 3;

/// A question in the policy's words.
pub struct Asked {
    /// The question itself.
    pub question: String,
    /// What is said with it: the policy's note, and to what it matters.
    pub about: Vec<String>,
    /// The answers, each with its value; empty for a number or a date.
    pub answers: Vec<(String, Value)>,
    /// What an answer looks like.
    pub form: String,
}

impl Asked {
    /// Finds the words for a question.
    #[must_use]
    pub fn new(policy: &Policy, next: &Telling) -> Self {
        let fact = &policy[next.fact];
        let question = fact.ask.as_ref().map_or_else(|| format!("{}?", plain(&fact.label)), |ask| plain(ask));
        let answers = match &fact.kind {
            FactType::YesNo => {
                [("yes", true), ("no", false)].map(|(word, yes)| (word.to_owned(), Value::YesNo(yes))).into()
            }
            FactType::OneOf(items) => {
                let shown = items.iter().map(|(name, label)| plain(label.as_deref().unwrap_or(name)));
                shown.zip((0..).map(Value::Item)).collect()
            }
            FactType::Number { .. } | FactType::Date => Vec::new(),
        };
        let form = match &fact.kind {
            FactType::YesNo => "yes or no".to_owned(),
            FactType::OneOf(_) => "one of these, or its number".to_owned(),
            FactType::Number { .. } | FactType::Date => fact.kind.describe(),
        };
        let mut about: Vec<String> = fact.note.iter().map(|note| plain(note)).collect();
        about.push(matters_to(policy, next));
        Self { question, about, answers, form }
    }
}

fn matters_to(policy: &Policy, next: &Telling) -> String {
    let left = match next.left.len() {
        1 => "It is the last question.".to_owned(),
        left => format!("At most {left} questions are left."),
    };
    if next.matters_to.len() == policy.consequences.len() && next.matters_to.len() > 1 {
        return format!("It matters to all consequences. {left}");
    }
    let named = next.matters_to.iter().take(NAMED).map(|id| plain(&policy[*id].label));
    let mut named: Vec<String> = named.collect();
    match next.matters_to.len().saturating_sub(NAMED) {
        0 => {}
        1 => named.push("1 more".to_owned()),
        more => named.push(format!("{more} more")),
    }
    format!("It matters to: {}. {left}", named.join("; "))
}

/// A question where it is answered on a line.
#[must_use]
pub fn question(asked: &Asked, words: &str) -> String {
    let mut out = asking(asked);
    if let [(_, Value::Item(_)), ..] = asked.answers[..] {
        let numbered = (1..).zip(&asked.answers);
        numbered.for_each(|(number, (answer, _))| paragraph(&mut out, &format!("  {number:>2}  "), answer));
    }
    paragraph(&mut out, "  ", &format!("Answer: {}; or {words}", asked.form));
    out
}

/// That something is no answer, and what would be one.
#[must_use]
pub fn not_an_answer(asked: &Asked, words: &str, message: &str) -> String {
    let mut out = String::new();
    paragraph(&mut out, "  ", &plain(message));
    paragraph(&mut out, "  ", &format!("Answer: {}; or {words}", asked.form));
    out
}

/// A question and what is said with it, without its answers.
#[must_use]
pub fn asking(asked: &Asked) -> String {
    let mut out = String::from("\n");
    paragraph(&mut out, "", &asked.question);
    asked.about.iter().for_each(|about| paragraph(&mut out, "  ", about));
    out
}

/// What an answer settles.
#[must_use]
pub fn settled(policy: &Policy, selection: &Selection, outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let label = Form::Text.shown(&policy[outcome.consequence].label);
        let claims = outcome.rules.iter().flat_map(|rule| selection.claims(&policy[*rule]));
        let sources: IndexSet<String> = claims.map(|claim| plain(&policy[policy[claim].by].label)).collect();
        let by = match (sources.len(), outcome.rules.is_empty()) {
            (0, true) => String::new(),
            (0, false) => ", according to no source that is given".to_owned(),
            _ => format!(", according to {}", sources.into_iter().collect::<Vec<_>>().join(" and ")),
        };
        paragraph(&mut out, "  * ", &format!("Settled: {label}: {}{by}", status_words(outcome.status)));
    }
    out
}
