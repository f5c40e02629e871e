//! What people and time do to tasks: claim, release, complete; remind, pass the deadline, expire, be closed by an event.

use peygir_core::{CloudEvent, Data, Id, Moment};
use serde_json::{Map, Value, json};

use crate::event::Event;
use crate::functions::{next_call, wait_working};
use crate::host::{Context, Rejection, Reply};
use crate::message::{Notice, queue};
use crate::recipients::Who;
use crate::records::{DispatchStatus, Records, Task, TaskKind, TaskStatus};

pub fn claim(context: &Context<'_>, id: Id, by: &str) -> Result<Reply, Rejection> {
    let task = open(context.records, id)?;
    if task.claimed_by.as_deref().is_some_and(|holder| holder != by) {
        return Err(Rejection::Claimed);
    }
    if task.not_before.is_some_and(|instant| instant > context.at) {
        return Err(Rejection::NotYet);
    }
    let events = match task.status {
        TaskStatus::Claimed => Vec::new(),
        _ => vec![Event::TaskClaimed { task: id, by: by.to_owned() }],
    };
    Ok(Reply { events, ..Reply::default() })
}

pub fn release(context: &Context<'_>, id: Id, by: &str) -> Result<Reply, Rejection> {
    let task = open(context.records, id)?;
    match task.claimed_by.as_deref() {
        None => Err(Rejection::NotClaimed),
        Some(holder) if holder != by => Err(Rejection::Claimed),
        Some(_) => Ok(Reply { events: vec![Event::TaskReleased { task: id }], ..Reply::default() }),
    }
}

/// `answer` is in clear; its texts are sealed here, before they become an event.
pub fn complete(context: &mut Context<'_>, id: Id, by: &str, answer: &Value) -> Result<Reply, Rejection> {
    let records = context.records;
    let task = open(records, id)?;
    if task.claimed_by.as_deref().is_some_and(|holder| holder != by) {
        return Err(Rejection::Claimed);
    }
    if task.not_before.is_some_and(|instant| instant > context.at) {
        return Err(Rejection::NotYet);
    }
    let form = context.resources.form(&task.form).ok_or(Rejection::NotFound)?;
    let checked = form.check(answer).map_err(|errors| {
        Rejection::Invalid(errors.into_iter().map(|(field, code)| (field, code.to_string())).collect())
    })?;
    let sealed = seal_texts(context, &checked, &task.form);
    match task.kind {
        TaskKind::Form => Ok(answered(records, task, by, sealed)),
        TaskKind::VerificationCall => called(context, task, by, &sealed),
    }
}

fn open(records: &Records, id: Id) -> Result<&Task, Rejection> {
    let task = records.tasks.get(&id).ok_or(Rejection::NotFound)?;
    if task.is_open() { Ok(task) } else { Err(Rejection::Ended) }
}

fn seal_texts(context: &mut Context<'_>, answer: &Value, form: &str) -> Map<String, Value> {
    let personal: Vec<String> = context
        .resources
        .form(form)
        .map(|form| form.fields.iter().filter(|field| field.is_personal()).map(|field| field.name.clone()).collect())
        .unwrap_or_default();
    let mut sealed = answer.as_object().cloned().unwrap_or_default();
    for name in personal {
        if let Some(Value::String(text)) = sealed.get_mut(&name) {
            *text = context.seal_for_case(text);
        }
    }
    sealed
}

fn answered(records: &Records, task: &Task, by: &str, answer: Map<String, Value>) -> Reply {
    let mut output = answer.clone();
    output.insert("outcome".into(), "answered".into());
    output.insert("by".into(), by.into());
    let mut events = vec![Event::TaskCompleted {
        task: task.id,
        by: by.to_owned(),
        outcome: "answered".to_owned(),
        answer: Data::from(Value::Object(answer)),
    }];
    events.extend(withdraw_messages(records, task.id));
    Reply { events, answers: vec![(task.caller.clone(), Value::Object(output))], ..Reply::default() }
}

fn called(context: &Context<'_>, task: &Task, by: &str, answer: &Map<String, Value>) -> Result<Reply, Rejection> {
    let outcome = answer.get("outcome").and_then(Value::as_str).unwrap_or_default();
    if !["solved", "unsolved", "unreached"].contains(&outcome) {
        return Err(Rejection::Invalid(vec![("outcome".to_owned(), "not-an-option".to_owned())]));
    }
    if outcome == "unreached" && task.attempt < task.attempts_max {
        let earliest = context.at.plus_micros(task.every_us);
        let between = task.between.as_deref().unwrap_or("00:00-24:00");
        let next_at = next_call(context, earliest, between).unwrap_or(earliest);
        let unreached = Event::CallUnreached { task: task.id, by: by.to_owned(), attempt: task.attempt, next_at };
        return Ok(Reply { events: vec![unreached], ..Reply::default() });
    }
    let satisfaction = answer.get("satisfaction").and_then(Value::as_u64).and_then(|value| u8::try_from(value).ok());
    let mut events = vec![Event::TaskCompleted {
        task: task.id,
        by: by.to_owned(),
        outcome: outcome.to_owned(),
        answer: Data::from(Value::Object(answer.clone())),
    }];
    events.extend(satisfaction.map(Event::SatisfactionRecorded));
    let output = json!({ "outcome": outcome, "satisfaction": satisfaction, "attempts": task.attempt });
    Ok(Reply { events, answers: vec![(task.caller.clone(), output)], ..Reply::default() })
}

