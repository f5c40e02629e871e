//! Days of calendars as derivations go through them, kept for the derivations to come.
//!
//! Owns: what a day is to a count, by what a kept day is known again, and how many are kept. A day follows from its calendar,
//! its date, and which closures of that date hold: by place, and by what was known. Whoever asks with the same gets the same,
//! kept or made anew, so that a derivation is equal by any plans. Deliberately does not know what is counted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::closure::Follows;
use crate::deadline::{Ground, Mark};
use crate::zone::DayClock;
use crate::{Ask, Calendar, Deadline, DueError, Jalali, Place, SPAN_DAYS_MAX};

/// Days that are kept, of all calendars together; with one more all are let go of, and it begins anew.
const KEPT_DAYS_MAX: usize = 16_384;
/// Marks among which the words of a new day are looked for, the youngest first: nearly always they are among them.
const MARKS_LOOKED_AT: usize = 64;
/// Closures of one date by which its days are told apart; a date with more is made anew each time.
const CLOSURES_KNOWN_MAX: usize = 32;

/// For whoever derives many deadlines one behind the other: what is known of a day is not found out again.
#[derive(Debug, Default)]
pub struct Plans(RefCell<All>);

#[derive(Debug, Default)]
struct All {
    /// By the calendar's place in memory, which nothing else takes as long as the calendar is held here.
    of: BTreeMap<usize, (Arc<Calendar>, Kept)>,
    days: usize,
}

impl Plans {
    /// As [`Calendar::derive`].
    pub fn derive(&self, calendar: &Arc<Calendar>, ask: &Ask<'_>) -> Result<Deadline, DueError> {
        let mut all = self.0.borrow_mut();
        if all.days > KEPT_DAYS_MAX {
            *all = All::default();
        }
        let All { of, days } = &mut *all;
        let key = Arc::as_ptr(calendar).addr();
        let (_, kept) = of.entry(key).or_insert_with(|| (calendar.clone(), Kept::default()));
        let before = kept.count;
        let derived = calendar.derive_by(&Days::new(calendar, kept), ask);
        *days += kept.count - before;
        derived
    }
}

/// A part of a day, wholly open or wholly closed.
#[derive(Debug, Clone)]
pub(crate) struct PlannedPart {
    pub from: Timestamp,
    pub to: Timestamp,
    pub open: bool,
    pub mark: Mark,
}

/// A [`crate::Day`], ready to be laid into derivations.
#[derive(Debug)]
pub(crate) struct Planned {
    pub date: Jalali,
    pub parts: Vec<PlannedPart>,
    pub counts: bool,
    pub halves: u32,
    pub mark: Mark,
    pub usual_minutes: u16,
    pub close: Option<Timestamp>,
}

impl Planned {
    pub fn from(&self) -> Option<Timestamp> {
        self.parts.first().map(|part| part.from)
    }

    pub fn to(&self) -> Option<Timestamp> {
        self.parts.last().map(|part| part.to)
    }
}

/// The kept days of one calendar.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    dates: BTreeMap<Date, OnDate>,
    marks: Vec<Mark>,
    whole: Option<Arc<str>>,
    count: usize,
}

#[derive(Debug)]
struct OnDate {
    date: Jalali,
    /// Whether any closure of it is known, wherever it holds.
    closures: bool,
    days: Vec<(Holding, Arc<Planned>)>,
}

/// Of each closure of a date, in their order: whether it closes, and whether its hours take the place of the usual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Holding(u64);

/// The days of a calendar for one derivation.
pub(crate) struct Days<'a> {
    calendar: &'a Calendar,
    kept: RefCell<&'a mut Kept>,
}

impl<'a> Days<'a> {
    /// `kept`: days of this calendar and of no other.
    pub fn new(calendar: &'a Calendar, kept: &'a mut Kept) -> Self {
        Self { calendar, kept: RefCell::new(kept) }
    }

    /// The calendar's name, as stretches have it that no line of it speaks for.
    pub fn whole(&self) -> Arc<str> {
        self.kept.borrow_mut().whole.get_or_insert_with(|| self.calendar.id().into()).clone()
    }

