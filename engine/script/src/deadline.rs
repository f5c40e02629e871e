//! How a caller stops a run by wall-clock time without this crate ever reading a clock.
//!
//! rhai asks one callback of the engine, and the engine is shared by all threads; a run stays on its thread, so
//! the deadline of the run lies in a thread-local slot while the run lasts.

use std::{cell::RefCell, fmt, sync::Arc};

/// Tells whether the wall-clock time of a run is over. Cheap to clone.
#[derive(Clone)]
pub struct Deadline(Arc<dyn Fn() -> bool + Send + Sync>);

impl Deadline {
    /// `is_over` is asked every few operations and should cost no more than reading a clock.
    pub fn new(is_over: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(is_over))
    }

    /// No wall-clock limit; the operations stay limited.
    pub fn never() -> Self {
        Self::new(|| false)
    }
}

impl fmt::Debug for Deadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Deadline")
    }
}

struct Running {
    deadline: Deadline,
    /// Once over it stays over, so that a `try … catch` of the script cannot answer past its time.
    over: bool,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// Empties the slot when the run ends, also by a panic.
struct Slot;

impl Drop for Slot {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| *running = None);
    }
}

/// Runs `body` under `deadline`; the second answer says whether the time was over during the run.
pub(crate) fn under<T>(deadline: Deadline, body: impl FnOnce() -> T) -> (T, bool) {
    RUNNING.with_borrow_mut(|running| *running = Some(Running { deadline, over: false }));
    let slot = Slot;
    let answer = body();
    let over = RUNNING.with_borrow(|running| running.as_ref().is_some_and(|running| running.over));
    drop(slot);
    (answer, over)
}

/// Whether the run on this thread must stop now. `look` says that the caller's clock is to be asked.
pub(crate) fn is_over(look: bool) -> bool {
    RUNNING.with_borrow_mut(|running| {
        let Some(running) = running else { return false };
        if look && !running.over {
            running.over = (running.deadline.0)();
        }
        running.over
    })
}
