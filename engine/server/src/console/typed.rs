//! Dates, times and hours as people type them: Solar Hijri, in any digits, with the separators that keyboards have.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use peygir_calendar::{Jalali, digits};
use peygir_core::Moment;

/// `۱۴۰۵/۰۹/۰۱`, `1405-9-1`.
pub fn date(text: &str) -> Option<Jalali> {
    text.replace('.', "/").parse().ok()
}

/// `۱۴:۳۰`, `14.30`, and `14` for the full hour.
pub fn time(text: &str) -> Option<Time> {
    let ascii = digits::to_ascii(text);
    let (hour, minute) = ascii.trim().split_once([':', '.']).unwrap_or((ascii.trim(), "0"));
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i8>().ok()).flatten();
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

/// A day and a time on the clocks of the zone.
pub fn instant(day: Jalali, time: Time, zone: &TimeZone) -> Option<Moment> {
    Some(Timestamp::from(day.to_gregorian().to_datetime(time).to_zoned(zone.clone()).ok()?).into())
}

/// The end of a day on the clocks of the zone.
pub fn end_of_day(day: Jalali, zone: &TimeZone) -> Option<Moment> {
    let tomorrow = day.to_gregorian().tomorrow().ok()?;
    instant(Jalali::from_gregorian(tomorrow), Time::midnight(), zone)
}

/// `۱۲`, `12:00`: as `12:00`; what is no time stays as it was typed, for the desk to refuse.
pub fn clock(text: &str) -> String {
    time(text).map_or_else(|| text.trim().to_owned(), |time| format!("{:02}:{:02}", time.hour(), time.minute()))
}

/// `۶ تا ۱۰، ۱۲:۳۰-۱۴`: as `06:00-10:00`, `12:30-14:00`.
pub fn hours(text: &str) -> Vec<String> {
    let spans = text.split([',', '،', ';', '؛', '\n']).map(str::trim).filter(|span| !span.is_empty());
    spans
        .map(|span| {
            let span = span.replace("تا", "-").replace(['–', '—'], "-");
            match span.split_once('-') {
                Some((from, to)) => {
                    format!("{}-{}", clock(from), if is_midnight(to) { "24:00".into() } else { clock(to) })
                }
                None => span,
            }
        })
        .collect()
}

/// The end of a day as people write it.
fn is_midnight(text: &str) -> bool {
    matches!(digits::to_ascii(text).trim(), "24" | "24:00")
}

/// A year and month that exist: `۱۴۰۵/۰۹`.
pub fn month(text: &str) -> Option<(i16, u8)> {
    let first = date(&format!("{}/1", text.trim()))?;
    Some((first.year(), first.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_in_any_digits() {
        for text in ["۱۴۰۵/۰۹/۰۱", "1405/9/1", "1405-09-01", " ١٤٠٥/٩/١ ", "1405.09.01"] {
            assert_eq!(date(text).map(|day| day.to_string()).as_deref(), Some("1405/09/01"), "{text}");
        }
        for text in ["", "1405/13/01", "1405/12/30", "2026-11-22", "فردا"] {
            assert_eq!(date(text), None, "{text}");
        }
        for (text, expected) in [("۱۴:۳۰", "14:30"), ("9", "09:00"), ("9.05", "09:05"), ("24:00", "24:00"), ("x", "x")]
        {
            assert_eq!(clock(text), expected, "{text}");
        }
        for text in ["", "25:00", "-1:00", "12:60", "12:", ":30"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(month("۱۴۰۵/۹"), Some((1405, 9)));
        assert_eq!(month("1405/13"), None);
    }

    #[test]
    fn spans_of_hours() {
        assert_eq!(hours("۶ تا ۱۰، ۱۲:۳۰-۱۴"), ["06:00-10:00", "12:30-14:00"]);
        assert_eq!(hours("18–24"), ["18:00-24:00"]);
        assert_eq!(hours("06:00-10:00"), ["06:00-10:00"]);
        assert_eq!(hours("صبح"), ["صبح"]);
        assert!(hours(" , ").is_empty());
    }

    #[test]
    fn instants_are_of_the_zone() {
        let zone = peygir_calendar::tehran();
        let day = date("1405/08/30").unwrap();
        let at = instant(day, time("14:30").unwrap(), &zone).unwrap();
        assert_eq!(at.to_string(), "2026-11-21T11:00:00Z");
        assert_eq!(end_of_day(day, &zone).unwrap().to_string(), "2026-11-21T20:30:00Z");
    }
}
