//! A turn that queues the effect of a step once more: as an engine would that forgot that the step had asked already, with
//! everything that belongs to it, under the key that a next run of the step would have.

use peygir_casework::Event;
use peygir_casework::records::Dispatch;
use peygir_core::Id;
use peygir_runtime::command::Recorded;
use peygir_runtime::rows;
use peygir_runtime::stream::RowName;
use peygir_store::Batch;

/// Adds to a commit a second message for the first one that it queues, its rows and its event.
pub fn double(batch: &mut Batch) {
    let queued = batch.events.iter().find_map(|event| match minicbor::decode(event) {
        Ok(Recorded::Case(Event::MessageQueued(dispatch))) => Some(dispatch),
        _ => None,
    });
    let Some(first) = queued else { return };
    let row_of = |id: Id| rows::key(batch.stream, &RowName::Dispatch(id));
    let value = |key: Vec<u8>| batch.rows.iter().find(|(other, _)| *other == key).and_then(|(_, value)| value.clone());
    let Some(stored) = value(row_of(first.id)).and_then(|bytes| minicbor::decode::<Dispatch>(&bytes).ok()) else {
        return;
    };
    let index = value(rows::dispatch_index(first.id, batch.stream));
    let second = |dispatch: &Dispatch| {
        let mut dispatch = dispatch.clone();
        dispatch.id.0[15] ^= 0x80;
        dispatch.key = next_run(&dispatch.key);
        if let Some(call) = &mut dispatch.reply_to {
            call.key = next_run(&call.key);
        }
        dispatch
    };
    let (queued, stored) = (second(&first), second(&stored));
    let encoded = |dispatch: &Dispatch| minicbor::to_vec(dispatch).expect("it was decoded before");
    batch.rows.push((row_of(stored.id), Some(encoded(&stored))));
    batch.rows.push((rows::dispatch_index(stored.id, batch.stream), index));
    let event = Recorded::Case(Event::MessageQueued(queued));
    batch.events.push(minicbor::to_vec(&event).expect("it was decoded before"));
}

/// The key with one more behind its first `#`, where the runs of a task are counted.
fn next_run(key: &str) -> String {
    let Some((before, after)) = key.split_once('#') else { return format!("{key}#2") };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let run: u64 = after[..digits].parse().unwrap_or(1);
    format!("{before}#{}{}", run + 1, &after[digits..])
}
