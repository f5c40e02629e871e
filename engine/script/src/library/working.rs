//! Working time, as the calendar of the case's place has it.

use jiff::Timestamp;
use peygir_calendar::{Ask, Calendar, DueError, Jalali, Place, SPAN_DAYS_MAX, Term, WORKING_DAYS_MAX};
use rhai::Dynamic;

use super::{
    Answer, Forms, Function, Group,
    dates::{days, later},
    given::{Moment, date_of, moment_of},
    refused,
};
use crate::{fuel, world};

/// What looking at one day of a calendar is worth in operations.
const OPERATIONS_PER_DAY: u64 = 20;
const HALVES_PER_DAY: i64 = 2;

pub(super) const GROUP: Group = Group {
    en: "Working time",
    fa: "زمان کاری",
    about_en: "Counted by the calendar that holds where the case is, with its holidays, half days and the closures declared until now. Each function takes the id of another calendar as its last argument, as a text. Ranges are at most ten years.",
    about_fa: "با تقویمی شمرده می‌شود که در جای پرونده برقرار است، با تعطیلی‌ها، نیمه‌روزها و بستن‌هایی که تا کنون اعلام شده است. هر تابع شناسهٔ تقویمی دیگر را در آخرین آرگومان خود به صورت متن می‌گیرد. بازه‌ها حداکثر ده سال‌اند.",
    functions: &[
        Function {
            name: "is_working_day",
            signatures: &["is_working_day(day: Date) -> bool", "is_working_day(day: Date, calendar: String) -> bool"],
            en: "Whether a day counts where working days are counted.",
            fa: "آیا این روز در شمارش روزهای کاری به شمار می‌آید.",
            examples: &[("is_working_day(\"1405/08/30\")", "true"), ("is_working_day(\"1405/08/29\")", "false")],
            code: |forms: &mut Forms| {
                forms.add(|day: Dynamic| is_working_day(&day, None));
                forms.add(|day: Dynamic, calendar: &str| is_working_day(&day, Some(calendar)));
            },
        },
        Function {
            name: "is_open",
            signatures: &["is_open(moment: Moment) -> bool", "is_open(moment: Moment, calendar: String) -> bool"],
            en: "Whether a moment lies in working hours.",
            fa: "آیا این لحظه در ساعت کاری است.",
            examples: &[("is_open(\"1405/08/30 10:00\")", "true"), ("is_open(\"1405/08/30 03:00\")", "false")],
            code: |forms: &mut Forms| {
                forms.add(|at: Dynamic| is_open(&at, None));
                forms.add(|at: Dynamic, calendar: &str| is_open(&at, Some(calendar)));
            },
        },
        Function {
            name: "next_opening",
            signatures: &[
                "next_opening(moment: Moment) -> Moment",
                "next_opening(moment: Moment, calendar: String) -> Moment",
            ],
            en: "The moment itself where it lies in working hours, else the one at which they begin next.",
            fa: "خود لحظه اگر در ساعت کاری باشد، وگرنه نزدیک‌ترین آغاز ساعت کاری پس از آن.",
            examples: &[("next_opening(\"1405/08/29 12:00\").date == date(1405, 8, 30)", "true")],
            code: |forms: &mut Forms| {
                forms.add(|at: Dynamic| next_opening(&at, None));
                forms.add(|at: Dynamic, calendar: &str| next_opening(&at, Some(calendar)));
            },
        },
        Function {
            name: "add_working_days",
            signatures: &[
                "add_working_days(from: ?, days: int) -> ?",
                "add_working_days(from: ?, days: int, calendar: String) -> ?",
            ],
            en: "From a date: the date so many working days later, or earlier for a number below zero. From a moment or a text: the moment at which a deadline of so many working days falls due.",
            fa: "از تاریخ: تاریخ پس از این شمار روز کاری، یا پیش از آن با عدد منفی. از لحظه یا متن: لحظه‌ای که مهلتی با این شمار روز کاری به سر می‌رسد.",
            examples: &[
                ("add_working_days(date(1405, 8, 28), 1) == date(1405, 8, 30)", "true"),
                ("add_working_days(date(1405, 8, 30), -1) == date(1405, 8, 27)", "true"),
                ("add_working_days(moment(\"1405/08/30 10:00\"), 2).date == date(1405, 9, 2)", "true"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, days: i64| add_working_days(&from, days, None));
                forms.add(|from: Dynamic, days: i64, calendar: &str| add_working_days(&from, days, Some(calendar)));
            },
        },
        Function {
            name: "add_working_minutes",
            signatures: &[
                "add_working_minutes(from: Moment, minutes: int) -> Moment",
                "add_working_minutes(from: Moment, minutes: int, calendar: String) -> Moment",
            ],
            en: "The moment at which so many minutes of working hours have passed since another.",
            fa: "لحظه‌ای که از لحظهٔ داده‌شده این شمار دقیقهٔ کاری گذشته باشد.",
            examples: &[(
                "working_minutes_between(\"1405/08/30 10:00\", add_working_minutes(\"1405/08/30 10:00\", 900))",
                "900",
            )],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, minutes: i64| add_working_minutes(&from, minutes, None));
                forms.add(|from: Dynamic, minutes: i64, calendar: &str| {
                    add_working_minutes(&from, minutes, Some(calendar))
                });
            },
        },
        Function {
            name: "working_days_between",
            signatures: &[
                "working_days_between(from: Date, to: Date) -> int",
                "working_days_between(from: Date, to: Date, calendar: String) -> int",
            ],
            en: "How many working days lie after the first day, up to the second and including it; below zero where it lies before. Two half days make one.",
            fa: "چند روز کاری پس از روز اول تا روز دوم، با خود روز دوم؛ منفی اگر پیش از آن باشد. دو نیمه‌روز یک روز است.",
            examples: &[
                ("working_days_between(\"1405/08/30\", \"1405/09/01\")", "1"),
                ("working_days_between(\"1405/09/01\", \"1405/08/30\")", "-1"),
            ],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, to: Dynamic| working_days_between(&from, &to, None));
                forms
                    .add(|from: Dynamic, to: Dynamic, calendar: &str| working_days_between(&from, &to, Some(calendar)));
            },
        },
        Function {
            name: "working_days_since",
            signatures: &[
                "working_days_since(now: Moment, from: Date) -> int",
                "working_days_since(now: Moment, from: Date, calendar: String) -> int",
            ],
            en: "The same read the other way round, for `now.working_days_since(req.registeredAt)`.",
            fa: "همان از سوی دیگر، برای `now.working_days_since(req.registeredAt)`.",
            examples: &[("moment(\"1405/09/01 10:00\").working_days_since(\"1405/08/30\")", "1")],
            code: |forms: &mut Forms| {
                forms.add(|now: &mut Moment, from: Dynamic| working_days_between(&from, &Dynamic::from(*now), None));
                forms.add(|now: &mut Moment, from: Dynamic, calendar: &str| {
                    working_days_between(&from, &Dynamic::from(*now), Some(calendar))
                });
            },
        },
        Function {
            name: "working_minutes_between",
            signatures: &[
                "working_minutes_between(from: Moment, to: Moment) -> int",
                "working_minutes_between(from: Moment, to: Moment, calendar: String) -> int",
            ],
            en: "Whole minutes of working hours from the first moment to the second; below zero where it lies before.",
            fa: "دقیقه‌های کامل کاری از لحظهٔ اول تا دوم؛ منفی اگر پیش از آن باشد.",
            examples: &[("working_minutes_between(\"1405/08/30 10:00\", \"1405/08/30 11:00\")", "60")],
            code: |forms: &mut Forms| {
                forms.add(|from: Dynamic, to: Dynamic| working_minutes_between(&from, &to, None));
                forms.add(|from: Dynamic, to: Dynamic, calendar: &str| {
                    working_minutes_between(&from, &to, Some(calendar))
                });
            },
        },
        Function {
            name: "holiday_name",
            signatures: &["holiday_name(day: Date) -> ?", "holiday_name(day: Date, calendar: String) -> ?"],
            en: "The Persian name of the official holiday on a day, or () where there is none.",
            fa: "نام فارسی تعطیل رسمی این روز، یا () اگر تعطیل رسمی نباشد.",
            examples: &[("holiday_name(\"1405/01/01\")", "\"نوروز\""), ("holiday_name(\"1405/08/30\") == ()", "true")],
            code: |forms: &mut Forms| {
                forms.add(|day: Dynamic| holiday_name(&day, None));
                forms.add(|day: Dynamic, calendar: &str| holiday_name(&day, Some(calendar)));
            },
        },
    ],
};

