//! The key space of the store: recent changes in memory over the index on disk.
//!
//! Owns: two generations of changes, each limited in bytes. The young one takes what became durable; when it is full it
//! becomes the old one, which a thread writes to the index while a new young one fills. When both are full, whoever
//! wants to add waits: the index is slower than the journal, and memory is not endless. What is made and deleted within
//! one generation never reaches the index as more than its end. What was deleted stands apart from what is there: a range
//! out of which rows are taken all the time, as what is due is, is read as fast as one that nothing was ever taken from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread::{self, JoinHandle};

use peygir_store::space::{Change, Page, Value};
use peygir_store::{Error, key};

use crate::ends::Ends;
use crate::index::{Index, IndexError};
use crate::options::Workers;

/// First byte of the key under which the index keeps the number of the last frame that it has whole.
pub const APPLIED: u8 = b'm';
/// Key under which the index keeps the number of the last frame of which it may have something: it is written before any of it.
pub const REACHED: [u8; 2] = [APPLIED, b'r'];

/// Changes written to the index at once, by count and by bytes: whoever reads waits as long.
const CHUNK_CHANGES: usize = 128;
const CHUNK_BYTES: usize = 1 << 20;
/// What a change costs in memory beside its key and value, in bytes; roughly.
const CHANGE_OVERHEAD_BYTES: usize = 64;
/// Rows asked of the index at once.
const INDEX_PAGE_ROWS: usize = 256;
/// So many rows of the index that changes in memory hide are worth remembering where they end.
const HIDDEN_ROWS_MIN: usize = 32;
/// Stretches of hidden rows that are remembered.
const HIDDEN_STRETCHES_MAX: usize = 64;

/// A key stands in one of the two at most.
#[derive(Default)]
struct Generation {
    rows: BTreeMap<Vec<u8>, Value>,
    deleted: BTreeSet<Vec<u8>>,
    bytes: usize,
    last_frame: u64,
}

#[derive(Default)]
struct Memory {
    young: Generation,
    old: Option<Arc<Generation>>,
}

#[derive(Default)]
struct Turn {
    /// An old generation is there, to be written.
    old: bool,
    closing: bool,
}

/// Where all that the index has is hidden by changes in memory: keys, and the first behind each that is not.
type Hidden = BTreeMap<Vec<u8>, Vec<u8>>;

struct Shared {
    index: Box<dyn Index>,
    /// Written while `memory` is read, so that it is of the same generations; forgotten where one of them ends. Until then
    /// whatever is written to the index still stands in memory too.
    hidden: Mutex<Hidden>,
    /// Raised before anything is written to the index.
    ends: Ends,
    journal: u64,
    generation_bytes_max: usize,
    workers: Workers,
    memory: RwLock<Memory>,
    turn: Mutex<Turn>,
    turned: Condvar,
    failed: OnceLock<String>,
    on_failure: Box<dyn Fn() + Send + Sync>,
    /// The last frame that the index has whole.
    indexed: AtomicU64,
    /// The last frame of which it may have something.
    reached: AtomicU64,
}

/// What the index on disk has not got yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub indexed_frame: u64,
    pub bytes: u64,
    /// With as many, whoever adds waits.
    pub bytes_max: u64,
}

