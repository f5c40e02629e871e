//! `fork`: branches beside each other, all of them or the first.

use peygir_dsl::model::{Fork, Kind};
use serde_json::Value;

use super::turn::Turn;
use super::walk::Starting;
use crate::state::{Activation, ActivationNumber, Branch, Progress};
use crate::{Data, Error, Event};

pub(super) fn start(turn: &mut Turn<'_>, fork: &Fork, starting: Starting) {
    let input = starting.input.clone();
    let branches = fork.branches.iter().map(|task| Branch::named(&task.name)).collect();
    let number = turn.open(starting, Progress::Fork { branches });
    if fork.branches.is_empty() {
        return turn.finish(number, Value::Array(Vec::new()).into(), None);
    }
    for branch in fork.branches.iter().rev() {
        turn.owe(number, &branch.name, input.clone());
    }
}

/// A branch ended well. `context` is the branch's own, None if it was skipped.
pub(super) fn branch_completed(
    turn: &mut Turn<'_>,
    fork: ActivationNumber,
    name: &str,
    output: Data,
    context: Option<Data>,
) {
    let outer = turn.instance.context_at(fork).clone();
    let context = context.filter(|context| *context != outer);
    let Some(scope) = branch_ended(turn, fork, name, Some(output.clone()), context.clone(), None) else {
        return;
    };
    let Progress::Fork { branches } = &scope.progress else {
        return;
    };
    if competes(turn, &scope) {
        turn.cancel_below(fork);
        replace_context(turn, fork, context);
        turn.finish(fork, output, None);
    } else if branches.iter().all(Branch::has_ended) {
        let outputs =
            branches.iter().map(|branch| branch.output.as_ref().map_or(Value::Null, |data| data.value().clone()));
        let outputs: Value = outputs.collect();
        replace_context(turn, fork, merged(&outer, branches));
        turn.finish(fork, outputs.into(), None);
    }
}

/// A branch of a competing fork faulted while others may still win.
pub(super) fn branch_faulted(turn: &mut Turn<'_>, fork: ActivationNumber, name: &str, error: Error) {
    branch_ended(turn, fork, name, None, None, Some(error));
}

/// Decides that a branch ended; gives the fork as it is then.
fn branch_ended(
    turn: &mut Turn<'_>,
    fork: ActivationNumber,
    name: &str,
    output: Option<Data>,
    context: Option<Data>,
    fault: Option<Error>,
) -> Option<Activation> {
    let Progress::Fork { branches } = &turn.instance.activations.get(&fork)?.progress else {
        return None;
    };
    let branch = branches.iter().position(|branch| branch.name == name)? as u32;
    turn.emit(Event::BranchEnded { fork, branch, output, context, fault });
    turn.instance.activations.get(&fork).cloned()
}

/// Whether the first branch wins.
pub(super) fn competes(turn: &Turn<'_>, fork: &Activation) -> bool {
    let task = turn.definition.task(&fork.path);
    matches!(task.map(|task| &task.kind), Some(Kind::Fork(Fork { compete: true, .. })))
}

/// The fork's fault, if every branch has faulted now that `name` has with `error`: that of the first one declared.
pub(super) fn fault_of_all(branches: &[Branch], name: Option<&String>, error: &Error) -> Option<Error> {
    let fault = |branch: &Branch| {
        if Some(&branch.name) == name { Some(error.clone()) } else { branch.fault.clone() }
    };
    let faults: Option<Vec<Error>> = branches.iter().map(fault).collect();
    faults?.into_iter().next()
}

fn replace_context(turn: &mut Turn<'_>, fork: ActivationNumber, context: Option<Data>) {
    if let Some(context) = context {
        let branch = turn.instance.branch_of(fork);
        turn.emit(Event::ContextReplaced { branch, context });
    }
}

/// The contexts of the branches laid over the one they began with, in the order of declaration: of each branch what it
/// changed, so that a later branch does not undo an earlier one's exports. None if no branch exported.
fn merged(outer: &Data, branches: &[Branch]) -> Option<Data> {
    let mut changed = branches.iter().filter_map(|branch| branch.context.as_ref()).peekable();
    changed.peek()?;
    Some(changed.fold(outer.value().clone(), |merged, branch| lay_over(merged, outer.value(), branch.value())).into())
}

fn lay_over(merged: Value, outer: &Value, branch: &Value) -> Value {
    let (Value::Object(mut members), Value::Object(before), Value::Object(after)) = (merged, outer, branch) else {
        return branch.clone();
    };
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        members.remove(name);
    }
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(value)) {
        members.insert(name.clone(), value.clone());
    }
    Value::Object(members)
}
