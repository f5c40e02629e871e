//! Deciding: reads state and definition, changes nothing but a working copy, says what happened and what is asked.

use peygir_dsl::model::Workflow;

use crate::{Command, Effect, Event, Instance, Moment, id::Draws};

/// Steps of one turn; at the bound the rest is left to [`Command::Continue`].
pub const STEPS_MAX: u32 = 1_000;

#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub events: Vec<Event>,
    pub effects: Vec<Effect>,
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
}

/// One step: on `None` only [`Command::Start`] can be done. `draws` gives the ids of emitted events and the jitter.
pub fn step(
    _definition: &Workflow,
    _instance: Option<&Instance>,
    _command: &Command,
    _at: Moment,
    _draws: &mut Draws,
) -> Result<Outcome, Rejection> {
    todo!()
}
