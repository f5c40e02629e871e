//! The wall clock of a day before it meets the zone: what its usual hours, its holiday and its closures make of it.

use std::borrow::Cow;

use crate::closure::{ClosedHours, Closure, Follows};
use crate::deadline::{Ground, Why};
use crate::model::DayPattern;
use crate::sheet::KeptOpen;
use crate::{DAY_MINUTES, Hours};

/// What is known of a day's minutes.
pub(crate) struct Plan<'a> {
    pattern: &'a DayPattern,
    /// Why the day is open, where it is a holiday elsewhere.
    kept: Option<&'a KeptOpen>,
    closures: Vec<&'a Closure>,
    follows: Follows,
    /// When it is open, in order.
    open: Cow<'a, [Hours]>,
    /// What closes the whole day.
    closed: Option<Ground<'a>>,
}

/// A part of the wall clock of a day, wholly open or wholly closed.
pub(crate) struct Part<'a> {
    pub from: u16,
    pub to: u16,
    pub open: bool,
    pub ground: Ground<'a>,
}

impl<'a> Plan<'a> {
    /// A day off is named before a holiday, a holiday before a closure.
    pub fn new(
        pattern: &'a DayPattern,
        kept: Option<&'a KeptOpen>,
        mut closures: Vec<&'a Closure>,
        follows: Follows,
        holiday: Option<Ground<'a>>,
    ) -> Self {
        closures.retain(|closure| follows.heeds(closure));
        let mut plan = Self { pattern, kept, closures, follows, open: Cow::Borrowed(&[]), closed: None };
        plan.closed = match pattern.hours.is_empty() {
            true => Some(plan.usual(Why::DayOff)),
            false => holiday,
        };
        if plan.closed.is_none() {
            plan.open = plan.open_hours();
            plan.closed = plan.closed_by_one();
        }
        plan
    }

