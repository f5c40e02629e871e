//! The suite of every connector, and settings that cannot work.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use peygir_connector::HostFacts;
use peygir_connector::conformance::{self, Subject};
use peygir_connector_mail::KIND;
use serde_json::json;

const NOBODY: ([u8; 4], u16) = ([127, 0, 0, 1], 1);

fn subject(settings: impl Fn(SocketAddr) -> String + 'static) -> Subject {
    Subject {
        kind: KIND,
        settings: Box::new(settings),
        secrets: BTreeMap::from([("PW".into(), "s3cret-of-mail".into())]),
        host: HostFacts::default(),
        operation: "send".into(),
        input: json!({"to": "maryam.ahmadi@samad.test", "subject": "ارجاع", "text": "درخواست مریم احمدی"}),
        confidential: ["s3cret-of-mail", "maryam.ahmadi", "مریم"].map(str::to_owned).to_vec(),
        has_peer: true,
    }
}

#[tokio::test]
async fn conforms() {
    for security in ["starttls", "opportunistic", "implicit", "none"] {
        let subject = subject(move |peer| {
            format!(
                "host: \"{}\"\nport: {}\nsecurity: {security}\nusername: peygir\npassword: {{env: PW}}\nfrom: سامانه ۱۲۸ <foad@samad.test>",
                peer.ip(),
                peer.port()
            )
        });
        let failures = conformance::run(&subject).await;
        assert!(failures.is_empty(), "{security}: {failures:#?}");
    }
}

#[test]
fn refuses_settings_that_cannot_work() {
    let manifest = KIND.read_manifest().unwrap();
    let cases = [
        ("{host: mail.samad.test, from: a@samad.test, security: none}", Some("security")),
        ("{host: 10.0.0.1, from: a@samad.test, security: none}", Some("security")),
        ("{host: 127.0.0.1, from: a@samad.test, security: none}", None),
        ("{host: \"::1\", from: a@samad.test, security: none}", None),
        ("{host: h, from: not an address}", Some("from")),
        ("{host: h, from: a@b.test, replyTo: x}", Some("replyTo")),
        ("{host: h, from: a@b.test, username: u}", Some("username")),
        ("{host: h, from: a@b.test, password: {env: PW}}", Some("password")),
        ("{host: h, from: a@b.test, caFile: /no/such.pem}", Some("caFile")),
        ("{host: h, from: a@b.test, helloName: \"x y\"}", Some("helloName")),
        ("{host: h, from: a@b.test, port: 70000}", Some("port")),
        ("{host: h, from: a@b.test, password: s3cret-of-mail}", Some("password")),
    ];
    for (settings, refused) in cases {
        let subject = subject(move |_| settings.to_owned());
        let outcome = subject.build(&manifest, SocketAddr::from(NOBODY)).map(|_| ());
        match refused {
            None => assert_eq!(outcome, Ok(()), "{settings}"),
            Some(setting) => {
                let reason = outcome.unwrap_err();
                assert!(reason.contains(&format!("`{setting}`")), "{settings}: {reason}");
                assert!(!reason.contains("s3cret"), "{reason}");
            }
        }
    }
}
