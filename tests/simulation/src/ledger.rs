//! Statement: what a store acknowledged is there for ever, as it was acknowledged and in that order; nothing is there that
//! nobody asked for; and nothing is acknowledged any more once a sync of the journal has failed.
//!
//! Owns: the prints of all batches that were handed to stores of this machine and of those that were acknowledged, in a
//! place that no crash reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use peygir_core::Id;
use peygir_runtime::command::Recorded;
use peygir_store::{Batch, Conflict, Done, Enqueued, Error, Frame, InboxKey, Row, Store, StreamId, Version, Watcher};
use sha2::{Digest, Sha256};

use crate::finding::{Finding, Findings, found};
use crate::groups::Groups;
use crate::machine::Watch;
use crate::outbox::Outbox;
use crate::samples::Samples;

const STATEMENT: &str = "acknowledged";
const ORDER: &str = "order of frames";
const AFTER_A_FAILED_SYNC: &str = "after a failed sync";
/// Frames read at once.
const PAGE_FRAMES: usize = 500;

type Print = [u8; 32];

/// A commit that is to be there for ever.
#[derive(Debug, Clone, Copy)]
struct Kept {
    print: Print,
    /// The how manieth it is of all.
    number: u64,
}

#[derive(Debug, Default)]
struct Book {
    asked: BTreeSet<Print>,
    kept: BTreeMap<(Id, Version), Kept>,
    outbox: Outbox,
    samples: Samples,
    acknowledged: u64,
    /// Commits that the last call handed over of which any was acknowledged.
    last_group: u64,
    /// Commits that were handed over with others.
    in_groups: u64,
    /// Most that a call behind it handed over: some of them may be on the disk.
    doubtful: u64,
}

#[derive(Debug)]
pub struct Ledger {
    book: Mutex<Book>,
    findings: Arc<Findings>,
}

impl Ledger {
    pub fn new(outbox: Outbox, findings: Arc<Findings>) -> Arc<Self> {
        Arc::new(Self { book: Mutex::new(Book { outbox, ..Book::default() }), findings })
    }

    /// Number of commits that went to the store together with others.
    pub fn in_groups(&self) -> u64 {
        self.book().in_groups
    }

