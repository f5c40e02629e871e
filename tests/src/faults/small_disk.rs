//! A disk with little room: a folder in memory of a fixed size, which a file fills and leaves again.
//!
//! It is mounted in the namespace of the test, so that nothing of it is left when the test has ended.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::run;

const FILLER: &str = "filler";
/// Written at once while the disk is filled, in bytes.
const PIECE: usize = 64 << 10;

/// A mounted disk; dropping it takes it away.
pub struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    /// Mounts one of so many MiB at a folder, which is made.
    pub fn mount(at: &Path, mebibytes: u32) -> Self {
        fs::create_dir_all(at).expect("the scratch folder is ours");
        run(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={mebibytes}m,mode=0755"), "tmpfs", &at.display().to_string()],
        );
        Self { at: at.to_owned() }
    }

    /// Takes what room there is, to the last page.
    pub fn fill(&self) {
        let mut file =
            File::options().create(true).append(true).open(self.at.join(FILLER)).expect("a file can be made");
        let mut piece = PIECE;
        while piece > 0 {
            match file.write(&vec![0; piece]) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => piece /= 2,
                Err(error) => panic!("the disk can't be filled: {error}"),
            }
        }
    }

    /// Gives the room back.
    pub fn free(&self) {
        fs::remove_file(self.at.join(FILLER)).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still killed may hold a file of it.
        run("umount", &["-l", &self.at.display().to_string()]);
    }
}
