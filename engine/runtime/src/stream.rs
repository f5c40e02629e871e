//! A stream in memory: a case with its instances and records, and the rows it is kept as.
//!
//! Owns: which rows a stream has, what stands in them, and the index rows by which others find it. Knows no store: it
//! is given rows and gives rows.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minicbor::{Decode, Encode};
use peygir_calendar::Place;
use peygir_casework::records::{Case, Dispatch, Incident, Mailbox, Task, Wait};
use peygir_casework::{Records, Touched};
use peygir_core::state::{Activation, Progress, Timer};
use peygir_core::{Id, Instance, Moment, SharedMap};
use peygir_store::Version;

use crate::catalog::Catalog;
use crate::closures::{Closure, Closures};
use crate::command::Recorded;
use crate::operation::{OpenDeadline, Operation};
use crate::packs::Editions;
use crate::rows;
use crate::schedule::Schedule;
use crate::tally::Count;

/// A row as it is stored: key and value.
pub type Row = (Vec<u8>, Vec<u8>);
/// A row to put (Some) or to delete (None).
pub type Change = (Vec<u8>, Option<Vec<u8>>);

#[derive(Debug, Clone, Default)]
pub struct Stream {
    pub id: Id,
    pub version: Version,
    pub head: Head,
    pub instances: BTreeMap<Id, Instance>,
    pub records: Records,
    /// Of the stream of a schedule.
    pub schedule: Option<Schedule>,
    /// Of the stream of closures.
    pub closures: Closures,
    /// Of the stream of an operation.
    pub operation: Option<Operation>,
    /// Of the stream of editions.
    pub editions: Editions,
    /// Instances whose stored row has their timers in it, as it was once: these get rows when the instance is next written.
    pub(crate) timers_within: BTreeSet<Id>,
    /// Bytes of each row as it was last read or written, but for its head's, and their sum.
    sizes: SharedMap<RowName, usize>,
    stored_bytes: usize,
    /// What it counts for, where the turn that made this version counted it.
    pub(crate) counted: Option<Arc<Count>>,
}

/// What a stream remembers of itself.
#[derive(Debug, Clone, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Head {
    /// Time never runs backwards within a stream: later commands count from here at the earliest.
    #[n(0)]
    pub at: Moment,
    /// What its index rows say, so that they can be moved.
    #[n(1)]
    pub due: Option<Moment>,
    #[n(2)]
    pub send: Option<Moment>,
    #[n(3)]
    pub sending: bool,
    /// Turns in a row that only went on with what the one before had left, and left something again.
    #[cbor(n(4), default)]
    pub continuations: u32,
}

/// A row of a stream by what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowName {
    Head,
    Instance(Id),
    Activation(Id, u64),
    Timer(Id, u64),
    Case,
    Task(Id),
    Dispatch(Id),
    Incident(Id),
    Mailbox,
    Schedule,
    Closure(Id),
    Register,
    Operation,
    Wait(Id),
    Edition(u64),
}

/// What stands below instances, until those are read.
#[derive(Default)]
struct Below {
    activations: Vec<(Id, Activation)>,
    timers: Vec<(Id, Timer)>,
}

#[derive(Debug, thiserror::Error)]
#[error("row {key} of a stream can't be read: {what}")]
pub struct Unreadable {
    key: String,
    what: String,
}

impl Stream {
    pub fn new(id: Id) -> Self {
        Self { id, ..Self::default() }
    }

    /// The instance that the stream began with.
    pub fn first_instance(&self) -> Option<&Instance> {
        self.instances.values().find(|instance| instance.parent.is_none())
    }

