//! A list of tasks that knows where in it each name stands: a flow may have thousands, and each step looks some of them up.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

use crate::model::Task;

/// Tasks in the order of writing. Names are unique within a list.
#[derive(Clone)]
pub struct TaskList(Arc<Listed>);

struct Listed {
    tasks: Vec<Task>,
    /// Only looked up, never walked through.
    places: HashMap<String, usize>,
}

impl TaskList {
    /// Where the task of this name stands; the first is 0.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.places.get(name).copied()
    }

    pub fn named(&self, name: &str) -> Option<&Task> {
        self.0.tasks.get(self.place(name)?)
    }
}

impl From<Vec<Task>> for TaskList {
    fn from(tasks: Vec<Task>) -> Self {
        let mut places = HashMap::with_capacity(tasks.len());
        for (place, task) in tasks.iter().enumerate() {
            places.entry(task.name.clone()).or_insert(place);
        }
        Self(Arc::new(Listed { tasks, places }))
    }
}

impl Deref for TaskList {
    type Target = [Task];

    fn deref(&self) -> &[Task] {
        &self.0.tasks
    }
}

impl<'a> IntoIterator for &'a TaskList {
    type Item = &'a Task;
    type IntoIter = std::slice::Iter<'a, Task>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.tasks.iter()
    }
}

impl std::fmt::Debug for TaskList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.tasks.fmt(f)
    }
}
