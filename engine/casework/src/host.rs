//! What the functions on records are given, and what they give back.

use peygir_calendar::{Calendars, Place, Plans};
use peygir_core::id::Draws;
use peygir_core::{Data, Error, Id, Moment};
use serde_json::Value;

use crate::content::{Directory, Form, Template};
use crate::event::Event;
use crate::records::{CallRef, Records};

/// Content and keys, as the turn that calls a function has them. Nothing here asks the world.
pub trait Resources {
    /// The calendars that are in force in a place.
    fn calendars(&self, place: &Place) -> &Calendars;
    /// The calendar of deadlines that name none.
    fn default_calendar(&self) -> &str;
    fn zone(&self) -> &jiff::tz::TimeZone;
    /// As it is where the case is; so are templates.
    fn form(&self, id: &str) -> Option<&Form>;
    fn template(&self, id: &str) -> Option<&Template>;
    fn directory(&self) -> &Directory;
    /// How a channel sends, or None where the deployment has no such channel.
    fn channel(&self, name: &str) -> Option<Channel>;
    fn case_type(&self) -> &str;
    /// The clear text of a sealed one; a fixed mark where the person's key was thrown away.
    fn open(&self, sealed: &str) -> String;
    /// By what a party is known again who writes: keyed hashes of their number and national ID. None where a host knows
    /// nobody again.
    fn prints(&self, _party: &crate::records::Party) -> Vec<Vec<u8>> {
        Vec::new()
    }
    /// Seals with the key of a person.
    fn seal(&self, person: Id, clear: &str, draws: &mut Draws) -> String;
}

/// What the deployment and a connector's manifest say of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    pub connector: String,
    pub expires_us: i64,
}

/// The stretch of a turn in which one function runs.
pub struct Context<'a> {
    pub records: &'a Records,
    pub resources: &'a dyn Resources,
    /// Days of calendars that turns keep for each other.
    pub plans: &'a Plans,
    pub stream: Id,
    pub at: Moment,
    pub draws: &'a mut Draws,
}

/// By what deadlines of a place are derived.
#[derive(Clone, Copy)]
pub(crate) struct Basis<'a> {
    pub calendars: &'a Calendars,
    pub plans: &'a Plans,
}

impl<'a> Context<'a> {
    pub(crate) fn basis(&self, place: &Place) -> Basis<'a> {
        Basis { calendars: self.resources.calendars(place), plans: self.plans }
    }
}

/// What a function or a command on records decided.
#[derive(Debug, Default)]
pub struct Reply {
    pub events: Vec<Event>,
    /// Answers to calls: the calling one's own, if it is answered at once, and those of others that end by this.
    pub answers: Vec<(CallRef, Value)>,
    /// Calls that end with a fault.
    pub faults: Vec<(CallRef, Error)>,
    /// Keys that must be absent, with what they are claimed for.
    pub claims: Vec<Vec<u8>>,
    /// Events for the flows of this stream: type and data.
    pub emit: Vec<(String, Value)>,
    /// Flows to start beside, by name, with a label of who starts them.
    pub start: Vec<(String, String)>,
}

/// Why a function could not do what its input says; becomes a fault of the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The input is wrong.
    Input(String),
    /// Content that the input names does not exist: a form, a calendar, a channel.
    Missing(String),
    /// The records are not in a state for this: no case, a closed case.
    State(String),
}

/// Why a person's command was refused; it changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("not found")]
    NotFound,
    #[error("has ended")]
    Ended,
    #[error("claimed by somebody else")]
    Claimed,
    #[error("not claimed")]
    NotClaimed,
    #[error("not yet due")]
    NotYet,
    /// The incident has nothing in it that could be tried again.
    #[error("cannot be tried again")]
    NotRetriable,
    /// No flow in force starts from what waits.
    #[error("starts nothing")]
    NothingStarts,
    /// The task has no deadline that follows from terms: it was given none, or it is from before terms were kept.
    #[error("has no deadline that could be changed")]
    NoDeadline,
    /// The flow does not allow that this deadline rests.
    #[error("may not be suspended")]
    NotSuspendable,
    #[error("is suspended already")]
    Suspended,
    #[error("is not suspended")]
    NotSuspended,
    /// It was suspended as often as the flow allows.
    #[error("was suspended too often")]
    SuspendedTooOften,
    /// The waiting would last longer than the flow allows, counted with what was waited before.
    #[error("would be suspended too long")]
    SuspendedTooLong,
    /// What has passed does not rest any more.
    #[error("is overdue")]
    Overdue,
    /// A date that a person set does not rest: a person sets another.
    #[error("has a date that a person set")]
    DateSet,
    /// An instant that has to be ahead is not.
    #[error("lies in the past")]
    InPast,
    /// The date would lie behind the instant at which the task expires.
    #[error("lies past the latest date")]
    PastMax,
    /// The calendars that there are give no date.
    #[error("can't be derived: {0}")]
    Underivable(String),
    /// What was given is wrong, each with its field: an answer that does not fit its form, a reason that is missing.
    #[error("invalid: {0:?}")]
    Invalid(Vec<(String, String)>),
}

impl Fault {
    pub fn message(&self) -> &str {
        match self {
            Fault::Input(text) | Fault::Missing(text) | Fault::State(text) => text,
        }
    }
}

impl Reply {
    pub fn answered(call: &CallRef, events: Vec<Event>, answer: Value) -> Self {
        Self { events, answers: vec![(call.clone(), answer)], ..Self::default() }
    }
}

impl Context<'_> {
    /// A text sealed with the key of whom the case is about; in clear where there is no case.
    pub fn seal_for_case(&mut self, clear: &str) -> String {
        match self.records.concerned() {
            Some(party) => self.resources.seal(party.person, clear, self.draws),
            None => clear.to_owned(),
        }
    }
}

/// Reads a function's input into its own type; the message names what is wrong.
pub(crate) fn input<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    serde_json::from_value(value.clone()).map_err(|error| Fault::Input(error.to_string()))
}

pub(crate) fn data(value: Value) -> Data {
    Data::from(value)
}
