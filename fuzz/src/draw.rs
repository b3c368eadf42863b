//! Choices made by bytes, one after the other. When the bytes run out the first alternative is taken, so that
//! fewer bytes make simpler things.

use arbitrary::Unstructured;

/// What is left of the bytes.
pub struct Draw<'a>(Unstructured<'a>);

/// Characters that some format takes for something else, or that show nothing.
const ODD: &[&str] = &[
    "<",
    ">",
    "&",
    "\"",
    "'",
    "\\",
    "`",
    "|",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "#",
    "*",
    "_",
    "~",
    "$",
    "%",
    ";",
    ",",
    "=",
    "-",
    "--",
    "*/",
    "/*",
    "]]>",
    "<!--",
    "\n",
    "\r\n",
    "\t",
    "\r",
    "\0",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{e000}",
    "\u{0301}",
    "\u{5d0}",
    "é",
    "ß",
    "\u{1F600}",
    "javascript:",
    "https://example.org/",
    "=1+1",
    "@a",
    "+1",
    " ",
    "a",
    "word",
    "0",
];

impl<'a> Draw<'a> {
    /// Choices by these bytes.
    pub fn new(data: &'a [u8]) -> Self {
        Self(Unstructured::new(data))
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        // Without bytes it is the least.
        self.0.int_in_range(0..=count - 1).unwrap_or(0)
    }

    /// True once in `count` times; without bytes it is not.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    /// One of these.
    pub fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> &'t T {
        all[self.below(all.len())]
    }

    /// Some whole number.
    pub fn number(&mut self) -> i64 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// A short text of any characters, most of them odd ones.
    pub fn text(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..self.below(8) {
            match self.below(8) {
                0 => text.push(self.0.arbitrary().unwrap_or('a')),
                1 => text.push_str("plain"),
                _ => text.push_str(self.of(ODD)),
            }
        }
        text
    }

    /// Whether bytes are left.
    pub fn has_more(&self) -> bool {
        !self.0.is_empty()
    }
}
