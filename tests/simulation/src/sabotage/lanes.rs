//! A turn that keeps each message in a lane of its own, as an engine would that forgot whom it goes to; the event says the right one.

use peygir_casework::Event;
use peygir_casework::records::Dispatch;
use peygir_runtime::command::Recorded;
use peygir_runtime::rows;
use peygir_runtime::stream::RowName;
use peygir_store::Batch;

/// Changes the rows of the messages that a commit queues.
pub fn part(batch: &mut Batch) {
    for event in &batch.events {
        let Ok(Recorded::Case(Event::MessageQueued(queued))) = minicbor::decode(event) else { continue };
        let key = rows::key(batch.stream, &RowName::Dispatch(queued.id));
        for (_, value) in batch.rows.iter_mut().filter(|(other, _)| *other == key) {
            let Some(mut stored) = value.as_deref().and_then(|bytes| minicbor::decode::<Dispatch>(bytes).ok()) else {
                continue;
            };
            stored.lane = format!("{}/{}", stored.lane, stored.id);
            *value = Some(minicbor::to_vec(&stored).expect("it was decoded before"));
        }
    }
}
