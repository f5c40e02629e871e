//! An address with what proves who asks there, as flows write it: a text, or `{uri, authentication}`.

use peygir_connector::{Fault, FaultKind};
use reqwest::Url;
use serde_json::Value;

use crate::authentication::Policy;

/// Where a request goes.
pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) policy: Option<Policy>,
}

impl Endpoint {
    /// `what` names the member in faults; none of them shows a value.
    pub(crate) fn read(value: &Value, what: &str) -> Result<Self, Fault> {
        match value {
            Value::String(text) => Ok(Self { url: address(text, what)?, policy: None }),
            Value::Object(members) if members.keys().all(|name| matches!(name.as_str(), "uri" | "authentication")) => {
                let text = members.get("uri").and_then(Value::as_str).unwrap_or_default();
                let policy = Policy::read(members.get("authentication").unwrap_or(&Value::Null))?;
                Ok(Self { url: address(text, what)?, policy })
            }
            _ => Err(refused(format!("`{what}` is an address, or a mapping of `uri` and `authentication`"))),
        }
    }
}

/// The input cannot become a request. The message holds no value of it.
pub(crate) fn refused(message: impl Into<String>) -> Fault {
    Fault::permanent(FaultKind::Content, message)
}

pub(crate) fn address(text: &str, what: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| refused(format!("`{what}` is no address that begins with http:// or https://")))?;
    if url.username().is_empty() && url.password().is_none() {
        Ok(url)
    } else {
        Err(refused(format!("`{what}` must hold neither user nor password")))
    }
}

/// Host and port, for faults: nothing else of an address is fit for a journal.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
