//! What a client asks of the desk for a flow: starting, events, what a person does to an instance.

use peygir_core::Id;
use peygir_dsl::model::FlowName;
use peygir_runtime::desk::{Desk, InstanceAction, Refusal, WorkflowName};
use serde_json::Value;

use super::Action;
use crate::scenario::scene::reader;

/// Why a person does something, in scenarios.
const REASON: &str = "the scenario says so";

/// Brings schedules in line with what is deployed.
pub async fn align(desk: &Desk) -> Result<(), Refusal> {
    Ok(desk.host().align_schedules().await?)
}

pub async fn start(desk: &Desk, flow: &FlowName, input: Value) -> Result<Id, Refusal> {
    let flow = WorkflowName {
        namespace: flow.namespace.clone(),
        name: flow.name.clone(),
        version: Some(flow.version.clone()),
    };
    let started = desk.start_instance(&reader(), &flow, input, None).await?;
    Id::parse(&started.id).ok_or(Refusal::NotFound)
}

pub async fn event(desk: &Desk, event: Value) -> Result<(), Refusal> {
    desk.submit_event(&reader(), event).await.map(|_| ())
}

pub async fn act(desk: &Desk, instance: Id, action: Action) -> Result<(), Refusal> {
    let reason = REASON.to_owned();
    let action = match action {
        Action::Suspend => InstanceAction::Suspend { reason },
        Action::Resume => InstanceAction::Resume,
        Action::Cancel => InstanceAction::Cancel { reason },
        Action::Retry => InstanceAction::Retry,
    };
    desk.act_on_instance(&reader(), instance, action).await
}
