//! Applying: state and event to state. Total: whatever the event says, it never fails and never looks at a definition.
//!
//! Each kind of event has a function of its own. An event that fits nothing in the state changes nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::state::{Activation, ActivationNumber, Branch, Consumed, Pending, Progress, Status, TimerNumber, TryPhase};
use crate::{Data, Error, Event, Instance, Moment, Timers};

/// Number of the root activation.
pub const ROOT: ActivationNumber = 0;

/// Applies one event. `state` is None before `InstanceStarted`.
pub fn apply(state: &mut Option<Instance>, event: &Event, at: Moment) {
    if let Event::InstanceStarted { .. } = event {
        *state = started(event, at);
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
        | Event::UntilAdvanced { activation, .. }
        | Event::RoundStarted { activation, .. }
        | Event::ItemProcessed { activation, .. }
        | Event::ExtensionAdvanced { activation, .. } => vec![*activation],
        Event::BranchEnded { fork, row, .. } => vec![row.unwrap_or(*fork)],
        Event::BranchesJoined { rows, .. } => rows.clone(),
        Event::ContextReplaced { branch, .. } => branch.iter().copied().collect(),
        Event::TaskSkipped { .. }
        | Event::CallAnswered { .. }
        | Event::TimerSet { .. }
        | Event::TimerCleared { .. }
        | Event::EventEmitted { .. }
        | Event::InstanceFaulted { .. }
        | Event::InstanceRetried
        | Event::InstanceSuspended { .. }
        | Event::InstanceResumed
        | Event::TurnBounded { .. } => Vec::new(),
    }
}

/// The timer that an event sets or clears: a row of its own as well.
pub fn touched_timer(event: &Event) -> Option<TimerNumber> {
    match event {
        Event::TimerSet { timer } => Some(timer.number),
        Event::TimerCleared { timer, .. } => Some(*timer),
        _ => None,
    }
}

pub(crate) fn apply_to(instance: &mut Instance, event: &Event, at: Moment) {
    instance.events = instance.events.saturating_add(1);
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
        Event::BranchEnded { row: Some(row), .. } => branch_kept(instance, event, *row, at),
        Event::BranchEnded { row: None, .. } => branch_ended(instance, event),
        Event::BranchesJoined { rows, .. } => rows.iter().for_each(|row| drop(instance.activations.remove(row))),
        Event::RetryScheduled { activation, error, .. } => retry_scheduled(instance, *activation, error, at),
        Event::TaskRetried { activation, retry } => task_retried(instance, *activation, *retry),
        Event::ErrorCaught { activation, error } => error_caught(instance, *activation, error),
        Event::EventConsumed { activation, consumed, bound } => event_consumed(instance, *activation, consumed, bound),
        Event::UntilAdvanced { activation, filter } => until_advanced(instance, *activation, *filter),
        Event::RoundStarted { .. } => round_started(instance, event, at),
        Event::ItemProcessed { activation, output, .. } => item_processed(instance, *activation, output),
        Event::ExtensionAdvanced { .. } => extension_advanced(instance, event),
        Event::InstanceCompleted { output } => {
            instance.output = Some(output.clone());
            ended(instance, Status::Completed, at);
        }
        Event::InstanceFaulted { error, task, restarts, .. } => instance_faulted(instance, error, task, restarts, at),
        Event::InstanceCancelled { .. } => ended(instance, Status::Cancelled, at),
        Event::InstanceRetried => instance_retried(instance),
        Event::InstanceSuspended { .. } => instance.status = Status::Suspended,
        Event::InstanceResumed => instance.status = Status::Active,
        Event::TurnBounded { parent, task, raw_input } => instance.pending.push(Pending {
            parent: *parent,
            task: Some(task.clone()),
            raw_input: raw_input.clone(),
            again: false,
        }),
    }
}

fn started(event: &Event, at: Moment) -> Option<Instance> {
    let Event::InstanceStarted { id, flow, raw_input, input, started_by, digest, parent } = event else {
        return None;
    };
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
    Some(Instance {
        id: *id,
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
        activations: [(ROOT, Arc::new(root))].into_iter().collect(),
        timers: Timers::default(),
        started_by: started_by.clone(),
        digest: digest.clone(),
        pending: Vec::new(),
        parent: parent.clone(),
        events: 1,
        children: 0,
    })
}

