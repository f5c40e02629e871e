//! What outlives the processes of a simulation: which commits were made, when a process is to end, what was lost.
//!
//! A process ends by losing its store ([`Mortal`]): the commit that ends it is durable, and nobody in that process learns
//! of it. Knows the commands and events of the journal, for cuts are named by tasks; decides nothing about them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use peygir_core::state::ActivationNumber;
use peygir_core::{Event, Id, Moment, Seed};
use peygir_store::{Batch, Conflict, Error, Frame, InboxKey, Row, Store, StoreFigures, StreamId, Version, Watcher};
use sha2::{Digest, Sha256};

use crate::command::{Command, Envelope, Recorded};

const ENDED: &str = "the process has ended";

/// When the process is to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// Before the commit in which a task of this name starts; nothing of it is kept.
    Before(String),
    /// Behind the commit in which a task of this name ends.
    After(String),
}

/// A fact of a flow as it was committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurred {
    pub stream: Id,
    pub instance: Id,
    pub at: Moment,
    pub event: Event,
}

/// What became of a request of a flow so far, where every commit ends the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// Begun, and the process ended before it was sent.
    Unsent,
    /// Sent, and the process ended before the answer was on record.
    Unanswered,
}

#[derive(Debug, Default)]
struct State {
    /// Every commit ends the process.
    every: bool,
    /// While a client is served, the end waits.
    held: bool,
    owed: bool,
    armed: Vec<Cut>,
    ends: u64,
    log: Vec<Occurred>,
    paths: BTreeMap<(Id, ActivationNumber), Vec<String>>,
    /// Entries of the outbox that a flow waits for, and how often they were cut.
    requests: BTreeMap<Id, Option<Loss>>,
    /// Messages under way that nobody waits for, since their gateways know no keys, and requests that are spared.
    telling: BTreeSet<Id>,
    /// Connectors with the operations whose requests are spared.
    spared: BTreeSet<(String, String)>,
    /// Attempts whose results were committed.
    results: BTreeSet<(Id, u32)>,
    /// Commits by stream, instant and command.
    commands: BTreeMap<[u8; 32], u64>,
}

/// Shared by all processes of a simulation.
#[derive(Debug, Default)]
pub struct Life(Mutex<State>);

impl Life {
    /// From now on every commit ends the process.
    pub fn cut_everywhere(&self) {
        self.locked().every = true;
    }

    /// Requests of these operations of connectors are not cut: where their results are lost a person has to say what became
    /// of them, and there is none.
    pub fn spare(&self, operations: impl IntoIterator<Item = (String, String)>) {
        self.locked().spared.extend(operations);
    }

    /// Ends the process once, at the next place of this kind.
    pub fn cut_once(&self, cut: Cut) {
        self.locked().armed.push(cut);
    }

    /// Cuts that were named and did not come about.
    pub fn armed(&self) -> Vec<Cut> {
        self.locked().armed.clone()
    }

    /// How often a process ended.
    pub fn ends(&self) -> u64 {
        self.locked().ends
    }

    /// Facts of all flows in the order of their commits.
    pub fn log(&self) -> Vec<Occurred> {
        self.locked().log.clone()
    }

    /// The path of names of an activation that ever was.
    pub fn path(&self, instance: Id, activation: ActivationNumber) -> Option<Vec<String>> {
        self.locked().paths.get(&(instance, activation)).cloned()
    }

    /// Whether the process ends with this request sent and its answer on the way.
    pub(super) fn loses_answer(&self, dispatch: Id) -> bool {
        let mut state = self.locked();
        match state.requests.get_mut(&dispatch) {
            Some(loss) if *loss == Some(Loss::Unsent) => {
                *loss = Some(Loss::Unanswered);
                true
            }
            _ => false,
        }
    }

    /// Whether the result of an attempt was committed, whoever learned of it.
    pub(super) fn is_on_record(&self, dispatch: Id, attempt: u32) -> bool {
        self.locked().results.contains(&(dispatch, attempt))
    }

    /// The seed of a command: the same for the same command of a stream at the same instant, whatever happened to the
    /// process meanwhile; another one once such a command was committed.
    pub fn seed(&self, base: u64, stream: Id, at: Moment, command: &Command) -> Seed {
        let identity = identity(stream, at, command);
        let before = self.locked().commands.get(&identity).copied().unwrap_or(0);
        let hash = Sha256::new().chain_update(base.to_be_bytes()).chain_update(identity);
        let digest = hash.chain_update(before.to_be_bytes()).finalize();
        let mut seed = [0; 16];
        seed.copy_from_slice(&digest[..16]);
        Seed(seed)
    }

