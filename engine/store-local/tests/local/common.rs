//! What the tests of the local store share.

use std::sync::Arc;

use peygir_store::conformance::history::History;
use peygir_store::{Error, MemoryStore, Store};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{LocalStore, OpeningReport, Options};

/// Small limits, so that a short history has several segments, generations and snapshots when asked.
pub fn options() -> Options {
    Options {
        boot_id: "boot-1".into(),
        segment_bytes_max: 8 << 10,
        generation_bytes_max: 4 << 10,
        snapshot_every_bytes: u64::MAX,
        snapshot_every_frames: u64::MAX,
        journal_id: Some(0x5eed),
        ..Options::default()
    }
}

pub fn open(disk: &FaultyDisk, place: &MemoryPlace, options: Options) -> Result<(LocalStore, OpeningReport), Error> {
    LocalStore::open_on(Arc::new(disk.clone()), place, options)
}

/// Commits the same history on both, one call at a time.
pub fn play(history: &mut History, calls: usize, store: &dyn Store, model: &MemoryStore) {
    for _ in 0..calls {
        let batches = history.batches(model);
        assert_eq!(store.commit(&batches), model.commit(&batches));
    }
}

/// Names of the segments, in order.
pub fn segments(disk: &FaultyDisk) -> Vec<String> {
    use peygir_store_local::disk::Disk;
    disk.list("journal").unwrap()
}

/// The last segment's path and its bytes.
pub fn last_segment(disk: &FaultyDisk) -> (String, Vec<u8>) {
    let path = format!("journal/{}", segments(disk).pop().unwrap());
    let bytes = disk.bytes(&path).unwrap();
    (path, bytes)
}

/// Offsets at which groups begin.
pub fn groups(segment: &[u8]) -> Vec<usize> {
    let (mut offsets, mut at) = (Vec::new(), 80);
    while at < segment.len() {
        offsets.push(at);
        let length = u32::from_le_bytes(segment[at + 28..at + 32].try_into().unwrap());
        at += 40 + length as usize;
    }
    assert_eq!(at, segment.len(), "whole groups");
    offsets
}
