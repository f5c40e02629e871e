//! Seals and receipts, and what `verify` sees of a journal that somebody has edited.

use crate::common::{groups, open, options, play, segments};
use peygir_core::Moment;
use peygir_store::conformance::history::History;
use peygir_store::conformance::{batch, commit, stream};
use peygir_store::{Batch, Error, Frame, MemoryStore, Store};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{Given, LocalStore, Options, Receipt, receipt_on, verify_on, verify_receipt};

fn sealed() -> (FaultyDisk, LocalStore, MemoryStore) {
    let (disk, place, model, mut history) =
        (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(9));
    let (store, _) = open(&disk, &place, options()).unwrap();
    for _ in 0..3 {
        play(&mut history, 10, &store, &model);
        store.seal().unwrap();
    }
    (disk, store, model)
}

fn frames(store: &dyn Store) -> Vec<Frame> {
    let mut frames: Vec<_> = (0..6).flat_map(|number| store.journal(stream(number), 0, usize::MAX).unwrap()).collect();
    frames.sort_by_key(|frame| frame.number);
    frames
}

#[test]
fn every_sealed_frame_has_a_receipt_that_holds() {
    let (_, store, model) = sealed();
    let frames = frames(&model);
    for frame in &frames {
        let seal = store.seal_of(frame.number).unwrap().expect("sealed");
        assert!(seal.after < frame.number && frame.number <= seal.last_frame);
        let receipt = store.receipt(frame.stream, frame.version).unwrap().expect("a receipt");
        assert_eq!(receipt.frame, frame.hash().unwrap());
        assert_eq!((receipt.seal_number, receipt.seal_hash, receipt.root), (seal.number, seal.hash, seal.root));
        verify_receipt(&receipt).unwrap();
    }
    assert!(store.seal().unwrap().is_none(), "nothing moved");
    // What came since is not sealed yet.
    commit(&store, batch(stream(50), 0)).unwrap();
    assert_eq!(store.seal_of(model.frames() + 1).unwrap(), None);
    assert_eq!(store.receipt(stream(50), 1).unwrap(), None);
    assert_eq!(store.receipt(stream(51), 1).unwrap(), None);
    assert_eq!(store.receipt(stream(50), 0).unwrap(), None);
    let seal = store.seal().unwrap().unwrap();
    assert_eq!((seal.streams, seal.last_frame), (1, model.frames() + 1));
    verify_receipt(&store.receipt(stream(50), 1).unwrap().unwrap()).unwrap();
}

/// It is the age of what has no seal that counts, not how long the store is open.
#[test]
fn what_is_old_is_sealed_whichever_start_wrote_it() {
    let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
    let at = Moment(1_700_000_000_000_000);
    for (number, micros) in [(1_u8, 0), (2, 1_000)] {
        let (store, _) = open(&disk, &place, options()).unwrap();
        commit(&store, Batch { at: at.plus_micros(micros), ..batch(stream(number), 0) }).unwrap();
        store.close().unwrap();
    }
    let (store, _) = open(&disk, &place, options()).unwrap();
    assert_eq!(store.seal_from_before(at).unwrap(), None, "nothing is older than the first frame");
    let seal = store.seal_from_before(at.plus_micros(1)).unwrap().expect("the first frame is old enough");
    assert_eq!((seal.streams, seal.last_frame), (2, 2));
    assert_eq!(store.seal_from_before(at.plus_micros(10_000_000)).unwrap(), None, "all is sealed");
}

#[test]
fn the_files_alone_give_the_receipt_of_the_newest_sealed_commit() {
    let (disk, store, model) = sealed();
    let newest: std::collections::BTreeMap<_, _> =
        frames(&model).iter().map(|frame| (frame.stream, frame.version)).collect();
    for (stream, version) in newest {
        let given = receipt_on(&disk, stream).unwrap();
        assert_eq!((given.receipt, given.version), (store.receipt(stream, version).unwrap(), version));
    }
    // Not sealed yet, and not there at all.
    commit(&store, batch(stream(50), 0)).unwrap();
    assert_eq!(receipt_on(&disk, stream(50)).unwrap(), Given { receipt: None, version: 1 });
    assert_eq!(receipt_on(&disk, stream(51)).unwrap(), Given { receipt: None, version: 0 });
    let report = verify_on(&disk, &mut |_| ()).unwrap();
    assert_eq!(report.sealed.len() as u64, report.seals);
    assert_eq!(report.sealed.values().last().copied(), report.last_seal);
}

#[test]
fn a_receipt_that_was_changed_shows_nothing() {
    let (_, store, model) = sealed();
    let receipts = frames(&model).into_iter().map(|frame| store.receipt(frame.stream, frame.version).unwrap().unwrap());
    let receipt = receipts.into_iter().find(|receipt| !receipt.later.is_empty() && !receipt.path.is_empty()).unwrap();
    let changes: [fn(&mut Receipt); 9] = [
        |receipt| receipt.frame[0] ^= 1,
        |receipt| receipt.version += 1,
        |receipt| receipt.stream.0[0] ^= 1,
        |receipt| receipt.later[0].1[0] ^= 1,
        |receipt| receipt.later.clear(),
        |receipt| receipt.path[0].hash[0] ^= 1,
        |receipt| receipt.root[0] ^= 1,
        |receipt| receipt.seal_hash[0] ^= 1,
        |receipt| *receipt.seal_record.last_mut().unwrap() ^= 1,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut changed = receipt.clone();
        change(&mut changed);
        assert!(verify_receipt(&changed).is_err(), "change {index}");
    }
}

