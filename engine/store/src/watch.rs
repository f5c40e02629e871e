//! Who wants to know that frames came.
//!
//! Owns: the list of watchers of a store. A store tells it after its commits are durable; each watcher is called on the
//! thread that made them so, hence returns at once: it sets a flag, or wakes somebody.

use std::sync::{Mutex, PoisonError, Weak};

/// Called with the number of the last durable frame. It may be called late, never too early, and once for several
/// frames; whoever is woken asks [`crate::Store::frames`].
pub type Watcher = dyn Fn(u64) + Send + Sync;

/// The watchers of one store. A watcher that nobody holds any more is forgotten.
#[derive(Default)]
pub struct Watchers(Mutex<Vec<Weak<Watcher>>>);

impl std::fmt::Debug for Watchers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watchers")
    }
}

impl Watchers {
    pub fn add(&self, watcher: Weak<Watcher>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    /// Tells every watcher. The list is free meanwhile, so that a watcher may add another.
    pub fn tell(&self, last_frame: u64) {
        let mut watchers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if watchers.is_empty() {
            return;
        }
        watchers.retain(|watcher| watcher.strong_count() > 0);
        let held: Vec<_> = watchers.iter().filter_map(Weak::upgrade).collect();
        drop(watchers);
        held.iter().for_each(|watcher| watcher(last_frame));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn a_watcher_is_told_as_long_as_it_is_held() {
        let seen = Arc::new(AtomicU64::new(0));
        let watchers = Watchers::default();
        let watcher: Arc<Watcher> = {
            let seen = seen.clone();
            Arc::new(move |frame| seen.store(frame, Ordering::SeqCst))
        };
        watchers.add(Arc::downgrade(&watcher));
        watchers.tell(3);
        assert_eq!(seen.load(Ordering::SeqCst), 3);
        drop(watcher);
        watchers.tell(4);
        assert_eq!(seen.load(Ordering::SeqCst), 3);
        assert!(watchers.0.lock().unwrap().is_empty());
    }
}
