//! From the frames of one stream to events: where each of its instances stands, moved on frame by frame.

use std::collections::BTreeMap;

use peygir_core::{Event, Id};
use peygir_store::Frame;

use super::event::Source;
use super::tracker::Tracker;
use super::{Cursor, Error, LifecycleEvent};
use crate::access::access_stream;
use crate::catalog::Catalog;
use crate::command::Recorded;

/// A fact of a flow: its place in the frame, the instance, and what happened.
pub type Fact = (usize, Id, Event);

/// The facts of flows that a frame holds.
pub fn flow_events(frame: &Frame) -> Result<Vec<Fact>, Error> {
    // The book of access is written by no turn; its events have another form.
    if frame.events.is_empty() || frame.stream == access_stream() {
        return Ok(Vec::new());
    }
    let mut facts = Vec::new();
    for (place, bytes) in frame.events.iter().enumerate() {
        let recorded: Recorded = minicbor::decode(bytes)
            .map_err(|error| Error::Unreadable(format!("an event of frame {}: {error}", frame.number)))?;
        if let Recorded::Flow { instance, event } = recorded {
            facts.push((place, instance, event));
        }
    }
    Ok(facts)
}

/// The instances of a stream that have not ended.
#[derive(Debug, Clone, Default)]
pub struct Fold(BTreeMap<Id, Tracker>);

impl Fold {
    /// Instances and their open tasks.
    pub fn weight(&self) -> usize {
        self.0.values().map(|tracker| 1 + tracker.open().count()).sum()
    }

    /// Moves on over facts whose events nobody wants.
    pub fn pass(&mut self, facts: Vec<Fact>) {
        for (_, instance, event) in facts {
            if let Some(tracker) = self.tracker(instance, &event) {
                tracker.told += tracker.take(&event).len() as u64;
                self.forget_ended(instance);
            }
        }
    }

    /// Moves on over the facts of a frame, and gives their events.
    pub fn project(&mut self, frame: &Frame, facts: Vec<Fact>, catalog: &Catalog) -> Vec<LifecycleEvent> {
        let mut events = Vec::new();
        for (place, instance, event) in facts {
            let Some(tracker) = self.tracker(instance, &event) else { continue };
            let transitions = tracker.take(&event);
            let workflow = catalog.flow(&tracker.flow).map(|flow| flow.workflow.clone());
            let pointer = |path: &[String]| {
                workflow.as_ref().map_or_else(|| format!("/{}", path.join("/")), |workflow| workflow.pointer(path))
            };
            for (index, transition) in transitions.into_iter().enumerate() {
                tracker.told += 1;
                let index_in_frame = u32::try_from(events.len() + 1).unwrap_or(u32::MAX);
                let source = Source {
                    cursor: Cursor { frame: frame.number, index: index_in_frame },
                    stream: frame.stream,
                    version: frame.version,
                    at: frame.at,
                    instance,
                    flow: &tracker.flow,
                    sequence: tracker.told,
                    place: (place, index),
                };
                events.push(source.event(transition, pointer));
            }
            self.forget_ended(instance);
        }
        events
    }

    fn tracker(&mut self, instance: Id, event: &Event) -> Option<&mut Tracker> {
        if let Event::InstanceStarted { flow, .. } = event {
            // A version can't hold a slash: this is a part of the engine, not a workflow of somebody's.
            if flow.version.contains('/') {
                return None;
            }
            self.0.insert(instance, Tracker::new(flow.clone()));
        }
        self.0.get_mut(&instance)
    }

    fn forget_ended(&mut self, instance: Id) {
        if self.0.get(&instance).is_some_and(Tracker::has_ended) {
            self.0.remove(&instance);
        }
    }
}
