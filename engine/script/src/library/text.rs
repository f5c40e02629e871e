//! Persian text: digits, spellings, words.

use rhai::{Array, Dynamic, ImmutableString};

use super::{Answer, Forms, Function, Group};
use crate::fuel;

pub(super) const GROUP: Group = Group {
    en: "Text and digits",
    fa: "متن و رقم‌ها",
    about_en: "Texts are compared by a *search key*: one form for all spellings that a reader takes as the same (Arabic and Persian ye and kaf, alef with and without madda, digits of any script, joiners, vowel signs, letter case).",
    about_fa: "متن‌ها با «کلید جست‌وجو» سنجیده می‌شوند: یک شکل برای همهٔ املاهایی که خواننده یکی می‌داند (ی و ک عربی و فارسی، آ و ا، رقم‌ها، نیم‌فاصله، اعراب، حروف بزرگ و کوچک).",
    functions: &[
        Function {
            name: "fa_digits",
            signatures: &["fa_digits(text: String) -> String", "fa_digits(number: int) -> String"],
            en: "The text with Persian digits, for people to read.",
            fa: "متن با رقم‌های فارسی، برای خواندن مردم.",
            examples: &[("fa_digits(\"12 روز و ٣ ساعت\")", "\"۱۲ روز و ۳ ساعت\""), ("fa_digits(15)", "\"۱۵\"")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| of(text, |text| peygir_text::persian_digits(&peygir_text::ascii_digits(text))));
                forms.add(|number: i64| peygir_text::persian_digits(&number.to_string()));
            },
        },
        Function {
            name: "latin_digits",
            signatures: &["latin_digits(text: String) -> String"],
            en: "The text with the digits 0 to 9 in place of Persian and Arabic ones. parse_int and parse_decimal read all of them by themselves.",
            fa: "متن با رقم‌های 0 تا 9 به جای رقم‌های فارسی و عربی. parse_int و parse_decimal هر دو را خودشان می‌خوانند.",
            examples: &[("latin_digits(\"۱۲٣\")", "\"123\""), ("parse_int(\"۱۲\")", "12")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| of(text, peygir_text::ascii_digits));
            },
        },
        Function {
            name: "normalise",
            signatures: &["normalise(text: String) -> String"],
            en: "The text as cases keep it: Persian ye and kaf, no invisible marks, no stray joiners. It still reads as it was written.",
            fa: "متن به شکلی که در پرونده نگه داشته می‌شود: ی و ک فارسی، بی نشانهٔ پنهان و نیم‌فاصلهٔ زائد. خواندنش همان است.",
            examples: &[("normalise(\"كتاب علي \")", "\"کتاب علی\"")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| of(text, peygir_text::stored_form));
            },
        },
        Function {
            name: "search_key",
            signatures: &["search_key(text: String) -> String"],
            en: "What texts are compared by: two spellings of one word have one key.",
            fa: "آنچه متن‌ها با آن سنجیده می‌شوند: دو املای یک واژه یک کلید دارند.",
            examples: &[("search_key(\"مسئلهٔ ١\") == search_key(\"مسئله 1\")", "true")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| of(text, peygir_text::search_key));
            },
        },
        Function {
            name: "words",
            signatures: &["words(text: String) -> Array"],
            en: "The words of a text, each as its search key, without the signs between them.",
            fa: "واژه‌های متن، هر یک با کلید جست‌وجوی خود، بی نشانه‌های میان آن‌ها.",
            examples: &[("words(\"آب، برق!\").len()", "2"), ("words(\"برق؛ گاز\")", "[\"برق\", \"گاز\"]")],
            code: |forms: &mut Forms| {
                forms.add(|text: &str| -> Answer<Array> {
                    fuel::charge_text(text)?;
                    Ok(peygir_text::words(text).into_iter().map(Dynamic::from).collect())
                });
            },
        },
        Function {
            name: "contains_words",
            signatures: &["contains_words(text: String, phrase: String) -> bool"],
            en: "Whether the words of the phrase stand in the text one after the other, as whole words, however they are spelt, written apart or joined. For what citizens wrote take this, and not contains, which compares letter by letter.",
            fa: "آیا واژه‌های عبارت پشت سر هم و به صورت واژهٔ کامل در متن آمده‌اند، با هر املایی، جدا یا سرهم. نوشتهٔ شهروند را با این بسنجید، نه با contains که حرف‌به‌حرف می‌سنجد.",
            examples: &[
                ("contains_words(\"قطع آب در محلهٔ ما\", \"قطع آب\")", "true"),
                ("contains_words(\"شعبهٔ بانکملی\", \"بانک ملی\")", "true"),
                ("contains_words(\"آبان\", \"آب\")", "false"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|text: &str, phrase: &str| -> Answer<bool> {
                    fuel::charge_text(text)?;
                    fuel::charge_text(phrase)?;
                    Ok(peygir_text::contains_words(text, phrase))
                });
            },
        },
    ],
};

fn of(text: &str, change: fn(&str) -> String) -> Answer<ImmutableString> {
    fuel::charge_text(text)?;
    Ok(change(text).into())
}