/// The layers. Dropping them leaves the index as it is; [`Rows::close`] writes everything first.
pub struct Rows {
    shared: Arc<Shared>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// A mark in the index: which journal it follows, and up to which frame.
pub fn mark_value(journal: u64, frame: u64) -> Value {
    let mut bytes = [0u8; 20];
    bytes[..8].copy_from_slice(&journal.to_le_bytes());
    bytes[8..16].copy_from_slice(&frame.to_le_bytes());
    let sum = crc32c::crc32c(&bytes[..16]);
    bytes[16..].copy_from_slice(&sum.to_le_bytes());
    Arc::from(bytes)
}

/// The last frame that an index of this journal has whole; `None` where its mark is missing or another's.
pub fn applied(index: &dyn Index, journal: u64) -> Result<Option<u64>, IndexError> {
    mark(index, journal, &[APPLIED])
}

/// The last frame of which an index of this journal may have something.
pub fn reached(index: &dyn Index, journal: u64) -> Result<Option<u64>, IndexError> {
    mark(index, journal, &REACHED)
}

fn mark(index: &dyn Index, journal: u64, key: &[u8]) -> Result<Option<u64>, IndexError> {
    let Some(bytes) = index.get(key)? else {
        return Ok(None);
    };
    let frame = bytes.get(8..16).and_then(|part| part.try_into().ok()).map(u64::from_le_bytes);
    Ok(frame.filter(|&frame| mark_value(journal, frame) == bytes))
}

impl Rows {
    /// `last_frame` is the last frame that the index has. `on_failure` is called once, when the index has failed.
    pub fn start(
        index: Box<dyn Index>,
        journal: u64,
        last_frame: u64,
        (generation_bytes_max, workers): (usize, Workers),
        on_failure: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self, Error> {
        let young = Generation { last_frame, ..Generation::default() };
        let ends = Ends::of(&*index);
        let reached = reached(&*index, journal).map_err(|error| Error::Refused(error.to_string()))?;
        let shared = Arc::new(Shared {
            index,
            hidden: Mutex::default(),
            ends,
            journal,
            generation_bytes_max,
            workers,
            memory: RwLock::new(Memory { young, old: None }),
            turn: Mutex::default(),
            turned: Condvar::new(),
            failed: OnceLock::new(),
            on_failure,
            indexed: AtomicU64::new(last_frame),
            reached: AtomicU64::new(reached.unwrap_or(0).max(last_frame)),
        });
        let for_writer = shared.clone();
        let spawn = || thread::Builder::new().name("peygir-rows".into()).spawn(move || for_writer.write_generations());
        let writer = (workers == Workers::Threads).then(spawn).transpose();
        let writer = writer.map_err(|source| Error::Io { path: "thread of the index".into(), source })?;
        Ok(Self { shared, writer: Mutex::new(writer) })
    }

    /// Without a writer of its own: writes the old generation, if there is one.
    pub fn work(&self) {
        if self.shared.workers == Workers::Callers && self.shared.turn().old {
            self.shared.write_old();
        }
    }

    /// Why the index answers no more, if it does not.
    pub fn failure(&self) -> Option<&str> {
        self.shared.failed.get().map(String::as_str)
    }

    /// What the index has not got yet.
    pub fn waiting(&self) -> Waiting {
        let memory = self.shared.read();
        let bytes: usize = memory.generations().map(|generation| generation.bytes).sum();
        let bytes_max = self.shared.generation_bytes_max.saturating_mul(2);
        Waiting {
            indexed_frame: self.shared.indexed.load(Ordering::Relaxed),
            bytes: bytes as u64,
            bytes_max: bytes_max as u64,
        }
    }

    /// The last frame whose changes are visible.
    pub fn last_frame(&self) -> u64 {
        self.shared.read().young.last_frame
    }

    /// Makes the changes of frames up to `last_frame` visible, all at once.
    pub fn add(&self, changes: impl IntoIterator<Item = Change>, last_frame: u64) {
        let mut memory = self.shared.write();
        for (key, value) in changes {
            memory.young.put(key, value);
        }
        memory.young.last_frame = last_frame;
    }

    /// Returns when there is room for more changes; an error once the index has failed.
    pub fn wait_for_room(&self) -> Result<(), Error> {
        if self.shared.read().young.bytes < self.shared.generation_bytes_max {
            return self.shared.check();
        }
        self.hand_over()
    }

    /// Gives all changes to the index's writer, though there may be room for more.
    pub fn hand_over(&self) -> Result<(), Error> {
        self.work();
        let turn = self.shared.wait_for_writer();
        self.shared.check()?;
        self.shared.hand_over(turn);
        Ok(())
    }

    /// What stands under a key.
    pub fn get(&self, key: &[u8]) -> Result<Option<Value>, Error> {
        {
            let memory = self.shared.read();
            for generation in memory.generations() {
                if let Some(value) = generation.rows.get(key) {
                    return Ok(Some(value.clone()));
                }
                if generation.deleted.contains(key) {
                    return Ok(None);
                }
            }
        }
        if self.shared.ends.is_beyond(key) {
            return Ok(None);
        }
        self.shared.index.get(key).map_err(|error| self.shared.fail(error))
    }

    /// The first rows of `from..to`, at most `limit`, all of one moment.
    pub fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Page, Error> {
        self.page(from, to, limit, usize::MAX)
    }

    /// As [`Rows::scan`], but it ends with the row that reaches `bytes_max`.
    pub fn page(&self, from: &[u8], to: &[u8], limit: usize, bytes_max: usize) -> Result<Page, Error> {
        if from >= to || limit == 0 {
            return Ok(Page::new());
        }
        let page = {
            // Held throughout: nothing becomes visible, and no generation reaches its end, while the layers are laid
            // over each other.
            let memory = self.shared.read();
            let hidden_to = self.shared.hidden_from(from);
            let below_from = hidden_to.as_deref().unwrap_or(from);
            let mut below = IndexRows::new(&*self.shared.index, below_from, to, limit);
            let page = overlay(&memory, (from, to), &mut below, limit, bytes_max);
            if below.hidden >= HIDDEN_ROWS_MIN && page.is_ok() {
                self.shared.hide(from, below.visible_from(to));
            }
            page
        };
        // A failure is told only here, for it takes another lock.
        page.map_err(|error| self.shared.fail(error))
    }

    /// Writes everything to the index and closes it, durably.
    pub fn close(&self) -> Result<(), Error> {
        self.work();
        let turn = self.shared.wait_for_writer();
        self.shared.check()?;
        self.shared.hand_over(turn);
        self.work();
        self.stop_writer();
        self.shared.check()?;
        self.shared.index.close().map_err(|error| self.shared.fail(error))
    }

    fn stop_writer(&self) {
        self.shared.turn().closing = true;
        self.shared.turned.notify_all();
        if let Some(writer) = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // The writer catches its own failures; one that ended by a panic has told nothing and written nothing more.
            if writer.join().is_err() {
                self.shared.fail(IndexError("the thread of the index ended by a panic".into()));
            }
        }
    }
}

/// The rows of the layers as one map; the youngest layer that has a key, or says that it was deleted, holds.
fn overlay(
    memory: &Memory,
    (from, to): (&[u8], &[u8]),
    below: &mut IndexRows<'_>,
    limit: usize,
    bytes_max: usize,
) -> Result<Page, IndexError> {
    let bounds = (Bound::Included(from), Bound::Excluded(to));
    let (young, old) = (&memory.young, memory.old.as_deref());
    let mut young_rows = young.rows.range::<[u8], _>(bounds).peekable();
    let mut old_rows = old.into_iter().flat_map(|old| old.rows.range::<[u8], _>(bounds)).peekable();
    let (mut rows, mut bytes) = (Page::new(), 0);
    while rows.len() < limit && bytes < bytes_max {
        let below_key = below.peek()?;
        let young_key = young_rows.peek().map(|(key, _)| key.as_slice());
        let old_key = old_rows.peek().map(|(key, _)| key.as_slice());
        let least = [young_key, old_key, below_key].into_iter().flatten().min();
        let Some(least) = least.map(<[u8]>::to_vec) else { break };
        let from_young = young_rows.next_if(|(key, _)| **key == least).map(|(_, value)| value.clone());
        let from_old = old_rows.next_if(|(key, _)| **key == least).map(|(_, value)| value.clone());
        let from_below = below.next_if(&least);
        let (was_below, is_above) = (from_below.is_some(), from_young.is_some() || from_old.is_some());
        let from_below = from_below.filter(|_| !old.is_some_and(|old| old.deleted.contains(&least)));
        let from_older = from_old.or(from_below).filter(|_| !young.deleted.contains(&least));
        let found = from_young.or(from_older);
        if was_below {
            below.note(&least, found.is_some() && !is_above);
        }
        if let Some(value) = found {
            bytes += least.len() + value.len();
            rows.push((least, value));
        }
    }
    Ok(rows)
}

impl Drop for Rows {
    fn drop(&mut self) {
        self.stop_writer();
    }
}

impl Memory {
    /// The younger one first.
    fn generations(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.young).chain(self.old.as_deref())
    }
}

