//! A page for readers, as plain text of 80 columns, as Markdown or as HTML: the same words in all.

#[cfg(feature = "cli")]
mod sections;

use std::ops::Range;

use indexmap::IndexMap;

use super::outcomes::letter;
use super::{HEADING, WIDTH, lines, paragraph, styled};
use crate::semantics::Status;
use crate::words::{Form, as_html};

/// How wide the columns of a table are in plain text: few of them, and more.
const WIDE: usize = 15;
const NARROW: usize = 12;
/// How many stand side by side at most, and how far apart.
const COLUMNS: usize = 4;
const GAP: usize = 2;

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
    /// How many lists are open, each in the last item of the one before: only in HTML.
    open: usize,
    /// The sections of a document so far: the id and the heading of each.
    contents: Vec<(&'static str, &'static str)>,
}

impl Page {
    pub(super) fn new(form: Form) -> Self {
        Self { form, out: String::new(), open: 0, contents: Vec::new() }
    }

    pub(super) fn finish(mut self) -> String {
        self.close();
        if !self.contents.is_empty() && self.form == Form::Html {
            self.out.push_str("</section>\n");
        }
        self.out
    }

    /// Closes the open lists.
    fn close(&mut self) {
        self.out.push_str(&"</li></ul>".repeat(std::mem::take(&mut self.open)));
    }

    /// An element of HTML that stands by itself; `text` may hold elements.
    fn element(&mut self, tag: &str, text: &str) {
        self.close();
        let name = tag.split(' ').next().unwrap_or_default();
        self.out.push_str(&format!("<{tag}>{text}</{name}>\n"));
    }

    /// An item of a list of HTML, so many lists deep.
    fn list_item(&mut self, tag: &str, depth: usize, text: &str) {
        let depth = depth.min(self.open + 1);
        if depth > self.open {
            self.out.push_str("<ul>");
        } else {
            self.out.push_str(&"</li></ul>".repeat(self.open - depth));
            self.out.push_str("</li>\n");
        }
        self.open = depth;
        self.out.push_str(&format!("<{tag}>{text}"));
    }

