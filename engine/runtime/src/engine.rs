//! The engine over a store: load, decide, commit, and what waits to be done. No tokio in here, so that a server, a
//! scenario and a simulation drive the same thing.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock, RwLock};

use peygir_casework::functions::claim_of_code;
use peygir_casework::records::DispatchStatus;
use peygir_casework::request::NOBODY;
use peygir_core::state::FlowRef;
use peygir_core::{Id, Moment, Seed};
use peygir_store::{Batch, Store, Version};

use crate::cache::Cache;
pub use crate::cache::Figures as CacheFigures;
use crate::catalog::Catalog;
use crate::command::{Command, Envelope};
use crate::outgoing::{self, Opened, Opener};
use crate::rows;
use crate::stream::{Row, RowName, Stream};
use crate::tally::Tally;
use crate::turn::Refused;
use crate::vault::Vault;

mod carry;
mod editions;
mod force;
mod operations;
mod reading;

pub use carry::{Carried, Pending, Step, Underway};
pub use editions::BeginError;
use editions::Book;
use force::Deployed;
pub use operations::Progress;

/// Streams that an event is carried to in one turn.
const SPREAD_STREAMS: usize = 500;
/// How often a turn is decided again because somebody else wrote its stream first.
pub const CONFLICTS_MAX: u32 = 32;
/// How much shorter a turn is tried whose commit is too long.
const SHORTER_BY: u32 = 8;
/// Rows of a stream read at once.
const PAGE_ROWS: usize = 1_000;

/// Where random bytes come from: the system, or a seed in scenarios.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// Where the seed of a command comes from, in place of [`Random`]: scenarios derive it from the command and its stream,
/// so that a run that was cut short draws what an uninterrupted one draws.
pub type Seeds = Arc<dyn Fn(Id, Moment, &Command) -> Seed + Send + Sync>;

pub struct Engine {
    pub store: Arc<dyn Store>,
    pub vault: Vault,
    deployed: RwLock<Deployed>,
    random: Random,
    seeds: Option<Seeds>,
    cache: Cache,
    /// How much there is of everything; counted where somebody asked for it.
    pub tally: Arc<Tally>,
    /// What is known of editions; nothing where packs are not deployed into this store.
    book: OnceLock<Book>,
}

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A key that the command had to be first to claim was claimed before, with this value.
    #[error("claimed before")]
    Claimed { key: Vec<u8>, value: Vec<u8> },
    #[error("the store takes no commits: {0}")]
    Unavailable(String),
    #[error("{0}")]
    Internal(String),
}

impl From<crate::packs::shelf::Error> for Failure {
    fn from(error: crate::packs::shelf::Error) -> Self {
        match error {
            crate::packs::shelf::Error::Store(error) => error.into(),
            damaged => Failure::Internal(damaged.to_string()),
        }
    }
}

/// A store that has stopped, or whose disk does not answer, is away until the next start; anything else is a fault of what
/// stands in it.
impl From<peygir_store::Error> for Failure {
    fn from(error: peygir_store::Error) -> Self {
        match error {
            peygir_store::Error::Stopped(why) => Failure::Unavailable(why),
            peygir_store::Error::Io { .. } => Failure::Unavailable(error.to_string()),
            other => Failure::Internal(other.to_string()),
        }
    }
}

/// One attempt that was begun and is on record: now it may be sent.
#[derive(Debug, Clone)]
pub struct Begun {
    pub stream: Id,
    pub dispatch: Id,
    pub attempt: u32,
    pub connector: String,
    pub request: peygir_connector::Request,
    /// Texts that were opened for the request.
    pub opened: Opened,
    /// A flow waits for the answer.
    pub awaited: bool,
}

/// A message that may be sent, and by which lane it would leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    pub dispatch: Id,
    pub connector: String,
    pub operation: String,
}

