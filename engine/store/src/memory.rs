//! A store in memory: for tests, scenarios and `peygir run`.
//!
//! Keeps the rules and the journal of a real store, and forgets everything when it is dropped.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};

use crate::rules::{self, Prepared, View};
use crate::space::{self, Head, Page, Value};
use crate::watch::{Watcher, Watchers};
use crate::{Batch, Conflict, Error, FRAMES_BYTES_MAX, Frame, InboxKey, Row, Store, StoreFigures, StreamId, Version};

#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: RwLock<Inner>,
    watchers: Watchers,
    stopped: OnceLock<String>,
    is_unreadable: AtomicBool,
}

#[derive(Debug, Default)]
struct Inner {
    space: BTreeMap<Vec<u8>, Value>,
    /// Encoded frames; a stream's version 1 is its first.
    journal: BTreeMap<StreamId, Vec<Arc<[u8]>>>,
    /// The same frames in the order of commit; frame number 1 is the first.
    frames: Vec<Arc<[u8]>>,
}

impl View for Inner {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, Error> {
        Ok(self.space.get(key).cloned())
    }
}

impl Inner {
    fn commit(&mut self, batch: &Batch) -> Result<Version, Conflict> {
        let mut prepared = Prepared::new(batch)?;
        let admitted = rules::admit(self, self.last_frame() + 1, &mut prepared)?;
        let frame: Arc<[u8]> = [&admitted.header_bytes[..], prepared.body()].concat().into();
        self.frames.push(frame.clone());
        self.journal.entry(batch.stream).or_default().push(frame);
        let version = admitted.version();
        for (key, value) in admitted.changes {
            match value {
                Some(value) => self.space.insert(key, value),
                None => self.space.remove(&key),
            };
        }
        Ok(version)
    }

    fn last_frame(&self) -> u64 {
        self.frames.len() as u64
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Page {
        if from >= to {
            return Page::new();
        }
        let range = self.space.range(from.to_vec()..to.to_vec());
        range.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

impl MemoryStore {
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of frames in the journal.
    pub fn frames(&self) -> u64 {
        self.read().last_frame()
    }

    /// From now on it takes no commits, as a store whose disk failed.
    pub fn stop(&self, why: &str) {
        // Stopped for another reason before, it says that one.
        let _ = self.stopped.set(why.to_owned());
    }

    /// From now on it can't be read either, as a store whose index failed.
    pub fn fail(&self, why: &str) {
        self.stop(why);
        self.is_unreadable.store(true, Ordering::Relaxed);
    }

    fn readable(&self) -> Result<RwLockReadGuard<'_, Inner>, Error> {
        match self.stopped.get() {
            Some(why) if self.is_unreadable.load(Ordering::Relaxed) => Err(Error::Stopped(why.clone())),
            _ => Ok(self.read()),
        }
    }

    // A panic while the lock is held leaves at most one refused batch half judged; nothing of it was kept.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decode(bytes: &Arc<[u8]>) -> Result<Frame, Error> {
    Frame::decode(bytes).map_err(|error| Error::Refused(error.to_string()))
}

impl Store for MemoryStore {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        if let Some(why) = self.stopped.get() {
            return batches.iter().map(|_| Err(Conflict::Stopped(why.clone()))).collect();
        }
        let mut inner = self.write();
        let answers: Vec<_> = batches.iter().map(|batch| inner.commit(batch)).collect();
        let last_frame = inner.last_frame();
        drop(inner);
        if answers.iter().any(Result::is_ok) {
            self.watchers.tell(last_frame);
        }
        answers
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        let inner = self.readable()?;
        Ok(inner.journal.get(&stream).map_or(Head::NONE.version, |frames| frames.len() as Version))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.readable()?.space.get(&space::row(key)).map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        let page = self.readable()?.scan(&space::row(from), &space::row(to), limit);
        Ok(page.into_iter().map(|(key, value)| (key[1..].to_vec(), value.to_vec())).collect())
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let inner = self.readable()?;
        let Some(bytes) = inner.space.get(&space::claim(key)) else {
            return Ok(None);
        };
        Ok(Some(space::decode_claim(bytes)?.1.to_vec()))
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        let (from, to) = space::bounds(space::INBOX);
        let page = self.readable()?.scan(&from, &to, limit);
        page.into_iter().map(|(key, value)| Ok((space::inbox_key(&key)?, value.to_vec()))).collect()
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        let inner = self.readable()?;
        let Some(frames) = inner.journal.get(&stream) else {
            return Ok(Vec::new());
        };
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        frames.iter().skip(after).take(limit).map(decode).collect()
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let inner = self.readable()?;
        let mut bytes = 0;
        let within = |frame: &&Arc<[u8]>| {
            let fits = bytes < FRAMES_BYTES_MAX;
            bytes += frame.len();
            fits
        };
        inner.frames.iter().skip(after).take(limit).take_while(within).map(decode).collect()
    }

    fn last_frame(&self) -> u64 {
        self.read().last_frame()
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        self.watchers.add(watcher);
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        let inner = self.readable()?;
        space::digest(|from, to, limit| Ok(inner.scan(from, to, limit)))
    }

    fn checkpoint(&self) -> Result<(), Error> {
        Ok(())
    }

    fn figures(&self) -> StoreFigures {
        StoreFigures { last_frame: self.last_frame(), stopped: self.stopped.get().cloned(), ..StoreFigures::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance;

    #[test]
    fn the_memory_store_conforms() {
        conformance::run(|| Box::new(MemoryStore::new()), |store| store);
    }
}
