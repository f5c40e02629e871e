//! Numbers of cells: compared exactly while both are integers.

use std::{cmp::Ordering, fmt};

use serde_json::Value;

/// A finite number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    pub fn of(value: &Value) -> Option<Self> {
        match value.as_i64() {
            Some(integer) => Some(Self::Integer(integer)),
            None => value.as_f64().filter(|float| float.is_finite()).map(Self::Float),
        }
    }

    /// Reads a number as people write it; Persian and Arabic digits count as digits.
    pub fn parse(text: &str) -> Option<Self> {
        let ascii: String = text.trim().chars().map(ascii_digit).collect();
        if !ascii.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return None;
        }
        match ascii.parse() {
            Ok(integer) => Some(Self::Integer(integer)),
            Err(_) => ascii.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float),
        }
    }

    /// As JSON writes it.
    pub fn to_value(self) -> Option<Value> {
        match self {
            Self::Integer(integer) => Some(integer.into()),
            Self::Float(float) => serde_json::Number::from_f64(float).map(Value::Number),
        }
    }

    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => left.cmp(&right),
            _ => self.float().total_cmp(&other.float()),
        }
    }

    fn float(self) -> f64 {
        match self {
            // -0.0 and 0.0 are one number to an author.
            Self::Float(float) => float + 0.0,
            #[expect(clippy::cast_precision_loss, reason = "only compared with a float, which has no more precision")]
            Self::Integer(integer) => integer as f64,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Float(float) => write!(f, "{float}"),
        }
    }
}

fn ascii_digit(c: char) -> char {
    let value = match c {
        '۰'..='۹' => u32::from(c) - u32::from('۰'),
        '٠'..='٩' => u32::from(c) - u32::from('٠'),
        _ => return c,
    };
    char::from_digit(value, 10).expect("each arm spans ten digits")
}
