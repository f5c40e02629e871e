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

    /// Whether the number that is read from a text says all its digits. An integer of more than 64 bits does not, nor one
    /// with a point and more digits than are kept.
    pub fn is_kept(text: &str) -> bool {
        let ascii: String = text.trim().chars().map(ascii_digit).collect();
        match Self::parse(&ascii) {
            Some(Self::Integer(_)) | None => true,
            Some(Self::Float(float)) => {
                let is_integer = ascii.trim_start_matches('-').bytes().all(|digit| digit.is_ascii_digit());
                !is_integer && peygir_source::yaml::is_kept(&ascii, float)
            }
        }
    }

    /// As JSON writes it.
    pub fn to_value(self) -> Option<Value> {
        match self {
            Self::Integer(integer) => Some(integer.into()),
            Self::Float(float) => serde_json::Number::from_f64(float).map(Value::Number),
        }
    }

    /// As it is written in Persian: `۱٫۵`.
    pub fn to_persian(self) -> String {
        peygir_calendar::digits::to_persian_number(&self.to_string())
    }

    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => left.cmp(&right),
            (Self::Integer(left), Self::Float(right)) => integer_with(left, right),
            (Self::Float(left), Self::Integer(right)) => integer_with(right, left).reverse(),
            (Self::Float(_), Self::Float(_)) => self.float().total_cmp(&other.float()),
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

/// Exactly: an integer of 64 bits has more digits than a float, and must not be rounded to one.
fn integer_with(integer: i64, float: f64) -> Ordering {
    /// 2 to the 63rd, the first float past all integers.
    const PAST_ALL: f64 = 9_223_372_036_854_775_808.0;
    if float >= PAST_ALL {
        return Ordering::Less;
    }
    if float < -PAST_ALL {
        return Ordering::Greater;
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is within the range of integers, and has no fraction")]
    let whole = float.trunc() as i64;
    integer.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0)))
}

fn ascii_digit(c: char) -> char {
    let value = match c {
        '۰'..='۹' => u32::from(c) - u32::from('۰'),
        '٠'..='٩' => u32::from(c) - u32::from('٠'),
        _ => return c,
    };
    char::from_digit(value, 10).expect("each arm spans ten digits")
}
