//! Whether values are equal where they lie in lists and maps: there, values of different kinds are simply different ones.
//!
//! rhai compares the items of a list by calling `==` for each, with a copy of what is sought; one long text sought in a long
//! list took seconds.

use peygir_calendar::Jalali;
use rhai::{Array, Dynamic, Engine, FnPtr, INT, Map, NativeCallContext};
use rust_decimal::Decimal;

use crate::{
    fuel, kind,
    library::{Answer, LongNumber, Moment, date_of, moment_of, refused},
};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("==", |one: &mut Array, other: Array| lists(one, &other));
    engine.register_fn("!=", |one: &mut Array, other: Array| lists(one, &other).map(|same| !same));
    engine.register_fn("==", |one: &mut Map, other: Map| maps(one, &other));
    engine.register_fn("!=", |one: &mut Map, other: Map| maps(one, &other).map(|same| !same));
    engine.register_fn("contains", |list: &mut Array, value: Dynamic| place(list, &value, 0).map(|at| at.is_some()));
    engine.register_fn("index_of", |list: &mut Array, value: Dynamic| index(list, &value, 0));
    engine.register_fn("index_of", |list: &mut Array, value: Dynamic, start: INT| index(list, &value, start));
    engine.register_fn("dedup", |list: &mut Array| dedup(list, are));
    engine.register_fn("dedup", |context: NativeCallContext, list: &mut Array, same: FnPtr| {
        dedup(list, |one, other| {
            fuel::charge_callback()?;
            let answer = same.call_raw(&context, None, [one.clone(), other.clone()])?;
            answer.as_bool().or_else(|found| {
                let (en, fa) = kind::told(found);
                refused(
                    format!("the function given to dedup must answer true or false, not {en}"),
                    format!("تابعی که به dedup داده شده باید درست یا نادرست بازگرداند، نه {fa}"),
                )
            })
        })
    });
}

/// Whether two values are equal.
pub(super) fn are(one: &Dynamic, other: &Dynamic) -> Answer<bool> {
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Ok(one == other);
    }
    if let (Some(one), Some(other)) = (text(one), text(other)) {
        return Ok(one == other);
    }
    if let (Ok(one), Ok(other)) = (one.as_array_ref(), other.as_array_ref()) {
        return lists(&one, &other);
    }
    if let (Ok(one), Ok(other)) = (one.as_map_ref(), other.as_map_ref()) {
        return maps(&one, &other);
    }
    if one.is::<Moment>() || other.is::<Moment>() {
        return Ok(is_time(one) && is_time(other) && same(moment_of(one), moment_of(other)));
    }
    if one.is::<Jalali>() || other.is::<Jalali>() {
        return Ok(is_time(one) && is_time(other) && same(date_of(one), date_of(other)));
    }
    if one.type_id() != other.type_id() {
        return Ok(false);
    }
    if let (Ok(one), Ok(other)) = (one.as_bool(), other.as_bool()) {
        return Ok(one == other);
    }
    if let (Some(one), Some(other)) = (one.read_lock::<LongNumber>(), other.read_lock::<LongNumber>()) {
        return Ok(*one == *other);
    }
    if one.is_unit() {
        return Ok(true);
    }
    let (en, fa) = kind::told(one.type_name());
    refused(format!("{en} in a list or map can't be compared"), format!("{fa} در فهرست یا نگاشت سنجیدنی نیست"))
}

/// A moment, a date, or a text that may name one.
fn is_time(value: &Dynamic) -> bool {
    value.is::<Moment>() || value.is::<Jalali>() || value.is_string()
}

/// A text that names no moment is not equal to any.
fn same<T: PartialEq>(one: Answer<T>, other: Answer<T>) -> bool {
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

pub(super) fn number(value: &Dynamic) -> Option<Decimal> {
    value.as_int().map(Decimal::from).or_else(|_| value.as_decimal()).ok()
}

pub(super) fn text(value: &Dynamic) -> Option<String> {
    let letter = || value.as_char().ok().map(String::from);
    value.as_immutable_string_ref().ok().map(|text| text.to_string()).or_else(letter)
}

fn lists(one: &[Dynamic], other: &[Dynamic]) -> Answer<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter().zip(other) {
        if !are(one, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn maps(one: &Map, other: &Map) -> Answer<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for ((key, value), (other_key, other_value)) in one.iter().zip(other) {
        if key != other_key || !are(value, other_value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where a value stands in a list, from `start` on.
fn place(list: &[Dynamic], value: &Dynamic, start: usize) -> Answer<Option<usize>> {
    for (at, item) in list.iter().enumerate().skip(start) {
        if are(item, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// As rhai has it: a start below zero counts from the end, and -1 says that it is not there.
fn index(list: &[Dynamic], value: &Dynamic, start: INT) -> Answer<INT> {
    let begin = if start < 0 { list.len() as INT + start.max(-(list.len() as INT)) } else { start };
    let found = place(list, value, usize::try_from(begin).unwrap_or(usize::MAX))?;
    Ok(found.and_then(|at| INT::try_from(at).ok()).unwrap_or(-1))
}

/// Leaves out items that are like the one before them.
fn dedup(list: &mut Array, mut same: impl FnMut(&Dynamic, &Dynamic) -> Answer<bool>) -> Answer<()> {
    let mut kept: Array = Array::with_capacity(list.len());
    for item in list.iter() {
        let is_again = match kept.last() {
            Some(last) => same(last, item)?,
            None => false,
        };
        if !is_again {
            kept.push(item.clone());
        }
    }
    *list = kept;
    Ok(())
}
