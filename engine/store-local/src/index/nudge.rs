//! Helps sled 0.34 out where it waits for itself.
//!
//! sled allots a segment of its file under a lock, and may wait there for an earlier shortening of the file. That is done by
//! one of seven threads, behind what they have to do before; where all seven wait for the same lock, nothing goes on for
//! ever (spacejam/sled, issue 1412; mended there by pull request 1269, which was never released). sled starts one more thread
//! whenever it is given work and more than seven pieces of it wait. So whoever is in sled for long is watched, and sled is
//! given some more to do until they come back.
//!
//! Owns: how long is long, and what is given. Knows nothing of what sled is used for.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// From then on somebody is in sled for long. A slow disk is nudged for nothing, which costs it little.
const LONG_US: u64 = 500_000;
/// Pieces of work that are given at each look: more than the seven that may wait without another thread.
const NUDGES: usize = 16;
/// Nobody is in sled.
const NOBODY: u64 = 0;

/// Watches one index.
pub struct Nudger {
    watched: Arc<Watched>,
    thread: Option<JoinHandle<()>>,
}

struct Watched {
    begun: Instant,
    /// Microseconds from `begun` until somebody went in.
    since: AtomicU64,
    is_over: AtomicBool,
}

/// As long as it lives somebody is in sled.
pub struct Inside<'a>(&'a Watched);

impl Watched {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Somebody is in sled, and has been for long.
    fn is_long(&self) -> bool {
        let since = self.since.load(Ordering::Relaxed);
        since != NOBODY && self.now().saturating_sub(since) >= LONG_US
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.since.store(NOBODY, Ordering::Relaxed);
    }
}

impl Nudger {
    /// Until it is dropped, which lets go of the database as well.
    pub fn of(db: &sled::Db) -> std::io::Result<Self> {
        let watched =
            Arc::new(Watched { begun: Instant::now(), since: AtomicU64::new(NOBODY), is_over: AtomicBool::new(false) });
        let (db, watches) = (db.clone(), watched.clone());
        let thread = thread::Builder::new().name("peygir-nudge".into()).spawn(move || {
            while !watches.is_over.load(Ordering::Relaxed) {
                if watches.is_long() {
                    nudge(&db);
                }
                thread::park_timeout(LOOK_EVERY);
            }
        })?;
        Ok(Self { watched, thread: Some(thread) })
    }

    /// One at a time goes in.
    pub fn enter(&self) -> Inside<'_> {
        self.watched.since.store(self.watched.now().max(NOBODY + 1), Ordering::Relaxed);
        Inside(&self.watched)
    }
}

impl Drop for Nudger {
    fn drop(&mut self) {
        self.watched.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It does not panic.
            drop(thread.join());
        }
    }
}

/// Gives work and does not wait for it.
fn nudge(db: &sled::Db) {
    tracing::debug!("the index takes long; sled is given a thread more");
    for _ in 0..NUDGES {
        drop(pin!(db.flush_async()).poll(&mut Context::from_waker(Waker::noop())));
    }
}
