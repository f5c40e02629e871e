//! Numbers for people to read.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Answer, Forms, Function, Group, refused};

pub(super) const GROUP: Group = Group {
    en: "Numbers",
    fa: "عددها",
    about_en: "Whole numbers are integers; a number with a fraction is a decimal, so that 0.1 + 0.2 is 0.3. Two integers divide to an integer (7 / 2 is 3); write 7 / 2.0 for 3.5. Round before you return: `x.round()` gives an integer, `x.round(2)` two places; of halves see round_half_up.",
    about_fa: "عددهای بی‌کسر صحیح‌اند و عدد کسری ده‌دهی است، پس 0.1 + 0.2 همان 0.3 است. تقسیم دو عدد صحیح عدد صحیح می‌دهد (7 / 2 می‌شود 3)؛ برای 3.5 بنویسید 7 / 2.0. پیش از بازگرداندن گرد کنید: `x.round()` عدد صحیح و `x.round(2)` دو رقم اعشار می‌دهد؛ دربارهٔ نیمه‌ها round_half_up را ببینید.",
    functions: &[FA_NUMBER, ROUND_HALF_UP],
};

const FA_NUMBER: Function = Function {
    name: "fa_number",
    signatures: &["fa_number(number: int) -> String", "fa_number(number: decimal) -> String"],
    en: "The number in Persian digits with a separator for thousands, as sums of money are written.",
    fa: "عدد با رقم‌های فارسی و جداکنندهٔ هزارگان، آن‌گونه که مبلغ نوشته می‌شود.",
    examples: &[("fa_number(1250000)", "\"۱٬۲۵۰٬۰۰۰\""), ("fa_number(-1234.5)", "\"-۱٬۲۳۴٫۵\"")],
    code: |forms: &mut Forms| {
        forms.add(|number: i64| grouped(&number.to_string()));
        forms.add(|number: Decimal| grouped(&number.to_string()));
    },
};

const ROUND_HALF_UP: Function = Function {
    name: "round_half_up",
    signatures: &[
        "round_half_up(number: decimal) -> decimal",
        "round_half_up(number: int) -> int",
        "round_half_up(number: decimal, places: int) -> decimal",
        "round_half_up(number: int, places: int) -> int",
    ],
    en: "The number rounded as money is: a half goes away from zero, 2.5 to 3 and -2.5 to -3. Places below zero round to tens, hundreds and thousands. `round` takes a half to the even neighbour: 2.5 to 2 and 3.5 to 4.",
    fa: "عدد گردشده آن‌گونه که پول گرد می‌شود: نیمه از صفر دور می‌شود، 2.5 به 3 و 2.5- به 3-. رقم منفی به ده‌گان، صدگان و هزارگان گرد می‌کند. `round` نیمه را به همسایهٔ زوج می‌برد: 2.5 به 2 و 3.5 به 4.",
    examples: &[
        ("round_half_up(2.5)", "3"),
        ("round_half_up(-2.5)", "-3"),
        ("[2.5.round(), 3.5.round()]", "[2, 4]"),
        ("round_half_up(1.005, 2)", "1.01"),
        ("round_half_up(1234500, -3)", "1235000"),
        ("round_half_up(7, 2)", "7"),
    ],
    code: |forms: &mut Forms| {
        forms.add(|number: Decimal| rounded(number, 0));
        forms.add(|number: i64| number);
        forms.add(rounded);
        forms.add(|number: i64, places: i64| -> Answer<i64> {
            let whole = rounded(Decimal::from(number), places.min(0))?;
            i64::try_from(whole).or_else(|_| too_large(number))
        });
    },
};

/// Half away from zero. More places than a decimal has change nothing.
fn rounded(number: Decimal, places: i64) -> Answer<Decimal> {
    if places >= 0 {
        let places = u32::try_from(places).map_or(Decimal::MAX_SCALE, |places| places.min(Decimal::MAX_SCALE));
        return Ok(number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero));
    }
    // What is smaller than half of the unit is nothing.
    let unit = u32::try_from(places.unsigned_abs()).ok().and_then(|zeros| 10_i128.checked_pow(zeros));
    let Some(unit) = unit.and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok()) else {
        return Ok(Decimal::ZERO);
    };
    let units = (number / unit).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    units.checked_mul(unit).map_or_else(|| too_large(number), |rounded| Ok(rounded.normalize()))
}

fn too_large<T>(number: impl std::fmt::Display) -> Answer<T> {
    refused(
        format!("{number} becomes too large when it is rounded so"),
        format!("{number} با چنین گردکردنی بیش از حد بزرگ می‌شود"),
    )
}

/// ASCII digits of a number as people write them.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut text = sign.to_owned();
    for (index, digit) in digits[..whole].chars().enumerate() {
        if index > 0 && (whole - index).is_multiple_of(3) {
            text.push('٬');
        }
        text.push(digit);
    }
    text.push_str(&digits[whole..]);
    peygir_calendar::digits::to_persian_number(&text)
}
