//! Who may know whom: the arrows between the crates, and libraries that stand behind one crate each.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::{none, root};

/// A crate, what it may know, and what its tests may know besides. Names without `peygir-`; the binary is `peygir`.
const ARROWS: &[(&str, &[&str], &[&str])] = &[
    ("source", &[], &[]),
    ("dsl", &["source"], &[]),
    ("calendar", &["source"], &[]),
    ("text", &[], &[]),
    ("script", &["calendar", "source", "text"], &[]),
    ("decision", &["calendar", "script", "source"], &[]),
    ("core", &["dsl"], &["source"]),
    ("explain", &["calendar", "decision", "dsl"], &["source"]),
    ("casework", &["calendar", "core", "dsl", "source", "text"], &[]),
    ("store", &["core"], &[]),
    ("store-local", &["core", "store"], &[]),
    ("connector", &["source"], &[]),
    (
        "runtime",
        &["calendar", "casework", "connector", "core", "decision", "dsl", "explain", "script", "source", "store"],
        &[],
    ),
    ("server", &["calendar", "core", "dsl", "explain", "runtime"], &["connector", "source", "store"]),
    ("connector-http", &["connector"], &["source"]),
    ("connector-mail", &["connector"], &["source"]),
    ("connector-outbox", &["connector"], &["source"]),
    ("connector-process", &["connector"], &["source"]),
    ("connector-sms", &["connector"], &["source"]),
    ("xtask", &[], &[]),
];

/// Crates that bring everything together, and may know everything: the binary, and the tests of the whole.
const COMPOSERS: &[&str] = &["bench", "peygir", "simulation", "tests"];

/// Libraries that are hidden behind few crates.
const BEHIND: &[(&str, &[&str])] = &[
    ("rhai", &["script"]),
    ("jaq-core", &["dsl"]),
    ("serde-saphyr", &["source"]),
    ("sled", &["store-local"]),
    ("axum", &["server", "tests"]),
    ("lettre", &["connector-mail"]),
    ("clap", &["peygir"]),
    ("anyhow", &["bench", "peygir", "tests", "xtask"]),
    ("chacha20poly1305", &["runtime"]),
];

/// A crate of the workspace with its direct dependencies.
#[derive(Debug, Default, Clone)]
struct Package {
    name: String,
    normal: BTreeSet<String>,
    dev: BTreeSet<String>,
}

#[test]
fn arrows_point_inward() {
    none("arrows between crates", &wrong_arrows(&workspace()));
}

#[test]
fn libraries_stand_behind_their_crates() {
    none("libraries behind crates", &wrong_libraries(&workspace()));
}

fn wrong_arrows(packages: &[Package]) -> Vec<String> {
    let members: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let table: BTreeMap<&str, (&[&str], &[&str])> =
        ARROWS.iter().map(|(name, normal, dev)| (*name, (*normal, *dev))).collect();
    let mut complaints = Vec::new();
    for package in packages.iter().filter(|package| !COMPOSERS.contains(&package.name.as_str())) {
        let Some((normal, dev)) = table.get(package.name.as_str()) else {
            complaints.push(format!("{} is not in the table of arrows", package.name));
            continue;
        };
        let inside = |names: &BTreeSet<String>| -> Vec<String> {
            names.iter().filter(|name| members.contains(name.as_str())).cloned().collect()
        };
        for known in inside(&package.normal) {
            if !normal.contains(&known.as_str()) {
                complaints.push(format!("{} must not know {known}", package.name));
            }
        }
        for known in inside(&package.dev) {
            if !dev.contains(&known.as_str()) && !normal.contains(&known.as_str()) {
                complaints.push(format!("the tests of {} must not know {known}", package.name));
            }
        }
        let unused = normal.iter().filter(|known| !package.normal.contains(**known));
        complaints
            .extend(unused.map(|known| format!("{} does not know {known} any more: the table does", package.name)));
    }
    complaints
}

fn wrong_libraries(packages: &[Package]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (library, owners) in BEHIND {
        let users =
            packages.iter().filter(|package| package.normal.contains(*library) || package.dev.contains(*library));
        for user in users.filter(|user| !owners.contains(&user.name.as_str())) {
            complaints.push(format!("{} uses {library}, which stands behind {}", user.name, owners.join(" and ")));
        }
    }
    complaints
}

/// The workspace as cargo sees it.
fn workspace() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo built this test");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages: Vec<Package> = metadata["packages"].as_array().into_iter().flatten().map(package).collect();
    assert!(packages.len() > ARROWS.len(), "cargo names too few packages");
    packages
}

fn package(value: &Value) -> Package {
    let mut package = Package { name: short(value["name"].as_str().unwrap_or_default()), ..Package::default() };
    for dependency in value["dependencies"].as_array().into_iter().flatten() {
        let name = short(dependency["name"].as_str().unwrap_or_default());
        match dependency["kind"].as_str() {
            Some("dev") => package.dev.insert(name),
            _ => package.normal.insert(name),
        };
    }
    package
}

fn short(name: &str) -> String {
    name.strip_prefix("peygir-").unwrap_or(name).to_owned()
}

fn crate_of(name: &str, normal: &[&str], dev: &[&str]) -> Package {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Package { name: name.to_owned(), normal: set(normal), dev: set(dev) }
}

#[test]
fn a_wrong_arrow_is_seen() {
    let with = |normal: &[&str], dev: &[&str]| {
        wrong_arrows(&[
            crate_of("core", normal, dev),
            crate_of("store", &["core"], &[]),
            crate_of("dsl", &["source"], &[]),
        ])
    };
    assert_eq!(with(&["dsl"], &[]), Vec::<String>::new());
    assert_eq!(with(&["dsl", "store"], &[]), ["core must not know store"]);
    assert_eq!(with(&["dsl"], &["store"]), ["the tests of core must not know store"]);
    assert_eq!(with(&[], &[]), ["core does not know dsl any more: the table does"]);
    assert_eq!(wrong_arrows(&[crate_of("newcomer", &[], &[])]), ["newcomer is not in the table of arrows"]);
    assert!(wrong_arrows(&[crate_of("peygir", &["core"], &[])]).is_empty());
}

#[test]
fn a_library_out_of_its_place_is_seen() {
    let complaints = wrong_libraries(&[crate_of("runtime", &["sled"], &["rhai"]), crate_of("script", &["rhai"], &[])]);
    assert_eq!(
        complaints,
        ["runtime uses rhai, which stands behind script", "runtime uses sled, which stands behind store-local"]
    );
}

#[test]
fn dependencies_are_read_by_their_kind() {
    let value = serde_json::json!({"name": "peygir-x", "dependencies": [
        {"name": "peygir-core", "kind": null}, {"name": "tempfile", "kind": "dev"}, {"name": "cc", "kind": "build"}]});
    let read = package(&value);
    assert_eq!((read.name.as_str(), read.normal.len(), read.dev.len()), ("x", 2, 1));
    assert!(read.normal.contains("core") && read.normal.contains("cc"));
}
