//! Calls of peers: messages in and reports, read by the connector that knows the peer's way of speaking.

use peygir_connector::{Delivery, Inbound, InboundCall};
use peygir_core::Id;
use subtle::ConstantTimeEq;

use super::refusal::{FieldError, Refusal};
use super::view::{NewMessage, Party, Source};
use super::Desk;
use crate::access::{Grant, Principal, Scope};
use crate::command::Command;

impl Desk {
    /// A peer's call to a connector: `path` below the connector's own, query decoded to bytes. Answers the number of
    /// things taken in.
    pub async fn inbound(
        &self,
        connector: &str,
        secret: &str,
        path: &str,
        query: Vec<(String, Vec<u8>)>,
        body: Vec<u8>,
    ) -> Result<usize, Refusal> {
        let catalog = self.host.engine.catalog();
        let expected = catalog.callback_secret(connector).ok_or(Refusal::Forbidden)?;
        if !bool::from(expected.as_bytes().ct_eq(secret.as_bytes())) {
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
        self.submit_message(&peer(connector), message, None).await.map(|_| ())
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
