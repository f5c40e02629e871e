//! A flow that faulted begins anew: in its version in force, with what it was given, beside the faulted instance, which stays as
//! it is. Trying again runs the faulted step with what was decided before it; where just that was wrong (a table answered an
//! agency that does not exist), only deciding again helps.

use peygir_casework::host::Rejection;
use peygir_core::Id;
use peygir_core::state::Status;

use super::unstarted::MESSAGE;
use super::{Refused, Turn};

/// How the label of an instance begins that stands for a faulted one.
pub(crate) const LABEL: &str = "restart";

/// The label of the instance that stands for a faulted one.
pub(crate) fn label_of(instance: Id) -> String {
    format!("{LABEL}:{instance}")
}

impl Turn<'_> {
    /// Once for an instance, and only for one that nobody waits for: a flow that another one runs is that one's to try again.
    pub(super) fn restart(&mut self, id: Id, flow: &str) -> Result<(), Refused> {
        let before = self.stream.instances.get(&id).ok_or(peygir_core::Rejection::NotFound)?;
        if before.status != Status::Faulted || before.parent.is_some() || self.is_restarted(id) {
            return Err(peygir_core::Rejection::NotActive.into());
        }
        // It would open the case a second time.
        if before.started_by == MESSAGE && self.stream.records.case.is_some() {
            return Err(Rejection::NotRetriable.into());
        }
        let input = before.raw_input.clone();
        self.start(flow, &input, &label_of(id));
        self.pass_fault(id)
    }

    pub(super) fn is_restarted(&self, id: Id) -> bool {
        let label = label_of(id);
        self.stream.instances.values().any(|instance| instance.started_by == label)
    }
}
