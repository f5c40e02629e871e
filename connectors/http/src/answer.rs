//! From an answer to data of the flow.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use peygir_connector::{Authorization, Fault, Receipt};
use reqwest::Response;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use crate::outbound::call_fault;
use crate::request::{Asked, KEY_HEADER, Output};

/// Deepest JSON that is taken: what is kept must stay readable with more around it.
const JSON_DEPTH_MAX: usize = 64;
/// The status of the faults of answers that are no use: a bad gateway's.
const UNUSABLE: u16 = 502;
/// Parts of the names of headers whose values are secrets.
const SECRET_NAMES: [&str; 7] = ["authorization", "cookie", "token", "secret", "password", "api-key", "apikey"];
const HIDDEN: &str = "***";

/// Reads the answer as the flow wants it. A status outside of its range is the flow's fault.
pub(crate) async fn take(
    response: Response,
    asked: &Asked,
    authorization: Option<Authorization>,
    bytes_max: usize,
) -> Result<Receipt, Fault> {
    let status = response.status().as_u16();
    let fine = (200..300).contains(&status) || (asked.redirect && (300..400).contains(&status));
    if !fine {
        return Err(Fault::answered(status, format!("{} {} was answered with {status}", asked.method, asked.host())));
    }
    let headers = response.headers().clone();
    let bytes = bytes(response, &asked.host(), bytes_max).await?;
    let output = match asked.output {
        Output::Raw => STANDARD.encode(&bytes).into(),
        Output::Content => content(&headers, &bytes, asked)?,
        Output::Response => json!({
            "request": {
                "method": asked.method.as_str(),
                "uri": asked.url.as_str(),
                "headers": shown(&asked_headers(asked, authorization.is_some())),
            },
            "statusCode": status,
            "headers": shown(&headers),
            "content": content(&headers, &bytes, asked)?,
        }),
    };
    Ok(Receipt { output, authorization, ..Receipt::default() })
}

fn unusable(host: &str, why: &str) -> Fault {
    Fault::answered(UNUSABLE, format!("the answer of {host} is no use: {why}"))
}

/// The answer's bytes, read to their end.
pub(crate) async fn bytes(mut response: Response, host: &str, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    let too_long = || unusable(host, &format!("it is longer than {bytes_max} bytes"));
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > bytes_max => return Err(too_long()),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) => return Err(call_fault(&error, host)),
        }
    }
}

/// JSON parsed, text as text, everything else in base64; null where there is nothing.
fn content(headers: &HeaderMap, bytes: &[u8], asked: &Asked) -> Result<Value, Fault> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.to_ascii_lowercase();
    let (kind, parameters) = given.split_once(';').unwrap_or((&given, ""));
    let kind = kind.trim();
    if matches!(kind, "application/json" | "text/json") || kind.ends_with("+json") {
        return parsed(bytes).map_err(|why| unusable(&asked.host(), why));
    }
    if kind.starts_with("text/") {
        return text(bytes, charset(parameters)).map(Value::String).ok_or_else(|| {
            unusable(&asked.host(), "its text is in an encoding that is not read here; `output: raw` gives the bytes")
        });
    }
    Ok(STANDARD.encode(bytes).into())
}

fn parsed(bytes: &[u8]) -> Result<Value, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|_| "it says that it is JSON and is not")?;
    if depth_is_within(&value, JSON_DEPTH_MAX) { Ok(value) } else { Err("its JSON is too deep") }
}

fn depth_is_within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| depth_is_within(item, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|member| depth_is_within(member, depth - 1)),
        _ => true,
    }
}

fn charset(parameters: &str) -> &str {
    let named = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    named.unwrap_or("utf-8").trim_matches('"')
}

fn text(bytes: &[u8], charset: &str) -> Option<String> {
    match charset {
        "utf-8" | "utf8" | "us-ascii" => String::from_utf8(bytes.to_vec()).ok(),
        "iso-8859-1" | "latin1" => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        _ => None,
    }
}

fn asked_headers(asked: &Asked, authorized: bool) -> HeaderMap {
    let mut headers = asked.headers.clone();
    if let Some(key) = &asked.key {
        headers.insert(KEY_HEADER, key.clone());
    }
    if authorized {
        headers.insert(AUTHORIZATION, HeaderValue::from_static(HIDDEN));
    }
    headers
}

/// Headers as data: several of one name joined, secrets hidden.
fn shown(headers: &HeaderMap) -> Value {
    let names = headers.keys().map(|name| {
        let values: Vec<String> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
        let secret = SECRET_NAMES.iter().any(|part| name.as_str().contains(part));
        (name.to_string(), if secret { HIDDEN.into() } else { values.join(", ").into() })
    });
    Value::Object(names.collect::<Map<String, Value>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use peygir_connector::{FaultKind, Request};

    fn asked() -> Asked {
        let input = json!({"method": "get", "endpoint": "http://h/", "headers": {"authorization": "s3cret", "x": "1"}});
        Asked::read(&Request { operation: "read".into(), key: "k".into(), attempt: 1, input })
            .unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn content_of(kind: &str, bytes: &[u8]) -> Result<Value, Fault> {
        let mut headers = HeaderMap::new();
        if !kind.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_str(kind).unwrap());
        }
        content(&headers, bytes, &asked())
    }

    #[test]
    fn content_by_its_type() {
        for (kind, bytes, expected) in [
            ("application/json", &b"{\"a\":[1]}"[..], json!({"a": [1]})),
            ("Application/Problem+JSON; charset=utf-8", b"[1]", json!([1])),
            ("application/json", b"\xef\xbb\xbf1", json!(1)),
            ("application/json", b"", Value::Null),
            ("text/plain", "سلام".as_bytes(), json!("سلام")),
            ("text/html; charset=\"ISO-8859-1\"", b"\xe9", json!("é")),
            ("image/png", b"\x89PNG", json!("iVBORw==")),
            ("", b"x", json!("eA==")),
        ] {
            assert_eq!(content_of(kind, bytes).unwrap(), expected, "{kind}");
        }
    }

    #[test]
    fn answers_that_are_no_use_are_faults_without_their_content() {
        let deep = format!("{}{}", "[".repeat(JSON_DEPTH_MAX + 1), "]".repeat(JSON_DEPTH_MAX + 1));
        let fine = format!("{}{}", "[".repeat(JSON_DEPTH_MAX), "]".repeat(JSON_DEPTH_MAX));
        assert!(content_of("application/json", fine.as_bytes()).is_ok());
        for (kind, bytes) in [
            ("application/json", &b"{\"secret"[..]),
            ("application/json", deep.as_bytes()),
            ("text/plain", b"secret\xff"),
            ("text/plain; charset=windows-1256", b"secret"),
        ] {
            let fault = content_of(kind, bytes).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Answered { status: UNUSABLE });
            assert!(!fault.message.contains("secret"), "{fault}");
        }
    }

    #[test]
    fn headers_hide_their_secrets() {
        let expected = json!({"authorization": "***", "x": "1", "idempotency-key": "k"});
        assert_eq!(shown(&asked_headers(&asked(), false)), expected);
        let mut bare = asked();
        bare.headers.remove("authorization");
        assert_eq!(shown(&asked_headers(&bare, true)), expected);
        let mut headers = HeaderMap::new();
        headers.append("set-cookie", HeaderValue::from_static("sid=s3cret"));
        headers.append("via", HeaderValue::from_static("a"));
        headers.append("via", HeaderValue::from_static("b"));
        assert_eq!(shown(&headers), json!({"set-cookie": "***", "via": "a, b"}));
    }
}
