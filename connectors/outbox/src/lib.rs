//! The outbox: messages of any channel become files that say «not sent».
//!
//! Owns: the files and their form. Writes no personal data in clear unless the deployment asks for bodies. Does not know
//! why the message was not sent by its channel.

mod config;
mod file;
mod mask;

use peygir_connector::{
    Connector, ConnectorKind, Fault, FaultKind, Manifest, Message, Receipt, Request, SendFuture, Settings,
    SettingsError, admit,
};
use serde_json::json;

pub use file::{Entry, list};

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "outbox",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Outbox::new(manifest, &settings)?)),
};

/// One folder of messages that were not sent.
pub struct Outbox {
    manifest: Manifest,
    config: config::Config,
}

impl Outbox {
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self { manifest, config: config::Config::read(settings)? })
    }
}

impl Connector for Outbox {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            let message = Message::read(&request.input)?;
            if message.to.trim().is_empty() || message.text.trim().is_empty() {
                return Err(Fault::permanent(FaultKind::Content, "the message has no recipient or no text"));
            }
            let entry = Entry::new(&message, &request.key, self.config.bodies);
            let folder = self.config.folder.clone();
            let name = file::name(&request.key);
            let written = name.clone();
            // The disk is waited for on a thread that may wait.
            let outcome = tokio::task::spawn_blocking(move || file::write(&folder, &written, &entry)).await;
            match outcome {
                Ok(Ok(())) => Ok(Receipt {
                    output: json!({ "file": name, "sent": false }),
                    reference: Some(name),
                    ..Receipt::default()
                }),
                Ok(Err(error)) => Err(Fault::temporary(
                    FaultKind::Unavailable,
                    format!("the outbox folder cannot be written: {}", error.kind()),
                )),
                Err(_) => Err(Fault::temporary(FaultKind::Unavailable, "the writing of the outbox was broken off")),
            }
        })
    }
}