    /// Puts a stream together from its rows.
    pub fn from_rows(id: Id, version: Version, stored: &[Row]) -> Result<Self, Unreadable> {
        let mut stream = Self { id, version, ..Self::default() };
        let mut below = Below::default();
        for (key, value) in stored {
            let unreadable = |what: String| Unreadable { key: format!("{key:02x?}"), what };
            let name = rows::parse(key).ok_or_else(|| unreadable("the key is unknown".to_owned()))?;
            if name != RowName::Head {
                stream.note_size(&name, Some(value.len()));
            }
            stream.read_row(name, value, &mut below).map_err(|error| unreadable(error.to_string()))?;
        }
        let with_timers = stream.instances.values().filter(|instance| !instance.timers.is_empty());
        stream.timers_within = with_timers.map(|instance| instance.id).collect();
        for (instance, timer) in below.timers {
            if let Some(instance) = stream.instances.get_mut(&instance) {
                instance.timers.insert(timer.number, timer);
            }
        }
        for (instance, activation) in below.activations {
            if let Some(instance) = stream.instances.get_mut(&instance) {
                instance.activations.insert(activation.number, Arc::new(activation));
            }
        }
        Ok(stream)
    }

    fn read_row(&mut self, name: RowName, value: &[u8], below: &mut Below) -> Result<(), minicbor::decode::Error> {
        match name {
            RowName::Head => self.head = minicbor::decode(value)?,
            RowName::Instance(id) => {
                self.instances.insert(id, minicbor::decode(value)?);
            }
            RowName::Activation(instance, _) => below.activations.push((instance, minicbor::decode(value)?)),
            RowName::Timer(instance, _) => below.timers.push((instance, minicbor::decode(value)?)),
            RowName::Case => self.records.case = Some(minicbor::decode::<Case>(value)?),
            RowName::Task(id) => {
                self.records.tasks.insert(id, minicbor::decode::<Task>(value)?);
            }
            RowName::Dispatch(id) => {
                self.records.dispatches.insert(id, minicbor::decode::<Dispatch>(value)?);
            }
            RowName::Incident(id) => {
                self.records.incidents.insert(id, minicbor::decode::<Incident>(value)?);
            }
            RowName::Mailbox => self.records.mailbox = minicbor::decode::<Mailbox>(value)?,
            RowName::Schedule => self.schedule = Some(minicbor::decode(value)?),
            RowName::Closure(id) => {
                self.closures.all.insert(id, minicbor::decode::<Closure>(value)?);
            }
            RowName::Register => self.closures.register = minicbor::decode(value)?,
            RowName::Operation => self.operation = Some(minicbor::decode(value)?),
            RowName::Edition(number) => {
                self.editions.all.insert(number, minicbor::decode(value)?);
            }
            RowName::Wait(id) => {
                self.records.waits.insert(id, minicbor::decode::<Wait>(value)?);
            }
        }
        Ok(())
    }

    /// Applies a journalled event: the stream is the fold of its journal.
    pub fn apply(&mut self, event: &Recorded, at: Moment) {
        match event {
            Recorded::Flow { instance, event } => {
                let mut state = self.instances.remove(instance);
                peygir_core::apply(&mut state, event, at);
                self.instances.extend(state.map(|state| (*instance, state)));
            }
            Recorded::Case(event) => peygir_casework::apply(&mut self.records, event, at),
            Recorded::Schedule(schedule) => self.schedule = schedule.clone(),
            Recorded::ListenerGone(instance) => drop(self.instances.remove(instance)),
            Recorded::ClosureDeclared(_)
            | Recorded::ClosureWithdrawn { .. }
            | Recorded::CalendarsDeployed { .. }
            | Recorded::OperationEnded(_) => self.closures.apply(event),
            Recorded::PacksDeployed(_) | Recorded::EditionWithdrawn { .. } => self.editions.apply(event),
            Recorded::OperationBegun(operation) => self.operation = Some(operation.clone()),
            Recorded::OperationAdvanced(page) => {
                if let Some(operation) = &mut self.operation {
                    operation.advance(page, at);
                }
            }
            Recorded::OperationResumed => {
                if let Some(operation) = &mut self.operation {
                    operation.resume(at);
                }
            }
        }
    }

