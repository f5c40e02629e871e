//! The one ordered key space in which a store keeps all that is not the journal.
//!
//! Owns: the first byte of every key (rows, heads of streams, claims, inbox), what stands under it, and what a frame
//! changes there. A store may keep things of its own under other first bytes. A commit and recovery make the same
//! changes by the same function, so that neither can drift from the other.

use std::sync::Arc;

use peygir_core::Id;
use sha2::{Digest, Sha256};

use crate::body::Body;
use crate::frame::{FrameHash, Header};
use crate::{Error, InboxKey, StreamId, Version, key};

pub const ROW: u8 = b'r';
pub const HEAD: u8 = b'v';
pub const CLAIM: u8 = b'c';
pub const INBOX: u8 = b'i';

/// What stands under a key; shared between the memory of recent changes and whoever reads it.
pub type Value = Arc<[u8]>;

/// A key with its new value or, with `None`, its end.
pub type Change = (Vec<u8>, Option<Value>);

/// Rows of a page of a digest.
const DIGEST_PAGE_ROWS: usize = 1024;

/// Where a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub version: Version,
    /// Hash of the stream's last frame.
    pub hash: FrameHash,
}

impl Head {
    /// A stream without commits.
    pub const NONE: Head = Head { version: 0, hash: [0; 32] };

    pub fn encode(&self) -> Value {
        let mut bytes = [0u8; 40];
        bytes[..8].copy_from_slice(&self.version.to_be_bytes());
        bytes[8..].copy_from_slice(&self.hash);
        Arc::from(bytes)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let (version, hash) = bytes.split_first_chunk::<8>().ok_or_else(|| damaged("a stream's head"))?;
        let hash = hash.try_into().map_err(|_| damaged("a stream's head"))?;
        Ok(Self { version: u64::from_be_bytes(*version), hash })
    }
}

/// A claim: the stream that made it, and the value. Only that stream may give it up.
pub fn decode_claim(bytes: &[u8]) -> Result<(StreamId, &[u8]), Error> {
    let (owner, value) = bytes.split_first_chunk::<16>().ok_or_else(|| damaged("a claim"))?;
    Ok((Id(*owner), value))
}

/// What is found under a key that this code wrote is not what it wrote.
pub fn damaged(what: &str) -> Error {
    Error::Refused(format!("the index holds something else than {what} where one should be"))
}

pub fn row(key: &[u8]) -> Vec<u8> {
    prefixed(ROW, key)
}

pub fn head(stream: StreamId) -> Vec<u8> {
    prefixed(HEAD, &stream.0)
}

pub fn claim(key: &[u8]) -> Vec<u8> {
    prefixed(CLAIM, key)
}

/// Oldest frame first.
pub fn inbox(entry: &InboxKey) -> Vec<u8> {
    key::Key::new(&[INBOX]).unsigned(entry.frame).raw(&entry.index.to_be_bytes()).id(entry.stream).into_bytes()
}

pub fn inbox_key(bytes: &[u8]) -> Result<InboxKey, Error> {
    let read = || {
        let mut reader = key::Reader::new(bytes, &[INBOX])?;
        let frame = reader.unsigned()?;
        let (index, stream) = reader.rest().split_first_chunk::<4>()?;
        Some(InboxKey { stream: Id(stream.try_into().ok()?), frame, index: u32::from_be_bytes(*index) })
    };
    read().ok_or_else(|| damaged("a key of the inbox"))
}

/// From the first to behind the last key under `prefix`.
pub fn bounds(prefix: u8) -> (Vec<u8>, Vec<u8>) {
    (vec![prefix], vec![prefix + 1])
}

fn prefixed(prefix: u8, key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + key.len());
    bytes.push(prefix);
    bytes.extend_from_slice(key);
    bytes
}

