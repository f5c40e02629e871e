//! Values in the words of steps: instants, numbers.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use peygir_calendar::Jalali;
use peygir_casework::text::ascii_digits;
use peygir_core::Moment;

use super::fold;

/// `2026-11-21T10:00+03:30`, or `ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰` by the clocks of `zone`. None for anything else.
pub fn instant(text: &str, zone: &TimeZone) -> Option<Moment> {
    let plain = ascii_digits(text);
    match fold::strip(&plain, "ساعت ") {
        Some(rest) => jalali(rest, zone),
        None => plain.parse::<jiff::Timestamp>().ok().map(Moment::from),
    }
}

fn jalali(text: &str, zone: &TimeZone) -> Option<Moment> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [clock, _, day] = words.as_slice() else { return None };
    let (hour, minute) = clock.split_once(':')?;
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let parts: Vec<i64> = day.split('/').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, day] = parts.as_slice() else { return None };
    let date = Jalali::new(*year, *month, *day).ok()?.to_gregorian();
    let zoned = date.to_datetime(time).to_zoned(zone.clone()).ok()?;
    Some(zoned.timestamp().into())
}

/// A number that its pattern has let through: digits of any script, at most nine of them.
pub fn number(text: &str) -> u32 {
    ascii_digits(text).parse().unwrap_or(u32::MAX)
}

/// An instant by the clocks of a zone, as people compare it: `2026-11-21 13:00`.
pub fn shown(at: Moment, zone: &TimeZone) -> String {
    at.to_jiff().to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The same as people write it in Persian: `۱۴۰۵/۰۹/۳۰ ۱۴:۳۰:۰۰`.
pub fn shown_fa(at: Moment, zone: &TimeZone) -> String {
    let at = at.to_jiff().to_zoned(zone.clone()).datetime();
    peygir_calendar::digits::to_persian(&format!("{} {}", Jalali::from_gregorian(at.date()), at.strftime("%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn both_ways_of_writing_an_instant_mean_the_same() {
        let zone = peygir_calendar::tehran();
        let at = |text: &str| instant(text, &zone);
        let expected = at("2026-11-21T06:30:00Z");
        assert!(expected.is_some());
        assert_eq!(at("2026-11-21T10:00+03:30"), expected);
        assert_eq!(at("ساعت ۱۰:۰۰ روز ۱۴۰۵/۰۸/۳۰"), expected);
        for wrong in ["10:00", "2026-11-21T10:00", "ساعت ۲۵:۰۰ روز ۱۴۰۵/۰۸/۳۰", "ساعت ۱۰:۰۰ روز ۱۴۰۵/۱۳/۳۰", "ساعت ۱۰"]
        {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }
}
