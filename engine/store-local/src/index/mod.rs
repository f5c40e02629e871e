//! Rows on disk, behind the journal: the seam at which the index is exchanged or broken.
//!
//! Owns: what an index promises, which is little. It may lose everything, come back empty or broken; the journal and
//! the snapshots make it anew. Knows nothing of commits.

mod blocks;
pub mod memory;
mod packed;
pub mod sled;

use std::io;

use peygir_store::space::{Page, Value};

pub use memory::MemoryPlace;
pub use sled::SledPlace;

/// Rows of a page at most, in bytes of keys and values; a single larger row makes a page of its own.
pub const PAGE_BYTES_MAX: usize = 4 << 20;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the index failed: {0}")]
pub struct IndexError(pub String);

/// An ordered map from keys to values. Every method may be called from several threads at once.
pub trait Index: Send + Sync {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError>;

    /// The first rows of `from..to`, in order, at most `limit` of them and about [`PAGE_BYTES_MAX`] bytes; whether
    /// there may be more.
    fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError>;

    /// A key of `from..to` behind which there is none; `None` where there is none at all. It need not be the last one.
    fn bound(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        let _ = from;
        Ok(Some(to.to_vec()))
    }

    /// Makes these changes; a key stands in them once. A process that is killed meanwhile may leave any of them.
    fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError>;

    /// What was written is there when another process opens the index under the same boot.
    fn flush(&self) -> Result<(), IndexError>;

    /// What was written is there after a power cut; the index answers no more.
    fn close(&self) -> Result<(), IndexError>;
}

/// Where an index is kept.
pub trait Place: Send + Sync {
    /// The index as it was left; an error where there is none.
    fn open(&self) -> Result<Box<dyn Index>, IndexError>;

    /// Sets aside what is there and gives an empty index.
    fn renew(&self) -> Result<Box<dyn Index>, IndexError>;

    /// What was set aside first is there again: the start that wanted another one came to nothing, and whoever starts again and again
    /// must not lose it by that. No index of this place is in use.
    fn put_back(&self) -> io::Result<()> {
        Ok(())
    }
}
