//! What the text of a file may hold at all, whatever it says.
//!
//! Looked at before the language is: these hide in texts and comments too.

use super::token::{conflict_mark, is_bidi_control};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::{FileId, MAX_FILE_BYTES, Place, Span, position};

/// Reads a file's bytes as UTF-8 text.
///
/// # Errors
/// When they are more than 16 MiB, or not UTF-8. `name` is the file's, for the message.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    if bytes.len() > MAX_FILE_BYTES {
        let message = format!("this file has {} bytes; at most {MAX_FILE_BYTES} (16 MiB) are read", bytes.len());
        return Err(Diagnostic::error(Code::FileTooLarge, message)
            .spot(name, None)
            .help("split the rules into several files and `import` them"));
    }
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
        let (what, help) = if utf16 {
            ("this file is UTF-16, and rule files are UTF-8", "save it again with the encoding UTF-8")
        } else {
            ("this file is not UTF-8 from here on", "save it again with the encoding UTF-8; nothing of it was changed")
        };
        Diagnostic::error(Code::NotUtf8, what).spot(name, Some(position(&before, valid))).help(help)
    })
}

/// How many findings of one kind are shown for a file.
const SHOWN: usize = 5;

/// Reports every character that may stand nowhere in a rule file.
pub(super) fn inspect(file: FileId, text: &str) -> Vec<Diagnostic> {
    let at = |start: usize, length: usize| Place { file, span: Span::new(start, start + length) };
    let mut found = Vec::new();
    found.extend(nuls(text).take(SHOWN).map(|start| nul(at(start, 1), text)));
    found.extend(lone_returns(text).take(SHOWN).map(|start| lone_return(at(start, 1))));
    found.extend(bidi_controls(text).take(SHOWN).map(|(start, c)| bidi_control(at(start, c.len_utf8()), c)));
    found.extend(conflicts(text).take(SHOWN).map(|start| conflict(at(start, 7))));
    found
}

fn nuls(text: &str) -> impl Iterator<Item = usize> {
    text.bytes().enumerate().filter(|&(_, byte)| byte == 0).map(|(start, _)| start)
}

fn nul(place: Place, text: &str) -> Diagnostic {
    let report = Diagnostic::error(Code::NulCharacter, "this file holds a NUL character").at(place, "");
    if nuls(text).count() * 4 > text.len() {
        return report.help("it looks like UTF-16: save it again with the encoding UTF-8");
    }
    report.help("remove it; most editors can show invisible characters")
}

fn lone_returns(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let lone = move |&index: &usize| bytes[index] == b'\r' && bytes.get(index + 1) != Some(&b'\n');
    (0..bytes.len()).filter(lone)
}

fn lone_return(place: Place) -> Diagnostic {
    Diagnostic::error(Code::LoneCarriageReturn, "a carriage return stands here without a line feed")
        .at(place, "some programs begin a new line here and others do not, so what follows can be hidden")
        .help("save the file with the line ends LF or CRLF")
}

fn bidi_controls(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|&(_, c)| is_bidi_control(c))
}

fn bidi_control(place: Place, c: char) -> Diagnostic {
    let name = match c {
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
    };
    let message = format!("this file holds an invisible U+{:04X} {name}", c as u32);
    Diagnostic::error(Code::BidiControl, message)
        .at(place, "it can make the text read differently from what is evaluated")
        .help("remove it; right-to-left words need no such character")
        .fix(place, "")
}

/// Where each conflict opens. A line of seven `=` alone may be a heading in a comment or a text.
fn conflicts(text: &str) -> impl Iterator<Item = usize> {
    let mut start = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let here = start;
        start += line.len();
        (conflict_mark(line) == Some('<')).then_some(here)
    })
}

fn conflict(place: Place) -> Diagnostic {
    Diagnostic::error(Code::MergeConflict, "a merge was left unfinished here")
        .at(place, "two versions of these lines stand in the file")
        .help("keep one of the two versions and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`")
}
