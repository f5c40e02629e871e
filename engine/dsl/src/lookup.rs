//! Finding a task by its path of names, and saying where it stands in the document.
//!
//! A path names tasks from the root. Below a `do` stand its tasks; below a `fork` its branches; below a `try` first the
//! segment `try` or `catch`, then the tasks of that list. So `["t", "catch", "u"]` is task `u` of `t`'s `catch.do`.

use crate::model::{Kind, Task, TaskList, Workflow};

impl Workflow {
    /// The task of this path; none for the empty path, which is the workflow itself.
    pub fn task(&self, path: &[String]) -> Option<&Task> {
        let (name, parent) = path.split_last()?;
        self.list(parent)?.iter().find(|task| task.name == *name)
    }

    /// The list of tasks below this path: the root's for the empty path, the list of a `do` or `fork` for its own path,
    /// and those of a `try` for its path followed by `try` or `catch`.
    pub fn list(&self, path: &[String]) -> Option<&TaskList> {
        let mut list = &self.tasks;
        let mut rest = path;
        while let Some((name, below)) = rest.split_first() {
            let task = list.iter().find(|task| task.name == *name)?;
            (list, rest) = match &task.kind {
                Kind::Do(tasks) => (tasks, below),
                Kind::Fork(fork) => (&fork.branches, below),
                Kind::Try(try_) => {
                    let (part, below) = below.split_first()?;
                    match part.as_str() {
                        "try" => (&try_.tasks, below),
                        "catch" => (try_.catch.tasks.as_ref()?, below),
                        _ => return None,
                    }
                }
                _ => return None,
            };
        }
        Some(list)
    }

    /// The JSON pointer (RFC 6901) of this path into the document, as people see it in errors: `/do/0/tryGetPet/try/0/getPet`.
    /// A path that leads nowhere gives the pointer as far as it leads.
    pub fn pointer(&self, path: &[String]) -> String {
        let mut pointer = String::from("/do");
        let mut list = Some(&self.tasks);
        let mut names = path.iter();
        while let (Some(tasks), Some(name)) = (list, names.next()) {
            let Some(index) = tasks.iter().position(|task| task.name == *name) else {
                break;
            };
            pointer.push_str(&format!("/{index}/{}", escaped(name)));
            let more = !names.as_slice().is_empty();
            list = match &tasks[index].kind {
                _ if !more => None,
                Kind::Do(tasks) => {
                    pointer.push_str("/do");
                    Some(tasks)
                }
                Kind::Fork(fork) => {
                    pointer.push_str("/fork/branches");
                    Some(&fork.branches)
                }
                Kind::Try(try_) => match names.next().map(String::as_str) {
                    Some("try") => {
                        pointer.push_str("/try");
                        Some(&try_.tasks)
                    }
                    Some("catch") => {
                        pointer.push_str("/catch/do");
                        try_.catch.tasks.as_ref()
                    }
                    _ => None,
                },
                _ => None,
            };
        }
        if path.is_empty() { String::from("/") } else { pointer }
    }
}

/// RFC 6901: `~` and `/` in a name.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
