//! Flows and decision tables for people, in Persian and in English.
//!
//! Owns: the words of every kind of task ([`sentences`]), the drawing of a flow ([`svg`]), and rules and decisions of
//! tables as sentences ([`table`]). All words stand in `locales/`. Deliberately does not know how a flow or a table is read
//! or run, nor where the titles of tables, forms, topics and agencies are kept: [`Titles`] tells them.

mod condition;
mod narrate;
mod step;
mod svg;
pub mod table;
mod text;
mod titles;

pub use peygir_calendar::Language;
use peygir_dsl::model::Workflow;

pub use svg::STYLE;
pub use titles::{Function, FunctionKind, NoTitles, Title, Titles};

/// A sentence or more about one part of a flow. The number has the digits of the language; what stands before and after
/// the tasks has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    pub number: String,
    /// 0 for the flow itself and the tasks of its own list.
    pub depth: usize,
    /// Codes within it stand between U+2068 and U+2069, so that they do not disturb the direction of the sentence.
    pub text: String,
    /// Of the task that is told of, as the engine names it; empty where the flow itself is. The tasks of functions and
    /// extensions begin with `@function:NAME`, `@before:NAME` and `@after:NAME`.
    pub path: Vec<String>,
}

/// The flow from what starts it to what it puts out. Every task has a sentence.
pub fn sentences(workflow: &Workflow, titles: &dyn Titles, language: Language) -> Vec<Sentence> {
    narrate::story(workflow, titles, language).sentences()
}

/// The flow as a drawing: top-down, with its sides as the language is read. `highlight` marks tasks that are active, by
/// their paths; of one within a function or an extension, the task that calls or is extended is marked too.
pub fn svg(workflow: &Workflow, titles: &dyn Titles, language: Language, highlight: &[Vec<String>]) -> String {
    svg::draw(&narrate::story(workflow, titles, language), language, highlight)
}
