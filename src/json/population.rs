//! A tally as JSON.

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use super::{JsonValue, JsonView, Layout, Subject, json_value, view_json};
use crate::model::{FactId, Policy};
use crate::population::coding::{Bin, NOT_KNOWN};
use crate::population::counted::{Counted, ShownGroup};
use crate::population::small::Shown;
use crate::population::tally::Kind;
use crate::words::{Form, values_shown};

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    policy: &'a str,
    on: Option<String>,
    view: JsonView<'a>,
    rows: u64,
    rejected: u64,
    /// The least number of rows that is shown.
    min_cell: u64,
    /// Without groups: what is counted of all rows.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    whole: Option<JsonGroup<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<Grouped<'a>>>,
}

#[derive(Serialize)]
struct Grouped<'a> {
    /// The values of the facts by which rows are grouped; null for the rest, groups too small to be shown.
    by: Option<IndexMap<&'a str, Option<JsonValue<'a>>>>,
    rows: JsonShown,
    #[serde(flatten)]
    group: JsonGroup<'a>,
}

#[derive(Serialize)]
struct JsonGroup<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcomes: Option<Vec<JsonCounts<'a>>>,
    /// How many rows carry at least one reported harm.
    #[serde(skip_serializing_if = "Option::is_none")]
    harms: Option<JsonHarms>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<JsonOption<'a>>>,
    /// Rows that carry a reported harm, one that follows or is disputed, in every option.
    #[serde(skip_serializing_if = "Option::is_none")]
    harm_in_every_option: Option<JsonShown>,
}

#[derive(Serialize)]
struct JsonOption<'a> {
    option: &'a str,
    label: &'a str,
    outcomes: Vec<JsonCounts<'a>>,
    harms: JsonHarms,
}

#[derive(Serialize)]
struct JsonCounts<'a> {
    consequence: &'a str,
    label: &'a str,
    harm: bool,
    #[serde(flatten)]
    rows: IndexMap<&'static str, JsonShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weighted: Option<IndexMap<&'static str, Option<String>>>,
}

#[derive(Serialize)]
struct JsonHarms {
    follows: JsonShown,
    disputed: JsonShown,
    not_reported: JsonShown,
    open: JsonShown,
}

/// A number, or `"<5"`, `">=5"` or `"hidden"`.
struct JsonShown {
    shown: Shown,
    least: u64,
}

impl Serialize for JsonShown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.shown {
            Shown::Exact(count) => serializer.serialize_u64(count.rows),
            Shown::Few | Shown::Withheld | Shown::Hidden => serializer.serialize_str(&self.shown.written(self.least)),
        }
    }
}

/// A tally as one JSON document.
#[must_use]
pub fn population(subject: Subject<'_>, counted: Counted<'_>, layout: Layout) -> String {
    let Counted { plan, rows, rejected, least, .. } = counted;
    let groups = counted.groups();
    let grouped = || {
        let one = |shown: &ShownGroup| Grouped {
            by: shown.bins.as_ref().map(|bins| by(counted, bins)),
            rows: JsonShown { shown: counted.shown(&[shown.group.count])[0], least },
            group: group(counted, shown),
        };
        groups.iter().map(one).collect()
    };
    layout.write(&Document {
        format: super::FORMAT,
        policy: &subject.policy.name,
        on: subject.selection.on.map(|date| date.to_string()),
        view: view_json(subject.policy, subject.selection),
        rows,
        rejected,
        min_cell: least,
        whole: plan.by.is_empty().then(|| group(counted, &groups[0])),
        groups: (!plan.by.is_empty()).then(grouped),
    })
}

fn group<'a>(counted: Counted<'a>, shown: &ShownGroup) -> JsonGroup<'a> {
    let plan = counted.plan;
    let policy = plan.engine.policy;
    let harms = |part: usize| {
        let [follows, disputed, not_reported, open] =
            counted.harms(shown, part).map(|shown| JsonShown { shown, least: counted.least });
        JsonHarms { follows, disputed, not_reported, open }
    };
    match plan.choice {
        None => JsonGroup {
            outcomes: Some(outcomes(counted, shown, 0)),
            harms: policy.consequences.iter().any(|it| it.harm).then(|| harms(0)),
            options: None,
            harm_in_every_option: None,
        },
        Some(choice) => {
            let option = |(index, option): (usize, &'a crate::model::ChoiceOption)| JsonOption {
                option: &option.name,
                label: &option.label,
                outcomes: outcomes(counted, shown, index),
                harms: harms(index),
            };
            let every = counted.in_every(shown);
            JsonGroup {
                outcomes: None,
                harms: None,
                options: Some(choice.options.iter().enumerate().map(option).collect()),
                harm_in_every_option: Some(JsonShown { shown: every, least: counted.least }),
            }
        }
    }
}

fn outcomes<'a>(counted: Counted<'a>, group: &ShownGroup, part: usize) -> Vec<JsonCounts<'a>> {
    let policy = counted.plan.engine.policy;
    let counts = |(consequence, shown): (&'a crate::model::Consequence, Vec<Shown>)| {
        let each = || Kind::ALL.into_iter().zip(&shown);
        JsonCounts {
            consequence: &consequence.name,
            label: &consequence.label,
            harm: consequence.harm,
            rows: each()
                .map(|(kind, shown)| (kind.name(), JsonShown { shown: *shown, least: counted.least }))
                .collect(),
            weighted: counted.weighted.then(|| {
                each().map(|(kind, shown)| (kind.name(), shown.exact().map(|count| count.weight.to_string()))).collect()
            }),
        }
    };
    policy.consequences.iter().zip(counted.outcomes(group, part)).map(counts).collect()
}

fn by<'a>(counted: Counted<'a>, bins: &[Bin]) -> IndexMap<&'a str, Option<JsonValue<'a>>> {
    let policy = counted.plan.engine.policy;
    let value = |(fact, bin): (&FactId, &Bin)| (policy[*fact].name.as_str(), bin_json(counted, policy, *fact, *bin));
    counted.plan.by.iter().zip(bins).map(value).collect()
}

/// The value of a bin of one value; of several its values in words; null where it is not known.
fn bin_json<'a>(counted: Counted<'a>, policy: &'a Policy, fact: FactId, bin: Bin) -> Option<JsonValue<'a>> {
    let column = counted.plan.coding.columns.iter().find(|column| column.fact == fact).expect("it is read");
    if bin == NOT_KNOWN {
        return None;
    }
    let values = column.values(counted.plan.engine, bin);
    match values.only() {
        Some(value) => Some(json_value(policy, fact, value)),
        None => Some(JsonValue::Text(values_shown(policy, fact, &values, Form::Text).into())),
    }
}
