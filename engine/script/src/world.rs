//! What a script may ask besides its arguments: the moment of the call, and working time where the case is.
//!
//! rhai's functions are registered once for all threads; a run stays on its thread, so the world of the run lies in a
//! thread-local slot while the run lasts.

use std::{cell::RefCell, sync::Arc};

use jiff::tz::TimeZone;
use peygir_calendar::{Calendars, Place};

use crate::{actions::Actions, now::Now};

/// What is given to a run. Cheap to clone: calendars and zone are shared.
#[derive(Debug, Clone)]
pub struct World {
    /// The moment of the call.
    pub now: Now,
    /// The calendars in force, with the closures that were declared.
    pub calendars: Calendars,
    /// Id of the calendar that counts unless a script names another.
    pub calendar: String,
    /// Where the case is: which calendar answers for an id hangs on it.
    pub place: Place,
    /// The clocks of the deployment.
    pub zone: TimeZone,
    /// By which a list of actions is checked before it leaves a run; where there are none, whoever carries them out checks
    /// them.
    pub actions: Option<Arc<Actions>>,
}

impl World {
    /// A world of a moment alone: Tehran's clocks, and no calendar, so that whatever needs one is a fault.
    pub fn at(now: Now) -> Self {
        Self {
            now,
            calendars: Calendars::default(),
            calendar: String::new(),
            place: Place::default(),
            zone: peygir_calendar::tehran(),
            actions: None,
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::at(Now { epoch_s: 0, iso: "1970-01-01T00:00:00Z".to_owned() })
    }
}

thread_local! {
    static RUNNING: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// Empties the slot when the run ends, also by a panic.
struct Slot;

impl Drop for Slot {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| *running = None);
    }
}

/// Runs `body` in `world`.
pub(crate) fn within<T>(world: World, body: impl FnOnce() -> T) -> T {
    RUNNING.with_borrow_mut(|running| *running = Some(world));
    let _slot = Slot;
    body()
}

/// Asks the world of the run; nothing answers outside of one, as in the cells of a table.
pub(crate) fn ask<T>(question: impl FnOnce(&World) -> T) -> Option<T> {
    RUNNING.with_borrow(|running| running.as_ref().map(question))
}
