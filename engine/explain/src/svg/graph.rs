//! A list of tasks as a graph: which edges go back, on which layer each task stands, and in which column.
//!
//! Layers go down, columns go from where the reader begins. A task stands below all that lead to it; the task that
//! comes next in the text goes on in its predecessor's column. Everything here counts, nothing measures.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub label: Option<String>,
    pub error: bool,
}

/// Where an edge runs past the layers between its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// From one layer to the next.
    Direct,
    Column(usize),
    /// Beside the columns, on the far side.
    Far(usize),
    /// Back, on the near side.
    Back(usize),
}

pub(super) struct Placed {
    pub layers: Vec<usize>,
    pub columns: Vec<usize>,
    /// For each edge.
    pub runs: Vec<Run>,
}

/// Places `count` nodes. The first is where the list begins; the order is that of the text.
pub(super) fn place(count: usize, edges: &[Edge]) -> Placed {
    let forward = forward(count, edges);
    let layers = layers(count, edges, &forward);
    let mut grid = Grid::default();
    let columns = columns(&layers, edges, &forward, &mut grid);
    let runs = runs(&layers, &columns, edges, &forward, &mut grid);
    Placed { layers, columns, runs }
}

/// Which edges lead on; the others close a circle.
fn forward(count: usize, edges: &[Edge]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let out = out_edges(count, edges);
    let mut seen = vec![Seen::No; count];
    let mut forward = vec![true; edges.len()];
    for root in 0..count {
        if seen[root] != Seen::No {
            continue;
        }
        seen[root] = Seen::Open;
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let node = *node;
            let Some(edge) = out[node].get(*next) else {
                seen[node] = Seen::Done;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = edges[*edge].to;
            match seen[to] {
                Seen::Open => forward[*edge] = false,
                Seen::No => {
                    seen[to] = Seen::Open;
                    stack.push((to, 0));
                }
                Seen::Done => {}
            }
        }
    }
    forward
}

fn out_edges(count: usize, edges: &[Edge]) -> Vec<Vec<usize>> {
    let mut out = vec![Vec::new(); count];
    for (index, edge) in edges.iter().enumerate() {
        out[edge.from].push(index);
    }
    out
}

/// The longest way from the beginning. A task that nothing leads to stands below the one before it in the text.
fn layers(count: usize, edges: &[Edge], forward: &[bool]) -> Vec<usize> {
    let out = out_edges(count, edges);
    let mut waits = vec![0usize; count];
    for (edge, _) in edges.iter().zip(forward).filter(|(_, forward)| **forward) {
        waits[edge.to] += 1;
    }
    let mut layers = vec![0; count];
    let mut ready: BTreeSet<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    let roots = ready.clone();
    while let Some(node) = ready.pop_first() {
        if node > 0 && roots.contains(&node) {
            layers[node] = layers[node - 1] + 1;
        }
        for edge in out[node].iter().filter(|edge| forward[**edge]) {
            let to = edges[*edge].to;
            layers[to] = layers[to].max(layers[node] + 1);
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.insert(to);
            }
        }
    }
    layers
}

/// The layers that are taken of a column or a lane, each by the edges to one node, or by a node itself (None).
type Taken = BTreeMap<usize, Option<usize>>;

/// Which places are taken: columns with their layers, and the lanes beside them.
#[derive(Default)]
struct Grid {
    columns: Vec<Taken>,
    far: Vec<Taken>,
    back: Vec<Taken>,
}

/// Whether an edge to this node may pass: edges to one node may share their way.
fn passes(taken: &Taken, mut layers: RangeInclusive<usize>, to: usize) -> bool {
    layers.all(|layer| taken.get(&layer).is_none_or(|owner| *owner == Some(to)))
}

/// Takes the first lane that is free in all these layers.
fn take(lanes: &mut Vec<Taken>, layers: RangeInclusive<usize>, to: usize) -> usize {
    let free = lanes.iter().position(|lane| passes(lane, layers.clone(), to));
    let index = free.unwrap_or_else(|| {
        lanes.push(Taken::new());
        lanes.len() - 1
    });
    lanes[index].extend(layers.map(|layer| (layer, Some(to))));
    index
}

