//! `call`: the function is asked for as an effect; its answer comes back as a command.

use peygir_dsl::model::Call;

use super::Rejection;
use super::turn::Turn;
use super::walk::Starting;
use crate::command::Answer;
use crate::state::{ActivationNumber, Progress};
use crate::{Effect, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, call: &Call, starting: Starting) {
    let with = match &call.with {
        Some(template) => match starting.variables.fill(template, &starting.input) {
            Ok(with) => with,
            Err(error) => return turn.fail(starting, error),
        },
        None => starting.input.clone(),
    };
    let key = starting.key.clone();
    let function = call.function.clone();
    let activation = turn.open(starting, Progress::Call { function: function.clone(), with: with.clone() });
    turn.effects.push(Effect::Call { activation, function, with, key });
}

impl Turn<'_> {
    /// The answer to a call. Who raised its error is the task, whatever the function says of itself.
    pub fn answer(&mut self, number: ActivationNumber, answer: &Answer) -> Result<(), Rejection> {
        match self.instance.activations.get(&number).map(|activation| &activation.progress) {
            Some(Progress::Call { .. }) => {}
            _ => return Err(Rejection::NotFound),
        }
        match answer {
            Answer::Output { output, provenance } => {
                let (output, provenance) = (output.clone(), provenance.clone());
                self.emit(Event::CallAnswered { activation: number, output: output.clone(), provenance });
                self.finish(number, output, None);
            }
            Answer::Fault(error) => self.raise(number, Error { instance: None, ..error.clone() }),
        }
        self.run();
        Ok(())
    }
}
