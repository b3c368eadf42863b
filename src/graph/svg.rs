//! Graphs as pictures that every browser shows, without scripts and without anything from elsewhere.

use std::fmt::Write as _;

use super::layout::{Arrow, Placed, Point, Route, Size, Sized, place};
use super::letters::{SIZE, width, wrapped};
use super::{Edge, Graph, Kind, Node, TooLarge};
use crate::limits::{Limit, Limits};

/// How wide texts are at most, in pixels: in a box, on an arrow, and around the picture.
const BOX: i32 = 230;
const ARROW: i32 = 150;
const AROUND: i32 = 560;
/// How many lines a box or an arrow shows; readers find the whole text in its title.
const MOST_LINES: usize = 14;
/// The height of a line, in pixels.
const LINE: i32 = 18;
/// The room around texts in boxes, and around everything.
const INSIDE: i32 = 10;
const MARGIN: i32 = 20;
/// The length of an arrow's tip.
const TIP: i32 = 10;

/// The graph as SVG. `prefix` begins every id in it, so that several can stand in one page.
///
/// # Errors
/// When there are more boxes or arrows than the limits allow: more are legible to nobody.
pub fn svg(graph: &Graph, prefix: &str, limits: &Limits) -> Result<String, TooLarge> {
    let (nodes, edges) = (graph.nodes.len(), graph.edges.len());
    if nodes > limits.length(Limit::PictureBoxes) || edges > limits.length(Limit::PictureArrows) {
        return Err(TooLarge { nodes, edges });
    }
    let boxes: Vec<Box> = graph.nodes.iter().map(Box::of).collect();
    let labels: Vec<Vec<String>> = graph.edges.iter().map(|edge| cut(wrapped(edge.relation.shown(), ARROW))).collect();
    let sized = graph.nodes.iter().zip(&boxes).map(|(node, it)| Sized { size: it.size, layer: layer(node.kind) });
    let sized: Vec<Sized> = sized.collect();
    let arrow = |(edge, lines): (&Edge, &Vec<String>)| Arrow {
        ends: (edge.from, edge.to),
        size: label_size(lines),
        aside: edge.relation.is_aside(),
    };
    let arrows: Vec<Arrow> = graph.edges.iter().zip(&labels).map(arrow).collect();
    let placed = place(graph.direction, &sized, &arrows);
    Ok(Picture { graph, prefix: escaped(prefix), boxes, labels, arrows, placed }.written())
}

/// In which layer a box stands at least, where sources stand in the first.
fn layer(kind: Kind) -> u8 {
    match kind {
        Kind::Source | Kind::Question | Kind::Status => 0,
        Kind::Claim => 1,
        Kind::Rule | Kind::Denial => 2,
        Kind::Consequence => 3,
    }
}

/// A box's texts, and how large it is.
struct Box {
    lines: Vec<(Role, String)>,
    size: Size,
}

/// What a line of a box is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Head,
    Text,
    Note,
}

impl Box {
    fn of(node: &Node) -> Self {
        let mut lines: Vec<(Role, String)> = Vec::new();
        lines.extend(wrapped(&node.head, BOX).into_iter().map(|line| (Role::Head, line)));
        lines.extend(cut(wrapped(&node.text, BOX)).into_iter().map(|line| (Role::Text, line)));
        for note in &node.notes {
            // Notes are bold, and so a little wider.
            lines.extend(cut(wrapped(note, BOX * 9 / 10)).into_iter().map(|line| (Role::Note, line)));
        }
        let wide = |(role, line): &(Role, String)| match role {
            Role::Head | Role::Text => width(line),
            Role::Note => width(line) * 10 / 9,
        };
        let widest = lines.iter().map(wide).max().unwrap_or(0);
        let height = LINE * i32::try_from(lines.len()).expect("boxes have few lines") + 2 * INSIDE;
        Self { lines, size: Size { width: even(widest + 4 * INSIDE), height: even(height) } }
    }
}

/// Rounded up, so that the middle of a box is a whole number.
fn even(length: i32) -> i32 {
    length + length % 2
}

/// The first lines, where there are too many.
fn cut(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines[MOST_LINES - 1].push('…');
    }
    lines
}

