//! When a process ends: the pauses around its work, each of which may be its last.
//!
//! A process that has ended goes no further: whatever reaches a pause stays there until the runtime is dropped. One whose
//! machine went off ends at the next pause. One that works and works while no time passes is stuck, and ends too.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use peygir_runtime::offload::{Pause, Schedule};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::dice::Dice;
use crate::machine::Watch;

/// Most yields of a pause.
const YIELDS_MAX: u64 = 4;
/// Most pauses of a process at one instant: a few hundred are usual.
const PAUSES_AT_ONCE_MAX: u64 = 50_000;

pub struct Fate {
    dice: Dice,
    machine: Arc<dyn Watch>,
    left: AtomicI64,
    ended: AtomicBool,
    told: Notify,
    pauses: AtomicU64,
    panics: Mutex<Vec<String>>,
    /// The newest instant, and pauses at it.
    at_once: Mutex<(Option<Instant>, u64)>,
}

impl Fate {
    /// The process ends at the pause with this number, if it gets there.
    pub fn new(dice: Dice, machine: Arc<dyn Watch>, pauses: Option<u64>) -> Arc<Self> {
        let left = pauses.map_or(i64::MAX, |pauses| pauses as i64);
        Arc::new(Self {
            dice,
            machine,
            left: AtomicI64::new(left),
            ended: AtomicBool::new(false),
            told: Notify::new(),
            pauses: AtomicU64::new(0),
            panics: Mutex::default(),
            at_once: Mutex::default(),
        })
    }

    /// Whether nothing that happens now happens any more.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst) || self.machine.is_off()
    }

    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.told.notify_one();
    }

    /// Returns when the process has ended.
    pub async fn ended(&self) {
        while !self.has_ended() {
            self.told.notified().await;
        }
    }

    pub fn pauses(&self) -> u64 {
        self.pauses.load(Ordering::SeqCst)
    }

    /// Whether it worked without end while no time passed.
    pub fn is_stuck(&self) -> bool {
        self.at_once.lock().unwrap_or_else(PoisonError::into_inner).1 > PAUSES_AT_ONCE_MAX
    }

    fn count_at_once(&self) {
        let now = Some(Instant::now());
        let mut at_once = self.at_once.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.has_ended() {
            *at_once = if at_once.0 == now { (now, at_once.1 + 1) } else { (now, 1) };
        }
    }

    /// What panicked in pieces of work.
    pub fn panics(&self) -> Vec<String> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One place at which the process may end; stays there for ever if it does.
    pub async fn point(&self) {
        self.pause().await;
    }
}

impl Schedule for Fate {
    fn pause(&self) -> Pause {
        self.pauses.fetch_add(1, Ordering::SeqCst);
        self.count_at_once();
        if self.is_stuck() || self.left.fetch_sub(1, Ordering::SeqCst) <= 0 || self.machine.is_off() {
            self.end();
        }
        if self.has_ended() {
            return Box::pin(std::future::pending());
        }
        let yields = self.dice.below(YIELDS_MAX + 1);
        Box::pin(async move {
            for _ in 0..yields {
                tokio::task::yield_now().await;
            }
        })
    }

    fn panicked(&self, what: &str) {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }
}
