//! Where boxes and arrows stand: the layered layout of dagre, in whole pixels.
//!
//! The only place with numbers that are not whole. They come from and go to the library here, by
//! additions, halves and comparisons, which are the same on every machine.

#![allow(clippy::float_arithmetic)]

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir, Ranker};

use super::Direction;

/// The width and the height of something, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: i32,
    pub(super) height: i32,
}

/// A place, in pixels from the left and from the top.
pub(super) type Point = (i32, i32);

/// An arrow: where it bends, its ends included, and the middle of its words.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) points: Vec<Point>,
    pub(super) label: Point,
}

/// Where everything stands.
pub(super) struct Placed {
    /// The middle of each box.
    pub(super) nodes: Vec<Point>,
    pub(super) edges: Vec<Route>,
    pub(super) size: Size,
}

/// A box that is to be placed.
pub(super) struct Sized {
    pub(super) size: Size,
    /// In which layer it stands at least, counted from 0.
    pub(super) layer: u8,
}

/// An arrow that is to be placed.
pub(super) struct Arrow {
    /// From and to which box.
    pub(super) ends: (usize, usize),
    /// The size of its words.
    pub(super) size: Size,
    /// Whether it changes no layer and goes around the boxes.
    pub(super) aside: bool,
}

/// Places boxes in layers, so that arrows lead in the direction and cross little.
///
/// Layers are those of a tight tree and not of the network simplex, which is not proven to end.
pub(super) fn place(direction: Direction, boxes: &[Sized], arrows: &[Arrow]) -> Placed {
    let mut graph: Graph<NodeLabel, EdgeLabel> =
        Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    for (index, it) in boxes.iter().enumerate() {
        let label = NodeLabel { width: it.size.width.into(), height: it.size.height.into(), ..NodeLabel::default() };
        graph.set_node(name(index), Some(label));
    }
    for (index, arrow) in arrows.iter().enumerate().filter(|(_, arrow)| !arrow.aside) {
        let label = EdgeLabel {
            width: arrow.size.width.into(),
            height: arrow.size.height.into(),
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        graph.set_edge(name(arrow.ends.0), name(arrow.ends.1), Some(label), Some(&name(index)));
    }
    keep_in_layers(&mut graph, boxes, arrows);
    let (rankdir, nodesep, ranksep) = match direction {
        Direction::Right => (RankDir::LR, 18.0, 72.0),
        Direction::Down => (RankDir::TB, 30.0, 56.0),
    };
    let ranker = Ranker::TightTree;
    let options = LayoutOptions { rankdir, nodesep, ranksep, ranker, edgesep: 14.0, ..LayoutOptions::default() };
    dagre::layout(&mut graph, Some(options));
    let nodes: Vec<Point> = (0..boxes.len())
        .map(|index| {
            let label = graph.node(&name(index)).expect("it was added");
            (whole(label.x), whole(label.y))
        })
        .collect();
    let mut lane = 0;
    let route = |(index, arrow): (usize, &Arrow)| {
        if arrow.aside {
            lane = (lane + 1) % LANES;
            return around(arrow, lane, boxes, &nodes);
        }
        let label = graph.edge(&name(arrow.ends.0), &name(arrow.ends.1), Some(&name(index))).expect("it was added");
        let mut points: Vec<Point> =
            label.points.iter().map(|point| (whole(Some(point.x)), whole(Some(point.y)))).collect();
        if let [first, second, .., before, last] = &mut points[..] {
            *first = side(direction, nodes[arrow.ends.0], boxes[arrow.ends.0].size, 1, *second);
            *last = side(direction, nodes[arrow.ends.1], boxes[arrow.ends.1].size, -1, *before);
        } else if let [first, bend, last] = &mut points[..] {
            *first = side(direction, nodes[arrow.ends.0], boxes[arrow.ends.0].size, 1, *bend);
            *last = side(direction, nodes[arrow.ends.1], boxes[arrow.ends.1].size, -1, *bend);
        }
        Route { label: (whole(label.x), whole(label.y)), points }
    };
    let edges = arrows.iter().enumerate().map(route).collect();
    moved(boxes, arrows, nodes, edges)
}

/// A box to which no arrow leads would stand in the first layer: one that belongs in a later one is
/// tied to an unseen box in the first.
fn keep_in_layers(graph: &mut Graph<NodeLabel, EdgeLabel>, boxes: &[Sized], arrows: &[Arrow]) {
    let anchor = name(boxes.len());
    let led_to = |index: usize| arrows.iter().any(|arrow| !arrow.aside && arrow.ends.1 == index);
    for (index, it) in boxes.iter().enumerate().filter(|(index, it)| it.layer > 0 && !led_to(*index)) {
        graph.set_node(anchor.clone(), Some(NodeLabel::default()));
        let label = EdgeLabel { minlen: it.layer.into(), ..EdgeLabel::default() };
        graph.set_edge(anchor.clone(), name(index), Some(label), None);
    }
}

/// Where an arrow that comes from a bend meets the side of a box that looks there (`1`: its way on,
/// `-1`: its way back). The library lets it meet any side, and so cross the box's neighbours.
fn side(direction: Direction, (x, y): Point, size: Size, way: i32, bend: Point) -> Point {
    const CORNER: i32 = 16;
    let near = |wanted: i32, middle: i32, length: i32| {
        let room = (length / 2 - CORNER).max(0);
        wanted.clamp(middle - room, middle + room)
    };
    match direction {
        Direction::Right => (x + way * size.width / 2, near(bend.1, y, size.height)),
        Direction::Down => (near(bend.0, x, size.width), y + way * size.height / 2),
    }
}

/// How many arrows go around before they take the room of the first again.
const LANES: i32 = 5;

/// An arrow from the left side of a box to the left side of another, around what stands between.
/// `lane`: so that several do not lie upon one another.
fn around(arrow: &Arrow, lane: i32, boxes: &[Sized], nodes: &[Point]) -> Route {
    let left_side = |end: usize, shift: i32| (nodes[end].0 - boxes[end].size.width / 2, nodes[end].1 + shift);
    let (from, to) = (left_side(arrow.ends.0, 4 * lane), left_side(arrow.ends.1, 4 * lane - 16));
    let left = from.0.min(to.0) - 16 - 10 * lane;
    Route { points: vec![from, (left, from.1), (left, to.1), to], label: (left, i32::midpoint(from.1, to.1)) }
}

fn name(index: usize) -> String {
    // Of one length, so that their order is that of the numbers.
    format!("n{index:08}")
}

#[allow(clippy::cast_possible_truncation)]
fn whole(number: Option<f64>) -> i32 {
    number.unwrap_or(0.0).round() as i32
}

/// Moves everything so that nothing stands left of 0 or above it.
fn moved(boxes: &[Sized], arrows: &[Arrow], mut nodes: Vec<Point>, mut edges: Vec<Route>) -> Placed {
    let corners = |(x, y): Point, size: Size| {
        [(x - size.width / 2, y - size.height / 2), (x + size.width / 2, y + size.height / 2)]
    };
    let mut all: Vec<Point> = nodes.iter().zip(boxes).flat_map(|(at, it)| corners(*at, it.size)).collect();
    for (route, arrow) in edges.iter().zip(arrows) {
        all.extend(&route.points);
        if arrow.size.width > 0 {
            all.extend(corners(route.label, arrow.size));
        }
    }
    let least = |part: fn(&Point) -> i32| all.iter().map(part).min().unwrap_or(0);
    let most = |part: fn(&Point) -> i32| all.iter().map(part).max().unwrap_or(0);
    let (left, top) = (least(|it| it.0), least(|it| it.1));
    let size = Size { width: most(|it| it.0) - left, height: most(|it| it.1) - top };
    let shift = |point: &mut Point| *point = (point.0 - left, point.1 - top);
    nodes.iter_mut().for_each(shift);
    for route in &mut edges {
        route.points.iter_mut().for_each(shift);
        shift(&mut route.label);
    }
    Placed { nodes, edges, size }
}
