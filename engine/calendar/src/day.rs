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
    hours: Vec<Hours>,
    pattern: &'a DayPattern,
    closure: Option<&'a Closure>,
    /// What closes the whole day.
    closed: Option<Ground>,
}

impl Calendar {
    /// The day as this calendar has it; `None` only where time ends.
    pub fn day(&self, date: Date) -> Option<Day> {
        let jalali = Jalali::from_gregorian(date);
        let plan = self.plan(date, jalali);
        let segments = self.segments(date, &plan)?;
        let open_minutes: u16 = plan.hours.iter().map(|hours| hours.minutes()).sum();
        let usual_minutes: u16 = plan.pattern.hours.iter().map(|hours| hours.minutes()).sum();
        let close = self.close(date, &segments);
        let counts = close.is_some() && u32::from(open_minutes) * 2 >= u32::from(usual_minutes);
        let ground = plan.day_ground(counts);
        Some(Day {
            date: jalali,
            segments,
            counts,
            ground,
            close,
        })
    }

    fn plan(&self, date: Date, jalali: Jalali) -> Plan<'_> {
        let pattern = self.pattern(date.weekday());
        let closure = self.closures.get(&jalali);
        let closed = if pattern.hours.is_empty() {
            Some(Ground::new(Why::DayOff, &pattern.origin))
        } else {
            self.holiday_ground(jalali)
        };
        let hours = match (&closed, closure) {
            (Some(_), _) => Vec::new(),
            (None, None) => pattern.hours.clone(),
            (None, Some(closure)) => cut(&pattern.hours, closure.from),
        };
        Plan {
            hours,
            pattern,
            closure,
            closed,
        }
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
        let mut minute = 0;
        let mut push = |from: u16, to: u16, ground: Ground, open: bool| -> Option<()> {
            let (from, to) = (
                instant(&self.zone, date, from)?,
                instant(&self.zone, date, to)?,
            );
            if from < to {
                segments.push(Segment {
                    from,
                    to,
                    open,
                    ground,
                });
            }
            Some(())
        };
        let last = Hours {
            from: DAY_MINUTES,
            to: DAY_MINUTES,
        };
        for hours in plan.hours.iter().chain([&last]) {
            for (from, to, ground) in plan.closed_parts(minute, hours.from) {
                push(from, to, ground, false)?;
            }
            if hours.from < hours.to {
                push(hours.from, hours.to, plan.open_ground(), true)?;
            }
            minute = hours.to;
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
        let mut within = open()
            .filter(|s| s.from < office_close)
            .map(|s| s.to.min(office_close));
        Some(within.next_back().unwrap_or(last))
    }
}

impl Plan<'_> {
    fn open_ground(&self) -> Ground {
        Ground::new(Why::Open, &self.pattern.origin)
    }

    fn closure_ground(closure: &Closure) -> Ground {
        Ground::new(Why::Closure, &closure.origin).named(&closure.name)
    }

    /// Why the day as a whole counts or does not.
    fn day_ground(&self, counts: bool) -> Ground {
        match (&self.closed, self.closure) {
            (Some(ground), _) => ground.clone(),
            (None, Some(closure)) if !counts => Self::closure_ground(closure),
            (None, _) => self.open_ground(),
        }
    }

    /// A closed part of the day, divided where a closure begins: before it, it is the usual hours that close.
    fn closed_parts(&self, from: u16, to: u16) -> Vec<(u16, u16, Ground)> {
        if let Some(ground) = &self.closed {
            return vec![(from, to, ground.clone())];
        }
        let outside = Ground::new(Why::OutsideHours, &self.pattern.origin);
        let Some(closure) = self.closure.filter(|closure| closure.from < to) else {
            return vec![(from, to, outside)];
        };
        let begin = closure.from.max(from);
        vec![
            (from, begin, outside),
            (begin, to, Self::closure_ground(closure)),
        ]
    }
}

/// What is left of the hours when the day closes at `from`.
fn cut(hours: &[Hours], from: u16) -> Vec<Hours> {
    hours
        .iter()
        .map(|hours| Hours {
            from: hours.from,
            to: hours.to.min(from),
        })
        .filter(|hours| hours.from < hours.to)
        .collect()
}
