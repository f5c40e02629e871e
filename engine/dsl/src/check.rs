//! What the schema cannot see and no reader of one place: warnings about the flow as a whole.
use crate::model::Workflow;
use peygir_source::Diagnostics;
pub(crate) fn workflow(_workflow: &Workflow, _found: &mut Diagnostics) {}
