//! What was written: tokens, the tree, and the canonical layout. Resolves no name.

#![expect(clippy::indexing_slicing, reason = "tokens are those that were read, and labels those that were given")]
#![expect(clippy::arithmetic_side_effects, reason = "nesting, and tokens that are left")]

mod advice;
pub mod ast;
mod characters;
mod grammar;
mod input;
mod print;
pub mod token;
mod unexpected;

use std::collections::HashSet;

use nom::Err;

use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{Limit, Limits};
use crate::never::never;
use crate::text::{FileId, Place, Span};
pub use characters::decode;
use input::{Input, Mistake, Why};
pub use print::{Refused, format};
use token::{Kind, OPENERS, Token};
use unexpected::Unexpected;

/// Reads one file: the tree as far as it could be read, and every mistake, in order of place.
///
/// After a mistake, reading goes on with the next declaration. Of a file with too long a line nothing is read.
#[must_use]
pub fn parse(file: FileId, text: &str, limits: &Limits) -> (ast::File, Vec<Diagnostic>) {
    if let Some(report) = characters::long_line(file, text, limits) {
        return (ast::File::default(), vec![report]);
    }
    let mut diagnostics = characters::inspect(file, text);
    if characters::looks_like_utf16(text) {
        return (ast::File::default(), diagnostics);
    }
    let (tokens, lexical) = token::tokenize(file, text);
    diagnostics.extend(lexical);
    let significant: Vec<Token> = tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
    let unfinished = |it: &&Diagnostic| it.code == Code::UnfinishedText;
    let unfinished = diagnostics.iter().filter(unfinished).map(|it| it.labels[0].place.span.start).collect();
    let mut reader =
        Reader { file, limits, tree: ast::File::default(), diagnostics, unfinished, retracted: HashSet::new() };
    if significant.is_empty() && reader.diagnostics.is_empty() {
        reader.diagnostics.push(empty(file));
    }
    reader.read(Input::new(text, &significant, limits));
    reader.retract();
    reader.diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.place.span.start));
    (reader.tree, reader.diagnostics)
}

fn empty(file: FileId) -> Diagnostic {
    Diagnostic::error(Code::EmptyFile, "this file declares nothing")
        .at(Place { file, ..Place::default() }, "")
        .help("begin with a `fact`, a `consequence` and a `rule`; `docs/tutorial.md` shows how")
}

struct Reader<'l> {
    file: FileId,
    limits: &'l Limits,
    tree: ast::File,
    diagnostics: Vec<Diagnostic>,
    /// Where texts without a closing quote begin.
    unfinished: HashSet<u32>,
    /// Where words begin that were refused by themselves, and are part of another mistake.
    retracted: HashSet<u32>,
}