/// Asks a calendar of the run: the named one, or the deployment's own, as it is where the case is.
fn counted<T>(id: Option<&str>, question: impl FnOnce(&Calendar, &Place) -> Answer<T>) -> Answer<T> {
    let answer = world::ask(|world| {
        let id = id.unwrap_or(&world.calendar);
        match world.calendars.at(id, &world.place) {
            Some(calendar) => question(calendar, &world.place),
            None if id.is_empty() => refused(
                "no calendar is set for this call: name one as the last argument",
                "برای این فراخوانی تقویمی تعیین نشده است: یکی را در آخرین آرگومان نام ببرید",
            ),
            None => {
                refused(format!("there is no calendar \"{id}\" here"), format!("تقویمی به نام «{id}» در این‌جا نیست"))
            }
        }
    });
    answer.unwrap_or_else(|| refused("there is no calendar in a cell of a table", "در خانهٔ جدول تقویمی نیست"))
}

fn is_working_day(day: &Dynamic, id: Option<&str>) -> Answer<bool> {
    let day = date_of(day)?;
    counted(id, |calendar, place| Ok(halves(calendar, place, day)? > 0))
}

/// As how many halves of a working day a day counts.
fn halves(calendar: &Calendar, place: &Place, day: Jalali) -> Answer<i64> {
    fuel::charge(OPERATIONS_PER_DAY)?;
    Ok(calendar.day(day.to_gregorian(), place).map_or(0, |day| i64::from(day.halves)))
}

