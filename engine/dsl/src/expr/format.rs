//! The formats of jq that the library lacks or reads differently: rows of tables, and binary data as text.

use jaq_json::{Num, Val};

use super::path::kind;
use super::{fault, value};

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

/// The items joined by a text, which stands only between them.
pub(super) fn join(items: &Val, separator: &Val) -> Result<Val, String> {
    let mut joined = String::new();
    let mut append = |first: bool, item: &Val| {
        if !first {
            let Val::TStr(separator) = separator else {
                return Err(format!("cannot calculate {} + {separator}", Val::from(joined.clone())));
            };
            joined.push_str(&String::from_utf8_lossy(separator));
        }
        match item {
            Val::Null => {}
            Val::Bool(flag) => joined.push_str(&flag.to_string()),
            Val::Num(number) => joined.push_str(&value::number_text(number)),
            Val::TStr(bytes) | Val::BStr(bytes) => joined.push_str(&String::from_utf8_lossy(bytes)),
            Val::Arr(_) | Val::Obj(_) => {
                return Err(format!("cannot calculate {} + {item}", Val::from(joined.clone())));
            }
        }
        Ok(())
    };
    match items {
        Val::Arr(items) => items.iter().enumerate().try_for_each(|(place, item)| append(place == 0, item))?,
        Val::Obj(items) => items.values().enumerate().try_for_each(|(place, item)| append(place == 0, item))?,
        other => return Err(format!("cannot use {other} as iterable (array or object)")),
    }
    Ok(Val::from(joined))
}

/// The number that a text is: without spaces around it, and no part of a text.
pub(super) fn to_number(text: &Val) -> Result<Val, String> {
    if let Val::Num(_) = text {
        return Ok(text.clone());
    }
    let written = match text {
        Val::TStr(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
        _ => "",
    };
    let unsigned = written.strip_prefix(['+', '-']).unwrap_or(written);
    let starts = unsigned.starts_with(|sign: char| sign.is_ascii_digit() || sign == '.');
    let parsed = written.parse::<i64>().ok().map(|integer| Val::Num(Num::from_integral(integer)));
    let parsed = parsed.or_else(|| written.parse::<f64>().ok().map(Val::from)).filter(|_| starts);
    parsed.ok_or_else(|| format!("{} cannot be parsed as a number", describe(text)))
}

pub(super) fn to_boolean(text: &Val) -> Result<Val, String> {
    match text {
        Val::Bool(_) => Ok(text.clone()),
        Val::TStr(bytes) if ***bytes == *b"true" => Ok(Val::Bool(true)),
        Val::TStr(bytes) if ***bytes == *b"false" => Ok(Val::Bool(false)),
        other => Err(format!("{} cannot be parsed as a boolean", describe(other))),
    }
}

/// What `%XX` stands for; a text that is not written so is an error.
pub(super) fn from_uri(text: &Val) -> Result<Val, String> {
    let invalid = || format!("{} is not a valid uri encoding", describe(text));
    let mut decoded = Vec::new();
    let mut signs = bytes(text)?.iter();
    while let Some(sign) = signs.next() {
        if *sign != b'%' {
            decoded.push(*sign);
            continue;
        }
        let digit = |sign: Option<&u8>| sign.and_then(|sign| char::from(*sign).to_digit(16));
        match (digit(signs.next()), digit(signs.next())) {
            (Some(high), Some(low)) => decoded.push((high * 16 + low) as u8),
            _ => return Err(invalid()),
        }
    }
    String::from_utf8(decoded).map(Val::from).map_err(|_| invalid())
}

fn describe(value: &Val) -> String {
    fault::described(kind(value), &value.to_string())
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

pub(super) fn from_base32(value: &Val) -> Result<Val, String> {
    let text = bytes(value)?;
    let signs = &text[..end_of_signs(text)];
    decoded(signs, BASE32, 5).ok_or_else(|| format!("{} is not valid base32 data", describe(value)))
}

/// Base 64, with or without the signs that fill it up.
pub(super) fn from_base64(text: &Val) -> Result<Val, String> {
    let written = bytes(text)?;
    let signs = &written[..end_of_signs(written)];
    if signs.len() % 4 == 1 {
        return Err(format!("{} trailing base64 byte found", describe(text)));
    }
    decoded(signs, BASE64, 6).ok_or_else(|| format!("{} is not valid base64 data", describe(text)))
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
