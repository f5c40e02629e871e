//! The data folder: what lies where in it, and who has it open.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::said::{Said, cannot};

#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

/// Where the server that has the folder open can be reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    pub pid: u32,
    /// `http://127.0.0.1:8111`.
    pub address: String,
}

/// What leaves a restored store is held; kept until a person lets it go.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    pub restored_at: Instant,
    pub backup: String,
    /// The last frame that the backup had.
    pub last_frame: u64,
}

/// The newest backup that was taken of this folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastBackup {
    pub at: Instant,
    pub to: PathBuf,
    pub last_frame: u64,
    /// When the keys were backed up with it.
    pub keys_at: Option<Instant>,
}

/// The newest drill that this folder was told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastDrill {
    pub at: Instant,
    pub from: PathBuf,
    pub seconds: f64,
    /// Why it failed, if it did.
    pub failed: Option<String>,
}

impl DataFolder {
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Journal, snapshots and index.
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// Keys of persons: backed up apart from the store.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// The administrator's token of the first start.
    pub fn bootstrap(&self) -> PathBuf {
        self.root.join("bootstrap.token")
    }

    fn running_file(&self) -> PathBuf {
        self.root.join("server.json")
    }

    /// What the last run of the server counted.
    pub fn counts_file(&self) -> PathBuf {
        self.root.join("counts.state")
    }

    /// The note of the newest backup.
    pub fn last_backup_file(&self) -> PathBuf {
        self.root.join("last-backup.json")
    }

    fn last_drill_file(&self) -> PathBuf {
        self.root.join("last-drill.json")
    }

    /// The store was restored, and nobody has a token on this machine yet.
    fn owed_file(&self) -> PathBuf {
        self.root.join("token.owed")
    }

    pub fn owe_token(&self) -> Result<()> {
        write_private(&self.owed_file(), "")
    }

    pub fn owes_token(&self) -> bool {
        self.owed_file().exists()
    }

    pub fn token_given(&self) -> Result<()> {
        let path = self.owed_file();
        std::fs::remove_file(&path).with_context(|| path.display().to_string())
    }

    fn unfinished_file(&self) -> PathBuf {
        self.root.join("restore.unfinished")
    }

    /// From now on until [`Self::end_restore`] nobody takes the folder for a whole one.
    pub fn begin_restore(&self, from: &Path) -> Result<()> {
        write_private(&self.unfinished_file(), &from.display().to_string())
    }

    pub fn end_restore(&self) -> Result<()> {
        self.remove(&self.unfinished_file())
    }

