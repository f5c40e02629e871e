//! Instances of flows: starting one, waiting for its end, looking at them, and what a person does to one.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use peygir_core::Moment;
use peygir_runtime::desk::{
    InstanceAction, InstanceFilter, InstanceSummary, InstanceView, Page, Started, WAIT_SECONDS_MAX, WorkflowName,
};
use serde::Deserialize;
use serde_json::Value;

use super::id;
use super::messages::idempotency_key;
use crate::body::{JsonOrNothing, OptionalJson};
use crate::gate::Caller;
use crate::options::App;
use crate::path::Path;
use crate::problem::{Code, Problem};
use crate::query::Params;

pub const STATUSES: [&str; 6] = ["running", "waiting", "suspended", "completed", "faulted", "cancelled"];

/// Why somebody suspends or cancels, where they say it; it stands in the journal.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// The body is the input; none is `{}`. 201 with the id. With `wait`, 200 with the instance once it has ended, or 202 with
/// the instance as it is when the time is over.
pub async fn start(
    State(app): State<App>,
    Caller(caller): Caller,
    Path((namespace, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    OptionalJson(input): OptionalJson,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let wait = seconds(params.take("wait")?)?;
    let version = params.take("version")?;
    params.finish()?;
    let flow = WorkflowName { namespace, name, version };
    let key = idempotency_key(&headers)?;
    let input = input.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let Some(wait) = wait else {
        let started = app.desk.start_instance(&caller, &flow, input, key).await?;
        let status = if started.repeated { StatusCode::OK } else { StatusCode::CREATED };
        return Ok((status, location(&started.id)?, Json(started)).into_response());
    };
    let (started, instance) = app.desk.start_and_await(&caller, &flow, input, key, wait).await?;
    let ended = instance.summary.ended_at.is_some();
    let status = if ended { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, location(&started.id)?, Json(instance)).into_response())
}

fn location(instance: &str) -> Result<[(header::HeaderName, HeaderValue); 1], Problem> {
    let place = HeaderValue::from_str(&format!("/api/v1/instances/{instance}"));
    Ok([(header::LOCATION, place.map_err(|error| Problem::internal(&error))?)])
}

fn seconds(text: Option<String>) -> Result<Option<u64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    match text.parse::<u64>() {
        Ok(seconds) if seconds <= WAIT_SECONDS_MAX => Ok(Some(seconds)),
        _ => Err(Problem::field(Code::QueryInvalid, "wait", "out-of-range")),
    }
}

pub async fn list(
    State(app): State<App>,
    Caller(caller): Caller,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<InstanceSummary>>, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let flow = params.take("workflow")?;
    let filter = InstanceFilter {
        flow: flow.map(|text| WorkflowName::parse(&text).ok_or_else(|| wrong("workflow"))).transpose()?,
        status: params.take_one_of("status", &STATUSES)?,
        started_after: instant(params.take("startedAfter")?, "startedAfter")?,
        started_before: instant(params.take("startedBefore")?, "startedBefore")?,
        page: params.take_page()?,
    };
    params.finish()?;
    Ok(Json(app.desk.instances(&caller, &filter).await?))
}

fn instant(text: Option<String>, name: &'static str) -> Result<Option<Moment>, Problem> {
    text.map(|text| text.parse::<jiff::Timestamp>().map(Moment::from).map_err(|_| wrong(name))).transpose()
}

fn wrong(name: &'static str) -> Problem {
    Problem::field(Code::QueryInvalid, name, "wrong-value")
}

pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<Json<InstanceView>, Problem> {
    Ok(Json(app.desk.instance(&caller, id(&instance)?).await?))
}

pub async fn suspend(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
    JsonOrNothing(Reason { reason }): JsonOrNothing<Reason>,
) -> Result<StatusCode, Problem> {
    act(&app, &caller, &instance, InstanceAction::Suspend { reason }).await
}

pub async fn resume(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<StatusCode, Problem> {
    act(&app, &caller, &instance, InstanceAction::Resume).await
}

pub async fn cancel(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
    JsonOrNothing(Reason { reason }): JsonOrNothing<Reason>,
) -> Result<StatusCode, Problem> {
    act(&app, &caller, &instance, InstanceAction::Cancel { reason }).await
}

/// Runs the faulted task again, with what a person mended meanwhile.
pub async fn retry(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<StatusCode, Problem> {
    act(&app, &caller, &instance, InstanceAction::Retry).await
}

/// Begins the flow of a faulted instance anew, in the version in force. 201 with the id of the new instance.
pub async fn restart(
    State(app): State<App>,
    Caller(caller): Caller,
    Path(instance): Path<String>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    Ok((StatusCode::CREATED, Json(app.desk.restart_instance(&caller, id(&instance)?).await?)))
}

async fn act(
    app: &App,
    caller: &peygir_runtime::access::Principal,
    instance: &str,
    action: InstanceAction,
) -> Result<StatusCode, Problem> {
    app.desk.act_on_instance(caller, id(instance)?, action).await?;
    Ok(StatusCode::NO_CONTENT)
}
