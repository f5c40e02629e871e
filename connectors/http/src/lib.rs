//! `call: http` and `call: openapi` of flows: one request to one address, and what its answer is worth to the flow.
//!
//! Owns: which hosts may be called ([`reach`]), how a request is made of what the flow gives ([`request`]) or of a
//! document that describes it ([`openapi`]), what proves who asks ([`authentication`]), and how the answer becomes data
//! ([`answer`]). Does not know which flow asks, when to try again, or what the answer means.

mod answer;
mod authentication;
mod config;
mod endpoint;
mod openapi;
mod outbound;
mod reach;
mod request;

use peygir_connector::{
    Connector, ConnectorKind, Fault, FaultKind, Manifest, Reached, Receipt, Request, SendFuture, Settings,
    SettingsError, admit,
};

use openapi::Documents;
use outbound::{Line, Wire};
use request::Asked;

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "http",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Http::new(manifest, &settings)?)),
};

/// Operations of `call: openapi`.
const OPENAPI: [&str; 2] = ["openapi", "openapi-known"];
/// Operations whose results are asked for again where they were lost, because the host promised to recognise the key.
const KNOWN: [&str; 2] = ["write-known", "openapi-known"];

/// The way out of one deployment's flows.
pub struct Http {
    manifest: Manifest,
    line: Line,
    documents: Documents,
}

impl Http {
    /// Reads the settings. A default `rustls` provider must have been installed by the binary.
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        let config = config::Config::read(settings)?;
        let client = outbound::client(&config)?;
        let line = Line { client, config, tokens: authentication::Tokens::default() };
        Ok(Self { manifest: manifest.with_settings(settings), line, documents: Documents::default() })
    }

    async fn call(&self, request: &Request) -> Result<Receipt, Fault> {
        let wire = Wire::of(&self.line);
        let is_openapi = OPENAPI.contains(&request.operation.as_str());
        let asked = if is_openapi { self.documents.asked(&wire, request).await? } else { Asked::read(request)? };
        self.keeps_the_promise(request, &asked)?;
        let sent = match wire.exchange(&asked).await {
            Ok((response, shown)) => answer::take(response, &asked, shown, self.line.config.answer_bytes_max).await,
            Err(fault) => Err(fault),
        };
        // The host cannot see before the document is read that a request changes nothing.
        sent.map_err(
            |fault| if is_openapi && asked.is_safe() { Fault { reached: Reached::No, ..fault } } else { fault },
        )
    }

    /// An operation that is repeated without asking must not lead to a host that promised nothing.
    fn keeps_the_promise(&self, request: &Request, asked: &Asked) -> Result<(), Fault> {
        let is_repeated = KNOWN.contains(&request.operation.as_str());
        if !is_repeated || asked.is_safe() || self.line.config.promised.allows(&asked.url) {
            return Ok(());
        }
        let told = format!(
            "the call leads to {}, which is not under `idempotentHosts` though the address it began with is: name both or none",
            asked.host()
        );
        Err(Fault::permanent(FaultKind::Configuration, told))
    }
}

impl Connector for Http {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            self.call(&request).await
        })
    }
}
