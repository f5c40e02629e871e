//! Daily windows: hours in which something may be done, such as calling a citizen, or must rest, such as sending.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::hours::{Clock, HoursError, ends};
use crate::zone::instant;

/// Days looked ahead for an opening. One is enough unless the clocks jump over the whole window.
const LOOK_AHEAD_DAYS: usize = 8;

/// `08:00-21:00`: from the first minute up to, but not including, the second. A window whose end is the earlier
/// one lasts over midnight: `22:00-06:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: u16,
    to: u16,
}

impl Window {
    pub fn parse(text: &str) -> Result<Self, HoursError> {
        let (from, to) = ends(text)?;
        if from == to {
            return Err(HoursError::Order(text.to_owned()));
        }
        Ok(Self { from, to })
    }

    /// Whether the clocks of `zone` stand within the window.
    pub fn contains(&self, at: Timestamp, zone: &TimeZone) -> bool {
        let local = zone.to_datetime(at);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", Clock(self.from), Clock(self.to))
    }
}

/// `at` itself if it lies in the window, else the next opening; `at` again where time ends before one.
pub fn next_within(at: Timestamp, window: &Window, zone: &TimeZone) -> Timestamp {
    if window.contains(at, zone) {
        return at;
    }
    let mut day = zone.to_datetime(at).date();
    for _ in 0..LOOK_AHEAD_DAYS {
        let opening =
            instant(zone, day, window.from).filter(|opening| *opening > at && window.contains(*opening, zone));
        if let Some(opening) = opening {
            return opening;
        }
        let Ok(tomorrow) = day.tomorrow() else {
            return at;
        };
        day = tomorrow;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tehran;

    fn check(window: &str, at: &str, expected: &str) {
        let window = Window::parse(window).unwrap();
        let next = next_within(at.parse().unwrap(), &window, &tehran());
        assert_eq!(next, expected.parse().unwrap(), "{window} at {at}");
    }

    #[test]
    fn inside_now_outside_the_next_opening() {
        check("08:00-21:00", "2026-11-21T10:00+03:30", "2026-11-21T10:00+03:30");
        check("08:00-21:00", "2026-11-21T08:00+03:30", "2026-11-21T08:00+03:30");
        check("08:00-21:00", "2026-11-21T20:59:59+03:30", "2026-11-21T20:59:59+03:30");
        check("08:00-21:00", "2026-11-21T21:00+03:30", "2026-11-22T08:00+03:30");
        check("08:00-21:00", "2026-11-21T07:59:59.9+03:30", "2026-11-21T08:00+03:30");
        check("08:00-21:00", "2026-11-21T00:00+03:30", "2026-11-21T08:00+03:30");
        check("00:00-24:00", "2026-11-21T23:59+03:30", "2026-11-21T23:59+03:30");
    }

    #[test]
    fn a_window_may_last_over_midnight() {
        check("22:00-06:00", "2026-11-21T23:00+03:30", "2026-11-21T23:00+03:30");
        check("22:00-06:00", "2026-11-21T03:00+03:30", "2026-11-21T03:00+03:30");
        check("22:00-06:00", "2026-11-21T06:00+03:30", "2026-11-21T22:00+03:30");
    }

    #[test]
    fn summer_time_is_kept_in_mind() {
        check("08:00-21:00", "2022-06-30T22:00+04:30", "2022-07-01T08:00+04:30");
        check("08:00-21:00", "2022-09-21T22:00+04:30", "2022-09-22T08:00+03:30");
        // The clocks jumped over this whole window on that night.
        check("00:10-00:40", "2021-03-21T12:00+03:30", "2021-03-23T00:10+04:30");
    }

    #[test]
    fn wrong_windows() {
        assert!(Window::parse("08:00-08:00").is_err());
        assert!(Window::parse("08:00").is_err());
        assert!(Window::parse("08:00-25:00").is_err());
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let window = Window::parse("08:00-08:01").unwrap();
        assert_eq!(next_within(Timestamp::MAX, &window, &tehran()), Timestamp::MAX);
    }
}
