//! The three ways of counting to a deadline: time as clocks count it, open time, and days.

use std::sync::Arc;

use jiff::Timestamp;

use super::rests::{Rests, Taken};
use super::way::{Counted, Way};
use super::{DueError, halves_of, plus};
use crate::closure::Follows;
use crate::deadline::{Mark, Why};
use crate::plans::{Days, Planned, PlannedPart};
use crate::{Calendar, HalfDay, Place, ReceiptDay, Stretch, Suspension};

/// From where, by what.
pub(super) struct Count<'a, 'd> {
    pub calendar: &'a Calendar,
    /// Days of this calendar.
    pub days: &'a Days<'d>,
    pub place: &'a Place,
    pub rests: &'a Rests<'a>,
    pub from: Timestamp,
}

/// What becomes of a day where days are counted.
enum Verdict {
    /// It counts, and this is when it closes.
    Counts {
        close: Timestamp,
    },
    Not(Mark),
}

impl<'a> Count<'a, '_> {
    pub fn elapsed(&self, microseconds: i64) -> Result<Vec<Stretch>, DueError> {
        let mut way = Way::new(self.from);
        let mut left = microseconds;
        for piece in self.rests.pieces(self.from, Timestamp::MAX) {
            let ground = match piece.rest {
                Some(rest) => {
                    way.go(piece.to, Counted::No, &suspended(rest));
                    continue;
                }
                None => self.calendar_ground(Why::Elapsed),
            };
            if let Some(due) = used_up(&way, piece.to, &mut left)? {
                way.go(due, Counted::Time, &ground);
                return Ok(way.stretches());
            }
            way.go(piece.to, Counted::Time, &ground);
        }
        Err(DueError::TooLong)
    }

    /// Whatever lies in a suspension is the suspension's, closed hours too, so that it is one stretch.
    pub fn open_time(&self, microseconds: i64) -> Result<Vec<Stretch>, DueError> {
        let mut way = Way::new(self.from);
        let mut left = microseconds;
        for day in self.days.from(self.from, self.place, Follows::LaterOnlyClose(self.from)) {
            for part in &day.parts {
                if self.go_through(part, &mut way, &mut left)? {
                    return Ok(way.stretches());
                }
            }
        }
        Err(self.calendar.never_open())
    }

    /// Through a part of a day; true where what is left of the term ends in it.
    fn go_through(&self, part: &PlannedPart, way: &mut Way, left: &mut i64) -> Result<bool, DueError> {
        for piece in self.rests.pieces(way.at.max(part.from), part.to) {
            match piece.rest {
                Some(rest) => way.go(piece.to, Counted::No, &suspended(rest)),
                None if !part.open => way.go(piece.to, Counted::No, &part.mark),
                None => {
                    let due = used_up(way, piece.to, left)?;
                    way.go(due.unwrap_or(piece.to), Counted::Time, &part.mark);
                    if due.is_some() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    pub fn days(&self, days: u32) -> Result<Vec<Stretch>, DueError> {
        let wanted = halves_of(days)?;
        let tells_halves = self.calendar.counting.half_day == HalfDay::Half;
        let mut way = Way::new(self.from);
        let mut halves = 0;
        for day in self.days.from(self.from, self.place, Follows::KnownAt(self.from)) {
            let Some(end) = day.to() else { continue };
            let is_receipt = way.at == self.from;
            let is_last = halves + day.halves >= wanted;
            let verdict = match self.verdict(&day, day.close, is_receipt, is_last) {
                counts @ Verdict::Counts { .. } => self.later_verdict(&day, is_receipt, is_last).unwrap_or(counts),
                not => not,
            };
            match verdict {
                Verdict::Not(mark) => way.go(end, Counted::No, &mark),
                Verdict::Counts { close } => {
                    let number = halves / 2 + 1;
                    halves += day.halves;
                    let counted = Counted::Day { number, halves: tells_halves.then_some(halves) };
                    way.go(if is_last { close } else { end }, counted, &day.mark);
                    if is_last {
                        return Ok(way.stretches());
                    }
                }
            }
        }
        Err(self.calendar.never_open())
    }

    /// What closures that were declared after the receipt make of a day that counted without them. They leave its close
    /// where it was: who reckoned with it must not be late by what nobody knew.
    fn later_verdict(&self, known: &Planned, is_receipt: bool, is_last: bool) -> Option<Verdict> {
        if !self.calendar.is_closed_later(known.date, self.place, self.from) {
            return None;
        }
        let day = self.days.day(known.date.to_gregorian(), self.place, Follows::All)?;
        Some(self.verdict(&day, known.close, is_receipt, is_last))
    }

    fn verdict(&self, day: &Planned, close: Option<Timestamp>, is_receipt: bool, is_last: bool) -> Verdict {
        if is_receipt && !self.receipt_counts(day, close) {
            return Verdict::Not(self.calendar_ground(Why::DayOfReceipt));
        }
        let Some(close) = close.filter(|_| day.counts) else {
            return Verdict::Not(self.rests_all_day(day).map_or_else(|| day.mark.clone(), suspended));
        };
        let taker = self.too_much_taken(day);
        let taker = taker.or_else(|| self.rests.at_end(close).filter(|_| is_last));
        taker.map_or(Verdict::Counts { close }, |rest| Verdict::Not(suspended(rest)))
    }

    /// The day of receipt, where calendars count it, must have something left of its office hours in which the deadline
    /// runs.
    fn receipt_counts(&self, day: &Planned, close: Option<Timestamp>) -> bool {
        let runs_yet = |part: &PlannedPart| {
            let from = part.from.max(self.from);
            let length = part.to.as_microsecond() - from.as_microsecond();
            part.open && length > 0 && self.rests.taken(from, part.to).microseconds < length
        };
        let closes_later = close.is_some_and(|close| close > self.from);
        let is_asked = self.calendar.counting.receipt_day == ReceiptDay::Count;
        is_asked && closes_later && day.parts.iter().any(runs_yet)
    }

    /// The suspension that leaves the day too little open time to count.
    fn too_much_taken(&self, day: &Planned) -> Option<&'a Suspension> {
        if self.rests.is_empty() {
            return None;
        }
        let mut taken = Taken::default();
        let mut open = 0;
        for part in day.parts.iter().filter(|part| part.open) {
            open += part.to.as_microsecond() - part.from.as_microsecond();
            taken.add(self.rests.taken(part.from, part.to));
        }
        let share = i64::from(self.calendar.counting.short_day_per_mille);
        let usual = i64::from(day.usual_minutes) * 60_000_000;
        let left = open - taken.microseconds;
        let is_enough = left > 0 && left * 1000 >= usual * share;
        taken.by().filter(|_| !is_enough)
    }

    /// The suspension in which the whole day lies, if one or several hold all of it.
    fn rests_all_day(&self, day: &Planned) -> Option<&'a Suspension> {
        if self.rests.is_empty() {
            return None;
        }
        let (from, to) = (day.from()?, day.to()?);
        let taken = self.rests.taken(from, to);
        taken.by().filter(|_| taken.microseconds == to.as_microsecond() - from.as_microsecond())
    }

    /// What no line says, but the calendar as a whole.
    fn calendar_ground(&self, why: Why) -> Mark {
        Mark { why, line: self.days.whole(), name: None }
    }
}

/// The instant at which the rest of the term is used up, if that is before `to`; else the time until `to` is taken off.
fn used_up(way: &Way, to: Timestamp, left: &mut i64) -> Result<Option<Timestamp>, DueError> {
    let time = to.as_microsecond() - way.at.as_microsecond();
    if time >= *left {
        return plus(way.at, *left).map(Some).ok_or(DueError::TooLong);
    }
    *left -= time;
    Ok(None)
}

fn suspended(by: &Suspension) -> Mark {
    Mark {
        why: Why::Suspended,
        line: format!("suspension:{}", by.number).into(),
        name: Some(Arc::new(by.name.clone())),
    }
}
