//! Values of the server's answers as texts in a line.

use serde_json::Value;

/// A text as it is; `-` where there is none.
pub fn of(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}
