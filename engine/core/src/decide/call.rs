//! `call`: a function that is a task runs below the call; any other is asked for as an effect, and its answer comes back
//! as a command.

use peygir_dsl::model::Call;

use super::Rejection;
use super::turn::Turn;
use super::walk::Starting;
use crate::command::Answer;
use crate::state::{ActivationNumber, Progress};
use crate::{Data, Effect, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, call: &Call, starting: Starting) {
    let with = match &call.with {
        Some(template) => turn.fill(&starting.scope, template, &starting.input),
        None => Ok(starting.input.clone()),
    };
    match with.and_then(|with| turn.fits("the input of the function", &with).map(|()| with)) {
        Ok(with) if turn.definition.functions.contains_key(&call.function) => {
            let number = turn.open(starting, Progress::Sequence { visits: Default::default() });
            turn.enter_list(number, with);
        }
        Ok(with) => ask(turn, &call.function, with, true, starting),
        Err(error) => turn.fail(starting, error),
    }
}

/// Asks the host for a function. Where nobody awaits it, the task is over at once and its output is its input; the effect
/// is all that is left of it.
pub(super) fn ask(turn: &mut Turn<'_>, function: &str, with: Data, awaits: bool, starting: Starting) {
    let (key, input, function) = (starting.key.clone(), starting.input.clone(), function.to_owned());
    let activation = turn.open(starting, Progress::Call { function: function.clone(), with: with.clone() });
    turn.effects.push(Effect::Call { activation, function, with, key, awaits });
    if !awaits {
        turn.finish(activation, input, None);
    }
}

impl Turn<'_> {
    /// The answer to a call or to a run. Who raised its error is the task, whatever the function says of itself; of a
    /// child's fault the child is named beside it.
    pub fn answer(&mut self, number: ActivationNumber, answer: &Answer) -> Result<(), Rejection> {
        let child = match self.progress(number) {
            Some(Progress::Call { .. }) => None,
            Some(Progress::Run { child }) => Some(*child),
            _ => return Err(Rejection::NotFound),
        };
        match answer {
            Answer::Output { output, provenance, authorization } => match self.fits("the answer", output) {
                Ok(()) => {
                    let (output, provenance) = (output.clone(), provenance.clone());
                    self.emit(Event::CallAnswered { activation: number, output: output.clone(), provenance });
                    self.finish_authorized(number, output, None, authorization.as_ref());
                }
                Err(error) => self.raise(number, error),
            },
            Answer::Fault(error) => {
                self.raise(
                    number,
                    Error {
                        instance: None,
                        child: child.map(Box::new).or_else(|| error.child.clone()),
                        ..error.clone()
                    },
                );
            }
        }
        self.run();
        Ok(())
    }
}
