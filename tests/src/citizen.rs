//! Invented citizens and what they write. Numbers are of ranges that nobody has.

use serde_json::{Value, json};

/// The national ID that begins with these nine digits.
pub fn national_id(nine: u32) -> String {
    let digits = format!("{nine:09}");
    let sum: u32 = digits.bytes().zip((2..=10).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = match sum % 11 {
        rest @ 0..=1 => rest,
        rest => 11 - rest,
    };
    format!("{digits}{check}")
}

/// The `number`th citizen's mobile, as it is written in the country.
pub fn mobile(number: u32) -> String {
    format!("09990{number:06}")
}

/// A message that the tables route without an operator, told by the `number`th citizen.
pub fn message(number: u32, matter: &str) -> Value {
    json!({
        "channel": "phone",
        // No serial number is zero.
        "from": { "nationalId": national_id(999_000_001 + number), "mobile": mobile(number), "name": "شهروند نمونه" },
        "text": format!("در بانک ملی کارمند باجه نیست و جانشین ندارد؛ {matter}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_ids_have_their_check_digit() {
        assert_eq!(national_id(999_000_001), "9990000018");
        assert_eq!(national_id(12_345_678), "0123456789");
    }
}