/// What a frame changes, in order; a later change of a key replaces an earlier one. Made twice it changes nothing more.
pub fn changes(header: &Header, hash: FrameHash, body: &Body<'_>) -> Vec<Change> {
    let mut changes = settled(header.stream, body);
    let enqueue = body.enqueue.iter().map(|entry| (entry.stream, &entry.command[..]));
    changes.extend(placed(header, hash, enqueue));
    changes
}

/// What of it does not depend on the frame's place in the journal.
pub fn settled(stream: StreamId, body: &Body<'_>) -> Vec<Change> {
    let mut changes = Vec::with_capacity(1 + body.rows.len() + body.claims.len() + body.unclaim.len());
    for change in &body.rows {
        changes.push((row(change.key), change.value.map(|value| Arc::from(&value[..]))));
    }
    for key in &body.unclaim {
        changes.push((claim(key), None));
    }
    for made in &body.claims {
        let value = [&stream.0, &made.value[..]].concat();
        changes.push((claim(made.key), Some(Arc::from(value))));
    }
    if let Some(done) = body.done {
        let entry = InboxKey { stream, frame: done.frame, index: done.index };
        changes.push((inbox(&entry), None));
    }
    changes
}

/// The rest of it: the stream's head, and what the frame enqueues under its own number.
pub fn placed<'a>(
    header: &Header,
    hash: FrameHash,
    enqueue: impl Iterator<Item = (StreamId, &'a [u8])>,
) -> Vec<Change> {
    let new_head = Head { version: header.version, hash };
    let mut changes = vec![(head(header.stream), Some(new_head.encode()))];
    for (index, (stream, command)) in enqueue.enumerate() {
        let index = u32::try_from(index).expect("a body within FRAME_BYTES_MAX holds fewer entries than 2^32");
        let entry_key = InboxKey { stream, frame: header.number, index };
        changes.push((inbox(&entry_key), Some(Arc::from(command))));
    }
    changes
}

/// A page of the key space: what lies in `from..to`, at most `limit`.
pub type Page = Vec<(Vec<u8>, Value)>;

/// The digest of [`crate::Store::digest`], over pages that `scan` gives.
///
/// Heads count with their version alone: the hash says how it came to be, the digest what is.
pub fn digest(scan: impl Fn(&[u8], &[u8], usize) -> Result<Page, Error>) -> Result<[u8; 32], Error> {
    let mut hash = Sha256::new();
    for prefix in [CLAIM, INBOX, ROW, HEAD] {
        let (mut from, to) = bounds(prefix);
        loop {
            let page = scan(&from, &to, DIGEST_PAGE_ROWS)?;
            for (key, value) in &page {
                let value = if prefix == HEAD { value.get(..8).ok_or_else(|| damaged("a head"))? } else { value };
                hash.update((key.len() as u64).to_be_bytes());
                hash.update(key);
                hash.update((value.len() as u64).to_be_bytes());
                hash.update(value);
            }
            match page.last() {
                Some((last, _)) if page.len() == DIGEST_PAGE_ROWS => from = key::after(last),
                _ => break,
            }
        }
    }
    Ok(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_inbox_come_back_in_the_order_of_frames() {
        let entry = |frame, index, stream| InboxKey { stream: Id([stream; 16]), frame, index };
        let entries = [entry(1, 0, 9), entry(1, 1, 2), entry(2, 0, 1), entry(256, 0, 0)];
        let keys: Vec<_> = entries.iter().map(inbox).collect();
        assert!(keys.is_sorted());
        for (entry, key) in entries.iter().zip(&keys) {
            assert_eq!(&inbox_key(key).unwrap(), entry);
        }
        assert!(inbox_key(&keys[0][..9]).is_err());
        assert!(inbox_key(b"r").is_err());
    }

    #[test]
    fn a_head_comes_back() {
        let head = Head { version: 3, hash: [7; 32] };
        assert_eq!(Head::decode(&head.encode()).unwrap(), head);
        assert!(Head::decode(b"short").is_err());
    }
}
