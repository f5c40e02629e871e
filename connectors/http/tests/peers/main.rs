//! Calls against servers of the test on loopback: what really stands on the wire, and what a flow gets of it.

mod described;
mod digest;
mod hosts;
mod plain;
mod server;
mod tokens;

use std::collections::BTreeMap;

use peygir_connector::{Connector, Fault, HostFacts, Manifest, Receipt, Request, settings};
use peygir_connector_http::KIND;
use serde_json::Value;

/// What no fault, no answer and no `Debug` may show.
const SECRET: &str = "s3cret-of-agency";

/// A deployment's connector.
struct Deployed {
    connector: Box<dyn Connector>,
}

impl Deployed {
    fn new(settings: &str) -> Self {
        Self::allowing(&["loopback"], settings)
    }

    fn allowing(reachable: &[&str], text: &str) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let manifest = KIND.read_manifest().unwrap();
        let node = peygir_source::yaml::parse(text).unwrap();
        let host = HostFacts {
            reachable: reachable.iter().map(|host| (*host).to_owned()).collect(),
            clock_s: Some(|| 1_800_000_000),
            ..HostFacts::default()
        };
        let settings = settings::read(&manifest, &node, &|_| Err("none".into()), host).unwrap_or_else(|found| {
            panic!("{:?}", found.list.iter().map(|one| one.message.clone()).collect::<Vec<_>>())
        });
        Self { connector: (KIND.build)(manifest, settings).unwrap() }
    }

    fn manifest(&self) -> &Manifest {
        self.connector.manifest()
    }

    /// Calls a function as a flow does.
    async fn call(&self, function: &str, input: Value) -> Result<Receipt, Fault> {
        let operation = self.manifest().operation_of(function, &input).unwrap().name.clone();
        self.send(&operation, input).await
    }

    async fn send(&self, operation: &str, input: Value) -> Result<Receipt, Fault> {
        let request = Request { operation: operation.into(), key: "i-1/send#1".into(), attempt: 1, input };
        let sent = self.connector.send(request).await;
        let told = format!("{sent:?}");
        let shown =
            |text: &str| told.contains(text) || sent.as_ref().is_err_and(|fault| fault.to_string().contains(text));
        assert!(!shown(SECRET), "{told}");
        sent
    }
}

/// The fault's kind and what a flow does with it, short.
fn told(fault: &Fault) -> (peygir_connector::FaultKind, peygir_connector::Lasting, peygir_connector::Reached) {
    (fault.kind, fault.lasting, fault.reached)
}

/// Parameters of a form.
fn form(text: &str) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://form/?{text}")).unwrap();
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
