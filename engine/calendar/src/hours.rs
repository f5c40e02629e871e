//! Spans of a day's wall clock, as people write them: `07:30-14:30`.

use std::fmt;

use crate::digits;

/// Minutes of a day as clocks count them; also the minute that ends it.
pub const DAY_MINUTES: u16 = 24 * 60;

/// From one minute of a day up to, but not including, a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, at most [`DAY_MINUTES`]; later than `from`.
    pub to: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("{0:?} is no span of hours like 07:30-14:30")]
    Form(String),
    #[error("{0:?} is no time of day; they go from 00:00 to 24:00")]
    Time(String),
    #[error("{0:?} ends before it begins, or is empty")]
    Order(String),
}

impl HoursError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        match self {
            Self::Form(text) => format!("«{text}» بازه‌ای از ساعت‌ها مانند 07:30-14:30 نیست"),
            Self::Time(text) => {
                format!("«{text}» ساعتی از روز نیست؛ ساعت‌ها از 00:00 تا 24:00 هستند")
            }
            Self::Order(text) => format!("«{text}» پیش از آغازش پایان می‌یابد یا خالی است"),
        }
    }
}

/// `7:30`, `07:30`, `۰۷:۳۰`, up to `24:00`, as minutes after midnight.
pub fn minute_of_day(text: &str) -> Result<u16, HoursError> {
    let refused = || HoursError::Time(text.trim().to_owned());
    let ascii = digits::to_ascii(text.trim());
    let (hour, minute) = ascii.split_once(':').ok_or_else(refused)?;
    let number = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        let is_number = lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse::<u16>().ok()).flatten()
    };
    let hour = number(hour, 1..=2).ok_or_else(refused)?;
    let minute = number(minute, 2..=2).filter(|m| *m < 60).ok_or_else(refused)?;
    Some(hour * 60 + minute).filter(|m| *m <= DAY_MINUTES).ok_or_else(refused)
}

/// Both ends of `07:30-14:30` (also with an en dash), in the order of writing.
pub(crate) fn ends(text: &str) -> Result<(u16, u16), HoursError> {
    let (from, to) = text.split_once(['-', '–']).ok_or_else(|| HoursError::Form(text.to_owned()))?;
    Ok((minute_of_day(from)?, minute_of_day(to)?))
}

impl Hours {
    pub const ALL_DAY: Self = Self { from: 0, to: DAY_MINUTES };

    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let (from, to) = ends(text)?;
        if from >= to {
            return Err(HoursError::Order(text.to_owned()));
        }
        Ok(Self { from, to })
    }

    pub fn minutes(self) -> u16 {
        self.to - self.from
    }

    /// Whether this minute after midnight lies in it.
    pub fn holds(self, minute: u16) -> bool {
        (self.from..self.to).contains(&minute)
    }
}

/// `07:30-14:30`.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", Clock(self.from), Clock(self.to))
    }
}

/// Minutes after midnight, shown as `07:30`.
pub(crate) struct Clock(pub u16);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_people() {
        for text in ["07:30-14:30", "7:30-14:30", "۰۷:۳۰-۱۴:۳۰", "07:30 – 14:30"] {
            assert_eq!(Hours::parse(text).unwrap().to_string(), "07:30-14:30", "{text}");
        }
        assert_eq!(Hours::parse("00:00-24:00"), Ok(Hours::ALL_DAY));
    }

    #[test]
    fn wrong_hours() {
        let form = |text: &str| HoursError::Form(text.to_owned());
        let time = |text: &str| HoursError::Time(text.to_owned());
        let order = |text: &str| HoursError::Order(text.to_owned());
        assert_eq!(Hours::parse("07:30"), Err(form("07:30")));
        assert_eq!(Hours::parse("25:00-26:00"), Err(time("25:00")));
        assert_eq!(Hours::parse("08:00-24:01"), Err(time("24:01")));
        assert_eq!(Hours::parse("08:60-09:00"), Err(time("08:60")));
        assert_eq!(Hours::parse("8-9"), Err(time("8")));
        assert_eq!(Hours::parse("08:00-+9:00"), Err(time("+9:00")));
        assert_eq!(Hours::parse("14:30-07:30"), Err(order("14:30-07:30")));
        assert_eq!(Hours::parse("08:00-08:00"), Err(order("08:00-08:00")));
    }
}
