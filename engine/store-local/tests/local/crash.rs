//! Random histories, power cuts at every change of the disk, and what must be there afterwards.

use std::sync::mpsc::channel;
use std::time::Duration;

use crate::common::{last_segment, open, options, play};
use peygir_store::conformance::history::{History, assert_same};
use peygir_store::conformance::{batch, stream};
use peygir_store::{Batch, Conflict, MemoryStore, Store};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{LocalStore, Options, verify_on};
use proptest::prelude::*;

/// Longest wait for a caller to be called.
const PATIENCE: Duration = Duration::from_secs(30);

/// Plays until the machine goes off, or `calls` calls were done. The model has what was acknowledged; the call that was
/// not answered comes back, for it may be there or not, batch by batch from the first.
fn play_until_off(history: &mut History, calls: usize, store: &LocalStore, model: &MemoryStore) -> Option<Vec<Batch>> {
    for call in 0..calls {
        let batches = history.batches(model);
        let answers = store.commit(&batches);
        if answers.iter().any(|answer| matches!(answer, Err(Conflict::Stopped(_)))) {
            return Some(batches);
        }
        assert_eq!(answers, model.commit(&batches));
        if call % 9 == 8 {
            // A seal, a snapshot: the power may go in the middle of them.
            let _ = store.seal();
            let _ = store.checkpoint();
        }
    }
    None
}

/// Brings the model to where the store is: everything acknowledged is there, and of the open call either all that was
/// to be taken (a call of few batches is one group) or nothing.
fn assert_acknowledged(store: &LocalStore, model: &MemoryStore, open_call: Option<Vec<Batch>>) {
    if let Some(batches) = open_call
        && store.last_frame() > model.frames()
    {
        model.commit(&batches);
    }
    assert_eq!(store.last_frame(), model.frames(), "frames acknowledged and frames found");
    assert_same(store, model);
}

/// One life of a store: opened, played, cut off after `operations` changes of the disk, opened again.
fn live(seed: u64, operations: u64, lives: usize, mut options: Options) -> Result<(), String> {
    let mut history = History::new(seed);
    let model = MemoryStore::new();
    let mut disk = FaultyDisk::new();
    let mut place = MemoryPlace::new();
    let mut open_call = None;
    for life in 0..lives {
        disk.crash_at(disk.operations() + operations + history.below(7) * life as u64);
        match open(&disk, &place, options.clone()) {
            Ok((store, report)) => {
                assert_acknowledged(&store, &model, open_call.take());
                assert_eq!(report.last_frame, model.frames());
                assert_eq!(report.snapshots_refused, [], "a snapshot has its name only once it is whole");
                open_call = play_until_off(&mut history, 40, &store, &model);
                let killed = history.below(3) == 0;
                let (left_disk, left_place) = if killed {
                    (disk.after_kill(), place.copy())
                } else {
                    options.boot_id = format!("boot-{life}-{seed}");
                    (disk.after_power_cut(|bound| history.below(bound)), MemoryPlace::new())
                };
                drop(store);
                (disk, place) = (left_disk, left_place);
            }
            // The power went while the store was opened.
            Err(peygir_store::Error::Io { .. }) => {
                options.boot_id = format!("boot-{life}-{seed}");
                (disk, place) = (disk.after_power_cut(|bound| history.below(bound)), MemoryPlace::new());
            }
            Err(other) => return Err(format!("seed {seed}, operations {operations}, life {life}: {other}")),
        }
    }
    let (store, _) = open(&disk, &place, options).map_err(|error| format!("seed {seed}: {error}"))?;
    assert_acknowledged(&store, &model, open_call);
    let report = verify_on(&disk, &mut |_| ()).map_err(|error| format!("seed {seed}: {error}"))?;
    assert_eq!(report.frames, model.frames());
    Ok(())
}

/// The harness sees lost writes: with a store that did not sync, acknowledged commits would be missing.
#[test]
fn the_power_cut_takes_what_was_not_synced() {
    use peygir_store_local::disk::Disk;
    let disk = FaultyDisk::new();
    let file = disk.create("f").unwrap();
    file.write_at(0, b"synced").unwrap();
    file.sync().unwrap();
    disk.sync_folder("").unwrap();
    file.write_at(6, b" not").unwrap();
    disk.create("unnamed").unwrap();
    let after = disk.after_power_cut(|_| 0);
    assert_eq!(after.bytes("f").unwrap(), b"synced");
    assert_eq!(after.bytes("unnamed"), None);
    assert_eq!(disk.after_kill().bytes("f").unwrap(), b"synced not");
}

#[test]
fn a_power_cut_at_every_change_of_the_disk_loses_nothing_acknowledged() {
    for operations in 0..120 {
        live(operations, operations, 2, options()).unwrap();
    }
}

