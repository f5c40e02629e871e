//! Deciding: reads state and definition, changes nothing but a working copy, says what happened and what is asked.
//!
//! A [`Turn`](turn::Turn) is that working copy: it applies every event as it is decided, so that the state it worked on
//! is the fold of its events. [`walk`] takes a task from `if` to `then`, [`fault`] takes an error to whoever handles
//! it, and each task type has a file of its own. Functions are not known here by name: a call leaves as an effect.

use peygir_dsl::model::Workflow;

use crate::state::{ActivationNumber, Status};
use crate::{Command, Effect, Event, Instance, Moment, Surroundings, id::Draws};

mod call;
mod do_;
mod emit;
mod extension;
mod fault;
mod filter;
mod for_;
mod fork;
mod listen;
mod raise;
mod restart;
mod run;
mod schedule;
mod schema;
mod scope;
mod set;
mod span;
mod switch;
mod timer;
mod try_;
mod turn;
mod wait;
mod walk;
mod workflow;

pub use schedule::input_of_schedule;
pub use span::{after, zone_of};
use turn::Turn;

#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
    /// The instance after the events: what applying them to the instance before gives. Always there.
    pub instance: Option<Instance>,
}

/// A command that can't be done. It changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the instance has ended")]
    NotActive,
    #[error("nothing waits for this")]
    NotFound,
    #[error("the instance was started already")]
    Duplicate,
    /// Nothing but an answer, an end or [`Command::Resume`] is taken; what is refused is kept and sent again then.
    #[error("the instance is suspended")]
    Suspended,
}

/// One step: on `None` only [`Command::Start`] can be done. `draws` gives the ids of emitted events and the jitter.
pub fn step(
    definition: &Workflow,
    surroundings: &Surroundings,
    instance: Option<&Instance>,
    command: &Command,
    at: Moment,
    draws: &mut Draws,
) -> Result<Outcome, Rejection> {
    let mut turn = match (instance, command) {
        (None, Command::Start { .. }) => {
            return Ok(workflow::start(definition, surroundings, command, at, draws));
        }
        (None, _) => return Err(Rejection::NotFound),
        (Some(instance), _) => Turn::resume(definition, surroundings, instance, at, draws),
    };
    turn.admit_command(command)?;
    match command {
        Command::Start { .. } => return Err(Rejection::Duplicate),
        Command::Answer { activation, answer } => turn.answer(*activation, answer)?,
        Command::Wake => turn.wake()?,
        Command::Deliver { event, activation } => turn.deliver(event, *activation)?,
        Command::Cancel { reason } => turn.cancel_workflow(reason),
        Command::Continue => turn.resume_pending()?,
        Command::Retry => turn.retry_workflow()?,
        Command::Suspend { reason } => turn.suspend(reason),
        Command::Resume => turn.resume_suspended(),
    }
    Ok(turn.into_outcome())
}

impl Turn<'_> {
    /// Which commands an instance takes in which status.
    fn admit_command(&self, command: &Command) -> Result<(), Rejection> {
        match (self.instance.status, command) {
            (_, Command::Start { .. }) => Err(Rejection::Duplicate),
            (Status::Active, Command::Retry | Command::Resume) => Err(Rejection::NotFound),
            (Status::Active, _) | (Status::Faulted, Command::Retry) => Ok(()),
            (Status::Suspended, Command::Cancel { .. } | Command::Answer { .. } | Command::Resume) => Ok(()),
            (Status::Suspended, _) => Err(Rejection::Suspended),
            _ => Err(Rejection::NotActive),
        }
    }

    fn is_active(&self) -> bool {
        self.instance.status == Status::Active
    }

    fn has(&self, number: ActivationNumber) -> bool {
        self.instance.activations.contains_key(&number)
    }
}
