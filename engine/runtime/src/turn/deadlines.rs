//! Deadlines of a stream: derived anew by an operation, and what people do to them.
//!
//! While an operation is under way, a turn that fires timers or changes a deadline derives the stream's deadlines anew
//! first, in the operation's name: no timer fires by a date that holds no more, and each move has its true cause.

use peygir_casework::Event;
use peygir_casework::deadlines;
use peygir_casework::host::Rejection;
use peygir_casework::records::{Move, MoveWhy};
use peygir_core::{CloudEvent, Id, Moment};

use super::{Refused, Turn};
use crate::command::Claim;
use crate::operation::{Moved, OpenDeadline};
use crate::rows;

impl Turn<'_> {
    pub(super) fn rederive(&mut self, operation: Id, why: MoveWhy) {
        let reply = self.with_context(|context| deadlines::rederive(context, operation, why));
        self.absorb(reply);
    }

    /// Derives anew what operations that are under way may still come to.
    pub(super) fn rederive_first(&mut self) {
        let catalog = self.catalog;
        for open in catalog.operations() {
            let touched = OpenDeadline::all(&self.stream.records)
                .any(|one| open.reach.touches(catalog.calendars(&one.place), &one));
            if touched {
                self.rederive(open.id, open.why());
            }
        }
    }

    pub(super) fn suspend_deadline(&mut self, task: Id, reason: &str, until: Option<Moment>) -> Result<(), Refused> {
        self.rederive_first();
        let (reason, by) = (self.vault.open(reason), self.actor.to_owned());
        let reply = self.with_context(|context| deadlines::suspend(context, task, &by, &reason, until))?;
        self.absorb(reply);
        Ok(())
    }

    pub(super) fn resume_deadline(&mut self, task: Id) -> Result<(), Refused> {
        self.rederive_first();
        let by = self.actor.to_owned();
        let reply = self.with_context(|context| deadlines::resume(context, task, &by))?;
        self.absorb(reply);
        Ok(())
    }

    pub(super) fn set_deadline(&mut self, task: Id, due: Moment, reason: &str) -> Result<(), Refused> {
        self.rederive_first();
        let (reason, by) = (self.vault.open(reason), self.actor.to_owned());
        let reply = self.with_context(|context| deadlines::set(context, task, &by, due, &reason))?;
        self.absorb(reply);
        Ok(())
    }

    /// A message of the citizen came: what waited for it goes on.
    pub(super) fn citizen_wrote(&mut self) {
        let reply = self.with_context(deadlines::citizen_wrote);
        self.absorb(reply);
    }

    /// What the citizen wrote who was waited for. Nobody waits any more: it is a message like any other.
    pub(super) fn take_answer(&mut self, channel: &str, text: &str, claims: &[Claim]) -> Result<(), Refused> {
        if !self.stream.waits_for_citizen(self.at) {
            return Err(Refused::Records(Rejection::NotSuspended));
        }
        self.claims.extend(claims.iter().cloned());
        self.record(Event::CitizenAnswered { channel: channel.to_owned(), text: text.to_owned() });
        self.citizen_wrote();
        Ok(())
    }

    /// An event came: waiting that it ends is over. Whether there was any.
    pub(super) fn resume_by_event(&mut self, event: &CloudEvent) -> bool {
        let reply = self.with_context(|context| deadlines::event_arrived(context, event));
        let resumed = !reply.events.is_empty();
        self.absorb(reply);
        resumed
    }

    /// What an operation moved is listed under it, in the commit that moves it.
    pub(super) fn list_moved(&mut self, event: &Event) {
        let (of, moved) = match event {
            Event::DeadlineMoved { of, change } => (*of, &change.moved),
            Event::DeadlineRederived(change) => (change.of, &change.moved),
            Event::WaitMoved { wait, moved } => (*wait, moved),
            _ => return,
        };
        let Move { operation: Some(operation), from, to, .. } = *moved else { return };
        if from == to {
            return;
        }
        let code = self.stream.records.case.as_ref().map(|case| case.code.clone());
        let listed = Moved { stream: self.stream.id, of, code, from, to };
        self.listed.push((rows::moved_index(operation, of, self.stream.id), Some(super::encode(&listed))));
    }
}
