//! The clock: the one place that asks the system what time it is, and a virtual one beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use peygir_core::Moment;

/// What time it is. Cheap to clone.
#[derive(Clone)]
pub enum Clock {
    Real,
    /// Stands still until it is set.
    Virtual(Arc<AtomicI64>),
    /// Asks whoever simulates a machine, whose clock runs and jumps.
    Told(Arc<dyn Fn() -> Moment + Send + Sync>),
}

impl Clock {
    pub fn at(moment: Moment) -> Self {
        Self::Virtual(Arc::new(AtomicI64::new(moment.0)))
    }

    pub fn now(&self) -> Moment {
        match self {
            #[expect(clippy::disallowed_methods, reason = "the system clock has this one caller")]
            Clock::Real => jiff::Timestamp::now().into(),
            Clock::Virtual(instant) => Moment(instant.load(Ordering::SeqCst)),
            Clock::Told(ask) => ask(),
        }
    }

    /// Sets a virtual clock; others can't be set.
    pub fn set(&self, to: Moment) {
        if let Clock::Virtual(instant) = self {
            instant.store(to.0, Ordering::SeqCst);
        }
    }
}
