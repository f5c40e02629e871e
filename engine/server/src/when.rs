//! Instants and durations as people read them: Solar Hijri dates on the clock of the deployment's zone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use peygir_calendar::{Jalali, date_time};

use crate::locale::Locale;

const MINUTE_SECONDS: i64 = 60;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

/// `شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰`.
pub fn long(at: Timestamp, zone: &TimeZone, locale: Locale) -> String {
    date_time(at, zone, locale.language())
}

/// `۱۴۰۵/۸/۳۰ ۱۴:۳۰`, and only the clock on the day that is today.
pub fn short(at: Timestamp, now: Timestamp, zone: &TimeZone, locale: Locale) -> String {
    let local = zone.to_datetime(at);
    if local.date() == zone.to_datetime(now).date() {
        return locale.digits(&format!("{:02}:{:02}", local.hour(), local.minute()));
    }
    dated(at, zone, locale)
}

/// `۱۴۰۵/۸/۳۰ ۱۴:۳۰`, on whatever day.
pub fn dated(at: Timestamp, zone: &TimeZone, locale: Locale) -> String {
    let local = zone.to_datetime(at);
    let clock = locale.digits(&format!("{:02}:{:02}", local.hour(), local.minute()));
    format!("{} {clock}", Jalali::from_gregorian(local.date()).short(locale.language()))
}

/// How far an instant is away, in its two largest units at most: `۲ ساعت و ۱۰ دقیقه`. Past and future alike; the
/// message around it says which.
pub fn distance(from: Timestamp, to: Timestamp, locale: Locale) -> String {
    let seconds = from.duration_until(to).abs().as_secs();
    let part = |id: &str, count: i64| locale.text_with(id, &[("count", count.into())]);
    let (days, hours, minutes) =
        (seconds / DAY_SECONDS, seconds % DAY_SECONDS / HOUR_SECONDS, seconds % HOUR_SECONDS / MINUTE_SECONDS);
    let parts: Vec<String> = [("span-days", days), ("span-hours", hours), ("span-minutes", minutes)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .take(2)
        .map(|(id, count)| part(id, count))
        .collect();
    match parts.as_slice() {
        [] => locale.text("span-moment"),
        [one] => one.clone(),
        [first, rest @ ..] => {
            locale.text_with("span-pair", &[("first", first.clone().into()), ("second", rest.join(" ").into())])
        }
    }
}

/// `07:30` and `14:30` as a span of hours.
pub fn hours(locale: Locale, from: &str, to: &str) -> String {
    let clock = |text: &str| locale.digits(text.trim()).into();
    locale.text_with("month-hours", &[("from", clock(from)), ("to", clock(to))])
}

/// Whether `at` lies less than `within` ahead of `now`.
pub fn is_near(at: Timestamp, now: Timestamp, within: SignedDuration) -> bool {
    let ahead = now.duration_until(at);
    !ahead.is_negative() && ahead <= within
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn bare(text: String) -> String {
        text.chars().filter(|c| !matches!(c, '\u{2068}' | '\u{2069}')).collect()
    }

    #[test]
    fn instants_are_shown_in_the_zone_and_the_calendar_of_the_reader() {
        let zone = peygir_calendar::tehran();
        let now = at("2026-11-21T11:00:00Z");
        assert_eq!(long(now, &zone, Locale::Fa), "شنبه ۳۰ آبان ۱۴۰۵ ۱۴:۳۰");
        assert_eq!(short(now, now, &zone, Locale::Fa), "۱۴:۳۰");
        assert_eq!(dated(now, &zone, Locale::Fa), "۱۴۰۵/۸/۳۰ ۱۴:۳۰");
        assert_eq!(short(at("2026-11-20T11:05:00Z"), now, &zone, Locale::Fa), "۱۴۰۵/۸/۲۹ ۱۴:۳۵");
        assert_eq!(short(at("2026-11-20T11:05:00Z"), now, &zone, Locale::En), "1405/8/29 14:35");
    }

    #[test]
    fn distances_have_two_units_at_most() {
        let now = at("2026-11-21T11:00:00Z");
        let cases = [
            ("2026-11-21T11:00:20Z", "a moment"),
            ("2026-11-21T11:01:20Z", "1 minute"),
            ("2026-11-21T13:30:00Z", "2 hours 30 minutes"),
            ("2026-11-21T08:00:00Z", "3 hours"),
            ("2026-11-23T12:30:00Z", "2 days 1 hour"),
        ];
        for (to, expected) in cases {
            assert_eq!(bare(distance(now, at(to), Locale::En)), expected);
        }
        assert_eq!(bare(distance(now, at("2026-11-21T13:30:00Z"), Locale::Fa)), "۲ ساعت و ۳۰ دقیقه");
    }

    #[test]
    fn near_is_ahead_and_within() {
        let (now, hour) = (at("2026-11-21T11:00:00Z"), SignedDuration::from_hours(1));
        assert!(is_near(at("2026-11-21T12:00:00Z"), now, hour));
        assert!(!is_near(at("2026-11-21T12:00:01Z"), now, hour));
        assert!(!is_near(at("2026-11-21T10:59:59Z"), now, hour));
    }
}
