//! Durations of the language: ISO 8601 text or an object of units.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde_json::Value;

/// Longest duration, in microseconds and as years: a thousand years. Longer ones are mistakes.
pub const MICROSECONDS_MAX: i64 = 1_000 * 366 * DAY;
pub const MONTHS_MAX: i64 = 12_000;

const MILLISECOND: i64 = 1_000;
const SECOND: i64 = 1_000 * MILLISECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const WEEK: i64 = 7 * DAY;

/// Units of ISO 8601 in the order in which they must come: letter, whether after the `T`, months, microseconds.
const UNITS: [(u8, bool, i64, i64); 7] = [
    (b'Y', false, 12, 0),
    (b'M', false, 1, 0),
    (b'W', false, 0, WEEK),
    (b'D', false, 0, DAY),
    (b'H', true, 0, HOUR),
    (b'M', true, 0, MINUTE),
    (b'S', true, 0, SECOND),
];

/// Members of the object form, in microseconds.
pub const MEMBERS: [(&str, i64); 5] =
    [("days", DAY), ("hours", HOUR), ("minutes", MINUTE), ("seconds", SECOND), ("milliseconds", MILLISECOND)];

/// Days and weeks are 24 h and 168 h exactly; months and years are calendar arithmetic in the flow's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duration {
    pub months: i64,
    pub microseconds: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("a duration is written like `PT1H30M` or `P2D`, or as {{days, hours, minutes, seconds, milliseconds}}")]
    Form,
    #[error("a duration has at most a thousand years")]
    TooLong,
}

impl Duration {
    pub const ZERO: Self = Self { months: 0, microseconds: 0 };

