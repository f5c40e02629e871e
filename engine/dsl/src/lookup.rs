//! Finding a task by its path of names, and saying where it stands in the document.
//!
//! A path names tasks from the root. Below a `do` stand its tasks; below a `fork` its branches; below a `try` first the
//! segment `try` or `catch`, then the tasks of that list; below a `for` the segment `do`, below a `listen` the segment
//! `foreach`; below a `call` of a function that is a task stands that task. So `["t", "catch", "u"]` is task `u` of `t`'s
//! `catch.do`. Below any task the segments `@before:EXTENSION` and `@after:EXTENSION` lead to the lists of an extension; the
//! reader refuses task names that begin with `@`.

use std::collections::BTreeSet;

use crate::model::{Consumption, Extension, Filter, Kind, Task, TaskList, Until, Workflow};

/// Segments of a path between a task and a list below it.
pub const TRY: &str = "try";
pub const CATCH: &str = "catch";
/// The list of a round of a `for`.
pub const ROUND: &str = "do";
pub const FOREACH: &str = "foreach";
/// Followed by the name of the extension.
pub const BEFORE: &str = "@before:";
pub const AFTER: &str = "@after:";

/// A list below a task: the list, what is left of the path that led to it, and where it stands from the task on; None
/// where it stands elsewhere in the document.
struct Below<'w, 'p> {
    list: &'w TaskList,
    rest: &'p [String],
    pointer: Option<&'static str>,
}

impl Workflow {
    /// The task of this path; none for the empty path, which is the workflow itself.
    pub fn task(&self, path: &[String]) -> Option<&Task> {
        let (name, parent) = path.split_last()?;
        self.list(parent)?.named(name)
    }

    /// The list of tasks below this path: the root's for the empty path, the list of a `do` or `fork` for its own path, that
    /// of a called function for the path of its call, others for the path of their task followed by their segment.
    pub fn list(&self, path: &[String]) -> Option<&TaskList> {
        let mut list = &self.tasks;
        let mut rest = path;
        while let Some((name, below)) = rest.split_first() {
            let task = list.named(name)?;
            let below = self.below(task, below)?;
            (list, rest) = (below.list, below.rest);
        }
        Some(list)
    }

    /// The task that a path of this kind stands for in the text: functions and extensions stand elsewhere, and the way ends
    /// at the task that calls or is extended. The pointer is a JSON pointer (RFC 6901) into the document, as people see it
    /// in errors: `/do/0/tryGetPet/try/0/getPet`. A path that leads nowhere gives the pointer as far as it leads;
    /// that of the workflow itself is the empty text (`/` would be its member with the empty name).
    pub fn pointer(&self, path: &[String]) -> String {
        let mut pointer = String::from("/do");
        let mut list = &self.tasks;
        let mut rest = path;
        while let Some((name, below)) = rest.split_first() {
            let Some(index) = list.place(name) else {
                break;
            };
            pointer.push_str(&format!("/{index}/{}", escaped(name)));
            let Some(Below { list: next, rest: after, pointer: Some(part) }) = self.below(&list[index], below) else {
                break;
            };
            if below.is_empty() {
                break;
            }
            pointer.push_str(part);
            (list, rest) = (next, after);
        }
        if path.is_empty() { String::new() } else { pointer }
    }

    /// Where a task stands within the innermost function that its path leads through: a JSON pointer into the document for a
    /// function of `use.functions`, into the function's own text for one that was fetched. None where there is none.
    pub fn inner_pointer(&self, path: &[String]) -> Option<String> {
        let (mut list, mut rest) = (&self.tasks, path);
        let (mut pointer, mut called): (Option<String>, Option<&str>) = (None, None);
        while let Some((name, below)) = rest.split_first() {
            let Some(index) = list.place(name) else { break };
            match (called.take(), &mut pointer) {
                (Some(function), _) => pointer = Some(place_of_function(function)),
                (None, Some(pointer)) => pointer.push_str(&format!("/{index}/{}", escaped(name))),
                (None, None) => {}
            }
            let Some(next) = self.below(&list[index], below).filter(|_| !below.is_empty()) else { break };
            match (next.pointer, &list[index].kind) {
                (Some(part), _) => pointer = pointer.map(|pointer| pointer + part),
                (None, Kind::Call(call)) if !below[0].starts_with('@') => called = Some(&call.function),
                // What an extension runs is its task's.
                (None, _) => break,
            }
            (list, rest) = (next.list, next.rest);
        }
        pointer
    }

    pub fn extension(&self, name: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.name == name)
    }

    fn below<'w, 'p>(&'w self, task: &'w Task, path: &'p [String]) -> Option<Below<'w, 'p>> {
        let segment = path.first().map_or("", String::as_str);
        let after = path.get(1..).unwrap_or_default();
        if let Some(name) = segment.strip_prefix(BEFORE) {
            return Some(Below { list: self.extension(name)?.before.as_ref()?, rest: after, pointer: None });
        }
        if let Some(name) = segment.strip_prefix(AFTER) {
            return Some(Below { list: self.extension(name)?.after.as_ref()?, rest: after, pointer: None });
        }
        let (list, rest, pointer) = match (&task.kind, segment) {
            (Kind::Do(tasks), _) => (tasks, path, Some("/do")),
            (Kind::Fork(fork), _) => (&fork.branches, path, Some("/fork/branches")),
            (Kind::Call(call), _) => (self.functions.get(&call.function)?, path, None),
            (Kind::Try(try_), TRY) => (&try_.tasks, after, Some("/try")),
            (Kind::Try(try_), CATCH) => (try_.catch.tasks.as_ref()?, after, Some("/catch/do")),
            (Kind::For(for_), ROUND) => (&for_.tasks, after, Some("/do")),
            (Kind::Listen(listen), FOREACH) => (listen.foreach.as_ref()?.tasks.as_ref()?, after, Some("/foreach/do")),
            _ => return None,
        };
        Some(Below { list, rest, pointer })
    }
}

/// Where the task of a function stands: in the document, or alone in a text of its own.
fn place_of_function(name: &str) -> String {
    if name.contains('@') || name.contains("://") { String::new() } else { format!("/use/functions/{}", escaped(name)) }
}

/// RFC 6901: `~` and `/` in a name.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Consumption {
    /// Types of the events that can satisfy it, those of `until` among them; None where a filter leaves the type open.
    pub fn event_types(&self) -> Option<BTreeSet<String>> {
        let (filters, until) = match self {
            Consumption::One(filter) => (std::slice::from_ref(filter), None),
            Consumption::All(filters) => (filters.as_slice(), None),
            Consumption::Any { filters, .. } if filters.is_empty() => return None,
            Consumption::Any { filters, until } => (filters.as_slice(), until.as_ref()),
        };
        let mut types: BTreeSet<String> = filters.iter().map(Filter::event_type).collect::<Option<_>>()?;
        if let Some(Until::Events(events)) = until {
            types.extend(events.event_types()?);
        }
        Some(types)
    }
}

impl Filter {
    fn event_type(&self) -> Option<String> {
        let (_, wanted) = self.with.iter().find(|(name, _)| name == "type")?;
        wanted.as_literal()?.as_str().map(str::to_owned)
    }
}
