//! What is asked of every rule file: places that are places, words that can be shown, a layout that says the same.

use ensue::diagnostic::Diagnostic;
use ensue::syntax;
use ensue::text::{FileId, Files};
use ensue::{Diagnostics, Limits, Policy, report};

/// Reads rules that stand in one file.
///
/// # Errors
/// What is wrong with them.
pub fn load(bytes: &[u8]) -> Result<Policy, Diagnostics> {
    Policy::load("rules.ensue", |path| match path {
        "rules.ensue" => Ok(bytes.to_vec().into()),
        _ => Err("there is no such file".into()),
    })
}

/// Reads rules that a target wrote itself, and that have no mistakes.
pub fn sound(text: &str) -> Policy {
    load(text.as_bytes()).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

/// Every place lies in its file, and each finding can be shown.
pub fn check_findings<'a>(files: &Files, found: impl IntoIterator<Item = &'a Diagnostic>) {
    for finding in found {
        let labels = finding.labels.iter().map(|label| label.place);
        for place in labels.chain(finding.fixes.iter().map(|fix| fix.place)) {
            let text = &files[place.file].text;
            assert!(text.get(place.span.range()).is_some(), "{}: {place:?} in {text:?}", finding.message);
        }
        let shown = without_colours(&report::diagnostic(files, finding));
        assert!(shown.contains(finding.code.name()), "{shown}");
        check_terminal(&shown);
        let line = report::github(files, finding);
        assert_eq!(line.lines().count(), 1, "a command is one line: {line:?}");
    }
}

/// Nothing that a terminal would obey but line ends; a tab moves no further than a space may.
pub fn check_terminal(shown: &str) {
    let wrong = shown.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert!(wrong.is_none(), "{wrong:?} in {shown:?}");
}

/// A text without the codes for colours, which are all that it may hold of escape codes.
pub fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        let is_colour = |code: &str| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';');
        match code {
            Some((code, rest)) if is_colour(code) => plain.push_str(rest),
            Some(_) | None => panic!("an escape code that is no colour in {text:?}"),
        }
    }
    plain
}

/// The layout of a file without mistakes has none, means the same, and is its own layout.
pub fn check_layout(text: &str, policy: &Policy) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let formatted = syntax::format(FileId::default(), text, &Limits::default())
        .unwrap_or_else(|why| panic!("{why:?} for {text:?}"));
    let again = load(formatted.as_bytes()).unwrap_or_else(|found| panic!("{found}\n{text:?}\n{formatted:?}"));
    assert_eq!(meaning(&again), meaning(policy), "{text:?}\n{formatted:?}");
    let twice = syntax::format(FileId::default(), &formatted, &Limits::default())
        .unwrap_or_else(|why| panic!("{why:?}: {formatted:?}"));
    assert_eq!(twice, formatted, "{text:?}");
}

/// All that a policy holds but the places where it stands, as text. Line ends in texts are LF in the layout.
fn meaning(policy: &Policy) -> String {
    let Policy {
        name, label, as_of, sources, claims, facts, definitions, consequences, rules, choices, scenarios, ..
    } = policy;
    let said = format!(
        "{:?}{:?}",
        (name, label, as_of, sources, claims, facts, definitions),
        (consequences, rules, choices, scenarios)
    );
    let mut parts = said.split("Span {");
    let mut meaning = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A span's numbers stand before the first brace.
        meaning.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    meaning.replace("\\r\\n", "\\n")
}

/// A text as rule files write it, without the characters that may stand nowhere in one.
pub fn quoted(text: &str) -> String {
    let changes_direction =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let kept: String = text.chars().filter(|c| !matches!(c, '\0' | '\r') && !changes_direction(*c)).collect();
    format!("\"{}\"", kept.replace('\\', "\\\\").replace('"', "\\\""))
}
