//! The example's deployment with flows, secrets, limits and files of a test's own.

use std::path::{Path, PathBuf};

use peygir_runtime::pack::{self, Kinds};
use peygir_source::Diagnostics;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What a test adds to the example's deployment.
#[derive(Default)]
pub struct Extra<'a> {
    pub flows: &'a [&'a str],
    /// More members of `deployment.yaml`.
    pub deployment: &'a str,
    /// Files beside `deployment.yaml`: name and text.
    pub files: &'a [(&'a str, &'a str)],
    pub kinds: Kinds,
}

pub fn catalog_of(extra: &Extra<'_>) -> pack::Catalog {
    load(extra).unwrap_or_else(|found| panic!("{found:#?}"))
}

pub fn load(extra: &Extra<'_>) -> Result<pack::Catalog, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    let deployment = write_to(folder.path(), extra);
    pack::load_with(&deployment, &extra.kinds).map(|(catalog, _)| catalog)
}

/// Writes the deployment; the folder that holds it.
pub fn write_to(folder: &Path, extra: &Extra<'_>) -> PathBuf {
    let pack = folder.join("extra");
    for (index, flow) in extra.flows.iter().enumerate() {
        write(&pack.join(format!("workflows/f{index}/workflow.yaml")), flow);
    }
    let manifest = "kind: pack\nname: extra\nversion: 1.0.0\ntitle: { fa: آزمون, en: Test }\nover: [ national ]\n";
    write(&pack.join("pack.yaml"), manifest);
    let root = root().canonicalize().unwrap();
    let deployment = std::fs::read_to_string(root.join("examples/one-province/deployment.yaml")).unwrap();
    let packs = format!(
        "packs: [ '{}', '{}', '{}' ]",
        root.display(),
        root.join("examples/one-province/pack").display(),
        pack.display()
    );
    let lines = deployment.lines().map(|line| if line.starts_with("packs:") { packs.as_str() } else { line });
    let deployment = lines.chain([extra.deployment]).collect::<Vec<_>>().join("\n");
    write(&folder.join("deployment.yaml"), &deployment);
    for (name, text) in extra.files {
        write(&folder.join(name), text);
    }
    folder.to_owned()
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}
