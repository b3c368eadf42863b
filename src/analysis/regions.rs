//! A set of profiles as conditions that a reader can check: as few of them as can be.
//!
//! A set is a sum of products over the cells of facts. Where it is small enough, all its prime
//! products are found, by recursion over the facts (as O. Coudert and J. C. Madre, *Implicit and
//! Incremental Computation of Primes and Essential Primes of Boolean Functions*, 1992, for facts of
//! more than two cells), and the fewest that cover it by branch and bound, among these those that
//! are shortest. Where it is larger, products are widened one after the other until the set is
//! covered, and those that are not needed are left out: perhaps they are not the fewest.

#![expect(clippy::indexing_slicing, reason = "points, axes and products are numbered by the region")]
#![expect(clippy::arithmetic_side_effects, reason = "the limits keep points few, and costs with them")]

use std::collections::HashMap;

use super::space::Space;
use crate::model::FactId;
use crate::semantics::cells::Cell;
use crate::semantics::diagram::{FALSE, NodeId, OverBudget, TRUE};

/// How large a set may be for the fewest conditions to be looked for: combinations of cells that
/// differ, cells of one fact, products, and steps of the search.
const POINTS: usize = 1024;
const CLASSES: usize = 6;
const PRIMES: usize = 1_000;
const STEPS: usize = 5_000;

/// How many products are written at most.
const PRODUCTS: usize = 200;

/// Conditions that together hold for just the profiles of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Each as rule files write it; empty where it is every profile.
    pub conditions: Vec<String>,
    /// Whether there are no fewer that do.
    pub fewest: bool,
}

/// A fact on which a set depends, with its cells: those that make no difference are one class.
struct Axis {
    fact: FactId,
    classes: Vec<u16>,
    count: usize,
}

/// For each axis the classes that it allows, as bits.
type Product = Vec<u16>;

/// States a set that is not empty.
pub(super) fn stated(space: &mut Space<'_>, set: NodeId) -> Result<Stated, OverBudget> {
    let axes = axes(space, set);
    let points: usize = axes.iter().map(|axis| axis.count).product();
    let small = points <= POINTS && axes.iter().all(|axis| axis.count <= CLASSES);
    let exact = if small { fewest(space, set, &axes) } else { None };
    let (products, fewest) = match exact {
        Some(found) => found,
        None => {
            let products = widened(space, set, &axes)?;
            let one = products.len() == 1;
            (products, one)
        }
    };
    let conditions = products.iter().map(|product| written(space, &axes, product)).collect();
    Ok(Stated { conditions, fewest })
}

/// The facts on which a set depends. Two cells of a fact are of one class where all nodes lead to
/// the same place from both.
fn axes(space: &mut Space<'_>, set: NodeId) -> Vec<Axis> {
    let nodes = space.nodes_of(set);
    let mut by_fact: Vec<(FactId, Vec<NodeId>)> = Vec::new();
    for (fact, node) in nodes {
        match by_fact.iter_mut().find(|(other, _)| *other == fact) {
            Some((_, nodes)) => nodes.push(node),
            None => by_fact.push((fact, vec![node])),
        }
    }
    // In the order in which diagrams ask for them, so that a walk meets them in turn.
    by_fact.sort_by_key(|(fact, _)| space.level(*fact));
    let axis = |(fact, nodes): (FactId, Vec<NodeId>)| {
        let mut known: HashMap<Vec<NodeId>, u16> = HashMap::new();
        let class = |cell: usize| {
            let cell = Cell::try_from(cell).expect("cells are numbered so");
            let leads: Vec<NodeId> = nodes.iter().map(|node| space.follow(*node, cell)).collect();
            let next = u16::try_from(known.len()).unwrap_or(u16::MAX);
            *known.entry(leads).or_insert(next)
        };
        let classes: Vec<u16> = (0..space.cells.count(fact)).map(class).collect();
        Axis { fact, classes, count: known.len() }
    };
    by_fact.into_iter().map(axis).collect()
}

/// The first cell of each class.
fn cell_of(axis: &Axis, class: usize) -> Cell {
    let cell = axis.classes.iter().position(|other| usize::from(*other) == class);
    Cell::try_from(cell.expect("every class has a cell")).expect("cells are numbered so")
}

/// The fewest products, and whether that is certain; `None` where there are too many to look at.
fn fewest(space: &Space<'_>, set: NodeId, axes: &[Axis]) -> Option<(Vec<Product>, bool)> {
    let counts: Vec<usize> = axes.iter().map(|axis| axis.count).collect();
    let members = members(space, set, axes);
    let primes = Primes { counts: &counts, known: HashMap::new(), work: 0 }.all(0, members.clone())?;
    let points: Vec<usize> = (0..members.len()).filter(|point| members[*point]).collect();
    let costs: Vec<usize> = primes.iter().map(|prime| cost(axes, prime)).collect();
    let covers = |prime: &Product| -> Vec<bool> { points.iter().map(|point| holds(prime, &counts, *point)).collect() };
    let covers: Vec<Vec<bool>> = primes.iter().map(covers).collect();
    let (chosen, certain) = Covering::new(&covers, &costs, points.len()).best();
    Some((chosen.into_iter().map(|prime| primes[prime].clone()).collect(), certain))
}