impl Engine {
    pub fn new(store: Arc<dyn Store>, vault: Vault, catalog: Catalog, random: Random) -> Self {
        let deployed = RwLock::new(Deployed::new(catalog));
        let engine = Self {
            store,
            vault,
            deployed,
            random,
            seeds: None,
            cache: Cache::default(),
            tally: Arc::default(),
            book: OnceLock::new(),
        };
        // Where the store can't be read now, the first turn tries again and is refused if it still can't.
        if let Err(failure) = engine.know_closures() {
            tracing::warn!(%failure, "the closures that were declared could not be read yet");
        }
        engine
    }

    pub fn with_seeds(self, seeds: Seeds) -> Self {
        Self { seeds: Some(seeds), ..self }
    }

    pub fn random(&self) -> [u8; 32] {
        (self.random)()
    }

    pub fn seed(&self) -> Seed {
        let mut seed = [0; 16];
        seed.copy_from_slice(&self.random()[..16]);
        Seed(seed)
    }

    /// A new id at an instant, for a stream that does not exist yet.
    pub fn new_id(&self, at: Moment) -> Id {
        peygir_core::id::Draws::new(self.seed(), at).id()
    }

    pub fn load(&self, id: Id) -> Result<Stream, Failure> {
        self.load_shared(id).map(Arc::unwrap_or_clone)
    }

    /// The same, shared with whoever else reads it.
    pub fn load_shared(&self, id: Id) -> Result<Arc<Stream>, Failure> {
        if let Some(stream) = self.cache.get(id, self.version(id)?) {
            return Ok(stream);
        }
        let stream = Arc::new(self.load_stored(id)?);
        self.keep_shared(&stream);
        Ok(stream)
    }

    /// The stream for a turn, which makes the next version of it.
    fn load_for_turn(&self, id: Id) -> Result<Stream, Failure> {
        match self.cache.take(id, self.version(id)?) {
            Some(stream) => Ok(stream),
            None => self.load_stored(id),
        }
    }

    fn version(&self, id: Id) -> Result<Version, Failure> {
        Ok(self.store.version(id)?)
    }

    fn keep(&self, stream: &Stream) {
        self.keep_shared(&Arc::new(stream.clone()));
    }

    /// A stream that was never written costs nothing to read, and may never come to be.
    fn keep_shared(&self, stream: &Arc<Stream>) {
        if stream.version > 0 {
            self.cache.put(stream.clone(), self.catalog().limits());
        }
    }

    pub fn cache_figures(&self) -> CacheFigures {
        self.cache.figures()
    }

    fn load_stored(&self, id: Id) -> Result<Stream, Failure> {
        for _ in 0..CONFLICTS_MAX {
            let version = self.version(id)?;
            if version == 0 {
                return Ok(Stream::new(id));
            }
            let stored = self.rows_of(id)?;
            // Rows are read in pages; a commit between them would mix two versions.
            if self.version(id)? == version {
                return Stream::from_rows(id, version, &stored).map_err(|error| Failure::Internal(error.to_string()));
            }
        }
        Err(Failure::Unavailable("the stream is written too often to be read".to_owned()))
    }

    fn rows_of(&self, id: Id) -> Result<Vec<Row>, Failure> {
        let (mut from, to) = rows::of_stream(id);
        let mut stored = Vec::new();
        loop {
            let page = self.store.scan(&from, &to, PAGE_ROWS)?;
            let full = page.len() == PAGE_ROWS;
            if let Some((last, _)) = page.last() {
                from = [last.as_slice(), &[0]].concat();
            }
            stored.extend(page);
            if !full {
                return Ok(stored);
            }
        }
    }

