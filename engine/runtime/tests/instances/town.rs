//! Whole engines over a test's own deployment.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_connector::{Manifest, manifest};
use peygir_core::state::Status;
use peygir_core::{Data, Id, Instance, Moment};
use peygir_runtime::command::Command;
use peygir_runtime::host::Connectors;
use peygir_runtime::sim::{Parts, World};
use peygir_runtime::stream::Stream;
use peygir_store::memory::MemoryStore;
use serde_json::Value;

use crate::deployed::{Extra, catalog_of, root};

/// The example's deployment with these flows beside the shipped ones.
pub fn world_with(flows: &[&str]) -> World {
    let pack = catalog_of(&Extra { flows, ..Extra::default() });
    world_of(pack, Connectors::new(), Arc::new(MemoryStore::new()))
}

/// A world with connectors of the test's own and its store at hand.
pub fn world_of(pack: peygir_runtime::pack::Catalog, connectors: Connectors, store: Arc<MemoryStore>) -> World {
    let channels: BTreeMap<String, Manifest> =
        ["sms", "mail"].map(|name| (name.to_owned(), shipped_manifest(name))).into_iter().collect();
    let start: Moment = "2026-11-21T10:00:00+03:30".parse::<jiff::Timestamp>().unwrap().into();
    let store = Box::new(move || store.clone() as Arc<dyn peygir_store::Store>);
    World::of(Parts { pack, channels, connectors, peers: None, store, start, seed: 1 })
}

fn shipped_manifest(name: &str) -> Manifest {
    let text = std::fs::read_to_string(root().join("connectors").join(name).join("connector.yaml")).unwrap();
    manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
}

/// A document of namespace `test` with these tasks.
pub fn flow(name: &str, tasks: &str) -> String {
    flow_with(name, "", tasks)
}

/// The same with more members at its top.
pub fn flow_with(name: &str, members: &str, tasks: &str) -> String {
    let document = format!("document: {{ dsl: '1.0.3', namespace: test, name: {name}, version: '1.0.0' }}");
    format!("{document}\n{members}\ndo:\n{tasks}")
}

/// Starts a flow in a stream of its own and does what follows.
pub async fn start(world: &mut World, name: &str, input: Value) -> Id {
    let stream = world.host().engine.new_id(world.clock.now());
    let flow = format!("test/{name}:1.0.0");
    let command = || Command::StartFlow { flow: flow.clone(), input: Data::from(input.clone()), claims: Vec::new() };
    // A process that ends before the commit leaves the client without an answer.
    while world.host().engine.load(stream).is_ok_and(|found| found.version == 0) {
        let _ = world.host().submit(stream, "test", command()).await;
        world.go_on().await;
    }
    world.go_on().await;
    stream
}

pub async fn read(world: &World, stream: Id) -> Stream {
    (*world.host().read(stream).await.unwrap()).clone()
}

/// The one instance of a flow in a stream.
pub fn of<'s>(stream: &'s Stream, name: &str) -> &'s Instance {
    let mut found = stream.instances.values().filter(|instance| instance.flow.name == name);
    let first = found.next().unwrap_or_else(|| panic!("no instance of {name}"));
    assert!(found.next().is_none(), "several instances of {name}");
    first
}

/// How an instance ended, and with what.
pub fn end(instance: &Instance) -> (Status, Option<Value>) {
    (instance.status, instance.output.as_ref().map(|output| output.value().clone()))
}
