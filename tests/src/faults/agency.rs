//! The process of an agency, started for one test: what it was asked is known even where it was killed.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::peers::{Daemon, wait_until};

const PATIENCE: Duration = Duration::from_secs(20);

/// A request that was read whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub path: String,
    /// Names the effect.
    pub key: String,
}

/// A running agency.
pub struct Agency {
    pub address: SocketAddr,
    folder: TempDir,
    daemon: Daemon,
}

impl Agency {
    /// `command` starts the program `agency`, wherever it is to run. It answers each request after a while.
    pub fn start(mut command: Command, address: SocketAddr, answers_after: Duration) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let file = folder.path().join("asked");
        command.arg(address.to_string()).arg(&file).arg(answers_after.as_millis().to_string());
        let mut daemon = Daemon::start("agency", &mut command, folder.path()).expect("the agency starts");
        // It makes the file before it listens; nobody asks for as long as the test has not begun.
        daemon.await_ready(|| file.exists()).expect("the agency is ready");
        Self { address, folder, daemon }
    }

    pub fn pid(&self) -> u32 {
        self.daemon.pid()
    }

    pub fn kill(&mut self) {
        self.daemon.kill();
    }

    /// Everything it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        let text = std::fs::read_to_string(self.file()).unwrap_or_default();
        let asked = |line: &str| {
            let (path, key) = line.split_once(' ')?;
            Some(Asked { path: path.to_owned(), key: key.to_owned() })
        };
        text.lines().filter_map(asked).collect()
    }

    /// Waits until it was asked so often.
    pub fn wait_for_asked(&self, count: usize) -> Vec<Asked> {
        let found = wait_until(PATIENCE, || Some(self.asked()).filter(|asked| asked.len() >= count));
        found.unwrap_or_else(|| panic!("it was asked {:?} only\n{}", self.asked(), self.daemon.output()))
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("asked")
    }
}
