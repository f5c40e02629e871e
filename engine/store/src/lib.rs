//! What the engine keeps and how it is kept: the `Store` trait, frames, the memory store, and the suite that every store
//! must pass.
//!
//! Owns: the frame (one commit) and its encoding, the hash chain of a stream, the rules of a commit (expected version,
//! claims, enqueued commands). Knows nothing of what the bytes mean: events, commands and rows are opaque here.

pub mod body;
pub mod conformance;
pub mod figures;
pub mod frame;
pub mod key;
pub mod memory;
pub mod rules;
pub mod space;
pub mod watch;

use std::sync::Weak;

use peygir_core::{Id, Moment};

pub use figures::StoreFigures;
pub use frame::{Frame, FrameHash};
pub use memory::MemoryStore;
pub use watch::Watcher;

/// A case with everything in it, or an instance without a case, or one of the system's own (`access`, `deployment`).
pub type StreamId = Id;

/// Number of commits of a stream; 0 before the first.
pub type Version = u64;

/// A key and its value.
pub type Row = (Vec<u8>, Vec<u8>);

/// Longest key, in bytes.
pub const KEY_BYTES_MAX: usize = 512;
/// Longest row value, in bytes.
pub const ROW_BYTES_MAX: usize = 4 << 20;
/// Longest frame body, in bytes.
pub const FRAME_BYTES_MAX: usize = 16 << 20;
/// Bytes of records after which [`Store::frames`] gives no further one in one answer.
pub const FRAMES_BYTES_MAX: usize = 8 << 20;

/// One commit of one stream: all of it becomes durable, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub stream: StreamId,
    /// The version that the writer saw; another one is a conflict.
    pub expected: Version,
    pub at: Moment,
    /// The command as received, with its actor; opaque.
    pub command: Vec<u8>,
    /// The events, each encoded by whoever owns its kind; opaque.
    pub events: Vec<Vec<u8>>,
    /// Rows to put or, with None, to delete. Keys are global; a writer keeps to its stream's prefix and to index keys
    /// that end in its stream's id, so that no two streams write one key.
    pub rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// Keys that must be absent, and are then there with this value: tracking codes, inbox ids, idempotency keys.
    /// Claims are kept for ever unless a batch of the stream that made them puts them in `unclaim`.
    pub claims: Vec<(Vec<u8>, Vec<u8>)>,
    pub unclaim: Vec<Vec<u8>>,
    /// Commands for other streams, taken up by [`Store::inbox`] in order for each stream.
    pub enqueue: Vec<Enqueued>,
    /// An entry of this stream's inbox that this commit has done; it is gone with the commit.
    pub done: Option<InboxKey>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    pub stream: StreamId,
    pub command: Vec<u8>,
}

/// Position of an enqueued command: where it goes, and the commit and index it came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InboxKey {
    pub stream: StreamId,
    /// Number of the frame that enqueued it, and its index there: the order of taking up.
    pub frame: u64,
    pub index: u32,
}

/// Why a batch was refused; nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    #[error("the stream is at version {actual}")]
    Version { actual: Version },
    /// `value` is what the key was claimed with.
    #[error("a claimed key exists already")]
    Claimed { key: Vec<u8>, value: Vec<u8> },
    /// The inbox entry in `done` is not there (any more): its command was carried out by another commit, or it is
    /// another stream's.
    #[error("the inbox entry is not there any more")]
    Done,
    #[error("over the limit {limit}")]
    TooLarge { limit: &'static str },
    /// The store has stopped taking commits (a sync failed, the disk is full); the text says why. Nothing is known
    /// lost, and nothing more is acknowledged.
    #[error("the store takes no commits: {0}")]
    Stopped(String),
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    /// Damage before the last group: the start stops here.
    #[error("segment {segment}, offset {offset}: {what}")]
    Damaged { segment: String, offset: u64, what: String },
    /// Whole, but of a kind or a format that only a later version knows: the start stops here.
    #[error("{file}, offset {offset}, frame {frame}: {what}")]
    Unknown { file: String, offset: u64, frame: u64, what: String },
    /// The frames that were asked for are in segments that were taken away to an archive.
    #[error("the journal here begins with frame {first}; earlier ones are archived")]
    Archived { first: u64 },
    #[error("{0}")]
    Refused(String),
    #[error("the store takes no commits: {0}")]
    Stopped(String),
}

/// Called with what came of a commit.
pub type Done = Box<dyn FnOnce(Result<Version, Conflict>) + Send>;

/// What a store does. Every method may be called from several threads at once.
pub trait Store: Send + Sync {
    /// Commits in order; each is taken or refused on its own. Returns when those taken are durable: recovery finds each
    /// of them whole. A reader on any thread sees a batch's rows only once it is durable.
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>>;

    /// The same for one batch and a caller who does not wait on a thread of his own: `done` is called once, with what came of
    /// it, on the thread that commits or before this returns. It has to be quick. Batches that one thread hands in one after
    /// the other are committed in that order, and their callers called in it; one that no store could take, being too large, may
    /// be refused before its turn.
    fn commit_then(&self, batch: &Batch, done: Done) {
        let unanswered = || Err(Conflict::Stopped("the store gave no answer".to_owned()));
        done(self.commit(std::slice::from_ref(batch)).pop().unwrap_or_else(unanswered));
    }

    /// The stream's version; 0 where there is none.
    fn version(&self, stream: StreamId) -> Result<Version, Error>;

    /// One row.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;

    /// Up to `limit` rows with keys in `from..to`, in the order of keys. A caller that wants more asks again from
    /// behind the last. It sees no torn batch: each page is of one moment.
    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error>;

    /// The value that a key was claimed with.
    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;

    /// Up to `limit` enqueued commands, oldest frame first. They stay until a commit of their stream names them `done`.
    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error>;

    /// Frames of one stream behind version `after`, in order: its journal.
    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error>;

    /// Frames of all streams behind frame number `after`, in the order in which they were committed, without gaps, and
    /// durable ones only. Up to `limit`, and fewer where they are large ([`FRAMES_BYTES_MAX`]); none only where there is
    /// none. What follows commits keeps the number of the last frame it dealt with and goes on from there.
    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error>;

    /// Number of the last durable frame; 0 where there is none.
    fn last_frame(&self) -> u64;

    /// Has the watcher called after commits became durable, for as long as somebody holds it. It is called on the thread
    /// that commits, and returns at once. It is a hint that spares polling, never the only way to learn of a frame.
    fn watch(&self, watcher: Weak<Watcher>);

    /// SHA-256 over all rows, claims, versions and the inbox in the order of keys: two stores with the same content
    /// give the same digest, however it was reached.
    fn digest(&self) -> Result<[u8; 32], Error>;

    /// Writes what lets the next start be quick (a snapshot); safe at any time, never needed for safety.
    fn checkpoint(&self) -> Result<(), Error>;

    /// How it stands and what it has done since it was opened; read from counters, never by a scan. A store that counts
    /// nothing says no more than its last frame.
    fn figures(&self) -> StoreFigures {
        StoreFigures { last_frame: self.last_frame(), ..StoreFigures::default() }
    }
}
