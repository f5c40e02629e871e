//! Repeated wall-clock times, written in the five fields of POSIX cron: minute, hour, day of the month, month, day of
//! the week.
//!
//! Owns: what the five fields mean, when such a schedule is next due in a zone, and how it reads in words. The search
//! over days is the `cron` crate's; that crate has Quartz fields (a second first, Sunday as day 1, both day fields
//! always together), so it is only ever given lists of plain numbers and names of days, and two searches where either
//! day field may match. Deliberately does not know what is scheduled, nor what becomes of ticks that were missed.
//!
//! **Days.** Where the day of the month and the day of the week are both restricted (written as anything but `*`), a
//! day that matches either counts. Months and their days are Gregorian.
//!
//! **Clocks that change.** A time is one on the clocks of the zone. A time that the clocks jump over is due once, at
//! the moment of the jump, together with all others that were jumped over. A time that comes twice is due the first
//! time only; so `*/10 * * * *` pauses while an hour is repeated.
//!
//! **Refused**: seconds and years (six or seven fields), names of whole schedules (`@daily`), and the signs `L`, `W`,
//! `#` and `?`, all of which some cron or other has and POSIX has not; ranges that run backwards, steps of a single
//! number, steps longer than their field, and days that no month has.

mod error;
mod field;
mod words;

use chrono::{DateTime, Utc};
use jiff::Timestamp;
use jiff::civil::DateTime as Civil;
use jiff::tz::TimeZone;

use crate::zone;

pub use error::{Error, Problem};
pub use field::Field;
use field::Set;
pub(crate) use words::gregorian_month;

/// Longest text, in bytes.
pub const TEXT_BYTES_MAX: usize = 512;
/// Most wall-clock times looked at in one search; only those of a repeated stretch of the clock are looked at in vain,
/// and no zone ever set its clocks back by more than a day.
const CANDIDATES_MAX: usize = 2 * 24 * 60;
/// The last second before the years that are searched, 1970 to 2100.
const BEFORE_ALL: i64 = -1;

/// A schedule in five fields. Two are equal where they have the same times and the same way to combine days.
#[derive(Debug, Clone)]
pub struct Schedule {
    minutes: Set,
    hours: Set,
    days: Set,
    months: Set,
    weekdays: Set,
    /// Searches whose times together are the schedule's.
    searches: Vec<cron::Schedule>,
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.sets() == other.sets()
    }
}

impl Eq for Schedule {}

impl Schedule {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let words = fields(text)?;
        let set = |at: usize| field::parse(words[at].1, words[at].0, Field::ALL[at]);
        let (minutes, hours, days, months, weekdays) = (set(0)?, set(1)?, set(2)?, set(3)?, set(4)?);
        let mut schedule = Self { minutes, hours, days, months, weekdays, searches: Vec::new() };
        if !schedule.comes() {
            return Err(Error::new(Some(Field::Day), words[2].0..words[2].0 + words[2].1.len(), Problem::Never));
        }
        schedule.searches = schedule.searches();
        Ok(schedule)
    }

    /// The first instant after `instant` at which the clocks of `zone` show a time of this schedule. `None` where
    /// the search ends, after the year 2100; until then a schedule that parsed comes at least every eight years.
    pub fn next_after(&self, instant: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let local = zone.to_datetime(instant);
        self.searches.iter().filter_map(|search| next(search, local, instant, zone)).min()
    }

    /// Whether both day fields restrict, so that either may match.
    fn either_day(&self) -> bool {
        self.days.restricted && self.weekdays.restricted
    }

    fn sets(&self) -> [&Set; 5] {
        [&self.minutes, &self.hours, &self.days, &self.months, &self.weekdays]
    }

    /// Whether there is a year with such a day.
    fn comes(&self) -> bool {
        let longest = |month: u8| match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let first = self.days.values().next().unwrap_or(1);
        self.weekdays.restricted || self.months.values().any(|month| longest(month) >= first)
    }

    fn searches(&self) -> Vec<cron::Schedule> {
        let search = |days: &str, weekdays: &str| {
            let (minutes, hours, months) = (self.minutes.list(), self.hours.list(), self.months.list());
            let text = format!("0 {minutes} {hours} {days} {months} {weekdays}");
            text.parse().expect("lists of numbers within range and names of days are in the crate's grammar")
        };
        let (days, weekdays) = (self.days.list(), self.weekdays.day_names());
        if self.either_day() {
            return vec![search(&days, "*"), search("*", &weekdays)];
        }
        vec![search(&days, &weekdays)]
    }
}

/// The fields with their offsets.
fn fields(text: &str) -> Result<Vec<(usize, &str)>, Error> {
    let whole = 0..text.len();
    if text.len() > TEXT_BYTES_MAX {
        return Err(Error::new(None, whole, Problem::TooLong));
    }
    let words: Vec<(usize, &str)> =
        text.split([' ', '\t']).filter(|word| !word.is_empty()).map(|word| (offset(text, word), word)).collect();
    if let Some((_, name)) = words.first().filter(|(_, word)| word.starts_with('@')) {
        return Err(Error::new(None, whole, Problem::Nickname { name: (*name).to_owned() }));
    }
    if words.len() != Field::ALL.len() {
        return Err(Error::new(None, whole, Problem::Count { found: words.len() }));
    }
    Ok(words)
}

/// Where `word`, a slice of `text`, begins.
fn offset(text: &str, word: &str) -> usize {
    (word.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// Wall-clock times are searched as if they were UTC, and only then placed in the zone. Placing keeps their order, so
/// the first that lies after `instant` is the next.
fn next(search: &cron::Schedule, local: Civil, instant: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let seconds = TimeZone::UTC.to_timestamp(local).ok()?.as_second();
    let after: DateTime<Utc> = DateTime::from_timestamp(seconds.max(BEFORE_ALL), 0)?;
    for candidate in search.after(&after).take(CANDIDATES_MAX) {
        let wall = TimeZone::UTC.to_datetime(Timestamp::from_second(candidate.timestamp()).ok()?);
        let minute = u16::from(wall.hour().unsigned_abs()) * 60 + u16::from(wall.minute().unsigned_abs());
        let at = zone::instant(zone, wall.date(), minute)?;
        if at > instant {
            return Some(at);
        }
    }
    None
}

impl std::str::FromStr for Schedule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
