//! The stream of an operation: it begins, its pages come in, it ends.

use peygir_casework::incident;

use super::Turn;
use crate::closures;
use crate::command::{Command, Recorded};
use crate::operation::{About, Advance, Operation};
use crate::stream::RowName;

/// Failures that an incident's reason names.
const NAMED_FAILURES: usize = 5;

impl Turn<'_> {
    pub(super) fn begin_operation(&mut self, about: &About) {
        if self.stream.operation.is_none() {
            self.note_operation(Recorded::OperationBegun(Operation::begun(about.clone(), self.at)));
        }
    }

    /// A page is done; of the last one, what failed is told to a person and tried again later.
    pub(super) fn advance_operation(&mut self, page: &Advance) {
        if self.stream.operation.as_ref().is_none_or(|operation| operation.ended_at.is_some()) {
            return;
        }
        self.note_operation(Recorded::OperationAdvanced(page.clone()));
        let Some(operation) = self.stream.operation.clone().filter(|operation| operation.passed) else { return };
        self.tell_failures(&operation);
        if operation.ended_at.is_some() {
            self.outbound.push((closures::STREAM, Command::OperationEnded(self.stream.id)));
        }
    }

    fn tell_failures(&mut self, operation: &Operation) {
        let events = if operation.failed == 0 {
            incident::operation_mended(&self.stream.records)
        } else {
            let named = operation.failures.iter().take(NAMED_FAILURES);
            let named: Vec<String> = named.map(|failure| format!("{}: {}", failure.stream, failure.reason)).collect();
            let reason =
                format!("deadlines in {} streams could not be derived anew: {}", operation.failed, named.join("; "));
            self.with_context(|context| incident::operation_failing(context, &reason))
        };
        self.record_all(events);
    }

    /// A person has mended what an incident told of: what failed is tried again at once.
    pub(super) fn resume_operation(&mut self) {
        if self.stream.operation.is_some() {
            self.note_operation(Recorded::OperationResumed);
        }
    }

    fn note_operation(&mut self, event: Recorded) {
        self.touch(RowName::Operation);
        self.stream.apply(&event, self.at);
        self.events.push(event);
    }
}