impl Reader<'_> {
    fn read(&mut self, mut input: Input<'_>) {
        while input.next().is_some() {
            let rest = match input.word().to_ascii_lowercase().as_str() {
                "policy" => grammar::policy(input).map(|(rest, policy)| self.policy(rest, policy)),
                "import" => grammar::import(input).map(|(rest, import)| self.import(rest, import)),
                _ => grammar::declaration(input).map(|(rest, declaration)| {
                    self.tree.declarations.push(declaration);
                    rest
                }),
            };
            input = match rest {
                Ok(rest) => self.after_declaration(input, rest),
                Err(Err::Error(mistake) | Err::Failure(mistake)) => {
                    self.broken(input);
                    self.report(input, &mistake);
                    next_opener(input.skip(if is_opener_as_name(input) { 2 } else { 1 }))
                }
                Err(Err::Incomplete(_)) => never("the grammar reads whole files"),
            };
        }
    }

    fn place(&self, span: crate::text::Span) -> Place {
        Place { file: self.file, span }
    }

    fn policy<'a>(&mut self, rest: Input<'a>, policy: ast::Policy) -> Input<'a> {
        let first = self.tree.policy.is_none() && self.tree.imports.is_empty() && self.is_first();
        if !first {
            let report = Diagnostic::error(Code::OutOfOrder, "a file has one `policy` line, before all else")
                .at(self.place(policy.span), "")
                .help("move it to the top of the file, or remove it");
            self.diagnostics.push(report);
        }
        self.tree.policy.get_or_insert(policy);
        rest
    }

    fn import<'a>(&mut self, rest: Input<'a>, import: ast::Import) -> Input<'a> {
        if !self.is_first() {
            let report = Diagnostic::error(Code::OutOfOrder, "imports stand before all declarations")
                .at(self.place(import.span), "")
                .help("move this line up, below the `policy` line");
            self.diagnostics.push(report);
        }
        self.tree.imports.push(import);
        rest
    }

    /// Whether no declaration was met yet.
    fn is_first(&self) -> bool {
        self.tree.declarations.is_empty() && self.tree.broken.is_empty()
    }

    /// Goes on with the next declaration; what stands between is one mistake.
    fn after_declaration<'a>(&mut self, start: Input<'a>, rest: Input<'a>) -> Input<'a> {
        if rest.next().is_none() || is_opener(rest) {
            return rest;
        }
        self.report(start, &rest.mistake(Why::Wanted("the next declaration")));
        self.cut_off(start, rest);
        next_opener(rest)
    }

    /// A declaration that goes on in its line was not read as it was meant: what follows from
    /// half of it, such as a fact that is compared with nothing, is no mistake of its own.
    fn cut_off(&mut self, start: Input<'_>, rest: Input<'_>) {
        let taken = start.tokens().len() - rest.tokens().len();
        let goes_on = !start.is_line_end_between(start.tokens()[taken - 1], start.tokens()[taken]);
        let is_it = |last: &mut ast::Declaration| goes_on && last.span.start == start.here().start;
        if self.tree.declarations.pop_if(is_it).is_some() {
            self.broken(start);
        }
    }

    /// Remembers the name of a declaration that could not be read.
    fn broken(&mut self, start: Input<'_>) {
        if let (true, Ok((_, name))) = (is_opener(start), input::name(start.skip(1))) {
            self.tree.broken.push(ast::Broken { keyword: start.word().to_ascii_lowercase(), name });
        }
    }

    fn report(&mut self, start: Input<'_>, mistake: &Mistake) {
        let place = self.place(mistake.at);
        let diagnostic = match &mistake.why {
            Why::Wanted(wanted) => match self.unexpected(start, mistake, wanted) {
                Some(diagnostic) => diagnostic,
                None => return,
            },
            Why::TooDeep => {
                let most = self.limits.of(Limit::Nesting);
                let message = format!("parentheses and `not` are nested more than {most} deep here");
                Diagnostic::error(Code::NestingTooDeep, message)
                    .at(place, format!("this is level {}", most + 1))
                    .help("give the inner condition a name with `define` and use the name")
                    .help(self.limits.raise(Limit::Nesting))
            }
            Why::Mixed(readings) => {
                let shown = readings.iter().any(|reading| reading.len() <= LONG_READING);
                let report = Diagnostic::error(Code::MixedAndOr, "`and` and `or` are mixed without parentheses")
                    .at(place, "this can be read in two ways");
                if shown {
                    report
                        .help(format!("if the `and`s belong together: {}", one_line(&readings[0])))
                        .help(format!("if the `or`s belong together: {}", one_line(&readings[1])))
                } else {
                    report.help("put parentheses around the parts that belong together")
                }
            }
        };
        self.diagnostics.push(diagnostic);
    }

    /// Takes back what was said about words that are part of another mistake.
    fn retract(&mut self) {
        let is_lexical =
            |code| matches!(code, Code::BadName | Code::BadNumber | Code::BadDate | Code::UnexpectedCharacter);
        let begins = |it: &Diagnostic| it.labels[0].place.span.start;
        self.diagnostics.retain(|it| !(is_lexical(it.code) && self.retracted.contains(&begins(it))));
    }

    /// What a token where something else was wanted is reported as; nothing, if it was
    /// reported already.
    fn unexpected(&mut self, start: Input<'_>, mistake: &Mistake, wanted: &str) -> Option<Diagnostic> {
        let taken = start.tokens().partition_point(|token| token.span.start < mistake.at.start);
        let before = start.tokens()[..taken].last().copied();
        let Some(token) = start.skip(taken).next() else {
            return self.cut_short(before, wanted);
        };
        let unexpected = Unexpected { start, taken, wanted, place: self.place(mistake.at) };
        // What was refused here is not reported again, and so is not taken back either.
        let others = unexpected.no_names().iter().skip(usize::from(token.kind == Kind::Bad));
        self.retracted.extend(others.map(|other| other.span.start));
        if token.kind == Kind::Bad || before.is_some_and(|text| self.unfinished.contains(&text.span.start)) {
            return None;
        }
        Some(unexpected.report())
    }

    /// The file ends where something was wanted: marked behind its last word.
    fn cut_short(&self, last: Option<Token>, wanted: &str) -> Option<Diagnostic> {
        if !self.unfinished.is_empty() {
            return None;
        }
        let end = last.map_or(0, |token| token.span.end as usize);
        let message = format!("expected {wanted}, and the file ends here");
        Some(Diagnostic::error(Code::Syntax, message).at(self.place(Span::new(end, end)), ""))
    }
}

/// Readings longer than this, in bytes, are not shown.
const LONG_READING: usize = 300;

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONG_READING) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

fn is_opener(input: Input<'_>) -> bool {
    let keyword = input.next().is_some_and(|token| token.kind == Kind::Keyword);
    keyword && OPENERS.iter().any(|opener| opener.eq_ignore_ascii_case(input.word()))
}

/// Whether the second word of a declaration is one that begins declarations and was meant as the
/// name: `rule rule "R"`. A declaration that begins there would stand on a line of its own, or
/// have a name.
fn is_opener_as_name(start: Input<'_>) -> bool {
    let [first, second, third, ..] = start.tokens() else { return false };
    let in_line = !start.is_line_end_between(*first, *second);
    is_opener(start) && is_opener(start.skip(1)) && in_line && third.kind != Kind::Name
}

fn next_opener(mut input: Input<'_>) -> Input<'_> {
    while input.next().is_some() && !is_opener(input) {
        input = input.skip(1);
    }
    input
}

/// The words that begin the parts of a declaration, in their order.
fn parts_of(opener: &str) -> &'static [&'static str] {
    match opener {
        "policy" => &["as"],
        "source" => &["by", "published", "accessed", "url", "archived", "language", "quoted", "note"],
        "claim" => &["by", "at", "context", "certainty", "quote", "repeats", "supports", "contradicts"],
        "fact" => &["yes", "one", "whole", "number", "date", "ask", "note"],
        "consequence" => &["harm", "law", "note"],
        "define" => &["as"],
        "rule" => &["per", "assumes", "in", "when", "unless", "then", "overrides"],
        "choice" => &["option", "sets"],
        "scenario" => &["on", "given", "expect"],
        _ => &[],
    }
}
