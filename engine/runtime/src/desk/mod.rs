//! The engine as its clients see it: the API, the console, connectors' calls and the command line all come through here.
//!
//! Reads are filtered by what the principal may see; writes become commands of the stream they concern, and return when
//! their commit is durable. Knows no HTTP and no HTML.

pub mod view;

use peygir_core::Id;

use crate::access::Principal;
pub use view::*;

/// Why something was not done. `Display` is English, for logs; people read the localised text of `code`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The principal may not do this.
    #[error("forbidden")]
    Forbidden,
    #[error("not found")]
    NotFound,
    /// Somebody else was first, or it has ended: the task is claimed, the incident settled.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// What was given is wrong; each with the field it stands in.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The same idempotency key came with another body.
    #[error("idempotency key was used with another body")]
    KeyReused,
    /// The store takes no commits, or the server is stopping.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours; the text is for the log.
    #[error("internal: {0}")]
    Internal(String),
}

/// A field that is wrong. `code` is a message id of the locale files (`national-id-checksum`, `mobile-invalid`,
/// `required`, `too-long`, `unknown-field`, `not-an-option`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// JSON pointer into the body: `/from/nationalId`.
    pub field: String,
    pub code: &'static str,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Desk;

impl Desk {
    /// Takes a citizen's message: opens a case (or joins the one that the same message opened) and returns when that is
    /// durable.
    pub async fn submit_message(
        &self,
        _by: &Principal,
        _message: NewMessage,
        _idempotency_key: Option<&str>,
    ) -> Result<Submitted, Refusal> {
        todo!()
    }

    /// What anybody who holds the code may read: no personal data.
    pub async fn track(&self, _code: &str) -> Result<Track, Refusal> {
        todo!()
    }

    pub async fn cases(&self, _by: &Principal, _filter: &CaseFilter) -> Result<Page<CaseSummary>, Refusal> {
        todo!()
    }

    /// `clear`: personal data unmasked, which is journalled; only some roles may.
    pub async fn case(&self, _by: &Principal, _id: Id, _clear: bool) -> Result<CaseView, Refusal> {
        todo!()
    }

    pub async fn case_journal(&self, _by: &Principal, _id: Id) -> Result<Vec<JournalLine>, Refusal> {
        todo!()
    }

    pub async fn tasks(&self, _by: &Principal, _filter: &TaskFilter) -> Result<Page<TaskView>, Refusal> {
        todo!()
    }

    pub async fn task(&self, _by: &Principal, _id: Id) -> Result<TaskView, Refusal> {
        todo!()
    }

    pub async fn claim(&self, _by: &Principal, _task: Id) -> Result<TaskView, Refusal> {
        todo!()
    }

    pub async fn release(&self, _by: &Principal, _task: Id) -> Result<TaskView, Refusal> {
        todo!()
    }

    /// `answer` is checked against the task's form.
    pub async fn complete(&self, _by: &Principal, _task: Id, _answer: serde_json::Value) -> Result<TaskView, Refusal> {
        todo!()
    }

    pub async fn incidents(&self, _by: &Principal, _page: &PageRequest) -> Result<Page<IncidentView>, Refusal> {
        todo!()
    }

    pub async fn retry_incident(&self, _by: &Principal, _id: Id) -> Result<(), Refusal> {
        todo!()
    }

    /// A person says that it is dealt with; nothing is sent.
    pub async fn settle_incident(&self, _by: &Principal, _id: Id, _note: &str) -> Result<(), Refusal> {
        todo!()
    }

    /// Messages that go out, newest first; recipients masked.
    pub async fn outbox(&self, _by: &Principal, _page: &PageRequest) -> Result<Page<OutboxLine>, Refusal> {
        todo!()
    }

    /// What the console needs to draw intake forms: topics, agencies, counties of this deployment.
    pub fn directory(&self) -> DirectoryView {
        todo!()
    }

    /// A peer's call to a connector: `path` below the connector's own, query decoded to bytes. Answers the number of
    /// things taken in.
    pub async fn inbound(
        &self,
        _connector: &str,
        _secret: &str,
        _path: &str,
        _query: Vec<(String, Vec<u8>)>,
        _body: Vec<u8>,
    ) -> Result<usize, Refusal> {
        todo!()
    }

    /// A person of the directory, by id.
    pub fn person(&self, _id: &str) -> Option<Principal> {
        todo!()
    }
}
