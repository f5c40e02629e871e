//! Days of the Solar Hijri calendar.

use peygir_calendar::{Jalali, Language, month_name, weekday_name};
use rhai::Dynamic;

use super::{Answer, Forms, Function, Group, given::date_of, refused};

pub(super) const GROUP: Group = Group {
    en: "Dates",
    fa: "تاریخ‌ها",
    about_en: "A date is a day of the Solar Hijri calendar. Dates are compared with ==, < and so on; in an answer a date is the text 1405/08/30. Where a function takes a date, a moment or a text like \"1405/08/30\" does too.",
    about_fa: "تاریخ یک روز تقویم هجری شمسی است. تاریخ‌ها با == و < و مانند آن سنجیده می‌شوند؛ در پاسخ، تاریخ متنی مانند 1405/08/30 است. هر جا تابعی تاریخ می‌گیرد، لحظه یا متنی مانند «1405/08/30» هم می‌پذیرد.",
    functions: &[
        Function {
            name: "date",
            signatures: &["date(what: ?) -> Date", "date(year: int, month: int, day: int) -> Date"],
            en: "The date that a text names, or on which a moment lies.",
            fa: "تاریخی که متن می‌گوید، یا روزی که لحظه در آن است.",
            examples: &[
                ("date(\"۱۴۰۵/۸/۳۰\") == date(1405, 8, 30)", "true"),
                ("`${date(\"2026-11-21T10:00+03:30\")}`", "\"1405/08/30\""),
            ],
            code: |forms: &mut Forms| {
                forms.add(|what: Dynamic| date_of(&what));
                forms.add(|year: i64, month: i64, day: i64| -> Answer<Jalali> {
                    Jalali::new(year, month, day).or_else(|error| refused(error.to_string(), error.message_fa()))
                });
            },
        },
        Function {
            name: "year",
            signatures: &["date.year: int"],
            en: "The year of a date.",
            fa: "سال تاریخ.",
            examples: &[("date(1405, 8, 30).year", "1405")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| i64::from(date.year()));
            },
        },
        Function {
            name: "month",
            signatures: &["date.month: int"],
            en: "The month of a date, 1 (Farvardin) to 12.",
            fa: "ماه تاریخ، از 1 (فروردین) تا 12.",
            examples: &[("date(1405, 8, 30).month", "8")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| i64::from(date.month()));
            },
        },
        Function {
            name: "day",
            signatures: &["date.day: int"],
            en: "The day of the month of a date.",
            fa: "روز ماه.",
            examples: &[("date(1405, 8, 30).day", "30")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| i64::from(date.day()));
            },
        },
        Function {
            name: "weekday",
            signatures: &["date.weekday: String"],
            en: "The day of the week in lower case: \"saturday\" to \"friday\".",
            fa: "روز هفته با حروف کوچک انگلیسی: `\"saturday\"` تا `\"friday\"`.",
            examples: &[("date(1405, 8, 30).weekday", "\"saturday\"")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| weekday_name(date.weekday(), Language::English).to_lowercase());
            },
        },
        Function {
            name: "weekday_fa",
            signatures: &["date.weekday_fa: String"],
            en: "The Persian name of the day of the week.",
            fa: "نام فارسی روز هفته.",
            examples: &[("date(1405, 8, 30).weekday_fa", "\"شنبه\"")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| weekday_name(date.weekday(), Language::Persian).to_owned());
            },
        },
        Function {
            name: "month_fa",
            signatures: &["date.month_fa: String"],
            en: "The Persian name of the month.",
            fa: "نام فارسی ماه.",
            examples: &[("date(1405, 8, 30).month_fa", "\"آبان\"")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| month_name(date.month(), Language::Persian).to_owned());
            },
        },
        Function {
            name: "days_in_month",
            signatures: &["date.days_in_month: int"],
            en: "How many days the month of a date has.",
            fa: "شمار روزهای ماه این تاریخ.",
            examples: &[("date(1403, 12, 1).days_in_month", "30"), ("date(1405, 12, 1).days_in_month", "29")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| i64::from(date.days_in_month()));
            },
        },
        Function {
            name: "fa_date",
            signatures: &["fa_date(date: Date) -> String"],
            en: "The date for people to read, in Persian digits.",
            fa: "تاریخ برای خواندن مردم، با رقم‌های فارسی.",
            examples: &[("fa_date(date(1405, 8, 30))", "\"۱۴۰۵/۸/۳۰\""), ("fa_date(\"1405/08/30\")", "\"۱۴۰۵/۸/۳۰\"")],
            code: |forms: &mut Forms| {
                forms.add(|date: Dynamic| -> Answer<String> { Ok(date_of(&date)?.short(Language::Persian)) });
            },
        },
        Function {
            name: "fa_date_long",
            signatures: &["fa_date_long(date: Date) -> String"],
            en: "The date for people to read, with the names of the weekday and the month.",
            fa: "تاریخ برای خواندن مردم، با نام روز هفته و ماه.",
            examples: &[("fa_date_long(date(1405, 8, 30))", "\"شنبه ۳۰ آبان ۱۴۰۵\"")],
            code: |forms: &mut Forms| {
                forms.add(|date: Dynamic| -> Answer<String> { Ok(date_of(&date)?.long(Language::Persian)) });
            },
        },
        Function {
            name: "gregorian",
            signatures: &["date.gregorian: String"],
            en: "The same day in the Gregorian calendar, as text.",
            fa: "همان روز در تقویم میلادی، به صورت متن.",
            examples: &[("date(1405, 8, 30).gregorian", "\"2026-11-21\"")],
            code: |forms: &mut Forms| {
                forms.get(|date: &mut Jalali| date.to_gregorian().to_string());
            },
        },
        Function {
            name: "add_days",
            signatures: &["add_days(date: Date, days: int) -> Date"],
            en: "The date so many days later, or earlier for a number below zero. Every day counts; for working days take add_working_days.",
            fa: "تاریخ پس از این شمار روز، یا پیش از آن با عدد منفی. همهٔ روزها شمرده می‌شوند؛ برای روز کاری add_working_days را به کار برید.",
            examples: &[
                ("add_days(date(1405, 8, 30), 1) == date(1405, 9, 1)", "true"),
                ("add_days(date(1405, 1, 1), -1) == date(1404, 12, 29)", "true"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|date: Dynamic, days: i64| later(date_of(&date)?, days));
            },
        },
        Function {
            name: "days_between",
            signatures: &["days_between(from: Date, to: Date) -> int"],
            en: "How many days the second date lies after the first; below zero where it lies before.",
            fa: "تاریخ دوم چند روز پس از تاریخ اول است؛ منفی اگر پیش از آن باشد.",
            examples: &[
                ("days_between(\"1405/08/30\", \"1405/09/05\")", "5"),
                ("days_between(\"1405/09/05\", \"1405/08/30\")", "-5"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, to: Dynamic| -> Answer<i64> { Ok(days(date_of(&from)?, date_of(&to)?)) });
            },
        },
    ],
};

/// Days from one date to another.
pub(super) fn days(from: Jalali, to: Jalali) -> i64 {
    i64::from((to.to_gregorian() - from.to_gregorian()).get_days())
}

pub(super) fn later(date: Jalali, days: i64) -> Answer<Jalali> {
    let there = i32::try_from(days).ok().and_then(|days| date.plus_days(days));
    there.map_or_else(
        || {
            refused(
                format!("{days} days from {date} lie outside of the years that can be counted"),
                format!("{days} روز از {date} بیرون از سال‌های شمردنی است"),
            )
        },
        Ok,
    )
}
