//! The JSON of profiles, outcomes and findings: a promise to other programs.
//!
//! It has its own types, so that a change of the model changes no format. Profile values are
//! read here and named in no message.

mod bibliography;
mod change;
mod comparison;
mod declared;
mod difference;
mod explanation;
mod interview;
#[cfg(feature = "population")]
mod population;
mod sarif;
mod tested;
mod timeline;

use std::borrow::Cow;
use std::fmt;

use indexmap::{IndexMap, IndexSet};
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::diagnostic::{Code, Comparisons, Diagnostic, Diagnostics, or_list, suggest};
use crate::model::{Date, FactId, FactType, Items, Number, Policy, Profile, RuleId, SourceId, Value};
use crate::never::never;
use crate::semantics::{Outcome, Selection};
use crate::syntax::token::is_name;
use crate::text::{Files, Position};
pub use bibliography::bibliography;
pub use change::changes;
pub use comparison::comparisons;
pub use declared::declared;
pub use difference::difference;
pub use explanation::explanation;
pub use interview::{answers, interview};
#[cfg(feature = "population")]
pub use population::population;
pub use sarif::sarif;
pub use tested::{Tested, all_tested, tested};
pub use timeline::timeline;

/// The version of the formats written here.
pub const FORMAT: u32 = 1;

impl Policy {
    /// Reads a profile: a JSON object from fact names to values.
    ///
    /// # Errors
    /// Every key that is not a fact or stands twice, and every value that its fact does not
    /// have. No message holds a value.
    pub fn profile(&self, json: &str) -> Result<Profile, Diagnostics> {
        read_profile(self, "profile", json, 1).map_err(|list| Diagnostics { files: self.files.clone(), list })
    }
}

/// Reads a profile from `text`, whose first line is line `line` of what readers know as `name`.
///
/// # Errors
/// As for [`Policy::profile`].
pub fn read_profile(policy: &Policy, name: &str, text: &str, line: usize) -> Result<Profile, Vec<Diagnostic>> {
    read_answers(policy, name, text, line).map(|(profile, _)| profile)
}

/// The same, with the facts that the profile says are not known: those with `null`.
///
/// # Errors
/// As for [`Policy::profile`].
pub fn read_answers(
    policy: &Policy,
    name: &str,
    text: &str,
    line: usize,
) -> Result<(Profile, Vec<FactId>), Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ProfileReader {
        policy,
        name,
        text,
        line,
        profile: policy.unknown(),
        not_known: Vec::new(),
        found: Vec::new(),
        last: (0, Position::START),
        comparisons: Comparisons::default(),
    };
    match serde_json::from_str::<Entries<'_>>(text) {
        Ok(entries) => reader.entries(&entries),
        Err(error) => reader.no_object(&error),
    }
    if reader.found.is_empty() { Ok((reader.profile, reader.not_known)) } else { Err(reader.found) }
}

/// The entries of a JSON object as they stand: no key is dropped, no value is looked at.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry::<String, &RawValue>()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

struct ProfileReader<'a> {
    policy: &'a Policy,
    name: &'a str,
    text: &'a str,
    line: usize,
    profile: Profile,
    not_known: Vec<FactId>,
    found: Vec<Diagnostic>,
    /// Where the last mistake stands: the next one is looked for from there.
    last: (usize, Position),
    /// What looking for the spelling of wrong names may still cost.
    comparisons: Comparisons,
}

