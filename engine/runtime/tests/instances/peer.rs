//! A peer that keeps what it is asked and answers with it, and shows what was proved to it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peygir_connector::{
    Authorization, Connector, Fault, FaultKind, Manifest, Receipt, Request, Secret, SendFuture, manifest,
};
use peygir_runtime::host::Connectors;
use peygir_runtime::pack::Kinds;
use serde_json::Value;

/// What the peer is shown by whoever asks `prove`.
pub const PARAMETER: &str = "dXNlcjpvcGVuLXNlc2FtZQ==";

const MANIFEST: &str = "
name: echo
version: 1.0.0
title: { fa: پژواک, en: Echo }
operations:
  ask: { function: { name: ask }, dedup: key, onAmbiguous: resend, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: { type: object } }
  prove: { function: { name: prove }, dedup: key, onAmbiguous: resend, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: { type: object } }
  run: { function: { name: run-shell }, dedup: key, onAmbiguous: resend, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: { type: object } }
settings: { properties: {} }
";

pub struct Peer {
    manifest: Manifest,
    asked: Mutex<Vec<Request>>,
    refuses: AtomicBool,
}

impl Peer {
    pub fn new() -> Arc<Self> {
        let manifest = manifest::parse(MANIFEST).unwrap_or_else(|found| panic!("{found:#?}"));
        Arc::new(Self { manifest, asked: Mutex::default(), refuses: AtomicBool::new(false) })
    }

    /// From now on every request is refused.
    pub fn refuse_all(&self) {
        self.refuses.store(true, Ordering::SeqCst);
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    pub fn connectors(self: &Arc<Self>) -> Connectors {
        [("echo".to_owned(), self.clone() as Arc<dyn Connector>)].into()
    }

    pub fn kinds(&self) -> Kinds {
        Kinds { manifests: [("echo".to_owned(), self.manifest.clone())].into(), always: vec!["echo".to_owned()] }
    }
}

impl Connector for Peer {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Answers with the input; refuses, quoting it, where the input says so.
    fn send(&self, request: Request) -> SendFuture<'_> {
        self.asked.lock().unwrap().push(request.clone());
        let authorization = (request.operation == "prove")
            .then(|| Authorization { scheme: "Basic".to_owned(), parameter: Secret::new(PARAMETER) });
        let refuses = self.refuses.load(Ordering::SeqCst);
        let mut input = request.input;
        // Content in its bytes, as HTTP's `raw` gives it.
        if input.get("raw").is_some() {
            input["raw"] = STANDARD.encode(input["whole"].as_str().unwrap_or_default()).into();
        }
        Box::pin(async move {
            if refuses || input.get("refuse").is_some_and(|refuse| *refuse != Value::Null) {
                return Err(Fault::permanent(FaultKind::Credentials, format!("no: {input}")));
            }
            Ok(Receipt { reference: Some(format!("ref {}", input["echo"])), output: input, authorization })
        })
    }
}
