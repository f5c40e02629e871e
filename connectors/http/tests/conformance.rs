//! The suite of every connector, on each operation.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use peygir_connector::HostFacts;
use peygir_connector::conformance::{self, Subject};
use peygir_connector_http::KIND;
use serde_json::json;

fn subject(operation: &str, method: &str) -> Subject {
    // Another test of this binary may have installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    Subject {
        kind: KIND,
        settings: Box::new(|_| "timeoutSeconds: 1".into()),
        secrets: BTreeMap::new(),
        host: HostFacts { reachable: vec!["loopback".into()], ..HostFacts::default() },
        operation: operation.into(),
        input: json!({
            "method": method,
            "endpoint": "http://{peer}/people/0012345679",
            "headers": {"Authorization": "Bearer s3cret-of-agency"},
            "query": {"name": "مریم"},
        }),
        confidential: ["s3cret-of-agency", "0012345679", "مریم", "%D9%85"].map(str::to_owned).to_vec(),
        has_peer: true,
    }
}

#[tokio::test]
async fn conforms() {
    for (operation, method) in [("read", "get"), ("write", "POST")] {
        let failures = conformance::run(&subject(operation, method)).await;
        assert!(failures.is_empty(), "{operation}: {failures:#?}");
    }
}

#[test]
fn refuses_settings_that_cannot_work() {
    let manifest = KIND.read_manifest().unwrap();
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let mut bad = subject("read", "get");
    bad.settings = Box::new(|_| "caFile: /no/such/file.pem".into());
    assert!(bad.build(&manifest, nobody).err().unwrap_or_default().contains("`caFile`"));
    let mut bad = subject("read", "get");
    bad.host.reachable = vec!["https://h/".into()];
    assert!(bad.build(&manifest, nobody).err().unwrap_or_default().contains("`http.allow`"));
}
