//! All that a policy declares, as JSON: what a program needs to ask for a profile and to name things.

use indexmap::IndexMap;
use serde::Serialize;

use super::{FORMAT, JsonValue, Layout, json_value};
use crate::model::{ClaimId, Date, FactId, FactType, Number, Policy, RuleId, SourceId, Value};
use crate::syntax;
use crate::text::{FileId, Place, Span};

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    policy: &'a str,
    label: Option<&'a str>,
    as_of: Option<String>,
    files: Vec<&'a str>,
    sources: Vec<Source<'a>>,
    claims: Vec<Claim<'a>>,
    facts: Vec<Fact<'a>>,
    definitions: Vec<Definition<'a>>,
    consequences: Vec<Consequence<'a>>,
    rules: Vec<Rule<'a>>,
    choices: Vec<Choice<'a>>,
    scenarios: Vec<Scenario<'a>>,
}

/// The lines of a declaration, from 1, the last one included.
#[derive(Serialize)]
struct Lines<'a> {
    file: &'a str,
    first_line: usize,
    last_line: usize,
}

#[derive(Serialize)]
struct Source<'a> {
    name: &'a str,
    label: &'a str,
    by: &'a [String],
    published: Option<String>,
    accessed: Option<String>,
    urls: &'a [String],
    archived: &'a [String],
    language: Option<&'a str>,
    quoted_in: Vec<&'a str>,
    notes: &'a [String],
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Claim<'a> {
    name: &'a str,
    statement: &'a str,
    source: &'a str,
    at: Option<&'a str>,
    context: bool,
    certainty: Option<&'a str>,
    quote: Option<&'a str>,
    repeats: Vec<&'a str>,
    supports: Vec<&'a str>,
    contradicts: Vec<&'a str>,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Fact<'a> {
    name: &'a str,
    label: &'a str,
    ask: Option<&'a str>,
    note: Option<&'a str>,
    /// `yes_or_no`, `one_of`, `number`, `whole_number` or `date`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// For `one_of` the values by name, with what each means where the rule file says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<IndexMap<&'a str, Option<&'a str>>>,
    /// The least and the greatest number, both included, with their digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[JsonValue<'a>; 2]>,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Definition<'a> {
    name: &'a str,
    label: &'a str,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Consequence<'a> {
    name: &'a str,
    label: &'a str,
    harm: bool,
    laws: &'a [String],
    note: Option<&'a str>,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Rule<'a> {
    name: &'a str,
    label: &'a str,
    claims: Vec<&'a str>,
    assumes: &'a [String],
    in_force_from: Option<String>,
    in_force_until: Option<String>,
    denies: bool,
    concludes: Vec<&'a str>,
    overrides: Vec<&'a str>,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct Choice<'a> {
    name: &'a str,
    label: &'a str,
    options: Vec<ChoiceOption<'a>>,
    place: Lines<'a>,
}

#[derive(Serialize)]
struct ChoiceOption<'a> {
    name: &'a str,
    label: &'a str,
    sets: IndexMap<&'a str, JsonValue<'a>>,
}

#[derive(Serialize)]
struct Scenario<'a> {
    label: &'a str,
    on: Option<String>,
    given: IndexMap<&'a str, JsonValue<'a>>,
    place: Lines<'a>,
}

/// All that a policy declares, in the order of declaration, as one JSON document.
#[must_use]
pub fn declared(policy: &Policy, layout: Layout) -> String {
    let declared = Declared { policy, spans: spans(policy) };
    layout.write(&declared.document())
}

struct Declared<'a> {
    policy: &'a Policy,
    /// For each file the spans of its declarations, in order.
    spans: Vec<Vec<Span>>,
}

/// The spans of all declarations. The model keeps where names stand: how far a declaration goes is
/// read again.
fn spans(policy: &Policy) -> Vec<Vec<Span>> {
    let of_file =
        |id: FileId, text: &str| syntax::parse(id, text, &policy.limits).0.declarations.into_iter().map(|it| it.span);
    policy.files.iter().map(|(id, file)| of_file(id, &file.text).collect()).collect()
}

