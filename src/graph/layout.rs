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

/// An arrow that is to be placed: from and to which box, and the size of its words.
pub(super) type Arrow = (usize, usize, Size);

/// Places boxes in layers, so that arrows lead in the direction and cross little.
///
/// Layers are those of a tight tree and not of the network simplex, which is not proven to end.
pub(super) fn place(direction: Direction, boxes: &[Size], arrows: &[Arrow]) -> Placed {
    let mut graph: Graph<NodeLabel, EdgeLabel> =
        Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    for (index, size) in boxes.iter().enumerate() {
        let label = NodeLabel { width: size.width.into(), height: size.height.into(), ..NodeLabel::default() };
        graph.set_node(name(index), Some(label));
    }
    for (index, (from, to, size)) in arrows.iter().enumerate() {
        let label = EdgeLabel {
            width: size.width.into(),
            height: size.height.into(),
            labelpos: LabelPos::Center,
            ..EdgeLabel::default()
        };
        graph.set_edge(name(*from), name(*to), Some(label), Some(&name(index)));
    }
    let options = match direction {
        Direction::Right => {
            LayoutOptions { rankdir: RankDir::LR, nodesep: 18.0, ranksep: 40.0, ..LayoutOptions::default() }
        }
        Direction::Down => {
            LayoutOptions { rankdir: RankDir::TB, nodesep: 30.0, ranksep: 36.0, ..LayoutOptions::default() }
        }
    };
    dagre::layout(&mut graph, Some(LayoutOptions { ranker: Ranker::TightTree, edgesep: 14.0, ..options }));
    let nodes: Vec<Point> = (0..boxes.len())
        .map(|index| {
            let label = graph.node(&name(index)).expect("it was added");
            (whole(label.x), whole(label.y))
        })
        .collect();
    let edges = arrows.iter().enumerate().map(|(index, (from, to, _))| {
        let label = graph.edge(&name(*from), &name(*to), Some(&name(index))).expect("it was added");
        let points: Vec<Point> =
            label.points.iter().map(|point| (whole(Some(point.x)), whole(Some(point.y)))).collect();
        Route { label: (whole(label.x), whole(label.y)), points }
    });
    moved(boxes, arrows, nodes, edges.collect())
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
fn moved(boxes: &[Size], arrows: &[Arrow], mut nodes: Vec<Point>, mut edges: Vec<Route>) -> Placed {
    let around = |(x, y): Point, size: Size| {
        [(x - size.width / 2, y - size.height / 2), (x + size.width / 2, y + size.height / 2)]
    };
    let corners: Vec<Point> = nodes
        .iter()
        .zip(boxes)
        .flat_map(|(at, size)| around(*at, *size))
        .chain(
            edges
                .iter()
                .zip(arrows)
                .filter(|(_, arrow)| arrow.2.width > 0)
                .flat_map(|(route, arrow)| around(route.label, arrow.2)),
        )
        .chain(edges.iter().flat_map(|route| route.points.iter().copied()))
        .collect();
    let least = |part: fn(&Point) -> i32| corners.iter().map(part).min().unwrap_or(0);
    let most = |part: fn(&Point) -> i32| corners.iter().map(part).max().unwrap_or(0);
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
