//! Statement: an effect is on record before it leaves and leaves once for each attempt on record; it is that of a step which
//! the journal began, under the step's one key; what has a result is not repeated; what nobody knows is decided by the operation's policy; a case's messages to one recipient by one channel
//! leave in the order in which they were queued.
//!
//! Owns: the life of each entry of the outbox as the events of acknowledged commits tell it, checked at every event.

use std::collections::BTreeMap;

use peygir_casework::Event;
use peygir_casework::records::Dispatch;
use peygir_connector::{Ambiguous, Dedup, Manifest};
use peygir_core::Id;

use crate::finding::{Finding, found};
use crate::steps::Steps;

const STATEMENT: &str = "effects";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ready,
    /// An attempt is on record and has no result.
    Sending,
    /// It is known how it went, or it was let be.
    Ended,
    /// A person decides.
    Asks,
}

#[derive(Debug, Clone)]
pub struct Entry {
    pub stream: Id,
    pub dispatch: Dispatch,
    pub state: State,
    pub attempts: u32,
    /// A commit said that the peer took it.
    pub sent: bool,
    number: u64,
}

/// All entries of all outboxes.
#[derive(Debug, Default)]
pub struct Outbox {
    manifests: BTreeMap<String, Manifest>,
    entries: BTreeMap<Id, Entry>,
    by_key: BTreeMap<String, Id>,
    steps: Steps,
    queued: u64,
}

impl Outbox {
    pub fn new(manifests: BTreeMap<String, Manifest>) -> Self {
        Self { manifests, ..Self::default() }
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub fn by_key(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.by_key.get(key)?)
    }

    /// Takes an event of a flow, of an acknowledged commit.
    pub fn walk(&mut self, instance: Id, event: &peygir_core::Event) {
        self.steps.walk(instance, event);
    }

    /// Takes an event of an acknowledged commit.
    pub fn take(&mut self, stream: Id, event: &Event) -> Result<(), Finding> {
        self.steps.take(event);
        match event {
            Event::MessageQueued(dispatch) => self.queue(stream, dispatch),
            Event::AttemptBegun { dispatch, attempt } => self.begin(*dispatch, *attempt),
            Event::MessageSent { dispatch, .. } | Event::RequestAnswered { dispatch, .. } => {
                self.end(*dispatch, State::Ended, true)
            }
            Event::MessageFailed { dispatch, .. } | Event::RequestFailed { dispatch, .. } => {
                self.end(*dispatch, State::Ended, false)
            }
            Event::AttemptFailed { dispatch, .. } => self.end(*dispatch, State::Ready, false),
            Event::AttemptAmbiguous { dispatch, policy, .. } => self.wonder(*dispatch, policy),
            Event::MessageDelivered { dispatch, .. } => self.report(*dispatch),
            Event::MessageWithdrawn { dispatch } | Event::MessageExpired { dispatch } => self.close(*dispatch),
            Event::MessageRequeued { dispatch, .. } => self.again(*dispatch),
            _ => Ok(()),
        }
    }

    fn queue(&mut self, stream: Id, dispatch: &Dispatch) -> Result<(), Finding> {
        let wrong = |what: String| found(STATEMENT, format!("{} under {}: {what}", dispatch.id, dispatch.key));
        self.steps.check(stream, dispatch).map_err(wrong)?;
        // A flow that tries a call again asks under the key of before, unless that was answered.
        let before = self.by_key.insert(dispatch.key.clone(), dispatch.id).and_then(|id| self.entries.get(&id));
        let may_follow = |entry: &Entry| entry.state == State::Ended && !entry.sent && dispatch.reply_to.is_some();
        if let Some(entry) = before.filter(|entry| !may_follow(entry)) {
            let what =
                format!("{} is {:?} and {} has its key, {}", entry.dispatch.id, entry.state, dispatch.id, dispatch.key);
            return Err(found(STATEMENT, what));
        }
        self.queued += 1;
        let (state, number) = (State::Ready, self.queued);
        let entry = Entry { stream, dispatch: dispatch.clone(), state, attempts: 0, sent: false, number };
        self.entries.insert(dispatch.id, entry);
        Ok(())
    }

