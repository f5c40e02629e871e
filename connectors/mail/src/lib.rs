//! Mail over SMTP submission: one plain-text message to one recipient a call.
//!
//! Owns: building the message, the conversation with the server, and what its answers mean. Does not know who the
//! recipient is or when to try again, and reads no mailbox.

mod config;
mod conversation;
mod letter;
mod verdict;

use peygir_connector::{
    Connector, ConnectorKind, Manifest, Message, Receipt, Request, SendFuture, Settings, SettingsError, admit,
};
use serde_json::json;

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "mail",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Mail::new(manifest, &settings)?)),
};

/// One submission server.
pub struct Mail {
    manifest: Manifest,
    config: config::Config,
}

impl Mail {
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self { manifest, config: config::Config::read(settings)? })
    }
}

impl Connector for Mail {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            let letter = letter::write(&self.config, &Message::read(&request.input)?, &request.key)?;
            conversation::hold(&self.config, &letter).await?;
            Ok(Receipt { output: json!({ "messageId": letter.id }), reference: Some(letter.id), ..Receipt::default() })
        })
    }
}
