//! What the scenarios of a policy show of it, what none shows, and scenarios that would.

use super::{HEADING, escaped, one_line, paragraph, plain, styled};
use crate::analysis::coverage::{Coverage, Goal, Sight, State, Subject};
use crate::model::Policy;
use crate::report::Detail;
use crate::text::Place;

/// What is missing first, each with a scenario that would show it; then how much is seen.
#[must_use]
pub fn coverage(policy: &Policy, found: &Coverage, detail: Detail) -> String {
    let mut out = String::new();
    missing(&mut out, policy, found);
    listed(&mut out, policy, found, State::NotDecided, "Too large to be decided, and not counted as seen");
    if found.goals.iter().any(|goal| goal.state == State::NotDecided) {
        paragraph(&mut out, "", &policy.limits.decide_more());
    }
    heading(&mut out, "What the scenarios show");
    summary(&mut out, found);
    if detail == Detail::Full {
        listed(&mut out, policy, found, State::Impossible, "What no profile can show, and is not counted");
        details(&mut out, policy, found);
    }
    out
}

fn heading(out: &mut String, text: &str) {
    let before = if out.is_empty() { "" } else { "\n" };
    out.push_str(&format!("{before}{}\n", styled(HEADING, text)));
}

fn missing(out: &mut String, policy: &Policy, found: &Coverage) {
    if found.suggestions.is_empty() {
        return;
    }
    heading(out, "What no scenario shows, each with a scenario that would");
    for suggestion in &found.suggestions {
        out.push('\n');
        for goal in suggestion.goals.iter().map(|goal| &found.goals[*goal]) {
            item(out, policy, goal);
        }
        out.push('\n');
        let scenario = policy.written_scenario(&suggestion.draft);
        scenario.lines().for_each(|line| out.push_str(&format!("    {}\n", escaped(line))));
    }
    out.push('\n');
    paragraph(
        out,
        "",
        "Each expects what follows by the rules as they are: compare it with what is reported before it is kept.",
    );
}

fn listed(out: &mut String, policy: &Policy, found: &Coverage, state: State, title: &str) {
    let mut goals = found.goals.iter().filter(|goal| goal.state == state).peekable();
    if goals.peek().is_some() {
        heading(out, title);
        goals.for_each(|goal| item(out, policy, goal));
    }
}

fn item(out: &mut String, policy: &Policy, goal: &Goal) {
    paragraph(out, "- ", &format!("{} ({})", plain(&goal.words(policy)), location(policy, goal.subject)));
}

fn location(policy: &Policy, subject: Subject) -> String {
    let Place { file, span } = subject.place(policy);
    let file = &policy.files[file];
    format!("{}:{}", one_line(&file.name), file.position(span.start).line)
}

fn summary(out: &mut String, found: &Coverage) {
    type Kind = (&'static str, fn(Subject) -> bool);
    let kinds: [Kind; 4] = [
        ("rules", |subject| matches!(subject, Subject::Rule(_))),
        ("tests", |subject| matches!(subject, Subject::RuleTest(..) | Subject::DefinitionTest(..))),
        ("options", |subject| matches!(subject, Subject::Option(..))),
        ("sources", |subject| matches!(subject, Subject::Source(_))),
    ];
    for (what, is_it) in kinds {
        let mut sights: Vec<Sight> = Vec::new();
        for goal in found.goals.iter().filter(|goal| is_it(goal.subject)) {
            if !sights.contains(&goal.sight) {
                sights.push(goal.sight);
            }
        }
        let count = |sight: &Sight| {
            let tally = found.tally(|goal| is_it(goal.subject) && goal.sight == *sight);
            format!("{} {} of {}", sight.word(), tally.seen, tally.all())
        };
        let counts: Vec<String> = sights.iter().map(count).collect();
        if !counts.is_empty() {
            out.push_str(&format!("  {what:<8}  {}\n", counts.join(", ")));
        }
    }
    let all = found.tally(|_| true);
    out.push_str(&format!("  {:<8}  {} of {}, {} %\n", "all", all.seen, all.all(), all.percent()));
}

/// Each rule, definition, option and source with the numbers of its scenarios.
fn details(out: &mut String, policy: &Policy, found: &Coverage) {
    heading(out, "In how many scenarios");
    let mut at = 0;
    while let Some(first) = found.goals.get(at) {
        let same = found.goals[at..].iter().take_while(|goal| goal.subject == first.subject);
        let counts: Vec<String> = same.map(|goal| format!("{} {}", goal.sight.word(), goal.scenarios)).collect();
        at += counts.len();
        let indent = match first.subject {
            Subject::RuleTest(..) | Subject::DefinitionTest(..) => "    ",
            Subject::Rule(_) | Subject::Option(..) | Subject::Source(_) => "  ",
        };
        paragraph(out, indent, &format!("{}: {}", plain(&first.subject.words(policy)), counts.join(", ")));
    }
}
