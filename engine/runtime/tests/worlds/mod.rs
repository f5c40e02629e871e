//! Whole engines over the shipped packs and a test's own flows.

use std::collections::BTreeMap;
use std::sync::Arc;

use peygir_connector::{Manifest, manifest};
use peygir_core::Moment;
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

/// The example's deployment with these flows beside the shipped ones.
pub fn world_with(flows: &[&str]) -> World {
    world(crate::common::catalog_with(flows, &[]))
}

fn world(catalog: peygir_runtime::pack::Catalog) -> World {
    let manifests: BTreeMap<String, Manifest> =
        ["sms", "mail"].map(|name| (name.to_owned(), shipped_manifest(name))).into_iter().collect();
    let start: Moment = "2026-11-21T10:00:00+03:30".parse::<jiff::Timestamp>().unwrap().into();
    World::new(catalog, &manifests, Arc::new(MemoryStore::new()), start, 1)
}

fn shipped_manifest(name: &str) -> Manifest {
    let text =
        std::fs::read_to_string(crate::common::root().join("connectors").join(name).join("connector.yaml")).unwrap();
    manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
}
