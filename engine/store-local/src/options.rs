//! What can be set when a store is opened, and what the opening tells.

use std::fs;

use peygir_store::StreamId;
use peygir_store::body::Body;

/// A segment that has grown past this is sealed and the next one begun, in bytes.
pub const SEGMENT_BYTES_MAX: u64 = 64 << 20;
/// A group takes no more frames once it has this many bytes; a single larger frame makes a group of its own.
pub const GROUP_BYTES_MAX: usize = 8 << 20;
/// Frames of a group.
pub const GROUP_FRAMES_MAX: usize = 4096;
/// Commits that wait for the disk, in bytes; a caller with more waits for room.
pub const QUEUE_BYTES_MAX: usize = 64 << 20;
/// Each of the two generations of recent changes in memory, in bytes.
pub const GENERATION_BYTES_MAX: usize = 24 << 20;
/// The index's own cache, in bytes. sled counts pages as they lie on the disk, and holds two to three times as much in memory;
/// what it lets go of is still in the system's own cache of the file.
pub const CACHE_BYTES: u64 = 16 << 20;
/// A snapshot is taken once the journal has grown by this since the last, in bytes, and by as much as the last one has.
pub const SNAPSHOT_EVERY_BYTES: u64 = 256 << 20;
/// A snapshot is taken as well once this many frames came since the last, and as many bytes as the last one has.
pub const SNAPSHOT_EVERY_FRAMES: u64 = 500_000;
/// Snapshots that are kept.
pub const SNAPSHOTS_KEPT: usize = 2;
/// The last part of the journal that every start reads and checks, snapshots or not, in bytes.
pub const START_CHECK_BYTES: u64 = 256 << 20;

const BOOT_ID_PATH: &str = "/proc/sys/kernel/random/boot_id";

/// What the caller understands of what it had written: the store itself reads nothing of it.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// What in a frame's body this version does not know; `None` where it knows all of it.
    pub frame: fn(StreamId, &Body<'_>) -> Option<String>,
    /// The same of a row, by its key.
    pub row: fn(&[u8]) -> Option<String>,
    /// Nobody vouches that the index was made by a version that knew everything: what it has is looked at as well.
    pub look_behind: bool,
}

/// How a [`crate::LocalStore`] is opened. The defaults are meant for use; tests set smaller ones.
#[derive(Debug, Clone)]
pub struct Options {
    /// Tells one run of the machine from the next; empty where that is not known, which trusts the index less.
    pub boot_id: String,
    /// See [`SEGMENT_BYTES_MAX`].
    pub segment_bytes_max: u64,
    /// See [`GENERATION_BYTES_MAX`].
    pub generation_bytes_max: usize,
    /// See [`SNAPSHOT_EVERY_BYTES`].
    pub snapshot_every_bytes: u64,
    /// See [`SNAPSHOT_EVERY_FRAMES`].
    pub snapshot_every_frames: u64,
    /// See [`START_CHECK_BYTES`].
    pub start_check_bytes: u64,
    /// See [`CACHE_BYTES`].
    pub cache_bytes: u64,
    /// Stops the start where something is found that a later version wrote; with `None` whatever there is is taken.
    pub known: Option<Known>,
    /// Names a new journal; `None` draws a random one. A journal that is there keeps its own.
    pub journal_id: Option<u64>,
    /// Who does what commits, the index and snapshots need.
    pub workers: Workers,
}

/// Where a store's work is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Workers {
    /// On threads of the store's own: one orders commits, one writes the index, one takes snapshots.
    #[default]
    Threads,
    /// Nowhere but within the calls: a commit on its caller's thread, the rest when [`crate::LocalStore::work`] is called or
    /// there is no room without it. One thread then gives the disk and the index one order of operations: for simulations.
    Callers,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            boot_id: fs::read_to_string(BOOT_ID_PATH).map(|text| text.trim().to_owned()).unwrap_or_default(),
            segment_bytes_max: SEGMENT_BYTES_MAX,
            generation_bytes_max: GENERATION_BYTES_MAX,
            snapshot_every_bytes: SNAPSHOT_EVERY_BYTES,
            snapshot_every_frames: SNAPSHOT_EVERY_FRAMES,
            start_check_bytes: START_CHECK_BYTES,
            cache_bytes: CACHE_BYTES,
            known: None,
            journal_id: None,
            workers: Workers::default(),
        }
    }
}

/// What was found when a store was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningReport {
    /// Number of the journal's last frame.
    pub last_frame: u64,
    /// Segments of the journal.
    pub segments: usize,
    /// The end of the journal that has been cut off: what was not a whole group.
    pub cut: Option<Cut>,
    pub index: IndexFound,
    /// Frames whose changes were made again.
    pub frames_redone: u64,
    /// Snapshots that could not be used, and why; older ones or the journal stood in for them.
    pub snapshots_refused: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub segment: String,
    /// Where the journal now ends.
    pub offset: u64,
    /// Bytes that were cut off.
    pub bytes: u64,
    /// All of the group may be there: it may have been acknowledged, and damaged since. Otherwise it was torn, and nobody was
    /// told of its commits.
    pub is_doubtful: bool,
    /// Where a doubtful end was kept, in the store's folder; none where there was no room for it.
    pub kept: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexFound {
    /// There was no journal: the store is new.
    New,
    /// The index was kept; it had every frame up to this one.
    Kept { applied: u64 },
    /// The index was made anew from the snapshot begun at this frame (0: from the journal alone).
    Rebuilt { reason: String, snapshot: u64 },
}
