//! What a stream keeps beside its instances: the case, its tasks, what goes out, what waits for a person.

mod deadline;
mod rederived;

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use peygir_core::{CloudEvent, Data, Id, Moment};

pub(crate) use deadline::keep_move;
pub use deadline::{
    DeadlineChange, Holder, MOVES_MAX, Move, MoveWhy, Opening, RemindRule, Set, SuspendRule, Terms, Wait, Waiting,
};
pub use rederived::{Difference, Part, Rederived};

/// All records of one stream. Each member of the maps is a row of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    pub case: Option<Case>,
    pub tasks: BTreeMap<Id, Task>,
    pub dispatches: BTreeMap<Id, Dispatch>,
    pub incidents: BTreeMap<Id, Incident>,
    pub mailbox: Mailbox,
    pub waits: BTreeMap<Id, Wait>,
}

/// A text that only the key of a person opens; what stands here is the sealed form.
pub type Sealed = String;

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Case {
    #[n(0)]
    pub id: Id,
    /// Tracking code: ten digits and a check digit.
    #[n(1)]
    pub code: String,
    #[n(2)]
    pub case_type: String,
    #[n(3)]
    pub channel: String,
    #[n(4)]
    pub province: String,
    #[n(5)]
    pub county: Option<String>,
    #[n(6)]
    pub topic: Option<String>,
    /// The agency that the complaint is about, as the citizen, an operator or a table named it.
    #[n(7)]
    pub agency: Option<String>,
    #[n(8)]
    pub text: Sealed,
    #[n(9)]
    pub citizen: Party,
    #[n(10)]
    pub on_behalf_of: Option<Party>,
    #[n(11)]
    pub closed: bool,
    /// `solved`, `unreached`, or what the flow says.
    #[n(12)]
    pub outcome: Option<String>,
    #[n(13)]
    pub referral: Option<Referral>,
    /// 1 from the opening on.
    #[n(14)]
    pub round: u32,
    #[n(15)]
    pub opened_at: Moment,
    #[n(16)]
    pub closed_at: Option<Moment>,
    /// Messages of the same matter that were joined to this case. What rules see is [`Case::times_told_besides`].
    #[n(17)]
    pub repeats: u32,
    /// 1 to 5, from the last verification call that got one.
    #[n(18)]
    pub satisfaction: Option<u8>,
    /// The line or address the message came to.
    #[n(19)]
    pub line: Option<String>,
    #[n(20)]
    pub milestones: Vec<Milestone>,
    /// What the citizen wrote when they were waited for, oldest first: the last [`ANSWERS_MAX`].
    #[n(21)]
    pub answers: Option<Vec<Answer>>,
    /// What the same citizen told before this case, the newest first, as the intake found it.
    #[n(22)]
    pub earlier: Option<Vec<EarlierCase>>,
    /// The agency that the complaint is about, whomever the case was referred to since. None in cases of before this was
    /// kept apart.
    #[n(23)]
    pub about: Option<String>,
    /// How many rounds there may be, as a flow said last; None before it did, and in cases of before this was kept.
    #[n(24)]
    pub rounds_max: Option<u32>,
}

/// Days within which what a citizen tells of the same matter counts as told again, back from the later message.
pub const TOLD_AGAIN_DAYS: i64 = 180;
/// Earlier cases of a citizen that a case knows of: the newest ones.
pub const EARLIER_CASES_MAX: usize = 32;

/// A case of the same citizen from before, as it stood when the later one was opened.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct EarlierCase {
    #[n(0)]
    pub case: Id,
    #[n(1)]
    pub opened_at: Moment,
    #[n(2)]
    pub topic: Option<String>,
    /// The agency that it was about.
    #[n(3)]
    pub agency: Option<String>,
    /// Whom it concerned; in the row by which a later case finds it, and never in a case.
    #[n(4)]
    pub person: Option<Id>,
    /// Whether that person was known by a national ID, and not by their number alone; as `person`.
    #[n(5)]
    pub identified: Option<bool>,
}

