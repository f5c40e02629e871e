//! Writing a tree as people like to read it: blocks, keys in the order of writing, quotes only where they are needed,
//! texts of several lines as they are.
//!
//! What is written is read back by [`crate::yaml::parse`] as the same value; quotes stand also around what other
//! readers of YAML take for something else than a text (`on`, `1.0.3`, `~`).

use crate::{Node, Value};

/// Longest key that stands on one line with its value, in bytes; YAML reads no longer ones there.
const KEY_BYTES_MAX: usize = 1_000;

/// Words that some reader or other takes for a boolean or for nothing.
const WORDS: [&str; 11] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"];

/// Signs that do not begin a plain text.
const INDICATORS: &str = "-?:,[]{}#&*!|>'\"%@`";

/// Writes a tree as one document; the last line ends with a line break.
pub fn print(node: &Node) -> String {
    let mut text = String::new();
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => block(node, 0, &mut text),
        Value::Sequence(items) if !items.is_empty() => block(node, 0, &mut text),
        _ => {
            scalar(node, 0, &mut text);
            text.push('\n');
        }
    }
    text
}

/// Writes a mapping or a list, each entry on lines of its own. The first entry begins where the text ends.
fn block(node: &Node, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    match &node.value {
        Value::Mapping(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    text.push_str(&margin);
                }
                key(&entry.key, indent, text);
                member(&entry.node, indent, text);
            }
        }
        Value::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push_str(&margin);
                }
                text.push('-');
                element(item, indent, text);
            }
        }
        _ => {}
    }
}

/// The value of a key, from behind its colon on.
fn member(node: &Node, indent: usize, text: &mut String) {
    if is_block(node) {
        text.push('\n');
        text.push_str(&" ".repeat(indent + 2));
        block(node, indent + 2, text);
        return;
    }
    text.push(' ');
    scalar(node, indent, text);
    text.push('\n');
}

/// An item of a list, from behind its hyphen on.
fn element(node: &Node, indent: usize, text: &mut String) {
    text.push(' ');
    if is_block(node) {
        block(node, indent + 2, text);
        return;
    }
    scalar(node, indent, text);
    text.push('\n');
}

fn is_block(node: &Node) -> bool {
    match &node.value {
        Value::Mapping(entries) => !entries.is_empty(),
        Value::Sequence(items) => !items.is_empty(),
        _ => false,
    }
}

/// A key and its colon. One that is too long for its line stands in the long form, with the value below it.
fn key(key: &str, indent: usize, text: &mut String) {
    let written = if is_plain(key) && !is_number_like(key) { key.to_owned() } else { quoted(key) };
    if written.len() <= KEY_BYTES_MAX {
        text.push_str(&written);
        text.push(':');
        return;
    }
    text.push_str(&format!("? {written}\n{}:", " ".repeat(indent)));
}

fn scalar(node: &Node, indent: usize, text: &mut String) {
    match &node.value {
        Value::Null => text.push_str("null"),
        Value::Bool(flag) => text.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(string) if is_literal(string) => literal(string, indent, text),
        Value::String(string) => {
            let word = WORDS.iter().any(|word| word.eq_ignore_ascii_case(string));
            let plain = is_plain(string) && !is_number_like(string) && !word;
            text.push_str(&if plain { string.clone() } else { quoted(string) });
        }
        Value::Sequence(_) => text.push_str("[]"),
        Value::Mapping(_) => text.push_str("{}"),
    }
}

/// Whether a text can stand without quotes, as far as its signs go.
fn is_plain(text: &str) -> bool {
    let reads_as_text =
        !["", "~", "null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE", "<<", "="]
            .contains(&text);
    reads_as_text
        && !text.starts_with(|sign: char| INDICATORS.contains(sign) || sign.is_whitespace())
        && !text.ends_with(|sign: char| sign == ':' || sign.is_whitespace())
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && text.chars().all(|sign| sign == ' ' || shows(sign))
}

/// Whether some reader might take it for a number, an instant or a version of one: all that begins like one is quoted.
fn is_number_like(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-', '.']);
    let word = digits.get(..3).unwrap_or("");
    digits.starts_with(|sign: char| sign.is_ascii_digit())
        || (digits.len() < text.len() && (word.eq_ignore_ascii_case("inf") || word.eq_ignore_ascii_case("nan")))
}

/// A sign that is seen and changes nothing around it; spaces other than the plain one do not belong to these.
fn shows(sign: char) -> bool {
    !sign.is_control()
        && !sign.is_whitespace()
        && !matches!(sign, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a text has lines that can stand as they are.
fn is_literal(text: &str) -> bool {
    let mut lines = text.split('\n');
    let first = lines.clone().next().unwrap_or("");
    text.contains('\n')
        && !first.is_empty()
        && !first.starts_with([' ', '\t'])
        && text.chars().all(|sign| matches!(sign, '\n' | ' ' | '\t') || shows(sign))
        && lines.all(|line| line.is_empty() || !line.trim().is_empty())
}

/// A block of lines, indented below what it belongs to.
fn literal(string: &str, indent: usize, text: &mut String) {
    let body = string.strip_suffix('\n');
    text.push_str(match body {
        None => "|-",
        Some(body) if body.ends_with('\n') => "|+",
        Some(_) => "|",
    });
    let margin = " ".repeat(indent + 2);
    for line in body.unwrap_or(string).split('\n') {
        text.push('\n');
        if !line.is_empty() {
            text.push_str(&margin);
            text.push_str(line);
        }
    }
}

/// Single quotes where all signs can stand as they are, double quotes with escapes else.
fn quoted(text: &str) -> String {
    if text.chars().all(|sign| sign == ' ' || shows(sign)) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            ' ' => quoted.push(' '),
            sign if shows(sign) => quoted.push(sign),
            sign => match u32::from(sign) {
                code @ 0..=0xFF => quoted.push_str(&format!("\\x{code:02X}")),
                code @ 0..=0xFFFF => quoted.push_str(&format!("\\u{code:04X}")),
                code => quoted.push_str(&format!("\\U{code:08X}")),
            },
        }
    }
    quoted.push('"');
    quoted
}
