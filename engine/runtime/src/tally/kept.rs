//! The sum as it is kept from one run to the next, so that a store that was stopped need not be counted anew.
//!
//! Owns: its form, and that it is taken only where the store is as it was when it was kept: the same last frame, of the same
//! stream, command and history. Whatever does not fit is no sum; then the streams are counted.

use minicbor::{Decode, Encode};
use peygir_casework::records::DispatchStatus;
use peygir_core::Id;
use peygir_core::state::Status;
use peygir_store::{Error, Store};
use sha2::{Digest, Sha256};

use super::{Count, Sum, What, state, status};

/// A version that counts anything otherwise has another number here.
const FORM: &str = "peygir counts 1";
const DIGEST_BYTES: usize = 32;

const STATUSES: [Status; 5] =
    [Status::Active, Status::Suspended, Status::Completed, Status::Faulted, Status::Cancelled];
const STATES: [DispatchStatus; 9] = [
    DispatchStatus::Ready,
    DispatchStatus::Sending,
    DispatchStatus::Sent,
    DispatchStatus::Delivered,
    DispatchStatus::Failed,
    DispatchStatus::Ambiguous,
    DispatchStatus::Dropped,
    DispatchStatus::Withdrawn,
    DispatchStatus::Expired,
];

#[derive(Debug, Encode, Decode)]
struct Kept {
    #[n(0)]
    form: String,
    /// Of the store when it was kept.
    #[n(1)]
    mark: [u8; DIGEST_BYTES],
    #[n(2)]
    counts: Vec<Counted>,
    #[n(3)]
    connectors: Vec<String>,
    #[n(4)]
    neglected: Vec<Id>,
    #[n(5)]
    last_frame: u64,
}

#[derive(Debug, Encode, Decode)]
struct Counted {
    #[n(0)]
    kind: u8,
    /// Which of them: a state by its name, the two flags of a task.
    #[n(1)]
    which: String,
    #[n(2)]
    connector: String,
    #[n(3)]
    count: i64,
}

/// What tells a store as it is now from every other.
fn mark(store: &dyn Store) -> Result<[u8; DIGEST_BYTES], Error> {
    let last = store.last_frame();
    let mut mark = Sha256::new().chain_update(last.to_be_bytes());
    if let Some(before) = last.checked_sub(1) {
        let found = store.frames(before, 1)?.pop();
        let frame = found.ok_or_else(|| Error::Refused("the last frame can't be read".to_owned()))?;
        mark.update(frame.stream.0);
        mark.update(frame.version.to_be_bytes());
        mark.update(frame.at.0.to_be_bytes());
        mark.update(frame.previous);
        mark.update(&frame.command);
    }
    Ok(mark.finalize().into())
}

pub(super) fn encode(sum: &Sum, store: &dyn Store) -> Result<Vec<u8>, Error> {
    let kept = Kept {
        last_frame: store.last_frame(),
        form: FORM.to_owned(),
        mark: mark(store)?,
        counts: sum.counts.iter().map(|(what, count)| counted(what, *count)).collect(),
        connectors: sum.connectors.iter().cloned().collect(),
        neglected: sum.neglected.iter().copied().collect(),
    };
    let mut bytes = crate::stream::encoded(&kept);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    Ok(bytes)
}

/// None where it is no sum of the store as it is now.
pub(super) fn decode(bytes: &[u8], store: &dyn Store) -> Result<Option<Sum>, Error> {
    let Some((body, digest)) = bytes.split_last_chunk::<DIGEST_BYTES>() else { return Ok(None) };
    if Sha256::digest(body).as_slice() != digest {
        return Ok(None);
    }
    let Ok(kept) = minicbor::decode::<Kept>(body) else { return Ok(None) };
    // A frame is looked for in the journal only where it would fit.
    if kept.form != FORM || kept.last_frame != store.last_frame() || kept.mark != mark(store)? {
        return Ok(None);
    }
    let counts: Option<Count> = kept.counts.into_iter().map(|one| Some((what(&one)?, one.count))).collect();
    Ok(counts.map(|counts| Sum {
        counts,
        connectors: kept.connectors.into_iter().collect(),
        neglected: kept.neglected.into_iter().collect(),
        ..Sum::default()
    }))
}

