//! The shipped packs with flows and scripts of a test's own laid over them.

use std::path::{Path, PathBuf};

use peygir_runtime::pack;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The example's deployment with these flows and scripts (name and source) beside the shipped ones.
pub fn catalog_with(flows: &[&str], scripts: &[(&str, &str)]) -> pack::Catalog {
    catalog_of(flows, scripts, "")
}

/// The same with a directory of their own, where it is not empty.
pub fn catalog_of(flows: &[&str], scripts: &[(&str, &str)], directory: &str) -> pack::Catalog {
    let folder = tempfile::tempdir().unwrap();
    let pack = folder.path().join("extra");
    for (index, flow) in flows.iter().enumerate() {
        let flow_folder = pack.join(format!("workflows/f{index}"));
        std::fs::create_dir_all(&flow_folder).unwrap();
        std::fs::write(flow_folder.join("workflow.yaml"), flow).unwrap();
    }
    std::fs::create_dir_all(pack.join("rules")).unwrap();
    if !directory.is_empty() {
        std::fs::write(pack.join("rules/directory.yaml"), directory).unwrap();
    }
    for (name, source) in scripts {
        std::fs::write(pack.join(format!("rules/{name}.rhai")), source).unwrap();
    }
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
    catalog
}
