//! `call: http` of flows: one request to one address, and what its answer is worth to the flow.
//!
//! Owns: which hosts may be called ([`reach`]), how a request is made of what the flow gives ([`outbound`]) and how the
//! answer becomes data ([`answer`]). Does not know which flow asks, when to try again, or what the answer means.

mod answer;
mod config;
mod outbound;
mod reach;
mod request;

use peygir_connector::{Connector, ConnectorKind, Manifest, Request, SendFuture, Settings, SettingsError, admit};

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "http",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Http::new(manifest, &settings)?)),
};

/// The way out of one deployment's flows.
pub struct Http {
    manifest: Manifest,
    config: config::Config,
    client: reqwest::Client,
}

impl Http {
    /// Reads the settings. A default `rustls` provider must have been installed by the binary.
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        let config = config::Config::read(settings)?;
        let client = outbound::client(&config)?;
        Ok(Self { manifest, config, client })
    }
}

impl Connector for Http {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            outbound::send(&self.client, &self.config, &request).await
        })
    }
}
