//! `case-new-round`: the citizen says it is not solved; the agency is asked again, so many times and no more.
//!
//! How many rounds there may be is the flow's to say, and stays with the case. A script's action opens the next one within that.

use serde::Deserialize;
use serde_json::json;

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Case};

pub const FUNCTION: Function = Function {
    name: "case-new-round",
    input: r#"{"type":"object","required":["max"],"additionalProperties":false,
        "properties":{"max":{"type":"integer","minimum":1,"description":"rounds in all, the first included"}}}"#,
    output: OUTPUT,
    call: |context, call, with| {
        let Input { max } = input(with)?;
        let case = case_of(context)?;
        let said = (case.rounds_max != Some(max)).then_some(Event::RoundsLimited(max));
        let mut reply = open(case, call, max);
        reply.events.splice(..0, said);
        Ok(reply)
    },
};

/// As scripts have it: within what the flow said last.
pub const ACTION: Function = Function {
    name: FUNCTION.name,
    input: r#"{"type":"object","additionalProperties":false,"properties":{}}"#,
    output: OUTPUT,
    call: |context, call, _| {
        let case = case_of(context)?;
        let max = limit_of(case)?;
        let mut reply = open(case, call, max);
        if reply.events.is_empty() {
            // Its answer reaches nobody.
            reply.events.push(Event::RoundRefused(max));
        }
        Ok(reply)
    },
};

const OUTPUT: &str = r#"{"type":"object","required":["outcome","round"],
    "properties":{"outcome":{"enum":["opened","exhausted"]},"round":{"type":"integer"}}}"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    max: u32,
}

fn case_of<'a>(context: &Context<'a>) -> Result<&'a Case, Fault> {
    context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case".to_owned()))
}

fn limit_of(case: &Case) -> Result<u32, Fault> {
    let none = "how many rounds there may be is a flow's to say, and none has said it of this case yet: let the flow call \
                `case-new-round` with `max` first";
    case.rounds_max.ok_or_else(|| Fault::State(none.to_owned()))
}

fn open(case: &Case, call: &CallRef, max: u32) -> Reply {
    if case.round >= max {
        return Reply::answered(call, Vec::new(), json!({ "outcome": "exhausted", "round": case.round }));
    }
    let round = case.round + 1;
    let events = vec![Event::RoundOpened(round), Event::MilestoneMarked("new-round".to_owned())];
    Reply::answered(call, events, json!({ "outcome": "opened", "round": round }))
}
