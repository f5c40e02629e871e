//! JSON bodies: bounded, UTF-8, not too deep, and without fields that nobody reads.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;

use crate::options::App;
use crate::problem::{Code, Problem};

/// Longest JSON body, in bytes.
pub const JSON_BYTES_MAX: usize = 64 * 1024;
/// Deepest nesting of arrays and objects in a JSON body.
pub const JSON_DEPTH_MAX: usize = 32;
/// The same for what flows are given, inputs and events: above what a deployment's `limits.payloadBytesMax` says, which the
/// desk holds to.
pub const PAYLOAD_BYTES_MAX: usize = 2 << 20;
pub const PAYLOAD_DEPTH_MAX: usize = 100;

/// Bytes beyond the limit that are still taken in, and thrown away, so that the refusal is read.
pub const PASSED_OVER_BYTES_MAX: usize = 64 << 20;
/// How long the server waits for the next part of a body that it refuses anyway, in milliseconds: who pauses is told.
const PASSED_OVER_PAUSE_MS_MAX: u64 = 500;

/// A JSON body read into `T`.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !media.is_some_and(is_json) {
            return Err(Problem::new(Code::MediaType));
        }
        let bytes = read(request.into_body(), JSON_BYTES_MAX).await?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body read into `T`; no body at all is the `T` that says nothing.
pub struct JsonOrNothing<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<App> for JsonOrNothing<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(is_json);
        let bytes = read(request.into_body(), JSON_BYTES_MAX).await?;
        match media {
            _ if bytes.is_empty() => Ok(Self(T::default())),
            Some(true) => parse(&bytes).map(Self),
            _ => Err(Problem::new(Code::MediaType)),
        }
    }
}

/// A JSON value of any kind, or no body at all.
pub struct OptionalJson(pub Option<serde_json::Value>);

impl FromRequest<App> for OptionalJson {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let media =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok().map(str::to_owned));
        let bytes = read(request.into_body(), PAYLOAD_BYTES_MAX).await?;
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        if !media.as_deref().is_some_and(is_json) {
            return Err(Problem::new(Code::MediaType));
        }
        value(&bytes).map(|value| Self(Some(value)))
    }
}

/// Reads what a flow is given: a JSON value of any kind, not too deep.
pub fn value(bytes: &[u8]) -> Result<serde_json::Value, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(Code::NotUtf8))?;
    if depth(text) > PAYLOAD_DEPTH_MAX {
        return Err(Problem::new(Code::TooDeep).with("limit", PAYLOAD_DEPTH_MAX as i64));
    }
    serde_json::from_str(text).map_err(|error| problem(&error, String::new()))
}

/// The whole body, if it is no longer than `bytes_max`. What is longer is taken in and thrown away before it is refused:
/// who is still sending when the connection ends never reads why.
pub async fn read(mut body: Body, bytes_max: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::new(Code::TooLarge).with("limit", bytes_max as i64);
    let told = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if told > bytes_max.saturating_add(PASSED_OVER_BYTES_MAX) {
        return Err(too_large());
    }
    let (mut bytes, mut length) = (Vec::with_capacity(told.min(bytes_max)), 0_usize);
    loop {
        let next = poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = if told.max(length) > bytes_max {
            match tokio::time::timeout(Duration::from_millis(PASSED_OVER_PAUSE_MS_MAX), next).await {
                Ok(frame) => frame,
                Err(_) => return Err(too_large()),
            }
        } else {
            next.await
        };
        let Some(frame) = frame else { break };
        // Whoever sends has gone, or sends what is no body.
        let frame = frame.map_err(|_| Problem::new(Code::Unavailable))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= bytes_max {
            bytes.extend_from_slice(&data);
        } else {
            bytes = Vec::new();
        }
        if length > bytes_max.saturating_add(PASSED_OVER_BYTES_MAX) {
            break;
        }
    }
    if length > bytes_max { Err(too_large()) } else { Ok(bytes) }
}

