//! Backups of a data folder: a folder of files with digests, from which a store is put together again.
//!
//! Owns: what lies where in it, copying with digests, putting together. The frames are the store's matter, words to people
//! the commands'. Keys of persons are never among these files: they have a folder of their own ([`keys`]).
//!
//! ```text
//! segments/00000001.segment                 closed segments, shared by all backups: copied once
//! backups/000000000123-20261122T083000Z/    one backup, by its last frame and its time
//!   manifest.json                           written last: without it a backup was never finished
//!   00000007.segment                        the segment that was still growing, up to the last frame
//!   00000000000000000100.snapshot           the newest snapshot of nothing later
//! ```

pub mod digest;
pub mod keys;
pub mod manifest;
pub mod put;
mod shelf;
pub mod take;

pub use manifest::Manifest;
pub use shelf::Shelf;
