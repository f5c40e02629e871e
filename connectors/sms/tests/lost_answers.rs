//! Gateways whose answer is lost or late: what the connector says about whether the message went out.

use std::time::Duration;

use peygir_connector::settings::{self, HostFacts};
use peygir_connector::{Connector, Fault, FaultKind, Lasting, Reached, Receipt, Request, Secret};
use peygir_connector_sms::KIND;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A gateway that reads a request, says `answer` and closes after `pause`.
async fn gateway(answer: &'static str, pause: Duration) -> Box<dyn Connector> {
    drop(rustls::crypto::ring::default_provider().install_default());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        assert!(read > 0);
        stream.write_all(answer.as_bytes()).await.unwrap();
        tokio::time::sleep(pause).await;
    });
    let text = format!(
        "{{url: \"http://{address}/x\", username: u, password: {{env: P}}, from: \"3000\", timeoutSeconds: 1}}"
    );
    let node = peygir_source::yaml::parse(&text).unwrap();
    let manifest = KIND.read_manifest().unwrap();
    let settings = settings::read(&manifest, &node, &|_| Ok(Secret::new("pw")), HostFacts::default()).unwrap();
    (KIND.build)(manifest, settings).unwrap()
}

async fn outcome(answer: &'static str, pause: Duration) -> Result<Receipt, Fault> {
    let connector = gateway(answer, pause).await;
    let input = json!({"to": "+989121234567", "text": "سلام"});
    connector.send(Request { operation: "send".into(), key: "k".into(), attempt: 1, input }).await
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_an_answer_that_breaks_off_is_not() {
    let (now, late) = (Duration::ZERO, Duration::from_secs(5));
    let cases = [
        ("", late, FaultKind::Timeout),
        ("", now, FaultKind::Protocol),
        ("HTTP/1.1 2", now, FaultKind::Protocol),
        ("HTTP/1.1 504 x\r\nContent-Length: 0\r\n\r\n", now, FaultKind::Unavailable),
    ];
    for (answer, pause, kind) in cases {
        let fault = outcome(answer, pause).await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.lasting, fault.reached),
            (kind, Lasting::Temporary, Reached::Unknown),
            "{answer:?}"
        );
    }
    let refused = outcome("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", now).await.unwrap_err();
    assert_eq!((refused.lasting, refused.reached), (Lasting::Temporary, Reached::No));
    let taken = outcome("HTTP/1.1 202 x\r\nContent-Length: 100\r\n\r\n0: Acc", now).await.unwrap();
    assert_eq!(taken.output["state"], "accepted");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let fault =
        outcome("HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", Duration::ZERO).await;
    let fault = fault.unwrap_err();
    assert_eq!((fault.kind, fault.reached), (FaultKind::Configuration, Reached::No));
}
