//! A list of tasks as a drawing: its graph, its columns and layers in pixels, and its edges between them.
//!
//! Boxes stand on layers; between two layers runs a channel, and only there do edges turn aside. So no edge crosses a box.

use std::collections::BTreeMap;

use super::block::{BOX_W, DETAIL_H, DETAIL_SIZE, LABEL_H, LABEL_SIZE, block};
use super::drawing::{Drawing, Form, Line, Rect, Shape, Tag};
use super::graph::{self, Edge, Placed, Run};
use super::measure::{width, wrap};
use crate::step::{Step, To};

/// Between columns.
const COLUMN_GAP: i32 = 30;
/// Width of a lane without words.
const LANE_W: i32 = 16;
/// Between the rules of a channel.
const RULE_GAP: i32 = 10;
/// Above the first rule of a channel, and below its last, where the arrow stands.
const CHANNEL_TOP: i32 = 14;
const CHANNEL_FOOT: i32 = 18;
/// Longest line of words on an edge, in pixels.
const TAG_W_MAX: i32 = 168;
const TAG_LINES_MAX: usize = 3;
const JOINT: i32 = 10;

/// Around a list.
pub(super) struct Scope<'a> {
    /// What starts the flow; None within a task.
    start: Option<&'a str>,
    end: &'a str,
    /// Words on the way back to the first task, of a list that runs again.
    again: Option<&'a str>,
}

impl<'a> Scope<'a> {
    pub fn root(start: &'a str, end: &'a str) -> Self {
        Self { start: Some(start), end, again: None }
    }

    pub fn inner(end: &'a str, again: Option<&'a str>) -> Self {
        Self { start: None, end, again }
    }
}

pub(super) fn list(steps: &[Step], scope: &Scope<'_>) -> Drawing {
    let (nodes, edges) = nodes(steps, scope);
    if nodes.is_empty() {
        return Drawing::default();
    }
    let placed = graph::place(nodes.len(), &edges);
    Layout::new(nodes, edges, placed).draw()
}

/// The tasks, with where the list begins and ends, and the ways between them.
fn nodes(steps: &[Step], scope: &Scope<'_>) -> (Vec<Drawing>, Vec<Edge>) {
    let mut nodes: Vec<Drawing> = Vec::new();
    nodes.extend(scope.start.map(|start| Drawing::of(pill(start))));
    let first = nodes.len();
    nodes.extend(steps.iter().map(|step| block(step, scope.end)));
    let index: BTreeMap<&str, usize> =
        steps.iter().enumerate().map(|(at, step)| (step.name.as_str(), first + at)).collect();
    let (sink, stop) = (nodes.len(), nodes.len() + 1);
    let mut edges = Vec::new();
    if first == 1 && !steps.is_empty() {
        edges.push(Edge { from: 0, to: first, label: None, error: false });
    }
    for (at, step) in steps.iter().enumerate() {
        for way in &step.ways {
            let to = match &way.to {
                To::Next => {
                    if at + 1 < steps.len() {
                        first + at + 1
                    } else {
                        sink
                    }
                }
                To::Exit => sink,
                To::End if scope.start.is_some() => sink,
                To::End => stop,
                To::Task(name) => index.get(name.as_str()).copied().unwrap_or(sink),
            };
            join(&mut edges, Edge { from: first + at, to, label: way.label.clone(), error: way.error });
        }
    }
    finish(nodes, edges, (first, sink, stop), scope)
}

/// Adds an edge; one that is there already gets its words too.
fn join(edges: &mut Vec<Edge>, edge: Edge) {
    let same = |other: &&mut Edge| other.from == edge.from && other.to == edge.to && other.error == edge.error;
    match edges.iter_mut().rev().take_while(|other| other.from == edge.from).find(same) {
        Some(other) => {
            other.label = match (other.label.take(), edge.label) {
                (Some(first), Some(second)) => Some(format!("{first} · {second}")),
                (first, second) => first.or(second),
            };
        }
        None => edges.push(edge),
    }
}

