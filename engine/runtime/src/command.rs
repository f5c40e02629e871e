//! What may be asked of a stream, and how it stands in the journal.

use minicbor::{Decode, Encode};
use peygir_casework::records::MoveWhy;
use peygir_core::state::FlowRef;
use peygir_core::{CloudEvent, Data, Error, Id, Moment, Seed};

use crate::closures::{Begun, Closure, Digests, Withdrawn};
use crate::operation::{About, Advance, Operation};
use crate::packs::{Deploy, Edition, Withdraw};
use crate::schedule::Schedule;

/// A command as it was received: who, when, what, and the draws that came with it.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Envelope {
    /// A person's id, `token:NAME`, `connector:NAME` or `system`.
    #[n(0)]
    pub actor: String,
    #[n(1)]
    pub at: Moment,
    #[n(2)]
    pub seed: Seed,
    #[n(3)]
    pub command: Command,
    /// Messages whose attempts were begun with the turn, since each had a place on its lane: no turn decides that by itself.
    #[n(4)]
    pub begun: Option<Vec<Id>>,
    /// The edition of packs by which the turn decided: templates, forms and calendars that it took are of it. None where the
    /// packs are of no edition, and in journals of before this was kept.
    #[n(5)]
    pub edition: Option<u64>,
}

impl Envelope {
    pub fn new(actor: impl Into<String>, at: Moment, seed: Seed, command: Command) -> Self {
        Self { actor: actor.into(), at, seed, command, begun: None, edition: None }
    }
}

/// An envelope as it is written: what it bears is the turn's.
#[derive(Debug, Encode)]
#[cbor(map)]
pub(crate) struct Written<'a> {
    #[n(0)]
    pub actor: &'a str,
    #[n(1)]
    pub at: Moment,
    #[n(2)]
    pub seed: Seed,
    #[n(3)]
    pub command: &'a Command,
    #[n(4)]
    pub begun: Option<&'a [Id]>,
    #[n(5)]
    pub edition: Option<u64>,
}

