//! Claims as a table for spreadsheets.

use super::plain;
use crate::analysis::traceability::{ClaimTrace, Traceability};
use crate::model::{Policy, RuleId};

const COLUMNS: [&str; 14] = [
    "claim",
    "statement",
    "source",
    "source_label",
    "published",
    "quoted_in",
    "context",
    "origin",
    "rule",
    "rule_label",
    "denies",
    "consequences",
    "scenarios",
    "passing",
];

/// The claims as a table for spreadsheets (RFC 4180, with lines that end in `\n`): a line for
/// each claim and rule that rests on it, and one for each claim without a rule.
#[must_use]
pub fn traceability_csv(policy: &Policy, found: &Traceability) -> String {
    const IN_MEMORY: &str = "writing to memory does not fail";
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect(IN_MEMORY);
    for trace in &found.claims {
        let claim = claim_cells(policy, trace);
        let rules = trace.rules.iter().map(|rule| rule_cells(policy, found, *rule));
        let none = trace.rules.is_empty().then(|| ["", "", "", "", "0", "0"].map(str::to_owned));
        for rule in rules.chain(none) {
            writer.write_record(claim.iter().chain(&rule)).expect(IN_MEMORY);
        }
    }
    String::from_utf8(writer.into_inner().expect(IN_MEMORY)).expect("texts are UTF-8")
}

fn claim_cells(policy: &Policy, trace: &ClaimTrace) -> [String; 8] {
    let claim = &policy[trace.claim];
    let source = &policy[claim.by];
    let quoted_in: Vec<&str> = trace.quoted_in.iter().map(|quoting| policy[*quoting].name.as_str()).collect();
    [
        claim.name.clone(),
        cell(&claim.statement),
        source.name.clone(),
        cell(&source.label),
        source.published.map_or(String::new(), |date| date.to_string()),
        quoted_in.join(", "),
        yes_no(claim.context),
        (trace.origin + 1).to_string(),
    ]
}

fn rule_cells(policy: &Policy, found: &Traceability, id: RuleId) -> [String; 6] {
    let rule = &policy[id];
    let consequences: Vec<&str> = rule.concludes.iter().map(|id| policy[*id].name.as_str()).collect();
    let scenarios = &found.rules[id.index()].scenarios;
    [
        rule.name.clone(),
        cell(&rule.label),
        yes_no(rule.denies),
        consequences.join(", "),
        scenarios.len().to_string(),
        scenarios.iter().filter(|index| found.passes[**index]).count().to_string(),
    ]
}

fn yes_no(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

/// A text from outside as a cell. Spreadsheets take some beginnings for those of a formula: an
/// apostrophe before them says that it is text. A single one begins nothing: `-` is standard input's name.
pub(crate) fn cell(text: &str) -> String {
    let text = plain(text);
    let formula = text.len() > 1 && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text }
}
