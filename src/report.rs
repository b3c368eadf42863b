//! The only place that chooses wording, colour and layout for readers.
//!
//! Texts hold colours as escape codes; whoever prints them removes the codes where colour is
//! not wanted. All that comes from rule files and profiles passes through [`plain`] first.

mod change;
mod comparison;
mod coverage;
mod diagnostics;
mod difference;
mod interview;
mod junit;
mod outcomes;
mod page;
mod scenarios;
mod timeline;
mod traceability;
mod why;

use anstyle::{AnsiColor, Style};
pub use change::changes;
pub use comparison::comparisons;
pub use coverage::coverage;
pub use diagnostics::{diagnostic, github};
pub use difference::difference;
pub use interview::{Asked, about, not_an_answer, question, settled};
pub use junit::{Suite, junit};
pub use outcomes::{Detail, outcomes};
pub use page::Form;
pub use scenarios::{Tally, scenario, tally, verdict};
pub use timeline::timeline;
pub use traceability::{traceability, traceability_csv};
pub use why::explanation;

use page::Page;

use std::ops::Bound;

use crate::explore::values::Values;
use crate::json::Subject;
use crate::model::{FactId, FactType, Policy, SourceId, Value};

/// How many columns a line of text takes at most, whatever the terminal: the same everywhere.
pub const WIDTH: usize = 80;

const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A text from outside as it is shown: on one line, control characters escaped.
#[must_use]
pub fn plain(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A line of a file as it is shown: with its white space, other control characters escaped.
#[must_use]
pub fn escaped(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for c in line.chars() {
        if c != '\t' && c.is_control() || is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters that show nothing and can change how their neighbours are read.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200d}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Adds `text` in lines of at most [`WIDTH`] columns, the first after `first`, others after
/// as many spaces.
fn paragraph(out: &mut String, first: &str, text: &str) {
    let indent = " ".repeat(textwrap::core::display_width(first));
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(&indent)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for line in textwrap::wrap(text, options) {
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

/// A page about a policy: its title, and what the answers below it are about.
fn page(subject: Subject<'_>, form: Form) -> Page {
    let title = subject.policy.label.as_deref().unwrap_or(&subject.policy.name);
    let mut page = Page::new(form);
    page.title(&form.shown(title), &circumstances(subject, form));
    page
}

/// `on 2025-03-07, according to …, for kherson.json`
fn circumstances(subject: Subject<'_>, form: Form) -> String {
    let Subject { policy, selection, .. } = subject;
    let view = &selection.view;
    let names = |sources: &[SourceId]| {
        let labels: Vec<String> = sources.iter().map(|source| form.shown(&policy[*source].label)).collect();
        labels.join(" or ")
    };
    let mut parts = Vec::new();
    parts.extend(selection.on.map(|date| format!("on {date}")));
    if !view.according_to.is_empty() {
        parts.push(format!("according to {}", names(&view.according_to)));
    }
    if !view.without.is_empty() {
        parts.push(format!("without what only {} reports", names(&view.without)));
    }
    parts.extend(view.known_by.map(|date| format!("as published by {date}")));
    parts.extend(view.require.map(|least| match least {
        1 => "where at least 1 independent origin reports it".to_owned(),
        _ => format!("where at least {least} independent origins report it"),
    }));
    parts.push(match subject.name {
        Some("-") => "for the profile from standard input".to_owned(),
        Some(name) => format!("for the profile {}", form.shown(name)),
        None if subject.profile.known().next().is_none() => "with nothing known of the person".to_owned(),
        None => "for the facts given".to_owned(),
    });
    parts.join(", ")
}

/// A fact and its value, in the policy's words: `Where the person lives: Kherson region`.
fn fact_value(policy: &Policy, fact: FactId, value: Value, form: Form) -> String {
    format!("{}: {}", form.shown(&policy[fact].label), value_shown(policy, fact, value, form))
}

/// A fact's value, in the policy's words.
fn value_shown(policy: &Policy, fact: FactId, value: Value, form: Form) -> String {
    match (value, &policy[fact].kind) {
        (Value::YesNo(true), _) => "yes".to_owned(),
        (Value::YesNo(false), _) => "no".to_owned(),
        (Value::Item(item), FactType::OneOf(items)) => {
            let (name, label) = items.get_index(item as usize).expect("a value is of its fact's type");
            form.shown(label.as_deref().unwrap_or(name))
        }
        (Value::Item(_), _) => panic!("a value is of its fact's type"),
        (Value::Number(number), _) => number.to_string(),
        (Value::Date(date), _) => date.to_string(),
    }
}

/// Values of a fact, in the policy's words: `Crimea or Donetsk region`, `from 18 to 64`.
fn values_shown(policy: &Policy, fact: FactId, values: &Values, form: Form) -> String {
    let shown = |value| value_shown(policy, fact, value, form);
    let all: Vec<String> = match values {
        Values::YesNo(yes) => vec![shown(Value::YesNo(*yes))],
        Values::Items(items) => items.iter().map(|item| shown(Value::Item(*item))).collect(),
        Values::Ranges(ranges) => ranges.iter().map(|(from, to)| within(*from, *to)).collect(),
    };
    all.join(" or ")
}

/// `from 18 to 64`, `before 2005-01-01`.
fn within(from: Bound<Value>, to: Bound<Value>) -> String {
    let shown = |value: Value| match value {
        Value::Number(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::YesNo(_) | Value::Item(_) => panic!("only numbers and dates have bounds"),
    };
    let is_date = |value: Value| matches!(value, Value::Date(_));
    let below = |to: Value| format!("{} {}", if is_date(to) { "before" } else { "below" }, shown(to));
    let from_words = match from {
        Bound::Included(from) => Some(format!("from {}", shown(from))),
        Bound::Excluded(from) => Some(format!("{} {}", if is_date(from) { "after" } else { "above" }, shown(from))),
        Bound::Unbounded => None,
    };
    match (from, from_words, to) {
        (_, None, Bound::Unbounded) => "any".to_owned(),
        (Bound::Included(from), _, Bound::Included(to)) if from == to => shown(from),
        (_, Some(from), Bound::Unbounded) => format!("{from} on"),
        (_, Some(from), Bound::Included(to)) => format!("{from} to {}", shown(to)),
        (_, Some(from), Bound::Excluded(to)) => format!("{from}, {}", below(to)),
        (_, None, Bound::Included(to)) => format!("up to {}", shown(to)),
        (_, None, Bound::Excluded(to)) => below(to),
    }
}

/// A source as it is cited: who, published when, quoted where.
fn citation(policy: &Policy, source: SourceId, form: Form) -> String {
    let source = &policy[source];
    let mut parts = vec![form.shown(&source.label)];
    parts.extend(source.published.map(|date| format!("published {date}")));
    for quoting in &source.quoted_in {
        let quoting = &policy[*quoting];
        let published = quoting.published.map_or(String::new(), |date| format!(" ({date})"));
        parts.push(format!("quoted in {}{published}", form.shown(&quoting.label)));
    }
    parts.join(", ")
}
