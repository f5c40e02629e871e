//! Calls of peers: messages in and reports, read by the connector that knows the peer's way of speaking.

use peygir_connector::{CALLBACK_TOKEN_PARAMETER, Delivery, Fault, Inbound, InboundCall};
use peygir_core::Id;
use subtle::ConstantTimeEq;

use super::Desk;
use super::person::identify;
use super::refusal::{FieldError, Refusal};
use super::submit::{claimed, delivery_claim, seal_text};
use super::view::{NewMessage, Party, Source};
use crate::access::{Grant, Principal, Scope};
use crate::command::Command;
use crate::engine::Failure;
use crate::offload::offload;

/// Path of the calls that bring messages, in [`InboundCall::path`].
const MESSAGE_PATH: &str = "mo";
/// Parameter that names a message's sender, where a peer gives one.
const SENDER_PARAMETER: &str = "from";
/// Most of an unreadable call that is kept, in bytes of its percent-encoded text.
pub const UNREAD_BYTES_MAX: usize = 64 * 1024;

/// A message that came in and that no case can be made of.
struct Unread {
    /// Tells this delivery from all others of its connector.
    id: String,
    from: String,
    text: String,
    /// What is wrong with it; neither secret nor personal.
    wrong: String,
}

impl Unread {
    fn message(message: NewMessage, errors: &[FieldError]) -> Self {
        let wrong: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.code)).collect();
        Self {
            id: message.source.map(|source| source.id).unwrap_or_default(),
            from: message.from.mobile.unwrap_or_default(),
            text: message.text,
            wrong: wrong.join(", "),
        }
    }

    /// The call as it came, for the connector could not read it; its token is out of it already.
    fn call(call: &InboundCall, fault: &Fault) -> Self {
        let sender = call.query.iter().find(|(name, _)| name == SENDER_PARAMETER).map(|(_, value)| value.as_slice());
        let mut text = raw(call);
        // No id of a peer has a line end in it.
        let id = format!("unread\n{text}");
        // It is ASCII, so every place is the end of a character.
        text.truncate(UNREAD_BYTES_MAX);
        Self {
            id,
            from: String::from_utf8_lossy(sender.unwrap_or_default()).into_owned(),
            text,
            wrong: fault.message.clone(),
        }
    }
}

/// A call in one line of ASCII: path, query, and after a blank the body where there is one.
fn raw(call: &InboundCall) -> String {
    let mut line = percent_encoded(call.path.as_bytes());
    for (index, (name, value)) in call.query.iter().enumerate() {
        line.push(if index == 0 { '?' } else { '&' });
        line.push_str(&percent_encoded(name.as_bytes()));
        line.push('=');
        line.push_str(&percent_encoded(value));
    }
    if !call.body.is_empty() {
        line.push(' ');
        line.push_str(&percent_encoded(&call.body));
    }
    line
}

/// Unreserved characters of RFC 3986 as they are, all other bytes by their number.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

impl Desk {
    /// A peer's call to a connector: `path` below the connector's own, query decoded to bytes, among it the `token` that
    /// the deployment gave the connector. Answers the number of things taken in.
    pub async fn inbound(
        &self,
        connector: &str,
        path: &str,
        mut query: Vec<(String, Vec<u8>)>,
        body: Vec<u8>,
    ) -> Result<usize, Refusal> {
        let catalog = self.host.engine.catalog();
        let expected = catalog.callback_secret(connector).ok_or(Refusal::Forbidden)?;
        let token = query.iter().position(|(name, _)| name == CALLBACK_TOKEN_PARAMETER).map(|at| query.remove(at).1);
        if !bool::from(expected.as_bytes().ct_eq(&token.unwrap_or_default())) {
            return Err(Refusal::Forbidden);
        }
        let peer = self.host.connectors.get(connector).ok_or(Refusal::NotFound)?;
        let call = InboundCall { path: path.to_owned(), query, body };
        let told = match peer.receive(&call) {
            Ok(told) => told,
            Err(fault) => {
                tracing::warn!(connector, path, %fault, "a peer's call could not be read");
                if path != MESSAGE_PATH {
                    return Err(Refusal::Invalid(vec![FieldError { field: String::new(), code: "not-readable" }]));
                }
                self.keep_unread(connector, Unread::call(&call, &fault)).await?;
                return Ok(1);
            }
        };
        let taken = told.len();
        for one in told {
            match one {
                Inbound::Message { id, from, to, text } => self.message_in(connector, id, from, to, text).await?,
                Inbound::Report { key, state, reference } => self.report_in(connector, key, state, reference).await?,
            }
        }
        Ok(taken)
    }

    async fn message_in(
        &self,
        connector: &str,
        id: String,
        from: String,
        line: String,
        text: String,
    ) -> Result<(), Refusal> {
        let province = self.host.engine.catalog().province_of_line(connector, &line).map(str::to_owned);
        let message = NewMessage {
            channel: "sms".to_owned(),
            from: Party { mobile: Some(from), ..Party::default() },
            on_behalf_of: None,
            text,
            topic: None,
            agency: None,
            province,
            county: None,
            source: Some(Source { connector: connector.to_owned(), id, line }),
        };
        match self.submit_message(&peer(connector), message.clone(), None).await {
            // The peer will not send it again in a better form: a person has to look at it.
            Err(Refusal::Invalid(errors)) => self.keep_unread(connector, Unread::message(message, &errors)).await,
            other => other.map(|_| ()),
        }
    }

    /// An incident for a person to look at, instead of a case. The same delivery again opens no second one.
    async fn keep_unread(&self, connector: &str, unread: Unread) -> Result<(), Refusal> {
        let host = self.host.clone();
        let at = host.clock.now();
        let stream = self.host.engine.new_id(at);
        let reason = format!("no case could be made of a message by connector `{connector}`: {}", unread.wrong);
        let from_connector = connector.to_owned();
        let sealed = offload(move || {
            let claim = delivery_claim(&host.engine, &from_connector, &unread.id, stream);
            if claimed(&host.engine, &claim.key)?.is_some() {
                return Ok(None);
            }
            // A key of its own: nothing tells whose message this is.
            let person = identify(&host.engine, None, None, &[], at)?.person;
            let from = seal_text(&host.engine, person, &unread.from)?;
            let text = seal_text(&host.engine, person, &unread.text)?;
            Ok::<_, Refusal>(Some(Command::KeepUnread { reason, from, text, claims: vec![claim] }))
        });
        let Some(command) = sealed.await.map_err(|error| Refusal::Internal(error.to_string()))?? else {
            return Ok(());
        };
        match self.host.carry_out(stream, &peer(connector).id, command).await {
            // Delivered twice: it is kept already.
            Ok(_) | Err(Failure::Claimed { .. }) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    async fn report_in(
        &self,
        connector: &str,
        key: String,
        state: Delivery,
        reference: Option<String>,
    ) -> Result<(), Refusal> {
        let Some(stream) = key.split('/').next().and_then(Id::parse) else {
            return Err(Refusal::Invalid(vec![FieldError { field: String::new(), code: "not-readable" }]));
        };
        let (delivered, failed) = (state == Delivery::Delivered, state == Delivery::Failed);
        let command = Command::Report { key, delivered, failed, reference };
        self.host.carry_out(stream, &peer(connector).id, command).await?;
        Ok(())
    }
}

fn peer(connector: &str) -> Principal {
    Principal {
        id: format!("connector:{connector}"),
        name: connector.to_owned(),
        grants: vec![Grant { role: "connector".to_owned(), scope: Scope::Nation }],
    }
}
