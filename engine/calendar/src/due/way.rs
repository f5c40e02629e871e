//! Stretches as they are laid end to end: each begins where the one before ended.

use jiff::Timestamp;

use crate::Stretch;
use crate::deadline::Mark;

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

pub(super) struct Way {
    pub at: Timestamp,
    stretches: Vec<Stretch>,
}

impl Way {
    pub fn new(from: Timestamp) -> Self {
        Self { at: from, stretches: Vec::new() }
    }

    /// On to `to`. What has the same ground as the stretch before lengthens it, except that each counted day is one.
    pub fn go(&mut self, to: Timestamp, counted: Counted, mark: &Mark) {
        if to <= self.at {
            return;
        }
        let from = std::mem::replace(&mut self.at, to);
        let (day, halves) = match counted {
            Counted::Day { number, halves } => (Some(number), halves),
            _ => (None, None),
        };
        let counted = counted != Counted::No;
        let goes_on = |last: &Stretch| {
            (last.counted, last.why, last.day, last.halves) == (counted, mark.why, day, halves)
                && last.has_words(&mark.line, mark.name.as_ref())
        };
        if let Some(last) = self.stretches.last_mut().filter(|last| goes_on(last)) {
            last.to = to;
            return;
        }
        let Mark { why, line, name } = mark.clone();
        self.stretches.push(Stretch { from, to, counted, why, line, name, day, halves });
    }

    pub fn stretches(self) -> Vec<Stretch> {
        self.stretches
    }
}
