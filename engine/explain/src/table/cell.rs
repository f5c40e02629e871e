//! What a cell asks, sorted by how it is said.
//!
//! Texts come from the cell as its author wrote it: the cell itself keeps their search keys only.

use peygir_decision::cell::{Cell, Comparison, Number};
use serde_json::Value;

use super::Teller;
use super::column;
use crate::text::{Words, isolated};
use crate::titles::Title;

/// A cell by how it is said. What is in lists are alternatives.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Nothing is asked.
    Any,
    /// That it is known at all.
    Known,
    /// That it is one of these. `exact`: each is a single value.
    Value {
        nouns: Vec<String>,
        exact: bool,
    },
    Prefix(Vec<String>),
    Contains(Vec<String>),
    Words(Vec<String>),
    /// An expression, as it is written.
    Code(String),
    /// Alternatives of several shapes.
    Mixed(Vec<Said>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    pub shape: Shape,
    pub negated: bool,
}

impl From<Shape> for Said {
    fn from(shape: Shape) -> Self {
        Self { shape, negated: false }
    }
}

impl Teller<'_> {
    /// `source` is the cell as written; where it does not fit, the cell alone is told.
    pub(super) fn said(&self, kind: Option<Title>, cell: &Cell, source: &Value) -> Said {
        let value = |value: Value| column::value(self.titles, self.words, kind, &value);
        let exact = |noun: String| Shape::Value { nouns: vec![noun], exact: true }.into();
        let inexact = |noun: String| Shape::Value { nouns: vec![noun], exact: false }.into();
        match cell {
            Cell::Any => Shape::Any.into(),
            Cell::Present(wanted) => Said { shape: Shape::Known, negated: !wanted },
            Cell::Not(inner) => {
                let inner = self.said(kind, inner, source.get("not").unwrap_or(source));
                Said { negated: !inner.negated, ..inner }
            }
            Cell::OneOf(cells) => {
                let parts = cells.iter().enumerate().map(|(at, cell)| self.said(kind, cell, item(source, at)));
                together(parts.collect())
            }
            Cell::Equals(text) => exact(value(text.as_str().into())),
            Cell::KeyEquals(key) => exact(self.quoted(source, "", key)),
            Cell::Boolean(flag) => exact(value((*flag).into())),
            Cell::Compare(Comparison::Equal, number) => exact(self.words.number(number)),
            Cell::Compare(comparison, number) => inexact(self.words.compared(*comparison, *number)),
            Cell::Between(low, high) => {
                let end = |number: &Number| self.words.number(number).into();
                inexact(self.words.with("noun-between", [("low", end(low)), ("high", end(high))]))
            }
            Cell::Prefix(text) | Cell::KeyPrefix(text) => {
                Shape::Prefix(vec![self.quoted(source, "prefix", text)]).into()
            }
            Cell::Contains(text) | Cell::KeyContains(text) => {
                Shape::Contains(vec![self.quoted(source, "contains", text)]).into()
            }
            Cell::KeyWords(text) => Shape::Words(vec![self.quoted(source, "words", text)]).into(),
            Cell::Expression(_) => {
                let code = source.get("rhai").and_then(Value::as_str).unwrap_or_default();
                Shape::Code(isolated(code)).into()
            }
        }
    }

    /// A text as it was written, alone or under its word.
    fn quoted(&self, source: &Value, word: &str, key: &str) -> String {
        let written = source.as_str().or_else(|| source.get(word)?.as_str());
        self.words.with("quoted", [("text", isolated(written.unwrap_or_else(|| key.trim())).into())])
    }
}

impl Words {
    fn compared(self, comparison: Comparison, number: Number) -> String {
        let id = match comparison {
            Comparison::Equal => "noun-equal",
            Comparison::Less => "noun-less",
            Comparison::AtMost => "noun-at-most",
            Comparison::Greater => "noun-more",
            Comparison::AtLeast => "noun-at-least",
        };
        self.with(id, [("number", self.number(number).into())])
    }
}

/// An alternative as written: of a list, or of a list under a word.
fn item(source: &Value, at: usize) -> &Value {
    let items = match source {
        Value::Array(items) => Some(items),
        Value::Object(members) => members.values().next().and_then(Value::as_array),
        _ => None,
    };
    items.and_then(|items| items.get(at)).unwrap_or(source)
}

/// Alternatives of one shape are said together.
fn together(mut parts: Vec<Said>) -> Said {
    // A text that is compared in several spellings is said once, as it is written.
    parts.dedup();
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else { return Shape::Any.into() };
    let rest: Vec<Said> = parts.collect();
    let fits = |part: &Said| {
        let same = matches!(
            (&all.shape, &part.shape),
            (Shape::Value { .. }, Shape::Value { .. })
                | (Shape::Prefix(_), Shape::Prefix(_))
                | (Shape::Contains(_), Shape::Contains(_))
                | (Shape::Words(_), Shape::Words(_))
        );
        same && !part.negated && !all.negated
    };
    if !rest.iter().all(fits) {
        return Shape::Mixed([all].into_iter().chain(rest).collect()).into();
    }
    rest.into_iter().for_each(|part| all.shape.add(part.shape));
    all
}

impl Shape {
    fn add(&mut self, other: Shape) {
        match (self, other) {
            (Shape::Value { nouns, exact }, Shape::Value { nouns: more, exact: other }) => {
                nouns.extend(more);
                *exact &= other;
            }
            (Shape::Prefix(all), Shape::Prefix(more))
            | (Shape::Contains(all), Shape::Contains(more))
            | (Shape::Words(all), Shape::Words(more)) => all.extend(more),
            _ => {}
        }
    }
}
