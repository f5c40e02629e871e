//! Keys of rows: where a stream's rows stand and how the indexes sort.
//!
//! `c/` + stream + kind + id: the rows of a stream, side by side. `x…/`: indexes, each key ending in its stream's id.
//! Numbers are big-endian, so that keys sort as numbers do; lists that show the newest first store the id inverted.

use peygir_core::state::{FlowRef, Status};
use peygir_core::{Id, Moment};
use sha2::{Digest, Sha256};

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
const INSTANCE: &[u8] = b"xn/";
const INSTANCE_BY_STATUS: &[u8] = b"xq/";
const INSTANCE_BY_FLOW: &[u8] = b"xf/";
const LISTENER: &[u8] = b"xl/";
const SCHEDULE: &[u8] = b"xh/";
/// Open deadlines, those of a stream side by side.
const OPEN_DEADLINE: &[u8] = b"xe/";
const OPERATION: &[u8] = b"xp/";
const OPEN_OPERATION: &[u8] = b"xu/";
/// Deadlines that rest, by whom they wait for.
const WAITING: &[u8] = b"xw/";
/// Cases by whom they concern, those of a citizen side by side.
const CITIZEN: &[u8] = b"xk/";
/// What operations moved; written by the streams whose deadlines were moved.
const MOVED: &[u8] = b"xg/";
/// Bytes of the longest key of a stream's row: prefix, stream, kind, id, number.
const STREAM_KEY_BYTES: usize = 2 + 16 + 1 + 16 + 8;
/// Ids have 48 bits for their milliseconds: no instant from here on has one.
const ID_MICROS_END: i64 = 1_000 << 48;
/// Bytes of a flow's name in its index: enough that two flows share one by no chance worth naming.
const FLOW_HASH_BYTES: usize = 12;

/// First key of a range and the first behind it.
pub type Range = (Vec<u8>, Vec<u8>);

