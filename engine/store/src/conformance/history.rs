//! Random histories, the same for the same seed.
//!
//! Few streams and few keys, so that conflicts, claims of what is claimed, and deletions of what is there all happen.

use peygir_core::{Id, Moment};

use super::stream;
use crate::{Batch, Enqueued, MemoryStore, Store};

const STREAMS: u64 = 6;
const KEYS: u64 = 40;
const CLAIMS: u64 = 12;

/// A source of batches.
#[derive(Debug, Clone)]
pub struct History {
    draws: u64,
    seed: u64,
    at: i64,
}

impl History {
    pub fn new(seed: u64) -> Self {
        Self { draws: 0, seed, at: 1_700_000_000_000_000 }
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.draws += 1;
        // The finalizer of SplitMix64: enough to mix, and the same everywhere.
        let mut mixed = self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(self.draws << 32 | self.draws);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// The batches of one call, made for a store that stands where `model` does; some of them are to be refused.
    pub fn batches(&mut self, model: &MemoryStore) -> Vec<Batch> {
        let count = 1 + self.below(3);
        (0..count).map(|_| self.batch(model)).collect()
    }

    fn batch(&mut self, model: &MemoryStore) -> Batch {
        let owner = stream(self.below(STREAMS) as u8);
        let version = model.version(owner).expect("the model answers");
        self.at += 1 + self.below(1_000_000) as i64;
        Batch {
            stream: owner,
            expected: if self.below(12) == 0 { version + 1 } else { version },
            at: Moment(self.at),
            command: vec![b'c'; self.below(40) as usize],
            events: (0..self.below(3)).map(|index| vec![index as u8; self.below(60) as usize]).collect(),
            rows: (0..self.below(5)).map(|_| self.row()).collect(),
            claims: self.claims(owner),
            unclaim: if self.below(4) == 0 { vec![self.claim_key()] } else { Vec::new() },
            enqueue: self.enqueue(),
            done: self.done(owner, model),
        }
    }

    fn row(&mut self) -> (Vec<u8>, Option<Vec<u8>>) {
        let key = format!("row/{}", self.below(KEYS)).into_bytes();
        let length = if self.below(20) == 0 { 20_000 } else { self.below(50) };
        let fill = self.below(256) as u8;
        (key, (self.below(3) > 0).then(|| vec![fill; length as usize]))
    }

    fn claim_key(&mut self) -> Vec<u8> {
        format!("claim/{}", self.below(CLAIMS)).into_bytes()
    }

    fn claims(&mut self, owner: Id) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.below(3) > 0 {
            return Vec::new();
        }
        vec![(self.claim_key(), owner.0[..2].to_vec())]
    }

    fn enqueue(&mut self) -> Vec<Enqueued> {
        let count = self.below(5).saturating_sub(2);
        (0..count)
            .map(|index| Enqueued { stream: stream(self.below(STREAMS) as u8), command: vec![index as u8; 9] })
            .collect()
    }

    fn done(&mut self, owner: Id, model: &MemoryStore) -> Option<crate::InboxKey> {
        let entries = model.inbox(20).expect("the model answers");
        entries.into_iter().map(|(key, _)| key).find(|key| key.stream == owner || self.below(30) == 0)
    }
}

/// Panics where the stores differ in content or in the journals of the streams of a [`History`].
pub fn assert_same(store: &dyn Store, model: &dyn Store) {
    assert_eq!(store.digest().unwrap(), model.digest().unwrap());
    let everything = vec![0xff; crate::KEY_BYTES_MAX + 1];
    assert_eq!(store.scan(b"", &everything, usize::MAX).unwrap(), model.scan(b"", &everything, usize::MAX).unwrap());
    assert_eq!(store.inbox(usize::MAX).unwrap(), model.inbox(usize::MAX).unwrap());
    for number in 0..STREAMS as u8 {
        let stream = stream(number);
        assert_eq!(store.version(stream).unwrap(), model.version(stream).unwrap());
        assert_eq!(store.journal(stream, 0, usize::MAX).unwrap(), model.journal(stream, 0, usize::MAX).unwrap());
    }
}
