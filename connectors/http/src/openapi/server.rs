//! Where a described operation is: `servers` of OpenAPI 3; `schemes`, `host` and `basePath` of Swagger 2.0.

use peygir_connector::{Fault, FaultKind};
use reqwest::Url;
use serde_json::Value;

use super::document::{Document, Form, broken};
use super::operation::Operation;
use crate::endpoint::host_of;
use crate::reach::Reach;

/// Most servers of one list that are looked at.
const SERVERS_MAX: usize = 32;

/// The first that the deployment allows, those with TLS before those without.
pub(super) fn choose(document: &Document, operation: &Operation<'_>, reach: &Reach) -> Result<Url, Fault> {
    let mut servers = match document.form {
        Form::Swagger2 => old(document, operation),
        Form::OpenApi3 => new(document, operation),
    };
    servers.retain(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
    servers.retain(|url| matches!(url.scheme(), "http" | "https"));
    servers.sort_by_key(|url| url.scheme() != "https");
    let first = servers.first().ok_or_else(|| broken("it names no server with http:// or https://"))?;
    let forbidden = || {
        let host = host_of(first);
        let told = format!("the deployment does not allow calls to {host}: it is not under `http.allow`");
        Fault::permanent(FaultKind::Forbidden, told)
    };
    servers.iter().find(|url| reach.allows(url)).cloned().ok_or_else(forbidden)
}

fn old(document: &Document, operation: &Operation<'_>) -> Vec<Url> {
    let text = |name: &str| document.root.get(name).and_then(Value::as_str);
    let own = operation.own("schemes").and_then(Value::as_array);
    let schemes: Vec<&str> = match own.or_else(|| document.texts("schemes")) {
        Some(list) => list.iter().filter_map(Value::as_str).collect(),
        None => vec![document.address.scheme()],
    };
    let fetched = host_of(&document.address);
    let host = text("host").unwrap_or(&fetched);
    let base = text("basePath").unwrap_or("/").trim_start_matches('/');
    let addresses = schemes.iter().take(SERVERS_MAX).map(|scheme| format!("{scheme}://{host}/{base}"));
    addresses.filter_map(|address| Url::parse(&address).ok()).collect()
}

fn new(document: &Document, operation: &Operation<'_>) -> Vec<Url> {
    let listed = operation.inherited("servers").or_else(|| document.root.get("servers")).and_then(Value::as_array);
    match listed.filter(|list| !list.is_empty()) {
        Some(list) => {
            let addresses = list.iter().take(SERVERS_MAX).filter_map(filled);
            addresses.filter_map(|address| document.address.join(&address).ok()).collect()
        }
        None => document.address.join("/").into_iter().collect(),
    }
}

/// The address with the defaults of its variables.
fn filled(server: &Value) -> Option<String> {
    let mut address = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = variable.get("default").and_then(Value::as_str) {
            address = address.replace(&format!("{{{name}}}"), default);
        }
    }
    (!address.contains(['{', '}'])).then_some(address)
}
