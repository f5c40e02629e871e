//! The API: one file for each resource. Handlers read the request, ask the desk and answer; they decide nothing.

pub mod cases;
pub mod connectors;
pub mod errors;
pub mod health;
pub mod incidents;
pub mod login_links;
pub mod messages;
pub mod openapi;
pub mod outbox;
pub mod tasks;
pub mod tokens;
pub mod track;

use peygir_core::Id;

use crate::problem::{Code, Problem};

/// An id from an address; what is none is not found.
pub fn id(text: &str) -> Result<Id, Problem> {
    Id::parse(text).ok_or(Problem::new(Code::NotFound))
}
