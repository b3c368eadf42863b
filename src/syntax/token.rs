//! Words, texts, numbers and marks, with the white space and comments between them.
//!
//! Joined together, the tokens of a file are its text, byte for byte: the formatter and the
//! editor rely on it. A mistake inside a token is reported here, once, and the token stays,
//! so that reading goes on.

#![expect(clippy::indexing_slicing, reason = "bytes are looked at where one is left")]
#![expect(clippy::arithmetic_side_effects, reason = "places in a text in memory")]

use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, Place, Span};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// White space; also what was refused and reported where white space could stand.
    Space,
    /// `# …` up to the end of the line, which is not included.
    Comment,
    /// A reserved word.
    Keyword,
    /// A name.
    Name,
    /// A word that is no name; reported.
    BadName,
    /// `"…"`, quotes included.
    Text,
    /// `-12.5`.
    Number,
    /// `2025-03-07`.
    Date,
    /// One of `, : ( ) < <= > >=`.
    Mark,
    /// Anything else; reported.
    Bad,
}

impl Kind {
    /// Whether the grammar never sees it.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, Kind::Space | Kind::Comment)
    }
}

/// A piece of a file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

macro_rules! keywords {
    ($($word:literal)+) => {
        /// The words that are reserved, and so never names; in alphabetical order.
        pub const KEYWORDS: &[&str] = &[$($word),+];

        /// Whether `word` is reserved.
        #[must_use]
        pub fn is_keyword(word: &str) -> bool {
            matches!(word, $($word)|+)
        }
    };
}

keywords! {
    "accessed" "and" "archived" "as" "ask" "assumes" "at" "by" "certainty" "choice" "claim" "consequence" "context" "contradicts" "date" "days" "define" "disputed" "does" "expect" "fact" "follow" "follows" "force" "from" "given" "harm" "import" "in" "is" "language" "law" "months" "no" "not" "note" "number" "of" "on" "one" "only" "option" "or" "out" "overrides" "per" "policy" "published" "quote" "quoted" "repeats" "rule" "ruled" "scenario" "sets" "since" "source" "supports" "then" "to" "undetermined" "unless" "until" "url" "when" "whole" "years" "yes"
}

/// The words with which a declaration, or the head of a file, begins.
pub const OPENERS: &[&str] =
    &["policy", "import", "source", "claim", "fact", "consequence", "define", "rule", "choice", "scenario"];

/// Whether `word` may be a name: `a`–`z`, then `a`–`z`, `0`–`9` or `_`, and not reserved.
#[must_use]
pub fn is_name(word: &str) -> bool {
    has_name_shape(word) && !is_keyword(word)
}

fn has_name_shape(word: &str) -> bool {
    let tail = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    word.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && word.as_bytes().iter().all(tail)
}

/// Splits a file's text into tokens and reports what is wrong inside them.
#[must_use]
pub fn tokenize(file: FileId, text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        file,
        text,
        start: 0,
        at: 0,
        // Rule files have about five bytes a token; guessing low costs one or two moves.
        tokens: Vec::with_capacity(text.len() / 5),
        diagnostics: Vec::new(),
        suspect: None,
        unfinished: false,
        keyword: "",
    };
    while lexer.at < text.len() {
        lexer.start = lexer.at;
        let kind = lexer.token();
        debug_assert!(lexer.at > lexer.start, "every token takes at least one byte");
        lexer.tokens.push(Token { kind, span: Span::new(lexer.start, lexer.at) });
    }
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    /// Where the token begins that is being read.
    start: usize,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    /// The first text that holds a line like the beginning of a declaration.
    suspect: Option<Suspect>,
    /// Whether a text without an end was met before.
    unfinished: bool,
    /// The last reserved word that is no value and does not stand between a fact and its value.
    keyword: &'a str,
}

/// A text that probably lacks its closing quote, if some text does.
struct Suspect {
    start: usize,
    /// How many mistakes were found before it.
    reported: usize,
}