/// Puts in the ends that the edges lead to.
fn finish(
    mut nodes: Vec<Drawing>,
    mut edges: Vec<Edge>,
    (first, sink, stop): (usize, usize, usize),
    scope: &Scope<'_>,
) -> (Vec<Drawing>, Vec<Edge>) {
    let into_sink: Vec<usize> = (0..edges.len()).filter(|edge| edges[*edge].to == sink).collect();
    let plain = into_sink.len() == 1 && edges[into_sink[0]].label.is_none();
    let last = into_sink.first().map_or(first, |edge| edges[*edge].from);
    let back = |from: usize, again: &str| Edge { from, to: first, label: Some(again.to_owned()), error: false };
    if scope.start.is_some() {
        nodes.push(Drawing::of(pill(scope.end)));
        if sink == first {
            edges.push(Edge { from: 0, to: sink, label: None, error: false });
        }
        return (nodes, edges);
    }
    let mut shift = 0;
    if into_sink.is_empty() || plain {
        edges.retain(|edge| edge.to != sink);
        shift = 1;
        edges.extend(scope.again.filter(|_| plain).map(|again| back(last, again)));
    } else {
        nodes.push(Drawing::of(Shape::new(Form::Joint, JOINT, JOINT)));
        edges.extend(scope.again.map(|again| back(sink, again)));
    }
    if edges.iter().any(|edge| edge.to == stop) {
        edges.iter_mut().filter(|edge| edge.to == stop).for_each(|edge| edge.to -= shift);
        nodes.push(Drawing::of(Shape { form: Form::Stop, ..pill(scope.end) }));
    }
    (nodes, edges)
}

fn pill(text: &str) -> Shape {
    let label = wrap(text, LABEL_SIZE, BOX_W - 40, 4);
    let widest = label.iter().map(|line| width(line, LABEL_SIZE)).max().unwrap_or(0);
    let height = label.len() as i32 * LABEL_H + 16;
    Shape { label, ..Shape::new(Form::Pill, widest + 44, height) }
}

struct Layout {
    nodes: Vec<Drawing>,
    edges: Vec<Edge>,
    placed: Placed,
    /// Middles of the columns and lanes.
    columns: Vec<i32>,
    far: Vec<i32>,
    back: Vec<i32>,
    width: i32,
    /// Words of each edge.
    tags: Vec<Vec<String>>,
    /// How many edges leave each node.
    leaving: Vec<usize>,
}

/// One stretch aside within a channel.
struct Rule {
    edge: usize,
    channel: usize,
    from: i32,
    to: i32,
    /// Whether it is the first of its edge: it turns aside below its task, together with the task's other edges.
    leaving: bool,
}

impl Layout {
    fn new(nodes: Vec<Drawing>, edges: Vec<Edge>, placed: Placed) -> Self {
        let tags = edges
            .iter()
            .map(|edge| {
                edge.label.as_deref().map_or_else(Vec::new, |label| wrap(label, DETAIL_SIZE, TAG_W_MAX, TAG_LINES_MAX))
            })
            .collect();
        let mut leaving = vec![0; nodes.len()];
        edges.iter().for_each(|edge| leaving[edge.from] += 1);
        let sides = (Vec::new(), Vec::new(), Vec::new());
        let mut layout =
            Self { nodes, edges, placed, columns: sides.0, far: sides.1, back: sides.2, width: 0, tags, leaving };
        layout.sides();
        layout
    }

    /// Words of an edge in pixels.
    fn tag_size(&self, edge: usize) -> (i32, i32) {
        let lines = &self.tags[edge];
        let widest = lines.iter().map(|line| width(line, DETAIL_SIZE)).max().unwrap_or(0);
        if lines.is_empty() { (0, 0) } else { (widest + 10, lines.len() as i32 * DETAIL_H + 4) }
    }

    /// Gives every column and lane its middle.
    fn sides(&mut self) {
        let lanes = |run: fn(Run) -> Option<usize>, layout: &Self| {
            let mut widths: Vec<i32> = Vec::new();
            for (edge, placed) in layout.placed.runs.iter().enumerate() {
                if let Some(lane) = run(*placed) {
                    widths.resize(widths.len().max(lane + 1), LANE_W);
                    widths[lane] = widths[lane].max(layout.tag_size(edge).0 + 6);
                }
            }
            widths
        };
        let back = lanes(|run| if let Run::Back(lane) = run { Some(lane) } else { None }, self);
        let far = lanes(|run| if let Run::Far(lane) = run { Some(lane) } else { None }, self);
        let columns = self.column_widths();
        let mut x = 0;
        // The first lane back is the nearest to the columns.
        for width in back.iter().rev() {
            self.back.insert(0, x + width / 2);
            x += width;
        }
        for (index, width) in columns.iter().enumerate() {
            x += if index > 0 {
                COLUMN_GAP
            } else if back.is_empty() {
                0
            } else {
                8
            };
            self.columns.push(x + width / 2);
            x += width;
        }
        for width in &far {
            self.far.push(x + 8 + width / 2);
            x += width;
        }
        self.width = x + if far.is_empty() { 0 } else { 8 };
    }

