//! `wait`: rests until an instant that is set when it begins.

use peygir_dsl::model::DurationExpr;

use super::span;
use super::turn::Turn;
use super::walk::Starting;
use crate::state::{Progress, TimerPurpose};

pub(super) fn start(turn: &mut Turn<'_>, duration: &DurationExpr, starting: Starting) {
    match turn.duration(&starting.scope, duration, &starting.input) {
        Ok(duration) => {
            let due = span::after(turn.definition, turn.at, duration);
            let number = turn.open(starting, Progress::Wait);
            turn.set_timer(number, due, TimerPurpose::Wait);
        }
        Err(error) => turn.fail(starting, error),
    }
}
