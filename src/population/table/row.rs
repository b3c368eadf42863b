//! One row of a CSV table into its cells, by the letter: the meaning that the fast way is held against.

#![expect(clippy::indexing_slicing, reason = "marks are those that were found in the text")]
#![expect(clippy::arithmetic_side_effects, reason = "places in it")]

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
    let next_line = first_line.or(is_all.then_some(text.len()))?;
    // Of a row that is too long nothing else is told: its line may have been cut, or the text may have ended before
    // what breaks it came. `before` bytes of the row say nothing of that.
    let broken = |before: usize| {
        let is_long = next_line.max(before) > layout.most;
        Some(Err((next_line, if is_long { Broken::TooLong(layout.most) } else { Broken::Quote })))
    };
    let (mut at, mut count) = (0, 0);
    loop {
        let rest = &text[at..];
        let (cell, taken, length) = if rest.first() == Some(&b'"') {
            match quoted(&rest[1..], layout.multiline) {
                Quoted::Cell(cell, length) => (cell, length + 1, length + 1),
                Quoted::Broken => return broken(0),
                // INVARIANT: where cells end with their line, the last line of all is the only one that can be open.
                Quoted::Open if is_all => return broken(text.len()),
                Quoted::Open => return too_long(text, layout.most),
            }
        } else {
            let length = memchr::memchr2(layout.delimiter, b'\n', rest).unwrap_or(rest.len());
            let is_last = rest.get(length) != Some(&layout.delimiter);
            let cell = &rest[..length];
            let cell = if is_last { cell.strip_suffix(b"\r").unwrap_or(cell) } else { cell };
            if let Some(quote) = memchr::memchr(b'"', cell) {
                return broken(at + quote);
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
            [b'\r', _, ..] => return broken(at + length + 1),
            _ => return broken(at + length),
        };
        at += length;
        match end {
            Some(end) if at + end > layout.most => return broken(at + end),
            Some(end) => return Some(Ok((count, at + end))),
            None => at += 1,
        }
    }
}

