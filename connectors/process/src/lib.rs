//! `run: script` and `run: shell` of flows: programs on the server's own machine, where a deployment allows them.
//!
//! Owns: what a flow may run ([`config`]), how its input becomes a program ([`asked`]), and the program's life from its
//! folder to its end ([`program`]). Does not know which flow asks, and fetches nothing: a script arrives as text.

mod asked;
mod config;
mod outcome;
mod program;

use std::time::Duration;

use peygir_connector::{
    Connector, ConnectorKind, Fault, FaultKind, Manifest, Receipt, Request, SendFuture, Settings, SettingsError, admit,
};
use tokio::sync::Semaphore;

use asked::Asked;

/// For the list of connectors in the binary.
pub const KIND: ConnectorKind = ConnectorKind {
    name: "process",
    manifest: include_str!("../connector.yaml"),
    docs: include_str!("../docs.md"),
    build: |manifest, settings| Ok(Box::new(Process::new(manifest, &settings)?)),
};

/// How long a program waits for its turn. With the longest time to run it ends before the host's own limit.
const WAIT_MAX: Duration = Duration::from_secs(240);

/// What one deployment lets its flows run.
pub struct Process {
    manifest: Manifest,
    config: config::Config,
    places: Semaphore,
}

impl Process {
    pub fn new(manifest: Manifest, settings: &Settings) -> Result<Self, SettingsError> {
        let config = config::Config::read(settings)?;
        let places = Semaphore::new(config.concurrency_max);
        Ok(Self { manifest, config, places })
    }

    async fn run(&self, request: &Request) -> Result<Receipt, Fault> {
        let asked = Asked::read(request, &self.config)?;
        let full = || Fault::temporary(FaultKind::Throttled, "too many programs run already: no place became free");
        let place = tokio::time::timeout(WAIT_MAX, self.places.acquire()).await.map_err(|_| full())?;
        let _place = place.map_err(|_| full())?;
        let ended = program::run(&asked, &self.config).await?;
        outcome::receipt(&asked, &ended)
    }
}

impl Connector for Process {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.manifest, &request)?;
            self.run(&request).await
        })
    }
}