impl ProfileReader<'_> {
    fn report(&mut self, diagnostic: Diagnostic, offset: usize) {
        let (last, from) = self.last;
        let at = from.after(&self.text[last..offset]);
        self.last = (offset, at);
        let at = Position { line: at.line + self.line - 1, ..at };
        self.found.push(diagnostic.spot(self.name, Some(at)));
    }

    /// The text is not JSON, or no object. serde's own words name a value's type with the value
    /// in it, so they are used only for mistakes of syntax, which name none.
    fn no_object(&mut self, error: &serde_json::Error) {
        let at = Position { line: error.line().max(1) + self.line - 1, column: error.column().max(1) };
        let words = error.to_string();
        let words = words.split(" at line ").next().unwrap_or_default();
        let report = match error.classify() {
            serde_json::error::Category::Data => Diagnostic::error(Code::ProfileSyntax, "a profile is a JSON object"),
            serde_json::error::Category::Eof => {
                Diagnostic::error(Code::ProfileSyntax, "this is not JSON: it ends too early")
            }
            _ if words == "trailing characters" => {
                let report = Diagnostic::error(Code::ProfileSyntax, "something stands after the profile's end");
                report.help("several profiles stand in a file `.jsonl`, one on each line")
            }
            _ => Diagnostic::error(Code::ProfileSyntax, format!("this is not JSON: {}", in_plain_words(words))),
        };
        let report = report.spot(self.name, Some(at));
        self.found.push(
            report.help("write it as `{\"fact\": true, \"other_fact\": \"value\"}`; texts and keys stand in quotes"),
        );
    }

    fn entries(&mut self, entries: &Entries<'_>) {
        let mut seen: IndexMap<&str, ()> = IndexMap::new();
        for (key, raw) in &entries.0 {
            let value_at = raw.get().as_ptr() as usize - self.text.as_ptr() as usize;
            let key_at = key_offset(self.text, value_at);
            if seen.insert(key, ()).is_some() {
                let report = Diagnostic::error(Code::DuplicateKey, format!("the profile gives `{}` twice", shown(key)));
                self.report(report.help("keep one of the two"), key_at);
                continue;
            }
            let Some(fact) = self.policy.fact(key) else {
                self.unknown_fact(key, key_at);
                continue;
            };
            match value(self.policy, fact, raw.get()) {
                Ok(value) => {
                    self.profile.set(fact, value);
                    self.not_known.extend(value.is_none().then_some(fact));
                }
                Err(report) => self.report(*report, value_at),
            }
        }
    }

    fn unknown_fact(&mut self, key: &str, offset: usize) {
        let known = || self.policy.facts.iter().map(|fact| fact.name.as_str()).collect::<Vec<_>>();
        let near = self.comparisons.take(self.policy.facts.len()).then(|| suggest(key, &known()));
        let (near, help) = near.unwrap_or((None, None));
        let mut report = Diagnostic::error(Code::UnknownFact, format!("the policy has no fact `{}`", shown(key)));
        // `number_of_childs` is no identity where there is a fact `number_of_children`.
        let identity = is_identity(key, near.is_some());
        if identity {
            report = report.note(
                "a profile is hypothetical: it holds facts that rules test, and nothing that tells who somebody is",
            );
        }
        let help = match help {
            // To whom it belongs is not asked for by another name.
            _ if identity && near.is_none() => "remove it".to_owned(),
            Some(help) => help,
            None => "remove it, or declare it with `fact`".to_owned(),
        };
        self.report(report.help(help), offset);
    }
}

/// What serde says of a mistake of syntax, without its own terms.
fn in_plain_words(words: &str) -> &str {
    match words {
        "expected ident" => "the only words without quotes are true, false and null",
        "expected value" => "a value is missing here, or a text has no quotes",
        "key must be a string" => "a key stands in quotes",
        "trailing comma" => "a comma stands after the last entry",
        "invalid escape" => "a `\\` in a text is followed by something else than JSON allows",
        "lone leading surrogate in hex escape" | "unexpected end of hex escape" => "a `\\u` escape names no character",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a text holds a line break or another control character"
        }
        other => other,
    }
}

/// Where the key before a value begins: JSON has been read, so it does stand there.
fn key_offset(text: &str, value: usize) -> usize {
    let before = text[..value].trim_end().trim_end_matches(':').trim_end();
    let close = before.len().saturating_sub(1);
    let escaped = |quote: usize| before[..quote].bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1;
    let quotes = before[..close].rmatch_indices('"').map(|(quote, _)| quote);
    let mut openings = quotes.filter(|quote| !escaped(*quote));
    openings.next().unwrap_or(close)
}

/// A key as messages show it: short, and without characters that could hide something.
fn shown(key: &str) -> String {
    key.chars().take(60).flat_map(char::escape_debug).collect()
}

/// Words in keys that would tell who somebody is.
const IDENTITY: &[&str] = &[
    "name",
    "surname",
    "phone",
    "telephone",
    "mobile",
    "email",
    "mail",
    "address",
    "street",
    "passport_number",
    "tax",
    "ssn",
    "id",
    "id_number",
    "birthday",
    "iban",
    "account",
    "photo",
    "user",
    "username",
];

