//! The rules of a commit: what is refused, and what a batch that is taken becomes.
//!
//! Owns: limits, expected version, claims, the inbox entry that is done. Every store asks here, so that all refuse the
//! same. Writes nothing.

use peygir_core::Moment;
use sha2::{Digest, Sha256};

use crate::body::{self, Body};
use crate::frame::{self, FrameHash, HEADER_BYTES, Header, Kind};
use crate::space::{self, Change, Head, Value};
use crate::{
    Batch, Conflict, Enqueued, Error, FRAME_BYTES_MAX, InboxKey, KEY_BYTES_MAX, ROW_BYTES_MAX, StreamId, Version,
};

/// What a batch is judged against: all commits before it, durable or on their way.
pub trait View {
    /// What stands under a key of the [`space`].
    fn get(&self, key: &[u8]) -> Result<Option<Value>, Error>;
}

/// A batch within the limits, its body encoded: the work that needs no order, done before the line.
#[derive(Debug, Clone)]
pub struct Prepared {
    stream: StreamId,
    expected: Version,
    at: Moment,
    claims: Vec<(Vec<u8>, Vec<u8>)>,
    unclaim: Vec<Vec<u8>>,
    enqueue: Vec<Enqueued>,
    done: Option<InboxKey>,
    body: Vec<u8>,
    body_digest: [u8; 32],
    /// What it changes wherever it comes to lie; gone once it was taken.
    settled: Vec<Change>,
}

/// A batch that was taken, with its place in the journal.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub header: Header,
    pub header_bytes: [u8; HEADER_BYTES],
    pub hash: FrameHash,
    pub changes: Vec<Change>,
}

impl Admitted {
    pub fn version(&self) -> Version {
        self.header.version
    }
}

impl Prepared {
    pub fn new(batch: &Batch) -> Result<Self, Conflict> {
        within_limits(batch)?;
        let parts = Body::of_batch(batch);
        let body = body::encode(&parts);
        if body.len() > FRAME_BYTES_MAX {
            return Err(Conflict::TooLarge { limit: "FRAME_BYTES_MAX" });
        }
        Ok(Self {
            stream: batch.stream,
            expected: batch.expected,
            at: batch.at,
            claims: batch.claims.clone(),
            unclaim: batch.unclaim.clone(),
            enqueue: batch.enqueue.clone(),
            done: batch.done.clone(),
            body_digest: Sha256::digest(&body).into(),
            settled: space::settled(batch.stream, &parts),
            body,
        })
    }

    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Length of the frame that it becomes, in bytes.
    pub fn frame_bytes(&self) -> usize {
        HEADER_BYTES + self.body.len()
    }
}

fn within_limits(batch: &Batch) -> Result<(), Conflict> {
    let keys = batch.rows.iter().map(|(key, _)| key);
    let keys = keys.chain(batch.claims.iter().map(|(key, _)| key)).chain(&batch.unclaim);
    if keys.into_iter().any(|key| key.len() > KEY_BYTES_MAX) {
        return Err(Conflict::TooLarge { limit: "KEY_BYTES_MAX" });
    }
    let rows = batch.rows.iter().filter_map(|(_, value)| value.as_ref());
    let mut values = rows.chain(batch.claims.iter().map(|(_, value)| value));
    if values.any(|value| value.len() > ROW_BYTES_MAX) {
        return Err(Conflict::TooLarge { limit: "ROW_BYTES_MAX" });
    }
    // A body is never shorter than its parts: what is far too large is refused before it is encoded.
    let parts = batch.events.iter().map(Vec::len).chain(batch.enqueue.iter().map(|entry| entry.command.len()));
    if batch.command.len().saturating_add(parts.sum::<usize>()) > FRAME_BYTES_MAX {
        return Err(Conflict::TooLarge { limit: "FRAME_BYTES_MAX" });
    }
    Ok(())
}

/// Judges a batch; taken, it becomes the frame with this number, once. A view that can't answer stops the store.
pub fn admit(view: &dyn View, number: u64, prepared: &mut Prepared) -> Result<Admitted, Conflict> {
    let batch = &*prepared;
    let get = |key: &[u8]| view.get(key).map_err(|error| Conflict::Stopped(error.to_string()));
    let head = match get(&space::head(batch.stream))? {
        Some(bytes) => Head::decode(&bytes).map_err(|error| Conflict::Stopped(error.to_string()))?,
        None => Head::NONE,
    };
    if head.version != batch.expected {
        return Err(Conflict::Version { actual: head.version });
    }
    if let Some(done) = &batch.done
        && (done.stream != batch.stream || get(&space::inbox(done))?.is_none())
    {
        return Err(Conflict::Done);
    }
    judge_claims(batch, &get)?;
    let header = Header {
        kind: Kind::Commit,
        number,
        stream: batch.stream,
        version: head.version + 1,
        at: batch.at,
        previous: head.hash,
    };
    let header_bytes = header.encode(&prepared.body);
    let hash = frame::link(&header_bytes, &prepared.body_digest);
    let enqueue = prepared.enqueue.iter().map(|entry| (entry.stream, entry.command.as_slice()));
    let placed = space::placed(&header, hash, enqueue);
    let mut changes = std::mem::take(&mut prepared.settled);
    changes.extend(placed);
    Ok(Admitted { header, header_bytes, hash, changes })
}

/// Looks a key up for a judgement.
type Lookup<'a> = &'a dyn Fn(&[u8]) -> Result<Option<Value>, Conflict>;

/// A batch gives up its claims first and makes new ones then. Giving up what is not there changes nothing; what another
/// stream claimed stands in the way of giving it up as of claiming it.
fn judge_claims(batch: &Prepared, get: Lookup) -> Result<(), Conflict> {
    let stopped = |error: Error| Conflict::Stopped(error.to_string());
    for key in &batch.unclaim {
        if let Some(bytes) = get(&space::claim(key))? {
            let (owner, value) = space::decode_claim(&bytes).map_err(stopped)?;
            if owner != batch.stream {
                return Err(Conflict::Claimed { key: key.clone(), value: value.to_vec() });
            }
        }
    }
    for (index, (key, _)) in batch.claims.iter().enumerate() {
        if let Some((_, earlier)) = batch.claims[..index].iter().find(|(earlier, _)| earlier == key) {
            return Err(Conflict::Claimed { key: key.clone(), value: earlier.clone() });
        }
        if batch.unclaim.contains(key) {
            continue;
        }
        if let Some(bytes) = get(&space::claim(key))? {
            let (_, value) = space::decode_claim(&bytes).map_err(stopped)?;
            return Err(Conflict::Claimed { key: key.clone(), value: value.to_vec() });
        }
    }
    Ok(())
}
