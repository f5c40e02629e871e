//! A flow as a drawing in SVG: laid out here, without another program and without a font of its own.
//!
//! Owns: sizes and places, the shapes, and how all of it is written. The near side of the drawing is the left one in
//! English and the right one in Persian. Deliberately does not know the flow: it is given a [`Story`], whose words are
//! ready.

mod block;
mod drawing;
mod graph;
mod icon;
mod list;
mod measure;
#[cfg(test)]
mod tests;
mod write;

use peygir_calendar::Language;

use crate::step::{Section, Story};
use drawing::{Drawing, Form, Shape};

/// The style sheet that every drawing carries. A page whose rules forbid styles within it may serve this by itself.
pub const STYLE: &str = include_str!("svg/style.css");

/// Around the drawing.
const MARGIN: i32 = 28;
/// Between the flow and the sections beside it.
const SECTION_GAP: i32 = 36;
const TITLE_SIZE: i32 = 18;
const TITLE_H: i32 = 30;
/// Narrowest drawing, so that its title has room.
const WIDTH_MIN: i32 = 420;

pub(crate) fn draw(story: &Story, language: Language, highlight: &[Vec<String>]) -> String {
    write::write(&laid_out(story), story, language, highlight)
}

/// The whole drawing with its title's place.
fn laid_out(story: &Story) -> Drawing {
    let scope = list::Scope::root(&story.start, &story.end);
    let flow = list::list(&story.steps, &scope);
    let sections: Vec<Drawing> = story.sections.iter().map(|section| framed(section, &story.end)).collect();
    let widest = sections.iter().chain([&flow]).map(|part| part.w).max().unwrap_or(0);
    let title = title(story, widest.max(WIDTH_MIN));
    let w = widest.max(WIDTH_MIN) + 2 * MARGIN;
    let mut drawing = Drawing { w, ..Drawing::default() };
    let mut y = MARGIN + title.len() as i32 * TITLE_H + 6;
    for part in [flow].into_iter().chain(sections) {
        let (x, h) = ((w - part.w) / 2, part.h);
        drawing.put(part, x, y);
        y += h + SECTION_GAP;
    }
    drawing.h = y - SECTION_GAP + MARGIN;
    drawing
}

fn title(story: &Story, wide: i32) -> Vec<String> {
    measure::wrap(&story.title, TITLE_SIZE, wide, 3)
}

fn framed(section: &Section, end: &str) -> Drawing {
    let label = measure::wrap(&section.label, block::LABEL_SIZE, 300, 3);
    let shape = Shape {
        label,
        number: section.number.clone(),
        hint: section.text.clone(),
        path: Some(section.path.clone()),
        ..Shape::new(Form::Frame, 360, 0)
    };
    block::framed(shape, list::list(&section.steps, &list::Scope::inner(end, None)))
}
