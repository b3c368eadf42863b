//! The canonical layout.
//!
//! Tokens are moved, never changed: what comes out has the words, texts and comments that went
//! in, in the same order, and is read again before it is handed on.

#![expect(clippy::indexing_slicing, reason = "words and breaks are those of the part at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "places and widths in a text in memory")]

use super::token::{Kind, Token, tokenize};
use super::{ast, parse, parts_of};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::text::FileId;

/// Lines are broken so that they stay within this many characters, where they can be; texts
/// are never broken.
const WIDTH: usize = 100;

/// Why a file was not laid out.
#[derive(Debug)]
pub enum Refused {
    /// It has mistakes; only what can be read can be laid out.
    Mistakes(Vec<Diagnostic>),
    /// The layout would have changed what the file says: a mistake of ours, found in time.
    Differs,
}

/// Lays a rule file out in the canonical way: line ends are LF, the last one is there, and the
/// byte order mark is not.
///
/// # Errors
/// When the file has mistakes of syntax; names are not looked at. Or when reading the result
/// again does not give the same words and comments.
pub fn format(file: FileId, text: &str, limits: &Limits) -> Result<String, Refused> {
    let mistakes = parse(file, text, limits).1;
    if !mistakes.is_empty() {
        return Err(Refused::Mistakes(mistakes));
    }
    // Only now: mistakes speak of places in the file as it is.
    let text = text.replace("\r\n", "\n");
    let (tokens, _) = tokenize(file, &text);
    let printed = print(&parse(file, &text, limits).0, &words(&text, &tokens));
    let sound = parse(file, &printed, limits).1.is_empty() && faithful(file, &text, &printed);
    if sound { Ok(printed) } else { Err(Refused::Differs) }
}

/// Whether two texts have the same tokens and comments, in the same order.
///
/// The tree is read from the tokens alone, so that the same tokens are the same tree.
fn faithful(file: FileId, before: &str, after: &str) -> bool {
    let said = |text| {
        let tokens = tokenize(file, text).0.into_iter().filter(|token| token.kind != Kind::Space);
        tokens.map(move |token: Token| (token.kind, token.span.of(text).trim_end()))
    };
    said(before).eq(said(after))
}

/// A token with the comments that go with it.
#[derive(Debug)]
struct Word<'a> {
    text: &'a str,
    kind: Kind,
    start: u32,
    /// The comments on the lines above it.
    above: Vec<Remark<'a>>,
    /// Whether an empty line stands before it, or between it and the comments above.
    after_gap: bool,
    /// The comment behind it on its line.
    behind: Option<&'a str>,
}

/// A comment on a line of its own.
#[derive(Debug)]
struct Remark<'a> {
    text: &'a str,
    after_gap: bool,
}

/// The tokens with their comments. The last is empty and has those at the end of the file.
fn words<'a>(text: &'a str, tokens: &[Token]) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'a>> = Vec::new();
    let mut above = Vec::new();
    // At the beginning of a file no word stands before a comment.
    let mut newlines = 1;
    for token in tokens {
        let written = token.span.of(text);
        match token.kind {
            Kind::Space => newlines += written.matches('\n').count(),
            Kind::Comment => {
                let comment = written.trim_end();
                match words.last_mut() {
                    Some(word) if newlines == 0 => word.behind = Some(comment),
                    _ => above.push(Remark { text: comment, after_gap: newlines > 1 }),
                }
                newlines = 0;
            }
            kind => {
                let (above, start) = (std::mem::take(&mut above), token.span.start);
                words.push(Word { text: written, kind, start, above, after_gap: newlines > 1, behind: None });
                newlines = 0;
            }
        }
    }
    words.push(Word { text: "", kind: Kind::Space, start: u32::MAX, above, after_gap: false, behind: None });
    words
}

