//! Instants, and what clocks show at them.

use jiff::SignedDuration;
use peygir_calendar::{Language, date_time};
use rhai::Dynamic;

use super::{
    Answer, Forms, Function, Group,
    given::{Moment, day_of, moment_of, zone},
    refused,
};

pub(super) const GROUP: Group = Group {
    en: "Moments",
    fa: "لحظه‌ها",
    about_en: "A moment is an instant, shown by the clocks of the deployment; `now` is the one of the call. Moments are compared with ==, < and so on; in an answer a moment is ISO 8601 text. Where a function takes a moment, a text does too (\"2026-11-21T10:00+03:30\", \"1405/08/30 10:00\").",
    about_fa: "لحظه نقطه‌ای از زمان است که با ساعت سامانه نشان داده می‌شود؛ `now` لحظهٔ فراخوانی است. لحظه‌ها با == و < و مانند آن سنجیده می‌شوند؛ در پاسخ، لحظه متن ISO 8601 است. هر جا تابعی لحظه می‌گیرد، متن هم می‌پذیرد («2026-11-21T10:00+03:30»، «1405/08/30 10:00»).",
    functions: &[
        Function {
            name: "moment",
            signatures: &["moment(what: ?) -> Moment"],
            en: "The moment that a text names, or at which a date begins.",
            fa: "لحظه‌ای که متن می‌گوید، یا آغاز یک تاریخ.",
            examples: &[("moment(\"1405/08/30 10:00\") == moment(\"2026-11-21T06:30Z\")", "true")],
            code: |forms: &mut Forms| {
                forms.add(|what: Dynamic| moment_of(&what));
            },
        },
        Function {
            name: "epoch",
            signatures: &["moment.epoch: int"],
            en: "Whole seconds since 1970-01-01T00:00Z.",
            fa: "ثانیه‌های کامل از 1970-01-01T00:00Z.",
            examples: &[("moment(\"2026-11-21T06:30Z\").epoch", "1795242600")],
            code: |forms: &mut Forms| {
                forms.get(|at: &mut Moment| at.0.as_microsecond().div_euclid(1_000_000));
            },
        },
        Function {
            name: "iso",
            signatures: &["moment.iso: String"],
            en: "The moment as ISO 8601 text with the offset of the deployment's clocks.",
            fa: "لحظه به صورت متن ISO 8601 با اختلاف ساعت سامانه.",
            examples: &[("moment(\"1405/08/30 10:00\").iso", "\"2026-11-21T10:00:00+03:30\"")],
            code: |forms: &mut Forms| {
                forms.get(|at: &mut Moment| at.iso());
            },
        },
        Function {
            name: "date",
            signatures: &["moment.date: Date"],
            en: "The day of a moment.",
            fa: "روزی که لحظه در آن است.",
            examples: &[("moment(\"1405/08/30 10:00\").date == date(1405, 8, 30)", "true")],
            code: |forms: &mut Forms| {
                forms.get(|at: &mut Moment| day_of(*at));
            },
        },
        Function {
            name: "hour",
            signatures: &["moment.hour: int"],
            en: "The hour that the clocks show, 0 to 23.",
            fa: "ساعتی که ساعت‌ها نشان می‌دهند، 0 تا 23.",
            examples: &[("moment(\"1405/08/30 14:05\").hour", "14")],
            code: |forms: &mut Forms| {
                forms.get(|at: &mut Moment| i64::from(zone().to_datetime(at.0).hour()));
            },
        },
        Function {
            name: "minute",
            signatures: &["moment.minute: int"],
            en: "The minute that the clocks show, 0 to 59.",
            fa: "دقیقه‌ای که ساعت‌ها نشان می‌دهند، 0 تا 59.",
            examples: &[("moment(\"1405/08/30 14:05\").minute", "5")],
            code: |forms: &mut Forms| {
                forms.get(|at: &mut Moment| i64::from(zone().to_datetime(at.0).minute()));
            },
        },
        Function {
            name: "fa_moment",
            signatures: &["fa_moment(moment: Moment) -> String"],
            en: "The moment for people to read, with the names of the weekday and the month.",
            fa: "لحظه برای خواندن مردم، با نام روز هفته و ماه.",
            examples: &[("fa_moment(\"1405/08/30 14:05\")", "\"شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۰۵\"")],
            code: |forms: &mut Forms| {
                forms.add(|at: Dynamic| -> Answer<String> {
                    Ok(date_time(moment_of(&at)?.0, &zone(), Language::Persian))
                });
            },
        },
        Function {
            name: "add_minutes",
            signatures: &["add_minutes(moment: Moment, minutes: int) -> Moment"],
            en: "The moment so many minutes later, or earlier for a number below zero, as clocks count.",
            fa: "لحظهٔ پس از این شمار دقیقه، یا پیش از آن با عدد منفی، به شمارش ساعت.",
            examples: &[("add_minutes(\"1405/08/30 23:30\", 45) == moment(\"1405/09/01 00:15\")", "true")],
            code: |forms: &mut Forms| {
                forms.add(|at: Dynamic, minutes: i64| plus(moment_of(&at)?, minutes.checked_mul(60)));
            },
        },
        Function {
            name: "add_hours",
            signatures: &["add_hours(moment: Moment, hours: int) -> Moment"],
            en: "The moment so many hours later, or earlier for a number below zero, as clocks count.",
            fa: "لحظهٔ پس از این شمار ساعت، یا پیش از آن با عدد منفی، به شمارش ساعت.",
            examples: &[("add_hours(\"1405/08/30 10:00\", 3) == moment(\"1405/08/30 13:00\")", "true")],
            code: |forms: &mut Forms| {
                forms.add(|at: Dynamic, hours: i64| plus(moment_of(&at)?, hours.checked_mul(3_600)));
            },
        },
        Function {
            name: "minutes_between",
            signatures: &["minutes_between(from: Moment, to: Moment) -> int"],
            en: "Whole minutes from the first moment to the second, as clocks count; below zero where it lies before.",
            fa: "دقیقه‌های کامل از لحظهٔ اول تا دوم، به شمارش ساعت؛ منفی اگر پیش از آن باشد.",
            examples: &[("minutes_between(\"1405/08/30 10:00\", \"1405/08/30 11:30\")", "90")],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, to: Dynamic| -> Answer<i64> {
                    Ok(moment_of(&to)?.0.duration_since(moment_of(&from)?.0).as_mins())
                });
            },
        },
    ],
};

/// The moment so many seconds later; `None` are more than can be counted.
fn plus(at: Moment, seconds: Option<i64>) -> Answer<Moment> {
    let there = seconds.and_then(|seconds| at.0.checked_add(SignedDuration::from_secs(seconds)).ok());
    there.map_or_else(
        || refused("this moment lies outside of the years that can be counted", "این لحظه بیرون از سال‌های شمردنی است"),
        |there| Ok(Moment(there)),
    )
}
