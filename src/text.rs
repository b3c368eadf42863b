//! Source text: byte spans, lines and columns.
//!
//! Knows nothing of the language: only where things stand in a file.

#![expect(clippy::indexing_slicing, reason = "lines and files are numbered by the text at hand")]
#![expect(clippy::arithmetic_side_effects, reason = "lines and columns of a text in memory")]

use std::ops::Index;

/// A range of bytes in one file; `end` is not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span from `start` up to `end`, which is not included.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        // INVARIANT: files are at most 2 GiB long, so offsets fit.
        let narrow = |offset: usize| u32::try_from(offset).expect("a file is under 4 GiB");
        Self { start: narrow(start), end: narrow(end) }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The bytes of `text` it covers.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// The same as a range of indices.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One of the [`Files`] of a policy; the root file is the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A span in one of several files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// A file's name, as readers see it, and its text.
#[derive(Clone, Debug)]
pub struct File {
    /// The path as it is shown to readers.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where each line begins: kept, so that ten thousand findings cost no more than ten.
    line_starts: Vec<u32>,
}

impl File {
    /// Where byte `offset` stands; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts[line - 1] as usize;
        let end = self.text.floor_char_boundary(offset as usize);
        Position { line, column: self.text[start..end.max(start)].chars().count() + 1 }
    }
}

/// The files of one policy, in the order they were read.
#[derive(Clone, Debug, Default)]
pub struct Files(Vec<File>);

impl Files {
    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let after_newlines = text.bytes().zip(1..).filter(|&(byte, _)| byte == b'\n').map(|(_, next)| next);
        let line_starts = std::iter::once(0).chain(after_newlines).collect();
        self.0.push(File { name: name.into(), text, line_starts });
        FileId(u32::try_from(self.0.len() - 1).expect("fewer than 4 billion files"))
    }

    /// Lets readers know the files by other names.
    pub fn rename(&mut self, name: impl Fn(&str) -> String) {
        self.0.iter_mut().for_each(|file| file.name = name(&file.name));
    }

    /// Every file with its id, the root first.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &File)> {
        (0..).map(FileId).zip(&self.0)
    }
}

impl Index<FileId> for Files {
    type Output = File;

    fn index(&self, id: FileId) -> &File {
        &self.0[id.0 as usize]
    }
}

impl Position {
    /// The first character of a text.
    pub const START: Position = Position { line: 1, column: 1 };

    /// Where a text that begins here ends.
    #[must_use]
    pub fn after(self, text: &str) -> Position {
        match text.rsplit_once('\n') {
            None => Position { column: self.column + text.chars().count(), ..self },
            Some((lines, last)) => Position {
                line: self.line + lines.bytes().filter(|&byte| byte == b'\n').count() + 1,
                column: last.chars().count() + 1,
            },
        }
    }
}
