//! One day of a calendar: when it is open, when it is closed, and which line says so.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::closure::{Closure, Follows};
use crate::counting::HALF_DAY_SHARE_PER_MILLE;
use crate::day_plan::Plan;
use crate::deadline::{Ground, Why};
use crate::model::DayPattern;
use crate::zone::DayClock;
use crate::{Calendar, Certainty, DueAt, HalfDay, Jalali, Place};

/// A part of a day from one instant to a later one, wholly open or wholly closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    pub from: Timestamp,
    pub to: Timestamp,
    pub open: bool,
    pub(crate) ground: Ground<'a>,
}

/// A day from midnight to midnight in the calendar's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day<'a> {
    pub date: Jalali,
    /// The whole day in order, without gap; a part of no length (the clocks jumped over it) is left out.
    pub segments: Vec<Segment<'a>>,
    /// Whether it counts where days are counted: open for at least the share of its usual hours that the calendar asks
    /// for.
    pub counts: bool,
    /// As how many halves of a day it counts: 0 where it does not, else 2, or 1 for a half day of a calendar that counts
    /// it as half.
    pub halves: u32,
    /// Why the day as a whole counts or does not.
    pub(crate) ground: Ground<'a>,
    /// Minutes of its usual hours, whatever closes it.
    pub usual_minutes: u16,
    /// At which a deadline in days falls due; absent on a day that is not open at all.
    pub(crate) close: Option<Timestamp>,
}

impl Day<'_> {
    pub fn from(&self) -> Option<Timestamp> {
        self.segments.first().map(|segment| segment.from)
    }

    pub fn to(&self) -> Option<Timestamp> {
        self.segments.last().map(|segment| segment.to)
    }
}

impl Calendar {
    /// The day as this calendar has it in a place; `None` only where time ends.
    pub fn day(&self, date: Date, place: &Place) -> Option<Day<'_>> {
        self.day_by(&DayClock::new(&self.zone, date)?, place, Follows::All)
    }

    /// The same, where the clock of the day is known, as one sees it who follows these closures.
    pub(crate) fn day_by(&self, clock: &DayClock<'_>, place: &Place, follows: Follows) -> Option<Day<'_>> {
        let date = clock.day();
        let jalali = Jalali::from_gregorian(date);
        let pattern = self.pattern(jalali, date.weekday());
        let closures = self.closures_on(jalali, place);
        let plan = Plan::new(pattern, self.kept_open(jalali), closures, follows, self.holiday_ground(jalali));
        let segments = segments(clock, &plan)?;
        let close = self.close(clock, jalali, &segments);
        let usual_minutes = pattern.minutes();
        let (usual, open) = (u32::from(usual_minutes), u32::from(plan.open_minutes()));
        let counts = close.is_some() && open * 1000 >= usual * u32::from(self.counting.short_day_per_mille);
        let halves = if counts { self.halves(date, jalali, pattern) } else { 0 };
        let ground = plan.day_ground(counts);
        Some(Day { date: jalali, segments, counts, halves, ground, usual_minutes, close })
    }

    /// Those written before those declared.
    fn closures_on<'a>(&'a self, day: Jalali, place: &Place) -> Vec<&'a Closure> {
        let lists = [&self.closures, &self.declared].into_iter().filter_map(|all| all.get(&day));
        lists.flatten().map(AsRef::as_ref).filter(|closure: &&Closure| closure.scope.holds(place)).collect()
    }

    /// Whether a closure of this day was declared after an instant.
    pub(crate) fn is_closed_later(&self, day: Jalali, place: &Place, at: Timestamp) -> bool {
        let declared = self.declared.get(&day).map(Vec::as_slice).unwrap_or_default();
        declared.iter().any(|closure| closure.scope.holds(place) && !closure.is_known_at(at))
    }

    fn holiday_ground(&self, jalali: Jalali) -> Option<Ground<'_>> {
        let holiday = self.holiday(jalali)?;
        let why = match holiday.certainty {
            Certainty::Announced => Why::Holiday,
            Certainty::Estimated => Why::EstimatedHoliday,
        };
        Some(Ground::new(why, &holiday.origin).named(&holiday.name))
    }

    /// The end of the day, or the last open instant that is not past the office hours; the day's last one if it opens
    /// only after them.
    fn close(&self, clock: &DayClock<'_>, jalali: Jalali, segments: &[Segment<'_>]) -> Option<Timestamp> {
        let open = || segments.iter().filter(|segment| segment.open);
        let last = open().next_back()?.to;
        if self.counting.due_at == DueAt::Midnight {
            return segments.last().map(|segment| segment.to);
        }
        let Some(office) = self.office_hours_on(jalali) else {
            return Some(last);
        };
        let office_close = clock.instant(office.to)?;
        let mut within = open().filter(|s| s.from < office_close).map(|s| s.to.min(office_close));
        Some(within.next_back().unwrap_or(last))
    }

    /// As how many halves a day with these usual hours counts.
    fn halves(&self, date: Date, jalali: Jalali, pattern: &DayPattern) -> u32 {
        if self.counting.half_day == HalfDay::Day {
            return 2;
        }
        let week = date.weekday().cycle_forward().take(7);
        let longest = week.map(|weekday| self.pattern(jalali, weekday).minutes()).max().unwrap_or(0);
        let is_half = u32::from(pattern.minutes()) * 1000 <= u32::from(longest) * u32::from(HALF_DAY_SHARE_PER_MILLE);
        if is_half { 1 } else { 2 }
    }
}

fn segments<'a>(clock: &DayClock<'_>, plan: &Plan<'a>) -> Option<Vec<Segment<'a>>> {
    let parts = plan.parts();
    let mut segments = Vec::with_capacity(parts.len());
    for part in parts {
        let (from, to) = (clock.instant(part.from)?, clock.instant(part.to)?);
        if from < to {
            segments.push(Segment { from, to, open: part.open, ground: part.ground });
        }
    }
    Some(segments)
}