/// How much room the words on an arrow take.
fn label_size(lines: &[String]) -> Size {
    match lines.iter().map(|line| width(line)).max() {
        None => Size { width: 0, height: 0 },
        Some(widest) => {
            let height = LINE * i32::try_from(lines.len()).expect("arrows have few lines");
            Size { width: even(widest + 8), height: even(height + 4) }
        }
    }
}

struct Picture<'a> {
    graph: &'a Graph,
    prefix: String,
    boxes: Vec<Box>,
    labels: Vec<Vec<String>>,
    arrows: Vec<Arrow>,
    placed: Placed,
}

impl Picture<'_> {
    fn written(&self) -> String {
        let Picture { graph, placed, .. } = self;
        let across = placed.size.width.max(AROUND);
        let above: Vec<(bool, String)> = wrapped(&graph.title, across * 3 / 4)
            .into_iter()
            .map(|line| (true, line))
            .chain(wrapped(&graph.about, across).into_iter().map(|line| (false, line)))
            .collect();
        let below: Vec<Vec<String>> = graph.notes.iter().map(|note| wrapped(note, across)).collect();
        let lines = |count: usize| i32::try_from(count).expect("texts are short") * LINE;
        let top = MARGIN + above.iter().map(|(title, _)| if *title { 24 } else { LINE }).sum::<i32>() + MARGIN;
        let foot = top + placed.size.height + MARGIN;
        let size = Size {
            width: across + 2 * MARGIN,
            height: foot + lines(below.iter().map(Vec::len).sum::<usize>()) + MARGIN,
        };
        let left = MARGIN + (across - placed.size.width) / 2;
        let mut out = self.opening(size);
        let mut y = MARGIN;
        for (title, line) in &above {
            y += if *title { 24 } else { LINE };
            let style = if *title { " font-size=\"18\" font-weight=\"bold\"" } else { "" };
            let _ = writeln!(out, "<text class=\"ink\" x=\"{MARGIN}\" y=\"{}\"{style}>{}</text>", y - 6, escaped(line));
        }
        let _ = writeln!(out, "<g aria-hidden=\"true\">");
        for (index, edge) in graph.edges.iter().enumerate() {
            self.arrow(&mut out, index, edge, (left, top));
        }
        // After all lines, so that no other one crosses the words.
        for (index, edge) in graph.edges.iter().enumerate() {
            self.words(&mut out, index, edge, (left, top));
        }
        out.push_str("</g>\n<g role=\"list\">\n");
        for (index, (node, told)) in graph.nodes.iter().zip(graph.told()).enumerate() {
            self.node(&mut out, (index, node), &told, (left, top));
        }
        out.push_str("</g>\n");
        let mut y = foot;
        for line in below.iter().flatten() {
            y += LINE;
            let _ = writeln!(out, "<text class=\"ink\" x=\"{MARGIN}\" y=\"{}\">{}</text>", y - 5, escaped(line));
        }
        out.push_str("</svg>\n");
        out
    }

    /// The element itself, its words for readers who do not see it, its colours.
    fn opening(&self, Size { width, height }: Size) -> String {
        let Picture { graph, prefix, .. } = self;
        let mut description = graph.about.clone();
        if !description.is_empty() {
            description.push_str(". ");
        }
        description.push_str(&graph.description);
        // Not `role="img"`: what is inside would then be read to nobody.
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{prefix}\" role=\"graphics-document document\" \
             aria-labelledby=\"{prefix}-title\" aria-describedby=\"{prefix}-description\" \
             viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             font-family=\"sans-serif\" font-size=\"{SIZE}\">\n"
        );
        let _ = writeln!(out, "<title id=\"{prefix}-title\">{}</title>", escaped(&graph.title));
        let _ = writeln!(out, "<desc id=\"{prefix}-description\">{}</desc>", escaped(&description));
        out.push_str("<style>\n");
        for line in STYLE.lines() {
            let _ = writeln!(out, "{}", line.replace("ID", &format!("#{prefix}")));
        }
        out.push_str("</style>\n<defs>\n");
        for (name, class, colour, size) in
            [("arrow", "tip", INK, TIP), ("marked", "tip", INK, TIP + 3), ("faded", "tip pale", PALE, TIP)]
        {
            let _ = writeln!(
                out,
                "<marker id=\"{prefix}-{name}\" viewBox=\"0 0 10 10\" refX=\"1\" refY=\"5\" markerWidth=\"{size}\" \
                 markerHeight=\"{size}\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"{class}\" \
                 d=\"M0 0L10 5L0 10z\" fill=\"{colour}\"/></marker>"
            );
        }
        let _ = writeln!(out, "</defs>\n<rect class=\"page\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        out
    }

    fn arrow(&self, out: &mut String, index: usize, edge: &Edge, (left, top): Point) {
        let Picture { prefix, placed, .. } = self;
        let route = &placed.edges[index];
        let (tip, colour, class) = match (edge.faded, edge.marked) {
            (true, _) => ("faded", PALE, "line pale"),
            (false, true) => ("marked", INK, "line"),
            (false, false) => ("arrow", INK, "line"),
        };
        let thick = if edge.marked { "4" } else { "1.25" };
        let dashes = if edge.relation.is_aside() { " stroke-dasharray=\"6 4\"" } else { "" };
        let shift = |(x, y): Point| (x + left, y + top);
        let _ = writeln!(
            out,
            "<path class=\"{class}\" d=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{thick}\"{dashes} \
             marker-end=\"url(#{prefix}-{tip})\"/>",
            line(route, if edge.marked { TIP + 3 } else { TIP }, shift)
        );
    }

    /// The words on an arrow.
    fn words(&self, out: &mut String, index: usize, edge: &Edge, (left, top): Point) {
        let Picture { placed, labels, arrows, .. } = self;
        if labels[index].is_empty() {
            return;
        }
        let size = arrows[index].size;
        let (x, y) = placed.edges[index].label;
        let (x, y) = (x + left, y + top);
        let _ = writeln!(
            out,
            "<rect class=\"page\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>",
            x - size.width / 2,
            y - size.height / 2,
            size.width,
            size.height
        );
        let weight = if edge.marked { " font-weight=\"bold\"" } else { "" };
        for (line, text) in (0..).zip(&labels[index]) {
            let _ = writeln!(
                out,
                "<text class=\"ink\" x=\"{x}\" y=\"{}\" font-size=\"12\" text-anchor=\"middle\"{weight}>{}</text>",
                y - size.height / 2 + LINE * (line + 1) - 3,
                escaped(text)
            );
        }
    }

    fn node(&self, out: &mut String, (index, node): (usize, &Node), told: &str, (left, top): Point) {
        let Picture { prefix, placed, boxes, .. } = self;
        let (x, y) = placed.nodes[index];
        let Box { lines, size } = &boxes[index];
        let (x, y) = (x + left - size.width / 2, y + top - size.height / 2);
        let id = format!("{prefix}-{}", node.id);
        let _ = writeln!(
            out,
            "<g role=\"listitem\" id=\"{id}\"><g role=\"img\" aria-labelledby=\"{id}-title\"><title \
             id=\"{id}-title\">{}</title>",
            escaped(told)
        );
        let (class, stroke) = if node.faded { ("box pale", PALE) } else { ("box", INK) };
        let thick = if node.marked { "4" } else { "1.25" };
        let dashes = if node.faded { " stroke-dasharray=\"4 3\"" } else { "" };
        let _ = writeln!(
            out,
            "<path class=\"{class} {}\" d=\"{}\" fill=\"{}\" stroke=\"{stroke}\" stroke-width=\"{thick}\"{dashes}/>",
            class_of(node.kind),
            outline(node.kind, (x, y), *size),
            fill(node.kind)
        );
        let colour = if node.faded { " class=\"ink pale\" fill=\"#595959\"" } else { " class=\"ink\"" };
        for (line, (role, text)) in (0..).zip(lines) {
            let style = match role {
                Role::Head => " font-size=\"12\" font-style=\"italic\"",
                Role::Text => "",
                Role::Note => " font-size=\"13\" font-weight=\"bold\"",
            };
            let _ = writeln!(
                out,
                "<text{colour} x=\"{}\" y=\"{}\" text-anchor=\"middle\"{style}>{}</text>",
                x + size.width / 2,
                y + INSIDE + LINE * (line + 1) - 5,
                escaped(text)
            );
        }
        out.push_str("</g></g>\n");
    }
}