fn task_started(instance: &mut Instance, event: &Event, at: Moment) {
    let Event::TaskStarted { activation, parent, path, key, raw_input, input, progress: begun, context } = event else {
        return;
    };
    settle_pending(instance, *parent, path);
    if let Some(name) = path.last() {
        match progress(instance, *parent) {
            Some(Progress::Sequence { visits } | Progress::Round { visits, .. }) => {
                let counted = visits.entry(name.clone()).or_default();
                *counted = visit_of(key).unwrap_or(counted.saturating_add(1));
            }
            Some(Progress::Fork { branches }) => {
                // They mostly start in the order in which they stand.
                let next = branches.partition_point(|branch| branch.activation.is_some());
                let is_named = |place: &usize| branches.get(*place).is_some_and(|branch| branch.name == *name);
                let place = Some(next).filter(is_named).or_else(|| (0..branches.len()).find(is_named));
                if let Some(branch) = place.and_then(|place| branches.get_mut(place)) {
                    branch.activation = Some(*activation);
                }
            }
            _ => {}
        }
    }
    if matches!(begun, Progress::Run { .. }) {
        instance.children = instance.children.saturating_add(1);
    }
    let begun = Activation {
        number: *activation,
        parent: Some(*parent),
        path: path.clone(),
        key: key.clone(),
        raw_input: raw_input.clone(),
        input: input.clone(),
        started_at: at,
        context: context.clone(),
        progress: begun.clone(),
    };
    insert(instance, begun);
}

fn round_started(instance: &mut Instance, event: &Event, at: Moment) {
    let Event::RoundStarted { activation, parent, path, key, input, index, item } = event else {
        return;
    };
    let begun = Activation {
        number: *activation,
        parent: Some(*parent),
        path: path.clone(),
        key: key.clone(),
        raw_input: input.clone(),
        input: input.clone(),
        started_at: at,
        context: None,
        progress: Progress::Round { visits: BTreeMap::new(), index: *index, item: item.clone() },
    };
    insert(instance, begun);
}

fn insert(instance: &mut Instance, begun: Activation) {
    instance.next_activation = instance.next_activation.max(begun.number.saturating_add(1));
    instance.activations.insert(begun.number, Arc::new(begun));
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
    let timers: Vec<TimerNumber> = instance.timers.of(activation).map(|timer| timer.number).collect();
    for timer in timers {
        instance.timers.remove(&timer);
    }
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

/// The result of a branch stands below its fork until the fork ends.
fn branch_kept(instance: &mut Instance, event: &Event, row: ActivationNumber, at: Moment) {
    let Event::BranchEnded { fork, branch, output, context, fault, .. } = event else {
        return;
    };
    let Some(scope) = instance.activations.get(fork) else {
        return;
    };
    let Progress::Fork { branches } = &scope.progress else {
        return;
    };
    let name = branches.get(*branch as usize).map_or("", |branch| &branch.name);
    let path = scope.path.iter().cloned().chain([name.to_owned()]).collect();
    let key = format!("{}/{name}", scope.key);
    let ended = Activation {
        number: row,
        parent: Some(*fork),
        path,
        key,
        raw_input: Data::null(),
        input: Data::null(),
        started_at: at,
        context: None,
        progress: Progress::Branch {
            branch: *branch,
            output: output.clone(),
            context: context.clone(),
            fault: fault.clone(),
        },
    };
    insert(instance, ended);
}

fn branch_ended(instance: &mut Instance, event: &Event) {
    let Event::BranchEnded { fork, branch, output, context, fault, .. } = event else {
        return;
    };
    let Some(Progress::Fork { branches }) = progress(instance, *fork) else {
        return;
    };
    let Some(ended) = branches.get_mut(*branch as usize) else {
        return;
    };
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

fn item_processed(instance: &mut Instance, activation: ActivationNumber, output: &Data) {
    if let Some(Progress::Listen { outputs, .. }) = progress(instance, activation) {
        outputs.get_or_insert_default().push(output.clone());
    }
}

fn extension_advanced(instance: &mut Instance, event: &Event) {
    let Event::ExtensionAdvanced { activation, phase, output, then } = event else {
        return;
    };
    if let Some(Progress::Extended { phase: at, output: kept, then: directive, .. }) = progress(instance, *activation) {
        (*at, *kept, *directive) = (*phase, output.clone(), then.clone());
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