pub fn key(stream: Id, name: &RowName) -> Vec<u8> {
    let mut key = stream_prefix(stream);
    match name {
        RowName::Head => key.push(b'h'),
        RowName::Case => key.push(b'c'),
        RowName::Mailbox => key.push(b'm'),
        RowName::Schedule => key.push(b'd'),
        RowName::Register => key.push(b'e'),
        RowName::Operation => key.push(b'p'),
        RowName::Edition(number) => {
            key.push(b'g');
            key.extend(number.to_be_bytes());
        }
        RowName::Closure(id) => push(&mut key, b'k', id),
        RowName::Wait(id) => push(&mut key, b'w', id),
        RowName::Instance(id) => push(&mut key, b'i', id),
        RowName::Activation(id, number) => {
            push(&mut key, b'v', id);
            key.extend(number.to_be_bytes());
        }
        RowName::Timer(id, number) => {
            push(&mut key, b'r', id);
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

/// Whether this version has rows of this kind. Whoever adds a table adds its prefix.
pub fn is_known(key: &[u8]) -> bool {
    const TABLES: [&[u8]; 25] = [
        DUE,
        SEND,
        SENDING,
        CASE,
        TASK,
        OPEN_TASK,
        DISPATCH,
        INCIDENT,
        INSTANCE,
        INSTANCE_BY_STATUS,
        INSTANCE_BY_FLOW,
        LISTENER,
        SCHEDULE,
        OPEN_DEADLINE,
        OPERATION,
        OPEN_OPERATION,
        WAITING,
        CITIZEN,
        MOVED,
        b"w/",
        b"f/",
        b"gt/",
        b"gv/",
        b"gr/",
        b"access/",
    ];
    parse(key).is_some() || TABLES.iter().any(|table| key.starts_with(table))
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
        b'd' => Some(RowName::Schedule),
        b'e' => Some(RowName::Register),
        b'p' => Some(RowName::Operation),
        b'g' => Some(RowName::Edition(u64::from_be_bytes(rest.get(..8)?.try_into().ok()?))),
        b'k' => Some(RowName::Closure(id()?)),
        b'w' => Some(RowName::Wait(id()?)),
        b'i' => Some(RowName::Instance(id()?)),
        b'v' => Some(RowName::Activation(id()?, u64::from_be_bytes(rest.get(16..24)?.try_into().ok()?))),
        b'r' => Some(RowName::Timer(id()?, u64::from_be_bytes(rest.get(16..24)?.try_into().ok()?))),
        b't' => Some(RowName::Task(id()?)),
        b'o' => Some(RowName::Dispatch(id()?)),
        b'n' => Some(RowName::Incident(id()?)),
        _ => None,
    }
}

fn stream_prefix(stream: Id) -> Vec<u8> {
    let mut key = Vec::with_capacity(STREAM_KEY_BYTES);
    key.extend(STREAM);
    key.extend(stream.0);
    key
}

/// All rows of all streams.
pub fn streams() -> Range {
    range(STREAM)
}

/// All rows of a stream.
pub fn of_stream(stream: Id) -> Range {
    range(&stream_prefix(stream))
}

/// The stream whose row a key is.
pub fn stream_of(key: &[u8]) -> Option<Id> {
    key.strip_prefix(STREAM)?.get(..16)?.try_into().ok().map(Id)
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

/// Keys by which an instance is found: all, those of its status, and those of its flow, whatever the version.
pub fn instance_indexes(instance: Id, status: Status, flow: &FlowRef, stream: Id) -> Vec<Vec<u8>> {
    let lists = [List::Instances, List::InstancesIn(status), List::InstancesOf(flow_hash(&flow.namespace, &flow.name))];
    lists.iter().map(|list| [list.prefix().as_slice(), &newest_first(instance), &stream.0].concat()).collect()
}

/// Streams of schedules.
pub fn schedule_index(stream: Id) -> Vec<u8> {
    [SCHEDULE, stream.0.as_slice()].concat()
}

pub fn schedules() -> Range {
    range(SCHEDULE)
}

/// An open deadline: of a task or a wait.
pub fn open_deadline_index(of: Id, stream: Id) -> Vec<u8> {
    [OPEN_DEADLINE, &stream.0, &of.0].concat()
}

/// Open deadlines of the streams behind this one; of all where none is named.
pub fn open_deadlines(after: Option<Id>) -> Range {
    let (first, end) = range(OPEN_DEADLINE);
    (after.map_or(first, |stream| range(&[OPEN_DEADLINE, &stream.0].concat()).1), end)
}

/// Stream and task or wait of an open deadline.
pub fn parse_open_deadline(key: &[u8]) -> Option<(Id, Id)> {
    let rest = key.strip_prefix(OPEN_DEADLINE)?;
    Some((Id(rest.get(..16)?.try_into().ok()?), Id(rest.get(16..32)?.try_into().ok()?)))
}

pub fn operation_index(operation: Id) -> Vec<u8> {
    [OPERATION, &newest_first(operation), &operation.0].concat()
}

pub fn open_operation_index(operation: Id) -> Vec<u8> {
    [OPEN_OPERATION, operation.0.as_slice()].concat()
}

/// Operations that are not through, the oldest first.
pub fn open_operations() -> Range {
    range(OPEN_OPERATION)
}

/// A deadline that an operation moved.
pub fn moved_index(operation: Id, of: Id, stream: Id) -> Vec<u8> {
    [MOVED, &operation.0, &of.0, &stream.0].concat()
}

pub fn is_moved(key: &[u8]) -> bool {
    key.starts_with(MOVED)
}

/// All that an operation moved, those of the oldest tasks first.
pub fn moved_by(operation: Id) -> Range {
    range(&[MOVED, operation.0.as_slice()].concat())
}

/// A deadline that rests until this citizen answers.
pub fn waiting_index(print: &[u8], stream: Id) -> Vec<u8> {
    [WAITING, print, &stream.0].concat()
}

pub fn waiting_for(print: &[u8]) -> Range {
    range(&[WAITING, print].concat())
}

/// A case of this citizen, or of this number; the newest first.
pub fn citizen_index(person: Id, case: Id) -> Vec<u8> {
    [CITIZEN, &person.0, &newest_first(case), &case.0].concat()
}

pub fn is_citizen_index(key: &[u8]) -> bool {
    key.starts_with(CITIZEN)
}

/// Where those stand whose ids were made from one instant on and before another.
pub fn citizens_made(from: Moment, to: Moment) -> Range {
    let bound = |at: Moment| [CITIZEN, first_id_at(at).0.as_slice()].concat();
    let end = range(CITIZEN).1;
    (bound(from), if to.0 < ID_MICROS_END { bound(to) } else { end })
}

/// All cases that concern a citizen, or that came from a number.
pub fn cases_of(person: Id) -> Range {
    range(&[CITIZEN, person.0.as_slice()].concat())
}

/// Where a listener is found by the type of the events that it waits for; None: by any type.
pub fn listener_index(type_: Option<&str>, instance: Id, activation: u64, stream: Id) -> Vec<u8> {
    [listener_prefix(type_).as_slice(), &instance.0, &activation.to_be_bytes(), &stream.0].concat()
}

/// Listeners for events of a type; None: those for events of any type.
pub fn listener_prefix(type_: Option<&str>) -> Vec<u8> {
    let digest = type_.map(|type_| Sha256::digest(type_.as_bytes()));
    let hash = digest.as_ref().map_or(&[0; FLOW_HASH_BYTES][..], |digest| &digest[..FLOW_HASH_BYTES]);
    [LISTENER, hash].concat()
}

/// The stream at the end of an index key.
pub fn stream_at_end(key: &[u8]) -> Option<Id> {
    key.last_chunk::<16>().copied().map(Id)
}

/// A flow's name as its index has it.
pub fn flow_hash(namespace: &str, name: &str) -> FlowHash {
    let digest = Sha256::digest(format!("{namespace}/{name}").as_bytes());
    let mut hash = [0; FLOW_HASH_BYTES];
    hash.copy_from_slice(&digest[..FLOW_HASH_BYTES]);
    hash
}

pub type FlowHash = [u8; FLOW_HASH_BYTES];

/// Where an instance lives.
pub fn instance_range(instance: Id) -> Range {
    range(&[INSTANCE, &newest_first(instance)].concat())
}

pub fn parse_instance(key: &[u8]) -> Option<Id> {
    key.strip_prefix(INSTANCE)?.get(16..32)?.try_into().ok().map(Id)
}

/// Lists that clients page through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Cases,
    OpenTasks,
    Dispatches,
    Incidents,
    Instances,
    InstancesIn(Status),
    InstancesOf(FlowHash),
    Operations,
}

impl List {
    fn prefix(self) -> Vec<u8> {
        match self {
            List::Cases => CASE.to_vec(),
            List::OpenTasks => OPEN_TASK.to_vec(),
            List::Dispatches => DISPATCH.to_vec(),
            List::Incidents => INCIDENT.to_vec(),
            List::Instances => INSTANCE.to_vec(),
            List::InstancesIn(status) => [INSTANCE_BY_STATUS, &[status_byte(status)]].concat(),
            List::InstancesOf(flow) => [INSTANCE_BY_FLOW, flow.as_slice()].concat(),
            List::Operations => OPERATION.to_vec(),
        }
    }

    pub fn range(self) -> Range {
        range(&self.prefix())
    }

    /// The keys of records that were made in this span, for lists that show the newest first.
    pub fn range_within(self, after: Option<Moment>, before: Option<Moment>) -> Range {
        let (first, end) = self.range();
        let bound = |at: Moment| [self.prefix(), newest_first(first_id_at(at)).to_vec()].concat();
        (before.map_or(first, bound), after.map_or(end, bound))
    }

    /// Id of the record and its stream.
    pub fn parse(self, key: &[u8]) -> Option<(Id, Id)> {
        let rest = key.strip_prefix(self.prefix().as_slice())?;
        let first = Id(rest.get(..16)?.try_into().ok()?);
        let stream = Id(rest.get(16..32)?.try_into().ok()?);
        let id = if self == List::OpenTasks { first } else { Id(newest_first(first)) };
        Some((id, stream))
    }
}

fn status_byte(status: Status) -> u8 {
    match status {
        Status::Active => b'a',
        Status::Suspended => b's',
        Status::Completed => b'c',
        Status::Faulted => b'f',
        Status::Cancelled => b'x',
    }
}

/// The least id that can be made at an instant: ids begin with their milliseconds.
fn first_id_at(at: Moment) -> Id {
    let millis = u64::try_from(at.0.div_euclid(1_000)).unwrap_or(0);
    let mut id = [0; 16];
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    Id(id)
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
            RowName::Schedule,
            RowName::Instance(Id([2; 16])),
            RowName::Activation(Id([2; 16]), 7),
            RowName::Timer(Id([2; 16]), 7),
            RowName::Task(Id([3; 16])),
            RowName::Dispatch(Id([4; 16])),
            RowName::Incident(Id([5; 16])),
            RowName::Closure(Id([6; 16])),
            RowName::Register,
            RowName::Operation,
            RowName::Edition(9),
            RowName::Wait(Id([7; 16])),
        ];
        let (from, to) = of_stream(stream);
        for name in names {
            let key = key(stream, &name);
            assert_eq!(parse(&key), Some(name));
            assert!(key >= from && key < to);
        }
    }

    #[test]
    fn the_open_deadlines_behind_a_stream_are_those_of_later_streams() {
        let [first, second] = [Id([1; 16]), Id([2; 16])];
        let key = open_deadline_index(Id([9; 16]), second);
        assert_eq!(parse_open_deadline(&key), Some((second, Id([9; 16]))));
        for (after, expected) in [(None, true), (Some(first), true), (Some(second), false)] {
            let (from, to) = open_deadlines(after);
            assert_eq!(key >= from && key < to, expected, "{after:?}");
        }
        let (from, to) = open_deadlines(Some(Id([0xff; 16])));
        assert!(from <= to);
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
