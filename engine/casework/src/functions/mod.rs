//! The built-in functions on records: each a file, each called by a flow like any other function.

mod calendar_next;
mod case_classify;
mod case_close;
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
    case_new_round::FUNCTION,
    case_close::FUNCTION,
    human_task::FUNCTION,
    notify::FUNCTION,
    verification_call::FUNCTION,
    wait_working::FUNCTION,
    calendar_next::FUNCTION,
];

pub use case_close::CLOSED_EVENT;
pub use case_open::claim_of_code;
pub(crate) use verification_call::next_call;

pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