fn is_open(at: &Dynamic, id: Option<&str>) -> Answer<bool> {
    let at = moment_of(at)?;
    counted(id, |calendar, place| {
        fuel::charge(OPERATIONS_PER_DAY)?;
        let day = calendar.day(calendar.zone().to_datetime(at.0).date(), place);
        let open =
            |day: &peygir_calendar::Day<'_>| day.segments.iter().any(|s| s.open && s.from <= at.0 && at.0 < s.to);
        Ok(day.as_ref().is_some_and(open))
    })
}

fn next_opening(at: &Dynamic, id: Option<&str>) -> Answer<Moment> {
    let at = moment_of(at)?;
    counted(id, |calendar, place| match calendar.opening(place, at.0) {
        Some(opening) => walked(at.0, opening.at).map(|()| Moment(opening.at)),
        None => {
            fuel::charge(OPERATIONS_PER_DAY * u64::from(SPAN_DAYS_MAX))?;
            refused("this calendar does not open within ten years", "این تقویم تا ده سال باز نمی‌شود")
        }
    })
}

fn add_working_days(from: &Dynamic, count: i64, id: Option<&str>) -> Answer<Dynamic> {
    if count.unsigned_abs() > u64::from(WORKING_DAYS_MAX) {
        return refused(
            format!("at most {WORKING_DAYS_MAX} working days can be added"),
            format!("حداکثر {WORKING_DAYS_MAX} روز کاری افزوده می‌شود"),
        );
    }
    if let Some(day) = from.read_lock::<Jalali>() {
        return counted(id, |calendar, place| day_by_days(calendar, place, *day, count).map(Dynamic::from));
    }
    let from = moment_of(from)?;
    let days = u32::try_from(count.unsigned_abs()).unwrap_or(WORKING_DAYS_MAX);
    let there = counted(id, |calendar, place| match count {
        0 => Ok(from),
        1.. => due(calendar, place, from, Term::WorkingDays { days }),
        _ => {
            let there = calendar.before(from.0, Term::WorkingDays { days }, place).or_else(never)?;
            walked(there, from.0).map(|()| Moment(there))
        }
    })?;
    Ok(Dynamic::from(there))
}

/// The day on which so many working days are full, seen from another.
fn day_by_days(calendar: &Calendar, place: &Place, from: Jalali, count: i64) -> Answer<Jalali> {
    let mut left = count.abs() * HALVES_PER_DAY;
    let mut day = from;
    for _ in 0..SPAN_DAYS_MAX {
        if left <= 0 {
            return Ok(day);
        }
        day = later(day, count.signum())?;
        left -= halves(calendar, place, day)?;
    }
    never(DueError::NeverOpen { calendar: calendar.id().to_owned() })
}