    fn column_widths(&self) -> Vec<i32> {
        let count = self.placed.columns.iter().max().map_or(0, |last| last + 1);
        let mut widths = vec![0; count];
        for (node, column) in self.placed.columns.iter().enumerate() {
            widths[*column] = widths[*column].max(self.nodes[node].w);
        }
        for (edge, run) in self.placed.runs.iter().enumerate() {
            let column = match run {
                Run::Direct => self.placed.columns[self.edges[edge].to],
                Run::Column(column) => *column,
                Run::Far(_) | Run::Back(_) => continue,
            };
            widths[column] = widths[column].max(self.tag_size(edge).0);
        }
        widths
    }

    fn middle(&self, node: usize) -> i32 {
        self.columns[self.placed.columns[node]]
    }

    /// Where an edge runs between its ends.
    fn lane(&self, edge: usize) -> i32 {
        match self.placed.runs[edge] {
            Run::Direct => self.middle(self.edges[edge].to),
            Run::Column(column) => self.columns[column],
            Run::Far(lane) => self.far[lane],
            Run::Back(lane) => self.back[lane],
        }
    }

    /// Whether an edge turns aside together with the others of its task, not with those of its target.
    fn turns_early(&self, edge: usize) -> bool {
        self.placed.runs[edge] != Run::Direct || self.leaving[self.edges[edge].from] > 1
    }

    fn is_back(&self, edge: usize) -> bool {
        matches!(self.placed.runs[edge], Run::Back(_))
    }

    /// Channel `n` lies above layer `n`.
    fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (index, edge) in self.edges.iter().enumerate() {
            let lane = self.lane(index);
            let (from, to) = (self.middle(edge.from), self.middle(edge.to));
            let leaves = self.placed.layers[edge.from] + 1;
            if from != lane {
                rules.push(Rule { edge: index, channel: leaves, from, to: lane, leaving: self.turns_early(index) });
            }
            if lane != to {
                rules.push(Rule { edge: index, channel: self.placed.layers[edge.to], from: lane, to, leaving: false });
            }
        }
        rules
    }

    fn draw(mut self) -> Drawing {
        let layers = self.placed.layers.iter().max().map_or(0, |last| last + 1);
        let rules = self.rules();
        let mut by_channel: Vec<Vec<&Rule>> = vec![Vec::new(); layers + 1];
        rules.iter().for_each(|rule| by_channel[rule.channel].push(rule));
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); layers + 1];
        for (index, edge) in self.edges.iter().enumerate() {
            leaving[self.placed.layers[edge.from] + 1].push(index);
        }
        let mut channels: Vec<Channel> = (0..=layers).map(|at| self.channel(&by_channel[at], &leaving[at])).collect();
        let mut heights = vec![0; layers];
        for (node, layer) in self.placed.layers.iter().enumerate() {
            heights[*layer] = heights[*layer].max(self.nodes[node].h);
        }
        let mut tops = Vec::new();
        let mut y = 0;
        for (layer, height) in heights.iter().enumerate() {
            channels[layer].y = y;
            let outermost = layer == 0 && channels[layer].is_empty();
            y += if outermost { 0 } else { channels[layer].height() };
            tops.push(y);
            y += height;
        }
        channels[layers].y = y;
        y += if channels[layers].is_empty() { 0 } else { channels[layers].height() };
        let mut drawing = Drawing { w: self.width, h: y, ..Drawing::default() };
        let nodes = std::mem::take(&mut self.nodes);
        let mut shapes = Vec::new();
        for (node, block) in nodes.into_iter().enumerate() {
            let layer = self.placed.layers[node];
            let x = self.middle(node) - block.shapes[0].rect.middle();
            // Small shapes hang in the middle of what stands beside them; a frame begins at the top.
            let free = heights[layer] - block.h;
            let aside = if free < 160 { free / 2 } else { 0 };
            shapes.push(drawing.put(block, x, tops[layer] + aside));
        }
        for edge in 0..self.edges.len() {
            self.connect(edge, &shapes, &mut channels, &mut drawing);
        }
        drawing
    }

    /// Gives each stretch of a channel its height: first those that leave a task together, then those that arrive
    /// together.
    fn channel(&self, rules: &[&Rule], leaving: &[usize]) -> Channel {
        let mut channel = Channel::default();
        for early in [true, false] {
            let mut groups: BTreeMap<usize, (i32, i32)> = BTreeMap::new();
            for rule in rules.iter().filter(|rule| rule.leaving == early) {
                let edge = &self.edges[rule.edge];
                let group = groups.entry(if early { edge.from } else { edge.to }).or_insert((i32::MAX, i32::MIN));
                *group = (group.0.min(rule.from).min(rule.to), group.1.max(rule.from).max(rule.to));
            }
            let tracks = if early { &mut channel.leaving } else { &mut channel.arriving };
            let mut ends: Vec<Vec<(i32, i32)>> = Vec::new();
            for (node, (left, right)) in groups {
                let apart =
                    |taken: &Vec<(i32, i32)>| taken.iter().all(|(l, r)| right + RULE_GAP < *l || *r + RULE_GAP < left);
                let track = ends.iter().position(apart).unwrap_or_else(|| {
                    ends.push(Vec::new());
                    ends.len() - 1
                });
                ends[track].push((left, right));
                tracks.insert(node, track as i32);
            }
        }
        let mut stacks: BTreeMap<i32, i32> = BTreeMap::new();
        for edge in leaving.iter().copied().filter(|edge| !self.is_back(*edge)) {
            *stacks.entry(self.lane(edge)).or_insert(0) += self.tag_size(edge).1;
        }
        channel.words = stacks.values().copied().max().unwrap_or(0);
        channel
    }

    fn connect(&self, index: usize, shapes: &[usize], channels: &mut [Channel], drawing: &mut Drawing) {
        let edge = &self.edges[index];
        let (from, to) = (shapes[edge.from], shapes[edge.to]);
        let (start, end) = (drawing.shapes[from].rect, drawing.shapes[to].rect);
        let lane = self.lane(index);
        let (leaves, arrives) = (self.placed.layers[edge.from] + 1, self.placed.layers[edge.to]);
        let mut points = vec![(start.middle(), start.bottom())];
        let mut aside = None;
        if start.middle() != lane {
            let early = self.turns_early(index);
            let y = if early { channels[leaves].leaving(edge.from) } else { channels[leaves].arriving(edge.to) };
            points.extend([(start.middle(), y), (lane, y)]);
            aside = Some(y);
        }
        if lane != end.middle() {
            let y = channels[arrives].arriving(edge.to);
            points.extend([(lane, y), (end.middle(), y)]);
        }
        points.push((end.middle(), end.y));
        drawing.lines.push(Line { from, to, points, back: self.is_back(index), error: edge.error });
        let (w, h) = self.tag_size(index);
        if h == 0 {
            return;
        }
        let y = match aside.filter(|_| self.is_back(index)) {
            Some(y) => channels[leaves].beside(lane, y, h),
            None => channels[leaves].word(lane, h),
        };
        let rect = Rect { x: lane - w / 2, y, w, h };
        drawing.tags.push(Tag { rect, lines: self.tags[index].clone(), error: edge.error });
    }
}