    /// The row as it has to stand now; None where it is gone.
    fn encode(&self, name: &RowName) -> Option<Vec<u8>> {
        match name {
            RowName::Head => Some(encode(&self.head)),
            RowName::Instance(id) => self.instances.get(id).map(encode),
            RowName::Timer(instance, number) => self.instances.get(instance)?.timers.get(number).map(encode),
            RowName::Activation(instance, number) => {
                self.instances.get(instance)?.activations.get(number).map(|activation| encode(&**activation))
            }
            RowName::Case => self.records.case.as_ref().map(encode),
            RowName::Task(id) => self.records.tasks.get(id).map(encode),
            RowName::Dispatch(id) => self.records.dispatches.get(id).map(encode),
            RowName::Incident(id) => self.records.incidents.get(id).map(encode),
            RowName::Mailbox => Some(encode(&self.records.mailbox)),
            RowName::Schedule => self.schedule.as_ref().map(encode),
            RowName::Closure(id) => self.closures.all.get(id).map(encode),
            RowName::Register => Some(encode(&self.closures.register)),
            RowName::Operation => self.operation.as_ref().map(encode),
            RowName::Edition(number) => self.editions.all.get(number).map(encode),
            RowName::Wait(id) => self.records.waits.get(id).map(encode),
        }
    }

    /// Index rows that a record has: how lists find it, and what they have to know of it.
    pub fn index_of(&self, name: &RowName) -> Vec<Row> {
        let told = self.deadline_index(name).into_iter().chain(self.citizen_index(name));
        self.keys_of(name).into_iter().map(|key| (key, Vec::new())).chain(told).collect()
    }

    /// How a later message of the same citizen, or from the same number, finds the case, and what it has to know of it.
    fn citizen_index(&self, name: &RowName) -> Vec<Row> {
        let Some(case) = self.records.case.as_ref().filter(|_| *name == RowName::Case) else { return Vec::new() };
        let (party, found) = (case.concerned(), encode(&case.as_found()));
        let number = party.number.filter(|number| *number != party.person);
        let ids = std::iter::once(party.person).chain(number);
        ids.map(|id| (rows::citizen_index(id, self.id), found.clone())).collect()
    }

    fn deadline_index(&self, name: &RowName) -> Option<Row> {
        let (id, deadline) = match name {
            RowName::Task(id) => (id, OpenDeadline::of_task(self.records.tasks.get(id)?)?),
            RowName::Wait(id) => (id, OpenDeadline::of_wait(self.records.waits.get(id)?)?),
            _ => return None,
        };
        Some((rows::open_deadline_index(*id, self.id), encode(&deadline)))
    }

    fn keys_of(&self, name: &RowName) -> Vec<Vec<u8>> {
        match name {
            RowName::Case if self.records.case.is_some() => vec![rows::case_index(self.id)],
            RowName::Task(id) => self.records.tasks.get(id).map_or_else(Vec::new, |task| {
                let mut keys = vec![rows::task_index(*id, self.id)];
                if task.is_open() {
                    keys.push(rows::open_task_index(*id, self.id));
                    let waiting = task.terms.iter().flat_map(|terms| &terms.suspensions);
                    let prints = waiting.filter(|one| one.ended.is_none()).flat_map(|one| one.prints.iter().flatten());
                    keys.extend(prints.map(|print| rows::waiting_index(print, self.id)));
                }
                keys
            }),
            RowName::Dispatch(id) if self.records.dispatches.contains_key(id) => {
                vec![rows::dispatch_index(*id, self.id)]
            }
            RowName::Incident(id) if self.records.incidents.contains_key(id) => {
                vec![rows::incident_index(*id, self.id)]
            }
            RowName::Instance(id) => self.instances.get(id).map_or_else(Vec::new, |instance| {
                rows::instance_indexes(*id, instance.status, &instance.flow, self.id)
            }),
            RowName::Schedule if self.schedule.is_some() => vec![rows::schedule_index(self.id)],
            RowName::Operation => self.operation.as_ref().map_or_else(Vec::new, |operation| {
                let open = operation.ended_at.is_none().then(|| rows::open_operation_index(self.id));
                std::iter::once(rows::operation_index(self.id)).chain(open).collect()
            }),
            RowName::Activation(instance, number) => self.listener_index(*instance, *number),
            _ => Vec::new(),
        }
    }

