//! From a moment and a term to a deadline, stretch by stretch.
//!
//! Owns what may be asked and what is answered; [`count`] walks the days, [`way`] lays the stretches, [`rests`] knows
//! where the deadline was suspended, [`caveats`] what may still move it. Deliberately does not know which calendar
//! answers where ([`crate::Calendars`]) nor who asked for a suspension.

mod caveats;
mod count;
mod rests;
mod way;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::plans::{Days, Kept};
use crate::{Calendar, Day, Deadline, Place, SUSPENSIONS_MAX, Suspension, Term};
use count::Count;
use rests::Rests;

/// Most working days that a term may ask for.
pub const WORKING_DAYS_MAX: u32 = 1000;
/// Most days between receipt and deadline: ten years.
pub const SPAN_DAYS_MAX: u32 = 3660;

const SPAN_MICROSECONDS_MAX: i64 = SPAN_DAYS_MAX as i64 * 24 * 3600 * 1_000_000;

/// Why there is no deadline for a term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DueError {
    #[error("a deadline must be some time ahead; give a term above zero")]
    Empty,
    #[error("a term is at most {WORKING_DAYS_MAX} working days or {SPAN_DAYS_MAX} days of time")]
    TooLong,
    #[error("calendar {calendar} is not open long enough in the {SPAN_DAYS_MAX} days after the receipt")]
    NeverOpen { calendar: String },
    #[error("a deadline is suspended at most {SUSPENSIONS_MAX} times")]
    Suspensions,
    #[error("the date that is set must lie after the receipt")]
    SetBeforeReceipt,
}

impl DueError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        let text = match self {
            Self::Empty => "مهلت باید در آینده باشد؛ مدتی بیشتر از صفر بدهید".to_owned(),
            Self::TooLong => format!("مهلت حداکثر {WORKING_DAYS_MAX} روز کاری یا {SPAN_DAYS_MAX} روز است"),
            Self::NeverOpen { calendar } => {
                let days = crate::digits::to_persian(&SPAN_DAYS_MAX.to_string());
                return format!("تقویم {calendar} در {days} روز پس از دریافت به اندازهٔ کافی باز نیست");
            }
            Self::Suspensions => format!("یک مهلت حداکثر {SUSPENSIONS_MAX} بار متوقف می‌شود"),
            Self::SetBeforeReceipt => "تاریخ تعیین‌شده باید پس از زمان دریافت باشد".to_owned(),
        };
        crate::digits::to_persian(&text)
    }
}

/// All that a deadline follows from, beside the calendar: equal questions get equal answers.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// When it was received.
    pub from: Timestamp,
    pub term: Term,
    /// Where: closures and hours may differ by place.
    pub place: &'a Place,
    /// In which the deadline did not run, in the order of their beginnings. They may overlap; what lies in several is
    /// the first one's.
    pub suspensions: &'a [Suspension],
}

impl Calendar {
    /// The deadline for a place, with what the law suspended.
    ///
    /// - Time as clocks count it, and open time, run outside of suspensions only; the deadline is the instant at which
    ///   the term is used up.
    /// - A day counts if the calendar counts it and it was open outside of suspensions for at least the share of its
    ///   usual hours that the calendar asks for. The deadline is the close of the last counted day. A day whose close
    ///   lies in a suspension is not the last one: else a deadline would fall due in the instant in which it is
    ///   suspended.
    /// - A closure that was declared after the receipt never makes the deadline earlier: it takes open time and days
    ///   away, but a day that counts all the same ends at the close that it had, and hours that it offers in place of the
    ///   usual ones are not held against the term.
    ///
    /// Who derives many deadlines does it by [`crate::Plans`], which keep days that several of them ask for.
    pub fn derive(&self, ask: &Ask<'_>) -> Result<Deadline, DueError> {
        self.derive_by(&Days::new(self, &mut Kept::default()), ask)
    }

    pub(crate) fn derive_by(&self, days: &Days<'_>, ask: &Ask<'_>) -> Result<Deadline, DueError> {
        if ask.suspensions.len() > SUSPENSIONS_MAX {
            return Err(DueError::Suspensions);
        }
        let from = whole_microseconds(ask.from);
        let rests = Rests::new(from, ask.suspensions);
        let count = Count { calendar: self, days, place: ask.place, rests: &rests, from };
        let derivation = match ask.term {
            Term::Within { microseconds } => count.elapsed(checked(microseconds)?)?,
            Term::WorkingDays { days } => count.days(days)?,
            Term::WorkingTime { microseconds } => count.open_time(checked(microseconds)?)?,
        };
        let due = derivation.last().map_or(from, |stretch| stretch.to);
        // Elapsed time asks no day of the calendar, so nothing in the calendar can move it.
        let caveats = match ask.term {
            Term::Within { .. } => Vec::new(),
            _ => self.caveats(from, due),
        };
        Ok(Deadline {
            due,
            from,
            term: ask.term,
            calendar: self.id.clone(),
            calendar_title: self.title.clone(),
            zone: self.zone_name.clone(),
            derivation,
            caveats,
            place: ask.place.clone(),
            set: None,
            derived: None,
        })
    }

