//! Bytes of a text against the lines and columns of the protocol.
//!
//! The only place that converts between the two. The protocol counts lines from 0, ends them with
//! LF, CR LF or a lone CR, and counts columns in units of UTF-16, or of UTF-8 where the client
//! offers it. What lies past the end of a line is the end of that line, before what ends it.

use lsp_types::{Position, Range};

use crate::text::Span;

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: two for a character beyond the basic plane. What a client wants that
    /// does not say otherwise.
    Utf16,
}

/// How far apart, in bytes, places are at which the units of UTF-16 before them are known.
const STEP: usize = 1_024;

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
    /// For every [`STEP`]th byte, the units of UTF-16 before the character it is in. Counting from
    /// the beginning of the line would take the square of its length, for all places in it.
    units: Vec<u32>,
}

impl Lines {
    /// Finds the lines of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(ends_line).map(|at| narrow(at + 1));
        let starts = std::iter::once(0).chain(starts).collect();
        let mut units = vec![0];
        let mut before = 0;
        for step in 1..=text.len() / STEP {
            let [from, to] = [step - 1, step].map(|step| text.floor_char_boundary(step * STEP));
            before += count_units(&text[from..to]);
            units.push(narrow(before));
        }
        Self { starts, units }
    }

    /// Where a byte stands; an offset past the end is the end, one inside a character its start.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32, encoding: Encoding) -> Position {
        let offset = text.floor_char_boundary(offset as usize);
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        let start = self.starts[line] as usize;
        let offset = offset.min(self.end(text, line)).max(start);
        let column = match encoding {
            Encoding::Utf8 => offset - start,
            Encoding::Utf16 => self.units_before(text, offset) - self.units_before(text, start),
        };
        Position { line: narrow(line), character: narrow(column) }
    }

    /// The byte at a position; a column inside a character is that character's start.
    #[must_use]
    pub fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line) else { return text.len() };
        let start = *start as usize;
        let end = self.end(text, line);
        let column = position.character as usize;
        match encoding {
            Encoding::Utf8 => text.floor_char_boundary(start.saturating_add(column).min(end)),
            Encoding::Utf16 => {
                let wanted = self.units_before(text, start).saturating_add(column);
                // The last known place on the line that is not past the wanted one.
                let steps = start / STEP + 1..end / STEP + 1;
                let known = steps.start + self.units[steps].partition_point(|units| *units as usize <= wanted) - 1;
                let from = text.floor_char_boundary(known * STEP).max(start);
                let mut units = self.units_before(text, from);
                let past = |c: char| {
                    units += c.len_utf16();
                    units > wanted
                };
                text[from..end].find(past).map_or(end, |index| from + index)
            }
        }
    }

    fn units_before(&self, text: &str, offset: usize) -> usize {
        let step = offset / STEP;
        self.units[step] as usize + count_units(&text[text.floor_char_boundary(step * STEP)..offset])
    }

    /// A span as a range.
    #[must_use]
    pub fn range(&self, text: &str, span: Span, encoding: Encoding) -> Range {
        Range { start: self.position(text, span.start, encoding), end: self.position(text, span.end, encoding) }
    }

    /// A range as a span; one that ends before it begins is empty.
    #[must_use]
    pub fn span(&self, text: &str, range: Range, encoding: Encoding) -> Span {
        let start = self.offset(text, range.start, encoding);
        Span::new(start, self.offset(text, range.end, encoding).max(start))
    }

    /// The line in which a byte stands, from 0.
    #[must_use]
    pub fn line(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// Where a line ends, before what ends it.
    fn end(&self, text: &str, line: usize) -> usize {
        let start = self.starts[line] as usize;
        let next = self.starts.get(line + 1).map_or(text.len(), |next| *next as usize);
        start + text[start..next].trim_end_matches(['\n', '\r']).len()
    }
}

