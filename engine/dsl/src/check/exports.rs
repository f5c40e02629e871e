//! Exports that lose what was exported before, and exports that only a branch sees.

use peygir_source::Diagnostics;

use super::graph::Graph;
use super::{Flow, below, message};
use crate::model::{Export, Kind, Task, TaskList};

pub(super) fn check(flow: &Flow<'_>, list: &TaskList, found: &mut Diagnostics) {
    Exports { flow, found }.list(list, None, false);
}

struct Exports<'w, 'f> {
    flow: &'w Flow<'w>,
    found: &'f mut Diagnostics,
}

impl<'w> Exports<'w, '_> {
    /// `before`: a task that surely ran before this list wherever it runs, and exported.
    fn list(&mut self, list: &'w TaskList, before: Option<&'w str>, in_branch: bool) {
        let graph = Graph::of(self.flow, list);
        let lost = list.iter().any(|task| self.flow.is_astray(task));
        let mut earlier: Vec<Option<&'w str>> = vec![before; list.len()];
        for (index, task) in list.iter().enumerate() {
            // Where a task may lead anywhere, nobody knows what comes before what.
            let Some(name) = exporting(task).filter(|_| !lost) else {
                continue;
            };
            for (later, follows) in graph.after(index).into_iter().enumerate() {
                if follows && later != index {
                    earlier[later] = Some(name);
                }
            }
        }
        for (task, earlier) in list.iter().zip(earlier) {
            self.task(task, earlier, in_branch);
        }
    }

    fn task(&mut self, task: &'w Task, before: Option<&'w str>, in_branch: bool) {
        match &task.kind {
            Kind::Fork(fork) => fork.branches.iter().for_each(|branch| self.task(branch, before, true)),
            _ => below(task).into_iter().for_each(|list| self.list(list, before, in_branch)),
        }
        if let Kind::Listen(listen) = &task.kind
            && let Some(export) = listen.foreach.as_ref().and_then(|foreach| foreach.export.as_ref())
        {
            self.export(task, export, before, in_branch);
        }
        if let Some(export) = &task.export {
            let within = below(task).into_iter().flat_map(|list| list.iter()).find_map(exporting);
            self.export(task, export, before.or(within), in_branch);
        }
    }

    fn export(&mut self, task: &Task, export: &Export, before: Option<&str>, in_branch: bool) {
        let Some(as_) = &export.as_ else {
            return;
        };
        if in_branch {
            self.found.push(message::export_in_branch(task.span, &task.name));
        }
        if let Some(earlier) = before
            && !as_.uses("context")
        {
            self.found.push(message::drops_context(task.span, &task.name, earlier));
        }
    }
}

/// The task itself or one within it, if it exports.
fn exporting(task: &Task) -> Option<&str> {
    let own = task.export.as_ref().is_some_and(|export| export.as_.is_some());
    let foreach = match &task.kind {
        Kind::Listen(listen) => listen.foreach.as_ref().and_then(|foreach| foreach.export.as_ref()),
        _ => None,
    };
    if own || foreach.is_some_and(|export| export.as_.is_some()) {
        return Some(&task.name);
    }
    below(task).into_iter().flat_map(|list| list.iter()).find_map(exporting)
}
