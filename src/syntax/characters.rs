//! What the text of a file may hold at all, whatever it says.
//!
//! Looked at before the language is: these hide in texts and comments too.

#![expect(clippy::indexing_slicing, reason = "bytes and labels are those that were found")]
#![expect(clippy::arithmetic_side_effects, reason = "places in a text in memory")]

use indexmap::IndexSet;

use super::token::{conflict_mark, is_bidi_control};
use crate::diagnostic::{Code, Diagnostic};
use crate::limits::{Limit, Limits};
use crate::text::{FileId, Place, Position, Span};

/// Reads a file's bytes as UTF-8 text.
///
/// # Errors
/// When they are more than the limit, or not UTF-8. `name` is the file's, for the message.
pub fn decode(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<String, Diagnostic> {
    if bytes.len() > limits.length(Limit::FileBytes) {
        // No size is told: whoever read the file may have stopped at the limit.
        let message = format!("this file is larger than {} bytes, and no more is read", limits.of(Limit::FileBytes));
        return Err(Diagnostic::error(Code::FileTooLarge, message)
            .spot(name, None)
            .help("split it into several files: a rule file can `import` others, profiles can be given one after the other")
            .help(limits.raise(Limit::FileBytes)));
    }
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let (what, help) = if utf16 {
            ("this file is UTF-16, and only UTF-8 is read", "save it again with the encoding UTF-8")
        } else {
            ("this file is not UTF-8 from here on", "save it again with the encoding UTF-8")
        };
        Diagnostic::error(Code::NotUtf8, what).spot(name, Some(Position::START.after(&before[..valid]))).help(help)
    })
}

/// Reports the first line that is longer than the limit: it is nothing that could be shown, or that anyone wrote.
pub(super) fn long_line(file: FileId, text: &str, limits: &Limits) -> Option<Diagnostic> {
    let most = limits.length(Limit::LineBytes);
    let mut start = 0;
    for line in text.split('\n') {
        if line.len() > most {
            let message = format!("this line is longer than {most} bytes, and nothing of this file is read");
            return Some(
                Diagnostic::error(Code::LineTooLong, message)
                    .at(Place { file, span: Span::new(start, start) }, "")
                    .help("break the line: between two words a line may end anywhere")
                    .help(limits.raise(Limit::LineBytes)),
            );
        }
        start += line.len() + 1;
    }
    None
}

/// How many places of one finding are marked.
const MARKED: usize = 4;

/// Reports every character that may stand nowhere in a rule file: one finding for each kind.
///
/// The checks that rule out a kind are those of the standard library, which are quick: almost
/// no file has any of them.
pub(super) fn inspect(file: FileId, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if text.contains('\0') {
        found.push(nuls(file, text));
    }
    if text.contains('\r') {
        found.extend(lone_returns(file, text));
    }
    if !text.is_ascii() {
        found.extend(bidi_controls(file, text));
    }
    if text.contains("<<<<<<<") {
        found.extend(conflicts(file, text));
    }
    found
}

/// Whether so much of it is NUL that it must be UTF-16 read as something else.
pub(super) fn looks_like_utf16(text: &str) -> bool {
    text.contains('\0') && text.matches('\0').count() * 4 > text.len()
}

/// Marks the first few places, and says how many more there are.
fn marked(report: Diagnostic, file: FileId, places: &[(usize, usize)], label: &str) -> Diagnostic {
    let mut report = report;
    for (index, (start, length)) in places.iter().take(MARKED).enumerate() {
        let place = Place { file, span: Span::new(*start, start + length) };
        report = report.at(place, if index == 0 { label } else { "" });
    }
    match places.len().saturating_sub(MARKED) {
        0 => report,
        more => report.note(format!("and in {more} more places")),
    }
}

fn nuls(file: FileId, text: &str) -> Diagnostic {
    let mut places: Vec<(usize, usize)> = text.match_indices('\0').map(|(start, _)| (start, 1)).collect();
    let report = Diagnostic::error(Code::NulCharacter, "this file holds a NUL character");
    if looks_like_utf16(text) {
        places.truncate(1);
        return marked(report, file, &places, "").help("it looks like UTF-16: save it again with the encoding UTF-8");
    }
    marked(report, file, &places, "").help("remove it; most editors can show invisible characters")
}

fn lone_returns(file: FileId, text: &str) -> Option<Diagnostic> {
    let lone = |start: &usize| text.as_bytes().get(start + 1) != Some(&b'\n');
    let places: Vec<(usize, usize)> =
        text.match_indices('\r').map(|(start, _)| start).filter(lone).map(|start| (start, 1)).collect();
    let report = Diagnostic::error(Code::LoneCarriageReturn, "a carriage return stands here without a line feed");
    let report =
        report.help("save the file with the line ends LF or CRLF: a lone carriage return can hide what follows it");
    (!places.is_empty()).then(|| marked(report, file, &places, "some programs see a new line here"))
}

fn bidi_controls(file: FileId, text: &str) -> Option<Diagnostic> {
    let found: Vec<(usize, char)> = text.char_indices().filter(|&(_, c)| is_bidi_control(c)).collect();
    let kinds: IndexSet<char> = found.iter().map(|&(_, c)| c).collect();
    let names: Vec<String> = kinds.iter().map(|&c| format!("U+{:04X} {}", c as u32, bidi_name(c))).collect();
    let (message, remove) = match &names[..] {
        [] => return None,
        [name] => (format!("an invisible {name} stands here"), "remove it: it can"),
        names => (format!("invisible characters stand here: {}", names.join(", ")), "remove them: they can"),
    };
    let report = Diagnostic::error(Code::BidiControl, message)
        .help(format!("{remove} make the text read differently from what is evaluated; right-to-left words need none"));
    let places: Vec<(usize, usize)> = found.iter().map(|&(start, c)| (start, c.len_utf8())).collect();
    let mut report = marked(report, file, &places, "");
    if names.len() > 1 {
        // The message names them all; each mark says which of them stands there.
        for (label, (_, c)) in report.labels.iter_mut().zip(&found) {
            label.text = format!("U+{:04X}", *c as u32);
        }
    }
    let place = report.labels[0].place;
    Some(report.fix(place, ""))
}

fn bidi_name(c: char) -> &'static str {
    match c {
        '\u{61c}' => "ARABIC LETTER MARK",
        '\u{200e}' => "LEFT-TO-RIGHT MARK",
        '\u{200f}' => "RIGHT-TO-LEFT MARK",
        '\u{202a}' => "LEFT-TO-RIGHT EMBEDDING",
        '\u{202b}' => "RIGHT-TO-LEFT EMBEDDING",
        '\u{202c}' => "POP DIRECTIONAL FORMATTING",
        '\u{202d}' => "LEFT-TO-RIGHT OVERRIDE",
        '\u{202e}' => "RIGHT-TO-LEFT OVERRIDE",
        '\u{2066}' => "LEFT-TO-RIGHT ISOLATE",
        '\u{2067}' => "RIGHT-TO-LEFT ISOLATE",
        '\u{2068}' => "FIRST STRONG ISOLATE",
        _ => "POP DIRECTIONAL ISOLATE",
    }
}

/// Where each conflict opens. A line of seven `=` alone may be a heading in a comment or a text.
fn conflicts(file: FileId, text: &str) -> Vec<Diagnostic> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if conflict_mark(line) == Some('<') {
            let report = Diagnostic::error(Code::MergeConflict, "a merge was left unfinished here")
                .help("keep one of the two versions and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`");
            found.push(marked(report, file, &[(start, 7)], "two versions of these lines stand in the file"));
        }
        start += line.len();
    }
    found
}
