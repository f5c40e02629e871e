//! Values of rhai as they are shown: JSON that is cut where it is long. What JSON has no word for is named by its type.

use rhai::{Dynamic, EvalContext};
use serde_json::{Map, Value};

use super::{STEP_BYTES_MAX, VALUE_BYTES_MAX};
use crate::limits::JSON_DEPTH_MAX;

/// What stands in place of what was cut.
const CUT: &str = "…";

/// The variables of the function that runs. Of those with one name, the one that the name means now.
pub(super) fn variables(context: &EvalContext) -> Vec<(String, Value)> {
    // rhai gives the newest first.
    let mut all: Vec<(&str, &Dynamic)> = Vec::new();
    for (name, _, value) in context.scope().iter_raw() {
        if !all.iter().any(|(newer, _)| *newer == name) {
            all.push((name, value));
        }
    }
    let mut left = STEP_BYTES_MAX;
    let mut shown: Vec<(String, Value)> = Vec::new();
    if let Some(this) = context.this_ptr() {
        let value = Showing::new(VALUE_BYTES_MAX).value(this);
        left = left.saturating_sub(bytes(&value));
        shown.push(("this".to_owned(), value));
    }
    for (name, value) in all.into_iter().rev() {
        let value = Showing::new(left.min(VALUE_BYTES_MAX)).value(value);
        left = left.saturating_sub(name.len() + bytes(&value));
        shown.push((name.to_owned(), value));
    }
    shown
}

/// Bytes of a value, roughly as its JSON has them.
pub(super) fn bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items.iter().map(|item| bytes(item) + 1).sum::<usize>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, member)| name.len() + bytes(member) + 4).sum::<usize>() + 2
        }
        _ => 8,
    }
}

/// Shows one value within a number of bytes.
pub(super) struct Showing {
    left: usize,
}

impl Showing {
    pub fn new(bytes: usize) -> Self {
        Self { left: bytes }
    }

    pub fn value(&mut self, value: &Dynamic) -> Value {
        self.within(value, 0)
    }

    fn within(&mut self, value: &Dynamic, depth: usize) -> Value {
        if depth > JSON_DEPTH_MAX {
            return CUT.into();
        }
        self.left = self.left.saturating_sub(8);
        if let Ok(text) = value.as_immutable_string_ref() {
            return self.text(&text).into();
        }
        if let Ok(items) = value.as_array_ref() {
            return self.items(&items, depth);
        }
        if let Ok(members) = value.as_map_ref() {
            return self.members(&members, depth);
        }
        // What is neither a text nor holds others is small.
        crate::json::from_dynamic(value.clone()).unwrap_or_else(|_| self.text(&named(value)).into())
    }

    fn text(&mut self, text: &str) -> String {
        let end = text.floor_char_boundary(self.left.min(text.len()));
        self.left -= end;
        let cut = if end < text.len() { CUT } else { "" };
        format!("{}{cut}", &text[..end])
    }

    fn items(&mut self, items: &[Dynamic], depth: usize) -> Value {
        let mut shown = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if self.left == 0 {
                shown.push(more(items.len() - index));
                break;
            }
            shown.push(self.within(item, depth + 1));
        }
        shown.into()
    }

    fn members(&mut self, members: &rhai::Map, depth: usize) -> Value {
        let mut shown = Map::new();
        for (index, (name, member)) in members.iter().enumerate() {
            if self.left == 0 {
                shown.insert(CUT.to_owned(), more(members.len() - index));
                break;
            }
            let name = self.text(name);
            let member = self.within(member, depth + 1);
            shown.insert(name, member);
        }
        shown.into()
    }
}

fn more(count: usize) -> Value {
    format!("{CUT} {count} more").into()
}

/// A value without a word in JSON: a function, a range, a decimal of more digits than JSON keeps.
fn named(value: &Dynamic) -> String {
    if value.is_decimal() { format!("{value}") } else { format!("‹{}›", value.type_name()) }
}
