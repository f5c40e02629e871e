//! The settings of one gateway, checked.

use std::path::PathBuf;
use std::time::Duration;

use peygir_connector::{Secret, Settings, SettingsError};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain {
    url: String,
    username: String,
    from: String,
    method: Method,
    number_format: NumberFormat,
    parts_max: usize,
    timeout_seconds: u64,
    ca_file: Option<PathBuf>,
    callback_base: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Method {
    Post,
    Get,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NumberFormat {
    /// `09121234567`
    National,
    /// `+989121234567`
    E164,
}

/// Settings as the other modules use them.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) url: reqwest::Url,
    pub(crate) username: String,
    pub(crate) password: Secret,
    pub(crate) from: String,
    pub(crate) method: Method,
    pub(crate) number_format: NumberFormat,
    pub(crate) parts_max: usize,
    pub(crate) timeout: Duration,
    pub(crate) ca_file: Option<PathBuf>,
    /// Where delivery reports shall go; none: none are asked for.
    pub(crate) callback: Option<Callback>,
}

/// Base address of this connector's calls, and the secret that they must carry.
#[derive(Debug)]
pub(crate) struct Callback {
    pub(crate) base: String,
    pub(crate) secret: Secret,
}

impl Config {
    pub(crate) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let plain: Plain = settings.parse()?;
        let password = settings.secret("password").cloned().ok_or_else(|| {
            SettingsError::at("password", "the gateway's password is missing", "گذرواژهٔ درگاه داده نشده است")
        })?;
        if !is_sender(&plain.from) {
            return Err(SettingsError::at(
                "from",
                "`from` may hold Latin letters, digits and a leading + only",
                "`from` تنها حروف و رقم لاتین و + آغازین می‌پذیرد",
            ));
        }
        Ok(Self {
            url: address("url", &plain.url)?,
            callback: callback(plain.callback_base.as_deref(), settings)?,
            username: plain.username,
            password,
            from: plain.from,
            method: plain.method,
            number_format: plain.number_format,
            parts_max: plain.parts_max,
            timeout: Duration::from_secs(plain.timeout_seconds),
            ca_file: plain.ca_file,
        })
    }
}

/// A line number or a sender's name.
pub(crate) fn is_sender(text: &str) -> bool {
    let rest = text.strip_prefix('+').unwrap_or(text);
    !rest.is_empty() && rest.len() <= 20 && rest.chars().all(|c| c.is_ascii_alphanumeric())
}

/// An address without credentials: those would end in other people's logs.
fn address(setting: &'static str, text: &str) -> Result<reqwest::Url, SettingsError> {
    let url = reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| {
        SettingsError::at(
            setting,
            format!("`{setting}` is no address that begins with http:// or https://"),
            format!("`{setting}` نشانی‌ای نیست که با http:// یا https:// آغاز شود"),
        )
    })?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if bare {
        return Ok(url);
    }
    Err(SettingsError::at(
        setting,
        format!("`{setting}` may hold neither user, password, query nor fragment"),
        format!("`{setting}` نباید نام کاربری، گذرواژه، پرسمان یا قطعه داشته باشد"),
    ))
}

fn callback(base: Option<&str>, settings: &Settings) -> Result<Option<Callback>, SettingsError> {
    let Some(base) = base else { return Ok(None) };
    let url = address("callbackBase", base)?;
    let Some(secret) = settings.host.callback_secret.clone() else {
        return Err(SettingsError::at(
            "callbackBase",
            "the host has no callback secret for this connector",
            "میزبان برای این اتصال راز فراخوان بازگشت ندارد",
        ));
    };
    // Kannel reads % in an address as the start of one of its own codes.
    if url.as_str().contains('%') || !secret.reveal().chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) {
        return Err(SettingsError::at(
            "callbackBase",
            "`callbackBase` and the callback secret may hold letters, digits and - _ . only, without percent signs",
            "`callbackBase` و راز فراخوان بازگشت تنها حرف و رقم و - _ . می‌پذیرند، بی نشانهٔ درصد",
        ));
    }
    Ok(Some(Callback { base: url.as_str().trim_end_matches('/').to_owned(), secret }))
}
