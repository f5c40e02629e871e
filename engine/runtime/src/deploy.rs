//! Flows that were ever deployed: kept in the store, so that an instance keeps the version it was started with when the
//! files have gone on.

use std::collections::BTreeMap;
use std::sync::Arc;

use minicbor::{Decode, Encode};
use peygir_core::state::FlowRef;
use peygir_core::{Id, Moment};
use peygir_dsl::read::{Names, Resource};
use peygir_source::Severity;
use peygir_store::{Batch, Conflict, Store};

use crate::catalog::{Catalog, Flow};
use crate::hex::hex;
use crate::stream::Row;
use crate::{pack, packs, rows};

/// The stream of the deployment itself.
const STREAM: Id = Id(*b"peygir-deployed\0");
const FLOW: &[u8] = b"f/";
/// Flows of all times that one store keeps.
pub const FLOWS_MAX: usize = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The same version with other content: versions are immutable.
    #[error(
        "flow {0} was deployed before with other content; running cases count on it, so give the changed flow a new \
         version in `document.version`"
    )]
    Changed(String),
    #[error("flow {name} of an earlier deployment can't be read any more: {what}")]
    Unreadable { name: String, what: String },
    #[error("{0}")]
    Store(String),
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct FlowRow {
    #[n(0)]
    name: FlowRef,
    #[n(1)]
    digest: String,
    #[n(2)]
    source: String,
    /// Texts behind the addresses that the source names, as they were when it was deployed: copies may go on.
    #[cbor(n(3), default)]
    resources: BTreeMap<String, String>,
    /// From when on it may run: an edition that is to come brings its flows with its date.
    #[n(4)]
    since: Option<Moment>,
}

/// Flows of all times by their names, each with the digest of its content and the instant from which on it may run.
pub(crate) fn kept(store: &dyn Store) -> Result<BTreeMap<FlowRef, (String, Option<Moment>)>, Error> {
    Ok(stored(store)?.into_iter().map(|row| (row.name, (row.digest, row.since))).collect())
}

/// Flows that may run from this very instant on.
pub(crate) fn since(store: &dyn Store, at: Moment) -> Result<Vec<FlowRow>, Error> {
    Ok(stored(store)?.into_iter().filter(|row| row.since == Some(at)).collect())
}

impl FlowRow {
    pub fn name(&self) -> &FlowRef {
        &self.name
    }

    /// Its key where an edition brought it.
    pub fn key_of_editions(&self) -> Vec<u8> {
        [key(&self.name).as_slice(), &packs::STREAM.0].concat()
    }

    /// The same flow, to run from another instant on.
    pub fn encoded_since(self, since: Moment) -> Vec<u8> {
        minicbor::to_vec(Self { since: Some(since), ..self }).expect("encoding into memory can't fail")
    }
}

/// The row of a flow that an edition brings. Its key ends in the stream of editions, which writes it.
pub(crate) fn row_of(name: &FlowRef, flow: &pack::Flow, since: Moment) -> Row {
    let text = |(address, text): (&String, &Arc<str>)| (address.clone(), text.to_string());
    let row = FlowRow {
        name: name.clone(),
        digest: hex(&flow.sha256),
        source: flow.source.to_string(),
        resources: flow.resources.iter().map(text).collect(),
        since: Some(since),
    };
    (row.key_of_editions(), minicbor::to_vec(row).expect("encoding into memory can't fail"))
}

/// The catalog with the flows of earlier deployments beside its own.
pub(crate) fn with_earlier(store: &dyn Store, catalog: Catalog, at: Moment) -> Result<Catalog, Error> {
    revive_all(catalog, stored(store)?, at)
}

fn stored(store: &dyn Store) -> Result<Vec<FlowRow>, Error> {
    let (from, to) = rows::range(FLOW);
    let stored = store.scan(&from, &to, FLOWS_MAX).map_err(|error| Error::Store(error.to_string()))?;
    let read = |(_, value): (Vec<u8>, Vec<u8>)| {
        minicbor::decode(&value).map_err(|error: minicbor::decode::Error| Error::Store(error.to_string()))
    };
    stored.into_iter().map(read).collect()
}

