//! `fork`: branches beside each other, all of them or the first.

use std::sync::Arc;

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
    let Some(scope) = branch_ended(turn, fork, name, (Some(output.clone()), context.clone(), None)) else {
        return;
    };
    if competes(turn, &scope) {
        turn.cancel_below(fork);
        replace_context(turn, fork, context);
        turn.finish(fork, output, None);
    } else if !turn.has_open_branches(fork, None) {
        let branches = turn.branches(&scope);
        let outputs =
            branches.iter().map(|branch| branch.output.as_ref().map_or(Value::Null, |data| data.value().clone()));
        let outputs: Value = outputs.collect();
        replace_context(turn, fork, merged(&outer, &branches));
        turn.finish(fork, outputs.into(), None);
    }
}

/// A branch of a competing fork faulted while others may still win.
pub(super) fn branch_faulted(turn: &mut Turn<'_>, fork: ActivationNumber, name: &str, error: Error) {
    branch_ended(turn, fork, name, (None, None, Some(error)));
}

/// Decides that a branch ended; gives the fork.
fn branch_ended(
    turn: &mut Turn<'_>,
    fork: ActivationNumber,
    name: &str,
    (output, context, fault): (Option<Data>, Option<Data>, Option<Error>),
) -> Option<Arc<Activation>> {
    let scope = turn.instance.activations.get(&fork)?.clone();
    let Progress::Fork { branches } = &scope.progress else {
        return None;
    };
    // Branches stand as they were declared.
    let declared = turn.definition.list(&scope.path).and_then(|list| list.place(name));
    let is_named = |place: &usize| branches.get(*place).is_some_and(|branch| branch.name == name);
    let place = declared.filter(is_named).or_else(|| (0..branches.len()).find(is_named))?;
    let branch = place as u32;
    let row = Some(turn.instance.next_activation);
    turn.emit(Event::BranchEnded { fork, branch, output, context, fault, row });
    Some(scope)
}

impl Turn<'_> {
    /// Whether a branch other than `but` runs or is still to start.
    pub fn has_open_branches(&self, fork: ActivationNumber, but: Option<ActivationNumber>) -> bool {
        let runs = |child: &Activation| Some(child.number) != but && !matches!(child.progress, Progress::Branch { .. });
        self.agenda.iter().rev().any(|owed| owed.parent == fork)
            || self.instance.pending.iter().any(|owed| owed.parent == fork)
            || self.instance.children(fork).any(runs)
    }

    /// Where an activation stands among the branches around it, the outermost fork first. Of what is due at the same
    /// instant, that of the branch declared first comes first: branches are opened in the order of their declaration.
    pub fn place_in_branches(&self, number: ActivationNumber) -> Vec<ActivationNumber> {
        let is_branch = |activation: &&Activation| {
            activation.parent.is_some_and(|parent| matches!(self.progress(parent), Some(Progress::Fork { .. })))
        };
        let mut place: Vec<ActivationNumber> =
            self.instance.ancestry(number).filter(is_branch).map(|branch| branch.number).collect();
        place.reverse();
        place
    }

    /// The branches with their results, in the order of declaration.
    pub fn branches(&self, fork: &Activation) -> Vec<Branch> {
        let Progress::Fork { branches } = &fork.progress else {
            return Vec::new();
        };
        let mut branches = branches.clone();
        for row in self.instance.children(fork.number) {
            if let Progress::Branch { branch, output, context, fault } = &row.progress
                && let Some(ended) = branches.get_mut(*branch as usize)
            {
                (ended.output, ended.context, ended.fault) = (output.clone(), context.clone(), fault.clone());
            }
        }
        branches
    }

    /// A fork is about to end: drops the rows of its branches' results.
    pub fn forget_branches(&mut self, fork: ActivationNumber) {
        if !matches!(self.progress(fork), Some(Progress::Fork { .. })) {
            return;
        }
        let rows: Vec<ActivationNumber> = self.instance.children(fork).map(|row| row.number).collect();
        if !rows.is_empty() {
            self.emit(Event::BranchesJoined { fork, rows });
        }
    }
}

/// Whether the first branch wins.
pub(super) fn competes(turn: &Turn<'_>, fork: &Activation) -> bool {
    let task = turn.definition.task(&fork.path);
    matches!(task.map(|task| &task.kind), Some(Kind::Fork(Fork { compete: true, .. })))
}

/// The fork's fault, if every branch has faulted now that `branch` has with `error`: that of the first one declared.
pub(super) fn fault_of_all(turn: &Turn<'_>, fork: &Activation, branch: &Activation, error: &Error) -> Option<Error> {
    if turn.has_open_branches(fork.number, Some(branch.number)) {
        return None;
    }
    let name = branch.path.last();
    let fault = |ended: Branch| if Some(&ended.name) == name { Some(error.clone()) } else { ended.fault };
    turn.branches(fork).into_iter().find_map(fault)
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
