//! How far each webhook has come: a row in the store, written by nobody but its sender.

use minicbor::{Decode, Encode};
use peygir_core::{Id, Moment};
use peygir_store::{Batch, Conflict, Store};
use sha2::{Digest, Sha256};

use crate::lifecycle::Cursor;
use crate::rows;

const ROWS: &[u8] = b"w/";
/// How often a row is written again because a turn wrote the stream first.
const CONFLICTS_MAX: u32 = 32;

/// Where a webhook is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Standing {
    #[n(0)]
    pub name: String,
    /// Behind the last event that was taken or passed over.
    #[n(1)]
    frame: u64,
    #[n(2)]
    index: u32,
    /// Events taken so far.
    #[n(3)]
    pub delivered: u64,
    #[n(4)]
    pub delivered_at: Option<Moment>,
    /// Since when no event was taken; none while all goes well.
    #[n(5)]
    pub failing_since: Option<Moment>,
    /// What the last failure was.
    #[n(6)]
    pub fault: Option<String>,
    /// Failures in a row.
    #[n(7)]
    pub attempts: u32,
    #[n(8)]
    pub next_at: Option<Moment>,
    /// The peer wants no more: nothing is sent until a person says so.
    #[n(9)]
    pub stopped: bool,
}

impl Standing {
    /// A webhook that begins here.
    pub fn new(name: &str, cursor: Cursor) -> Self {
        Self {
            name: name.to_owned(),
            frame: cursor.frame,
            index: cursor.index,
            delivered: 0,
            delivered_at: None,
            failing_since: None,
            fault: None,
            attempts: 0,
            next_at: None,
            stopped: false,
        }
    }

    pub fn cursor(&self) -> Cursor {
        Cursor { frame: self.frame, index: self.index }
    }

    pub fn move_to(&mut self, cursor: Cursor) {
        (self.frame, self.index) = (cursor.frame, cursor.index);
    }

    /// An event was taken.
    pub fn succeeded(&mut self, cursor: Cursor, at: Moment) {
        self.move_to(cursor);
        self.delivered += 1;
        self.delivered_at = Some(at);
        self.goes_on();
    }

    /// Forgets what went wrong.
    pub fn goes_on(&mut self) {
        (self.failing_since, self.fault, self.attempts, self.next_at, self.stopped) = (None, None, 0, None, false);
    }
}

/// The stream of a webhook: its standing, and the incidents about it.
pub fn stream(name: &str) -> Id {
    let digest = Sha256::digest(format!("webhook:{name}").as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    Id(id)
}

fn key(name: &str) -> Vec<u8> {
    [ROWS, name.as_bytes()].concat()
}

pub fn read(store: &dyn Store, name: &str) -> Result<Option<Standing>, String> {
    let row = store.get(&key(name)).map_err(|error| error.to_string())?;
    row.map(|row| minicbor::decode(&row).map_err(|error| error.to_string())).transpose()
}

/// All of them, those of earlier deployments too.
pub fn all(store: &dyn Store, limit: usize) -> Result<Vec<Standing>, String> {
    let (from, to) = rows::range(ROWS);
    let page = store.scan(&from, &to, limit).map_err(|error| error.to_string())?;
    page.iter().map(|(_, row)| minicbor::decode(row).map_err(|error| error.to_string())).collect()
}

/// Writes a standing; returns when it is durable.
pub fn write(store: &dyn Store, standing: &Standing, at: Moment) -> Result<(), String> {
    let row = minicbor::to_vec(standing).expect("encoding into memory can't fail");
    for _ in 0..CONFLICTS_MAX {
        let stream = stream(&standing.name);
        let expected = store.version(stream).map_err(|error| error.to_string())?;
        let batch = Batch {
            stream,
            expected,
            at,
            command: b"webhook-standing".to_vec(),
            events: Vec::new(),
            rows: vec![(key(&standing.name), Some(row.clone()))],
            claims: Vec::new(),
            unclaim: Vec::new(),
            enqueue: Vec::new(),
            done: None,
        };
        match store.commit(&[batch]).pop() {
            Some(Ok(_)) => return Ok(()),
            Some(Err(Conflict::Version { .. })) => {}
            Some(Err(other)) => return Err(other.to_string()),
            None => return Err("the store gave no answer".to_owned()),
        }
    }
    Err("the stream is written too often".to_owned())
}

#[cfg(test)]
mod tests {
    use peygir_store::MemoryStore;

    use super::*;

    #[test]
    fn a_standing_is_read_as_it_was_written() {
        let store = MemoryStore::new();
        let mut audit = Standing::new("audit", Cursor { frame: 3, index: 1 });
        let other = Standing::new("other", Cursor::START);
        assert_eq!(read(&store, "audit"), Ok(None));
        write(&store, &audit, Moment(1)).unwrap();
        write(&store, &other, Moment(1)).unwrap();
        audit.succeeded(Cursor { frame: 4, index: 0 }, Moment(2));
        write(&store, &audit, Moment(2)).unwrap();
        assert_eq!(read(&store, "audit"), Ok(Some(audit.clone())));
        assert_eq!(all(&store, 9).unwrap(), [audit, other]);
        assert_ne!(stream("audit"), stream("other"));
    }
}
