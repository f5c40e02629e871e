//! A frame: one commit as it stands in the journal, byte by byte.
//!
//! Owns: the fixed header, the check sums, the hash that chains a stream's frames. The body is [`crate::body`]'s.
//! Knows nothing of files: where a frame lies is the store's matter.
//!
//! ```text
//!  0  4  magic "PgyF"        16  8  number               48  8  at, microseconds of 1970, signed
//!  4  1  kind                24 16  stream               56 32  hash of the stream's frame before
//!  5  1  format version      40  8  version              88  .. body
//!  6  2  zero
//!  8  4  length of the body, bytes
//! 12  4  CRC32C over bytes 0..12 and 16.. to the end of the body
//! ```
//!
//! Numbers are little-endian. The hash of a frame is SHA-256(header, SHA-256(body)); the header holds the hash before,
//! so that a chain can be shown to somebody who may not see the bodies.

use peygir_core::{Id, Moment};
use sha2::{Digest, Sha256};

use crate::{Enqueued, FRAME_BYTES_MAX, InboxKey, StreamId, Version, body};

pub type FrameHash = [u8; 32];

/// Length of the fixed header, in bytes.
pub const HEADER_BYTES: usize = 88;
/// First bytes of every record.
pub const MAGIC: [u8; 4] = *b"PgyF";
/// The format that this version writes, and the newest that it reads.
pub const FORMAT: u8 = 1;

const CRC_AT: usize = 12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Number in the journal of this store, from 1 without gaps.
    pub number: u64,
    pub stream: StreamId,
    /// The stream's version after this commit.
    pub version: Version,
    pub at: Moment,
    /// Hash of the stream's frame before; zeros for its first.
    pub previous: FrameHash,
    pub command: Vec<u8>,
    pub events: Vec<Vec<u8>>,
    pub rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    pub claims: Vec<(Vec<u8>, Vec<u8>)>,
    pub unclaim: Vec<Vec<u8>>,
    pub enqueue: Vec<Enqueued>,
    pub done: Option<InboxKey>,
}

/// What a record is. A kind that a reader does not know stops it: new kinds come with a new version of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A commit; its body is a [`crate::body::Body`].
    Commit = 1,
    /// A seal over the heads of streams; written and read by the store that keeps a journal.
    Seal = 2,
}

/// The fixed part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    pub number: u64,
    pub stream: StreamId,
    pub version: Version,
    pub at: Moment,
    pub previous: FrameHash,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("the record is cut short")]
    Short,
    #[error("no record begins here")]
    Magic,
    #[error("a record of kind {0}, which this version does not know")]
    Kind(u8),
    #[error("a record of format {0}, which this version does not read")]
    Format(u8),
    #[error("the record's length {0} is over the limit")]
    Length(u32),
    #[error("the record's check sum is wrong")]
    CheckSum,
    #[error("the record's body can't be read: {0}")]
    Body(String),
}

impl Header {
    /// The header's bytes for `body`.
    ///
    /// A body longer than [`FRAME_BYTES_MAX`] is refused before this by [`crate::rules::Prepared`].
    pub fn encode(&self, body: &[u8]) -> [u8; HEADER_BYTES] {
        let length = u32::try_from(body.len()).expect("a body is shorter than FRAME_BYTES_MAX");
        let mut bytes = [0u8; HEADER_BYTES];
        bytes[..4].copy_from_slice(&MAGIC);
        bytes[4] = self.kind as u8;
        bytes[5] = FORMAT;
        bytes[8..12].copy_from_slice(&length.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.stream.0);
        bytes[40..48].copy_from_slice(&self.version.to_le_bytes());
        bytes[48..56].copy_from_slice(&self.at.0.to_le_bytes());
        bytes[56..].copy_from_slice(&self.previous);
        let sum = check_sum(&bytes, body);
        bytes[CRC_AT..16].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}

impl Header {
    /// Reads a header whose check sum was seen, or is covered by a hash; `None` where its kind is not known.
    pub fn of_bytes(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let kind = match bytes[4] {
            1 => Kind::Commit,
            2 => Kind::Seal,
            _ => return None,
        };
        Some(Self {
            kind,
            number: u64::from_le_bytes(take(bytes, 16)),
            stream: Id(take(bytes, 24)),
            version: u64::from_le_bytes(take(bytes, 40)),
            at: Moment(i64::from_le_bytes(take(bytes, 48))),
            previous: take(bytes, 56),
        })
    }
}

fn check_sum(header: &[u8], body: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&header[..CRC_AT]);
    let sum = crc32c::crc32c_append(sum, &header[16..HEADER_BYTES]);
    crc32c::crc32c_append(sum, body)
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0u8; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

/// One record as it lies in the journal, its check sum found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'a> {
    pub header: Header,
    pub header_bytes: &'a [u8],
    pub body: &'a [u8],
}

impl<'a> Record<'a> {
    /// Takes the first record off `bytes`; its length is [`Record::len`].
    pub fn split(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let length = record_len(bytes)?;
        let record = bytes.get(..length).ok_or(FrameError::Short)?;
        let (header_bytes, body) = record.split_at(HEADER_BYTES);
        if check_sum(header_bytes, body) != u32::from_le_bytes(take(header_bytes, CRC_AT)) {
            return Err(FrameError::CheckSum);
        }
        let bytes: &[u8; HEADER_BYTES] = header_bytes.try_into().map_err(|_| FrameError::Short)?;
        let header = Header::of_bytes(bytes).ok_or(FrameError::Kind(bytes[4]))?;
        Ok(Self { header, header_bytes, body })
    }

