//! Putting a store together from a backup.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::digest;
use super::manifest::{Entry, Manifest};
use crate::said::cannot;

/// Compares every file of a backup with its digest.
pub fn check(root: &Path, manifest: &Manifest, seen: &mut dyn FnMut(u64)) -> Result<()> {
    for entry in &manifest.files {
        let found = digest::of_file(&root.join(&entry.at), entry.bytes, seen)?;
        agrees(entry, &found)?;
    }
    Ok(())
}

fn agrees(entry: &Entry, found: &str) -> Result<()> {
    ensure!(
        found == entry.sha256,
        cannot(
            Path::new(&entry.at),
            "is not what was backed up: its digest is another",
            "آن نیست که پشتیبان گرفته شد؛ چکیده‌اش چیز دیگری است"
        )
    );
    Ok(())
}

/// Copies all files of a backup into a store's folder, comparing each with its digest.
pub fn put(root: &Path, manifest: &Manifest, store: &Path, seen: &mut dyn FnMut(u64)) -> Result<()> {
    for entry in &manifest.files {
        let to = store.join(&entry.path);
        let folder = to.parent().unwrap_or(store);
        fs::create_dir_all(folder).with_context(|| cannot(folder, "can't be made", "ساخته نمی‌شود"))?;
        let found = digest::copy(&root.join(&entry.at), &to, entry.bytes, seen)?;
        agrees(entry, &found)?;
        digest::sync_folder(folder)?;
    }
    Ok(())
}

/// A folder that is not there, or is empty: nothing is ever written over.
pub fn refuse_taken(folder: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(folder) else {
        ensure!(!folder.exists(), cannot(folder, "is no folder", "پوشه نیست"));
        return Ok(());
    };
    ensure!(
        entries.next().is_none(),
        cannot(
            folder,
            "is not empty: nothing is restored over what is there",
            "خالی نیست؛ چیزی روی آنچه هست بازگردانده نمی‌شود"
        )
    );
    Ok(())
}
