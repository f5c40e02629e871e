//! Calls of the system that fail, by libfiu: it stands between the binary and the C library, and is told through named pipes
//! which calls fail from now on.
//!
//! It cannot tell one file from another: a call fails for all of them.

use std::process::Command;

use tempfile::TempDir;

/// Errors of the system, as `errno` numbers them.
pub const EIO: i32 = 5;
pub const ENOSPC: i32 = 28;

/// What the journal is brought to the disk with.
pub const SYNC: &str = "posix/io/sync/fdatasync";
/// What folders, and files that replace others, are brought to the disk with.
pub const SYNC_WHOLE: &str = "posix/io/sync/fsync";
/// What the journal is written with.
pub const WRITE: &str = "posix/io/rw/pwrite";
/// The same call does a part of its work and says so: no error.
pub const WRITE_SHORT: &str = "posix/io/rw/pwrite/reduce";

const LIBRARIES: &str = "/usr/lib/fiu/fiu_run_preload.so /usr/lib/fiu/fiu_posix_preload.so";
const CONTROL: &str = "/usr/bin/fiu-ctrl";

/// A way to make calls of a server fail while it runs.
pub struct Calls {
    folder: TempDir,
    from_the_start: String,
}

impl Calls {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        Self { folder, from_the_start: String::new() }
    }

    /// A call fails from the server's first moment on.
    pub fn failing(call: &str, error: i32) -> Self {
        Self { from_the_start: format!("enable name={call},failinfo={error}"), ..Self::new() }
    }

    /// What a server has to be started with.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("LD_PRELOAD", LIBRARIES.to_owned()),
            ("FIU_CTRL_FIFO", self.prefix()),
            ("FIU_ENABLE", self.from_the_start.clone()),
        ]
    }

    /// From now on the call fails, each time.
    pub fn fail(&self, pid: u32, call: &str, error: i32) {
        self.tell(pid, &format!("enable name={call},failinfo={error}"));
    }

    /// From now on the call fails now and then; `probability` is from 0 to 1.
    pub fn fail_sometimes(&self, pid: u32, call: &str, error: i32, probability: f32) {
        self.tell(pid, &format!("enable_random name={call},failinfo={error},probability={probability}"));
    }

    /// From now on the call does what it is for.
    pub fn mend(&self, pid: u32, call: &str) {
        self.tell(pid, &format!("disable name={call}"));
    }

    fn prefix(&self) -> String {
        self.folder.path().join("control").display().to_string()
    }

    fn tell(&self, pid: u32, command: &str) {
        let mut control = Command::new(CONTROL);
        let output = control.args(["-f", &self.prefix(), "-c", command, &pid.to_string()]).output();
        let output = output.expect("fiu-ctrl is there");
        let said = [output.stdout, output.stderr].concat();
        // It ends well in any case, and says what went wrong.
        assert!(said.is_empty(), "{command}: {}", String::from_utf8_lossy(&said));
    }
}

impl Default for Calls {
    fn default() -> Self {
        Self::new()
    }
}