/// All declarations, with what separates them.
fn print(tree: &ast::File, words: &[Word<'_>]) -> String {
    let mut page = String::new();
    let mut last: Option<Laid<'_>> = None;
    let mut rest = words;
    for next in starts(tree).into_iter().skip(1).chain([u32::MAX]) {
        let (declaration, after) = rest.split_at(rest.partition_point(|word| word.start < next));
        rest = after;
        let Some(first) = declaration.first() else { continue };
        let laid = Laid { opener: first.text, text: declare(declaration) };
        let (apart, attached) = first.above.split_at(detached(first));
        remarks(&mut page, apart);
        let gap = attached.first().map_or(first.after_gap, |remark| remark.after_gap);
        let follows = apart.is_empty() && last.as_ref().is_some_and(|last| last.is_listed_with(&laid));
        if !page.is_empty() && (gap || !follows) {
            page.push('\n');
        }
        attached.iter().for_each(|remark| line(&mut page, 0, remark.text));
        page.push_str(&laid.text);
        last = Some(laid);
    }
    rest.iter().for_each(|end| remarks(&mut page, &end.above));
    page
}

/// Where each declaration begins, and the head of the file.
fn starts(tree: &ast::File) -> Vec<u32> {
    let head = tree.policy.iter().map(|policy| policy.span).chain(tree.imports.iter().map(|import| import.span));
    let declarations = tree.declarations.iter().map(|declaration| declaration.span);
    head.chain(declarations).map(|span| span.start).collect()
}

/// How many of the comments above a declaration are kept apart from it by an empty line.
fn detached(first: &Word<'_>) -> usize {
    if first.after_gap {
        return first.above.len();
    }
    first.above.iter().rposition(|remark| remark.after_gap).unwrap_or(0)
}

fn remarks(page: &mut String, remarks: &[Remark<'_>]) {
    for remark in remarks {
        if remark.after_gap && !page.is_empty() {
            page.push('\n');
        }
        line(page, 0, remark.text);
    }
}

/// A declaration that has its layout.
struct Laid<'a> {
    opener: &'a str,
    text: String,
}

impl Laid<'_> {
    /// Whether the two may stand without an empty line between, as in a list of consequences.
    fn is_listed_with(&self, next: &Laid<'_>) -> bool {
        let one_line = |laid: &Laid<'_>| laid.text.matches('\n').count() == 1;
        self.opener == next.opener && one_line(self) && one_line(next)
    }
}

