//! The formats of jq that the library lacks or reads differently: rows of tables, and binary data as text.

use jaq_json::Val;

use super::path::kind;
use super::value;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn bytes(value: &Val) -> Result<&[u8], String> {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => Ok(bytes),
        other => Err(format!("a {} is not a string", kind(other))),
    }
}

/// A row of comma-separated values: texts in quotes, quotes in them twice.
pub(super) fn csv(row: &Val) -> Result<Val, String> {
    joined(row, "csv", ",", |text| format!("\"{}\"", text.replace('"', "\"\"")))
}

/// A row of values separated by tabs: what would break the row is written with a backslash.
pub(super) fn tsv(row: &Val) -> Result<Val, String> {
    joined(row, "tsv", "\t", |text| {
        text.replace('\\', "\\\\").replace('\t', "\\t").replace('\r', "\\r").replace('\n', "\\n")
    })
}

fn joined(row: &Val, format: &str, separator: &str, write: impl Fn(&str) -> String) -> Result<Val, String> {
    let Val::Arr(items) = row else {
        return Err(format!("a {} cannot be {format}-formatted, only an array can be", kind(row)));
    };
    let cell = |item: &Val| match item {
        Val::Null => Ok(String::new()),
        Val::Bool(flag) => Ok(flag.to_string()),
        Val::Num(number) => Ok(value::number_text(number)),
        Val::TStr(bytes) | Val::BStr(bytes) => Ok(write(&String::from_utf8_lossy(bytes))),
        Val::Arr(_) | Val::Obj(_) => Err(format!("an {} is not valid in a {format} row", kind(item))),
    };
    let cells = items.iter().map(cell).collect::<Result<Vec<_>, _>>()?;
    Ok(Val::from(cells.join(separator)))
}

/// Base 32 of RFC 4648, filled up to whole groups.
pub(super) fn to_base32(text: &Val) -> Result<Val, String> {
    let mut written = String::new();
    for group in bytes(text)?.chunks(5) {
        let mut bits = [0u8; 8];
        bits[3..3 + group.len()].copy_from_slice(group);
        let number = u64::from_be_bytes(bits);
        let signs = (group.len() * 8).div_ceil(5);
        for place in 0..8 {
            let digit = (number >> (35 - 5 * place)) & 31;
            written.push(if place < signs { char::from(BASE32[digit as usize]) } else { '=' });
        }
    }
    Ok(Val::from(written))
}

pub(super) fn from_base32(text: &Val) -> Result<Val, String> {
    let text = bytes(text)?;
    decoded(&text[..end_of_signs(text)], BASE32, 5).ok_or_else(|| "the string is not valid base32 data".to_owned())
}

/// Base 64, with or without the signs that fill it up.
pub(super) fn from_base64(text: &Val) -> Result<Val, String> {
    let text = bytes(text)?;
    let signs = &text[..end_of_signs(text)];
    if signs.len() % 4 == 1 {
        return Err("the string is not valid base64 data: its last byte is left over".to_owned());
    }
    decoded(signs, BASE64, 6).ok_or_else(|| "the string is not valid base64 data".to_owned())
}

fn end_of_signs(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1)
}

fn decoded(signs: &[u8], alphabet: &[u8], bits: u32) -> Option<Val> {
    let mut bytes = Vec::with_capacity(signs.len());
    let (mut number, mut filled) = (0u32, 0);
    for sign in signs {
        let digit = alphabet.iter().position(|known| known == sign)?;
        number = (number << bits) | u32::try_from(digit).ok()?;
        filled += bits;
        if filled >= 8 {
            filled -= 8;
            bytes.push((number >> filled) as u8);
            number &= (1 << filled) - 1;
        }
    }
    // What is no text is shown with the sign for that, as jq does.
    Some(Val::from(String::from_utf8_lossy(&bytes).into_owned()))
}
