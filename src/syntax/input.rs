//! What the grammar reads: a file's tokens without white space and comments.

#![expect(clippy::indexing_slicing, reason = "as many tokens are skipped as there are")]
#![expect(clippy::arithmetic_side_effects, reason = "what is left is a part of what there was")]

use nom::{Err, IResult, Parser};

use super::ast;
use super::token::{Kind, Token};
use crate::limits::{Limit, Limits};
use crate::text::Span;

/// What is still to be read.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    text: &'a str,
    tokens: &'a [Token],
    /// How many parentheses and `not`s are open.
    pub depth: u64,
    /// How many may be: without a limit a text of nothing but `(` would overflow the stack, which no
    /// program can recover from.
    pub nesting: u64,
}

/// What a parser returns; a [`Mistake`] becomes one diagnostic.
pub type Parsed<'a, T> = IResult<Input<'a>, T, Mistake>;

/// Why reading stopped, and at which span.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Where.
    pub at: Span,
    /// Why.
    pub why: Why,
}

/// Why reading stopped.
#[derive(Clone, Debug)]
pub enum Why {
    /// This was wanted, in a reader's words.
    Wanted(&'static str),
    /// `and` and `or` are mixed; the two ways to read it.
    Mixed(Box<[String; 2]>),
    /// Nested deeper than is read.
    TooDeep,
}

impl<'a> nom::error::ParseError<Input<'a>> for Mistake {
    fn from_error_kind(input: Input<'a>, _: nom::error::ErrorKind) -> Self {
        // Nothing of nom is shown: `expect` and the callers of `many` say what was wanted.
        input.mistake(Why::Wanted("something else"))
    }

    fn append(_: Input<'a>, _: nom::error::ErrorKind, other: Self) -> Self {
        other
    }
}

impl<'a> Input<'a> {
    /// All of a file; `tokens` without white space and comments.
    pub fn new(text: &'a str, tokens: &'a [Token], limits: &Limits) -> Self {
        Self { text, tokens, depth: 0, nesting: limits.of(Limit::Nesting) }
    }

    /// The next token.
    pub fn next(self) -> Option<Token> {
        self.tokens.first().copied()
    }

    /// The tokens still to be read.
    pub fn tokens(self) -> &'a [Token] {
        self.tokens
    }

    /// What stands in `span`.
    pub fn slice(self, span: Span) -> &'a str {
        span.of(self.text)
    }

    /// Whether a line ends between two tokens.
    pub fn is_line_end_between(self, before: Token, after: Token) -> bool {
        self.slice(Span { start: before.span.end, end: after.span.start }).contains('\n')
    }

    /// The text of the next token; empty at the end of the file.
    pub fn word(self) -> &'a str {
        self.next().map_or("", |token| token.span.of(self.text))
    }

    /// The input after `count` tokens.
    pub fn skip(self, count: usize) -> Self {
        Self { tokens: &self.tokens[count..], ..self }
    }

    /// The same input, with so many parentheses and `not`s open.
    pub fn at_depth(self, depth: u64) -> Self {
        Self { depth, ..self }
    }

    /// Where the next token stands; at the end of the file, its last byte's end.
    pub fn here(self) -> Span {
        let end = Span::new(self.text.len(), self.text.len());
        self.next().map_or(end, |token| token.span)
    }

    /// From where `self` begins to where the last token before `rest` ends.
    pub fn span_to(self, rest: Input<'_>) -> Span {
        let taken = self.tokens.len() - rest.tokens.len();
        match self.tokens[..taken] {
            [] => self.here(),
            [first, ..] => first.span.to(self.tokens[taken - 1].span),
        }
    }

    /// A mistake at the next token.
    pub fn mistake(self, why: Why) -> Mistake {
        Mistake { at: self.here(), why }
    }

    fn error<T>(self, wanted: &'static str) -> Parsed<'a, T> {
        Err(Err::Error(self.mistake(Why::Wanted(wanted))))
    }

    fn token(self, wanted: &'static str, kind: impl Fn(Kind) -> bool) -> Parsed<'a, Span> {
        match self.next() {
            Some(token) if kind(token.kind) => Ok((self.skip(1), token.span)),
            _ => self.error(wanted),
        }
    }
}

/// A reserved word, or several that belong together: `keyword("as of")`.
///
/// The words are compared without case: one in upper case was reported when it was read.
pub fn keyword<'a>(words: &'static str) -> impl Parser<Input<'a>, Output = Span, Error = Mistake> {
    move |input: Input<'a>| {
        let mut rest = input;
        for word in words.split(' ') {
            let is_it = rest.next().is_some_and(|token| token.kind == Kind::Keyword);
            if !is_it || !rest.word().eq_ignore_ascii_case(word) {
                return input.error(words);
            }
            rest = rest.skip(1);
        }
        Ok((rest, input.span_to(rest)))
    }
}