impl Generation {
    fn put(&mut self, key: Vec<u8>, value: Option<Value>) {
        let key_bytes = key.len() + CHANGE_OVERHEAD_BYTES;
        let (before, was_deleted) = match value {
            Some(value) => {
                self.bytes += value.len();
                let was_deleted = self.deleted.remove(&key);
                (self.rows.insert(key, value), was_deleted)
            }
            None => (self.rows.remove(&key), !self.deleted.insert(key)),
        };
        match before {
            Some(before) => self.bytes -= before.len(),
            None if was_deleted => {}
            None => self.bytes += key_bytes,
        }
    }

    /// All changes, each key once.
    fn changes(&self) -> impl Iterator<Item = (&Vec<u8>, Option<&Value>)> {
        let rows = self.rows.iter().map(|(key, value)| (key, Some(value)));
        rows.chain(self.deleted.iter().map(|key| (key, None)))
    }
}

impl Shared {
    // A panic while one of the locks is held leaves a map with some of a group's changes at worst, and ends the thread
    // that orders commits: nothing is acknowledged on top of it.
    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<(), Error> {
        match self.failed.get() {
            Some(what) => Err(Error::Stopped(what.clone())),
            None => Ok(()),
        }
    }

    fn fail(&self, error: IndexError) -> Error {
        let text = format!("{error}; the next start makes it anew from the journal");
        if self.failed.set(text.clone()).is_ok() {
            (self.on_failure)();
        }
        // Taken so that nobody is between looking at `failed` and falling asleep.
        drop(self.turn());
        self.turned.notify_all();
        Error::Stopped(text)
    }

