//! The data folder: what lies where in it, and who has it open.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

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

    fn bootstrap(&self) -> PathBuf {
        self.root.join("bootstrap.token")
    }

    fn running_file(&self) -> PathBuf {
        self.root.join("server.json")
    }

    pub fn create(&self) -> Result<()> {
        std::fs::create_dir_all(&self.root).with_context(|| format!("{} can't be made", self.root.display()))
    }

    pub fn write_bootstrap(&self, secret: &str) -> Result<PathBuf> {
        let path = self.bootstrap();
        write_private(&path, secret)?;
        Ok(path)
    }

    pub fn bootstrap_token(&self) -> Result<String> {
        let path = self.bootstrap();
        let text = std::fs::read_to_string(&path).with_context(|| {
            format!(
                "{} can't be read; it is written by the first `peygir serve --data {}`",
                path.display(),
                self.root.display()
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
            format!("no server runs on {}: start one with `peygir serve --data {0}`", self.root.display())
        })?;
        serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
    }
}

/// Written whole or not at all, readable by its owner alone.
fn write_private(path: &Path, text: &str) -> Result<()> {
    let temporary = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let _ = std::fs::remove_file(&temporary);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        writeln!(file, "{text}")?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    written().with_context(|| format!("{} can't be written", path.display()))
}