fn add_working_minutes(from: &Dynamic, minutes: i64, id: Option<&str>) -> Answer<Moment> {
    let from = moment_of(from)?;
    if minutes < 0 {
        return refused(
            "only minutes from zero on can be added to working time",
            "به زمان کاری تنها دقیقهٔ صفر و بیشتر افزوده می‌شود",
        );
    }
    let microseconds = minutes.saturating_mul(60_000_000);
    counted(id, |calendar, place| match minutes {
        0 => Ok(from),
        _ => due(calendar, place, from, Term::WorkingTime { microseconds }),
    })
}

/// When a deadline falls due, by the rules of all deadlines.
fn due(calendar: &Calendar, place: &Place, from: Moment, term: Term) -> Answer<Moment> {
    let deadline = calendar.derive(&Ask { from: from.0, term, place, suspensions: &[] }).or_else(never)?;
    walked(from.0, deadline.due)?;
    Ok(Moment(deadline.due))
}

/// What a calendar that gives no date says; whoever looked in vain looked at all its days.
fn never<T>(error: DueError) -> Answer<T> {
    if matches!(error, DueError::NeverOpen { .. }) {
        fuel::charge(OPERATIONS_PER_DAY * u64::from(SPAN_DAYS_MAX))?;
    }
    refused(error.to_string(), error.message_fa())
}

/// Days between two instants were looked at.
fn walked(from: Timestamp, to: Timestamp) -> Answer<()> {
    let hours = to.duration_since(from).as_hours().unsigned_abs();
    fuel::charge(OPERATIONS_PER_DAY * (hours / 24 + 1))
}

fn working_days_between(from: &Dynamic, to: &Dynamic, id: Option<&str>) -> Answer<i64> {
    let (from, to) = (date_of(from)?, date_of(to)?);
    let (first, last) = (from.min(to), from.max(to));
    let count = span(days(first, last))?;
    let halves = counted(id, |calendar, place| {
        (1..=count).try_fold(0, |sum, day| Ok(sum + halves(calendar, place, later(first, day)?)?))
    })?;
    let whole = halves / HALVES_PER_DAY;
    Ok(if from <= to { whole } else { -whole })
}

fn working_minutes_between(from: &Dynamic, to: &Dynamic, id: Option<&str>) -> Answer<i64> {
    let (from, to) = (moment_of(from)?.0, moment_of(to)?.0);
    let (first, last) = (from.min(to), from.max(to));
    let count = span(last.duration_since(first).as_hours() / 24 + 1)?;
    let microseconds: i64 = counted(id, |calendar, place| {
        let begin = Jalali::from_gregorian(calendar.zone().to_datetime(first).date());
        (0..=count).try_fold(0, |sum, day| Ok(sum + open_between(calendar, place, later(begin, day)?, first, last)?))
    })?;
    let minutes = microseconds / 60_000_000;
    Ok(if from <= to { minutes } else { -minutes })
}

/// Open microseconds of a day that lie between two instants.
fn open_between(calendar: &Calendar, place: &Place, day: Jalali, from: Timestamp, to: Timestamp) -> Answer<i64> {
    fuel::charge(OPERATIONS_PER_DAY)?;
    let Some(day) = calendar.day(day.to_gregorian(), place) else { return Ok(0) };
    let open = day.segments.iter().filter(|segment| segment.open);
    let inside = open.map(|s| s.to.min(to).as_microsecond() - s.from.max(from).as_microsecond());
    Ok(inside.filter(|length| *length > 0).sum())
}

/// A number of days that may be walked.
fn span(days: i64) -> Answer<i64> {
    if days <= i64::from(SPAN_DAYS_MAX) {
        return Ok(days);
    }
    refused(
        format!("working time is counted over at most {SPAN_DAYS_MAX} days, not {days}"),
        format!("زمان کاری حداکثر در {SPAN_DAYS_MAX} روز شمرده می‌شود، نه {days}"),
    )
}

fn holiday_name(day: &Dynamic, id: Option<&str>) -> Answer<Dynamic> {
    let day = date_of(day)?;
    counted(id, |calendar, _| {
        Ok(calendar.holiday(day).map_or(Dynamic::UNIT, |holiday| Dynamic::from(holiday.name.fa.clone())))
    })
}
