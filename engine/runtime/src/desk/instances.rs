//! Instances of flows: starting one, where one stands, and what a person does to it.
//!
//! What went in and came out is shown without personal data: sealed texts stay hidden here, whoever asks.

use std::sync::Arc;
use std::time::Duration;

use peygir_casework::host::Rejection;
use peygir_core::state::{Activation, FlowRef, Progress, Status, TimerPurpose};
use peygir_core::{Data, Id, Instance, Moment};
use peygir_dsl::model::Workflow;
use serde_json::Value;

use super::names::instant;
use super::refusal::{FieldError, Refusal};
use super::submit::{StartClaim, claim_start};
use super::view::{InstanceFilter, InstanceSummary, InstanceTask, InstanceView, Page, Started, WorkflowName};
use super::{Desk, place_of, require};
use crate::access::{Permission, Principal};
use crate::catalog::Catalog;
use crate::command::Command;
use crate::engine::Failure;
use crate::rows::{self, List};
use crate::stream::Stream;
use crate::turn::Refused;
use crate::turn::restart::label_of;
use crate::vault::replace_sealed;

/// Longest time that a caller may wait for an instance, in seconds.
pub const WAIT_SECONDS_MAX: u64 = 60;
/// How soon whoever waits looks by themselves.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Longest reason of a person, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// What stands in place of a text that is sealed.
const HIDDEN: &str = "•••";

/// What a person does to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceAction {
    Suspend {
        reason: String,
    },
    Resume,
    Cancel {
        reason: String,
    },
    /// Runs a faulted instance's faulted task again.
    Retry,
}

/// What an instance runs, and where it stands in it.
pub struct InstanceDefinition {
    pub workflow: Arc<Workflow>,
    /// Paths of the tasks that are active; of a faulted instance that of the faulted one.
    pub active: Vec<Vec<String>>,
    /// Knows what forms, tables and other flows are called.
    pub catalog: Arc<Catalog>,
}

impl Desk {
    /// Starts a flow in a stream of its own and returns when that is durable. Without a version, the newest one.
    pub async fn start_instance(
        &self,
        by: &Principal,
        flow: &WorkflowName,
        input: Value,
        idempotency_key: Option<&str>,
    ) -> Result<Started, Refusal> {
        self.begin_instance(by, flow, input, idempotency_key, None).await?.started()
    }

    /// The same, and the instance once it has ended, or as it is after so many seconds.
    pub async fn start_and_await(
        &self,
        by: &Principal,
        flow: &WorkflowName,
        input: Value,
        idempotency_key: Option<&str>,
        seconds: u64,
    ) -> Result<(Started, InstanceView), Refusal> {
        let begun_at = tokio::time::Instant::now();
        let catalog = self.host.engine.catalog();
        // Asked before it begins: an end that comes at once is not missed.
        let id = self.host.engine.new_id(self.host.clock.now());
        let ended = self.host.watch.end_of(id, None);
        let begun = self.begin_instance(by, flow, input, idempotency_key, Some(id)).await;
        if !begun.as_ref().is_ok_and(|begun| begun.stream.id == id) {
            drop(ended);
            let started = begun?.started()?;
            let instance = Id::parse(&started.id).ok_or(Refusal::NotFound)?;
            return Ok((started, self.await_instance(by, instance, seconds).await?));
        }
        let begun = begun?;
        require(&catalog, by, Permission::InstanceStart, &begun.stream)?;
        let (started, instance) = (begun.started()?, begun.first()?);
        if begun.has_ended() {
            return self.told_of(begun.stream, instance).map(|view| (started, view));
        }
        // The next turn makes another of it: held on to, it would be copied first.
        drop(begun);
        let soon = LOOK_AGAIN.min(Duration::from_secs(seconds));
        let Ok(Some(stream)) = tokio::time::timeout(soon, ended.ended()).await else {
            let left = Duration::from_secs(seconds).saturating_sub(begun_at.elapsed());
            return Ok((started, self.await_end(id, instance, left).await?));
        };
        self.told_of(stream, instance).map(|view| (started, view))
    }

