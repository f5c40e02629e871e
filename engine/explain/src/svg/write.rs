//! Writes a drawing as SVG, with its sides as the language is read.

use std::fmt::Write;

use peygir_calendar::Language;

use super::block::{DETAIL_H, LABEL_H, TEXT_X};
use super::drawing::{Drawing, Form, Line, Rect, Shape, Tag};
use super::{MARGIN, STYLE, TITLE_H, title};
use crate::step::Story;

/// Radius of an edge's turns; those that go back turn wider.
const TURN: i32 = 8;
const TURN_BACK: i32 = 14;
/// Radius of an icon's ground.
const ICON_R: i32 = 15;

struct Paper<'a> {
    drawing: &'a Drawing,
    /// The near side is the right one.
    mirrored: bool,
    here: &'a str,
    out: String,
}

pub(super) fn write(drawing: &Drawing, story: &Story, language: Language, highlight: &[Vec<String>]) -> String {
    let (tag, direction) = match language {
        Language::Persian => ("fa", "rtl"),
        Language::English => ("en", "ltr"),
    };
    let mut paper = Paper { drawing, mirrored: language == Language::Persian, here: &story.here, out: String::new() };
    let (w, h) = (drawing.w, drawing.h);
    paper.put(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"pg-flow\" role=\"img\" lang=\"{tag}\" direction=\"{direction}\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" aria-label=\"{}\">\n",
        escaped(&story.title)
    ));
    paper.put(&format!("<title>{}</title>\n<desc>{}</desc>\n", escaped(&story.title), escaped(&story.description)));
    paper.put(&format!("<style>{STYLE}</style>\n<rect class=\"pg-paper\" width=\"{w}\" height=\"{h}\"/>\n"));
    for (index, line) in title(story, w - 2 * MARGIN).iter().enumerate() {
        paper.text("pg-title", w / 2, MARGIN + 14 + index as i32 * TITLE_H, Anchor::Middle, line);
    }
    let active = active(drawing, highlight);
    let frame = |shape: &&(usize, &Shape)| matches!(shape.1.form, Form::Frame | Form::Caught);
    let shapes: Vec<(usize, &Shape)> = drawing.shapes.iter().enumerate().collect();
    shapes.iter().filter(frame).for_each(|(index, shape)| paper.shape(shape, active.contains(index)));
    drawing.lines.iter().for_each(|line| paper.line(line));
    drawing.tags.iter().for_each(|tag| paper.tag(tag));
    shapes.iter().filter(|shape| !frame(shape)).for_each(|(index, shape)| paper.shape(shape, active.contains(index)));
    paper.put("</svg>\n");
    paper.out
}

