//! Applying: records and event to records. Total, and blind to content: what a rule said is in the event.

use peygir_core::{Id, Moment};

use crate::event::Event;
use crate::records::{
    ANSWERS_MAX, Answer, DeadlineChange, Dispatch, DispatchStatus, Holder, MAILBOX_EVENTS_MAX, Milestone, Records,
    Rederived, SEEN_EVENTS_MAX, Task, TaskStatus, Terms, keep_move,
};

/// A record that an event changes: what a host has to write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    Case,
    Task(Id),
    Dispatch(Id),
    Incident(Id),
    Wait(Id),
    Mailbox,
    Nothing,
}

pub fn touched(event: &Event) -> Touched {
    match event {
        Event::CaseOpened(_)
        | Event::CaseClassified { .. }
        | Event::CaseReferred(_)
        | Event::RoundOpened(_)
        | Event::RoundsLimited(_)
        | Event::CaseClosed { .. }
        | Event::MessageJoined { .. }
        | Event::CitizenAnswered { .. }
        | Event::MilestoneMarked(_)
        | Event::SatisfactionRecorded(_) => Touched::Case,
        Event::TaskCreated(task) => Touched::Task(task.id),
        Event::TaskClaimed { task, .. }
        | Event::TaskReleased { task }
        | Event::TaskCompleted { task, .. }
        | Event::TaskExpired { task }
        | Event::TaskWithdrawn { task, .. }
        | Event::TaskOverdue { task }
        | Event::TaskReminded { task, .. }
        | Event::CallUnreached { task, .. }
        | Event::DeadlineSuspended { task, .. }
        | Event::DeadlineResumed { task, .. }
        | Event::DeadlineSet { task, .. } => Touched::Task(*task),
        Event::DeadlineMoved { of, change } => holder(change.holder, *of),
        Event::DeadlineRederived(change) => holder(change.holder, change.of),
        Event::WaitBegun(wait) => Touched::Wait(wait.id),
        Event::WaitEnded { wait } | Event::WaitMoved { wait, .. } => Touched::Wait(*wait),
        Event::MessageQueued(dispatch) => Touched::Dispatch(dispatch.id),
        Event::AttemptBegun { dispatch, .. }
        | Event::MessageSent { dispatch, .. }
        | Event::MessageDelivered { dispatch, .. }
        | Event::AttemptFailed { dispatch, .. }
        | Event::MessageFailed { dispatch, .. }
        | Event::AttemptAmbiguous { dispatch, .. }
        | Event::MessageWithdrawn { dispatch }
        | Event::MessageExpired { dispatch }
        | Event::MessageRequeued { dispatch, .. }
        | Event::RequestAnswered { dispatch, .. }
        | Event::RequestFailed { dispatch, .. } => Touched::Dispatch(*dispatch),
        Event::IncidentOpened(incident) => Touched::Incident(incident.id),
        Event::IncidentResolved { incident, .. } => Touched::Incident(*incident),
        Event::EventArrived { .. } | Event::EventKept(_) | Event::EventTaken { .. } => Touched::Mailbox,
        Event::PersonalDataRead { .. } | Event::RoundRefused(_) => Touched::Nothing,
    }
}

fn holder(holder: Holder, of: Id) -> Touched {
    match holder {
        Holder::Task => Touched::Task(of),
        Holder::Wait => Touched::Wait(of),
    }
}

pub fn apply(records: &mut Records, event: &Event, at: Moment) {
    match touched(event) {
        Touched::Case => case(records, event, at),
        Touched::Task(id) => task(records, id, event, at),
        Touched::Dispatch(id) => dispatch(records, id, event),
        Touched::Incident(id) => incident(records, id, event, at),
        Touched::Wait(id) => wait(records, id, event, at),
        Touched::Mailbox => mailbox(records, event),
        Touched::Nothing => {}
    }
}

fn case(records: &mut Records, event: &Event, at: Moment) {
    if let Event::CaseOpened(opened) = event {
        records.case = Some((**opened).clone());
        return;
    }
    let Some(case) = records.case.as_mut() else { return };
    match event {
        Event::CaseClassified { topic, agency } => {
            case.topic = topic.clone().or(case.topic.take());
            case.about = agency.clone().or(case.about.take());
            case.agency = agency.clone().or(case.agency.take());
        }
        Event::CaseReferred(referral) => {
            case.agency = Some(referral.agency.clone());
            case.referral = Some(referral.clone());
        }
        Event::RoundOpened(round) => case.round = *round,
        Event::RoundsLimited(max) => case.rounds_max = Some(*max),
        Event::CaseClosed { outcome } => {
            case.closed = true;
            case.closed_at = Some(at);
            case.outcome = Some(outcome.clone());
        }
        Event::MessageJoined { .. } => case.repeats += 1,
        Event::CitizenAnswered { channel, text } => {
            let answers = case.answers.get_or_insert_default();
            answers.push(Answer { at, channel: channel.clone(), text: text.clone() });
            let surplus = answers.len().saturating_sub(ANSWERS_MAX);
            answers.drain(..surplus);
        }
        Event::MilestoneMarked(name) => case.milestones.push(Milestone { name: name.clone(), at }),
        Event::SatisfactionRecorded(value) => case.satisfaction = Some(*value),
        _ => {}
    }
}

