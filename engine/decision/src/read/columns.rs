//! The declared inputs and outputs of a table.

use peygir_source::{Entry, Node};
use serde_json::Value;

use super::fields::{IDENTIFIER_FORM, Reader, is_identifier};
use crate::{
    complaint,
    limits::{ALTERNATIVES_MAX, COLUMNS_MAX},
    model::{Input, Output},
    number::Number,
    value_type::ValueType,
};

const INPUT_MEMBERS: &[&str] = &["type", "from", "default", "description"];
const OUTPUT_MEMBERS: &[&str] = &["type", "required", "default", "min", "max", "values", "description"];
/// Tests name the expected rule beside the outputs, so no output can have that name.
const RULE_NAME: &str = "rule";

pub(super) fn inputs(reader: &mut Reader, node: &Node) -> Vec<Input> {
    columns(reader, node, "inputs").iter().filter_map(|entry| input(reader, entry)).collect()
}

pub(super) fn outputs(reader: &mut Reader, node: &Node) -> Vec<Output> {
    columns(reader, node, "outputs").iter().filter_map(|entry| output(reader, entry)).collect()
}

fn columns<'a>(reader: &mut Reader, node: &'a Node, name: &str) -> &'a [Entry] {
    let Some(columns) = node.get(name) else {
        reader.push(complaint::missing(node.span, name));
        return &[];
    };
    let entries = reader.mapping(columns, name);
    for entry in entries.iter().filter(|entry| !is_identifier(&entry.key)) {
        reader.push(complaint::bad_name(entry.key_span, &entry.key, IDENTIFIER_FORM));
    }
    if entries.len() > COLUMNS_MAX {
        reader.push(complaint::too_many(columns.span, name, COLUMNS_MAX));
    }
    entries
}

fn input(reader: &mut Reader, entry: &Entry) -> Option<Input> {
    reader.members(&entry.node, &entry.key, INPUT_MEMBERS);
    let value_type = value_type(reader, &entry.node, &ValueType::ALL)?;
    let from = reader.text(&entry.node, "from").unwrap_or_else(|| format!("input.{}", entry.key));
    if !is_path(&from) {
        let span = entry.node.get("from").map_or(entry.key_span, |from| from.span);
        reader.push(complaint::bad_name(
            span,
            "from",
            (
                "where the value is found, with a dot: case.topic, input.severity",
                "جای مقدار، با نقطه: case.topic، input.severity",
            ),
        ));
    }
    let default = default(reader, entry, value_type);
    Some(Input { name: entry.key.clone(), value_type, from, default })
}

fn output(reader: &mut Reader, entry: &Entry) -> Option<Output> {
    if entry.key == RULE_NAME {
        reader.push(complaint::bad_name(
            entry.key_span,
            RULE_NAME,
            (
                "tests use this name for the rule: take another one",
                "آزمون‌ها این نام را برای قاعده به کار می‌برند: نام دیگری بگذارید",
            ),
        ));
    }
    reader.members(&entry.node, &entry.key, OUTPUT_MEMBERS);
    let allowed = [ValueType::String, ValueType::Integer, ValueType::Number, ValueType::Boolean];
    let value_type = value_type(reader, &entry.node, &allowed)?;
    let required = reader.flag(&entry.node, "required");
    let min = bound(reader, entry, "min", value_type);
    let max = bound(reader, entry, "max", value_type);
    let values: Vec<Value> = reader
        .list(&entry.node, "values", ALTERNATIVES_MAX)
        .iter()
        .filter_map(|value| typed(reader, value, &entry.key, value_type))
        .collect();
    let mut output = Output { name: entry.key.clone(), value_type, required, default: None, min, max, values };
    output.default = default(reader, entry, value_type);
    if let (Some(value), Some(place)) = (&output.default, entry.node.get("default")) {
        within(reader, place, &output, value);
    }
    Some(output)
}

fn value_type(reader: &mut Reader, node: &Node, allowed: &[ValueType]) -> Option<ValueType> {
    let written = reader.required_text(node, "type")?;
    let found = allowed.iter().find(|value_type| value_type.name() == written);
    if found.is_none() {
        let span = node.get("type").map_or(node.span, |written| written.span);
        reader.push(complaint::unknown_member(span, &written, allowed.iter().map(|value_type| value_type.name())));
    }
    found.copied()
}

fn default(reader: &mut Reader, entry: &Entry, value_type: ValueType) -> Option<Value> {
    let node = entry.node.get("default")?;
    typed(reader, node, &entry.key, value_type)
}

fn bound(reader: &mut Reader, entry: &Entry, name: &str, value_type: ValueType) -> Option<Value> {
    let node = entry.node.get(name)?;
    if !value_type.is_numeric() {
        reader.push(complaint::shape(
            node.span,
            name,
            "left out: only numbers have it",
            "حذف شود: فقط عددها آن را دارند",
        ));
        return None;
    }
    typed(reader, node, name, value_type)
}

/// A literal of the type, as JSON.
pub(super) fn typed(reader: &mut Reader, node: &Node, name: &str, value_type: ValueType) -> Option<Value> {
    let value = node.to_json();
    if value_type.holds(&value) {
        return Some(value);
    }
    reader.push(complaint::wrong_type(node.span, name, value_type));
    None
}

/// Tells when a value passes the output's limits.
pub(super) fn within(reader: &mut Reader, place: &Node, output: &Output, value: &Value) {
    let number = Number::of(value);
    let bound = |bound: &Option<Value>| bound.as_ref().and_then(Number::of);
    if let (Some(number), Some(min)) = (number, bound(&output.min))
        && number.compare(min).is_lt()
    {
        reader.push(complaint::outside_limits(place.span, &output.name, &format!("at least {min}")));
    }
    if let (Some(number), Some(max)) = (number, bound(&output.max))
        && number.compare(max).is_gt()
    {
        reader.push(complaint::outside_limits(place.span, &output.name, &format!("at most {max}")));
    }
    if !output.values.is_empty() && !output.values.contains(value) {
        let values: Vec<String> = output.values.iter().map(Value::to_string).collect();
        reader.push(complaint::outside_limits(place.span, &output.name, &format!("one of {}", values.join(", "))));
    }
}

fn is_path(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_identifier)
}
