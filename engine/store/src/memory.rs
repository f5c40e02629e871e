//! A store in memory: for tests, scenarios and `peygir run`.
//!
//! Keeps the rules and the journal of a real store, and forgets everything when it is dropped.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::rules::{self, Prepared, View};
use crate::space::{self, Head, Page, Value};
use crate::{Batch, Conflict, Error, Frame, InboxKey, Row, Store, StreamId, Version};

#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    space: BTreeMap<Vec<u8>, Value>,
    /// Encoded frames; a stream's version 1 is its first.
    journal: BTreeMap<StreamId, Vec<Vec<u8>>>,
    frames: u64,
}

impl View for Inner {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, Error> {
        Ok(self.space.get(key).cloned())
    }
}

impl Inner {
    fn commit(&mut self, batch: &Batch) -> Result<Version, Conflict> {
        let prepared = Prepared::new(batch)?;
        let admitted = rules::admit(self, self.frames + 1, &prepared)?;
        self.frames += 1;
        let frame = [&admitted.header_bytes[..], prepared.body()].concat();
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
        self.read().frames
    }

    // A panic while the lock is held leaves at most one refused batch half judged; nothing of it was kept.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        let mut inner = self.write();
        batches.iter().map(|batch| inner.commit(batch)).collect()
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        let inner = self.read();
        Ok(inner.journal.get(&stream).map_or(Head::NONE.version, |frames| frames.len() as Version))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.read().space.get(&space::row(key)).map(|value| value.to_vec()))
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        let page = self.read().scan(&space::row(from), &space::row(to), limit);
        Ok(page.into_iter().map(|(key, value)| (key[1..].to_vec(), value.to_vec())).collect())
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let inner = self.read();
        let Some(bytes) = inner.space.get(&space::claim(key)) else {
            return Ok(None);
        };
        Ok(Some(space::decode_claim(bytes)?.1.to_vec()))
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        let (from, to) = space::bounds(space::INBOX);
        let page = self.read().scan(&from, &to, limit);
        page.into_iter().map(|(key, value)| Ok((space::inbox_key(&key)?, value.to_vec()))).collect()
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        let inner = self.read();
        let Some(frames) = inner.journal.get(&stream) else {
            return Ok(Vec::new());
        };
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let decode = |bytes: &Vec<u8>| Frame::decode(bytes).map_err(|error| Error::Refused(error.to_string()));
        frames.iter().skip(after).take(limit).map(decode).collect()
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        let inner = self.read();
        space::digest(|from, to, limit| Ok(inner.scan(from, to, limit)))
    }

    fn checkpoint(&self) -> Result<(), Error> {
        Ok(())
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
