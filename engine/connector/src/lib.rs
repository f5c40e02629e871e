//! What a connector implements, and what it is told: the contract between the host and the outside world.
//!
//! Owns: the [`Connector`] trait, the manifest (`connector.yaml`), the settings of a deployment with their secrets, the
//! kinds of errors, and the suite that every connector passes ([`conformance`]). A connector sends one message when told
//! and says how it went. Retry, back-off, time limits, order, logging and what happens after an ambiguous outcome belong
//! to the host.
//!
//! # Adding a connector
//!
//! 1. Write `connector.yaml`: operations with their limits, the calls it takes, its settings.
//! 2. Write `docs.md`: what a deployment must give, and what the peer must be told.
//! 3. Implement [`Connector`]; export a `KIND: ConnectorKind`; add it to the list in the binary.
//! 4. Run [`conformance::run`] over it in a test, and a test against a real peer.

pub mod conformance;
mod fault_words;
mod host;
pub mod manifest;
pub mod message;
pub mod secret;
pub mod settings;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

pub use host::{admit, send_within};
pub use manifest::{Ambiguous, Authentication, Dedup, FunctionName, InboundRules, Manifest, Operation, When};
pub use message::Message;
pub use secret::Secret;
pub use settings::{HostFacts, Settings, SettingsError};

/// Reads YAML that a peer gave, within the limits that hold for everybody's YAML; `None` where it cannot be read.
pub fn yaml_value(text: &str) -> Option<Value> {
    peygir_source::yaml::parse(text).ok().map(|node| node.to_json())
}

/// One thing to do in the world. Its `Debug` does not show the input.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// Operation of the manifest: `send` of message channels, others under the names they have there.
    pub operation: String,
    /// Stable over retries and restarts; what the peer may recognise a repetition by.
    pub key: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// Input of the operation, valid against its schema, personal data and secrets in clear.
    pub input: Value,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { operation, key, attempt, input: _ } = self;
        f.debug_struct("Request")
            .field("operation", operation)
            .field("key", key)
            .field("attempt", attempt)
            .finish_non_exhaustive()
    }
}

/// It was taken by the peer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Receipt {
    /// The peer's id of it, where it gives one.
    pub reference: Option<String>,
    /// Answer for the flow, where the operation gives one.
    pub output: Value,
    /// What the peer was shown to prove who asks, where it was shown anything.
    pub authorization: Option<Authorization>,
}

/// The credentials that a request bore, as RFC 9110 writes them: `$authorization` of a flow. `parameter` must never reach
/// a journal or a log.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// `Basic`, `Bearer`, `Digest`.
    pub scheme: String,
    pub parameter: Secret,
}

impl PartialEq for Authorization {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.parameter.reveal() == other.parameter.reveal()
    }
}

/// How long the fault will last, as far as the connector can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// Will not go away by trying again: number refused, mailbox unknown, bad credentials.
    Permanent,
    /// May go away by itself: gateway down, throttled, grey-listed.
    Temporary,
}

/// Whether the peer may have done it all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It was refused or never connected: there is nothing to wonder about.
    No,
    /// Nobody knows: the connection broke after the request was sent.
    Unknown,
}

/// What kind of fault it was; the words a person reads stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The peer could not be reached.
    Unreachable,
    /// It took too long.
    Timeout,
    /// It refused our credentials.
    Credentials,
    /// It refused the recipient.
    Recipient,
    /// It refused the content.
    Content,
    /// It asks us to slow down.
    Throttled,
    /// It is out of order, or out of money.
    Unavailable,
    /// Our own configuration is wrong.
    Configuration,
    /// It answered what we do not understand.
    Protocol,
    /// The deployment does not allow this call.
    Forbidden,
    /// It answered, and its answer is a refusal: a matter of whoever asked, by the status of its protocol.
    Answered { status: u16 },
    /// What was run ran to its end, and says itself that it failed: a script, a command.
    Runtime,
}

/// `message` holds neither secrets nor personal data: it goes into the journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct Fault {
    pub kind: FaultKind,
    pub lasting: Lasting,
    pub reached: Reached,
    pub message: String,
}

