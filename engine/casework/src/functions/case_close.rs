//! `case-close`: the end of a case, told to every flow that still runs beside it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Function;
use crate::event::Event;
use crate::host::{Context, Fault, Reply, input};
use crate::records::{CallRef, Records, TaskKind};

/// Type of the event that says so; what runs beside can be closed by it.
pub const CLOSED_EVENT: &str = "ir.peygir.case.closed.v1";

pub const FUNCTION: Function = Function {
    name: "case-close",
    input: r#"{"type":"object","additionalProperties":false,"properties":{"outcome":{"type":"string",
        "description":"that of the last verification call where absent"}}}"#,
    output: r#"{"type":"object","required":["outcome"],"properties":{"outcome":{"type":"string"}}}"#,
    call,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    outcome: Option<String>,
}

fn call(context: &mut Context<'_>, call: &CallRef, with: &Value) -> Result<Reply, Fault> {
    let Input { outcome } = input(with)?;
    let case = context.records.case.as_ref().ok_or_else(|| Fault::State("there is no case to close".to_owned()))?;
    if case.closed {
        return Err(Fault::State("the case is closed already".to_owned()));
    }
    let outcome = outcome.unwrap_or_else(|| last_verification(context.records));
    let mut reply = Reply::answered(
        call,
        vec![Event::CaseClosed { outcome: outcome.clone() }, Event::MilestoneMarked("closed".to_owned())],
        json!({ "outcome": outcome }),
    );
    reply.emit.push((CLOSED_EVENT.to_owned(), json!({ "code": case.code, "outcome": outcome })));
    Ok(reply)
}

/// What came of the latest round's call. Two rounds may end at one instant; their numbers never do.
fn last_verification(records: &Records) -> String {
    records
        .tasks
        .values()
        .filter(|task| task.kind == TaskKind::VerificationCall)
        .filter_map(|task| Some(((task.round, task.ended_at?), task.outcome.clone()?)))
        .max_by_key(|(when, _)| *when)
        .map_or_else(|| "other".to_owned(), |(_, outcome)| outcome)
}
