//! A request as a flow gives it, read and checked. No fault names a value: they may be personal data or secrets.

use peygir_connector::{Fault, Request};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::authentication::Policy;
use crate::endpoint::{Endpoint, host_of, refused};

/// Longest key that is sent as it is, in bytes; a longer one is sent as its digest.
const KEY_BYTES_MAX: usize = 200;
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
/// Methods of the operation `read`.
const SAFE: [Method; 3] = [Method::GET, Method::HEAD, Method::OPTIONS];
/// Headers that are made here: a flow's own would contradict them.
const OWN_HEADERS: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "idempotency-key",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
pub(crate) const KEY_HEADER: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    method: String,
    endpoint: Value,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    query: Map<String, Value>,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    output: Output,
    #[serde(default)]
    redirect: bool,
}

/// What the flow wants of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    /// The bytes, in base64.
    Raw,
    #[default]
    Content,
    /// Status, headers, content and the request.
    Response,
}

/// Ready to be made.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// What proves who asks.
    pub(crate) policy: Option<Policy>,
    /// Those of the flow.
    pub(crate) headers: HeaderMap,
    /// None for what only prepares a request: documents.
    pub(crate) key: Option<HeaderValue>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) output: Output,
    /// Whether a redirection is a result; it is never followed.
    pub(crate) redirect: bool,
}

impl Asked {
    /// Host and port, for faults: nothing else of an address is fit for a journal.
    pub(crate) fn host(&self) -> String {
        host_of(&self.url)
    }

    /// What the request line holds.
    pub(crate) fn target(&self) -> String {
        self.url.query().map_or_else(|| self.url.path().to_owned(), |query| format!("{}?{query}", self.url.path()))
    }

    /// Whether nothing changes at the peer: made again, it does no harm.
    pub(crate) fn is_safe(&self) -> bool {
        SAFE.contains(&self.method)
    }

    pub(crate) fn read(request: &Request) -> Result<Self, Fault> {
        let input = Input::deserialize(&request.input).map_err(|_| {
            refused(
                "the input is no request: it needs `method` and `endpoint`, and may have `headers`, `query`, `body`, \
                 `output` (raw, content or response) and `redirect`",
            )
        })?;
        let method = method(&input.method, &request.operation)?;
        let Endpoint { mut url, policy } = Endpoint::read(&input.endpoint, "endpoint")?;
        add_query(&mut url, &input.query)?;
        let mut headers = headers(&input.headers)?;
        only_one_proof(&headers, policy.as_ref())?;
        let body = body(input.body, &mut headers)?;
        let key = Some(key_header(&request.key)?);
        Ok(Self { method, url, policy, headers, key, body, output: input.output, redirect: input.redirect })
    }
}

/// A header of the flow and a policy would contradict each other.
pub(crate) fn only_one_proof(headers: &HeaderMap, policy: Option<&Policy>) -> Result<(), Fault> {
    if policy.is_some() && headers.contains_key(AUTHORIZATION) {
        return Err(refused("the header `authorization` and `authentication` are both given: one of them is enough"));
    }
    Ok(())
}

pub(crate) fn key_header(of: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_str(&key(of)).map_err(|_| refused("the key cannot be a header"))
}

/// A header of a flow, checked.
pub(crate) fn header(name: &str, text: &str) -> Result<(HeaderName, HeaderValue), Fault> {
    let parsed = HeaderName::try_from(name).map_err(|_| refused("a name of a header is no header"))?;
    if OWN_HEADERS.contains(&parsed.as_str()) {
        return Err(refused(format!("the header `{parsed}` is set by the engine and cannot be given")));
    }
    let value = HeaderValue::from_str(text)
        .map_err(|_| refused(format!("`headers.{parsed}` holds signs that no header can: ASCII without breaks")))?;
    Ok((parsed, value))
}

fn method(text: &str, operation: &str) -> Result<Method, Fault> {
    let found = METHODS.iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
    let method = found.ok_or_else(|| refused("`method` must be GET, HEAD, OPTIONS, POST, PUT, PATCH or DELETE"))?;
    if operation == "read" && !SAFE.contains(method) {
        return Err(refused("the operation `read` takes GET, HEAD and OPTIONS only"));
    }
    Ok(method.clone())
}

/// A list stands for the same parameter several times; null for none.
fn add_query(url: &mut Url, query: &Map<String, Value>) -> Result<(), Fault> {
    let mut pairs = Vec::new();
    for (name, value) in query {
        let values = match value {
            Value::Array(values) => values.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            pairs.extend(scalar(value, "query", name)?.map(|text| (name.clone(), text)));
        }
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok(())
}

pub(crate) fn scalar(value: &Value, what: &str, name: &str) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(refused(format!("`{what}.{name}` must be a text"))),
    }
}

fn headers(given: &Map<String, Value>) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let Some(text) = scalar(value, "headers", name)? else { continue };
        let (parsed, value) = header(name, &text)?;
        headers.append(parsed, value);
    }
    Ok(headers)
}

/// A text goes as it is; other data as JSON, or as a form where the flow says so.
fn body(body: Value, headers: &mut HeaderMap) -> Result<Option<Vec<u8>>, Fault> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_ascii_lowercase);
    let (bytes, kind) = match body {
        Value::Null => return Ok(None),
        Value::String(text) => (text.into_bytes(), "text/plain; charset=utf-8"),
        Value::Object(members) if given.as_deref().is_some_and(|kind| kind.starts_with(FORM)) => {
            (form(&members)?, FORM)
        }
        data => (data.to_string().into_bytes(), "application/json"),
    };
    if given.is_none() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Ok(Some(bytes))
}

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

