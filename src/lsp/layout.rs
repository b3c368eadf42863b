//! The canonical layout as changes of lines.

use lsp_types::TextEdit;
use similar::{DiffTag, TextDiff};

use super::position::Encoding;
use super::source::Source;
use crate::limits::Limits;
use crate::syntax::{self, Refused};
use crate::text::{FileId, Span};

/// More lines than this that differ are replaced as one: comparing takes time in proportion to
/// the lines and to how many of them differ.
const COMPARED: usize = 5_000;

/// The changes that lay a file out in the canonical way; none, if it is.
///
/// # Errors
/// Why it cannot be laid out, in a sentence for the reader.
pub fn layout(source: &Source, encoding: Encoding) -> Result<Vec<TextEdit>, String> {
    let new = syntax::format(FileId::default(), &source.text, &Limits::default()).map_err(|refused| match refused {
        Refused::Mistakes(_) => "a file with mistakes is not laid out, and was not changed".to_owned(),
        Refused::Differs => {
            "the layout would have changed what the file says, so nothing was done; please report this".to_owned()
        }
    })?;
    let edit = |span, new_text: String| TextEdit { range: source.range(span, encoding), new_text };
    Ok(changes(&source.text, &new).into_iter().map(|(span, text)| edit(span, text)).collect())
}

/// Whole lines that are replaced, and with what.
fn changes(old: &str, new: &str) -> Vec<(Span, String)> {
    if old == new {
        return Vec::new();
    }
    let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
    if lines(old).max(lines(new)) > COMPARED {
        return vec![(Span::new(0, old.len()), new.to_owned())];
    }
    let diff = TextDiff::from_lines(old, new);
    let starts = |slices: &[&str]| -> Vec<usize> {
        let ends = slices.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        });
        std::iter::once(0).chain(ends).collect()
    };
    let old_starts = starts(&diff.iter_old_slices().collect::<Vec<_>>());
    let new_starts = starts(&diff.iter_new_slices().collect::<Vec<_>>());
    let changed = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changed
        .map(|op| {
            let (from, to) = (op.old_range(), op.new_range());
            let text = &new[new_starts[to.start]..new_starts[to.end]];
            (Span::new(old_starts[from.start], old_starts[from.end]), text.to_owned())
        })
        .collect()
}
