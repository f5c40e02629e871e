//! What a start finds after a kill, a power cut, a failing disk or damage: each fault is first shown, then survived.

use crate::common::{groups, last_segment, open, options, play, segments};
use peygir_store::conformance::history::{History, assert_same};
use peygir_store::conformance::{batch, commit, stream};
use peygir_store::{Batch, Conflict, Enqueued, Error, MemoryStore, Store};
use peygir_store_local::disk::{Disk, FaultyDisk};
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{IndexFound, Options, Workers, verify_on};

/// A played history, closed; the model has the same.
fn played(calls: usize, options: Options) -> (FaultyDisk, MemoryPlace, MemoryStore, History) {
    let (disk, place, model, mut history) =
        (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(3));
    let (store, report) = open(&disk, &place, options).unwrap();
    assert_eq!(report.index, IndexFound::New);
    play(&mut history, calls, &store, &model);
    store.close().unwrap();
    (disk, place, model, history)
}

/// The disk of a power cut at which everything that was written has arrived, and a boot that trusts no index.
fn rebooted() -> Options {
    Options { boot_id: "boot-2".into(), ..options() }
}

#[test]
fn the_last_group_torn_at_every_length_is_cut_whole_and_told() {
    let one_segment = Options { segment_bytes_max: u64::MAX, ..options() };
    let (disk, place, model, _) = played(8, one_segment.clone());
    let before = model.digest().unwrap();
    let (store, _) = open(&disk, &place, one_segment.clone()).unwrap();
    let owner = stream(77);
    let batch = Batch {
        events: vec![vec![1; 40]],
        rows: vec![(b"torn".to_vec(), Some(vec![7; 90]))],
        claims: vec![(b"torn".to_vec(), b"claim".to_vec())],
        enqueue: vec![Enqueued { stream: owner, command: b"go".to_vec() }],
        ..batch(owner, 0)
    };
    commit(&store, batch.clone()).unwrap();
    // As a kill leaves it: no clean close vouches for the last frame.
    let disk = disk.after_kill().copy();
    let (path, bytes) = last_segment(&disk);
    let last = *groups(&bytes).last().unwrap();
    let reboot = Options { boot_id: "boot-2".into(), ..one_segment };
    for length in last..bytes.len() {
        let torn = disk.copy();
        torn.set_bytes(&path, &bytes[..length]);
        let tail = verify_on(&torn, &mut |_| ()).unwrap().tail;
        assert_eq!(tail.map(|tail| tail.bytes), (length > last).then_some((length - last) as u64));
        let (store, report) = open(&torn, &MemoryPlace::new(), reboot.clone()).unwrap();
        let cut = report.cut.map(|cut| (cut.segment, cut.offset, cut.bytes));
        let expected = ("00000001.segment".to_owned(), last as u64, (length - last) as u64);
        assert_eq!(cut, (length > last).then_some(expected), "length {length}");
        assert_eq!(store.digest().unwrap(), before, "length {length}");
        // The store goes on where it was.
        commit(&store, batch.clone()).unwrap();
        store.close().unwrap();
        assert_eq!(verify_on(&torn, &mut |_| ()).unwrap().tail, None);
    }
}

#[test]
fn a_last_group_with_blocks_missing_is_cut_whole() {
    let (disk, ..) = played(12, Options { segment_bytes_max: u64::MAX, ..options() });
    let (path, bytes) = last_segment(&disk);
    let groups = groups(&bytes);
    let last = *groups.last().unwrap();
    for hole in (last..bytes.len()).step_by(8) {
        let torn = disk.copy();
        let mut content = bytes.clone();
        let end = (hole + 8).min(bytes.len());
        if content[hole..end].iter().all(|&byte| byte == 0) {
            continue;
        }
        content[hole..end].fill(0);
        torn.set_bytes(&path, &content);
        torn.take_away("rows.state");
        let (_, report) = open(&torn, &MemoryPlace::new(), rebooted()).unwrap();
        assert_eq!(report.cut.map(|cut| cut.offset), Some(last as u64), "hole at {hole}");
    }
}