/// The flow went on without the call's answer: its wait ends, its task and what it still wanted to send are withdrawn.
pub fn withdraw(records: &Records, instance: Id, activation: u64) -> Vec<Event> {
    let wait = records.wait_of_call(instance, activation).map(|wait| Event::WaitEnded { wait: wait.id });
    wait.into_iter().chain(withdraw_task(records, instance, activation)).collect()
}

fn withdraw_task(records: &Records, instance: Id, activation: u64) -> Vec<Event> {
    records
        .task_of_call(instance, activation)
        .filter(|task| task.is_open())
        .map(|task| {
            let mut events = vec![Event::TaskWithdrawn { task: task.id, outcome: "cancelled".to_owned() }];
            events.extend(withdraw_messages(records, task.id));
            events
        })
        .unwrap_or_default()
}

/// An event arrived in the stream: the tasks that it closes.
pub fn close_by_event(records: &Records, event: &CloudEvent) -> Reply {
    let mut reply = Reply::default();
    for task in records.tasks.values().filter(|task| task.is_open() && task.closed_by.contains(&event.type_)) {
        let outcome = "closed-by-event".to_owned();
        reply.events.push(Event::TaskWithdrawn { task: task.id, outcome: outcome.clone() });
        reply.events.extend(withdraw_messages(records, task.id));
        reply.answers.push((task.caller.clone(), json!({ "outcome": outcome, "event": event.type_ })));
    }
    reply
}

fn withdraw_messages(records: &Records, task: Id) -> Vec<Event> {
    records
        .dispatches
        .values()
        .filter(|dispatch| dispatch.task == Some(task) && dispatch.status == DispatchStatus::Ready)
        .map(|dispatch| Event::MessageWithdrawn { dispatch: dispatch.id })
        .collect()
}

/// One thing that is due, the earliest first: a reminder, a passed deadline, an expiry, the end of a wait. None where
/// nothing is.
pub fn fire_next(context: &mut Context<'_>) -> Option<Reply> {
    let records = context.records;
    let is_due = |due: &Moment| *due <= context.at;
    let tasks = records.tasks.values().filter_map(|task| Some((task.next_due().filter(is_due)?, task.id, task)));
    let waits = records.waits.values().filter_map(|wait| Some((wait.next_due().filter(is_due)?, wait.id, wait)));
    let task = tasks.min_by_key(|(due, id, _)| (*due, *id));
    let wait = waits.min_by_key(|(due, id, _)| (*due, *id));
    match (task, wait) {
        (Some((due, _, task)), wait) if wait.is_none_or(|(ends, ..)| due <= ends) => Some(fire(context, task)),
        (_, Some((.., wait))) => Some(wait_working::over(context, wait)),
        _ => None,
    }
}

fn fire(context: &mut Context<'_>, task: &Task) -> Reply {
    let at = context.at;
    let reminder = task
        .reminders
        .iter()
        .enumerate()
        .filter(|(_, reminder)| reminder.sent_at.is_none() && reminder.at <= at)
        .min_by_key(|(index, reminder)| (reminder.at, *index))
        .map(|(index, reminder)| (index, reminder.at));
    let overdue = task.due_at.filter(|due| task.overdue_at.is_none() && *due <= at);
    match (reminder, overdue) {
        (Some((index, remind_at)), due) if due.is_none_or(|due| remind_at <= due) => remind(context, task, index),
        (_, Some(_)) => pass_deadline(task),
        _ => expire(context.records, task),
    }
}

fn remind(context: &mut Context<'_>, task: &Task, index: usize) -> Reply {
    let mut events = vec![Event::TaskReminded { task: task.id, reminder: index as u32 }];
    let Some(reminder) = task.reminders.get(index) else { return Reply { events, ..Reply::default() } };
    let who = Who::read(reminder.tell.value()).unwrap_or(Who::TaskOwner);
    let notice = Notice {
        who: &who,
        channels: &reminder.by,
        template: &reminder.template,
        key: &format!("{}/{}/remind#{index}", task.caller.instance, task.caller.key),
        task: Some(task),
        args: Value::Null,
        belongs_to_task: true,
    };
    match queue(context, &notice) {
        Ok(queued) => events.extend(queued),
        Err(fault) => events.push(crate::incident::unaddressed(context, &reminder.template, &fault)),
    }
    Reply { events, ..Reply::default() }
}

fn pass_deadline(task: &Task) -> Reply {
    let start = task.on_overdue.iter().map(|flow| (flow.clone(), format!("overdue:{}", task.id))).collect();
    Reply { events: vec![Event::TaskOverdue { task: task.id }], start, ..Reply::default() }
}

fn expire(records: &Records, task: &Task) -> Reply {
    let mut events = vec![Event::TaskExpired { task: task.id }];
    events.extend(withdraw_messages(records, task.id));
    let output = json!({ "outcome": "expired", "by": Value::Null });
    Reply { events, answers: vec![(task.caller.clone(), output)], ..Reply::default() }
}
