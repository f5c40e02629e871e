//! Facts about records, in the past tense. A shipped kind is frozen: new meaning gets a new number.

use minicbor::{Decode, Encode};
use peygir_core::{CloudEvent, Data, Id, Moment};

use crate::records::{
    Case, DeadlineChange, Dispatch, Incident, Move, Rederived, Referral, Sealed, Set, Task, Wait, Waiting,
};

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Event {
    #[n(0)]
    CaseOpened(#[n(0)] Box<Case>),
    #[n(1)]
    CaseClassified {
        #[n(0)]
        topic: Option<String>,
        #[n(1)]
        agency: Option<String>,
    },
    #[n(2)]
    CaseReferred(#[n(0)] Referral),
    #[n(3)]
    RoundOpened(#[n(0)] u32),
    #[n(4)]
    CaseClosed {
        #[n(0)]
        outcome: String,
    },
    /// The same matter came again and was joined.
    #[n(5)]
    MessageJoined {
        #[n(0)]
        channel: String,
    },
    #[n(6)]
    MilestoneMarked(#[n(0)] String),
    #[n(7)]
    TaskCreated(#[n(0)] Task),
    #[n(8)]
    TaskClaimed {
        #[n(0)]
        task: Id,
        #[n(1)]
        by: String,
    },
    #[n(9)]
    TaskReleased {
        #[n(0)]
        task: Id,
    },
    #[n(10)]
    TaskCompleted {
        #[n(0)]
        task: Id,
        #[n(1)]
        by: String,
        #[n(2)]
        outcome: String,
        #[n(3)]
        answer: Data,
    },
    #[n(11)]
    TaskExpired {
        #[n(0)]
        task: Id,
    },
    #[n(12)]
    TaskWithdrawn {
        #[n(0)]
        task: Id,
        #[n(1)]
        outcome: String,
    },
    #[n(13)]
    TaskOverdue {
        #[n(0)]
        task: Id,
    },
    #[n(14)]
    TaskReminded {
        #[n(0)]
        task: Id,
        /// Index of the reminder.
        #[n(1)]
        reminder: u32,
    },
    /// A call reached nobody; the next is due at `next_at`.
    #[n(15)]
    CallUnreached {
        #[n(0)]
        task: Id,
        #[n(1)]
        by: String,
        #[n(2)]
        attempt: u32,
        #[n(3)]
        next_at: Moment,
    },
    #[n(16)]
    MessageQueued(#[n(0)] Dispatch),
    #[n(17)]
    AttemptBegun {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        attempt: u32,
    },
    #[n(18)]
    MessageSent {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        reference: Option<String>,
    },
    /// The peer's report.
    #[n(19)]
    MessageDelivered {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        reference: Option<String>,
    },
    /// A fault that may pass: tried again at `retry_at`.
    #[n(20)]
    AttemptFailed {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        fault: String,
        #[n(2)]
        retry_at: Moment,
    },
    #[n(21)]
    MessageFailed {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        fault: String,
    },
    /// An attempt has no result, and its operation recognises no repetition.
    #[n(22)]
    AttemptAmbiguous {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        attempt: u32,
        /// `resend`, `drop` or `person`: what the manifest said.
        #[n(2)]
        policy: String,
        /// When it is sent again, under `resend`.
        #[n(3)]
        next_at: Option<Moment>,
    },
    #[n(23)]
    MessageWithdrawn {
        #[n(0)]
        dispatch: Id,
    },
    #[n(24)]
    MessageExpired {
        #[n(0)]
        dispatch: Id,
    },
    /// A person, or a start after a crash, made it ready again.
    #[n(25)]
    MessageRequeued {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        next_at: Moment,
        #[n(2)]
        expires_at: Moment,
    },
    #[n(26)]
    IncidentOpened(#[n(0)] Incident),
    #[n(27)]
    IncidentResolved {
        #[n(0)]
        incident: Id,
        #[n(1)]
        by: String,
        #[n(2)]
        how: String,
        #[n(3)]
        note: Option<Sealed>,
    },
    #[n(28)]
    PersonalDataRead {
        #[n(0)]
        what: String,
    },
    #[n(29)]
    SatisfactionRecorded(#[n(0)] u8),
    /// An event arrived: it counts once.
    #[n(30)]
    EventArrived {
        #[n(0)]
        source: String,
        #[n(1)]
        id: String,
    },
    /// Nobody waited for it yet.
    #[n(31)]
    EventKept(#[n(0)] CloudEvent),
    /// A listener took it out of the mailbox.
    #[n(32)]
    EventTaken {
        #[n(0)]
        source: String,
        #[n(1)]
        id: String,
    },
    /// A peer answered what a flow asked it. What it answered is in the flow's own event.
    #[n(33)]
    RequestAnswered {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        reference: Option<String>,
    },
    /// A flow's request brought a fault, and the flow was told.
    #[n(34)]
    RequestFailed {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        fault: String,
    },
    /// The deadline of a task or a wait was derived again, and something of it changed.
    #[n(35)]
    DeadlineMoved {
        #[n(0)]
        of: Id,
        #[n(1)]
        change: Box<DeadlineChange>,
    },
    /// The citizen is waited for; what that moves follows.
    #[n(36)]
    DeadlineSuspended {
        #[n(0)]
        task: Id,
        #[n(1)]
        waiting: Waiting,
    },
    #[n(37)]
    DeadlineResumed {
        #[n(0)]
        task: Id,
        #[n(1)]
        number: u32,
        #[n(2)]
        ended: Moment,
    },
    #[n(38)]
    DeadlineSet {
        #[n(0)]
        task: Id,
        #[n(1)]
        set: Set,
    },
    #[n(39)]
    WaitBegun(#[n(0)] Wait),
    /// Its moment came, or its flow went on without it.
    #[n(40)]
    WaitEnded {
        #[n(0)]
        wait: Id,
    },
    /// A wait for an opening ends at another instant than before.
    #[n(41)]
    WaitMoved {
        #[n(0)]
        wait: Id,
        #[n(1)]
        moved: Move,
    },
    /// A message of the citizen came in a case that waited for it.
    #[n(42)]
    CitizenAnswered {
        #[n(0)]
        channel: String,
        #[n(1)]
        text: Sealed,
    },
    /// As [`Event::DeadlineMoved`], told by what differs from before: what an operation does to very many.
    #[n(43)]
    DeadlineRederived(#[n(0)] Box<Rederived>),
    /// A flow says how many rounds there may be, the first included.
    #[n(44)]
    RoundsLimited(#[n(0)] u32),
    /// A script asked for a round beyond as many as its flow says, which is told.
    #[n(45)]
    RoundRefused(#[n(0)] u32),
}
