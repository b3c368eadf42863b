//! Wholes divided into parts: bars below one another, as a picture that every browser shows, without
//! scripts and without anything from elsewhere. It can be read without colours, for parts have patterns.

use std::fmt::Write as _;

use super::letters::{SIZE, width, wrapped};
use super::svg::{INK, PALE_INK, escaped};

/// Bars below one another, with the words that stand around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// What it shows, in a few words.
    pub title: String,
    /// Of what it speaks: sentences below the title.
    pub about: Vec<String>,
    /// What each look means, of those that are used.
    pub legend: Vec<(Look, String)>,
    /// The bars, in groups.
    pub panels: Vec<Panel>,
    /// What stands below.
    pub notes: Vec<Note>,
}

/// Bars that belong together: each is the same whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panel {
    /// What begins here, if something does.
    pub heading: Option<String>,
    /// A heading below it.
    pub subheading: Option<String>,
    /// What a whole bar is.
    pub whole: String,
    /// The bars.
    pub bars: Vec<Bar>,
    /// What is to be said of them.
    pub remarks: Vec<String>,
}

/// A whole, and the parts into which it is divided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it is about.
    pub label: String,
    /// What is shown of it, from left to right.
    pub parts: Vec<Part>,
    /// What is not shown, if something is not: the rest of the bar.
    pub hidden: Option<Hidden>,
}

/// A part of a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it is drawn.
    pub look: Look,
    /// How large it is, beside the other parts of its bar.
    pub size: u128,
    /// Its number.
    pub figure: String,
    /// What it is, with its number.
    pub told: String,
}

/// The rest of a bar, whose parts cannot be told from one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// How much of the bar it is: so many of so many.
    pub share: (u64, u64),
    /// What is said of it.
    pub told: String,
}

/// How a part is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Dark.
    Follows,
    /// Striped.
    Disputed,
    /// Dotted.
    Undetermined,
    /// Light.
    DoesNotFollow,
    /// Ruled.
    RuledOut,
    /// Hatched.
    Hidden,
}

/// What stands below a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
}

/// Where things stand across the picture, in pixels.
const MARGIN: i32 = 24;
const LABEL: i32 = 290;
const GAP: i32 = 16;
const BAR: i32 = 520;
const LEFT: i32 = MARGIN + LABEL + GAP;
const ACROSS: i32 = LABEL + GAP + BAR;
/// The height of a bar, of a line, and of a line of small letters.
const HEIGHT: i32 = 24;
const LINE: i32 = 18;
const SMALL: i32 = 16;

impl Chart {
    /// All that the picture says, for those who do not see it.
    #[must_use]
    pub fn told(&self) -> String {
        let mut told: Vec<String> = self.about.clone();
        for panel in &self.panels {
            told.extend(panel.heading.iter().chain(&panel.subheading).cloned());
            told.extend(panel.bars.iter().map(|bar| format!("{}: {}", bar.label, bar.told())));
            told.extend(panel.remarks.iter().cloned());
        }
        told.extend(self.notes.iter().map(|note| match note {
            Note::Heading(text) | Note::Text(text) => text.clone(),
        }));
        told.iter_mut().filter(|text| !text.ends_with(['.', ':'])).for_each(|text| text.push('.'));
        told.join(" ")
    }
}

impl Bar {
    fn told(&self) -> String {
        let hidden = self.hidden.iter().map(|hidden| hidden.told.as_str());
        let told: Vec<&str> = self.parts.iter().map(|part| part.told.as_str()).chain(hidden).collect();
        if told.is_empty() { "nothing".to_owned() } else { told.join("; ") }
    }

    /// Where each part begins and ends, and where the rest does.
    fn places(&self) -> (Vec<(i32, i32)>, (i32, i32)) {
        let rest = self.hidden.as_ref().map_or(0, |Hidden { share: (hidden, all), .. }| {
            divided(&[u128::from(all - hidden), u128::from(*hidden)], BAR)[1]
        });
        let sizes: Vec<u128> = self.parts.iter().map(|part| part.size).collect();
        let mut x = LEFT;
        let mut place = |width: i32| {
            x += width;
            (x - width, x)
        };
        let places = divided(&sizes, BAR - rest).into_iter().map(&mut place).collect();
        // Where nothing has a size there is a gap before the rest.
        (places, (LEFT + BAR - rest, LEFT + BAR))
    }
}