fn count_units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [Encoding; 2] = [Encoding::Utf8, Encoding::Utf16];

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[track_caller]
    fn check(text: &str, offset: u32, utf8: Position, utf16: Position) {
        let lines = Lines::of(text);
        for (encoding, position) in BOTH.into_iter().zip([utf8, utf16]) {
            assert_eq!(lines.position(text, offset, encoding), position, "{encoding:?}");
            assert_eq!(lines.offset(text, position, encoding), offset as usize, "{encoding:?}");
        }
    }

    #[test]
    fn columns_count_bytes_or_units_of_utf16() {
        check("", 0, at(0, 0), at(0, 0));
        check("ab\ncd", 4, at(1, 1), at(1, 1));
        // Two bytes and one unit, three and one, four and two.
        check("é|", 2, at(0, 2), at(0, 1));
        check("€|", 3, at(0, 3), at(0, 1));
        check("\u{1F600}|", 4, at(0, 4), at(0, 2));
        check("\n\u{1F600}é\u{1F600}|", 11, at(1, 10), at(1, 5));
    }

    #[test]
    fn lines_end_with_lf_crlf_or_cr() {
        check("a\r\nb", 3, at(1, 0), at(1, 0));
        check("a\rb", 2, at(1, 0), at(1, 0));
        check("a\n\rb", 3, at(2, 0), at(2, 0));
        check("a\n", 2, at(1, 0), at(1, 0));
    }

    #[test]
    fn what_lies_past_an_end_is_the_end() {
        let text = "ab\r\n\u{1F600}\n";
        let lines = Lines::of(text);
        for encoding in BOTH {
            assert_eq!(lines.offset(text, at(0, 99), encoding), 2, "before the CR");
            assert_eq!(lines.offset(text, at(1, 99), encoding), 8);
            assert_eq!(lines.offset(text, at(2, 99), encoding), 9);
            assert_eq!(lines.offset(text, at(99, 0), encoding), 9);
            assert_eq!(lines.offset(text, at(1, 1), encoding), 4, "inside a character");
            assert_eq!(lines.position(text, 3, encoding), at(0, 2), "between CR and LF");
            assert_eq!(lines.position(text, 99, encoding), at(2, 0));
            assert_eq!(lines.position(text, 6, encoding), at(1, 0), "inside a character");
        }
        let reversed = Range { start: at(1, 0), end: at(0, 0) };
        assert_eq!(lines.span(text, reversed, Encoding::Utf16), Span::new(4, 4));
    }

    /// The same, told from the protocol's own words: lines are split, units are counted.
    fn by_hand(text: &str, offset: usize, encoding: Encoding) -> Position {
        let (mut line, mut column) = (0, 0);
        for (at, c) in text.char_indices().take_while(|(at, _)| *at < offset) {
            if c == '\n' || c == '\r' && !text[at + 1..].starts_with('\n') {
                (line, column) = (line + 1, 0);
            } else if c != '\r' {
                column += if encoding == Encoding::Utf8 { c.len_utf8() } else { c.len_utf16() };
            }
        }
        at(line, narrow(column))
    }

    proptest! {
        #[test]
        fn both_ways_agree_and_with_a_count_by_hand(part in "[a\u{e9}\u{20ac}\u{1F600}\r\n]{0,40}", long in 0..3usize) {
            // Also where known places lie in the line, inside characters and between them.
            let text = format!("{part}{}{part}", "\u{20ac}".repeat(long * STEP / 3 + long));
            let lines = Lines::of(&text);
            let near = |offset: &usize| *offset < 150 || *offset + 300 > text.len() || offset % STEP < 4;
            let offsets = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
            for offset in offsets.filter(near) {
                for encoding in BOTH {
                    let position = lines.position(&text, offset as u32, encoding);
                    prop_assert_eq!(position, by_hand(&text, offset, encoding));
                    let between = text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
                    if !between {
                        prop_assert_eq!(lines.offset(&text, position, encoding), offset);
                    }
                }
            }
        }
    }
}
