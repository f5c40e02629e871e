//! `switch`: the first case that is true says where the flow goes on. The data stays as it is.

use peygir_dsl::model::{Case, Then};

use super::scope::Scope;
use super::turn::Turn;
use super::walk::Starting;
use crate::state::Progress;
use crate::{Data, Error};

pub(super) fn start(turn: &mut Turn<'_>, cases: &[Case], starting: Starting) {
    let input = starting.input.clone();
    let chosen = choose(turn, cases, &starting.scope, &input);
    let number = turn.open(starting, Progress::Immediate);
    match chosen {
        Ok(then) => turn.finish(number, input, then),
        Err(error) => turn.raise(number, error),
    }
}

/// A case without `when` is the default, wherever it stands; without one, the task's own `then` holds.
fn choose<'c>(turn: &Turn<'_>, cases: &'c [Case], scope: &Scope, input: &Data) -> Result<Option<&'c Then>, Error> {
    for case in cases {
        if let Some(when) = &case.when
            && turn.test(scope, when, input)?
        {
            return Ok(Some(&case.then));
        }
    }
    Ok(cases.iter().find(|case| case.when.is_none()).map(|case| &case.then))
}
