//! Stores that do something else than they were asked.

use std::sync::{Arc, Weak};

use peygir_runtime::rows;
use peygir_store::{Batch, Conflict, Error, Frame, InboxKey, Row, Store, StreamId, Version, Watcher};

use super::{Sabotage, doubling, lanes};
use crate::dice::Dice;

pub struct Broken {
    pub sabotage: Sabotage,
    pub dice: Dice,
    pub store: Arc<dyn Store>,
}

/// One commit in so many is broken.
const ONCE_IN: u64 = 20;
/// How far a turn is dated back, in microseconds.
const BACK_US: i64 = 3_600_000_000;

impl Broken {
    /// The last two frames of different streams change places, each with the number of its place.
    fn shuffled(&self, mut frames: Vec<Frame>) -> Vec<Frame> {
        let at = frames.windows(2).rposition(|pair| pair[0].stream != pair[1].stream);
        if let (Some(at), Sabotage::ShufflesFrames) = (at, self.sabotage) {
            frames.swap(at, at + 1);
            let number = frames[at].number;
            frames[at].number = std::mem::replace(&mut frames[at + 1].number, number);
        }
        frames
    }

    fn commit_one(&self, batch: &Batch) -> Result<Version, Conflict> {
        let mut batch = batch.clone();
        if self.sabotage == Sabotage::Overtakes {
            lanes::part(&mut batch);
        }
        if self.dice.once_in(ONCE_IN) {
            match self.sabotage {
                Sabotage::DropsACommit => return Ok(batch.expected + 1),
                Sabotage::LosesAnEvent => drop(batch.events.pop()),
                Sabotage::DatesBack => batch.at = batch.at.plus_micros(-BACK_US),
                Sabotage::LosesARow => drop(batch.rows.pop()),
                Sabotage::LosesATimer => batch.rows.retain(|(key, row)| row.is_none() || !key.starts_with(rows::DUE)),
                Sabotage::LosesACommand => drop(batch.enqueue.pop()),
                Sabotage::QueuesUnderANewKey => doubling::double(&mut batch),
                _ => {}
            }
        }
        let stopped = || Err(Conflict::Stopped("no answer".to_owned()));
        match self.store.commit(&[batch.clone()]).pop().unwrap_or_else(stopped) {
            Err(Conflict::Stopped(_)) if self.sabotage == Sabotage::AcknowledgesAnyway => Ok(batch.expected + 1),
            answer => answer,
        }
    }
}

impl Store for Broken {
    fn commit(&self, batches: &[Batch]) -> Vec<Result<Version, Conflict>> {
        batches.iter().map(|batch| self.commit_one(batch)).collect()
    }

    fn version(&self, stream: StreamId) -> Result<Version, Error> {
        self.store.version(stream)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.store.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, Error> {
        self.store.scan(from, to, limit)
    }

    fn claimed(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.store.claimed(key)
    }

    fn inbox(&self, limit: usize) -> Result<Vec<(InboxKey, Vec<u8>)>, Error> {
        self.store.inbox(limit)
    }

    fn journal(&self, stream: StreamId, after: Version, limit: usize) -> Result<Vec<Frame>, Error> {
        self.store.journal(stream, after, limit).map(|frames| self.shuffled(frames))
    }

    fn frames(&self, after: u64, limit: usize) -> Result<Vec<Frame>, Error> {
        self.store.frames(after, limit).map(|frames| self.shuffled(frames))
    }

    fn last_frame(&self) -> u64 {
        self.store.last_frame()
    }

    fn watch(&self, watcher: Weak<Watcher>) {
        self.store.watch(watcher);
    }

    fn digest(&self) -> Result<[u8; 32], Error> {
        self.store.digest()
    }

    fn checkpoint(&self) -> Result<(), Error> {
        self.store.checkpoint()
    }
}