    /// One piece of work alone is longer than what the store takes: the flow whose data grew so is stopped, and a person is
    /// told, rather than tried for ever.
    fn stop_grown(&self, decided: &Stream, batch: &Batch, limit: &str) -> Failure {
        let longest = batch.rows.iter().max_by_key(|(_, row)| row.as_ref().map_or(0, Vec::len));
        let grown = match longest.and_then(|(key, _)| rows::parse(key)) {
            Some(RowName::Instance(instance) | RowName::Activation(instance, _)) => Some(instance),
            _ => None,
        };
        let reason = format!("its data are longer than what can be kept ({limit})");
        let (at, command) = match grown {
            Some(instance) => (decided.head.at, Command::Stop { instance, reason: reason.clone() }),
            None => (decided.head.at, Command::TurnAborted(reason.clone())),
        };
        // What stops is short; were it not, nothing would be left to try.
        if !matches!(minicbor::decode::<Envelope>(&batch.command), Ok(Envelope { command: Command::Stop { .. }, .. }))
            && let Err(failure) = self.handle(decided.id, "system", at, command)
        {
            tracing::error!(stream = %decided.id, %failure, "a flow that grew too long could not be stopped");
        }
        Failure::Internal(reason)
    }

    /// Fills in to whom an event is carried: those who may wait for it, a page of them, and whom its subject names.
    fn look_up_listeners(&self, command: &mut Command) -> Result<(), Failure> {
        let Command::Spread { event, named, to, next, .. } = command else { return Ok(()) };
        *named = match &event.subject {
            Some(subject) if next.is_none() => self.stream_named(subject)?,
            _ => None,
        };
        let typed = rows::range(&rows::listener_prefix(Some(&event.type_)));
        let any = rows::range(&rows::listener_prefix(None));
        let from = next.take();
        for (first, end) in [any, typed] {
            if from.as_ref().is_some_and(|from| *from >= end) {
                continue;
            }
            let from = from.clone().filter(|from| *from > first).unwrap_or(first);
            let page = self.store.scan(&from, &end, SPREAD_STREAMS)?;
            to.extend(page.iter().filter_map(|(key, _)| rows::stream_at_end(key)));
            if let Some((last, _)) = page.last().filter(|_| page.len() == SPREAD_STREAMS) {
                *next = Some([last.as_slice(), &[0]].concat());
                break;
            }
        }
        to.sort_unstable();
        to.dedup();
        Ok(())
    }

    /// Schedules that are not as the deployment says: their streams, and the flow that each is to start.
    pub fn schedules_out_of_line(&self) -> Result<Vec<(Id, Option<FlowRef>)>, Failure> {
        let wanted: BTreeMap<Id, FlowRef> = self
            .catalog()
            .scheduled()
            .into_iter()
            .map(|flow| (crate::schedule::stream_of(&flow.namespace, &flow.name), flow))
            .collect();
        let (from, to) = rows::schedules();
        let there = self.store.scan(&from, &to, crate::deploy::FLOWS_MAX)?;
        let there: Vec<Id> = there.iter().filter_map(|(key, _)| rows::stream_at_end(key)).collect();
        let mut orders = Vec::new();
        for stream in there.iter().filter(|stream| !wanted.contains_key(stream)) {
            orders.push((*stream, None));
        }
        for (stream, flow) in wanted {
            if self.load(stream)?.schedule.is_none_or(|schedule| schedule.flow != flow) {
                orders.push((stream, Some(flow)));
            }
        }
        Ok(orders)
    }

    /// The stream that a tracking code, a case or an instance stands in.
    pub fn stream_named(&self, subject: &str) -> Result<Option<Id>, Failure> {
        if let Some(code) = peygir_casework::text::parse_tracking_code(subject) {
            let claimed = self.store.claimed(&claim_of_code(&code))?;
            return Ok(claimed.and_then(|value| value.try_into().ok()).map(Id));
        }
        let Some(id) = Id::parse(subject) else { return Ok(None) };
        let (from, to) = rows::instance_range(id);
        if let Some((key, _)) = self.store.scan(&from, &to, 1)?.first() {
            return Ok(rows::parse_instance(key));
        }
        Ok((self.store.version(id)? > 0).then_some(id))
    }

