//! Tasks that no path leads to, and loops that never rest.

use std::collections::BTreeSet;

use peygir_source::Diagnostics;

use super::graph::{Graph, Next, any_within};
use super::{Flow, below, message};
use crate::model::{DurationExpr, Kind, Process, Task, TaskList};

/// Functions that answer as soon as a service does; every other may take its time.
const ASKED: [&str; 2] = ["http", "openapi"];

pub(super) fn check(flow: &Flow<'_>, list: &TaskList, found: &mut Diagnostics) {
    let graph = Graph::of(flow, list);
    let reached = graph.reached([0]);
    for (task, reached) in list.iter().zip(&reached) {
        if !reached {
            found.push(message::unreachable(task.span, &task.name));
        }
    }
    for members in graph.loops() {
        if reached[members[0]] {
            check_loop(flow, list, &graph, &members, found);
        }
    }
    list.iter().for_each(|task| below_of(flow, task, found));
}

/// Branches of a fork begin side by side.
fn below_of(flow: &Flow<'_>, task: &Task, found: &mut Diagnostics) {
    match &task.kind {
        Kind::Fork(fork) => fork.branches.iter().for_each(|branch| below_of(flow, branch, found)),
        _ => below(task).into_iter().for_each(|list| check(flow, list, found)),
    }
}

/// A loop that somebody waits in, or that data may lead out of, is one that was meant.
fn check_loop(flow: &Flow<'_>, list: &TaskList, graph: &Graph, members: &[usize], found: &mut Diagnostics) {
    let within = |holds: &mut dyn FnMut(&Task) -> bool| members.iter().any(|index| any_within(&list[*index], holds));
    if within(&mut |task| rests(flow, task, &mut BTreeSet::new())) {
        return;
    }
    let leaves = members.iter().any(|index| {
        let leads_out = |next: &Next| match next {
            Next::Task(next) => !members.contains(next),
            Next::Leave | Next::End => true,
        };
        graph.nexts[*index].iter().any(leads_out)
    });
    let raises = within(&mut |task| matches!(task.kind, Kind::Raise(_)));
    let asks = within(&mut |task| matches!(&task.kind, Kind::Call(call) if ASKED.contains(&call.function.as_str())));
    let endless = !leaves && !raises;
    if !endless && !asks {
        return;
    }
    let back = |index: &&usize| graph.nexts[**index].iter().any(|next| matches!(next, Next::Task(to) if to <= *index));
    if let Some(task) = members.iter().rfind(back).map(|index| &list[*index]) {
        found.push(message::restless(task.span, &task.name, endless));
    }
}

/// Whether the task itself may take time that no data and no answer of a service decides.
fn rests<'w>(flow: &'w Flow<'w>, task: &'w Task, seen: &mut BTreeSet<&'w str>) -> bool {
    if flow.is_astray(task) {
        return true;
    }
    match &task.kind {
        Kind::Wait(DurationExpr::Fixed(duration)) => !duration.is_zero(),
        Kind::Wait(DurationExpr::Computed(_)) | Kind::Listen(_) | Kind::Refused(_) => true,
        Kind::Run(run) => run.await_ || matches!(run.process, Process::Function { .. }),
        Kind::Call(call) => match flow.functions.get(&call.function) {
            Some(None) => true,
            Some(Some(function)) => {
                seen.insert(&call.function) && function.iter().any(|task| rests_within(flow, task, seen))
            }
            None => !ASKED.contains(&call.function.as_str()),
        },
        _ => false,
    }
}

fn rests_within<'w>(flow: &'w Flow<'w>, task: &'w Task, seen: &mut BTreeSet<&'w str>) -> bool {
    rests(flow, task, seen)
        || below(task).into_iter().any(|list| list.iter().any(|task| rests_within(flow, task, seen)))
}
