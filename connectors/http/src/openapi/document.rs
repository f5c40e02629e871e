//! Documents of peers, fetched and kept for a while.
//!
//! Owns: fetching, reading, the table of those that are kept, and references inside of one. A reference to another document
//! is refused: what is fetched is what the flow names.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use peygir_connector::{Fault, FaultKind, yaml_value};
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::answer;
use crate::endpoint::{Endpoint, host_of, refused};
use crate::outbound::Wire;
use crate::request::{Asked, Output};

/// Longest document, in bytes. (YAML has a lower limit of its own: 1 MiB.)
const DOCUMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most documents that are kept.
const DOCUMENTS_MAX: usize = 32;
/// Most bytes of all that are kept, as they were fetched.
const KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a document is taken for what the peer still says.
const AGE_MAX: Duration = Duration::from_secs(300);
/// Most references that are followed one after the other.
const REFERENCES_MAX: usize = 16;
const ACCEPTED: &str = "application/json, application/yaml;q=0.9, */*;q=0.5";

/// A description of a peer's operations.
pub(crate) struct Document {
    pub(super) root: Value,
    pub(super) form: Form,
    /// Where it was fetched: addresses in it may be relative to that.
    pub(super) address: Url,
    bytes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Swagger2,
    OpenApi3,
}

#[derive(Default)]
pub(crate) struct Documents {
    kept: Mutex<BTreeMap<[u8; 32], Kept>>,
}

struct Kept {
    document: Arc<Document>,
    fetched_at: Instant,
}

/// The document cannot be used.
pub(super) fn broken(why: impl std::fmt::Display) -> Fault {
    Fault::permanent(FaultKind::Configuration, format!("the API document is no use: {why}"))
}

impl Documents {
    pub(super) async fn get(&self, wire: &Wire<'_>, place: &Value) -> Result<Arc<Document>, Fault> {
        let endpoint = endpoint(place)?;
        // Whoever may not see it is not given what another was shown.
        let key: [u8; 32] = Sha256::digest(place.to_string()).into();
        if let Some(document) = self.kept(&key, Instant::now()) {
            return Ok(document);
        }
        let document = Arc::new(fetch(wire, endpoint).await?);
        self.keep(key, &document, Instant::now());
        Ok(document)
    }

    fn kept(&self, key: &[u8; 32], now: Instant) -> Option<Arc<Document>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| now.saturating_duration_since(one.fetched_at) < AGE_MAX);
        kept.get(key).map(|one| one.document.clone())
    }

    fn keep(&self, key: [u8; 32], document: &Arc<Document>, now: Instant) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, Kept { document: document.clone(), fetched_at: now });
        while kept.len() > DOCUMENTS_MAX || kept.values().map(|one| one.document.bytes).sum::<usize>() > KEPT_BYTES_MAX
        {
            let oldest = kept.iter().min_by_key(|(_, one)| one.fetched_at).map(|(key, _)| *key);
            match oldest {
                Some(oldest) => drop(kept.remove(&oldest)),
                None => break,
            }
        }
    }
}

/// An external resource of the language: `endpoint`, which may be an address alone; or `uri` at once.
fn endpoint(place: &Value) -> Result<Endpoint, Fault> {
    match place {
        Value::Object(members) if members.contains_key("endpoint") => {
            if members.keys().any(|name| !matches!(name.as_str(), "name" | "endpoint")) {
                return Err(refused("`document` has `endpoint`, and may have `name`"));
            }
            Endpoint::read(&members["endpoint"], "document.endpoint")
        }
        Value::Object(members) => {
            let mut members = members.clone();
            members.remove("name");
            Endpoint::read(&Value::Object(members), "document")
        }
        other => Endpoint::read(other, "document"),
    }
}

async fn fetch(wire: &Wire<'_>, endpoint: Endpoint) -> Result<Document, Fault> {
    let address = endpoint.url.clone();
    let host = host_of(&address);
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
    let asked = Asked {
        method: Method::GET,
        url: endpoint.url,
        policy: endpoint.policy,
        headers,
        key: None,
        body: None,
        output: Output::Raw,
        redirect: false,
    };
    let response = wire.exchange(&asked).await.map_err(nothing_done)?.0;
    let status = response.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(Fault::answered(status, format!("the API document at {host} was answered with {status}")));
    }
    let bytes = answer::bytes(response, &host, DOCUMENT_BYTES_MAX).await.map_err(nothing_done)?;
    // Reading a large one takes a while: not on a thread that others wait for.
    let read = tokio::task::spawn_blocking(move || Document::read(&bytes, address)).await;
    read.map_err(|_| broken("it could not be read"))?
}

/// The call itself was not made.
fn nothing_done(fault: Fault) -> Fault {
    Fault { reached: peygir_connector::Reached::No, message: format!("no API document: {}", fault.message), ..fault }
}

