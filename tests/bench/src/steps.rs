//! The connector whose steps are done within the process.

use peygir_connector::{Connector, ConnectorKind, Manifest, Receipt, Request, SendFuture, admit};
use serde_json::json;

pub const KIND: ConnectorKind = ConnectorKind {
    name: "steps",
    manifest: include_str!("../content/connector.yaml"),
    docs: "",
    build: |manifest, _| Ok(Box::new(Steps(manifest))),
};

struct Steps(Manifest);

impl Connector for Steps {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            admit(&self.0, &request)?;
            Ok(Receipt { output: json!({ "value": next(&request.input) }), ..Receipt::default() })
        })
    }
}

/// What a step makes of its input; the peer over HTTP does the same.
pub fn next(input: &serde_json::Value) -> u64 {
    input["value"].as_u64().unwrap_or(0).wrapping_mul(31).wrapping_add(1) % 1_000_003
}