/// Whether a key would tell who somebody is: by the whole of it, or, where it is not a fact's name
/// with a slip of the pen, by a word in it.
fn is_identity(key: &str, is_near: bool) -> bool {
    let key = key.to_lowercase();
    let mut words = key.split(|c: char| !c.is_alphanumeric());
    IDENTITY.contains(&key.as_str()) || !is_near && words.any(|word| IDENTITY.contains(&word) || word == "number")
}

/// The value of a fact as JSON writes it; `None` for `null`.
fn value(policy: &Policy, fact: FactId, raw: &str) -> Result<Option<Value>, Box<Diagnostic>> {
    let kind = &policy[fact].kind;
    let name = &policy[fact].name;
    let wrong = |found: &str| {
        let message = format!("`{name}` is {}, and this is {found}", kind.describe());
        let report = Diagnostic::error(Code::WrongType, message);
        Err(Box::new(report.help(match kind {
            FactType::YesNo => "write true or false, or null where it is not known",
            FactType::OneOf(_) => "write the name of a value in quotes, or null where it is not known",
            FactType::Number { .. } => "write a number without quotes, or null where it is not known",
            FactType::Date => "write a date such as \"2025-03-07\" in quotes, or null where it is not known",
        })))
    };
    match raw.as_bytes()[0] {
        b'n' => Ok(None),
        b't' | b'f' => match kind {
            FactType::YesNo => Ok(Some(Value::YesNo(raw == "true"))),
            _ => wrong("`true` or `false`"),
        },
        b'"' => {
            let text: String = serde_json::from_str(raw).map_err(|_| {
                let report =
                    Diagnostic::error(Code::ProfileSyntax, format!("the text for `{name}` is not well written"));
                Box::new(report.help("a `\\u` escape in it names no character"))
            })?;
            text_value(name, kind, &text, wrong)
        }
        b'[' => wrong("a list"),
        b'{' => wrong("an object"),
        _ => match kind {
            FactType::Number { .. } => number_value(name, kind, raw),
            _ => wrong("a number"),
        },
    }
}

type Read = Result<Option<Value>, Box<Diagnostic>>;

fn text_value(name: &str, kind: &FactType, text: &str, wrong: impl Fn(&str) -> Read) -> Read {
    match kind {
        FactType::YesNo if text == "yes" => Ok(Some(Value::YesNo(true))),
        FactType::YesNo if text == "no" => Ok(Some(Value::YesNo(false))),
        FactType::YesNo | FactType::Number { .. } => wrong("a text"),
        FactType::OneOf(items) => match kind.item(text) {
            Some(item) => Ok(Some(Value::Item(item))),
            None => Err(Box::new(not_an_item(name, items))),
        },
        FactType::Date => match Date::parse(text) {
            Some(date) => Ok(Some(Value::Date(date))),
            None => {
                let report = Diagnostic::error(Code::BadDate, format!("`{name}` is a date, and this is not a day"));
                Err(Box::new(report.help("write year-month-day, such as \"2025-03-07\", with no time of day")))
            }
        },
    }
}

fn not_an_item(name: &str, items: &Items) -> Diagnostic {
    // The nearest value would tell what was written.
    let names: Vec<&str> = items.keys().map(String::as_str).collect();
    let report = Diagnostic::error(Code::ValueOutside, format!("this is not one of the values of `{name}`"));
    report.help(match names.len() {
        ..=12 => format!("it can be {}", or_list(&names)),
        count => format!("it can be one of {count} values, such as {}", or_list(&names[..3])),
    })
}

fn number_value(name: &str, kind: &FactType, raw: &str) -> Read {
    let Some(number) = Number::parse_json(raw) else {
        let report = Diagnostic::error(Code::BadNumber, format!("the number for `{name}` has too many digits"));
        return Err(Box::new(report.help("numbers have at most 28 digits; zeros at the end count too")));
    };
    if kind.admits(number) {
        return Ok(Some(Value::Number(number)));
    }
    let report = match kind {
        FactType::Number { whole: true, .. } if !number.is_whole() => {
            let message = format!("`{name}` is {}, and this has a fraction", kind.describe());
            Diagnostic::error(Code::WrongType, message)
        }
        _ => Diagnostic::error(Code::ValueOutside, format!("`{name}` is {}, and this is not", kind.describe())),
    };
    Err(Box::new(report.help(format!("write {}", kind.describe()))))
}

