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
    for (operation, method) in [("read", "get"), ("write", "POST"), ("write-known", "PUT")] {
        let mut subject = subject(operation, method);
        if operation == "write-known" {
            subject.settings = Box::new(|peer| format!("timeoutSeconds: 1\nidempotentHosts: ['{peer}']"));
        }
        let failures = conformance::run(&subject).await;
        assert!(failures.is_empty(), "{operation}: {failures:#?}");
    }
}

#[tokio::test]
async fn described_calls_conform() {
    for operation in ["openapi", "openapi-known"] {
        let mut subject = subject(operation, "get");
        subject.input = json!({
            "document": {"endpoint": "http://{peer}/openapi.json"},
            "operationId": "register",
            "parameters": {"id": "0012345679", "name": "مریم"},
            "authentication": {"bearer": {"token": "s3cret-of-agency"}},
        });
        let failures = conformance::run(&subject).await;
        assert!(failures.is_empty(), "{operation}: {failures:#?}");
    }
}

/// Where the token is fetched from misbehaves, not the peer itself.
#[tokio::test]
async fn token_endpoints_that_misbehave_are_no_doubt_about_the_call() {
    for scheme in ["oauth2", "oidc"] {
        let mut subject = subject("write", "post");
        let policy = json!({"authority": "http://{peer}", "grant": "client_credentials",
            "client": {"id": "i", "secret": "s3cret-of-agency"}});
        subject.input["endpoint"] = json!({"uri": "http://127.0.0.1:1/", "authentication": {scheme: policy}});
        subject.input["headers"] = json!({});
        let failures = conformance::run(&subject).await;
        // The suite wants a timeout where nobody speaks; without a token it is a matter of credentials.
        let others: Vec<&String> = failures.iter().filter(|told| !told.contains("Credentials Temporary No")).collect();
        assert!(others.is_empty(), "{scheme}: {others:#?}");
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