/// Whether a media type is JSON.
pub fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a JSON object; a problem says where it is wrong and how.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::new(Code::NotUtf8))?;
    if depth(text) > JSON_DEPTH_MAX {
        return Err(Problem::new(Code::TooDeep).with("limit", JSON_DEPTH_MAX as i64));
    }
    // serde would also read a list as an object's members in their order; nobody means that.
    if text.trim_start().starts_with('[') {
        return Err(Problem::field(Code::Invalid, "", "wrong-type"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        problem(error.inner(), pointer)
    })?;
    reader.end().map_err(|error| problem(&error, String::new()))?;
    Ok(value)
}

/// The deepest nesting; brackets within strings do not count.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn problem(error: &serde_json::Error, pointer: String) -> Problem {
    if !error.is_data() {
        let problem = Problem::new(Code::JsonMalformed);
        return problem.with("line", error.line() as i64).with("column", error.column() as i64);
    }
    let message = error.to_string();
    // serde tells kinds of data errors apart by their text alone; a test holds the texts that are looked for.
    let named = message.split('`').nth(1).unwrap_or_default();
    let (pointer, why) = if message.starts_with("unknown field") {
        (below(pointer, named), "unknown-field")
    } else if message.starts_with("missing field") {
        (below(pointer, named), "required")
    } else if message.starts_with("duplicate field") {
        (below(pointer, named), "given-twice")
    } else if message.starts_with("invalid type") {
        (pointer, "wrong-type")
    } else {
        (pointer, "wrong-value")
    };
    Problem::field(Code::Invalid, &pointer, why)
}

/// The pointer of a field that the path may or may not have reached already.
fn below(pointer: String, name: &str) -> String {
    let last = format!("/{}", escape(name));
    if pointer.ends_with(&last) { pointer } else { pointer + &last }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer += &format!("/{index}"),
            Segment::Map { key } => pointer += &format!("/{}", escape(key)),
            Segment::Enum { variant } => pointer += &format!("/{}", escape(variant)),
            Segment::Unknown => {}
        }
    }
    pointer
}

/// RFC 6901: `~` and `/` within a name.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use peygir_runtime::desk::NewMessage;
    use serde_json::Value;

    use super::*;

    fn refusal(body: &[u8]) -> (Code, String, String) {
        let problem = parse::<NewMessage>(body).expect_err("the body is wrong");
        let field = problem.fields.first();
        let of = |text: fn(&crate::problem::WrongField) -> &String| field.map(text).cloned().unwrap_or_default();
        (problem.code, of(|field| &field.pointer), of(|field| &field.code))
    }

    #[test]
    fn wrong_bodies_are_named() {
        let field = |pointer: &str, why: &str| (Code::Invalid, pointer.to_owned(), why.to_owned());
        let other = |code| (code, String::new(), String::new());
        let cases: [(&[u8], _); 11] = [
            (br#"{"channel":"web","text":"a","colour":1}"#, field("/colour", "unknown-field")),
            (br#"{"channel":"web","text":"a","from":{"nationalID":"1"}}"#, field("/from/nationalID", "unknown-field")),
            (br#"{"channel":"web","text":"a","from":{"from":"1"}}"#, field("/from/from", "unknown-field")),
            (br#"{"channel":"web"}"#, field("/text", "required")),
            (br#"{"channel":7,"text":"a"}"#, field("/channel", "wrong-type")),
            (br#"{"channel":"web","text":"a","text":"b"}"#, field("/text", "given-twice")),
            (br#" ["web", "a"]"#, field("", "wrong-type")),
            (br#"{"channel":"web","#, other(Code::JsonMalformed)),
            (br#"{"channel":"web","text":"a"} x"#, other(Code::JsonMalformed)),
            (b"", other(Code::JsonMalformed)),
            (b"{\"channel\":\"\xff\"}", other(Code::NotUtf8)),
        ];
        for (body, expected) in cases {
            assert_eq!(refusal(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn depth_counts_brackets_outside_strings() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[{\"["}]}"#), 3);
        let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(parse::<Value>(nested(JSON_DEPTH_MAX).as_bytes()).is_ok());
        assert_eq!(parse::<Value>(nested(JSON_DEPTH_MAX + 1).as_bytes()).unwrap_err().code, Code::TooDeep);
        assert_eq!(parse::<Value>("[".repeat(60_000).as_bytes()).unwrap_err().code, Code::TooDeep);
    }

    #[test]
    fn media_types() {
        for good in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json"] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["", "text/json", "text/plain", "application/jsonp", "multipart/form-data; application/json"] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
