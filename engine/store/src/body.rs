//! The body of a frame: CBOR with numbered fields.
//!
//! Owns: the numbers. A number is never given a second meaning; a reader skips those it does not know.

use minicbor::bytes::ByteSlice;
use minicbor::{Decode, Encode};
use peygir_core::Id;

use crate::frame::{Frame, FrameError};
use crate::{Batch, Enqueued, InboxKey};

/// Numbers, lengths and signs of a part, at most but for very long ones.
const PART_BYTES: usize = 24;
const ID_BYTES: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Body<'a> {
    #[b(0)]
    pub command: &'a ByteSlice,
    #[b(1)]
    pub events: Vec<&'a ByteSlice>,
    #[b(2)]
    pub rows: Vec<Row<'a>>,
    #[b(3)]
    pub claims: Vec<Claim<'a>>,
    #[b(4)]
    pub unclaim: Vec<&'a ByteSlice>,
    #[b(5)]
    pub enqueue: Vec<Entry<'a>>,
    #[n(6)]
    pub done: Option<Done>,
}

/// A row to put or, without a value, to delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Row<'a> {
    #[b(0)]
    pub key: &'a ByteSlice,
    #[b(1)]
    pub value: Option<&'a ByteSlice>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Claim<'a> {
    #[b(0)]
    pub key: &'a ByteSlice,
    #[b(1)]
    pub value: &'a ByteSlice,
}

/// A command for another stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Entry<'a> {
    #[n(0)]
    pub stream: Id,
    #[b(1)]
    pub command: &'a ByteSlice,
}

/// The entry of the stream's own inbox that the commit has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Done {
    #[n(0)]
    pub frame: u64,
    #[n(1)]
    pub index: u32,
}

/// The parts of a commit that a body holds, wherever they stand.
struct Parts<'a> {
    command: &'a [u8],
    events: &'a [Vec<u8>],
    rows: &'a [(Vec<u8>, Option<Vec<u8>>)],
    claims: &'a [(Vec<u8>, Vec<u8>)],
    unclaim: &'a [Vec<u8>],
    enqueue: &'a [Enqueued],
    done: Option<&'a InboxKey>,
}

impl<'a> Body<'a> {
    pub fn of_batch(batch: &'a Batch) -> Self {
        Self::of(&Parts {
            command: &batch.command,
            events: &batch.events,
            rows: &batch.rows,
            claims: &batch.claims,
            unclaim: &batch.unclaim,
            enqueue: &batch.enqueue,
            done: batch.done.as_ref(),
        })
    }

    pub fn of_frame(frame: &'a Frame) -> Self {
        Self::of(&Parts {
            command: &frame.command,
            events: &frame.events,
            rows: &frame.rows,
            claims: &frame.claims,
            unclaim: &frame.unclaim,
            enqueue: &frame.enqueue,
            done: frame.done.as_ref(),
        })
    }

    /// Enough for its encoding most often: a body is encoded once for each commit, and is long.
    fn bytes_about(&self) -> usize {
        let rows = self.rows.iter().map(|row| row.key.len() + row.value.map_or(0, |value| value.len()));
        let claims = self.claims.iter().map(|claim| claim.key.len() + claim.value.len());
        let one = self.events.iter().chain(&self.unclaim).map(|bytes| bytes.len());
        let enqueued = self.enqueue.iter().map(|entry| entry.command.len() + ID_BYTES);
        let parts = rows.chain(claims).chain(one).chain(enqueued);
        PART_BYTES + self.command.len() + parts.map(|bytes| bytes + PART_BYTES).sum::<usize>()
    }

    fn of(parts: &Parts<'a>) -> Self {
        fn bytes(bytes: &[u8]) -> &ByteSlice {
            bytes.into()
        }
        Body {
            command: bytes(parts.command),
            events: parts.events.iter().map(|event| bytes(event)).collect(),
            rows: parts
                .rows
                .iter()
                .map(|(key, value)| Row { key: bytes(key), value: value.as_deref().map(bytes) })
                .collect(),
            claims: parts.claims.iter().map(|(key, value)| Claim { key: bytes(key), value: bytes(value) }).collect(),
            unclaim: parts.unclaim.iter().map(|key| bytes(key)).collect(),
            enqueue: parts
                .enqueue
                .iter()
                .map(|entry| Entry { stream: entry.stream, command: bytes(&entry.command) })
                .collect(),
            done: parts.done.map(|done| Done { frame: done.frame, index: done.index }),
        }
    }
}

pub fn encode(body: &Body<'_>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.bytes_about());
    minicbor::encode(body, &mut bytes).expect("writing to memory does not fail");
    bytes
}

pub fn decode(bytes: &[u8]) -> Result<Body<'_>, FrameError> {
    minicbor::decode(bytes).map_err(|error| FrameError::Body(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_skipped() {
        let mut bytes = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut bytes);
        encoder.map(7).unwrap();
        encoder.u8(0).unwrap().bytes(b"go").unwrap();
        encoder.u8(1).unwrap().array(0).unwrap();
        encoder.u8(2).unwrap().array(1).unwrap();
        encoder.map(3).unwrap().u8(0).unwrap().bytes(b"k").unwrap().u8(1).unwrap().bytes(b"v").unwrap();
        encoder.u8(9).unwrap().str("from a later version").unwrap();
        encoder.u8(3).unwrap().array(0).unwrap();
        encoder.u8(4).unwrap().array(0).unwrap();
        encoder.u8(5).unwrap().array(0).unwrap();
        encoder.u8(77).unwrap().map(1).unwrap().u8(1).unwrap().array(2).unwrap().u8(1).unwrap().null().unwrap();
        let body = decode(&bytes).unwrap();
        assert_eq!(&body.command[..], b"go");
        assert_eq!(&body.rows[0].key[..], b"k");
    }

    #[test]
    fn a_body_that_is_none_is_refused() {
        for bytes in [&b""[..], b"\xff", b"\xa1\x00\x01", b"\x80"] {
            assert!(decode(bytes).is_err(), "{bytes:?}");
        }
    }
}
