//! `do`: a list of tasks, each with the output of the one before it.

use std::collections::BTreeMap;

use peygir_dsl::model::TaskList;

use super::turn::Turn;
use super::walk::Starting;
use crate::state::Progress;

pub(super) fn start(turn: &mut Turn<'_>, _list: &TaskList, starting: Starting) {
    let input = starting.input.clone();
    let number = turn.open(starting, Progress::Sequence { visits: BTreeMap::new() });
    turn.enter_list(number, input);
}
