//! `set`: replaces the data.

use peygir_dsl::expr::Template;

use super::turn::Turn;
use super::walk::Starting;
use crate::state::Progress;

pub(super) fn start(turn: &mut Turn<'_>, template: &Template, starting: Starting) {
    let filled = turn.fill(&starting.scope, template, &starting.input);
    let number = turn.open(starting, Progress::Immediate);
    match filled {
        Ok(output) => turn.finish(number, output, None),
        Err(error) => turn.raise(number, error),
    }
}
