//! Time zones by their IANA names, from the tables compiled in, and the instants of a zone's wall-clock minutes.

use std::sync::OnceLock;

use jiff::civil::{Date, time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};

use crate::hours::DAY_MINUTES;

/// The zone of Iran.
pub const TEHRAN: &str = "Asia/Tehran";

/// A zone by its IANA name. The host's own tables are never asked: an old host does not know that Iran gave up
/// summer time in 1401, and two nodes must not differ.
pub fn zone(name: &str) -> Option<TimeZone> {
    static TABLES: OnceLock<TimeZoneDatabase> = OnceLock::new();
    TABLES.get_or_init(TimeZoneDatabase::bundled).get(name).ok()
}

pub fn tehran() -> TimeZone {
    zone(TEHRAN).expect("Asia/Tehran is in the tables compiled in")
}

/// When the clocks of `zone` show this minute of this day; minute 1440 is the next midnight. A minute that the
/// clocks jump over is the instant of the jump; of one that comes twice, the first is meant. `None` only where
/// time ends.
pub(crate) fn instant(zone: &TimeZone, day: Date, minute: u16) -> Option<Timestamp> {
    let (day, minute) = match minute {
        DAY_MINUTES.. => (day.tomorrow().ok()?, 0),
        _ => (day, minute),
    };
    let local = day.to_datetime(time((minute / 60) as i8, (minute % 60) as i8, 0, 0));
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { before, .. } => {
            // Read with the offset before the jump, the minute lies at or after the jump.
            let after_jump = before.to_timestamp(local).ok()?;
            let just_after = after_jump.checked_add(SignedDuration::from_nanos(1)).ok()?;
            zone.preceding(just_after).next().map(|jump| jump.timestamp())
        }
        _ => ambiguous.earlier().ok(),
    }
}

/// The clocks of one day: what [`instant`] says of its minutes, asked of the zone twice and not for every minute.
pub(crate) struct DayClock<'a> {
    zone: &'a TimeZone,
    day: Date,
    midnight: Timestamp,
    /// Of the next day.
    end: Timestamp,
}

impl<'a> DayClock<'a> {
    /// `None` only where time ends.
    pub fn new(zone: &'a TimeZone, day: Date) -> Option<Self> {
        Some(Self { zone, day, midnight: instant(zone, day, 0)?, end: instant(zone, day, DAY_MINUTES)? })
    }

    pub fn day(&self) -> Date {
        self.day
    }

    /// The clock of the day after, which begins where this one ends.
    pub fn next(&self) -> Option<Self> {
        let day = self.day.tomorrow().ok()?;
        Some(Self { zone: self.zone, day, midnight: self.end, end: instant(self.zone, day, DAY_MINUTES)? })
    }

    pub fn instant(&self, minute: u16) -> Option<Timestamp> {
        const DAY_SECONDS: i64 = 24 * 3600;
        let (midnight, end) = (self.midnight.as_second(), self.end.as_second());
        match minute {
            0 => Some(self.midnight),
            DAY_MINUTES.. => Some(self.end),
            // No zone moves its clocks forth and back on one day: one of usual length has no change in it. Clocks change
            // at whole seconds.
            _ if end - midnight == DAY_SECONDS => Timestamp::from_second(midnight + i64::from(minute) * 60).ok(),
            _ => instant(self.zone, self.day, minute),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn tehran_had_summer_time_until_1401() {
        let offset = |text| tehran().to_offset(at(text)).seconds();
        assert_eq!(offset("2022-07-01T12:00Z"), 16_200);
        assert_eq!(offset("2023-07-01T12:00Z"), 12_600);
        assert_eq!(offset("2021-07-01T12:00Z"), 16_200);
        assert_eq!(offset("2026-11-21T12:00Z"), 12_600);
        let last = tehran().preceding(at("2099-01-01T00:00Z")).next().unwrap().timestamp();
        assert_eq!(last, at("2022-09-21T19:30Z"));
    }

    #[test]
    fn a_minute_jumped_over_is_the_jump_and_a_double_one_the_first() {
        let tehran = tehran();
        let spring = jiff::civil::date(2021, 3, 22);
        for minute in [0, 30, 60] {
            assert_eq!(instant(&tehran, spring, minute), Some(at("2021-03-21T20:30Z")), "{minute}");
        }
        assert_eq!(instant(&tehran, spring, 61), Some(at("2021-03-21T20:31Z")));
        let autumn = jiff::civil::date(2021, 9, 21);
        assert_eq!(instant(&tehran, autumn, 23 * 60 + 30), Some(at("2021-09-21T19:00Z")));
        assert_eq!(instant(&tehran, autumn, DAY_MINUTES), Some(at("2021-09-21T20:30Z")));
        assert_eq!(instant(&tehran, Date::MAX, DAY_MINUTES), None);
    }

    /// Every minute of years with changes, in zones that change at midnight, at one and at two, by an hour and by half.
    #[test]
    fn the_clock_of_a_day_says_what_the_zone_says() {
        for name in ["Asia/Tehran", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"] {
            let zone = zone(name).unwrap();
            let days = jiff::civil::date(2017, 1, 1).series(jiff::Span::new().days(1));
            let mut clock = DayClock::new(&zone, jiff::civil::date(2016, 12, 31)).unwrap();
            for day in days.take(6 * 365) {
                clock = clock.next().unwrap();
                assert_eq!(clock.day(), day);
                for minute in (0..=DAY_MINUTES).step_by(15) {
                    assert_eq!(clock.instant(minute), instant(&zone, day, minute), "{name} {day} {minute}");
                }
            }
        }
        assert!(DayClock::new(&tehran(), Date::MAX).is_none());
    }

    #[test]
    fn unknown_names_have_no_zone() {
        assert!(zone("Asia/Teheran").is_none());
        assert!(zone("Europe/Berlin").is_some());
    }
}
