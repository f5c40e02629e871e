//! The machine's clock: it runs with the runtime's own, which stands still while something is at work, and it jumps.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_core::Moment;
use peygir_runtime::clock::Clock;
use tokio::time::Instant;

#[derive(Debug)]
struct State {
    /// What the clock showed at `since`, in microseconds.
    shown: i64,
    /// None while no process runs.
    since: Option<Instant>,
}

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Wall(Arc<Mutex<State>>);

impl Wall {
    pub fn new(start: Moment) -> Self {
        Self(Arc::new(Mutex::new(State { shown: start.0, since: None })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn now(&self) -> Moment {
        let state = self.state();
        let run = state.since.map_or(0, |since| since.elapsed().as_micros() as i64);
        Moment(state.shown + run)
    }

    /// From now on it runs with this runtime's clock. Called within it.
    pub fn run(&self) {
        self.state().since = Some(Instant::now());
    }

    /// It stands still: the runtime is about to end.
    pub fn stand(&self) {
        let now = self.now();
        *self.state() = State { shown: now.0, since: None };
    }

    /// Jumps forwards or, with a negative number, backwards.
    pub fn jump(&self, micros: i64) {
        let mut state = self.state();
        state.shown = state.shown.saturating_add(micros);
    }

    pub fn clock(&self) -> Clock {
        let wall = self.clone();
        Clock::Told(Arc::new(move || wall.now()))
    }
}
