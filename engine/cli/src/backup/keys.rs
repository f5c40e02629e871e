//! Keys of persons, backed up apart from everything else, and always one generation only: with an older one, somebody who
//! was erased since would come back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::digest;

/// As the vault names them.
const FILES: [&str; 2] = ["master.key", "persons.keys"];
const FOLDER: &str = "keys";
const SUMS: &str = "SHA256SUMS";

/// Keys and store lie apart: who finds one backup must not find both.
pub fn refuse_together(keys: &Path, backups: &Path) -> Result<()> {
    let (keys, backups) = (std::path::absolute(keys)?, std::path::absolute(backups)?);
    ensure!(
        !keys.starts_with(&backups) && !backups.starts_with(&keys),
        "the keys' backup {} and the store's {} lie within each other: keep them apart, best on another machine",
        keys.display(),
        backups.display()
    );
    Ok(())
}

/// Replaces the backup of the keys by the keys as they are now. Taken after the store, they are all that it needs.
pub fn take(keys: &Path, root: &Path) -> Result<()> {
    let (fresh, place, old) = (root.join("keys.new"), root.join(FOLDER), root.join("keys.old"));
    let io = || format!("the keys can't be backed up to {}", root.display());
    for folder in [&fresh, &old] {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(io)?;
        }
    }
    fs::create_dir_all(&fresh).with_context(io)?;
    fs::set_permissions(&fresh, Permissions::from_mode(0o700)).with_context(io)?;
    let mut sums = String::new();
    for name in FILES {
        let (from, to) = (keys.join(name), fresh.join(name));
        let bytes = fs::metadata(&from).with_context(|| format!("{} can't be read", from.display()))?.len();
        let sum = digest::copy(&from, &to, bytes, &mut |_| ())?;
        fs::set_permissions(&to, Permissions::from_mode(0o600)).with_context(io)?;
        sums += &format!("{sum}  {name}\n");
    }
    digest::write_text(&fresh.join(SUMS), &sums)?;
    digest::sync_folder(&fresh)?;
    if place.exists() {
        fs::rename(&place, &old).with_context(io)?;
    }
    fs::rename(&fresh, &place).with_context(io)?;
    digest::sync_folder(root)?;
    if old.exists() {
        fs::remove_dir_all(&old).with_context(io)?;
    }
    Ok(())
}

/// Puts backed up keys into a data folder's place of keys.
pub fn put(root: &Path, keys: &Path) -> Result<()> {
    let from = found(root);
    let sums = fs::read_to_string(from.join(SUMS)).unwrap_or_default();
    fs::create_dir_all(keys).with_context(|| format!("{} can't be made", keys.display()))?;
    for name in FILES {
        let (from, to) = (from.join(name), keys.join(name));
        let bytes = fs::metadata(&from).with_context(|| format!("{} can't be read", from.display()))?.len();
        let sum = digest::copy(&from, &to, bytes, &mut |_| ())?;
        fs::set_permissions(&to, Permissions::from_mode(0o600))?;
        let expected = sums.lines().find(|line| line.ends_with(name));
        let fits = expected.is_none_or(|line| line.starts_with(&sum));
        ensure!(fits, "{} is not what was backed up: its digest is another", from.display());
    }
    digest::sync_folder(keys)
}

/// The folder with the files: the backup's, or a plain copy of a keys folder.
fn found(root: &Path) -> PathBuf {
    if root.join(FILES[0]).is_file() { root.to_owned() } else { root.join(FOLDER) }
}
