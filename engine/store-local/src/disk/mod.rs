//! Files as the journal and the snapshots see them: the seam at which tests break the disk.
//!
//! Owns: what a write, a sync and a rename promise. Paths are relative to the store's folder, with `/` between folder
//! and file. Knows nothing of what the files hold.

mod acts;
pub mod faulty;
pub mod real;

use std::io;
use std::sync::Arc;

pub use acts::Act;
pub use faulty::FaultyDisk;
pub use real::{RealDisk, make_folder};

/// A folder of files.
///
/// Recovery relies on this: a name that was created, renamed or removed is so after a crash once [`Disk::sync_folder`]
/// returned; before that it may be either way.
pub trait Disk: Send + Sync {
    /// Names of the files in `folder`, sorted; none where there is no such folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Makes an empty file, and its folder; a file that has the name already is an error.
    fn create(&self, path: &str) -> io::Result<Arc<dyn File>>;

    /// Opens a file for reading.
    fn open(&self, path: &str) -> io::Result<Arc<dyn File>>;

    /// Opens a file for reading and writing.
    fn open_to_write(&self, path: &str) -> io::Result<Arc<dyn File>>;

    /// Gives a file another name; a file that had it is gone.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    fn remove(&self, path: &str) -> io::Result<()>;

    fn sync_folder(&self, folder: &str) -> io::Result<()>;
}

/// A file of a [`Disk`].
///
/// Recovery relies on this: what was written is there after a crash once [`File::sync`] returned without error; before
/// that any part of it may be there or not. After an error of `sync` nothing is known of any write since the one before.
pub trait File: Send + Sync {
    /// Length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` from `offset` on; the count is less than its length only at the file's end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    fn truncate(&self, length: u64) -> io::Result<()>;

    fn sync(&self) -> io::Result<()>;
}

/// All of a small file; `None` where there is none.
pub fn read_whole(disk: &dyn Disk, path: &str) -> io::Result<Option<Vec<u8>>> {
    let file = match disk.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let count = file.read_at(0, &mut bytes)?;
    bytes.truncate(count);
    Ok(Some(bytes))
}

/// Replaces a small file as a whole: after a crash it is the old one or the new one.
pub fn replace(disk: &dyn Disk, path: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{path}.tmp");
    remove_if_there(disk, &temporary)?;
    let file = disk.create(&temporary)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    disk.rename(&temporary, path)?;
    disk.sync_folder(folder_of(path))
}

pub fn remove_if_there(disk: &dyn Disk, path: &str) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// The folder in which a path lies; empty for the store's own.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
