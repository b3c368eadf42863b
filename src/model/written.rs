//! Values, settings and scenarios as they are written in rule files.

use std::fmt::Write as _;

use super::{ConsequenceId, Date, Expected, FactId, FactType, Policy, Value};
use crate::limits::Limits;
use crate::never::never;
use crate::syntax;
use crate::text::FileId;

/// A scenario that is to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is about.
    pub label: String,
    /// The date, if it has one.
    pub on: Option<Date>,
    /// The known facts.
    pub given: Vec<(FactId, Value)>,
    /// What is expected, consequence by consequence.
    pub expected: Vec<(ConsequenceId, Expected)>,
}

impl Expected {
    /// The words after `expect`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Expected::Follows => "follows",
            Expected::DoesNotFollow => "does not follow",
            Expected::RuledOut => "ruled out",
            Expected::Disputed => "disputed",
            Expected::Undetermined => "undetermined",
            Expected::Only => "only",
        }
    }
}

impl Policy {
    /// A value of a fact as rule files write it.
    ///
    /// # Panics
    /// When the value is not of the fact's type.
    #[must_use]
    pub fn written(&self, fact: FactId, value: Value) -> String {
        match (value, &self[fact].kind) {
            (Value::YesNo(true), _) => "yes".to_owned(),
            (Value::YesNo(false), _) => "no".to_owned(),
            (Value::Item(item), FactType::OneOf(items)) => {
                items.get_index(item as usize).expect("a value is of its fact's type").0.clone()
            }
            (Value::Item(_), _) => never("a value is of its fact's type"),
            (Value::Number(number), _) => number.to_string(),
            (Value::Date(date), _) => date.to_string(),
        }
    }

    /// The `policy` line as its root file writes it, where it has one.
    #[must_use]
    pub fn written_policy_line(&self) -> Option<String> {
        let as_of = self.as_of.map(|date| format!(" as of {date}")).unwrap_or_default();
        Some(format!("policy {} {}{as_of}", self.name, quoted(self.label.as_ref()?)))
    }

    /// A scenario as a file with this policy's date writes it: without the date where it is that.
    #[must_use]
    pub fn written_scenario(&self, draft: &Draft) -> String {
        let on = draft.on.filter(|on| Some(*on) != self.as_of);
        self.written_dated_scenario(&Draft { on, ..draft.clone() })
    }

    /// A scenario as any rule file writes it, in the canonical layout, with a line break at its end.
    #[must_use]
    pub fn written_dated_scenario(&self, draft: &Draft) -> String {
        let mut text = format!("scenario {}", quoted(&draft.label));
        if let Some(on) = draft.on {
            let _ = write!(text, " on {on}");
        }
        let mut given = draft.given.clone();
        given.sort_unstable_by_key(|(fact, _)| *fact);
        let settings =
            given.iter().map(|(fact, value)| format!("{} {}", self[*fact].name, self.written(*fact, *value)));
        let settings: Vec<String> = settings.collect();
        if !settings.is_empty() {
            let _ = write!(text, " given {}", settings.join(", "));
        }
        const ORDER: [Expected; 6] = [
            Expected::Only,
            Expected::Follows,
            Expected::Disputed,
            Expected::Undetermined,
            Expected::RuledOut,
            Expected::DoesNotFollow,
        ];
        for status in ORDER {
            let named = draft.expected.iter().filter(|(_, expected)| *expected == status);
            let names: Vec<&str> = named.map(|(consequence, _)| self[*consequence].name.as_str()).collect();
            if !names.is_empty() {
                let _ = write!(text, " expect {} {}", status.words(), names.join(", "));
            }
        }
        // INVARIANT: what is written above is a scenario, whatever its label says.
        syntax::format(FileId::default(), &text, &Limits::most()).expect("a scenario that was written can be read")
    }
}

/// A text in quotes, on one line: `"` and `\` with a backslash before them.
fn quoted(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    format!("\"{}\"", words.join(" ").replace('\\', "\\\\").replace('"', "\\\""))
}
