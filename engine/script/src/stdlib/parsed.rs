//! Numbers out of texts. rhai's own know the digits 0 to 9 alone, and tell of others in English.

use rhai::{Engine, INT};
use rust_decimal::Decimal;

use crate::library::{Answer, refused};

/// Between thousands, as people and `fa_number` write them.
const THOUSANDS: char = '٬';
/// Before a fraction.
const POINT: char = '٫';
/// Most characters of a text that is quoted as it is.
const QUOTED_CHARS_MAX: usize = 40;

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("parse_int", |text: &str| whole(text, 10));
    engine.register_fn("parse_int", whole);
    for name in ["parse_decimal", "parse_float"] {
        engine.register_fn(name, decimal);
    }
}

/// The digits of any script, without what parts thousands.
fn plain(text: &str) -> String {
    let digits = peygir_text::ascii_digits(text.trim());
    digits
        .chars()
        .filter(|letter| *letter != THOUSANDS)
        .map(|letter| if letter == POINT { '.' } else { letter })
        .collect()
}

fn whole(text: &str, radix: INT) -> Answer<INT> {
    let Some(base) = u32::try_from(radix).ok().filter(|base| (2..=36).contains(base)) else {
        return refused(
            format!("numbers are written with 2 to 36 digits, not {radix}"),
            format!("پایهٔ عدد از ۲ تا ۳۶ است، نه {radix}"),
        );
    };
    INT::from_str_radix(&plain(text), base).or_else(|_| {
        let shown = shown(text);
        refused(format!("\"{shown}\" is no whole number"), format!("«{shown}» عدد صحیح نیست"))
    })
}

fn decimal(text: &str) -> Answer<Decimal> {
    let plain = plain(text);
    plain.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&plain)).or_else(|_| {
        let shown = shown(text);
        refused(format!("\"{shown}\" is no number"), format!("«{shown}» عدد نیست"))
    })
}

fn shown(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