fn task(records: &mut Records, id: Id, event: &Event, at: Moment) {
    if let Event::TaskCreated(created) = event {
        records.tasks.insert(id, created.clone());
        return;
    }
    let Some(task) = records.tasks.get_mut(&id) else { return };
    match event {
        Event::TaskClaimed { by, .. } => {
            task.status = TaskStatus::Claimed;
            task.claimed_by = Some(by.clone());
        }
        Event::TaskReleased { .. } => {
            task.status = TaskStatus::Open;
            task.claimed_by = None;
        }
        Event::TaskCompleted { by, outcome, answer, .. } => {
            task.claimed_by = Some(by.clone());
            task.answer = Some(answer.clone());
            end(task, TaskStatus::Completed, outcome, at);
        }
        Event::TaskExpired { .. } => end(task, TaskStatus::Expired, "expired", at),
        Event::TaskWithdrawn { outcome, .. } => end(task, TaskStatus::Withdrawn, outcome, at),
        Event::TaskOverdue { .. } => task.overdue_at = Some(at),
        Event::TaskReminded { reminder, .. } => {
            if let Some(reminder) = task.reminders.get_mut(*reminder as usize) {
                reminder.sent_at = Some(at);
            }
        }
        Event::CallUnreached { attempt, next_at, .. } => {
            task.status = TaskStatus::Open;
            task.claimed_by = None;
            task.attempt = attempt + 1;
            task.not_before = Some(*next_at);
        }
        Event::DeadlineMoved { change, .. } => moved(task, change),
        Event::DeadlineRederived(change) => rederived(task, change),
        deadline => {
            if let Some(terms) = task.terms.as_deref_mut() {
                terms_of(terms, deadline);
            }
        }
    }
}

/// What a person said of a deadline. The date that follows from it comes with the next event.
fn terms_of(terms: &mut Terms, event: &Event) {
    match event {
        Event::DeadlineSuspended { waiting, .. } => terms.suspensions.push(waiting.clone()),
        Event::DeadlineResumed { number, ended, .. } => {
            if let Some(waiting) = terms.suspensions.iter_mut().find(|waiting| waiting.number == *number) {
                waiting.ended = Some(*ended);
            }
        }
        Event::DeadlineSet { set, .. } => terms.set = Some(set.clone()),
        _ => {}
    }
}

fn moved(task: &mut Task, change: &DeadlineChange) {
    task.due_at = Some(change.due_at);
    task.max_at = change.max_at;
    remind(task, &change.reminders);
    if let Some(terms) = task.terms.as_deref_mut() {
        derived(terms, change);
    }
}

fn rederived(task: &mut Task, change: &Rederived) {
    task.due_at = Some(change.deadline.due);
    task.max_at = change.max_deadline.as_ref().map(|max| max.due);
    remind(task, &change.reminders);
    if let Some(terms) = task.terms.as_deref_mut() {
        derived_anew(terms, change);
    }
}

fn remind(task: &mut Task, moved: &[(u32, Moment)]) {
    for (index, at) in moved {
        if let Some(reminder) = task.reminders.get_mut(*index as usize) {
            reminder.at = *at;
        }
    }
}

fn derived(terms: &mut Terms, change: &DeadlineChange) {
    terms.deadline = change.deadline.clone();
    terms.max_deadline = change.max_deadline.clone();
    keep_move(&mut terms.moves, &change.moved);
}

fn derived_anew(terms: &mut Terms, change: &Rederived) {
    change.deadline.apply(&mut terms.deadline);
    match (&mut terms.max_deadline, &change.max_deadline) {
        (Some(max), Some(change)) => change.apply(max),
        (max, _) => *max = None,
    }
    keep_move(&mut terms.moves, &change.moved);
}