/// A value on the command line: `yes`, `true`, a value's name, a number or a date; `null` for
/// one that is not known.
///
/// # Errors
/// As for a profile's value.
pub fn value_from_text(policy: &Policy, fact: FactId, text: &str) -> Result<Option<Value>, Diagnostic> {
    let (name, kind, text) = (&policy[fact].name, &policy[fact].kind, text.trim());
    let wrong = |code, help: &str| {
        let report = Diagnostic::error(code, format!("`{name}` is {}, and this is not", kind.describe()));
        Err(report.help(format!("{help}, or null where it is not known")))
    };
    match kind {
        // A list may have a value that is called `null`.
        _ if text == "null" && kind.item(text).is_none() => Ok(None),
        FactType::YesNo => match text {
            "yes" | "true" => Ok(Some(Value::YesNo(true))),
            "no" | "false" => Ok(Some(Value::YesNo(false))),
            _ => wrong(Code::WrongType, "write yes or no"),
        },
        FactType::OneOf(items) => match kind.item(text) {
            Some(item) => Ok(Some(Value::Item(item))),
            None => Err(not_an_item(name, items)),
        },
        FactType::Number { .. } => match serde_json::from_str::<serde_json::Number>(text) {
            Ok(_) => number_value(name, kind, text).map_err(|report| *report),
            Err(_) => wrong(Code::WrongType, &format!("write {}", kind.describe())),
        },
        FactType::Date => match Date::parse(text) {
            Some(date) => Ok(Some(Value::Date(date))),
            None => wrong(Code::BadDate, "write a day that exists as year-month-day, such as 2025-03-07"),
        },
    }
}

/// Sets a fact to a value as the command line writes it; see [`value_from_text`].
///
/// # Errors
/// As for a profile's value.
pub fn set_from_text(policy: &Policy, profile: &mut Profile, fact: FactId, text: &str) -> Result<(), Diagnostic> {
    profile.set(fact, value_from_text(policy, fact, text)?);
    Ok(())
}

/// A fact's value as JSON: yes-or-no as a boolean, a number with its digits, else a text.
enum JsonValue<'a> {
    YesNo(bool),
    Number(Box<RawValue>),
    Text(Cow<'a, str>),
}

impl Serialize for JsonValue<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            JsonValue::YesNo(yes) => serializer.serialize_bool(*yes),
            JsonValue::Number(digits) => digits.serialize(serializer),
            JsonValue::Text(text) => serializer.serialize_str(text),
        }
    }
}

fn json_value(policy: &Policy, fact: FactId, value: Value) -> JsonValue<'_> {
    match (value, &policy[fact].kind) {
        (Value::YesNo(yes), _) => JsonValue::YesNo(yes),
        (Value::Item(item), FactType::OneOf(items)) => {
            JsonValue::Text(items.get_index(item as usize).expect("a value is of its fact's type").0.as_str().into())
        }
        (Value::Item(_), _) => never("a value is of its fact's type"),
        (Value::Number(number), _) => {
            JsonValue::Number(RawValue::from_string(number.to_string()).expect("digits are JSON"))
        }
        (Value::Date(date), _) => JsonValue::Text(date.to_string().into()),
    }
}

type Facts<'a> = IndexMap<&'a str, JsonValue<'a>>;

/// What an answer is about: the policy, the date, the view and the profile.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The date of evaluation, and the claims and rules that count.
    pub selection: &'a Selection,
    /// The profile's name, as readers know it.
    pub name: Option<&'a str>,
    /// The profile.
    pub profile: &'a Profile,
}

#[derive(Serialize)]
struct Report<'a, T: Serialize> {
    format: u32,
    policy: &'a str,
    on: Option<String>,
    view: JsonView<'a>,
    profile: Option<&'a str>,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct JsonView<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    according_to: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require: Option<usize>,
}

#[derive(Serialize)]
struct Outcomes<'a> {
    outcomes: Vec<JsonOutcome<'a>>,
}

