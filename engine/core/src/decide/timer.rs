//! Timers that are due.

use super::turn::Turn;
use super::{Rejection, try_};
use crate::apply::ROOT;
use crate::error::Kind;
use crate::state::{ActivationNumber, Timer, TimerNumber, TimerPurpose};
use crate::{Error, Event, Moment};

/// The timers of one instant in the order in which they fire. Looked up once, for all branches of a fork may be due at it;
/// what is set meanwhile for the same instant has a later number.
#[derive(Default)]
pub(super) struct Due {
    at: Option<Moment>,
    /// Numbers from here on were not looked up.
    until: TimerNumber,
    /// The next one is the last.
    order: Vec<TimerNumber>,
}

impl Turn<'_> {
    /// Fires every timer that is due, those included that are set on the way, until the bound on steps is reached.
    pub fn wake(&mut self) -> Result<(), Rejection> {
        if self.next_due().is_none() {
            return Err(Rejection::NotFound);
        }
        self.fire_due();
        Ok(())
    }

    pub fn fire_due(&mut self) {
        while self.is_active()
            && !self.is_bounded()
            && let Some(timer) = self.take_due()
        {
            self.fire(&timer);
            self.run();
        }
    }

    /// When the next timer that has to fire by now was due.
    fn next_due(&self) -> Option<Moment> {
        self.instance.timers.next_due().filter(|due| *due <= self.at)
    }

    /// The timer that fires next: the earliest, of those of one instant that of the branch declared first.
    fn take_due(&mut self) -> Option<Timer> {
        let at = self.next_due()?;
        let is_known = self.due.at == Some(at) && self.instance.timers.due_at(at, self.due.until).next().is_none();
        if !is_known {
            self.due = self.look_up_due(at);
        }
        // Some may have been cleared by what fired before them.
        while let Some(number) = self.due.order.pop() {
            if let Some(timer) = self.instance.timers.get(&number) {
                return Some(timer.clone());
            }
        }
        None
    }

    fn look_up_due(&self, at: Moment) -> Due {
        let mut order: Vec<&Timer> = self.instance.timers.due_at(at, 0).collect();
        order.sort_by_cached_key(|timer| (self.place_in_branches(timer.activation), timer.number));
        let order = order.into_iter().rev().map(|timer| timer.number).collect();
        Due { at: Some(at), until: self.instance.next_timer, order }
    }

    fn fire(&mut self, timer: &Timer) {
        self.emit(Event::TimerCleared { timer: timer.number, fired: true });
        let number = timer.activation;
        match timer.purpose {
            TimerPurpose::Wait => {
                if let Some(input) = self.instance.activations.get(&number).map(|wait| wait.input.clone()) {
                    self.finish(number, input, None);
                }
            }
            TimerPurpose::Timeout if number == ROOT => self.time_out_workflow(),
            TimerPurpose::Timeout => {
                self.withdraw(number);
                self.raise(number, Error::new(Kind::Timeout, "the task took longer than its timeout"));
            }
            TimerPurpose::Retry => try_::retry(self, number),
            TimerPurpose::Attempt => self.time_out_attempt(number),
        }
    }

    /// An attempt that took too long is an error of the list that was tried: its own `catch` sees it.
    fn time_out_attempt(&mut self, number: ActivationNumber) {
        let Some(owner) = self.instance.activations.get(&number) else {
            return;
        };
        let mut error = Error::new(Kind::Timeout, "the attempt took longer than its limit");
        error.instance = Some(self.pointer(&owner.path));
        error.inner = self.definition.inner_pointer(&owner.path).map(Box::new);
        let list = self.instance.children(number).next().map(|list| list.number);
        if let Some(list) = list {
            self.raise(list, error);
        }
    }
}