fn form(members: &Map<String, Value>) -> Result<Vec<u8>, Fault> {
    // An address writes its query as a form does.
    let mut url = Url::parse("http://form/").map_err(|_| refused("no form could be made"))?;
    add_query(&mut url, members)?;
    Ok(url.query().unwrap_or_default().as_bytes().to_vec())
}

/// The key as a header: percent-encoded where it is not ASCII.
fn key(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'%';
    let encoded: String = key
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    if encoded.len() <= KEY_BYTES_MAX {
        return encoded;
    }
    Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(input: Value) -> Result<Asked, Fault> {
        Asked::read(&Request { operation: "write".into(), key: "i-1/ثبت#1".into(), attempt: 1, input })
    }

    fn with(members: Value) -> Result<Asked, Fault> {
        let mut input = json!({"method": "post", "endpoint": "http://h/a?x=1"});
        input.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        read(input)
    }

    #[test]
    fn a_request_is_made_of_its_parts() {
        let asked = with(json!({
            "headers": {"X-A": "1", "X-N": 2, "X-None": null},
            "query": {"q": "سلام دنیا", "n": 5, "list": ["a", "b"], "none": null},
            "body": {"a": 1},
        }))
        .unwrap();
        assert_eq!(
            asked.url.as_str(),
            "http://h/a?x=1&list=a&list=b&n=5&q=%D8%B3%D9%84%D8%A7%D9%85+%D8%AF%D9%86%DB%8C%D8%A7"
        );
        assert_eq!((asked.headers["x-a"].as_bytes(), asked.headers["x-n"].as_bytes()), (&b"1"[..], &b"2"[..]));
        assert!(!asked.headers.contains_key("x-none"));
        assert_eq!(asked.headers[CONTENT_TYPE], "application/json");
        assert_eq!(asked.body.as_deref(), Some(&br#"{"a":1}"#[..]));
        assert_eq!(asked.key.unwrap(), "i-1/%D8%AB%D8%A8%D8%AA#1");
        assert_eq!((asked.output, asked.redirect, asked.method), (Output::Content, false, Method::POST));
    }

    #[test]
    fn bodies_by_their_type() {
        let sent = |members: Value| {
            let asked = with(members).unwrap();
            let kind = asked.headers.get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
            (asked.body.map(|bytes| String::from_utf8(bytes).unwrap()), kind)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(sent(json!({})), (None, None));
        assert_eq!(sent(json!({"body": null})), (None, None));
        assert_eq!(sent(json!({"body": "x"})), (text("x"), text("text/plain; charset=utf-8")));
        assert_eq!(sent(json!({"body": [1]})), (text("[1]"), text("application/json")));
        let xml = json!({"body": "<a/>", "headers": {"content-type": "application/xml"}});
        assert_eq!(sent(xml), (text("<a/>"), text("application/xml")));
        let form = json!({"body": {"a": "b c", "n": 1}, "headers": {"Content-Type": FORM}});
        assert_eq!(sent(form), (text("a=b+c&n=1"), text(FORM)));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_without_its_values() {
        for (input, told) in [
            (json!({}), "needs `method`"),
            (json!({"method": "get"}), "needs `method`"),
            (json!({"method": "get", "endpoint": "http://h", "metod": 1}), "needs `method`"),
            (json!({"method": "trace", "endpoint": "http://h"}), "`method` must be"),
            (json!({"method": "get", "endpoint": "secret"}), "`endpoint`"),
            (json!({"method": "get", "endpoint": "file:///secret"}), "`endpoint`"),
            (json!({"method": "get", "endpoint": "http://user:secret@h/"}), "neither user"),
            (json!({"method": "get", "endpoint": {"uri": "secret"}}), "`endpoint`"),
            (json!({"method": "get", "endpoint": {"url": "http://secret"}}), "`endpoint`"),
            (
                json!({"method": "get", "endpoint": {"uri": "http://h", "authentication": {"bearer": {"token": "secret"}}},
                    "headers": {"Authorization": "secret"}}),
                "both given",
            ),
            (json!({"method": "get", "endpoint": "http://h", "output": "secret"}), "`output`"),
            (json!({"method": "get", "endpoint": "http://h", "headers": {"host": "secret"}}), "`host`"),
            (
                json!({"method": "get", "endpoint": "http://h", "headers": {"Idempotency-Key": "secret"}}),
                "`idempotency-key`",
            ),
            (json!({"method": "get", "endpoint": "http://h", "headers": {"a": "secret\r\nb: c"}}), "`headers.a`"),
            (json!({"method": "get", "endpoint": "http://h", "headers": {"a": ["secret"]}}), "`headers.a`"),
            (json!({"method": "get", "endpoint": "http://h", "headers": {"سر": "secret"}}), "no header"),
            (json!({"method": "get", "endpoint": "http://h", "query": {"a": {"b": "secret"}}}), "`query.a`"),
        ] {
            let fault = read(input.clone()).err().unwrap_or_else(|| panic!("{input} is taken"));
            assert!(fault.message.contains(told), "{input}: {fault}");
            assert!(!fault.message.contains("secret"), "{fault}");
        }
        let safe = Request {
            operation: "read".into(),
            key: String::new(),
            attempt: 1,
            input: json!({"method": "DELETE", "endpoint": "http://h"}),
        };
        assert!(Asked::read(&safe).is_err());
    }

    #[test]
    fn a_long_key_is_sent_as_its_digest() {
        let long = "x".repeat(KEY_BYTES_MAX + 1);
        assert_eq!(key(&long).len(), 64);
        assert_ne!(key(&long), key(&format!("{long}y")));
        assert_eq!(key("a%b c"), "a%25b%20c");
    }
}
