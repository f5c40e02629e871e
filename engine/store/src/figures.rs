//! What a store has done since it was opened, in numbers: for whoever watches it.
//!
//! Owns: counts that only rise, and histograms with fixed bounds. Counting takes no lock and no clock of its own; nothing
//! here is read by anything that decides.

use std::sync::atomic::{AtomicU64, Ordering};

use peygir_core::Moment;

/// Upper bounds of durations, in microseconds: from a fast disk's sync to a request that nobody waits for any more.
pub const MICROS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000, 30_000_000,
];
/// Upper bounds of the number of frames that were written together.
pub const GROUP_FRAMES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 4_096];

/// Counts values by the first bound that they do not exceed.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One more than bounds: the last is for what exceeds all of them.
    counts: Vec<AtomicU64>,
    sum: AtomicU64,
}

impl Histogram {
    pub fn new(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(), sum: AtomicU64::new(0) }
    }

    pub fn note(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// As it is now.
    pub fn read(&self) -> Counted {
        let counts: Vec<u64> = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        Counted { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// A histogram as it was at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub bounds: &'static [u64],
    /// For each bound what did not exceed it but the one before; at last what exceeds all of them.
    pub counts: Vec<u64>,
    pub sum: u64,
}

impl Counted {
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// How a store stands, and what it has done since it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreFigures {
    pub last_frame: u64,
    /// Frames and bytes that were appended to the journal.
    pub frames: u64,
    pub bytes: u64,
    /// Duration of each write with its sync, in microseconds; none where the store has no disk.
    pub append_micros: Option<Counted>,
    /// Frames of each group.
    pub group_frames: Option<Counted>,
    /// The segment at the end of the journal.
    pub segment: u64,
    /// The last seal, up to which frame it goes, and the time of that frame; 0 where nothing was sealed yet.
    pub seal: u64,
    pub sealed_frame: u64,
    pub sealed_at: Option<Moment>,
    /// The last frame that the index on disk has; what came later is in memory and in the journal.
    pub indexed_frame: u64,
    /// Bytes of changes that the index on disk has not got yet, and how many make commits wait.
    pub index_pending_bytes: u64,
    pub index_pending_bytes_max: u64,
    /// The frame at which the newest snapshot was begun; 0 without one.
    pub snapshot_frame: u64,
    /// Why no commits are taken, if none are.
    pub stopped: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_for_the_first_bound_that_it_does_not_exceed() {
        let histogram = Histogram::new(&[1, 10]);
        [0, 1, 2, 10, 11, 500].into_iter().for_each(|value| histogram.note(value));
        let counted = histogram.read();
        assert_eq!((counted.counts.as_slice(), counted.sum, counted.total()), ([2, 2, 2].as_slice(), 524, 6));
    }

    #[test]
    fn bounds_rise() {
        for bounds in [MICROS, GROUP_FRAMES] {
            assert!(bounds.is_sorted_by(|one, next| one < next));
        }
    }
}
