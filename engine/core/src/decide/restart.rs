//! Going on: behind the bound on a turn's steps, and after a fault whose cause was mended.

use super::turn::Turn;
use super::{Rejection, span};
use crate::Event;
use crate::state::{ActivationNumber, Progress, TimerPurpose, TryPhase};

impl Turn<'_> {
    /// Makes the starts that the bound put off.
    pub fn resume_pending(&mut self) -> Result<(), Rejection> {
        if self.instance.pending.is_empty() {
            return Err(Rejection::NotFound);
        }
        self.agenda = self.instance.pending.iter().rev().cloned().collect();
        self.run();
        Ok(())
    }

    /// Runs the faulted task again, and what the fault stopped beside it. Timeouts of the scopes around begin anew: the
    /// time that passed was the fault's, not theirs.
    pub fn retry_workflow(&mut self) -> Result<(), Rejection> {
        if self.instance.pending.is_empty() {
            return Err(Rejection::NotFound);
        }
        self.emit(Event::InstanceRetried);
        self.set_workflow_timer();
        let scopes: Vec<ActivationNumber> = self.instance.activations.keys().copied().collect();
        for number in scopes {
            self.set_scope_timers(number);
        }
        self.resume_pending()
    }

    fn set_scope_timers(&mut self, number: ActivationNumber) {
        let Some(scope) = self.instance.activations.get(&number).cloned() else {
            return;
        };
        if let Some(timeout) = self.definition.task(&scope.path).and_then(|task| task.timeout) {
            self.set_timer(number, span::after(self.definition, self.at, timeout), TimerPurpose::Timeout);
        }
        if matches!(scope.progress, Progress::Try { phase: TryPhase::Trying, .. }) {
            self.set_attempt_timer(&scope);
        }
    }
}
