//! Streams kept in memory between their turns, so that a flow of many steps does not read all its rows at each of them.
//!
//! A stream in here is as it was at the version it bears. Whoever takes one compares that version with the store's: a commit
//! that another process made makes the copy worthless, and nothing else has to be told. Bounded in number and in bytes; what
//! was used longest ago goes first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Id;
use peygir_store::Version;

use crate::limits::Limits;
use crate::stream::Stream;

/// What a stored byte takes in memory, about: as text, parsed, and in its maps.
const BYTES_OF_STORED_BYTE: usize = 4;
/// What a stream takes in memory by itself, about.
const BYTES_OF_STREAM: usize = 1_024;

#[derive(Default)]
pub(crate) struct Cache(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    streams: BTreeMap<Id, Entry>,
    /// Streams by when they were used last.
    uses: BTreeMap<u64, Id>,
    next_use: u64,
    figures: Figures,
}

struct Entry {
    stream: Arc<Stream>,
    bytes: usize,
    used: u64,
}

/// What the cache holds and how it fared since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub streams: usize,
    /// As estimated.
    pub bytes: usize,
    pub hits: u64,
    pub misses: u64,
}

impl Cache {
    /// The stream of this version, if it is here; it stays.
    pub fn get(&self, id: Id, version: Version) -> Option<Arc<Stream>> {
        let mut inner = self.locked();
        let found = inner.streams.get(&id).map(|entry| entry.stream.clone()).filter(|stream| stream.version == version);
        inner.count(found.is_some());
        if found.is_some() {
            inner.touch(id);
        }
        found
    }

    /// The stream of this version, for a turn that makes another of it. Copied where somebody still reads it.
    pub fn take(&self, id: Id, version: Version) -> Option<Stream> {
        let mut inner = self.locked();
        let fits = inner.streams.get(&id).is_some_and(|entry| entry.stream.version == version);
        inner.count(fits);
        let taken = inner.remove(id).filter(|_| fits);
        drop(inner);
        taken.map(Arc::unwrap_or_clone)
    }

    /// Keeps a stream as it was committed. One of a later version stays.
    pub fn put(&self, stream: Arc<Stream>, limits: &Limits) {
        let (id, bytes) = (stream.id, BYTES_OF_STREAM + stream.stored_bytes() * BYTES_OF_STORED_BYTE);
        let mut inner = self.locked();
        if inner.streams.get(&id).is_some_and(|entry| entry.stream.version > stream.version) {
            return;
        }
        inner.remove(id);
        if bytes > limits.cache_bytes_max || limits.cache_streams_max == 0 {
            return;
        }
        inner.figures.bytes += bytes;
        inner.streams.insert(id, Entry { stream, bytes, used: 0 });
        inner.touch(id);
        while inner.streams.len() > limits.cache_streams_max || inner.figures.bytes > limits.cache_bytes_max {
            let Some((_, oldest)) = inner.uses.first_key_value().map(|(at, id)| (*at, *id)) else { break };
            inner.remove(oldest);
        }
    }

    pub fn figures(&self) -> Figures {
        let inner = self.locked();
        Figures { streams: inner.streams.len(), ..inner.figures }
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn count(&mut self, hit: bool) {
        if hit {
            self.figures.hits += 1;
        } else {
            self.figures.misses += 1;
        }
    }

    fn touch(&mut self, id: Id) {
        let now = self.next_use;
        if let Some(entry) = self.streams.get_mut(&id) {
            self.next_use += 1;
            self.uses.remove(&entry.used);
            entry.used = now;
            self.uses.insert(now, id);
        }
    }

    fn remove(&mut self, id: Id) -> Option<Arc<Stream>> {
        let entry = self.streams.remove(&id)?;
        self.uses.remove(&entry.used);
        self.figures.bytes -= entry.bytes;
        Some(entry.stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(number: u8, version: Version) -> Arc<Stream> {
        let mut stream = Stream::new(Id([number; 16]));
        stream.version = version;
        Arc::new(stream)
    }

    fn has(cache: &Cache, number: u8, version: Version) -> bool {
        cache.get(Id([number; 16]), version).is_some()
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let cache = Cache::default();
        let limits = Limits { cache_streams_max: 2, ..Limits::default() };
        cache.put(stream(1, 1), &limits);
        cache.put(stream(2, 1), &limits);
        assert!(has(&cache, 1, 1));
        cache.put(stream(3, 1), &limits);
        assert!(has(&cache, 1, 1) && !has(&cache, 2, 1) && has(&cache, 3, 1));
        assert_eq!(cache.figures(), Figures { streams: 2, bytes: 2 * BYTES_OF_STREAM, hits: 3, misses: 1 });
    }

    #[test]
    fn only_the_version_asked_for_is_handed_out() {
        let cache = Cache::default();
        let limits = Limits::default();
        cache.put(stream(1, 2), &limits);
        assert!(!has(&cache, 1, 1) && !has(&cache, 1, 3) && has(&cache, 1, 2));
        cache.put(stream(1, 1), &limits);
        assert!(has(&cache, 1, 2), "an older copy took the place of a later one");
        assert!(cache.take(Id([1; 16]), 2).is_some());
        assert!(cache.take(Id([1; 16]), 2).is_none());
        assert_eq!(cache.figures().bytes, 0);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let cache = Cache::default();
        let limits = Limits { cache_bytes_max: 2 * BYTES_OF_STREAM, ..Limits::default() };
        (1..=5).for_each(|number| cache.put(stream(number, 1), &limits));
        assert_eq!((cache.figures().streams, cache.figures().bytes), (2, 2 * BYTES_OF_STREAM));
        let none = Limits { cache_bytes_max: 0, ..Limits::default() };
        let cache = Cache::default();
        cache.put(stream(1, 1), &none);
        assert_eq!(cache.figures().streams, 0);
    }
}
