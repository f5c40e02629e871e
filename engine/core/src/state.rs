//! An instance of a flow: what [`crate::apply`] keeps and deciding reads.
//!
//! The instance is a tree of activations. An activation is one run of one task; composite tasks have activations below
//! them. What ended is gone from the tree: state is what is still running, and the journal is what was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::{Activations, CloudEvent, Data, Error, Id, Moment, Timers};

/// What an instance is pinned to, and the SHA-256 of the source it was started from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct FlowRef {
    #[n(0)]
    pub namespace: String,
    #[n(1)]
    pub name: String,
    #[n(2)]
    pub version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Status {
    /// Something in it can still happen; it may be waiting for an answer, a timer or an event.
    #[n(0)]
    Active,
    #[n(1)]
    Suspended,
    #[n(2)]
    Completed,
    #[n(3)]
    Faulted,
    #[n(4)]
    Cancelled,
}

/// Number of an activation within its instance; the root list of tasks is 0.
pub type ActivationNumber = u64;
pub type TimerNumber = u64;

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Instance {
    #[n(0)]
    pub id: Id,
    #[n(1)]
    pub flow: FlowRef,
    #[n(2)]
    pub status: Status,
    #[n(3)]
    pub raw_input: Data,
    /// After the flow's `input.from`.
    #[n(4)]
    pub input: Data,
    /// `$context` outside of fork branches.
    #[n(5)]
    pub context: Data,
    #[n(6)]
    pub started_at: Moment,
    #[n(7)]
    pub ended_at: Option<Moment>,
    #[n(8)]
    pub output: Option<Data>,
    #[n(9)]
    pub fault: Option<Error>,
    /// Name of the task that brought the fault, as its path of names.
    #[n(10)]
    pub faulted_task: Option<Vec<String>>,
    #[n(11)]
    pub next_activation: ActivationNumber,
    #[n(12)]
    pub next_timer: TimerNumber,
    /// Kept as rows of their own by the host, so that one step writes what it touched; hence not in this record. Shared
    /// with the instance before the step where nothing changed.
    #[cbor(skip)]
    pub activations: Activations,
    /// Rows of their own too. Instances of before that have them in this record; they are read and not written so.
    #[cbor(n(14), encode_with = "no_timers")]
    pub timers: Timers,
    /// Free label set by who started it: the schedule, a task's `onOverdue`, a person.
    #[n(15)]
    pub started_by: String,
    /// The source's digest, as a JSON string.
    #[n(16)]
    pub digest: Data,
    /// Starts that are owed: what the bound on a turn's steps put off while the instance is active, and what a retry
    /// begins with while it is faulted. In the order in which they will be made.
    #[n(17)]
    pub pending: Vec<Pending>,
    #[n(18)]
    pub parent: Option<Parent>,
    /// Events of this instance so far, for the limit on its journal.
    #[cbor(n(19), default)]
    pub events: u64,
    /// Instances that its tasks started so far, for the limit on them.
    #[cbor(n(20), default)]
    pub children: u32,
}

fn no_timers<C, W: minicbor::encode::Write>(
    _: &Timers,
    encoder: &mut minicbor::Encoder<W>,
    _: &mut C,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    encoder.map(0)?.ok()
}

/// The task of another instance that started this one.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Parent {
    #[n(0)]
    pub instance: Id,
    #[n(1)]
    pub activation: ActivationNumber,
    /// The task waits for the end: it is answered with the output or the fault, and cancels what it waits for.
    #[n(2)]
    pub awaits: bool,
}

