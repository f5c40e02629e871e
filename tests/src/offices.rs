//! The offices of the scenarios of deadlines as a deployment that is served: each topic leads to another kind of deadline.
//!
//! Owns where its packs lie; which calendars its province has, and in which zone, is the test's.

use std::fs;
use std::path::{Path, PathBuf};

use crate::server::{Site, repository};

/// The folder of the scenarios.
pub fn scenarios() -> PathBuf {
    repository().join("tests/scenarios/deadlines")
}

/// The province of Hamedan in a zone, with these calendars: name of the file and text.
pub fn site(zone: &str, calendars: &[(String, String)]) -> Site {
    Site::of(|deployment| {
        let shipped = scenarios().join("hamedan");
        let read = |path: &Path| fs::read_to_string(path).expect("the scenarios are there");
        let packs = format!("packs: [ {:?}, {:?}, pack ]", repository(), scenarios().join("offices"));
        let written = read(&shipped.join("deployment.yaml"))
            .replace("packs: [ ../../../.., ../offices, pack ]", &packs)
            .replace("zone: Asia/Tehran", &format!("zone: {zone}"));
        assert!(written.contains(&packs) && written.contains(zone), "{written}");
        write(&deployment.join("deployment.yaml"), &written);
        for name in ["pack/pack.yaml", "pack/rules/directory.yaml"] {
            write(&deployment.join(name), &read(&shipped.join(name)));
        }
        for (name, text) in calendars {
            write(&deployment.join("pack/rules/calendars").join(name), text);
        }
    })
}

/// The province's own calendars, as the scenarios have them.
pub fn calendars() -> Vec<(String, String)> {
    let folder = scenarios().join("hamedan/pack/rules/calendars");
    let entries = fs::read_dir(folder).expect("the scenarios are there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    let named = |path: &PathBuf| {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("the scenarios are there"))
    };
    files.iter().map(named).collect()
}

/// Writes a file and the folders above it.
pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("the scratch folder is ours");
    fs::write(path, text).expect("the scratch folder is ours");
}
