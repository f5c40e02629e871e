//! What no single place shows: warnings about a flow as a whole.
//!
//! Owns: tasks that no path leads to, loops that never rest, errors swallowed unseen, exports that lose what was exported
//! before. Deliberately says nothing that depends on data: every warning holds whatever the expressions give.

mod catches;
mod exports;
mod graph;
mod message;
mod paths;

use peygir_source::Diagnostics;

use crate::model::{Kind, Task, TaskList, Workflow};

/// Adds what there is to say of a workflow that was read.
pub(crate) fn workflow(workflow: &Workflow, found: &mut Diagnostics) {
    for list in lists(workflow) {
        paths::check(workflow, list, found);
        catches::check(list, found);
        exports::check(workflow, list, found);
    }
}

/// The lists that begin on their own: the flow's, and those of functions and extensions. What was fetched from elsewhere
/// is not this author's to mend.
fn lists(workflow: &Workflow) -> Vec<&TaskList> {
    let declared = workflow.written.get("use").and_then(|shared| shared.get("functions"));
    let declared = |name: &str| declared.is_some_and(|functions| functions.get(name).is_some());
    let functions = workflow.functions.iter().filter(|(name, _)| declared(name)).map(|(_, list)| list);
    let extensions = workflow.extensions.iter();
    let extensions = extensions.flat_map(|extension| [extension.before.as_ref(), extension.after.as_ref()]);
    std::iter::once(&workflow.tasks).chain(functions).chain(extensions.flatten()).collect()
}

/// The lists right below a task. Branches of a fork are one list that nobody walks in order.
fn below(task: &Task) -> Vec<&TaskList> {
    match &task.kind {
        Kind::Do(tasks) => vec![tasks],
        Kind::For(for_) => vec![&for_.tasks],
        Kind::Fork(fork) => vec![&fork.branches],
        Kind::Listen(listen) => listen.foreach.iter().filter_map(|foreach| foreach.tasks.as_ref()).collect(),
        Kind::Try(try_) => std::iter::once(&try_.tasks).chain(try_.catch.tasks.as_ref()).collect(),
        _ => Vec::new(),
    }
}