    /// Number of commits that were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.book().acknowledged
    }

    pub fn with_outbox<T>(&self, look: impl FnOnce(&Outbox) -> T) -> T {
        look(&self.book().outbox)
    }

    pub fn samples(&self) -> Samples {
        self.book().samples.clone()
    }

    /// Looks through the journal of a store that was just opened for good. What is there without having been acknowledged
    /// (the process ended in between) is kept from now on: a start makes sure that it is on the disk.
    pub fn check(&self, store: &dyn Store) -> Result<(), Finding> {
        let mut book = self.book();
        self.look_through(store, &mut book, true)
    }

    /// The same for a copy of the files, of which nothing follows for the machine.
    pub fn check_copy(&self, store: &dyn Store) -> Result<(), Finding> {
        let mut book = self.book();
        self.look_through(store, &mut book, false)
    }

    fn look_through(&self, store: &dyn Store, book: &mut Book, keeps: bool) -> Result<(), Finding> {
        let (mut after, mut seen, mut more, mut before) = (0, 0, 0, 0);
        loop {
            let frames = page(store, after)?;
            if frames.is_empty() {
                break;
            }
            for frame in &frames {
                more += u64::from(book.find(frame, keeps)?);
                seen += 1;
                in_order(frame, after, book.number(frame), &mut before)?;
                after = frame.number;
            }
        }
        let kept = book.kept.len() as u64 + if keeps { 0 } else { more };
        if seen != kept {
            return Err(found(STATEMENT, format!("{kept} commits were acknowledged, the journal has {seen}")));
        }
        Ok(())
    }

    /// As [`Ledger::check`] for a journal whose last group may be gone: what is there is as it was acknowledged.
    pub fn check_but_the_end(&self, store: &dyn Store) -> Result<(), Finding> {
        let (book, mut after, mut seen) = (self.book(), 0, 0);
        loop {
            let frames = page(store, after)?;
            let Some(last) = frames.last() else { break };
            after = last.number;
            if let Some(frame) = frames.iter().find(|frame| !book.has(frame)) {
                return Err(found(STATEMENT, format!("frame {} is another commit now", frame.number)));
            }
            seen += frames.len() as u64;
        }
        let lost = (book.kept.len() as u64).saturating_sub(seen);
        let most = book.last_group.max(book.doubtful);
        if lost > most { Err(found(STATEMENT, format!("{lost} commits are gone with the last group"))) } else { Ok(()) }
    }

    /// As [`Ledger::check`], of the versions of streams alone: the journal's older part can't be read.
    pub fn check_end(&self, store: &dyn Store) -> Result<(), Finding> {
        let book = self.book();
        let mut newest: BTreeMap<Id, Version> = BTreeMap::new();
        book.kept.keys().for_each(|(stream, version)| {
            newest.insert(*stream, *version);
        });
        for (stream, version) in newest {
            let found_version = store.version(stream).map_err(|error| found(STATEMENT, error.to_string()))?;
            if found_version < version {
                return Err(found(STATEMENT, format!("{stream} is at version {found_version}, not {version}")));
            }
        }
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn has(&self, frame: &Frame) -> bool {
        let print = print_of_frame(frame);
        self.kept.get(&(frame.stream, frame.version)).map_or(self.asked.contains(&print), |kept| kept.print == print)
    }

    /// The how manieth commit it is; what was never acknowledged comes behind everything that was.
    fn number(&self, frame: &Frame) -> u64 {
        self.kept.get(&(frame.stream, frame.version)).map_or(u64::MAX, |kept| kept.number)
    }

    fn keep(&mut self, key: (Id, Version), print: Print) {
        let number = self.kept.len() as u64 + 1;
        self.kept.insert(key, Kept { print, number });
    }

    fn note_group(&mut self, batches: u64, is_acknowledged: bool) {
        self.in_groups += if batches > 1 { batches } else { 0 };
        (self.last_group, self.doubtful) =
            if is_acknowledged { (batches, 0) } else { (self.last_group, self.doubtful.max(batches)) };
    }

    /// Whether it was not acknowledged before.
    fn find(&mut self, frame: &Frame, keeps: bool) -> Result<bool, Finding> {
        let print = print_of_frame(frame);
        let key = (frame.stream, frame.version);
        match self.kept.get(&key) {
            Some(kept) if kept.print == print => Ok(false),
            Some(_) => Err(found(STATEMENT, format!("{} version {} is another commit now", key.0, key.1))),
            None if !self.asked.contains(&print) => {
                Err(found(STATEMENT, format!("{} version {}: nobody asked for it", key.0, key.1)))
            }
            None if keeps => {
                self.keep(key, print);
                self.events(frame.stream, &frame.events).map(|()| true)
            }
            None => Ok(true),
        }
    }

    fn events(&mut self, stream: Id, events: &[Vec<u8>]) -> Result<(), Finding> {
        for event in events {
            self.samples.add(event);
            match minicbor::decode(event) {
                Ok(Recorded::Case(event)) => self.outbox.take(stream, &event)?,
                Ok(Recorded::Flow { instance, event }) => self.outbox.walk(instance, &event),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Frames behind this one. A disk that fails to read once is asked again: that it tells is all that is wanted of it.
fn page(store: &dyn Store, after: u64) -> Result<Vec<Frame>, Finding> {
    let frames = match store.frames(after, PAGE_FRAMES) {
        Err(Error::Io { .. }) => store.frames(after, PAGE_FRAMES),
        other => other,
    };
    frames.map_err(|error| found(STATEMENT, error.to_string()))
}

/// A frame follows the one before it, and was acknowledged behind it.
fn in_order(frame: &Frame, after: u64, number: u64, before: &mut u64) -> Result<(), Finding> {
    let told = |what: String| found(ORDER, format!("{} version {}: {what}", frame.stream, frame.version));
    if frame.number != after + 1 {
        return Err(told(format!("frame {} follows frame {after}", frame.number)));
    }
    if number < *before {
        return Err(told(format!("commit {number} of all stands behind commit {before}")));
    }
    *before = number;
    Ok(())
}

/// The store as the engine has it, with everything noted that goes through.
pub struct Noted {
    pub inner: Arc<dyn Store>,
    pub ledger: Arc<Ledger>,
    pub machine: Arc<dyn Watch>,
    /// Where commits gather whose callers do not wait; without it each goes by itself.
    pub groups: Option<Arc<Groups>>,
}

impl Noted {
    fn is_allowed(&self, batch: &Batch, unsynced: Option<&str>) {
        if let Some(path) = unsynced {
            let what = format!("{} was acknowledged though {path} could not be synced before", batch.stream);
            self.ledger.findings.add(found(AFTER_A_FAILED_SYNC, what));
        }
    }

    fn note(&self, batch: &Batch, version: Version) {
        let mut book = self.ledger.book();
        book.acknowledged += 1;
        book.keep((batch.stream, version), print_of(batch));
        if let Err(finding) = book.events(batch.stream, &batch.events) {
            self.ledger.findings.add(finding);
        }
    }
}

impl Store for Noted {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        self.ledger.book().asked.extend(batches.iter().map(print_of));
        // What fails behind a commit, such as the next segment's beginning, takes nothing back of it.
        let unsynced = self.machine.unsynced();
        let answers = self.inner.commit(batches);
        for (batch, answer) in batches.iter().zip(&answers) {
            if let Ok(version) = answer {
                self.note(batch, *version);
                self.is_allowed(batch, unsynced.as_deref());
            }
        }
        self.ledger.book().note_group(batches.len() as u64, answers.iter().any(Result::is_ok));
        answers
    }

    fn commit_then(&self, batch: &Batch, done: Done) {
        let unanswered = || Err(Conflict::Stopped("the store gave no answer".to_owned()));
        match &self.groups {
            Some(groups) => groups.push(batch.clone(), done),
            None => done(self.commit(std::slice::from_ref(batch)).pop().unwrap_or_else(unanswered)),
        }
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        self.inner.version(stream)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.inner.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        self.inner.scan(from, to, limit)
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.inner.claimed(key)
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        self.inner.inbox(limit)
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        self.inner.journal(stream, after, limit)
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        self.inner.frames(after, limit)
    }

    fn last_frame(&self) -> u64 {
        self.inner.last_frame()
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        self.inner.watch(watcher);
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        self.inner.digest()
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.inner.checkpoint()
    }
}

/// All parts of a batch, each told from the next.
struct Hash(Sha256);

impl Hash {
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn of(stream: Id, version: Version, at: i64, command: &[u8]) -> Self {
        let mut hash = Self(Sha256::new());
        hash.bytes(&stream.0);
        hash.bytes(&version.to_le_bytes());
        hash.bytes(&at.to_le_bytes());
        hash.bytes(command);
        hash
    }

    fn rest(mut self, batch: Rest<'_>) -> Print {
        for event in batch.events {
            self.bytes(event);
        }
        for (key, value) in batch.rows {
            self.bytes(key);
            self.bytes(&[u8::from(value.is_some())]);
            self.bytes(value.as_deref().unwrap_or_default());
        }
        for (key, value) in batch.claims {
            self.bytes(key);
            self.bytes(value);
        }
        for key in batch.unclaim {
            self.bytes(key);
        }
        for enqueued in batch.enqueue {
            self.bytes(&enqueued.stream.0);
            self.bytes(&enqueued.command);
        }
        self.0.finalize().into()
    }
}

struct Rest<'a> {
    events: &'a [Vec<u8>],
    rows: &'a [(Vec<u8>, Option<Vec<u8>>)],
    claims: &'a [(Vec<u8>, Vec<u8>)],
    unclaim: &'a [Vec<u8>],
    enqueue: &'a [Enqueued],
}

fn print_of(batch: &Batch) -> Print {
    let Batch { events, rows, claims, unclaim, enqueue, .. } = batch;
    Hash::of(batch.stream, batch.expected + 1, batch.at.0, &batch.command).rest(Rest {
        events,
        rows,
        claims,
        unclaim,
        enqueue,
    })
}

fn print_of_frame(frame: &Frame) -> Print {
    let Frame { events, rows, claims, unclaim, enqueue, .. } = frame;
    Hash::of(frame.stream, frame.version, frame.at.0, &frame.command).rest(Rest {
        events,
        rows,
        claims,
        unclaim,
        enqueue,
    })
}
