//! What is drawn, with places in pixels. The near side is where the reader begins; which side of the paper that is, is
//! decided when it is written.

use crate::step::{Icon, Step};

/// A place: its nearest upper corner and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: i32,
    pub y: i32,
    pub w: i32,
    pub h: i32,
}

impl Rect {
    pub fn middle(self) -> i32 {
        self.x + self.w / 2
    }

    pub fn bottom(self) -> i32 {
        self.y + self.h
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Task,
    Diamond,
    /// Where the flow begins and ends.
    Pill,
    /// Holds other shapes.
    Frame,
    /// Holds what an error leads to.
    Caught,
    /// Where ways come together.
    Joint,
    /// Where branches part and meet.
    Bar,
    /// The end of the flow, within a list of its own.
    Stop,
}

/// A shape with its words.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub form: Form,
    pub rect: Rect,
    pub icon: Option<Icon>,
    pub number: String,
    /// Bold, then fine.
    pub label: Vec<String>,
    pub detail: Vec<String>,
    /// The whole sentence, for who points at it.
    pub hint: String,
    /// None: stands for no task.
    pub path: Option<Vec<String>>,
    pub conditional: bool,
}

impl Shape {
    pub fn new(form: Form, w: i32, h: i32) -> Self {
        Self {
            form,
            rect: Rect { x: 0, y: 0, w, h },
            icon: None,
            number: String::new(),
            label: Vec::new(),
            detail: Vec::new(),
            hint: String::new(),
            path: None,
            conditional: false,
        }
    }

    pub fn of(form: Form, step: &Step, w: i32, h: i32) -> Self {
        Self {
            icon: Some(step.icon),
            number: step.number.clone(),
            hint: step.text.clone(),
            path: Some(step.path.clone()),
            conditional: step.condition.is_some(),
            ..Self::new(form, w, h)
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Line {
    pub from: usize,
    pub to: usize,
    pub points: Vec<(i32, i32)>,
    pub back: bool,
    pub error: bool,
}

/// Words on an edge: the middle of their first line's top.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    pub rect: Rect,
    pub lines: Vec<String>,
    pub error: bool,
}

/// A part of a drawing, or all of it, from (0, 0).
#[derive(Debug, Clone, Default)]
pub(super) struct Drawing {
    pub w: i32,
    pub h: i32,
    pub shapes: Vec<Shape>,
    pub lines: Vec<Line>,
    pub tags: Vec<Tag>,
}

impl Drawing {
    /// One shape alone.
    pub fn of(shape: Shape) -> Self {
        Self { w: shape.rect.w, h: shape.rect.h, shapes: vec![shape], ..Self::default() }
    }

    /// Puts another drawing at a place of this one; gives what is added to the numbers of its shapes.
    pub fn put(&mut self, other: Drawing, x: i32, y: i32) -> usize {
        let base = self.shapes.len();
        self.shapes.extend(other.shapes.into_iter().map(|shape| Shape { rect: moved(shape.rect, x, y), ..shape }));
        self.lines.extend(other.lines.into_iter().map(|line| Line {
            from: line.from + base,
            to: line.to + base,
            points: line.points.iter().map(|(px, py)| (px + x, py + y)).collect(),
            ..line
        }));
        self.tags.extend(other.tags.into_iter().map(|tag| Tag { rect: moved(tag.rect, x, y), ..tag }));
        base
    }
}

fn moved(rect: Rect, x: i32, y: i32) -> Rect {
    Rect { x: rect.x + x, y: rect.y + y, ..rect }
}
