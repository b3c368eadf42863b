//! Changes to a rule file that mend what was found, without touching a line that is not concerned.

use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::syntax;
use crate::syntax::token::{Kind, Token, tokenize};
use crate::text::{Place, Span};

/// Takes out the declaration in which `place` stands, with the empty line after it, where it
/// stands on lines of its own and no comment belongs to it.
pub(super) fn without_declaration(policy: &Policy, place: Place, finding: Diagnostic) -> Diagnostic {
    let text = &policy.files[place.file].text;
    let declarations = syntax::parse(place.file, text).0.declarations;
    let holds = |span: &Span| span.start <= place.span.start && place.span.end <= span.end;
    let Some(span) = declarations.iter().map(|it| it.span).find(holds) else { return finding };
    match whole_lines(text, span) {
        Some(lines) if !has_comment_near(policy, place, lines) => {
            finding.certain_fix(Place { file: place.file, span: lines }, "")
        }
        _ => finding,
    }
}

/// The lines of a declaration and the empty one after them, if nothing else stands on them.
fn whole_lines(text: &str, span: Span) -> Option<Span> {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &text[span.end as usize..];
    let line_end = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
    let alone = text[start..span.start as usize].trim().is_empty() && rest[..line_end].trim().is_empty();
    let mut end = span.end as usize + line_end;
    if let Some(next) = text[end..].find('\n')
        && text[end..end + next].trim().is_empty()
    {
        end += next + 1;
    }
    alone.then(|| Span::new(start, end))
}

/// Whether a comment stands on these lines or on the line above them.
fn has_comment_near(policy: &Policy, place: Place, lines: Span) -> bool {
    let text = &policy.files[place.file].text;
    let before = text[..lines.start as usize].trim_end_matches('\n');
    let above = before.rfind('\n').map_or(0, |newline| newline + 1);
    let comment = |token: &Token| {
        token.kind == Kind::Comment && above <= token.span.start as usize && token.span.end <= lines.end
    };
    tokenize(place.file, text).0.iter().any(comment)
}

/// Takes out an `unless` with its condition, the last part of which ends before `then`.
pub(super) fn without_unless(policy: &Policy, condition: Place, finding: Diagnostic) -> Diagnostic {
    let tokens = significant(policy, condition);
    let text = &policy.files[condition.file].text;
    let is = |token: &&Token, word: &str| token.kind == Kind::Keyword && token.span.of(text) == word;
    let before = tokens.iter().filter(|token| token.span.end <= condition.span.start);
    let (Some(unless), Some(then)) = (
        before.rev().find(|token| is(token, "unless")),
        tokens.iter().filter(|token| token.span.start >= condition.span.end).find(|token| is(token, "then")),
    ) else {
        return finding;
    };
    taken_out(policy, condition, unless.span.start, then.span.start, finding)
}

/// Takes the name of a rule out of the `overrides` of another, and the word with the last name.
pub(super) fn without_override(policy: &Policy, rule: Place, name: &str, finding: Diagnostic) -> Diagnostic {
    let tokens = significant(policy, rule);
    let text = &policy.files[rule.file].text;
    let from = tokens.partition_point(|token| token.span.start <= rule.span.start);
    let Some(overrides) =
        tokens[from..].iter().position(|token| token.span.of(text) == "overrides" && token.kind == Kind::Keyword)
    else {
        return finding;
    };
    let list = from + overrides + 1;
    let is_listed = |token: &&Token| token.kind == Kind::Name || token.span.of(text) == ",";
    let length = tokens[list..].iter().take_while(is_listed).count();
    let names = &tokens[list..list + length];
    let Some(index) = names.iter().position(|token| token.span.of(text) == name) else { return finding };
    let (start, end) = match (names.len(), index) {
        (1, _) => (tokens[list - 1].span.start, names[0].span.end),
        (_, 0) => (names[0].span.start, names[2].span.start),
        _ => (names[index - 1].span.start, names[index].span.end),
    };
    taken_out(policy, rule, start, end, finding)
}

/// The tokens of a file without white space and comments.
fn significant(policy: &Policy, place: Place) -> Vec<Token> {
    let tokens = tokenize(place.file, &policy.files[place.file].text).0;
    tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect()
}

/// A fix that removes some words with the white space before them, unless a comment would go too.
/// It changes no answer, and perhaps not what was meant: so it is not made unasked.
fn taken_out(policy: &Policy, place: Place, start: u32, end: u32, finding: Diagnostic) -> Diagnostic {
    let text = &policy.files[place.file].text;
    let words = text[..end as usize].trim_end();
    let start = text[..start as usize].trim_end().len();
    let span = Span::new(start, words.len());
    let comment =
        |token: &Token| token.kind == Kind::Comment && token.span.start < span.end && span.start <= token.span.start;
    if tokenize(place.file, text).0.iter().any(comment) {
        return finding;
    }
    finding.fix(Place { file: place.file, span }, "")
}