impl Case {
    /// The case as a later one of the same citizen knows of it.
    pub fn as_earlier(&self) -> EarlierCase {
        let agency = self.about.clone().or_else(|| self.agency.clone());
        let (case, opened_at, topic) = (self.id, self.opened_at, self.topic.clone());
        EarlierCase { case, opened_at, topic, agency, person: None, identified: None }
    }

    /// The same as it is found by: with whom it concerned.
    pub fn as_found(&self) -> EarlierCase {
        let party = self.concerned();
        let (person, identified) = (Some(party.person), Some(party.national_id.is_some()));
        EarlierCase { person, identified, ..self.as_earlier() }
    }

    /// Whom the case is about.
    pub fn concerned(&self) -> &Party {
        self.on_behalf_of.as_ref().unwrap_or(&self.citizen)
    }

    /// How often the matter was told besides the message that opened the case: by messages that were joined to it, and by
    /// earlier cases of the same citizen. Of these, one has the same topic, and the same agency where both name one.
    pub fn times_told_besides(&self) -> u32 {
        let about = self.about.as_ref().or(self.agency.as_ref());
        let same = |other: &&EarlierCase| {
            let agency = other.agency.as_ref().is_none_or(|agency| about.is_none_or(|about| about == agency));
            agency && other.topic.is_some() && other.topic == self.topic
        };
        let earlier = self.earlier.iter().flatten().filter(same).count();
        self.repeats.saturating_add(u32::try_from(earlier).unwrap_or(u32::MAX))
    }
}

/// A message of the citizen in a case that waited for it.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Answer {
    #[n(0)]
    pub at: Moment,
    #[n(1)]
    pub channel: String,
    #[n(2)]
    pub text: Sealed,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Milestone {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub at: Moment,
}

/// A citizen as a case knows them. `person` is whose key seals the rest.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Party {
    #[n(0)]
    pub person: Id,
    #[n(1)]
    pub national_id: Option<Sealed>,
    #[n(2)]
    pub mobile: Option<Sealed>,
    #[n(3)]
    pub name: Option<Sealed>,
    /// What cases of one number have in common, whoever of its users told them: an id of its own, from which nobody learns
    /// the number. Of whom the case concerns; absent where no number was told, and in cases of before this was kept.
    #[n(4)]
    pub number: Option<Id>,
}

/// Whom a case was sent to, and on which terms.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Referral {
    #[n(0)]
    pub agency: String,
    #[n(1)]
    pub unit: Option<String>,
    /// Person of the directory who holds the manager's role there; None where nobody does.
    #[n(2)]
    pub manager: Option<String>,
    #[n(3)]
    pub manager_role: String,
    /// What else the table answered: working days, reminders.
    #[n(4)]
    pub terms: Data,
    #[n(5)]
    pub at: Moment,
}

