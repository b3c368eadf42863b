//! How much room letters take, where no font can be asked.
//!
//! Widths are those of DejaVu Sans, the widest of the usual sans-serif fonts, rounded up: what is
//! shown in another one takes less room.

/// The size of letters, in pixels.
pub(super) const SIZE: i32 = 14;

/// The width of a letter, in hundredths of its size.
fn letter(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 30,
        ' ' | ',' | '.' | ':' | ';' | '/' | '\\' | 'I' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '!' => 42,
        'm' | 'M' | 'W' | '%' | '@' => 100,
        'w' | 'G' | 'H' | 'N' | 'O' | 'Q' | 'U' | 'D' | '+' | '=' | '<' | '>' | '#' | '&' | '~' | '…' => 84,
        'A'..='Z' => 72,
        ' '..='~' => 65,
        '\u{300}'..='\u{36f}' => 0,
        _ if is_wide(c) => 110,
        'Ж' | 'М' | 'Ф' | 'Ш' | 'Щ' | 'Ы' | 'Ю' => 112,
        'ж' | 'м' | 'ф' | 'ш' | 'щ' | 'ы' | 'ю' => 96,
        'А'..='я' => 80,
        _ => 90,
    }
}

/// Letters that may take a square: Han, kana, Hangul, full width, pictures, and whatever else lies
/// past the scripts of Europe and its neighbours.
fn is_wide(c: char) -> bool {
    c >= '\u{1000}' && !('\u{1e00}'..='\u{2bff}').contains(&c)
}

/// How wide a text is at most, in pixels.
pub(super) fn width(text: &str) -> i32 {
    let hundredths: i32 = text.chars().map(letter).sum();
    (hundredths * SIZE + 99) / 100
}

/// The text in lines that are at most so wide, in pixels, broken between words or, where a word is
/// wider, within it.
pub(super) fn wrapped(text: &str, most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let with = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if width(&with) <= most {
            line = with;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for c in word.chars() {
            if width(&line) + width(c.encode_utf8(&mut [0; 4])) > most && letter(c) > 0 {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
