//! JSON to rhai's values and back. Integers stay integers, and numbers with a fraction are decimals: what is written `0.1` is
//! a tenth, not the nearest binary fraction. What JSON has no word for is refused by name.

use std::str::FromStr;

use peygir_calendar::Jalali;
use rhai::{Array, Dynamic, ImmutableString, Map};
use rust_decimal::Decimal;
use serde_json::{Number, Value};

use crate::{
    fault::Fault,
    library::{LongNumber, Moment},
    limits::{JSON_DEPTH_MAX, Limit},
    size::Size,
};

/// What is given to a run, as rhai holds it.
pub(crate) fn to_dynamic(value: &Value) -> Result<Dynamic, Fault> {
    inward(value, 0, &mut Size::default())
}

fn inward(value: &Value, depth: usize, size: &mut Size) -> Result<Dynamic, Fault> {
    if depth > JSON_DEPTH_MAX {
        return Err(Fault::limit(Limit::JsonDepth));
    }
    Ok(match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(flag) => Dynamic::from_bool(*flag),
        Value::Number(number) => number_inward(number),
        Value::String(text) => {
            size.string_bytes += text.len();
            check(size)?;
            Dynamic::from(text.clone())
        }
        Value::Array(items) => {
            size.items += items.len();
            check(size)?;
            let items = items.iter().map(|item| inward(item, depth + 1, size));
            Dynamic::from_array(items.collect::<Result<Array, Fault>>()?)
        }
        Value::Object(members) => {
            size.entries += members.len();
            check(size)?;
            let mut map = Map::new();
            for (key, member) in members {
                size.string_bytes += key.len();
                map.insert(key.as_str().into(), inward(member, depth + 1, size)?);
            }
            Dynamic::from_map(map)
        }
    })
}

/// Data from outside obeys the limits of a run as well.
fn check(size: &Size) -> Result<(), Fault> {
    if size.fits() { Ok(()) } else { Err(Fault::limit(Limit::Size)) }
}

/// A number that fits no decimal is kept as it is: a script that does not touch it has nothing to fear from it.
fn number_inward(number: &Number) -> Dynamic {
    if let Some(integer) = number.as_i64() {
        return Dynamic::from_int(integer);
    }
    // A decimal has 28 places: a number so small that it would lose digits is not rounded silently.
    match decimal_of(number).filter(|decimal| is_same(decimal, number)) {
        Some(decimal) => Dynamic::from_decimal(decimal),
        None => Dynamic::from(LongNumber(number.clone())),
    }
}

fn decimal_of(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// Whether a decimal, as JSON writes it, is read as this number.
fn is_same(decimal: &Decimal, number: &Number) -> bool {
    decimal.to_string().parse::<f64>().ok() == number.as_f64()
}

/// The answer of a script as JSON. `path` in a fault says which part can't be told.
pub(crate) fn from_dynamic(value: Dynamic) -> Result<Value, Fault> {
    outward(value, &mut Vec::new())
}

fn outward(value: Dynamic, path: &mut Vec<String>) -> Result<Value, Fault> {
    if path.len() > JSON_DEPTH_MAX {
        return Err(Fault::limit(Limit::JsonDepth));
    }
    // Captured variables are shared cells; the value inside is what counts.
    let value = value.flatten();
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Ok(flag.into());
    }
    if let Ok(integer) = value.as_int() {
        return Ok(integer.into());
    }
    if let Ok(decimal) = value.as_decimal() {
        return decimal_outward(decimal, path);
    }
    if let Ok(letter) = value.as_char() {
        return Ok(letter.to_string().into());
    }
    if value.is_array() {
        let items = value.cast::<Array>().into_iter().enumerate();
        return items.map(|(index, item)| step(index.to_string(), item, path)).collect();
    }
    if value.is_map() {
        let members = value.cast::<Map>().into_iter();
        let members = members.map(|(key, member)| Ok((key.to_string(), step(key.to_string(), member, path)?)));
        return Ok(Value::Object(members.collect::<Result<_, Fault>>()?));
    }
    if let Some(date) = value.read_lock::<Jalali>() {
        return Ok(date.to_string().into());
    }
    if let Some(at) = value.read_lock::<Moment>() {
        return Ok(at.iso().into());
    }
    if let Some(long) = value.read_lock::<LongNumber>() {
        return Ok(Value::Number(long.0.clone()));
    }
    let (en, fa) = crate::kind::told(value.type_name());
    match value.try_cast::<ImmutableString>() {
        Some(text) => Ok(Value::String(text.into_owned())),
        None => Err(answer(path, format!("{en} is no data"), format!("{fa} داده نیست"))),
    }
}

fn step(name: String, value: Dynamic, path: &mut Vec<String>) -> Result<Value, Fault> {
    path.push(name);
    let value = outward(value, path)?;
    path.pop();
    Ok(value)
}

/// A decimal without places (`2.5.round()`) is an integer in JSON. One with more digits than JSON's readers keep is refused: the
/// author says where to round.
fn decimal_outward(decimal: Decimal, path: &[String]) -> Result<Value, Fault> {
    if decimal.scale() == 0 {
        let integer = i64::try_from(decimal).map(Value::from).or_else(|_| u64::try_from(decimal).map(Value::from));
        if let Ok(integer) = integer {
            return Ok(integer);
        }
    }
    let number = decimal.to_string().parse().ok().and_then(Number::from_f64);
    let kept = number.filter(|number| decimal_of(number) == Some(decimal));
    kept.map(Value::Number).ok_or_else(|| {
        answer(
            path,
            format!("{decimal} has too many digits: round it first"),
            format!("{decimal} رقم‌های بسیار دارد: نخست آن را گرد کنید"),
        )
    })
}

fn answer(path: &[String], reason: String, reason_fa: String) -> Fault {
    let path = path.iter().map(|part| format!("/{part}")).collect();
    Fault::Answer { path, reason: reason.into(), reason_fa: reason_fa.into(), at: peygir_source::Span::default() }
}
