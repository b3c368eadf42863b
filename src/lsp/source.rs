//! A file as the editor or the disk has it, with all that can be told of it alone.

use std::sync::OnceLock;

use super::names::{Name, Occurrence, occurrences};
use super::position::{Encoding, Lines};
use crate::limits::{Limit, Limits};
use crate::syntax::token::{Token, tokenize};
use crate::syntax::{ast, decode, parse};
use crate::text::{FileId, Span};

/// A file's text; what is read out of it is found when it is first asked for.
#[derive(Debug)]
pub struct Source {
    /// What is in it. Where it is no text that can be read, nothing.
    pub text: String,
    /// The bytes, where they are not those of `text`.
    unread: Option<Vec<u8>>,
    lines: OnceLock<Lines>,
    parsed: OnceLock<Parsed>,
}

/// What was read in a file.
#[derive(Debug)]
pub struct Parsed {
    /// Every token, white space and comments too.
    pub tokens: Vec<Token>,
    /// The tree, as far as it could be read.
    pub tree: ast::File,
    /// Every name, in the order in which they stand.
    pub names: Vec<Occurrence>,
}

impl Source {
    /// A file with this text.
    #[must_use]
    pub fn of_text(text: String) -> Self {
        Self { text, unread: None, lines: OnceLock::new(), parsed: OnceLock::new() }
    }

    /// A file with these bytes.
    #[must_use]
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        match decode("", bytes.clone(), &Limits::default()) {
            Ok(text) => Self::of_text(text),
            Err(_) => Self { unread: Some(bytes), ..Self::of_text(String::new()) },
        }
    }

    /// What is in it.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.unread.clone().unwrap_or_else(|| self.text.clone().into_bytes())
    }

    /// Its lines.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(&self.text))
    }

    /// What was read in it; of a file that is too large, nothing.
    pub fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            let limits = Limits::default();
            let text = if self.text.len() > limits.length(Limit::FileBytes) { "" } else { &self.text };
            let (tokens, _) = tokenize(FileId::default(), text);
            let (tree, _) = parse(FileId::default(), text, &limits);
            let names = occurrences(text, &tokens);
            Parsed { tokens, tree, names }
        })
    }

    /// A span as a range of the protocol.
    pub fn range(&self, span: Span, encoding: Encoding) -> lsp_types::Range {
        self.lines().range(&self.text, span, encoding)
    }

    /// The byte at a position of the protocol.
    pub fn offset(&self, position: lsp_types::Position, encoding: Encoding) -> u32 {
        let offset = self.lines().offset(&self.text, position, encoding);
        Span::new(offset, offset).start
    }

    /// The name at a byte, or that ends there.
    pub fn name_at(&self, offset: u32) -> Option<&Occurrence> {
        let names = &self.parsed().names;
        let after = names.partition_point(|name| name.span.start <= offset);
        names[..after].last().filter(|name| offset <= name.span.end)
    }

    /// The declaration of this name, where it could be read: its place among the declarations.
    pub fn declaration(&self, occurrence: &Occurrence) -> Option<&ast::Declaration> {
        let declarations = &self.parsed().tree.declarations;
        let after = declarations.partition_point(|it| it.span.start <= occurrence.span.start);
        declarations[..after].last().filter(|it| occurrence.span.end <= it.span.end)
    }

    /// Where it declares a name.
    pub fn declarations_of(&self, name: &Name) -> impl Iterator<Item = &Occurrence> {
        self.parsed().names.iter().filter(move |it| it.declares.is_some() && it.name == *name)
    }
}
