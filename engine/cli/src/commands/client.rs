//! A client of the running server, by a token of the environment or as the administrator of its bootstrap token.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::data_folder::DataFolder;
use crate::said::Said;

/// Where a token is looked for first.
pub const TOKEN_VARIABLE: &str = "PEYGIR_TOKEN";

pub struct Client {
    address: String,
    token: String,
    /// In which it is told what the server refuses.
    language: &'static str,
    /// Longest wait for an answer; for ever without.
    patience: Option<Duration>,
}

impl Client {
    /// The server that has this data folder open. A token in the environment speaks for its holder.
    pub fn of(data: &DataFolder) -> Result<Self> {
        // Where no server runs, that is what there is to say, whatever else is missing.
        let address = data.running()?.address;
        let token = std::env::var(TOKEN_VARIABLE).map_or_else(|_| data.bootstrap_token(), Ok)?;
        Ok(Self { address, token, language: "en", patience: None })
    }

    /// A server anywhere, by a token of the environment.
    pub fn at(address: &str) -> Result<Self> {
        let token = std::env::var(TOKEN_VARIABLE).with_context(|| {
            Said::new(
                format!("a server elsewhere is asked with a token: put one into {TOKEN_VARIABLE}"),
                format!("از سرور جای دیگر با توکن پرسیده می‌شود: آن را در متغیر {TOKEN_VARIABLE} بگذارید"),
            )
        })?;
        Ok(Self { address: address.trim_end_matches('/').to_owned(), token, language: "en", patience: None })
    }

    /// The same, told in another language what the server refuses.
    pub fn speaking(self, language: &'static str) -> Self {
        Self { language, ..self }
    }

    /// The same, which gives up on an answer after a while.
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self }
    }

    pub fn get(&self, path: &str) -> Result<Value> {
        self.ask(reqwest::Client::new().get(format!("{}{path}", self.address)))
    }

    /// A null body is no body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address));
        self.ask(if body.is_null() { request } else { request.json(body) })
    }

    /// A body of another media type that is JSON all the same.
    pub fn post_as(&self, media: &str, path: &str, body: &Value) -> Result<Value> {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address));
        self.ask(request.header("content-type", media).body(body.to_string()))
    }

    /// The answer, or the problem that the server tells.
    pub fn try_post(&self, path: &str, key: &str, body: &Value) -> Result<Result<Value, Value>> {
        let request = reqwest::Client::new().post(format!("{}{path}", self.address)).header("idempotency-key", key);
        let (status, answer) = self.exchange(request.json(body))?;
        if (200..300).contains(&status) {
            return Ok(Ok(answer));
        }
        if answer["diagnostics"].is_array() {
            return Ok(Err(answer));
        }
        bail!("{}", self.refusal(&answer, status))
    }

    fn ask(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let (status, answer) = self.exchange(request)?;
        if !(200..300).contains(&status) {
            bail!("{}", self.refusal(&answer, status));
        }
        Ok(answer)
    }

    fn exchange(&self, request: reqwest::RequestBuilder) -> Result<(u16, Value)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let request = match self.patience {
                Some(patience) => request.timeout(patience),
                None => request,
            };
            let response =
                request.header("accept-language", self.language).bearer_auth(&self.token).send().await.with_context(
                    || {
                        Said::new(
                            format!("the server at {} does not answer; is it still running?", self.address),
                            format!("سرور {} پاسخ نمی‌دهد؛ آیا هنوز در کار است؟", self.address),
                        )
                    },
                )?;
            let status = response.status().as_u16();
            Ok((status, response.json().await.unwrap_or_default()))
        })
    }

    fn refusal(&self, answer: &Value, status: u16) -> String {
        let refused = if self.language == "fa" { "سرور نپذیرفت" } else { "the server refused" };
        told(answer["detail"].as_str().or(answer["title"].as_str()).unwrap_or(refused), answer, status)
    }
}

/// What the server says, its number, and the fields that are wrong.
fn told(title: &str, answer: &Value, status: u16) -> String {
    let fields: Vec<String> = answer["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| {
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}", text("pointer"), text("detail"))
        })
        .collect();
    format!("{title} ({status}) {}", fields.join("; ")).trim_end().to_owned()
}

/// `?name=value&…` of what is given; empty where nothing is.
pub fn query(pairs: &[(&str, Option<&str>)]) -> String {
    let given: Vec<String> =
        pairs.iter().filter_map(|(name, value)| Some(format!("{name}={}", escaped((*value)?)))).collect();
    if given.is_empty() { String::new() } else { format!("?{}", given.join("&")) }
}

/// A text as it may stand in an address.
pub fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_given_is_not_asked_for() {
        assert_eq!(query(&[("a", None), ("b", Some("x/y:1"))]), "?b=x%2Fy%3A1");
        assert_eq!(query(&[("a", None)]), "");
    }
}
