//! What happens to workflows and their tasks, as CloudEvents: a page of them, or a stream that goes on.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use peygir_core::Id;
use peygir_runtime::desk::{EventPage, Refusal, WebhookView, WorkflowName};
use peygir_runtime::webhook::Filter;
use serde_json::Value;

use crate::feed::MEDIA_TYPE as STREAM;
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Code, Problem};
use crate::query::Params;

const BATCH: &str = "application/cloudevents-batch+json";
/// Longest prefix of a type, in bytes.
const TYPE_BYTES_MAX: usize = 200;
/// What a reader of a stream that broke off sends: the last `id` that it saw.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells where the next page begins.
pub const NEXT_CURSOR: HeaderName = HeaderName::from_static("next-cursor");

/// A stream for who accepts `text/event-stream`, otherwise a page.
pub async fn show(
    State(app): State<App>,
    Caller(caller): Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let mut params = Params::of(query.as_deref())?;
    let filter = filter(&mut params)?;
    let page = params.take_page()?;
    params.finish()?;
    let last_id = last_event_id(&headers)?;
    // A stream that broke off goes on where it was, whatever its address said.
    let after = last_id.or(page.after);
    if accepts(&headers, STREAM) {
        if page.limit.is_some() {
            return Err(Problem::field(Code::QueryInvalid, "limit", "unknown-parameter"));
        }
        let feed = app.desk.follow_events(&caller, filter, after.as_deref()).await.map_err(problem)?;
        return app.feeds.answer(feed);
    }
    let found = app.desk.lifecycle_events(&caller, filter, after.as_deref(), page.limit).await.map_err(problem)?;
    batch(&found)
}

/// How the webhooks of the deployment fare.
pub async fn webhooks(State(app): State<App>, Caller(caller): Caller) -> Result<axum::Json<Vec<WebhookView>>, Problem> {
    Ok(axum::Json(app.desk.webhooks(&caller).await?))
}

fn filter(params: &mut Params) -> Result<Filter, Problem> {
    let wrong = |name: &str, why: &str| Problem::field(Code::QueryInvalid, name, why);
    let types: Vec<String> = params.take("type")?.into_iter().collect();
    if types.iter().any(|prefix| prefix.len() > TYPE_BYTES_MAX) {
        return Err(wrong("type", "too-long"));
    }
    let instance = match params.take("instance")? {
        None => None,
        Some(text) => Some(Id::parse(&text).ok_or_else(|| wrong("instance", "wrong-value"))?),
    };
    let workflows = match params.take("workflow")? {
        None => Vec::new(),
        Some(text) => match WorkflowName::parse(&text) {
            Some(WorkflowName { namespace, name, version: None }) => vec![(namespace, name)],
            _ => return Err(wrong("workflow", "wrong-value")),
        },
    };
    Ok(Filter { types, workflows, instance })
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::field(Code::QueryInvalid, "Last-Event-ID", "not-a-cursor"))?;
    Ok(Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned))
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let listed = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges = listed.flat_map(|value| value.split(','));
    ranges.any(|range| range.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type))
}

fn batch(page: &EventPage) -> Result<Response, Problem> {
    let events: Value = page.events.iter().map(|line| line.event.clone()).collect();
    let next = HeaderValue::from_str(&page.next).map_err(|error| Problem::internal(&error))?;
    let media_type = (header::CONTENT_TYPE, HeaderValue::from_static(BATCH));
    Ok(([media_type, (NEXT_CURSOR, next)], events.to_string()).into_response())
}

/// A cursor stands in the query or in a header, not in a body.
fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Invalid(fields) => match fields.first() {
            Some(field) => Problem::field(Code::QueryInvalid, field.field.trim_start_matches('/'), field.code),
            None => Problem::new(Code::QueryInvalid),
        },
        other => other.into(),
    }
}
