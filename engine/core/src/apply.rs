//! Applying: state and event to state. Total: whatever the event says, it never fails and never looks at a definition.
//!
//! Each kind of event has a function of its own. An event that fits nothing in the state changes nothing.

use std::collections::BTreeMap;

use crate::state::{Activation, ActivationNumber, Branch, Consumed, FlowRef, Pending, Progress, Status, TryPhase};
use crate::{Data, Error, Event, Id, Instance, Moment};

/// Number of the root activation.
pub const ROOT: ActivationNumber = 0;

/// Applies one event. `state` is None before `InstanceStarted`.
pub fn apply(state: &mut Option<Instance>, event: &Event, at: Moment) {
    if let Event::InstanceStarted { id, flow, raw_input, input, started_by, digest } = event {
        *state = Some(started(*id, flow, [raw_input, input, digest], started_by, at));
    } else if let Some(instance) = state {
        apply_to(instance, event, at);
    }
}

/// The activations that an event creates, changes or removes: rows that a host has to write or delete. Whatever is
/// not named here has the same row before and after.
pub fn touched(event: &Event) -> Vec<ActivationNumber> {
    match event {
        Event::InstanceStarted { .. } | Event::InstanceCompleted { .. } | Event::InstanceCancelled { .. } => vec![ROOT],
        Event::TaskStarted { activation, parent, .. } => vec![*activation, *parent],
        Event::TaskCompleted { activation, .. }
        | Event::TaskFaulted { activation, .. }
        | Event::TaskCancelled { activation }
        | Event::RetryScheduled { activation, .. }
        | Event::TaskRetried { activation, .. }
        | Event::ErrorCaught { activation, .. }
        | Event::EventConsumed { activation, .. }
        | Event::UntilAdvanced { activation, .. } => vec![*activation],
        Event::BranchEnded { fork, .. } => vec![*fork],
        Event::ContextReplaced { branch, .. } => branch.iter().copied().collect(),
        Event::TaskSkipped { .. }
        | Event::CallAnswered { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::EventEmitted { .. }
        | Event::InstanceFaulted { .. }
        | Event::InstanceRetried
        | Event::TurnBounded { .. } => Vec::new(),
    }
}

pub(crate) fn apply_to(instance: &mut Instance, event: &Event, at: Moment) {
    match event {
        Event::InstanceStarted { .. } | Event::CallAnswered { .. } | Event::EventEmitted { .. } => {}
        Event::TaskStarted { .. } => task_started(instance, event, at),
        Event::TaskSkipped { parent, path } => settle_pending(instance, *parent, path),
        Event::TaskCompleted { activation, .. }
        | Event::TaskFaulted { activation, .. }
        | Event::TaskCancelled { activation } => remove(instance, *activation),
        Event::ContextReplaced { branch, context } => context_replaced(instance, *branch, context),
        Event::TimerSet { timer } => {
            instance.next_timer = instance.next_timer.max(timer.number.saturating_add(1));
            instance.timers.insert(timer.number, timer.clone());
        }
        Event::TimerCleared { timer, .. } => {
            instance.timers.remove(timer);
        }
        Event::BranchEnded { fork, branch, output, context, fault } => {
            branch_ended(instance, *fork, *branch, [output, context], fault);
        }
        Event::RetryScheduled { activation, error, .. } => retry_scheduled(instance, *activation, error, at),
        Event::TaskRetried { activation, retry } => task_retried(instance, *activation, *retry),
        Event::ErrorCaught { activation, error } => error_caught(instance, *activation, error),
        Event::EventConsumed { activation, consumed, bound } => event_consumed(instance, *activation, consumed, bound),
        Event::UntilAdvanced { activation, filter } => until_advanced(instance, *activation, *filter),
        Event::InstanceCompleted { output } => {
            instance.output = Some(output.clone());
            ended(instance, Status::Completed, at);
        }
        Event::InstanceFaulted { error, task, restarts, .. } => instance_faulted(instance, error, task, restarts, at),
        Event::InstanceCancelled { .. } => ended(instance, Status::Cancelled, at),
        Event::InstanceRetried => instance_retried(instance),
        Event::TurnBounded { parent, task, raw_input } => instance.pending.push(Pending {
            parent: *parent,
            task: Some(task.clone()),
            raw_input: raw_input.clone(),
            again: false,
        }),
    }
}

fn started(id: Id, flow: &FlowRef, data: [&Data; 3], started_by: &str, at: Moment) -> Instance {
    let [raw_input, input, digest] = data;
    let root = Activation {
        number: ROOT,
        parent: None,
        path: Vec::new(),
        key: String::new(),
        raw_input: raw_input.clone(),
        input: input.clone(),
        started_at: at,
        context: None,
        progress: Progress::Sequence { visits: BTreeMap::new() },
    };
    Instance {
        id,
        flow: flow.clone(),
        status: Status::Active,
        raw_input: raw_input.clone(),
        input: input.clone(),
        context: Data::empty(),
        started_at: at,
        ended_at: None,
        output: None,
        fault: None,
        faulted_task: None,
        next_activation: ROOT + 1,
        next_timer: 0,
        activations: BTreeMap::from([(ROOT, root)]),
        timers: BTreeMap::new(),
        started_by: started_by.to_owned(),
        digest: digest.clone(),
        pending: Vec::new(),
    }
}

fn task_started(instance: &mut Instance, event: &Event, at: Moment) {
    let Event::TaskStarted { activation, parent, path, key, raw_input, input, progress: begun, context } = event else {
        return;
    };
    settle_pending(instance, *parent, path);
    if let Some(name) = path.last() {
        match progress(instance, *parent) {
            Some(Progress::Sequence { visits }) => {
                let counted = visits.entry(name.clone()).or_default();
                *counted = visit_of(key).unwrap_or(counted.saturating_add(1));
            }
            Some(Progress::Fork { branches }) => {
                if let Some(branch) = branches.iter_mut().find(|branch| branch.name == *name) {
                    branch.activation = Some(*activation);
                }
            }
            _ => {}
        }
    }
    instance.next_activation = instance.next_activation.max(activation.saturating_add(1));
    instance.activations.insert(
        *activation,
        Activation {
            number: *activation,
            parent: Some(*parent),
            path: path.clone(),
            key: key.clone(),
            raw_input: raw_input.clone(),
            input: input.clone(),
            started_at: at,
            context: context.clone(),
            progress: begun.clone(),
        },
    );
}

/// The count at the end of a key: 2 of `solve#2`.
fn visit_of(key: &str) -> Option<u32> {
    key.rsplit_once('#').and_then(|(_, visit)| visit.parse().ok())
}

/// The start of a task takes it off what is owed.
fn settle_pending(instance: &mut Instance, parent: ActivationNumber, path: &[String]) {
    let owed = |pending: &Pending| pending.parent == parent && pending.task.as_ref() == path.last();
    if let Some(index) = instance.pending.iter().position(owed) {
        instance.pending.remove(index);
    }
}

fn remove(instance: &mut Instance, activation: ActivationNumber) {
    instance.activations.remove(&activation);
    instance.timers.retain(|_, timer| timer.activation != activation);
    instance.pending.retain(|pending| pending.parent != activation);
}

fn context_replaced(instance: &mut Instance, branch: Option<ActivationNumber>, context: &Data) {
    match branch {
        None => instance.context = context.clone(),
        Some(number) => {
            if let Some(activation) = instance.activations.get_mut(&number) {
                activation.context = Some(context.clone());
            }
        }
    }
}

fn branch_ended(
    instance: &mut Instance,
    fork: ActivationNumber,
    branch: u32,
    data: [&Option<Data>; 2],
    fault: &Option<Error>,
) {
    let Some(Progress::Fork { branches }) = progress(instance, fork) else {
        return;
    };
    let Some(ended) = branches.get_mut(branch as usize) else {
        return;
    };
    let [output, context] = data;
    *ended = Branch {
        activation: None,
        output: output.clone(),
        context: context.clone(),
        fault: fault.clone(),
        name: std::mem::take(&mut ended.name),
    };
}

fn retry_scheduled(instance: &mut Instance, activation: ActivationNumber, failure: &Error, at: Moment) {
    if let Some(Progress::Try { first_failure, error, phase, .. }) = progress(instance, activation) {
        first_failure.get_or_insert(at);
        *error = Some(failure.clone());
        *phase = TryPhase::BackingOff;
    }
}

fn task_retried(instance: &mut Instance, activation: ActivationNumber, retry: u32) {
    if let Some(Progress::Try { retries, error, phase, .. }) = progress(instance, activation) {
        *retries = retry;
        *error = None;
        *phase = TryPhase::Trying;
    }
}

fn error_caught(instance: &mut Instance, activation: ActivationNumber, caught: &Error) {
    if let Some(Progress::Try { error, phase, .. }) = progress(instance, activation) {
        *error = Some(caught.clone());
        *phase = TryPhase::Handling;
    }
}

fn event_consumed(instance: &mut Instance, activation: ActivationNumber, event: &Consumed, values: &Data) {
    if let Some(Progress::Listen { consumed, bound, .. }) = progress(instance, activation) {
        consumed.push(event.clone());
        *bound = values.clone();
    }
}

fn until_advanced(instance: &mut Instance, activation: ActivationNumber, filter: u32) {
    if let Some(Progress::Listen { until, .. }) = progress(instance, activation)
        && !until.contains(&filter)
    {
        until.push(filter);
    }
}

fn ended(instance: &mut Instance, status: Status, at: Moment) {
    instance.status = status;
    instance.ended_at = Some(at);
    instance.activations.clear();
    instance.timers.clear();
    instance.pending.clear();
}

/// The scopes around the fault stay, so that a retry finds them.
fn instance_faulted(instance: &mut Instance, error: &Error, task: &[String], restarts: &[Pending], at: Moment) {
    instance.status = Status::Faulted;
    instance.ended_at = Some(at);
    instance.fault = Some(error.clone());
    instance.faulted_task = Some(task.to_vec());
    instance.timers.clear();
    instance.pending = restarts.to_vec();
}

fn instance_retried(instance: &mut Instance) {
    instance.status = Status::Active;
    instance.ended_at = None;
    instance.fault = None;
    instance.faulted_task = None;
}

fn progress(instance: &mut Instance, activation: ActivationNumber) -> Option<&mut Progress> {
    instance.activations.get_mut(&activation).map(|activation| &mut activation.progress)
}
