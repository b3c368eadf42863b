//! Scenarios: which are as expected, and for the others what is expected, what is, and why.

use super::outcomes::labels;
use super::{BAD, Form, GOOD, fact_value, one_line, paragraph, plain, styled};
use crate::model::{Expected, FactId, Policy};
use crate::scenarios::{Surprise, Verdict};
use crate::semantics::Status;
use crate::words::words;

/// How many scenarios passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As expected.
    pub passed: usize,
    /// Not as expected.
    pub failed: usize,
}

/// One scenario.
#[must_use]
pub fn scenario(policy: &Policy, verdict: &Verdict<'_>) -> String {
    let scenario = verdict.scenario;
    let mut out = String::new();
    let failed = !verdict.surprises.is_empty();
    paragraph(&mut out, if failed { "FAIL  " } else { "ok    " }, &plain(&scenario.label));
    let word = if failed { "FAIL" } else { "ok" };
    let mut out = styled(if failed { BAD } else { GOOD }, word) + &out[word.len()..];
    if failed {
        let file = &policy.files[scenario.place.file];
        let line = file.position(scenario.place.span.start).line;
        paragraph(&mut out, "      ", &format!("{}:{line}", one_line(&file.name)));
    }
    for surprise in &verdict.surprises {
        surprised(&mut out, policy, verdict, surprise);
    }
    out
}

/// One scenario in a few words: whether it passes, and the first thing that is not as expected.
#[must_use]
pub fn verdict(policy: &Policy, verdict: &Verdict<'_>) -> String {
    let Some((first, more)) = verdict.surprises.split_first() else { return "passes".to_owned() };
    let outcome = &first.found.outcome;
    let found = match outcome.status {
        Status::Undetermined(_) => "it is undetermined",
        status => status.settled().map_or("", words),
    };
    let name = &policy[outcome.consequence].name;
    let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
    format!("fails: `{name}`: expected: {}; found: {found}{more}", expected(first.expected))
}

fn surprised(out: &mut String, policy: &Policy, verdict: &Verdict<'_>, surprise: &Surprise) {
    let outcome = &surprise.found.outcome;
    let consequence = &policy[outcome.consequence];
    paragraph(out, "      ", &format!("{} (`{}`)", plain(&consequence.label), consequence.name));
    paragraph(out, "        expected: ", expected(surprise.expected));
    match outcome.status {
        Status::Undetermined(_) => {
            paragraph(out, "        found: ", "it is undetermined");
            paragraph(out, "        depends on: ", &labels(policy, &outcome.depends_on, Form::Text));
        }
        status => paragraph(out, "        found: ", status.settled().map_or("", words)),
    }
    // The values are those that the rule file itself states.
    let given = policy.knowing(&verdict.scenario.given);
    let value =
        |fact: &FactId| fact_value(policy, *fact, given.value(*fact).expect("reasons are known facts"), Form::Text);
    let facts: Vec<String> = outcome.because.iter().map(value).collect();
    if !facts.is_empty() {
        paragraph(out, "        because: ", &facts.join("; "));
    }
    let rules: Vec<String> = outcome.rules.iter().map(|rule| format!("`{}`", policy[*rule].name)).collect();
    if !rules.is_empty() {
        paragraph(out, "        by the rules: ", &rules.join(", "));
    }
}

fn expected(expected: Expected) -> &'static str {
    match expected {
        Expected::Follows => "it follows",
        Expected::DoesNotFollow => "it does not follow",
        Expected::RuledOut => "it is ruled out",
        Expected::Disputed => "it is disputed",
        Expected::Undetermined => "it is undetermined",
        Expected::Only => "it does not follow, or is ruled out: the scenario names all that follows",
    }
}

/// The closing line.
#[must_use]
pub fn tally(tally: Tally) -> String {
    match tally {
        Tally { passed: 0, failed: 0 } => "no scenario found\n".to_owned(),
        Tally { passed, failed } => format!("{passed} passed, {failed} failed\n"),
    }
}
