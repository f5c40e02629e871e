//! One instance as the outside sees it: which of its tasks are open, and what each fact of its journal changes.
//!
//! Owns: what counts as a task and as a transition, and the order of those that come of one fact. It keeps less than the
//! instance does (no data, no timers), in the same shape: an activation is open here as long as it is there.
//!
//! A task is what the flow's author wrote as one. The lists below a try, the rounds of a loop, the lists of an extension
//! and what stands around an extended task run as activations and are no tasks; a task that `if` skips begins nothing.
//!
//! A fault that nobody catches ends the workflow and leaves the tasks around the faulted one open: when a person has it
//! tried again, the workflow is resumed and they go on.

use std::collections::BTreeMap;

use peygir_core::state::{ActivationNumber, FlowRef, Progress};
use peygir_core::{Data, Error, Event};

use super::event::Kind;

/// A change that the outside is told of.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    pub kind: Kind,
    /// The run of a task that it is about; none for the workflow.
    pub task: Option<TaskRun>,
    pub error: Option<Error>,
    /// Values that a correlation bound.
    pub keys: Option<Data>,
}

/// One run of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRun {
    pub activation: ActivationNumber,
    /// Path of names from the root.
    pub path: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Tracker {
    pub flow: FlowRef,
    /// Events told so far.
    pub told: u64,
    open: BTreeMap<ActivationNumber, Open>,
    ended: bool,
}

/// An activation that has not ended.
#[derive(Debug, Clone)]
struct Open {
    path: Vec<String>,
    shape: Shape,
    is_task: bool,
    suspended: bool,
    /// Values bound so far, of a task that listens.
    bound: Option<Data>,
}

/// What matters of an activation for those directly below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Try,
    Extended,
    Listen,
    Other,
}

impl Shape {
    fn of(progress: &Progress) -> Self {
        match progress {
            Progress::Try { .. } => Shape::Try,
            Progress::Extended { .. } => Shape::Extended,
            Progress::Listen { .. } => Shape::Listen,
            _ => Shape::Other,
        }
    }
}

impl Transition {
    fn of_workflow(kind: Kind) -> Self {
        Self { kind, task: None, error: None, keys: None }
    }

    fn of_task(kind: Kind, activation: ActivationNumber, open: &Open) -> Self {
        let task = Some(TaskRun { activation, path: open.path.clone() });
        Self { kind, task, error: None, keys: None }
    }
}

impl Tracker {
    pub fn new(flow: FlowRef) -> Self {
        Self { flow, told: 0, open: BTreeMap::new(), ended: false }
    }

    /// Nothing follows any more.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Activations that have not ended, the root left out.
    pub fn open(&self) -> impl Iterator<Item = ActivationNumber> {
        self.open.keys().copied()
    }

    /// Takes in a fact of the instance. What comes of it is told in this order.
    pub fn take(&mut self, event: &Event) -> Vec<Transition> {
        match event {
            Event::InstanceStarted { .. } => vec![Transition::of_workflow(Kind::WorkflowStarted)],
            Event::TaskStarted { activation, parent, path, progress, .. } => {
                self.task_started(*activation, *parent, path, progress)
            }
            Event::RoundStarted { activation, path, .. } => {
                self.insert(*activation, path, Shape::Other, false);
                Vec::new()
            }
            Event::TaskCompleted { activation, .. } => self.task_completed(*activation),
            Event::TaskFaulted { activation, error } => {
                self.task_ended(*activation, Kind::TaskFaulted, Some(error)).into_iter().collect()
            }
            Event::TaskCancelled { activation } => {
                self.task_ended(*activation, Kind::TaskCancelled, None).into_iter().collect()
            }
            Event::TaskRetried { activation, .. } => {
                let tried = self.open.get(activation).filter(|open| open.is_task);
                tried.map(|open| Transition::of_task(Kind::TaskRetried, *activation, open)).into_iter().collect()
            }
            Event::EventConsumed { activation, bound, .. } => {
                if let Some(open) = self.open.get_mut(activation) {
                    open.bound = Some(bound.clone());
                }
                Vec::new()
            }
            Event::InstanceSuspended { .. } => self.suspended(),
            Event::InstanceResumed => self.resumed(),
            Event::InstanceRetried => vec![Transition::of_workflow(Kind::WorkflowResumed)],
            Event::InstanceCompleted { .. } => self.ended(Kind::WorkflowCompleted),
            Event::InstanceCancelled { .. } => self.ended(Kind::WorkflowCancelled),
            Event::InstanceFaulted { error, .. } => {
                vec![Transition { error: Some(error.clone()), ..Transition::of_workflow(Kind::WorkflowFaulted) }]
            }
            _ => Vec::new(),
        }
    }