    /// Where it belongs: the place of its case; before there is one, that of the message that began it; else the
    /// deployment's province.
    pub fn place(&self, catalog: &Catalog) -> Place {
        if let Some(case) = &self.records.case {
            let referred = case.referral.as_ref().map(|referral| &referral.agency);
            let (province, county) = (Some(case.province.clone()), case.county.clone());
            return Place { province, county, agency: referred.or(case.agency.as_ref()).cloned() };
        }
        let begun = self.instances.values().filter(|instance| instance.parent.is_none());
        let message = begun.min_by_key(|instance| (instance.started_at, instance.id));
        let said = |name: &str| message?.raw_input.value().get(name)?.as_str().map(str::to_owned);
        match said("province") {
            Some(province) => Place { province: Some(province), county: said("county"), agency: said("agency") },
            None => catalog.home_place(),
        }
    }

    /// Whether a deadline in it rests at this instant, because the citizen is waited for.
    pub fn waits_for_citizen(&self, at: Moment) -> bool {
        let open = self.records.tasks.values().filter(|task| task.is_open());
        let waits = open.filter_map(|task| task.terms.as_ref()).any(|terms| terms.waiting_at(at).is_some());
        waits && self.records.case.as_ref().is_some_and(|case| !case.closed)
    }

    /// Keys by which a listener is found that waits for events.
    fn listener_index(&self, instance: Id, number: u64) -> Vec<Vec<u8>> {
        let listener = self.instances.get(&instance).and_then(|found| found.activations.get(&number));
        let Some(Progress::Listen { types, .. }) = listener.map(|activation| &activation.progress) else {
            return Vec::new();
        };
        let key = |type_: Option<&str>| rows::listener_index(type_, instance, number, self.id);
        match types {
            Some(types) => types.iter().map(|type_| key(Some(type_))).collect(),
            None => vec![key(None)],
        }
    }

    /// The rows that changed. `before` holds the index rows of what was touched, as they stood at the load.
    pub fn changes(&mut self, before: &BTreeMap<RowName, Vec<Row>>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (name, old) in before {
            let row = self.encode(name);
            self.note_size(name, row.as_ref().map(Vec::len));
            changes.push((rows::key(self.id, name), row));
            let new: BTreeMap<Vec<u8>, Vec<u8>> = self.index_of(name).into_iter().collect();
            let old: BTreeMap<&Vec<u8>, &Vec<u8>> = old.iter().map(|(key, value)| (key, value)).collect();
            changes.extend(old.keys().filter(|key| !new.contains_key(**key)).map(|key| ((*key).clone(), None)));
            let is_new = |(key, value): &(Vec<u8>, Vec<u8>)| old.get(key) != Some(&value);
            changes.extend(new.into_iter().filter(is_new).map(|(key, value)| (key, Some(value))));
        }
        changes.extend(self.move_head());
        changes
    }

    /// Brings the head up to date, and the index rows of when something is due.
    fn move_head(&mut self) -> Vec<Change> {
        let old = self.head.clone();
        let id = self.id;
        self.head.due = self.next_due();
        self.head.send = self.records.next_send();
        self.head.sending = self.records.is_sending();
        let mut changes = vec![(rows::key(id, &RowName::Head), self.encode(&RowName::Head))];
        let mut moved = |prefix: &[u8], old: Option<Moment>, new: Option<Moment>| {
            if old != new {
                changes.extend(old.map(|at| (rows::at_index(prefix, at, id), None)));
                changes.extend(new.map(|at| (rows::at_index(prefix, at, id), Some(Vec::new()))));
            }
        };
        moved(rows::DUE, old.due, self.head.due);
        moved(rows::SEND, old.send, self.head.send);
        let sending = |flag: bool| flag.then_some(Moment(0));
        moved(rows::SENDING, sending(old.sending), sending(self.head.sending));
        changes
    }

    /// Bytes of all its rows as they are stored, but for its head.
    pub fn stored_bytes(&self) -> usize {
        self.stored_bytes
    }