    /// Length of the whole record, in bytes.
    #[expect(clippy::len_without_is_empty, reason = "a record is never empty: it has a header")]
    pub fn len(&self) -> usize {
        self.header_bytes.len() + self.body.len()
    }

    pub fn hash(&self) -> FrameHash {
        link(self.header_bytes, &Sha256::digest(self.body).into())
    }
}

/// Length of the record that begins `bytes`, from its header alone; nothing is known of its check sum.
pub fn record_len(bytes: &[u8]) -> Result<usize, FrameError> {
    let header = bytes.get(..HEADER_BYTES).ok_or(FrameError::Short)?;
    if header[..4] != MAGIC {
        return Err(FrameError::Magic);
    }
    if header[5] != FORMAT {
        return Err(FrameError::Format(header[5]));
    }
    let length = u32::from_le_bytes(take(header, 8));
    if length as usize > FRAME_BYTES_MAX {
        return Err(FrameError::Length(length));
    }
    Ok(HEADER_BYTES + length as usize)
}

/// One link of a chain: the hash of a record of which only the header and the body's digest are known.
pub fn link(header: &[u8], body_digest: &[u8; 32]) -> FrameHash {
    let mut hash = Sha256::new();
    hash.update(header);
    hash.update(body_digest);
    hash.finalize().into()
}

impl Frame {
    pub fn header(&self) -> Header {
        Header {
            kind: Kind::Commit,
            number: self.number,
            stream: self.stream,
            version: self.version,
            at: self.at,
            previous: self.previous,
        }
    }

    /// The frame's bytes; refused where the body is longer than [`FRAME_BYTES_MAX`].
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let body = body::encode(&body::Body::of_frame(self));
        if body.len() > FRAME_BYTES_MAX {
            return Err(FrameError::Length(u32::try_from(body.len()).unwrap_or(u32::MAX)));
        }
        let mut bytes = self.header().encode(&body).to_vec();
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// Reads the frame that begins `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        Self::of_record(&Record::split(bytes)?)
    }

    pub fn of_record(record: &Record<'_>) -> Result<Self, FrameError> {
        if record.header.kind != Kind::Commit {
            return Err(FrameError::Kind(record.header.kind as u8));
        }
        let body = body::decode(record.body)?;
        let header = &record.header;
        Ok(Self {
            number: header.number,
            stream: header.stream,
            version: header.version,
            at: header.at,
            previous: header.previous,
            command: body.command.to_vec(),
            events: body.events.iter().map(|event| event.to_vec()).collect(),
            rows: body.rows.iter().map(|row| (row.key.to_vec(), row.value.map(|value| value.to_vec()))).collect(),
            claims: body.claims.iter().map(|claim| (claim.key.to_vec(), claim.value.to_vec())).collect(),
            unclaim: body.unclaim.iter().map(|key| key.to_vec()).collect(),
            enqueue: body
                .enqueue
                .iter()
                .map(|entry| Enqueued { stream: entry.stream, command: entry.command.to_vec() })
                .collect(),
            done: body.done.map(|done| InboxKey { stream: header.stream, frame: done.frame, index: done.index }),
        })
    }

    /// The frame's hash, which the stream's next frame names as `previous`.
    pub fn hash(&self) -> Result<FrameHash, FrameError> {
        let bytes = self.encode()?;
        Ok(Record::split(&bytes)?.hash())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Frame {
        Frame {
            number: 7,
            stream: Id([3; 16]),
            version: 2,
            at: Moment(-5),
            previous: [9; 32],
            command: b"do".to_vec(),
            events: vec![b"one".to_vec(), vec![]],
            rows: vec![(b"k".to_vec(), Some(b"v".to_vec())), (b"gone".to_vec(), None)],
            claims: vec![(b"code".to_vec(), b"42".to_vec())],
            unclaim: vec![b"old".to_vec()],
            enqueue: vec![Enqueued { stream: Id([4; 16]), command: b"go".to_vec() }],
            done: Some(InboxKey { stream: Id([3; 16]), frame: 5, index: 1 }),
        }
    }

    #[test]
    fn a_frame_comes_back() {
        let bytes = frame().encode().unwrap();
        assert_eq!(Frame::decode(&bytes).unwrap(), frame());
        assert_eq!(record_len(&bytes).unwrap(), bytes.len());
    }

    #[test]
    fn the_layout_is_what_later_versions_must_read() {
        let bytes = frame().encode().unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, include_str!("../tests/frame-1.hex").trim());
    }

    #[test]
    fn every_flipped_byte_shows() {
        let bytes = frame().encode().unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            assert!(Record::split(&damaged).is_err(), "byte {at}");
        }
    }

    #[test]
    fn every_cut_shows() {
        let bytes = frame().encode().unwrap();
        for length in 0..bytes.len() {
            assert_eq!(Record::split(&bytes[..length]), Err(FrameError::Short), "length {length}");
        }
    }

    #[test]
    fn the_hash_covers_header_and_body() {
        let before = frame().hash().unwrap();
        let changes: [fn(&mut Frame); 4] =
            [|f| f.number += 1, |f| f.previous[0] ^= 1, |f| f.events[0][0] ^= 1, |f| f.at = Moment(6)];
        for change in changes {
            let mut other = frame();
            change(&mut other);
            assert_ne!(other.hash().unwrap(), before);
        }
    }
}
