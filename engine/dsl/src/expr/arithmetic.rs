//! The operators that make values larger or compare many of them, each paying for what it does.

use std::cell::Cell;
use std::sync::Arc;

use jaq_json::{Num, Val};

use super::path::float;
use super::value::{charge, spend, weigh};
use super::{BYTES_OF_UNIT, STRING_BYTES_MAX};

/// Items that are copied or compared for one unit.
const ITEMS_OF_UNIT: usize = 8;

/// Addition. The sum is as large as both together: what was on the left has been paid for when it was made, so that a
/// list can be built item by item.
pub(super) fn plus(left: Val, right: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    spend(fuel, copy_cost(&left))?;
    charge(&right, fuel)?;
    let sum = (left + right).map_err(|error| message(error.into_val()))?;
    if let Val::Num(_) = sum {
        charge(&sum, fuel)?;
    }
    Ok(sum)
}

/// What nobody else holds is extended in place.
fn copy_cost(value: &Val) -> u64 {
    let units = match value {
        Val::TStr(bytes) | Val::BStr(bytes) => bytes.len() / BYTES_OF_UNIT,
        Val::Arr(items) if Arc::strong_count(items) > 1 => items.len() / ITEMS_OF_UNIT,
        Val::Obj(members) if Arc::strong_count(members) > 1 => members.len() / ITEMS_OF_UNIT,
        _ => 0,
    };
    units as u64
}

/// Subtraction. Of lists, every item is compared with every item.
pub(super) fn minus(left: Val, right: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    if let (Val::Arr(items), Val::Arr(_)) = (&left, &right) {
        let compared = weigh(&right, fuel)?.saturating_mul(items.len() as u64);
        spend(fuel, compared / ITEMS_OF_UNIT as u64)?;
    }
    let difference = (left - right).map_err(|error| message(error.into_val()))?;
    charge(&difference, fuel)?;
    Ok(difference)
}

/// What it costs to look for one value everywhere in another.
pub(super) fn pay_comparison(value: &Val, other: &Val, fuel: &Cell<u64>) -> Result<(), String> {
    let compared = weigh(value, fuel)?.saturating_mul(weigh(other, fuel)?);
    spend(fuel, compared / ITEMS_OF_UNIT as u64)
}

/// Multiplication, with the length of a repeated string checked before it is made.
pub(super) fn times(left: Val, right: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    let product = match (left, right) {
        (Val::TStr(text), Val::Num(count)) | (Val::Num(count), Val::TStr(text)) => repeat(&text, &count)?,
        (left, right) => (left * right).map_err(|error| message(error.into_val()))?,
    };
    charge(&product, fuel)?;
    Ok(product)
}

/// Nothing where the count is below zero or no number, as in jq 1.8.
fn repeat(text: &[u8], count: &Num) -> Result<Val, String> {
    let count = float(count);
    if count.is_nan() || count < 0.0 {
        return Ok(Val::Null);
    }
    let count = count as usize;
    if text.len().saturating_mul(count) > STRING_BYTES_MAX {
        return Err(format!("the repeated string is longer than {STRING_BYTES_MAX} bytes"));
    }
    Ok(Val::utf8_str(text.repeat(count)))
}

/// Division; a number by zero is an error, as in jq.
pub(super) fn over(left: Val, right: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    if let (Val::Num(_), Val::Num(divisor)) = (&left, &right)
        && float(divisor) == 0.0
    {
        return Err(format!("cannot calculate {left} / {right}"));
    }
    charge(&left, fuel)?;
    let quotient = (left / right).map_err(|error| message(error.into_val()))?;
    charge(&quotient, fuel)?;
    Ok(quotient)
}

/// The remainder of the whole parts, with the sign of the left one, as in jq.
pub(super) fn remainder(left: Val, right: Val, fuel: &Cell<u64>) -> Result<Val, String> {
    spend(fuel, 1)?;
    match (&left, &right) {
        (Val::Num(Num::Int(dividend)), Val::Num(Num::Int(divisor))) if *divisor != 0 => {
            Ok(Val::from(dividend.checked_rem(*divisor).unwrap_or(0)))
        }
        (Val::Num(dividend), Val::Num(divisor)) => {
            let (dividend, divisor) = (float(dividend), float(divisor));
            if dividend.is_nan() || divisor.is_nan() {
                return Ok(Val::from(f64::NAN));
            }
            let rest = (dividend as i64).checked_rem(divisor as i64);
            let is_zero = divisor as i64 == 0;
            if is_zero {
                Err(format!("cannot calculate {left} % {right}"))
            } else {
                Ok(Val::from(rest.unwrap_or(0) as isize))
            }
        }
        _ => (left % right).map_err(|error| message(error.into_val())),
    }
}

pub(super) fn message(error: Val) -> String {
    match error {
        Val::TStr(bytes) | Val::BStr(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.to_string(),
    }
}
