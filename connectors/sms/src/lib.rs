//! SMS over Kannel's HTTP interface: `sendsms` out, messages and delivery reports in.
//!
//! Owns: Kannel's parameters, encodings, answers and report bits. Does not know who the citizen is, what the text means, or
//! when to try again; numbers arrive in E.164 and are given to the host as the gateway sent them.

mod charset;
mod config;
mod inbound;
mod outbound;
mod verdict;

use peygir_connector::{
    Connector, ConnectorKind, Fault, Inbound, InboundCall, Manifest, Request, SendFuture, Settings, SettingsError,
    admit,
};

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "sms",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Sms::new(manifest, &settings)?)),
};

/// One gateway.
pub struct Sms {
    manifest: Manifest,
    config: config::Config,
    client: reqwest::Client,
}

impl Sms {
    /// Reads the settings. A default `rustls` provider must have been installed by the binary.
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        let config = config::Config::read(settings)?;
        let client = outbound::client(&config)?;
        Ok(Self { manifest, config, client })
    }
}

impl Connector for Sms {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            outbound::send(&self.client, &self.config, &request).await
        })
    }

    fn receive(&self, call: &InboundCall) -> Result<Vec<Inbound>, Fault> {
        inbound::receive(&self.config, call)
    }
}
