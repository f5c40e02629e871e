//! The store as its callers see it.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::{self, JoinHandle};

use peygir_core::Moment;
use peygir_store::frame::Record;
use peygir_store::rules::Prepared;
use peygir_store::space;
use peygir_store::watch::{Watcher, Watchers};
use peygir_store::{Batch, Conflict, Done, Error, Frame, InboxKey, Row, Store, StoreFigures, StreamId, Version};

use crate::commit::{self, Job, Queue, Ticket};
use crate::disk::{Disk, RealDisk, make_folder};
use crate::figures::Gauges;
use crate::frames::Places;
use crate::index::{Place, SledPlace};
use crate::journal::{Journal, Records};
use crate::layout::{JOURNAL_FOLDER, segment_number};
use crate::lock::Lock;
use crate::marker::{self, End, Marker};
use crate::options::{OpeningReport, Options, Workers};
use crate::positions;
use crate::receipt::{self, Given};
use crate::recovery;
use crate::rows::Rows;
use crate::seal::{self, Receipt, Seal};
use crate::snapshot;

const INDEX_FOLDER: &str = "rows";
/// A position in the journal has 32 bits for the offset: a segment ends long before that, in bytes.
const SEGMENT_BYTES_CEILING: u64 = 1 << 31;

/// What the threads of a store share.
pub struct Inner {
    pub disk: Arc<dyn Disk>,
    pub journal: u64,
    pub rows: Rows,
    pub queue: Queue,
    pub options: Options,
    pub records: Records,
    pub snapshots: Snapshots,
    pub watchers: Watchers,
    pub gauges: Gauges,
    places: Places,
    stopped: OnceLock<String>,
}

impl Inner {
    /// Why no commits are taken, if none are.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.get().map(String::as_str).or_else(|| self.rows.failure())
    }

    pub fn stop(&self, why: &str) {
        if self.stopped.set(why.to_owned()).is_ok() {
            tracing::error!(why, "the store takes no more commits");
        }
    }
}

/// When the next snapshot is due.
pub struct Snapshots {
    growth: Mutex<Growth>,
    grown: Condvar,
    every_bytes: u64,
    every_frames: u64,
    /// One snapshot at a time.
    taking: Mutex<()>,
}

#[derive(Default)]
struct Growth {
    bytes: u64,
    frames: u64,
    /// Bytes of the last snapshot: the next is due once the journal has grown by as much. However large the store, no more
    /// is written for snapshots than for the journal, and a start reads no more of the journal than of a snapshot.
    last_snapshot: u64,
    closing: bool,
}

