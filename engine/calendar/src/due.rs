//! From a moment and a term to a deadline, stretch by stretch.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::deadline::Ground;
use crate::{Calendar, Caveat, Certainty, Day, Deadline, Jalali, Place, Stretch, Suspension, Term, Why};

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
}

impl DueError {
    /// The same sentence in Persian.
    pub fn message_fa(&self) -> String {
        match self {
            Self::Empty => "مهلت باید در آینده باشد؛ مدتی بیشتر از صفر بدهید".to_owned(),
            Self::TooLong => crate::digits::to_persian(&format!(
                "مهلت حداکثر {WORKING_DAYS_MAX} روز کاری یا {SPAN_DAYS_MAX} روز است"
            )),
            Self::NeverOpen { calendar } => format!(
                "تقویم {calendar} در {} روز پس از دریافت به اندازهٔ کافی باز نیست",
                crate::digits::to_persian(&SPAN_DAYS_MAX.to_string())
            ),
        }
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
    /// In which the deadline did not run, in the order of their beginnings. They may overlap.
    pub suspensions: &'a [Suspension],
}

impl Calendar {
    /// The deadline for a place, with what the law suspended.
    pub fn derive(&self, ask: &Ask<'_>) -> Result<Deadline, DueError> {
        self.due(ask.from, ask.term)
    }

    /// The instant that lies a term before another: as many open days or as much open time as the term says are left
    /// from it on. For reminders.
    pub fn before(&self, due: Timestamp, term: Term, _place: &Place) -> Result<Timestamp, DueError> {
        match term {
            Term::Within { microseconds } => plus(due, -checked(microseconds)?).ok_or(DueError::TooLong),
            Term::WorkingDays { .. } | Term::WorkingTime { .. } => Err(self.never_open()),
        }
    }

    /// The deadline of any kind of term.
    pub fn due(&self, from: Timestamp, term: Term) -> Result<Deadline, DueError> {
        let from = whole_microseconds(from);
        let derivation = match term {
            Term::Within { microseconds } => self.elapsed(from, checked(microseconds)?)?,
            Term::WorkingDays { days } => self.count_days(from, days)?,
            Term::WorkingTime { microseconds } => self.count_open(from, checked(microseconds)?)?,
        };
        let due = derivation.last().map_or(from, |stretch| stretch.to);
        // Elapsed time asks no day of the calendar, so nothing in the calendar can move it.
        let caveats = match term {
            Term::Within { .. } => Vec::new(),
            _ => self.caveats(from, due),
        };
        Ok(Deadline {
            due,
            from,
            term,
            calendar: self.id.clone(),
            calendar_title: self.title.clone(),
            zone: self.zone_name.clone(),
            derivation,
            caveats,
            place: Place::default(),
            set: None,
        })
    }

    /// Time as clocks count it, whatever is open or closed.
    pub fn within(&self, from: Timestamp, duration: SignedDuration) -> Result<Deadline, DueError> {
        self.due(from, Term::within(duration))
    }

    /// The close of office hours of the nth open day after the day of receipt. A half day is a day; a day closed
    /// from an hour on is one if it was open for half of its hours.
    pub fn working_days(&self, from: Timestamp, days: u32) -> Result<Deadline, DueError> {
        self.due(from, Term::working_days(days))
    }

    /// Open time from the moment on; due at the instant at which it is used up.
    pub fn working_time(&self, from: Timestamp, duration: SignedDuration) -> Result<Deadline, DueError> {
        self.due(from, Term::working_time(duration))
    }

    fn elapsed(&self, from: Timestamp, microseconds: i64) -> Result<Vec<Stretch>, DueError> {
        let to = plus(from, microseconds).ok_or(DueError::TooLong)?;
        let ground = Ground { why: Why::Elapsed, line: self.id.clone(), name: None };
        let mut way = Way::new(from);
        way.go(to, true, ground);
        Ok(way.stretches)
    }

    fn count_days(&self, from: Timestamp, days: u32) -> Result<Vec<Stretch>, DueError> {
        match days {
            0 => return Err(DueError::Empty),
            1..=WORKING_DAYS_MAX => {}
            _ => return Err(DueError::TooLong),
        }
        let mut way = Way::new(from);
        let mut counted = 0;
        for (index, day) in self.days_from(from).enumerate() {
            let Some(end) = day.to() else { continue };
            if index == 0 {
                let line = self.id.clone();
                way.go(end, false, Ground { why: Why::DayOfReceipt, line, name: None });
                continue;
            }
            let Some(close) = day.close.filter(|_| day.counts) else {
                way.go(end, false, day.ground);
                continue;
            };
            counted += 1;
            if counted == days {
                way.go_day(close, day.ground, counted);
                return Ok(way.stretches);
            }
            way.go_day(end, day.ground, counted);
        }
        Err(self.never_open())
    }

