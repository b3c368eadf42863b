//! What is wrong, where, and what to do: plain data, no layout.

mod code;
mod spelling;

pub use code::Code;
pub use spelling::{Comparisons, nearest, or_list, suggest, without_values};

use std::fmt;

use crate::text::{Files, Place, Position};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The rules or the profile cannot be used.
    Error,
    /// They can be used, and are probably not what was meant.
    Warning,
}

impl Severity {
    /// The word a reader sees.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A place with what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is seen there; may be empty.
    pub text: String,
}

/// A change to a file that would mend what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub place: Place,
    /// What it is replaced with.
    pub replacement: String,
    /// Whether it changes no answer and is what was meant for certain: only such a fix is made
    /// without being asked for one by one.
    pub certain: bool,
}

/// A place in a text that must not be shown, such as a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The name of the file, as it is shown to readers.
    pub name: String,
    /// Where in it, when that is known.
    pub position: Option<Position>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding; has a page of its own.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence in lower case, without a full stop.
    pub message: String,
    /// The places concerned, the main one first.
    pub labels: Vec<Label>,
    /// The place, where the text itself must not be shown; then there are no labels.
    pub spot: Option<Spot>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do; following it works.
    pub help: Vec<String>,
    /// Changes that would mend it.
    pub fixes: Vec<Fix>,
    /// A scenario, as rule files write it, that shows it.
    pub scenario: Option<Box<str>>,
}

impl Diagnostic {
    /// An error without a place yet.
    #[must_use]
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning without a place yet.
    #[must_use]
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            labels: Vec::new(),
            spot: None,
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
            scenario: None,
        }
    }

    /// The mistake of naming something that the policy does not have: a `kind` of which it has these.
    #[must_use]
    pub fn unknown_name(kind: &str, name: &str, known: &[&str]) -> Self {
        // What looks like a setting or a profile may hold values.
        let shown = without_values(name);
        let report = Self::error(Code::UnknownName, format!("the policy has no {kind} `{shown}`"));
        match suggest(name, known).1 {
            Some(help) => report.help(help),
            None => report,
        }
    }

    /// Adds a place; the first one added is the main one.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    /// Sets the place in a text that must not be shown.
    #[must_use]
    pub fn spot(mut self, name: impl Into<String>, position: Option<Position>) -> Self {
        self.spot = Some(Spot { name: name.into(), position });
        self
    }

    /// Adds a further fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a change that would mend it, if it is what was meant.
    #[must_use]
    pub fn fix(mut self, place: Place, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix { place, replacement: replacement.into(), certain: false });
        self
    }

    /// Adds a change that mends it for certain: no answer changes by it.
    #[must_use]
    pub fn certain_fix(mut self, place: Place, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix { place, replacement: replacement.into(), certain: true });
        self
    }

    /// Sets the scenario that shows it, if there is one.
    #[must_use]
    pub fn scenario(mut self, text: Option<String>) -> Self {
        self.scenario = text.map(String::into_boxed_str);
        self
    }

    /// The file's name and the position of the main place, if it has one.
    #[must_use]
    pub fn location<'a>(&'a self, files: &'a Files) -> Option<(&'a str, Option<Position>)> {
        if let Some(spot) = &self.spot {
            return Some((&spot.name, spot.position));
        }
        let place = self.labels.first()?.place;
        let file = &files[place.file];
        Some((&file.name, Some(file.position(place.span.start))))
    }

    /// One line: `file:line:column: error[code]: message`.
    #[must_use]
    pub fn line(&self, files: &Files) -> String {
        let place = match self.location(files) {
            None => String::new(),
            Some((name, None)) => format!("{name}: "),
            Some((name, Some(at))) => format!("{name}:{}:{}: ", at.line, at.column),
        };
        format!("{place}{}[{}]: {}", self.severity.word(), self.code, self.message)
    }
}

/// Several findings with the files they speak of: what a failed load returns.
///
/// `Display` gives one line for each finding.
#[derive(Clone, Default)]
pub struct Diagnostics {
    /// The files, as far as they could be read.
    pub files: Files,
    /// The findings, in the order of files and places.
    pub list: Vec<Diagnostic>,
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.list.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}", diagnostic.line(&self.files))?;
            for help in &diagnostic.help {
                write!(f, " ({help})")?;
            }
        }
        Ok(())
    }
}

/// As `Display`: what another program's failing test shows, and not the texts of all files.
impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Diagnostics {}
