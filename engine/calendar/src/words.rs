//! Dates, times and durations in the words of both languages.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::{Jalali, Language, digits, zone};

const MONTHS: [(&str, &str); 12] = [
    ("فروردین", "Farvardin"),
    ("اردیبهشت", "Ordibehesht"),
    ("خرداد", "Khordad"),
    ("تیر", "Tir"),
    ("مرداد", "Mordad"),
    ("شهریور", "Shahrivar"),
    ("مهر", "Mehr"),
    ("آبان", "Aban"),
    ("آذر", "Azar"),
    ("دی", "Dey"),
    ("بهمن", "Bahman"),
    ("اسفند", "Esfand"),
];

/// Name of the month 1 to 12; empty for any other number.
pub fn month_name(month: u8, language: Language) -> &'static str {
    let (fa, en) = usize::from(month).checked_sub(1).and_then(|i| MONTHS.get(i)).copied().unwrap_or_default();
    pick(language, fa, en)
}

pub fn weekday_name(weekday: Weekday, language: Language) -> &'static str {
    let (fa, en) = match weekday {
        Weekday::Saturday => ("شنبه", "Saturday"),
        Weekday::Sunday => ("یکشنبه", "Sunday"),
        Weekday::Monday => ("دوشنبه", "Monday"),
        Weekday::Tuesday => ("سه‌شنبه", "Tuesday"),
        Weekday::Wednesday => ("چهارشنبه", "Wednesday"),
        Weekday::Thursday => ("پنجشنبه", "Thursday"),
        Weekday::Friday => ("جمعه", "Friday"),
    };
    pick(language, fa, en)
}

pub(crate) fn pick<T>(language: Language, fa: T, en: T) -> T {
    match language {
        Language::Persian => fa,
        Language::English => en,
    }
}

/// The text with the digits of its language.
pub(crate) fn localised(text: String, language: Language) -> String {
    match language {
        Language::Persian => digits::to_persian(&text),
        Language::English => text,
    }
}

impl Jalali {
    /// `شنبه ۳۰ آبان ۱۴۰۵`, `Saturday 30 Aban 1405`.
    pub fn long(self, language: Language) -> String {
        let weekday = weekday_name(self.weekday(), language);
        let month = month_name(self.month(), language);
        localised(format!("{weekday} {} {month} {}", self.day(), self.year()), language)
    }

    /// `۱۴۰۵/۸/۳۰`, `1405/8/30`.
    pub fn short(self, language: Language) -> String {
        localised(format!("{}/{}/{}", self.year(), self.month(), self.day()), language)
    }
}

/// The day and the minute of an instant, as the clocks of `zone` show it: `شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰`.
pub fn date_time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at);
    clocked(local.date(), local.hour().into(), local.minute().into(), language)
}

/// The same with hour 24 for the end of a day, so that a day that ends at midnight is not named after the next.
pub(crate) fn end_date_time(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at);
    if local.time() == jiff::civil::Time::midnight()
        && let Ok(day) = local.date().yesterday()
    {
        return clocked(day, 24, 0, language);
    }
    date_time(at, zone, language)
}

fn clocked(day: Date, hour: i64, minute: i64, language: Language) -> String {
    let clock = localised(format!("{hour:02}:{minute:02}"), language);
    format!("{} {clock}", Jalali::from_gregorian(day).long(language))
}

/// The same as it stands in a sentence: `شنبه ۳۰ آبان ۱۴۰۵ ساعت ۱۴:۳۰`, `Saturday 30 Aban 1405 14:30`.
pub fn moment_words(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at);
    let day = Jalali::from_gregorian(local.date()).long(language);
    format!("{day}{}{}", pick(language, " ساعت ", " "), clock_words(at, zone, language))
}

/// The moment at which something ends. Midnight is the end of the day before it: `پایان شنبه ۳۰ آبان ۱۴۰۵`,
/// `the end of Saturday 30 Aban 1405`.
pub(crate) fn end_words(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    match ended_day(at, zone) {
        Some(day) => {
            format!("{} {}", pick(language, "پایان", "the end of"), Jalali::from_gregorian(day).long(language))
        }
        None => moment_words(at, zone, language),
    }
}

/// A span of time by its whole days, by the hours of its day, or by both its ends.
pub(crate) fn span_words(from: Timestamp, to: Timestamp, zone: &TimeZone, language: Language) -> String {
    let first = zone.to_datetime(from).date();
    let begins = zone::instant(zone, first, 0) == Some(from);
    let last = ended_day(to, zone);
    let long = |day| Jalali::from_gregorian(day).long(language);
    let until = pick(language, "تا", "to");
    match last {
        Some(last) if begins && last == first => return long(first),
        Some(last) if begins => return format!("{} {until} {}", without_year(first, last, language), long(last)),
        _ => {}
    }
    if last.unwrap_or_else(|| zone.to_datetime(to).date()) != first {
        let from = moment_words(from, zone, language);
        return format!("{} {from} {until} {}", pick(language, "از", "from"), end_words(to, zone, language));
    }
    hours_words(long(first), (!begins).then_some(from), last.is_none().then_some(to), zone, language)
}

