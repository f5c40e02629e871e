//! The engine over a store: load, decide, commit, and what waits to be done. No tokio in here, so that a server, a
//! scenario and a simulation drive the same thing.

use std::sync::{Arc, RwLock};

use peygir_casework::functions::claim_of_code;
use peygir_casework::records::DispatchStatus;
use peygir_core::{Id, Moment, Seed};
use peygir_store::{Batch, Conflict, InboxKey, Store};

use crate::catalog::Catalog;
use crate::command::{Command, Envelope};
use crate::outgoing::{self, Opened};
use crate::rows;
use crate::stream::{Row, Stream};
use crate::turn::{Decided, Refused, decide};
use crate::vault::Vault;

/// How often a turn is decided again because somebody else wrote its stream first.
pub const CONFLICTS_MAX: u32 = 32;
/// Rows of a stream read at once.
const PAGE_ROWS: usize = 1_000;

/// Where random bytes come from: the system, or a seed in scenarios.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

pub struct Engine {
    pub store: Arc<dyn Store>,
    pub vault: Vault,
    catalog: RwLock<Arc<Catalog>>,
    random: Random,
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
        Self { store, vault, catalog: RwLock::new(Arc::new(catalog)), random }
    }

    pub fn catalog(&self) -> Arc<Catalog> {
        self.catalog.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
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
        let broken = |error: peygir_store::Error| Failure::Internal(error.to_string());
        for _ in 0..CONFLICTS_MAX {
            let version = self.store.version(id).map_err(broken)?;
            let stored = self.rows_of(id)?;
            // Rows are read in pages; a commit between them would mix two versions.
            if self.store.version(id).map_err(broken)? == version {
                return Stream::from_rows(id, version, &stored).map_err(|error| Failure::Internal(error.to_string()));
            }
        }
        Err(Failure::Unavailable("the stream is written too often to be read".to_owned()))
    }

    fn rows_of(&self, id: Id) -> Result<Vec<Row>, Failure> {
        let (mut from, to) = rows::of_stream(id);
        let mut stored = Vec::new();
        loop {
            let page = self.store.scan(&from, &to, PAGE_ROWS).map_err(|error| Failure::Internal(error.to_string()))?;
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

    /// Carries out one command: returns when it is durable, with the stream as it is then.
    pub fn handle(&self, id: Id, actor: &str, at: Moment, command: Command) -> Result<Stream, Failure> {
        let mut envelope = Envelope { actor: actor.to_owned(), at, seed: self.seed(), command };
        self.commit_turn(id, &mut envelope, None)
    }

    /// Carries out a command that another stream's commit enqueued; its inbox entry goes with the commit.
    pub fn handle_enqueued(&self, key: &InboxKey, command: &[u8], now: Moment) -> Result<Stream, Failure> {
        let mut envelope: Envelope = minicbor::decode(command)
            .map_err(|error| Failure::Internal(format!("an enqueued command can't be read: {error}")))?;
        envelope.at = envelope.at.max(now);
        self.commit_turn(key.stream, &mut envelope, Some(key.clone()))
    }

    fn commit_turn(&self, id: Id, envelope: &mut Envelope, done: Option<InboxKey>) -> Result<Stream, Failure> {
        let catalog = self.catalog();
        for _ in 0..CONFLICTS_MAX {
            let stream = self.load(id)?;
            let before = (stream.head.due, stream.head.send, stream.head.sending);
            let Decided { stream, mut batch } = match decide(&catalog, &self.vault, stream, envelope) {
                Ok(decided) => decided,
                Err(refused) => return Err(self.tell_aborted(id, envelope, refused)),
            };
            batch.done = done.clone();
            let after = (stream.head.due, stream.head.send, stream.head.sending);
            if before == after && changes_nothing(&batch) {
                return self.load(id);
            }
            let mut results = self.store.commit(std::slice::from_ref(&batch));
            match results.pop() {
                Some(Ok(_)) => return Ok(stream),
                Some(Err(Conflict::Version { .. })) => {}
                // A tracking code that exists already: the same turn with other draws.
                Some(Err(Conflict::Claimed { key, .. })) if key.starts_with(&claim_of_code("")) => {
                    envelope.seed = self.seed();
                }
                Some(Err(Conflict::Claimed { key, value })) => return Err(Failure::Claimed { key, value }),
                // Another turn has done the enqueued command meanwhile.
                Some(Err(Conflict::Done)) => return self.load(id),
                Some(Err(Conflict::Stopped(why))) => return Err(Failure::Unavailable(why)),
                Some(Err(other)) => return Err(Failure::Internal(other.to_string())),
                None => return Err(Failure::Internal("the store gave no answer".to_owned())),
            }
        }
        Err(Failure::Unavailable("the stream is written too often".to_owned()))
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
        let page = self.store.scan(&from, &to, limit).map_err(|error| Failure::Internal(error.to_string()))?;
        Ok(page.iter().filter_map(|(key, _)| rows::parse_at(index, key)).map(|(_, stream)| stream).collect())
    }

    /// The earliest instant at which anything has to be done, if nothing comes from outside.
    pub fn next_instant(&self) -> Result<Option<Moment>, Failure> {
        let first = |index: &[u8]| {
            let (from, to) = rows::range(index);
            let page = self.store.scan(&from, &to, 1).map_err(|error| Failure::Internal(error.to_string()))?;
            Ok::<_, Failure>(page.first().and_then(|(key, _)| rows::parse_at(index, key)).map(|(at, _)| at))
        };
        Ok([first(rows::DUE)?, first(rows::SEND)?].into_iter().flatten().min())
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
        let begun = only
            .into_iter()
            .filter_map(|dispatch| stream.records.dispatches.get(&dispatch))
            .filter(|dispatch| dispatch.status == DispatchStatus::Sending)
            .map(|dispatch| {
                let (request, opened) = outgoing::request(dispatch, &self.vault);
                Begun {
                    stream: id,
                    dispatch: dispatch.id,
                    attempt: dispatch.attempts,
                    connector: dispatch.connector.clone(),
                    request,
                    opened,
                    awaited: dispatch.reply_to.is_some(),
                }
            })
            .collect();
        Ok(begun)
    }
}

/// A command that decided nothing needs no commit: a wake-up that came too late, a task claimed by who has it already.
fn changes_nothing(batch: &Batch) -> bool {
    batch.events.is_empty() && batch.claims.is_empty() && batch.enqueue.is_empty() && batch.done.is_none()
}