impl<'a> Declared<'a> {
    fn document(&self) -> Document<'a> {
        let policy = self.policy;
        Document {
            format: FORMAT,
            policy: &policy.name,
            label: policy.label.as_deref(),
            as_of: date(policy.as_of),
            files: policy.files.iter().map(|(_, file)| file.name.as_str()).collect(),
            sources: policy.sources.iter().map(|it| self.source(it)).collect(),
            claims: policy.claims.iter().map(|it| self.claim(it)).collect(),
            facts: policy.fact_ids().map(|it| self.fact(it)).collect(),
            definitions: policy
                .definitions
                .iter()
                .map(|it| Definition { name: &it.name, label: &it.label, place: self.lines(it.place) })
                .collect(),
            consequences: policy
                .consequences
                .iter()
                .map(|it| Consequence {
                    name: &it.name,
                    label: &it.label,
                    harm: it.harm,
                    laws: &it.laws,
                    note: it.note.as_deref(),
                    place: self.lines(it.place),
                })
                .collect(),
            rules: policy.rule_ids().map(|it| self.rule(it)).collect(),
            choices: policy.choices.iter().map(|it| self.choice(it)).collect(),
            scenarios: policy
                .scenarios
                .iter()
                .map(|it| Scenario {
                    label: &it.label,
                    on: date(it.on),
                    given: self.values(&it.given),
                    place: self.lines(it.place),
                })
                .collect(),
        }
    }

    fn lines(&self, name: Place) -> Lines<'a> {
        let file = &self.policy.files[name.file];
        let spans = &self.spans[name.file.0 as usize];
        let after = spans.partition_point(|span| span.start <= name.span.start);
        // INVARIANT: a policy has no mistakes, so each of its declarations was read.
        let span = spans[after - 1];
        let line = |offset| file.position(offset).line;
        Lines { file: &file.name, first_line: line(span.start), last_line: line(span.end) }
    }

    fn source_names(&self, ids: &[SourceId]) -> Vec<&'a str> {
        ids.iter().map(|id| self.policy[*id].name.as_str()).collect()
    }

    fn claim_names(&self, ids: &[ClaimId]) -> Vec<&'a str> {
        ids.iter().map(|id| self.policy[*id].name.as_str()).collect()
    }

    fn values(&self, values: &[(FactId, Value)]) -> IndexMap<&'a str, JsonValue<'a>> {
        let policy = self.policy;
        values.iter().map(|(fact, value)| (policy[*fact].name.as_str(), json_value(policy, *fact, *value))).collect()
    }

    fn source(&self, it: &'a crate::model::Source) -> Source<'a> {
        Source {
            name: &it.name,
            label: &it.label,
            by: &it.by,
            published: date(it.published),
            accessed: date(it.accessed),
            urls: &it.urls,
            archived: &it.archived,
            language: it.language.as_deref(),
            quoted_in: self.source_names(&it.quoted_in),
            notes: &it.notes,
            place: self.lines(it.place),
        }
    }

    fn claim(&self, it: &'a crate::model::Claim) -> Claim<'a> {
        Claim {
            name: &it.name,
            statement: &it.statement,
            source: &self.policy[it.by].name,
            at: it.at.as_deref(),
            context: it.context,
            certainty: it.certainty.as_deref(),
            quote: it.quote.as_deref(),
            repeats: self.claim_names(&it.repeats),
            supports: self.claim_names(&it.supports),
            contradicts: self.claim_names(&it.contradicts),
            place: self.lines(it.place),
        }
    }

    fn fact(&self, id: FactId) -> Fact<'a> {
        let it = &self.policy[id];
        let number = |number: Number| json_value(self.policy, id, Value::Number(number));
        let (kind, values, range) = match &it.kind {
            FactType::YesNo => ("yes_or_no", None, None),
            FactType::OneOf(items) => {
                let items = items.iter().map(|(name, label)| (name.as_str(), label.as_deref()));
                ("one_of", Some(items.collect()), None)
            }
            FactType::Number { whole, range } => {
                let kind = if *whole { "whole_number" } else { "number" };
                (kind, None, range.map(|(from, to)| [number(from), number(to)]))
            }
            FactType::Date => ("date", None, None),
        };
        Fact {
            name: &it.name,
            label: &it.label,
            ask: it.ask.as_deref(),
            note: it.note.as_deref(),
            kind,
            values,
            range,
            place: self.lines(it.place),
        }
    }

    fn rule(&self, id: RuleId) -> Rule<'a> {
        let policy = self.policy;
        let it = &policy[id];
        let in_force = it.in_force.as_ref();
        Rule {
            name: &it.name,
            label: &it.label,
            claims: self.claim_names(&it.claims),
            assumes: &it.assumes,
            in_force_from: date(in_force.and_then(|it| it.from)),
            in_force_until: date(in_force.and_then(|it| it.until)),
            denies: it.denies,
            concludes: it.concludes.iter().map(|id| policy[*id].name.as_str()).collect(),
            overrides: it.overrides.iter().map(|id| policy[*id].name.as_str()).collect(),
            place: self.lines(it.place),
        }
    }

    fn choice(&self, it: &'a crate::model::Choice) -> Choice<'a> {
        let option = |it: &'a crate::model::ChoiceOption| ChoiceOption {
            name: &it.name,
            label: &it.label,
            sets: self.values(&it.sets),
        };
        Choice {
            name: &it.name,
            label: &it.label,
            options: it.options.iter().map(option).collect(),
            place: self.lines(it.place),
        }
    }
}

fn date(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}
