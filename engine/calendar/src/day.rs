//! One day of a calendar: when it is open, when it is closed, and which line says so.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::deadline::{Ground, Why};
use crate::model::{Closure, DayPattern};
use crate::zone::instant;
use crate::{Calendar, Certainty, DAY_MINUTES, Hours, Jalali};

/// A part of a day from one instant to a later one, wholly open or wholly closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub from: Timestamp,
    pub to: Timestamp,
    pub open: bool,
    pub(crate) ground: Ground,
}

/// A day from midnight to midnight in the calendar's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    pub date: Jalali,
    /// The whole day in order, without gap; a part of no length (the clocks jumped over it) is left out.
    pub segments: Vec<Segment>,
    /// Whether it counts where days are counted: open for at least half of the hours it usually has.
    pub counts: bool,
    /// Why the day as a whole counts or does not.
    pub(crate) ground: Ground,
    /// At the end of which a deadline in days falls due; absent on a day that is not open at all.
    pub(crate) close: Option<Timestamp>,
}

impl Day {
    pub fn from(&self) -> Option<Timestamp> {
        self.segments.first().map(|segment| segment.from)
    }

    pub fn to(&self) -> Option<Timestamp> {
        self.segments.last().map(|segment| segment.to)
    }
}

/// The wall clock of a day before it meets the zone.
struct Plan<'a> {
    pattern: &'a DayPattern,
    /// What cuts the day short, and from which minute on.
    closure: Option<&'a Closure>,
    /// What closes the whole day.
    closed: Option<Ground>,
}

/// A part of the wall clock of a day, wholly open or wholly closed; `from` and `to` may be the same minute.
struct Part {
    from: u16,
    to: u16,
    open: bool,
    ground: Ground,
}

impl Calendar {
    /// The day as this calendar has it; `None` only where time ends.
    pub fn day(&self, date: Date) -> Option<Day> {
        let jalali = Jalali::from_gregorian(date);
        let plan = self.plan(date, jalali);
        let segments = self.segments(date, &plan)?;
        let usual_minutes: u16 = plan.pattern.hours.iter().map(|hours| hours.minutes()).sum();
        let open_minutes = plan.open_minutes();
        let close = self.close(date, &segments);
        let counts = close.is_some() && u32::from(open_minutes) * 2 >= u32::from(usual_minutes);
        let ground = plan.day_ground(counts);
        Some(Day { date: jalali, segments, counts, ground, close })
    }

    fn plan(&self, date: Date, jalali: Jalali) -> Plan<'_> {
        let pattern = self.pattern(date.weekday());
        let closure = self.closures.get(&jalali);
        let mut closed = if pattern.hours.is_empty() {
            Some(Ground::new(Why::DayOff, &pattern.origin))
        } else {
            self.holiday_ground(jalali)
        };
        let first = pattern.hours.first().map_or(0, |hours| hours.from);
        if let Some(closure) = closure.filter(|closure| closure.from <= first) {
            closed = closed.or_else(|| Some(closure_ground(closure)));
        }
        Plan { pattern, closure, closed }
    }

    fn holiday_ground(&self, jalali: Jalali) -> Option<Ground> {
        let holiday = self.holiday(jalali)?;
        let why = match holiday.certainty {
            Certainty::Announced => Why::Holiday,
            Certainty::Estimated => Why::EstimatedHoliday,
        };
        Some(Ground::new(why, &holiday.origin).named(&holiday.name))
    }

    fn segments(&self, date: Date, plan: &Plan<'_>) -> Option<Vec<Segment>> {
        let mut segments = Vec::new();
        for part in plan.parts() {
            let from = instant(&self.zone, date, part.from)?;
            let to = instant(&self.zone, date, part.to)?;
            let Part { open, ground, .. } = part;
            if from < to {
                segments.push(Segment { from, to, open, ground });
            }
        }
        Some(segments)
    }

    /// The last open instant that is not past the office hours; the day's last one if it opens only after them.
    fn close(&self, date: Date, segments: &[Segment]) -> Option<Timestamp> {
        let open = || segments.iter().filter(|segment| segment.open);
        let last = open().next_back()?.to;
        let Some(office) = self.office_hours else {
            return Some(last);
        };
        let office_close = instant(&self.zone, date, office.to)?;
        let mut within = open().filter(|s| s.from < office_close).map(|s| s.to.min(office_close));
        Some(within.next_back().unwrap_or(last))
    }
}

impl Plan<'_> {
    /// The whole day, part by part. What a closure took of the usual hours is the closure's; the rest of the day was
    /// closed anyhow.
    fn parts(&self) -> Vec<Part> {
        let part = |from, to, open, ground| Part { from, to, open, ground };
        if let Some(ground) = &self.closed {
            return vec![part(0, DAY_MINUTES, false, ground.clone())];
        }
        let ground = |why| Ground::new(why, &self.pattern.origin);
        let mut parts = Vec::new();
        let mut minute = 0;
        for hours in &self.pattern.hours {
            let cut = self.cut(*hours);
            parts.push(part(minute, hours.from, false, ground(Why::OutsideHours)));
            parts.push(part(hours.from, cut, true, ground(Why::Open)));
            if let Some(closure) = self.closure {
                parts.push(part(cut, hours.to, false, closure_ground(closure)));
            }
            minute = hours.to;
        }
        parts.push(part(minute, DAY_MINUTES, false, ground(Why::OutsideHours)));
        parts
    }

    /// The minute at which these usual hours end on this day; their first one if nothing is left of them.
    fn cut(&self, hours: Hours) -> u16 {
        let closes = self.closure.map_or(hours.to, |closure| closure.from);
        closes.clamp(hours.from, hours.to)
    }

    fn open_minutes(&self) -> u16 {
        match self.closed {
            Some(_) => 0,
            None => self.pattern.hours.iter().map(|hours| self.cut(*hours) - hours.from).sum(),
        }
    }

    /// Why the day as a whole counts or does not.
    fn day_ground(&self, counts: bool) -> Ground {
        match (&self.closed, self.closure) {
            (Some(ground), _) => ground.clone(),
            (None, Some(closure)) if !counts => closure_ground(closure),
            (None, _) => Ground::new(Why::Open, &self.pattern.origin),
        }
    }
}

fn closure_ground(closure: &Closure) -> Ground {
    Ground::new(Why::Closure, &closure.origin).named(&closure.name)
}