    /// A restore into this folder was begun and did not come to its end.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished_file().exists()
    }

    /// Errs where half a restore lies here: it looks like a whole one, and would go on without what is missing.
    pub fn refuse_unfinished(&self) -> Result<()> {
        if !self.is_unfinished() {
            return Ok(());
        }
        let root = self.root.display();
        Err(anyhow::Error::new(Said::new(
            format!(
                "{root} has half a restore in it: `peygir restore` was ended before all was there. Nothing was started. Remove \
                 the folder and restore again"
            ),
            format!(
                "در {root} نیمی از یک بازگردانی مانده است: `peygir restore` پیش از پایان قطع شد. چیزی آغاز نشد. پوشه را بردارید و دوباره \
                 بازگردانید"
            ),
        )))
    }

    /// In the store's folder, so that it goes where the store goes: a restored one may be put in the place of another.
    fn hold_file(&self) -> PathBuf {
        self.store().join("effects.held")
    }

    /// Where earlier versions put it.
    fn old_hold_file(&self) -> PathBuf {
        self.root.join("effects.held")
    }

    fn hold_files(&self) -> impl Iterator<Item = PathBuf> {
        [self.hold_file(), self.old_hold_file()].into_iter().filter(|file| file.exists())
    }

    /// Notes a backup; one without keys leaves the time of the keys' last backup.
    pub fn note_backup(&self, last: &LastBackup) -> Result<()> {
        let keys_at = last.keys_at.or_else(|| self.last_backup()?.keys_at);
        let last = LastBackup { keys_at, ..last.clone() };
        self.write_for_owner(&self.last_backup_file(), &serde_json::to_string(&last)?)
    }

    pub fn last_backup(&self) -> Option<LastBackup> {
        read_json(&self.last_backup_file())
    }

    /// The note of the last backup is there and tells nothing: it is damaged, or belongs to another user.
    pub fn is_last_backup_unread(&self) -> bool {
        self.last_backup_file().symlink_metadata().is_ok() && self.last_backup().is_none()
    }

    pub fn note_drill(&self, last: &LastDrill) -> Result<()> {
        self.write_for_owner(&self.last_drill_file(), &serde_json::to_string(last)?)
    }

    /// Read by the user that the server runs as, though another one, as root, may write it.
    fn write_for_owner(&self, path: &Path, text: &str) -> Result<()> {
        write_private(path, text)?;
        let own = |path: &Path| std::fs::metadata(path).map(|found| (found.uid(), found.gid()));
        match (own(&self.root), own(path)) {
            (Ok(owner), Ok(writer)) if owner != writer => chown(path, Some(owner.0), Some(owner.1))
                .with_context(|| cannot(path, "can't be given to the owner of its folder", "به مالک پوشه داده نمی‌شود")),
            _ => Ok(()),
        }
    }

    pub fn last_drill(&self) -> Option<LastDrill> {
        read_json(&self.last_drill_file())
    }

    pub fn hold_effects(&self, hold: &Hold) -> Result<()> {
        write_private(&self.hold_file(), &serde_json::to_string(hold)?)
    }

    /// Whether what leaves is held. A file that can't be read holds all the same.
    pub fn effects_held(&self) -> bool {
        self.hold_files().next().is_some()
    }

    /// Lets what leaves go, and keeps on record by whom. Nothing happens where nothing is held.
    pub fn release_effects(&self, by: &str, at: Timestamp) -> Result<()> {
        if !self.effects_held() {
            return Ok(());
        }
        let hold: serde_json::Value = self.hold_files().find_map(|file| read_json(&file)).unwrap_or_default();
        let released = serde_json::json!({ "hold": hold, "releasedBy": by, "releasedAt": Instant(at) });
        write_private(&self.root.join("effects.released"), &released.to_string())?;
        self.hold_files().try_for_each(|file| self.remove(&file))
    }

    /// Durable when it returns.
    fn remove(&self, path: &Path) -> Result<()> {
        std::fs::remove_file(path).with_context(|| cannot(path, "can't be removed", "برداشته نمی‌شود"))?;
        let folder = path.parent().unwrap_or(&self.root);
        let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.with_context(|| cannot(folder, "can't be synced", "روی دیسک نمی‌نشیند"))
    }

    pub fn create(&self) -> Result<()> {
        peygir_store_local::make_folder(&self.root).with_context(|| cannot(&self.root, "can't be made", "ساخته نمی‌شود"))
    }

    pub fn write_bootstrap(&self, secret: &str) -> Result<()> {
        write_private(&self.bootstrap(), secret)
    }

    pub fn bootstrap_token(&self) -> Result<String> {
        let path = self.bootstrap();
        let text = std::fs::read_to_string(&path).with_context(|| {
            let (path, root) = (path.display(), self.root.display());
            Said::new(
                format!("{path} can't be read; it is written by the first `peygir serve --data {root}`"),
                format!("{path} خوانده نمی‌شود؛ نخستین `peygir serve --data {root}` آن را می‌نویسد"),
            )
        })?;
        Ok(text.trim().to_owned())
    }

    pub fn write_running(&self, running: &Running) -> Result<()> {
        write_private(&self.running_file(), &serde_json::to_string(running)?)
    }

    pub fn remove_running(&self) {
        let _ = std::fs::remove_file(self.running_file());
    }

    /// The server that has this folder open. Errs with what to do where there is none.
    pub fn running(&self) -> Result<Running> {
        let path = self.running_file();
        let text = std::fs::read_to_string(&path).with_context(|| {
            let root = self.root.display();
            Said::new(
                format!("no server runs on {root}: start one with `peygir serve --data {root}`"),
                format!("سروری روی {root} در کار نیست: با `peygir serve --data {root}` آن را آغاز کنید"),
            )
        })?;
        serde_json::from_str(&text).with_context(|| cannot(&path, "is damaged", "آسیب دیده است"))
    }
}

/// What stands in a small file of ours; none where it is missing or unreadable.
fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// Written whole or not at all, and durably; readable by its owner alone.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&temporary);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        // Before that a power cut may bring back the file of before, or none.
        path.parent().map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
    };
    written().with_context(|| cannot(path, "can't be written", "نوشته نمی‌شود"))
}