fn counted(what: &What, count: i64) -> Counted {
    let flags = |call: bool, overdue: bool| format!("{}{}", u8::from(call), u8::from(overdue));
    let (kind, which, connector) = match what {
        What::CasesOpen => (0, String::new(), String::new()),
        What::CasesClosed => (1, String::new(), String::new()),
        What::CasesNeglected => (2, String::new(), String::new()),
        What::Tasks { call, overdue } => (3, flags(*call, *overdue), String::new()),
        What::IncidentsOpen => (4, String::new(), String::new()),
        What::Instances(status) => (5, (*status).to_owned(), String::new()),
        What::Timers => (6, String::new(), String::new()),
        What::Messages(connector, state) => (7, (*state).to_owned(), connector.clone()),
    };
    Counted { kind, which, connector, count }
}

fn what(one: &Counted) -> Option<What> {
    let named = |names: &[&'static str]| names.iter().copied().find(|name| *name == one.which);
    Some(match one.kind {
        0 => What::CasesOpen,
        1 => What::CasesClosed,
        2 => What::CasesNeglected,
        3 => What::Tasks { call: one.which.starts_with('1'), overdue: one.which.ends_with('1') },
        4 => What::IncidentsOpen,
        5 => What::Instances(named(&STATUSES.map(status))?),
        6 => What::Timers,
        7 => What::Messages(one.connector.clone(), named(&STATES.map(state))?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use peygir_core::Moment;
    use peygir_store::Batch;
    use peygir_store::memory::MemoryStore;

    use super::super::{Tallied, Tally};
    use super::*;

    fn commit(store: &MemoryStore, expected: u64, command: u8) {
        let batch = Batch {
            stream: Id([7; 16]),
            expected,
            at: Moment(1),
            command: vec![command],
            events: Vec::new(),
            rows: Vec::new(),
            claims: Vec::new(),
            unclaim: Vec::new(),
            enqueue: Vec::new(),
            done: None,
        };
        assert!(store.commit(&[batch])[0].is_ok());
    }

    fn everything() -> Count {
        let flags = [false, true];
        let tasks = flags.iter().flat_map(|call| flags.map(|overdue| What::Tasks { call: *call, overdue }));
        let plain = [What::CasesOpen, What::CasesClosed, What::CasesNeglected, What::IncidentsOpen, What::Timers];
        let instances = STATUSES.into_iter().map(|one| What::Instances(status(one)));
        let messages = STATES.into_iter().map(|one| What::Messages("پیامک".to_owned(), state(one)));
        plain.into_iter().chain(tasks).chain(instances).chain(messages).zip(1..).collect()
    }

    #[test]
    fn what_was_kept_counts_for_the_same_store_alone_and_only_when_it_was_complete() {
        let store = MemoryStore::new();
        commit(&store, 0, 1);
        let tally = Tally::default();
        tally.begin();
        tally.changed(Id([1; 16]), &Count::new(), &everything());
        assert_eq!(tally.keep(&store).unwrap(), None, "the streams are not counted yet");
        assert!(tally.count_page(&store).unwrap());
        tally.changed(Id([1; 16]), &Count::new(), &everything());
        let kept = tally.keep(&store).unwrap().expect("all is counted");
        let taken = |bytes: &[u8], store: &MemoryStore| {
            let anew = Tally::default();
            let is_taken = anew.begin_with(bytes, store).unwrap();
            assert_eq!(anew.read().is_some(), is_taken);
            anew.read()
        };
        let expected = Tallied { counts: everything(), neglected: vec![Id([1; 16])], is_complete: true, unreadable: 0 };
        assert_eq!(taken(&kept, &store), Some(expected));
        for at in 0..kept.len() {
            let mut damaged = kept.clone();
            damaged[at] ^= 1;
            assert_eq!(taken(&damaged, &store), None, "byte {at} was changed");
            assert_eq!(taken(&kept[..at], &store), None, "it ends at {at}");
        }
        // As long a history, but another one.
        let other = MemoryStore::new();
        commit(&other, 0, 2);
        assert_eq!(taken(&kept, &other), None);
        commit(&store, 1, 1);
        assert_eq!(taken(&kept, &store), None, "something was committed since");
    }
}
