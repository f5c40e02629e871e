//! What is known of the journal's end outlives whatever becomes of the index: starts that were refused, kills, other boots.

use crate::common::{groups, last_segment, open, options, play, segments};
use peygir_store::conformance::history::History;
use peygir_store::{Conflict, Error, MemoryStore, Store};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{IndexFound, Options, inventory_on, verify_on};

/// One segment for all: a new one, begun behind the last commit, would have nothing but its header to lose.
fn roomy() -> Options {
    Options { segment_bytes_max: 1 << 20, ..options() }
}

fn rebooted() -> Options {
    Options { boot_id: "boot-2".into(), ..roomy() }
}

/// A store that was closed behind some commits, with its index.
fn closed(seed: u64) -> (FaultyDisk, MemoryPlace, History, MemoryStore) {
    let (disk, place, model, mut history) =
        (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(seed));
    let (store, _) = open(&disk, &place, roomy()).unwrap();
    play(&mut history, 20, &store, &model);
    store.close().unwrap();
    (disk, place, history, model)
}

/// Takes the last group away, or changes a bit in it.
fn without_its_end(disk: &FaultyDisk, is_cut: bool) {
    let (path, mut bytes) = last_segment(disk);
    match is_cut {
        true => bytes.truncate(*groups(&bytes).last().unwrap()),
        false => *bytes.last_mut().unwrap() ^= 1,
    }
    disk.set_bytes(&path, &bytes);
}

#[track_caller]
fn refused(disk: &FaultyDisk, place: &MemoryPlace, options: Options, told: &str) {
    let error = open(disk, place, options).map(|_| ()).expect_err("it does not start").to_string();
    assert!(error.contains(told), "{error}");
    for error in [verify_on(disk, &mut |_| ()).unwrap_err(), inventory_on(disk).unwrap_err()] {
        assert!(error.to_string().contains(told), "{error}");
    }
}

/// A supervisor starts again and again, and the machine may be restarted in between.
#[test]
fn a_refused_start_leaves_the_proof_to_the_next_one() {
    for is_cut in [true, false] {
        let (disk, place, _, model) = closed(21);
        without_its_end(&disk, is_cut);
        let told = format!("frame {} had been acknowledged", model.frames());
        refused(&disk, &place, roomy(), &told);
        refused(&disk, &place, roomy(), &told);
        refused(&disk, &place, rebooted(), &told);
        refused(&disk, &MemoryPlace::new(), rebooted(), &told);
    }
}

/// Without room no mark can be written; the one that is there stays.
#[test]
fn a_start_without_room_leaves_the_proof() {
    let (disk, place, _, model) = closed(27);
    without_its_end(&disk, true);
    let told = format!("frame {} had been acknowledged", model.frames());
    // Open from now on, so that under another boot the index is to be made anew.
    refused(&disk, &place, roomy(), &told);
    disk.fill(true);
    open(&disk, &place, rebooted()).map(|_| ()).expect_err("there is no room for a start");
    disk.fill(false);
    refused(&disk, &place, rebooted(), &told);
}

/// What a close proved holds behind a kill too, for an index that failed and for one that was made anew.
#[test]
fn a_kill_leaves_the_proof_of_the_close_before_it() {
    let (disk, place, mut history, model) = closed(22);
    let acknowledged = model.frames();
    let (store, _) = open(&disk, &place, rebooted()).unwrap();
    let killed = disk.after_kill().copy();
    without_its_end(&killed, true);
    let told = format!("frame {acknowledged} had been acknowledged");
    refused(&killed, &MemoryPlace::new(), Options { boot_id: "boot-3".into(), ..roomy() }, &told);

    // The index fails, and the next start does not take it: that is all the marker is changed by.
    place.break_down();
    let mut answers = (0..1_000).flat_map(|_| store.commit(&history.batches(&model)));
    assert!(answers.any(|answer| matches!(answer, Err(Conflict::Stopped(_)))), "a store without an index goes on");
    drop(answers);
    drop(store);
    let killed = disk.after_kill().copy();
    let (_, report) = open(&killed.copy(), &place.copy(), rebooted()).unwrap();
    assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{report:?}");
    let (path, bytes) = last_segment(&killed);
    killed.set_bytes(&path, &bytes[..groups(&bytes)[3]]);
    refused(&killed, &MemoryPlace::new(), rebooted(), &told);
}

