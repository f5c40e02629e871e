//! What is deployed: the national pack with one of its intakes, and small flows over it that wait, race, listen, ask and
//! retry. Read once for all runs of a program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use peygir_connector::{Manifest, manifest};
use peygir_runtime::pack::{self, Kinds};

/// The deployments under `content/`.
pub const DEPLOYMENTS: [&str; 2] = ["foad", "samad"];
/// Small flows, by name in their namespace.
pub const FLOWS: [&str; 9] = ["asks", "careful", "tells", "rests", "races", "hears", "says", "each", "parent"];
pub const NAMESPACE: &str = "sim";
/// The connector of the flows' own questions.
const REGISTRY: &str = include_str!("../content/registry.yaml");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Manifests by the names that deployments here give their connectors.
pub fn manifests() -> BTreeMap<String, Manifest> {
    static READ: OnceLock<BTreeMap<String, Manifest>> = OnceLock::new();
    let read = || {
        let shipped = |name: &str| {
            let path = root().join("connectors").join(name).join("connector.yaml");
            let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            manifest::parse(&text).unwrap_or_else(|found| panic!("{found:#?}"))
        };
        let registry = manifest::parse(REGISTRY).unwrap_or_else(|found| panic!("{found:#?}"));
        let all = [("sms", shipped("sms")), ("mail", shipped("mail")), ("registry", registry)];
        all.into_iter().map(|(name, manifest)| (name.to_owned(), manifest)).collect()
    };
    READ.get_or_init(read).clone()
}

/// A deployment's packs, with channels that lead to connectors of their names.
pub fn catalog(deployment: &str) -> pack::Catalog {
    static READ: OnceLock<BTreeMap<String, pack::Catalog>> = OnceLock::new();
    let read = || DEPLOYMENTS.iter().map(|name| ((*name).to_owned(), load(name))).collect();
    READ.get_or_init(read)[deployment].clone()
}

fn load(name: &str) -> pack::Catalog {
    let registry = manifests().remove("registry").expect("it is among them");
    let kinds = Kinds { manifests: [("registry".to_owned(), registry)].into(), always: vec!["registry".to_owned()] };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("content").join(name);
    let (mut catalog, _) = pack::load_with(&folder, &kinds).unwrap_or_else(|found| panic!("{found:#?}"));
    catalog.deployment.channels = ["sms", "mail"].map(|name| (name.to_owned(), name.to_owned())).into();
    catalog
}