/// The colours of lines and letters, of those that do not count.
pub(super) const INK: &str = "#1f2328";
const PALE: &str = "#767676";
/// The colour of letters that do not come first.
pub(super) const PALE_INK: &str = "#595959";

/// What attributes say is shown where styles are not; these make it fit for dark pages too.
const STYLE: &str = "\
ID .ink{fill:#1f2328}
ID .ink.pale{fill:#595959}
@media (prefers-color-scheme:dark){
ID .page{fill:#16191d}
ID .ink{fill:#f0f3f6}
ID .ink.pale{fill:#b1b7be}
ID .line,ID .box{stroke:#d5dae0}
ID .line.pale,ID .box.pale{stroke:#8b929a}
ID .tip{fill:#d5dae0}
ID .tip.pale{fill:#8b929a}
ID .source,ID .question{fill:#1d2b3d}
ID .claim{fill:#353016}
ID .rule{fill:#1c3320}
ID .denial{fill:#402020}
ID .consequence,ID .status{fill:#322440}
}";

fn class_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Source => "source",
        Kind::Claim => "claim",
        Kind::Rule => "rule",
        Kind::Denial => "denial",
        Kind::Consequence => "consequence",
        Kind::Question => "question",
        Kind::Status => "status",
    }
}

fn fill(kind: Kind) -> &'static str {
    match kind {
        Kind::Source | Kind::Question => "#e6eef8",
        Kind::Claim => "#f8f3df",
        Kind::Rule => "#e7f3e6",
        Kind::Denial => "#fbe9e7",
        Kind::Consequence | Kind::Status => "#f1e9f8",
    }
}

/// A box's outline; its shape tells what it stands for.
fn outline(kind: Kind, (x, y): Point, Size { width: w, height: h }: Size) -> String {
    let (right, bottom) = (x + w, y + h);
    let round = |r: i32| {
        format!(
            "M{} {y}H{}A{r} {r} 0 0 1 {right} {}V{}A{r} {r} 0 0 1 {} {bottom}H{}A{r} {r} 0 0 1 {x} {}V{}A{r} {r} 0 0 1 {} {y}z",
            x + r,
            right - r,
            y + r,
            bottom - r,
            right - r,
            x + r,
            bottom - r,
            y + r,
            x + r
        )
    };
    match kind {
        // A spine, as of a book.
        Kind::Source => format!("M{x} {y}H{right}V{bottom}H{x}zM{} {y}V{bottom}", x + 6),
        // A sheet with a corner folded.
        Kind::Claim => {
            let fold = 12;
            format!(
                "M{x} {y}H{}L{right} {}V{bottom}H{x}zM{} {y}V{}H{right}",
                right - fold,
                y + fold,
                right - fold,
                y + fold
            )
        }
        Kind::Rule => round(4),
        // Corners cut off.
        Kind::Denial => {
            let c = 12;
            format!(
                "M{} {y}H{}L{right} {}V{}L{} {bottom}H{}L{x} {}V{}z",
                x + c,
                right - c,
                y + c,
                bottom - c,
                right - c,
                x + c,
                bottom - c,
                y + c
            )
        }
        Kind::Question => round(8),
        Kind::Consequence | Kind::Status => round(18.min(h / 2)),
    }
}

/// A line through all bends, which are rounded, up to where its tip begins.
fn line(route: &Route, tip: i32, shift: impl Fn(Point) -> Point) -> String {
    const ROUND: i32 = 22;
    let mut points: Vec<Point> = route.points.iter().map(|point| shift(*point)).collect();
    points.dedup();
    let [.., before, last] = &mut points[..] else { return String::new() };
    *last = towards(*last, *before, tip);
    let end = *last;
    let mut path = format!("M{} {}", points[0].0, points[0].1);
    for three in points.windows(3) {
        let [before, bend, after] = [three[0], three[1], three[2]];
        let (from, to) = (towards(bend, before, ROUND), towards(bend, after, ROUND));
        let _ = write!(path, "L{} {}Q{} {} {} {}", from.0, from.1, bend.0, bend.1, to.0, to.1);
    }
    let _ = write!(path, "L{} {}", end.0, end.1);
    path
}

/// The point so far from one point towards another, at most half the way.
fn towards(from: Point, to: Point, far: i32) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).isqrt().max(1);
    let far = far.min(length / 2);
    (from.0 + dx * far / length, from.1 + dy * far / length)
}

/// A text as XML: whoever shows texts has taken out control characters.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
