//! Words for readers that need no terminal: texts from rule files as they are shown, values in the
//! policy's words, statuses, sources.
//!
//! Knows nothing of colour or of a page's layout.

use std::ops::Bound;

use crate::explore::values::Values;
use crate::json::Subject;
use crate::model::{FactId, FactType, Policy, SourceId, Value};
use crate::never::never;
use crate::semantics::{Absent, Possible, Selection, Settled, Status};
use crate::text::Place;

/// A text from outside as it is shown: on one line, control characters escaped.
#[must_use]
pub fn plain(text: &str) -> String {
    escaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A message, or the name of a file, on one line with all its spaces, so that it can be copied: what would end the line,
/// or hides, stands as a code.
#[must_use]
pub fn one_line(text: &str) -> String {
    escaped(text).replace('\t', r"\u{9}")
}

/// A line of a file as it is shown: with its white space, other control characters escaped.
#[must_use]
pub fn escaped(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for (c, hides) in hiding(line) {
        if c != '\t' && c.is_control() || hides {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Each character of a text, and whether it hides there: it shows nothing, and can change how its neighbours are read.
///
/// A joiner belongs to a word between two letters of a script that joins them, as in Persian, and after the sign that
/// takes away a vowel, as in Hindi (Unicode Standard Annex 31, section 2.3); a selector belongs to a symbol that is
/// drawn in two ways. Others hide, also those few that are drawn: selectors of ideographs, and joined pictures.
pub fn hiding(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut before = None;
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let is_part = match c {
            '\u{200c}' | '\u{200d}' => {
                before.is_some_and(|it| is_virama(it) || is_joined(it) && rest.clone().next().is_some_and(is_joined))
            }
            '\u{fe00}'..='\u{fe0f}' => before.is_some_and(is_symbol),
            _ => false,
        };
        before = Some(c);
        Some((c, is_invisible(c) && !is_part))
    })
}

/// Letters that join their neighbours: Arabic, Syriac, N'Ko, Mandaic, Mongolian.
fn is_joined(c: char) -> bool {
    let is_of_script = matches!(c, '\u{620}'..='\u{77f}' | '\u{7ca}'..='\u{7ea}' | '\u{840}'..='\u{8c9}' | '\u{1820}'..='\u{18aa}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    is_of_script && c.is_alphabetic()
}

/// The signs that take away a consonant's vowel, in the scripts of India and beside it that are in everyday use.
fn is_virama(c: char) -> bool {
    matches!(
        c,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
            | '\u{1039}'
            | '\u{103a}'
            | '\u{17d2}'
            | '\u{1b44}'
            | '\u{a9c0}'
            | '\u{abed}'
    )
}

/// Signs and pictures, of which some are drawn in two ways.
fn is_symbol(c: char) -> bool {
    matches!(c, '\u{203c}' | '\u{2049}' | '\u{2100}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Characters that show nothing and can change how their neighbours are read: those that a renderer may ignore by
/// default (Unicode's `Default_Ignorable_Code_Point`), ends of lines and paragraphs, marks of annotations, what arranges
/// hieroglyphs, and code points that are no characters.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// Letters of scripts that are written from right to left: a text with some is kept apart from what
/// stands beside it, whose order it would change.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// How a page is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines of at most 80 columns, with colours as escape codes.
    Text,
    /// CommonMark: a heading for each part, and lists.
    Markdown,
    /// A part of an HTML document, with headings from the third level on.
    Html,
}

impl Form {
    /// A text from outside as it is shown: on one line, and only as text.
    #[must_use]
    pub fn shown(self, text: &str) -> String {
        let text = plain(text);
        match self {
            Form::Text => text,
            Form::Markdown => as_markdown(&text),
            Form::Html if text.chars().any(is_right_to_left) => format!("\u{2068}{}\u{2069}", as_html(&text)),
            Form::Html => as_html(&text),
        }
    }

    /// A name of the rule files, as code.
    #[must_use]
    pub fn name(self, name: &str) -> String {
        match self {
            Form::Text | Form::Markdown => format!("`{}`", plain(name)),
            Form::Html => format!("<code>{}</code>", as_html(&plain(name))),
        }
    }

    /// The line of a rule file: in HTML a link to where the document shows it, `#file0-12`.
    #[must_use]
    pub fn place(self, policy: &Policy, place: Place) -> String {
        let file = &policy.files[place.file];
        let line = file.position(place.span.start).line;
        let shown = format!("{}:{line}", self.shown(&file.name));
        match self {
            Form::Text | Form::Markdown => shown,
            Form::Html => format!("<a href=\"#file{}-{line}\">{shown}</a>", place.file.0),
        }
    }
}

/// Characters that mean something to HTML, in texts and in quoted attributes, as references.
#[must_use]
pub fn as_html(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            c => shown.push(c),
        }
    }
    shown
}

/// Characters that mean something to Markdown have a backslash before them.
fn as_markdown(text: &str) -> String {
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

/// Of which rules an answer speaks: `on 2025-03-07, according to …`; empty where nothing limits it.
#[must_use]
pub fn view(policy: &Policy, selection: &Selection, form: Form) -> String {
    view_parts(policy, selection, form).join(", ")
}

/// `on 2025-03-07, according to …, for kherson.json`
#[must_use]
pub fn circumstances(subject: Subject<'_>, form: Form) -> String {
    let mut parts = view_parts(subject.policy, subject.selection, form);
    parts.push(match subject.name {
        Some("-") => "for the profile from standard input".to_owned(),
        Some(name) => format!("for the profile {}", form.shown(name)),
        None if subject.profile.known().next().is_none() => "with nothing known of the person".to_owned(),
        None => "for the facts given".to_owned(),
    });
    parts.join(", ")
}

fn view_parts(policy: &Policy, selection: &Selection, form: Form) -> Vec<String> {
    let view = &selection.view;
    let names = |sources: &[SourceId]| {
        let labels: Vec<String> = sources.iter().map(|source| form.shown(&policy[*source].label)).collect();
        labels.join(" or ")
    };
    let mut parts = Vec::new();
    parts.extend(selection.on.map(|date| format!("on {date}")));
    if !view.according_to.is_empty() {
        parts.push(format!("according to {}", names(&view.according_to)));
    }
    if !view.without.is_empty() {
        parts.push(format!("without what only {} reports", names(&view.without)));
    }
    parts.extend(view.known_by.map(|date| format!("as published by {date}")));
    parts.extend(view.require.map(|least| match least {
        1 => "where at least 1 independent origin reports it".to_owned(),
        _ => format!("where at least {least} independent origins report it"),
    }));
    parts
}

/// A fact's value, in the policy's words.
#[must_use]
pub fn value_shown(policy: &Policy, fact: FactId, value: Value, form: Form) -> String {
    match (value, &policy[fact].kind) {
        (Value::YesNo(true), _) => "yes".to_owned(),
        (Value::YesNo(false), _) => "no".to_owned(),
        (Value::Item(item), FactType::OneOf(items)) => {
            let (name, label) = items.get_index(item as usize).expect("a value is of its fact's type");
            form.shown(label.as_deref().unwrap_or(name))
        }
        (Value::Item(_), _) => never("a value is of its fact's type"),
        (Value::Number(number), _) => number.to_string(),
        (Value::Date(date), _) => date.to_string(),
    }
}

/// Values of a fact, in the policy's words: `Crimea or Donetsk region`, `from 18 to 64`.
#[must_use]
pub fn values_shown(policy: &Policy, fact: FactId, values: &Values, form: Form) -> String {
    let shown = |value| value_shown(policy, fact, value, form);
    let all: Vec<String> = match values {
        Values::YesNo(yes) => vec![shown(Value::YesNo(*yes))],
        Values::Items(items) => items.iter().map(|item| shown(Value::Item(*item))).collect(),
        Values::Ranges(ranges) => ranges.iter().map(|(from, to)| within(*from, *to)).collect(),
    };
    all.join(" or ")
}

/// `from 18 to 64`, `before 2005-01-01`.
fn within(from: Bound<Value>, to: Bound<Value>) -> String {
    let shown = |value: Value| match value {
        Value::Number(number) => number.to_string(),
        Value::Date(date) => date.to_string(),
        Value::YesNo(_) | Value::Item(_) => never("only numbers and dates have bounds"),
    };
    let is_date = |value: Value| matches!(value, Value::Date(_));
    let below = |to: Value| format!("{} {}", if is_date(to) { "before" } else { "below" }, shown(to));
    let from_words = match from {
        Bound::Included(from) => Some(format!("from {}", shown(from))),
        Bound::Excluded(from) => Some(format!("{} {}", if is_date(from) { "after" } else { "above" }, shown(from))),
        Bound::Unbounded => None,
    };
    match (from, from_words, to) {
        (_, None, Bound::Unbounded) => "any".to_owned(),
        (Bound::Included(from), _, Bound::Included(to)) if from == to => shown(from),
        (_, Some(from), Bound::Unbounded) => format!("{from} on"),
        (_, Some(from), Bound::Included(to)) => format!("{from} to {}", shown(to)),
        (_, Some(from), Bound::Excluded(to)) => format!("{from}, {}", below(to)),
        (_, None, Bound::Included(to)) => format!("up to {}", shown(to)),
        (_, None, Bound::Excluded(to)) => below(to),
    }
}

/// A source as it is cited: who, published when, quoted where.
#[must_use]
pub fn citation(policy: &Policy, source: SourceId, form: Form) -> String {
    let source = &policy[source];
    let mut parts = vec![form.shown(&source.label)];
    parts.extend(source.published.map(|date| format!("published {date}")));
    for quoting in &source.quoted_in {
        let quoting = &policy[*quoting];
        let published = quoting.published.map_or(String::new(), |date| format!(" ({date})"));
        parts.push(format!("quoted in {}{published}", form.shown(&quoting.label)));
    }
    parts.join(", ")
}

/// Whether readers are told that the consequence does not follow, or perhaps does not.
#[must_use]
pub fn says_does_not_follow(status: Status) -> bool {
    let possible = status.possible();
    let told = status.settled().is_some() || possible_in_words(possible).is_some();
    told && possible.contains(Settled::DoesNotFollow)
}

/// What stands wherever something does not follow.
#[must_use]
pub fn does_not_follow(selection: &Selection) -> &'static str {
    if selection.is_whole() {
        "\"Does not follow\" means only that no report encoded in these rules leads to it. \
         It does not mean that it cannot happen."
    } else {
        "\"Does not follow\" means only that none of the encoded reports that count here leads to it. \
         It does not mean that it cannot happen."
    }
}

/// A status in words.
#[must_use]
pub fn words(status: Settled) -> &'static str {
    match status {
        Settled::Follows => "it follows",
        Settled::DoesNotFollow => "it does not follow",
        Settled::RuledOut => "it is ruled out",
        Settled::Disputed => "it is disputed",
    }
}

/// A status in words; of an undetermined one also what is possible, where it is more than usual.
#[must_use]
pub fn status_words(status: Status) -> String {
    match (status.settled(), status) {
        (Some(settled), _) => words(settled).to_owned(),
        (None, Status::Undetermined(possible)) => match possible_in_words(possible) {
            Some(words) => format!("it is undetermined ({words})"),
            None => "it is undetermined".to_owned(),
        },
        (None, Status::Follows | Status::DoesNotFollow | Status::RuledOut | Status::Disputed) => {
            never("these are settled")
        }
    }
}

/// What is still possible, where it is more than the usual: that it follows or does not.
#[must_use]
pub fn possible_in_words(possible: Possible) -> Option<String> {
    let usual: Possible = [Settled::Follows, Settled::DoesNotFollow].into_iter().collect();
    let names: Vec<&str> = possible.iter().map(words).collect();
    (possible != usual).then(|| names.join("; "))
}

/// Why a rule does not count.
#[must_use]
pub fn absence(absent: Absent) -> &'static str {
    match absent {
        Absent::NotInForce => "not in force on this date",
        Absent::NoClaim => "it rests on no claim that counts here",
        Absent::FewOrigins => "the claims that count here have fewer independent origins than asked for",
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, is_invisible, plain};

    #[test]
    fn what_hides_is_shown_and_what_belongs_to_a_word_stays() {
        // Persian, Hindi, Malayalam at a word's end, a heart drawn as a picture.
        for text in ["می\u{200c}خواهم", "क्\u{200d}ष", "ന്\u{200d}", "\u{2764}\u{fe0f}", "паспорт"]
        {
            assert_eq!(plain(text), text);
        }
        for text in [
            "пас\u{200c}порт",
            "می\u{200c}",
            "क\u{200c}ख",
            "٠\u{200c}١",
            "ก\u{200c}ข",
            "a\u{fe0f}",
            "пас\u{fe0f}порт",
            "и\u{306}\u{fe0f}",
            "\u{ad}\u{fe0f}",
        ] {
            let shown: String =
                text.chars().map(|c| if is_invisible(c) { c.escape_unicode().to_string() } else { c.into() }).collect();
            assert_eq!(plain(text), shown);
        }
        assert_eq!(plain("x\u{34f}\u{3164}\u{e0101}\u{1ffff}"), r"x\u{34f}\u{3164}\u{e0101}\u{1ffff}");
    }

    /// Unicode 16: `Default_Ignorable_Code_Point` in `DerivedCoreProperties.txt`, and what `UnicodeData.txt` calls no
    /// character.
    #[test]
    fn all_that_shows_nothing_is_invisible() {
        let ignorable = [
            (0xad, 0xad),
            (0x34f, 0x34f),
            (0x61c, 0x61c),
            (0x115f, 0x1160),
            (0x17b4, 0x17b5),
            (0x180b, 0x180f),
            (0x200b, 0x200f),
            (0x202a, 0x202e),
            (0x2060, 0x206f),
            (0x3164, 0x3164),
            (0xfe00, 0xfe0f),
            (0xfeff, 0xfeff),
            (0xffa0, 0xffa0),
            (0xfff0, 0xfff8),
            (0x1bca0, 0x1bca3),
            (0x1d173, 0x1d17a),
            (0xe0000, 0xe0fff),
        ];
        let others = [(0x2028, 0x2029), (0xfff9, 0xfffb), (0x13430, 0x1343f), (0xfdd0, 0xfdef)];
        for c in '\0'..=char::MAX {
            let within = |(first, last): &(u32, u32)| (*first..=*last).contains(&u32::from(c));
            let is_none = (0xfffe..=0xffff).contains(&(u32::from(c) % 0x10000));
            assert_eq!(is_invisible(c), ignorable.iter().chain(&others).any(within) || is_none, "{:x}", u32::from(c));
        }
    }

    #[test]
    fn texts_from_right_to_left_are_kept_apart_in_html() {
        assert_eq!(Form::Html.shown("مرصد <الحدود>"), "\u{2068}مرصد &lt;الحدود&gt;\u{2069}");
        assert_eq!(Form::Html.shown("The monitor"), "The monitor");
        assert_eq!(Form::Text.shown("مرصد"), "مرصد");
    }

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
