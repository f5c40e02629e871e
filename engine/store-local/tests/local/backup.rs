//! Copies of a journal that goes on, and the way back to a moment; and journals of a later version.

use std::collections::BTreeMap;

use peygir_core::Moment;
use peygir_store::conformance::history::History;
use peygir_store::{Error, MemoryStore, Store, StreamId, body::Body};
use peygir_store_local::disk::{Disk, FaultyDisk};
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{Inventory, Known, Options, Point, cut_back_on, inventory_on, verify_on};

use crate::common::{groups, last_segment, open, options, play, segments};

/// What the inventory names, and no byte more.
fn copied(disk: &FaultyDisk, inventory: &Inventory) -> FaultyDisk {
    let copy = FaultyDisk::new();
    for part in inventory.segments.iter().chain(&inventory.snapshot) {
        let bytes = disk.bytes(&part.path).unwrap();
        copy.create(&part.path).unwrap().write_at(0, &bytes[..part.bytes as usize]).unwrap();
    }
    copy
}

/// A history with the digest that the store had at each of its frames.
fn recorded(calls: usize) -> (FaultyDisk, BTreeMap<u64, [u8; 32]>, BTreeMap<u64, Moment>) {
    let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(31));
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    let mut digests = BTreeMap::new();
    for call in 0..calls {
        play(&mut history, 1, &store, &model);
        digests.insert(store.last_frame(), store.digest().unwrap());
        if call == calls / 2 {
            store.checkpoint().unwrap();
        }
        if call % 7 == 3 {
            store.seal().unwrap();
        }
    }
    let frames = store.frames(0, usize::MAX).unwrap();
    (disk, digests, frames.iter().map(|frame| (frame.number, frame.at)).collect())
}

#[test]
fn a_copy_of_what_the_inventory_names_is_the_store_as_of_its_last_frame() {
    let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(5));
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    for round in 0..6 {
        play(&mut history, 25, &store, &model);
        if round == 3 {
            store.checkpoint().unwrap();
        }
        let (inventory, digest) = (inventory_on(&disk).unwrap(), store.digest().unwrap());
        assert_eq!(inventory.last_frame, store.last_frame());
        assert_eq!(inventory.snapshot.is_some(), round >= 3);
        assert!(inventory.segments.iter().rev().skip(1).all(|part| part.closed));
        // The store goes on before the copy is made, and leaves a torn group behind.
        play(&mut history, 5, &store, &model);
        let copy = copied(&disk, &inventory);
        assert_eq!(verify_on(&copy, &mut |_| ()).unwrap().last_frame, inventory.last_frame);
        let (restored, report) = open(&copy, &MemoryPlace::new(), options()).unwrap();
        assert_eq!((report.cut, restored.digest().unwrap()), (None, digest));
    }
    assert!(segments(&disk).len() > 2, "the history is long enough");
}

/// The two ends of a snapshot tell nothing of its middle.
#[test]
fn a_damaged_snapshot_is_no_part_of_a_copy() {
    let (disk, ..) = recorded(20);
    let whole = inventory_on(&disk).unwrap();
    let mut looked_at = whole.clone();
    assert_eq!(looked_at.without_damaged_snapshot_on(&disk).unwrap(), None);
    assert_eq!(looked_at, whole);
    let path = whole.snapshot.clone().unwrap().path;
    let bytes = disk.bytes(&path).unwrap();
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    disk.set_bytes(&path, &damaged);
    let what = looked_at.without_damaged_snapshot_on(&disk).unwrap().expect("what is wrong with it");
    assert!(what.starts_with(&path) && looked_at.snapshot.is_none(), "{what}");
    // Where the journal alone does not bring everything back, there is no backup to be had.
    let mut archived = Inventory { first_frame: 5, ..whole };
    assert!(matches!(archived.without_damaged_snapshot_on(&disk), Err(Error::Refused(_))));
}

#[test]
fn a_torn_end_is_no_part_of_a_copy() {
    let (disk, ..) = recorded(20);
    let before = inventory_on(&disk).unwrap();
    let (path, bytes) = last_segment(&disk);
    disk.set_bytes(&path, &[&bytes[..], b"PgyGrubbish"].concat());
    assert_eq!(inventory_on(&disk).unwrap(), before);
}

#[test]
fn every_frame_is_a_point_to_come_back_to() {
    let (disk, digests, times) = recorded(60);
    let whole = inventory_on(&disk).unwrap();
    for last in 1..=whole.last_frame {
        let copy = copied(&disk, &whole);
        let cut = cut_back_on(&copy, Point::Frame(last)).unwrap();
        assert_eq!((cut.last_frame, cut.frames_left_out), (last, whole.last_frame - last));
        assert_eq!(cut.last_at, times.get(&last).copied());
        let report = verify_on(&copy, &mut |_| ()).unwrap();
        assert_eq!((report.last_frame, report.tail), (last, None), "what is left is clean");
        let (store, _) = open(&copy, &MemoryPlace::new(), options()).unwrap();
        assert_eq!(store.last_frame(), last);
        if let Some(digest) = digests.get(&last) {
            assert_eq!(store.digest().unwrap(), *digest, "frame {last}");
        }
    }
}

