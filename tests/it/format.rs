//! The formatter against random layouts: whatever the white space and the comments, the words
//! stay, and the layout is the same the second time.

use ensue::Limits;
use ensue::syntax::{self, Refused};
use ensue::text::FileId;
use proptest::prelude::*;

use crate::generate::{Tape, policy, tapes};

/// Words and comments in their order, read without the product's help: texts between quotes,
/// comments to the end of their line, marks one by one, words between white space.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            c if c.is_whitespace() => {
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '"' => 2 + rest[1..].find('"').expect("generated texts are closed and hold no quotes"),
            '#' => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            ',' | ':' | '(' | ')' => 1,
            _ => rest.find(|c: char| c.is_whitespace() || "\"#,:()".contains(c)).unwrap_or(rest.len()),
        };
        pieces.push(rest[..length].trim_end().to_owned());
        rest = &rest[length..];
    }
    pieces
}

/// What may stand between two words; the first is the plainest.
const GAPS: [&str; 9] = [
    " ",
    "\n",
    "  \t ",
    "\r\n",
    "\n\n\n",
    " # why\n",
    "\n# above\n",
    "\n\n  # apart  \n\n",
    " #behind\r\n# and above\n",
];

fn mangled(text: &str, tape: &mut Tape<'_>, gaps: usize) -> String {
    let gap = |tape: &mut Tape<'_>| GAPS[if tape.pick(3) == 0 { tape.pick(gaps) } else { 0 }];
    let mut out = String::new();
    for piece in pieces(text) {
        out.push_str(&piece);
        out.push_str(gap(tape));
    }
    out
}

fn format(text: &str) -> String {
    match syntax::format(FileId::default(), text, &Limits::default()) {
        Ok(formatted) => formatted,
        Err(Refused::Mistakes(found)) => panic!("generated rules are sound: {}\n{text}", found[0].message),
        Err(Refused::Differs) => panic!("the layout changes what this says:\n{text}"),
    }
}

fn without_empty_lines(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_and_comments_stay_and_the_layout_is_final(choices in tapes(), gaps in tapes()) {
        let text = mangled(&policy(&mut Tape::new(&choices)).join("\n"), &mut Tape::new(&gaps), GAPS.len());
        let formatted = format(&text);
        prop_assert_eq!(pieces(&formatted), pieces(&text));
        prop_assert_eq!(&format(&formatted), &formatted);
        prop_assert!(formatted.lines().all(|line| line.trim_end() == line && !line.contains(['\t', '\r'])));
        prop_assert!(formatted.ends_with('\n') && !formatted.contains("\n\n\n"));
    }

    /// Line breaks and indentation mean nothing; only empty lines between declarations are kept.
    #[test]
    fn white_space_makes_no_difference(choices in tapes(), gaps in tapes()) {
        let text = policy(&mut Tape::new(&choices)).join("\n");
        let other = mangled(&text, &mut Tape::new(&gaps), 5);
        let (formatted, other) = (format(&text), format(&other));
        prop_assert_eq!(without_empty_lines(&formatted), without_empty_lines(&other));
    }
}
