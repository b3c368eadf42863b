//! What may be written at a place: names that are declared, values that fit, words that follow.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, TextEdit};

use super::names::{Slot, Sort, Use, Walker};
use super::position::Encoding;
use super::scope::{Declaration, Declared};
use super::source::Source;
use crate::report;
use crate::syntax::ast::FactKind;
use crate::syntax::token::{Kind, OPENERS};
use crate::text::Span;

/// Something that could be written.
struct Offer {
    text: String,
    sort: Option<Sort>,
    detail: Option<String>,
}

/// What may be written at a byte of a file. Where the editor asked by itself, since a space was
/// typed, only what must stand there: names, values, types.
#[must_use]
pub fn complete(
    declared: &Declared<'_>,
    source: &Source,
    offset: u32,
    asked: bool,
    encoding: Encoding,
) -> Vec<CompletionItem> {
    let Some((walker, word)) = before(source, offset) else { return Vec::new() };
    let column_0 = source.lines().position(&source.text, word.start, encoding).character == 0;
    let mut offers = Offers { declared, own: own(&walker), list: Vec::new() };
    offers.fill(&walker, asked, column_0);
    let range = source.range(word, encoding);
    let item = |(index, offer): (usize, Offer)| CompletionItem {
        kind: Some(offer.sort.map_or(CompletionItemKind::KEYWORD, item_kind)),
        detail: offer.detail,
        sort_text: Some(format!("{index:06}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: offer.text.clone() })),
        label: offer.text,
        ..CompletionItem::default()
    };
    offers.list.into_iter().enumerate().map(item).collect()
}

/// The file up to the word at a byte, and that word as far as the byte; nothing inside texts,
/// comments and numbers.
fn before(source: &Source, offset: u32) -> Option<(Walker<'_>, Span)> {
    let mut walker = Walker::new(&source.text);
    for token in &source.parsed().tokens {
        let Span { start, end } = token.span;
        if offset <= start {
            break;
        }
        match token.kind {
            Kind::Name | Kind::BadName | Kind::Keyword if offset <= end => {
                return Some((walker, Span { start, end: offset }));
            }
            Kind::Comment | Kind::Number | Kind::Date if offset <= end => return None,
            Kind::Text if offset < end || offset == end && !is_closed(token.span.of(&source.text)) => return None,
            _ => {}
        }
        walker.step(*token);
    }
    Some((walker, Span { start: offset, end: offset }))
}

fn is_closed(text: &str) -> bool {
    text.len() > 1 && text.ends_with('"')
}

fn item_kind(sort: Sort) -> CompletionItemKind {
    match sort {
        Sort::Policy | Sort::Source => CompletionItemKind::MODULE,
        Sort::Claim => CompletionItemKind::REFERENCE,
        Sort::Fact => CompletionItemKind::VARIABLE,
        Sort::Value | Sort::Option => CompletionItemKind::ENUM_MEMBER,
        Sort::Definition => CompletionItemKind::FUNCTION,
        Sort::Consequence => CompletionItemKind::EVENT,
        Sort::Rule => CompletionItemKind::CLASS,
        Sort::Choice => CompletionItemKind::ENUM,
    }
}

/// The declaration that is being written: nothing can name itself.
fn own(walker: &Walker<'_>) -> Option<(Sort, String)> {
    let sort = match walker.opener {
        "source" => Sort::Source,
        "claim" => Sort::Claim,
        "define" => Sort::Definition,
        "rule" => Sort::Rule,
        _ => return None,
    };
    Some((sort, walker.declared.clone()))
}

struct Offers<'a> {
    declared: &'a Declared<'a>,
    own: Option<(Sort, String)>,
    list: Vec<Offer>,
}

impl Offers<'_> {
    fn fill(&mut self, walker: &Walker<'_>, asked: bool, column_0: bool) {
        match &walker.slot {
            Slot::Opener => self.next(walker, asked, true),
            Slot::Declared(_) | Slot::Bound | Slot::Comparison | Slot::Literal | Slot::Code => {}
            Slot::Used(used) => self.used(*used, walker),
            Slot::Tested => {
                if asked {
                    self.words(&["is", "and", "or"]);
                }
                self.next(walker, asked, column_0);
            }
            Slot::Joined => {
                if asked {
                    self.words(&["and", "or"]);
                }
                self.next(walker, asked, column_0);
            }
            Slot::AfterIs(fact) => self.after_is(fact, true),
            Slot::AfterIsNot(fact) => self.after_is(fact, false),
            Slot::Value(fact) => self.values(fact),
            Slot::Type => self.words(&["yes or no", "one of", "date", "number", "whole number"]),
            Slot::Status => {
                self.words(&["follows", "does not follow", "only", "ruled out", "disputed", "undetermined"]);
            }
            Slot::Words(words) => self.words(words),
            Slot::Part | Slot::Item => self.next(walker, asked, column_0),
        }
    }

    fn words(&mut self, words: &[&str]) {
        let marks = |word: &&&str| word.starts_with(|c: char| c.is_ascii_lowercase());
        let offer = |word: &&str| Offer { text: (*word).to_owned(), sort: None, detail: None };
        self.list.extend(words.iter().filter(marks).map(offer));
    }

    /// Words that may follow, where the editor was asked for them.
    fn next(&mut self, walker: &Walker<'_>, asked: bool, column_0: bool) {
        if !asked {
            return;
        }
        self.words(next_parts(walker.opener, walker.part));
        if column_0 || may_end(walker.opener, walker.part) {
            let stands = |opener: &&&str| match **opener {
                "policy" => walker.opener.is_empty(),
                "import" => matches!(walker.opener, "" | "policy" | "import"),
                _ => true,
            };
            self.words(&OPENERS.iter().filter(stands).copied().collect::<Vec<_>>());
        }
    }

    fn declared(&mut self, fits: impl Fn(&Declaration<'_>) -> bool) {
        let label = |it: &Declaration<'_>| it.label().map(report::plain);
        let offer = |it: &Declaration<'_>| Offer {
            text: it.occurrence.name.text.clone(),
            sort: Some(it.sort),
            detail: label(it),
        };
        let is_own = |it: &Declaration<'_>| {
            self.own.as_ref().is_some_and(|(sort, name)| it.sort == *sort && it.occurrence.name.text == *name)
        };
        let fitting = self.declared.iter().filter(|it| fits(it) && !is_own(it));
        let mut offers: Vec<Offer> = fitting.map(offer).collect();
        offers.sort_by(|a, b| a.text.cmp(&b.text));
        offers.dedup_by(|a, b| a.text == b.text);
        self.list.extend(offers);
    }

    fn used(&mut self, used: Use, walker: &Walker<'_>) {
        let is_date = |it: &Declaration<'_>| {
            let fact = self.declared.fact(&it.occurrence.name.text);
            it.sort == Sort::Fact && fact.is_none_or(|fact| matches!(fact.kind, FactKind::Date))
        };
        match used {
            Use::Condition => {
                self.declared(|it| matches!(it.sort, Sort::Fact | Sort::Definition | Sort::Consequence));
                self.words(&["not", "years since", "months since", "days since"]);
            }
            Use::Fact => self.declared(|it| it.sort == Sort::Fact),
            Use::DateFact => self.declared(is_date),
            Use::Consequence => {
                self.declared(|it| it.sort == Sort::Consequence);
                if walker.part == "then" {
                    self.words(&["not"]);
                }
            }
            Use::Source => self.declared(|it| it.sort == Sort::Source),
            Use::Claim => self.declared(|it| it.sort == Sort::Claim),
            Use::Rule => self.declared(|it| it.sort == Sort::Rule),
        }
    }

    /// A fact's values, as far as they can be listed.
    fn values(&mut self, fact: &str) {
        let Some(fact) = self.declared.fact(fact) else { return };
        match &fact.kind {
            FactKind::YesNo => self.words(&["yes", "no"]),
            FactKind::OneOf(values) => {
                // In the order of declaration: it is the author's.
                self.list.extend(values.iter().map(|(name, label)| Offer {
                    text: name.text.clone(),
                    sort: Some(Sort::Value),
                    detail: label.as_ref().map(|label| report::plain(&label.value)),
                }));
            }
            FactKind::Number { .. } | FactKind::Date => {}
        }
    }

    /// What fits the fact's type after `is`; `not` may stand there once.
    fn after_is(&mut self, fact: &str, not: bool) {
        let kind = self.declared.fact(fact).map(|fact| &fact.kind);
        if !matches!(kind, Some(FactKind::YesNo)) {
            self.values(fact);
        }
        match kind {
            None => self.words(&["one of", "from"]),
            Some(FactKind::OneOf(_)) => self.words(&["one of"]),
            Some(FactKind::Number { .. } | FactKind::Date) => self.words(&["from"]),
            Some(FactKind::YesNo) => return,
        }
        if not {
            self.words(&["not"]);
        }
    }
}

