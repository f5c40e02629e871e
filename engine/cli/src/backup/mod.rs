//! Backups of a data folder: a folder of files with digests, from which a store is put together again.
//!
//! Owns: what lies where in it, copying with digests, putting together. The frames are the store's matter, words to people
//! the commands'. Keys of persons are never among these files: they have a folder of their own ([`keys`]).
//!
//! ```text
//! lock                                      held by the one that takes a backup
//! segments/00000001.segment                 closed segments, shared by all backups: copied once
//! backups/000000000123-20261122T083000Z/    one backup, by its last frame and its time
//!   manifest.json                           written last: without it a backup was never finished
//!   00000007.segment                        the segment that was still growing, up to the last frame
//!   00000000000000000100.snapshot           the newest snapshot of nothing later
//! ```

pub mod digest;
pub mod keys;
mod lock;
pub mod manifest;
pub mod put;
mod shelf;
pub mod take;

use std::path::Path;

pub use manifest::Manifest;
pub use shelf::Shelf;

/// Whether a folder lies in another, or is it. What is not there yet lies where its nearest folder that is there does.
pub fn lies_within(inner: &Path, outer: &Path) -> std::io::Result<bool> {
    let there = |path: &Path| -> std::io::Result<std::path::PathBuf> {
        let path = std::path::absolute(path)?;
        let found = path.ancestors().find_map(|folder| Some((folder.canonicalize().ok()?, folder)));
        Ok(found.map_or_else(|| path.clone(), |(real, folder)| real.join(path.strip_prefix(folder).unwrap_or(&path))))
    };
    Ok(there(inner)?.starts_with(there(outer)?))
}
