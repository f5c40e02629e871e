//! Stretches as they are laid end to end: each begins where the one before ended.

use jiff::Timestamp;

use crate::Stretch;
use crate::deadline::Ground;

/// What a stretch is to the count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    No,
    Time,
    /// As the day of this number; with the sum of half days where the calendar counts them.
    Day {
        number: u32,
        halves: Option<u32>,
    },
}

pub(super) struct Way<'a> {
    pub at: Timestamp,
    /// What the last stretch stands on.
    last: Option<(Counted, Ground<'a>)>,
    stretches: Vec<Stretch>,
}

impl<'a> Way<'a> {
    pub fn new(from: Timestamp) -> Self {
        Self { at: from, last: None, stretches: Vec::new() }
    }

    /// On to `to`. What has the same ground as the stretch before lengthens it, except that each counted day is one.
    pub fn go(&mut self, to: Timestamp, counted: Counted, ground: Ground<'a>) {
        if to <= self.at {
            return;
        }
        let from = std::mem::replace(&mut self.at, to);
        let next = (counted, ground);
        if self.last == Some(next)
            && let Some(last) = self.stretches.last_mut()
        {
            last.to = to;
            return;
        }
        self.last = Some(next);
        let (day, halves) = match counted {
            Counted::Day { number, halves } => (Some(number), halves),
            _ => (None, None),
        };
        self.stretches.push(Stretch {
            from,
            to,
            counted: counted != Counted::No,
            why: ground.why,
            line: ground.line.to_string(),
            name: ground.name.cloned(),
            day,
            halves,
        });
    }

    pub fn stretches(self) -> Vec<Stretch> {
        self.stretches
    }
}