#[test]
fn a_time_is_a_point_too_and_one_before_everything_is_refused() {
    let (disk, _, times) = recorded(30);
    let whole = inventory_on(&disk).unwrap();
    for &at in times.values() {
        let copy = copied(&disk, &whole);
        let cut = cut_back_on(&copy, Point::At(at)).unwrap();
        let first_later = times.iter().find(|(_, time)| **time > at).map(|(frame, _)| *frame);
        assert_eq!(cut.last_frame, first_later.map_or(whole.last_frame, |frame| frame - 1));
    }
    let first = *times.values().min().unwrap();
    for point in [Point::Frame(0), Point::At(first.plus_micros(-1))] {
        let copy = copied(&disk, &whole);
        assert!(matches!(cut_back_on(&copy, point), Err(Error::Refused(_))));
        assert_eq!(inventory_on(&copy).unwrap(), whole, "a refusal changes nothing");
    }
}

/// Gives the first record of the last group another kind or format, with right check sums.
fn forged(disk: &FaultyDisk, at: usize, byte: u8) -> (u64, FaultyDisk) {
    let disk = disk.copy();
    let (path, mut bytes) = last_segment(&disk);
    let group = *groups(&bytes).last().unwrap();
    let record = group + 40;
    bytes[record + at] = byte;
    let length = u32::from_le_bytes(bytes[record + 8..record + 12].try_into().unwrap()) as usize;
    let sum = crc32c::crc32c(&bytes[record..record + 12]);
    let sum = crc32c::crc32c_append(sum, &bytes[record + 16..record + 88 + length]);
    bytes[record + 12..record + 16].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[record..]);
    bytes[group + 32..group + 36].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[group..group + 36]);
    bytes[group + 36..group + 40].copy_from_slice(&sum.to_le_bytes());
    disk.set_bytes(&path, &bytes);
    (record as u64, disk)
}

#[test]
fn a_record_of_a_later_version_stops_the_start_by_its_place() {
    let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(31));
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    play(&mut history, 20, &store, &model);
    drop(store);
    let (name, _) = last_segment(&disk);
    for (at, byte, words) in [(4, 9, "kind 9"), (5, 2, "format 2")] {
        let (record, forged) = forged(&disk, at, byte);
        let before = forged.bytes(&name).unwrap();
        let stops = [
            open(&forged, &MemoryPlace::new(), options()).err().expect("the start stops"),
            verify_on(&forged, &mut |_| ()).expect_err("the check stops"),
        ];
        for error in stops {
            let Error::Unknown { file, offset, frame, what } = error else { panic!("{error}") };
            assert_eq!((offset, frame > 0), (record, true));
            assert!(name.ends_with(&file) && what.contains(words), "{file}: {what}");
        }
        assert_eq!(forged.bytes(&name).unwrap(), before, "a start that stops cuts nothing");
    }
}

fn knows_no_frame(stream: StreamId, body: &Body<'_>) -> Option<String> {
    (!body.events.is_empty()).then(|| format!("an event of {stream}"))
}

fn knows_no_row(key: &[u8]) -> Option<String> {
    Some(format!("a row {key:?}"))
}

fn knowing(look_behind: bool) -> Options {
    Options { known: Some(Known { frame: knows_no_frame, row: |_| None, look_behind }), ..options() }
}

#[test]
fn what_the_engine_does_not_know_stops_the_start_wherever_it_stands() {
    let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
    let (model, mut history) = (MemoryStore::new(), History::new(31));
    let (store, _) = open(&disk, &place, options()).unwrap();
    play(&mut history, 20, &store, &model);
    store.checkpoint().unwrap();
    store.close().unwrap();
    let unknown = |error: Option<Error>| match error {
        Some(Error::Unknown { file, what, .. }) => format!("{file}: {what}"),
        other => panic!("{other:?}"),
    };
    // The index has it all: only who looks behind it sees them.
    let (store, _) = open(&disk, &place, knowing(false)).unwrap();
    store.close().unwrap();
    assert!(unknown(open(&disk, &place, knowing(true)).err()).contains(".segment: an event of"));
    // Without the index the snapshot's rows are asked about, and the frames behind it.
    let rows = Known { frame: |_, _| None, row: knows_no_row, look_behind: false };
    let rows = Options { known: Some(rows), boot_id: "boot-2".into(), ..options() };
    assert!(unknown(open(&disk, &MemoryPlace::new(), rows).err()).contains(".snapshot: a row"));
}

/// A store that was closed says how far it came: a damaged last group of it was acknowledged, whoever looks.
#[test]
fn a_damaged_end_of_a_closed_store_is_no_torn_one() {
    let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(11));
    // One segment for all: a new one, begun behind the last commit, would have nothing but its header to damage.
    let roomy = Options { segment_bytes_max: 1 << 20, ..options() };
    let (store, _) = open(&disk, &MemoryPlace::new(), roomy.clone()).unwrap();
    play(&mut history, 20, &store, &model);
    let last_frame = store.last_frame();
    store.close().unwrap();
    assert_eq!(verify_on(&disk, &mut |_| ()).unwrap().last_frame, last_frame);
    let (path, mut bytes) = last_segment(&disk);
    let at = bytes.len() - 20;
    bytes[at] ^= 1;
    disk.set_bytes(&path, &bytes);
    let told = format!("frame {last_frame} had been acknowledged");
    let verified = verify_on(&disk, &mut |_| ()).unwrap_err().to_string();
    assert!(verified.contains(&told), "{verified}");
    let copied = inventory_on(&disk).unwrap_err().to_string();
    assert!(copied.contains(&told), "{copied}");
    let started = open(&disk, &MemoryPlace::new(), roomy).err().expect("it does not start").to_string();
    assert!(started.contains(&told), "{started}");
}
