//! A clock that jumps, by libfaketime: the server asks a file how far its clock is from the machine's.
//!
//! Only the time of day jumps. What measures how long something takes goes on as it does, as on a machine whose clock is set.

use std::fs;
use std::path::{Path, PathBuf};

use peygir_core::Moment;
use tempfile::TempDir;

use crate::noon;

/// Where Debian puts the library, whatever the machine's kind.
const PLACES: &str = "/usr/lib";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";

const SECOND_US: i64 = 1_000_000;

/// A clock of its own for a server.
pub struct Clock {
    folder: TempDir,
    library: PathBuf,
}

impl Clock {
    /// It goes with the machine's.
    pub fn new() -> Self {
        let folders = fs::read_dir(PLACES).expect("there is a folder of libraries").flatten();
        let library = folders.map(|folder| folder.path().join(LIBRARY)).find(|path| path.exists());
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let clock = Self { folder, library: library.expect("faketime has its library") };
        clock.ahead(0);
        clock
    }

    /// What a server has to be started with.
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().display().to_string()),
            // Asked anew each time: a jump is seen at once.
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }

    /// Puts the clock so many seconds ahead of the machine's; fewer than none is behind it.
    pub fn ahead(&self, seconds: i64) {
        // Never half there: it is read at any moment.
        let new = self.folder.path().join("new");
        fs::write(&new, format!("{seconds:+}\n")).expect("the scratch folder is ours");
        fs::rename(&new, self.file()).expect("the scratch folder is ours");
    }

    /// Puts the clock there; it goes on from there.
    pub fn put(&self, at: Moment) {
        self.ahead((at.0 - noon::now().0).div_euclid(SECOND_US));
    }

    fn file(&self) -> PathBuf {
        let folder: &Path = self.folder.path();
        folder.join("ahead")
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
