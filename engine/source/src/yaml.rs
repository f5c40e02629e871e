//! Reading and writing YAML: the one place that knows which parser is behind it.
//!
//! YAML 1.2, without what surprises people or machines: `no` and `off` are text, a number that begins with 0 or + or
//! holds `_` is text (telephone numbers keep what they begin with), a key stands once, merge keys and tags are refused,
//! and everything has a limit.

use std::fmt;
use std::panic::catch_unwind;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use crate::yaml_fault::{self, lines};
pub use crate::yaml_print::print;
use crate::{Diagnostic, Entry, Node, Span, Value};

/// Longest text read, in bytes; a longer one is refused before parsing.
pub const TEXT_BYTES_MAX: usize = 1 << 20;
/// Most values of one document.
pub const NODES_MAX: usize = 20_000;
/// Most events of the parser: starts, ends and scalars.
pub const EVENTS_MAX: usize = 50_000;
/// Deepest nesting of one document.
pub const DEPTH_MAX: usize = 48;
/// Digits of a number with a point that are kept whatever they are.
pub const DIGITS_KEPT: usize = 15;
/// Most anchors, and most aliases, of one document.
pub const ANCHORS_MAX: usize = 100;

/// Reads one document. A text that is no YAML gives one diagnostic; a tree that can be read is whole.
pub fn parse(text: &str) -> Result<Node, Diagnostic> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(yaml_fault::too_long(text.len()));
    }
    if let Some(diagnostic) = yaml_fault::control_character(text) {
        return Err(diagnostic);
    }
    // The parser is not ours: a panic in it is a text that cannot be read, not the end of the host.
    let parsed = catch_unwind(|| serde_yaml::from_str_with_options::<Spanned<Raw>>(text, options()));
    let lines = lines(text);
    let raw = match parsed {
        Ok(Ok(raw)) => raw,
        Ok(Err(error)) => return Err(yaml_fault::of(&error, &lines)),
        Err(_) => return Err(yaml_fault::unreadable()),
    };
    node(raw, &lines)
}

/// Writes a value as YAML that [`parse`] reads back as the same value.
pub fn emit(value: &serde_json::Value) -> String {
    // Writing a JSON value to a string has no way to fail; should it, JSON is YAML too.
    serde_yaml::to_string(value).unwrap_or_else(|_| value.to_string())
}

fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        legacy_octal_numbers: false,
        merge_keys: serde_yaml::options::MergeKeyPolicy::Error,
        duplicate_keys: serde_yaml::options::DuplicateKeyPolicy::Error,
        reject_unsupported_tags: true,
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_nodes: NODES_MAX,
            max_events: EVENTS_MAX,
            max_aliases: ANCHORS_MAX,
            max_anchors: ANCHORS_MAX,
            max_depth: DEPTH_MAX,
            max_total_scalar_bytes: TEXT_BYTES_MAX,
            max_documents: 1,
        },
    }
}

/// A value as the parser hands it over, before its places are counted and its numbers looked at again.
enum Raw {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    Sequence(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

struct RawVisitor;

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Integer(number.into()))
    }

    fn visit_i128<E>(self, number: i128) -> Result<Raw, E> {
        Ok(Raw::Integer(number))
    }

    fn visit_u128<E>(self, number: u128) -> Result<Raw, E> {
        Ok(i128::try_from(number).map_or(Raw::Float(f64::INFINITY), Raw::Integer))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Float(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::String(text))
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}

fn node(raw: Spanned<Raw>, lines: &[&str]) -> Result<Node, Diagnostic> {
    let span = span(raw.referenced, lines);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(flag) => Value::Bool(flag),
        Raw::Integer(number) => integer(number, written(raw.defined, lines), span)?,
        Raw::Float(number) => float(number, written(raw.defined, lines), span)?,
        Raw::String(text) => Value::String(text),
        Raw::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| node(item, lines)).collect::<Result<_, _>>()?)
        }
        Raw::Mapping(entries) => {
            let entry = |(key, value): (Spanned<String>, Spanned<Raw>)| {
                let key_span = self::span(key.referenced, lines);
                Ok(Entry { key: key.value, key_span, node: node(value, lines)? })
            };
            Value::Mapping(entries.into_iter().map(entry).collect::<Result<_, Diagnostic>>()?)
        }
    };
    Ok(Node { span, value })
}

/// A number written with a plus sign is a telephone number more often than a number, and would lose the sign.
fn integer(number: i128, written: &str, span: Span) -> Result<Value, Diagnostic> {
    if written.starts_with('+') {
        return Ok(Value::String(written.to_owned()));
    }
    let exact = i64::try_from(number).map(Into::into).or_else(|_| u64::try_from(number).map(Into::into));
    exact.map(Value::Number).map_err(|_| yaml_fault::number_out_of_range(span))
}

fn float(number: f64, written: &str, span: Span) -> Result<Value, Diagnostic> {
    let digits = written.trim_start_matches('-').as_bytes();
    let leading_zero = matches!(digits, [b'0', b'0'..=b'9', ..]);
    if (written.starts_with('+') || leading_zero) && number.is_finite() {
        return Ok(Value::String(written.to_owned()));
    }
    // An integer of many digits would be rounded silently.
    let rounded = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    match serde_json::Number::from_f64(number) {
        Some(_) if !rounded && !is_kept(written, number) => Err(yaml_fault::number_out_of_range(span)),
        Some(number) if !rounded => Ok(Value::Number(number)),
        _ => Err(yaml_fault::number_out_of_range(span)),
    }
}

/// Whether a number says as many digits as were written. Up to [`DIGITS_KEPT`] are kept in any case; of more, some numbers are.
pub fn is_kept(written: &str, number: f64) -> bool {
    let digits = significant(written);
    digits.len() <= DIGITS_KEPT || digits == significant(&format!("{number:e}"))
}

/// The digits that count: without sign, point, exponent, and zeros at either end.
fn significant(number: &str) -> String {
    let digits: String = number.chars().take_while(|c| !matches!(c, 'e' | 'E')).filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

/// The plain scalar that stands at a place, as it was written.
fn written<'a>(location: Location, lines: &[&'a str]) -> &'a str {
    let line = usize::try_from(location.line()).ok().and_then(|line| lines.get(line.checked_sub(1)?));
    let column = usize::try_from(location.column()).unwrap_or(0).saturating_sub(1);
    let rest = line.and_then(|line| Some(&line[line.char_indices().nth(column)?.0..])).unwrap_or("");
    rest.split([' ', '\t', ',', ']', '}', '#']).next().unwrap_or("").trim_end_matches(':')
}

/// The place in our own terms: the length ends with the line.
pub(crate) fn span(location: Location, lines: &[&str]) -> Span {
    let to_u32 = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let (line, column) = (to_u32(location.line()), to_u32(location.column()));
    let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let chars = lines.get(index).map_or(0, |line| line.trim_end().chars().count());
    let left = u32::try_from(chars).unwrap_or(u32::MAX).saturating_sub(column.saturating_sub(1));
    Span { line, column, length: to_u32(location.span().len()).min(left) }
}
