//! Flows that were ever deployed: kept in the store, so that an instance keeps the version it was started with when the
//! files have gone on.

use std::sync::Arc;

use minicbor::{Decode, Encode};
use peygir_core::state::FlowRef;
use peygir_core::{Id, Moment};
use peygir_store::{Batch, Conflict, Store};

use crate::catalog::{Catalog, Flow};
use crate::rows;

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
struct FlowRow {
    #[n(0)]
    name: FlowRef,
    #[n(1)]
    digest: String,
    #[n(2)]
    source: String,
}

/// Keeps the catalog's flows, and gives it back with those of earlier deployments beside them.
pub fn deploy(store: &dyn Store, catalog: Catalog, at: Moment) -> Result<Catalog, Error> {
    let (from, to) = rows::range(FLOW);
    let stored = store.scan(&from, &to, FLOWS_MAX).map_err(|error| Error::Store(error.to_string()))?;
    let mut known = Vec::new();
    for (_, value) in stored {
        let row: FlowRow = minicbor::decode(&value).map_err(|error| Error::Store(error.to_string()))?;
        known.push(row);
    }
    let mut new = Vec::new();
    for (name, flow) in catalog.flows() {
        match known.iter().find(|row| row.name == *name) {
            Some(row) if row.digest == flow.digest => {}
            Some(_) => return Err(Error::Changed(shown(name))),
            None => {
                new.push(FlowRow { name: name.clone(), digest: flow.digest.clone(), source: flow.source.to_string() })
            }
        }
    }
    keep(store, &new, at)?;
    known.into_iter().try_fold(catalog, |catalog, row| {
        if catalog.flow(&row.name).is_some() { Ok(catalog) } else { revive(catalog, row) }
    })
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

fn shown(name: &FlowRef) -> String {
    format!("{}/{}:{}", name.namespace, name.name, name.version)
}

/// Whoever knows all functions of that time is gone: names are not checked again.
struct AnyName;

impl peygir_dsl::read::Names for AnyName {
    fn has_function(&self, _: &str) -> Option<bool> {
        None
    }

    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
}

fn revive(catalog: Catalog, row: FlowRow) -> Result<Catalog, Error> {
    let unreadable = |what: String| Error::Unreadable { name: shown(&row.name), what };
    let root = peygir_source::yaml::parse(&row.source).map_err(|found| unreadable(found.message))?;
    let (workflow, _) = peygir_dsl::read::workflow(&root, &AnyName)
        .map_err(|found| unreadable(found.list.first().map(|first| first.message.clone()).unwrap_or_default()))?;
    let flow = Flow { workflow: Arc::new(workflow), source: row.source.as_str().into(), digest: row.digest.clone() };
    Ok(catalog.with_earlier_flow(row.name, flow))
}
