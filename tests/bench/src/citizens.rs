//! Invented citizens and what they write. Numbers are of ranges that nobody has.

use serde_json::{Value, json};

const MATTERS: [&str; 4] = [
    "در بانک ملی کارمند باجه نیست و جانشین ندارد",
    "سامانهٔ نوبت‌دهی از صبح قطع است و کسی پاسخ نمی‌دهد",
    "تلفن ادارهٔ ثبت اسناد را هیچ‌کس برنمی‌دارد",
    "برای تمدید پروانه هر بار مدرک دیگری می‌خواهند",
];

/// The national ID that begins with these nine digits.
pub fn national_id(nine: u64) -> String {
    let digits = format!("{nine:09}");
    let sum: u64 = digits.bytes().zip((2..=10).rev()).map(|(digit, weight)| u64::from(digit - b'0') * weight).sum();
    let check = match sum % 11 {
        rest @ 0..=1 => rest,
        rest => 11 - rest,
    };
    format!("{digits}{check}")
}

/// What the nth citizen writes.
pub fn matter(number: u64) -> String {
    format!("{}؛ نوبت {number}", MATTERS[(number % MATTERS.len() as u64) as usize])
}

/// A complaint of the nth citizen, as the API takes it.
pub fn complaint(number: u64) -> Value {
    json!({
        "channel": "phone",
        "from": {
            // No serial number is zero.
            "nationalId": national_id(900_000_001 + number % 99_000_000),
            "mobile": format!("09990{:06}", number % 1_000_000),
            "name": "شهروند نمونه",
        },
        "text": matter(number),
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
