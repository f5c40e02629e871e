//! Keys of rows: where a stream's rows stand and how the indexes sort.
//!
//! `c/` + stream + kind + id: the rows of a stream, side by side. `x…/`: indexes, each key ending in its stream's id.
//! Numbers are big-endian, so that keys sort as numbers do; lists that show the newest first store the id inverted.

use peygir_core::{Id, Moment};

use crate::stream::RowName;

const STREAM: &[u8] = b"c/";
/// Streams by the instant at which something in them is due.
pub const DUE: &[u8] = b"xd/";
/// Streams by the instant at which a message of theirs may be sent.
pub const SEND: &[u8] = b"xs/";
/// Streams with attempts that have no result on record.
pub const SENDING: &[u8] = b"xb/";
const CASE: &[u8] = b"xc/";
const TASK: &[u8] = b"xt/";
const OPEN_TASK: &[u8] = b"xo/";
const DISPATCH: &[u8] = b"xm/";
const INCIDENT: &[u8] = b"xi/";

/// First key of a range and the first behind it.
pub type Range = (Vec<u8>, Vec<u8>);

pub fn key(stream: Id, name: &RowName) -> Vec<u8> {
    let mut key = stream_prefix(stream);
    match name {
        RowName::Head => key.push(b'h'),
        RowName::Case => key.push(b'c'),
        RowName::Mailbox => key.push(b'm'),
        RowName::Instance(id) => push(&mut key, b'i', id),
        RowName::Activation(id, number) => {
            push(&mut key, b'v', id);
            key.extend(number.to_be_bytes());
        }
        RowName::Task(id) => push(&mut key, b't', id),
        RowName::Dispatch(id) => push(&mut key, b'o', id),
        RowName::Incident(id) => push(&mut key, b'n', id),
    }
    key
}

fn push(key: &mut Vec<u8>, kind: u8, id: &Id) {
    key.push(kind);
    key.extend(id.0);
}

/// The name of a row from its key.
pub fn parse(key: &[u8]) -> Option<RowName> {
    let rest = key.strip_prefix(STREAM)?.get(16..)?;
    let (kind, rest) = rest.split_first()?;
    let id = || rest.get(..16)?.try_into().ok().map(Id);
    match kind {
        b'h' => Some(RowName::Head),
        b'c' => Some(RowName::Case),
        b'm' => Some(RowName::Mailbox),
        b'i' => Some(RowName::Instance(id()?)),
        b'v' => Some(RowName::Activation(id()?, u64::from_be_bytes(rest.get(16..24)?.try_into().ok()?))),
        b't' => Some(RowName::Task(id()?)),
        b'o' => Some(RowName::Dispatch(id()?)),
        b'n' => Some(RowName::Incident(id()?)),
        _ => None,
    }
}

fn stream_prefix(stream: Id) -> Vec<u8> {
    [STREAM, &stream.0].concat()
}

/// All rows of a stream.
pub fn of_stream(stream: Id) -> Range {
    range(&stream_prefix(stream))
}

/// All keys with a prefix. Prefixes here never end in 0xff bytes alone.
pub fn range(prefix: &[u8]) -> Range {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            break;
        }
    }
    (prefix.to_vec(), end)
}

/// An index by instant.
pub fn at_index(prefix: &[u8], at: Moment, stream: Id) -> Vec<u8> {
    [prefix, &sortable(at), &stream.0].concat()
}

/// The keys of an index by instant up to and with `until`.
pub fn until(prefix: &[u8], until: Moment) -> Range {
    let end = sortable(Moment(until.0.saturating_add(1)));
    (prefix.to_vec(), [prefix, &end].concat())
}

/// Instant and stream of a key of an index by instant.
pub fn parse_at(prefix: &[u8], key: &[u8]) -> Option<(Moment, Id)> {
    let rest = key.strip_prefix(prefix)?;
    let at = u64::from_be_bytes(rest.get(..8)?.try_into().ok()?) ^ (1 << 63);
    Some((Moment(at as i64), Id(rest.get(8..24)?.try_into().ok()?)))
}

fn sortable(at: Moment) -> [u8; 8] {
    ((at.0 as u64) ^ (1 << 63)).to_be_bytes()
}

fn newest_first(id: Id) -> [u8; 16] {
    id.0.map(|byte| !byte)
}

pub fn case_index(case: Id) -> Vec<u8> {
    [CASE, &newest_first(case), &case.0].concat()
}

pub fn task_index(task: Id, stream: Id) -> Vec<u8> {
    [TASK, &task.0, &stream.0].concat()
}

pub fn open_task_index(task: Id, stream: Id) -> Vec<u8> {
    [OPEN_TASK, &task.0, &stream.0].concat()
}

pub fn dispatch_index(dispatch: Id, stream: Id) -> Vec<u8> {
    [DISPATCH, &newest_first(dispatch), &stream.0].concat()
}

pub fn incident_index(incident: Id, stream: Id) -> Vec<u8> {
    [INCIDENT, &newest_first(incident), &stream.0].concat()
}

/// Lists that clients page through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Cases,
    OpenTasks,
    Dispatches,
    Incidents,
}

impl List {
    fn prefix(self) -> &'static [u8] {
        match self {
            List::Cases => CASE,
            List::OpenTasks => OPEN_TASK,
            List::Dispatches => DISPATCH,
            List::Incidents => INCIDENT,
        }
    }

    pub fn range(self) -> Range {
        range(self.prefix())
    }

    /// Id of the record and its stream.
    pub fn parse(self, key: &[u8]) -> Option<(Id, Id)> {
        let rest = key.strip_prefix(self.prefix())?;
        let first = Id(rest.get(..16)?.try_into().ok()?);
        let stream = Id(rest.get(16..32)?.try_into().ok()?);
        let id = if self == List::OpenTasks { first } else { Id(newest_first(first)) };
        Some((id, stream))
    }
}

/// Where a task lives.
pub fn task_range(task: Id) -> Range {
    range(&[TASK, &task.0].concat())
}

pub fn parse_task(key: &[u8]) -> Option<Id> {
    key.strip_prefix(TASK)?.get(16..32)?.try_into().ok().map(Id)
}

/// Where an incident lives.
pub fn incident_range(incident: Id) -> Range {
    range(&[INCIDENT, &newest_first(incident)].concat())
}

pub fn parse_incident(key: &[u8]) -> Option<Id> {
    key.strip_prefix(INCIDENT)?.get(16..32)?.try_into().ok().map(Id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_which_row_it_is() {
        let stream = Id([1; 16]);
        let names = [
            RowName::Head,
            RowName::Case,
            RowName::Mailbox,
            RowName::Instance(Id([2; 16])),
            RowName::Activation(Id([2; 16]), 7),
            RowName::Task(Id([3; 16])),
            RowName::Dispatch(Id([4; 16])),
            RowName::Incident(Id([5; 16])),
        ];
        let (from, to) = of_stream(stream);
        for name in names {
            let key = key(stream, &name);
            assert_eq!(parse(&key), Some(name));
            assert!(key >= from && key < to);
        }
    }

    #[test]
    fn instants_sort_as_they_come() {
        let id = Id([1; 16]);
        let keys: Vec<_> = [-5, 0, 7, i64::MAX].map(|at| at_index(DUE, Moment(at), id)).to_vec();
        assert!(keys.is_sorted());
        assert_eq!(parse_at(DUE, &keys[2]), Some((Moment(7), id)));
        let (from, to) = until(DUE, Moment(7));
        assert!(keys[2] >= from && keys[2] < to && keys[3] >= to);
    }
}
