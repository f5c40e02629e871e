//! The manifest of a backup: every file with its length and digest, and the frame of which all of it is.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::answer::say;
use crate::commands::local::Lang;
use crate::instant::Instant;
use crate::said::{Said, cannot, lang};

/// The form of the manifest that this version writes, and the newest that it reads.
pub const FORM: u32 = 1;
pub const FILE: &str = "manifest.json";
const BACKUPS: &str = "backups";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub form: u32,
    /// The version that took it.
    pub peygir: String,
    /// Of which journal, 16 hexadecimal digits.
    pub journal: String,
    pub taken_at: Instant,
    pub first_frame: u64,
    /// All of it is as of this frame.
    pub last_frame: u64,
    pub last_at: Option<Instant>,
    pub files: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it belongs in the store's folder.
    pub path: String,
    /// Where it lies in the folder of backups.
    pub at: String,
    pub bytes: u64,
    pub sha256: String,
}

impl Manifest {
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }

    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| cannot(path, "can't be read", "خوانده نمی‌شود"))?;
        let manifest: Self =
            serde_json::from_str(&text).with_context(|| cannot(path, "is damaged", "آسیب دیده است"))?;
        ensure!(
            manifest.form <= FORM,
            "{} has form {}, and peygir {} reads form {FORM}: use peygir {} or later",
            path.display(),
            manifest.form,
            env!("CARGO_PKG_VERSION"),
            manifest.peygir
        );
        for entry in &manifest.files {
            ensure!(is_inner(&entry.path) && is_inner(&entry.at), "{} names a path outside", path.display());
        }
        Ok(manifest)
    }
}

/// Whether a path stays below the folder that it is put behind.
fn is_inner(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// The folder of one backup.
pub fn folder(root: &Path, name: &str) -> PathBuf {
    root.join(BACKUPS).join(name)
}

/// Backups sort by their last frame, then by their time.
pub fn name(last_frame: u64, taken_at: Timestamp) -> String {
    format!("{last_frame:012}-{}", taken_at.strftime("%Y%m%dT%H%M%SZ"))
}

/// A name that no finished backup has.
pub fn free_name(root: &Path, last_frame: u64, taken_at: Timestamp) -> Result<String> {
    let (names, _) = list(root)?;
    let name = name(last_frame, taken_at);
    let further = (2_u32..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.clone()).chain(further).find(|name| !names.contains(name));
    free.context("there are more names than backups")
}

/// Names of all finished backups, oldest first, and of those that were broken off.
pub fn list(root: &Path) -> Result<(Vec<String>, Vec<String>)> {
    let folder = root.join(BACKUPS);
    let mut names = Vec::new();
    match std::fs::read_dir(&folder) {
        Ok(entries) => {
            for entry in entries {
                names.extend(entry?.file_name().into_string().ok());
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| cannot(&folder, "can't be read", "خوانده نمی‌شود")),
    }
    names.sort();
    Ok(names.into_iter().partition(|name| folder.join(name).join(FILE).is_file()))
}

/// A backup by its name; the newest where none is named, and it is told where one without a manifest would be newer.
pub fn pick(root: &Path, name: Option<&str>) -> Result<(String, Manifest)> {
    let (names, broken) = list(root)?;
    if let Some(newer) = broken.last().filter(|&newer| name.is_none() && Some(newer) > names.last()) {
        tell_passed_over(newer);
    }
    let name = match name {
        Some(name) if names.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => bail!("there is no backup `{name}` in {}; there are: {}", root.display(), names.join(", ")),
        None => names.last().cloned().with_context(|| {
            let shown = Lang::Fa.id(&root.display().to_string());
            Said::new(format!("there is no backup in {}", root.display()), format!("در {shown} پشتیبانی نیست"))
        })?,
    };
    let manifest = Manifest::read(&folder(root, &name).join(FILE))?;
    Ok((name, manifest))
}

fn tell_passed_over(newer: &str) {
    say(&match lang() {
        Lang::En => format!(
            "{newer} is passed over: it has no {FILE}; it was broken off while it was taken, or that file is lost"
        ),
        Lang::Fa => format!(
            "{} کنار گذاشته شد: {} ندارد؛ یا هنگام پشتیبان‌گیری قطع شده یا آن پرونده گم شده است",
            Lang::Fa.id(newer),
            Lang::Fa.id(FILE)
        ),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_entry_leads_out_of_its_folder() {
        for (path, inner) in
            [("journal/1.segment", true), ("../x", false), ("/etc/x", false), ("a/../../x", false), ("./a", false)]
        {
            assert_eq!(is_inner(path), inner, "{path}");
        }
    }

    #[test]
    fn names_sort_by_frame() {
        let at: Timestamp = "2026-11-22T08:30:00Z".parse().unwrap();
        assert_eq!(name(123, at), "000000000123-20261122T083000Z");
        assert!(name(99, at) < name(100, at));
    }
}