#[derive(Serialize)]
struct JsonOutcome<'a> {
    consequence: &'a str,
    label: &'a str,
    harm: bool,
    status: &'static str,
    possible: Vec<&'static str>,
    because: Facts<'a>,
    depends_on: Vec<&'a str>,
    rules: Vec<JsonRule<'a>>,
    origins: usize,
    /// Only where the search was given up at its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_searched_further: Option<bool>,
}

#[derive(Serialize)]
struct JsonRule<'a> {
    rule: &'a str,
    claims: Vec<&'a str>,
    sources: IndexSet<&'a str>,
    assumes: &'a [String],
}

/// How a document is laid out; neither has a line break at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// On one line, for programs.
    Line,
    /// On many lines, for people.
    Indented,
}

impl Layout {
    fn write(self, document: &impl Serialize) -> String {
        let line = serde_json::to_string(document).expect("all keys are texts");
        let line = without_controls(line);
        match self {
            Layout::Line => line,
            // Laid out from what was written, so that there is one writer for each document and not
            // two: the page's engine is smaller by them.
            Layout::Indented => {
                let document: serde_json::Value = serde_json::from_str(&line).expect("it was just written");
                without_controls(format!("{document:#}"))
            }
        }
    }
}

/// JSON without DEL and C1 controls, which it may hold as they are: terminals may take them for commands, and
/// what is written for people may leave them out. They stand in texts alone.
#[must_use]
pub(crate) fn without_controls(json: String) -> String {
    let is_control = |c: char| matches!(c, '\u{7f}'..='\u{9f}');
    if !json.contains(is_control) {
        return json;
    }
    let shown = |c: char| if is_control(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(shown).collect()
}

/// The outcomes of one profile as one JSON document.
#[must_use]
pub fn outcomes(subject: Subject<'_>, outcomes: &[Outcome], layout: Layout) -> String {
    let outcomes = outcomes.iter().map(|outcome| outcome_json(subject, outcome)).collect();
    layout.write(&report(subject, Outcomes { outcomes }))
}

fn report<'a, T: Serialize>(subject: Subject<'a>, body: T) -> Report<'a, T> {
    let Subject { policy, selection, .. } = subject;
    let on = selection.on.map(|date| date.to_string());
    Report { format: FORMAT, policy: &policy.name, on, view: view_json(policy, selection), profile: subject.name, body }
}

fn view_json<'a>(policy: &'a Policy, selection: &Selection) -> JsonView<'a> {
    let view = &selection.view;
    JsonView {
        according_to: source_names(policy, &view.according_to),
        without: source_names(policy, &view.without),
        known_by: view.known_by.map(|date| date.to_string()),
        require: view.require,
    }
}

fn outcome_json<'a>(subject: Subject<'a>, outcome: &Outcome) -> JsonOutcome<'a> {
    let consequence = &subject.policy[outcome.consequence];
    JsonOutcome {
        consequence: &consequence.name,
        label: &consequence.label,
        harm: consequence.harm,
        status: outcome.status.name(),
        possible: outcome.status.possible().iter().map(|status| status.name()).collect(),
        because: facts(subject, &outcome.because),
        depends_on: fact_names(subject, &outcome.depends_on),
        rules: outcome.rules.iter().map(|rule| rule_json(subject, *rule)).collect(),
        origins: outcome.origins,
        not_searched_further: (!outcome.searched).then_some(true),
    }
}

fn rule_json<'a>(subject: Subject<'a>, rule: RuleId) -> JsonRule<'a> {
    let policy = subject.policy;
    let rule = &policy[rule];
    let claims = || subject.selection.claims(rule);
    JsonRule {
        rule: &rule.name,
        claims: claims().map(|claim| policy[claim].name.as_str()).collect(),
        sources: claims().map(|claim| policy[policy[claim].by].name.as_str()).collect(),
        assumes: &rule.assumes,
    }
}

fn source_names<'a>(policy: &'a Policy, sources: &[SourceId]) -> Vec<&'a str> {
    sources.iter().map(|source| policy[*source].name.as_str()).collect()
}

fn facts<'a>(subject: Subject<'a>, facts: &[FactId]) -> Facts<'a> {
    let entry = |fact: &FactId| {
        let value = subject.profile.value(*fact).expect("reasons are known facts");
        (subject.policy[*fact].name.as_str(), json_value(subject.policy, *fact, value))
    };
    facts.iter().map(entry).collect()
}

