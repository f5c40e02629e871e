//! Rules that name a day: "first working Monday of the season", «آخرین روز کاری ماه».
//!
//! Owns: what such a rule means ([`Rule`]), its words in both languages and its structured form, and the days that it
//! gives in a calendar. Deliberately does not know what is done on that day, nor what time it is now.
//!
//! **Which day.** The days of a period are counted from its first one, or from its last one where the number is below
//! zero. A *working* day is one that counts in the calendar as it answers in the place: days off, holidays and whole
//! closures are passed over, so that the first working Monday is the first Monday on which there is work.
//!
//! **At which instant.** At the first open minute of the day; at its first minute where it is not open.

mod error;
mod json;
mod parse;
mod words;

use jiff::Timestamp;
use jiff::civil::Weekday;

use crate::{Calendar, Caveat, Jalali, Period, Place, SPAN_DAYS_MAX};

pub use error::{RuleError, RulePart, RuleProblem};

/// Longest text of a rule, in bytes.
pub const TEXT_BYTES_MAX: usize = 256;
/// Most periods between that of an instant and that of a rule.
pub const OFFSET_MAX: i32 = 1_000;

/// A day by its place in a week, month, season or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Which one, from 1; from the end where it is below zero: -1 is the last one.
    pub nth: i16,
    /// Only days that count in the calendar are counted.
    pub working: bool,
    /// Only this day of the week is counted; every day where absent.
    pub weekday: Option<Weekday>,
    pub of: Period,
    /// How many periods after that of the instant: 0 is the same one, -1 the one before.
    pub offset: i32,
}

/// The day that a rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occurrence {
    pub rule: Rule,
    pub date: Jalali,
    /// Its first open minute; its first minute where it is not open.
    pub at: Timestamp,
    /// First and last day of the period that was looked at.
    pub period: (Jalali, Jalali),
    /// What it leans on that may still change; nothing where the rule asks for no working day.
    pub caveats: Vec<Caveat>,
}

impl Rule {
    /// The same rule if no number in it is out of bounds.
    pub fn checked(self) -> Result<Self, RuleError> {
        let most = self.most();
        if self.nth == 0 || self.nth.unsigned_abs() > most.unsigned_abs() {
            let problem = RuleProblem::TooMany { nth: self.nth.into(), most, of: self.of };
            return Err(RuleError::without_place(problem));
        }
        if self.offset.unsigned_abs() > OFFSET_MAX.unsigned_abs() {
            return Err(RuleError::without_place(RuleProblem::OutOfTime));
        }
        Ok(self)
    }

    /// Most of such days that any period has.
    fn most(&self) -> i16 {
        match (self.of, self.weekday) {
            (Period::Week, None) => 7,
            (Period::Week, Some(_)) => 1,
            (Period::Month, None) => 31,
            (Period::Month, Some(_)) => 5,
            (Period::Season, None) => 93,
            (Period::Season, Some(_)) => 14,
            (Period::Year, None) => 366,
            (Period::Year, Some(_)) => 53,
        }
    }

    /// The day in the period that holds `at`, or in the one that lies the rule's offset from it.
    pub fn occurrence(&self, calendar: &Calendar, place: &Place, at: Timestamp) -> Result<Occurrence, RuleError> {
        let (first, last) = self.period(calendar, at, self.offset)?;
        let found = self.in_period(calendar, place, (first, last));
        found.ok_or_else(|| RuleError::without_place(RuleProblem::NoSuchDay { first, last }))
    }

    /// The first such day whose instant lies after `at`: in the period that the rule names from there on, else in the
    /// periods that follow.
    pub fn after(&self, calendar: &Calendar, place: &Place, at: Timestamp) -> Result<Occurrence, RuleError> {
        if self.offset < 0 {
            return Err(RuleError::without_place(RuleProblem::Past));
        }
        let (begin, _) = self.period(calendar, at, self.offset)?;
        for offset in self.offset.. {
            let (first, last) = self.period(calendar, at, offset)?;
            if (first.to_gregorian() - begin.to_gregorian()).get_days().unsigned_abs() > SPAN_DAYS_MAX {
                break;
            }
            let found = self.in_period(calendar, place, (first, last));
            if let Some(found) = found.filter(|found| found.at > at) {
                return Ok(found);
            }
        }
        Err(RuleError::without_place(RuleProblem::Never))
    }

    fn period(&self, calendar: &Calendar, at: Timestamp, offset: i32) -> Result<(Jalali, Jalali), RuleError> {
        let today = Jalali::from_gregorian(calendar.zone().to_datetime(at).date());
        let period = self.of.around(today, offset);
        period.ok_or_else(|| RuleError::without_place(RuleProblem::OutOfTime))
    }

    fn in_period(&self, calendar: &Calendar, place: &Place, period: (Jalali, Jalali)) -> Option<Occurrence> {
        let (first, last) = period;
        let (start, step) = if self.nth > 0 { (first, 1) } else { (last, -1) };
        let days = std::iter::successors(Some(start), |day| day.plus_days(step));
        let within = days.take_while(|day| first <= *day && *day <= last);
        let fitting = within.filter(|day| self.fits(calendar, place, *day));
        let date = fitting.take(usize::from(self.nth.unsigned_abs())).enumerate().last();
        let (index, date) = date?;
        if index + 1 < usize::from(self.nth.unsigned_abs()) {
            return None;
        }
        let at = calendar.begin(place, date)?;
        let caveats =
            if self.working { calendar.caveats_between(start.min(date), start.max(date)) } else { Vec::new() };
        Some(Occurrence { rule: *self, date, at, period, caveats })
    }

    fn fits(&self, calendar: &Calendar, place: &Place, date: Jalali) -> bool {
        let weekday = self.weekday.is_none_or(|weekday| weekday == date.weekday());
        weekday && (!self.working || calendar.day(date.to_gregorian(), place).is_some_and(|day| day.counts))
    }
}
