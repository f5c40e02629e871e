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
        let key = if is_name(key) { key.to_owned() } else { split_value(key)?.0.to_owned() };
        return Some(format!("cannot index {value} with {key}"));
    }
    if let Some(rest) = message.strip_prefix("cannot use ") {
        let (value, rest) = split_value(rest)?;
        return Some(format!("cannot use {value}{rest}"));
    }
    if let Some(rest) = message.strip_prefix("cannot calculate ") {
        let (left, rest) = split_value(rest)?;
        let (operator, right) = rest.trim_start().split_once(' ')?;
        return Some(format!("cannot calculate {left} {operator} {}", split_value(right)?.0));
    }
    for prefix in ["invalid path expression with input ", "cannot parse ", "cannot convert "] {
        if let Some(rest) = message.strip_prefix(prefix) {
            return Some(format!("{prefix}{}", split_value(rest).map_or("the value", |(value, _)| value)));
        }
    }
    None
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
        b'{' => "an object",
        b'[' => "an array",
        b'"' => "a string",
        b't' | b'f' => "a boolean",
        b'n' => "null",
        _ => "a number",
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => Some((kind, &text[values.byte_offset()..])),
        _ => Some((kind, "")),
    }
}
