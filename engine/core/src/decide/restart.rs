//! Going on: behind the bound on a turn's steps, after a fault whose cause was mended, and after being suspended.

use super::scope::Scope;
use super::turn::Turn;
use super::{Rejection, span};
use crate::state::{ActivationNumber, Progress, TimerPurpose, TryPhase};
use crate::{Effect, Event};

impl Turn<'_> {
    /// Makes the starts that were put off.
    pub fn resume_pending(&mut self) -> Result<(), Rejection> {
        if self.instance.pending.is_empty() {
            return Err(Rejection::NotFound);
        }
        self.agenda = self.instance.pending.iter().rev().cloned().collect();
        self.run();
        Ok(())
    }

    pub fn suspend(&mut self, reason: &str) {
        self.emit(Event::InstanceSuspended { reason: reason.to_owned() });
    }

    /// Timers whose instant passed meanwhile fire first, then what was put off starts.
    pub fn resume_suspended(&mut self) {
        let listeners = self.listeners();
        self.emit(Event::InstanceResumed);
        self.fire_due();
        if self.is_active() && !self.is_bounded() && !self.instance.pending.is_empty() {
            self.agenda = self.instance.pending.iter().rev().cloned().collect();
            self.run();
        }
        self.listen_again(listeners);
    }

    /// Runs the faulted task again, and what the fault stopped beside it. Timeouts of the scopes around begin anew: the
    /// time that passed was the fault's, not theirs.
    pub fn retry_workflow(&mut self) -> Result<(), Rejection> {
        if self.instance.pending.is_empty() {
            return Err(Rejection::NotFound);
        }
        let listeners = self.listeners();
        self.emit(Event::InstanceRetried);
        let scopes: Vec<ActivationNumber> = self.instance.activations.keys().copied().collect();
        let mut goes_on = self.set_workflow_timer();
        for number in scopes {
            goes_on = goes_on && self.set_scope_timers(number);
        }
        if goes_on {
            self.resume_pending()?;
        }
        self.listen_again(listeners);
        Ok(())
    }

    /// Sets the timers of a scope that stayed. Whether the instance goes on: a timeout that can't be made out faults it.
    fn set_scope_timers(&mut self, number: ActivationNumber) -> bool {
        let Some(activation) = self.instance.activations.get(&number).cloned() else {
            return true;
        };
        if matches!(activation.progress, Progress::Extended { .. } | Progress::Branch { .. }) {
            return true;
        }
        let timeout = self.definition.task(&activation.path).and_then(|task| task.timeout.as_ref());
        match timeout.map(|timeout| self.duration(&Scope::of(&activation), timeout, &activation.input)).transpose() {
            Ok(Some(timeout)) => {
                self.set_timer(number, span::after(self.definition, self.at, timeout), TimerPurpose::Timeout);
            }
            Ok(None) => {}
            Err(error) => self.raise(number, error),
        }
        if self.is_active() && matches!(activation.progress, Progress::Try { phase: TryPhase::Trying, .. }) {
            self.set_attempt_timer(&activation);
        }
        self.is_active()
    }

    fn listeners(&self) -> Vec<ActivationNumber> {
        let activations = self.instance.activations.values();
        let listeners = activations.filter(|one| matches!(one.progress, Progress::Listen { .. }));
        listeners.map(|listener| listener.number).collect()
    }

    /// Events that came meanwhile were kept: the listeners of then that are still there may want them.
    fn listen_again(&mut self, listeners: Vec<ActivationNumber>) {
        for activation in listeners {
            if self.is_active() && self.has(activation) {
                self.effects.push(Effect::Listening { activation });
            }
        }
    }
}
