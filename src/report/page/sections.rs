//! What only documents need: sections, places to which links lead, files line by line.

use super::super::{HEADING, styled};
use super::Page;
use crate::words::{Form, as_html, escaped};

impl Page {
    /// A section of a document; the parts that follow stand in it.
    pub(in crate::report) fn section(&mut self, id: &'static str, heading: &'static str) {
        self.close();
        match self.form {
            Form::Text => self.out.push_str(&format!("\n{}\n", styled(HEADING, heading))),
            Form::Markdown => self.out.push_str(&format!("\n## {heading}\n\n")),
            Form::Html => {
                let before = if self.contents.is_empty() { "" } else { "</section>\n" };
                self.out.push_str(&format!("{before}<section id=\"{id}\">\n<h2>{heading}</h2>\n"));
            }
        }
        self.contents.push((id, heading));
    }

    /// The sections so far: the id and the heading of each.
    pub(in crate::report) fn contents(&self) -> &[(&'static str, &'static str)] {
        &self.contents
    }

    /// Adds what is written in the page's form already.
    pub(in crate::report) fn written(&mut self, text: &str) {
        self.close();
        self.out.push_str(text);
    }

    /// Lines of a file or of a terminal, as they are. In HTML each has an id, where `known_as` begins
    /// one: `file0` makes `file0-12`.
    pub(in crate::report) fn verbatim(&mut self, known_as: Option<&str>, text: &str) {
        let lines = || text.lines().map(escaped);
        match self.form {
            Form::Text => lines().for_each(|line| self.out.push_str(&format!("  {line}\n"))),
            Form::Markdown => {
                // Longer than any run of its signs in the text.
                let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                let fence = "`".repeat((longest + 1).max(3));
                self.gap();
                self.out.push_str(&format!("{fence}text\n"));
                lines().for_each(|line| self.out.push_str(&format!("{line}\n")));
                self.out.push_str(&format!("{fence}\n"));
            }
            Form::Html => {
                self.close();
                self.out.push_str(if known_as.is_some() { "<pre class=\"lines\">" } else { "<pre>" });
                for (number, line) in (1..).zip(lines()) {
                    let line = as_html(&line);
                    match known_as {
                        Some(file) => self.out.push_str(&format!("<span id=\"{file}-{number}\">{line}</span>\n")),
                        None => self.out.push_str(&format!("{line}\n")),
                    }
                }
                self.out.push_str("</pre>\n");
            }
        }
    }

    /// A text to which links lead, in HTML, by its id.
    pub(in crate::report) fn known_as(&self, id: &str, text: &str) -> String {
        match self.form {
            Form::Text | Form::Markdown => text.to_owned(),
            Form::Html => format!("<span id=\"{id}\">{text}</span>"),
        }
    }

    /// A line to which links lead, in HTML, by its id.
    pub(in crate::report) fn entry(&mut self, id: &str, lead: &str, text: &str) {
        match self.form {
            Form::Text | Form::Markdown => self.line(lead, text),
            Form::Html => self.list_item(&format!("li id=\"{id}\""), 1, &format!("{lead}{text}")),
        }
    }
}