impl Snapshots {
    fn new(options: &Options, (bytes, frames): (u64, u64), last_snapshot: u64) -> Self {
        Self {
            growth: Mutex::new(Growth { bytes, frames, last_snapshot, closing: false }),
            grown: Condvar::new(),
            every_bytes: options.snapshot_every_bytes,
            every_frames: options.snapshot_every_frames,
            taking: Mutex::new(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Growth> {
        self.growth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn due(&self, growth: &Growth) -> bool {
        let much = growth.bytes >= self.every_bytes || growth.frames >= self.every_frames;
        much && growth.bytes >= growth.last_snapshot
    }

    /// The journal has grown.
    pub fn grown(&self, bytes: u64, frames: u64) {
        let mut growth = self.lock();
        growth.bytes += bytes;
        growth.frames += frames;
        if self.due(&growth) {
            self.grown.notify_one();
        }
    }

    fn close(&self) {
        self.lock().closing = true;
        self.grown.notify_all();
    }

    /// Waits until a snapshot is due; false when the store closes.
    fn wait(&self) -> bool {
        let idle = |growth: &mut Growth| !growth.closing && !self.due(growth);
        let mut growth = self.grown.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner);
        (growth.bytes, growth.frames) = (0, 0);
        !growth.closing
    }

    /// Whether a snapshot is due; what follows counts for the next one.
    fn begins(&self) -> bool {
        let mut growth = self.lock();
        let due = self.due(&growth);
        if due {
            (growth.bytes, growth.frames) = (0, 0);
        }
        due
    }

    fn take_or_tell(&self, inner: &Inner) {
        if let Err(error) = self.take(inner) {
            tracing::warn!(%error, "no snapshot could be taken; the next start takes longer");
        }
    }

    fn take(&self, inner: &Inner) -> Result<(), Error> {
        let _one = self.taking.lock().unwrap_or_else(PoisonError::into_inner);
        let span = snapshot::take(&*inner.disk, inner.journal, &inner.rows)?;
        tracing::debug!(begun = span.begun, ended = span.ended, "snapshot taken");
        inner.gauges.snapshot(span.begun);
        self.lock().last_snapshot = snapshot::bytes_of_newest(&*inner.disk);
        Ok(())
    }
}

/// The embedded store. Dropping it closes it.
pub struct LocalStore {
    inner: Arc<Inner>,
    /// None once the store is shut.
    orderer: Option<Orderer>,
    snapshotter: Option<JoinHandle<()>>,
    _lock: Option<Lock>,
}

/// Who has the journal.
enum Orderer {
    Thread(JoinHandle<End>),
    Callers(Mutex<Journal>),
}

impl Orderer {
    /// Where nobody else does: does what is in line.
    fn work(&self, inner: &Inner) {
        if let Self::Callers(journal) = self {
            commit::work(inner, &mut journal.lock().unwrap_or_else(PoisonError::into_inner), false);
        }
    }

    /// Waits until all is done; where the journal ends.
    fn end(self, inner: &Inner) -> thread::Result<End> {
        self.work(inner);
        match self {
            Self::Thread(thread) => thread.join(),
            Self::Callers(journal) => Ok(journal.into_inner().unwrap_or_else(PoisonError::into_inner).end()),
        }
    }
}

impl LocalStore {
    /// Opens the store in `folder`, or begins one there. The report says what was found.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, OpeningReport), Error> {
        let io = |source| Error::Io { path: folder.display().to_string(), source };
        make_folder(folder).map_err(io)?;
        let lock = Lock::take(folder)?;
        let place = SledPlace::new(&folder.join(INDEX_FOLDER), options.cache_bytes);
        Self::start(Arc::new(RealDisk::new(folder)), &place, options, Some(lock))
    }

    /// Whether a journal was begun in `folder`.
    pub fn is_begun(folder: &Path) -> Result<bool, Error> {
        let names = RealDisk::new(folder).list(JOURNAL_FOLDER);
        let names = names.map_err(|source| Error::Io { path: JOURNAL_FOLDER.into(), source })?;
        Ok(names.iter().any(|name| segment_number(name).is_some()))
    }

    /// Opens a store on another disk and index than the real ones. Nothing keeps a second store away.
    pub fn open_on(disk: Arc<dyn Disk>, place: &dyn Place, options: Options) -> Result<(Self, OpeningReport), Error> {
        Self::start(disk, place, options, None)
    }

    fn start(
        disk: Arc<dyn Disk>,
        place: &dyn Place,
        mut options: Options,
        lock: Option<Lock>,
    ) -> Result<(Self, OpeningReport), Error> {
        options.segment_bytes_max = options.segment_bytes_max.min(SEGMENT_BYTES_CEILING);
        let recovered = recovery::recover(disk.clone(), place, &options)?;
        let (journal, report) = (recovered.journal, recovered.report);
        let inner = Arc::new(Inner {
            records: Records::new(disk.clone()),
            snapshots: Snapshots::new(&options, recovered.grown, snapshot::bytes_of_newest(&*disk)),
            disk,
            journal: journal.id,
            rows: recovered.rows,
            queue: Queue::default(),
            options,
            watchers: Watchers::default(),
            gauges: Gauges::new(&journal),
            places: Places::default(),
            stopped: OnceLock::new(),
        });
        if inner.options.workers == Workers::Callers {
            let orderer = Some(Orderer::Callers(Mutex::new(journal)));
            return Ok((Self { inner, orderer, snapshotter: None, _lock: lock }, report));
        }
        let thread = |name: &str| thread::Builder::new().name(name.to_owned());
        let io = |source| Error::Io { path: "threads of the store".into(), source };
        let for_snapshots = inner.clone();
        let take_snapshots = move || {
            while for_snapshots.snapshots.wait() {
                for_snapshots.snapshots.take_or_tell(&for_snapshots);
            }
        };
        let for_commits = inner.clone();
        let orderer = thread("peygir-journal").spawn(move || commit::run(&for_commits, journal)).map_err(io)?;
        let snapshotter = thread("peygir-snapshots").spawn(take_snapshots).map_err(io)?;
        let orderer = Some(Orderer::Thread(orderer));
        let store = Self { inner, orderer, snapshotter: Some(snapshotter), _lock: lock };
        Ok((store, report))
    }

    /// Under [`Workers::Callers`]: what threads of the store would do beside commits, once; does nothing otherwise.
    pub fn work(&self) {
        if self.inner.options.workers != Workers::Callers || self.inner.stopped().is_some() {
            return;
        }
        self.inner.rows.work();
        if self.inner.snapshots.begins() {
            self.inner.snapshots.take_or_tell(&self.inner);
        }
    }

    /// Puts jobs in line.
    fn push(&self, jobs: Vec<Job>) {
        self.inner.queue.push(jobs);
        if let Some(orderer) = &self.orderer {
            orderer.work(&self.inner);
        }
    }

    /// Finishes what is queued, writes the index and marks it as complete, so that the next start is quick.
    pub fn close(mut self) -> Result<(), Error> {
        self.shut()
    }

    fn shut(&mut self) -> Result<(), Error> {
        let Some(orderer) = self.orderer.take() else {
            return Ok(());
        };
        self.inner.queue.close();
        self.inner.snapshots.close();
        let end = orderer.end(&self.inner);
        if let Some(snapshotter) = self.snapshotter.take()
            && snapshotter.join().is_err()
        {
            tracing::error!("the thread that takes snapshots ended by a panic");
        }
        let known = end.map_err(|_| Error::Stopped("its thread ended by a panic".into()))?;
        if let Some(why) = self.inner.stopped() {
            // Whatever the journal has is found by the next start.
            return Err(Error::Stopped(why.to_owned()));
        }
        self.inner.rows.close()?;
        let boot_id = self.inner.options.boot_id.clone();
        let marker = Marker { journal: self.inner.journal, boot_id, closed: true, known };
        let written = marker::write(&*self.inner.disk, &marker);
        written.map_err(|source| Error::Io { path: "rows.state".into(), source })
    }

    /// Seals all frames since the last seal; `None` where there are none. The end of a segment is sealed anyway.
    pub fn seal(&self) -> Result<Option<Seal>, Error> {
        let (answer, answered) = sync_channel(1);
        self.push(vec![Job::Seal { answer }]);
        answered.recv().unwrap_or_else(|_| Err(Error::Stopped("the store stopped before it sealed".into())))
    }

    /// Seals where a frame without a seal is of before an instant.
    pub fn seal_from_before(&self, instant: Moment) -> Result<Option<Seal>, Error> {
        let sealed = self.inner.gauges.read().sealed_frame;
        let is_old = match self.frames(sealed, 1) {
            Ok(frames) => frames.first().is_some_and(|frame| frame.at < instant),
            // What is archived was not of today.
            Err(Error::Archived { .. }) => true,
            Err(error) => return Err(error),
        };
        if is_old { self.seal() } else { Ok(None) }
    }

    /// The seal that covers a frame; `None` where there is none yet.
    pub fn seal_of(&self, frame: u64) -> Result<Option<Seal>, Error> {
        let page = self.inner.rows.scan(&seal::row_key(frame), &[seal::SEALS + 1], 1)?;
        let found = page.first().map(|(_, value)| Seal::of_row(value)).transpose()?;
        Ok(found.filter(|seal| seal.after < frame))
    }

    /// What shows that a commit is under a seal; `None` where it is not sealed yet, or is not there.
    pub fn receipt(&self, stream: StreamId, version: Version) -> Result<Option<Receipt>, Error> {
        let Some(after) = version.checked_sub(1) else {
            return Ok(None);
        };
        let Some(frame) = self.journal(stream, after, 1)?.pop() else {
            return Ok(None);
        };
        let Some(seal) = self.seal_of(frame.number)? else {
            return Ok(None);
        };
        receipt::gather(&*self.inner.disk, &seal, stream, version)
    }

    /// The receipt over a stream's newest sealed commit, found by the index: it reads no more of the journal than what that
    /// seal covers.
    pub fn newest_receipt(&self, stream: StreamId) -> Result<Given, Error> {
        let version = self.version(stream)?;
        let sealed_frame = self.inner.gauges.read().sealed_frame;
        let (mut sealed, mut open) = (0, version + 1);
        // Frames of a stream rise with its versions.
        while open - sealed > 1 {
            let middle = sealed + (open - sealed) / 2;
            let frame = self.journal(stream, middle - 1, 1)?.pop();
            if frame.is_some_and(|frame| frame.number <= sealed_frame) {
                sealed = middle;
            } else {
                open = middle;
            }
        }
        Ok(Given { receipt: self.receipt(stream, sealed)?, version })
    }

    /// A row of a kind that whoever opened the store says this version does not know.
    fn unknown_row(&self, batch: &Batch) -> Option<String> {
        let known = self.inner.options.known?;
        batch.rows.iter().find_map(|(key, _)| (known.row)(key))
    }

    /// Why the store takes no commits, if it takes none.
    pub fn stopped(&self) -> Option<String> {
        self.inner.stopped().map(str::to_owned)
    }
}

impl Drop for LocalStore {
    fn drop(&mut self) {
        if let Err(error) = self.shut() {
            tracing::error!(%error, "the store was not closed cleanly; the next start makes up for it");
        }
    }
}

impl Store for LocalStore {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        if batches.is_empty() {
            return Vec::new();
        }
        let mut prepared = Vec::new();
        let mut answers = Vec::new();
        for (slot, batch) in batches.iter().enumerate() {
            debug_assert_eq!(self.unknown_row(batch), None, "the next start would refuse what is written here");
            match Prepared::new(batch) {
                Ok(batch) => {
                    prepared.push((slot, Box::new(batch)));
                    answers.push(None);
                }
                Err(conflict) => answers.push(Some(Err(conflict))),
            }
        }
        let ticket = Ticket::new(answers);
        let job = |(slot, prepared)| Job::Commit { prepared, ticket: ticket.clone(), slot };
        self.push(prepared.into_iter().map(job).collect());
        ticket.wait()
    }

    fn commit_then(&self, batch: &Batch, done: Done) {
        debug_assert_eq!(self.unknown_row(batch), None, "the next start would refuse what is written here");
        match Prepared::new(batch) {
            Ok(prepared) => {
                self.push(vec![Job::Commit { prepared: Box::new(prepared), ticket: Ticket::calling(done), slot: 0 }]);
            }
            Err(conflict) => done(Err(conflict)),
        }
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        match self.inner.rows.get(&space::head(stream))? {
            Some(bytes) => Ok(space::Head::decode(&bytes)?.version),
            None => Ok(0),
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.inner.rows.get(&space::row(key))?.map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        let page = self.inner.rows.scan(&space::row(from), &space::row(to), limit)?;
        Ok(page.into_iter().map(|(key, value)| (key[1..].to_vec(), value.to_vec())).collect())
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(bytes) = self.inner.rows.get(&space::claim(key))? else {
            return Ok(None);
        };
        Ok(Some(space::decode_claim(&bytes)?.1.to_vec()))
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        let (from, to) = space::bounds(space::INBOX);
        let page = self.inner.rows.scan(&from, &to, limit)?;
        page.into_iter().map(|(key, value)| Ok((space::inbox_key(&key)?, value.to_vec()))).collect()
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        let found = positions::find(&|key| self.inner.rows.get(key), stream, after, limit)?;
        let mut frames = Vec::with_capacity(found.len());
        for (position, before) in found.into_iter().zip(after..) {
            let bytes = self.inner.records.read(position)?;
            let frame = Record::split(&bytes).and_then(|record| Frame::of_record(&record));
            let frame = frame.map_err(|error| positions::wrong(position, error.to_string()))?;
            if (frame.stream, frame.version) != (stream, before + 1) {
                return Err(positions::wrong(position, "another frame than the index says".into()));
            }
            frames.push(frame);
        }
        Ok(frames)
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        let Some(wanted) = after.checked_add(1) else {
            return Ok(Vec::new());
        };
        self.inner.places.read(&*self.inner.disk, wanted, self.inner.rows.last_frame(), limit)
    }

    fn last_frame(&self) -> u64 {
        self.inner.rows.last_frame()
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        self.inner.watchers.add(watcher);
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        space::digest(|from, to, limit| self.inner.rows.scan(from, to, limit))
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.inner.snapshots.take(&self.inner)
    }

    fn figures(&self) -> StoreFigures {
        let (counted, waiting) = (self.inner.gauges.read(), self.inner.rows.waiting());
        // A seal of before the start stands in its row; without that, its time is not known.
        let sealed_before = || self.seal_of(counted.sealed_frame).ok().flatten().map(|seal| seal.at);
        StoreFigures {
            sealed_at: counted.sealed_at.or_else(sealed_before),
            last_frame: self.inner.rows.last_frame(),
            indexed_frame: waiting.indexed_frame,
            index_pending_bytes: waiting.bytes,
            index_pending_bytes_max: waiting.bytes_max,
            stopped: self.stopped(),
            ..counted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshots(last: u64) -> Snapshots {
        let options = Options { snapshot_every_bytes: 100, snapshot_every_frames: 10, ..Options::default() };
        Snapshots::new(&options, (0, 0), last)
    }

    #[test]
    fn a_snapshot_is_due_once_the_journal_has_grown_by_its_limit_and_by_the_last_snapshot() {
        for (last, grown, frames, due) in [
            (0, 99, 1, false),
            (0, 100, 1, true),
            (80, 100, 1, true),
            (300, 299, 1, false),
            (300, 300, 1, true),
            (300, 1, 9, false),
            (300, 299, 10, false),
            (300, 300, 10, true),
            (0, 1, 10, true),
        ] {
            let snapshots = snapshots(last);
            snapshots.grown(grown, frames);
            assert_eq!(snapshots.due(&snapshots.lock()), due, "{last} {grown} {frames}");
        }
    }
}