    fn hidden(&self) -> MutexGuard<'_, Hidden> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first key behind `from` that has to be asked of the index, where some need not be.
    fn hidden_from(&self, from: &[u8]) -> Option<Vec<u8>> {
        let hidden = self.hidden();
        let (_, behind) = hidden.range::<[u8], _>((Bound::Unbounded, Bound::Included(from))).next_back()?;
        (behind.as_slice() > from).then(|| behind.clone())
    }

    /// Remembers that the index has nothing to show between two keys.
    fn hide(&self, from: &[u8], behind: Vec<u8>) {
        let mut hidden = self.hidden();
        if hidden.len() >= HIDDEN_STRETCHES_MAX {
            hidden.clear();
        }
        hidden.insert(from.to_vec(), behind);
    }

    /// Returns once there is no old generation, or the index has failed.
    fn wait_for_writer(&self) -> MutexGuard<'_, Turn> {
        let busy = |turn: &mut Turn| turn.old && self.failed.get().is_none();
        self.turned.wait_while(self.turn(), busy).unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the young generation the old one, for the writer.
    fn hand_over(&self, mut turn: MutexGuard<'_, Turn>) {
        {
            let mut memory = self.write();
            let last_frame = memory.young.last_frame;
            let full = std::mem::replace(&mut memory.young, Generation { last_frame, ..Generation::default() });
            memory.old = Some(Arc::new(full));
        }
        turn.old = true;
        drop(turn);
        self.turned.notify_all();
    }

    fn write_generations(&self) {
        loop {
            let idle = |turn: &mut Turn| !turn.old && !turn.closing;
            let turn = self.turned.wait_while(self.turn(), idle).unwrap_or_else(PoisonError::into_inner);
            if !turn.old || self.failed.get().is_some() {
                return;
            }
            drop(turn);
            if !self.write_old() {
                return;
            }
        }
    }

    /// Writes the old generation to the index. False where that failed.
    fn write_old(&self) -> bool {
        let old = self.read().old.clone();
        if let Some(old) = old
            && let Err(error) = self.write_generation(&old)
        {
            self.fail(error);
            return false;
        }
        {
            let mut memory = self.write();
            memory.old = None;
            self.hidden().clear();
        }
        self.turn().old = false;
        self.turned.notify_all();
        true
    }

