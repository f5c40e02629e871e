//! The working copy of a step: the events decided so far, already applied, and the starts that are still to be made.

use std::cell::OnceCell;

use peygir_dsl::expr::VALUE_DEPTH_MAX;
use peygir_dsl::model::Workflow;

use super::Outcome;
use super::timer::Due;
use crate::apply::{apply, apply_to};
use crate::error::Kind;
use crate::state::{ActivationNumber, Pending, Progress, Status, Timer, TimerNumber, TimerPurpose};
use crate::{Data, Effect, Error, Event, Instance, Moment, Surroundings, id::Draws};

pub(super) struct Turn<'a> {
    pub definition: &'a Workflow,
    pub surroundings: &'a Surroundings,
    pub instance: Instance,
    pub at: Moment,
    pub draws: &'a mut Draws,
    /// `$workflow` and `$secrets`, which do not change within a step.
    pub workflow: OnceCell<Data>,
    pub secrets: OnceCell<Data>,
    pub effects: Vec<Effect>,
    /// Starts still to be made in this turn; the last one is next, so that a fork's first branch runs until it rests
    /// before its second begins.
    pub agenda: Vec<Pending>,
    /// What fires next, as far as it was looked up.
    pub due: Due,
    events: Vec<Event>,
    steps: u32,
    bounded: bool,
}

impl<'a> Turn<'a> {
    /// The turn of an instance that is there.
    pub fn resume(
        definition: &'a Workflow,
        surroundings: &'a Surroundings,
        instance: &Instance,
        at: Moment,
        draws: &'a mut Draws,
    ) -> Self {
        Self {
            definition,
            surroundings,
            instance: instance.clone(),
            at,
            draws,
            workflow: OnceCell::new(),
            secrets: OnceCell::new(),
            effects: Vec::new(),
            agenda: Vec::new(),
            due: Due::default(),
            events: Vec::new(),
            steps: 0,
            bounded: false,
        }
    }

    /// The first turn: `started` is [`Event::InstanceStarted`].
    pub fn begin(
        definition: &'a Workflow,
        surroundings: &'a Surroundings,
        started: Event,
        at: Moment,
        draws: &'a mut Draws,
    ) -> Self {
        let mut state = None;
        apply(&mut state, &started, at);
        let instance = state.expect("an instance is what InstanceStarted creates");
        let mut turn = Self::resume(definition, surroundings, &instance, at, draws);
        turn.events.push(started);
        turn
    }

    pub fn into_outcome(self) -> Outcome {
        Outcome { events: self.events, effects: self.effects, instance: Some(self.instance) }
    }

    /// Decides an event: it is applied at once.
    pub fn emit(&mut self, event: Event) {
        apply_to(&mut self.instance, &event, self.at);
        self.events.push(event);
    }

    /// Puts a start on the agenda, to be made next.
    pub fn owe(&mut self, parent: ActivationNumber, task: &str, raw_input: Data) {
        self.agenda.push(Pending { parent, task: Some(task.to_owned()), raw_input, again: false });
    }

    /// Makes the starts of the agenda until everything rests or a bound is reached.
    pub fn run(&mut self) {
        if self.instance.status == Status::Suspended {
            return self.put_off();
        }
        while let Some(start) = self.agenda.pop() {
            if !self.has(start.parent) {
                continue;
            }
            if self.instance.events >= self.surroundings.limits.journal_events_max {
                self.agenda.push(start);
                return self.fault_for_length();
            }
            if self.steps == self.surroundings.limits.turn_steps_max {
                self.agenda.push(start);
                self.bound();
                return;
            }
            self.steps += 1;
            self.start(start);
        }
    }

    /// Whether the bound was reached in this turn.
    pub fn is_bounded(&self) -> bool {
        self.bounded
    }

    /// Pointer of a task into the source, for people.
    pub fn pointer(&self, path: &[String]) -> String {
        self.definition.pointer(path)
    }

    fn bound(&mut self) {
        self.bounded = true;
        self.put_off();
        self.effects.push(Effect::Continue);
    }

    /// What is on the agenda is owed from now on.
    fn put_off(&mut self) {
        while let Some(start) = self.agenda.pop() {
            if let Some(task) = &start.task
                && self.has(start.parent)
                && !self.instance.pending.contains(&start)
            {
                let task = task.clone();
                self.emit(Event::TurnBounded { parent: start.parent, task, raw_input: start.raw_input });
            }
        }
    }

    pub fn progress(&self, number: ActivationNumber) -> Option<&Progress> {
        self.instance.activations.get(&number).map(|activation| &activation.progress)
    }

    /// Nothing longer or deeper than this is taken into the journal: it could not be read again.
    pub fn fits(&self, what: &str, data: &Data) -> Result<(), Error> {
        let max = self.surroundings.limits.payload_bytes_max;
        let bytes = data.json().len();
        if bytes > max {
            return Err(Error::new(
                Kind::Runtime,
                format!("{what} has {bytes} bytes as JSON; at most {max} are taken"),
            ));
        }
        if data.is_deeper_than(VALUE_DEPTH_MAX) {
            let detail = format!("{what} is deeper than {VALUE_DEPTH_MAX} levels");
            return Err(Error::new(Kind::Runtime, detail));
        }
        Ok(())
    }

    /// Ends an activation that has nothing below it any more: what it kept goes with it.
    pub fn end(&mut self, number: ActivationNumber, event: Event) {
        self.clear_timers(number, |_| true);
        self.forget_branches(number);
        self.emit(event);
    }

    pub fn set_timer(&mut self, activation: ActivationNumber, due: Moment, purpose: TimerPurpose) {
        let timer = Timer { number: self.instance.next_timer, activation, due, purpose };
        self.emit(Event::TimerSet { timer });
    }

    /// Clears the timers of an activation that satisfy `which`.
    pub fn clear_timers(&mut self, activation: ActivationNumber, which: impl Fn(TimerPurpose) -> bool) {
        let timers: Vec<TimerNumber> = self
            .instance
            .timers
            .of(activation)
            .filter(|timer| which(timer.purpose))
            .map(|timer| timer.number)
            .collect();
        for timer in timers {
            self.emit(Event::TimerCleared { timer, fired: false });
        }
    }
}
