//! Digits of the three scripts that Iranian users type: ASCII, Persian (U+06F0) and Arabic (U+0660).

/// Every ASCII digit becomes the Persian one; everything else stays.
pub fn to_persian(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0'..='9' => char::from_u32('۰' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
            _ => c,
        })
        .collect()
}

/// A number in ASCII, such as `-1.5`, as it is written in Persian: its digits, and `٫` before its places.
pub fn to_persian_number(number: &str) -> String {
    to_persian(&number.replace('.', "٫"))
}

/// Every Persian or Arabic digit becomes the ASCII one; everything else stays.
pub fn to_ascii(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '۰'..='۹' => char::from_u32('0' as u32 + (c as u32 - '۰' as u32)).unwrap_or(c),
            '٠'..='٩' => char::from_u32('0' as u32 + (c as u32 - '٠' as u32)).unwrap_or(c),
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_own_mark_before_its_places() {
        assert_eq!((to_persian_number("-1.5"), to_persian_number("120")), ("-۱٫۵".to_owned(), "۱۲۰".to_owned()));
    }

    #[test]
    fn digits_go_both_ways() {
        assert_eq!(to_persian("1405/8/30 a"), "۱۴۰۵/۸/۳۰ a");
        assert_eq!(to_ascii("۱۲۳٤٥6"), "123456");
        assert_eq!(to_ascii(&to_persian("0123456789")), "0123456789");
    }
}
