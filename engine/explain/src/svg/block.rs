//! A task as a part of the drawing: a box, a diamond, or a frame around what it holds. Its first shape is its own.

use super::drawing::{Drawing, Form, Line, Rect, Shape};
use super::list::{self, Scope};
use super::measure::wrap;
use crate::step::{Caught, Icon, Inner, Step};

/// Width of a task's box, in pixels.
pub(super) const BOX_W: i32 = 236;
/// Sizes of the two writings, and the heights of their lines.
pub(super) const LABEL_SIZE: i32 = 13;
pub(super) const LABEL_H: i32 = 20;
pub(super) const DETAIL_SIZE: i32 = 11;
pub(super) const DETAIL_H: i32 = 17;
/// Where a box's words begin, behind its icon.
pub(super) const TEXT_X: i32 = 48;
/// Within a frame, around what it holds.
pub(super) const PADDING: i32 = 16;
const BOX_H_MIN: i32 = 52;
const DIAMOND_W: i32 = 248;
const DIAMOND_TEXT_W: i32 = 136;
/// Between the branches of a fork, and between a try and its catch.
const GAP: i32 = 28;
const BAR_H: i32 = 6;
/// Between a bar and the branches.
const BAR_GAP: i32 = 30;
const LABEL_LINES_MAX: usize = 3;
const DETAIL_LINES_MAX: usize = 3;

pub(super) fn block(step: &Step, end: &str) -> Drawing {
    match &step.inner {
        Inner::Nothing => Drawing::of(box_of(step, Form::Task)),
        Inner::Cases(_) => Drawing::of(diamond(step)),
        Inner::List(steps) => framed(header(step), list::list(steps, &Scope::inner(end, None))),
        Inner::Rounds { again, steps } => framed(header(step), list::list(steps, &Scope::inner(end, Some(again)))),
        Inner::Branches { note, steps } => framed(header(step), branches(steps, note, end)),
        Inner::Try { steps, caught } => framed(header(step), tried(steps, caught, end)),
    }
}

/// A box with its words; the height follows from them.
fn box_of(step: &Step, form: Form) -> Shape {
    let wide = BOX_W - TEXT_X - 14;
    let label = wrap(&step.label, LABEL_SIZE, wide, LABEL_LINES_MAX);
    let fine = [step.condition.as_deref(), step.detail.as_deref()];
    let detail: Vec<String> =
        fine.into_iter().flatten().flat_map(|text| wrap(text, DETAIL_SIZE, wide, DETAIL_LINES_MAX)).collect();
    let height = words_height(&label, &detail) + 24;
    Shape { label, detail, ..Shape::of(form, step, BOX_W, height.max(BOX_H_MIN)) }
}

fn words_height(label: &[String], detail: &[String]) -> i32 {
    label.len() as i32 * LABEL_H + detail.len() as i32 * DETAIL_H
}

fn diamond(step: &Step) -> Shape {
    let label = wrap(&step.label, LABEL_SIZE, DIAMOND_TEXT_W, 2);
    let detail = step.condition.as_deref().map_or_else(Vec::new, |text| wrap(text, DETAIL_SIZE, DIAMOND_TEXT_W, 2));
    let height = 48 + words_height(&label, &detail);
    Shape { label, detail, icon: None, ..Shape::of(Form::Diamond, step, DIAMOND_W, height) }
}

/// The head of a frame.
fn header(step: &Step) -> Shape {
    let wide = BOX_W + 60;
    let label = wrap(&step.label, LABEL_SIZE, wide, 2);
    let fine = [step.condition.as_deref(), step.detail.as_deref()];
    let detail: Vec<String> = fine.into_iter().flatten().flat_map(|text| wrap(text, DETAIL_SIZE, wide, 2)).collect();
    Shape { label, detail, ..Shape::of(Form::Frame, step, wide + TEXT_X + 20, 0) }
}

