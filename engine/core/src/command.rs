//! What may be asked of an instance.

use minicbor::{Decode, Encode};

use crate::state::{ActivationNumber, FlowRef, Parent};
use crate::{CloudEvent, Data, Error, Id};

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Command {
    /// The first command of every instance; there is no state before it.
    #[n(0)]
    Start {
        #[n(0)]
        id: Id,
        #[n(1)]
        flow: FlowRef,
        #[n(2)]
        input: Data,
        #[n(3)]
        started_by: String,
        #[n(4)]
        digest: Data,
        /// The run task that asked for it, where one did.
        #[n(5)]
        parent: Option<Parent>,
    },
    /// The world's or a function's answer to a call.
    #[n(1)]
    Answer {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        answer: Answer,
    },
    /// Fires every timer that is due at the command's time, in the order of their instants, then numbers.
    #[n(2)]
    Wake,
    /// An event that may interest a listener. `activation` limits it to one listener, as when a mailbox is read.
    #[n(3)]
    Deliver {
        #[n(0)]
        event: CloudEvent,
        #[n(1)]
        activation: Option<ActivationNumber>,
    },
    #[n(4)]
    Cancel {
        #[n(0)]
        reason: String,
    },
    /// Goes on where the bound on a turn's steps stopped it.
    #[n(5)]
    Continue,
    /// A person mended the cause of a fault: the faulted instance runs its faulted task again from that task's input.
    #[n(6)]
    Retry,
    /// No task starts and no timer fires until it is resumed; answers that come are taken.
    #[n(7)]
    Suspend {
        #[n(0)]
        reason: String,
    },
    #[n(8)]
    Resume,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Answer {
    #[n(0)]
    Output {
        #[n(0)]
        output: Data,
        /// How the answer came about (table version, rule, inputs …), for the journal and for explaining; None where
        /// there is nothing to tell.
        #[n(1)]
        provenance: Option<Data>,
        /// `$authorization` of the task's output and export: `{scheme, parameter}`, the parameter sealed.
        #[n(2)]
        authorization: Option<Data>,
    },
    #[n(1)]
    Fault(#[n(0)] Error),
}
