//! What the store counts of itself while it works, without a lock.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use peygir_core::Moment;
use peygir_store::StoreFigures;
use peygir_store::figures::{GROUP_FRAMES, Histogram, MICROS};

use crate::journal::Journal;
use crate::seal::Seal;
use crate::snapshot;

/// Nothing was sealed yet, or of the last seal the time is not known.
const UNKNOWN: i64 = i64::MIN;

pub struct Gauges {
    frames: AtomicU64,
    bytes: AtomicU64,
    append_micros: Histogram,
    group_frames: Histogram,
    segment: AtomicU64,
    seal: AtomicU64,
    sealed_frame: AtomicU64,
    sealed_at: AtomicI64,
    snapshot_frame: AtomicU64,
}

impl Gauges {
    /// Of a store that is just being opened.
    pub fn new(journal: &Journal) -> Self {
        // Where the snapshots can't be listed, the next one is counted.
        let newest = snapshot::finished(&*journal.disk).ok().and_then(|found| found.last().copied());
        Self {
            frames: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            append_micros: Histogram::new(MICROS),
            group_frames: Histogram::new(GROUP_FRAMES),
            segment: AtomicU64::new(journal.segment),
            seal: AtomicU64::new(journal.sealed.number),
            sealed_frame: AtomicU64::new(journal.sealed.last_frame),
            sealed_at: AtomicI64::new(UNKNOWN),
            snapshot_frame: AtomicU64::new(newest.unwrap_or(0)),
        }
    }

    /// A group was written and synced, or should have been.
    pub fn appended(&self, took: Duration, frames: u32, bytes: usize) {
        self.append_micros.note(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.group_frames.note(u64::from(frames));
        self.frames.fetch_add(u64::from(frames), Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub fn sealed(&self, seal: &Seal) {
        self.seal.store(seal.number, Ordering::Relaxed);
        self.sealed_frame.store(seal.last_frame, Ordering::Relaxed);
        self.sealed_at.store(seal.at.0, Ordering::Relaxed);
    }

    pub fn segment(&self, number: u64) {
        self.segment.store(number, Ordering::Relaxed);
    }

    pub fn snapshot(&self, begun: u64) {
        self.snapshot_frame.store(begun, Ordering::Relaxed);
    }

    pub fn read(&self) -> StoreFigures {
        let sealed_at = self.sealed_at.load(Ordering::Relaxed);
        StoreFigures {
            frames: self.frames.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            append_micros: Some(self.append_micros.read()),
            group_frames: Some(self.group_frames.read()),
            segment: self.segment.load(Ordering::Relaxed),
            seal: self.seal.load(Ordering::Relaxed),
            sealed_frame: self.sealed_frame.load(Ordering::Relaxed),
            sealed_at: (sealed_at != UNKNOWN).then_some(Moment(sealed_at)),
            snapshot_frame: self.snapshot_frame.load(Ordering::Relaxed),
            ..StoreFigures::default()
        }
    }
}
