//! The settings of one submission server, checked.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use peygir_connector::{Settings, SettingsError};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain {
    host: String,
    port: u16,
    security: Security,
    username: Option<String>,
    from: String,
    reply_to: Option<String>,
    ca_file: Option<PathBuf>,
    hello_name: Option<String>,
    timeout_seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Security {
    /// The connection begins in clear and must change to TLS.
    Starttls,
    /// It changes to TLS where the server offers it. No credentials go out in clear.
    Opportunistic,
    /// TLS from the first byte.
    Implicit,
    /// In clear: this machine only.
    None,
}

/// Settings as the other modules use them. Holds credentials, so it has no `Debug`.
pub(crate) struct Config {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) security: Security,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
    pub(crate) tls: TlsParameters,
    pub(crate) hello: ClientId,
    pub(crate) timeout: Duration,
}

impl Config {
    pub(crate) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let plain: Plain = settings.parse()?;
        if plain.security == Security::None && !is_loopback(&plain.host) {
            return Err(SettingsError::at(
                "security",
                "`security: none` is for a server on this machine only (localhost, 127.0.0.1)",
                "`security: none` تنها برای کارسازی روی همین ماشین است (localhost یا 127.0.0.1)",
            ));
        }
        Ok(Self {
            credentials: credentials(plain.username, settings)?,
            from: mailbox("from", &plain.from)?,
            reply_to: plain.reply_to.as_deref().map(|text| mailbox("replyTo", text)).transpose()?,
            tls: tls(&plain.host, plain.ca_file.as_deref())?,
            hello: hello(plain.hello_name)?,
            host: plain.host,
            port: plain.port,
            security: plain.security,
            timeout: Duration::from_secs(plain.timeout_seconds),
        })
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn credentials(username: Option<String>, settings: &Settings) -> Result<Option<Credentials>, SettingsError> {
    match (username, settings.secret("password")) {
        (Some(username), Some(password)) => Ok(Some(Credentials::new(username, password.reveal().to_owned()))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(SettingsError::at(
            "username",
            "`username` needs a `password`",
            "`username` بی `password` به کار نمی‌آید",
        )),
        (None, Some(_)) => Err(SettingsError::at(
            "password",
            "`password` needs a `username`",
            "`password` بی `username` به کار نمی‌آید",
        )),
    }
}

fn mailbox(setting: &'static str, text: &str) -> Result<Mailbox, SettingsError> {
    text.parse().map_err(|_| {
        SettingsError::at(
            setting,
            format!("`{setting}` is no mail address such as name@example.ir or Name <name@example.ir>"),
            format!("`{setting}` نشانی رایانامه نیست؛ مانند name@example.ir یا نام <name@example.ir>"),
        )
    })
}

/// A name that cannot break out of the EHLO line.
fn hello(name: Option<String>) -> Result<ClientId, SettingsError> {
    let Some(name) = name else {
        return Ok(ClientId::default());
    };
    if name.chars().all(|c| c.is_ascii_alphanumeric() || ".-[]:".contains(c)) {
        return Ok(ClientId::Domain(name));
    }
    Err(SettingsError::at("helloName", "`helloName` is no domain name", "`helloName` نام دامنه نیست"))
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, SettingsError> {
    let refused = |reason: String| {
        SettingsError::at(
            "caFile",
            format!("`caFile` cannot be used: {reason}"),
            format!("`caFile` به کار نمی‌آید: {reason}"),
        )
    };
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(refused("no PEM certificate".into()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|_| refused("no PEM certificate".into()))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(|_| refused("no TLS client could be made with it".into()))
}
