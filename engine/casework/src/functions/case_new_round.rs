//! `case-new-round`: the citizen says it is not solved; the agency is asked again, so many times and no more.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::CallRef;

pub const FUNCTION: Function = Function {
    name: "case-new-round",
    input: r#"{"type":"object","required":["max"],"additionalProperties":false,
        "properties":{"max":{"type":"integer","minimum":1,"description":"rounds in all, the first included"}}}"#,
    output: r#"{"type":"object","required":["outcome","round"],
        "properties":{"outcome":{"enum":["opened","exhausted"]},"round":{"type":"integer"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    max: u32,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let Input { max } = input(with)?;
    let case = context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case".to_owned()))?;
    if case.round >= max {
        return Ok(Reply::answered(call, Vec::new(), json!({ "outcome": "exhausted", "round": case.round })));
    }
    let round = case.round + 1;
    let events = vec![Event::RoundOpened(round), Event::MilestoneMarked("new-round".to_owned())];
    Ok(Reply::answered(call, events, json!({ "outcome": "opened", "round": round })))
}