/// For each combination of classes whether it is in the set; the last axis counts fastest.
fn members(space: &Space<'_>, set: NodeId, axes: &[Axis]) -> Vec<bool> {
    let points: usize = axes.iter().map(|axis| axis.count).product();
    let is_member = |point: usize| {
        let mut at = set;
        let (mut rest, mut size) = (point, points);
        for axis in axes {
            size /= axis.count;
            if !at.is_end() && space.fact_of(at) == axis.fact {
                at = space.follow(at, cell_of(axis, rest / size));
            }
            rest %= size;
        }
        at == TRUE
    };
    (0..points).map(is_member).collect()
}

fn holds(product: &Product, counts: &[usize], point: usize) -> bool {
    let mut rest = point;
    product.iter().zip(counts).rev().all(|(allowed, count)| {
        let class = rest % count;
        rest /= count;
        allowed >> class & 1 == 1
    })
}

/// All prime products of functions over the axes from one on.
struct Primes<'a> {
    counts: &'a [usize],
    known: HashMap<(usize, Vec<bool>), Vec<Product>>,
    work: usize,
}

impl Primes<'_> {
    fn all(&mut self, axis: usize, members: Vec<bool>) -> Option<Vec<Product>> {
        if members.iter().all(|member| !member) {
            return Some(Vec::new());
        }
        if axis == self.counts.len() {
            return Some(vec![Vec::new()]);
        }
        if members.iter().all(|member| *member) {
            return Some(vec![self.counts[axis..].iter().map(|count| (1 << count) - 1).collect()]);
        }
        if let Some(found) = self.known.get(&(axis, members.clone())) {
            return Some(found.clone());
        }
        let count = self.counts[axis];
        let size = members.len() / count;
        let mut found: Vec<Product> = Vec::new();
        // Larger sets of classes first: what a smaller one adds is what the larger ones miss.
        let mut subsets: Vec<u16> = (1..1_u16 << count).collect();
        subsets.sort_by_key(|subset| std::cmp::Reverse(subset.count_ones()));
        for subset in subsets {
            let chosen = (0..count).filter(|class| subset >> class & 1 == 1);
            let mut common = vec![true; size];
            for class in chosen {
                let part = &members[class * size..(class + 1) * size];
                common.iter_mut().zip(part).for_each(|(common, part)| *common &= part);
            }
            for rest in self.all(axis + 1, common)? {
                let product: Product = std::iter::once(subset).chain(rest).collect();
                if !found.iter().any(|other| contains(other, &product)) {
                    found.push(product);
                }
                self.work += found.len();
            }
            if found.len() > PRIMES || self.work > PRIMES * PRIMES {
                return None;
            }
        }
        self.known.insert((axis, members), found.clone());
        Some(found)
    }
}

fn contains(outer: &Product, inner: &Product) -> bool {
    outer.iter().zip(inner).all(|(outer, inner)| inner & !outer == 0)
}

/// The search for the cheapest choice of products that covers all points.
struct Covering<'a> {
    covers: &'a [Vec<bool>],
    costs: &'a [usize],
    /// The points, those that few products cover first.
    order: Vec<usize>,
    covering: Vec<Vec<usize>>,
    best: Vec<usize>,
    best_cost: usize,
    steps: usize,
}

impl<'a> Covering<'a> {
    fn new(covers: &'a [Vec<bool>], costs: &'a [usize], points: usize) -> Self {
        let covering: Vec<Vec<usize>> = (0..points)
            .map(|point| {
                let mut covering: Vec<usize> = (0..covers.len()).filter(|product| covers[*product][point]).collect();
                let size = |product: &usize| covers[*product].iter().filter(|covered| **covered).count();
                covering.sort_by_key(|product| (std::cmp::Reverse(size(product)), costs[*product], *product));
                covering
            })
            .collect();
        let mut order: Vec<usize> = (0..points).collect();
        order.sort_by_key(|point| (covering[*point].len(), *point));
        Self { covers, costs, order, covering, best: Vec::new(), best_cost: usize::MAX, steps: 0 }
    }

    /// The products, in their order, and whether there is no better choice.
    fn best(mut self) -> (Vec<usize>, bool) {
        self.search(&mut vec![0; self.order.len()], &mut Vec::new(), 0);
        self.best.sort_unstable();
        (self.best, self.steps <= STEPS)
    }

    fn search(&mut self, covered: &mut Vec<usize>, chosen: &mut Vec<usize>, cost: usize) {
        self.steps += 1;
        let open = self.order.iter().copied().find(|point| covered[*point] == 0);
        let Some(open) = open else {
            if cost < self.best_cost {
                (self.best, self.best_cost) = (chosen.clone(), cost);
            }
            return;
        };
        if cost + self.least(covered) >= self.best_cost || self.steps > STEPS && self.best_cost < usize::MAX {
            return;
        }
        for product in self.covering[open].clone() {
            let more = |covered: &mut Vec<usize>, by: isize| {
                let points = covered.iter_mut().zip(&self.covers[product]).filter(|(_, covers)| **covers);
                points.for_each(|(count, _)| *count = count.wrapping_add_signed(by));
            };
            more(covered, 1);
            chosen.push(product);
            self.search(covered, chosen, cost + self.costs[product]);
            chosen.pop();
            let points = covered.iter_mut().zip(&self.covers[product]).filter(|(_, covers)| **covers);
            points.for_each(|(count, _)| *count -= 1);
        }
    }

