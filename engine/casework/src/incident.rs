//! Incidents: what a person has to look at, and what they may do about it.

use std::iter::once;

use peygir_core::Id;

use crate::deadlines;
use crate::event::Event;
use crate::host::{Context, Fault, Rejection, Reply};
use crate::records::{About, DispatchStatus, Incident, Records};
use crate::request;

pub(crate) fn opened(context: &mut Context<'_>, about: About, reason: String) -> Event {
    Event::IncidentOpened(Incident {
        id: context.draws.id(),
        about,
        reason,
        opened_at: context.at,
        resolved_at: None,
        resolved_by: None,
        how: None,
        note: None,
    })
}

/// A reminder that could not even be written.
pub(crate) fn unaddressed(context: &mut Context<'_>, template: &str, fault: &Fault) -> Event {
    let reason = format!("the reminder `{template}` could not be sent: {}", fault.message());
    opened(context, About::Unaddressed(template.to_owned()), reason)
}

/// A flow faulted and nothing in it caught that.
pub fn flow_faulted(context: &mut Context<'_>, instance: Id, reason: String) -> Event {
    opened(context, About::FlowFault(instance), reason)
}

/// What trying again means for the host.
#[derive(Debug)]
pub enum Retry {
    /// The message is ready again; nothing more to do.
    Message(Reply),
    /// The flow has to be told to run its faulted task again.
    Flow(Reply, Id),
    /// Events that nobody took have to be offered again to the flows that start from them.
    Start(Reply),
}

/// A person mended the cause and wants it tried again.
pub fn retry(context: &Context<'_>, id: Id, by: &str) -> Result<Retry, Rejection> {
    let incident = context.records.incidents.get(&id).ok_or(Rejection::NotFound)?;
    if incident.resolved_at.is_some() {
        return Err(Rejection::Ended);
    }
    let resolved = Event::IncidentResolved { incident: id, by: by.to_owned(), how: "retried".to_owned(), note: None };
    match &incident.about {
        About::MessageFailed(dispatch) | About::MessageAmbiguous(dispatch) | About::MessageExpired(dispatch) => {
            let message = context.records.dispatches.get(dispatch).ok_or(Rejection::NotFound)?;
            let lifetime = message.expires_at.0.saturating_sub(message.created_at.0);
            let requeued = Event::MessageRequeued {
                dispatch: *dispatch,
                next_at: context.at,
                expires_at: context.at.plus_micros(lifetime),
            };
            Ok(Retry::Message(Reply { events: vec![resolved, requeued], ..Reply::default() }))
        }
        About::FlowFault(instance) => Ok(Retry::Flow(Reply { events: vec![resolved], ..Reply::default() }, *instance)),
        About::Unstarted => Ok(Retry::Start(Reply { events: vec![resolved], ..Reply::default() })),
        // What sends sees that its incident is over, and goes on.
        About::Webhook(_) | About::Operation => {
            Ok(Retry::Message(Reply { events: vec![resolved], ..Reply::default() }))
        }
        About::Deadline(of) => deadlines::try_again(context, *of)
            .map(|events| Retry::Message(Reply { events: once(resolved).chain(events).collect(), ..Reply::default() })),
        // Nothing to try again: somebody has to read it and settle it.
        About::Unaddressed(_)
        | About::Unread { .. }
        | About::TurnAborted
        | About::ActionRefused(_)
        | About::RuleFailed(_) => Err(Rejection::NotRetriable),
    }
}

/// A person dealt with it otherwise.
pub fn settle(context: &mut Context<'_>, id: Id, by: &str, note: &str) -> Result<Reply, Rejection> {
    let incident = context.records.incidents.get(&id).ok_or(Rejection::NotFound)?;
    if incident.resolved_at.is_some() {
        return Err(Rejection::Ended);
    }
    let about = incident.about.clone();
    let note = (!note.is_empty()).then(|| context.seal_for_case(note));
    let mut events = vec![Event::IncidentResolved { incident: id, by: by.to_owned(), how: "settled".to_owned(), note }];
    let mut faults = Vec::new();
    if let About::MessageAmbiguous(id) = about
        && let Some(dispatch) = context.records.dispatches.get(&id)
        && dispatch.status == DispatchStatus::Ambiguous
    {
        events.push(Event::MessageWithdrawn { dispatch: id });
        faults.extend(request::settled(dispatch));
    }
    Ok(Reply { events, faults, ..Reply::default() })
}

