//! Methods, redirections, faults and lost answers of `call: http`.

use std::time::Duration;

use peygir_connector::{FaultKind, Lasting, Reached};
use serde_json::json;

use crate::server::{Answer, Server};
use crate::{Deployed, SECRET, told};

#[tokio::test]
async fn basic_and_bearer_are_sent_and_shown_to_the_flow_alone() {
    let server = Server::start(|_| Answer::json(&json!({"ok": true}))).await;
    let deployed = Deployed::new("{}");
    for (authentication, header, scheme) in [
        (json!({"basic": {"username": "u", "password": SECRET}}), "Basic dTpzM2NyZXQtb2YtYWdlbmN5", "Basic"),
        (json!({"bearer": {"token": SECRET}}), "Bearer s3cret-of-agency", "Bearer"),
        (json!({"bearer": SECRET}), "Bearer s3cret-of-agency", "Bearer"),
    ] {
        let endpoint = json!({"uri": server.url("/x"), "authentication": authentication});
        let input = json!({"method": "post", "endpoint": endpoint, "output": "response", "body": {"a": 1}});
        let receipt = deployed.call("http", input).await.unwrap();
        let got = server.last();
        assert_eq!((got.header("authorization").as_deref(), got.body.as_str()), (Some(header), r#"{"a":1}"#));
        assert_eq!(got.header("idempotency-key").as_deref(), Some("i-1/send#1"));
        let shown = receipt.authorization.unwrap();
        assert_eq!(format!("{} {}", shown.scheme, shown.parameter.reveal()), header);
        assert_eq!(shown.scheme, scheme);
        assert_eq!(receipt.output["request"]["headers"]["authorization"], "***");
        assert_eq!(receipt.output["request"]["method"], "POST");
        assert_eq!(receipt.output["content"], json!({"ok": true}));
    }
    let endpoint = json!({"uri": server.url("/x")});
    let receipt =
        deployed.call("http", json!({"method": "get", "endpoint": endpoint, "output": "response"})).await.unwrap();
    assert_eq!((receipt.authorization, receipt.output["request"]["headers"].get("authorization")), (None, None));
    assert_eq!(server.last().header("authorization"), None);
}

#[tokio::test]
async fn redirections_are_results_or_errors_and_are_never_followed() {
    let server = Server::start(|got| match got.path() {
        "/from" => Answer::status(302).header("Location", "/to"),
        _ => Answer::json(&json!("arrived")),
    })
    .await;
    let deployed = Deployed::new("{}");
    let input = |redirect: bool| json!({"method": "get", "endpoint": server.url("/from"), "redirect": redirect, "output": "response"});
    let fault = deployed.call("http", input(false)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Answered { status: 302 });
    let receipt = deployed.call("http", input(true)).await.unwrap();
    assert_eq!((&receipt.output["statusCode"], &receipt.output["headers"]["location"]), (&json!(302), &json!("/to")));
    assert_eq!((server.count("/from"), server.count("/to")), (2, 0));
}

#[tokio::test]
async fn every_status_outside_of_2xx_is_the_flows_error() {
    let server = Server::start(|got| Answer::new(got.path()[1..].parse().unwrap(), "text/plain", SECRET)).await;
    let deployed = Deployed::new("{}");
    for status in [201, 304, 400, 401, 404, 429, 500, 503] {
        let sent = deployed
            .send("read", json!({"method": "get", "endpoint": server.url(&format!("/{status}")), "output": "raw"}))
            .await;
        match sent {
            Ok(_) => assert_eq!(status, 201),
            Err(fault) => {
                assert_eq!((fault.kind, fault.reached), (FaultKind::Answered { status }, Reached::No), "{status}")
            }
        }
    }
}

#[tokio::test]
async fn slow_and_broken_answers_are_told_apart() {
    let server = Server::start(|got| match got.path() {
        "/slow" => Answer::json(&json!(1)).after(Duration::from_secs(30)),
        _ => Answer::broken(),
    })
    .await;
    let deployed = Deployed::new("timeoutSeconds: 1");
    let fault = deployed.send("write", json!({"method": "post", "endpoint": server.url("/slow")})).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Timeout, Lasting::Temporary, Reached::Unknown));
    let fault = deployed.send("write", json!({"method": "post", "endpoint": server.url("/gone")})).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Protocol, Lasting::Temporary, Reached::Unknown));
    let nobody = json!({"method": "get", "endpoint": "http://127.0.0.1:1/"});
    let fault = deployed.send("read", nobody).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Unreachable, Lasting::Temporary, Reached::No));
}

#[tokio::test]
async fn a_host_that_promised_has_an_operation_that_is_repeated() {
    let server = Server::start(|_| Answer::json(&json!("done"))).await;
    let promised = Deployed::new(&format!("idempotentHosts: ['{}']", server.address));
    let plain = Deployed::new("{}");
    let of = |deployed: &Deployed, input: serde_json::Value| {
        deployed.manifest().operation_of("http", &input).unwrap().name.clone()
    };
    let write = json!({"method": "post", "endpoint": server.url("/x")});
    assert_eq!(of(&promised, write.clone()), "write-known");
    assert_eq!(of(&promised, json!({"method": "get", "endpoint": server.url("/x")})), "read");
    assert_eq!(of(&promised, json!({"method": "post", "endpoint": "http://127.0.0.1:9/"})), "write");
    assert_eq!(of(&promised, json!({"method": "post", "endpoint": {"uri": server.url("/x")}})), "write-known");
    assert_eq!(of(&plain, write.clone()), "write");
    let operation = promised.manifest().operation("write-known").unwrap();
    assert_eq!(operation.dedup, peygir_connector::Dedup::Key);
    promised.call("http", write.clone()).await.unwrap();
    promised.call("http", write.clone()).await.unwrap();
    let keys: Vec<_> = server.got().iter().map(|got| got.header("idempotency-key")).collect();
    assert_eq!(keys, [Some("i-1/send#1".to_owned()), Some("i-1/send#1".to_owned())]);
    // What was chosen wrongly is refused, not repeated.
    let fault = plain.send("write-known", write).await.unwrap_err();
    assert_eq!(told(&fault), (FaultKind::Configuration, Lasting::Permanent, Reached::No));
    assert_eq!(server.got().len(), 2);
}