    fn count_open(&self, from: Timestamp, microseconds: i64) -> Result<Vec<Stretch>, DueError> {
        let mut way = Way::new(from);
        let mut left = microseconds;
        for segment in self.days_from(from).flat_map(|day| day.segments) {
            if segment.to <= way.at {
                continue;
            }
            if !segment.open {
                way.go(segment.to, false, segment.ground);
                continue;
            }
            let open = segment.to.as_microsecond() - way.at.as_microsecond();
            if open >= left {
                let due = plus(way.at, left).ok_or(DueError::TooLong)?;
                way.go(due, true, segment.ground);
                return Ok(way.stretches);
            }
            left -= open;
            way.go(segment.to, true, segment.ground);
        }
        Err(self.never_open())
    }

    fn never_open(&self) -> DueError {
        DueError::NeverOpen { calendar: self.id.clone() }
    }

    /// The day of `from` and those after it, as many as a deadline may span.
    fn days_from(&self, from: Timestamp) -> impl Iterator<Item = Day> {
        let first = self.zone.to_datetime(from).date();
        std::iter::successors(Some(first), |day: &Date| day.tomorrow().ok())
            .take(SPAN_DAYS_MAX as usize + 1)
            .map_while(|day| self.day(day, &Place::default()))
    }

    /// Every estimated holiday in the span and the day before and after it, since each may move by a day; every
    /// year in it that has no table.
    fn caveats(&self, from: Timestamp, due: Timestamp) -> Vec<Caveat> {
        let date = |at: Timestamp| self.zone.to_datetime(at).date();
        let first = date(from).yesterday().unwrap_or(Date::MIN);
        let last = date(due).tomorrow().unwrap_or(Date::MAX);
        let mut caveats: Vec<Caveat> = first
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= last)
            .filter_map(|day| self.estimate(Jalali::from_gregorian(day)))
            .collect();
        let year = |at| Jalali::from_gregorian(date(at)).year();
        let missing = (year(from)..=year(due)).filter(|year| self.lacks_table(*year));
        caveats.extend(missing.map(|year| Caveat::MissingTable { year }));
        caveats
    }

    /// The day's entry in the year's table if it may still move, also where a fixed holiday falls on it today.
    fn estimate(&self, day: Jalali) -> Option<Caveat> {
        let table = self.years.get(&day.year())?;
        let holiday = table.days.get(&day.month_day())?;
        if holiday.certainty == Certainty::Announced {
            return None;
        }
        Some(Caveat::Estimated { day, name: holiday.name.clone(), line: holiday.origin.to_string() })
    }
}

/// Stretches as they are laid end to end: each begins where the one before ended.
struct Way {
    at: Timestamp,
    stretches: Vec<Stretch>,
}

impl Way {
    fn new(from: Timestamp) -> Self {
        Self { at: from, stretches: Vec::new() }
    }

    /// On to `to`. What has the same ground as the stretch before lengthens it.
    fn go(&mut self, to: Timestamp, counted: bool, ground: Ground) {
        self.lay(to, counted, ground, None);
    }

    /// On to `to`, as the counted day of this number.
    fn go_day(&mut self, to: Timestamp, ground: Ground, day: u32) {
        self.lay(to, true, ground, Some(day));
    }

    fn lay(&mut self, to: Timestamp, counted: bool, ground: Ground, day: Option<u32>) {
        if to <= self.at {
            return;
        }
        let Ground { why, line, name } = ground;
        let next = Stretch { from: self.at, to, counted, why, line, name, day };
        self.at = to;
        match self.stretches.last_mut().filter(|last| last.lengthens_into(&next)) {
            Some(last) => last.to = to,
            None => self.stretches.push(next),
        }
    }
}

impl Stretch {
    fn lengthens_into(&self, next: &Stretch) -> bool {
        let same = self.counted == next.counted && self.why == next.why && self.line == next.line;
        same && self.day.is_none() && next.day.is_none()
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
fn whole_microseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
