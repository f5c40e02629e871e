//! The suite sees connectors that misbehave: each bad one here breaks one promise, and the suite must name it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use peygir_connector::conformance::{self, Subject};
use peygir_connector::{
    Connector, ConnectorKind, Fault, FaultKind, HostFacts, Inbound, InboundCall, Manifest, Message, Receipt, Request,
    SendFuture, Settings, SettingsError, admit,
};
use serde_json::json;
use tokio::io::AsyncReadExt;

const MANIFEST: &str = r#"
name: line
version: 1.0.0
title: { fa: خط, en: Line }
operations:
  send:
    dedup: none
    onAmbiguous: person
    timeout: PT1S
    concurrencyMax: 1
    attemptsMax: 2
    backoff: { min: PT1S, max: PT1S }
    expires: PT1M
    payloadBytesMax: 500
    input: { type: object, additionalProperties: false, properties: { to: { type: string } } }
    output: { type: object }
inbound: { authentication: token, paths: [in] }
settings:
  required: [peer, password]
  properties:
    peer: { type: string, title: { fa: همتا, en: Peer } }
    password: { type: string, secret: true, title: { fa: گذرواژه, en: Password } }
"#;

static BLOCKED_ONCE: AtomicBool = AtomicBool::new(false);

/// How it misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vice {
    None,
    TakesUnknownOperations,
    IgnoresLimits,
    ShowsSecrets,
    ShowsRecipients,
    CallsAbsencePermanent,
    CallsAbsenceAmbiguous,
    BlocksTheThread,
    BelievesRubbish,
    TakesAnyCall,
}

struct Line {
    manifest: Manifest,
    peer: SocketAddr,
    password: String,
    vice: Vice,
}

impl Line {
    async fn speak(&self, request: Request) -> Result<Receipt, Fault> {
        if self.vice != Vice::IgnoresLimits {
            match admit(&self.manifest, &request) {
                Err(fault) if self.vice != Vice::TakesUnknownOperations || fault.kind != FaultKind::Configuration => {
                    return Err(fault);
                }
                _ => {}
            }
        }
        let message = Message::read(&request.input)?;
        // Once is enough for the suite to see it.
        if self.vice == Vice::BlocksTheThread && !BLOCKED_ONCE.swap(true, Ordering::Relaxed) {
            std::thread::sleep(std::time::Duration::from_millis(4_500));
        }
        let mut stream = tokio::net::TcpStream::connect(self.peer).await.map_err(|_| self.absent(&message))?;
        let mut start = [0; 2];
        stream.read_exact(&mut start).await.map_err(|_| Fault::ambiguous(FaultKind::Protocol, "it broke off"))?;
        if &start == b"ok" || self.vice == Vice::BelievesRubbish {
            return Ok(Receipt::default());
        }
        Err(Fault::ambiguous(FaultKind::Protocol, "not understood"))
    }

    fn absent(&self, message: &Message) -> Fault {
        match self.vice {
            Vice::ShowsSecrets => Fault::temporary(FaultKind::Unreachable, format!("no login with {}", self.password)),
            Vice::ShowsRecipients => Fault::temporary(FaultKind::Unreachable, format!("{} not reached", message.to)),
            Vice::CallsAbsencePermanent => Fault::permanent(FaultKind::Unreachable, "away"),
            Vice::CallsAbsenceAmbiguous => Fault::ambiguous(FaultKind::Unreachable, "away"),
            _ => Fault::temporary(FaultKind::Unreachable, "away"),
        }
    }
}

impl Connector for Line {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(self.speak(request))
    }

    fn receive(&self, _call: &InboundCall) -> Result<Vec<Inbound>, Fault> {
        if self.vice == Vice::TakesAnyCall {
            Ok(Vec::new())
        } else {
            Err(Fault::permanent(FaultKind::Protocol, "refused"))
        }
    }
}

fn make(vice: Vice, manifest: Manifest, settings: &Settings) -> Result<Box<dyn Connector>, SettingsError> {
    let peer = settings.plain["peer"].as_str().and_then(|text| text.parse().ok());
    let peer = peer.ok_or_else(|| SettingsError::at("peer", "no address", "نشانی نیست"))?;
    Ok(Box::new(Line { manifest, peer, password: settings.secret("password").unwrap().reveal().to_owned(), vice }))
}

fn subject(vice: Vice) -> Subject {
    // `build` is a plain function: one for each vice.
    macro_rules! builders {
        ($($name:ident),*) => {
            match vice { $(Vice::$name => |manifest, settings| make(Vice::$name, manifest, &settings)),* }
        };
    }
    let build: fn(Manifest, Settings) -> Result<Box<dyn Connector>, SettingsError> = builders!(
        None,
        TakesUnknownOperations,
        IgnoresLimits,
        ShowsSecrets,
        ShowsRecipients,
        CallsAbsencePermanent,
        CallsAbsenceAmbiguous,
        BlocksTheThread,
        BelievesRubbish,
        TakesAnyCall
    );
    Subject {
        kind: ConnectorKind { name: "line", manifest: MANIFEST, docs: "`peer`, `password`", build },
        settings: Box::new(|peer| format!("peer: \"{peer}\"\npassword: {{env: PW}}")),
        secrets: BTreeMap::from([("PW".into(), "s3cret".into())]),
        host: HostFacts::default(),
        operation: "send".into(),
        input: json!({"to": "+989121234567", "text": "سلام"}),
        confidential: vec!["s3cret".into(), "9121234567".into()],
        has_peer: true,
    }
}

#[tokio::test]
async fn each_vice_is_found() {
    let cases = [
        (Vice::TakesUnknownOperations, "unknown operation"),
        (Vice::IgnoresLimits, "payloadBytesMax"),
        (Vice::ShowsSecrets, "confidential"),
        (Vice::ShowsRecipients, "confidential"),
        (Vice::CallsAbsencePermanent, "Absent peer"),
        (Vice::CallsAbsenceAmbiguous, "Absent peer"),
        (Vice::BelievesRubbish, "counts as sent"),
        (Vice::TakesAnyCall, "inbound"),
    ];
    assert_eq!(conformance::run(&subject(Vice::None)).await, Vec::<String>::new());
    for (vice, named) in cases {
        let failures = conformance::run(&subject(vice)).await;
        assert!(failures.iter().any(|failure| failure.contains(named)), "{vice:?}: {failures:?}");
        assert!(!format!("{failures:?}").contains("s3cret"), "the suite itself shows the secret");
    }
}

#[tokio::test]
async fn a_blocked_thread_is_found() {
    let failures = conformance::run(&subject(Vice::BlocksTheThread)).await;
    assert!(failures.iter().any(|failure| failure.contains("blocked")), "{failures:?}");
}

#[tokio::test]
async fn an_incomplete_manifest_is_found() {
    let mut unnamed = subject(Vice::None);
    unnamed.kind.name = "other";
    unnamed.kind.docs = "`peer`";
    let failures = conformance::run(&unnamed).await.join("\n");
    assert!(failures.contains("the list says") && failures.contains("does not mention `password`"), "{failures}");
    let mut broken = subject(Vice::None);
    broken.kind.manifest = "name: line";
    assert!(conformance::run(&broken).await.iter().any(|failure| failure.contains("PG-M002")));
}
