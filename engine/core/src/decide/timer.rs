//! Timers that are due.

use super::turn::Turn;
use super::{Rejection, try_};
use crate::apply::ROOT;
use crate::error::Kind;
use crate::state::{ActivationNumber, Timer, TimerPurpose};
use crate::{Error, Event};

impl Turn<'_> {
    /// Fires every timer that is due, those included that are set on the way, until the bound on steps is reached.
    pub fn wake(&mut self) -> Result<(), Rejection> {
        if self.due().is_none() {
            return Err(Rejection::NotFound);
        }
        self.fire_due();
        Ok(())
    }

    pub fn fire_due(&mut self) {
        while self.is_active()
            && !self.is_bounded()
            && let Some(timer) = self.due()
        {
            self.fire(&timer);
            self.run();
        }
    }

    fn due(&self) -> Option<Timer> {
        let due = self.instance.timers.values().filter(|timer| timer.due <= self.at);
        due.min_by_key(|timer| (timer.due, self.place_in_branches(timer.activation), timer.number)).cloned()
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
