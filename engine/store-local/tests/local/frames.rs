//! Frames of all streams, where segments were taken away to an archive.

use peygir_store::conformance::history::History;
use peygir_store::{Error, MemoryStore, Store};
use peygir_store_local::disk::{Disk, FaultyDisk};
use peygir_store_local::index::MemoryPlace;

use crate::common::{open, options, play, segments};

/// The first frame of a segment, from its header.
fn first_frame(disk: &FaultyDisk, name: &str) -> u64 {
    let bytes = disk.bytes(&format!("journal/{name}")).unwrap();
    u64::from_le_bytes(bytes[24..32].try_into().unwrap())
}

#[test]
fn archived_frames_are_told_and_later_ones_are_read() {
    let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
    let model = MemoryStore::new();
    let mut history = History::new(11);
    let (store, _) = open(&disk, &place, options()).unwrap();
    play(&mut history, 60, &store, &model);
    store.checkpoint().unwrap();
    play(&mut history, 60, &store, &model);
    store.checkpoint().unwrap();
    let names = segments(&disk);
    assert!(names.len() > 4, "{names:?}");
    let frames = |store: &dyn Store, after: u64| store.frames(after, usize::MAX);
    assert_eq!(frames(&store, 0).unwrap(), frames(&model, 0).unwrap());

    // Taken away while the store is open: what it remembers of places is forgotten then.
    disk.remove(&format!("journal/{}", names[0])).unwrap();
    let first = first_frame(&disk, &names[1]);
    let check = |store: &dyn Store, first: u64| {
        for after in [0, first - 2] {
            let refused = frames(store, after);
            assert!(matches!(refused, Err(Error::Archived { first: told }) if told == first), "{after}: {refused:?}");
        }
        for after in [first - 1, first, first + 7, store.last_frame() - 1, store.last_frame()] {
            assert_eq!(frames(store, after).unwrap(), frames(&model, after).unwrap(), "after {after}");
        }
    };
    check(&store, first);
    drop(store);

    disk.remove(&format!("journal/{}", names[1])).unwrap();
    let (store, _) = open(&disk, &place, options()).unwrap();
    check(&store, first_frame(&disk, &names[2]));
}
