//! Instants as people write them: `2026-11-21T10:00+03:30`, `1405/08/30 10:00`, with digits of any script.
//!
//! Owns: which forms there are, and which instant each names. A year before 1700 is one of the Solar Hijri calendar, a
//! later one Gregorian. Where no offset is written, the clocks of the zone are meant. Deliberately knows no relative
//! words: what time it is now is not known here.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::{Jalali, JalaliError, digits};

/// Longest text, in bytes.
const TEXT_BYTES_MAX: usize = 64;
/// The first year that is taken for a Gregorian one.
const GREGORIAN_YEAR_MIN: u16 = 1700;

/// Why a text names no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    #[error("{0:?} is no date and time; write 1405/08/30 10:00 or 2026-11-21T10:00+03:30")]
    Form(String),
    #[error(transparent)]
    Date(#[from] JalaliError),
    #[error("there is no day {0} in the Gregorian calendar")]
    Gregorian(String),
    #[error("{0:?} is no time of day; times go from 00:00 to 23:59")]
    Time(String),
    #[error("{text:?} has no minute like that in {zone}: the clocks were put forward over it")]
    Jumped { text: String, zone: String },
    #[error("{0:?} is outside of the years that can be counted")]
    OutOfTime(String),
}

impl MomentError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        match self {
            Self::Form(text) => format!(
                "«{text}» تاریخ و ساعت نیست؛ بنویسید ۱۴۰۵/۰۸/۳۰ ۱۰:۰۰ یا \u{2066}2026-11-21T10:00+03:30\u{2069}"
            ),
            Self::Date(error) => error.message_fa(),
            Self::Gregorian(text) => format!("روز {text} در تقویم میلادی نیست"),
            Self::Time(text) => format!("«{text}» ساعتی از روز نیست؛ ساعت‌ها از ۰۰:۰۰ تا ۲۳:۵۹ هستند"),
            Self::Jumped { text, zone } => {
                format!("«{text}» در منطقهٔ \u{2066}{zone}\u{2069} نبوده است: ساعت‌ها از روی آن جلو کشیده شده‌اند")
            }
            Self::OutOfTime(text) => format!("«{text}» بیرون از سال‌های شمردنی است"),
        }
    }
}

/// The instant that a text names. A day alone is its first minute; of a minute that the clocks of `zone` showed twice,
/// the first is meant.
pub fn moment(text: &str, zone: &TimeZone) -> Result<Timestamp, MomentError> {
    let form = || MomentError::Form(text.trim().to_owned());
    if text.len() > TEXT_BYTES_MAX {
        return Err(form());
    }
    let ascii = digits::to_ascii(text.trim());
    let (day, rest) = match ascii.find([' ', 'T', 't']) {
        Some(at) => (&ascii[..at], ascii[at + 1..].trim()),
        None => (ascii.as_str(), ""),
    };
    let date = date(day, &form)?;
    let (clock, offset) = match rest.find(['+', '-', 'Z', 'z']) {
        Some(at) => (rest[..at].trim(), Some(&rest[at..])),
        None => (rest, None),
    };
    if clock.is_empty() && offset.is_none() {
        // Where the clocks jump over midnight, the day begins behind the jump.
        let first = date.to_zoned(zone.clone()).map_err(|_| MomentError::OutOfTime(text.trim().to_owned()))?;
        return Ok(first.timestamp());
    }
    let local = date.to_datetime(time(clock)?);
    match offset {
        // The day is Gregorian by now, so that one grammar reads all offsets.
        Some(offset) => format!("{local}{offset}").parse().map_err(|_| form()),
        None => on_clocks(local, text, zone),
    }
}

fn date(text: &str, form: &dyn Fn() -> MomentError) -> Result<Date, MomentError> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(separator).collect();
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let [year, month, day] = parts.as_slice() else { return Err(form()) };
    if !parts.iter().all(is_number) {
        return Err(form());
    }
    let year_number: u16 = year.parse().map_err(|_| form())?;
    if year_number < GREGORIAN_YEAR_MIN {
        return Ok(text.parse::<Jalali>()?.to_gregorian());
    }
    format!("{year}-{month:0>2}-{day:0>2}").parse().map_err(|_| MomentError::Gregorian(text.to_owned()))
}

