//! A calendar as it was read: the week, the holidays, the closures, each with the line that says so.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use peygir_source::Span;

use crate::closure::Closures;
use crate::sheet::KeptOpen;
use crate::{Counting, Hours, Jalali, MonthDay, Name, Scope};

/// What says something: a line of a calendar, or a closure that was declared. Every rule carries its own, so that
/// rules of several calendars can stand in one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Line {
        /// Id of the calendar that was written.
        calendar: String,
        /// Line of its file, from 1.
        line: u32,
    },
    /// A closure that a person declared.
    Closure { id: String },
}

/// `ir-working:14`, `closure:01J…`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { calendar, line } => write!(f, "{calendar}:{line}"),
            Self::Closure { id } => write!(f, "closure:{id}"),
        }
    }
}

/// The usual hours of one day of the week; none on a day off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DayPattern {
    /// In order, without overlap.
    pub hours: Vec<Hours>,
    pub origin: Origin,
    /// Of the period that says so; absent for the week of all the year.
    pub name: Option<Name>,
}

impl DayPattern {
    pub fn minutes(&self) -> u16 {
        self.hours.iter().map(|hours| hours.minutes()).sum()
    }
}

/// Other hours from one day on, to a last day or for good: Ramadan, summer, a changed law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub first: Jalali,
    /// The last day of it; absent where it holds from then on.
    pub last: Option<Jalali>,
    /// Only the days that differ; Sunday first.
    pub week: [Option<DayPattern>; 7],
    pub office_hours: Option<Hours>,
}

impl Period {
    fn holds(&self, day: Jalali) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
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
    /// Whether it is the table of the year's lunar holidays; `false` where a calendar only adds days to those of its
    /// base, which has no table for the year.
    pub whole: bool,
}

/// Where the tables of a calendar are written: in its own file or in that of a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tables {
    pub calendar: String,
    pub file: String,
    pub span: Span,
}

/// A working calendar, with all that it takes from the calendars that it extends. Made by [`crate::read::calendar`] and
/// [`crate::Calendars::resolve`], which have refused what contradicts itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    pub(crate) id: String,
    pub(crate) title: Name,
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    /// Ids of the calendars that it extends, the nearest first.
    pub(crate) bases: Vec<String>,
    /// Where it answers in place of its bases; absent where it answers by its own name only.
    pub(crate) scope: Option<Scope>,
    /// Sunday first, as [`Weekday::to_sunday_zero_offset`] counts.
    pub(crate) week: [DayPattern; 7],
    /// The first one that holds and says something of a day speaks.
    pub(crate) periods: Vec<Period>,
    /// At whose end deadlines in working days fall due; the day's own hours where absent.
    pub(crate) office_hours: Option<Hours>,
    pub(crate) fixed: BTreeMap<MonthDay, Holiday>,
    pub(crate) years: BTreeMap<i16, YearTable>,
    /// Days of every year that are holidays elsewhere and not here.
    pub(crate) kept_days: BTreeMap<MonthDay, KeptOpen>,
    /// The same of one year; a fixed holiday is not kept on it.
    pub(crate) kept_dates: BTreeMap<Jalali, KeptOpen>,
    /// Absent where it keeps no holidays, or none that are written in a file.
    pub(crate) tables: Option<Tables>,
    /// As written, those of bases first.
    pub(crate) closures: Closures,
    /// Declared since: see [`crate::Calendars::with_closures`].
    pub(crate) declared: Closures,
    pub(crate) counting: Counting,
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

    /// Ids of the calendars that it extends, the nearest first.
    pub fn bases(&self) -> &[String] {
        &self.bases
    }

    /// Where it answers in place of its bases; absent where it answers by its own name only.
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    pub fn counting(&self) -> &Counting {
        &self.counting
    }

    /// Whether it is this calendar or extends it, directly or not.
    pub fn stands_on(&self, id: &str) -> bool {
        self.id == id || self.bases.iter().any(|base| base == id)
    }

    /// The holiday on this day, if it is one. A fixed one is named before one of the year's table: it is sure.
    pub fn holiday(&self, day: Jalali) -> Option<&Holiday> {
        let of_year = day.month_day();
        let fixed = self.fixed.get(&of_year).filter(|_| !self.kept_dates.contains_key(&day));
        fixed.or_else(|| self.years.get(&day.year())?.days.get(&of_year))
    }

    /// What says that the day, a holiday elsewhere, is not one here.
    pub(crate) fn kept_open(&self, day: Jalali) -> Option<&KeptOpen> {
        let of_year = || self.kept_days.get(&day.month_day());
        self.kept_dates.get(&day).or_else(of_year).filter(|_| self.holiday(day).is_none())
    }

    /// Whether it is open at every minute of every day, as long as no closure holds: a service that never closes.
    pub fn is_always_open(&self) -> bool {
        let all_day = |day: &DayPattern| day.hours == [Hours { from: 0, to: crate::DAY_MINUTES }];
        self.week.iter().all(all_day) && self.fixed.is_empty() && self.years.is_empty() && self.periods.is_empty()
    }

    /// Years that have a table of holidays.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.iter().filter(|(_, table)| table.whole).map(|(year, _)| *year)
    }

    /// Whether the calendar keeps holidays but has no table for this year, so that its lunar ones are unknown.
    pub fn lacks_table(&self, year: i16) -> bool {
        let keeps_holidays = !self.fixed.is_empty() || !self.years.is_empty();
        keeps_holidays && !self.years.get(&year).is_some_and(|table| table.whole)
    }

    /// The usual hours of a day: of the first period that says something of it, else of the week.
    pub(crate) fn pattern(&self, day: Jalali, weekday: Weekday) -> &DayPattern {
        let index = sunday_first(weekday);
        let of_period = self.periods_on(day).find_map(|period| period.week[index].as_ref());
        of_period.unwrap_or(&self.week[index])
    }

    /// At whose end a deadline of this day falls due, where the calendar says it.
    pub(crate) fn office_hours_on(&self, day: Jalali) -> Option<Hours> {
        self.periods_on(day).find_map(|period| period.office_hours).or(self.office_hours)
    }

    fn periods_on(&self, day: Jalali) -> impl Iterator<Item = &Period> {
        self.periods.iter().filter(move |period| period.holds(day))
    }
}

pub(crate) fn sunday_first(weekday: Weekday) -> usize {
    usize::from(weekday.to_sunday_zero_offset().unsigned_abs() % 7)
}
