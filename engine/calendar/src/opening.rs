//! When a calendar is next open.
//!
//! Owns: the search for open time from an instant on. Deliberately does not know deadlines: nothing is counted here.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::{Calendar, Day, Jalali, Place, SPAN_DAYS_MAX};

/// How long a calendar is open without a closed minute before that counts as always.
const ALWAYS: SignedDuration = SignedDuration::from_hours(31 * 24);

/// Open time without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The instant asked for, where it is open then; else the instant at which it opens.
    pub at: Timestamp,
    /// When it closes; absent where it does not within a month.
    pub until: Option<Timestamp>,
    /// Whether it was open at the instant asked for.
    pub is_now: bool,
}

impl Calendar {
    /// The open time that an instant lies in, or the next one after it. `None` where it does not open within ten years.
    pub fn opening(&self, place: &Place, at: Timestamp) -> Option<Opening> {
        let days = self.days_after(place, at, SPAN_DAYS_MAX as usize);
        let mut segments = days.flat_map(|day| day.segments).filter(|segment| segment.to > at);
        let first = segments.find(|segment| segment.open)?;
        let opening = first.from.max(at);
        let looked_at = opening.checked_add(ALWAYS).unwrap_or(Timestamp::MAX);
        let until = segments.take_while(|segment| segment.from < looked_at).find(|segment| !segment.open);
        Some(Opening { at: opening, until: until.map(|closed| closed.from), is_now: first.from <= at })
    }

    /// The first instant of a day at which it is open, and the midnight at which it begins where it is not.
    pub(crate) fn begin(&self, place: &Place, date: Jalali) -> Option<Timestamp> {
        let day = self.day(date.to_gregorian(), place)?;
        let opening = day.segments.iter().find(|segment| segment.open).map(|segment| segment.from);
        opening.or_else(|| day.from())
    }

    /// The day of an instant and those after it.
    fn days_after(&self, place: &Place, at: Timestamp, count: usize) -> impl Iterator<Item = Day<'_>> {
        let first = self.zone().to_datetime(at).date();
        let dates = std::iter::successors(Some(first), |day: &Date| day.tomorrow().ok());
        dates.take(count + 1).map_while(move |date| self.day(date, place))
    }
}