    /// By the line of the usual hours; an open day that is a holiday elsewhere by the line that keeps it open.
    fn usual(&self, why: Why) -> Ground<'a> {
        if let Some(kept) = self.kept.filter(|_| why == Why::Open) {
            return Ground::new(why, &kept.origin).named(&kept.name);
        }
        let ground = Ground::new(why, &self.pattern.origin);
        match &self.pattern.name {
            Some(name) => ground.named(name),
            None => ground,
        }
    }

    /// Hours that closures put in the place of the usual ones, by the closure, where that is followed.
    fn replacing(&self) -> impl Iterator<Item = (&'a Closure, &'a [Hours])> {
        self.closures.iter().filter_map(|closure| match &closure.hours {
            ClosedHours::OpenOnly(hours) if self.follows.offers(closure) => Some((*closure, hours.as_slice())),
            _ => None,
        })
    }

    /// Every minute at which something may change, in order; midnight at both ends.
    fn bounds(&self) -> Vec<u16> {
        let mut bounds = vec![0, DAY_MINUTES];
        bounds.extend(self.pattern.hours.iter().flat_map(|hours| [hours.from, hours.to]));
        for closure in &self.closures {
            match &closure.hours {
                ClosedHours::From(minute) => bounds.push((*minute).min(DAY_MINUTES)),
                ClosedHours::OpenOnly(spans) => bounds.extend(spans.iter().flat_map(|span| [span.from, span.to])),
            }
        }
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    }

    fn pieces(&self) -> impl Iterator<Item = Hours> {
        let bounds = self.bounds();
        let starts = bounds.clone().into_iter();
        starts.zip(bounds.into_iter().skip(1)).map(|(from, to)| Hours { from, to })
    }

    fn is_usual(&self, minute: u16) -> bool {
        self.pattern.hours.iter().any(|hours| hours.holds(minute))
    }

    /// Open is what every closure leaves, in the usual hours or in those that a closure puts in their place.
    fn is_open(&self, minute: u16) -> bool {
        let offered = self.is_usual(minute) || self.replacing().next().is_some();
        offered && self.closures.iter().all(|closure| closure.hours.leaves(minute))
    }

    fn open_hours(&self) -> Cow<'a, [Hours]> {
        if self.closures.is_empty() {
            return Cow::Borrowed(&self.pattern.hours);
        }
        self.pieces().filter(|piece| self.is_open(piece.from)).collect()
    }

    /// The closure that alone leaves nothing of the day. Where only several together do, each is named for its part.
    fn closed_by_one(&self) -> Option<Ground<'a>> {
        if !self.open.is_empty() {
            return None;
        }
        let leaves_nothing = |closure: &&&Closure| match &closure.hours {
            ClosedHours::From(minute) => self.pattern.hours.first().is_some_and(|hours| *minute <= hours.from),
            ClosedHours::OpenOnly(hours) => hours.is_empty(),
        };
        self.closures.iter().find(leaves_nothing).map(|closure| closure_ground(closure))
    }

    /// The whole day, part by part. What a closure took of the hours is the closure's; the rest of the day was closed
    /// anyhow.
    pub fn parts(&self) -> Vec<Part<'a>> {
        if let Some(ground) = &self.closed {
            return vec![Part { from: 0, to: DAY_MINUTES, open: false, ground: *ground }];
        }
        if self.closures.is_empty() {
            return self.usual_parts();
        }
        let mut parts: Vec<Part<'a>> = Vec::new();
        for Hours { from, to } in self.pieces() {
            let (open, ground) = self.piece(from);
            match parts.last_mut().filter(|last| last.open == open && last.ground == ground) {
                Some(last) => last.to = to,
                None => parts.push(Part { from, to, open, ground }),
            }
        }
        parts
    }

    /// The same of a day without closures, as most days are.
    fn usual_parts(&self) -> Vec<Part<'a>> {
        let (open, closed) = (self.usual(Why::Open), self.usual(Why::OutsideHours));
        let mut parts = Vec::with_capacity(2 * self.open.len() + 1);
        let mut minute = 0;
        for hours in self.open.iter() {
            if minute < hours.from {
                parts.push(Part { from: minute, to: hours.from, open: false, ground: closed });
            }
            match parts.last_mut().filter(|last| last.open) {
                Some(last) => last.to = hours.to,
                None => parts.push(Part { from: hours.from, to: hours.to, open: true, ground: open }),
            }
            minute = hours.to;
        }
        if minute < DAY_MINUTES {
            parts.push(Part { from: minute, to: DAY_MINUTES, open: false, ground: closed });
        }
        parts
    }

    fn piece(&self, minute: u16) -> (bool, Ground<'a>) {
        if self.open.iter().any(|hours| hours.holds(minute)) {
            return (true, self.open_ground(minute));
        }
        let offered = self.is_usual(minute) || self.replacing().any(|(closure, _)| closure.hours.leaves(minute));
        let taker = self.closures.iter().find(|closure| offered && !closure.hours.leaves(minute));
        (false, taker.map_or_else(|| self.usual(Why::OutsideHours), |closure| closure_ground(closure)))
    }

    /// The line of the usual hours; outside of them that of the closure that opens in their place.
    fn open_ground(&self, minute: u16) -> Ground<'a> {
        let replaced = self.replacing().next().filter(|_| !self.is_usual(minute));
        match replaced {
            Some((closure, _)) => Ground::new(Why::Open, &closure.origin).named(&closure.name),
            None => self.usual(Why::Open),
        }
    }

    pub fn open_minutes(&self) -> u16 {
        match self.closed {
            Some(_) => 0,
            None => self.open.iter().map(|hours| hours.minutes()).sum(),
        }
    }

    /// Why the day as a whole counts or does not.
    pub fn day_ground(&self, counts: bool) -> Ground<'a> {
        // The one that takes most of the usual hours is why the day does not count; of equals the first.
        let taken = |closure: &Closure| -> u16 {
            let usual = self.pieces().filter(|piece| self.is_usual(piece.from));
            usual.filter(|piece| !closure.hours.leaves(piece.from)).map(|piece| piece.to - piece.from).sum()
        };
        match &self.closed {
            Some(ground) => *ground,
            None if counts => self.usual(Why::Open),
            None => {
                let takers = self.closures.iter().filter(|closure| taken(closure) > 0);
                let taker = takers.min_by_key(|closure| std::cmp::Reverse(taken(closure)));
                // Without a closure the clocks jumped over its hours.
                taker.map_or_else(|| self.usual(Why::OutsideHours), |closure| closure_ground(closure))
            }
        }
    }
}

fn closure_ground(closure: &Closure) -> Ground<'_> {
    Ground::new(Why::Closure, &closure.origin).named(&closure.name)
}