    /// The mark goes last: an index that was stopped in between has some of the changes and the mark of before, and
    /// making all of them again gives the same rows. How far they go stands there before the first of them, so that a journal
    /// is not taken for whole that lacks some of their frames.
    fn write_generation(&self, generation: &Generation) -> Result<(), IndexError> {
        let reached = self.reached.fetch_max(generation.last_frame, Ordering::Relaxed).max(generation.last_frame);
        self.index.write(&[(&REACHED, Some(&mark_value(self.journal, reached)))])?;
        let mut chunk: Vec<(&[u8], Option<&Value>)> = Vec::with_capacity(CHUNK_CHANGES);
        let mut bytes = 0;
        for (key, value) in generation.changes() {
            self.ends.raise(key);
            bytes += key.len() + value.map_or(0, |value| value.len());
            chunk.push((key, value));
            if chunk.len() >= CHUNK_CHANGES || bytes >= CHUNK_BYTES {
                self.index.write(&chunk)?;
                chunk.clear();
                bytes = 0;
            }
        }
        self.index.write(&chunk)?;
        let mark = mark_value(self.journal, generation.last_frame);
        self.index.write(&[(&[APPLIED], Some(&mark))])?;
        self.index.flush()?;
        self.indexed.store(generation.last_frame, Ordering::Relaxed);
        Ok(())
    }
}

/// The rows of the index in order, asked for by the page.
struct IndexRows<'a> {
    index: &'a dyn Index,
    from: Vec<u8>,
    to: &'a [u8],
    page: std::iter::Peekable<std::vec::IntoIter<(Vec<u8>, Value)>>,
    more: bool,
    page_rows: usize,
    /// Rows at the beginning that changes in memory hide.
    hidden: usize,
    /// The first that none hides.
    shown: Option<Vec<u8>>,
}

impl<'a> IndexRows<'a> {
    fn new(index: &'a dyn Index, from: &[u8], to: &'a [u8], limit: usize) -> Self {
        let (page, page_rows) = (Vec::new().into_iter().peekable(), limit.clamp(1, INDEX_PAGE_ROWS));
        Self { index, from: from.to_vec(), to, page, more: true, page_rows, hidden: 0, shown: None }
    }

    /// A row was laid under what is in memory.
    fn note(&mut self, key: &[u8], is_shown: bool) {
        if self.shown.is_some() {
            return;
        }
        if is_shown {
            self.shown = Some(key.to_vec());
        } else {
            self.hidden += 1;
        }
    }

    /// Before this key there is nothing in the index that is not hidden.
    fn visible_from(&mut self, to: &[u8]) -> Vec<u8> {
        let unread = |page: &mut std::iter::Peekable<std::vec::IntoIter<(Vec<u8>, Value)>>| {
            page.peek().map(|(key, _)| key.clone())
        };
        let rest = if self.more { self.from.clone() } else { to.to_vec() };
        self.shown.take().or_else(|| unread(&mut self.page)).unwrap_or(rest)
    }

    fn peek(&mut self) -> Result<Option<&[u8]>, IndexError> {
        while self.page.peek().is_none() && self.more {
            let (rows, more) = self.index.page(&self.from, self.to, self.page_rows)?;
            // Where the first rows are hidden, so may be very many.
            self.page_rows = (self.page_rows * 2).min(INDEX_PAGE_ROWS);
            if let Some((last, _)) = rows.last() {
                self.from = key::after(last);
            }
            self.more = more;
            self.page = rows.into_iter().peekable();
        }
        Ok(self.page.peek().map(|(key, _)| key.as_slice()))
    }

