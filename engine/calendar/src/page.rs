//! A month of a calendar as a page: what every day is, and why.
//!
//! Owns: the month as data ([`MonthPage`]) and as text for terminals ([`MonthPage::text`]). Deliberately does not know
//! what day it is: the caller says which one is today. Pages of HTML are made elsewhere, from the data.

mod columns;
mod draw;
mod json;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use crate::{Calendar, Certainty, DAY_MINUTES, Day, Hours, Jalali, JalaliError, Name, Place, Why};

pub use draw::Ink;

/// Days of a week; Saturday is the first.
const WEEK: usize = 7;

/// A month of the Solar Hijri calendar, as a calendar has it in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthPage {
    pub calendar: String,
    pub title: Name,
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// From Saturday to Friday; days of other months are left out.
    pub weeks: Vec<[Option<PageDay>; WEEK]>,
    /// Whether lunar holidays of this year are unknown.
    pub lacks_table: bool,
}

/// A day on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageDay {
    pub date: Jalali,
    pub gregorian: Date,
    pub state: DayState,
    /// Open hours on the clocks of the zone, in order.
    pub hours: Vec<Hours>,
    /// Whether it counts where days are counted.
    pub counts: bool,
    pub is_today: bool,
    /// What is to be said of it: holidays, closures, a period's hours.
    pub notes: Vec<Note>,
}

/// What a day is, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayState {
    Open,
    /// Open for fewer hours than most days of the page.
    Short,
    /// A day of the week without hours.
    Off,
    Holiday,
    /// A holiday that may still move by a day.
    EstimatedHoliday,
    /// Closed for a part of its hours.
    PartlyClosed,
    Closed,
}

/// Something that is said of a day, and by which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub why: Why,
    pub name: Option<Name>,
    pub line: String,
    /// Hours that are closed; absent where it is the whole day.
    pub closed: Vec<Hours>,
}

impl MonthPage {
    /// The month 1 to 12 of a year, as the calendar has it in the place.
    pub fn new(
        calendar: &Calendar,
        place: &Place,
        year: i16,
        month: u8,
        today: Option<Jalali>,
    ) -> Result<Self, JalaliError> {
        let first = Jalali::new(year.into(), month.into(), 1)?;
        let mut weeks: Vec<[Option<PageDay>; WEEK]> = Vec::new();
        for day in 0..i32::from(first.days_in_month()) {
            let Some(date) = first.plus_days(day) else { break };
            let column = usize::from(date.weekday().since(Weekday::Saturday).unsigned_abs()) % WEEK;
            if weeks.is_empty() || column == 0 {
                weeks.push([const { None }; WEEK]);
            }
            let page_day = PageDay::new(calendar, place, date, today);
            if let Some(week) = weeks.last_mut() {
                week[column] = page_day;
            }
        }
        let mut page = Self {
            calendar: calendar.id().to_owned(),
            title: calendar.title().clone(),
            year,
            month,
            weeks,
            lacks_table: calendar.lacks_table(year),
        };
        page.find_short_days();
        Ok(page)
    }

    /// In the order of the month.
    pub fn days(&self) -> impl Iterator<Item = &PageDay> {
        self.weeks.iter().flatten().flatten()
    }

    /// Days that count where days are counted.
    pub fn working_days(&self) -> usize {
        self.days().filter(|day| day.counts).count()
    }

    /// The open hours of its days and on how many each are kept, the most frequent first.
    pub fn usual_hours(&self) -> Vec<(&[Hours], usize)> {
        let mut all: Vec<(&[Hours], usize)> = Vec::new();
        let whole = |day: &&PageDay| matches!(day.state, DayState::Open | DayState::Short);
        for day in self.days().filter(whole) {
            match all.iter_mut().find(|(hours, _)| *hours == day.hours) {
                Some((_, count)) => *count += 1,
                None => all.push((&day.hours, 1)),
            }
        }
        all.sort_by_key(|(hours, count)| (std::cmp::Reverse(*count), hours.first().copied()));
        all
    }

