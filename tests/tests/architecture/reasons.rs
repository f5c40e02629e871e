//! Every dependency has its reason, and every decision its number.

use std::collections::BTreeSet;
use std::fs;

use crate::{none, root};

#[test]
fn every_dependency_has_a_reason() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the file exists");
    none("docs/dependencies.md", &unexplained(&read("Cargo.toml"), &read("docs/dependencies.md")));
}

#[test]
fn decisions_are_numbered_without_repetition() {
    let entries = fs::read_dir(root().join("docs/adr")).expect("the folder exists").flatten();
    let names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    none("docs/adr", &wrong_numbers(&names));
}

fn unexplained(manifest: &str, page: &str) -> Vec<String> {
    let external = dependencies(manifest);
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<&str> = rows.collect();
    let missing = external.difference(&explained).map(|name| format!("{name} has no reason"));
    let left = explained.difference(&external).map(|name| format!("{name} is no dependency any more"));
    missing.chain(left).collect()
}

/// Names under `[workspace.dependencies]`, without our own crates.
fn dependencies(manifest: &str) -> BTreeSet<&str> {
    let inside = manifest.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let entries = inside.take_while(|line| !line.starts_with('['));
    entries.filter_map(|line| Some(line.split_once('=')?.0.trim())).filter(|name| !name.starts_with("peygir")).collect()
}

fn wrong_numbers(names: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let number =
        |name: &str| name.get(..4).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned);
    let wrong = names.iter().filter(|name| number(name).is_none_or(|number| !seen.insert(number)));
    wrong.map(|name| format!("{name}: the number is missing or taken")).collect()
}

#[test]
fn a_dependency_without_a_reason_is_seen() {
    let manifest =
        "[workspace.dependencies]\npeygir-x = { path = \"x\" }\naxum = \"1\"\nsled = \"=1\"\n\n[profile.dev]\nx = 1\n";
    assert_eq!(
        unexplained(manifest, "| `axum` | a | b | 1 |\n| `gone` | a | b | 1 |\n"),
        ["sled has no reason", "gone is no dependency any more"]
    );
    assert!(unexplained(manifest, "| `axum` | |\n| `sled` | |\n").is_empty());
}

#[test]
fn a_number_that_is_taken_is_seen() {
    let names = ["0001-a.md", "0001-b.md", "c.md", "0002-d.md"].map(str::to_owned);
    assert_eq!(wrong_numbers(&names).len(), 2);
}
