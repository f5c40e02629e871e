//! The numbers that stand for all numbers of an input: each limit that a cell names, and its neighbours on both sides.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{cell::Cell, model::Input, number::Number, value_type::ValueType};

/// Values such that any other value of the input answers all cells as one of these does. Short ones come first, since
/// they are read by people.
pub(super) fn candidates(input: &Input, leaves: &[Cell]) -> Vec<Value> {
    let mut limits = vec![Number::Integer(0), Number::Integer(1)];
    limits.extend([&input.min, &input.max].into_iter().filter_map(|bound| Number::of(bound.as_ref()?)));
    for leaf in leaves {
        match leaf {
            Cell::Compare(_, limit) => limits.push(*limit),
            Cell::Between(low, high) => limits.extend([*low, *high]),
            _ => {}
        }
    }
    let mut values: Vec<Value> = Vec::new();
    for limit in &limits {
        values.extend(integers(*limit));
        if input.value_type == ValueType::Number {
            values.extend(floats(*limit));
        }
    }
    values.retain(|value| input.value_type.holds(value) && input.domain().passed(value).is_none());
    values.sort_by_key(|value| {
        let written = value.to_string();
        (written.trim_start_matches('-').len(), written.starts_with('-'), written)
    });
    // What lies between the same limits answers all cells alike: of each place the one that reads best is kept.
    limits.sort_by(|left, right| left.compare(*right));
    let mut seen = BTreeSet::new();
    values.retain(|value| {
        let Some(number) = Number::of(value) else { return true };
        let behind = limits.partition_point(|limit| limit.compare(number).is_lt());
        let reached = limits.partition_point(|limit| limit.compare(number).is_le());
        seen.insert((behind, reached))
    });
    values
}

/// The integers around the places where comparing with the limit turns: comparing is monotone, so no other integer
/// can answer differently from all of them.
fn integers(limit: Number) -> Vec<Value> {
    let reaches = first_integer(|integer| Number::Integer(integer).compare(limit).is_ge());
    let passes = first_integer(|integer| Number::Integer(integer).compare(limit).is_gt());
    let near = [reaches, passes].into_iter().flatten();
    let mut found: Vec<i64> = near.flat_map(|at| [at, at.saturating_sub(1), at.saturating_add(1)]).collect();
    if reaches.is_none() || passes.is_none() {
        found.push(i64::MAX);
    }
    found.into_iter().map(Value::from).collect()
}

/// The smallest integer for which the monotone test holds.
fn first_integer(test: impl Fn(i64) -> bool) -> Option<i64> {
    if !test(i64::MAX) {
        return None;
    }
    let (mut fails, mut holds) = (i128::from(i64::MIN) - 1, i128::from(i64::MAX));
    while holds - fails > 1 {
        let middle = i64::try_from((fails + holds).div_euclid(2)).expect("the middle lies within the integers");
        if test(middle) {
            holds = i128::from(middle);
        } else {
            fails = i128::from(middle);
        }
    }
    i64::try_from(holds).ok()
}

fn floats(limit: Number) -> Vec<Value> {
    let at = match limit {
        Number::Float(float) => float,
        #[expect(clippy::cast_precision_loss, reason = "a float is compared with an integer in just this way")]
        Number::Integer(integer) => integer as f64,
    };
    // The neighbours decide; the rounder numbers only read better.
    let found = [at, at.next_up(), at.next_down(), at + 0.5, at - 0.5, at + 0.1, at - 0.1, at + 0.01, at - 0.01];
    found.into_iter().filter_map(|float| serde_json::Number::from_f64(float).map(Value::Number)).collect()
}
