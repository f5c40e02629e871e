//! Deadlines as they are kept: what they follow from, what moved them, and waits for working time.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use peygir_calendar::{Deadline, Name, Place, SetDate, Suspension, Term};
use peygir_core::{Data, Id, Moment};

use super::{CallRef, Sealed};

/// Moves kept with a deadline; the oldest go first. The journal has them all.
pub const MOVES_MAX: usize = 32;

/// All that a deadline follows from beside the calendars, and the deadline that followed: whoever derives it again from
/// these terms by the same calendars gets the same one.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Terms {
    /// The calendar as the flow named it; which one answers for the place is in the deadline.
    #[n(0)]
    pub calendar: String,
    #[n(1)]
    pub term: Term,
    /// After which the task expires.
    #[n(2)]
    pub max: Option<Term>,
    #[n(3)]
    pub from: Moment,
    #[n(4)]
    pub place: Place,
    /// In the order of their beginnings.
    #[n(5)]
    pub suspensions: Vec<Waiting>,
    /// A person's word on the date; it stays until a person changes it.
    #[n(6)]
    pub set: Option<Set>,
    /// The last [`MOVES_MAX`], oldest first.
    #[n(7)]
    pub moves: Vec<Move>,
    /// Its `set` has no reason: that stands, sealed, in these terms.
    #[n(8)]
    pub deadline: Deadline,
    #[n(9)]
    pub max_deadline: Option<Deadline>,
    /// Whether and how far it may be suspended; absent: not at all.
    #[n(10)]
    pub suspend: Option<SuspendRule>,
}

/// How far the flow allows that a deadline rests.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SuspendRule {
    /// All waiting together, in microseconds of elapsed time.
    #[n(0)]
    pub max_us: i64,
    #[n(1)]
    pub times: u32,
    /// Types of events that end the waiting, beside a message of the citizen.
    #[cbor(n(2), default)]
    pub ended_by: Vec<String>,
}

/// A time in which a deadline rests, because the citizen is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Waiting {
    /// Which one of its deadline, from 1.
    #[n(0)]
    pub number: u32,
    #[n(1)]
    pub from: Moment,
    /// Its latest end.
    #[n(2)]
    pub until: Moment,
    #[n(3)]
    pub ended: Option<Moment>,
    #[n(4)]
    pub by: String,
    #[n(5)]
    pub reason: Sealed,
    /// By what the citizen is known again who answers: keyed hashes, as the host makes them.
    #[n(6)]
    pub prints: Option<Vec<ByteVec>>,
}

/// A deadline's date as a person set it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Set {
    #[n(0)]
    pub due: Moment,
    #[n(1)]
    pub at: Moment,
    #[n(2)]
    pub by: String,
    #[n(3)]
    pub reason: Sealed,
}

/// When a date moved, from when to when, and why. Both are the same where only the account of it changed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Move {
    /// The operation that moved it with others, where one did.
    #[n(0)]
    pub operation: Option<Id>,
    #[n(1)]
    pub at: Moment,
    #[n(2)]
    pub from: Moment,
    #[n(3)]
    pub to: Moment,
    #[n(4)]
    pub why: MoveWhy,
    /// The person, where one did.
    #[n(5)]
    pub by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum MoveWhy {
    /// A closure was declared or withdrawn.
    #[n(0)]
    Closure,
    #[n(1)]
    Suspended,
    #[n(2)]
    Resumed,
    #[n(3)]
    Set,
    /// The deployed calendars changed.
    #[n(4)]
    Calendar,
}

/// What a reminder's instant follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum RemindRule {
    /// From the beginning of the deadline's time on.
    #[n(0)]
    After(#[n(0)] Term),
    /// Back from the date on which it is due.
    #[n(1)]
    Before(#[n(0)] Term),
}

/// What became of a deadline that was derived again.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct DeadlineChange {
    #[n(0)]
    pub due_at: Moment,
    #[n(1)]
    pub max_at: Option<Moment>,
    #[n(2)]
    pub deadline: Deadline,
    #[n(3)]
    pub max_deadline: Option<Deadline>,
    /// Reminders that move, by their index, with their new instants.
    #[n(4)]
    pub reminders: Vec<(u32, Moment)>,
    #[n(5)]
    pub moved: Move,
    #[n(6)]
    pub holder: Holder,
}

/// Whose deadline it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Holder {
    #[n(0)]
    Task,
    #[n(1)]
    Wait,
}

/// A flow that waits for a moment of working time.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Wait {
    #[n(0)]
    pub id: Id,
    #[n(1)]
    pub caller: CallRef,
    #[n(2)]
    pub at: Moment,
    /// Of a wait for working days or working hours.
    #[n(3)]
    pub terms: Option<Box<Terms>>,
    #[n(4)]
    pub ended_at: Option<Moment>,
    /// Of a wait for an opening, or for a day that a rule names.
    #[n(5)]
    pub opening: Option<Box<Opening>>,
}

/// A moment that is found in a calendar and not counted to.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Opening {
    #[n(0)]
    pub calendar: String,
    #[n(1)]
    pub from: Moment,
    #[n(2)]
    pub place: Place,
    /// `first working monday of the season`, or its structured form; the next opening where absent.
    #[n(3)]
    pub rule: Option<Data>,
    /// The last [`MOVES_MAX`], oldest first.
    #[n(4)]
    pub moves: Vec<Move>,
}

impl Terms {
    /// The suspension that goes on at this instant, if one does.
    pub fn waiting_at(&self, at: Moment) -> Option<&Waiting> {
        self.suspensions.iter().find(|waiting| waiting.ended.is_none() && waiting.until > at)
    }

    /// Suspensions as calendars take them. One that ended as it began took no time.
    pub fn suspended(&self) -> Vec<Suspension> {
        self.suspensions.iter().filter(|waiting| waiting.end() > waiting.from).map(Waiting::suspension).collect()
    }
}

impl Waiting {
    /// When it ended, or when it does at the latest.
    pub fn end(&self) -> Moment {
        self.ended.unwrap_or(self.until)
    }

    fn suspension(&self) -> Suspension {
        Suspension {
            number: self.number,
            from: self.from.to_jiff(),
            to: self.end().to_jiff(),
            // The reason is a person's own words and may name somebody; what all may read is what the law calls it.
            name: Name { fa: "در انتظار شهروند".to_owned(), en: "waiting for the citizen".to_owned() },
        }
    }
}

impl Set {
    /// As derivations have it, without the reason.
    pub fn date(&self) -> SetDate {
        SetDate { due: self.due.to_jiff(), at: self.at.to_jiff(), by: self.by.clone(), reason: String::new() }
    }
}

impl Wait {
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// When it is over, as long as it goes on.
    pub fn next_due(&self) -> Option<Moment> {
        self.is_open().then_some(self.at)
    }
}

impl Move {
    /// Whether the date itself moved.
    pub fn is_felt(&self) -> bool {
        self.from != self.to
    }
}

impl MoveWhy {
    /// The name used in JSON and in texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closure => "closure",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Set => "set",
            Self::Calendar => "calendar",
        }
    }
}

/// Keeps a move with those before it. One that moved no date is not kept.
pub(crate) fn keep_move(moves: &mut Vec<Move>, moved: &Move) {
    if moved.is_felt() {
        moves.push(moved.clone());
        let surplus = moves.len().saturating_sub(MOVES_MAX);
        moves.drain(..surplus);
    }
}
