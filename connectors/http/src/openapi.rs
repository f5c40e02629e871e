//! `call: openapi`: a request as a document of the peer describes it, Swagger 2.0 or OpenAPI 3.
//!
//! Owns: from the name of an operation and its parameters to a request. Does not send it. What is wrong with the document
//! is a matter of configuration, what is wrong with the parameters one of validation; no fault shows a value.

mod body;
mod document;
mod multipart;
mod operation;
mod parameter;
mod server;
mod style;

use peygir_connector::{Fault, Request};
use reqwest::header::{ACCEPT, COOKIE, HeaderMap, HeaderValue};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::authentication::Policy;
use crate::endpoint::refused;
use crate::outbound::Wire;
use crate::reach::Reach;
use crate::request::{Asked, Output, header, key_header, only_one_proof};

use document::Document;
pub(crate) use document::Documents;
use operation::Operation;
use parameter::Filled;

/// Longest address that is made, in bytes.
const ADDRESS_BYTES_MAX: usize = 32 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Input {
    document: Value,
    operation_id: String,
    #[serde(default)]
    parameters: Map<String, Value>,
    #[serde(default)]
    authentication: Value,
    #[serde(default)]
    output: Output,
    #[serde(default)]
    redirect: bool,
}

impl Documents {
    /// The request that the flow's operation is.
    pub(crate) async fn asked(&self, wire: &Wire<'_>, request: &Request) -> Result<Asked, Fault> {
        let input = Input::deserialize(&request.input).map_err(|_| {
            refused(
                "the input is no call of an operation: it needs `document` and `operationId`, and may have `parameters`, \
                 `authentication`, `output` (raw, content or response) and `redirect`",
            )
        })?;
        let policy = Policy::read(&input.authentication)?;
        let document = self.get(wire, &input.document).await?;
        let operation = Operation::find(&document, &input.operation_id)?;
        let (url, headers, body) = filled(&wire.config.reach, &document, &operation, &input.parameters)?;
        only_one_proof(&headers, policy.as_ref())?;
        Ok(Asked {
            method: operation.method.clone(),
            url,
            policy,
            headers,
            key: Some(key_header(&request.key)?),
            body,
            output: input.output,
            redirect: input.redirect,
        })
    }
}

type Parts = (reqwest::Url, HeaderMap, Option<Vec<u8>>);

fn filled(
    reach: &Reach,
    document: &Document,
    operation: &Operation<'_>,
    given: &Map<String, Value>,
) -> Result<Parts, Fault> {
    let Filled { path, query, headers: pairs, cookies, form, rest } = parameter::fill(operation, given)?;
    let body = body::of(document, operation, form, &rest)?;
    let mut headers = HeaderMap::new();
    for (name, text) in pairs {
        let (name, value) = header(&name, &text)?;
        headers.append(name, value);
    }
    if !cookies.is_empty() {
        let (name, value) = header(COOKIE.as_str(), &cookies.join("; "))?;
        headers.append(name, value);
    }
    if operation.answers_json() && !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    }
    if let Some(body) = &body {
        headers.insert(reqwest::header::CONTENT_TYPE, body.kind.clone());
    }
    let server = server::choose(document, operation, reach)?;
    Ok((address(&server, &path, &query)?, headers, body.map(|body| body.bytes)))
}

fn address(server: &reqwest::Url, path: &str, query: &[String]) -> Result<reqwest::Url, Fault> {
    let mut base = server.clone();
    base.set_query(None);
    base.set_fragment(None);
    let mut text = format!("{}/{}", base.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
    if !query.is_empty() {
        text.push('?');
        text.push_str(&query.join("&"));
    }
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(refused(format!("the address would be longer than {ADDRESS_BYTES_MAX} bytes")));
    }
    let url = reqwest::Url::parse(&text).map_err(|_| refused("no address can be made of the parameters"))?;
    // What was filled in must not have led elsewhere.
    if url.origin() == server.origin() { Ok(url) } else { Err(refused("the parameters lead to another host")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PETS: &str = include_str!("../tests/peers/documents/pets.json");
    const OFFICE: &str = include_str!("../tests/peers/documents/office.yaml");

    /// Pointers to all values of a document.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| places(value, &format!("{at}/{}", escaped(name)), found));
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }

    /// Every operation of the document, asked with parameters that fit some of them.
    fn ask_all(root: &Value, ids: &[String]) -> usize {
        let address = reqwest::Url::parse("http://127.0.0.1/docs/api.json").unwrap();
        let Ok(document) = Document::read(root.to_string().as_bytes(), address) else { return 0 };
        let reach = Reach::read(&["loopback".to_owned()]).unwrap();
        let given = [
            json!({}),
            json!({"petId": 1, "status": ["a"], "id": "x"}),
            json!({"body": {"a": [1]}}),
            json!({"tags": {"a": 1}}),
        ];
        let mut made = 0;
        for id in ids {
            let Ok(operation) = Operation::find(&document, id) else { continue };
            let asked = given.iter().filter_map(Value::as_object);
            made += asked.filter(|given| filled(&reach, &document, &operation, given).is_ok()).count();
        }
        made
    }

    #[test]
    fn no_change_of_one_value_makes_a_document_dangerous() {
        let pets = PETS.replace("HOST", "127.0.0.1");
        for text in [pets.as_str(), OFFICE] {
            let root = peygir_connector::yaml_value(text).unwrap();
            let mut found = Vec::new();
            places(&root, "", &mut found);
            let ids: Vec<String> = found
                .iter()
                .filter(|at| at.ends_with("/operationId"))
                .map(|at| root.pointer(at).unwrap().as_str().unwrap().to_owned())
                .collect();
            let made = ask_all(&root, &ids);
            assert!(ids.len() >= 8 && made > 8, "{made} of {} operations can be asked", ids.len());
            let others = [
                Value::Null,
                json!(1),
                json!("x"),
                json!("#/"),
                json!([]),
                json!({}),
                json!({"$ref": "#"}),
                json!(true),
            ];
            for at in &found {
                for other in &others {
                    let mut changed = root.clone();
                    *changed.pointer_mut(at).unwrap() = other.clone();
                    // Whatever it makes of it: it comes to an end, and without a panic.
                    ask_all(&changed, &ids);
                }
            }
        }
    }

    #[test]
    fn nothing_that_is_filled_in_leads_to_another_host() {
        let server = reqwest::Url::parse("http://api.example.ir/v1").unwrap();
        for (path, expected) in [
            ("/a", Some("http://api.example.ir/v1/a")),
            ("//evil.ir/a", Some("http://api.example.ir/v1/evil.ir/a")),
            ("/a\\b", Some("http://api.example.ir/v1/a/b")),
        ] {
            let made = address(&server, path, &[]).ok();
            assert_eq!(made.as_ref().map(reqwest::Url::as_str), expected, "{path}");
        }
        assert!(address(&server, "/a", &["x".repeat(ADDRESS_BYTES_MAX)]).is_err());
        let made = address(&server, "/a", &["b=c".into(), "d=e".into()]).unwrap();
        assert_eq!(made.as_str(), "http://api.example.ir/v1/a?b=c&d=e");
    }
}
