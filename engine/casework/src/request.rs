//! Requests of flows: an operation of a connector that a flow called and whose answer it waits for.
//!
//! Owns: how a call becomes an entry of the outbox, and what the end of that entry means to the call. A request that
//! brought an answer, or certainly never reached its peer, is over after one attempt: the flow is told and has `try` and
//! `retry` of its own. Where nobody waits for the answer, a person is told of what failed, as with a message. Only where nobody knows does the operation's policy decide, as it does for messages.

use peygir_core::error::Kind;
use peygir_core::{Data, Error, Id};
use serde_json::Value;

use crate::event::Event;
use crate::host::{Context, Reply};
use crate::incident::opened;
use crate::outbox::{Attempt, Policy, ambiguous, backoff, pass_incident};
use crate::records::{About, CallRef, Dispatch, DispatchStatus};

/// Stands in a call's place of its activation where nobody waits for the answer.
pub const NOBODY: u64 = u64::MAX;

const LOST: &str = "nobody knows whether the request was carried out";

/// What a flow asks, and of whom.
pub struct Asked<'a> {
    /// Name by which the flow called it.
    pub function: &'a str,
    pub connector: &'a str,
    pub operation: &'a str,
    pub input: &'a Value,
    pub expires_us: i64,
}

/// Puts a request into the outbox. Its input is sealed as a message's words are.
pub fn queue(context: &mut Context<'_>, call: &CallRef, asked: &Asked<'_>) -> Event {
    let key = format!("{}/{}", call.instance, call.key);
    Event::MessageQueued(Dispatch {
        id: context.draws.id(),
        // Requests wait for nobody but their own flow, which makes one after the other where it wants to.
        lane: match call.activation {
            NOBODY => format!("{}/{}/{}", asked.function, call.instance, call.key),
            activation => format!("{}/{}/{activation}", asked.function, call.instance),
        },
        key,
        channel: asked.function.to_owned(),
        connector: asked.connector.to_owned(),
        to: String::new(),
        to_masked: asked.connector.to_owned(),
        template: asked.operation.to_owned(),
        subject: None,
        body: context.seal_for_case(&asked.input.to_string()),
        status: DispatchStatus::Ready,
        attempts: 0,
        next_at: context.at,
        expires_at: context.at.plus_micros(asked.expires_us),
        created_at: context.at,
        task: None,
        reference: None,
        fault: None,
        ambiguities: 0,
        operation: Some(asked.operation.to_owned()),
        reply_to: Some(call.clone()),
    })
}

/// What the current attempt's outcome means.
pub(crate) fn result(
    context: &mut Context<'_>,
    dispatch: &Dispatch,
    call: &CallRef,
    outcome: &Attempt,
    policy: &Policy,
) -> Reply {
    match outcome {
        Attempt::Sent { reference, output } => {
            let mut events = vec![Event::RequestAnswered { dispatch: dispatch.id, reference: reference.clone() }];
            events.extend(pass_incident(context, dispatch.id));
            let output = output.as_ref().map_or(Value::Null, |output| output.value().clone());
            Reply { events, answers: vec![(call.clone(), output)], ..Reply::default() }
        }
        Attempt::Failed { fault, reached: true, error, .. } if !policy.recognises => {
            unknown(context, dispatch, call, error.clone().unwrap_or_else(|| broken(fault)), policy)
        }
        Attempt::Failed { fault, error, .. } => {
            failed(context, dispatch, call, fault, error.clone().unwrap_or_else(|| broken(fault)))
        }
        Attempt::Lost if policy.recognises && dispatch.attempts < policy.attempts_max => {
            let retry_at = context.at.plus_micros(backoff(context, dispatch.attempts, policy));
            let fault = "the result was lost".to_owned();
            let events = vec![Event::AttemptFailed { dispatch: dispatch.id, fault, retry_at }];
            Reply { events, ..Reply::default() }
        }
        Attempt::Lost if policy.recognises => failed(context, dispatch, call, LOST, broken(LOST)),
        Attempt::Lost => unknown(context, dispatch, call, broken(LOST), policy),
    }
}

fn broken(detail: &str) -> Error {
    Error::new(Kind::Communication, detail)
}

fn failed(context: &mut Context<'_>, dispatch: &Dispatch, call: &CallRef, fault: &str, error: Error) -> Reply {
    if call.activation == NOBODY {
        let incident = opened(context, About::MessageFailed(dispatch.id), fault.to_owned());
        let failed = Event::MessageFailed { dispatch: dispatch.id, fault: fault.to_owned() };
        return Reply { events: vec![failed, incident], ..Reply::default() };
    }
    let mut events = vec![Event::RequestFailed { dispatch: dispatch.id, fault: fault.to_owned() }];
    events.extend(pass_incident(context, dispatch.id));
    Reply { events, faults: vec![(call.clone(), error)], ..Reply::default() }
}

/// The operation's policy decides; where it is to let the matter be, the flow is told what is known.
fn unknown(context: &mut Context<'_>, dispatch: &Dispatch, call: &CallRef, error: Error, policy: &Policy) -> Reply {
    let events = ambiguous(context, dispatch, policy);
    let dropped =
        events.iter().any(|event| matches!(event, Event::AttemptAmbiguous { policy, .. } if policy == "drop"));
    let faults = if dropped { vec![(call.clone(), error)] } else { Vec::new() };
    Reply { events, faults, ..Reply::default() }
}

/// Its time is over and it was not sent.
pub(crate) fn expired(context: &mut Context<'_>, dispatch: &Dispatch, call: &CallRef) -> Reply {
    const EXPIRED: &str = "the request could not be made before it expired";
    if call.activation == NOBODY {
        let incident = opened(context, About::MessageExpired(dispatch.id), EXPIRED.to_owned());
        return Reply { events: vec![Event::MessageExpired { dispatch: dispatch.id }, incident], ..Reply::default() };
    }
    let error = Error::new(Kind::Timeout, EXPIRED);
    let events = vec![Event::MessageExpired { dispatch: dispatch.id }];
    Reply { events, faults: vec![(call.clone(), error)], ..Reply::default() }
}

/// A person settled the question whether it was carried out: the flow that waits is told that nobody knows.
pub(crate) fn settled(dispatch: &Dispatch) -> Option<(CallRef, Error)> {
    let call = dispatch.reply_to.clone()?;
    Some((call, broken("nobody knows whether the request was carried out; a person settled the matter")))
}

/// The flow went on without the call's answer.
pub fn withdraw(context: &Context<'_>, instance: Id, activation: u64) -> Vec<Event> {
    let Some(dispatch) = context.records.request_of_call(instance, activation) else { return Vec::new() };
    let mut events = vec![Event::MessageWithdrawn { dispatch: dispatch.id }];
    events.extend(pass_incident(context, dispatch.id));
    events
}

/// The answer as an attempt's outcome carries it; nothing where there is none.
pub fn output_of(value: Value) -> Option<Data> {
    (!value.is_null()).then(|| Data::from(value))
}
