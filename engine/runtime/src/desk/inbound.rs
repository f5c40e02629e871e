//! Calls of peers: messages in and reports, read by the connector that knows the peer's way of speaking.

use peygir_connector::{CALLBACK_TOKEN_PARAMETER, Delivery, Inbound, InboundCall};
use peygir_core::Id;
use subtle::ConstantTimeEq;

use super::Desk;
use super::person::identify;
use super::refusal::{FieldError, Refusal};
use super::submit::{inbound_claim, seal_text};
use super::view::{NewMessage, Party, Source};
use crate::access::{Grant, Principal, Scope};
use crate::command::Command;
use crate::engine::Failure;

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
        let told = peer.receive(&call).map_err(|fault| {
            tracing::warn!(connector, path, %fault, "a peer's call could not be read");
            Refusal::Invalid(vec![FieldError { field: String::new(), code: "not-readable" }])
        })?;
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
            Err(Refusal::Invalid(errors)) => self.keep_unread(connector, &message, &errors).await,
            other => other.map(|_| ()),
        }
    }

    async fn keep_unread(&self, connector: &str, message: &NewMessage, errors: &[FieldError]) -> Result<(), Refusal> {
        let host = self.host.clone();
        let at = host.clock.now();
        let (from, text) = (message.from.mobile.clone().unwrap_or_default(), message.text.clone());
        let sealed = tokio::task::spawn_blocking(move || {
            // A key of its own: nothing tells whose message this is.
            let person = identify(&host.engine, None, None, at)?.person;
            Ok::<_, Refusal>((seal_text(&host.engine, person, &from)?, seal_text(&host.engine, person, &text)?))
        });
        let (from, text) = sealed.await.map_err(|error| Refusal::Internal(error.to_string()))??;
        let wrong: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.field, error.code)).collect();
        let reason = format!("no case could be made of a message by connector `{connector}`: {}", wrong.join(", "));
        let stream = self.host.engine.new_id(at);
        let claims = inbound_claim(&self.host.engine, message, stream).into_iter().collect();
        let command = Command::KeepUnread { reason, from, text, claims };
        match self.host.submit(stream, &peer(connector).id, command).await {
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
        self.host.submit(stream, &peer(connector).id, command).await?;
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
