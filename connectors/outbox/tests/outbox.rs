//! The outbox: the suite of every connector, and what stands in its files.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use peygir_connector::conformance::{self, Subject};
use peygir_connector::{Connector, HostFacts, Request};
use peygir_connector_outbox::{KIND, list};
use serde_json::json;

const TEXT: &str = "خانم مریم احمدی، کد پیگیری شما ۱۲۳۴۵ است.";

fn subject(data_folder: &Path, settings: &str) -> Subject {
    let settings = settings.to_owned();
    Subject {
        kind: KIND,
        settings: Box::new(move |_| settings.clone()),
        secrets: BTreeMap::new(),
        host: HostFacts { data_folder: data_folder.to_owned(), callback_secret: None, ..HostFacts::default() },
        operation: "send".into(),
        input: json!({"channel": "sms", "to": "+989121234567", "text": TEXT, "subject": "مریم", "template": "foad/received", "date": "2026-11-21T08:30:00Z"}),
        confidential: vec!["9121234567".into(), TEXT.into(), "مریم".into()],
        has_peer: false,
    }
}

fn build(subject: &Subject) -> Box<dyn Connector> {
    subject.build(&KIND.read_manifest().unwrap(), SocketAddr::from(([127, 0, 0, 1], 1))).unwrap()
}

fn request(subject: &Subject, key: &str) -> Request {
    Request { operation: "send".into(), key: key.into(), attempt: 1, input: subject.input.clone() }
}

fn bytes_below(folder: &Path) -> Vec<u8> {
    std::fs::read_dir(folder).unwrap().flat_map(|item| std::fs::read(item.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn conforms() {
    let folder = tempfile::tempdir().unwrap();
    let failures = conformance::run(&subject(folder.path(), "bodies: false")).await;
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test]
async fn one_key_is_one_file_without_personal_data() {
    let folder = tempfile::tempdir().unwrap();
    let subject = subject(folder.path(), "{}");
    let connector = build(&subject);
    let first = connector.send(request(&subject, "i-1/do/0/notify#1")).await.unwrap();
    let again = connector.send(request(&subject, "i-1/do/0/notify#1")).await.unwrap();
    let other = connector.send(request(&subject, "i-1/do/0/notify#2")).await.unwrap();
    assert_eq!(first, again);
    assert_ne!(first.reference, other.reference);
    assert_eq!(first.output["sent"], false);

    let outbox = folder.path().join("outbox");
    let entries = list(&outbox, 10).unwrap();
    assert_eq!(entries.len(), 2, "{entries:?}");
    let entry = &entries.iter().find(|(name, _)| Some(name) == first.reference.as_ref()).unwrap().1;
    assert_eq!((entry.sent, entry.recipient.as_str()), (false, "+98912***4567"));
    assert_eq!(entry.channel.as_deref(), Some("sms"));
    assert_eq!(entry.time.as_deref(), Some("2026-11-21T08:30:00Z"));
    assert_eq!(entry.template.as_deref(), Some("foad/received"));
    assert_eq!(entry.key, "i-1/do/0/notify#1");
    assert!(entry.notice.contains("ارسال نشده"));

    let written = String::from_utf8(bytes_below(&outbox)).unwrap();
    for secret in &subject.confidential {
        assert!(!written.contains(secret.as_str()), "{secret} stands in the outbox");
    }
    assert_eq!(std::fs::read_dir(&outbox).unwrap().count(), 2, "drafts are left behind");
}

#[tokio::test]
async fn bodies_are_written_only_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let subject = subject(folder.path(), "{bodies: true, folder: sub/out}");
    build(&subject).send(request(&subject, "k")).await.unwrap();
    let entries = list(&folder.path().join("sub/out"), 10).unwrap();
    assert_eq!(entries[0].1.text.as_deref(), Some(TEXT));
    assert_eq!(entries[0].1.recipient, "+98912***4567", "the recipient stays masked");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_temporary_fault() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("outbox"), "a file in its way").unwrap();
    let subject = subject(folder.path(), "{}");
    let fault = build(&subject).send(request(&subject, "k")).await.unwrap_err();
    assert_eq!(fault.lasting, peygir_connector::Lasting::Temporary, "{fault}");
}