/// A kill leaves no such group, and a power cut may: whichever it was, what may have been acknowledged is not thrown away.
#[test]
fn a_last_group_with_one_flipped_bit_is_cut_told_and_kept_aside() {
    let (disk, ..) = played(12, Options { segment_bytes_max: u64::MAX, ..options() });
    let disk = disk.after_kill().copy();
    disk.take_away("rows.state");
    let (path, bytes) = last_segment(&disk);
    let last = *groups(&bytes).last().unwrap();
    for at in (last..bytes.len()).step_by(7) {
        let damaged = disk.copy();
        let mut content = bytes.clone();
        content[at] ^= 4;
        damaged.set_bytes(&path, &content);
        let tail = verify_on(&damaged, &mut |_| ()).unwrap().tail.unwrap();
        assert!(tail.is_doubtful, "byte {at}: {tail:?}");
        let (_, report) = open(&damaged, &MemoryPlace::new(), rebooted()).unwrap();
        let cut = report.cut.unwrap();
        assert!(cut.is_doubtful, "byte {at}: {cut:?}");
        let kept = damaged.bytes(&cut.kept.unwrap()).unwrap();
        assert_eq!((cut.bytes as usize, kept.as_slice()), (content.len() - last, &content[last..]), "byte {at}");
    }
}

/// What was torn was never acknowledged: nothing of it stays. Of what stays there is an end.
#[test]
fn torn_ends_are_not_kept_and_damaged_ones_within_a_limit() {
    let one_segment = Options { segment_bytes_max: u64::MAX, ..options() };
    let (mut disk, ..) = played(3, one_segment.clone());
    for round in 0..20_u8 {
        // An index would have what is cut.
        let (store, report) = open(&disk, &MemoryPlace::new(), one_segment.clone()).unwrap();
        assert_eq!(report.cut.is_some(), round > 0, "round {round}");
        commit(&store, batch(stream(100 + round), 0)).unwrap();
        disk = disk.after_kill().copy();
        disk.take_away("rows.state");
        let (path, mut bytes) = last_segment(&disk);
        match round % 2 {
            0 => bytes.truncate(bytes.len() - 1),
            _ => *bytes.last_mut().unwrap() ^= 1,
        }
        disk.set_bytes(&path, &bytes);
    }
    // Both of one end lie at one place: the second took the first one's.
    assert_eq!(disk.list("cut").unwrap().len(), 1);
    for place in 0..20 {
        disk.set_bytes(&format!("cut/00000000.segment-{place:012}"), b"x");
    }
    // The last round's end is still to be cut off.
    open(&disk, &MemoryPlace::new(), rebooted()).unwrap();
    assert_eq!(disk.list("cut").unwrap().len(), 16);
}

/// However often it is started, the next snapshot is due once so much came since the last.
#[test]
fn what_came_since_the_newest_snapshot_counts_over_starts() {
    let often = Options { snapshot_every_frames: 10, workers: Workers::Callers, ..options() };
    // Where a start reads next to nothing of the journal, the rest counts as well.
    let unread = Options { segment_bytes_max: 300, start_check_bytes: 1, ..often.clone() };
    for often in [often, unread] {
        let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
        for number in 1..=35 {
            let (store, _) = open(&disk, &place, often.clone()).unwrap();
            commit(&store, batch(stream(1), number - 1)).unwrap();
            store.work();
            store.close().unwrap();
            let newest = disk.list("snapshots").unwrap().pop();
            let begun: u64 = newest.map_or(0, |name| name.split('.').next().unwrap().parse().unwrap());
            assert_eq!(begun, number / 10 * 10, "after {number} frames in {} segments", segments(&disk).len());
        }
    }
}

#[test]
fn one_flipped_byte_in_an_earlier_group_stops_the_start() {
    let (disk, ..) = played(30, options());
    assert!(segments(&disk).len() > 3);
    flip_bytes(&disk);
    // In the last segment it takes the groups behind to tell damage from a torn end.
    let (disk, ..) = played(15, Options { segment_bytes_max: u64::MAX, ..options() });
    assert!(groups(&last_segment(&disk).1).len() > 3);
    flip_bytes(&disk);
}

