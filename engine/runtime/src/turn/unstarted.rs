//! An open case on which nothing works any more. Its flow handed it on by an event, and no flow starts from it: a person is
//! told, for nobody else would ever look.

use peygir_casework::host::Rejection;
use peygir_casework::incident;
use peygir_core::state::Status;
use peygir_core::{CloudEvent, Event as FlowEvent};

use super::{Refused, Turn};
use crate::command::Recorded;

/// What the flow of a message is started by.
pub(super) const MESSAGE: &str = "message";

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

    /// Whether the case is open, everything that worked on it is through, and nothing took it over: it began with a message
    /// and went no further, or an event waits that nobody took. What faulted or was cancelled was told otherwise.
    fn is_unstarted(&self) -> bool {
        let records = &self.stream.records;
        let open = records.case.as_ref().is_some_and(|case| !case.closed);
        if !open || !self.rest.is_empty() || self.stream.instances.is_empty() {
            return false;
        }
        let mut instances = self.stream.instances.values();
        let through = instances.all(|instance| instance.status == Status::Completed);
        let first_only = || self.stream.instances.values().all(|instance| instance.started_by == MESSAGE);
        through && (first_only() || !records.mailbox.kept.is_empty())
    }

    /// Somebody settled it, and nothing has ended since.
    fn is_told(&self) -> bool {
        let before =
            self.stream.records.incidents.values().any(|one| one.about == peygir_casework::records::About::Unstarted);
        let ended =
            |event: &Recorded| matches!(event, Recorded::Flow { event: FlowEvent::InstanceCompleted { .. }, .. });
        before && !self.events.iter().any(ended)
    }

    fn why_unstarted(&self) -> String {
        let last = self.stream.instances.values().max_by_key(|instance| instance.ended_at);
        let flow = last.map(|last| format!("{}/{}:{}", last.flow.namespace, last.flow.name, last.flow.version));
        let flow = flow.unwrap_or_default();
        match self.stream.records.mailbox.kept.last() {
            Some(event) => format!(
                "the flow {flow} ended, and no flow in force starts from the event {}: nothing works on this case",
                event.type_
            ),
            None => format!("the flow {flow} ended and left the case open: nothing works on it"),
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
