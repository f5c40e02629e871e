//! Events from outside, as CloudEvents 1.0 come over HTTP: structured, in batches, or binary with `ce-` headers.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use serde_json::{Map, Value};

use crate::body::{self, PAYLOAD_BYTES_MAX};
use crate::gate::Caller;
use crate::options::App;
use crate::problem::{Code, Problem};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
/// Events of one batch.
pub const BATCH_EVENTS_MAX: usize = 100;

/// Events in their structured form, as they came.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    One(Value),
    Batch(Vec<Value>),
}

/// 202 with what was taken, in the order of the batch. Each event is durable by itself; a batch with a wrong event is
/// refused whole before anything is taken, and what is wrong is told with the place of its event in the batch.
pub async fn take(
    State(app): State<App>,
    Caller(caller): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let bytes = body::read(body, PAYLOAD_BYTES_MAX).await?;
    let events = events(&headers, &bytes)?;
    let answer = match events {
        Came::One(event) => Json(app.desk.submit_event(&caller, event).await?).into_response(),
        Came::Batch(events) => Json(app.desk.submit_events(&caller, events).await?).into_response(),
    };
    Ok((StatusCode::ACCEPTED, answer).into_response())
}

fn events(headers: &HeaderMap, bytes: &[u8]) -> Result<Came, Problem> {
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == BATCH {
        let Value::Array(events) = body::value(bytes)? else {
            return Err(Problem::field(Code::Invalid, "", "wrong-type"));
        };
        if events.len() > BATCH_EVENTS_MAX {
            return Err(Problem::new(Code::TooLarge).with("limit", BATCH_EVENTS_MAX as i64));
        }
        return Ok(Came::Batch(events));
    }
    if essence == STRUCTURED {
        return Ok(Came::One(body::value(bytes)?));
    }
    if headers.contains_key("ce-specversion") {
        return Ok(Came::One(binary(headers, &essence, bytes)?));
    }
    Err(Problem { reason: Some("media-type-event".to_owned()), ..Problem::new(Code::MediaType) })
}

/// The binary mode: attributes in headers, the data as the body.
fn binary(headers: &HeaderMap, essence: &str, bytes: &[u8]) -> Result<Value, Problem> {
    let mut event = Map::new();
    for (name, value) in headers {
        let Some(attribute) = name.as_str().strip_prefix("ce-") else { continue };
        let text = value.to_str().ok().and_then(decoded);
        let text = text.ok_or_else(|| Problem::field(Code::Invalid, &format!("/{attribute}"), "wrong-value"))?;
        event.insert(attribute.to_owned(), text.into());
    }
    if !bytes.is_empty() {
        let json = essence == "application/json" || essence.ends_with("+json");
        let data = match std::str::from_utf8(bytes) {
            Ok(_) if json => body::value(bytes)?,
            Ok(text) if essence.starts_with("text/") => text.into(),
            _ => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        };
        event.insert("data".to_owned(), data);
    }
    Ok(Value::Object(event))
}

/// Header values carry what is not plain ASCII percent-encoded, in UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let pair = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_three_modes_give_the_same_event() {
        let binary = headers(&[
            ("content-type", "application/json"),
            ("ce-specversion", "1.0"),
            ("ce-id", "1"),
            ("ce-source", "/a"),
            ("ce-type", "t"),
            ("ce-city", "%D9%82%D9%85"),
        ]);
        let event = serde_json::json!({
            "specversion": "1.0", "id": "1", "source": "/a", "type": "t", "city": "قم", "data": { "n": 1 },
        });
        assert_eq!(events(&binary, br#"{"n":1}"#), Ok(Came::One(event.clone())));
        let text = event.to_string();
        assert_eq!(events(&headers(&[("content-type", STRUCTURED)]), text.as_bytes()), Ok(Came::One(event.clone())));
        let batch = format!("[{text}]");
        assert_eq!(events(&headers(&[("content-type", BATCH)]), batch.as_bytes()), Ok(Came::Batch(vec![event])));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let code = |pairs: &[(&'static str, &'static str)], body: &[u8]| {
            events(&headers(pairs), body).map_err(|problem| problem.code).unwrap_err()
        };
        assert_eq!(code(&[("content-type", "application/json")], b"{}"), Code::MediaType);
        assert_eq!(code(&[("content-type", BATCH)], b"{}"), Code::Invalid);
        assert_eq!(code(&[("content-type", STRUCTURED)], b"{"), Code::JsonMalformed);
        assert_eq!(code(&[("ce-specversion", "1.0"), ("ce-city", "%D9%")], b""), Code::Invalid);
    }
}
