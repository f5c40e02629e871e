//! The suite that every connector must pass.
//!
//! Owns: peers that misbehave, and what a connector must make of them. A connector's test calls [`run`] with a valid
//! configuration and a valid message; what a right answer of its real peer looks like is tested elsewhere.

mod checks;
mod peers;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde_json::Value;

use crate::secret::Reference;
use crate::settings::{self, HostFacts};
use crate::{Connector, ConnectorKind, Manifest, Secret};

/// A connector under test.
pub struct Subject {
    pub kind: ConnectorKind,
    /// Settings as a deployment writes them, for a peer at this address. Secrets stand as `{env: NAME}`.
    pub settings: Box<dyn Fn(SocketAddr) -> String>,
    /// The environment that those references mean.
    pub secrets: BTreeMap<String, String>,
    pub host: HostFacts,
    pub operation: String,
    /// A valid input of the operation. `{peer}` in its texts stands for the peer's address, for connectors that go where
    /// the input says.
    pub input: Value,
    /// What no fault may show: secrets, and personal data of the input.
    pub confidential: Vec<String>,
    /// Whether it speaks to a peer over TCP; the outbox does not.
    pub has_peer: bool,
}

impl Subject {
    /// Makes the connector for a peer, as a deployment would.
    pub fn build(&self, manifest: &Manifest, peer: SocketAddr) -> Result<Box<dyn Connector>, String> {
        let text = (self.settings)(peer);
        let node = peygir_source::yaml::parse(&text).map_err(|error| error.message)?;
        let resolve = |reference: &Reference| match reference {
            Reference::Env(name) => self.secrets.get(name).map(Secret::new).ok_or_else(|| format!("{name} is not set")),
            Reference::File(_) => Err("the suite has no secret files".into()),
        };
        let settings = settings::read(manifest, &node, &resolve, self.host.clone()).map_err(|found| {
            found.list.iter().map(|one| format!("{} {}", one.code, one.message)).collect::<Vec<_>>().join("; ")
        })?;
        (self.kind.build)(manifest.clone(), settings)
            .map_err(|error| format!("`{}`: {}", error.setting.unwrap_or_default(), error.message))
    }
}

/// What failed, each with the name of its check. Empty: the connector passed.
pub async fn run(subject: &Subject) -> Vec<String> {
    let mut failures = Vec::new();
    let manifest = match subject.kind.read_manifest() {
        Ok(manifest) => manifest,
        Err(found) => {
            return found.list.iter().map(|one| format!("manifest: {} {}", one.code, one.message)).collect();
        }
    };
    checks::manifest(subject, &manifest, &mut failures);
    checks::settings(subject, &manifest, &mut failures);
    checks::requests(subject, &manifest, &mut failures).await;
    checks::inbound(subject, &manifest, &mut failures);
    if subject.has_peer {
        checks::peers(subject, &manifest, &mut failures).await;
    }
    failures
}