/// A message came in that no case could be made of. Sender and text come sealed.
pub fn unread(context: &mut Context<'_>, from: String, text: String, reason: String) -> Event {
    opened(context, About::Unread { from, text }, reason)
}

/// A turn was given up by the wall clock. Told once, however often it is tried again.
pub fn turn_aborted(context: &mut Context<'_>, reason: &str) -> Option<Event> {
    let known = context.records.incidents.values().any(|incident| {
        incident.about == About::TurnAborted && incident.resolved_at.is_none() && incident.reason == reason
    });
    (!known).then(|| opened(context, About::TurnAborted, reason.to_owned()))
}

/// A webhook takes no events. Told once, however long it lasts.
pub fn webhook_failing(context: &mut Context<'_>, name: &str, reason: &str) -> Option<Event> {
    let about = About::Webhook(name.to_owned());
    let known = context.records.incidents.values().any(|one| one.about == about && one.resolved_at.is_none());
    (!known).then(|| opened(context, about, reason.to_owned()))
}

/// Nothing works on an open case any more. Told once as long as that lasts.
pub fn unstarted(context: &mut Context<'_>, reason: String) -> Option<Event> {
    open_unstarted(context.records).is_none().then(|| opened(context, About::Unstarted, reason))
}

/// The incident that says so, where there is one.
pub fn open_unstarted(records: &Records) -> Option<&Incident> {
    records.incidents.values().find(|one| one.about == About::Unstarted && one.resolved_at.is_none())
}

/// A deadline can't be derived any more. Told once, however often it is tried.
pub(crate) fn underivable(context: &mut Context<'_>, of: Id, reason: String) -> Option<Event> {
    let about = About::Deadline(of);
    let known = context.records.incidents.values().any(|one| one.about == about && one.resolved_at.is_none());
    (!known).then(|| opened(context, about, reason))
}

/// An incident whose cause went away by itself.
pub fn passed(incident: Id) -> Event {
    Event::IncidentResolved { incident, by: "system".to_owned(), how: "passed".to_owned(), note: None }
}

/// An operation left streams undone. Told once as long as it leaves the same ones undone for the same reasons.
pub fn operation_failing(context: &mut Context<'_>, reason: &str) -> Vec<Event> {
    let open =
        context.records.incidents.values().filter(|one| one.about == About::Operation && one.resolved_at.is_none());
    let (same, other): (Vec<_>, Vec<_>) = open.partition(|one| one.reason == reason);
    let mut events: Vec<Event> = other.into_iter().map(|one| passed(one.id)).collect();
    if same.is_empty() {
        events.push(opened(context, About::Operation, reason.to_owned()));
    }
    events
}

/// What an operation had left undone is done.
pub fn operation_mended(records: &Records) -> Vec<Event> {
    let open = records.incidents.values().filter(|one| one.about == About::Operation && one.resolved_at.is_none());
    open.map(|one| passed(one.id)).collect()
}

/// A rule of a table failed without deciding anything: a locked rule answered, or it was outranked. Told once for a case.
pub fn rule_failed(context: &mut Context<'_>, table: &str, reason: &str) -> Option<Event> {
    let about = About::RuleFailed(table.to_owned());
    let is_it = |one: &Incident| one.about == about && one.reason == reason && one.resolved_at.is_none();
    let known = context.records.incidents.values().any(is_it);
    (!known).then(|| opened(context, about, reason.to_owned()))
}

/// A script asked for an action that could not be carried out.
pub fn action_failed(context: &mut Context<'_>, action: String, reason: String) -> Event {
    opened(context, About::ActionRefused(action), reason)
}
