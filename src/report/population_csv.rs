//! A tally as tables for spreadsheets and programs.

use crate::model::FactId;
use crate::population::Count;
use crate::population::coding::{Bin, Column, NOT_KNOWN};
use crate::population::counted::Counted;
use crate::population::small::{self, Shown};
use crate::population::tally::Kind;
use crate::semantics::Scratch;
use crate::words::{Form, values_shown};

const IN_MEMORY: &str = "writing to memory does not fail";

/// A tally as a table (RFC 4180, with lines that end in `\n`): a line for each group, option and
/// consequence.
#[must_use]
pub fn population_csv(counted: Counted<'_>) -> String {
    let plan = counted.plan;
    let policy = plan.engine.policy;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let by = plan.by.iter().map(|fact| policy[*fact].name.clone());
    let option = plan.choice.map(|choice| choice.name.clone());
    let kinds = Kind::ALL.iter().map(|kind| kind.name().to_owned());
    let weights = Kind::ALL.iter().map(|kind| format!("weighted_{}", kind.name())).filter(|_| counted.weighted);
    let head = by.chain(option).chain(["consequence".to_owned()]).chain(kinds).chain(weights);
    writer.write_record(head).expect(IN_MEMORY);
    for shown in counted.groups() {
        let values: Vec<String> = match &shown.bins {
            Some(bins) => plan.by.iter().zip(bins).map(|(fact, bin)| bin_text(counted, *fact, *bin)).collect(),
            None => plan.by.iter().map(|_| "(other groups)".to_owned()).collect(),
        };
        for index in 0..shown.group.parts.len() {
            let option = plan.choice.map(|choice| choice.options[index].name.clone());
            for (consequence, cells) in policy.consequences.iter().zip(counted.outcomes(&shown, index)) {
                let rows = cells.iter().map(|shown| shown.written(counted.least));
                let weight = |shown: &Shown| shown.exact().map_or(String::new(), |count| count.weight.to_string());
                let weights = cells.iter().map(weight).filter(|_| counted.weighted);
                let line = values.iter().cloned().chain(option.clone()).chain([consequence.name.clone()]);
                writer.write_record(line.chain(rows).chain(weights)).expect(IN_MEMORY);
            }
        }
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("texts are UTF-8")
}

/// The combinations as a table that `ensue tally --reduced` reads: a column for each fact that was read,
/// the number of rows, their weight, and the status of each consequence.
#[must_use]
pub fn profiles_csv(counted: Counted<'_>) -> String {
    let plan = counted.plan;
    let policy = plan.engine.policy;
    let counts: Vec<Count> = counted.tally.profiles.values().copied().collect();
    let shown = small::groups(&counts, counted.least);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let facts = plan.coding.columns.iter().map(|column| column.in_combinations(policy));
    let weight = counted.weighted.then(|| "weight".to_owned());
    let consequences = policy.consequences.iter().map(|consequence| format!("status of {}", consequence.name));
    writer.write_record(facts.chain(["rows".to_owned()]).chain(weight).chain(consequences)).expect(IN_MEMORY);
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    let mut rest = Count::default();
    for ((bins, count), shown) in counted.tally.profiles.iter().zip(shown) {
        if !shown {
            rest.add(*count).expect("the sum of all was kept");
            continue;
        }
        plan.statuses(bins, &mut scratch, &mut statuses);
        let value = |(column, bin): (&Column, &Bin)| {
            column.value(*bin).map_or(String::new(), |value| policy.written(column.fact, value))
        };
        let values = plan.coding.columns.iter().zip(bins).map(value);
        let weight = counted.weighted.then(|| count.weight.to_string());
        let statuses = statuses.iter().map(|status| status.name().to_owned());
        writer.write_record(values.chain([count.rows.to_string()]).chain(weight).chain(statuses)).expect(IN_MEMORY);
    }
    if rest.rows > 0 {
        // What is in it cannot be read again: no fact has this value.
        let values = plan.coding.columns.iter().map(|_| "!".to_owned());
        let weight = counted.weighted.then(|| rest.weight.to_string());
        let statuses = policy.consequences.iter().map(|_| String::new());
        let rows =
            if (1..counted.least).contains(&rest.rows) { format!("<{}", counted.least) } else { rest.rows.to_string() };
        writer.write_record(values.chain([rows]).chain(weight).chain(statuses)).expect(IN_MEMORY);
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("texts are UTF-8")
}

fn bin_text(counted: Counted<'_>, fact: FactId, bin: Bin) -> String {
    let column = counted.plan.coding.columns.iter().find(|column| column.fact == fact).expect("it is read");
    if bin == NOT_KNOWN {
        return String::new();
    }
    let policy = counted.plan.engine.policy;
    let values = column.values(counted.plan.engine, bin);
    match values.only() {
        Some(value) => policy.written(fact, value),
        None => values_shown(policy, fact, &values, Form::Text),
    }
}
