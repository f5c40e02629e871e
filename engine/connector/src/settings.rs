//! Settings of one connector in a deployment: checked against its manifest, completed with defaults, secrets resolved.
//!
//! Owns: the checks (codes `PG-M01x`) and the values. Plain values and secrets are kept apart, so that a connector cannot
//! print a secret by printing its configuration. Does not know where a deployment's file lies.

mod check;
pub(crate) mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Secret;

pub use check::{check, read};

/// What the host gives every connector beside its settings.
#[derive(Debug, Clone, Default)]
pub struct HostFacts {
    /// Folder of the deployment's data; relative folders of settings lie below it.
    pub data_folder: PathBuf,
    /// Secret that the peer's calls to this connector must carry; none where the connector takes no calls.
    pub callback_secret: Option<Secret>,
    /// Hosts that flows may call, as `host` or `host:port`; `loopback` stands for this machine itself. For connectors
    /// that go where a flow says.
    pub reachable: Vec<String>,
    /// What time it is, in seconds since 1970: for what is signed with a time in it. None where the host has no clock to
    /// give.
    pub clock_s: Option<fn() -> i64>,
}

/// Values as the deployment gave them and defaults where it gave none.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub plain: Map<String, Value>,
    pub secrets: BTreeMap<String, Secret>,
    pub host: HostFacts,
}

impl Settings {
    /// The plain settings as the connector's own type.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, SettingsError> {
        T::deserialize(Value::Object(self.plain.clone())).map_err(|error| {
            SettingsError::general(
                format!("the settings do not fit the connector: {error}"),
                format!("تنظیمات با اتصال جور نیست: {error}"),
            )
        })
    }

    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name)
    }
}

/// Settings that are each right but cannot work: an unreadable file, two that contradict each other. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    /// The setting that has to change, where it is one.
    pub setting: Option<&'static str>,
    pub message: String,
    pub message_fa: String,
}

impl SettingsError {
    pub fn at(setting: &'static str, message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self { setting: Some(setting), message: message.into(), message_fa: message_fa.into() }
    }

    pub fn general(message: impl Into<String>, message_fa: impl Into<String>) -> Self {
        Self { setting: None, message: message.into(), message_fa: message_fa.into() }
    }

    /// The same as a diagnostic over the settings of a deployment (`PG-M015`).
    pub fn to_diagnostic(&self, settings: &peygir_source::Node) -> peygir_source::Diagnostic {
        let span = self.setting.and_then(|name| settings.get(name)).map_or(settings.span, |node| node.span);
        peygir_source::Diagnostic::error("PG-M015", span, self.message.clone(), self.message_fa.clone())
    }
}
