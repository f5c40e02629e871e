//! Messages of failed evaluations, without the data that failed: a message travels into faults and logs, and what a
//! citizen wrote does not belong there. Only what the author of the flow passed to `error(…)` is kept.

use jaq_core::Exn;
use jaq_json::Val;
use serde::de::IgnoredAny;

use super::{Error, MESSAGE_CHARS_MAX};

pub(super) fn of(exception: Exn<'_, Val>) -> Error {
    let Ok(error) = exception.get_err() else {
        return Error::new("the expression breaks out to a label that is not there");
    };
    let text = match error.into_val() {
        Val::TStr(bytes) | Val::BStr(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.to_string(),
    };
    let message = without_data(&text).unwrap_or(text);
    Error::new(message.chars().take(MESSAGE_CHARS_MAX).collect::<String>())
}

/// The library's own messages with each value replaced by the name of its type.
fn without_data(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("cannot index ") {
        let (value, rest) = split_value(rest)?;
        let key = rest.strip_prefix(" with ")?;
        let key = if is_name(key) { key.to_owned() } else { article(split_value(key)?.0) };
        return Some(format!("cannot index {} with {key}", article(value)));
    }
    if let Some(rest) = message.strip_prefix("cannot use ") {
        let (value, rest) = split_value(rest)?;
        return Some(format!("cannot use {}{rest}", article(value)));
    }
    if let Some(rest) = message.strip_prefix("cannot calculate ") {
        let (left, rest) = split_value(rest)?;
        let (operator, right) = rest.trim_start().split_once(' ')?;
        return Some(format!("cannot calculate {} {operator} {}", article(left), article(split_value(right)?.0)));
    }
    if let Some((kind, rest)) = DESCRIBED.iter().find_map(|kind| Some((*kind, message.strip_prefix(kind)?))) {
        let said = rest.strip_prefix(" (").and_then(|rest| rest.rsplit_once(") "));
        return said.map(|(_, said)| format!("{} {said}", article(kind)));
    }
    for prefix in ["invalid path expression with input ", "cannot parse ", "cannot convert "] {
        if let Some(rest) = message.strip_prefix(prefix) {
            let kind = split_value(rest).map_or_else(|| "the value".to_owned(), |(value, _)| article(value));
            return Some(format!("{prefix}{kind}"));
        }
    }
    None
}

/// The types that a described value begins with.
const DESCRIBED: [&str; 5] = ["string", "number", "boolean", "array", "object"];

fn article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        "array" | "object" => format!("an {kind}"),
        kind => format!("a {kind}"),
    }
}

/// A short quoted word: the name of a field, as the flow's author wrote it.
fn is_name(key: &str) -> bool {
    key.len() <= 66
        && key.starts_with('"')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"\"_-".contains(&byte))
}

/// Takes one JSON value off the front: its type, and what follows it.
fn split_value(text: &str) -> Option<(&'static str, &str)> {
    let kind = match text.as_bytes().first()? {
        b'{' => "object",
        b'[' => "array",
        b'"' => "string",
        b't' | b'f' => "boolean",
        b'n' => "null",
        _ => "number",
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Some((kind, &text[values.byte_offset()..])),
        _ => Some((kind, "")),
    }
}

/// An error's message as jq says it to what catches it; others as they are.
pub(super) fn words(message: &str) -> Option<String> {
    if let Some(rest) = message.strip_prefix("cannot index ") {
        let (value, rest) = split_value(rest)?;
        return Some(format!("Cannot index {value} with {}", described_text(rest.strip_prefix(" with ")?)?.0));
    }
    if let Some(rest) = message.strip_prefix("cannot use ") {
        let (value, rest) = described_text(rest)?;
        return match rest {
            " as iterable (array or object)" => Some(format!("Cannot iterate over {value}")),
            " as number" => Some(format!("{value} cannot be negated")),
            _ => None,
        };
    }
    let (left, rest) = described_text(message.strip_prefix("cannot calculate ")?)?;
    let (operator, right) = rest.trim_start().split_once(' ')?;
    let by_zero = matches!(right, "0" | "0.0" | "-0" | "-0.0");
    let done = match operator {
        "+" => "added",
        "-" => "subtracted",
        "*" => "multiplied",
        "/" if by_zero => "divided because the divisor is zero",
        "%" if by_zero => "divided (remainder) because the divisor is zero",
        _ => "divided",
    };
    Some(format!("{left} and {} cannot be {done}", described_text(right)?.0))
}

/// Takes one JSON value off the front: described, and what follows it.
fn described_text(text: &str) -> Option<(String, &str)> {
    let (kind, rest) = split_value(text)?;
    Some((described(kind, &text[..text.len() - rest.len()]), rest))
}

/// The type of a value and the value itself, cut off where it is long.
pub(super) fn described(kind: &str, json: &str) -> String {
    if kind == "null" {
        return "null (null)".to_owned();
    }
    if json.len() <= SHOWN_BYTES_MAX {
        return format!("{kind} ({json})");
    }
    let end = if kind == "string" { "...\"" } else { "..." };
    let mut shown = SHOWN_BYTES_MAX - end.len();
    while !json.is_char_boundary(shown) {
        shown -= 1;
    }
    format!("{kind} ({}{end})", &json[..shown])
}

/// Longest value shown in a message, in bytes.
const SHOWN_BYTES_MAX: usize = 29;