/// A start cuts what a power cut tore, and the sync of that cut fails: the file looks as if it were cut, and is not on the
/// disk. What is appended later lies before the torn bytes, and the next power cut brings those back.
#[test]
fn a_cut_that_a_failed_sync_left_in_memory_is_brought_to_the_disk() {
    let segments_of_many_groups = Options { segment_bytes_max: 40 << 10, ..options() };
    let (mut failing, mut refused) = (0, 0);
    loop {
        failing += 1;
        let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(3));
        let (store, _) = open(&disk, &MemoryPlace::new(), segments_of_many_groups.clone()).unwrap();
        play(&mut history, 10, &store, &model);
        drop(store);
        let disk = disk.copy();
        let (path, bytes) = last_segment(&disk);
        disk.set_bytes(&path, &[bytes, vec![0xa5; 60 << 10]].concat());
        disk.fail_sync_at(disk.syncs() + failing);
        let started = open(&disk, &MemoryPlace::new(), segments_of_many_groups.clone());
        refused += u64::from(started.is_err());
        drop(started);
        if disk.faults() == 0 {
            break;
        }
        let disk = disk.after_kill();
        let (store, report) = open(&disk, &MemoryPlace::new(), segments_of_many_groups.clone()).unwrap();
        assert_eq!(report.last_frame, model.frames());
        while last_segment(&disk).0 == path {
            play(&mut history, 1, &store, &model);
        }
        drop(store);
        let disk = disk.after_power_cut(|_| 0);
        let again = Options { boot_id: "boot-2".into(), ..segments_of_many_groups.clone() };
        let (store, _) = open(&disk, &MemoryPlace::new(), again).unwrap();
        assert_same(&store, &model);
        drop(store);
        let report = verify_on(&disk, &mut |_| ()).unwrap();
        assert_eq!(report.frames, model.frames(), "sync {failing} of the start");
    }
    assert!(refused > 1, "a start that can't sync its marker or the journal's end is none");
}

/// A caller who does not wait is called when the commit is on the disk: a power cut in that moment takes nothing of it. After a sync
/// that failed he is told so, as is everybody behind him.
#[test]
fn whoever_is_called_back_finds_the_commit_on_the_disk() {
    let disk = FaultyDisk::new();
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    let (sender, calls) = channel();
    let hand_in = |version: u64| {
        let (sender, disk) = (sender.clone(), disk.clone());
        let done = move |answer| drop(sender.send((answer, disk.after_power_cut(|_| 0))));
        store.commit_then(&batch(stream(1), version), Box::new(done));
    };
    // One after the other, and then many at once.
    for version in 0..8 {
        hand_in(version);
        let (answer, left) = calls.recv_timeout(PATIENCE).unwrap();
        assert_eq!(answer, Ok(version + 1));
        let (store, _) = open(&left, &MemoryPlace::new(), options()).unwrap();
        assert_eq!(store.version(stream(1)).unwrap(), version + 1);
    }
    (8..40).for_each(hand_in);
    for version in 8..40 {
        let (answer, left) = calls.recv_timeout(PATIENCE).unwrap();
        assert_eq!(answer, Ok(version + 1));
        let (store, _) = open(&left, &MemoryPlace::new(), options()).unwrap();
        assert!(store.version(stream(1)).unwrap() > version);
    }
    disk.fail_sync_at(disk.syncs() + 1);
    (40..44).for_each(hand_in);
    for _ in 40..44 {
        let (answer, _) = calls.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(answer, Err(Conflict::Stopped(_))), "{answer:?}");
    }
    assert!(calls.try_recv().is_err(), "each is told once");
}

/// The start behind a start that made the index anew makes use of it, though the process was killed long before its changes filled a
/// generation: with a million cases at rest it takes minutes.
#[test]
fn an_index_that_was_made_anew_is_kept_after_a_kill() {
    let (disk, model, mut history) = (FaultyDisk::new(), MemoryStore::new(), History::new(5));
    let workers = peygir_store_local::Workers::Callers;
    let options = || Options { generation_bytes_max: 1 << 20, workers, ..options() };
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    play(&mut history, 30, &store, &model);
    store.close().unwrap();
    let place = MemoryPlace::new();
    let (store, report) = open(&disk, &place, options()).unwrap();
    assert!(matches!(report.index, peygir_store_local::IndexFound::Rebuilt { .. }), "{:?}", report.index);
    let applied = store.last_frame();
    store.work();
    play(&mut history, 3, &store, &model);
    let (disk, place) = (disk.after_kill(), place.copy());
    let (store, report) = open(&disk, &place, options()).unwrap();
    assert_eq!(report.index, peygir_store_local::IndexFound::Kept { applied });
    assert_same(&store, &model);
}

/// The same with an index that comes back under the same boot though the journal is what decides.
#[test]
fn many_lives() {
    for seed in 1000..1012 {
        live(seed, 60, 8, options()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_and_crashes_give_what_the_memory_store_has(
        seed in any::<u32>(), operations in 1u64..250, lives in 1usize..5, segment in 1u64..40, generation in 1usize..20,
    ) {
        let options = Options { segment_bytes_max: segment << 10, generation_bytes_max: generation << 10, ..options() };
        prop_assert_eq!(live(u64::from(seed), operations, lives, options), Ok(()));
    }
}
