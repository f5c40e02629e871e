//! Where each task of a list may lead, over all data.

use std::collections::BTreeMap;

use super::{Flow, below};
use crate::model::{Kind, Task, TaskList, Then};

/// Where a way goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Task(usize),
    /// Out of the list, to what comes after its owner.
    Leave,
    /// The flow is over.
    End,
}

pub(super) struct Graph {
    /// For each task of the list.
    pub nexts: Vec<Vec<Next>>,
}

impl Graph {
    pub fn of(flow: &Flow<'_>, list: &TaskList) -> Self {
        let places: BTreeMap<&str, usize> =
            list.iter().enumerate().map(|(index, task)| (task.name.as_str(), index)).collect();
        let go = |index: usize, then: &Then| match then {
            Then::Exit => Next::Leave,
            Then::End => Next::End,
            Then::Continue if index + 1 < list.len() => Next::Task(index + 1),
            Then::Continue => Next::Leave,
            Then::Task(name) => places.get(name.as_str()).map_or(Next::Leave, |place| Next::Task(*place)),
        };
        // What comes before a task may leave it out.
        let left_out = flow.extensions.is_none_or(|all| all.iter().any(|extension| extension.before.is_some()));
        let anywhere = || (0..list.len()).map(Next::Task).chain([Next::Leave, Next::End]).collect::<Vec<_>>();
        let nexts = list.iter().enumerate().map(|(index, task)| {
            if flow.is_astray(task) {
                return anywhere();
            }
            let own = go(index, task.then.as_ref().unwrap_or(&Then::Continue));
            let mut nexts = match &task.kind {
                Kind::Switch(cases) => {
                    let mut nexts: Vec<Next> = cases.iter().map(|case| go(index, &case.then)).collect();
                    if cases.iter().all(|case| case.when.is_some()) {
                        nexts.push(own);
                    }
                    nexts
                }
                Kind::Try(try_) => {
                    let caught = try_.catch.tasks.as_ref().is_none_or(|tasks| completes(flow, tasks));
                    let then = try_.catch.then.as_ref().map_or(own, |then| go(index, then));
                    let tried = completes(flow, &try_.tasks).then_some(own);
                    tried.into_iter().chain(caught.then_some(then)).collect()
                }
                _ if can_complete(flow, task) => vec![own],
                _ => Vec::new(),
            };
            if task.if_.is_some() || left_out {
                nexts.push(own);
            }
            nexts
        });
        Self { nexts: nexts.collect() }
    }

    fn tasks_after(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.nexts[index].iter().filter_map(|next| match next {
            Next::Task(index) => Some(*index),
            Next::Leave | Next::End => None,
        })
    }

    /// Which tasks can be reached from these, themselves among them.
    pub fn reached(&self, from: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut reached = vec![false; self.nexts.len()];
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(index) = open.pop() {
            if reached.get_mut(index).is_some_and(|reached| !std::mem::replace(reached, true)) {
                open.extend(self.tasks_after(index));
            }
        }
        reached
    }

    /// Which tasks come after this one; itself only where a way leads back to it.
    pub fn after(&self, index: usize) -> Vec<bool> {
        self.reached(self.tasks_after(index).collect::<Vec<_>>())
    }

    /// Loops: sets of tasks each of which leads to all others of the set and to itself.
    pub fn loops(&self) -> Vec<Vec<usize>> {
        let mut loops = Vec::new();
        let mut seen = vec![false; self.nexts.len()];
        // Only a way back closes a loop, and its target is the first of some loop's tasks to be looked at.
        let targets =
            (0..self.nexts.len()).flat_map(|index| self.tasks_after(index).filter(move |next| *next <= index));
        let mut targets: Vec<usize> = targets.collect();
        targets.sort_unstable();
        targets.dedup();
        let before = self.reversed();
        for target in targets {
            if seen[target] {
                continue;
            }
            let (ahead, behind) = (self.after(target), before.after(target));
            let members: Vec<usize> = (0..self.nexts.len()).filter(|index| ahead[*index] && behind[*index]).collect();
            members.iter().for_each(|member| seen[*member] = true);
            if !members.is_empty() {
                loops.push(members);
            }
        }
        loops
    }

    fn reversed(&self) -> Self {
        let mut nexts = vec![Vec::new(); self.nexts.len()];
        for index in 0..self.nexts.len() {
            for next in self.tasks_after(index) {
                nexts[next].push(Next::Task(index));
            }
        }
        Self { nexts }
    }
}

/// Whether some way leads through the whole list.
pub(super) fn completes(flow: &Flow<'_>, list: &TaskList) -> bool {
    let graph = Graph::of(flow, list);
    let reached = graph.reached([0]);
    graph.nexts.iter().zip(reached).any(|(nexts, reached)| reached && nexts.contains(&Next::Leave))
}

fn can_complete(flow: &Flow<'_>, task: &Task) -> bool {
    if flow.is_astray(task) {
        return true;
    }
    match &task.kind {
        Kind::Raise(_) => false,
        Kind::Do(tasks) => completes(flow, tasks),
        Kind::Fork(fork) => {
            let ends = |branch: &Task| {
                let skipped = branch.if_.is_some();
                flow.is_astray(branch) || branch.then != Some(Then::End) && (skipped || branch_completes(flow, branch))
            };
            match fork.compete {
                true => fork.branches.iter().any(ends),
                false => fork.branches.iter().all(ends),
            }
        }
        _ => true,
    }
}

/// A branch is a list of one.
fn branch_completes(flow: &Flow<'_>, branch: &Task) -> bool {
    if flow.is_astray(branch) {
        return true;
    }
    match &branch.kind {
        Kind::Try(try_) => {
            completes(flow, &try_.tasks) || try_.catch.tasks.as_ref().is_none_or(|tasks| completes(flow, tasks))
        }
        Kind::Switch(cases) => {
            let all_end = cases.iter().all(|case| case.then == Then::End);
            !all_end || cases.iter().all(|case| case.when.is_some())
        }
        _ => can_complete(flow, branch),
    }
}

/// Whether any of this task's own lists, however deep, has a task for which this holds.
pub(super) fn any_within(task: &Task, holds: &mut dyn FnMut(&Task) -> bool) -> bool {
    holds(task) || below(task).into_iter().any(|list| list.iter().any(|task| any_within(task, holds)))
}