    fn find_short_days(&mut self) {
        let most = self.usual_hours().first().map_or(0, |(hours, _)| minutes(hours));
        for day in self.weeks.iter_mut().flatten().flatten() {
            if day.state == DayState::Open && minutes(&day.hours) < most {
                day.state = DayState::Short;
            }
        }
    }
}

impl PageDay {
    fn new(calendar: &Calendar, place: &Place, date: Jalali, today: Option<Jalali>) -> Option<Self> {
        let gregorian = date.to_gregorian();
        let day = calendar.day(gregorian, place)?;
        let clock = |at| minute(calendar, gregorian, at);
        let spans = |open: bool| day.segments.iter().filter(move |segment| segment.open == open);
        let hours: Vec<Hours> =
            joined(spans(true).map(|segment| Hours { from: clock(segment.from), to: clock(segment.to) }));
        let notes = notes(calendar, date, &day, &clock);
        let state = state(&day, &notes);
        let is_today = today == Some(date);
        Some(Self { date, gregorian, state, hours, counts: day.counts, is_today, notes })
    }
}

impl DayState {
    /// The name used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Short => "short",
            Self::Off => "off",
            Self::Holiday => "holiday",
            Self::EstimatedHoliday => "estimated-holiday",
            Self::PartlyClosed => "partly-closed",
            Self::Closed => "closed",
        }
    }
}

/// The holiday, also where it falls on a day off; then what else has a name: closures with the hours that they took,
/// and periods.
fn notes(calendar: &Calendar, date: Jalali, day: &Day<'_>, clock: &dyn Fn(Timestamp) -> u16) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    if let Some(holiday) = calendar.holiday(date) {
        let why = match holiday.certainty {
            Certainty::Announced => Why::Holiday,
            Certainty::Estimated => Why::EstimatedHoliday,
        };
        let name = Some(holiday.name.clone());
        notes.push(Note { why, name, line: holiday.origin.to_string(), closed: Vec::new() });
    }
    let is_open = day.segments.iter().any(|segment| segment.open);
    for segment in day.segments.iter().filter(|segment| segment.ground.name.is_some()) {
        let line = segment.ground.origin.to_string();
        let why = match segment.ground.why {
            Why::OutsideHours => Why::Open,
            why => why,
        };
        let index = notes.iter().position(|note| note.line == line && note.why == why).unwrap_or_else(|| {
            notes.push(Note { why, name: segment.ground.name.cloned(), line, closed: Vec::new() });
            notes.len() - 1
        });
        if why == Why::Closure && is_open {
            notes[index].closed.push(Hours { from: clock(segment.from), to: clock(segment.to) });
        }
    }
    notes
}

fn state(day: &Day<'_>, notes: &[Note]) -> DayState {
    let said = |why: Why| notes.iter().any(|note| note.why == why);
    if day.segments.iter().any(|segment| segment.open) {
        let is_cut = notes.iter().any(|note| !note.closed.is_empty());
        return if is_cut { DayState::PartlyClosed } else { DayState::Open };
    }
    match day.ground.why {
        _ if said(Why::Holiday) => DayState::Holiday,
        _ if said(Why::EstimatedHoliday) => DayState::EstimatedHoliday,
        Why::DayOff => DayState::Off,
        _ => DayState::Closed,
    }
}

/// What the clocks show at an instant of a day; the end of the day for its last one.
fn minute(calendar: &Calendar, date: Date, at: Timestamp) -> u16 {
    let local = calendar.zone().to_datetime(at);
    if local.date() > date {
        return DAY_MINUTES;
    }
    u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())
}

/// Hours that touch, as one.
fn joined(hours: impl Iterator<Item = Hours>) -> Vec<Hours> {
    let mut all: Vec<Hours> = Vec::new();
    for next in hours {
        match all.last_mut().filter(|last| last.to == next.from) {
            Some(last) => last.to = next.to,
            None => all.push(next),
        }
    }
    all
}

fn minutes(hours: &[Hours]) -> u16 {
    hours.iter().map(|hours| hours.minutes()).sum()
}
