//! The outbox: which message may be sent, and what an attempt's result means. Sending itself is the host's.

use peygir_core::{Data, Error, Id};

use crate::event::Event;
use crate::host::{Context, Reply};
use crate::incident::{opened, passed};
use crate::records::{About, Dispatch, DispatchStatus, Incident};
use crate::request;

/// How an operation wants to be treated, from its manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The peer recognises a repetition: a lost result is no ambiguity.
    pub recognises: bool,
    pub on_ambiguous: OnAmbiguous,
    pub attempts_max: u32,
    pub backoff_us_min: i64,
    pub backoff_us_max: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnAmbiguous {
    Resend,
    Drop,
    Person,
}

/// How an attempt went. `output` and `error` are for the flow that waits for an answer, where one does.
#[derive(Debug, Clone, PartialEq)]
pub enum Attempt {
    Sent {
        reference: Option<String>,
        output: Option<Data>,
    },
    Failed {
        fault: String,
        permanent: bool,
        reached: bool,
        error: Option<Error>,
    },
    /// The process ended before the result was on record.
    Lost,
}

/// Begins attempts for those of the messages that are ready: what the commit makes durable before anything leaves.
pub fn begin(context: &Context<'_>, only: &[Id]) -> Vec<Event> {
    context
        .records
        .ready_dispatches(context.at)
        .into_iter()
        .filter(|dispatch| only.contains(&dispatch.id) && dispatch.expires_at > context.at)
        .map(|dispatch| Event::AttemptBegun { dispatch: dispatch.id, attempt: dispatch.attempts + 1 })
        .collect()
}

/// The result of one attempt. A result of an attempt that is not the current one changes nothing.
pub fn result(context: &mut Context<'_>, id: Id, attempt: u32, outcome: &Attempt, policy: &Policy) -> Reply {
    let Some(dispatch) = context.records.dispatches.get(&id) else { return Reply::default() };
    if dispatch.status != DispatchStatus::Sending || dispatch.attempts != attempt {
        return Reply::default();
    }
    match &dispatch.reply_to {
        Some(call) => request::result(context, dispatch, call, outcome, policy),
        None => Reply { events: message_result(context, dispatch, outcome, policy), ..Reply::default() },
    }
}

fn message_result(context: &mut Context<'_>, dispatch: &Dispatch, outcome: &Attempt, policy: &Policy) -> Vec<Event> {
    let id = dispatch.id;
    match outcome {
        Attempt::Sent { reference, .. } => {
            let mut events = vec![Event::MessageSent { dispatch: id, reference: reference.clone() }];
            events.extend(pass_incident(context, id));
            events
        }
        Attempt::Failed { fault, permanent: true, .. } => failed(context, id, fault),
        Attempt::Failed { fault, reached, .. } => {
            if *reached && !policy.recognises {
                return ambiguous(context, dispatch, policy);
            }
            again(context, dispatch, fault, policy)
        }
        Attempt::Lost if policy.recognises => again(context, dispatch, "the result was lost", policy),
        Attempt::Lost => ambiguous(context, dispatch, policy),
    }
}

fn again(context: &mut Context<'_>, dispatch: &Dispatch, fault: &str, policy: &Policy) -> Vec<Event> {
    if dispatch.attempts >= policy.attempts_max {
        return failed(context, dispatch.id, fault);
    }
    let retry_at = context.at.plus_micros(backoff(context, dispatch.attempts, policy));
    vec![Event::AttemptFailed { dispatch: dispatch.id, fault: fault.to_owned(), retry_at }]
}

/// Doubles with each attempt, up to the manifest's longest, and draws the upper half of it: peers that come back are
/// not met by everybody at once.
pub(crate) fn backoff(context: &mut Context<'_>, attempts: u32, policy: &Policy) -> i64 {
    let factor = 1i64.checked_shl(attempts.saturating_sub(1).min(62)).unwrap_or(i64::MAX);
    let full = policy.backoff_us_min.saturating_mul(factor).clamp(0, policy.backoff_us_max.max(0));
    let half = full / 2;
    half + context.draws.below(half.max(1) as u64) as i64
}

fn failed(context: &mut Context<'_>, id: Id, fault: &str) -> Vec<Event> {
    let incident = opened(context, About::MessageFailed(id), fault.to_owned());
    vec![Event::MessageFailed { dispatch: id, fault: fault.to_owned() }, incident]
}

pub(crate) fn ambiguous(context: &mut Context<'_>, dispatch: &Dispatch, policy: &Policy) -> Vec<Event> {
    let (name, next_at) = match policy.on_ambiguous {
        OnAmbiguous::Resend if dispatch.attempts < policy.attempts_max => {
            ("resend", Some(context.at.plus_micros(backoff(context, dispatch.attempts, policy))))
        }
        OnAmbiguous::Resend | OnAmbiguous::Person => ("person", None),
        OnAmbiguous::Drop => ("drop", None),
    };
    let attempt = dispatch.attempts;
    let mut events = vec![Event::AttemptAmbiguous { dispatch: dispatch.id, attempt, policy: name.to_owned(), next_at }];
    if name == "person" {
        let what = if dispatch.reply_to.is_some() { "was carried out" } else { "was sent" };
        let reason = format!("nobody knows whether attempt {attempt} {what}");
        events.push(opened(context, About::MessageAmbiguous(dispatch.id), reason));
    }
    events
}

/// The peer's report. It only moves forward: a late report of less is no news.
pub fn report(
    context: &mut Context<'_>,
    key: &str,
    delivered: bool,
    failure: bool,
    reference: Option<String>,
) -> Vec<Event> {
    let Some(dispatch) = context.records.dispatches.values().find(|dispatch| dispatch.key == key) else {
        return Vec::new();
    };
    let id = dispatch.id;
    let past = matches!(dispatch.status, DispatchStatus::Delivered);
    if delivered && !past {
        let mut events = vec![Event::MessageDelivered { dispatch: id, reference }];
        events.extend(pass_incident(context, id));
        return events;
    }
    if failure && matches!(dispatch.status, DispatchStatus::Sent | DispatchStatus::Sending) {
        return failed(context, id, "the gateway reports that it was not delivered");
    }
    Vec::new()
}

/// One message or request whose time is over, if any.
pub fn expire_next(context: &mut Context<'_>) -> Option<Reply> {
    let at = context.at;
    let over = |dispatch: &&Dispatch| dispatch.status == DispatchStatus::Ready && dispatch.expires_at <= at;
    let dispatch = context.records.dispatches.values().find(over)?;
    if let Some(call) = &dispatch.reply_to {
        return Some(request::expired(context, dispatch, call));
    }
    let id = dispatch.id;
    let reason = "it could not be sent before it expired".to_owned();
    let incident = opened(context, About::MessageExpired(id), reason);
    Some(Reply { events: vec![Event::MessageExpired { dispatch: id }, incident], ..Reply::default() })
}

/// An incident about a message that got through all the same, or that nobody needs any more.
pub(crate) fn pass_incident(context: &Context<'_>, dispatch: Id) -> Option<Event> {
    let concerns = |incident: &&Incident| {
        incident.resolved_at.is_none()
            && matches!(&incident.about, About::MessageFailed(id) | About::MessageAmbiguous(id) | About::MessageExpired(id) if *id == dispatch)
    };
    let incident = context.records.incidents.values().find(concerns)?;
    Some(passed(incident.id))
}