/// The shapes of active tasks: for each path the deepest task on it that has a shape.
fn active(drawing: &Drawing, highlight: &[Vec<String>]) -> Vec<usize> {
    let deepest = |path: &Vec<String>| {
        let shapes = drawing.shapes.iter().enumerate();
        let around = shapes.filter(|(_, shape)| shape.path.as_ref().is_some_and(|own| path.starts_with(own)));
        around.max_by_key(|(_, shape)| shape.path.as_ref().map_or(0, Vec::len)).map(|(index, _)| index)
    };
    highlight.iter().filter_map(deepest).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Paper<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn x(&self, x: i32) -> i32 {
        if self.mirrored { self.drawing.w - x } else { x }
    }

    /// The left side of a rectangle.
    fn left(&self, rect: Rect) -> i32 {
        if self.mirrored { self.drawing.w - rect.x - rect.w } else { rect.x }
    }

    fn text(&mut self, class: &str, x: i32, y: i32, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let x = self.x(x);
        let text = escaped(text);
        let _ =
            writeln!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>");
    }

    fn shape(&mut self, shape: &Shape, active: bool) {
        let form = match shape.form {
            Form::Task => "task",
            Form::Diamond => "diamond",
            Form::Pill => "pill",
            Form::Frame => "frame",
            Form::Caught => "caught",
            Form::Joint => "joint",
            Form::Bar => "bar",
            Form::Stop => "stop",
        };
        let more = [(shape.conditional, " pg-conditional"), (active, " pg-active")];
        let more: String = more.iter().filter(|(is, _)| *is).map(|(_, class)| *class).collect();
        self.put(&format!("<g class=\"pg-{form}{more}\">\n"));
        if !shape.hint.is_empty() {
            let number = if shape.number.is_empty() { String::new() } else { format!("{} ", shape.number) };
            let here = if active { format!(" ({})", self.here) } else { String::new() };
            self.put(&format!("<title>{}</title>\n", escaped(&format!("{number}{}{here}", shape.hint))));
        }
        self.outline(shape);
        self.words(shape);
        if active {
            let here = self.here.to_owned();
            self.text("pg-here", shape.rect.x + shape.rect.w - 12, shape.rect.bottom() - 7, Anchor::End, &here);
        }
        self.put("</g>\n");
    }

    fn outline(&mut self, shape: &Shape) {
        let Rect { y, w, h, .. } = shape.rect;
        let x = self.left(shape.rect);
        let radius = match shape.form {
            Form::Diamond => {
                let (middle, centre) = (x + w / 2, y + h / 2);
                let points = format!("{middle},{y} {},{centre} {middle},{} {x},{centre}", x + w, y + h);
                let _ = writeln!(self.out, "<polygon points=\"{points}\"/>");
                return;
            }
            Form::Pill | Form::Stop => h.min(40) / 2,
            Form::Joint => h / 2,
            Form::Bar => 3,
            Form::Frame | Form::Caught => 14,
            Form::Task => 10,
        };
        let _ = writeln!(self.out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{radius}\"/>");
    }

    fn words(&mut self, shape: &Shape) {
        let Rect { x, y, w, h } = shape.rect;
        let lines = shape.label.len() as i32 * LABEL_H + shape.detail.len() as i32 * DETAIL_H;
        let frame = shape.form == Form::Frame || (shape.form == Form::Caught && h > lines + 60);
        let top = match shape.form {
            Form::Bar => y + h + 2,
            _ if frame => y + 10,
            _ => y + (h - lines) / 2,
        };
        if let Some(icon) = shape.icon {
            let middle = if frame { y + 12 + ICON_R } else { y + h / 2 };
            let centre = self.x(x + 12 + ICON_R);
            let _ = writeln!(
                self.out,
                "<circle class=\"pg-i-{}\" cx=\"{centre}\" cy=\"{middle}\" r=\"{ICON_R}\"/>\n\
                 <path class=\"pg-icon\" transform=\"translate({} {})\" d=\"{}\"/>",
                icon.class(),
                centre - 10,
                middle - 10,
                icon.strokes()
            );
        }
        let centred = matches!(shape.form, Form::Diamond | Form::Pill | Form::Stop | Form::Bar);
        let (at, anchor) = match shape.icon {
            _ if centred => (x + w / 2, Anchor::Middle),
            Some(_) => (x + TEXT_X, Anchor::Start),
            None => (x + 16, Anchor::Start),
        };
        let mut line_y = top;
        for line in &shape.label {
            self.text("pg-label", at, line_y + 14, anchor, line);
            line_y += LABEL_H;
        }
        for line in &shape.detail {
            self.text("pg-detail", at, line_y + 12, anchor, line);
            line_y += DETAIL_H;
        }
        match shape.form {
            Form::Diamond => self.text("pg-number", x + w / 2, y + 20, Anchor::Middle, &shape.number),
            _ if shape.number.is_empty() => {}
            _ => self.text("pg-number", x + w - 8, y + 13, Anchor::End, &shape.number),
        }
    }

    fn line(&mut self, line: &Line) {
        let points: Vec<(i32, i32)> = line.points.iter().map(|(x, y)| (self.x(*x), *y)).collect();
        let back = if line.back { " pg-back" } else { "" };
        let error = if line.error { " pg-error" } else { "" };
        let path = path(&points, if line.back { TURN_BACK } else { TURN });
        let _ = writeln!(self.out, "<path class=\"pg-edge{back}{error}\" d=\"{path}\"/>");
        if let [.., (from_x, from_y), (x, y)] = points.as_slice() {
            let (dx, dy) = ((x - from_x).signum(), (y - from_y).signum());
            let (bx, by) = (x - dx * 8, y - dy * 8);
            let points = format!("{x},{y} {},{} {},{}", bx + dy * 4, by + dx * 4, bx - dy * 4, by - dx * 4);
            let _ = writeln!(self.out, "<polygon class=\"pg-arrow{error}\" points=\"{points}\"/>");
        }
    }

    fn tag(&mut self, tag: &Tag) {
        let Rect { x, y, w, h } = tag.rect;
        let left = self.left(tag.rect);
        let error = if tag.error { " pg-error" } else { "" };
        let frames = self.drawing.shapes.iter().filter(|shape| shape.form == Form::Frame);
        let within = frames.into_iter().any(|frame| {
            frame.rect.x <= x && x <= frame.rect.x + frame.rect.w && frame.rect.y <= y && y <= frame.rect.bottom()
        });
        let within = if within { " pg-within" } else { "" };
        self.put(&format!(
            "<g class=\"pg-tag{error}{within}\">\n<rect x=\"{left}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"4\"/>\n"
        ));
        for (index, line) in tag.lines.iter().enumerate() {
            self.text("pg-on", x + w / 2, y + 14 + index as i32 * DETAIL_H, Anchor::Middle, line);
        }
        self.put("</g>\n");
    }
}

/// Straight stretches with rounded turns.
fn path(points: &[(i32, i32)], turn: i32) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let near = |from: (i32, i32), to: (i32, i32)| {
            let half = ((to.0 - from.0).abs() + (to.1 - from.1).abs()) / 2;
            let by = turn.min(half);
            (from.0 + (to.0 - from.0).signum() * by, from.1 + (to.1 - from.1).signum() * by)
        };
        let here = (*x, *y);
        let _ = match (index.checked_sub(1).and_then(|before| points.get(before)), points.get(index + 1)) {
            (None, _) => write!(path, "M{x} {y}"),
            (_, None) => write!(path, "L{x} {y}"),
            (Some(before), Some(next)) => {
                let ((ax, ay), (bx, by)) = (near(here, *before), near(here, *next));
                write!(path, "L{ax} {ay}Q{x} {y} {bx} {by}")
            }
        };
    }
    path
}

/// Text for an element or an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => out.push(other),
        }
    }
    out
}
