//! A disk that fails to read, to name, to remove or to sync a folder, once, at each place in turn.

use crate::common::{last_segment, open, options};
use peygir_store::conformance::history::{History, assert_same};
use peygir_store::{Conflict, Error, MemoryStore, Store};
use peygir_store_local::disk::{Act, FaultyDisk};
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{LocalStore, Options, verify_on};

/// Calls of a history before and behind its snapshot.
const CALLS: usize = 12;

fn rebooted() -> Options {
    Options { boot_id: "boot-2".into(), ..options() }
}

/// What a killed process left: a snapshot of all that was committed, and an index that lags behind.
fn killed() -> (FaultyDisk, MemoryPlace, MemoryStore) {
    let (disk, place, model, mut history) =
        (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(11));
    let lagging = Options { generation_bytes_max: 1 << 20, ..options() };
    let (store, _) = open(&disk, &place, lagging).unwrap();
    for _ in 0..CALLS {
        let batches = history.batches(&model);
        assert_eq!(store.commit(&batches), model.commit(&batches));
    }
    store.checkpoint().unwrap();
    let left = (disk.after_kill().copy(), place.copy(), model);
    drop(store);
    left
}

/// Fails each read of `work` in turn, for as long as it reads that much.
fn at_each_read(disk: &FaultyDisk, mut work: impl FnMut(&FaultyDisk, u64)) {
    for number in 1.. {
        let failing = disk.copy();
        failing.fail_at(Act::Read, failing.done(Act::Read) + number);
        work(&failing, number);
        if failing.failed(Act::Read) == 0 {
            return assert!(number > 10, "reads are counted");
        }
    }
}

/// The journal's end is gone and a snapshot proves that it was there: no failed read may hide that.
#[test]
fn a_proof_that_cannot_be_read_is_not_taken_as_none() {
    let (disk, place, _) = killed();
    let (path, bytes) = last_segment(&disk);
    let last = *crate::common::groups(&bytes).last().unwrap();
    disk.set_bytes(&path, &bytes[..last]);
    at_each_read(&disk, |disk, number| {
        let told = open(disk, &place.copy(), options()).err();
        assert!(matches!(told, Some(Error::Io { .. } | Error::Damaged { .. })), "kept index, read {number}: {told:?}");
    });
    at_each_read(&disk, |disk, number| {
        let told = open(disk, &MemoryPlace::new(), rebooted()).err();
        assert!(matches!(told, Some(Error::Io { .. } | Error::Damaged { .. })), "new index, read {number}: {told:?}");
    });
    at_each_read(&disk, |disk, number| {
        let told = verify_on(disk, &mut |_| ()).err();
        assert!(matches!(told, Some(Error::Io { .. } | Error::Damaged { .. })), "verify, read {number}: {told:?}");
    });
}

#[test]
fn a_start_that_cannot_read_tells_or_finds_everything() {
    let (disk, place, model) = killed();
    for (place, options) in [(place, options()), (MemoryPlace::new(), rebooted())] {
        at_each_read(&disk, |disk, number| match open(disk, &place.copy(), options.clone()) {
            // It reads less than that.
            Ok(_) if disk.failed(Act::Read) == 0 => {}
            Ok((store, report)) => {
                assert_eq!(
                    report.snapshots_refused,
                    [],
                    "read {number}: a snapshot that can't be read is not a broken one"
                );
                assert_same(&store, &model);
            }
            Err(Error::Io { .. }) => assert_eq!(disk.failed(Act::Read), 1, "read {number}"),
            Err(other) => panic!("read {number}: {other}"),
        });
    }
}

/// Commits, seals and takes snapshots; the model has what was acknowledged. True where the store stopped.
fn play(history: &mut History, store: &LocalStore, model: &MemoryStore) -> bool {
    for call in 0..CALLS {
        let batches = history.batches(model);
        let answers = store.commit(&batches);
        if answers.iter().any(|answer| matches!(answer, Err(Conflict::Stopped(_)))) {
            let again = store.commit(&history.batches(model));
            assert!(again.iter().all(|answer| matches!(answer, Err(Conflict::Stopped(_)))), "{again:?}");
            return true;
        }
        assert_eq!(answers, model.commit(&batches));
        if call % 3 == 2 {
            let _ = store.seal();
            let _ = store.checkpoint();
        }
    }
    false
}

/// What a power cut leaves of names that were not synced, from nothing on.
#[test]
fn names_and_folders_that_fail_lose_nothing_acknowledged() {
    for act in [Act::Rename, Act::Remove, Act::SyncFolder] {
        let mut failed = 0;
        for number in 1..40 {
            let (disk, place, model, mut history) =
                (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(number));
            disk.fail_at(act, number);
            for life in 0..3 {
                let Ok((store, _)) = open(&disk, &place, options()) else { continue };
                let stopped = play(&mut history, &store, &model);
                let closed = store.close();
                assert!(!stopped || closed.is_err(), "{act:?} {number}, life {life}");
                if stopped {
                    break;
                }
            }
            failed += disk.failed(act);
            for draw in 0..3 {
                let left = disk.after_power_cut(|bound| bound * draw / 3);
                let (store, _) = open(&left, &MemoryPlace::new(), rebooted()).unwrap();
                assert!(store.last_frame() >= model.frames(), "{act:?} {number}");
                if store.last_frame() == model.frames() {
                    assert_same(&store, &model);
                }
            }
        }
        assert!(failed > 5, "{act:?}: {failed}");
    }
}
