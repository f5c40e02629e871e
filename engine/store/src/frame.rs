//! A frame: one commit as it stands in the journal.

use peygir_core::Moment;

use crate::{Enqueued, InboxKey, StreamId, Version};

pub type FrameHash = [u8; 32];

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