    /// The day of `from` and those after it, as many as a deadline may span.
    pub fn from(&self, from: Timestamp, place: &Place, follows: Follows) -> impl Iterator<Item = Arc<Planned>> {
        let mut next = Some(self.calendar.zone().to_datetime(from).date());
        let mut clock = None;
        let days = std::iter::from_fn(move || {
            let date = next?;
            next = date.tomorrow().ok();
            self.planned(date, place, follows, &mut clock)
        });
        days.take(SPAN_DAYS_MAX as usize + 1)
    }

    /// `None` only where time ends.
    pub fn day(&self, date: Date, place: &Place, follows: Follows) -> Option<Arc<Planned>> {
        self.planned(date, place, follows, &mut None)
    }

    /// `clock`: of the day that was made last, if one was.
    fn planned(
        &self,
        date: Date,
        place: &Place,
        follows: Follows,
        clock: &mut Option<DayClock<'a>>,
    ) -> Option<Arc<Planned>> {
        let mut kept = self.kept.borrow_mut();
        if let Some(on_date) = kept.dates.get(&date) {
            let holding = match on_date.closures {
                true => self.calendar.holding(on_date.date, place, follows),
                false => Some(Holding::default()),
            };
            if let Some((_, day)) = on_date.days.iter().find(|(of, _)| Some(*of) == holding) {
                return Some(day.clone());
            }
        }
        let next = clock.take().filter(|clock| clock.day().tomorrow().ok() == Some(date));
        let fresh = match next {
            Some(before) => before.next()?,
            None => DayClock::new(self.calendar.zone(), date)?,
        };
        let day = Arc::new(kept.plan(self.calendar, &fresh, place, follows)?);
        *clock = Some(fresh);
        let holding = self.calendar.holding(day.date, place, follows);
        kept.keep(self.calendar, date, holding, &day);
        Some(day)
    }
}

impl Kept {
    fn plan(&mut self, calendar: &Calendar, clock: &DayClock<'_>, place: &Place, follows: Follows) -> Option<Planned> {
        let day = calendar.day_by(clock, place, follows)?;
        let part = |segment: &crate::Segment<'_>| PlannedPart {
            from: segment.from,
            to: segment.to,
            open: segment.open,
            mark: self.mark(&segment.ground),
        };
        let parts = day.segments.iter().map(part).collect();
        let mark = self.mark(&day.ground);
        let crate::Day { date, counts, halves, usual_minutes, close, .. } = day;
        Some(Planned { date, parts, counts, halves, mark, usual_minutes, close })
    }

    fn mark(&mut self, ground: &Ground<'_>) -> Mark {
        let line = ground.origin.to_string();
        if let Some(mark) = self.marks.iter().rev().take(MARKS_LOOKED_AT).find(|mark| mark.is_of(ground, &line)) {
            return mark.clone();
        }
        let mark = Mark::new(ground, &line);
        self.marks.push(mark.clone());
        mark
    }

    fn keep(&mut self, calendar: &Calendar, date: Date, holding: Option<Holding>, day: &Arc<Planned>) {
        let Some(holding) = holding else { return };
        let new = || OnDate { date: day.date, closures: calendar.has_closures(day.date), days: Vec::new() };
        self.dates.entry(date).or_insert_with(new).days.push((holding, day.clone()));
        self.count += 1;
    }
}

impl Calendar {
    fn has_closures(&self, day: Jalali) -> bool {
        [&self.closures, &self.declared].into_iter().any(|all| all.contains_key(&day))
    }

    /// All by which closures have a part in a day. None where they are too many to be told apart.
    fn holding(&self, day: Jalali, place: &Place, follows: Follows) -> Option<Holding> {
        let lists = [&self.closures, &self.declared].into_iter().filter_map(|all| all.get(&day));
        let mut holding = Holding::default();
        for (index, closure) in lists.flatten().enumerate() {
            if index >= CLOSURES_KNOWN_MAX {
                return None;
            }
            let closes = closure.scope.holds(place) && follows.heeds(closure);
            let offers = closes && follows.offers(closure);
            holding.0 |= (u64::from(closes) | u64::from(offers) << 1) << (2 * index);
        }
        Some(holding)
    }
}
