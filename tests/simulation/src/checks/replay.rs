//! Statement: the journal gives the state. Its events, applied one after the other, are each stream as it is stored; its
//! frames, committed to an empty store of another kind, are taken there and give the same content.

use std::collections::BTreeSet;

use peygir_core::Id;
use peygir_runtime::command::Recorded;
use peygir_runtime::engine::Engine;
use peygir_runtime::stream::Stream;
use peygir_store::{Batch, Frame, MemoryStore, Store};

use super::early;
use crate::finding::{Finding, found};

const STATEMENT: &str = "replay";
/// Frames read at once.
const PAGE_FRAMES: usize = 500;

/// Also gives the streams that there are.
pub fn check(engine: &Engine) -> Result<BTreeSet<Id>, Finding> {
    let store = engine.store.as_ref();
    let model = MemoryStore::new();
    let (mut after, mut streams) = (0, BTreeSet::new());
    loop {
        let frames = store.frames(after, PAGE_FRAMES).map_err(|error| found(STATEMENT, error.to_string()))?;
        let Some(last) = frames.last() else { break };
        after = last.number;
        for frame in frames {
            streams.insert(frame.stream);
            let number = frame.number;
            if let Some(Err(conflict)) = model.commit(&[batch_of(frame)]).pop() {
                return Err(found(STATEMENT, format!("frame {number} is refused by an empty store: {conflict}")));
            }
        }
    }
    let digests = store.digest().and_then(|stored| Ok((stored, model.digest()?)));
    let (stored, replayed) = digests.map_err(|error| found(STATEMENT, error.to_string()))?;
    if stored != replayed {
        return Err(found(STATEMENT, difference(store, &model)));
    }
    for stream in &streams {
        fold(engine, *stream)?;
    }
    Ok(streams)
}

/// Which rows are not the same.
fn difference(store: &dyn Store, model: &MemoryStore) -> String {
    let rows = |store: &dyn Store| store.scan(&[0], &[0xff; 8], usize::MAX).unwrap_or_default();
    let (stored, replayed) = (rows(store), rows(model));
    let named = |row: &(Vec<u8>, Vec<u8>)| String::from_utf8_lossy(&row.0).into_owned();
    let only = |these: &[(Vec<u8>, Vec<u8>)], those: &[(Vec<u8>, Vec<u8>)]| -> Vec<String> {
        let those: BTreeSet<_> = those.iter().collect();
        these.iter().filter(|row| !those.contains(row)).map(named).take(5).collect()
    };
    let (here, there) = (only(&stored, &replayed), only(&replayed, &stored));
    format!("rows stored but not replayed: {here:?}; replayed but not stored: {there:?}")
}

fn batch_of(frame: Frame) -> Batch {
    Batch {
        stream: frame.stream,
        expected: frame.version - 1,
        at: frame.at,
        command: frame.command,
        events: frame.events,
        rows: frame.rows,
        claims: frame.claims,
        unclaim: frame.unclaim,
        enqueue: frame.enqueue,
        done: frame.done,
    }
}

fn fold(engine: &Engine, id: Id) -> Result<(), Finding> {
    let broken = |what: String| found(STATEMENT, format!("stream {id}: {what}"));
    let stored = engine.load(id).map_err(|failure| broken(failure.to_string()))?;
    let mut folded = Stream::new(id);
    let frames = engine.store.journal(id, 0, usize::MAX).map_err(|error| broken(error.to_string()))?;
    for frame in frames {
        for event in &frame.events {
            let event: Recorded = minicbor::decode(event).map_err(|error| broken(error.to_string()))?;
            early::check(&folded, &event, frame.at)?;
            folded.apply(&event, frame.at);
        }
    }
    let same = [
        ("instances", folded.instances == stored.instances),
        ("records", folded.records == stored.records),
        ("schedule", folded.schedule == stored.schedule),
        ("operation", folded.operation == stored.operation),
        ("closures", folded.closures == stored.closures),
        ("editions", folded.editions == stored.editions),
        ("next instant", folded.next_due() == stored.head.due),
    ];
    match same.iter().find(|(_, same)| !same) {
        Some((part, _)) => Err(broken(format!("its {part} are not what its events give"))),
        None => Ok(()),
    }
}