/// The hours of one day, from its beginning or to its end where no instant is given.
fn hours_words(
    day: String,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    zone: &TimeZone,
    language: Language,
) -> String {
    let clock = |at| clock_words(at, zone, language);
    match (from.map(clock), to.map(clock), language) {
        (Some(from), Some(to), Language::Persian) => format!("{day} از ساعت {from} تا {to}"),
        (Some(from), None, Language::Persian) => format!("{day} از ساعت {from} تا پایان روز"),
        (None, Some(to), Language::Persian) => format!("{day} تا ساعت {to}"),
        (Some(from), Some(to), Language::English) => format!("{day} from {from} to {to}"),
        (Some(from), None, Language::English) => format!("{day} from {from} to the end of the day"),
        (None, Some(to), Language::English) => format!("{day} until {to}"),
        (None, None, _) => day,
    }
}

/// The first day of a span: its year is told with the last one where both have the same.
fn without_year(first: Date, last: Date, language: Language) -> String {
    let (first, last) = (Jalali::from_gregorian(first), Jalali::from_gregorian(last));
    if first.year() != last.year() {
        return first.long(language);
    }
    let weekday = weekday_name(first.weekday(), language);
    localised(format!("{weekday} {} {}", first.day(), month_name(first.month(), language)), language)
}

/// The day that ends at this instant, if one does.
fn ended_day(at: Timestamp, zone: &TimeZone) -> Option<Date> {
    let day = zone.to_datetime(at).date();
    let yesterday = day.yesterday().ok()?;
    (zone::instant(zone, day, 0) == Some(at)).then_some(yesterday)
}

/// `۱۴:۳۰`.
fn clock_words(at: Timestamp, zone: &TimeZone, language: Language) -> String {
    let local = zone.to_datetime(at);
    localised(format!("{:02}:{:02}", local.hour(), local.minute()), language)
}

/// Something in Latin letters within a Persian sentence, set apart so that it is not shown in the wrong order.
pub(crate) fn isolated(text: &str, language: Language) -> String {
    match language {
        Language::Persian => format!("\u{2066}{text}\u{2069}"),
        Language::English => text.to_owned(),
    }
}

/// `۱ ساعت و ۳۰ دقیقه`, `1 hour 30 minutes`. What is under a second is left out unless nothing else is there.
pub fn duration_words(duration: SignedDuration, language: Language) -> String {
    let seconds = duration.as_secs();
    let parts =
        [(seconds / 3600, "ساعت", "hour"), (seconds / 60 % 60, "دقیقه", "minute"), (seconds % 60, "ثانیه", "second")];
    let mut words: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count != 0)
        .map(|(count, fa, en)| match language {
            Language::Persian => digits::to_persian(&format!("{count} {fa}")),
            Language::English if *count == 1 => format!("1 {en}"),
            Language::English => format!("{count} {en}s"),
        })
        .collect();
    if words.is_empty() {
        words.push(pick(language, "کمتر از یک ثانیه", "less than a second").to_owned());
    }
    words.join(pick(language, " و ", " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, Persian};

    #[test]
    fn dates_read_as_people_write_them() {
        let day: Jalali = "1405/08/30".parse().unwrap();
        assert_eq!(day.long(Persian), "شنبه ۳۰ آبان ۱۴۰۵");
        assert_eq!(day.short(Persian), "۱۴۰۵/۸/۳۰");
        assert_eq!(day.long(English), "Saturday 30 Aban 1405");
        assert_eq!(day.short(English), "1405/8/30");
        assert_eq!(day.to_string(), "1405/08/30");
    }

    #[test]
    fn an_instant_reads_as_the_clocks_of_its_zone() {
        let at: Timestamp = "2026-11-21T11:00:00Z".parse().unwrap();
        assert_eq!(date_time(at, &crate::tehran(), Persian), "شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰");
        assert_eq!(date_time(at, &crate::tehran(), English), "Saturday 30 Aban 1405 14:30");
        let midnight: Timestamp = "2026-11-21T20:30:00Z".parse().unwrap();
        assert_eq!(end_date_time(midnight, &crate::tehran(), English), "Saturday 30 Aban 1405 24:00");
        assert_eq!(date_time(midnight, &crate::tehran(), English), "Sunday 1 Azar 1405 00:00");
    }

    #[test]
    fn durations() {
        let duration = SignedDuration::from_secs(5400);
        assert_eq!(duration_words(duration, Persian), "۱ ساعت و ۳۰ دقیقه");
        assert_eq!(duration_words(duration, English), "1 hour 30 minutes");
        assert_eq!(duration_words(SignedDuration::from_secs(3 * 3600), English), "3 hours");
        assert_eq!(duration_words(SignedDuration::from_millis(3), English), "less than a second");
    }
}
