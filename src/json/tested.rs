//! What `ensue test` found, as JSON.

use serde::Serialize;

use super::{FORMAT, Layout};
use crate::analysis::coverage::{Coverage, State, Subject};
use crate::model::{Expected, Policy};
use crate::scenarios::Verdict;
use crate::text::Place;

/// What was found in one rule file and what it imports.
#[derive(Clone, Debug, Serialize)]
pub struct Tested {
    policy: String,
    passed: usize,
    failed: usize,
    scenarios: Vec<Scenario>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<JsonCoverage>,
}

#[derive(Clone, Debug, Serialize)]
struct Scenario {
    scenario: String,
    file: String,
    line: usize,
    passed: bool,
    surprises: Vec<Surprise>,
}

#[derive(Clone, Debug, Serialize)]
struct Surprise {
    consequence: String,
    expected: &'static str,
    found: &'static str,
    rules: Vec<String>,
    depends_on: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct JsonCoverage {
    percent: usize,
    seen: usize,
    missing: usize,
    not_decided: usize,
    impossible: usize,
    goals: Vec<Goal>,
    /// As rule files write them.
    suggestions: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Goal {
    /// What is looked at: a rule, a test (with its rule or definition), an option, a source.
    kind: &'static str,
    name: String,
    file: String,
    line: usize,
    column: usize,
    sight: &'static str,
    /// In how many scenarios it is seen.
    scenarios: usize,
    state: &'static str,
    /// Which of the suggestions would show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<usize>,
}

/// What was found in one policy.
#[must_use]
pub fn tested(policy: &Policy, verdicts: &[Verdict<'_>], coverage: Option<&Coverage>) -> Tested {
    let failed = verdicts.iter().filter(|verdict| !verdict.surprises.is_empty()).count();
    Tested {
        policy: policy.name.clone(),
        passed: verdicts.len() - failed,
        failed,
        scenarios: verdicts.iter().map(|verdict| scenario(policy, verdict)).collect(),
        coverage: coverage.map(|found| json_coverage(policy, found)),
    }
}

/// What was found in all policies, as one JSON document.
#[must_use]
pub fn all_tested(tested: &[Tested], layout: Layout) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format: u32,
        policies: &'a [Tested],
    }
    layout.write(&Document { format: FORMAT, policies: tested })
}

fn place(policy: &Policy, place: Place) -> (String, usize, usize) {
    let file = &policy.files[place.file];
    let at = file.position(place.span.start);
    (file.name.clone(), at.line, at.column)
}

fn scenario(policy: &Policy, verdict: &Verdict<'_>) -> Scenario {
    let (file, line, _) = place(policy, verdict.scenario.place);
    let surprises = verdict.surprises.iter().map(|surprise| {
        let outcome = &surprise.found.outcome;
        Surprise {
            consequence: policy[outcome.consequence].name.clone(),
            expected: expected(surprise.expected),
            found: outcome.status.name(),
            rules: outcome.rules.iter().map(|rule| policy[*rule].name.clone()).collect(),
            depends_on: outcome.depends_on.iter().map(|fact| policy[*fact].name.clone()).collect(),
        }
    });
    Scenario {
        scenario: verdict.scenario.label.clone(),
        file,
        line,
        passed: verdict.surprises.is_empty(),
        surprises: surprises.collect(),
    }
}

fn expected(expected: Expected) -> &'static str {
    match expected {
        Expected::Follows => "follows",
        Expected::DoesNotFollow => "does_not_follow",
        Expected::RuledOut => "ruled_out",
        Expected::Disputed => "disputed",
        Expected::Undetermined => "undetermined",
        // The scenario names all that follows, and this is not among it.
        Expected::Only => "not_among_only",
    }
}

fn json_coverage(policy: &Policy, found: &Coverage) -> JsonCoverage {
    let tally = found.tally(|_| true);
    let goals = found.goals.iter().map(|goal| {
        let (kind, name) = match goal.subject {
            Subject::Rule(rule) => ("rule", policy[rule].name.clone()),
            Subject::RuleTest(rule, _) => ("rule_test", policy[rule].name.clone()),
            Subject::DefinitionTest(id, _) => ("definition_test", policy[id].name.clone()),
            Subject::Option(choice, option) => ("option", policy.choices[choice].options[option].name.clone()),
            Subject::Source(source) => ("source", policy[source].name.clone()),
        };
        let (state, suggestion) = match goal.state {
            State::Seen => ("seen", None),
            State::Missing(suggestion) => ("missing", Some(suggestion)),
            State::Impossible => ("impossible", None),
            State::NotDecided => ("not_decided", None),
        };
        let (file, line, column) = place(policy, goal.subject.place(policy));
        let (sight, scenarios) = (goal.sight.word(), goal.scenarios);
        Goal { kind, name, file, line, column, sight, scenarios, state, suggestion }
    });
    JsonCoverage {
        percent: tally.percent(),
        seen: tally.seen,
        missing: tally.missing,
        not_decided: tally.not_decided,
        impossible: tally.impossible,
        goals: goals.collect(),
        suggestions: found.suggestions.iter().map(|it| policy.written_scenario(&it.draft)).collect(),
    }
}