    /// A row is this long from now on; None where it is gone.
    fn note_size(&mut self, name: &RowName, bytes: Option<usize>) {
        let before = match bytes {
            Some(bytes) => self.sizes.insert(name.clone(), bytes),
            None => self.sizes.remove(name),
        };
        self.stored_bytes = self.stored_bytes - before.unwrap_or(0) + bytes.unwrap_or(0);
    }

    /// The earliest instant at which anything in the stream is due.
    pub fn next_due(&self) -> Option<Moment> {
        let instances = self.instances.values().filter_map(Instance::next_due);
        let beside = [
            self.records.next_due(),
            self.schedule.as_ref().and_then(Schedule::next_due),
            self.operation.as_ref().and_then(Operation::next_due),
        ];
        instances.chain(beside.into_iter().flatten()).min()
    }
}

impl RowName {
    /// The row that a record's event touches, if any.
    pub fn touched(touched: Touched) -> Option<Self> {
        match touched {
            Touched::Case => Some(RowName::Case),
            Touched::Task(id) => Some(RowName::Task(id)),
            Touched::Dispatch(id) => Some(RowName::Dispatch(id)),
            Touched::Incident(id) => Some(RowName::Incident(id)),
            Touched::Wait(id) => Some(RowName::Wait(id)),
            Touched::Mailbox => Some(RowName::Mailbox),
            Touched::Nothing => None,
        }
    }
}

/// Bytes that a thread keeps at most of the space it encoded a value into, for the next one: growing piece by piece, and being shortened
/// afterwards, cost more than encoding does.
const SCRATCH_BYTES_MAX: usize = 65_536;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

fn encode<T: Encode<()>>(value: &T) -> Vec<u8> {
    encoded(value)
}

/// The value as it is stored.
pub(crate) fn encoded<T: Encode<()>>(value: &T) -> Vec<u8> {
    let mut scratch = SCRATCH.take();
    minicbor::encode(value, &mut scratch).expect("encoding into memory can't fail");
    let bytes = scratch.as_slice().to_vec();
    scratch.clear();
    scratch.shrink_to(SCRATCH_BYTES_MAX);
    SCRATCH.set(scratch);
    bytes
}

#[cfg(test)]
mod tests {
    use peygir_core::Event;
    use peygir_core::state::{FlowRef, TimerPurpose};

    use super::*;

    /// Timers once stood in the instance's own row. They are read from there, and asked to be written as rows.
    #[test]
    fn timers_within_an_instances_row_are_read_and_moved_out() {
        let (id, at) = (Id([7; 16]), Moment(1_795_248_000_000_000));
        let flow = FlowRef { namespace: "a".into(), name: "b".into(), version: "1.0.0".into() };
        let data = peygir_core::Data::empty;
        let (raw_input, input, digest) = (data(), data(), data());
        let started =
            Event::InstanceStarted { id, flow, raw_input, input, started_by: "x".into(), digest, parent: None };
        let mut state = None;
        peygir_core::apply(&mut state, &started, at);
        let timer = Timer { number: 3, activation: 0, due: at.plus_micros(5), purpose: TimerPurpose::Timeout };
        let instance = encode(&state.expect("it was started"));
        // Field 14 is an empty map now; the map of before takes its place.
        let field = instance.windows(2).position(|pair| pair == [0x0e, 0xa0]).expect("the field is written") + 1;
        let before = encode(&BTreeMap::from([(3_u64, timer.clone())]));
        let old = [&instance[..field], &before, &instance[field + 1..]].concat();
        let row = (rows::key(id, &RowName::Instance(id)), old);
        let stream = Stream::from_rows(id, 1, &[row]).expect("old rows are read");
        assert_eq!(stream.instances[&id].timers.get(&3), Some(&timer));
        assert!(stream.timers_within.contains(&id));

        let rows = [
            (rows::key(id, &RowName::Instance(id)), instance),
            (rows::key(id, &RowName::Timer(id, 3)), encode(&timer)),
        ];
        let stream = Stream::from_rows(id, 1, &rows).expect("new rows are read");
        assert_eq!(stream.instances[&id].timers.get(&3), Some(&timer));
        assert!(stream.timers_within.is_empty());
    }
}