fn flip_bytes(disk: &FaultyDisk) {
    let names = segments(disk);
    for (index, name) in names.iter().enumerate() {
        let path = format!("journal/{name}");
        let bytes = disk.bytes(&path).unwrap();
        let groups = groups(&bytes);
        // In the last segment, everything before the last group; of the others every byte counts.
        let checked = if index + 1 < names.len() { bytes.len() } else { *groups.last().unwrap_or(&0) };
        for at in (0..checked).step_by(409).chain((0..checked.min(200)).step_by(5)) {
            let damaged = disk.copy();
            let mut content = bytes.clone();
            content[at] ^= 0x10;
            damaged.set_bytes(&path, &content);
            // Nothing but the journal itself is to tell.
            damaged.take_away("rows.state");
            let group = groups.iter().rev().find(|&&start| start <= at).copied().unwrap_or(0);
            let end = groups.iter().find(|&&start| start > at).copied().unwrap_or(bytes.len());
            for result in [
                open(&damaged, &MemoryPlace::new(), rebooted()).map(|_| ()),
                verify_on(&damaged, &mut |_| ()).map(|_| ()),
            ] {
                match result {
                    Err(Error::Damaged { segment, offset, .. }) => {
                        assert_eq!(&segment, name, "byte {at}");
                        assert!(
                            (group as u64..end as u64).contains(&offset),
                            "byte {at}: offset {offset} of {group}..{end}"
                        );
                    }
                    other => panic!("byte {at} of {name}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn a_missing_segment_and_a_missing_end_are_damage() {
    let (disk, ..) = played(60, options());
    let names = segments(&disk);
    for (index, name) in names.iter().enumerate() {
        let damaged = disk.copy();
        damaged.take_away(&format!("journal/{name}"));
        let result = open(&damaged, &MemoryPlace::new(), rebooted());
        match (index, result.map(|_| ())) {
            // Without the first nothing of the rest can be made anew, and the last is missed by the marker of the close.
            (0, Err(Error::Refused(_))) => {}
            (_, Err(Error::Damaged { .. })) if index > 0 => {}
            (_, other) => panic!("without {name}: {other:?}"),
        }
    }
    // The end cut off at a group: only the marker of the clean close, or a snapshot, can know.
    let (path, bytes) = last_segment(&disk);
    let mut groups = groups(&bytes);
    let last = groups.pop().expect("a group in the last segment");
    let shorter = disk.copy();
    shorter.set_bytes(&path, &bytes[..last]);
    assert!(matches!(open(&shorter, &MemoryPlace::new(), rebooted()), Err(Error::Damaged { .. })));
    for name in names {
        disk.take_away(&format!("journal/{name}"));
    }
    assert!(matches!(open(&disk, &MemoryPlace::new(), rebooted()), Err(Error::Damaged { .. })));
}

#[test]
fn an_index_that_is_lost_broken_or_of_another_boot_is_made_anew() {
    let (disk, place, model, mut history) = played(40, options());
    let digest = model.digest().unwrap();
    let (_, report) = open(&disk.copy(), &place.copy(), options()).unwrap();
    assert_eq!(report.index, IndexFound::Kept { applied: model.frames() });
    assert_eq!(report.frames_redone, 0);

    // Left open, by a kill; then more.
    let (store, _) = open(&disk, &place, options()).unwrap();
    play(&mut history, 40, &store, &model);
    let (disk, place) = (disk.after_kill().copy(), place.copy());
    drop(store);
    let kept = open(&disk.copy(), &place.copy(), options()).unwrap();
    assert!(matches!(kept.1.index, IndexFound::Kept { applied } if applied > 0 && applied < model.frames()));
    assert_same(&kept.0, &model);
    assert_ne!(model.digest().unwrap(), digest);

    type Breaking = fn(&MemoryPlace);
    let cases: [(&str, Breaking, Options); 6] = [
        ("deleted", |place| place.clear(), options()),
        ("broken", |place| place.break_down(), options()),
        ("emptied", |place| place.with_rows(|rows| rows.clear()), options()),
        (
            "rubbish",
            |place| place.with_rows(|rows| rows.values_mut().for_each(|row| *row = vec![1; 3].into())),
            options(),
        ),
        ("without its mark", |place| place.with_rows(|rows| drop(rows.remove(&b"m"[..]))), options()),
        ("of another boot", |_| (), rebooted()),
    ];
    for (name, breaking, options) in cases {
        let (disk, place) = (disk.copy(), place.copy());
        breaking(&place);
        let (store, report) = open(&disk, &place, options).unwrap();
        assert!(matches!(report.index, IndexFound::Rebuilt { snapshot: 0, .. }), "{name}: {:?}", report.index);
        assert_same(&store, &model);
    }
}

#[test]
fn an_index_that_was_mixed_up_shows_by_its_chains() {
    let (disk, place, model, mut history) = played(20, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    let mixed = place.copy();
    play(&mut history, 20, &store, &model);
    let disk = disk.after_kill().copy();
    // Heads of old under a mark that is right: what redoing meets first does not fit.
    mixed.with_rows(|rows| rows.retain(|key, _| key[0] != b'v'));
    drop(store);
    let (store, report) = open(&disk, &mixed, options()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{:?}", report.index);
    assert_same(&store, &model);
}

#[test]
fn a_torn_snapshot_gives_way_to_the_older_one() {
    let (disk, place, model, mut history) = played(20, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    for _ in 0..3 {
        play(&mut history, 20, &store, &model);
        store.checkpoint().unwrap();
    }
    play(&mut history, 20, &store, &model);
    store.close().unwrap();
    let snapshots = disk.list("snapshots").unwrap();
    assert_eq!(snapshots.len(), 2);
    let begun = |name: &String| name.trim_end_matches(".snapshot").parse::<u64>().unwrap();
    let rebuilt = |disk: &FaultyDisk| {
        let (store, report) = open(disk, &MemoryPlace::new(), rebooted()).unwrap();
        assert_same(&store, &model);
        let IndexFound::Rebuilt { snapshot, .. } = report.index else { panic!("{:?}", report.index) };
        (snapshot, report.snapshots_refused.len())
    };
    assert_eq!(rebuilt(&disk.copy()), (begun(&snapshots[1]), 0));
    let newest = format!("snapshots/{}", snapshots[1]);
    let bytes = disk.bytes(&newest).unwrap();
    for length in [0, 10, 32, 40, bytes.len() / 2, bytes.len() - 1] {
        let torn = disk.copy();
        torn.set_bytes(&newest, &bytes[..length]);
        assert_eq!(rebuilt(&torn), (begun(&snapshots[0]), 1), "length {length}");
    }
    disk.set_bytes(&newest, b"rubbish");
    disk.set_bytes(&format!("snapshots/{}", snapshots[0]), b"rubbish");
    assert_eq!(rebuilt(&disk), (0, 2));
}

#[test]
fn a_snapshot_taken_while_commits_go_on_is_whole() {
    let (disk, place) = (FaultyDisk::new(), MemoryPlace::new());
    let (store, _) = open(&disk, &place, options()).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let store = &store;
            scope.spawn(move || {
                for version in 0..150u64 {
                    // A row that comes, one that goes: a snapshot in between catches some of them.
                    let key = |version: u64| vec![b'k', writer, (version % 50) as u8];
                    let rows = vec![(key(version), Some(vec![version as u8; 90])), (key(version + 25), None)];
                    commit(store, Batch { rows, ..batch(stream(writer), version) }).unwrap();
                }
            });
        }
        while store.last_frame() < 600 {
            store.checkpoint().unwrap();
        }
    });
    let digest = store.digest().unwrap();
    store.close().unwrap();
    let (store, report) = open(&disk, &MemoryPlace::new(), rebooted()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { snapshot, .. } if snapshot > 0), "{:?}", report.index);
    assert_eq!(store.digest().unwrap(), digest);
}

#[test]
fn snapshots_are_taken_by_themselves() {
    let often = Options { snapshot_every_frames: 20, ..options() };
    let (disk, _, model, _) = played(200, often);
    assert!(!disk.list("snapshots").unwrap().is_empty());
    let (store, report) = open(&disk, &MemoryPlace::new(), rebooted()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { snapshot, .. } if snapshot > 0), "{:?}", report.index);
    assert_same(&store, &model);
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged() {
    let (disk, place, model, mut history) = played(10, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    disk.fail_sync_at(disk.syncs() + 1);
    let one = batch(stream(0), model.version(stream(0)).unwrap());
    assert!(matches!(commit(&store, one.clone()), Err(Conflict::Stopped(_))));
    // The disk would work again; the store does not trust it.
    assert!(matches!(commit(&store, one), Err(Conflict::Stopped(_))));
    assert!(matches!(store.seal(), Err(Error::Stopped(_))));
    assert!(store.stopped().unwrap().contains("does not answer"));
    assert_eq!(store.digest().unwrap(), model.digest().unwrap(), "what was durable can be read");
    assert!(store.close().is_err());
    // What the failed sync left may be there or not; here the power cut takes it.
    let lost = disk.after_power_cut(|_| 0);
    let (store, _) = open(&lost, &MemoryPlace::new(), rebooted()).unwrap();
    assert_same(&store, &model);
    play(&mut history, 10, &store, &model);
    assert_same(&store, &model);
}

#[test]
fn a_group_that_a_failed_sync_left_in_memory_is_brought_to_the_disk() {
    let (disk, place, model, _) = played(10, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    disk.fail_sync_at(disk.syncs() + 1);
    let one = batch(stream(0), model.version(stream(0)).unwrap());
    assert!(commit(&store, one).is_err());
    drop(store);
    // Started again without a reboot: the group is read, so it counts from now on, and must be durable.
    let disk = disk.after_kill();
    let (store, _) = open(&disk, &MemoryPlace::new(), options()).unwrap();
    let version = store.version(stream(0)).unwrap();
    assert_eq!(version, model.version(stream(0)).unwrap() + 1);
    let cut = disk.after_power_cut(|_| 0);
    drop(store);
    let (store, _) = open(&cut, &MemoryPlace::new(), rebooted()).unwrap();
    assert_eq!(store.version(stream(0)).unwrap(), version);
}

#[test]
fn a_full_disk_stops_the_store_and_a_start_cuts_what_it_left() {
    let (disk, place, model, mut history) = played(10, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    disk.fail_write_at(disk.writes() + 1);
    let one = batch(stream(0), model.version(stream(0)).unwrap());
    assert!(matches!(commit(&store, one.clone()), Err(Conflict::Stopped(_))));
    assert!(matches!(commit(&store, one), Err(Conflict::Stopped(_))));
    drop(store);
    let (store, report) = open(&disk, &place, options()).unwrap();
    assert!(report.cut.is_some());
    assert_same(&store, &model);
    play(&mut history, 10, &store, &model);
    assert_same(&store, &model);
}

#[test]
fn a_failing_index_stops_the_store_and_is_made_anew() {
    let (disk, place, model, mut history) = played(10, options());
    let (store, _) = open(&disk, &place, options()).unwrap();
    play(&mut history, 10, &store, &model);
    place.break_down();
    let stopped = (0..1000).find_map(|_| {
        let results = store.commit(&history.batches(&model));
        results.into_iter().find_map(|result| match result {
            Err(Conflict::Stopped(why)) => Some(why),
            _ => None,
        })
    });
    assert!(stopped.unwrap().contains("broken down"));
    let (disk, place) = (disk.after_kill(), place.copy());
    drop(store);
    let (store, report) = open(&disk, &place, options()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "not kept though the boot is the same");
    let acknowledged = model.frames();
    assert!(store.last_frame() >= acknowledged);
}
