//! Trees without a text, for tests that make their calendars.

use peygir_calendar::{Calendar, read};
use peygir_source::{Entry, Node, Span, Value};
use serde_json::Value as Json;

pub fn node(json: &Json) -> Node {
    let value = match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.clone()),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Sequence(items.iter().map(node).collect()),
        Json::Object(members) => Value::Mapping(members.iter().map(entry).collect()),
    };
    Node { span: Span::default(), value }
}

fn entry((key, value): (&String, &Json)) -> Entry {
    Entry { key: key.clone(), key_span: Span::default(), node: node(value) }
}

pub fn calendar(json: &Json) -> Calendar {
    match read::calendar(&node(json)) {
        Ok((calendar, _)) => calendar,
        Err(found) => panic!("{json:#}\n{found:#?}"),
    }
}