impl Fault {
    /// Nothing was done, and trying again will not help.
    pub fn permanent(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, lasting: Lasting::Permanent, reached: Reached::No, message: message.into() }
    }

    /// Nothing was done; trying again may help.
    pub fn temporary(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, lasting: Lasting::Temporary, reached: Reached::No, message: message.into() }
    }

    /// The peer answered with a refusal; `status` is that of its protocol, as HTTP has them.
    pub fn answered(status: u16, message: impl Into<String>) -> Self {
        let lasting = if matches!(status, 408 | 425 | 429 | 500..) { Lasting::Temporary } else { Lasting::Permanent };
        Self { kind: FaultKind::Answered { status }, lasting, reached: Reached::No, message: message.into() }
    }

    /// Nobody knows whether it was done.
    pub fn ambiguous(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, lasting: Lasting::Temporary, reached: Reached::Unknown, message: message.into() }
    }
}

pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<Receipt, Fault>> + Send + 'a>>;

/// A connector, made from its settings in the deployment.
pub trait Connector: Send + Sync {
    fn manifest(&self) -> &Manifest;

    /// Does it once. The host drops the future when the operation's time limit passes, and counts that as a timeout with
    /// [`Reached::Unknown`].
    fn send(&self, request: Request) -> SendFuture<'_>;

    /// Reads a call that the peer made to us (a message in, a delivery report), already authenticated by the host as
    /// the manifest's `inbound` says.
    fn receive(&self, call: &InboundCall) -> Result<Vec<Inbound>, Fault> {
        let _ = call;
        Err(Fault {
            kind: FaultKind::Configuration,
            lasting: Lasting::Permanent,
            reached: Reached::No,
            message: "this connector takes no calls".into(),
        })
    }
}

/// A connector as the binary lists it: its manifest, and how to make one from settings.
#[derive(Debug, Clone, Copy)]
pub struct ConnectorKind {
    /// Name in the manifest and in deployments: `sms`.
    pub name: &'static str,
    /// Text of `connector.yaml`.
    pub manifest: &'static str,
    /// Text of `docs.md`, for people.
    pub docs: &'static str,
    /// Makes one. Reads settings and files named there; opens no connection.
    pub build: fn(Manifest, Settings) -> Result<Box<dyn Connector>, SettingsError>,
}

impl ConnectorKind {
    /// Reads its manifest. The text is compiled in, and the conformance suite reads it: a failure is a bug of the connector.
    pub fn read_manifest(&self) -> Result<Manifest, peygir_source::Diagnostics> {
        manifest::parse(self.manifest)
            .map_err(|diagnostics| diagnostics.in_file(&format!("{}/connector.yaml", self.name)))
    }
}

/// Name of the query parameter that carries the callback secret. The host compares it, in constant time, before
/// [`Connector::receive`] and takes it out of the call.
pub const CALLBACK_TOKEN_PARAMETER: &str = "token";

/// A call of a peer, as bytes: query and body are decoded by the connector, which knows the peer's encodings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InboundCall {
    /// Path below the connector's own: `mo`, `dlr`.
    pub path: String,
    /// Query parameters, percent-decoded to bytes (a plus sign is a space), in order, without the token.
    pub query: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

/// What a peer told us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// A citizen's message.
    Message {
        /// The peer's id of it: the same id again is the same message.
        id: String,
        from: String,
        /// The line or address it came to.
        to: String,
        text: String,
    },
    /// How a message of ours fared. States only move forward; a late, lower one is ignored by the host.
    Report { key: String, state: Delivery, reference: Option<String> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// On its way at the peer.
    Accepted,
    Delivered,
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_requests_nor_receipts_show_what_proves_who_asks() {
        let input = serde_json::json!({"authentication": {"bearer": {"token": "s3cret"}}});
        let request = Request { operation: "read".into(), key: "k".into(), attempt: 1, input };
        let shown = |token: &str| Authorization { scheme: "Bearer".into(), parameter: Secret::new(token) };
        let receipt = Receipt { authorization: Some(shown("s3cret")), ..Receipt::default() };
        let told = format!("{request:?} {request:#?} {receipt:?}");
        assert!(told.contains("read") && told.contains("Bearer") && !told.contains("s3cret"), "{told}");
        assert_eq!((shown("a") == shown("a"), shown("a") == shown("b")), (true, false));
    }
}