/// A start that is owed to a list or a fork.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Pending {
    /// The list or fork in which the task runs.
    #[n(0)]
    pub parent: ActivationNumber,
    /// Name of the task; None where the list is at its end and only what follows it is owed.
    #[n(1)]
    pub task: Option<String>,
    #[n(2)]
    pub raw_input: Data,
    /// The task ran before and keeps its key.
    #[n(3)]
    pub again: bool,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Activation {
    #[n(0)]
    pub number: ActivationNumber,
    /// None for the root.
    #[n(1)]
    pub parent: Option<ActivationNumber>,
    /// Path of task names from the root, with `try`, `catch` between a try task and the tasks of its lists. Empty for
    /// the root. Never a pointer into the YAML.
    #[n(2)]
    pub path: Vec<String>,
    /// Stable over retries and restarts, new for a backward jump and for the next item of a loop:
    /// `solve#2`, `each#1[3]/tell#1`. With the instance's id it is the idempotency key of what the task asks of the
    /// world.
    #[n(3)]
    pub key: String,
    /// Input before `input.from`.
    #[n(4)]
    pub raw_input: Data,
    /// Input after it.
    #[n(5)]
    pub input: Data,
    #[n(6)]
    pub started_at: Moment,
    /// A fork branch's own `$context`; tasks below it see this one.
    #[n(7)]
    pub context: Option<Data>,
    #[n(8)]
    pub progress: Progress,
}

