//! One message out: the call of `sendsms` and what its answer means.

use std::time::Duration;

use peygir_connector::{Fault, FaultKind, Message, Receipt, Request, SettingsError};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::config::{Callback, Config, Method, NumberFormat, is_sender};
use crate::verdict::{call_fault, judge};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Most of an answer that is read, in bytes: Kannel's are one line.
const ANSWER_BYTES_MAX: usize = 4 * 1024;
/// UTF-16 units in a message of one part, and in each part of a longer one.
const UNITS_SINGLE: usize = 70;
const UNITS_PART: usize = 67;
/// All of Kannel's reports: delivered, failed, buffered, accepted, rejected.
const DLR_MASK: &str = "31";

pub(crate) fn client(config: &Config) -> Result<reqwest::Client, SettingsError> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(SettingsError::general("no TLS provider was installed", "فراهم‌کنندهٔ TLS نصب نشده است"));
    }
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // Shorter than the whole call in any case: who took no connection in time certainly took no request.
        .connect_timeout(CONNECT_TIMEOUT.min(config.timeout / 2))
        .read_timeout(config.timeout)
        .timeout(config.timeout)
        // A fresh connection each time: one that was kept may be dead, and a message lost on it would be ambiguous.
        .pool_max_idle_per_host(0)
        .user_agent("peygir");
    if let Some(path) = &config.ca_file {
        builder = builder.tls_certs_only(certificates(path)?);
    } else if config.url.scheme() == "http" {
        // A machine without a certificate store can still speak to a gateway beside it.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|_| SettingsError::general("no TLS client could be made", "کارخواه TLS ساخته نشد"))
}

fn certificates(path: &std::path::Path) -> Result<Vec<reqwest::Certificate>, SettingsError> {
    let refused = |reason: String| {
        SettingsError::at(
            "caFile",
            format!("`caFile` cannot be used: {reason}"),
            format!("`caFile` به کار نمی‌آید: {reason}"),
        )
    };
    let pem = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
    let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|_| refused("no PEM certificate".into()))?;
    if certificates.is_empty() { Err(refused("no PEM certificate".into())) } else { Ok(certificates) }
}

pub(crate) async fn send(client: &reqwest::Client, config: &Config, request: &Request) -> Result<Receipt, Fault> {
    let message = Message::read(&request.input)?;
    let parameters = parameters(config, &message, &request.key)?;
    let built = match config.method {
        Method::Get => get(client, config, &parameters, &message.text),
        Method::Post => post(client, config, &parameters, message.text)?,
    };
    let response = built.send().await.map_err(|error| call_fault(&error))?;
    let status = response.status().as_u16();
    judge(status, &answer(response).await)
}

/// Parameters of `sendsms` but for text and charset, in Kannel's spelling.
fn parameters(config: &Config, message: &Message, key: &str) -> Result<Vec<(&'static str, String)>, Fault> {
    let from = message.from.as_deref().unwrap_or(&config.from);
    if !is_sender(from) {
        return Err(Fault::permanent(FaultKind::Configuration, "`from` is no line of a gateway"));
    }
    let parts = parts(&message.text);
    if message.text.is_empty() || parts > config.parts_max {
        let limit = config.parts_max;
        return Err(Fault::permanent(
            FaultKind::Content,
            format!("the text takes {parts} parts, 1 to {limit} are allowed"),
        ));
    }
    let mut parameters = vec![
        ("username", config.username.clone()),
        ("password", config.password.reveal().to_owned()),
        ("from", from.to_owned()),
        ("to", recipient(&message.to, config.number_format)?),
        ("coding", "2".to_owned()),
    ];
    if let Some(callback) = &config.callback {
        parameters.push(("dlr-mask", DLR_MASK.to_owned()));
        parameters.push(("dlr-url", report_url(callback, key)));
    }
    Ok(parameters)
}

/// Parts that a text takes in UCS-2.
fn parts(text: &str) -> usize {
    let units = text.encode_utf16().count();
    if units <= UNITS_SINGLE { units.min(1) } else { units.div_ceil(UNITS_PART) }
}

fn recipient(to: &str, format: NumberFormat) -> Result<String, Fault> {
    let digits = to.strip_prefix('+').filter(|digits| (8..=15).contains(&digits.len()));
    let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = digits.ok_or_else(|| Fault::permanent(FaultKind::Recipient, "the recipient is no number in E.164"))?;
    Ok(match (format, digits.strip_prefix("98")) {
        (NumberFormat::E164, _) => to.to_owned(),
        (NumberFormat::National, Some(national)) => format!("0{national}"),
        (NumberFormat::National, None) => format!("00{digits}"),
    })
}

/// Where the gateway reports to. Kannel replaces `%d` and `%F` by itself; a literal percent sign is `%%` to it.
fn report_url(callback: &Callback, key: &str) -> String {
    let mut escaped = String::new();
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%%{byte:02X}"));
        }
    }
    let token = peygir_connector::CALLBACK_TOKEN_PARAMETER;
    format!("{}/dlr?{token}={}&key={escaped}&type=%d&fid=%F", callback.base, callback.secret.reveal())
}

fn get(
    client: &reqwest::Client,
    config: &Config,
    parameters: &[(&str, String)],
    text: &str,
) -> reqwest::RequestBuilder {
    client.get(config.url.clone()).query(parameters).query(&[("charset", "UTF-8"), ("text", text)])
}

/// Kannel takes a POST as headers and a plain body; it refuses forms.
fn post(
    client: &reqwest::Client,
    config: &Config,
    parameters: &[(&str, String)],
    text: String,
) -> Result<reqwest::RequestBuilder, Fault> {
    let refused =
        |name: &str| Fault::permanent(FaultKind::Configuration, format!("`{name}` cannot stand in an HTTP header"));
    let mut headers = HeaderMap::new();
    for (name, value) in parameters {
        let header = HeaderName::try_from(format!("x-kannel-{name}")).map_err(|_| refused(name))?;
        let mut value = HeaderValue::from_str(value).map_err(|_| refused(name))?;
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=UTF-8"));
    Ok(client.post(config.url.clone()).headers(headers).body(text))
}

/// The answer's text as far as it is needed. Where it breaks off, the status alone is judged.
async fn answer(mut response: reqwest::Response) -> Vec<u8> {
    let mut text = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = ANSWER_BYTES_MAX - text.len();
        text.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if text.len() == ANSWER_BYTES_MAX {
            break;
        }
    }
    text
}

#[cfg(test)]
mod tests;