fn wait(records: &mut Records, id: Id, event: &Event, at: Moment) {
    if let Event::WaitBegun(begun) = event {
        records.waits.insert(id, begun.clone());
        return;
    }
    let Some(wait) = records.waits.get_mut(&id) else { return };
    match event {
        Event::WaitEnded { .. } => wait.ended_at = Some(at),
        Event::DeadlineMoved { change, .. } => {
            wait.at = change.due_at;
            if let Some(terms) = wait.terms.as_deref_mut() {
                derived(terms, change);
            }
        }
        Event::DeadlineRederived(change) => {
            wait.at = change.deadline.due;
            if let Some(terms) = wait.terms.as_deref_mut() {
                derived_anew(terms, change);
            }
        }
        Event::WaitMoved { moved, .. } => {
            wait.at = moved.to;
            if let Some(opening) = wait.opening.as_deref_mut() {
                keep_move(&mut opening.moves, moved);
            }
        }
        _ => {}
    }
}

fn end(task: &mut Task, status: TaskStatus, outcome: &str, at: Moment) {
    task.status = status;
    task.outcome = Some(outcome.to_owned());
    task.ended_at = Some(at);
}

fn dispatch(records: &mut Records, id: Id, event: &Event) {
    if let Event::MessageQueued(queued) = event {
        records.dispatches.insert(id, queued.clone());
        return;
    }
    let Some(dispatch) = records.dispatches.get_mut(&id) else { return };
    match event {
        Event::AttemptBegun { attempt, .. } => {
            dispatch.attempts = *attempt;
            dispatch.status = DispatchStatus::Sending;
        }
        Event::MessageSent { reference, .. } | Event::RequestAnswered { reference, .. } => {
            sent(dispatch, DispatchStatus::Sent, reference)
        }
        Event::MessageDelivered { reference, .. } => sent(dispatch, DispatchStatus::Delivered, reference),
        Event::AttemptFailed { fault, retry_at, .. } => {
            dispatch.status = DispatchStatus::Ready;
            dispatch.next_at = *retry_at;
            dispatch.fault = Some(fault.clone());
        }
        Event::MessageFailed { fault, .. } | Event::RequestFailed { fault, .. } => {
            dispatch.status = DispatchStatus::Failed;
            dispatch.fault = Some(fault.clone());
        }
        Event::AttemptAmbiguous { policy, next_at, .. } => {
            dispatch.ambiguities += 1;
            dispatch.status = match (policy.as_str(), next_at) {
                ("resend", Some(next)) => {
                    dispatch.next_at = *next;
                    DispatchStatus::Ready
                }
                ("drop", _) => DispatchStatus::Dropped,
                _ => DispatchStatus::Ambiguous,
            };
        }
        Event::MessageWithdrawn { .. } => dispatch.status = DispatchStatus::Withdrawn,
        Event::MessageExpired { .. } => dispatch.status = DispatchStatus::Expired,
        Event::MessageRequeued { next_at, expires_at, .. } => {
            dispatch.status = DispatchStatus::Ready;
            dispatch.next_at = *next_at;
            dispatch.expires_at = *expires_at;
        }
        _ => {}
    }
}

fn sent(dispatch: &mut Dispatch, status: DispatchStatus, reference: &Option<String>) {
    dispatch.status = status;
    dispatch.fault = None;
    if reference.is_some() {
        dispatch.reference = reference.clone();
    }
}

fn incident(records: &mut Records, id: Id, event: &Event, at: Moment) {
    match event {
        Event::IncidentOpened(opened) => {
            records.incidents.insert(id, opened.clone());
        }
        Event::IncidentResolved { by, how, note, .. } => {
            if let Some(incident) = records.incidents.get_mut(&id) {
                incident.resolved_at = Some(at);
                incident.resolved_by = Some(by.clone());
                incident.how = Some(how.clone());
                incident.note = note.clone();
            }
        }
        _ => {}
    }
}

fn mailbox(records: &mut Records, event: &Event) {
    let mailbox = &mut records.mailbox;
    match event {
        Event::EventArrived { source, id } => {
            mailbox.seen.push((source.clone(), id.clone()));
            let surplus = mailbox.seen.len().saturating_sub(SEEN_EVENTS_MAX);
            mailbox.seen.drain(..surplus);
        }
        Event::EventKept(event) => {
            mailbox.kept.push(event.clone());
            let surplus = mailbox.kept.len().saturating_sub(MAILBOX_EVENTS_MAX);
            mailbox.kept.drain(..surplus);
        }
        Event::EventTaken { source, id } => {
            mailbox.kept.retain(|kept| kept.source != *source || kept.id != *id);
        }
        _ => {}
    }
}
