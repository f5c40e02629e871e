//! `case-classify`: what the case is about, as a table proposed or an operator decided.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::CallRef;

pub const FUNCTION: Function = Function {
    name: "case-classify",
    input: r#"{"type":"object","additionalProperties":false,
        "properties":{"topic":{"type":["string","null"]},"agency":{"type":["string","null"]}}}"#,
    output: r#"{"type":"object","properties":{"topic":{"type":["string","null"]},"agency":{"type":["string","null"]}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    topic: Option<String>,
    agency: Option<String>,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let input: Input = input(with)?;
    let case = context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case yet".to_owned()))?;
    let topic = input.topic.clone().or_else(|| case.topic.clone());
    let agency = input.agency.clone().or_else(|| case.agency.clone());
    let event = Event::CaseClassified { topic: input.topic, agency: input.agency };
    Ok(Reply::answered(call, vec![event], json!({ "topic": topic, "agency": agency })))
}
