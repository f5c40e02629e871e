//! What stands in no file of the repository: folders of one machine, and hosts of package registries.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{none, root};

/// Cargo writes its registry into its own files.
const WRITTEN_BY_TOOLS: &[&str] = &["Cargo.lock", "tests/peers/zen/Cargo.lock"];
/// Where nothing of the repository lies.
const NOT_OURS: &[&str] = &[".git", "target", "data", "artifacts"];

/// In two halves, so that this file does not hold them itself.
const NEVER: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/tm", "p/"),
    ("/ro", "ot/"),
    ("crates", ".io"),
    ("static.rust", "-lang.org"),
    ("npm", "js.org"),
    ("npm", "js.com"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("deb.debian", ".org"),
    ("ftp.debian", ".org"),
];

#[test]
fn no_file_names_a_folder_of_one_machine_or_a_registry() {
    let mut complaints = Vec::new();
    for path in files(&root()) {
        // A picture is no text, and a file may be deleted and not yet forgotten.
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        complaints.extend(found(&path, &text));
    }
    none("texts that stand in no file", &complaints);
}

fn found(path: &str, text: &str) -> Vec<String> {
    if WRITTEN_BY_TOOLS.contains(&path) {
        return Vec::new();
    }
    let needles: Vec<String> = NEVER.iter().map(|(start, end)| format!("{start}{end}")).collect();
    let mut places = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let named = needles.iter().filter(|needle| line.contains(needle.as_str()));
        places.extend(named.map(|needle| format!("{path}:{}: {needle}", index + 1)));
    }
    places
}

/// The tracked files; where git can't say, everything but what is built and what is run with.
fn files(root: &Path) -> Vec<String> {
    let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let tracked: Vec<String> = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout)
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => walk(root, ""),
    };
    assert!(tracked.len() > 100, "the files were not found");
    tracked
}

fn walk(root: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let inside = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let ours = inside.filter(|name| !NOT_OURS.contains(&name.as_str()));
    let paths = ours.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") });
    paths.flat_map(|path| if root.join(&path).is_dir() { walk(root, &path) } else { vec![path] }).collect()
}

#[test]
fn a_text_that_should_not_be_there_is_seen() {
    for (start, end) in NEVER {
        let text = format!("good\nsee {start}{end}x\n");
        let line = format!("a.md:2: {start}{end}");
        assert_eq!(found("a.md", &text), [line]);
        assert!(found("Cargo.lock", &text).is_empty());
    }
    assert!(found("a.md", "/workflows/ tmp/ root/\n").is_empty());
}

#[test]
fn files_are_found_without_git_too() {
    let walked = walk(&root(), "");
    assert!(walked.iter().any(|path| path == "engine/core/src/lib.rs"));
    assert!(!walked.iter().any(|path| path.starts_with("target/") || path.starts_with(".git/")));
}
