//! A finding as a reader sees it: the place, what is wrong, what to do.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{WIDTH, one_line, plain};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::text::{File, Files, Span};
use crate::words::hiding;

/// Lines longer than this, in bytes, are pointed at and not shown.
const LONG_LINE: usize = 2_000;

/// One finding, over several lines, with colours and a line break at its end.
#[must_use]
pub fn diagnostic(files: &Files, diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(plain(&diagnostic.message)).id(diagnostic.code.name());
    let notes = diagnostic.notes.iter().map(|note| (Level::NOTE, wrapped(note)));
    let advice = notes.chain(diagnostic.help.iter().map(|help| (Level::HELP, wrapped(help))));
    let group = Group::with_title(title);
    let groups = match &diagnostic.spot {
        None if diagnostic.labels.is_empty() => {
            // Advice hangs from the margin of a place; without one it stands by itself.
            let advice = advice.map(|(level, text)| Group::with_title(level.secondary_title(text)));
            std::iter::once(group).chain(advice).collect()
        }
        None => vec![hung(snippets(group, files, diagnostic), advice)],
        Some(spot) => {
            let at = spot.position.map(|at| (at.line, at.column));
            vec![hung(group.element(origin(&spot.name, at)), advice)]
        }
    };
    let renderer = Renderer::styled().term_width(WIDTH);
    // One by one: between groups the renderer draws a margin.
    let mut shown: String = groups.iter().map(|group| renderer.render(std::slice::from_ref(group)) + "\n").collect();
    if let Some(scenario) = &diagnostic.scenario {
        shown.push_str("\na scenario that shows it, to be added to the rules if it is to be kept:\n\n");
        scenario.lines().for_each(|line| shown.push_str(&format!("    {}\n", super::escaped(line))));
    }
    shown
}

/// One finding as a command of GitHub Actions, on one line with a line break at its end.
#[must_use]
pub fn github(files: &Files, diagnostic: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some((name, at)) = diagnostic.location(files) {
        properties.push(format!("file={}", property(name)));
        if let Some(at) = at {
            properties.push(format!("line={},col={}", at.line, at.column));
        }
    }
    properties.push(format!("title={}", diagnostic.code));
    let advice = diagnostic.notes.iter().chain(&diagnostic.help).map(String::as_str);
    let text: Vec<&str> = std::iter::once(&*diagnostic.message)
        .chain(advice)
        .chain(diagnostic.scenario.as_deref().map(str::trim_end))
        .collect();
    format!("::{} {}::{}\n", diagnostic.severity.word(), properties.join(","), data(&text.join("\n")))
}

/// Text after `::`, as the commands of GitHub Actions escape it.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.replace('\r', "").split('\n').map(super::escaped).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A property's value, in which `:` and `,` mean something too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn hung<'a>(group: Group<'a>, advice: impl Iterator<Item = (Level<'a>, String)>) -> Group<'a> {
    group.elements(advice.map(|(level, text)| level.message(text)))
}

/// Notes and advice over several lines, with room for what the renderer puts before them.
fn wrapped(text: &str) -> String {
    const MARGIN: usize = 13;
    let options =
        textwrap::Options::new(WIDTH - MARGIN).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::fill(&plain(text), options)
}

fn origin(name: &str, at: Option<(usize, usize)>) -> Origin<'static> {
    let origin = Origin::path(one_line(name));
    match at {
        Some((line, column)) => origin.line(line).char_column(column),
        None => origin,
    }
}

/// Places in one file that are further apart, in bytes, are shown apart: the renderer reads
/// every line between two that are shown together.
const FAR: u32 = 50_000;

/// The lines concerned: one snippet for the main label and those near it, then for the others.
fn snippets<'a>(mut group: Group<'a>, files: &'a Files, diagnostic: &'a Diagnostic) -> Group<'a> {
    let mut left: Vec<&Label> = diagnostic.labels.iter().collect();
    while let Some(&label) = left.first() {
        let id = label.place.file;
        let file = &files[id];
        let near =
            |other: &Label| other.place.file == id && other.place.span.start.abs_diff(label.place.span.start) <= FAR;
        let (labels, others) = left.into_iter().partition::<Vec<&Label>, _>(|other| near(other));
        left = others;
        let window = window(file, &labels);
        if file.text[window.clone()].lines().any(|line| line.len() > LONG_LINE) {
            let at = file.position(label.place.span.start);
            group = group.element(origin(&file.name, Some((at.line, at.column))));
            continue;
        }
        let annotation = |other: &&Label| {
            let first = std::ptr::eq(*other, &raw const diagnostic.labels[0]);
            let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = other.place.span.range();
            let clamp = |offset: usize| offset.clamp(window.start, window.end) - window.start;
            let annotation = kind.span(clamp(span.start)..clamp(span.end));
            if other.text.is_empty() { annotation } else { annotation.label(plain(&other.text)) }
        };
        let line = file.position(Span::new(window.start, window.end).start).line;
        let snippet = Snippet::source(visible(&file.text[window.clone()]))
            .line_start(line)
            .path(one_line(&file.name))
            .annotations(labels.iter().map(annotation));
        group = group.element(snippet);
    }
    group
}

/// A finding on one line: `file:line:column: error[code]: message`.
#[must_use]
pub fn short(files: &Files, diagnostic: &Diagnostic) -> String {
    let line = diagnostic.line(files);
    let place = line.strip_suffix(&*diagnostic.message).unwrap_or_default();
    one_line(place) + &plain(&diagnostic.message)
}

/// A text in which a character that shows nothing is replaced by one that does and takes as many
/// bytes, so that places stay where they are.
fn visible(text: &str) -> Cow<'_, str> {
    // The renderer itself shows the control characters of ASCII.
    let shown = |(c, hides): (char, bool)| match c.len_utf8() {
        _ if !hides && (c.is_ascii() || !c.is_control()) => c,
        2 => '\u{b7}',
        3 => '\u{fffd}',
        _ => '\u{1f784}',
    };
    if text.is_ascii() { text.into() } else { hiding(text).map(shown).collect() }
}

/// The whole lines that hold all labels: a renderer handed ten thousand lines reads them all.
fn window(file: &File, labels: &[&Label]) -> Range<usize> {
    let first = labels.iter().map(|label| label.place.span.start as usize).min().unwrap_or(0);
    let last = labels.iter().map(|label| label.place.span.end as usize).max().unwrap_or(0);
    let start = file.text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = file.text[last..].find('\n').map_or(file.text.len(), |newline| last + newline);
    start..end
}
