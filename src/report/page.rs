//! A page for readers, as plain text of 80 columns or as Markdown: the same words in both.

use super::{HEADING, paragraph, plain, styled};

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines of at most 80 columns, with colours as escape codes.
    Text,
    /// CommonMark: a heading for each part, and lists.
    Markdown,
}

impl Form {
    /// A text from outside as it is shown: on one line, and only as text.
    #[must_use]
    pub fn shown(self, text: &str) -> String {
        let text = plain(text);
        match self {
            Form::Text => text,
            Form::Markdown => escaped(&text),
        }
    }

    /// A name of the rule files, between backticks.
    pub(super) fn name(self, name: &str) -> String {
        format!("`{}`", plain(name))
    }
}

/// Characters that mean something to Markdown have a backslash before them.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // At the beginning, `-`, `+` and `1.` would open a list, `=` underline a heading.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (index, c) in text.char_indices() {
        let anywhere = matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&');
        let first = index == 0 && matches!(c, '-' | '+' | '=');
        let ordinal = digits > 0 && index == digits && matches!(c, '.' | ')');
        if anywhere || first || ordinal {
            shown.push('\\');
        }
        shown.push(c);
    }
    shown
}

/// What stands in one place of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// What is said first.
    pub(super) head: String,
    /// What is said below it.
    pub(super) items: Vec<String>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(head: T) -> Self {
        Self { head: head.into(), items: Vec::new() }
    }
}

impl Cell {
    /// All of it on one line.
    fn joined(&self, between: &str) -> String {
        let lines = std::iter::once(&self.head).chain(&self.items);
        lines.map(String::as_str).collect::<Vec<_>>().join(between)
    }
}

/// A page that is being written. `lead` is a word or two before a text; in plain text further
/// lines stand below the text's first.
pub(super) struct Page {
    pub(super) form: Form,
    out: String,
}

impl Page {
    pub(super) fn new(form: Form) -> Self {
        Self { form, out: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// The page's title, and what it is about.
    pub(super) fn title(&mut self, title: &str, about: &str) {
        match self.form {
            Form::Text => {
                let mut lines = String::new();
                paragraph(&mut lines, "", title);
                self.out.push_str(&(styled(HEADING, lines.trim_end()) + "\n"));
                paragraph(&mut self.out, "", about);
            }
            Form::Markdown => self.out.push_str(&format!("# {title}\n\n{about}\n")),
        }
    }

    /// A part of the page with a heading.
    pub(super) fn part(&mut self, heading: &str) {
        match self.form {
            Form::Text => self.out.push_str(&format!("\n{}\n", styled(HEADING, heading))),
            Form::Markdown => self.out.push_str(&format!("\n## {heading}\n\n")),
        }
    }

    /// A part of a part.
    pub(super) fn subpart(&mut self, heading: &str) {
        match self.form {
            Form::Text => {
                self.out.push('\n');
                paragraph(&mut self.out, "", heading);
            }
            Form::Markdown => self.out.push_str(&format!("\n### {heading}\n\n")),
        }
    }

    /// A sentence that is all that a part says.
    pub(super) fn sentence(&mut self, text: &str) {
        match self.form {
            Form::Text => paragraph(&mut self.out, "  ", text),
            Form::Markdown => self.out.push_str(&format!("{text}\n")),
        }
    }

    /// A sentence that stands by itself, `indent` columns from the left in plain text.
    pub(super) fn remark(&mut self, indent: usize, text: &str) {
        self.out.push('\n');
        match self.form {
            Form::Text => paragraph(&mut self.out, &" ".repeat(indent), text),
            Form::Markdown => self.out.push_str(&format!("{text}\n")),
        }
    }

    /// An item of a list.
    pub(super) fn item(&mut self, text: &str) {
        self.put("  - ", "- ", "", text);
    }

    /// What is said below an item.
    pub(super) fn detail(&mut self, lead: &str, text: &str) {
        self.put("      ", "  - ", lead, text);
    }

    /// What is said of the thing that a part is about.
    pub(super) fn line(&mut self, lead: &str, text: &str) {
        self.put("  ", "- ", lead, text);
    }

    /// An item below a line.
    pub(super) fn subitem(&mut self, text: &str) {
        self.put("    - ", "  - ", "", text);
    }

    /// What is said below a line.
    pub(super) fn subline(&mut self, lead: &str, text: &str) {
        self.put("    ", "  - ", lead, text);
    }

    /// A table whose first column names the rows. Plain text is too narrow for one: there a row is
    /// a block, with the heads before its cells, and empty cells are left out.
    pub(super) fn table(&mut self, heads: &[&str], rows: &[Vec<Cell>]) {
        match self.form {
            Form::Text => rows.iter().for_each(|row| self.block(heads, row)),
            Form::Markdown => {
                self.out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len())));
                for row in rows {
                    let cells: Vec<String> = row.iter().map(|cell| cell.joined("<br>")).collect();
                    self.out.push_str(&format!("| {} |\n", cells.join(" | ")));
                }
            }
        }
    }

    fn block(&mut self, heads: &[&str], row: &[Cell]) {
        for (column, (head, cell)) in heads.iter().zip(row).enumerate() {
            if column == 0 {
                self.subpart(&cell.joined(", "));
            } else if *cell != Cell::default() {
                self.line(&format!("{}: ", head.to_lowercase()), &cell.head);
                cell.items.iter().for_each(|item| self.subitem(item));
            }
        }
    }

    fn put(&mut self, text_indent: &str, list_indent: &str, lead: &str, text: &str) {
        match self.form {
            Form::Text => paragraph(&mut self.out, &format!("{text_indent}{lead}"), text),
            Form::Markdown => self.out.push_str(&format!("{list_indent}{lead}{text}\n")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn texts_from_outside_are_only_text_in_markdown() {
        for (text, shown) in [
            ("- no list", r"\- no list"),
            ("12. no list", r"12\. no list"),
            ("12 is a number. 3.5 too", "12 is a number. 3.5 too"),
            ("*no* _stress_", r"\*no\* \_stress\_"),
            ("[no](link) ![picture]", r"\[no\](link) !\[picture\]"),
            ("<b>& `code` # | ~ \\", r"\<b\>\& \`code\` \# \| \~ \\"),
            ("two\n\nlines", "two lines"),
        ] {
            assert_eq!(Form::Markdown.shown(text), shown);
        }
    }
}
