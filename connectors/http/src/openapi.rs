//! `call: openapi`: a request as a document of the peer describes it, Swagger 2.0 or OpenAPI 3.
//!
//! Owns: from the name of an operation and its parameters to a request. Does not send it. What is wrong with the document
//! is a matter of configuration, what is wrong with the parameters one of validation; no fault shows a value.

mod body;
mod document;
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
        let (url, headers, body) = filled(wire, &document, &operation, &input.parameters)?;
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
    wire: &Wire<'_>,
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
    let server = server::choose(document, operation, &wire.config.reach)?;
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
