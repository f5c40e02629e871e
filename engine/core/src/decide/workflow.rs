//! The workflow as a whole: its start, and its end in each of its forms.

use peygir_dsl::model::Workflow;

use super::scope::Scope;
use super::turn::Turn;
use super::{Outcome, schema, span};
use crate::apply::ROOT;
use crate::effect::End;
use crate::error::Kind;
use crate::id::Draws;
use crate::state::{ActivationNumber, Pending, TimerPurpose};
use crate::{Command, Data, Effect, Error, Event, Moment, Surroundings};

/// The first step of an instance; `command` is [`Command::Start`].
pub(super) fn start(
    definition: &Workflow,
    surroundings: &Surroundings,
    command: &Command,
    at: Moment,
    draws: &mut Draws,
) -> Outcome {
    let Command::Start { id, flow, input: raw_input, started_by, digest, parent } = command else {
        return Outcome::default();
    };
    let started = |input: &Data| Event::InstanceStarted {
        id: *id,
        flow: flow.clone(),
        raw_input: raw_input.clone(),
        input: input.clone(),
        started_by: started_by.clone(),
        digest: digest.clone(),
        parent: parent.clone(),
    };
    // What the input is made by sees the instance as it is before it has one.
    let admitted = Turn::begin(definition, surroundings, started(raw_input), at, draws).admit_input(raw_input);
    let input = admitted.as_ref().unwrap_or(raw_input);
    let mut turn = Turn::begin(definition, surroundings, started(input), at, draws);
    match admitted {
        Ok(input) => {
            turn.enter_list(ROOT, input);
            if turn.is_active() && turn.set_workflow_timer() {
                turn.run();
            }
        }
        // The same input would be refused again: there is nothing that a retry could begin with.
        Err(error) => turn.fault_workflow(Vec::new(), raw_input.clone(), error, None),
    }
    turn.into_outcome()
}

impl Turn<'_> {
    fn admit_input(&self, raw_input: &Data) -> Result<Data, Error> {
        self.fits("the input", raw_input)?;
        let Some(clause) = &self.definition.input else {
            return Ok(raw_input.clone());
        };
        schema::check(clause.schema.as_ref(), raw_input)?;
        let from = clause.from.as_ref();
        let input = from.map_or(Ok(raw_input.clone()), |from| self.fill(&Scope::default(), from, raw_input))?;
        self.fits("the input", &input).map(|()| input)
    }

    /// Sets the timer of the workflow's timeout. Whether the instance goes on: a timeout that can't be made out faults it.
    pub fn set_workflow_timer(&mut self) -> bool {
        let Some(timeout) = &self.definition.timeout else {
            return true;
        };
        let input = self.instance.input.clone();
        match self.duration(&Scope::default().with("input", input.clone()), timeout, &input) {
            Ok(timeout) => {
                self.set_timer(ROOT, span::after(self.definition, self.at, timeout), TimerPurpose::Timeout);
                true
            }
            Err(error) => {
                self.fault_workflow(Vec::new(), input, error, None);
                false
            }
        }
    }

    /// The root list is at its end.
    pub fn complete_workflow(&mut self, raw_output: Data) {
        match self.workflow_output(&raw_output) {
            Ok(output) => {
                self.clear_timers(ROOT, |_| true);
                self.emit(Event::InstanceCompleted { output: output.clone() });
                self.effects.push(Effect::Ended { end: End::Completed { output } });
            }
            Err(error) => {
                let restart = Pending { parent: ROOT, task: None, raw_input: raw_output.clone(), again: true };
                self.fault_workflow(Vec::new(), raw_output, error, Some(restart));
            }
        }
    }

    fn workflow_output(&self, raw_output: &Data) -> Result<Data, Error> {
        let Some(clause) = &self.definition.output else {
            return Ok(raw_output.clone());
        };
        let scope = Scope::default().with("input", self.instance.input.clone());
        let output = match &clause.as_ {
            Some(template) => self.fill(&scope, template, raw_output)?,
            None => raw_output.clone(),
        };
        self.fits("the output", &output)?;
        schema::check(clause.schema.as_ref(), &output)?;
        Ok(output)
    }

    /// `then: end`, from whatever depth: the scopes around it complete, what runs beside it is cancelled.
    pub fn end_workflow(&mut self, scope: ActivationNumber, output: Data) {
        let mut at = scope;
        while at != ROOT {
            let Some(parent) = self.instance.activations.get(&at).and_then(|activation| activation.parent) else {
                break;
            };
            self.cancel_below(at);
            self.end(at, Event::TaskCompleted { activation: at, output: output.clone() });
            at = parent;
        }
        self.cancel_below(ROOT);
        self.complete_workflow(output);
    }

    pub fn cancel_workflow(&mut self, reason: &str) {
        self.cancel_below(ROOT);
        self.clear_timers(ROOT, |_| true);
        self.emit(Event::InstanceCancelled { reason: reason.to_owned() });
        self.effects.push(Effect::Ended { end: End::Cancelled { reason: reason.to_owned() } });
    }

    /// The timeout of the workflow passed: nothing inside can catch it.
    pub fn time_out_workflow(&mut self) {
        let error = Error::new(Kind::Timeout, "the workflow took longer than its timeout");
        self.fault_workflow(Vec::new(), self.instance.raw_input.clone(), error, None);
    }

    /// The journal of the instance is as long as it may be: nothing inside can catch that.
    pub fn fault_for_length(&mut self) {
        let max = self.surroundings.limits.journal_events_max;
        let error = Error::new(Kind::Runtime, format!("the instance has {max} events, as many as it may have"));
        self.fault_workflow(Vec::new(), self.instance.raw_input.clone(), error, None);
    }

    /// The instance faults. What rests beside the fault is cancelled; the scopes stay, so that a retry can start
    /// `restart` and what was cancelled where they were.
    pub fn fault_workflow(&mut self, task: Vec<String>, raw_input: Data, error: Error, restart: Option<Pending>) {
        let error = Error { instance: error.instance.or_else(|| Some(self.pointer(&task))), ..error };
        let mut restarts: Vec<Pending> = restart.into_iter().chain(self.park()).collect();
        while let Some(start) = self.agenda.pop() {
            if self.has(start.parent) {
                restarts.push(start);
            }
        }
        for owed in &self.instance.pending {
            if !restarts.contains(owed) {
                restarts.push(owed.clone());
            }
        }
        let composites: Vec<ActivationNumber> = self.instance.activations.keys().copied().collect();
        for number in composites {
            self.clear_timers(number, |_| true);
        }
        self.emit(Event::InstanceFaulted { error: error.clone(), task, raw_input, restarts });
        self.effects.push(Effect::Ended { end: End::Faulted { error } });
    }
}
