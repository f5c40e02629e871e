//! One request out: the client, the call, and what it means where no answer came.

use peygir_connector::{Fault, FaultKind, Receipt, Request, SettingsError};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use std::time::Duration;

use crate::answer;
use crate::config::Config;
use crate::reach::{Resolver, is_led_astray};
use crate::request::{Asked, KEY_HEADER};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn client(config: &Config) -> Result<Client, SettingsError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(SettingsError::general("no TLS provider was installed", "فراهم‌کنندهٔ TLS نصب نشده است"));
    }
    let failed = |_| SettingsError::general("no TLS client could be made", "کارخواه TLS ساخته نشد");
    if let Some(path) = &config.ca_file {
        return builder(config).tls_certs_merge(certificates(path)?).build().map_err(failed);
    }
    // A machine without a certificate store can still speak plain HTTP to its neighbours.
    builder(config).build().or_else(|_| builder(config).tls_certs_only([]).build().map_err(failed))
}

fn builder(config: &Config) -> ClientBuilder {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .dns_resolver(Resolver(config.reach.clone()))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(config.timeout)
        .referer(false)
        // A fresh connection each time: one that was kept may be dead, and a request lost on it would be ambiguous.
        .pool_max_idle_per_host(0)
        .user_agent("peygir")
}

fn certificates(path: &std::path::Path) -> Result<Vec<Certificate>, SettingsError> {
    let refused = |reason: String| {
        let message = format!("`caFile` cannot be used: {reason}");
        SettingsError::at("caFile", message, format!("`caFile` به کار نمی‌آید: {reason}"))
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| refused("no PEM certificate".into()))?;
    if certificates.is_empty() { Err(refused("no PEM certificate".into())) } else { Ok(certificates) }
}

pub(crate) async fn send(client: &Client, config: &Config, request: &Request) -> Result<Receipt, Fault> {
    let asked = Asked::read(request)?;
    let host = asked.host();
    if !config.reach.allows(&asked.url) {
        let told = format!("the deployment does not allow calls to {host}: it is not under `http.allow`");
        return Err(Fault::permanent(FaultKind::Forbidden, told));
    }
    let mut call = client
        .request(asked.method.clone(), asked.url.clone())
        .headers(asked.headers.clone())
        .header(KEY_HEADER, asked.key.clone());
    if let Some(body) = &asked.body {
        call = call.body(body.clone());
    }
    let response = call.send().await.map_err(|error| call_fault(&error, &host))?;
    answer::take(response, &asked, config.answer_bytes_max).await
}

/// No error of the client is shown as it is: it may hold the address, and with it what the flow put there.
pub(crate) fn call_fault(error: &reqwest::Error, host: &str) -> Fault {
    if is_led_astray(error) {
        let told = format!("the name {host} leads to this machine or its neighbours, where flows may not go");
        return Fault::permanent(FaultKind::Forbidden, told);
    }
    if error.is_builder() {
        return Fault::permanent(FaultKind::Content, "no request could be made of the input");
    }
    if error.is_connect() && error.is_timeout() {
        return Fault::temporary(FaultKind::Timeout, format!("{host} took no connection in time"));
    }
    if error.is_connect() {
        return Fault::temporary(FaultKind::Unreachable, format!("{host} cannot be reached"));
    }
    if error.is_timeout() {
        return Fault::ambiguous(FaultKind::Timeout, format!("{host} took the request and did not answer in time"));
    }
    Fault::ambiguous(FaultKind::Protocol, format!("the connection to {host} broke before its answer was read"))
}
