//! Bearers that were recognised a moment ago: programs ask many times a second under one token.
//!
//! Nothing is known for longer than [`KNOWN_FOR`] while the book can be read, nor past a change of the book in this process: a token that is revoked is
//! refused from then on.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Principal;

/// How long a bearer is known; another process's change of the book counts within it.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// Bearers that are known at one time.
const KNOWN_MAX: usize = 1_024;

/// By the key of the token's row, which is a hash of its secret.
#[derive(Default)]
pub(super) struct Known(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    bearers: HashMap<Vec<u8>, (Instant, Principal)>,
    /// Changes of the book so far: what was read before one is not kept after it.
    changes: u64,
}

impl Known {
    pub fn get(&self, key: &[u8]) -> Option<Principal> {
        let inner = self.locked();
        let (since, principal) = inner.bearers.get(key)?;
        (since.elapsed() < KNOWN_FOR).then(|| principal.clone())
    }

    /// Whoever was recognised since the last change of the book, however long ago: where the book can't be read any more.
    pub fn last(&self, key: &[u8]) -> Option<Principal> {
        self.locked().bearers.get(key).map(|(_, principal)| principal.clone())
    }

    /// To be asked before the book is read.
    pub fn changes(&self) -> u64 {
        self.locked().changes
    }

    pub fn keep(&self, key: Vec<u8>, principal: &Principal, read_at: u64) {
        let mut inner = self.locked();
        if inner.changes != read_at {
            return;
        }
        if inner.bearers.len() >= KNOWN_MAX {
            inner.bearers.clear();
        }
        inner.bearers.insert(key, (Instant::now(), principal.clone()));
    }

    pub fn forget(&self) {
        let mut inner = self.locked();
        inner.changes += 1;
        inner.bearers.clear();
    }

    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_known_past_a_change_of_the_book() {
        let known = Known::default();
        let bearer = Principal { id: "token:a".into(), name: "a".into(), grants: Vec::new() };
        known.keep(b"k".to_vec(), &bearer, known.changes());
        assert_eq!(known.get(b"k").map(|found| found.id), Some("token:a".to_owned()));
        let read_at = known.changes();
        known.forget();
        assert!(known.get(b"k").is_none() && known.last(b"k").is_none());
        known.keep(b"k".to_vec(), &bearer, read_at);
        assert!(known.get(b"k").is_none() && known.last(b"k").is_none(), "it was read before the change");
    }
}
