//! A calendar as it was read: the week, the holidays, the closures, each with the line that says so.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::{Hours, Jalali, MonthDay, Name};

/// The line of the calendar that says something. Every rule carries its own, so that rules of several calendars
/// can stand in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Id of the calendar that was written.
    pub calendar: String,
    /// Line of its file, from 1.
    pub line: u32,
}

/// `ir-working:14`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.calendar, self.line)
    }
}

/// The usual hours of one day of the week; none on a day off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayPattern {
    /// In order, without overlap.
    pub hours: Vec<Hours>,
    pub origin: Origin,
}

/// How sure a holiday is. Lunar days follow the sighting of the moon and may move by a day until announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    Announced,
    Estimated,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub name: Name,
    pub certainty: Certainty,
    pub origin: Origin,
}

/// The holidays of one year that are not the same in every year: lunar ones and those declared once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearTable {
    pub days: BTreeMap<MonthDay, Holiday>,
    pub origin: Origin,
}

/// A day on which the offices are closed although the calendar has it open, wholly or from an hour on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Minutes after midnight; 0 for the whole day.
    pub from: u16,
    pub name: Name,
    pub origin: Origin,
}

/// A working calendar. Made by [`crate::read::calendar`], which has refused what contradicts itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub(crate) id: String,
    pub(crate) title: Name,
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    /// Sunday first, as [`Weekday::to_sunday_zero_offset`] counts.
    pub(crate) week: [DayPattern; 7],
    /// At whose end deadlines in working days fall due; the day's own hours where absent.
    pub(crate) office_hours: Option<Hours>,
    pub(crate) fixed: BTreeMap<MonthDay, Holiday>,
    pub(crate) years: BTreeMap<i16, YearTable>,
    pub(crate) closures: BTreeMap<Jalali, Closure>,
}

impl Calendar {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn title(&self) -> &Name {
        &self.title
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// IANA name of the zone.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The holiday on this day, if it is one. A fixed one is named before one of the year's table: it is sure.
    pub fn holiday(&self, day: Jalali) -> Option<&Holiday> {
        let of_year = day.month_day();
        let in_table = || self.years.get(&day.year())?.days.get(&of_year);
        self.fixed.get(&of_year).or_else(in_table)
    }

    /// Whether the calendar keeps holidays but has no table for this year, so that its lunar ones are unknown.
    pub fn lacks_table(&self, year: i16) -> bool {
        let keeps_holidays = !self.fixed.is_empty() || !self.years.is_empty();
        keeps_holidays && !self.years.contains_key(&year)
    }

    pub(crate) fn pattern(&self, weekday: Weekday) -> &DayPattern {
        &self.week[usize::from(weekday.to_sunday_zero_offset().unsigned_abs() % 7)]
    }
}