    /// Lines that are laid out already, in plain text.
    #[cfg(feature = "cli")]
    pub(super) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
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
            // The document that it becomes a part of has a title.
            Form::Html => self.element("p class=\"about\"", about),
        }
    }

    /// A part of the page with a heading.
    pub(super) fn part(&mut self, heading: &str) {
        match self.form {
            Form::Text => self.out.push_str(&format!("\n{}\n", styled(HEADING, heading))),
            Form::Markdown => self.markdown_heading(2, heading),
            Form::Html => self.element("h3", heading),
        }
    }

    /// A heading that stands below that of the section, if there is one.
    fn markdown_heading(&mut self, level: usize, heading: &str) {
        let signs = "#".repeat(level + usize::from(!self.contents.is_empty()));
        let before = if self.out.ends_with("\n\n") { "" } else { "\n" };
        self.out.push_str(&format!("{before}{signs} {heading}\n\n"));
    }

    /// A part of a part.
    pub(super) fn subpart(&mut self, heading: &str) {
        self.subpart_known_as("", heading);
    }

    /// A part of a part; in HTML, links lead to it by its id, where it has one.
    pub(super) fn subpart_known_as(&mut self, id: &str, heading: &str) {
        match self.form {
            Form::Text => {
                self.out.push('\n');
                paragraph(&mut self.out, "", heading);
            }
            Form::Markdown => self.markdown_heading(3, heading),
            Form::Html if id.is_empty() => self.element("h4", heading),
            Form::Html => self.element(&format!("h4 id=\"{id}\""), heading),
        }
    }

    /// A sentence that is all that a part says.
    pub(super) fn sentence(&mut self, text: &str) {
        match self.form {
            Form::Text => paragraph(&mut self.out, "  ", text),
            Form::Markdown => self.out.push_str(&format!("{text}\n")),
            Form::Html => self.element("p", text),
        }
    }

    /// A sentence that stands by itself, `indent` columns from the left in plain text.
    pub(super) fn remark(&mut self, indent: usize, text: &str) {
        match self.form {
            Form::Text => {
                self.out.push('\n');
                paragraph(&mut self.out, &" ".repeat(indent), text);
            }
            Form::Markdown => {
                self.gap();
                self.out.push_str(&format!("{text}\n"));
            }
            Form::Html => self.element("p class=\"remark\"", text),
        }
    }

    /// An item of a list.
    pub(super) fn item(&mut self, text: &str) {
        self.put(1, "  - ", "- ", "", text);
    }

    /// An item about a consequence.
    pub(super) fn outcome(&mut self, consequence: &str, status: Status, text: &str) {
        match self.form {
            Form::Text | Form::Markdown => self.item(text),
            Form::Html => {
                let tag = format!("li data-of=\"{}\" data-status=\"{}\"", as_html(consequence), status.name());
                self.list_item(&tag, 1, text);
            }
        }
    }

    /// What is said below an item.
    pub(super) fn detail(&mut self, lead: &str, text: &str) {
        self.put(2, "      ", "  - ", lead, text);
    }

    /// What is said of the thing that a part is about.
    pub(super) fn line(&mut self, lead: &str, text: &str) {
        self.put(1, "  ", "- ", lead, text);
    }

    /// An item below a line.
    pub(super) fn subitem(&mut self, text: &str) {
        self.put(2, "    - ", "  - ", "", text);
    }

    /// An item below a line, `depth` further items down. Very deep ones stand no further to the right.
    pub(super) fn nested(&mut self, depth: usize, text: &str) {
        const DEEPEST: usize = 12;
        let indent = "  ".repeat(depth.min(DEEPEST));
        self.put(depth + 2, &format!("    {indent}- "), &format!("  {indent}- "), "", text);
    }

    /// What is said below a line.
    pub(super) fn subline(&mut self, lead: &str, text: &str) {
        self.put(2, "    ", "  - ", lead, text);
    }

    /// A table whose first column names the rows. Plain text is too narrow for one: there a row is
    /// a block, with the heads before its cells, and empty cells are left out.
    pub(super) fn table(&mut self, heads: &[&str], rows: &[Vec<Cell>]) {
        match self.form {
            Form::Text => rows.iter().for_each(|row| self.block(heads, row)),
            Form::Markdown => {
                self.gap();
                self.out.push_str(&format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len())));
                for row in rows {
                    let cells: Vec<String> = row.iter().map(|cell| cell.joined("<br>")).collect();
                    self.out.push_str(&format!("| {} |\n", cells.join(" | ")));
                }
            }
            Form::Html => self.html_table(heads, rows),
        }
    }

    /// An empty line between what stands above and what follows, in Markdown.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
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

    /// A table whose rows are compared across its columns, whose titles are `columns`. Plain text
    /// names the columns by letters, and puts what cells say below their heads under the row.
    pub(super) fn matrix(&mut self, columns: &[String], rows: &[(String, Vec<Cell>)]) {
        match self.form {
            Form::Text => {
                for part in parts(columns.len()) {
                    self.side_by_side(part, rows);
                }
            }
            Form::Markdown | Form::Html => {
                let heads: Vec<&str> = std::iter::once("").chain(columns.iter().map(String::as_str)).collect();
                let row = |(label, cells): &(String, Vec<Cell>)| {
                    std::iter::once(Cell::from(label.as_str())).chain(cells.iter().cloned()).collect()
                };
                self.table(&heads, &rows.iter().map(row).collect::<Vec<_>>());
            }
        }
    }

    /// Some neighbouring columns of a table.
    fn side_by_side(&mut self, part: Range<usize>, rows: &[(String, Vec<Cell>)]) {
        let width = if part.len() > 3 { NARROW } else { WIDE };
        let first = WIDTH + GAP - part.len() * (width + GAP);
        let letters: Vec<String> = part.clone().map(column_letter).collect();
        self.out.push('\n');
        self.lines(first, width, "", &letters.iter().map(String::as_str).collect::<Vec<_>>());
        for (label, cells) in rows {
            let cells = &cells[part.clone()];
            let heads: Vec<&str> = cells.iter().map(|cell| cell.head.as_str()).collect();
            self.lines(first, width, label, &heads);
            // What several columns say alike is said once.
            let mut said: IndexMap<&str, Vec<&str>> = IndexMap::new();
            for (cell, letter) in cells.iter().zip(&letters) {
                cell.items.iter().for_each(|item| said.entry(item).or_default().push(letter));
            }
            for (item, letters) in said {
                paragraph(&mut self.out, &format!("      {}: ", letters.join(", ")), item);
            }
        }
    }

    /// A row of a table in plain text, each of its cells in as many lines as it needs.
    fn lines(&mut self, first: usize, width: usize, label: &str, cells: &[&str]) {
        let label = lines(label, first - GAP, "  ", "    ");
        let mut columns = vec![(0, label)];
        columns
            .extend((0..).zip(cells).map(|(index, cell)| (first + index * (width + GAP), lines(cell, width, "", ""))));
        let height = columns.iter().map(|(_, lines)| lines.len()).max().unwrap_or(0);
        for line in 0..height {
            let mut text = String::new();
            for (start, lines) in &columns {
                let Some(part) = lines.get(line) else { continue };
                // A word may be wider than its place, as are texts in languages that part none by spaces.
                let least = if text.is_empty() { 0 } else { 1 };
                text.push_str(&" ".repeat(start.saturating_sub(super::columns(&text)).max(least)));
                text.push_str(part);
            }
            self.out.push_str(text.trim_end());
            self.out.push('\n');
        }
    }

    fn html_table(&mut self, heads: &[&str], rows: &[Vec<Cell>]) {
        self.close();
        let heads: Vec<String> = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
        self.out
            .push_str(&format!("<div class=\"wide\"><table>\n<thead><tr>{}</tr></thead>\n<tbody>\n", heads.concat()));
        for row in rows {
            self.out.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let items: Vec<String> = cell.items.iter().map(|item| format!("<br/><small>{item}</small>")).collect();
                let (tag, name) = if column == 0 { ("th scope=\"row\"", "th") } else { ("td", "td") };
                self.out.push_str(&format!("<{tag}>{}{}</{name}>", cell.head, items.concat()));
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody></table></div>\n");
    }

    fn put(&mut self, depth: usize, text_indent: &str, list_indent: &str, lead: &str, text: &str) {
        match self.form {
            Form::Text => paragraph(&mut self.out, &format!("{text_indent}{lead}"), text),
            Form::Markdown => self.out.push_str(&format!("{list_indent}{lead}{text}\n")),
            Form::Html => self.list_item("li", depth, &format!("{lead}{text}")),
        }
    }
}

/// The letter by which plain text knows a column.
pub(super) fn column_letter(index: usize) -> String {
    letter(index).to_uppercase()
}

/// The columns in as few parts as can stand side by side, of nearly one size.
fn parts(columns: usize) -> impl Iterator<Item = Range<usize>> {
    let count = columns.div_ceil(COLUMNS);
    (0..count).map(move |part| part * columns / count..(part + 1) * columns / count)
}
