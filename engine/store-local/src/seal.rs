//! Seals: one hash over all heads of streams that moved, chained to the seal before; and receipts that name one.
//!
//! Owns: the tree, the record's body, the proof. A receipt lets its holder show later that a commit was there, without
//! showing anything of what it says: it has headers and digests only.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use peygir_core::{Id, Moment};
use peygir_store::frame::{self, FrameError, HEADER_BYTES, Header, Kind, Record};
use peygir_store::space::{self, Head, Value};
use peygir_store::{Error, FrameHash, StreamId, Version, key::Key};
use sha2::{Digest, Sha256};

/// First byte of the keys under which the index keeps seals, by the last frame that each covers.
pub const SEALS: u8 = b's';

/// Tell leaves from nodes, so that no node can be shown as a leaf.
const LEAF: u8 = 0;
const NODE: u8 = 1;

/// A seal as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Seal {
    /// From 1 without gaps.
    #[n(0)]
    pub number: u64,
    /// Hash of the seal's record, which the next seal names.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: FrameHash,
    /// Root of the tree over the heads that moved.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub root: [u8; 32],
    /// It covers the frames behind this one,
    #[n(3)]
    pub after: u64,
    /// up to this one.
    #[n(4)]
    pub last_frame: u64,
    /// Number of streams that moved.
    #[n(5)]
    pub streams: u64,
    /// The segment that has its record and all frames that it covers.
    #[n(6)]
    pub segment: u64,
    /// Time of the last frame that it covers.
    #[n(7)]
    pub at: Moment,
}

/// The body of a seal's record.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealBody {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub root: [u8; 32],
    #[n(1)]
    pub after: u64,
    #[n(2)]
    pub streams: u64,
}

/// Streams that moved since the last seal, with their heads.
pub type Moved = BTreeMap<StreamId, Head>;

impl Seal {
    /// The next seal, over `moved`, and its record.
    pub fn next(previous: &Link, moved: &Moved, last_frame: u64, at: Moment, segment: u64) -> (Self, Vec<u8>) {
        let root = root(&leaves(moved));
        let streams = moved.len() as u64;
        let body = SealBody { root, after: previous.last_frame, streams };
        let body = minicbor::to_vec(&body).expect("writing to memory does not fail");
        let header = Header {
            kind: Kind::Seal,
            number: previous.number + 1,
            stream: Id([0; 16]),
            version: last_frame,
            at,
            previous: previous.hash,
        };
        let bytes = [&header.encode(&body)[..], &body].concat();
        let record = Record::split(&bytes).expect("the record was just made");
        let seal = Self::of_record(&record, segment).expect("the record was just made");
        (seal, bytes)
    }

    pub fn of_record(record: &Record<'_>, segment: u64) -> Result<Self, FrameError> {
        let body: SealBody = minicbor::decode(record.body).map_err(|error| FrameError::Body(error.to_string()))?;
        Ok(Self {
            number: record.header.number,
            hash: record.hash(),
            root: body.root,
            after: body.after,
            last_frame: record.header.version,
            streams: body.streams,
            segment,
            at: record.header.at,
        })
    }

    /// Why this seal can't follow `previous` over `moved`; `None` where it can.
    pub fn fault(&self, record: &Record<'_>, previous: &Link, moved: &Moved, last_frame: u64) -> Option<&'static str> {
        if self.number != previous.number + 1 || record.header.previous != previous.hash {
            return Some("a seal does not follow the seal before it");
        }
        if self.after != previous.last_frame || self.last_frame != last_frame {
            return Some("a seal covers other frames than those before it");
        }
        if self.streams != moved.len() as u64 || self.root != root(&leaves(moved)) {
            return Some("a seal's root is not that of the frames before it");
        }
        None
    }

    pub fn link(&self) -> Link {
        Link { number: self.number, hash: self.hash, last_frame: self.last_frame }
    }

    pub fn row(&self) -> (Vec<u8>, Value) {
        let value = minicbor::to_vec(self).expect("writing to memory does not fail");
        (row_key(self.last_frame), Value::from(value))
    }

    pub fn of_row(value: &[u8]) -> Result<Self, Error> {
        minicbor::decode(value).map_err(|_| space::damaged("a seal"))
    }
}

/// The key under which the first seal that covers `frame` is found, or the next behind it.
pub fn row_key(frame: u64) -> Vec<u8> {
    Key::new(&[SEALS]).unsigned(frame).into_bytes()
}

/// What the next seal chains to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub number: u64,
    pub hash: FrameHash,
    pub last_frame: u64,
}

fn leaf(stream: StreamId, head: &Head) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([LEAF]);
    hash.update(stream.0);
    hash.update(head.version.to_be_bytes());
    hash.update(head.hash);
    hash.finalize().into()
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([NODE]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

fn leaves(moved: &Moved) -> Vec<[u8; 32]> {
    moved.iter().map(|(stream, head)| leaf(*stream, head)).collect()
}

/// The level above; an odd one at the end goes up as it is.
fn above(level: &[[u8; 32]]) -> Vec<[u8; 32]> {
    level.chunks(2).map(|pair| if let [left, right] = pair { node(left, right) } else { pair[0] }).collect()
}

fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    let mut level = leaves.to_vec();
    while level.len() > 1 {
        level = above(&level);
    }
    level.first().copied().unwrap_or_default()
}

/// A neighbour on the way from a leaf to the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub hash: [u8; 32],
    /// It stands on the left of what is known.
    pub left: bool,
}