impl Document {
    pub(super) fn read(bytes: &[u8], address: Url) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        let text = text.map_err(|_| broken("it is not in UTF-8"))?;
        let json = serde_json::from_str::<Value>(text).ok();
        let root =
            json.or_else(|| yaml_value(text)).ok_or_else(|| broken("it is neither JSON nor YAML within limits"))?;
        let form = if version(&root, "swagger").is_some_and(|version| version == "2" || version.starts_with("2.")) {
            Form::Swagger2
        } else if version(&root, "openapi").is_some_and(|version| version.starts_with("3.")) {
            Form::OpenApi3
        } else {
            return Err(broken("it is neither Swagger 2.0 nor OpenAPI 3"));
        };
        Ok(Self { root, form, address, bytes: bytes.len() })
    }

    /// The value itself, where it is no reference to another place of the document.
    pub(super) fn follow<'d>(&'d self, value: &'d Value) -> Result<&'d Value, Fault> {
        let mut at = value;
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = at.get("$ref").and_then(Value::as_str) else { return Ok(at) };
            let pointer = reference.strip_prefix('#').ok_or_else(|| broken("it refers to another document"))?;
            let found = self.root.pointer(&decoded(pointer));
            at = found.ok_or_else(|| broken("it refers to a place that it does not have"))?;
        }
        Err(broken(format!("more than {REFERENCES_MAX} references lead from one to the next")))
    }

    /// Texts of a list at the top.
    pub(super) fn texts<'d>(&'d self, name: &str) -> Option<&'d Vec<Value>> {
        self.root.get(name).and_then(Value::as_array)
    }
}

/// YAML makes a number of `swagger: 2.0` where it stands without quotes.
fn version(root: &Value, name: &str) -> Option<String> {
    match root.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A pointer in a reference is encoded as addresses are.
fn decoded(pointer: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = pointer.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        match after.get(..2).and_then(hex).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| pointer.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub(in crate::openapi) fn document(root: &Value) -> Document {
        read(&root.to_string()).unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn read(text: &str) -> Result<Document, Fault> {
        Document::read(text.as_bytes(), Url::parse("http://docs.example.ir/v1/api.json").unwrap())
    }

    #[test]
    fn documents_are_json_or_yaml_of_known_forms() {
        for (text, form) in [
            (r#"{"swagger": "2.0"}"#, Form::Swagger2),
            ("swagger: 2.0", Form::Swagger2),
            ("\u{feff}{\"openapi\": \"3.0.3\"}", Form::OpenApi3),
            ("openapi: 3.1.0\npaths: {}", Form::OpenApi3),
        ] {
            assert_eq!(read(text).map(|document| document.form).ok(), Some(form), "{text}");
        }
        for text in ["", "{", "[]", "openapi: 4.0.0", r#"{"swagger": "1.2"}"#, r#"{"openapi": 3}"#, "a: [", "x: secret"]
        {
            let fault = read(text).err().unwrap_or_else(|| panic!("{text} is taken"));
            assert_eq!(fault.kind, FaultKind::Configuration);
            assert!(!fault.message.contains("secret"));
        }
        assert!(Document::read(b"\xff\xfe", Url::parse("http://h/").unwrap()).is_err());
    }

    #[test]
    fn references_lead_inside_and_end() {
        let document = document(&json!({"openapi": "3.0.0",
            "a/b": {"c d": {"found": 1}}, "one": {"$ref": "#/a~1b/c%20d"}, "loop": {"$ref": "#/pool"}, "pool": {"$ref": "#/loop"}}));
        let to = |reference: &str| {
            let value = json!({"$ref": reference});
            document.follow(&value).cloned().map_err(|fault| fault.message)
        };
        assert_eq!(to("#/one"), Ok(json!({"found": 1})));
        assert!(to("#/loop").unwrap_err().contains("16 references"));
        assert!(to("#/nowhere").unwrap_err().contains("does not have"));
        assert!(to("other.json#/a").unwrap_err().contains("another document"));
        assert!(to("http://evil.ir/#/a").unwrap_err().contains("another document"));
    }

    #[test]
    fn the_table_is_bounded_in_number_size_and_age() {
        let documents = Documents::default();
        let start = Instant::now();
        let one = |bytes: usize| Arc::new(Document { bytes, ..document(&json!({"openapi": "3.0.0"})) });
        let key = |number: usize| [u8::try_from(number).unwrap(); 32];
        for number in 0..=DOCUMENTS_MAX {
            documents.keep(key(number), &one(10), start + Duration::from_secs(number as u64));
        }
        let later = start + Duration::from_secs(DOCUMENTS_MAX as u64);
        assert!(documents.kept(&key(0), later).is_none(), "the oldest went");
        assert!(documents.kept(&key(1), later).is_some());
        let later = later + Duration::from_secs(1);
        documents.keep(key(100), &one(KEPT_BYTES_MAX - 10), later);
        assert!(documents.kept(&key(100), later).is_some());
        assert_eq!(documents.kept.lock().unwrap().len(), 2, "the others went for its size");
        documents.keep(key(101), &one(KEPT_BYTES_MAX + 1), later + Duration::from_secs(1));
        assert!(documents.kept(&key(101), later).is_none(), "one that is too large is not kept");
        documents.keep(key(102), &one(10), later);
        assert!(documents.kept(&key(102), later).is_some());
        assert!(documents.kept(&key(102), later + AGE_MAX).is_none(), "too old");
    }
}