/// A length, divided as sizes are to one another; what has a size is to be seen.
fn divided(sizes: &[u128], length: i32) -> Vec<i32> {
    // Large sizes lose digits that no picture shows, so that products can be kept.
    let digits = sizes.iter().map(|size| u128::BITS - size.leading_zeros()).max().unwrap_or(0);
    let lost = digits.saturating_sub(90);
    let sizes: Vec<u128> = sizes.iter().map(|size| (size >> lost).max(u128::from(*size > 0))).collect();
    let sum: u128 = sizes.iter().sum();
    let all = u128::try_from(length).expect("a length is not negative");
    let place = |sum_before: u128| match sum {
        0 => 0,
        sum => i32::try_from((sum_before * all + sum / 2) / sum).expect("it lies within the length"),
    };
    let mut before = 0;
    let mut widths: Vec<i32> = sizes
        .iter()
        .map(|size| {
            let start = place(before);
            before += size;
            place(before) - start
        })
        .collect();
    for index in 0..widths.len() {
        let widest = (0..widths.len()).max_by_key(|other| widths[*other]).expect("there is one");
        if sizes[index] > 0 && widths[index] == 0 && widths[widest] > 1 {
            widths[index] = 1;
            widths[widest] -= 1;
        }
    }
    widths
}

/// The bars as SVG. `prefix` begins every id in it, so that several can stand in one page.
#[must_use]
pub fn bars(chart: &Chart, prefix: &str) -> String {
    let mut canvas = Canvas { out: String::new(), y: MARGIN, prefix: escaped(prefix) };
    canvas.chart(chart);
    let height = canvas.y + MARGIN;
    let mut out = opening(chart, &canvas.prefix, height);
    out.push_str(&canvas.out);
    out.push_str("</svg>\n");
    out
}

/// The element itself, its words for readers who do not see it, its colours and patterns.
fn opening(chart: &Chart, prefix: &str, height: i32) -> String {
    let width = ACROSS + 2 * MARGIN;
    // With `role="img"` nothing inside is read out: the description says all.
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{prefix}\" role=\"img\" \
         aria-labelledby=\"{prefix}-title\" aria-describedby=\"{prefix}-description\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"{SIZE}\">\n"
    );
    let _ = writeln!(out, "<title id=\"{prefix}-title\">{}</title>", escaped(&chart.title));
    let _ = writeln!(out, "<desc id=\"{prefix}-description\">{}</desc>", escaped(&chart.told()));
    out.push_str("<style>\n");
    for line in STYLE.lines() {
        let _ = writeln!(out, "{}", line.replace("ID", &format!("#{prefix}")));
    }
    out.push_str("</style>\n<defs>\n");
    for (look, base, lines, size) in PATTERNS {
        let name = look.name();
        let _ = writeln!(
            out,
            "<pattern id=\"{prefix}-{name}\" width=\"{size}\" height=\"{size}\" patternUnits=\"userSpaceOnUse\"><rect \
             class=\"base {name}\" width=\"{size}\" height=\"{size}\" fill=\"{base}\"/><path class=\"mark\" \
             d=\"{lines}\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"1.5\" stroke-linecap=\"round\"/></pattern>"
        );
    }
    let _ = writeln!(out, "</defs>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
    out
}

/// What is drawn from the top down.
struct Canvas {
    out: String,
    /// Where the next thing begins.
    y: i32,
    prefix: String,
}

/// How a line of text looks.
#[derive(Clone, Copy)]
enum Letters {
    Title,
    Heading,
    Text,
    Small,
}

impl Letters {
    fn height(self) -> i32 {
        match self {
            Letters::Title => 24,
            Letters::Heading | Letters::Text => LINE,
            Letters::Small => SMALL,
        }
    }

    /// The text in lines that are at most so wide.
    fn wrapped(self, text: &str, most: i32) -> Vec<String> {
        match self {
            // Larger letters, and bold ones, are wider.
            Letters::Title => wrapped(text, most * 2 / 3),
            Letters::Heading => wrapped(text, most * 7 / 8),
            Letters::Text => wrapped(text, most),
            Letters::Small => wrapped(text, most * 8 / 7),
        }
    }

    fn attributes(self) -> &'static str {
        match self {
            Letters::Title => " font-size=\"18\" font-weight=\"bold\"",
            Letters::Heading => " font-weight=\"bold\"",
            Letters::Text => "",
            Letters::Small => " font-size=\"12\"",
        }
    }
}

