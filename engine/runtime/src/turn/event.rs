//! Events inside a stream: an event that arrives meets tasks that it closes, flows that it starts and listeners; what
//! nobody waits for is kept for who comes later.

use peygir_core::state::Status;
use peygir_core::{CloudEvent, Data, Id, Instance};
use serde_json::Value;

use super::{Refused, Turn, Work};

/// Bytes of the events that wait in one stream: all of them are one row, and the ids of those that came stand beside them.
const MAILBOX_BYTES_MAX: usize = 2 << 20;

fn bytes_of(event: &CloudEvent) -> usize {
    event.data.json().len() + event.extensions.json().len() + event.source.len() + event.id.len()
}

/// Extension attribute, while an event waits, that names the instances it waits for, where it waits for some alone.
const WAITS_FOR: &str = "peygirwaitsfor";

/// An event that others took, or were not meant by, kept for instances that could not take it.
fn set_aside(event: &CloudEvent, instances: &[Id]) -> CloudEvent {
    let names: Vec<String> = instances.iter().map(Id::to_string).collect();
    let mut extensions = event.extensions.value().as_object().cloned().unwrap_or_default();
    extensions.insert(WAITS_FOR.to_owned(), names.join(" ").into());
    CloudEvent { extensions: Data::from(Value::Object(extensions)), ..event.clone() }
}

/// A waiting event as it came, and the instances that it waits for; None where it waits for whoever comes.
fn as_it_came(event: &CloudEvent) -> (CloudEvent, Option<Vec<Id>>) {
    let mut extensions = event.extensions.value().as_object().cloned().unwrap_or_default();
    let Some(names) = extensions.remove(WAITS_FOR) else { return (event.clone(), None) };
    let instances = names.as_str().unwrap_or_default().split(' ').filter_map(Id::parse).collect();
    (CloudEvent { extensions: Data::from(Value::Object(extensions)), ..event.clone() }, Some(instances))
}

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
        wanted |= self.resume_by_event(event);
        wanted |= self.start_scheduled(event);
        // Asked before anybody takes it: a suspended instance gets what came for it when it is resumed.
        let suspended = self.suspended_listeners(event);
        wanted |= self.deliver(event)?;
        if wanted {
            self.keep_for(event, &suspended);
        } else {
            self.keep(event.clone());
        }
        Ok(())
    }

    /// For instances that can't take it now, and for nobody else: others had it, or are not meant.
    pub(super) fn keep_for(&mut self, event: &CloudEvent, suspended: &[Id]) {
        if !suspended.is_empty() {
            self.keep(set_aside(event, suspended));
        }
    }

    /// For who comes later. The oldest make room.
    fn keep(&mut self, event: CloudEvent) {
        let most = self.catalog.limits().events_waiting_max;
        if most == 0 || bytes_of(&event) > MAILBOX_BYTES_MAX {
            tracing::warn!(stream = %self.stream.id, source = %event.source, id = %event.id, "an event is not kept");
            return;
        }
        while !self.has_room(&event, most) {
            let oldest = &self.stream.records.mailbox.kept[0];
            let (source, id) = (oldest.source.clone(), oldest.id.clone());
            tracing::warn!(stream = %self.stream.id, %source, %id, "the mailbox is full: its oldest event was dropped");
            self.record(peygir_casework::Event::EventTaken { source, id });
        }
        self.record(peygir_casework::Event::EventKept(event));
    }

    fn has_room(&self, event: &CloudEvent, most: usize) -> bool {
        let kept = &self.stream.records.mailbox.kept;
        let bytes: usize = kept.iter().map(bytes_of).sum();
        kept.is_empty() || (kept.len() < most && bytes + bytes_of(event) <= MAILBOX_BYTES_MAX)
    }

    /// Suspended instances that would take the event if they ran.
    pub(super) fn suspended_listeners(&self, event: &CloudEvent) -> Vec<Id> {
        let suspended = self.stream.instances.values().filter(|instance| instance.status == Status::Suspended);
        suspended.filter(|instance| self.would_take(instance, event)).map(|instance| instance.id).collect()
    }

    fn would_take(&self, suspended: &Instance, event: &CloudEvent) -> bool {
        let command = peygir_core::Command::Deliver { event: event.clone(), activation: None };
        let Ok(definition) = self.definition(suspended.id, &command) else { return false };
        let running = Instance { status: Status::Active, ..suspended.clone() };
        let mut draws = self.draws.clone();
        peygir_core::step(&definition, &self.surroundings, Some(&running), &command, self.at, &mut draws).is_ok()
    }

    pub(super) fn start_scheduled(&mut self, event: &CloudEvent) -> bool {
        let flows = self.catalog.started_by(event);
        for (flow, input) in &flows {
            let label = format!("event:{}", event.type_);
            self.work.push_back(Work::Start { flow: flow.clone(), input: Data::from(input.clone()), label });
        }
        !flows.is_empty()
    }

    pub(super) fn deliver(&mut self, event: &CloudEvent) -> Result<bool, Refused> {
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
            let (event, waits_for) = as_it_came(&event);
            if waits_for.as_ref().is_some_and(|waits_for| !waits_for.contains(&instance)) {
                continue;
            }
            let command = peygir_core::Command::Deliver { event: event.clone(), activation: Some(activation) };
            match self.step(instance, command) {
                Ok(()) => self.taken(&event, waits_for, instance),
                Err(Refused::Flow(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Out of the mailbox, unless others are still to have it.
    fn taken(&mut self, event: &CloudEvent, waits_for: Option<Vec<Id>>, instance: Id) {
        let (source, id) = (event.source.clone(), event.id.clone());
        self.record(peygir_casework::Event::EventTaken { source, id });
        let others: Vec<Id> = waits_for.into_iter().flatten().filter(|other| *other != instance).collect();
        self.keep_for(event, &others);
    }
}