/// Personal data in it is sealed: the journal keeps it as it stands here.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Command {
    /// A message of a citizen opens the stream: the intake flow starts with it.
    #[n(0)]
    Submit {
        #[n(0)]
        flow: String,
        #[n(1)]
        message: Data,
        /// Keys that this message must be the first to claim.
        #[n(2)]
        claims: Vec<Claim>,
    },
    /// Starts a flow in a stream of its own.
    #[n(1)]
    StartFlow {
        #[n(0)]
        flow: String,
        #[n(1)]
        input: Data,
        /// Keys that this start must be the first to claim.
        #[cbor(n(2), default)]
        claims: Vec<Claim>,
    },
    /// Does whatever is due at the command's time.
    #[n(2)]
    Wake,
    #[n(3)]
    ClaimTask(#[n(0)] Id),
    #[n(4)]
    ReleaseTask(#[n(0)] Id),
    /// The answer is sealed as a whole for the journal; the turn opens it, checks it and seals its texts.
    #[n(5)]
    CompleteTask {
        #[n(0)]
        task: Id,
        #[n(1)]
        answer: Data,
    },
    /// Begins an attempt for messages that are ready.
    #[n(6)]
    BeginAttempts {
        /// Those that have a place on their connector's lane: what waits for one is not begun.
        #[n(0)]
        only: Vec<Id>,
    },
    #[n(7)]
    AttemptEnded {
        #[n(0)]
        dispatch: Id,
        #[n(1)]
        attempt: u32,
        #[n(2)]
        result: AttemptResult,
    },
    /// A peer's report on a message.
    #[n(8)]
    Report {
        #[n(0)]
        key: String,
        #[n(1)]
        delivered: bool,
        #[n(2)]
        failed: bool,
        #[n(3)]
        reference: Option<String>,
    },
    /// After a start: attempts without a result on record.
    #[n(9)]
    RecoverAttempts,
    #[n(10)]
    RetryIncident(#[n(0)] Id),
    #[n(11)]
    SettleIncident {
        #[n(0)]
        incident: Id,
        /// Sealed.
        #[n(1)]
        note: String,
    },
    /// The same matter came again.
    #[n(12)]
    JoinMessage {
        #[n(0)]
        channel: String,
        #[n(1)]
        claims: Vec<Claim>,
    },
    #[n(13)]
    Deliver(#[n(0)] CloudEvent),
    /// Personal data was shown in clear.
    #[n(14)]
    ReadClear(#[n(0)] String),
    /// A message came in that no case can be made of: kept for a person. Sender and text are sealed.
    #[n(16)]
    KeepUnread {
        #[n(0)]
        reason: String,
        #[n(1)]
        from: String,
        #[n(2)]
        text: String,
        #[n(3)]
        claims: Vec<Claim>,
    },
    /// A flow goes on where its step bound stopped it. This and the following are what a turn leaves to the next one.
    #[n(15)]
    Continue {
        #[n(0)]
        instance: Id,
    },
    #[n(17)]
    Step {
        #[n(0)]
        instance: Id,
        #[n(1)]
        command: peygir_core::Command,
    },
    /// A call that was asked for and not yet made.
    #[n(18)]
    Call {
        #[n(0)]
        instance: Id,
        #[n(1)]
        activation: u64,
    },
    /// A listener that came up and has not yet read the mailbox.
    #[n(19)]
    Listen {
        #[n(0)]
        instance: Id,
        #[n(1)]
        activation: u64,
    },
    /// A turn of this stream was given up by the wall clock: a person is told.
    #[n(21)]
    TurnAborted(#[n(0)] String),
    /// A flow to start beside.
    #[n(20)]
    StartBeside {
        #[n(0)]
        flow: String,
        #[n(1)]
        input: Data,
        #[n(2)]
        label: String,
    },
    /// A person's word to an instance. Unlike [`Command::Step`], which comes from the turns themselves, it is refused where
    /// the instance does not take it.
    #[n(22)]
    Instance {
        #[n(0)]
        instance: Id,
        /// To suspend, resume, cancel or retry. Cancelling goes on to the instances that the cancelled one awaits;
        /// suspending and resuming stay with the one instance: its children go on, and their answers wait for it.
        #[n(1)]
        command: peygir_core::Command,
    },
    /// A flow that a task of an instance runs, and that is not yet started.
    #[n(23)]
    Run {
        #[n(0)]
        instance: Id,
        #[n(1)]
        run: Run,
    },
    /// A call that nobody waits for, asked for and not yet made.
    #[n(24)]
    Tell {
        #[n(0)]
        instance: Id,
        #[n(1)]
        activation: u64,
        #[n(2)]
        function: String,
        #[n(3)]
        with: Data,
        #[n(4)]
        key: String,
    },
    /// An event comes to the stream that is its own, to be carried to whoever waits for it.
    #[n(25)]
    Publish {
        #[n(0)]
        event: CloudEvent,
        /// The stream of the flow that emitted it; none for an event from outside.
        #[n(1)]
        origin: Option<Id>,
    },
    /// Carries an event on. Whom to is looked up as the command is carried out.
    #[n(26)]
    Spread {
        #[n(0)]
        event: CloudEvent,
        #[n(1)]
        origin: Option<Id>,
        /// The stream that the event's subject names: it keeps what nobody there waits for.
        #[n(2)]
        named: Option<Id>,
        /// A page of streams that may wait for it.
        #[n(3)]
        to: Vec<Id>,
        /// Where the next page begins.
        #[cbor(n(4), with = "minicbor::bytes")]
        next: Option<Vec<u8>>,
    },
    /// An event that a listener may wait for; nobody here keeps it otherwise.
    #[n(27)]
    Offer(#[n(0)] CloudEvent),
    /// To the stream of a schedule: the flow that it starts from now on, or none any more.
    #[n(28)]
    SetSchedule(#[n(0)] Option<FlowRef>),
    /// To the stream of a schedule: a run that it started has ended.
    #[n(29)]
    RunEnded,
    /// An instance has grown past what can be kept: it is cancelled, and a person is told.
    #[n(31)]
    Stop {
        #[n(0)]
        instance: Id,
        #[n(1)]
        reason: String,
    },
    /// To the stream of a webhook: it takes no events, and a person is told.
    #[n(30)]
    WebhookFailing {
        #[n(0)]
        name: String,
        #[n(1)]
        reason: String,
    },
    /// To the stream of closures. When and by whom is filled in as it is carried out.
    #[n(32)]
    DeclareClosure(#[n(0)] Closure),
    /// To the stream of closures: one is taken back, as if it had never been declared.
    #[n(33)]
    WithdrawClosure {
        #[n(0)]
        closure: Id,
        #[n(1)]
        reason: String,
        /// The id of the operation that this begins.
        #[n(2)]
        operation: Id,
    },
    /// To the stream of closures: the calendars that are deployed now.
    #[n(34)]
    CalendarsDeployed {
        #[n(0)]
        calendars: Digests,
        /// The id of the operation that this begins, if any calendar has changed.
        #[n(1)]
        operation: Id,
    },
    /// To the stream of an operation.
    #[n(35)]
    BeginOperation(#[n(0)] About),
    /// To the stream of an operation: a page of it is done.
    #[n(36)]
    AdvanceOperation(#[n(0)] Advance),
    /// To a stream with deadlines that an operation may move: they are derived anew.
    #[n(37)]
    Rederive {
        #[n(0)]
        operation: Id,
        #[n(1)]
        why: MoveWhy,
    },
    /// The deadline rests while the citizen is waited for.
    #[n(38)]
    SuspendDeadline {
        #[n(0)]
        task: Id,
        /// Sealed.
        #[n(1)]
        reason: String,
        /// At the latest; as long as the flow allows where absent.
        #[n(2)]
        until: Option<Moment>,
    },
    #[n(39)]
    ResumeDeadline(#[n(0)] Id),
    /// A person's word on the date.
    #[n(40)]
    SetDeadline {
        #[n(0)]
        task: Id,
        #[n(1)]
        due: Moment,
        /// Sealed.
        #[n(2)]
        reason: String,
    },
    /// To the stream of closures: an operation is through.
    #[n(41)]
    OperationEnded(#[n(0)] Id),
    /// A message of the citizen, in a case that waits for it.
    #[n(42)]
    TakeAnswer {
        #[n(0)]
        channel: String,
        /// Sealed.
        #[n(1)]
        text: String,
        #[n(2)]
        claims: Vec<Claim>,
    },
    /// To the stream of editions: packs that were checked are deployed.
    #[n(43)]
    DeployPacks(#[n(0)] Deploy),
    /// To the stream of editions: one that is still to come is taken back.
    #[n(44)]
    WithdrawEdition(#[n(0)] Withdraw),
    /// A person wants the flow of a faulted instance to begin anew: what was decided before is decided again.
    #[n(45)]
    RestartFlow {
        #[n(0)]
        instance: Id,
        /// `namespace/name:version`, as it is in force.
        #[n(1)]
        flow: String,
    },
}

/// What a `run: workflow` asks for.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Run {
    #[n(0)]
    pub activation: u64,
    /// The id that the new instance gets.
    #[n(1)]
    pub child: Id,
    #[n(2)]
    pub namespace: String,
    #[n(3)]
    pub name: String,
    /// None: the newest that is deployed when it starts.
    #[n(4)]
    pub version: Option<String>,
    #[n(5)]
    pub input: Data,
    #[n(6)]
    pub awaits: bool,
}

impl Command {
    /// The instance that a turn left something of to the next.
    pub fn instance(&self) -> Option<Id> {
        match self {
            Command::Continue { instance }
            | Command::Step { instance, .. }
            | Command::Call { instance, .. }
            | Command::Listen { instance, .. }
            | Command::Run { instance, .. }
            | Command::Tell { instance, .. } => Some(*instance),
            _ => None,
        }
    }
}

/// A key that must be absent, and what it is claimed with.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Claim {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub value: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum AttemptResult {
    #[n(0)]
    Sent {
        #[n(0)]
        reference: Option<String>,
        /// The peer's answer, where a flow waits for it.
        #[n(1)]
        output: Option<Data>,
        /// What proved to the peer who asked, its parameter sealed: `{scheme, parameter}`.
        #[n(2)]
        authorization: Option<Data>,
    },
    #[n(1)]
    Failed {
        #[n(0)]
        fault: String,
        #[n(1)]
        permanent: bool,
        #[n(2)]
        reached: bool,
        /// The fault as the flow that waits sees it.
        #[n(3)]
        error: Option<Error>,
    },
}

/// An event as it stands in the journal. The number is its owner's room: 0 flows, 1 records.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Recorded {
    #[n(0)]
    Flow {
        #[n(0)]
        instance: Id,
        #[n(1)]
        event: peygir_core::Event,
    },
    #[n(1)]
    Case(#[n(0)] peygir_casework::Event),
    /// A schedule as it is from now on.
    #[n(2)]
    Schedule(#[n(0)] Option<Schedule>),
    /// The listener of a schedule is through and leaves nothing behind.
    #[n(3)]
    ListenerGone(#[n(0)] Id),
    #[n(4)]
    ClosureDeclared(#[n(0)] Closure),
    #[n(5)]
    ClosureWithdrawn {
        #[n(0)]
        closure: Id,
        #[n(1)]
        withdrawn: Withdrawn,
    },
    /// The calendars as they are from now on, and the operation that this begins, if one had changed.
    #[n(6)]
    CalendarsDeployed {
        #[n(0)]
        calendars: Digests,
        #[n(1)]
        begun: Option<Begun>,
    },
    /// In the stream of closures: an operation is through.
    #[n(7)]
    OperationEnded(#[n(0)] Id),
    #[n(8)]
    OperationBegun(#[n(0)] Operation),
    #[n(9)]
    OperationAdvanced(#[n(0)] Advance),
    /// A person wants what failed to be tried again.
    #[n(10)]
    OperationResumed,
    #[n(11)]
    PacksDeployed(#[n(0)] Edition),
    #[n(12)]
    EditionWithdrawn {
        #[n(0)]
        edition: u64,
        #[n(1)]
        withdrawn: crate::packs::Withdrawn,
    },
}
