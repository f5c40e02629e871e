//! Numbers by which people are known and reached.

use rhai::Dynamic;

use super::{Answer, Forms, Function, Group};
use crate::fuel;

pub(super) const GROUP: Group = Group {
    en: "Phone numbers and national IDs",
    fa: "شمارهٔ تلفن و کد ملی",
    about_en: "However a number was typed: digits of any script, spaces, dashes. Only its form is checked: which operator serves it, or whose it is, nobody can tell from it.",
    about_fa: "شماره به هر شکلی که نوشته شده باشد: رقم‌های هر خط، فاصله، خط تیره. تنها شکل آن بررسی می‌شود: از خود شماره نمی‌توان گفت مال کدام اپراتور یا کیست.",
    functions: &[
        Function {
            name: "phone",
            signatures: &["phone(text: String) -> ?"],
            en: "An Iranian number, mobile or fixed, in its international form (+98…), or () where it is none. A fixed number needs its area code.",
            fa: "شمارهٔ ایرانی، همراه یا ثابت، به شکل بین‌المللی (+98…)، یا () اگر شماره نباشد. شمارهٔ ثابت پیش‌شمارهٔ شهر می‌خواهد.",
            examples: &[
                ("phone(\"۰۹۱۲ ۱۲۳ ۴۵۶۷\")", "\"+989121234567\""),
                ("phone(\"021-88776655\")", "\"+982188776655\""),
                ("phone(\"123\") == ()", "true"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<Dynamic> {
                    fuel::charge_text(text)?;
                    Ok(text_or_unit(peygir_text::mobile(text).or_else(|| peygir_text::landline(text))))
                });
            },
        },
        Function {
            name: "is_mobile",
            signatures: &["is_mobile(text: String) -> bool"],
            en: "Whether it is an Iranian mobile number, which can get SMS.",
            fa: "آیا شمارهٔ همراه ایرانی است، که پیامک می‌گیرد.",
            examples: &[("is_mobile(\"+98 912 123 4567\")", "true"), ("is_mobile(\"02188776655\")", "false")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<bool> {
                    fuel::charge_text(text)?;
                    Ok(peygir_text::mobile(text).is_some())
                });
            },
        },
        Function {
            name: "is_landline",
            signatures: &["is_landline(text: String) -> bool"],
            en: "Whether it is an Iranian number of the fixed network, with its area code.",
            fa: "آیا شمارهٔ ثابت ایرانی است، با پیش‌شمارهٔ شهر.",
            examples: &[("is_landline(\"۰۸۱-۳۸۲۵۱۱۱۱\")", "true"), ("is_landline(\"38251111\")", "false")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<bool> {
                    fuel::charge_text(text)?;
                    Ok(peygir_text::landline(text).is_some())
                });
            },
        },
        Function {
            name: "national_id",
            signatures: &["national_id(text: String) -> ?"],
            en: "The ten digits of a national ID, or () where its check digit is wrong.",
            fa: "ده رقم کد ملی، یا () اگر رقم کنترل آن درست نباشد.",
            examples: &[
                ("national_id(\"۹۹۹-۰۰۰۰۰۱-۸\")", "\"9990000018\""),
                ("national_id(\"9990000019\") == ()", "true"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<Dynamic> {
                    fuel::charge_text(text)?;
                    Ok(text_or_unit(peygir_text::national_id(text)))
                });
            },
        },
        Function {
            name: "is_national_id",
            signatures: &["is_national_id(text: String) -> bool"],
            en: "Whether the check digit of a national ID is right.",
            fa: "آیا رقم کنترل کد ملی درست است.",
            examples: &[("is_national_id(\"9990000018\")", "true"), ("is_national_id(\"1111111111\")", "false")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<bool> {
                    fuel::charge_text(text)?;
                    Ok(peygir_text::national_id(text).is_some())
                });
            },
        },
    ],
};

fn text_or_unit(text: Option<String>) -> Dynamic {
    text.map_or(Dynamic::UNIT, Dynamic::from)
}