    fn entry(&mut self, dispatch: Id) -> Result<&mut Entry, Finding> {
        let unknown = || found(STATEMENT, format!("{dispatch} was never queued"));
        self.entries.get_mut(&dispatch).ok_or_else(unknown)
    }

    fn begin(&mut self, dispatch: Id, attempt: u32) -> Result<(), Finding> {
        let entry = self.entry(dispatch)?;
        if entry.state != State::Ready {
            return Err(found(
                STATEMENT,
                format!("{dispatch}: attempt {attempt} begins while it is {:?}", entry.state),
            ));
        }
        if attempt != entry.attempts + 1 {
            return Err(found(STATEMENT, format!("{dispatch}: attempt {attempt} follows {}", entry.attempts)));
        }
        entry.attempts = attempt;
        entry.state = State::Sending;
        let (stream, number, lane) = (entry.stream, entry.number, entry.dispatch.lane.clone());
        let passed = self.entries.values().find(|other| {
            (other.stream, &other.dispatch.lane) == (stream, &lane)
                && other.number < number
                && matches!(other.state, State::Ready | State::Sending)
        });
        match passed {
            Some(other) => {
                Err(found("order", format!("{dispatch} leaves before {}, which was queued first", other.dispatch.id)))
            }
            None => Ok(()),
        }
    }

    fn end(&mut self, dispatch: Id, to: State, sent: bool) -> Result<(), Finding> {
        let entry = self.entry(dispatch)?;
        if entry.state == State::Ended && to == State::Ready {
            return Err(found(STATEMENT, format!("{dispatch} had a result and is tried again")));
        }
        entry.state = to;
        // A gateway that reports a failure takes back what it said.
        entry.sent = sent;
        Ok(())
    }

    fn wonder(&mut self, dispatch: Id, policy: &str) -> Result<(), Finding> {
        let (dedup, on_ambiguous, attempts_max) = self.rules(dispatch)?;
        let entry = self.entry(dispatch)?;
        let right = match on_ambiguous {
            Ambiguous::Resend if entry.attempts >= attempts_max => "person",
            Ambiguous::Resend => "resend",
            Ambiguous::Drop => "drop",
            Ambiguous::Person => "person",
        };
        if dedup != Dedup::None || policy != right || entry.state != State::Sending {
            let what =
                format!("{dispatch} ({dedup:?}, {on_ambiguous:?}) is {:?} and decided by `{policy}`", entry.state);
            return Err(found("policy", what));
        }
        entry.state = match policy {
            "resend" => State::Ready,
            "drop" => State::Ended,
            _ => State::Asks,
        };
        Ok(())
    }

    fn rules(&mut self, dispatch: Id) -> Result<(Dedup, Ambiguous, u32), Finding> {
        let entry = self.entry(dispatch)?.dispatch.clone();
        let operation = self.manifests.get(&entry.connector).and_then(|manifest| manifest.operation(entry.operation()));
        let operation = operation.ok_or_else(|| found(STATEMENT, format!("{dispatch} has no operation")))?;
        Ok((operation.dedup, operation.on_ambiguous, operation.attempts_max))
    }

    /// The peer reported: that ends every doubt.
    fn report(&mut self, dispatch: Id) -> Result<(), Finding> {
        let entry = self.entry(dispatch)?;
        entry.state = State::Ended;
        entry.sent = true;
        Ok(())
    }

    fn close(&mut self, dispatch: Id) -> Result<(), Finding> {
        self.entry(dispatch)?.state = State::Ended;
        Ok(())
    }

    fn again(&mut self, dispatch: Id) -> Result<(), Finding> {
        let dedup = self.rules(dispatch)?.0;
        let entry = self.entry(dispatch)?;
        let wrong = match entry.state {
            State::Sending => dedup == Dedup::None,
            State::Ended => entry.sent,
            State::Ready | State::Asks => false,
        };
        if wrong {
            return Err(found(STATEMENT, format!("{dispatch} ({dedup:?}) is {:?} and sent again", entry.state)));
        }
        entry.state = State::Ready;
        Ok(())
    }
}