/// More text is wanted, if the row is not too long already; where its first line ends has to be known in any case.
fn too_long<T>(text: &[u8], most: usize) -> Option<Result<T, (usize, Broken)>> {
    let next = memchr::memchr(b'\n', text)? + 1;
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

#[cfg(test)]
mod tests {
    use super::{Broken, Layout, cells};

    const LAYOUT: Layout = Layout { delimiter: b',', multiline: false, most: 100 };
    const MULTILINE: Layout = Layout { multiline: true, ..LAYOUT };

    /// The cells of a row, each with what it takes of the text, and how long the row is.
    type Row<'t> = Option<Result<(Vec<(String, &'t str)>, usize), (usize, Broken)>>;

    fn read(text: &str, layout: Layout, is_all: bool) -> Row<'_> {
        let mut found = Vec::new();
        let row = cells(text.as_bytes(), layout, is_all, |index, cell, range| {
            assert_eq!(index, found.len());
            found.push((String::from_utf8(cell.into_owned()).expect("it is UTF-8"), &text[range]));
        })?;
        Some(row.map(|(count, length)| {
            assert_eq!(count, found.len());
            (found, length)
        }))
    }

    /// By RFC 4180, and with line ends of one byte: quotation marks stand around a cell, two of them for one in it.
    #[test]
    fn rows_are_divided_into_cells() {
        for (row, cells) in [
            ("", &[""][..]),
            ("a", &["a"]),
            ("a,b", &["a", "b"]),
            (",", &["", ""]),
            (",,c", &["", "", "c"]),
            (" a ,b ", &[" a ", "b "]),
            ("\"a\"", &["a"]),
            ("\"\"", &[""]),
            ("\"a\",\"b\"", &["a", "b"]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a \"\"b\"\" c\",d", &["a \"b\" c", "d"]),
            ("\"\"\"\",\"\"\"\"\"\"", &["\"", "\"\""]),
            ("a;b,\u{e9}", &["a;b", "\u{e9}"]),
        ] {
            // What stands in the row itself, of which delimiters in quotation marks are a part.
            let mut taken = Vec::new();
            let (mut from, mut is_quoted) = (0, false);
            for (at, letter) in row.char_indices().chain([(row.len(), ',')]) {
                is_quoted ^= letter == '"';
                if letter == ',' && !is_quoted {
                    taken.push(&row[from..at]);
                    from = at + 1;
                }
            }
            let expected: Vec<(String, &str)> = cells.iter().map(|cell| (*cell).to_owned()).zip(taken).collect();
            for layout in [LAYOUT, MULTILINE] {
                for end in ["\n", "\r\n"] {
                    for after in ["", "d,e\n", "\"", "\n"] {
                        let text = format!("{row}{end}{after}");
                        for is_all in [true, false] {
                            let found = read(&text, layout, is_all);
                            assert_eq!(found, Some(Ok((expected.clone(), row.len() + end.len()))), "{text:?}");
                        }
                    }
                }
                // The last row may have no line end; where more may come, it is not over.
                for end in ["", "\r"] {
                    let text = format!("{row}{end}");
                    assert_eq!(read(&text, layout, true), Some(Ok((expected.clone(), text.len()))), "{text:?}");
                    assert_eq!(read(&text, layout, false), None, "{text:?}");
                }
            }
        }
    }

    /// A row after a broken one begins on the next line.
    #[test]
    fn stray_quotation_marks_break_a_row() {
        for row in ["a\"b,c", "a,b\"", "\"a\"b,c", "\"a\" ,b", "a,\"b\"\"c", "a,\"b", "\"a\"\r,b"] {
            let text = format!("{row}\nd,e\n");
            for is_all in [true, false] {
                assert_eq!(read(&text, LAYOUT, is_all), Some(Err((row.len() + 1, Broken::Quote))), "{text:?}");
            }
            // Without a line end it is broken where no more can come.
            assert_eq!(read(row, LAYOUT, true), Some(Err((row.len(), Broken::Quote))), "{row:?}");
        }
    }

    #[test]
    fn quoted_cells_may_hold_line_ends_where_that_is_asked_for() {
        let text = "a,\"b\nc\r\n\",d\ne\n";
        let cells = [("a", "a"), ("b\nc\r\n", "\"b\nc\r\n\""), ("d", "d")];
        let cells = cells.map(|(cell, taken)| (cell.to_owned(), taken)).to_vec();
        assert_eq!(read(text, MULTILINE, false), Some(Ok((cells, text.len() - 2))));
        assert_eq!(read(text, LAYOUT, false), Some(Err((5, Broken::Quote))));
        // One that nothing closes may be closed in what comes; else the next line is a row again.
        let open = "a,\"b\nc,d\n";
        assert_eq!(read(open, MULTILINE, false), None);
        assert_eq!(read(open, MULTILINE, true), Some(Err((5, Broken::Quote))));
    }

    /// With its line end a row may be as long as that, and of a longer one only that is told.
    #[test]
    fn rows_are_as_long_as_they_may_be() {
        let too_long = |next, most| Some(Err((next, Broken::TooLong(most))));
        for row in ["abc,d\n", "\"ab\",\n", "abc,\r\n", "a\"bc,\n", "\"abcd\n"] {
            for is_all in [true, false] {
                let within = |most| read(row, Layout { most, ..LAYOUT }, is_all);
                assert_eq!(within(row.len() - 1), too_long(row.len(), row.len() - 1), "{row:?}");
                assert_ne!(within(row.len()), too_long(row.len(), row.len()), "{row:?}");
            }
        }
        // Of a row whose first line ends, and that is longer already, nothing more need be known.
        for row in ["\"a\nbc", "\"a\nb\"\r", "\"a\nb\",c"] {
            let within = |most| read(row, Layout { most, ..MULTILINE }, false);
            assert_eq!(within(row.len()), None, "{row:?}");
            assert_eq!(within(row.len() - 1), too_long(3, row.len() - 1), "{row:?}");
        }
        // Where the next row begins is not known before its line ends.
        for row in ["abc,d", "a,\"b\"", "\"a", "\"a\"\r"] {
            assert_eq!(read(row, Layout { most: 1, ..MULTILINE }, false), None, "{row:?}");
        }
    }
}
