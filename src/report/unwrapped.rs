//! In place of `terminal` where there is none: no colours, and lines of any width.

#[derive(Clone, Copy)]
pub(super) struct Style;

pub(super) const HEADING: Style = Style;
pub(super) const GOOD: Style = Style;
pub(super) const BAD: Style = Style;

pub(super) fn styled(_style: Style, text: &str) -> String {
    text.to_owned()
}

pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn lines(text: &str, _width: usize, first: &str, _rest: &str) -> Vec<String> {
    vec![format!("{first}{text}")]
}