fn path(leaves: &[[u8; 32]], mut index: usize) -> Vec<Step> {
    let (mut level, mut steps) = (leaves.to_vec(), Vec::new());
    while level.len() > 1 {
        if let Some(hash) = level.get(index ^ 1) {
            steps.push(Step { hash: *hash, left: index % 2 == 1 });
        }
        level = above(&level);
        index /= 2;
    }
    steps
}

/// Shows that a commit is under a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub stream: StreamId,
    pub version: Version,
    /// Hash of the frame that made this version.
    pub frame: FrameHash,
    /// The stream's frames behind it up to the seal: header and digest of the body of each.
    pub later: Vec<([u8; HEADER_BYTES], [u8; 32])>,
    /// From the stream's head at the seal to the root.
    pub path: Vec<Step>,
    pub seal_number: u64,
    pub root: [u8; 32],
    /// What the holder keeps: the hash of the seal's record.
    pub seal_hash: FrameHash,
    /// The seal's record, from which its hash and its root follow.
    pub seal_record: Vec<u8>,
}

/// Why a receipt shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    #[error("the seal's record is not the one named")]
    Seal,
    #[error("the frames behind the commit do not follow each other")]
    Chain,
    #[error("the way to the root does not end there")]
    Path,
}

/// Checks a receipt by itself. That `seal_hash` is the hash of the seal in force, the caller compares with what was
/// published or with the journal.
pub fn verify_receipt(receipt: &Receipt) -> Result<(), ReceiptError> {
    let record = Record::split(&receipt.seal_record).map_err(|_| ReceiptError::Seal)?;
    let seal = Seal::of_record(&record, 0).map_err(|_| ReceiptError::Seal)?;
    let named = (receipt.seal_number, receipt.root, receipt.seal_hash);
    if record.header.kind != Kind::Seal || (seal.number, seal.root, seal.hash) != named {
        return Err(ReceiptError::Seal);
    }
    let mut head = Head { version: receipt.version, hash: receipt.frame };
    for (header, body_digest) in &receipt.later {
        let read = Header::of_bytes(header).ok_or(ReceiptError::Chain)?;
        if read.stream != receipt.stream || read.version != head.version + 1 || read.previous != head.hash {
            return Err(ReceiptError::Chain);
        }
        head = Head { version: read.version, hash: frame::link(header, body_digest) };
    }
    let walked = receipt.path.iter().fold(leaf(receipt.stream, &head), |hash, step| match step.left {
        true => node(&step.hash, &hash),
        false => node(&hash, &step.hash),
    });
    if walked == receipt.root { Ok(()) } else { Err(ReceiptError::Path) }
}

impl Receipt {
    /// Up to which frame the seal goes that it names, and the time of that frame; for one that [`verify_receipt`] has passed.
    pub fn sealed(&self) -> Option<(u64, Moment)> {
        let record = Record::split(&self.seal_record).ok()?;
        let seal = Seal::of_record(&record, 0).ok()?;
        Some((seal.last_frame, seal.at))
    }
}

/// Gathers what a receipt needs while the frames that its seal covers go by.
pub struct Gathering {
    stream: StreamId,
    version: Version,
    frame: Option<FrameHash>,
    later: Vec<([u8; HEADER_BYTES], [u8; 32])>,
    moved: Moved,
}

impl Gathering {
    pub fn new(stream: StreamId, version: Version) -> Self {
        Self { stream, version, frame: None, later: Vec::new(), moved: Moved::new() }
    }

    /// A frame that the seal covers.
    pub fn pass(&mut self, record: &Record<'_>) {
        let (header, hash) = (&record.header, record.hash());
        self.moved.insert(header.stream, Head { version: header.version, hash });
        if header.stream != self.stream {
            return;
        }
        if header.version == self.version {
            self.frame = Some(hash);
        } else if header.version > self.version {
            let mut bytes = [0; HEADER_BYTES];
            bytes.copy_from_slice(record.header_bytes);
            self.later.push((bytes, Sha256::digest(record.body).into()));
        }
    }

    /// The receipt, with the record of the seal; `None` where the frame did not go by.
    pub fn receipt(self, seal: &Seal, seal_record: Vec<u8>) -> Option<Receipt> {
        let index = self.moved.keys().position(|stream| *stream == self.stream)?;
        Some(Receipt {
            stream: self.stream,
            version: self.version,
            frame: self.frame?,
            later: self.later,
            path: path(&leaves(&self.moved), index),
            seal_number: seal.number,
            root: seal.root,
            seal_hash: seal.hash,
            seal_record,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_has_a_way_to_the_root() {
        for count in 1..20usize {
            let leaves: Vec<[u8; 32]> = (0..count).map(|index| [index as u8; 32]).collect();
            for index in 0..count {
                let steps = path(&leaves, index);
                let walked = steps.iter().fold(leaves[index], |hash, step| {
                    if step.left { node(&step.hash, &hash) } else { node(&hash, &step.hash) }
                });
                assert_eq!(walked, root(&leaves), "leaf {index} of {count}");
            }
        }
    }

    #[test]
    fn the_root_depends_on_every_leaf_and_their_order() {
        let leaves: Vec<[u8; 32]> = (0..7).map(|index| [index; 32]).collect();
        let before = root(&leaves);
        for index in 0..7 {
            let mut other = leaves.clone();
            other[index][0] ^= 1;
            assert_ne!(root(&other), before);
        }
        let mut other = leaves.clone();
        other.swap(0, 6);
        assert_ne!(root(&other), before);
        assert_ne!(root(&leaves[..6]), before);
    }
}