    fn task_started(
        &mut self,
        activation: ActivationNumber,
        parent: ActivationNumber,
        path: &[String],
        progress: &Progress,
    ) -> Vec<Transition> {
        let shape = Shape::of(progress);
        let within = self.open.get(&parent);
        let is_list = match within.map(|parent| parent.shape) {
            Some(Shape::Try) => true,
            Some(Shape::Extended) => within.is_some_and(|parent| parent.path != path),
            _ => false,
        };
        let is_task = !is_list && shape != Shape::Extended && !matches!(progress, Progress::Round { .. });
        let open = self.insert(activation, path, shape, is_task);
        if !is_task {
            return Vec::new();
        }
        let mut told = vec![
            Transition::of_task(Kind::TaskCreated, activation, open),
            Transition::of_task(Kind::TaskStarted, activation, open),
        ];
        if shape == Shape::Listen {
            told.push(Transition::of_workflow(Kind::CorrelationStarted));
        }
        told
    }

    fn insert(&mut self, activation: ActivationNumber, path: &[String], shape: Shape, is_task: bool) -> &Open {
        let open = Open { path: path.to_vec(), shape, is_task, suspended: false, bound: None };
        self.open.entry(activation).insert_entry(open).into_mut()
    }

    fn task_completed(&mut self, activation: ActivationNumber) -> Vec<Transition> {
        let mut told = Vec::new();
        if let Some(open) = self.open.get(&activation)
            && open.shape == Shape::Listen
        {
            told.push(Transition { keys: open.bound.clone(), ..Transition::of_workflow(Kind::CorrelationCompleted) });
        }
        told.extend(self.task_ended(activation, Kind::TaskCompleted, None));
        told
    }

    fn task_ended(&mut self, activation: ActivationNumber, kind: Kind, error: Option<&Error>) -> Option<Transition> {
        let open = self.open.remove(&activation)?;
        open.is_task.then(|| Transition { error: error.cloned(), ..Transition::of_task(kind, activation, &open) })
    }

    fn suspended(&mut self) -> Vec<Transition> {
        let mut told = vec![Transition::of_workflow(Kind::WorkflowSuspended)];
        for (activation, open) in self.open.iter_mut().filter(|(_, open)| open.is_task) {
            open.suspended = true;
            told.push(Transition::of_task(Kind::TaskSuspended, *activation, open));
        }
        told
    }

    fn resumed(&mut self) -> Vec<Transition> {
        let mut told = vec![Transition::of_workflow(Kind::WorkflowResumed)];
        for (activation, open) in self.open.iter_mut().filter(|(_, open)| open.suspended) {
            open.suspended = false;
            told.push(Transition::of_task(Kind::TaskResumed, *activation, open));
        }
        told
    }

    /// What is still open when the workflow ends was cancelled with it, the innermost first.
    fn ended(&mut self, kind: Kind) -> Vec<Transition> {
        self.ended = true;
        let left = std::mem::take(&mut self.open);
        let cancelled = left.iter().rev().filter(|(_, open)| open.is_task);
        let mut told: Vec<Transition> =
            cancelled.map(|(activation, open)| Transition::of_task(Kind::TaskCancelled, *activation, open)).collect();
        told.push(Transition::of_workflow(kind));
        told
    }
}
