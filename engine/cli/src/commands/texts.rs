//! Values of the server's answers as texts in a line.

use serde_json::Value;

/// A text as it is; `-` where there is none.
pub fn of(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// A text on one line, whatever stands in it: nobody forges a line of a listing, or turns its direction.
pub fn on_line(text: &str) -> String {
    let shown = |one: char| match one.is_control() || peygir_runtime::pack::is_steering(one) {
        true => one.escape_unicode().collect::<String>(),
        false => one.to_string(),
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::on_line;

    #[test]
    fn a_text_stays_on_its_line() {
        assert_eq!(on_line("می‌شود"), "می‌شود");
        assert_eq!(on_line("a\nb\u{202e}c\u{1b}"), "a\\u{a}b\\u{202e}c\\u{1b}");
    }
}
