//! Sorting lists. rhai's own takes every fault of the comparing function for an answer, its limits too, and knows no answer but
//! whole numbers: prices came back unsorted, and nobody was told.

use std::cmp::Ordering;

use peygir_calendar::Jalali;
use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};
use rust_decimal::Decimal;

use super::alike::{number, text};
use crate::{
    fuel, kind,
    library::{Answer, Moment, refused},
};

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("sort", |list: &mut Array| sort(list, natural));
    engine.register_fn("sort_desc", |list: &mut Array| sort(list, |one, other| natural(other, one)));
    engine.register_fn("order", |mut list: Array| sort(&mut list, natural).map(|()| list));
    engine
        .register_fn("order_desc", |mut list: Array| sort(&mut list, |one, other| natural(other, one)).map(|()| list));
    for name in ["sort", "sort_by"] {
        engine.register_fn(name, |context: NativeCallContext, list: &mut Array, by: FnPtr| {
            sort(list, |one, other| asked(&context, &by, one, other))
        });
        engine.register_fn(name, |context: NativeCallContext, list: &mut Array, by: &str| {
            let by = FnPtr::new(by)?;
            sort(list, |one, other| asked(&context, &by, one, other))
        });
    }
    for name in ["order", "order_by"] {
        engine.register_fn(name, |context: NativeCallContext, mut list: Array, by: FnPtr| {
            sort(&mut list, |one, other| asked(&context, &by, one, other)).map(|()| list)
        });
    }
}

/// Sorts by merging, so that equal items keep their order and an order without sense does no harm. On a fault the list stays as
/// it was.
fn sort(list: &mut Array, mut compare: impl FnMut(&Dynamic, &Dynamic) -> Answer<Ordering>) -> Answer<()> {
    let length = list.len();
    fuel::charge((length * length.checked_ilog2().unwrap_or(0) as usize) as u64)?;
    let mut places: Vec<usize> = (0..length).collect();
    let mut width = 1;
    while width < length {
        let mut merged = Vec::with_capacity(length);
        for run in places.chunks(2 * width) {
            let (mut left, mut right) = run.split_at(width.min(run.len()));
            while let (Some(one), Some(other)) = (left.first(), right.first()) {
                if compare(&list[*one], &list[*other])?.is_gt() {
                    merged.push(*other);
                    right = &right[1..];
                } else {
                    merged.push(*one);
                    left = &left[1..];
                }
            }
            merged.extend(left);
            merged.extend(right);
        }
        places = merged;
        width *= 2;
    }
    let mut items: Vec<Dynamic> = std::mem::take(list);
    *list = places.into_iter().map(|place| items[place].take()).collect();
    Ok(())
}

/// The order that values have by themselves.
fn natural(one: &Dynamic, other: &Dynamic) -> Answer<Ordering> {
    if let (Some(one), Some(other)) = (number(one), number(other)) {
        return Ok(one.cmp(&other));
    }
    if let (Some(one), Some(other)) = (text(one), text(other)) {
        fuel::charge_text(&one)?;
        return Ok(one.cmp(&other));
    }
    if let (Some(one), Some(other)) = (one.read_lock::<Jalali>(), other.read_lock::<Jalali>()) {
        return Ok(one.cmp(&other));
    }
    if let (Some(one), Some(other)) = (one.read_lock::<Moment>(), other.read_lock::<Moment>()) {
        return Ok(one.cmp(&other));
    }
    if let (Ok(one), Ok(other)) = (one.as_bool(), other.as_bool()) {
        return Ok(one.cmp(&other));
    }
    if one.is_unit() && other.is_unit() {
        return Ok(Ordering::Equal);
    }
    let ((one, one_fa), (other, other_fa)) = (kind::told(one.type_name()), kind::told(other.type_name()));
    refused(
        format!("a list with {one} and {other} has no order of its own: give a function, sort(|a, b| a.n - b.n)"),
        format!("فهرستی با {one_fa} و {other_fa} از خود ترتیبی ندارد: تابعی بدهید، ‎sort(|a, b| a.n - b.n)"),
    )
}

/// What a comparing function says: a number below, above or equal to zero, or whether the first stands before the second. Asked
/// by `<`, equal items are told from those that stand behind by asking the other way round.
fn asked(context: &NativeCallContext, by: &FnPtr, one: &Dynamic, other: &Dynamic) -> Answer<Ordering> {
    fuel::charge_callback()?;
    let is_before = match answer(by.call_raw(context, None, [one.clone(), other.clone()])?)? {
        Said::Order(order) => return Ok(order),
        Said::Before(is_before) => is_before,
    };
    if is_before {
        return Ok(Ordering::Less);
    }
    fuel::charge_callback()?;
    Ok(match answer(by.call_raw(context, None, [other.clone(), one.clone()])?)? {
        Said::Before(true) => Ordering::Greater,
        Said::Before(false) => Ordering::Equal,
        Said::Order(order) => order.reverse(),
    })
}

enum Said {
    Order(Ordering),
    Before(bool),
}

fn answer(said: Dynamic) -> Answer<Said> {
    if let Ok(is_before) = said.as_bool() {
        return Ok(Said::Before(is_before));
    }
    if let Some(number) = number(&said) {
        return Ok(Said::Order(number.cmp(&Decimal::ZERO)));
    }
    let (en, fa) = kind::told(said.type_name());
    refused(
        format!(
            "the function given to sort must answer a number (below zero: the first stands before), or true or false, not {en}"
        ),
        format!("تابعی که به sort داده شده باید عدد (منفی: اولی پیش‌تر است) یا درست و نادرست بازگرداند، نه {fa}"),
    )
}
