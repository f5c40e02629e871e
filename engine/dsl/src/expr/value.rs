//! Between JSON and the values of the jq library, within the budget.

use std::cell::Cell;

use jaq_json::{Num, Val};
use serde_json::{Map, Number, Value};

use super::{BYTES_OF_UNIT, INTEGER_BITS_MAX, VALUE_DEPTH_MAX, native::OUT_OF_FUEL};

/// Floats beyond this are no longer exact integers.
const EXACT_INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

pub(super) fn from_json(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(flag) => Val::Bool(*flag),
        Value::Number(number) => Val::Num(from_number(number)),
        Value::String(text) => Val::utf8_str(text.clone().into_bytes()),
        Value::Array(items) => items.iter().map(from_json).collect(),
        Value::Object(members) => {
            Val::obj(members.iter().map(|(key, value)| (Val::from(key.clone()), from_json(value))).collect())
        }
    }
}

fn from_number(number: &Number) -> Num {
    if let Some(integer) = number.as_i64() {
        Num::from_integral(integer)
    } else if let Some(integer) = number.as_u64() {
        Num::from_integral(integer)
    } else {
        Num::Float(number.as_f64().unwrap_or(f64::NAN))
    }
}

/// The value as JSON. Floats without a fraction become integers, as jq prints them; what JSON cannot say (a key that
/// is no string, not-a-number) follows jq: keys are an error, not-a-number is null, infinity the largest float.
pub(super) fn to_json(value: &Val, fuel: &Cell<u64>) -> Result<Value, String> {
    charge(value, fuel)?;
    convert(value)
}

fn convert(value: &Val) -> Result<Value, String> {
    Ok(match value {
        Val::Null => Value::Null,
        Val::Bool(flag) => Value::Bool(*flag),
        Val::Num(number) => to_number(number),
        Val::TStr(bytes) | Val::BStr(bytes) => Value::String(String::from_utf8_lossy(bytes).into_owned()),
        Val::Arr(items) => Value::Array(items.iter().map(convert).collect::<Result<_, _>>()?),
        Val::Obj(members) => {
            let mut object = Map::new();
            for (key, value) in members.iter() {
                let (Val::TStr(key) | Val::BStr(key)) = key else {
                    return Err("a key of an object must be a string".to_owned());
                };
                object.insert(String::from_utf8_lossy(key).into_owned(), convert(value)?);
            }
            Value::Object(object)
        }
    })
}

/// The number as it is written in JSON.
pub(super) fn number_text(number: &Num) -> String {
    to_number(number).to_string()
}

fn to_number(number: &Num) -> Value {
    match number {
        Num::Int(integer) => Value::from(*integer as i64),
        Num::BigInt(integer) => {
            let text = integer.to_string();
            text.parse::<u64>().map_or_else(|_| float(text.parse().unwrap_or(f64::NAN)), Value::from)
        }
        Num::Float(number) => float(*number),
        Num::Dec(text) => float(text.parse().unwrap_or(f64::NAN)),
    }
}

fn float(number: f64) -> Value {
    if number.is_nan() {
        Value::Null
    } else if number.fract() == 0.0 && number.abs() <= EXACT_INTEGER_MAX {
        Value::from(number as i64)
    } else {
        let finite = number.clamp(f64::MIN, f64::MAX);
        Number::from_f64(finite).map_or(Value::Null, Value::Number)
    }
}

/// Takes `cost` from the tank. At 0 the evaluation has failed, whoever catches the error.
pub(super) fn spend(fuel: &Cell<u64>, cost: u64) -> Result<(), String> {
    let left = fuel.get().saturating_sub(cost);
    fuel.set(left);
    if left == 0 { Err(OUT_OF_FUEL.to_owned()) } else { Ok(()) }
}

/// Pays for walking the whole value: shared parts are paid each time they occur, since writing it out repeats them.
pub(super) fn charge(value: &Val, fuel: &Cell<u64>) -> Result<(), String> {
    charge_below(value, fuel, 0)
}
/// Pays for walking a string or a list, and not what the list holds.
pub(super) fn charge_length(value: &Val, fuel: &Cell<u64>) -> Result<(), String> {
    let units = match value {
        Val::TStr(bytes) | Val::BStr(bytes) => bytes.len() / BYTES_OF_UNIT,
        Val::Arr(items) => items.len() / BYTES_OF_UNIT,
        _ => 0,
    };
    spend(fuel, 1 + units as u64)
}

/// Pays for walking the whole value; what was paid.
pub(super) fn weigh(value: &Val, fuel: &Cell<u64>) -> Result<u64, String> {
    let before = fuel.get();
    charge(value, fuel)?;
    Ok(before - fuel.get())
}

/// The same for a value that is to stand `depth` levels deep in another.
pub(super) fn charge_below(value: &Val, fuel: &Cell<u64>, depth: usize) -> Result<(), String> {
    if depth > VALUE_DEPTH_MAX {
        return Err(format!("the value is nested deeper than {VALUE_DEPTH_MAX} levels"));
    }
    let bytes = match value {
        Val::TStr(bytes) | Val::BStr(bytes) => bytes.len(),
        _ => 0,
    };
    spend(fuel, 1 + (bytes / BYTES_OF_UNIT) as u64)?;
    match value {
        Val::Num(Num::BigInt(integer)) if integer.bits() > INTEGER_BITS_MAX => {
            Err(format!("the integer has more than {INTEGER_BITS_MAX} bits"))
        }
        Val::Arr(items) => items.iter().try_for_each(|item| charge_below(item, fuel, depth + 1)),
        Val::Obj(members) => members.iter().try_for_each(|(key, value)| {
            charge_below(key, fuel, depth + 1)?;
            charge_below(value, fuel, depth + 1)
        }),
        _ => Ok(()),
    }
}