impl Canvas {
    fn chart(&mut self, chart: &Chart) {
        self.paragraph(MARGIN, ACROSS, &chart.title, Letters::Title);
        for text in &chart.about {
            self.paragraph(MARGIN, ACROSS, text, Letters::Text);
        }
        self.y += 12;
        self.legend(&chart.legend);
        for panel in &chart.panels {
            self.panel(panel);
        }
        self.y += 8;
        for note in &chart.notes {
            match note {
                Note::Heading(text) => {
                    self.y += 8;
                    self.paragraph(MARGIN, ACROSS, text, Letters::Heading);
                }
                Note::Text(text) => {
                    self.paragraph(MARGIN, ACROSS, text, Letters::Text);
                    self.y += 4;
                }
            }
        }
    }

    /// A line of text that stands on `y`.
    fn text(&mut self, (x, y): (i32, i32), class: &str, attributes: &str, text: &str) {
        let _ = writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{attributes}>{}</text>", escaped(text));
    }

    fn paragraph(&mut self, x: i32, most: i32, text: &str, letters: Letters) {
        for line in letters.wrapped(text, most) {
            self.y += letters.height();
            let attributes = format!(" fill=\"{INK}\"{}", letters.attributes());
            self.text((x, self.y - 5), "ink", &attributes, &line);
        }
    }

    /// What each look means, side by side as far as there is room.
    fn legend(&mut self, legend: &[(Look, String)]) {
        const SWATCH: i32 = 34;
        let mut x = MARGIN;
        for (look, name) in legend {
            let lines = wrapped(name, ACROSS - SWATCH - 8);
            let wide = lines.iter().map(|line| width(line)).max().unwrap_or(0) + SWATCH + 8;
            if x > MARGIN && x + wide > MARGIN + ACROSS {
                (x, self.y) = (MARGIN, self.y + LINE + 8);
            }
            self.area(*look, (x, x + SWATCH), self.y);
            for (index, line) in (0..).zip(&lines) {
                let attributes = format!(" fill=\"{INK}\"");
                self.text((x + SWATCH + 8, self.y + 17 + index * LINE), "ink", &attributes, line);
            }
            self.y += LINE * (i32::try_from(lines.len()).expect("names are short") - 1).max(0);
            x += wide + 22;
        }
        self.y += HEIGHT + 8;
    }

    fn panel(&mut self, panel: &Panel) {
        if let Some(heading) = &panel.heading {
            self.y += 20;
            let rule = self.y - 6;
            let _ = writeln!(
                self.out,
                "<path class=\"grid\" d=\"M{MARGIN} {rule}H{}\" stroke=\"{GRID}\" stroke-width=\"1\"/>",
                MARGIN + ACROSS
            );
            self.paragraph(MARGIN, ACROSS, heading, Letters::Heading);
        }
        if let Some(subheading) = &panel.subheading {
            self.y += 10;
            self.paragraph(MARGIN, ACROSS, subheading, Letters::Heading);
        }
        self.y += 10;
        let top = self.y;
        // Behind the bars, so that they stand before the lines of the scale.
        let bars = std::mem::take(&mut self.out);
        for bar in &panel.bars {
            self.bar(bar);
        }
        let drawn = std::mem::replace(&mut self.out, bars);
        if !panel.bars.is_empty() {
            self.scale(top, &panel.whole);
        }
        self.out.push_str(&drawn);
        for remark in &panel.remarks {
            self.y += 6;
            self.paragraph(MARGIN, ACROSS, remark, Letters::Text);
        }
    }

    /// Lines behind the bars, and what they stand for.
    fn scale(&mut self, top: i32, whole: &str) {
        let bottom = self.y;
        for quarter in 0..=4 {
            let x = LEFT + BAR * quarter / 4;
            let _ = writeln!(
                self.out,
                "<path class=\"grid\" d=\"M{x} {}V{}\" stroke=\"{GRID}\" stroke-width=\"1\"/>",
                top - 4,
                bottom + 4
            );
            let attributes = format!(" fill=\"{PALE_INK}\" font-size=\"12\" text-anchor=\"middle\"");
            self.text((x, bottom + SMALL), "ink pale", &attributes, &format!("{} %", 25 * quarter));
        }
        for (index, line) in (0..).zip(Letters::Small.wrapped(whole, LABEL)) {
            self.y = bottom + SMALL * index;
            let attributes = format!(" fill=\"{PALE_INK}\" font-size=\"12\" text-anchor=\"end\"");
            self.text((MARGIN + LABEL - 6, self.y + SMALL), "ink pale", &attributes, &line);
        }
        self.y += SMALL + 8;
    }