    /// What the points that are left cost at least: no product covers two of those counted here.
    fn least(&self, covered: &[usize]) -> usize {
        let mut used = vec![false; self.covers.len()];
        let mut least = 0;
        for point in self.order.iter().filter(|point| covered[**point] == 0) {
            let covering = &self.covering[*point];
            if covering.iter().all(|product| !used[*product]) {
                covering.iter().for_each(|product| used[*product] = true);
                least += covering.iter().map(|product| self.costs[*product]).min().unwrap_or(0);
            }
        }
        least
    }
}

/// Products are dear, and what is written in them cheap: the fewest come first, then the shortest.
fn cost(axes: &[Axis], product: &Product) -> usize {
    const ONE: usize = 1_000;
    let of_axis = |(axis, allowed): (&Axis, &u16)| match *allowed == all_of(axis) {
        true => 0,
        false => {
            let inside: Vec<bool> = axis.classes.iter().map(|class| allowed >> class & 1 == 1).collect();
            let runs = |of: bool| inside.chunk_by(|a, b| a == b).filter(|run| run[0] == of).count();
            1 + runs(true).min(runs(false))
        }
    };
    ONE + axes.iter().zip(product).map(of_axis).sum::<usize>()
}

fn all_of(axis: &Axis) -> u16 {
    (1 << axis.count) - 1
}

/// Products that cover a set, none of which can be left out: each begins with a profile that is
/// not covered yet, and is widened fact by fact as far as it stays inside.
fn widened(space: &mut Space<'_>, set: NodeId, axes: &[Axis]) -> Result<Vec<Product>, OverBudget> {
    // A class for each cell where there are too many classes for the bits of a product.
    if axes.iter().any(|axis| axis.count > 15) {
        return Err(OverBudget);
    }
    let mut products: Vec<(Product, NodeId)> = Vec::new();
    let mut left = set;
    while left != FALSE {
        if products.len() == PRODUCTS {
            return Err(OverBudget);
        }
        let mut product: Product = axes.iter().map(all_of).collect();
        for (fact, cell) in space.way(left) {
            let index = axes.iter().position(|axis| axis.fact == fact);
            // What is left depends on no other facts than the set and the products before.
            let index = index.expect("it depends on facts of the set");
            product[index] = 1 << axes[index].classes[cell as usize];
        }
        for index in 0..axes.len() {
            for class in 0..axes[index].count {
                let wider = product[index] | 1 << class;
                let narrower = std::mem::replace(&mut product[index], wider);
                if wider != narrower && !is_inside(space, axes, &product, set)? {
                    product[index] = narrower;
                }
            }
        }
        let node = node_of(space, axes, &product);
        left = space.and_not(Ok(left), Ok(node))?;
        products.push((product, node));
    }
    let mut index = 0;
    while index < products.len() && products.len() > 1 {
        let mut rest = set;
        for (_, node) in products.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, it)| it) {
            rest = space.and_not(Ok(rest), Ok(*node))?;
        }
        if rest == FALSE {
            products.remove(index);
        } else {
            index += 1;
        }
    }
    Ok(products.into_iter().map(|(product, _)| product).collect())
}

fn is_inside(space: &mut Space<'_>, axes: &[Axis], product: &Product, set: NodeId) -> Result<bool, OverBudget> {
    let node = node_of(space, axes, product);
    Ok(space.and_not(Ok(node), Ok(set))? == FALSE)
}

fn node_of(space: &mut Space<'_>, axes: &[Axis], product: &Product) -> NodeId {
    let allowed: Vec<(FactId, Vec<bool>)> = axes
        .iter()
        .zip(product)
        .filter(|(axis, allowed)| **allowed != all_of(axis))
        .map(|(axis, allowed)| (axis.fact, axis.classes.iter().map(|class| allowed >> class & 1 == 1).collect()))
        .collect();
    space.product(&allowed)
}

/// A product as rule files write it; empty where it is every profile.
fn written(space: &Space<'_>, axes: &[Axis], product: &Product) -> String {
    let mut parts: Vec<(FactId, String)> = Vec::new();
    for (axis, allowed) in axes.iter().zip(product).filter(|(axis, allowed)| **allowed != all_of(axis)) {
        let inside: Vec<bool> = axis.classes.iter().map(|class| allowed >> class & 1 == 1).collect();
        parts.push((axis.fact, space.cells.written(space.policy, axis.fact, &inside)));
    }
    // In the order of declaration, as authors think of them.
    parts.sort_by_key(|(fact, _)| *fact);
    parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().join(" and ")
}