    /// A turn that the wall clock gave up is told to a person, in a commit of its own; what was refused stays refused.
    fn tell_aborted(&self, id: Id, refused_one: &Envelope, refused: Refused) -> Failure {
        if let (Refused::Aborted(reason), false) = (&refused, matches!(refused_one.command, Command::TurnAborted(_))) {
            let told = self.handle(id, "system", refused_one.at, Command::TurnAborted(reason.clone()));
            if let Err(failure) = told {
                tracing::error!(stream = %id, %failure, "an aborted turn could not be told");
            }
        }
        refused.into()
    }

    /// Streams in which something is due at `now`.
    pub fn due(&self, now: Moment, limit: usize) -> Result<Vec<Id>, Failure> {
        self.at_or_before(rows::DUE, now, limit)
    }

    /// Streams with messages that may be sent at `now`.
    pub fn sendable(&self, now: Moment, limit: usize) -> Result<Vec<Id>, Failure> {
        self.at_or_before(rows::SEND, now, limit)
    }

    /// Streams with attempts that have no result on record: after a start, all of them are lost.
    pub fn unresolved(&self, limit: usize) -> Result<Vec<Id>, Failure> {
        self.at_or_before(rows::SENDING, Moment::MAX, limit)
    }

    fn at_or_before(&self, index: &[u8], now: Moment, limit: usize) -> Result<Vec<Id>, Failure> {
        let (from, to) = rows::until(index, now);
        let page = self.store.scan(&from, &to, limit)?;
        Ok(page.iter().filter_map(|(key, _)| rows::parse_at(index, key)).map(|(_, stream)| stream).collect())
    }

    /// The earliest instant at which anything has to be done, if nothing comes from outside.
    pub fn next_instant(&self) -> Result<Option<Moment>, Failure> {
        let first = |index: &[u8]| {
            let (from, to) = rows::range(index);
            let page = self.store.scan(&from, &to, 1)?;
            Ok::<_, Failure>(page.first().and_then(|(key, _)| rows::parse_at(index, key)).map(|(at, _)| at))
        };
        Ok([first(rows::DUE)?, first(rows::SEND)?, self.next_edition()].into_iter().flatten().min())
    }

    /// Messages of a stream that may be sent now.
    pub fn ready(&self, id: Id, now: Moment) -> Result<Vec<Ready>, Failure> {
        let stream = self.load(id)?;
        let ready = stream.records.ready_dispatches(now).into_iter().map(|dispatch| Ready {
            dispatch: dispatch.id,
            connector: dispatch.connector.clone(),
            operation: dispatch.operation().to_owned(),
        });
        Ok(ready.collect())
    }

    /// Journals that attempts of these messages begin, and hands out what may be sent now.
    pub fn begin_attempts(&self, id: Id, now: Moment, only: Vec<Id>) -> Result<Vec<Begun>, Failure> {
        let stream = self.handle(id, "system", now, Command::BeginAttempts { only: only.clone() })?;
        Ok(self.begun_of(&stream, &only))
    }

    /// The requests of those messages whose attempts are on record and have no result.
    fn begun_of(&self, stream: &Stream, only: &[Id]) -> Vec<Begun> {
        let catalog = self.catalog();
        let opener = Opener { vault: &self.vault, secrets: catalog.secrets(), stream: stream.id };
        only.iter()
            .filter_map(|dispatch| stream.records.dispatches.get(dispatch))
            .filter(|dispatch| dispatch.status == DispatchStatus::Sending)
            .map(|dispatch| {
                let (request, opened) = outgoing::request(dispatch, opener);
                Begun {
                    stream: stream.id,
                    dispatch: dispatch.id,
                    attempt: dispatch.attempts,
                    connector: dispatch.connector.clone(),
                    request,
                    opened,
                    awaited: dispatch.reply_to.as_ref().is_some_and(|call| call.activation != NOBODY),
                }
            })
            .collect()
    }
}

/// A command that decided nothing needs no commit: a wake-up that came too late, a task claimed by who has it already.
fn changes_nothing(batch: &Batch) -> bool {
    batch.events.is_empty() && batch.claims.is_empty() && batch.enqueue.is_empty() && batch.done.is_none()
}