    /// Reads ISO 8601 text: `P1Y2M3W4DT5H6M7.5S`. A fraction may stand at the units of fixed length.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut rest = text.strip_prefix('P').ok_or(Error::Form)?;
        let mut duration = Self::ZERO;
        let mut in_time = false;
        let mut next_unit = 0;
        if rest.is_empty() || rest.ends_with('T') {
            return Err(Error::Form);
        }
        while !rest.is_empty() {
            if let Some(time) = rest.strip_prefix('T') {
                if in_time {
                    return Err(Error::Form);
                }
                in_time = true;
                rest = time;
            }
            let letter = rest.find(|character: char| character.is_ascii_uppercase()).ok_or(Error::Form)?;
            let (number, unit) = (&rest[..letter], rest.as_bytes()[letter]);
            let position = UNITS[next_unit..].iter().position(|known| known.0 == unit && known.1 == in_time);
            let index = next_unit + position.ok_or(Error::Form)?;
            duration = duration.plus(number, UNITS[index].2, UNITS[index].3)?;
            next_unit = index + 1;
            rest = &rest[letter + 1..];
        }
        Ok(duration)
    }

    /// Reads either form of a JSON value.
    pub fn from_json(value: &Value) -> Result<Self, Error> {
        let members = match value {
            Value::String(text) => return Self::parse(text),
            Value::Object(members) if !members.is_empty() => members,
            _ => return Err(Error::Form),
        };
        let mut duration = Self::ZERO;
        for (name, value) in members {
            let unit = MEMBERS.iter().find(|(known, _)| known == name).ok_or(Error::Form)?.1;
            let number = value.as_i64().filter(|number| *number >= 0).ok_or(Error::Form)?;
            duration = duration.plus_microseconds(i128::from(number) * i128::from(unit))?;
        }
        Ok(duration)
    }

    /// Adds a decimal number of a unit.
    fn plus(self, number: &str, months: i64, microseconds: i64) -> Result<Self, Error> {
        let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) || (fraction.is_some() && months != 0) {
            return Err(Error::Form);
        }
        let count: i64 = whole.parse().map_err(|_| Error::TooLong)?;
        let added = self.months.saturating_add(count.saturating_mul(months));
        if added > MONTHS_MAX {
            return Err(Error::TooLong);
        }
        let mut total = i128::from(count) * i128::from(microseconds);
        let mut scale = i128::from(microseconds);
        for digit in fraction.unwrap_or("").bytes().take(18) {
            // Parts below a microsecond are cut off.
            total += i128::from(digit - b'0') * scale / 10;
            scale /= 10;
        }
        Self { months: added, ..self }.plus_microseconds(total)
    }

    fn plus_microseconds(self, added: i128) -> Result<Self, Error> {
        let total = i128::from(self.microseconds) + added;
        let microseconds = i64::try_from(total).ok().filter(|total| *total <= MICROSECONDS_MAX);
        Ok(Self { microseconds: microseconds.ok_or(Error::TooLong)?, ..self })
    }

    /// The instant this long after `start`: months first, as a calendar of `zone` has them (the last day of a month
    /// where the day is missing), then the exact part. Past the end of time it is the end of time.
    pub fn after(self, start: Timestamp, zone: &TimeZone) -> Timestamp {
        let months = Span::new().try_months(self.months).and_then(|months| {
            let moved = start.to_zoned(zone.clone()).checked_add(months)?;
            Ok(moved.timestamp())
        });
        let moved = if self.months == 0 { start } else { months.unwrap_or(Timestamp::MAX) };
        let exact = jiff::SignedDuration::from_micros(self.microseconds);
        moved.checked_add(exact).unwrap_or(Timestamp::MAX)
    }

    /// Whether it takes any time at all.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn exact(microseconds: i64) -> Result<Duration, Error> {
        Ok(Duration { months: 0, microseconds })
    }

    #[test]
    fn both_forms() {
        for (text, expected) in [
            ("PT3H", exact(3 * HOUR)),
            ("P1D", exact(24 * HOUR)),
            ("P1W", exact(7 * DAY)),
            ("P1DT12H", exact(36 * HOUR)),
            ("PT1.5S", exact(1_500_000)),
            ("PT0.25H", exact(15 * MINUTE)),
            ("PT0S", exact(0)),
            ("PT0.0000001S", exact(0)),
            ("P1Y2M3D", Ok(Duration { months: 14, microseconds: 3 * DAY })),
            ("P1M", Ok(Duration { months: 1, microseconds: 0 })),
            ("PT1M", exact(MINUTE)),
            ("P100000Y", Err(Error::TooLong)),
            ("P99999999999999999999D", Err(Error::TooLong)),
        ] {
            assert_eq!(Duration::parse(text), expected, "{text}");
        }
        for text in [
            "", "P", "PT", "P1DT", "1h 30m", "1h", "PT1H30", "P1H", "PT1D", "P1.5M", "-PT1H", "PT-1H", "pt1h", "P1D2W",
            "PTT1H", "PT1S1H", "P۱D", "PT.5S", "PT1.S",
        ] {
            assert_eq!(Duration::parse(text), Err(Error::Form), "{text}");
        }
        assert_eq!(Duration::from_json(&json!({"hours": 1, "minutes": 30})), exact(90 * MINUTE));
        assert_eq!(
            Duration::from_json(&json!({"days": 1, "seconds": 2, "milliseconds": 3})),
            exact(DAY + 2 * SECOND + 3_000)
        );
        assert_eq!(Duration::from_json(&json!("PT1H")), exact(HOUR));
        for value in [json!({}), json!({"hour": 1}), json!({"hours": 1.5}), json!({"hours": -1}), json!(5), json!(null)]
        {
            assert_eq!(Duration::from_json(&value), Err(Error::Form), "{value}");
        }
        assert_eq!(Duration::from_json(&json!({"days": i64::MAX})), Err(Error::TooLong));
    }

    #[test]
    fn months_are_those_of_the_zone() {
        let tehran = TimeZone::get("Asia/Tehran").unwrap();
        let start: Timestamp = "2026-01-31T10:00:00+03:30".parse().unwrap();
        let after = |text: &str| Duration::parse(text).unwrap().after(start, &tehran).to_string();
        assert_eq!(after("P1M"), "2026-02-28T06:30:00Z");
        assert_eq!(after("P1MT1H"), "2026-02-28T07:30:00Z");
        assert_eq!(after("P1D"), "2026-02-01T06:30:00Z");
        let end = Duration { months: MONTHS_MAX, microseconds: MICROSECONDS_MAX };
        assert!(end.after(Timestamp::MAX, &tehran) == Timestamp::MAX);
    }
}