impl<'a> Lexer<'a> {
    fn token(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        match bytes[self.at] {
            b' ' | b'\t' | b'\n' | b'\r' | 0 => self.space(),
            b'#' => self.take(Kind::Comment, |byte| byte != b'\n' && byte != b'\r'),
            b'"' => self.text(),
            b'0'..=b'9' => self.number(),
            b'-' if bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit) => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b',' | b':' | b'(' | b')' => self.mark(1),
            b'<' if self.is_conflict() => self.conflict(),
            b'=' | b'|' if self.is_conflict() => self.conflict(),
            b'>' if self.is_conflict() => self.conflict(),
            b'<' | b'>' if bytes.get(self.at + 1) == Some(&b'=') => self.mark(2),
            b'<' if bytes.get(self.at + 1) == Some(&b'>') => self.other(),
            b'<' | b'>' => self.mark(1),
            _ => self.other(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn place(&self, start: usize) -> Place {
        Place { file: self.file, span: Span::new(start, self.at) }
    }

    fn mark(&mut self, bytes: usize) -> Kind {
        self.at += bytes;
        Kind::Mark
    }

    fn take(&mut self, kind: Kind, inside: impl Fn(u8) -> bool) -> Kind {
        let length = self.rest().bytes().position(|byte| !inside(byte)).unwrap_or(self.rest().len());
        self.at += length;
        kind
    }

    /// White space. A NUL counts as such: it was reported when the characters were looked at.
    fn space(&mut self) -> Kind {
        self.take(Kind::Space, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0))
    }

    fn is_conflict(&self) -> bool {
        let line_starts = self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n';
        line_starts && conflict_mark(self.rest()).is_some()
    }

    /// The marks of an unfinished merge, reported when the characters were looked at.
    ///
    /// The first side is read as rules; from the next mark on all is passed over, so that one
    /// conflict is not followed by a hundred duplicate names.
    fn conflict(&mut self) -> Kind {
        let opening = self.rest().starts_with('<') || self.rest().starts_with('>');
        let mut passed = 0;
        for line in self.rest().split_inclusive('\n') {
            passed += line.len();
            if opening || conflict_mark(line) == Some('>') {
                break;
            }
        }
        self.at += passed;
        Kind::Space
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        let length = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(self.rest().len());
        self.at += length;
        let word = &self.text[start..self.at];
        if !has_name_shape(word) {
            return self.bad_word(start, word);
        }
        if !is_keyword(word) {
            return Kind::Name;
        }
        if !matches!(word, "yes" | "no" | "is") {
            self.keyword = word;
        }
        Kind::Keyword
    }

    fn bad_word(&mut self, start: usize, word: &str) -> Kind {
        let place = self.place(start);
        let lower = word.to_ascii_lowercase();
        if is_keyword(&lower) {
            let report = Diagnostic::error(Code::BadName, "the words of the language are written in lower case")
                .at(place, "")
                .help(format!("write `{lower}`"))
                .fix(place, lower);
            self.diagnostics.push(report);
            return Kind::Keyword;
        }
        let report = match word.chars().find(|c| !c.is_ascii()) {
            Some(c) => {
                Diagnostic::error(Code::BadName, format!("`{c}` (U+{:04X}) is not one of the letters a–z", c as u32))
                    .at(place, "names are written with a–z, 0–9 and `_`")
            }
            None => Diagnostic::error(Code::BadName, "a name begins with a–z and goes on with a–z, 0–9 or `_`")
                .at(place, ""),
        };
        let plain: String = lower.chars().map(|c| look_alike(c).unwrap_or(c)).collect();
        self.diagnostics.push(if is_name(&plain) {
            report.help(format!("`{plain}` would do")).fix(place, plain)
        } else {
            report.help("any language can be used in the texts between quotes; names keep to these")
        });
        Kind::BadName
    }

    fn text(&mut self) -> Kind {
        let start = self.at;
        let reported = self.diagnostics.len();
        self.at += 1;
        loop {
            match self.text.as_bytes().get(self.at) {
                None => {
                    self.diagnostics.truncate(reported);
                    return self.unfinished(start);
                }
                Some(b'"') => break,
                Some(b'\\') => self.escape(),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        if self.suspect.is_none() && holds_declaration(&self.text[start..self.at]) {
            self.suspect = Some(Suspect { start, reported });
        }
        Kind::Text
    }

    fn escape(&mut self) {
        let start = self.at;
        let next = self.text[start + 1..].chars().next();
        self.at = self.text.len().min(start + 1 + next.map_or(0, char::len_utf8));
        if !matches!(next, None | Some('"' | '\\')) {
            let report = Diagnostic::error(Code::UnknownEscape, "this backslash means nothing")
                .at(self.place(start), "only `\\\"` and `\\\\` are written with a backslash")
                .help("write `\\\\` for a backslash; a text may hold line breaks as they are");
            self.diagnostics.push(report);
        }
    }

    /// A text without a closing quote: it is taken to end with its first line.
    ///
    /// Where an earlier text swallowed a declaration, it is the one that was not closed: what
    /// was read since then had texts and rules the wrong way round, and is read again.
    ///
    /// Only once in a file: a text of escaped quotes would otherwise be read to its end again
    /// from each of them.
    fn unfinished(&mut self, start: usize) -> Kind {
        if std::mem::replace(&mut self.unfinished, true) {
            return Kind::Bad;
        }
        let swallows = self.suspect.take();
        let label = match swallows {
            Some(_) => "it begins here, and the next declaration stands inside it",
            None => "it begins here, and the file ends before it does",
        };
        let start = swallows.map_or(start, |Suspect { start, reported }| {
            self.diagnostics.truncate(reported);
            self.tokens.retain(|token| (token.span.start as usize) < start);
            self.start = start;
            start
        });
        let body = &self.text[start + 1..];
        let first_line = body.find('\n').unwrap_or(body.len());
        self.at = start + 1;
        let opening = self.place(start);
        self.at = start + 1 + body[..first_line].trim_end().len();
        let report = Diagnostic::error(Code::UnfinishedText, "this text has no closing quote")
            .at(opening, label)
            .help("close it with `\"`; if it looks closed, an earlier text is not, or holds a `\"` that needs a `\\` before it");
        self.diagnostics.push(report);
        Kind::Text
    }

    /// A number or a date: everything up to white space or a mark is looked at as one, so that
    /// `2025-03-07T10:00` and `18years` are one mistake each.
    fn number(&mut self) -> Kind {
        let start = self.at;
        let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '/');
        let mut length = self.rest().find(|c| !inside(c)).unwrap_or(self.rest().len());
        if is_date(self.rest().get(..10).unwrap_or_default()) && self.rest()[10..].starts_with(['T', 't']) {
            let inside = |c: char| inside(c) || c == ':';
            length = self.rest().find(|c| !inside(c)).unwrap_or(self.rest().len());
        }
        self.at += length;
        let place = self.place(start);
        let written = &self.text[start..self.at];
        if is_date(written) {
            return Kind::Date;
        }
        let Err(report) = check_number(written) else { return Kind::Number };
        self.diagnostics.push(report.at(place, ""));
        Kind::Bad
    }

    fn other(&mut self) -> Kind {
        let start = self.at;
        let first = self.rest().chars().next().expect("not at the end");
        if first.is_alphabetic() {
            return self.word();
        }
        if matches!(first, '“' | '”' | '„' | '«' | '»' | '\'') {
            return self.curly_text();
        }
        if first == '\u{feff}' || first.is_whitespace() || is_bidi_control(first) {
            self.at += first.len_utf8();
            if first.is_whitespace() || first == '\u{feff}' && start > 0 {
                self.unexpected(start, Some("write a plain space, or remove it: it looks like one or like nothing"));
            }
            return Kind::Space;
        }
        let known =
            |c: char| c.is_alphanumeric() || c.is_whitespace() || "_,:()<>\"#".contains(c) || is_bidi_control(c);
        self.at += match self.rest().get(..2) {
            Some("=>" | "=<" | "<>") => 2,
            _ => self.rest().find(known).unwrap_or(self.rest().len()).max(first.len_utf8()),
        };
        let help = match &self.text[start..self.at] {
            sign @ ("=" | "==" | "!=" | "<>" | "≠" | "=>" | "=<") => self.comparison(sign),
            "!" => Some("write `not`"),
            "&" | "&&" => Some("write `and`"),
            "|" | "||" => Some("write `or`"),
            "≤" => Some("write `<=`"),
            "≥" => Some("write `>=`"),
            ";" | "." => Some("nothing closes a declaration: the next one begins with its own word"),
            "-" => Some("words of a name are joined with `_`"),
            _ => None,
        };
        self.unexpected(start, help);
        Kind::Bad
    }

    /// What is written here for a sign that compares elsewhere.
    fn comparison(&self, sign: &str) -> Option<&'static str> {
        match (sign, self.keyword) {
            (_, "given" | "sets") => {
                Some("a setting has nothing between the fact and its value, as in `age 18` or `passport yes`")
            }
            ("=>", _) => Some("write `>=` to compare, or `then` before what follows"),
            ("=<", _) => Some("write `<=`"),
            (_, "since") => Some("write `<`, `<=`, `>` or `>=`"),
            ("=" | "==", "fact") => Some("write `:`"),
            ("=" | "==", "define") => Some("write `as`"),
            ("=" | "==", "when" | "unless" | "as" | "and" | "or" | "not") => Some("write `is`"),
            (_, "when" | "unless" | "as" | "and" | "or" | "not") => Some("write `is not`"),
            _ => None,
        }
    }

    fn unexpected(&mut self, start: usize, help: Option<&str>) {
        // What shows nothing is named by its number.
        let visible =
            |c: char| if c.is_whitespace() || c == '\u{feff}' { format!("U+{:04X}", c as u32) } else { c.to_string() };
        let written: String = self.text[start..self.at].chars().take(12).map(visible).collect();
        let report = Diagnostic::error(Code::UnexpectedCharacter, format!("`{written}` has no meaning here"))
            .at(self.place(start), "");
        self.diagnostics.push(match help {
            Some(help) => report.help(help),
            None => report,
        });
    }

    /// A text between other quotes, as word processors put them: read to the end of its line at
    /// most.
    fn curly_text(&mut self) -> Kind {
        let start = self.at;
        let first = self.rest().chars().next().expect("not at the end").len_utf8();
        self.at += first;
        let opening = self.place(start);
        let close = self.rest().find(['"', '“', '”', '«', '»', '\'', '\n']).unwrap_or(self.rest().len());
        self.at += close;
        let closing = self.rest().chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        self.at += closing;
        let report = Diagnostic::error(Code::UnexpectedCharacter, "a text stands between straight quotes")
            .at(opening, "")
            .help("write `\"` on both sides; word processors may put other quotes by themselves");
        self.diagnostics.push(report);
        Kind::Bad
    }
}

/// Whether a line of a text, not its first, begins like a declaration.
fn holds_declaration(text: &str) -> bool {
    let opens = |line: &str| line.split_once(' ').is_some_and(|(word, _)| OPENERS.contains(&word));
    text.contains('\n') && text.lines().skip(1).any(opens)
}

/// The character of a conflict mark that opens this line, if one does.
pub(super) fn conflict_mark(line: &str) -> Option<char> {
    let first = line.chars().next().filter(|c| "<=>|".contains(*c))?;
    let run = line.bytes().take_while(|&byte| byte == first as u8).count();
    let ends = matches!(line.as_bytes().get(7), None | Some(b' ' | b'\n' | b'\r'));
    (run == 7 && ends).then_some(first)
}

/// Whether it is one of Unicode's twelve characters with the property `Bidi_Control`.
pub(super) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether it is written like a date: four digits, two and two. It may still not exist.
fn is_date(written: &str) -> bool {
    let shape = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    written.len() == 10 && written.bytes().enumerate().all(shape)
}

/// Whether it is written like 7.3.2025 or 2025.03.07; 1.000.000 is not.
fn is_date_with_points(written: &str) -> bool {
    let parts: Vec<&str> = written.split('.').collect();
    let short = |part: &str| matches!(part.len(), 1 | 2);
    let shaped = matches!(parts[..], [a, b, c] if short(b) && (short(a) && matches!(c.len(), 2 | 4) || a.len() == 4 && short(c)));
    shaped && parts.concat().bytes().all(|byte| byte.is_ascii_digit())
}

fn check_number(written: &str) -> Result<(), Diagnostic> {
    let digits = |part: &str| {
        let inner = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        part.bytes().all(inner)
            && !part.is_empty()
            && !part.starts_with('_')
            && !part.ends_with('_')
            && !part.contains("__")
    };
    let unsigned = written.strip_prefix('-').unwrap_or(written);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if digits(whole) && digits(fraction) {
        return Ok(());
    }
    Err(if written.matches(['-', '/']).count() >= 2 || is_date_with_points(written) {
        Diagnostic::error(Code::BadDate, "this is no date")
            .help("a date is written year-month-day, as in 2025-03-07, with no time of day")
    } else {
        Diagnostic::error(Code::BadNumber, "this is no number")
            .help("a number is written 12, -12, 3_500_000 or 12.5; a name begins with a letter")
    })
}

/// The Latin letter that this Cyrillic or Greek one is easily taken for.
///
/// From the pairs of Unicode's `confusables.txt` (UTS 39) whose target is one of a–z.
fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'а' | 'А' | 'α' => 'a',
        'В' | 'Ь' => 'b',
        'с' | 'С' => 'c',
        'ԁ' => 'd',
        'е' | 'Е' | 'ё' => 'e',
        'Н' | 'һ' => 'h',
        'і' | 'І' | 'ι' | 'ї' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' => 'k',
        'М' => 'm',
        'о' | 'О' | 'ο' => 'o',
        'р' | 'Р' | 'ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'Т' => 't',
        'у' | 'У' | 'γ' => 'y',
        'ν' => 'v',
        'х' | 'Х' => 'x',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_order_and_hold_the_openers() {
        assert!(KEYWORDS.is_sorted());
        assert!(OPENERS.iter().all(|word| is_keyword(word)));
    }
}