/// The words that may begin the next part of a declaration.
fn next_parts(opener: &str, part: &str) -> &'static [&'static str] {
    match (opener, part) {
        ("policy", "") => &["as of"],
        ("source", _) => &["by", "published", "accessed", "url", "archived", "language", "quoted in", "note"],
        ("claim", "by") => &["at", "context", "certainty", "quote", "repeats", "supports", "contradicts"],
        ("claim", "at") => &["context", "certainty", "quote", "repeats", "supports", "contradicts"],
        ("claim", "context") => &["certainty", "quote", "repeats", "supports", "contradicts"],
        ("claim", "certainty") => &["quote", "repeats", "supports", "contradicts"],
        ("claim", "quote" | "repeats") => &["repeats", "supports", "contradicts"],
        ("fact", ":") => &["ask", "note", "from"],
        ("fact", "ask") => &["note"],
        ("consequence", "") => &["harm", "law", "note"],
        ("consequence", "harm" | "law") => &["law", "note"],
        ("rule", "" | "per") => &["per", "assumes", "in force", "when"],
        ("rule", "assumes") => &["assumes", "in force", "when"],
        ("rule", "in") => &["until", "when"],
        ("rule", "when") => &["unless", "then"],
        ("rule", "unless") => &["then"],
        ("rule", "then") => &["overrides"],
        ("choice", "" | "sets") => &["option"],
        ("scenario", "") => &["on", "given", "expect"],
        ("scenario", "on") => &["given", "expect"],
        ("scenario", "given" | "expect") => &["expect"],
        _ => &[],
    }
}

/// Whether a declaration may be over once the part is whole.
fn may_end(opener: &str, part: &str) -> bool {
    match opener {
        "claim" | "fact" => !part.is_empty(),
        "define" => part == "as",
        "rule" => matches!(part, "then" | "overrides"),
        "choice" => part != "option",
        "scenario" => part == "expect",
        _ => true,
    }
}