fn revive_all(catalog: Catalog, known: Vec<FlowRow>, at: Moment) -> Result<Catalog, Error> {
    let may_run = |row: &FlowRow| row.since.is_none_or(|since| since <= at);
    known.into_iter().filter(may_run).try_fold(catalog, |catalog, row| {
        if catalog.flow(&row.name).is_some() { Ok(catalog) } else { revive(catalog, row) }
    })
}

/// Keeps the catalog's flows, and gives it back with those of earlier deployments beside them.
pub fn deploy(store: &dyn Store, catalog: Catalog, at: Moment) -> Result<Catalog, Error> {
    let known = stored(store)?;
    let mut new = Vec::new();
    for (name, flow) in catalog.flows() {
        match known.iter().find(|row| row.name == *name) {
            Some(row) if row.digest == flow.digest => {}
            Some(_) => return Err(Error::Changed(shown(name))),
            None => {
                let text = |(address, text): (&String, &Arc<str>)| (address.clone(), text.to_string());
                let resources = flow.resources.iter().map(text).collect();
                let (digest, source) = (flow.digest.clone(), flow.source.to_string());
                new.push(FlowRow { name: name.clone(), digest, source, resources, since: None });
            }
        }
    }
    keep(store, &new, at)?;
    revive_all(catalog, known, at)
}

fn keep(store: &dyn Store, new: &[FlowRow], at: Moment) -> Result<(), Error> {
    if new.is_empty() {
        return Ok(());
    }
    let failed = |error: String| Error::Store(error);
    let expected = store.version(STREAM).map_err(|error| failed(error.to_string()))?;
    let batch = Batch {
        stream: STREAM,
        expected,
        at,
        command: b"flows-deployed".to_vec(),
        events: Vec::new(),
        rows: new.iter().map(|row| (key(&row.name), minicbor::to_vec(row).ok())).collect(),
        claims: Vec::new(),
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    };
    match store.commit(&[batch]).pop() {
        Some(Ok(_)) => Ok(()),
        Some(Err(conflict)) => Err(failed(Conflict::to_string(&conflict))),
        None => Err(failed("the store gave no answer".to_owned())),
    }
}

fn key(name: &FlowRef) -> Vec<u8> {
    [FLOW, shown(name).as_bytes()].concat()
}

/// `NAMESPACE/NAME:VERSION`.
pub(crate) fn shown(name: &FlowRef) -> String {
    format!("{}/{}:{}", name.namespace, name.name, name.version)
}

/// Whoever knows all functions, flows and secrets of that time is gone: names are not checked again. Texts are those that
/// were kept with the flow.
struct Kept(BTreeMap<String, Arc<str>>);

impl Names for Kept {
    fn has_function(&self, _: &str) -> Option<bool> {
        None
    }

    fn functions(&self) -> Vec<String> {
        Vec::new()
    }

    fn resource(&self, address: &str) -> Resource {
        self.0.get(address).map_or(Resource::Unknown, |text| Resource::Text(text.clone()))
    }
}

fn revive(catalog: Catalog, row: FlowRow) -> Result<Catalog, Error> {
    let unreadable = |what: String| Error::Unreadable { name: shown(&row.name), what };
    let root = peygir_source::yaml::parse(&row.source).map_err(|found| unreadable(found.message))?;
    let resources: BTreeMap<String, Arc<str>> =
        row.resources.iter().map(|(address, text)| (address.clone(), text.as_str().into())).collect();
    let names = Kept(resources.clone());
    let (workflow, _) = peygir_dsl::read::workflow(&root, &names).map_err(|found| {
        let first = found.list.iter().find(|found| found.severity == Severity::Error);
        unreadable(first.map(|first| first.message.clone()).unwrap_or_default())
    })?;
    let (source, digest) = (row.source.as_str().into(), row.digest.clone());
    let flow = Flow { workflow: Arc::new(workflow), source, resources, digest };
    Ok(catalog.with_earlier_flow(row.name, flow))
}
