//! Which events flows wait for, by type: what nobody waits for need not be carried around.

use std::collections::BTreeSet;
use std::sync::Arc;

use peygir_core::CloudEvent;
use peygir_dsl::model::{Consumption, Kind, Listen, Read, Task, TaskList, Workflow};

/// Added to a flow's version it names the listener of its schedule; no version is written so.
pub const LISTENER_SUFFIX: &str = "/events";
/// Name of the one task of a schedule's listener.
const LISTENER: &str = "events";

/// Types of events that are waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    types: BTreeSet<String>,
    /// A filter that names no type: any event may be meant.
    any: bool,
}

impl Interest {
    pub(crate) fn wants_type(&self, type_: &str) -> bool {
        self.any || self.types.contains(type_)
    }

    pub fn wants(&self, event: &CloudEvent) -> bool {
        self.any || self.types.contains(&event.type_)
    }

    /// Adds what a flow waits for, in its tasks and in its schedule.
    pub fn add(&mut self, workflow: &Workflow) {
        for task in tasks_of(workflow) {
            if let Kind::Listen(listen) = &task.kind {
                self.add_consumption(&listen.to);
            }
        }
        if let Some(on) = workflow.schedule.as_ref().and_then(|schedule| schedule.on.as_ref()) {
            self.add_consumption(on);
        }
    }

    fn add_consumption(&mut self, to: &Consumption) {
        match to.event_types() {
            Some(types) => self.types.extend(types),
            None => self.any = true,
        }
    }
}

/// All tasks of a flow, those within others too.
pub(crate) fn tasks_of(workflow: &Workflow) -> Vec<&Task> {
    let lists = workflow.functions.values().chain([&workflow.tasks]);
    let around = workflow.extensions.iter().flat_map(|extension| [&extension.before, &extension.after]);
    let mut left: Vec<&TaskList> = lists.chain(around.flatten()).collect();
    let mut tasks = Vec::new();
    while let Some(list) = left.pop() {
        for task in list.iter() {
            tasks.push(task);
            left.extend(lists_of(task));
        }
    }
    tasks
}

fn lists_of(task: &Task) -> Vec<&TaskList> {
    match &task.kind {
        Kind::Do(tasks) => vec![tasks],
        Kind::For(for_) => vec![&for_.tasks],
        Kind::Fork(fork) => vec![&fork.branches],
        Kind::Listen(listen) => listen.foreach.iter().flat_map(|foreach| &foreach.tasks).collect(),
        Kind::Try(try_) => [&try_.tasks].into_iter().chain(&try_.catch.tasks).collect(),
        _ => Vec::new(),
    }
}

/// The flow that gathers the events of a schedule: one `listen`, whose output is the input of the run.
pub fn listener_of(definition: &Workflow) -> Option<Workflow> {
    let schedule = definition.schedule.as_ref()?;
    let to = schedule.on.clone()?;
    let read: Read = schedule.read;
    let task = Task {
        name: LISTENER.to_owned(),
        span: definition.tasks.first()?.span,
        if_: None,
        input: None,
        output: None,
        export: None,
        timeout: None,
        then: None,
        kind: Kind::Listen(Listen { to, read, foreach: None }),
        definition: Arc::new(definition.definition["schedule"].clone()),
    };
    let mut name = definition.name.clone();
    name.version.push_str(LISTENER_SUFFIX);
    Some(Workflow {
        name,
        input: None,
        output: None,
        timeout: None,
        schedule: None,
        tasks: vec![task].into(),
        extensions: Vec::new(),
        ..definition.clone()
    })
}
