//! What no single place shows: warnings about a flow as a whole.
//!
//! Owns: tasks that no path leads to, loops that never rest, errors swallowed unseen, exports that lose what was exported
//! before. Deliberately says nothing that depends on data: every warning holds whatever the expressions give. Nor does
//! it count on what could not be read: every warning holds however the errors beside it are mended.

mod catches;
mod exports;
mod graph;
mod message;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use peygir_source::{Diagnostics, Node, Span};

use crate::model::{Extension, Kind, Task, TaskList};

/// A flow as far as it was read, with errors or without.
pub(crate) struct Flow<'w> {
    pub tasks: &'w TaskList,
    /// None inside: could not be read.
    pub functions: &'w BTreeMap<String, Option<TaskList>>,
    /// None: could not be read.
    pub extensions: Option<&'w [Extension]>,
    /// As it was written.
    pub written: &'w Node,
    /// Places of the tasks of which nobody can say where they lead, for what is wrong in them.
    pub astray: &'w BTreeSet<Span>,
}

impl Flow<'_> {
    fn is_astray(&self, task: &Task) -> bool {
        self.astray.contains(&task.span)
    }
}

/// Adds what there is to say of a flow.
pub(crate) fn flow(flow: &Flow<'_>, found: &mut Diagnostics) {
    for list in lists(flow) {
        paths::check(flow, list, found);
        catches::check(flow, list, found);
        exports::check(flow, list, found);
    }
}

/// The lists that begin on their own: the flow's, and those of functions and extensions. What was fetched from elsewhere
/// is not this author's to mend.
fn lists<'w>(flow: &Flow<'w>) -> Vec<&'w TaskList> {
    let declared = flow.written.get("use").and_then(|shared| shared.get("functions"));
    let declared = |name: &str| declared.is_some_and(|functions| functions.get(name).is_some());
    let functions = flow.functions.iter().filter(|(name, _)| declared(name)).filter_map(|(_, list)| list.as_ref());
    let extensions = flow.extensions.unwrap_or_default().iter();
    let extensions = extensions.flat_map(|extension| [extension.before.as_ref(), extension.after.as_ref()]);
    std::iter::once(flow.tasks).chain(functions).chain(extensions.flatten()).collect()
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
