//! An index that is ahead of its mark: a process was killed while it was being written. What it has beyond the mark is met by
//! the journal's frames; where it is not, the journal's end is missing.

use std::collections::BTreeMap;

use crate::common::{groups, last_segment, open, options, play};
use peygir_store::conformance::history::{History, assert_same};
use peygir_store::conformance::{batch, stream};
use peygir_store::space::Value;
use peygir_store::{Conflict, Error, MemoryStore, Store};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::MemoryPlace;
use peygir_store_local::{IndexFound, LocalStore, OpeningReport, Options};

/// Where the index keeps how far its rows may go.
const REACHED: &[u8] = b"mr";

type Index = BTreeMap<Vec<u8>, Value>;

fn rows(place: &MemoryPlace) -> Index {
    let mut all = Index::new();
    place.with_rows(|rows| all.clone_from(rows));
    all
}

/// A store whose process was killed while a generation of changes was still in memory, and the index as that would have left it
/// once it was written.
struct Killed {
    disk: FaultyDisk,
    place: MemoryPlace,
    model: MemoryStore,
    /// The frame of the index's mark.
    applied: u64,
    before: Index,
    after: Index,
}

impl Killed {
    fn new() -> Self {
        let (disk, place, model, mut history) =
            (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(3));
        let (store, _) = open(&disk, &place, options()).unwrap();
        play(&mut history, 30, &store, &model);
        store.close().unwrap();
        let before = rows(&place);
        let (store, _) = open(&disk, &place, Options { generation_bytes_max: 1 << 20, ..options() }).unwrap();
        let applied = store.last_frame();
        play(&mut history, 40, &store, &model);
        let disk = disk.after_kill().copy();
        store.close().unwrap();
        let after = rows(&place);
        Self { disk, place, model, applied, before, after }
    }

    /// The rows that were to be written, without the mark.
    fn changed(&self) -> Vec<&Vec<u8>> {
        let is_other = |key: &&Vec<u8>| key[0] != b'm' && self.before.get(*key) != self.after.get(*key);
        self.before.keys().chain(self.after.keys()).filter(is_other).collect()
    }

    /// A start after the killed process had written these rows, and before the first of them how far they go. Heads are spoilt
    /// first, if so.
    fn start(
        &self,
        disk: &FaultyDisk,
        written: &[&Vec<u8>],
        spoil: &dyn Fn(&mut Vec<u8>),
    ) -> Result<(LocalStore, OpeningReport), Error> {
        let place = self.place.copy();
        place.with_rows(|rows| {
            rows.clone_from(&self.before);
            rows.insert(REACHED.to_vec(), self.after[REACHED].clone());
            for key in written {
                match self.after.get(*key) {
                    Some(row) if key[0] == b'v' => {
                        let mut row = row.to_vec();
                        spoil(&mut row);
                        rows.insert((*key).clone(), row.into())
                    }
                    Some(row) => rows.insert((*key).clone(), row.clone()),
                    None => rows.remove(*key),
                };
            }
        });
        open(&disk.copy(), &place, options())
    }
}

/// A generation is written row by row, and its mark last. A process that is killed in between leaves some of the rows: of heads that
/// are ahead of the mark too. They come to the same when all of it is made again; the index is kept.
#[test]
fn an_index_that_a_kill_met_while_it_was_written_is_kept() {
    let killed = Killed::new();
    let changed = killed.changed();
    let heads = changed.iter().filter(|key| key[0] == b'v').count();
    assert!(changed.len() > 40 && heads > 2, "{} changes, {heads} heads", changed.len());
    for count in 0..=changed.len() {
        let (store, report) = killed.start(&killed.disk, &changed[..count], &|_| ()).unwrap();
        assert_same(&store, &killed.model);
        assert_eq!(report.index, IndexFound::Kept { applied: killed.applied }, "{count} of the changes");
    }
    // Ahead by what no frame did: it is no index of this journal's.
    let last = |row: &mut Vec<u8>| *row.last_mut().unwrap() ^= 1;
    let first = |row: &mut Vec<u8>| row[3] ^= 1;
    for spoil in [&last as &dyn Fn(&mut Vec<u8>), &first] {
        let (store, report) = killed.start(&killed.disk, &changed, spoil).unwrap();
        assert_same(&store, &killed.model);
        assert!(matches!(report.index, IndexFound::Rebuilt { .. }), "{:?}", report.index);
    }
}

