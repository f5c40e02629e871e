//! The declared inputs and outputs of a table.

use std::collections::BTreeMap;

use peygir_calendar::Name;
use peygir_source::{Entry, Node};
use serde_json::Value;

use super::fields::{IDENTIFIER_FORM, Reader, is_identifier};
use crate::{
    complaint,
    domain::Domain,
    limits::{ALTERNATIVES_MAX, COLUMNS_MAX},
    model::{Input, Output},
    names::Names,
    value_type::ValueType,
};

const INPUT_MEMBERS: &[&str] = &["type", "from", "default", "values", "min", "max", "title", "description"];
const OUTPUT_MEMBERS: &[&str] =
    &["type", "names", "required", "default", "min", "max", "values", "title", "titles", "description"];
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
    let from_span = entry.node.get("from").map_or(entry.key_span, |from| from.span);
    if !is_path(&from) {
        reader.push(complaint::bad_name(
            from_span,
            "from",
            (
                "where the value is found, with a dot: case.topic, input.severity",
                "جای مقدار، با نقطه: case.topic، input.severity",
            ),
        ));
    }
    let (min, max) = bounds(reader, entry, value_type);
    let values = values(reader, entry, value_type);
    let default = default(reader, entry, value_type);
    let title = reader.name(&entry.node, "title");
    let description = reader.text(&entry.node, "description");
    let name = entry.key.clone();
    let input = Input { name, value_type, from, from_span, default, values, min, max, title, description };
    check_default(reader, entry, input.domain(), input.default.as_ref());
    Some(input)
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
    let names = names(reader, &entry.node, value_type);
    let required = reader.flag(&entry.node, "required");
    let (min, max) = bounds(reader, entry, value_type);
    let values = values(reader, entry, value_type);
    let default = default(reader, entry, value_type);
    let title = reader.name(&entry.node, "title");
    reader.text(&entry.node, "description");
    let titles = entry.node.get("titles").map(|node| titles(reader, node, &values)).unwrap_or_default();
    let output = Output {
        name: entry.key.clone(),
        span: entry.key_span,
        value_type,
        names,
        required,
        default,
        min,
        max,
        values,
        title,
        titles,
        limited_by: None,
    };
    check_default(reader, entry, output.domain(), output.default.as_ref());
    Some(output)
}

/// `names` of an output: what kind of entry of a directory its values are the names of.
fn names(reader: &mut Reader, node: &Node, value_type: ValueType) -> Option<Names> {
    let written = reader.text(node, "names")?;
    let span = node.get("names").map_or(node.span, |written| written.span);
    if value_type != ValueType::String {
        reader.push(complaint::shape(
            span,
            "names",
            "left out: only texts name something",
            "حذف شود: تنها متن چیزی را نام می‌برد",
        ));
        return None;
    }
    let found = Names::ALL.into_iter().find(|names| names.written() == written);
    if found.is_none() {
        reader.push(complaint::unknown_member(span, &written, Names::ALL.map(Names::written)));
    }
    found
}

/// `titles` of an output, or of an overlay for one: what people call its values. Where these are declared, they are among
/// them.
pub(crate) fn titles(reader: &mut Reader, node: &Node, values: &[Value]) -> BTreeMap<String, Name> {
    let mut named = BTreeMap::new();
    for entry in reader.mapping(node, "titles") {
        if !values.is_empty() && !values.iter().any(|value| value == entry.key.as_str()) {
            let known = values.iter().filter_map(Value::as_str);
            reader.push(complaint::unknown_name(entry.key_span, ("value", "مقدار"), &entry.key, known));
        }
        named.extend(reader.name(node, &entry.key).map(|name| (entry.key.clone(), name)));
    }
    named
}

fn check_default(reader: &mut Reader, entry: &Entry, domain: Domain<'_>, default: Option<&Value>) {
    if let (Some(value), Some(place)) = (default, entry.node.get("default")) {
        within(reader, place, &entry.key, domain, value);
    }
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

fn bounds(reader: &mut Reader, entry: &Entry, value_type: ValueType) -> (Option<Value>, Option<Value>) {
    let min = bound(reader, &entry.node, "min", value_type);
    let max = bound(reader, &entry.node, "max", value_type);
    if let (Some(max), Some(place)) = (&max, entry.node.get("max")) {
        within(reader, place, "max", Domain { min: min.as_ref(), max: None, values: &[] }, max);
    }
    (min, max)
}

/// `min` or `max` of a column, or of an overlay's limits.
pub(crate) fn bound(reader: &mut Reader, column: &Node, name: &str, value_type: ValueType) -> Option<Value> {
    let node = column.get(name)?;
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

/// `values` of a column; those of a list are its members.
fn values(reader: &mut Reader, entry: &Entry, value_type: ValueType) -> Vec<Value> {
    let of = if value_type == ValueType::List { ValueType::String } else { value_type };
    values_of(reader, &entry.node, &entry.key, of)
}

/// `values` of a column, or of an overlay's limits.
pub(crate) fn values_of(reader: &mut Reader, column: &Node, name: &str, value_type: ValueType) -> Vec<Value> {
    let items = reader.list(column, "values", ALTERNATIVES_MAX);
    items.iter().filter_map(|value| typed(reader, value, name, value_type)).collect()
}

/// A literal of the type, as JSON.
pub(super) fn typed(reader: &mut Reader, node: &Node, name: &str, value_type: ValueType) -> Option<Value> {
    let value = node.to_json();
    if value_type.holds(&value) {
        return Some(value);
    }
    reader.push(complaint::wrong_type(node, name, value_type));
    None
}

/// Tells when a value passes the limits of the column `name`.
pub(super) fn within(reader: &mut Reader, place: &Node, name: &str, domain: Domain<'_>, value: &Value) {
    if let Some(limit) = domain.passed(value) {
        reader.push(complaint::outside_limits(place.span, name, &limit, None));
    }
}

fn is_path(text: &str) -> bool {
    text.contains('.') && text.split('.').all(is_identifier)
}
