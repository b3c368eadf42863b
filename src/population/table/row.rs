//! One row of a CSV table into its cells, by the letter: the meaning that the fast way is held against.

use crate::limits::{Limit, Limits};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Why a row cannot be divided into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A quotation mark stands within a cell, after the end of a quoted one, or is never closed.
    Quote,
    /// There are fewer cells than columns.
    Short,
    /// There are more cells than columns.
    Long,
    /// It is longer than a row may be: so many bytes.
    TooLong(usize),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Quote => f.write_str("a stray quotation mark"),
            Broken::Short => f.write_str("too few cells"),
            Broken::Long => f.write_str("too many cells"),
            Broken::TooLong(most) => {
                let limits = Limits::default().with(Limit::RowBytes, *most as u64);
                write!(f, "longer than {most} bytes; {}", limits.raise(Limit::RowBytes))
            }
        }
    }
}

/// How rows are divided.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub delimiter: u8,
    /// Whether a quoted cell may hold line ends.
    pub multiline: bool,
    /// How long a row may be, in bytes.
    pub most: usize,
}

/// A row's cells, each with what it takes of the text, quotation marks with it; and where the next row begins.
/// `None` where the text ends before the row does, and more may come.
///
/// # Errors
/// With where the row after a broken one begins: on the line after the one on which it began, so that
/// a stray quotation mark costs one row.
pub(super) fn cells<'t>(
    text: &'t [u8],
    layout: Layout,
    is_all: bool,
    mut found: impl FnMut(usize, Cow<'t, [u8]>, Range<usize>),
) -> Option<Result<(usize, usize), (usize, Broken)>> {
    let first_line = memchr::memchr(b'\n', text).map(|end| end + 1);
    let Some(next_line) = first_line.or(is_all.then_some(text.len())) else { return too_long(text, layout.most) };
    // A line that is too long may have been cut, so that nothing else is told of it.
    let broken = |why| Some(Err((next_line, if next_line > layout.most { Broken::TooLong(layout.most) } else { why })));
    let (mut at, mut count) = (0, 0);
    loop {
        let rest = &text[at..];
        let (cell, taken, length) = if rest.first() == Some(&b'"') {
            match quoted(&rest[1..], layout.multiline) {
                Quoted::Cell(cell, length) => (cell, length + 1, length + 1),
                Quoted::Broken => return broken(Broken::Quote),
                // INVARIANT: where cells end with their line, the last line of all is the only one that can be open.
                Quoted::Open if is_all => return broken(Broken::Quote),
                Quoted::Open => return too_long(text, layout.most),
            }
        } else {
            let length = memchr::memchr2(layout.delimiter, b'\n', rest).unwrap_or(rest.len());
            let is_last = rest.get(length) != Some(&layout.delimiter);
            let cell = &rest[..length];
            let cell = if is_last { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell };
            if memchr::memchr(b'"', cell).is_some() {
                return broken(Broken::Quote);
            }
            (Cow::Borrowed(cell), cell.len(), length)
        };
        let after = &rest[length..];
        found(count, cell, at..at + taken);
        count += 1;
        let end = match after {
            [] if is_all => Some(0),
            [] => return too_long(text, layout.most),
            [b'\n', ..] => Some(1),
            [b'\r', b'\n', ..] => Some(2),
            [b'\r'] if is_all => Some(1),
            [b'\r'] => return too_long(text, layout.most),
            [byte, ..] if *byte == layout.delimiter => None,
            _ => return broken(Broken::Quote),
        };
        at += length;
        match end {
            Some(end) if at + end > layout.most => return broken(Broken::TooLong(layout.most)),
            Some(end) => return Some(Ok((count, at + end))),
            None => at += 1,
        }
    }
}

/// More text is wanted, if the row is not too long already.
fn too_long<T>(text: &[u8], most: usize) -> Option<Result<T, (usize, Broken)>> {
    let next = memchr::memchr(b'\n', text).map_or(text.len(), |end| end + 1);
    (text.len() > most).then_some(Err((next, Broken::TooLong(most))))
}

enum Quoted<'t> {
    /// What it holds, and how long it was with its closing mark.
    Cell(Cow<'t, [u8]>, usize),
    Broken,
    /// It is not closed.
    Open,
}

/// A quoted cell, from behind its opening mark; two marks stand for one.
fn quoted(text: &[u8], multiline: bool) -> Quoted<'_> {
    let mut joined: Option<Vec<u8>> = None;
    let mut from = 0;
    loop {
        let Some(mark) = memchr::memchr2(b'"', if multiline { b'"' } else { b'\n' }, &text[from..]) else {
            return Quoted::Open;
        };
        let mark = from + mark;
        if text[mark] == b'\n' {
            return Quoted::Broken;
        }
        let part = &text[from..mark];
        if text.get(mark + 1) == Some(&b'"') {
            let joined = joined.get_or_insert_default();
            joined.extend_from_slice(part);
            joined.push(b'"');
            from = mark + 2;
            continue;
        }
        let cell = match joined {
            None => Cow::Borrowed(part),
            Some(mut joined) => {
                joined.extend_from_slice(part);
                Cow::Owned(joined)
            }
        };
        return Quoted::Cell(cell, mark + 1);
    }
}