/// `10:00`, `10:00:30`, `10:00:30.5`.
fn time(text: &str) -> Result<Time, MomentError> {
    let wrong = || MomentError::Time(text.to_owned());
    let (hour, rest) = text.split_once(':').ok_or_else(wrong)?;
    let digits = |part: &str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || rest.starts_with(['+', '-']) {
        return Err(wrong());
    }
    format!("{hour:0>2}:{rest}").parse().map_err(|_| wrong())
}

fn on_clocks(local: DateTime, text: &str, zone: &TimeZone) -> Result<Timestamp, MomentError> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    if let AmbiguousOffset::Gap { .. } = ambiguous.offset() {
        let zone = zone.iana_name().unwrap_or("UTC").to_owned();
        return Err(MomentError::Jumped { text: text.trim().to_owned(), zone });
    }
    ambiguous.earlier().map_err(|_| MomentError::OutOfTime(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tehran;

    #[test]
    fn people_write_instants_in_many_ways() {
        let ten: Timestamp = "2026-11-21T10:00+03:30".parse().unwrap();
        for text in [
            "2026-11-21T10:00+03:30",
            "2026-11-21T10:00:00+03:30",
            "2026-11-21T06:30Z",
            "2026-11-21 06:30:00.000Z",
            "2026-11-21t08:00+01:30",
            "2026-11-21T10:00",
            "2026-11-21 10:00",
            "2026/11/21 10:00",
            "1405/08/30 10:00",
            "1405/8/30 10:00:00",
            "1405-08-30T10:00",
            "1405-08-30T10:00+03:30",
            "1405-08-30 06:30Z",
            " ۱۴۰۵/۰۸/۳۰  ۱۰:۰۰ ",
            "١٤٠٥/٠٨/٣٠ ١٠:٠٠",
            "۲۰۲۶-۱۱-۲۱T۱۰:۰۰",
        ] {
            assert_eq!(moment(text, &tehran()), Ok(ten), "{text}");
        }
        let midnight = "2026-11-21T00:00+03:30".parse().unwrap();
        assert_eq!(moment("۱۴۰۵/۰۸/۳۰", &tehran()), Ok(midnight));
        assert_eq!(moment("2026-11-21", &tehran()), Ok(midnight));
        assert_eq!(moment("1405/8/30 9:05", &tehran()), Ok("2026-11-21T09:05+03:30".parse().unwrap()));
    }

    #[test]
    fn what_names_no_instant() {
        let english = |text: &str| moment(text, &tehran()).expect_err(text).to_string();
        for text in
            ["", "tomorrow", "10:00", "1405/08", "1405/08/30/1", "30 Aban 1405", "2026-11-21T10:00+99:99", "14050/1/1"]
        {
            assert!(english(text).contains("is no date and time"), "{text}: {}", english(text));
        }
        for text in ["1405/08/30 25:00", "1405/08/30 10", "1405/08/30 10:60", "1405/08/30 ten", "1405/08/30 +03:30"] {
            assert!(english(text).contains("is no time of day"), "{text}: {}", english(text));
        }
        assert_eq!(english("1405/01/32 10:00"), "month 1 has 31 days, so there is no day 32");
        assert_eq!(english("1405/12/30 10:00"), "1405 is no leap year: its Esfand has 29 days");
        assert_eq!(english("2026-02-30 10:00"), "there is no day 2026-02-30 in the Gregorian calendar");
        for text in ["", "1405/01/32", "2026-02-30", "1405/08/30 25:00", "2021-03-22 00:30"] {
            let persian = moment(text, &tehran()).unwrap_err().message_fa();
            assert!(persian.chars().any(|c| ('\u{600}'..'\u{700}').contains(&c)), "{text}: {persian}");
        }
    }

    #[test]
    fn clocks_that_change() {
        assert!(matches!(moment("2021-03-22 00:30", &tehran()), Err(MomentError::Jumped { .. })));
        assert!(matches!(moment("1400/01/02 00:30", &tehran()), Err(MomentError::Jumped { .. })));
        // 23:30 came twice; the first, in summer time.
        assert_eq!(moment("1400/06/30 23:30", &tehran()), Ok("2021-09-21T23:30+04:30".parse().unwrap()));
        assert_eq!(moment("2021-09-21 23:30+03:30", &tehran()), Ok("2021-09-21T20:00Z".parse().unwrap()));
        assert!(matches!(moment("9999-12-31 23:00", &TimeZone::UTC), Err(MomentError::OutOfTime(_))));
    }
}