    /// Ends wait until [`Life::release`].
    pub(super) fn hold(&self) {
        self.locked().held = true;
    }

    /// Whether an end was owed meanwhile.
    pub(super) fn release(&self) -> bool {
        let mut state = self.locked();
        state.held = false;
        std::mem::take(&mut state.owed)
    }

    pub(super) fn ended(&self) {
        self.locked().ends += 1;
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One commit as cuts see it.
struct Seen {
    command: Option<Envelope>,
    events: Vec<Recorded>,
}

impl Seen {
    fn new(batch: &Batch) -> Self {
        let events = batch.events.iter().filter_map(|bytes| minicbor::decode(bytes).ok()).collect();
        Self { command: minicbor::decode(&batch.command).ok(), events }
    }

    fn ended_attempt(&self) -> Option<(Id, u32)> {
        match &self.command.as_ref()?.command {
            Command::AttemptEnded { dispatch, attempt, .. } => Some((*dispatch, *attempt)),
            _ => None,
        }
    }

    fn begun_attempts(&self) -> impl Iterator<Item = Id> {
        self.events.iter().filter_map(|event| match event {
            Recorded::Case(peygir_casework::Event::AttemptBegun { dispatch, .. }) => Some(*dispatch),
            _ => None,
        })
    }
}

impl State {
    /// Whether the process ends before this commit.
    fn ends_before(&mut self, seen: &Seen) -> bool {
        let started = |name: &str| {
            seen.events.iter().any(|recorded| match recorded {
                Recorded::Flow { event: Event::TaskStarted { path, .. }, .. } => is_named(path, name),
                _ => false,
            })
        };
        let armed = self.armed.iter().position(|cut| matches!(cut, Cut::Before(name) if started(name)));
        armed.map(|index| self.armed.remove(index)).is_some()
    }

    /// Keeps what was committed. Whether the process ends behind it.
    fn ends_behind(&mut self, batch: &Batch, seen: &Seen) -> bool {
        self.note(batch, seen);
        let ended = |name: &str| seen.events.iter().any(|recorded| self.is_end_of(recorded, name));
        let armed = self.armed.iter().position(|cut| matches!(cut, Cut::After(name) if ended(name)));
        if let Some(index) = armed {
            self.armed.remove(index);
            return true;
        }
        self.every && self.may_end_behind(seen)
    }

    /// A request is cut once between its beginning and its sending, and then once between its sending and its answer.
    fn may_end_behind(&mut self, seen: &Seen) -> bool {
        let mut again = false;
        for dispatch in seen.begun_attempts() {
            match self.requests.get_mut(&dispatch) {
                Some(loss @ None) => *loss = Some(Loss::Unsent),
                Some(_) => again = true,
                None => {}
            }
        }
        !again && self.telling.is_empty()
    }

    fn note(&mut self, batch: &Batch, seen: &Seen) {
        if let Some(envelope) = &seen.command {
            *self.commands.entry(identity(batch.stream, envelope.at, &envelope.command)).or_default() += 1;
        }
        for recorded in &seen.events {
            match recorded {
                Recorded::Flow { instance, event } => self.note_event(batch, *instance, event),
                Recorded::Case(peygir_casework::Event::MessageQueued(dispatch)) if dispatch.reply_to.is_some() => {
                    let asked_of = (dispatch.connector.clone(), dispatch.operation().to_owned());
                    if !self.spared.contains(&asked_of) {
                        self.requests.insert(dispatch.id, None);
                    }
                }
                _ => {}
            }
        }
        let untold = seen.begun_attempts().filter(|dispatch| !self.requests.contains_key(dispatch));
        self.telling.extend(untold.collect::<Vec<_>>());
        if let Some(ended) = seen.ended_attempt() {
            self.telling.remove(&ended.0);
            self.results.insert(ended);
        }
    }

    fn note_event(&mut self, batch: &Batch, instance: Id, event: &Event) {
        if let Event::TaskStarted { activation, path, .. } = event {
            self.paths.insert((instance, *activation), path.clone());
        }
        self.log.push(Occurred { stream: batch.stream, instance, at: batch.at, event: event.clone() });
    }

    fn is_end_of(&self, recorded: &Recorded, name: &str) -> bool {
        let Recorded::Flow { instance, event } = recorded else { return false };
        let (Event::TaskCompleted { activation, .. }
        | Event::TaskFaulted { activation, .. }
        | Event::TaskCancelled { activation }) = event
        else {
            return false;
        };
        self.paths.get(&(*instance, *activation)).is_some_and(|path| is_named(path, name))
    }
}

/// A task by its name or by the end of its path: `solve`, `t/catch/solve`.
pub fn is_named(path: &[String], name: &str) -> bool {
    let wanted: Vec<&str> = name.split('/').collect();
    path.len() >= wanted.len() && path[path.len() - wanted.len()..].iter().zip(&wanted).all(|(one, two)| one == two)
}

/// A command by what it says: which attempt a result belongs to makes no difference.
fn identity(stream: Id, at: Moment, command: &Command) -> [u8; 32] {
    let mut command = command.clone();
    if let Command::AttemptEnded { attempt, .. } = &mut command {
        *attempt = 0;
    }
    let bytes = minicbor::to_vec(&command).expect("encoding into memory can't fail");
    Sha256::new().chain_update(stream.0).chain_update(at.0.to_be_bytes()).chain_update(bytes).finalize().into()
}

/// The store as one process has it: dead once the process has ended.
pub(super) struct Mortal {
    /// Let go of once the process has ended: a store of files is locked by who has it open.
    inner: Mutex<Option<Arc<dyn Store>>>,
    life: Arc<Life>,
}

impl Mortal {
    pub(super) fn new(inner: Arc<dyn Store>, life: Arc<Life>) -> Arc<Self> {
        Arc::new(Self { inner: Mutex::new(Some(inner)), life })
    }

    pub(super) fn is_dead(&self) -> bool {
        self.inner().is_none()
    }

    pub(super) fn end(&self) {
        *self.inner.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn inner(&self) -> Option<Arc<dyn Store>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn alive(&self) -> Result<Arc<dyn Store>, Error> {
        self.inner().ok_or_else(|| Error::Stopped(ENDED.to_owned()))
    }

    fn commit_one(&self, batch: &Batch) -> Result<Version, Conflict> {
        let stopped = || Err(Conflict::Stopped(ENDED.to_owned()));
        let Some(inner) = self.inner() else { return stopped() };
        let seen = Seen::new(batch);
        // One lock over deciding, committing and noting: what is noted has the order of the commits.
        let mut state = self.life.locked();
        if state.ends_before(&seen) {
            self.end();
            return stopped();
        }
        let result = inner.commit(std::slice::from_ref(batch)).pop().unwrap_or_else(stopped);
        if result.is_ok() && state.ends_behind(batch, &seen) {
            if state.held {
                state.owed = true;
            } else {
                self.end();
                return stopped();
            }
        }
        result
    }
}

impl Store for Mortal {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        batches.iter().map(|batch| self.commit_one(batch)).collect()
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        self.alive()?.version(stream)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.alive()?.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        self.alive()?.scan(from, to, limit)
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.alive()?.claimed(key)
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        self.alive()?.inbox(limit)
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        self.alive()?.journal(stream, after, limit)
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        self.alive()?.frames(after, limit)
    }

    fn last_frame(&self) -> u64 {
        self.inner().map_or(0, |inner| inner.last_frame())
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        if let Some(inner) = self.inner() {
            inner.watch(watcher);
        }
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        self.alive()?.digest()
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.alive()?.checkpoint()
    }

    fn figures(&self) -> StoreFigures {
        self.alive().map(|store| store.figures()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_meant_by_the_end_of_its_path() {
        let path = ["t", "catch", "solve"].map(str::to_owned);
        for (name, expected) in [("solve", true), ("catch/solve", true), ("t/catch/solve", true), ("t", false)] {
            assert_eq!(is_named(&path, name), expected, "{name}");
        }
        assert!(!is_named(&path, "x/t/catch/solve"));
    }

    #[test]
    fn a_command_draws_the_same_until_it_was_committed() {
        let (life, stream) = (Life::default(), Id([1; 16]));
        let seed = |at: i64, command: &Command| life.seed(1, stream, Moment(at), command);
        let ended = |attempt| Command::AttemptEnded {
            dispatch: Id([2; 16]),
            attempt,
            result: crate::command::AttemptResult::Failed {
                fault: String::new(),
                permanent: true,
                reached: false,
                error: None,
            },
        };
        assert_eq!(seed(1, &ended(1)), seed(1, &ended(2)));
        assert_ne!(seed(1, &Command::Wake), seed(2, &Command::Wake));
        let before = seed(1, &Command::Wake);
        life.locked().commands.insert(identity(stream, Moment(1), &Command::Wake), 1);
        assert_ne!(seed(1, &Command::Wake), before);
    }
}
