//! `notify`: a message to the citizen or to people of the directory. It answers as soon as the message is in the outbox:
//! a gateway that is down holds up no flow.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::message::{Notice, queue};
use crate::recipients::Who;
use crate::records::CallRef;

pub const FUNCTION: Function = Function {
    name: "notify",
    input: r#"{"type":"object","required":["to","by","template"],"additionalProperties":false,
        "properties":{"to":{"type":["string","object"],"description":"citizen, manager, {role: NAME} or {person: ID}"},
        "by":{"type":["string","array"],"items":{"type":"string"}},"template":{"type":"string"},
        "args":{"type":"object"}}}"#,
    output: r#"{"type":"object","required":["queued"],"properties":{"queued":{"type":"integer"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    to: Value,
    by: Value,
    template: String,
    #[serde(default)]
    args: Value,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let asked: Input = input(with)?;
    let who = Who::read(&asked.to)?;
    let channels = channels(&asked.by)?;
    let notice = Notice {
        who: &who,
        channels: &channels,
        template: &asked.template,
        key: &format!("{}/{}", call.instance, call.key),
        task: None,
        args: asked.args,
        belongs_to_task: false,
    };
    let events = queue(context, &notice)?;
    let queued = events.iter().filter(|event| matches!(event, Event::MessageQueued(_))).count();
    Ok(Reply::answered(call, events, json!({ "queued": queued })))
}

/// One channel's name or a list of them.
pub(super) fn channels(by: &Value) -> Result<Vec<String>, Fault> {
    let wrong = || Fault::Input("`by` is a channel's name or a list of them".to_owned());
    match by {
        Value::String(name) => Ok(vec![name.clone()]),
        Value::Array(names) => names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong)).collect(),
        _ => Err(wrong()),
    }
}
