//! `run`: another flow, or a script or command, which is a function of the host.

use peygir_dsl::model::{Process, Run};

use super::call;
use super::turn::Turn;
use super::walk::Starting;
use crate::error::Kind;
use crate::state::Progress;
use crate::{Data, Effect, Error};

pub(super) fn start(turn: &mut Turn<'_>, run: &Run, starting: Starting) {
    let input = match &run.process {
        Process::Workflow { input, .. } => input.as_ref(),
        Process::Function { with, .. } => Some(with),
    };
    let input = input.map_or(Ok(starting.input.clone()), |input| turn.fill(&starting.scope, input, &starting.input));
    match input.and_then(|input| turn.fits("the input", &input).map(|()| input)) {
        Ok(input) => match &run.process {
            Process::Workflow { .. } => start_child(turn, run, input, starting),
            Process::Function { name, .. } => call::ask(turn, name, input, run.await_, starting),
        },
        Err(error) => turn.fail(starting, error),
    }
}

/// The child's id is drawn here, so that the journal knows it before the child is there. Its version is that of the
/// moment in which the host starts it, and stands in the child's own journal.
fn start_child(turn: &mut Turn<'_>, run: &Run, input: Data, starting: Starting) {
    let Process::Workflow { namespace, name, version, .. } = &run.process else {
        return;
    };
    let max = turn.surroundings.limits.children_max;
    if turn.instance.children >= max {
        let detail = format!("an instance starts at most {max} others");
        return turn.fail(starting, Error::new(Kind::Runtime, detail));
    }
    let child = turn.draws.id();
    let own_input = starting.input.clone();
    let activation = turn.open(starting, Progress::Run { child });
    turn.effects.push(Effect::Run {
        activation,
        child,
        namespace: namespace.clone(),
        name: name.clone(),
        version: version.clone(),
        input,
        awaits: run.await_,
    });
    if !run.await_ {
        turn.finish(activation, own_input, None);
    }
}