/// Which call of which instance waits for a record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CallRef {
    #[n(0)]
    pub instance: Id,
    #[n(1)]
    pub activation: u64,
    #[n(2)]
    pub key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TaskKind {
    #[n(0)]
    Form,
    #[n(1)]
    VerificationCall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TaskStatus {
    /// May be claimed (a verification call only from `not_before` on).
    #[n(0)]
    Open,
    #[n(1)]
    Claimed,
    #[n(2)]
    Completed,
    /// Its `max` passed.
    #[n(3)]
    Expired,
    /// An event closed it, or its flow went on without it.
    #[n(4)]
    Withdrawn,
}

/// Something a person has to do.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Task {
    #[n(0)]
    pub id: Id,
    #[n(1)]
    pub kind: TaskKind,
    #[n(2)]
    pub form: String,
    #[n(3)]
    pub role: String,
    /// The person meant first; any holder of the role may claim all the same.
    #[n(4)]
    pub person: Option<String>,
    /// Roles that see it without owing it.
    #[n(5)]
    pub copy_to: Vec<String>,
    #[n(6)]
    pub status: TaskStatus,
    #[n(7)]
    pub claimed_by: Option<String>,
    #[n(8)]
    pub caller: CallRef,
    #[n(9)]
    pub created_at: Moment,
    #[n(10)]
    pub due_at: Option<Moment>,
    /// Instant at which it expires; without it, it never does.
    #[n(11)]
    pub max_at: Option<Moment>,
    /// How the deadline was derived, as the calendar told it, of tasks from before deadlines kept their terms.
    #[n(12)]
    pub derivation: Option<Data>,
    #[n(13)]
    pub overdue_at: Option<Moment>,
    /// Flow that starts beside the task when it is overdue.
    #[n(14)]
    pub on_overdue: Option<String>,
    #[n(15)]
    pub reminders: Vec<Reminder>,
    /// Types of events that close it.
    #[n(16)]
    pub closed_by: Vec<String>,
    #[n(17)]
    pub ended_at: Option<Moment>,
    #[n(18)]
    pub outcome: Option<String>,
    /// What was answered; texts sealed.
    #[n(19)]
    pub answer: Option<Data>,
    #[n(20)]
    pub round: u32,
    /// Calls only: the try that is next, from 1.
    #[n(21)]
    pub attempt: u32,
    #[n(22)]
    pub attempts_max: u32,
    #[n(23)]
    pub not_before: Option<Moment>,
    /// Calls only: spacing in microseconds and the window of the day, as the flow gave them.
    #[n(24)]
    pub every_us: i64,
    #[n(25)]
    pub between: Option<String>,
    /// The agency whose task it is; None for roles of the centre itself.
    #[n(26)]
    pub agency: Option<String>,
    /// What its deadline follows from.
    #[n(27)]
    pub terms: Option<Box<Terms>>,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Reminder {
    #[n(0)]
    pub at: Moment,
    /// Recipient as the flow gave it: `"task-owner"` or `{"role": …}`.
    #[n(1)]
    pub tell: Data,
    #[n(2)]
    pub by: Vec<String>,
    #[n(3)]
    pub template: String,
    #[n(4)]
    pub sent_at: Option<Moment>,
    /// What `at` follows from; absent in reminders from before they could move.
    #[n(5)]
    pub rule: Option<RemindRule>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum DispatchStatus {
    /// May be sent from `next_at` on.
    #[n(0)]
    Ready,
    /// An attempt was begun and has no result on record.
    #[n(1)]
    Sending,
    #[n(2)]
    Sent,
    #[n(3)]
    Delivered,
    #[n(4)]
    Failed,
    /// Nobody knows whether it was sent; a person decides.
    #[n(5)]
    Ambiguous,
    /// Ambiguous, and the policy was to let it be.
    #[n(6)]
    Dropped,
    #[n(7)]
    Withdrawn,
    #[n(8)]
    Expired,
}

/// A message to the world: an entry of the outbox.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Dispatch {
    #[n(0)]
    pub id: Id,
    /// Idempotency key: the caller's key and the recipient.
    #[n(1)]
    pub key: String,
    #[n(2)]
    pub channel: String,
    #[n(3)]
    pub connector: String,
    /// Sealed where it is a citizen's, in clear for people of the directory.
    #[n(4)]
    pub to: String,
    /// What may be shown of the recipient: a person's id; a citizen's number sealed, masked when it is shown.
    #[n(5)]
    pub to_masked: String,
    #[n(6)]
    pub template: String,
    #[n(7)]
    pub subject: Option<Sealed>,
    #[n(8)]
    pub body: Sealed,
    #[n(9)]
    pub status: DispatchStatus,
    /// Attempts begun so far.
    #[n(10)]
    pub attempts: u32,
    #[n(11)]
    pub next_at: Moment,
    #[n(12)]
    pub expires_at: Moment,
    #[n(13)]
    pub created_at: Moment,
    /// The task it reminds of, if any: closing the task withdraws it.
    #[n(14)]
    pub task: Option<Id>,
    #[n(15)]
    pub reference: Option<String>,
    #[n(16)]
    pub fault: Option<String>,
    /// Messages of one lane leave in order: case, recipient and channel.
    #[n(17)]
    pub lane: String,
    /// How often its outcome was unknown.
    #[n(18)]
    pub ambiguities: u32,
    /// Operation of the connector; `send` where none is named.
    #[n(19)]
    pub operation: Option<String>,
    /// The call that waits for its answer, where it is a request of a flow and no message. Its body is then the
    /// operation's input, as JSON.
    #[n(20)]
    pub reply_to: Option<CallRef>,
}

#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Incident {
    #[n(0)]
    pub id: Id,
    #[n(1)]
    pub about: About,
    /// English, without personal data.
    #[n(2)]
    pub reason: String,
    #[n(3)]
    pub opened_at: Moment,
    #[n(4)]
    pub resolved_at: Option<Moment>,
    #[n(5)]
    pub resolved_by: Option<String>,
    /// `retried`, `settled`, or `passed` where it went away by itself.
    #[n(6)]
    pub how: Option<String>,
    #[n(7)]
    pub note: Option<Sealed>,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum About {
    #[n(0)]
    MessageFailed(#[n(0)] Id),
    #[n(1)]
    MessageAmbiguous(#[n(0)] Id),
    #[n(2)]
    MessageExpired(#[n(0)] Id),
    #[n(3)]
    FlowFault(#[n(0)] Id),
    /// Nobody holds the role that should have been told.
    #[n(4)]
    Unaddressed(#[n(0)] String),
    /// A turn was given up by the wall clock; what it was to do is tried again.
    #[n(6)]
    TurnAborted,
    /// A webhook of this name takes no events: for a long time, or for good.
    #[n(7)]
    Webhook(#[n(0)] String),
    /// A message came in that could not be taken; its sender and text are sealed.
    #[n(5)]
    Unread {
        #[n(0)]
        from: Sealed,
        #[n(1)]
        text: Sealed,
    },
    /// The deadline of this task or wait can't be derived by the calendars that there are now; it stays as it was.
    #[n(8)]
    Deadline(#[n(0)] Id),
    /// An operation of this stream could not derive all deadlines anew.
    #[n(9)]
    Operation,
    /// The case is open, and nothing and nobody moves it any more.
    #[n(10)]
    Unstarted,
    /// A script asked for this action, and it could not be carried out.
    #[n(11)]
    ActionRefused(#[n(0)] String),
    /// A rule of this table failed without deciding anything.
    #[n(12)]
    RuleFailed(#[n(0)] String),
}

/// Events that nobody waited for yet, and the ids of those that came.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Mailbox {
    #[n(0)]
    pub kept: Vec<CloudEvent>,
    /// `source` and `id` of the last events, oldest first: an event counts once.
    #[n(1)]
    pub seen: Vec<(String, String)>,
}

/// The operation that message channels have.
pub const SEND: &str = "send";
/// Answers of the citizen kept with a case; the oldest goes first, and stays in the journal.
pub const ANSWERS_MAX: usize = 100;
/// Events kept for listeners to come, per stream; the oldest goes first.
pub const MAILBOX_EVENTS_MAX: usize = 256;
/// Ids of events remembered, per stream.
pub const SEEN_EVENTS_MAX: usize = 1_024;

impl Task {
    pub fn is_open(&self) -> bool {
        matches!(self.status, TaskStatus::Open | TaskStatus::Claimed)
    }

    /// The next instant at which something about it is due.
    pub fn next_due(&self) -> Option<Moment> {
        if !self.is_open() {
            return None;
        }
        let reminder = self.reminders.iter().filter(|reminder| reminder.sent_at.is_none()).map(|reminder| reminder.at);
        let overdue = self.due_at.filter(|_| self.overdue_at.is_none());
        reminder.chain(overdue).chain(self.max_at).min()
    }
}

impl Dispatch {
    /// Not yet at an end: it keeps its place in the lane.
    pub fn is_pending(&self) -> bool {
        matches!(self.status, DispatchStatus::Ready | DispatchStatus::Sending)
    }

    pub fn operation(&self) -> &str {
        self.operation.as_deref().unwrap_or(SEND)
    }

    /// A request whose answer a call still waits for.
    pub fn is_awaited(&self) -> bool {
        self.reply_to.is_some() && (self.is_pending() || self.status == DispatchStatus::Ambiguous)
    }
}

impl Records {
    /// The earliest instant at which a task, a wait or a message's expiry is due.
    pub fn next_due(&self) -> Option<Moment> {
        let tasks = self.tasks.values().filter_map(Task::next_due);
        let expiries = self
            .dispatches
            .values()
            .filter(|dispatch| dispatch.status == DispatchStatus::Ready)
            .map(|dispatch| dispatch.expires_at);
        let waits = self.waits.values().filter_map(Wait::next_due);
        tasks.chain(expiries).chain(waits).min()
    }

    /// Messages that may be sent at `at`: the oldest pending one of each lane, if it is ready.
    pub fn ready_dispatches(&self, at: Moment) -> Vec<&Dispatch> {
        self.lane_heads().filter(|dispatch| dispatch.next_at <= at).collect()
    }

    /// The earliest instant at which a message may be sent.
    pub fn next_send(&self) -> Option<Moment> {
        self.lane_heads().map(|dispatch| dispatch.next_at).min()
    }

    /// The instant for a message that is queued now. While the clock stands, or after it went back, turns of a stream have
    /// one instant, and ids of different turns say nothing about their order: what is queued later is a microsecond later.
    pub(crate) fn behind_all_of(&self, lane: &str, at: Moment) -> Moment {
        let of_lane = self.dispatches.values().filter(|dispatch| dispatch.is_pending() && dispatch.lane == lane);
        let last = of_lane.map(|dispatch| dispatch.created_at).max();
        last.map_or(at, |last| at.max(last.plus_micros(1)))
    }

    fn lane_heads(&self) -> impl Iterator<Item = &Dispatch> {
        let mut pending: Vec<&Dispatch> = self.dispatches.values().filter(|dispatch| dispatch.is_pending()).collect();
        // Of one turn the ids say which was first.
        pending.sort_by_key(|dispatch| (dispatch.created_at, dispatch.id));
        let mut lanes = std::collections::BTreeSet::new();
        pending
            .into_iter()
            .filter(move |dispatch| lanes.insert(dispatch.lane.clone()))
            .filter(|dispatch| dispatch.status == DispatchStatus::Ready)
    }

    pub fn is_sending(&self) -> bool {
        self.dispatches.values().any(|dispatch| dispatch.status == DispatchStatus::Sending)
    }

    pub fn task_of_call(&self, instance: Id, activation: u64) -> Option<&Task> {
        self.tasks.values().find(|task| task.caller.instance == instance && task.caller.activation == activation)
    }

    /// The wait of a call that goes on.
    pub fn wait_of_call(&self, instance: Id, activation: u64) -> Option<&Wait> {
        let of_call = |wait: &&Wait| wait.caller.instance == instance && wait.caller.activation == activation;
        self.waits.values().filter(|wait| wait.is_open()).find(of_call)
    }

    /// The request that a call waits for.
    pub fn request_of_call(&self, instance: Id, activation: u64) -> Option<&Dispatch> {
        let asks = |call: &CallRef| call.instance == instance && call.activation == activation;
        self.dispatches.values().find(|dispatch| dispatch.is_awaited() && dispatch.reply_to.as_ref().is_some_and(asks))
    }

    /// Whom the case is about: the person concerned where somebody else told of it.
    pub fn concerned(&self) -> Option<&Party> {
        self.case.as_ref().map(Case::concerned)
    }
}
