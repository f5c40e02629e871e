//! A peer that keeps what it is asked and answers with it, and shows what was proved to it.

use std::sync::{Arc, Mutex};

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
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: {} }
  prove: { function: { name: prove }, dedup: key, onAmbiguous: resend, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: {} }
  run: { function: { name: run-shell }, dedup: key, onAmbiguous: resend, timeout: PT1S, concurrencyMax: 8, attemptsMax: 3,
    backoff: { min: PT1S, max: PT1M }, expires: PT15M, payloadBytesMax: 1048576, input: { type: object }, output: {} }
settings: { properties: {} }
";

pub struct Peer {
    manifest: Manifest,
    asked: Mutex<Vec<Request>>,
}

impl Peer {
    pub fn new() -> Arc<Self> {
        let manifest = manifest::parse(MANIFEST).unwrap_or_else(|found| panic!("{found:#?}"));
        Arc::new(Self { manifest, asked: Mutex::default() })
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
        let input = request.input;
        Box::pin(async move {
            if input.get("refuse").is_some_and(|refuse| *refuse != Value::Null) {
                return Err(Fault::permanent(FaultKind::Credentials, format!("no: {input}")));
            }
            Ok(Receipt { reference: Some(format!("ref {}", input["echo"])), output: input, authorization })
        })
    }
}