    fn next_if(&mut self, least: &[u8]) -> Option<Value> {
        self.page.next_if(|(key, _)| key == least).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{MemoryPlace, Place};

    fn rows(place: &MemoryPlace, generation_bytes_max: usize, workers: Workers) -> Rows {
        Rows::start(place.renew().unwrap(), 1, 0, (generation_bytes_max, workers), Box::new(|| ())).unwrap()
    }

    fn put(key: u32, value: u32) -> Change {
        (key.to_be_bytes().to_vec(), Some(Arc::from(value.to_be_bytes())))
    }

    #[test]
    fn layers_read_as_one_map() {
        read_as_one_map(Workers::Threads);
        read_as_one_map(Workers::Callers);
    }

    fn read_as_one_map(workers: Workers) {
        let place = MemoryPlace::new();
        let rows = rows(&place, 600, workers);
        let mut model = BTreeMap::new();
        for round in 0..400u32 {
            rows.wait_for_room().unwrap();
            let key = round.wrapping_mul(7919) % 97;
            let change = if round % 3 == 0 { (key.to_be_bytes().to_vec(), None) } else { put(key, round) };
            match &change.1 {
                Some(value) => model.insert(change.0.clone(), value.clone()),
                None => model.remove(&change.0),
            };
            rows.add([change], u64::from(round));
            let expected: Page = model.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            assert_eq!(rows.scan(&[0], &[1], 1000).unwrap(), expected, "round {round}");
            assert_eq!(rows.scan(&[0], &[1], 5).unwrap(), expected[..expected.len().min(5)]);
            assert_eq!(rows.get(&key.to_be_bytes()).unwrap(), model.get(&key.to_be_bytes()[..]).cloned());
        }
        rows.close().unwrap();
        let index = place.open().unwrap();
        assert_eq!(applied(&*index, 1).unwrap(), Some(399));
        assert_eq!(applied(&*index, 2).unwrap(), None);
        assert_eq!(index.page(&[0], &[1], 1000).unwrap().0.len(), model.len());
    }

    /// A range out of which rows are taken all the time: at its start lie more and more deleted ones, in every layer.
    #[test]
    fn deleted_rows_hide_what_lies_below_them_and_come_back() {
        let place = MemoryPlace::new();
        let rows = rows(&place, 1 << 20, Workers::Threads);
        let delete = |key: u32| (key.to_be_bytes().to_vec(), None);
        let keys = |limit: usize| -> Vec<u32> {
            let page = rows.scan(&[0], &[1], limit).unwrap();
            page.iter().map(|(key, _)| u32::from_be_bytes(key.as_slice().try_into().unwrap())).collect()
        };
        rows.add((0..30).map(|key| put(key, 1)), 1);
        let turn = rows.shared.wait_for_writer();
        rows.shared.hand_over(turn);
        drop(rows.shared.wait_for_writer());
        assert!(rows.shared.read().young.rows.is_empty(), "the first rows are in the index alone");
        rows.add((0..10).map(delete), 2);
        rows.add([put(5, 2), put(40, 2), delete(40)], 3);
        assert_eq!((keys(2), keys(100).len()), (vec![5, 10], 21));
        // The old generation as it is while it is being written.
        let mut memory = rows.shared.write();
        let old = std::mem::take(&mut memory.young);
        memory.old = Some(Arc::new(old));
        drop(memory);
        assert_eq!((keys(2), keys(100).len()), (vec![5, 10], 21));
        rows.add([put(3, 3), delete(5), delete(10), put(40, 3)], 4);
        assert_eq!((keys(2), keys(100).last()), (vec![3, 11], Some(&40)));
        for (key, there) in [(3, true), (4, false), (5, false), (10, false), (11, true), (40, true)] {
            assert_eq!(rows.get(&u32::to_be_bytes(key)).unwrap().is_some(), there, "{key}");
        }
    }

    /// Rows are taken from the front of a range all the time, as what is due is; now and then one comes back there.
    #[test]
    fn a_front_that_is_taken_away_is_passed_over_and_what_comes_back_there_is_seen() {
        for workers in [Workers::Threads, Workers::Callers] {
            let rows = rows(&MemoryPlace::new(), 6_000, workers);
            let mut model: BTreeMap<Vec<u8>, Value> = BTreeMap::new();
            for round in 0..1_800u32 {
                rows.wait_for_room().unwrap();
                let first = model.first_key_value().map(|(key, _)| key.clone());
                let change = match first {
                    Some(first) if round >= 600 && round % 40 != 39 => (first, None),
                    _ if round < 600 => put(round + 50, round),
                    _ => put(round % 61, round),
                };
                match &change.1 {
                    Some(value) => model.insert(change.0.clone(), value.clone()),
                    None => model.remove(&change.0),
                };
                rows.add([change], u64::from(round));
                let expected: Page = model.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                for limit in [1, 5, 1_000] {
                    let page = rows.scan(&[0], &[1], limit).unwrap();
                    assert_eq!(page, expected[..expected.len().min(limit)], "round {round}");
                }
                let behind = rows.scan(&40u32.to_be_bytes(), &[1], 2).unwrap();
                let expected = model.range(40u32.to_be_bytes().to_vec()..).take(2);
                assert!(behind.iter().map(|(key, _)| key).eq(expected.map(|(key, _)| key)), "round {round}");
            }
        }
    }

    /// An index that counts the rows that are read of it, found or not.
    struct Counted(Box<dyn Index>, Arc<AtomicU64>);

    impl Index for Counted {
        fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.get(key)
        }

        fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
            let found = self.0.page(from, to, limit)?;
            self.1.fetch_add(found.0.len() as u64, Ordering::Relaxed);
            Ok(found)
        }

