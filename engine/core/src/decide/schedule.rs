//! `schedule.on`: whether an event starts a flow, and with which input.

use peygir_dsl::expr::Template;
use peygir_dsl::model::{Consumption, Filter, Workflow};
use serde_json::Value;

use super::filter::attributes_match;
use super::listen::read;
use super::scope::fault;
use crate::{CloudEvent, Data};

/// The input of the instance that this event starts: an array, as a `listen` gives it. None where it starts none. A
/// filter whose expression fails on the event is not satisfied by it.
pub fn input_of_schedule(definition: &Workflow, event: &CloudEvent) -> Option<Value> {
    let schedule = definition.schedule.as_ref()?;
    let filters: &[Filter] = match schedule.on.as_ref()? {
        Consumption::One(filter) => std::slice::from_ref(filter),
        Consumption::Any { filters, until: None } => filters,
        // What needs several events is refused when the flow is read.
        Consumption::All(_) | Consumption::Any { .. } => return None,
    };
    let envelope = Data::from(event.envelope());
    let fill = |template: &Template, on: &Data| template.eval(on.value(), &[]).map(Data::from).map_err(fault);
    let wanted = filters.iter().any(|filter| attributes_match(&fill, filter, &envelope).unwrap_or(false));
    let every = filters.is_empty();
    (wanted || every).then(|| Value::Array(vec![read(event, schedule.read)]))
}
