//! An open case that nothing and nobody moves any more: every open case has something that is due, or a person who knows
//! of it. Its flow handed it on by an event from which no flow starts, was cancelled, or ended and left it open: a person
//! is told, for nobody else would ever look.

use peygir_casework::host::Rejection;
use peygir_casework::incident;
use peygir_casework::records::{About, Incident, Task};
use peygir_core::state::Status;
use peygir_core::{CloudEvent, Event as FlowEvent};

use super::{Refused, Turn};
use crate::command::Recorded;

/// What the flow of a message is started by.
pub(super) const MESSAGE: &str = "message";

/// Whether a flow ended.
fn is_end(event: &Recorded) -> bool {
    use FlowEvent::{InstanceCancelled, InstanceCompleted, InstanceFaulted};
    let Recorded::Flow { event, .. } = event else { return false };
    matches!(event, InstanceCancelled { .. } | InstanceCompleted { .. } | InstanceFaulted { .. })
}

impl Turn<'_> {
    /// Asked at the end of each turn.
    pub(super) fn note_unstarted(&mut self) {
        let known = incident::open_unstarted(&self.stream.records).map(|one| one.id);
        match (self.is_unstarted(), known) {
            (true, None) if self.is_told() => {}
            (true, None) => {
                let reason = self.why_unstarted();
                let event = self.with_context(|context| incident::unstarted(context, reason));
                self.record_all(event.into_iter().collect());
            }
            // A person started something, or closed the case.
            (false, Some(known)) if self.rest.is_empty() => self.record(incident::passed(known)),
            _ => {}
        }
    }

    /// Whether the case is open, every flow that worked on it has ended, in whatever way, nothing is due, and no task and no
    /// other incident lies before a person.
    fn is_unstarted(&self) -> bool {
        let records = &self.stream.records;
        let open = records.case.as_ref().is_some_and(|case| !case.closed);
        if !open || !self.rest.is_empty() || self.stream.instances.is_empty() {
            return false;
        }
        let has_ended = |status| matches!(status, Status::Completed | Status::Cancelled | Status::Faulted);
        let through = self.stream.instances.values().all(|instance| has_ended(instance.status));
        let asks = |one: &Incident| one.resolved_at.is_none() && one.about != About::Unstarted;
        let known = records.tasks.values().any(Task::is_open) || records.incidents.values().any(asks);
        through && !known && self.stream.next_due().is_none()
    }

    /// Somebody settled it, and nothing has ended since.
    fn is_told(&self) -> bool {
        let before = self.stream.records.incidents.values().any(|one| one.about == About::Unstarted);
        before && !self.events.iter().any(is_end)
    }

    fn why_unstarted(&self) -> String {
        let last = self.stream.instances.values().max_by_key(|instance| instance.ended_at);
        let Some(last) = last else { return String::new() };
        let flow = format!("{}/{}:{}", last.flow.namespace, last.flow.name, last.flow.version);
        match (last.status, self.stream.records.mailbox.kept.last()) {
            (Status::Cancelled, _) => {
                format!("the flow {flow} was cancelled and left the case open: nothing works on it")
            }
            (Status::Faulted, _) => {
                format!("the flow {flow} failed, its incident is over and the case open: nothing works on it")
            }
            (_, Some(event)) => format!(
                "the flow {flow} ended, and no flow in force starts from the event {}: nothing works on this case",
                event.type_
            ),
            (_, None) => format!("the flow {flow} ended and left the case open: nothing works on it"),
        }
    }

    /// A person deployed what was missing: flows that start from the events that wait are started.
    pub(super) fn start_from_mailbox(&mut self) -> Result<(), Refused> {
        let kept: Vec<CloudEvent> = self.stream.records.mailbox.kept.clone();
        let mut started = false;
        for event in kept {
            if self.start_scheduled(&event) {
                started = true;
                let (source, id) = (event.source, event.id);
                self.record(peygir_casework::Event::EventTaken { source, id });
            }
        }
        if started { Ok(()) } else { Err(Rejection::NothingStarts.into()) }
    }
}
