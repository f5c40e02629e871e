//! Stores, disks and peers that break a promise on purpose: each must be found out, or the checkers prove nothing.

use std::io;
use std::sync::{Arc, Weak};

use peygir_connector::{Ambiguous, Manifest};
use peygir_runtime::rows;
use peygir_store::{Batch, Conflict, Error, Frame, InboxKey, Row, Store, StreamId, Version, Watcher};
use peygir_store_local::disk::{Disk, File};

use crate::dice::Dice;

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// The store acknowledges a commit and drops it.
    DropsACommit,
    /// The store acknowledges what it could not write.
    AcknowledgesAnyway,
    /// The disk says that it has synced, and has not.
    SkipsSyncs,
    /// A turn commits without one of its events.
    LosesAnEvent,
    /// A turn commits without one of its rows.
    LosesARow,
    /// A turn commits without the index row by which its stream is found when something is due.
    LosesATimer,
    /// A turn commits without a command for another stream.
    LosesACommand,
    /// A repeated attempt goes out under another key.
    SendsUnderAnotherKey,
    /// An attempt goes out twice.
    SendsTwice,
    /// What nobody knows is sent again, whatever the manifest says.
    ResendsByChance,
}

impl Sabotage {
    pub const ALL: [Self; 10] = [
        Self::DropsACommit,
        Self::AcknowledgesAnyway,
        Self::SkipsSyncs,
        Self::LosesAnEvent,
        Self::LosesARow,
        Self::LosesATimer,
        Self::LosesACommand,
        Self::SendsUnderAnotherKey,
        Self::SendsTwice,
        Self::ResendsByChance,
    ];

    /// The store below the ledger.
    pub fn below(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        match self {
            Self::DropsACommit | Self::AcknowledgesAnyway => self.around(store, seed),
            _ => store,
        }
    }

    /// The store above the ledger, as the engine has it.
    pub fn above(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        match self {
            Self::LosesAnEvent | Self::LosesARow | Self::LosesATimer | Self::LosesACommand => self.around(store, seed),
            _ => store,
        }
    }

    fn around(self, store: Arc<dyn Store>, seed: u64) -> Arc<dyn Store> {
        Arc::new(Broken { sabotage: self, dice: Dice::new(seed, "sabotage"), store })
    }

    /// The disk as the store has it.
    pub fn disk(self, disk: Arc<dyn Disk>) -> Arc<dyn Disk> {
        if self == Self::SkipsSyncs { Arc::new(Lying(disk)) } else { disk }
    }

    /// A manifest as the engine has it.
    pub fn manifest(self, mut manifest: Manifest) -> Manifest {
        if self == Self::ResendsByChance {
            manifest.operations.iter_mut().for_each(|operation| operation.on_ambiguous = Ambiguous::Resend);
        }
        manifest
    }
}

/// Syncs nothing.
struct Lying(Arc<dyn Disk>);

struct LyingFile(Arc<dyn File>);

impl Disk for Lying {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.0.list(folder)
    }

    fn create(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(LyingFile(self.0.create(path)?)))
    }

    fn open(&self, path: &str) -> io::Result<Arc<dyn File>> {
        self.0.open(path)
    }

    fn open_to_write(&self, path: &str) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(LyingFile(self.0.open_to_write(path)?)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.0.remove(path)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.0.sync_folder(folder)
    }
}

impl File for LyingFile {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buffer)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_at(offset, bytes)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.0.truncate(length)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

struct Broken {
    sabotage: Sabotage,
    dice: Dice,
    store: Arc<dyn Store>,
}

/// One commit in so many is broken.
const ONCE_IN: u64 = 20;

impl Broken {
    fn commit_one(&self, batch: &Batch) -> Result<Version, Conflict> {
        let mut batch = batch.clone();
        if self.dice.once_in(ONCE_IN) {
            match self.sabotage {
                Sabotage::DropsACommit => return Ok(batch.expected + 1),
                Sabotage::LosesAnEvent => drop(batch.events.pop()),
                Sabotage::LosesARow => drop(batch.rows.pop()),
                Sabotage::LosesATimer => batch.rows.retain(|(key, row)| row.is_none() || !key.starts_with(rows::DUE)),
                Sabotage::LosesACommand => drop(batch.enqueue.pop()),
                _ => {}
            }
        }
        let stopped = || Err(Conflict::Stopped("no answer".to_owned()));
        match self.store.commit(&[batch.clone()]).pop().unwrap_or_else(stopped) {
            Err(Conflict::Stopped(_)) if self.sabotage == Sabotage::AcknowledgesAnyway => Ok(batch.expected + 1),
            answer => answer,
        }
    }
}

impl Store for Broken {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        batches.iter().map(|batch| self.commit_one(batch)).collect()
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        self.store.version(stream)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.store.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        self.store.scan(from, to, limit)
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.store.claimed(key)
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        self.store.inbox(limit)
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        self.store.journal(stream, after, limit)
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        self.store.frames(after, limit)
    }

    fn last_frame(&self) -> u64 {
        self.store.last_frame()
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        self.store.watch(watcher);
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        self.store.digest()
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.store.checkpoint()
    }
}
