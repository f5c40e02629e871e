//! The suite of every connector, and calls as a gateway makes them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use peygir_connector::conformance::{self, Subject};
use peygir_connector::{Connector, Delivery, HostFacts, Inbound, InboundCall, Secret};
use peygir_connector_sms::KIND;
use serde_json::json;

fn subject(method: &'static str) -> Subject {
    // Another test of this binary may have installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    Subject {
        kind: KIND,
        settings: Box::new(move |peer| {
            format!(
                "url: http://{peer}/cgi-bin/sendsms\nusername: peygir\npassword: {{env: PW}}\nfrom: \"30001234\"\n\
                 method: {method}\ntimeoutSeconds: 1\ncallbackBase: http://127.0.0.1:8111/connectors/sms"
            )
        }),
        secrets: BTreeMap::from([("PW".into(), "s3cret-of-kannel".into())]),
        host: HostFacts { callback_secret: Some(Secret::new("t0ken-of-calls")), ..HostFacts::default() },
        operation: "send".into(),
        input: json!({"to": "+989121234567", "text": "درخواست مریم ثبت شد"}),
        confidential: ["s3cret-of-kannel", "t0ken-of-calls", "9121234567", "مریم"].map(str::to_owned).to_vec(),
        has_peer: true,
    }
}

fn build() -> Box<dyn Connector> {
    subject("post").build(&KIND.read_manifest().unwrap(), SocketAddr::from(([127, 0, 0, 1], 1))).unwrap()
}

fn call(path: &str, query: &[(&str, &[u8])]) -> InboundCall {
    let query = query.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect();
    InboundCall { path: path.into(), query, body: Vec::new() }
}

#[tokio::test]
async fn conforms() {
    for method in ["post", "get"] {
        let failures = conformance::run(&subject(method)).await;
        assert!(failures.is_empty(), "{method}: {failures:#?}");
    }
}

#[test]
fn refuses_settings_that_cannot_work() {
    let manifest = KIND.read_manifest().unwrap();
    let cases = [
        ("url: ftp://h/x", "url"),
        ("url: http://user:pw@h/x", "url"),
        ("url: \"http://h/x?password=1\"", "url"),
        ("from: \"3000 1234\"", "from"),
        ("callbackBase: \"http://h/%63\"", "callbackBase"),
        ("caFile: /no/such/file.pem", "caFile"),
    ];
    for (line, setting) in cases {
        let good = subject("post");
        let key = line.split(':').next().unwrap().to_owned();
        let mut bad = subject("post");
        bad.settings = Box::new(move |peer| {
            let kept =
                (good.settings)(peer).lines().filter(|given| !given.starts_with(&key)).collect::<Vec<_>>().join("\n");
            format!("{kept}\n{line}")
        });
        let reason = bad.build(&manifest, SocketAddr::from(([127, 0, 0, 1], 1))).err().unwrap_or_default();
        assert!(reason.contains(&format!("`{setting}`")), "{line}: {reason:?}");
        assert!(!reason.contains("pw@"), "{reason}");
    }
}

#[test]
fn reads_messages_of_citizens() {
    let persian: Vec<u8> = "شکایت آب ۱۲۳".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let query: [(&str, &[u8]); 7] = [
        ("from", b"+989121234567"),
        ("to", b"30001234"),
        ("text", &persian),
        ("coding", b"2"),
        ("charset", b"UTF-16BE"),
        ("ts", b"2026-11-21 20:02:07"),
        ("id", b"e2ca3cf9"),
    ];
    let connector = build();
    let expected = |id: &str| {
        vec![Inbound::Message {
            id: id.into(),
            from: "+989121234567".into(),
            to: "30001234".into(),
            text: "شکایت آب ۱۲۳".into(),
        }]
    };
    assert_eq!(connector.receive(&call("mo", &query)).unwrap(), expected("e2ca3cf9"));

    let without_id = connector.receive(&call("mo", &query[..6])).unwrap();
    let Inbound::Message { id, .. } = &without_id[0] else { panic!("{without_id:?}") };
    assert_eq!(without_id, expected(id));
    assert_eq!(id.len(), 32);
    assert_eq!(connector.receive(&call("mo", &query[..6])).unwrap(), without_id, "the same message has the same id");
    let mut later = query;
    later[5].1 = b"2026-11-21 20:02:08";
    assert_ne!(connector.receive(&call("mo", &later[..6])).unwrap(), without_id, "another time is another message");
}

#[test]
fn refuses_messages_that_cannot_be_read() {
    let connector = build();
    let good: [(&str, &[u8]); 4] = [("from", b"0912"), ("to", b"3000"), ("text", b"hi"), ("id", b"1")];
    assert!(connector.receive(&call("mo", &good)).is_ok());
    let spoilt: [(&str, &[u8]); 5] = [("from", b""), ("to", b"\n"), ("text", b"\xff"), ("text", b" "), ("id", b"\xff")];
    for (name, value) in spoilt {
        let query = good.map(|(given, old)| if given == name { (given, value) } else { (given, old) });
        assert!(connector.receive(&call("mo", &query)).is_err(), "{name} = {value:?}");
    }
}

#[test]
fn reads_delivery_reports() {
    use Delivery::{Accepted, Delivered, Failed};
    let connector = build();
    let cases: [(&[u8], Option<Delivery>); 9] = [
        (b"1", Some(Delivered)),
        (b"2", Some(Failed)),
        (b"4", Some(Accepted)),
        (b"8", Some(Accepted)),
        (b"16", Some(Failed)),
        (b"9", Some(Delivered)),
        (b"32", None),
        (b"", None),
        (b"x", None),
    ];
    for (kind, expected) in cases {
        let got = connector.receive(&call("dlr", &[("key", b"i-1/do#1"), ("type", kind), ("fid", b"")]));
        let expected = expected.map(|state| vec![Inbound::Report { key: "i-1/do#1".into(), state, reference: None }]);
        assert_eq!(got.ok(), expected, "type {kind:?}");
    }
    assert!(connector.receive(&call("dlr", &[("type", b"1")])).is_err(), "a report without a key");
    assert!(Accepted < Delivered && Delivered < Failed);
}