/// How much of a frame its words take.
fn header_height(shape: &Shape) -> i32 {
    let icon = if shape.icon.is_some() { 36 } else { 0 };
    words_height(&shape.label, &shape.detail).max(icon) + 14
}

/// A frame around what it holds, as wide as either needs.
pub(super) fn framed(mut frame: Shape, inner: Drawing) -> Drawing {
    let top = header_height(&frame);
    frame.rect.w = frame.rect.w.max(inner.w + 2 * PADDING);
    frame.rect.h = top + inner.h + PADDING;
    let (x, w, h) = ((frame.rect.w - inner.w) / 2, frame.rect.w, frame.rect.h);
    let mut drawing = Drawing::of(frame);
    drawing.put(inner, x, top);
    Drawing { w, h, ..drawing }
}

/// Branches side by side between two bars.
fn branches(steps: &[Step], note: &str, end: &str) -> Drawing {
    let blocks: Vec<Drawing> = steps.iter().map(|step| block(step, end)).collect();
    let width = blocks.iter().map(|block| block.w).sum::<i32>() + GAP * (blocks.len() as i32 - 1).max(0);
    let tallest = blocks.iter().map(|block| block.h).max().unwrap_or(0);
    let width = width.max(BOX_W);
    let bar = |y: i32| Shape { rect: Rect { x: 0, y, w: width, h: BAR_H }, ..Shape::new(Form::Bar, width, BAR_H) };
    let join = BAR_H + BAR_GAP + tallest + BAR_GAP;
    let note = wrap(note, DETAIL_SIZE, width, 1);
    let height = join + BAR_H + 4 + note.len() as i32 * DETAIL_H;
    let last = Shape { detail: note, ..bar(join) };
    let mut drawing = Drawing { w: width, h: height, shapes: vec![bar(0), last], ..Drawing::default() };
    let mut x = 0;
    for (block, step) in blocks.into_iter().zip(steps) {
        let (w, h) = (block.w, block.h);
        let y = BAR_H + BAR_GAP;
        let base = drawing.put(block, x, y);
        let middle = drawing.shapes[base].rect.middle();
        let line = |from, to, points| Line { from, to, points, back: false, error: false };
        drawing.lines.push(line(0, base, vec![(middle, BAR_H), (middle, y)]));
        if step.icon != Icon::Raise {
            drawing.lines.push(line(base, 1, vec![(middle, y + h), (middle, join)]));
        }
        x += w + GAP;
    }
    drawing
}

/// What is tried, and beside it what an error leads to.
fn tried(steps: &[Step], caught: &Caught, end: &str) -> Drawing {
    let body = list::list(steps, &Scope::inner(end, None));
    let wide = BOX_W - TEXT_X - 14;
    let label = wrap(&caught.label, LABEL_SIZE, wide, LABEL_LINES_MAX);
    let detail = caught.retry.as_deref().map_or_else(Vec::new, |retry| wrap(retry, DETAIL_SIZE, wide, 2));
    let height = words_height(&label, &detail) + 24;
    let head = Shape {
        label,
        detail,
        icon: Some(Icon::Raise),
        hint: caught.line.text.clone(),
        number: caught.line.number.clone(),
        ..Shape::new(Form::Caught, BOX_W, height.max(BOX_H_MIN))
    };
    let handler = match caught.steps.is_empty() {
        true => Drawing::of(head),
        false => framed(head, list::list(&caught.steps, &Scope::inner(end, None))),
    };
    let tried = framed(Shape::new(Form::Frame, 0, 0), body);
    let gap = GAP + 20;
    let (w, h) = (tried.w + gap + handler.w, tried.h.max(handler.h));
    let (from_x, to_x) = (tried.w, tried.w + gap);
    let y = tried.h.min(handler.h).min(52) / 2;
    let mut drawing = Drawing { w, h, ..Drawing::default() };
    let from = drawing.put(tried, 0, 0);
    let to = drawing.put(handler, to_x, 0);
    drawing.lines.push(Line { from, to, points: vec![(from_x, y), (to_x, y)], back: false, error: true });
    drawing
}
