//! Facts of an instance, in the past tense. A shipped kind is frozen: new meaning gets a new number.

use minicbor::{Decode, Encode};

use crate::state::{
    ActivationNumber, Consumed, ExtensionPhase, FlowRef, Parent, Pending, Progress, Timer, TimerNumber,
};
use crate::{CloudEvent, Data, Error, Id, Moment};

/// `apply` needs nothing but the event and the state; whatever the definition said is in the event.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Event {
    /// Creates the instance with its root activation (number 0, a sequence, empty path and key).
    #[n(0)]
    InstanceStarted {
        #[n(0)]
        id: Id,
        #[n(1)]
        flow: FlowRef,
        #[n(2)]
        raw_input: Data,
        #[n(3)]
        input: Data,
        #[n(4)]
        started_by: String,
        #[n(5)]
        digest: Data,
        #[n(6)]
        parent: Option<Parent>,
    },
    /// A task began, or a list of a try. The number behind `#` at the end of `key` counts the runs of a task in its list.
    #[n(1)]
    TaskStarted {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        parent: ActivationNumber,
        #[n(2)]
        path: Vec<String>,
        #[n(3)]
        key: String,
        #[n(4)]
        raw_input: Data,
        #[n(5)]
        input: Data,
        #[n(6)]
        progress: Progress,
        /// The branch's own context, for the branches of a fork.
        #[n(7)]
        context: Option<Data>,
    },
    /// `if` was false: the output is the raw input.
    #[n(2)]
    TaskSkipped {
        #[n(0)]
        parent: ActivationNumber,
        #[n(1)]
        path: Vec<String>,
    },
    /// The task's activation and its timers are gone; activations below it ended before.
    #[n(3)]
    TaskCompleted {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        output: Data,
    },
    #[n(4)]
    TaskFaulted {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        error: Error,
    },
    #[n(5)]
    TaskCancelled {
        #[n(0)]
        activation: ActivationNumber,
    },
    /// `$context` was replaced, for the branch whose activation is named or for the instance.
    #[n(6)]
    ContextReplaced {
        #[n(0)]
        branch: Option<ActivationNumber>,
        #[n(1)]
        context: Data,
    },
    /// A call's raw answer arrived; the task's completion follows.
    #[n(7)]
    CallAnswered {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        output: Data,
        #[n(2)]
        provenance: Option<Data>,
    },
    #[n(8)]
    TimerSet {
        #[n(0)]
        timer: Timer,
    },
    /// Fired, or no longer needed.
    #[n(9)]
    TimerCleared {
        #[n(0)]
        timer: TimerNumber,
        #[n(1)]
        fired: bool,
    },
    #[n(10)]
    BranchEnded {
        #[n(0)]
        fork: ActivationNumber,
        #[n(1)]
        branch: u32,
        #[n(2)]
        output: Option<Data>,
        #[n(3)]
        context: Option<Data>,
        #[n(4)]
        fault: Option<Error>,
        /// The row that keeps the result, a [`Progress::Branch`]. None in journals from before there were such rows: then the
        /// fork's own row does.
        #[n(5)]
        row: Option<ActivationNumber>,
    },
    /// An attempt failed and another follows at the instant of the retry timer.
    #[n(11)]
    RetryScheduled {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        retry: u32,
        #[n(2)]
        error: Error,
        #[n(3)]
        at: Moment,
    },
    #[n(12)]
    TaskRetried {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        retry: u32,
    },
    /// An error was caught; `catch.do` follows or the try completes.
    #[n(13)]
    ErrorCaught {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        error: Error,
    },
    #[n(14)]
    EventConsumed {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        consumed: Consumed,
        /// All values bound so far.
        #[n(2)]
        bound: Data,
    },
    /// An event counted for `until` alone; or the condition of an `until` held, and the tasks of a `foreach` are still to
    /// come to the events before it (filter 0).
    #[n(15)]
    UntilAdvanced {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        filter: u32,
    },
    #[n(16)]
    EventEmitted {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        event: CloudEvent,
    },
    #[n(17)]
    InstanceCompleted {
        #[n(0)]
        output: Data,
    },
    #[n(18)]
    InstanceFaulted {
        #[n(0)]
        error: Error,
        #[n(1)]
        task: Vec<String>,
        /// Raw input of the faulted task.
        #[n(2)]
        raw_input: Data,
        /// What a retry begins with: the faulted task, and the tasks beside it that the fault stopped.
        #[n(3)]
        restarts: Vec<Pending>,
    },
    #[n(19)]
    InstanceCancelled {
        #[n(0)]
        reason: String,
    },
    /// A faulted instance runs again.
    #[n(20)]
    InstanceRetried,
    /// This task was about to start and was put off: the bound on a turn's steps was reached, or the instance is suspended.
    #[n(21)]
    TurnBounded {
        #[n(0)]
        parent: ActivationNumber,
        #[n(1)]
        task: String,
        #[n(2)]
        raw_input: Data,
    },
    #[n(22)]
    InstanceSuspended {
        #[n(0)]
        reason: String,
    },
    #[n(23)]
    InstanceResumed,
    /// A round of a `for` or of a `foreach` began: its list is an activation of its own, a [`Progress::Round`]. The row of
    /// the loop, which holds all items, stays as it is.
    #[n(24)]
    RoundStarted {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        parent: ActivationNumber,
        #[n(2)]
        path: Vec<String>,
        #[n(3)]
        key: String,
        #[n(4)]
        input: Data,
        #[n(5)]
        index: u64,
        #[n(6)]
        item: Data,
    },
    /// The tasks of a `foreach` are through with an event; `output` is what they made of it.
    #[n(25)]
    ItemProcessed {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        index: u64,
        #[n(2)]
        output: Data,
    },
    /// A task that is extended goes on to this list of an extension, or to itself.
    #[n(26)]
    ExtensionAdvanced {
        #[n(0)]
        activation: ActivationNumber,
        #[n(1)]
        phase: ExtensionPhase,
        /// The task's output, once it has one.
        #[n(2)]
        output: Option<Data>,
        /// The directive that the task ended with.
        #[n(3)]
        then: Option<String>,
    },
    /// A fork is about to end: the rows that kept the results of its branches are gone.
    #[n(27)]
    BranchesJoined {
        #[n(0)]
        fork: ActivationNumber,
        #[n(1)]
        rows: Vec<ActivationNumber>,
    },
}