#[test]
fn seals_are_found_after_the_index_was_made_anew() {
    let (disk, store, model) = sealed();
    let digest = store.digest().unwrap();
    let numbers: Vec<u64> = (1..=model.frames()).map(|frame| store.seal_of(frame).unwrap().unwrap().number).collect();
    store.close().unwrap();
    let (store, _) = open(&disk, &MemoryPlace::new(), Options { boot_id: "boot-2".into(), ..options() }).unwrap();
    assert_eq!(store.digest().unwrap(), digest);
    let again: Vec<u64> = (1..=model.frames()).map(|frame| store.seal_of(frame).unwrap().unwrap().number).collect();
    assert_eq!(again, numbers);
    commit(&store, batch(stream(50), 0)).unwrap();
    assert_eq!(store.seal().unwrap().unwrap().number, numbers.last().unwrap() + 1);
}

#[test]
fn verify_counts_what_is_there() {
    let (disk, store, model) = sealed();
    store.checkpoint().unwrap();
    let (mut calls, mut last) = (0, None);
    let report = verify_on(&disk, &mut |progress| {
        calls += 1;
        last = Some(progress);
    })
    .unwrap();
    assert_eq!((report.frames, report.first_frame, report.last_frame), (model.frames(), 1, model.frames()));
    assert_eq!(report.segments, segments(&disk).len());
    assert_eq!(report.last_seal, store.seal_of(model.frames()).unwrap().map(|seal| seal.hash));
    assert_eq!((report.snapshots.len(), report.tail), (1, None));
    assert!(report.streams > 1 && report.seals >= 3);
    let last = last.unwrap();
    assert!(calls > 10);
    assert_eq!((last.bytes_done, last.frames), (report.bytes, model.frames()));
}

/// Changes a byte of the body of the record at `at`, and mends every check sum: what only the chain and the seals see.
fn edit(segment: &mut [u8], group: usize) {
    let record = group + 40;
    let body = record + 88;
    let length = u32::from_le_bytes(segment[record + 8..record + 12].try_into().unwrap()) as usize;
    // The time of the commit: any eight bytes are a time.
    segment[record + 48] ^= 1;
    let sum = crc32c::crc32c(&segment[record..record + 12]);
    let sum = crc32c::crc32c_append(sum, &segment[record + 16..body + length]);
    segment[record + 12..record + 16].copy_from_slice(&sum.to_le_bytes());
    let records = u32::from_le_bytes(segment[group + 28..group + 32].try_into().unwrap()) as usize;
    let sum = crc32c::crc32c(&segment[record..record + records]);
    segment[group + 32..group + 36].copy_from_slice(&sum.to_le_bytes());
    let sum = crc32c::crc32c(&segment[group..group + 36]);
    segment[group + 36..group + 40].copy_from_slice(&sum.to_le_bytes());
}

#[test]
fn a_frame_edited_with_all_check_sums_mended_shows() {
    let (disk, store, _) = sealed();
    store.close().unwrap();
    let mut edited = 0;
    for name in segments(&disk) {
        let path = format!("journal/{name}");
        let bytes = disk.bytes(&path).unwrap();
        for group in groups(&bytes) {
            let changed = disk.copy();
            let mut content = bytes.clone();
            edit(&mut content, group);
            changed.set_bytes(&path, &content);
            let frames = u32::from_le_bytes(bytes[group + 24..group + 28].try_into().unwrap());
            // A seal at the very end has nothing behind it that would tell: that is what a published seal is for.
            let last = name == *segments(&disk).last().unwrap() && Some(&group) == groups(&bytes).last();
            let result = verify_on(&changed, &mut |_| ());
            match result {
                Err(Error::Damaged { .. }) => edited += 1,
                Ok(report) if frames == 0 && last => {
                    assert_ne!(report.last_seal, verify_on(&disk, &mut |_| ()).unwrap().last_seal);
                }
                other => panic!("{name}, group at {group}: {other:?}"),
            }
            let fresh = Options { boot_id: "boot-2".into(), ..options() };
            if frames > 0 {
                assert!(open(&changed, &MemoryPlace::new(), fresh).is_err(), "{name}, group at {group}");
            }
        }
    }
    assert!(edited > 10);
}

#[test]
fn verify_runs_while_the_store_writes() {
    let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
    let (store, _) = open(&disk, &place, options()).unwrap();
    let frames = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for version in 0..400 {
                commit(&store, batch(stream(1), version)).unwrap();
            }
        });
        let mut seen = Vec::new();
        while !writer.is_finished() {
            seen.push(verify_on(&disk, &mut |_| ()).unwrap().frames);
        }
        seen
    });
    assert!(frames.is_sorted());
    assert_eq!(verify_on(&disk, &mut |_| ()).unwrap().frames, 400);
}