    fn bar(&mut self, bar: &Bar) {
        let top = self.y;
        let (places, rest) = bar.places();
        let mut beside: Vec<&str> = Vec::new();
        self.outline(top);
        for (part, (from, to)) in bar.parts.iter().zip(places) {
            if to > from {
                self.area(part.look, (from, to), top);
            }
            if !self.figure(part.look, (from, to), top, &part.figure) {
                beside.push(&part.told);
            }
        }
        if let Some(hidden) = &bar.hidden {
            self.area(Look::Hidden, rest, top);
            beside.push(&hidden.told);
        }
        self.y = top + HEIGHT;
        for line in Letters::Small.wrapped(&beside.join("; "), BAR) {
            // The scale's lines would cross the letters.
            let wide = width(&line) * 7 / 8;
            self.ground((LEFT + 1, self.y + 2), (wide.min(BAR - 2), SMALL - 1));
            self.y += SMALL;
            let attributes = format!(" fill=\"{PALE_INK}\" font-size=\"12\"");
            self.text((LEFT + 1, self.y - 2), "ink pale", &attributes, &line);
        }
        let below = self.y;
        self.y = top + 2;
        self.paragraph(MARGIN, LABEL, &bar.label, Letters::Text);
        self.y = self.y.max(below) + 10;
    }

    /// The whole bar, where it is not filled.
    fn outline(&mut self, y: i32) {
        let _ = writeln!(
            self.out,
            "<rect class=\"page edge\" x=\"{LEFT}\" y=\"{y}\" width=\"{BAR}\" height=\"{HEIGHT}\" fill=\"#ffffff\" \
             stroke=\"{INK}\" stroke-width=\"1\"/>"
        );
    }

    fn area(&mut self, look: Look, (from, to): (i32, i32), y: i32) {
        let name = look.name();
        let fill = match look {
            Look::Follows => "#1f3a5f".to_owned(),
            Look::DoesNotFollow => "#f4f1e8".to_owned(),
            Look::Disputed | Look::Undetermined | Look::RuledOut | Look::Hidden => {
                format!("url(#{}-{name})", self.prefix)
            }
        };
        let _ = writeln!(
            self.out,
            "<rect class=\"part {name}\" x=\"{from}\" y=\"{y}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"{fill}\" \
             stroke=\"{INK}\" stroke-width=\"1\"/>",
            to - from
        );
    }

    /// A ground for letters.
    fn ground(&mut self, (x, y): (i32, i32), (width, height): (i32, i32)) {
        let _ = writeln!(
            self.out,
            "<rect class=\"page\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>"
        );
    }

    /// A number in its part, where there is room for it.
    fn figure(&mut self, look: Look, (from, to): (i32, i32), y: i32, figure: &str) -> bool {
        let wide = width(figure);
        if to - from < wide + 6 {
            return false;
        }
        let middle = (from + to) / 2;
        let (class, colour) = match look {
            Look::Follows => ("on", "#ffffff"),
            Look::DoesNotFollow => ("ink", INK),
            Look::Disputed | Look::Undetermined | Look::RuledOut | Look::Hidden => {
                // Letters would be lost among lines and dots.
                self.ground((middle - wide / 2, y + 4), (wide, HEIGHT - 8));
                ("ink", INK)
            }
        };
        let attributes = format!(" fill=\"{colour}\" font-size=\"13\" text-anchor=\"middle\"");
        self.text((middle, y + 17), class, &attributes, figure);
        true
    }
}

impl Look {
    fn name(self) -> &'static str {
        match self {
            Look::Follows => "follows",
            Look::Disputed => "disputed",
            Look::Undetermined => "undetermined",
            Look::DoesNotFollow => "does-not-follow",
            Look::RuledOut => "ruled-out",
            Look::Hidden => "hidden",
        }
    }
}

/// The colour of the scale's lines.
const GRID: &str = "#c9ced4";

/// The looks that have a pattern: its ground, its lines, and after how many pixels it comes again.
const PATTERNS: [(Look, &str, &str, i32); 4] = [
    (Look::Disputed, "#f2c48d", "M2 0V8M6 0V8", 8),
    (Look::Undetermined, "#dde3ea", "M2 2h0M6 6h0", 8),
    (Look::RuledOut, "#ffffff", "M0 3H6", 6),
    (Look::Hidden, "#ffffff", "M-2 2L2 -2M0 10L10 0M8 12L12 8", 10),
];

