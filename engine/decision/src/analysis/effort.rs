//! What a search may cost, counted in work that is really done: a literal that is looked at, a cell that is tried.
//!
//! Owns: the count, its limit, and asking whoever waits for the answer whether it is still wanted. Deliberately knows no
//! clock: how long a step takes is not its business.

use std::cell::Cell;

/// Steps between two questions whether the answer is still wanted: a few milliseconds at most.
const ASKED_EVERY: u64 = 1 << 16;

/// The work on one table.
pub(super) struct Effort<'a> {
    spent: Cell<u64>,
    most: u64,
    /// Work done when it was last asked whether to go on.
    asked: Cell<u64>,
    is_cancelled: &'a dyn Fn() -> bool,
    cancelled: Cell<bool>,
}

impl<'a> Effort<'a> {
    pub fn new(most: u64, is_cancelled: &'a dyn Fn() -> bool) -> Self {
        Self { spent: Cell::new(0), most, asked: Cell::new(0), is_cancelled, cancelled: Cell::new(is_cancelled()) }
    }

    /// Work that nobody calls off.
    pub fn of(most: u64) -> Effort<'static> {
        Effort::new(most, &|| false)
    }

    pub fn charge(&self, steps: u64) {
        let spent = self.spent.get().saturating_add(steps);
        self.spent.set(spent);
        if spent - self.asked.get() >= ASKED_EVERY {
            self.asked.set(spent);
            if (self.is_cancelled)() {
                self.cancelled.set(true);
            }
        }
    }

    /// Steps taken so far.
    pub fn spent(&self) -> u64 {
        self.spent.get()
    }

    /// Whether nothing more is to be done.
    pub fn is_spent(&self) -> bool {
        self.cancelled.get() || self.spent.get() > self.most
    }

    /// Whether the answer is not wanted any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_at_its_limit_or_when_it_is_called_off() {
        let effort = Effort::of(10);
        effort.charge(10);
        assert!(!effort.is_spent());
        effort.charge(1);
        assert!(effort.is_spent() && !effort.is_cancelled());

        let wanted = Cell::new(true);
        let is_cancelled = || !wanted.get();
        let effort = Effort::new(u64::MAX, &is_cancelled);
        effort.charge(ASKED_EVERY);
        assert!(!effort.is_spent());
        wanted.set(false);
        effort.charge(ASKED_EVERY);
        assert!(effort.is_spent() && effort.is_cancelled());
    }
}
