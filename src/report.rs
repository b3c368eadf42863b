//! The only place that chooses wording, colour and layout for readers.
//!
//! Texts hold colours as escape codes; whoever prints them removes the codes where colour is
//! not wanted. All that comes from rule files and profiles passes through [`plain`] first.

mod change;
mod comparison;
mod coverage;
#[cfg(feature = "cli")]
mod diagnostics;
mod difference;
#[cfg(feature = "cli")]
pub(crate) mod document;
mod interview;
#[cfg(feature = "cli")]
mod junit;
mod outcomes;
mod page;
#[cfg(feature = "cli")]
mod population;
#[cfg(feature = "cli")]
mod population_chart;
#[cfg(feature = "cli")]
mod population_csv;
mod scenarios;
#[cfg(feature = "cli")]
mod spreadsheet;
#[cfg(feature = "cli")]
mod terminal;
#[cfg(not(feature = "cli"))]
#[path = "report/unwrapped.rs"]
mod terminal;
mod timeline;
mod traceability;
mod why;

pub use change::changes;
pub use comparison::comparisons;
pub use coverage::coverage;
#[cfg(feature = "cli")]
pub use diagnostics::{diagnostic, github, short};
pub use difference::difference;
#[cfg(feature = "cli")]
pub use document::{Document, Over, document};
pub use interview::{Asked, asking, not_an_answer, question, settled};
#[cfg(feature = "cli")]
pub use junit::{Suite, junit};
pub use outcomes::{Detail, outcomes};
#[cfg(feature = "cli")]
pub use population::{population, rows_read};
#[cfg(feature = "cli")]
pub use population_chart::population_chart;
#[cfg(feature = "cli")]
pub use population_csv::{population_csv, profiles_csv};
pub use scenarios::{Tally, scenario, tally, verdict};
#[cfg(feature = "cli")]
pub(crate) use spreadsheet::cell;
#[cfg(feature = "cli")]
pub use spreadsheet::traceability_csv;
pub use timeline::timeline;
pub use traceability::traceability;
pub use why::explanation;

use page::Page;
use terminal::{BAD, GOOD, HEADING, columns, lines, styled};

use crate::json::Subject;
use crate::model::{FactId, Policy, Value};
pub use crate::words::{Form, escaped, one_line, plain};
use crate::words::{circumstances, citation, value_shown, values_shown};

/// How many columns a line of text takes at most, whatever the terminal: the same everywhere.
pub const WIDTH: usize = 80;

/// Adds `text` in lines of at most [`WIDTH`] columns, the first after `first`, others after
/// as many spaces.
fn paragraph(out: &mut String, first: &str, text: &str) {
    let indent = " ".repeat(columns(first));
    for line in lines(text, WIDTH, first, &indent) {
        out.push_str(&line);
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

/// A fact and its value, in the policy's words: `Where the person lives: Kherson region`.
fn fact_value(policy: &Policy, fact: FactId, value: Value, form: Form) -> String {
    format!("{}: {}", form.shown(&policy[fact].label), value_shown(policy, fact, value, form))
}