/// Between two layers.
#[derive(Default)]
struct Channel {
    y: i32,
    /// Tracks by node.
    leaving: BTreeMap<usize, i32>,
    arriving: BTreeMap<usize, i32>,
    /// Height of the words on edges.
    words: i32,
    /// How much of that is used, by lane; and how much above the channel.
    used: BTreeMap<i32, i32>,
    above: BTreeMap<i32, i32>,
}

impl Channel {
    fn is_empty(&self) -> bool {
        self.leaving.is_empty() && self.arriving.is_empty() && self.words == 0
    }

    fn tracks(tracks: &BTreeMap<usize, i32>) -> i32 {
        tracks.values().max().map_or(0, |last| last + 1)
    }

    fn words_y(&self) -> i32 {
        let tracks = Self::tracks(&self.leaving);
        self.y + CHANNEL_TOP + (tracks - 1).max(0) * RULE_GAP + if tracks > 0 { 6 } else { 0 }
    }

    fn leaving(&self, node: usize) -> i32 {
        self.y + CHANNEL_TOP + self.leaving.get(&node).copied().unwrap_or(0) * RULE_GAP
    }

    fn arriving(&self, node: usize) -> i32 {
        self.words_y() + self.words + 6 + self.arriving.get(&node).copied().unwrap_or(0) * RULE_GAP
    }

    fn height(&self) -> i32 {
        let arriving = Self::tracks(&self.arriving);
        let last = if arriving > 0 { 6 + (arriving - 1) * RULE_GAP } else { 0 };
        self.words_y() - self.y + self.words + last + CHANNEL_FOOT
    }

    /// A place for words on a way down.
    fn word(&mut self, lane: i32, height: i32) -> i32 {
        let y = self.words_y();
        let used = self.used.entry(lane).or_insert(0);
        *used += height;
        y + *used - height
    }

    /// A place for words on a way back, beside the layer above.
    fn beside(&mut self, lane: i32, y: i32, height: i32) -> i32 {
        let above = self.above.entry(lane).or_insert(0);
        *above += height;
        y - 10 - *above
    }
}