/// Only what was synced is written to the index: what it knows of and the journal has not was acknowledged, and is not given up
/// without a word, whichever rows are there.
#[test]
fn an_end_that_only_the_index_knows_of_stops_the_start() {
    let killed = Killed::new();
    let (path, bytes) = last_segment(&killed.disk);
    let last = *groups(&bytes).last().unwrap();
    let lacking = killed.disk.copy();
    lacking.set_bytes(&path, &bytes[..last]);
    let changed = killed.changed();
    for count in 0..=changed.len() {
        let started = killed.start(&lacking, &changed[..count], &|_| ()).map(|(_, report)| report);
        let Err(Error::Damaged { segment, offset, what }) = started else { panic!("{count} changes: {started:?}") };
        assert!(path.ends_with(&segment) && offset == last as u64, "{segment}, {offset}");
        assert!(what.contains(&format!("frame {} had been acknowledged", killed.model.frames())), "{what}");
    }
    // Of an index into which nothing was written since its mark nobody can know.
    let before = killed.place.copy();
    before.with_rows(|rows| rows.clone_from(&killed.before));
    let (store, report) = open(&lacking.copy(), &before, options()).unwrap();
    assert_eq!(report.index, IndexFound::Kept { applied: killed.applied });
    assert!(store.last_frame() < killed.model.frames());
}

/// A start that makes the rows of such an index again, and is killed in its midst, forgets nothing of how far they went.
#[test]
fn a_start_that_was_killed_too_leaves_what_the_index_knows_of() {
    let killed = Killed::new();
    let changed = killed.changed();
    let place = killed.place.copy();
    place.with_rows(|rows| {
        rows.clone_from(&killed.before);
        rows.extend(changed.iter().filter_map(|key| Some(((*key).clone(), killed.after.get(*key)?.clone()))));
        rows.insert(REACHED.to_vec(), killed.after[REACHED].clone());
    });
    let small = Options { generation_bytes_max: 1, ..options() };
    let (store, _) = open(&killed.disk.copy(), &place, small).unwrap();
    let left = place.copy();
    drop(store);
    assert_eq!(rows(&left)[REACHED], killed.after[REACHED]);
    assert_ne!(rows(&left)[&b"m"[..]], killed.before[&b"m"[..]], "it has written some of them");
}

/// A group whose sync failed is read by the next start, out of the system's memory, before it is brought to the disk. Where that
/// fails too, and the system forgets it, nobody was told of it: the index must not know of it either.
#[test]
fn an_index_never_has_what_a_start_could_not_bring_to_the_disk() {
    let mut unsettled = 0;
    for failing in 1.. {
        let (disk, place, model, mut history) =
            (FaultyDisk::new(), MemoryPlace::new(), MemoryStore::new(), History::new(5));
        let small = Options { generation_bytes_max: 1, segment_bytes_max: u64::MAX, ..options() };
        let (store, _) = open(&disk, &place, small.clone()).unwrap();
        play(&mut history, 10, &store, &model);
        disk.fail_sync_at(disk.syncs() + 1);
        let group: Vec<_> = (70..75).map(|number| batch(stream(number), 0)).collect();
        let answers = store.commit(&group);
        assert!(answers.iter().all(|answer| matches!(answer, Err(Conflict::Stopped(_)))), "{answers:?}");
        drop(store);

        let disk = disk.after_kill();
        disk.fail_sync_at(disk.syncs() + failing);
        let started = open(&disk, &place, small.clone());
        if started.is_ok() && disk.faults() == 0 {
            break;
        }
        drop(started);
        let forgotten = disk.after_power_cut(|_| 0);
        let (store, report) = open(&forgotten, &place, small).unwrap_or_else(|error| panic!("sync {failing}: {error}"));
        if store.last_frame() == model.frames() {
            unsettled += 1;
            assert_same(&store, &model);
        }
        assert!(report.cut.is_none());
    }
    assert!(unsettled > 0, "no start failed to settle the group");
}
