//! A world over the shipped packs, with flows of a test's own laid over them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use peygir_connector::{Manifest, manifest};
use peygir_core::Moment;
use peygir_runtime::pack;
use peygir_runtime::sim::World;
use peygir_store::memory::MemoryStore;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The example's deployment with these flows beside the shipped ones.
pub fn world_with(flows: &[&str]) -> World {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("extra");
    for (index, flow) in flows.iter().enumerate() {
        let flow_folder = pack.join(format!("workflows/f{index}"));
        std::fs::create_dir_all(&flow_folder).unwrap();
        std::fs::write(flow_folder.join("workflow.yaml"), flow).unwrap();
    }
    std::fs::create_dir_all(&pack).unwrap();
    std::fs::write(
        pack.join("pack.yaml"),
        "kind: pack\nname: extra\nversion: 1.0.0\ntitle: { fa: آزمون, en: Test }\nover: [ national ]\n",
    )
    .unwrap();
    let root = root().canonicalize().unwrap();
    let deployment = std::fs::read_to_string(root.join("examples/one-province/deployment.yaml")).unwrap();
    let packs = format!(
        "packs: [ '{}', '{}', '{}' ]",
        root.display(),
        root.join("examples/one-province/pack").display(),
        pack.display()
    );
    let deployment: String = deployment
        .lines()
        .map(|line| if line.starts_with("packs:") { packs.as_str() } else { line })
        .collect::<Vec<_>>()
        .join("\n");
    std::fs::write(folder.path().join("deployment.yaml"), deployment).unwrap();
    let (catalog, _) = pack::load(folder.path()).unwrap_or_else(|found| panic!("{found:#?}"));
    world(catalog)
}

pub fn world(catalog: pack::Catalog) -> World {
    let manifests: BTreeMap<String, Manifest> =
        ["sms", "mail"].map(|name| (name.to_owned(), shipped_manifest(name))).into_iter().collect();
    let start: Moment = "2026-11-21T10:00:00+03:30".parse::<jiff::Timestamp>().unwrap().into();
    World::new(catalog, &manifests, Arc::new(MemoryStore::new()), start, 1)
}

fn shipped_manifest(name: &str) -> Manifest {
    let text = std::fs::read_to_string(root().join("connectors").join(name).join("connector.yaml")).unwrap();
    manifest::read(&peygir_source::yaml::parse(&text).unwrap()).unwrap()
}