fn fact_names<'a>(subject: Subject<'a>, facts: &[FactId]) -> Vec<&'a str> {
    facts.iter().map(|fact| subject.policy[*fact].name.as_str()).collect()
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    names: IndexSet<&'a str>,
    scenario: Option<&'a str>,
}

/// Findings as a JSON list; each comes with the files it speaks of.
#[must_use]
pub fn findings<'a>(found: impl IntoIterator<Item = (&'a Files, &'a Diagnostic)>, layout: Layout) -> String {
    let findings: Vec<Finding<'_>> = found.into_iter().map(|(files, diagnostic)| finding(files, diagnostic)).collect();
    layout.write(&findings)
}

/// A finding for a program that shows it beside a form: also the fact it is about, and what to do.
#[derive(Serialize)]
struct Mistake<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    fact: Option<&'a str>,
    help: &'a [String],
}

/// Mistakes as a JSON list of what [`findings`] writes, each with the `fact` of `policy` whose value
/// it is about, if there is one, and with the advice.
#[must_use]
pub fn mistakes(policy: Option<&Policy>, found: &Diagnostics, layout: Layout) -> String {
    let mistake = |diagnostic| {
        let finding = finding(&found.files, diagnostic);
        // Only a mistake in a profile has a place that is not shown, and names its fact first.
        let of_profile = policy.filter(|_| diagnostic.spot.is_some());
        let fact = of_profile.and_then(|policy| finding.names.first().copied().filter(|it| policy.fact(it).is_some()));
        Mistake { finding, fact, help: &diagnostic.help }
    };
    layout.write(&found.list.iter().map(mistake).collect::<Vec<_>>())
}

fn finding<'a>(files: &'a Files, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let location = diagnostic.location(files);
    let at = location.and_then(|(_, at)| at);
    let marked = diagnostic.labels.iter().map(|label| label.place.span.of(&files[label.place.file].text));
    // In a message, the reader's words stand in backticks.
    let named = diagnostic.message.split('`').skip(1).step_by(2);
    let names: IndexSet<&str> = marked.chain(named).filter(|text| is_name(text)).collect();
    Finding {
        code: diagnostic.code.name(),
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        file: location.map(|(name, _)| name),
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
        names,
        scenario: diagnostic.scenario.as_deref(),
    }
}

/// The JSON Schema of the documents that [`outcomes`] writes.
pub const OUTCOMES_SCHEMA: &str = include_str!("json/outcomes.schema.json");

/// The JSON Schema of the documents that [`population()`] writes.
#[cfg(feature = "population")]
pub const POPULATION_SCHEMA: &str = include_str!("json/population.schema.json");

/// The JSON Schema of a policy's profiles.
#[must_use]
pub fn profile_schema(policy: &Policy) -> String {
    let property = |id: FactId| {
        let fact = &policy[id];
        let kind = match &fact.kind {
            FactType::YesNo => serde_json::json!({ "enum": [true, false, "yes", "no", null] }),
            FactType::OneOf(items) => {
                let names = items.keys().map(|name| serde_json::Value::from(name.as_str()));
                serde_json::json!({ "enum": names.chain([serde_json::Value::Null]).collect::<Vec<_>>() })
            }
            FactType::Number { whole, range } => {
                let mut kind = serde_json::json!({ "type": [if *whole { "integer" } else { "number" }, "null"] });
                if let Some((from, to)) = range {
                    kind["minimum"] = serde_json::from_str(&from.to_string()).expect("digits are JSON");
                    kind["maximum"] = serde_json::from_str(&to.to_string()).expect("digits are JSON");
                }
                kind
            }
            FactType::Date => serde_json::json!({
                "type": ["string", "null"],
                "format": "date",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                "not": { "type": "string", "pattern": "^0000" },
            }),
        };
        let mut kind = kind;
        kind["title"] = fact.label.as_str().into();
        (fact.name.clone(), kind)
    };
    let properties: serde_json::Map<String, serde_json::Value> = policy.fact_ids().map(property).collect();
    let schema = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Profiles of the policy {}", policy.name),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    without_controls(format!("{schema:#}"))
}
