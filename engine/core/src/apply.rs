//! Applying: state and event to state. Total: whatever the event says, it never fails and never looks at a definition.

use crate::{Event, Instance, Moment};

/// Applies one event. `state` is None before `InstanceStarted`.
pub fn apply(_state: &mut Option<Instance>, _event: &Event, _at: Moment) {
    todo!()
}