/// The lines of one declaration, without the comments above it.
fn declare(words: &[Word<'_>]) -> String {
    let opener = words[0].text;
    let begins = |index: &usize| begins_line(opener, &words[..*index], &words[*index]);
    let mut starts: Vec<usize> = std::iter::once(0).chain((1..words.len()).filter(begins)).collect();
    starts.push(words.len());
    let mut lines = Lines { text: String::new() };
    for (number, pair) in starts.windows(2).enumerate() {
        let part = &words[pair[0]..pair[1]];
        if number == 0 {
            lines.part(part, 0, 4, &list_breaks(part));
        } else {
            lines.part(part, 2, 4, &breaks(part));
        }
    }
    lines.text
}

/// Whether a part begins here, on a line of its own.
fn begins_line(opener: &str, before: &[Word<'_>], word: &Word<'_>) -> bool {
    let previous = before.last().map_or("", |word| word.text);
    match word.kind {
        // A language's code may be a word that begins a part elsewhere.
        Kind::Keyword if opener == "source" && previous == "language" => false,
        // These go on with the line: a type, `harm`, what an option sets.
        Kind::Keyword if matches!(word.text, "yes" | "one" | "whole" | "number" | "date" | "harm" | "sets") => false,
        Kind::Keyword => parts_of(opener).contains(&word.text),
        Kind::Text => opener == "claim" && !matches!(previous, "at" | "certainty" | "quote"),
        _ => false,
    }
}

/// A place where a line may be broken, if it is too long.
struct Break {
    /// The word that begins the new line.
    at: usize,
    /// Lines are broken at the lowest rank first. At an even rank all places of the rank are
    /// used, at an odd one only as many as are needed.
    rank: usize,
    /// Whether it is used even where the line is short.
    always: bool,
}

/// Before each `and` and `or`, the outer ones first; after the commas of a list.
fn breaks(part: &[Word<'_>]) -> Vec<Break> {
    let mut depth = 0;
    let mut found = Vec::new();
    for (at, word) in part.iter().enumerate() {
        match word.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            "and" | "or" | "sets" => found.push(Break { at, rank: 2 * depth, always: false }),
            "," => found.push(Break { at: at + 1, rank: 2 * depth + 1, always: false }),
            _ => {}
        }
    }
    found
}

/// Before each value of a fact's list: always, where they are explained.
fn list_breaks(head: &[Word<'_>]) -> Vec<Break> {
    let Some(first) = head.windows(2).position(|pair| pair[0].text == "one" && pair[1].text == "of") else {
        return Vec::new();
    };
    let always = head[first..].iter().any(|word| word.kind == Kind::Text);
    let after_commas = (first + 2..head.len()).filter(|&at| head[at].text == ",").map(|at| at + 1);
    std::iter::once(first + 2).chain(after_commas).map(|at| Break { at, rank: 0, always }).collect()
}

/// The text of a declaration as it grows.
struct Lines {
    text: String,
}

impl Lines {
    /// One part: from a word that begins a line up to the next such.
    ///
    /// Comments inside cut it into pieces, each on lines of its own.
    fn part(&mut self, part: &[Word<'_>], indent: usize, hanging: usize, breaks: &[Break]) {
        let mut start = 0;
        for at in 0..part.len() {
            let margin = if start == 0 { indent } else { hanging };
            if at > 0 || indent > 0 {
                part[at].above.iter().enumerate().for_each(|(number, remark)| {
                    if number == 0 && at > start {
                        self.piece(part, start..at, margin, hanging, breaks);
                        start = at;
                    }
                    line(&mut self.text, if at == 0 { indent } else { hanging }, remark.text);
                });
            }
            let margin = if start == 0 { indent } else { hanging };
            if at + 1 == part.len() || part[at].behind.is_some() {
                self.piece(part, start..at + 1, margin, hanging, breaks);
                start = at + 1;
            }
            if let Some(comment) = part[at].behind {
                self.text.pop();
                self.text.push_str("  ");
                line(&mut self.text, 0, comment);
            }
        }
    }

    /// Some words of a part, without a comment between them: on one line, if they fit. Its breaks
    /// are in the order of their places.
    fn piece(
        &mut self,
        part: &[Word<'_>],
        range: std::ops::Range<usize>,
        indent: usize,
        hanging: usize,
        breaks: &[Break],
    ) {
        let joined = joined(&part[range.clone()]);
        // Found by halving: a long chain has as many pieces as breaks.
        let first = breaks.partition_point(|it| it.at <= range.start);
        let breaks = &breaks[first..breaks.partition_point(|it| it.at < range.end)];
        let rank = breaks.iter().map(|it| it.rank).min();
        let fits = indent + width(&joined) <= WIDTH && !breaks.iter().any(|it| it.always);
        let Some(rank) = rank.filter(|_| !fits) else {
            return line(&mut self.text, indent, &joined);
        };
        let mut start = range.start;
        let mut indent = indent;
        let lowest = breaks.iter().filter(|it| it.rank == rank);
        let places: Vec<usize> = lowest.map(|it| it.at).chain([range.end]).collect();
        for (number, &end) in places.iter().enumerate() {
            let next = places.get(number + 1).filter(|_| rank % 2 == 1);
            let more = next.is_some_and(|&next| indent + width(&self::joined(&part[start..next])) <= WIDTH);
            if !more {
                self.piece(part, start..end, indent, hanging + 2, breaks);
                (start, indent) = (end, hanging);
            }
        }
    }
}

fn line(text: &mut String, indent: usize, words: &str) {
    text.extend(std::iter::repeat_n(' ', indent));
    text.push_str(words);
    text.push('\n');
}

/// The words on one line.
fn joined(words: &[Word<'_>]) -> String {
    let mut line = String::new();
    let mut glued = true;
    for word in words {
        if !glued && !matches!(word.text, "," | ")") {
            line.push(' ');
        }
        line.push_str(word.text);
        glued = word.text == "(";
    }
    line
}

/// The longest line's characters: a text may hold line breaks of its own.
fn width(words: &str) -> usize {
    words.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_token_or_comment_is_noticed() {
        let file = FileId::default();
        let before = "fact a \"x\" : yes or no # why\n";
        assert!(faithful(file, before, "fact   a\n\"x\" : yes or no\n  # why  \n"));
        let others = [
            "fact a \"x\" : yes or no\n",
            "fact a \"x\" : yes or no # how\n",
            "fact b \"x\" : yes or no # why\n",
            "fact a \"x\" : # why\nyes or no\n",
            "fact a \"x \" : yes or no # why\n",
        ];
        assert!(others.iter().all(|after| !faithful(file, before, after)));
    }
}
