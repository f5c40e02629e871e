//! The built-in functions on records: each a file, each called by a flow like any other function.

/// JSON Schema of a deadline, the same for every function that has one.
macro_rules! due_schema {
    () => {
        r#"{"type":"object","additionalProperties":false,"properties":{"within":{"type":"string","pattern":"^P"},
            "workingDays":{"type":"integer","minimum":1},"workingHours":{"type":["integer","string"]},
            "max":{"type":["integer","string"]},"calendar":{"type":"string"},
            "suspend":{"type":"object","required":["max"],"additionalProperties":false,"properties":{
            "max":{"type":"string","pattern":"^P"},"times":{"type":"integer","minimum":1,"maximum":32},
            "endedBy":{"type":"array","items":{"type":"string"}}}}}}"#
    };
}

/// JSON Schema of reminders.
macro_rules! reminders_schema {
    () => {
        r#"{"type":"array","items":{"type":"object","required":["tell","by","template"],"properties":{
            "after":{"type":["string","object"],"pattern":"^P","additionalProperties":false,"properties":{
                "workingDays":{"type":"integer","minimum":1},"workingHours":{"type":["integer","string"]}}},
            "before":{"type":["string","object"],"pattern":"^P","additionalProperties":false,"properties":{
                "workingDays":{"type":"integer","minimum":1},"workingHours":{"type":["integer","string"]}}}}}}"#
    };
}

mod agency_time;
mod calendar_next;
mod case_classify;
mod case_close;
mod case_mark;
mod case_new_round;
mod case_open;
mod case_refer;
mod human_task;
mod notify;
pub(crate) mod opening;
mod verification_call;
pub(crate) mod wait_working;

use serde_json::Value;

use crate::host::{Context, Fault, Reply};
use crate::records::CallRef;

/// A built-in function: what it is called, what it takes and gives, and the code.
pub struct Function {
    pub name: &'static str,
    /// JSON Schema of the input.
    pub input: &'static str,
    /// JSON Schema of the answer.
    pub output: &'static str,
    pub call: fn(&mut Context<'_>, &CallRef, &Value) -> Result<Reply, Fault>,
}

/// All of them. A function that is not in this list does not exist.
pub const FUNCTIONS: &[Function] = &[
    case_open::FUNCTION,
    case_classify::FUNCTION,
    case_refer::FUNCTION,
    case_mark::FUNCTION,
    case_new_round::FUNCTION,
    case_close::FUNCTION,
    human_task::FUNCTION,
    notify::FUNCTION,
    verification_call::FUNCTION,
    wait_working::FUNCTION,
    calendar_next::FUNCTION,
];

pub use case_close::CLOSED_EVENT;
pub use case_open::{claim_of_code, earlier_as_told};
pub(crate) use verification_call::next_call;

/// What scripts may ask for, as it is for them.
pub fn actions() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS.iter().map(|function| ACTIONS.iter().find(|action| action.name == function.name).unwrap_or(function))
}

/// Functions that are others where a script's action asks for them.
const ACTIONS: &[Function] =
    &[case_refer::ACTION, case_new_round::ACTION, human_task::ACTION, verification_call::ACTION];

pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
