//! Events inside a stream: an event that arrives meets tasks that it closes, flows that it starts and listeners; what
//! nobody waits for is kept for who comes later.

use peygir_core::{CloudEvent, Data, Id};

use super::{Refused, Turn, Work};

impl Turn<'_> {
    pub(super) fn arrived(&mut self, event: &CloudEvent) -> Result<(), Refused> {
        let key = (event.source.clone(), event.id.clone());
        if self.stream.records.mailbox.seen.contains(&key) {
            return Ok(());
        }
        self.record(peygir_casework::Event::EventArrived { source: key.0, id: key.1 });
        let closed = peygir_casework::tasks::close_by_event(&self.stream.records, event);
        let mut wanted = !closed.answers.is_empty();
        self.absorb(closed);
        wanted |= self.start_scheduled(event);
        wanted |= self.deliver(event)?;
        if !wanted {
            self.record(peygir_casework::Event::EventKept(event.clone()));
        }
        Ok(())
    }

    fn start_scheduled(&mut self, event: &CloudEvent) -> bool {
        let flows = self.catalog.started_by(event);
        for (flow, input) in &flows {
            let label = format!("event:{}", event.type_);
            self.work.push_back(Work::Start { flow: flow.clone(), input: Data::from(input.clone()), label });
        }
        !flows.is_empty()
    }

    fn deliver(&mut self, event: &CloudEvent) -> Result<bool, Refused> {
        let instances: Vec<Id> = self.stream.instances.keys().copied().collect();
        let mut wanted = false;
        for instance in instances {
            let command = peygir_core::Command::Deliver { event: event.clone(), activation: None };
            match self.step(instance, command) {
                Ok(()) => wanted = true,
                Err(Refused::Flow(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(wanted)
    }

    /// A listener came up: events that came before it, oldest first, as long as it wants more.
    pub(super) fn read_mailbox(&mut self, instance: Id, activation: u64) -> Result<(), Refused> {
        let kept = self.stream.records.mailbox.kept.clone();
        for event in kept {
            let (source, id) = (event.source.clone(), event.id.clone());
            let command = peygir_core::Command::Deliver { event, activation: Some(activation) };
            match self.step(instance, command) {
                Ok(()) => self.record(peygir_casework::Event::EventTaken { source, id }),
                Err(Refused::Flow(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}
