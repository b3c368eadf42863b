//! Changes to a rule file that mend what was found, without touching a line that is not concerned.

use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::syntax;
use crate::syntax::token::{Kind, Token, tokenize};
use crate::text::{FileId, Place, Span};

/// A rule file as it is written, read once for all findings in it.
pub(super) struct Written<'p> {
    file: FileId,
    text: &'p str,
    /// Its words, without white space and comments.
    words: Vec<Token>,
    comments: Vec<Span>,
    declarations: Vec<Span>,
}

impl<'p> Written<'p> {
    pub fn read(policy: &'p Policy, file: FileId) -> Self {
        let text = &*policy.files[file].text;
        let tokens = tokenize(file, text).0;
        let comments = tokens.iter().filter(|token| token.kind == Kind::Comment).map(|token| token.span).collect();
        let words = tokens.into_iter().filter(|token| !token.kind.is_trivia()).collect();
        let declarations = syntax::parse(file, text, &policy.limits).0.declarations.iter().map(|it| it.span).collect();
        Self { file, text, words, comments, declarations }
    }

    /// Takes out the declaration in which `place` stands, with the empty line after it, where it
    /// stands on lines of its own and no comment belongs to it.
    pub fn without_declaration(&self, place: Place, finding: Diagnostic) -> Diagnostic {
        let holds = |span: &&Span| span.start <= place.span.start && place.span.end <= span.end;
        let Some(span) = self.declarations.iter().find(holds) else { return finding };
        match self.whole_lines(*span) {
            Some(lines) if !self.has_comment_near(lines) => {
                finding.certain_fix(Place { file: self.file, span: lines }, "")
            }
            _ => finding,
        }
    }

    /// The lines of a declaration and the empty one after them, if nothing else stands on them.
    fn whole_lines(&self, span: Span) -> Option<Span> {
        let text = self.text;
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
    fn has_comment_near(&self, lines: Span) -> bool {
        let before = self.text[..lines.start as usize].trim_end();
        let above = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.comments.iter().any(|comment| above <= comment.start as usize && comment.end <= lines.end)
    }

    /// Takes out an `unless` with its condition, the last part of which ends before `then`.
    pub fn without_unless(&self, condition: Place, finding: Diagnostic) -> Diagnostic {
        let is = |token: &&Token, word: &str| token.kind == Kind::Keyword && token.span.of(self.text) == word;
        let words = self.words.iter();
        let before = words.clone().rev().skip_while(|token| token.span.end > condition.span.start);
        let after = words.skip_while(|token| token.span.start < condition.span.end);
        let (Some(unless), Some(then)) =
            (before.clone().find(|token| is(token, "unless")), after.clone().find(|token| is(token, "then")))
        else {
            return finding;
        };
        self.taken_out(unless.span.start, then.span.start, finding)
    }

    /// Takes the name of a rule out of the `overrides` of another, and the word with the last name.
    pub fn without_override(&self, rule: Place, name: &str, finding: Diagnostic) -> Diagnostic {
        let from = self.words.partition_point(|token| token.span.start <= rule.span.start);
        let is_overrides = |token: &Token| token.span.of(self.text) == "overrides" && token.kind == Kind::Keyword;
        let Some(overrides) = self.words[from..].iter().position(is_overrides) else { return finding };
        let list = from + overrides + 1;
        let is_listed = |token: &&Token| token.kind == Kind::Name || token.span.of(self.text) == ",";
        let length = self.words[list..].iter().take_while(is_listed).count();
        let names = &self.words[list..list + length];
        let Some(index) = names.iter().position(|token| token.span.of(self.text) == name) else { return finding };
        let (start, end) = match (names.len(), index) {
            (1, _) => (self.words[list - 1].span.start, names[0].span.end),
            (_, 0) => (names[0].span.start, names[2].span.start),
            _ => (names[index - 1].span.start, names[index].span.end),
        };
        self.taken_out(start, end, finding)
    }

    /// A fix that removes some words with the white space before them, unless a comment would go
    /// too. It changes no answer, and perhaps not what was meant: so it is not made unasked.
    fn taken_out(&self, start: u32, end: u32, finding: Diagnostic) -> Diagnostic {
        let words = self.text[..end as usize].trim_end();
        let start = self.text[..start as usize].trim_end().len();
        let span = Span::new(start, words.len());
        if self.comments.iter().any(|comment| comment.start < span.end && span.start <= comment.start) {
            return finding;
        }
        finding.fix(Place { file: self.file, span }, "")
    }
}