/// How far a task has come. A variant for each type that can rest.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Progress {
    /// A list of tasks that runs one after the other: the root, `do`, and the lists of `try`, `catch`, `for`, `foreach`.
    /// `visits` counts how often each task of the list was started, for the keys.
    #[n(0)]
    Sequence {
        #[n(0)]
        visits: BTreeMap<String, u32>,
    },
    #[n(1)]
    Call {
        #[n(0)]
        function: String,
        #[n(1)]
        with: Data,
    },
    #[n(2)]
    Wait,
    #[n(3)]
    Fork {
        /// In the order of declaration.
        #[n(0)]
        branches: Vec<Branch>,
    },
    #[n(4)]
    Try {
        /// Retries begun so far.
        #[n(0)]
        retries: u32,
        #[n(1)]
        first_failure: Option<Moment>,
        /// The error being handled or waited out.
        #[n(2)]
        error: Option<Error>,
        #[n(3)]
        phase: TryPhase,
    },
    #[n(5)]
    Listen {
        /// Events consumed so far, in order, each with the index of the filter it satisfied.
        #[n(0)]
        consumed: Vec<Consumed>,
        /// Values bound by correlations without `expect`, by name.
        #[n(1)]
        bound: Data,
        /// Indexes of the filters of an `until` by events that are satisfied.
        #[n(2)]
        until: Vec<u32>,
        /// Of a `foreach`: what its tasks made of the events so far; the next event to process is that of this index.
        #[n(3)]
        outputs: Option<Vec<Data>>,
        /// Types of the events that it waits for, by which a host finds it; None where a filter leaves the type open.
        #[n(4)]
        types: Option<Vec<String>>,
    },
    /// `for`: the items; the round that runs is an activation of its own and knows its index.
    #[n(6)]
    For {
        #[n(0)]
        items: Data,
        #[n(1)]
        index: u64,
    },
    /// A task that ends in the step that started it: `set`, `switch`, `emit`, and one whose start failed.
    #[n(7)]
    Immediate,
    /// The list of one round of a `for` or `foreach`.
    #[n(8)]
    Round {
        #[n(0)]
        visits: BTreeMap<String, u32>,
        #[n(1)]
        index: u64,
        #[n(2)]
        item: Data,
    },
    /// `run: workflow`.
    #[n(9)]
    Run {
        #[n(0)]
        child: Id,
    },
    /// Stands around a task that extensions extend, with the task's own path; the task itself and the lists of the
    /// extensions run below it.
    #[n(10)]
    Extended {
        /// Names of the extensions that apply, the outermost first.
        #[n(0)]
        extensions: Vec<String>,
        #[n(1)]
        phase: ExtensionPhase,
        /// The task's output, while the `after` lists run.
        #[n(2)]
        output: Option<Data>,
        /// The directive that the task ended with, while the `after` lists run: `continue`, `exit`, `end` or a task's name.
        #[n(3)]
        then: Option<String>,
    },
    /// How a branch of a fork ended. Stands below the fork until the fork ends, as a row of its own: the end of one branch
    /// does not write the others again.
    #[n(11)]
    Branch {
        /// The branch's place among those of the fork.
        #[n(0)]
        branch: u32,
        #[n(1)]
        output: Option<Data>,
        #[n(2)]
        context: Option<Data>,
        #[n(3)]
        fault: Option<Error>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum ExtensionPhase {
    /// The `before` list of the extension of this index runs.
    #[n(0)]
    Before(#[n(0)] u32),
    #[n(1)]
    Task,
    #[n(2)]
    After(#[n(0)] u32),
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Branch {
    /// The activation that ran it last; it runs as long as the instance has that activation.
    #[n(0)]
    pub activation: Option<ActivationNumber>,
    #[n(1)]
    pub output: Option<Data>,
    #[n(2)]
    pub context: Option<Data>,
    #[n(3)]
    pub fault: Option<Error>,
    /// Name of the branch.
    #[n(4)]
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Consumed {
    #[n(0)]
    pub filter: u32,
    #[n(1)]
    pub event: CloudEvent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TryPhase {
    #[n(0)]
    Trying,
    /// Waiting for the next attempt.
    #[n(1)]
    BackingOff,
    /// Running `catch.do`.
    #[n(2)]
    Handling,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Timer {
    #[n(0)]
    pub number: TimerNumber,
    /// The activation it belongs to; the root's (0) `Timeout` is that of the workflow.
    #[n(1)]
    pub activation: ActivationNumber,
    #[n(2)]
    pub due: Moment,
    #[n(3)]
    pub purpose: TimerPurpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TimerPurpose {
    /// A `wait` ends.
    #[n(0)]
    Wait,
    /// A `timeout` of a task or the workflow passes.
    #[n(1)]
    Timeout,
    /// The next attempt of a `try` begins.
    #[n(2)]
    Retry,
    /// One attempt of a `try` has taken too long.
    #[n(3)]
    Attempt,
}

impl Progress {
    /// Whether nothing ever runs below an activation of this kind.
    pub fn is_leaf(&self) -> bool {
        matches!(self, Self::Call { .. } | Self::Run { .. } | Self::Wait | Self::Immediate | Self::Branch { .. })
    }
}

impl Branch {
    /// A branch that was not started.
    pub fn named(name: impl Into<String>) -> Self {
        Self { activation: None, output: None, context: None, fault: None, name: name.into() }
    }

    pub fn has_ended(&self) -> bool {
        self.output.is_some() || self.fault.is_some()
    }
}

impl Status {
    pub fn is_terminal(self) -> bool {
        matches!(self, Status::Completed | Status::Faulted | Status::Cancelled)
    }
}

impl Instance {
    /// The earliest timer, if any.
    pub fn next_due(&self) -> Option<Moment> {
        if self.status != Status::Active {
            return None;
        }
        self.timers.next_due()
    }

    /// Activations directly below this one, in the order in which they began.
    pub fn children(&self, of: ActivationNumber) -> impl Iterator<Item = &Activation> {
        self.activations.behind(of).map(Arc::as_ref).filter(move |child| child.parent == Some(of))
    }

    /// What runs below this activation, later beginnings first: children come before their parents.
    pub fn below(&self, top: ActivationNumber) -> Vec<ActivationNumber> {
        if self.activations.get(&top).is_some_and(|activation| activation.progress.is_leaf()) {
            return Vec::new();
        }
        let mut inside = BTreeSet::from([top]);
        for activation in self.activations.behind(top) {
            let runs = !matches!(activation.progress, Progress::Branch { .. });
            if runs && activation.parent.is_some_and(|parent| inside.contains(&parent)) {
                inside.insert(activation.number);
            }
        }
        inside.remove(&top);
        inside.into_iter().rev().collect()
    }

    /// An activation and those around it, the innermost first.
    pub fn ancestry(&self, number: ActivationNumber) -> impl Iterator<Item = &Activation> {
        let at = |number: &ActivationNumber| self.activations.get(number).map(Arc::as_ref);
        std::iter::successors(at(&number), move |activation| activation.parent.as_ref().and_then(at))
    }

    /// `$context` as a task of this activation sees it.
    pub fn context_at(&self, number: ActivationNumber) -> &Data {
        self.branch_of(number)
            .and_then(|branch| self.activations.get(&branch))
            .and_then(|branch| branch.context.as_ref())
            .unwrap_or(&self.context)
    }

    /// The innermost fork branch that this activation is or belongs to.
    pub fn branch_of(&self, number: ActivationNumber) -> Option<ActivationNumber> {
        self.ancestry(number).find(|activation| activation.context.is_some()).map(|branch| branch.number)
    }
}
