//! Numbers for people to read.

use rust_decimal::Decimal;

use super::{Forms, Function, Group};

pub(super) const GROUP: Group = Group {
    en: "Numbers",
    fa: "عددها",
    about_en: "Whole numbers are integers; a number with a fraction is a decimal, so that 0.1 + 0.2 is 0.3. Two integers divide to an integer (7 / 2 is 3); write 7 / 2.0 for 3.5. Round before you return: `x.round()` gives an integer, `x.round(2)` two places.",
    about_fa: "عددهای بی‌کسر صحیح‌اند و عدد کسری ده‌دهی است، پس 0.1 + 0.2 همان 0.3 است. تقسیم دو عدد صحیح عدد صحیح می‌دهد (7 / 2 می‌شود 3)؛ برای 3.5 بنویسید 7 / 2.0. پیش از بازگرداندن گرد کنید: `x.round()` عدد صحیح و `x.round(2)` دو رقم اعشار می‌دهد.",
    functions: &[Function {
        name: "fa_number",
        signatures: &["fa_number(number: int) -> String", "fa_number(number: decimal) -> String"],
        en: "The number in Persian digits with a separator for thousands, as sums of money are written.",
        fa: "عدد با رقم‌های فارسی و جداکنندهٔ هزارگان، آن‌گونه که مبلغ نوشته می‌شود.",
        examples: &[("fa_number(1250000)", "\"۱٬۲۵۰٬۰۰۰\""), ("fa_number(-1234.5)", "\"-۱٬۲۳۴٫۵\"")],
        code: |forms: &mut Forms| {
            forms.add(|number: i64| grouped(&number.to_string()));
            forms.add(|number: Decimal| grouped(&number.to_string()));
        },
    }],
};

/// ASCII digits of a number as people write them.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push('٬');
        }
        text.push(digit);
    }
    if !places.is_empty() {
        text.push('٫');
        text.push_str(places);
    }
    peygir_text::persian_digits(&text)
}
