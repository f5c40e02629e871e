//! What people do to a deadline: let it rest while the citizen is waited for, let it go on, set its date.

use minicbor::bytes::ByteVec;
use peygir_calendar::{SPAN_DAYS_MAX, SUSPENSIONS_MAX};
use peygir_core::{CloudEvent, Id, Moment};

use super::{Cause, Underivable, change_of_task};
use crate::event::Event;
use crate::host::{Context, Rejection, Reply};
use crate::records::{MoveWhy, Records, Set, Task, Terms, Waiting};

/// Longest reason, in characters.
pub const REASON_CHARS_MAX: usize = 2_000;

const DAY_US: i64 = 24 * 3_600_000_000;

/// The deadline rests from now on: at the latest until `until`, or as long as its flow allows in all. It is derived at
/// once as if it rested so long, so that nothing has to happen for it to go on.
pub fn suspend(
    context: &mut Context<'_>,
    task: Id,
    by: &str,
    reason: &str,
    until: Option<Moment>,
) -> Result<Reply, Rejection> {
    let (task, terms) = open(context.records, task)?;
    let until = latest_end(task, terms, context.at, until)?;
    let reason = sealed_reason(context, reason)?;
    let waiting = Waiting {
        number: terms.suspensions.len() as u32 + 1,
        from: context.at,
        until,
        ended: None,
        by: by.to_owned(),
        reason,
        prints: prints(context),
    };
    let mut terms = terms.clone();
    terms.suspensions.push(waiting.clone());
    let suspended = Event::DeadlineSuspended { task: task.id, waiting };
    moved(context, task, &terms, suspended, MoveWhy::Suspended, Some(by)).map_err(refused)
}

/// By what whoever may answer is known again: the citizen, and the person concerned where that is another.
fn prints(context: &Context<'_>) -> Option<Vec<ByteVec>> {
    let case = context.records.case.as_ref()?;
    let parties = std::iter::once(&case.citizen).chain(&case.on_behalf_of);
    let prints: Vec<ByteVec> = parties.flat_map(|party| context.resources.prints(party)).map(ByteVec::from).collect();
    (!prints.is_empty()).then_some(prints)
}

/// The end of a waiting that begins now, if it may begin.
fn latest_end(task: &Task, terms: &Terms, at: Moment, until: Option<Moment>) -> Result<Moment, Rejection> {
    let rule = terms.suspend.as_ref().ok_or(Rejection::NotSuspendable)?;
    let most = (rule.times as usize).min(SUSPENSIONS_MAX);
    let is_past = task.due_at.is_some_and(|due| due <= at);
    match () {
        () if terms.waiting_at(at).is_some() => return Err(Rejection::Suspended),
        () if task.overdue_at.is_some() || is_past => return Err(Rejection::Overdue),
        () if terms.set.is_some() => return Err(Rejection::DateSet),
        () if terms.suspensions.len() >= most => return Err(Rejection::SuspendedTooOften),
        () => {}
    }
    let waited: i64 = terms.suspensions.iter().map(|waiting| waiting.end().0.saturating_sub(waiting.from.0)).sum();
    let left = rule.max_us.saturating_sub(waited);
    let latest = at.plus_micros(left);
    match until {
        _ if left <= 0 => Err(Rejection::SuspendedTooLong),
        None => Ok(latest),
        Some(until) if until <= at => Err(Rejection::InPast),
        Some(until) if until > latest => Err(Rejection::SuspendedTooLong),
        Some(until) => Ok(until),
    }
}

/// The waiting is over before its latest end.
pub fn resume(context: &mut Context<'_>, task: Id, by: &str) -> Result<Reply, Rejection> {
    let (task, terms) = open(context.records, task)?;
    resumed(context, task, terms, Some(by)).ok_or(Rejection::NotSuspended)?.map_err(refused)
}

/// A message of the citizen came in the case: whoever waited for it goes on.
pub fn citizen_wrote(context: &mut Context<'_>) -> Reply {
    resume_where(context, |_| true)
}