/// A mark such as `,` or `<=`.
pub fn mark<'a>(mark: &'static str) -> impl Parser<Input<'a>, Output = Span, Error = Mistake> {
    move |input: Input<'a>| match input.next() {
        Some(token) if token.kind == Kind::Mark && input.word() == mark => Ok((input.skip(1), token.span)),
        _ => input.error(mark),
    }
}

/// After the word that commits: what is missing here is a mistake, and this was wanted.
pub fn expect<'a, T>(
    wanted: &'static str,
    mut parser: impl Parser<Input<'a>, Output = T, Error = Mistake>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, T> {
    move |input| {
        parser.parse(input).map_err(|error| match error {
            Err::Error(_) => Err::Failure(input.mistake(Why::Wanted(wanted))),
            other => other,
        })
    }
}

/// As many as there are, none included.
pub fn many<'a, T>(
    mut parser: impl Parser<Input<'a>, Output = T, Error = Mistake>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, Vec<T>> {
    // nom's `many0` wants its own `Input` trait, a hundred lines that nothing else would use.
    move |mut input| {
        let mut items = Vec::new();
        loop {
            match parser.parse(input) {
                Ok((rest, item)) => {
                    items.push(item);
                    input = rest;
                }
                Err(Err::Error(_)) => return Ok((input, items)),
                Err(other) => return Err(other),
            }
        }
    }
}

/// One or more, with commas between; `wanted` is what a comma must be followed by.
pub fn list<'a, T>(
    wanted: &'static str,
    mut parser: impl Parser<Input<'a>, Output = T, Error = Mistake>,
) -> impl FnMut(Input<'a>) -> Parsed<'a, Vec<T>> {
    move |input| {
        let (mut input, first) = parser.parse(input)?;
        let mut items = vec![first];
        while let Ok((rest, _)) = mark(",").parse(input) {
            let (rest, item) = expect(wanted, |input| parser.parse(input))(rest)?;
            items.push(item);
            input = rest;
        }
        Ok((input, items))
    }
}

// name = letter { letter | digit | "_" } ;
pub fn name(input: Input<'_>) -> Parsed<'_, ast::Name> {
    let (rest, span) = input.token("a name", |kind| matches!(kind, Kind::Name | Kind::BadName))?;
    Ok((rest, ast::Name { text: span.of(input.text).to_owned(), span }))
}

/// A name, or a reserved word in its place: the codes of languages, `no` and `is` among them.
pub fn word(input: Input<'_>) -> Parsed<'_, ast::Name> {
    let (rest, span) = input.token("a word", |kind| matches!(kind, Kind::Name | Kind::BadName | Kind::Keyword))?;
    Ok((rest, ast::Name { text: span.of(input.text).to_owned(), span }))
}

// text = '"' … '"' ;
pub fn text(input: Input<'_>) -> Parsed<'_, ast::Text> {
    let (rest, span) = input.token("a text between quotes", |kind| kind == Kind::Text)?;
    let written = span.of(input.text);
    // A text without an end was reported and has no closing quote.
    let body = written.strip_prefix('"').unwrap_or(written);
    let body = body.strip_suffix('"').unwrap_or(body);
    Ok((rest, ast::Text { value: unescape(body), span }))
}

/// What a text says: escapes replaced, and every line end LF, so that a file saved with CRLF
/// says the same.
fn unescape(body: &str) -> String {
    if !body.contains(['\\', '\r']) {
        return body.to_owned();
    }
    let body = body.replace("\r\n", "\n");
    let mut value = String::with_capacity(body.len());
    let mut characters = body.chars();
    while let Some(c) = characters.next() {
        value.push(if c == '\\' { characters.next().unwrap_or(c) } else { c });
    }
    value
}

// date = 2025-03-07 ;
pub fn date(input: Input<'_>) -> Parsed<'_, ast::Literal> {
    let (rest, span) = input.token("a date such as 2025-03-07", |kind| kind == Kind::Date)?;
    Ok((rest, ast::Literal { kind: ast::LiteralKind::Date(span.of(input.text).to_owned()), span }))
}

// number = [ "-" ] digits [ "." digits ], "_" between digits ;
pub fn number(input: Input<'_>) -> Parsed<'_, ast::Literal> {
    let (rest, span) = input.token("a number", |kind| kind == Kind::Number)?;
    Ok((rest, ast::Literal { kind: ast::LiteralKind::Number(span.of(input.text).to_owned()), span }))
}