/// Nothing vouches for an index whose marker is gone or damaged; what it has was in the journal all the same.
#[test]
fn an_index_without_its_marker_still_tells_how_far_the_journal_went() {
    for damage in [None, Some(&b""[..]), Some(&b"peygir-rows-1 rubbish"[..])] {
        let (disk, place, _, model) = closed(27);
        match damage {
            None => disk.take_away("rows.state"),
            Some(bytes) => disk.set_bytes("rows.state", bytes),
        }
        let whole = disk.copy();
        without_its_end(&disk, true);
        let told = format!("frame {} had been acknowledged", model.frames());
        for _ in 0..2 {
            let error = open(&disk, &place, roomy()).map(|_| ()).expect_err("it does not start").to_string();
            assert!(error.contains(&told), "{error}");
        }
        let (_, report) = open(&whole, &place, roomy()).unwrap();
        let IndexFound::Rebuilt { reason, .. } = report.index else { panic!("{report:?}") };
        assert_eq!(reason.contains("is damaged"), damage.is_some(), "{reason}");
    }
}

/// What a power cut may leave of a first start is removed; beside rows it is what is left of a store.
#[test]
fn a_journal_that_is_cut_to_nothing_is_refused_in_the_same_words_each_time() {
    for left in [&b""[..], &[7; 20][..]] {
        let (disk, place, ..) = closed(28);
        disk.set_bytes("journal/00000001.segment", left);
        for _ in 0..2 {
            let error = open(&disk, &place, roomy()).map(|_| ()).expect_err("it does not start").to_string();
            assert!(error.contains("the journal is missing, yet there are rows"), "{error}");
        }
        assert_eq!(disk.bytes("journal/00000001.segment").unwrap(), left, "nothing was changed");
    }
}

/// A seal is no frame, and receipts over it were given out.
#[test]
fn a_seal_at_the_end_of_a_closed_store_is_missed() {
    for is_cut in [true, false] {
        let (disk, place, _, _) = closed(23);
        let (store, _) = open(&disk, &place, roomy()).unwrap();
        store.seal().unwrap().expect("there was something to seal");
        store.close().unwrap();
        without_its_end(&disk, is_cut);
        refused(&disk, &place, roomy(), "a seal was there");
        refused(&disk, &MemoryPlace::new(), rebooted(), "a seal was there");
    }
}

#[test]
fn a_segment_of_another_journal_is_not_gone_on_with() {
    let (disk, place, ..) = closed(24);
    let other = FaultyDisk::new();
    let its = Options { journal_id: Some(4_711), ..roomy() };
    let (store, _) = open(&other, &MemoryPlace::new(), its).unwrap();
    play(&mut History::new(25), 3, &store, &MemoryStore::new());
    store.close().unwrap();
    let path = format!("journal/{}", segments(&disk)[0]);
    disk.set_bytes(&path, &other.bytes(&path).unwrap());
    refused(&disk, &place, roomy(), "of another journal");
    refused(&disk, &place, rebooted(), "of another journal");
}

/// A process was killed when it had begun a segment and not written its header yet.
#[test]
fn a_segment_without_a_header_at_the_end_keeps_nobody_from_looking() {
    let (disk, _, _, model) = closed(26);
    for header in [&[][..], &[7; 80]] {
        disk.set_bytes("journal/00000002.segment", header);
        assert_eq!(inventory_on(&disk).unwrap().last_frame, model.frames());
        assert_eq!(verify_on(&disk, &mut |_| ()).unwrap().last_frame, model.frames());
    }
    disk.set_bytes("journal/00000002.segment", &[7; 200]);
    assert!(matches!(inventory_on(&disk), Err(Error::Damaged { .. })), "what is longer had groups");
}