/// An event arrived in the stream: deadlines whose waiting it ends go on.
pub fn event_arrived(context: &mut Context<'_>, event: &CloudEvent) -> Reply {
    resume_where(context, |terms| terms.suspend.as_ref().is_some_and(|rule| rule.ended_by.contains(&event.type_)))
}

fn resume_where(context: &mut Context<'_>, ends: impl Fn(&Terms) -> bool) -> Reply {
    let mut reply = Reply::default();
    let open = context.records.tasks.values().filter(|task| task.is_open());
    for (task, terms) in open.filter_map(|task| Some((task, task.terms.as_deref()?))).filter(|(_, terms)| ends(terms)) {
        match resumed(context, task, terms, None) {
            Some(Ok(resumed)) => reply.events.extend(resumed.events),
            // What was waited for came, whatever the calendars say: the deadline is derived when they can.
            Some(Err(why)) => {
                reply.events.extend(terms.waiting_at(context.at).map(|waiting| ended(task, waiting, context.at)));
                reply.events.extend(super::underivable(context, task.id, &why));
            }
            None => {}
        }
    }
    reply
}

/// `None` where nothing is waited for.
fn resumed(context: &Context<'_>, task: &Task, terms: &Terms, by: Option<&str>) -> Option<Result<Reply, Underivable>> {
    let waiting = terms.waiting_at(context.at)?;
    let event = ended(task, waiting, context.at);
    let mut terms = terms.clone();
    let kept = terms.suspensions.iter_mut().find(|kept| kept.number == waiting.number)?;
    kept.ended = Some(context.at);
    Some(moved(context, task, &terms, event, MoveWhy::Resumed, by))
}

fn ended(task: &Task, waiting: &Waiting, at: Moment) -> Event {
    Event::DeadlineResumed { task: task.id, number: waiting.number, ended: at }
}

/// A person's word on the date, with its reason. It holds over what the calendar says, until a person changes it.
pub fn set(context: &mut Context<'_>, task: Id, by: &str, due: Moment, reason: &str) -> Result<Reply, Rejection> {
    let (task, terms) = open(context.records, task)?;
    if due <= context.at {
        return Err(Rejection::InPast);
    }
    let furthest = context.at.plus_micros(i64::from(SPAN_DAYS_MAX) * DAY_US);
    if due > task.max_at.unwrap_or(furthest).min(furthest) {
        return Err(Rejection::PastMax);
    }
    let reason = sealed_reason(context, reason)?;
    let set = Set { due, at: context.at, by: by.to_owned(), reason };
    let terms = Terms { set: Some(set.clone()), ..terms.clone() };
    let event = Event::DeadlineSet { task: task.id, set };
    moved(context, task, &terms, event, MoveWhy::Set, Some(by)).map_err(refused)
}

fn open(records: &Records, id: Id) -> Result<(&Task, &Terms), Rejection> {
    let task = records.tasks.get(&id).ok_or(Rejection::NotFound)?;
    if !task.is_open() {
        return Err(Rejection::Ended);
    }
    Ok((task, task.terms.as_deref().ok_or(Rejection::NoDeadline)?))
}

fn sealed_reason(context: &mut Context<'_>, reason: &str) -> Result<String, Rejection> {
    let wrong = |code: &str| Rejection::Invalid(vec![("reason".to_owned(), code.to_owned())]);
    match reason.trim() {
        "" => Err(wrong("required")),
        long if long.chars().count() > REASON_CHARS_MAX => Err(wrong("too-long")),
        reason => Ok(context.seal_for_case(reason)),
    }
}

/// What a person said, and what follows from it by the present calendars.
fn moved(
    context: &Context<'_>,
    task: &Task,
    terms: &Terms,
    said: Event,
    why: MoveWhy,
    by: Option<&str>,
) -> Result<Reply, Underivable> {
    let cause = Cause { operation: None, why, by, at: context.at };
    let change = change_of_task(context.basis(&terms.place), task, terms, &cause)?;
    let moved = change.map(|change| Event::DeadlineMoved { of: task.id, change: Box::new(change) });
    Ok(Reply { events: std::iter::once(said).chain(moved).collect(), ..Reply::default() })
}

fn refused(why: Underivable) -> Rejection {
    Rejection::Underivable(why.to_string())
}
