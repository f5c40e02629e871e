//! One request out: the client, the call, and what it means where no answer came.

use std::ops::Deref;

use peygir_connector::{Authorization, Fault, FaultKind, SettingsError};
use reqwest::header::AUTHORIZATION;
use reqwest::redirect::Policy as Redirection;
use reqwest::{Certificate, Client, ClientBuilder, Method, RequestBuilder, Response, Url};
use std::time::Duration;
use tokio::time::Instant;

use crate::authentication::{self, Challenge, Policy, Tokens};
use crate::config::Config;
use crate::endpoint::host_of;
use crate::reach::{Resolver, is_led_astray};
use crate::request::{Asked, KEY_HEADER};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a peer may say that a challenge was too old before the answer is taken as it is.
const STALE_MAX: usize = 1;

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
        .redirect(Redirection::none())
        .retry(reqwest::retry::never())
        .dns_resolver(Resolver { reach: config.reach.clone(), hosts: config.hosts.clone() })
        // Shorter than the whole call in any case: who took no connection in time certainly took no request.
        .connect_timeout(CONNECT_TIMEOUT.min(config.timeout / 2))
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

/// What outlives a call.
pub(crate) struct Line {
    pub(crate) client: Client,
    pub(crate) config: Config,
    pub(crate) tokens: Tokens,
}

/// The way out of one call: everything that it needs, its tokens and documents included, has to be done in time.
pub(crate) struct Wire<'l> {
    line: &'l Line,
    deadline: Instant,
}

impl Deref for Wire<'_> {
    type Target = Line;

    fn deref(&self) -> &Line {
        self.line
    }
}

impl<'l> Wire<'l> {
    pub(crate) fn of(line: &'l Line) -> Self {
        Self { line, deadline: Instant::now() + line.config.timeout }
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(crate) fn get(&self, url: &Url) -> Result<RequestBuilder, Fault> {
        self.request(Method::GET, url)
    }

    pub(crate) fn post(&self, url: &Url) -> Result<RequestBuilder, Fault> {
        self.request(Method::POST, url)
    }

    /// The one place where requests begin, so that none goes where the deployment does not allow it.
    fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, Fault> {
        if !self.config.reach.allows(url) {
            let host = host_of(url);
            let told = format!("the deployment does not allow calls to {host}: it is not under `http.allow`");
            return Err(Fault::permanent(FaultKind::Forbidden, told));
        }
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let told = format!("no time was left to ask {}", host_of(url));
            return Err(Fault::temporary(FaultKind::Timeout, told));
        }
        Ok(self.client.request(method, url.clone()).timeout(left))
    }

    pub(crate) async fn send(&self, request: RequestBuilder, url: &Url) -> Result<Response, Fault> {
        request.send().await.map_err(|error| call_fault(&error, &host_of(url)))
    }

    /// Asks, with what proves who asks, and tells what it was shown.
    pub(crate) async fn exchange(&self, asked: &Asked) -> Result<(Response, Option<Authorization>), Fault> {
        match &asked.policy {
            None => self.ask(asked, None).await,
            Some(Policy::Basic(login)) => self.ask(asked, Some(authentication::basic(login)?)).await,
            Some(Policy::Bearer(token)) => self.ask(asked, Some(authentication::bearer(token))).await,
            Some(Policy::Token(grantor)) => {
                let first = self.tokens.get(self, grantor, None).await?;
                let answered = self.ask(asked, Some(authentication::bearer(&first.token))).await?;
                if answered.0.status().as_u16() != 401 || !first.was_kept {
                    return Ok(answered);
                }
                // One that was kept may have been withdrawn: a new one is worth one more try.
                let second = self.tokens.get(self, grantor, Some(&first.token)).await?;
                self.ask(asked, Some(authentication::bearer(&second.token))).await
            }
            Some(Policy::Digest(login)) => {
                let mut answered = self.ask(asked, None).await?;
                for round in 0..=STALE_MAX {
                    let Some(challenge) = challenged(&answered.0, round) else { break };
                    let uri = asked.target();
                    let shown = authentication::digest(&challenge, login, asked.method.as_str(), &uri)?;
                    answered = self.ask(asked, Some(shown)).await?;
                }
                Ok(answered)
            }
        }
    }

    async fn ask(
        &self,
        asked: &Asked,
        shown: Option<Authorization>,
    ) -> Result<(Response, Option<Authorization>), Fault> {
        let mut call = self.request(asked.method.clone(), &asked.url)?.headers(asked.headers.clone());
        if let Some(key) = &asked.key {
            call = call.header(KEY_HEADER, key.clone());
        }
        if let Some(shown) = &shown {
            call = call.header(AUTHORIZATION, authentication::header(shown)?);
        }
        if let Some(body) = &asked.body {
            call = call.body(body.clone());
        }
        Ok((self.send(call, &asked.url).await?, shown))
    }
}

/// What the peer wants to be answered, where it asks for the first time or says that the answer came too late.
fn challenged(response: &Response, round: usize) -> Option<Challenge> {
    let challenge = (response.status().as_u16() == 401).then(|| Challenge::of(response.headers()))??;
    (round == 0 || challenge.stale).then_some(challenge)
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
