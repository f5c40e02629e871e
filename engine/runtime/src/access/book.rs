//! The book of access: the system stream in which tokens, links and sessions are kept, and how a change is committed.

use std::sync::Arc;

use super::known::Known;
use minicbor::{Decode, Encode};
use peygir_core::{Id, Moment};
use peygir_store::{Batch, Conflict, Store, StreamId};

/// Times a change is tried again when another one came in between.
const COMMIT_ATTEMPTS_MAX: usize = 32;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the name `{0}` is taken")]
    NameTaken(String),
    #[error("a name has 1 to {max} characters of a-z, 0-9, `-`, `_` and `.`", max = super::NAME_BYTES_MAX)]
    NameInvalid,
    #[error("there is no role `{0}`")]
    RoleUnknown(String),
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("the token of the first start could not be kept: {0}")]
    NotKept(String),
    #[error("a row of the access book cannot be read: {0}")]
    Row(String),
    #[error("the access book could not be written: {0}")]
    Commit(Conflict),
    #[error(transparent)]
    Store(#[from] peygir_store::Error),
}

impl From<getrandom::Error> for Error {
    fn from(error: getrandom::Error) -> Self {
        Error::Random(error)
    }
}

/// The system stream that holds them all. Its id is of the time zero, so that it sorts before every case.
pub const fn access_stream() -> StreamId {
    Id(*b"\0\0\0\0\0\0access-v1\0")
}

/// Tokens, login links and sessions. Every method may block on the store: call it where blocking is allowed.
pub struct Access {
    pub(super) store: Arc<dyn Store>,
    pub(super) known: Known,
}

/// A fact of the access book, for its audit. No secret and no hash of one stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Entry {
    /// `token-issued`, `token-revoked`, `link-issued`, `link-redeemed`, `signed-out`, `session-touched`.
    #[n(0)]
    pub kind: String,
    /// Who did it: a person's id, `token:NAME`, or `system`.
    #[n(1)]
    pub actor: String,
    /// Whom or what it concerns: the token's name, the person's id.
    #[n(2)]
    pub subject: String,
    #[n(3)]
    pub role: Option<String>,
    #[n(4)]
    pub scope: Option<String>,
}

impl Entry {
    pub(super) fn new(kind: &str, actor: &str, subject: &str) -> Self {
        Self { kind: kind.to_owned(), actor: actor.to_owned(), subject: subject.to_owned(), role: None, scope: None }
    }
}

/// One change: what happened, the rows it writes, the names it takes.
pub(super) struct Change {
    pub entry: Entry,
    pub rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    pub claims: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Access {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store, known: Known::default() }
    }

    /// Commits what `decide` answers; asks it again where another change came first. `None` from `decide` means that
    /// there is nothing to do, and is handed on.
    pub(super) fn change<T>(
        &self,
        at: Moment,
        decide: impl FnMut() -> Result<Option<(Change, T)>, Error>,
    ) -> Result<Option<T>, Error> {
        let changed = self.change_stored(at, decide);
        // Whatever came of it: what is read from now on is as it is now.
        self.known.forget();
        changed
    }

    fn change_stored<T>(
        &self,
        at: Moment,
        mut decide: impl FnMut() -> Result<Option<(Change, T)>, Error>,
    ) -> Result<Option<T>, Error> {
        let mut last = Conflict::Version { actual: 0 };
        for _ in 0..COMMIT_ATTEMPTS_MAX {
            let expected = self.store.version(access_stream())?;
            let Some((change, answer)) = decide()? else {
                return Ok(None);
            };
            match self.store.commit(&[batch(change, expected, at)]).pop() {
                Some(Ok(_)) => return Ok(Some(answer)),
                Some(Err(conflict @ Conflict::Version { .. })) => last = conflict,
                Some(Err(conflict)) => return Err(Error::Commit(conflict)),
                None => {
                    return Err(Error::Commit(Conflict::Stopped("no answer to a commit".to_owned())));
                }
            }
        }
        Err(Error::Commit(last))
    }

    pub(super) fn row<T: for<'b> Decode<'b, ()>>(&self, key: &[u8]) -> Result<Option<T>, Error> {
        self.store.get(key)?.map(|bytes| read(&bytes)).transpose()
    }
}

fn batch(change: Change, expected: u64, at: Moment) -> Batch {
    let entry = write(&change.entry);
    Batch {
        stream: access_stream(),
        expected,
        at,
        command: entry.clone(),
        events: vec![entry],
        rows: change.rows,
        claims: change.claims,
        unclaim: Vec::new(),
        enqueue: Vec::new(),
        done: None,
    }
}

pub(super) fn write<T: Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("writing to a vector does not fail")
}

pub(super) fn read<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Result<T, Error> {
    minicbor::decode(bytes).map_err(|error| Error::Row(error.to_string()))
}