    fn told_of(&self, stream: Arc<Stream>, instance: Id) -> Result<InstanceView, Refusal> {
        let found = stream.instances.get(&instance).ok_or(Refusal::NotFound)?;
        Ok(self.instance_view(&stream, found))
    }

    /// `id`: of the new stream, where the caller has drawn one.
    async fn begin_instance(
        &self,
        by: &Principal,
        flow: &WorkflowName,
        input: Value,
        idempotency_key: Option<&str>,
        id: Option<Id>,
    ) -> Result<BegunInstance, Refusal> {
        let catalog = self.host.engine.catalog();
        let place = place_of(&catalog, &Stream::default());
        if !by.may(Permission::InstanceStart, &place) {
            return Err(Refusal::Forbidden);
        }
        let name = newest(&catalog, flow).ok_or(Refusal::NotFound)?;
        let input = Data::from(input);
        fits_payload(&catalog, &input, "")?;
        let key = idempotency_key.map(|key| (by.id.as_str(), key));
        let stream = id.unwrap_or_else(|| self.host.engine.new_id(self.host.clock.now()));
        let earlier = |id| async move { Ok(BegunInstance { stream: self.stream(id).await?, repeated: true }) };
        let claims = match claim_start(&self.host.engine, &name, input.value(), key, stream)? {
            StartClaim::Known(known) => return earlier(known).await,
            StartClaim::New(claims) => claims,
        };
        let command = Command::StartFlow { flow: name, input, claims };
        match self.host.carry_out(stream, &by.id, command).await {
            Ok(stream) => Ok(BegunInstance { stream, repeated: false }),
            // The same request at the same moment: its stream is the one to tell.
            Err(crate::engine::Failure::Claimed { value, .. }) if value.len() >= 16 => {
                earlier(value[..16].try_into().map(Id).map_err(|_| Refusal::NotFound)?).await
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The instance once it has ended, or as it is after so many seconds.
    pub async fn await_instance(&self, by: &Principal, id: Id, seconds: u64) -> Result<InstanceView, Refusal> {
        let stream = self.stream_of_instance(by, id, Permission::InstanceStart).await?.id;
        self.await_end(stream, id, Duration::from_secs(seconds)).await
    }

    async fn await_end(&self, stream: Id, id: Id, most: Duration) -> Result<InstanceView, Refusal> {
        let deadline = tokio::time::Instant::now() + most.min(Duration::from_secs(WAIT_SECONDS_MAX));
        loop {
            let ended = self.host.watch.end_of(stream, Some(id));
            let mut found = self.stream(stream).await?;
            let over = tokio::time::Instant::now() >= deadline;
            let is_over = |stream: &Stream| stream.instances.get(&id).is_none_or(|found| found.status.is_terminal());
            if !over && !is_over(&found) {
                // Whether it was written by somebody who says nothing or the time is over, the next round sees.
                let looks_at = deadline.min(tokio::time::Instant::now() + LOOK_AGAIN);
                match tokio::time::timeout_at(looks_at, ended.ended()).await {
                    Ok(Some(stream)) => found = stream,
                    Ok(None) | Err(_) => continue,
                }
            }
            return self.told_of(found, id);
        }
    }

    /// Newest first.
    pub async fn instances(&self, by: &Principal, filter: &InstanceFilter) -> Result<Page<InstanceSummary>, Refusal> {
        if !by.may_somewhere(Permission::InstanceRead) {
            return Err(Refusal::Forbidden);
        }
        let catalog = self.host.engine.catalog();
        let list = match (&filter.flow, &filter.status) {
            (Some(flow), _) => List::InstancesOf(rows::flow_hash(&flow.namespace, &flow.name)),
            (None, Some(status)) => List::InstancesIn(status_of(status)?),
            (None, None) => List::Instances,
        };
        let range = list.range_within(filter.started_after, filter.started_before);
        self.page_within(list, range, &filter.page, |stream, id| {
            let instance = stream.instances.get(&id)?;
            let wanted = fits(filter, instance) && by.may(Permission::InstanceRead, &place_of(&catalog, stream));
            wanted.then(|| summary(stream, instance))
        })
        .await
    }

    pub async fn instance(&self, by: &Principal, id: Id) -> Result<InstanceView, Refusal> {
        let stream = self.stream_of_instance(by, id, Permission::InstanceRead).await?;
        let instance = stream.instances.get(&id).ok_or(Refusal::NotFound)?;
        Ok(self.instance_view(&stream, instance))
    }

    pub async fn act_on_instance(&self, by: &Principal, id: Id, action: InstanceAction) -> Result<(), Refusal> {
        let stream = self.stream_of_instance(by, id, Permission::InstanceControl).await?;
        let restarted = stream.instances.get(&id).and_then(|instance| restarted_as(&stream, instance));
        if action == InstanceAction::Retry && restarted.is_some() {
            return Err(Refusal::Conflict("instance-restarted"));
        }
        let command = match action {
            InstanceAction::Suspend { reason } => peygir_core::Command::Suspend { reason: checked(reason)? },
            InstanceAction::Resume => peygir_core::Command::Resume,
            InstanceAction::Cancel { reason } => peygir_core::Command::Cancel { reason: checked(reason)? },
            InstanceAction::Retry => match open_incident(&stream, id) {
                // The incident goes with it: what is tried again is nobody's to look at any more.
                Some(incident) => {
                    self.host.carry_out(stream.id, &by.id, Command::RetryIncident(incident)).await?;
                    return Ok(());
                }
                None => peygir_core::Command::Retry,
            },
        };
        let command = Command::Instance { instance: id, command };
        self.host.carry_out(stream.id, &by.id, command).await.map(drop).map_err(of_instance)
    }

    /// The flow of a faulted instance begins anew in the version in force: tables are asked again. Returns the new instance.
    pub async fn restart_instance(&self, by: &Principal, id: Id) -> Result<Started, Refusal> {
        let stream = self.stream_of_instance(by, id, Permission::InstanceControl).await?;
        let faulted = stream.instances.get(&id).ok_or(Refusal::NotFound)?;
        match faulted {
            _ if restarted_as(&stream, faulted).is_some() => return Err(Refusal::Conflict("instance-restarted")),
            _ if faulted.status != Status::Faulted => return Err(Refusal::Conflict("instance-not-faulted")),
            _ if faulted.parent.is_some() => return Err(Refusal::Conflict("instance-of-another")),
            _ => {}
        }
        let flow = &faulted.flow;
        let wanted = WorkflowName { namespace: flow.namespace.clone(), name: flow.name.clone(), version: None };
        let flow = newest(&self.host.engine.catalog(), &wanted).ok_or(Refusal::NotFound)?;
        let restart = Command::RestartFlow { instance: id, flow };
        let after = self.host.carry_out(stream.id, &by.id, restart).await.map_err(|failure| match failure {
            // Somebody else was faster.
            Failure::Refused(Refused::Flow(peygir_core::Rejection::NotActive)) => {
                Refusal::Conflict("instance-restarted")
            }
            Failure::Refused(Refused::Records(Rejection::NotRetriable)) => Refusal::Conflict("instance-opened-case"),
            other => of_instance(other),
        })?;
        let label = label_of(id);
        let new = after.instances.values().find(|instance| instance.started_by == label).ok_or(Refusal::NotFound)?;
        Ok(Started { id: new.id.to_string(), repeated: false })
    }

    /// The definition that an instance runs, for pictures of it.
    pub async fn instance_definition(&self, by: &Principal, id: Id) -> Result<InstanceDefinition, Refusal> {
        let stream = self.stream_of_instance(by, id, Permission::InstanceRead).await?;
        let instance = stream.instances.get(&id).ok_or(Refusal::NotFound)?;
        let catalog = self.host.engine.catalog();
        let workflow = catalog.flow(&instance.flow).map(|flow| flow.workflow.clone()).ok_or(Refusal::NotFound)?;
        let active = match &instance.faulted_task {
            Some(path) => vec![path.clone()],
            None => leaves(instance).map(|leaf| leaf.path.clone()).collect(),
        };
        Ok(InstanceDefinition { workflow, active, catalog })
    }

    async fn stream_of_instance(&self, by: &Principal, id: Id, permission: Permission) -> Result<Arc<Stream>, Refusal> {
        let key = self.only_key(rows::instance_range(id)).await?;
        let stream = self.stream(rows::parse_instance(&key).ok_or(Refusal::NotFound)?).await?;
        require(&self.host.engine.catalog(), by, permission, &stream)?;
        Ok(stream)
    }

    fn instance_view(&self, stream: &Stream, instance: &Instance) -> InstanceView {
        let catalog = self.host.engine.catalog();
        let workflow = catalog.flow(&instance.flow).map(|flow| flow.workflow.clone());
        let pointer = |path: &[String]| workflow.as_ref().map_or_else(|| path.join("/"), |flow| flow.pointer(path));
        let tasks = leaves(instance).map(|leaf| task(instance, leaf, pointer(&leaf.path)));
        InstanceView {
            summary: summary(stream, instance),
            input: shown(&instance.raw_input),
            output: instance.output.as_ref().map(shown),
            error: instance.fault.as_ref().map(|fault| replace_sealed(&fault.to_value(), &|_| HIDDEN.to_owned())),
            tasks: tasks.collect(),
            incident: open_incident(stream, instance.id).map(|incident| incident.to_string()),
        }
    }
}

/// A stream that was begun, now or by an earlier request that was the same.
struct BegunInstance {
    stream: Arc<Stream>,
    repeated: bool,
}

impl BegunInstance {
    fn first(&self) -> Result<Id, Refusal> {
        self.stream.first_instance().map(|instance| instance.id).ok_or(Refusal::NotFound)
    }

    fn started(&self) -> Result<Started, Refusal> {
        Ok(Started { id: self.first()?.to_string(), repeated: self.repeated })
    }

    fn has_ended(&self) -> bool {
        self.stream.first_instance().is_some_and(|instance| instance.status.is_terminal())
    }
}

/// The flow of this name as `namespace/name:version`; of the newest version where none is asked for.
fn newest(catalog: &Catalog, wanted: &WorkflowName) -> Option<String> {
    let of_name = |name: &&FlowRef| name.namespace == wanted.namespace && name.name == wanted.name;
    let versions = catalog.flows().map(|(name, _)| name).filter(of_name);
    let found = match &wanted.version {
        Some(version) => versions.into_iter().find(|name| name.version == *version),
        None => versions.max_by_key(|name| semver::Version::parse(&name.version).ok()),
    }?;
    Some(format!("{}/{}:{}", found.namespace, found.name, found.version))
}

fn status_of(text: &str) -> Result<Status, Refusal> {
    match text {
        "running" | "waiting" => Ok(Status::Active),
        "suspended" => Ok(Status::Suspended),
        "completed" => Ok(Status::Completed),
        "faulted" => Ok(Status::Faulted),
        "cancelled" => Ok(Status::Cancelled),
        _ => Err(Refusal::Invalid(vec![FieldError { field: "/status".to_owned(), code: "not-an-option" }])),
    }
}

fn fits(filter: &InstanceFilter, instance: &Instance) -> bool {
    let version = filter.flow.as_ref().and_then(|flow| flow.version.as_ref());
    filter.status.as_deref().is_none_or(|status| status == phase(instance))
        && version.is_none_or(|version| *version == instance.flow.version)
        && filter.started_after.is_none_or(|after| instance.started_at >= after)
        && filter.started_before.is_none_or(|before| instance.started_at < before)
}

/// The phase as the language names it: an active instance in which nothing goes on without the world is waiting.
pub(super) fn phase(instance: &Instance) -> &'static str {
    match instance.status {
        Status::Active if instance.pending.is_empty() => "waiting",
        Status::Active => "running",
        Status::Suspended => "suspended",
        Status::Completed => "completed",
        Status::Faulted => "faulted",
        Status::Cancelled => "cancelled",
    }
}

fn summary(stream: &Stream, instance: &Instance) -> InstanceSummary {
    let flow = &instance.flow;
    InstanceSummary {
        id: instance.id.to_string(),
        workflow: WorkflowName {
            namespace: flow.namespace.clone(),
            name: flow.name.clone(),
            version: Some(flow.version.clone()),
        },
        status: phase(instance).to_owned(),
        started_at: instant(instance.started_at),
        ended_at: instance.ended_at.map(instant),
        started_by: instance.started_by.clone(),
        parent: instance.parent.as_ref().map(|parent| parent.instance.to_string()),
        case_id: stream.records.case.as_ref().map(|_| stream.id.to_string()),
        tracking_code: stream.records.case.as_ref().map(|case| case.code.clone()),
        restarted_as: restarted_as(stream, instance).map(|id| id.to_string()),
    }
}

/// The instance as which the flow of a faulted one began anew.
fn restarted_as(stream: &Stream, instance: &Instance) -> Option<Id> {
    if instance.status != Status::Faulted {
        return None;
    }
    let label = label_of(instance.id);
    stream.instances.values().find(|other| other.started_by == label).map(|other| other.id)
}

/// What a person can't do to an instance, in words of instances: a task is none.
fn of_instance(failure: Failure) -> Refusal {
    match failure {
        Failure::Refused(Refused::Flow(_)) => Refusal::Conflict("instance-state"),
        other => other.into(),
    }
}

/// Activations with nothing below them: where an instance stands.
fn leaves(instance: &Instance) -> impl Iterator<Item = &Activation> + use<'_> {
    let active = matches!(instance.status, Status::Active | Status::Suspended);
    let has_child = |number| instance.children(number).next().is_some();
    instance
        .activations
        .values()
        .map(AsRef::as_ref)
        .filter(move |one: &&Activation| active && !one.path.is_empty() && !has_child(one.number))
}

fn task(instance: &Instance, leaf: &Activation, reference: String) -> InstanceTask {
    let due = |purpose: fn(TimerPurpose) -> bool| -> Option<Moment> {
        let own = instance.timers.values().filter(|timer| timer.activation == leaf.number && purpose(timer.purpose));
        own.map(|timer| timer.due).min()
    };
    let (type_, waits_for) = match &leaf.progress {
        Progress::Call { function, .. } => ("call", Some(function.clone())),
        Progress::Run { child } => ("run", Some(child.to_string())),
        Progress::Wait => ("wait", None),
        Progress::Listen { types, .. } => ("listen", types.as_ref().map(|types| types.join(", "))),
        Progress::Try { .. } => ("try", None),
        Progress::Fork { .. } => ("fork", None),
        Progress::For { .. } | Progress::Round { .. } => ("for", None),
        _ => ("do", None),
    };
    InstanceTask {
        name: leaf.path.last().cloned().unwrap_or_default(),
        reference,
        type_: type_.to_owned(),
        started_at: instant(leaf.started_at),
        waits_for,
        until: due(|purpose| purpose != TimerPurpose::Timeout).map(instant),
        timeout_at: due(|purpose| purpose == TimerPurpose::Timeout).map(instant),
    }
}

fn shown(data: &Data) -> Value {
    replace_sealed(data.value(), &|_| HIDDEN.to_owned())
}

fn open_incident(stream: &Stream, instance: Id) -> Option<Id> {
    use peygir_casework::records::About;
    let of_instance = |about: &About| matches!(about, About::FlowFault(faulted) if *faulted == instance);
    let open = stream.records.incidents.values().filter(|incident| incident.resolved_at.is_none());
    open.filter(|incident| of_instance(&incident.about)).map(|incident| incident.id).next()
}

/// What flows are given is held to the deployment's limit at the door: what got in would only fault there.
pub(super) fn fits_payload(catalog: &Catalog, data: &Data, field: &str) -> Result<(), Refusal> {
    let most = catalog.limits().of_instances.payload_bytes_max;
    if data.json().len() > most {
        return Err(Refusal::Invalid(vec![FieldError { field: field.to_owned(), code: "too-long" }]));
    }
    Ok(())
}

pub(super) fn checked(reason: String) -> Result<String, Refusal> {
    if reason.chars().count() > REASON_CHARS_MAX {
        return Err(Refusal::Invalid(vec![FieldError { field: "/reason".to_owned(), code: "too-long" }]));
    }
    Ok(reason)
}