    /// The instant that lies a term before another, for reminders.
    ///
    /// - Time as clocks count it: that much earlier.
    /// - Working days: the opening of the nth counted day before the day of `due`, which itself is not counted. A `due`
    ///   at midnight belongs to the day that it ends.
    /// - Open time: the last instant from which that much open time is left until `due`.
    ///
    /// It may lie before the receipt. Suspensions are not asked: they are over by then, or the deadline moves.
    pub fn before(&self, due: Timestamp, term: Term, place: &Place) -> Result<Timestamp, DueError> {
        let due = whole_microseconds(due);
        match term {
            Term::Within { microseconds } => plus(due, -checked(microseconds)?).ok_or(DueError::TooLong),
            Term::WorkingDays { days } => self.days_before(due, days, place),
            Term::WorkingTime { microseconds } => self.open_time_before(due, checked(microseconds)?, place),
        }
    }

    /// The deadline of any kind of term, for no place in particular and never suspended.
    pub fn due(&self, from: Timestamp, term: Term) -> Result<Deadline, DueError> {
        self.derive(&Ask { from, term, place: &Place::default(), suspensions: &[] })
    }

    /// Time as clocks count it, whatever is open or closed.
    pub fn within(&self, from: Timestamp, duration: SignedDuration) -> Result<Deadline, DueError> {
        self.due(from, Term::within(duration))
    }

    /// The close of office hours of the nth open day after the day of receipt. A half day is a day; a day closed
    /// from an hour on is one if it was open for half of its hours: all unless the calendar says otherwise.
    pub fn working_days(&self, from: Timestamp, days: u32) -> Result<Deadline, DueError> {
        self.due(from, Term::working_days(days))
    }

    /// Open time from the moment on; due at the instant at which it is used up.
    pub fn working_time(&self, from: Timestamp, duration: SignedDuration) -> Result<Deadline, DueError> {
        self.due(from, Term::working_time(duration))
    }

    fn days_before(&self, due: Timestamp, days: u32, place: &Place) -> Result<Timestamp, DueError> {
        let mut halves = halves_of(days)?;
        for day in self.days_back(due, place).skip(1) {
            let opening = day.segments.iter().find(|segment| segment.open);
            let Some(opening) = opening.filter(|_| day.counts) else { continue };
            halves = halves.saturating_sub(day.halves);
            if halves == 0 {
                return Ok(opening.from);
            }
        }
        Err(self.never_open())
    }

    fn open_time_before(&self, due: Timestamp, microseconds: i64, place: &Place) -> Result<Timestamp, DueError> {
        let mut left = microseconds;
        for day in self.days_back(due, place) {
            for segment in day.segments.iter().rev().filter(|segment| segment.open && segment.from < due) {
                let to = segment.to.min(due);
                let open = to.as_microsecond() - segment.from.as_microsecond();
                if open >= left {
                    return plus(to, -left).ok_or(DueError::TooLong);
                }
                left -= open;
            }
        }
        Err(self.never_open())
    }

    fn never_open(&self) -> DueError {
        DueError::NeverOpen { calendar: self.id.clone() }
    }

    /// The day that ends with `due` or holds it and those before it, as many as a deadline may span.
    fn days_back(&self, due: Timestamp, place: &Place) -> impl Iterator<Item = Day<'_>> {
        let just_before = plus(due, -1).unwrap_or(due);
        let last = self.zone.to_datetime(just_before).date();
        std::iter::successors(Some(last), |day: &Date| day.yesterday().ok())
            .take(SPAN_DAYS_MAX as usize + 1)
            .map_while(move |day| self.day(day, place))
    }
}

/// Working days as halves of days, which some calendars count.
fn halves_of(days: u32) -> Result<u32, DueError> {
    match days {
        0 => Err(DueError::Empty),
        1..=WORKING_DAYS_MAX => Ok(2 * days),
        _ => Err(DueError::TooLong),
    }
}

fn checked(microseconds: i64) -> Result<i64, DueError> {
    match microseconds {
        ..=0 => Err(DueError::Empty),
        1..=SPAN_MICROSECONDS_MAX => Ok(microseconds),
        _ => Err(DueError::TooLong),
    }
}

fn plus(at: Timestamp, microseconds: i64) -> Option<Timestamp> {
    at.checked_add(SignedDuration::from_micros(microseconds)).ok()
}

/// What is stored is whole microseconds, so what is computed from must be too.
pub(crate) fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
