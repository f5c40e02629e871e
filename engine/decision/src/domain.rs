//! The values that a column may have: least, greatest, and the only ones.

use std::fmt;

use serde_json::Value;

use crate::{
    model::{Input, Output},
    number::Number,
};

/// Most values that a sentence names.
const NAMED_MAX: usize = 12;

/// The limits of one column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Domain<'a> {
    pub min: Option<&'a Value>,
    pub max: Option<&'a Value>,
    pub values: &'a [Value],
}

/// A limit that a value passed.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    AtLeast(Number),
    AtMost(Number),
    OneOf(Vec<Value>),
}

impl Domain<'_> {
    /// The limit that a value of the right type passes. Of a list, every member must be within.
    pub fn passed(&self, value: &Value) -> Option<Limit> {
        if let Value::Array(items) = value {
            return items.iter().find_map(|item| self.passed(item));
        }
        if let Some(number) = Number::of(value) {
            let bound = |bound: Option<&Value>| bound.and_then(Number::of);
            if let Some(min) = bound(self.min).filter(|min| number.compare(*min).is_lt()) {
                return Some(Limit::AtLeast(min));
            }
            if let Some(max) = bound(self.max).filter(|max| number.compare(*max).is_gt()) {
                return Some(Limit::AtMost(max));
            }
        }
        let known = self.values.is_empty()
            || match value {
                Value::String(text) => {
                    self.values.iter().any(|known| known.as_str().is_some_and(|known| known == text))
                }
                value => self.values.iter().any(|known| same(known, value)),
            };
        (!known).then(|| Limit::OneOf(self.values.to_vec()))
    }
}

impl Input {
    pub(crate) fn domain(&self) -> Domain<'_> {
        Domain { min: self.min.as_ref(), max: self.max.as_ref(), values: &self.values }
    }
}

impl Output {
    pub(crate) fn domain(&self) -> Domain<'_> {
        Domain { min: self.min.as_ref(), max: self.max.as_ref(), values: &self.values }
    }
}

/// 1 and 1.0 are one number.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => {
            let (left, right) = (Number::of(left), Number::of(right));
            left.zip(right).is_some_and(|(left, right)| left.compare(right).is_eq())
        }
        _ => left == right,
    }
}

impl Limit {
    /// The same in Persian.
    pub fn to_persian(&self) -> String {
        match self {
            Self::AtLeast(min) => format!("دست‌کم {}", min.to_persian()),
            Self::AtMost(max) => format!("حداکثر {}", max.to_persian()),
            Self::OneOf(values) => format!("یکی از {}", named(values, "، ", Number::to_persian)),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(min) => write!(f, "at least {min}"),
            Self::AtMost(max) => write!(f, "at most {max}"),
            Self::OneOf(values) => write!(f, "one of {}", named(values, ", ", |number| number.to_string())),
        }
    }
}

fn named(values: &[Value], between: &str, number: impl Fn(Number) -> String) -> String {
    let shown = |value: &Value| match value {
        Value::String(text) => text.clone(),
        value => Number::of(value).map_or_else(|| value.to_string(), &number),
    };
    let mut names: Vec<String> = values.iter().take(NAMED_MAX).map(shown).collect();
    if values.len() > NAMED_MAX {
        names.push("…".to_owned());
    }
    names.join(between)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_limit_is_told_with_the_numbers_of_its_language() {
        let number = |value: Value| Number::of(&value).unwrap();
        for (limit, en, fa) in [
            (Limit::AtMost(number(json!(1.5))), "at most 1.5", "حداکثر ۱٫۵"),
            (Limit::AtLeast(number(json!(-0.25))), "at least -0.25", "دست‌کم -۰٫۲۵"),
            (Limit::AtMost(number(json!(15))), "at most 15", "حداکثر ۱۵"),
            (
                Limit::OneOf(vec![json!(2.5), json!("a.1"), json!(true)]),
                "one of 2.5, a.1, true",
                "یکی از ۲٫۵، a.1، true",
            ),
        ] {
            assert_eq!((limit.to_string().as_str(), limit.to_persian().as_str()), (en, fa));
        }
    }
}