fn columns(layers: &[usize], edges: &[Edge], forward: &[bool], grid: &mut Grid) -> Vec<usize> {
    let count = layers.len();
    let straight = straight(layers, edges, forward);
    let mut into = vec![Vec::new(); count];
    for (edge, _) in edges.iter().zip(forward).filter(|(_, forward)| **forward) {
        into[edge.to].push(edge.from);
    }
    let mut columns = vec![0; count];
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|node| (layers[*node], *node));
    for node in order {
        let above = into[node].iter().copied();
        let heir = above.clone().filter(|from| straight[*from] == Some(node)).min_by_key(|from| columns[*from]);
        let free = |column: usize, grid: &Grid| {
            grid.columns.get(column).is_none_or(|taken| !taken.contains_key(&layers[node]))
        };
        let inherited = heir.map(|from| columns[from]).filter(|column| free(*column, grid));
        let beside = above.map(|from| columns[from]).min().unwrap_or(0);
        let column = inherited.unwrap_or_else(|| (beside..).find(|column| free(*column, grid)).unwrap_or(beside));
        while grid.columns.len() <= column {
            grid.columns.push(Taken::new());
        }
        grid.columns[column].insert(layers[node], None);
        columns[node] = column;
    }
    columns
}

/// The node that goes on in the column of each: the nearest layer first, then the first in the text.
fn straight(layers: &[usize], edges: &[Edge], forward: &[bool]) -> Vec<Option<usize>> {
    let mut straight: Vec<Option<usize>> = vec![None; layers.len()];
    for (edge, _) in edges.iter().zip(forward).filter(|(_, forward)| **forward) {
        let rank = |node: usize| (layers[node], node);
        if straight[edge.from].is_none_or(|known| rank(edge.to) < rank(known)) {
            straight[edge.from] = Some(edge.to);
        }
    }
    straight
}

fn runs(layers: &[usize], columns: &[usize], edges: &[Edge], forward: &[bool], grid: &mut Grid) -> Vec<Run> {
    let mut runs = vec![Run::Direct; edges.len()];
    let length = |edge: &Edge| layers[edge.to].abs_diff(layers[edge.from]);
    let mut order: Vec<usize> = (0..edges.len()).collect();
    // The short ones get the places close by.
    order.sort_by_key(|index| (length(&edges[*index]), *index));
    for index in order {
        let edge = &edges[index];
        let (above, below) = (layers[edge.from], layers[edge.to]);
        if !forward[index] {
            runs[index] = Run::Back(take(&mut grid.back, below..=above + 1, edge.to));
        } else if below > above + 1 {
            // Beside its own ends a way must not meet those of others, where it turns into a column and out of it.
            let (own, target) = (columns[edge.from], columns[edge.to]);
            let stretch = |column: usize| above + usize::from(column == own)..=below - usize::from(column == target);
            let mut nearest: Vec<usize> = (0..grid.columns.len()).collect();
            nearest.sort_by_key(|column| column.abs_diff(target));
            let free = |column: &usize| passes(&grid.columns[*column], stretch(*column), edge.to);
            let column = [own, target].into_iter().chain(nearest).find(free);
            runs[index] = match column {
                Some(column) => {
                    let between = above + 1..below;
                    grid.columns[column].extend(between.map(|layer| (layer, Some(edge.to))));
                    Run::Column(column)
                }
                None => Run::Far(take(&mut grid.far, above + 1..=below, edge.to)),
            };
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(list: &[(usize, usize)]) -> Vec<Edge> {
        list.iter().map(|(from, to)| Edge { from: *from, to: *to, label: None, error: false }).collect()
    }

    #[test]
    fn a_branch_stands_beside_and_a_circle_goes_back() {
        // 0 -> 1 -> {2, 3} -> 4, and 2 -> 0.
        let placed = place(5, &edges(&[(0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (2, 0)]));
        assert_eq!(placed.layers, [0, 1, 2, 2, 3]);
        assert_eq!(placed.columns, [0, 0, 0, 1, 0]);
        assert_eq!(placed.runs[5], Run::Back(0));
        assert!(placed.runs[..5].iter().all(|run| *run == Run::Direct));
    }

    #[test]
    fn what_passes_takes_a_free_column_or_a_lane() {
        let placed = place(4, &edges(&[(0, 1), (1, 2), (2, 3), (0, 3), (0, 2), (1, 1)]));
        assert_eq!(placed.layers, [0, 1, 2, 3]);
        assert_eq!(placed.columns, [0, 0, 0, 0]);
        assert_eq!(placed.runs, [Run::Direct, Run::Direct, Run::Direct, Run::Far(1), Run::Far(0), Run::Back(0)]);
    }

    #[test]
    fn what_nothing_leads_to_stands_below_the_one_before() {
        let placed = place(3, &edges(&[(0, 2)]));
        assert_eq!(placed.layers, [0, 1, 1]);
        assert_ne!(placed.columns[1], placed.columns[2]);
    }
}
