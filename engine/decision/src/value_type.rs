//! The types of inputs and outputs.

use std::fmt;

use serde_json::Value;

/// The type of a column. Numbers are not texts and texts are not numbers: a telephone number is a `string`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A name or code, compared letter by letter.
    String,
    /// What people write, compared by its search key. Inputs only.
    Text,
    Integer,
    Number,
    Boolean,
    /// A list of strings; a cell asks for its members. Inputs only.
    List,
}

impl ValueType {
    pub const ALL: [Self; 6] = [Self::String, Self::Text, Self::Integer, Self::Number, Self::Boolean, Self::List];

    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
        }
    }

    /// What it is called in Persian.
    pub(crate) fn name_fa(self) -> &'static str {
        match self {
            Self::String => "یک نام یا کد",
            Self::Text => "متن",
            Self::Integer => "عدد صحیح",
            Self::Number => "عدد",
            Self::Boolean => "true یا false",
            Self::List => "فهرستی از متن‌ها",
        }
    }

    pub(crate) fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    /// Whether the value is of this type. Null is of none.
    pub fn holds(self, value: &Value) -> bool {
        match self {
            Self::String | Self::Text => value.is_string(),
            Self::Integer => value.is_i64(),
            Self::Number => value.is_i64() || value.is_f64(),
            Self::Boolean => value.is_boolean(),
            Self::List => value.as_array().is_some_and(|items| items.iter().all(Value::is_string)),
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
