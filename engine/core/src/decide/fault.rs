//! Faults: an error goes up from its task through the scopes around it until one handles it; what it passes faults.

use super::fork;
use super::try_::{self, Handling};
use super::turn::Turn;
use crate::apply::ROOT;
use crate::state::{ActivationNumber, Pending, Progress, TryPhase};
use crate::{Effect, Error, Event};

/// Who handles an error.
enum Handler {
    Try(ActivationNumber, Handling),
    /// A competing fork, others of whose branches may still win.
    Fork(ActivationNumber),
    Nobody,
}

/// Where an error got to.
struct Verdict {
    handler: Handler,
    /// The outermost activation that faults with it: the one below the handler.
    last: ActivationNumber,
    /// The activation that a retry of the instance would start again.
    restart: ActivationNumber,
    error: Error,
}

impl Turn<'_> {
    /// The activation ends with an error; activations below it are cancelled.
    pub fn raise(&mut self, origin: ActivationNumber, mut error: Error) {
        let Some(activation) = self.instance.activations.get(&origin) else {
            return;
        };
        if error.instance.is_none() {
            error.instance = Some(self.pointer(&activation.path));
            error.inner = self.definition.inner_pointer(&activation.path).map(Box::new);
        }
        let verdict = self.judge(origin, error.clone());
        match verdict.handler {
            Handler::Try(number, handling) => {
                self.fault_up(origin, verdict.last, &error);
                try_::handle(self, number, handling, verdict.error);
            }
            Handler::Fork(number) => {
                let name = self.instance.activations.get(&verdict.last).and_then(|branch| branch.path.last()).cloned();
                self.fault_up(origin, verdict.last, &error);
                if let Some(name) = name {
                    fork::branch_faulted(self, number, &name, verdict.error);
                }
            }
            Handler::Nobody => self.fault_workflow_from(origin, verdict.restart, &error, verdict.error),
        }
    }

    fn fault_workflow_from(
        &mut self,
        origin: ActivationNumber,
        restart: ActivationNumber,
        raised: &Error,
        error: Error,
    ) {
        let Some(activation) = self.instance.activations.get(&restart).cloned() else {
            return;
        };
        let Some(parent) = activation.parent else {
            return;
        };
        self.fault_up(origin, restart, raised);
        let (path, raw_input) = (activation.path.clone(), activation.raw_input.clone());
        let again = Pending { parent, task: path.last().cloned(), raw_input: raw_input.clone(), again: true };
        self.fault_workflow(path, raw_input, error, Some(again));
    }

    /// Goes up from `origin`, changing nothing, until somebody handles the error.
    fn judge(&mut self, origin: ActivationNumber, error: Error) -> Verdict {
        let mut verdict = Verdict { handler: Handler::Nobody, last: origin, restart: origin, error };
        while let Some(parent) = self.instance.activations.get(&verdict.last).and_then(|activation| activation.parent) {
            let Some(scope) = self.instance.activations.get(&parent).cloned() else {
                break;
            };
            match &scope.progress {
                Progress::Try { phase, .. } => {
                    if verdict.last == verdict.restart {
                        // The list of a try can't start without it.
                        verdict.restart = parent;
                    }
                    if *phase == TryPhase::Trying {
                        match try_::judge(self, &scope, &verdict.error) {
                            Ok(Some(handling)) => {
                                verdict.handler = Handler::Try(parent, handling);
                                return verdict;
                            }
                            Ok(None) => {}
                            Err(error) => {
                                let inner = self.definition.inner_pointer(&scope.path).map(Box::new);
                                verdict.error = Error { instance: Some(self.pointer(&scope.path)), inner, ..error };
                                verdict.restart = parent;
                            }
                        }
                    }
                }
                Progress::Fork { .. } if fork::competes(self, &scope) => {
                    let branch = self.instance.activations.get(&verdict.last);
                    match branch.and_then(|branch| fork::fault_of_all(self, &scope, branch, &verdict.error)) {
                        None => {
                            verdict.handler = Handler::Fork(parent);
                            return verdict;
                        }
                        Some(first) => {
                            verdict.error = first;
                            verdict.restart = parent;
                        }
                    }
                }
                _ => {}
            }
            if parent == ROOT {
                break;
            }
            verdict.last = parent;
        }
        verdict
    }

    /// Everything from `origin` up to `last` faults; what runs below or beside is cancelled.
    fn fault_up(&mut self, origin: ActivationNumber, last: ActivationNumber, error: &Error) {
        let mut at = origin;
        loop {
            let parent = self.instance.activations.get(&at).and_then(|activation| activation.parent);
            self.cancel_below(at);
            self.end(at, Event::TaskFaulted { activation: at, error: error.clone() });
            match parent {
                Some(parent) if at != last => at = parent,
                _ => return,
            }
        }
    }

    /// Cancels everything below an activation, innermost first.
    pub fn cancel_below(&mut self, number: ActivationNumber) {
        for below in self.instance.below(number) {
            self.cancel(below);
        }
    }

    /// Cancels one activation that has nothing below it any more.
    pub fn cancel(&mut self, number: ActivationNumber) {
        self.withdraw(number);
        self.end(number, Event::TaskCancelled { activation: number });
    }

    /// Whatever was opened for a call or a run is taken back.
    pub fn withdraw(&mut self, number: ActivationNumber) {
        if let Some(activation) = self.instance.activations.get(&number)
            && matches!(activation.progress, Progress::Call { .. } | Progress::Run { .. })
        {
            self.effects.push(Effect::Withdraw { activation: number });
        }
    }

    /// Cancels what rests, as the instance faults, and says what would have to start again in its stead. Listeners stay:
    /// what they consumed is theirs.
    pub fn park(&mut self) -> Vec<Pending> {
        let mut parked = Vec::new();
        for number in self.instance.below(ROOT) {
            let Some(activation) = self.instance.activations.get(&number) else {
                continue;
            };
            let rests = match &activation.progress {
                Progress::Sequence { .. }
                | Progress::Fork { .. }
                | Progress::Branch { .. }
                | Progress::For { .. }
                | Progress::Round { .. }
                | Progress::Extended { .. }
                | Progress::Listen { .. } => false,
                Progress::Try { phase, .. } => *phase == TryPhase::BackingOff,
                Progress::Call { .. } | Progress::Run { .. } | Progress::Wait | Progress::Immediate => true,
            };
            let (true, Some(parent), Some(name)) = (rests, activation.parent, activation.path.last()) else {
                continue;
            };
            let task = Some(name.clone());
            parked.push(Pending { parent, task, raw_input: activation.raw_input.clone(), again: true });
            self.cancel(number);
        }
        parked.reverse();
        parked
    }
}
