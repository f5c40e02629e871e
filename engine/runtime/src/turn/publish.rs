//! Events that leave a stream: each has a stream of its own, by its source and id, from which it is carried to whoever
//! waits for it. So the same event is carried once, however often it is told.

use peygir_core::{CloudEvent, Id};
use sha2::{Digest, Sha256};

use super::{Refused, Turn};
use crate::command::Command;

/// The stream of an event: the same for the same source and id. It begins behind all ids that begin with a time, so that a
/// store can tell those that are new.
pub fn stream_of(event: &CloudEvent) -> Id {
    let digest = Sha256::digest(format!("peygir event\0{}\0{}", event.source, event.id).as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id[0] |= 0x80;
    Id(id)
}

impl Turn<'_> {
    /// A flow of this stream emitted an event: if anybody elsewhere may wait for it, it is carried there.
    pub(super) fn publish(&mut self, event: &CloudEvent) {
        let own = self.stream.id.to_string();
        let names_another = event.subject.as_ref().is_some_and(|subject| *subject != own);
        if names_another || self.catalog.interest().wants(event) {
            let origin = Some(self.stream.id);
            self.outbound.push((stream_of(event), Command::Publish { event: event.clone(), origin }));
        }
    }

    /// An event comes to its own stream. Flows that single events start are started here, but for an event of a flow:
    /// they were started where it was emitted.
    pub(super) fn published(&mut self, event: &CloudEvent, origin: Option<Id>) -> Result<(), Refused> {
        let key = (event.source.clone(), event.id.clone());
        if self.stream.records.mailbox.seen.contains(&key) {
            return Ok(());
        }
        self.record(peygir_casework::Event::EventArrived { source: key.0, id: key.1 });
        if origin.is_none() {
            self.start_scheduled(event);
        }
        // Who waits is looked up once this is durable: a listener that comes up at the same moment is found.
        self.rest.push(Command::Spread { event: event.clone(), origin, named: None, to: Vec::new(), next: None });
        Ok(())
    }

    /// Carries an event to a page of those who may wait for it; `next` is where the following page begins.
    pub(super) fn spread(
        &mut self,
        event: &CloudEvent,
        origin: Option<Id>,
        named: Option<Id>,
        to: &[Id],
        next: Option<&Vec<u8>>,
    ) {
        if let Some(named) = named.filter(|named| Some(*named) != origin) {
            self.outbound.push((named, Command::Deliver(event.clone())));
        }
        for stream in to {
            if Some(*stream) != origin && Some(*stream) != named {
                self.outbound.push((*stream, Command::Offer(event.clone())));
            }
        }
        if let Some(next) = next {
            let next = Some(next.clone());
            self.rest.push(Command::Spread { event: event.clone(), origin, named, to: Vec::new(), next });
        }
    }

    /// An event that may interest a listener here; it is not kept if it interests none.
    pub(super) fn offered(&mut self, event: &CloudEvent) -> Result<(), Refused> {
        let key = (event.source.clone(), event.id.clone());
        if self.stream.records.mailbox.seen.contains(&key) {
            return Ok(());
        }
        let suspended = self.suspended_listeners(event);
        if !self.deliver(event)? && suspended.is_empty() {
            return Ok(());
        }
        self.record(peygir_casework::Event::EventArrived { source: key.0, id: key.1 });
        self.keep_for(event, &suspended);
        Ok(())
    }
}
