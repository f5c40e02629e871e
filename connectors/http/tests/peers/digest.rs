//! A server that wants digest authentication and checks it by its own sums.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use peygir_connector::FaultKind;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::server::{Answer, Got, Server};
use crate::{Deployed, SECRET};

fn hash(algorithm: &str, text: &str) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if algorithm.starts_with("MD5") { hex(&Md5::digest(text)) } else { hex(&Sha256::digest(text)) }
}

/// Parameters of the header; values hold no comma here.
fn parameters(header: &str) -> BTreeMap<String, String> {
    let pairs = header.strip_prefix("Digest ").unwrap().split(", ").filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned())).collect()
}

fn is_right(got: &Got, algorithm: &str, nonce: &str) -> bool {
    let Some(header) = got.header("authorization") else { return false };
    let given = parameters(&header);
    let mut secret = hash(algorithm, &format!("{}:town hall:{SECRET}", given["username"]));
    if algorithm.ends_with("-sess") {
        secret = hash(algorithm, &format!("{secret}:{nonce}:{}", given["cnonce"]));
    }
    let asked = hash(algorithm, &format!("{}:{}", got.method, got.target));
    let expected = hash(algorithm, &format!("{secret}:{nonce}:{}:{}:auth:{asked}", given["nc"], given["cnonce"]));
    given["response"] == expected && given["uri"] == got.target && given["nonce"] == nonce && given["opaque"] == "o"
}

async fn server(algorithm: &'static str) -> Server {
    let challenge = move |rest: &str| {
        format!("Digest realm=\"town hall\", nonce=\"n1\", opaque=\"o\", qop=\"auth\", algorithm={algorithm}{rest}")
    };
    Server::start(move |got| match got.path() {
        _ if is_right(got, algorithm, "n1") => Answer::json(&json!({"in": true})),
        "/loop" => Answer::status(401).header("WWW-Authenticate", &challenge(", stale=true")),
        _ => Answer::status(401).header("WWW-Authenticate", &challenge("")),
    })
    .await
}

fn input(server: &Server, path: &str, method: &str, password: &str) -> Value {
    let authentication = json!({"digest": {"username": "u", "password": password}});
    json!({"method": method, "endpoint": {"uri": server.url(path), "authentication": authentication}, "body": {"a": 1}})
}

#[tokio::test]
async fn each_algorithm_is_answered() {
    for algorithm in ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"] {
        let server = server(algorithm).await;
        let deployed = Deployed::new("{}");
        let receipt = deployed.call("http", input(&server, "/x?y=z%20a", "post", SECRET)).await.unwrap();
        assert_eq!(receipt.output, json!({"in": true}), "{algorithm}");
        let got = server.got();
        assert_eq!(got.len(), 2, "{algorithm}: a challenge and an answer");
        assert_eq!((got[0].header("authorization"), got[1].body.as_str()), (None, r#"{"a":1}"#));
        assert_eq!(got[0].header("idempotency-key"), got[1].header("idempotency-key"));
        assert_eq!(receipt.authorization.unwrap().scheme, "Digest");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_once_and_a_loop_ends() {
    let server = server("SHA-256").await;
    let deployed = Deployed::new("{}");
    let fault = deployed.call("http", input(&server, "/x", "get", "wrong")).await.unwrap_err();
    assert_eq!((fault.kind, server.count("/x")), (FaultKind::Answered { status: 401 }, 2));
    let fault = deployed.call("http", input(&server, "/loop", "get", "wrong")).await.unwrap_err();
    assert_eq!((fault.kind, server.count("/loop")), (FaultKind::Answered { status: 401 }, 3));
}

#[tokio::test]
async fn a_stale_challenge_is_answered_anew() {
    let server = Server::start(|got| {
        let challenge = |nonce: &str, stale: bool| {
            let header = format!("Digest realm=\"town hall\", nonce=\"{nonce}\", opaque=\"o\", qop=\"auth\", algorithm=MD5, stale={stale}");
            Answer::status(401).header("WWW-Authenticate", &header)
        };
        match got.number {
            0 => challenge("n1", false),
            1 => challenge("n2", true),
            _ if is_right(got, "MD5", "n2") => Answer::json(&json!("in")),
            _ => Answer::status(403),
        }
    })
    .await;
    let receipt = Deployed::new("{}").call("http", input(&server, "/x", "get", SECRET)).await.unwrap();
    assert_eq!((receipt.output, server.got().len()), (json!("in"), 3));
}

#[tokio::test]
async fn where_nothing_is_asked_nothing_is_shown() {
    let server = Server::start(|got| match got.path() {
        "/open" => Answer::json(&json!("in")),
        "/basic" => Answer::status(401).header("WWW-Authenticate", "Basic realm=\"town hall\""),
        _ => Answer::status(401),
    })
    .await;
    let deployed = Deployed::new("{}");
    let receipt = deployed.call("http", input(&server, "/open", "get", SECRET)).await.unwrap();
    assert_eq!(receipt.authorization, None);
    for path in ["/basic", "/none"] {
        let fault = deployed.call("http", input(&server, path, "get", SECRET)).await.unwrap_err();
        assert_eq!((fault.kind, server.count(path)), (FaultKind::Answered { status: 401 }, 1));
    }
    assert!(server.got().iter().all(|got| got.header("authorization").is_none()));
}