        fn bound(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
            self.0.bound(from, to)
        }

        fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError> {
            self.0.write(changes)
        }

        fn flush(&self) -> Result<(), IndexError> {
            self.0.flush()
        }

        fn close(&self) -> Result<(), IndexError> {
            self.0.close()
        }
    }

    #[test]
    fn what_is_hidden_is_read_of_the_index_once() {
        let read = Arc::new(AtomicU64::new(0));
        let index = Counted(MemoryPlace::new().renew().unwrap(), read.clone());
        let rows = Rows::start(Box::new(index), 1, 0, (1 << 20, Workers::Threads), Box::new(|| ())).unwrap();
        rows.add((0..5_000).map(|key| put(key, 1)), 1);
        let turn = rows.shared.wait_for_writer();
        rows.shared.hand_over(turn);
        drop(rows.shared.wait_for_writer());
        rows.add((0..4_000).map(|key| (u32::to_be_bytes(key).to_vec(), None)), 2);
        let first = || rows.scan(&[0], &[1], 1).unwrap()[0].0.clone();
        assert_eq!(first(), 4_000u32.to_be_bytes());
        assert!(read.swap(0, Ordering::Relaxed) >= 4_000);
        for taken in 4_000..4_100u32 {
            assert_eq!(first(), taken.to_be_bytes());
            rows.add([(taken.to_be_bytes().to_vec(), None)], 3);
        }
        let again = read.load(Ordering::Relaxed);
        assert!(again < 100 * 2 * HIDDEN_ROWS_MIN as u64 * 2, "{again} rows were read for a hundred looks");
    }

    /// Streams with names, as the one of the editions, sort behind all times: they must not make each new stream one that may be
    /// in the index, which is slow to say that it is not.
    #[test]
    fn a_stream_with_a_name_does_not_send_new_streams_to_the_index() {
        let read = Arc::new(AtomicU64::new(0));
        let inner = MemoryPlace::new().renew().unwrap();
        let (named, other) = (b"vnamed-stream-01".to_vec(), b"vother-stream-01".to_vec());
        let timed = |number: u32| [&b"v\x01\x9b"[..], &number.to_be_bytes(), &[7; 10]].concat();
        let value: Value = Arc::from(*b"x");
        inner.write(&[(&named, Some(&value)), (&timed(5), Some(&value))]).unwrap();
        let index = Counted(inner, read.clone());
        let rows = Rows::start(Box::new(index), 1, 0, (1 << 20, Workers::Callers), Box::new(|| ())).unwrap();
        // A start reads how far its rows may go.
        read.store(0, Ordering::Relaxed);
        let are_new = |numbers: std::ops::Range<u32>| {
            let mut found = numbers.map(|number| rows.get(&timed(number)).unwrap());
            assert!(found.all(|value| value.is_none()));
            read.swap(0, Ordering::Relaxed)
        };
        assert_eq!(are_new(6..106), 0);
        // Nor one that is written to the index while the store is open.
        rows.add([(other.clone(), Some(value.clone())), (timed(6), Some(value.clone()))], 1);
        rows.shared.hand_over(rows.shared.wait_for_writer());
        rows.work();
        assert_eq!(are_new(7..107), 0);
        for key in [named, other, timed(5), timed(6)] {
            assert_eq!(rows.get(&key).unwrap().as_ref(), Some(&value), "{}", key.escape_ascii());
        }
    }

    #[test]
    fn a_failed_index_stops_whoever_waits() {
        stops_whoever_waits(Workers::Threads);
        stops_whoever_waits(Workers::Callers);
    }

    fn stops_whoever_waits(workers: Workers) {
        let place = MemoryPlace::new();
        let rows = rows(&place, 10, workers);
        place.break_down();
        let failed = (1..10).any(|frame| {
            rows.add([put(frame, 1)], u64::from(frame));
            rows.wait_for_room().is_err()
        });
        assert!(failed);
        assert!(rows.failure().unwrap().contains("broken down"));
        assert!(rows.close().is_err());
    }
}
