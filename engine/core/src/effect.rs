//! What a step asks of its host. Each is also visible in the events and the state: an effect is the wake-up, not the truth.

use crate::state::ActivationNumber;
use crate::{CloudEvent, Data, Error, Id};

#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Call a function; the answer comes back as [`crate::Command::Answer`]. `key` is the activation's. Where nobody awaits
    /// it, the activation has ended already and there is no answer to give.
    Call { activation: ActivationNumber, function: String, with: Data, key: String, awaits: bool },
    /// Start another flow under this id. Where the parent awaits, its end comes back as [`crate::Command::Answer`].
    Run {
        activation: ActivationNumber,
        child: Id,
        namespace: String,
        name: String,
        version: Option<String>,
        input: Data,
        awaits: bool,
    },
    /// The call's or run's activation ended before its answer came: whatever was opened for it is withdrawn.
    Withdraw { activation: ActivationNumber },
    /// An event left the flow.
    Emitted { event: CloudEvent },
    /// A listener came up: events that waited in a mailbox may be meant for it.
    Listening { activation: ActivationNumber },
    /// The instance reached an end.
    Ended { end: End },
    /// The bound on a turn's steps was reached: send [`crate::Command::Continue`] in the same commit.
    Continue,
}

#[derive(Debug, Clone, PartialEq)]
pub enum End {
    Completed { output: Data },
    Faulted { error: Error },
    Cancelled { reason: String },
}
