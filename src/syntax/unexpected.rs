//! What is said about a token that stands where something else was wanted.

#![expect(clippy::indexing_slicing, reason = "the token that was not expected is one of those at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "its place among them")]

use super::input::Input;
use super::token::{Kind, OPENERS, Token};
use super::{is_opener, is_opener_as_name, one_line, parts_of};
use crate::diagnostic::{Code, Diagnostic, nearest, or_list};
use crate::text::Place;

/// A token that stands where something else was wanted.
pub(super) struct Unexpected<'a> {
    /// The declaration, from its first word on.
    pub start: Input<'a>,
    /// How many tokens of it come before.
    pub taken: usize,
    /// What was wanted, in a reader's words.
    pub wanted: &'a str,
    /// Where the token stands.
    pub place: Place,
}

impl Unexpected<'_> {
    /// What was found and what was wanted, with advice where there is some.
    pub fn report(&self) -> Diagnostic {
        if self.taken == 0 && !is_opener(self.start) {
            return self.outside();
        }
        if self.is_behind_a_quote() {
            let help = "a quote inside a text is written `\\\"`; or a text further up has no closing quote";
            return self.expected(Code::Syntax).help(help);
        }
        if let Some(advice) = self.advice() {
            return self.expected(Code::Syntax).help(advice);
        }
        if self.is_reserved_name() {
            return self.reserved_name();
        }
        let opener = self.start.word();
        let order = order_of(opener).filter(|_| is_out_of_order(self.start, self.taken));
        match (self.token().kind, order) {
            (Kind::Keyword, Some(order)) => self.expected(Code::OutOfOrder).help(order),
            (Kind::Name, _) if self.is_behind(Kind::Name) && self.wanted == "the next declaration" => {
                self.expected(Code::Syntax).help("the items of a list are separated by commas")
            }
            (Kind::Name, _) => {
                let known: Vec<&str> = parts_of(opener).iter().chain(OPENERS).copied().collect();
                self.with_spelling(self.expected(Code::Syntax), &known, choices(self.wanted))
            }
            _ => choices(self.wanted).into_iter().fold(self.expected(Code::Syntax), Diagnostic::help),
        }
    }

    /// The tokens that were not meant as names: the unexpected one, or the words that were meant
    /// as a text or a date. That they cannot be names is no mistake of its own.
    pub fn no_names(&self) -> &[Token] {
        if self.wanted.contains("in quotes") || self.wanted.starts_with("a date") || self.is_behind_a_quote() {
            self.run()
        } else if self.token().kind == Kind::BadName {
            &self.start.tokens()[self.taken..=self.taken]
        } else {
            &[]
        }
    }

    /// Whether a text ends where it begins: the quote between was probably meant to stand inside
    /// the text.
    fn is_behind_a_quote(&self) -> bool {
        let touches = |text: Token| text.kind == Kind::Text && text.span.end == self.token().span.start;
        self.before().is_some_and(touches)
    }

    fn token(&self) -> Token {
        self.start.tokens()[self.taken]
    }

    fn word(&self) -> String {
        one_line(self.start.skip(self.taken).word())
    }

    fn before(&self) -> Option<Token> {
        self.start.tokens()[..self.taken].last().copied()
    }

    fn is_behind(&self, kind: Kind) -> bool {
        self.before().is_some_and(|token| token.kind == kind)
    }

    fn shown(&self) -> String {
        if self.token().kind == Kind::Text { "a text".to_owned() } else { format!("`{}`", self.word()) }
    }

    fn expected(&self, code: Code) -> Diagnostic {
        Diagnostic::error(code, format!("expected {}, found {}", self.wanted, self.shown())).at(self.place, "")
    }

    /// What stands where a declaration should begin.
    fn outside(&self) -> Diagnostic {
        let report = Diagnostic::error(Code::Syntax, format!("expected a declaration, found {}", self.shown()));
        let openers = format!("a declaration begins with {}", or_list(&OPENERS[2..]));
        self.with_spelling(report.at(self.place, ""), OPENERS, Some(&openers))
    }

    /// Whether it is a word of the language where a name was wanted.
    fn is_reserved_name(&self) -> bool {
        let wants_name = self.wanted.contains("a name") || self.wanted.contains("the name");
        let begins_next = is_opener(self.start.skip(self.taken));
        let is_name = !begins_next || self.taken == 1 && is_opener_as_name(self.start);
        self.token().kind == Kind::Keyword && wants_name && is_name
    }

    fn reserved_name(&self) -> Diagnostic {
        let word = self.word();
        Diagnostic::error(Code::ReservedWord, format!("`{word}` is a word of the language and cannot be a name"))
            .at(self.place, format!("expected {}", self.wanted))
            .help(format!("use another name, such as `{word}_`"))
    }

    /// Offers the nearest of the words that could stand here; if none is near, `otherwise`.
    fn with_spelling(&self, report: Diagnostic, known: &[&str], otherwise: Option<&str>) -> Diagnostic {
        match (nearest(&self.word(), known), otherwise) {
            (Some(near), _) => report.help(format!("did you mean `{near}`?")).fix(self.place, near),
            (None, Some(help)) => report.help(help),
            (None, None) => report,
        }
    }
}

/// What there is to choose from, where what was wanted is not itself a list of it.
fn choices(wanted: &str) -> Option<&'static str> {
    match wanted {
        "the fact's type" => Some("a type is `yes or no`, `one of` with values, `number`, `whole number` or `date`"),
        "a status after `expect`" => {
            Some("a status is `follows`, `does not follow`, `ruled out`, `disputed`, `undetermined` or `only`")
        }
        _ => None,
    }
}

/// Whether the word after `taken` tokens is a part of this declaration that stands too early or
/// too late: a part of a higher rank came before it, or one of a lower rank comes after it.
fn is_out_of_order(start: Input<'_>, taken: usize) -> bool {
    let parts = parts_of(start.word());
    let rank = |token: &Token| match token.kind {
        Kind::Keyword => parts.iter().position(|part| *part == start.slice(token.span)),
        _ => None,
    };
    let Some(found) = rank(&start.tokens()[taken]) else { return false };
    let before = start.tokens()[1..taken].iter().filter_map(rank);
    let is_end = |token: &&Token| token.kind != Kind::Keyword || !OPENERS.contains(&start.slice(token.span));
    let after = start.tokens()[taken + 1..].iter().take_while(is_end).filter_map(rank);
    before.max().is_some_and(|before| found < before) || after.min().is_some_and(|after| after < found)
}

/// A sentence that tells the order of a declaration's parts, where there is one.
fn order_of(opener: &str) -> Option<String> {
    let order = match opener {
        "claim" => {
            "`by`, `at`, `context`, `certainty`, `quote`, then `repeats`, `supports` or `contradicts`, and the statement last"
        }
        "fact" => "`:` with the type, then `ask`, then `note`",
        "consequence" => "`harm`, then `law`, then `note`",
        "rule" => "`per`, `assumes`, `in force`, `when`, `unless`, `then`, `overrides`",
        "choice" => "`option` with `sets`, as often as needed",
        "scenario" => "`on`, `given`, then `expect` as often as needed",
        _ => return None,
    };
    Some(format!("the parts of a `{opener}` stand in this order: {order}"))
}
