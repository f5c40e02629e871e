//! Time zones by their IANA names, from the tables compiled in, and the instants of a zone's wall-clock minutes.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::civil::{Date, time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

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
            let just_after = after_jump.checked_add(jiff::SignedDuration::from_nanos(1)).ok()?;
            zone.preceding(just_after).next().map(|jump| jump.timestamp())
        }
        _ => ambiguous.earlier().ok(),
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

    #[test]
    fn unknown_names_have_no_zone() {
        assert!(zone("Asia/Teheran").is_none());
        assert!(zone("Europe/Berlin").is_some());
    }
}