/// What attributes say is shown where styles are not; these make it fit for dark pages too.
const STYLE: &str = "\
@media (prefers-color-scheme:dark){
ID .page,ID .base.ruled-out,ID .base.hidden{fill:#16191d}
ID .ink{fill:#f0f3f6}
ID .ink.pale{fill:#b1b7be}
ID .on{fill:#10151b}
ID .grid{stroke:#454c54}
ID .part,ID .edge,ID .mark{stroke:#d5dae0}
ID .part.follows{fill:#a9cbf2}
ID .part.does-not-follow{fill:#2b2f34}
ID .base.disputed{fill:#6b4413}
ID .base.undetermined{fill:#3a424c}
}";

#[cfg(test)]
mod tests {
    use super::*;

    /// A chart with this text in every place.
    fn full(text: &str) -> Chart {
        let part = |look, size| Part { look, size, figure: text.to_owned(), told: text.to_owned() };
        let looks = [Look::Follows, Look::Disputed, Look::Undetermined, Look::DoesNotFollow, Look::RuledOut];
        let bar = |hidden| Bar {
            label: text.to_owned(),
            parts: looks.into_iter().zip([1, 90, 0, 300, 7]).map(|(look, size)| part(look, size)).collect(),
            hidden: Some(Hidden { share: (hidden, 100), told: text.to_owned() }),
        };
        let panel = Panel {
            heading: Some(text.to_owned()),
            subheading: Some(text.to_owned()),
            whole: text.to_owned(),
            bars: vec![bar(0), bar(1), bar(50), bar(100)],
            remarks: vec![text.to_owned()],
        };
        Chart {
            title: text.to_owned(),
            about: vec![text.to_owned()],
            legend: looks.into_iter().chain([Look::Hidden]).map(|look| (look, text.to_owned())).collect(),
            panels: vec![panel.clone(), panel],
            notes: vec![Note::Heading(text.to_owned()), Note::Text(text.to_owned())],
        }
    }

    /// The number of an attribute, where a line of the picture has it.
    fn number(line: &str, name: &str) -> Option<i32> {
        let (_, rest) = line.split_once(&format!(" {name}=\""))?;
        rest.split_once('"')?.0.parse().ok()
    }

    #[test]
    fn texts_stay_within_the_picture_and_apart_from_one_another() {
        let long = "word ".repeat(120);
        for text in ["1", "1,234", &"9".repeat(70), &"W".repeat(300), &"邪".repeat(90), &long] {
            let drawn = bars(&full(text), "p");
            let height = number(&drawn, "height").expect("the picture has one");
            let mut placed: Vec<(i32, i32, i32)> = Vec::new();
            for line in drawn.lines().filter(|line| line.starts_with("<text ")) {
                let (x, y) = (number(line, "x").expect("a place"), number(line, "y").expect("a place"));
                let inside = line.split_once('>').expect("it begins").1.trim_end_matches("</text>");
                let size = number(line, "font-size").unwrap_or(SIZE);
                // Bold letters are a little wider.
                let wide = width(inside) * size / SIZE * if line.contains("bold") { 8 } else { 7 } / 7;
                let from = match () {
                    () if line.contains("\"middle\"") => x - wide / 2,
                    () if line.contains("\"end\"") => x - wide,
                    () => x,
                };
                assert!(from >= 0 && from + wide <= ACROSS + 2 * MARGIN && y <= height, "{line}");
                let apart = |(left, right, at): &(i32, i32, i32)| {
                    from >= *right || from + wide <= *left || (y - at).abs() >= 14
                };
                assert!(placed.iter().all(apart), "{line}");
                placed.push((from, from + wide, y));
            }
        }
    }

    #[test]
    fn lengths_are_divided_as_sizes_are() {
        assert!(divided(&[], 520).is_empty());
        assert_eq!(divided(&[0, 0], 520), [0, 0]);
        assert_eq!(divided(&[1, 1, 2], 520), [130, 130, 260]);
        assert_eq!(divided(&[1, 0, 1_000_000], 520), [1, 0, 519]);
        assert_eq!(divided(&[u128::MAX / 2, u128::MAX / 2, 1], 520), [260, 259, 1]);
        assert_eq!(divided(&[5, 5], 0), [0, 0]);
    }
}
