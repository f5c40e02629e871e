//! The settings, checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use peygir_connector::{Settings, SettingsError};
use serde::Deserialize;

use crate::reach::{Hosts, Reach};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain {
    timeout_seconds: u64,
    answer_bytes_max: usize,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    hosts: BTreeMap<String, String>,
    #[serde(default)]
    idempotent_hosts: Vec<String>,
}

/// Settings as the other modules use them.
#[derive(Debug)]
pub(crate) struct Config {
    /// For the whole call: its token and document fetched, its answer read to the end.
    pub(crate) timeout: Duration,
    pub(crate) answer_bytes_max: usize,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) reach: Arc<Reach>,
    pub(crate) hosts: Arc<Hosts>,
    /// Whose owners promised to recognise the header `Idempotency-Key`.
    pub(crate) promised: Reach,
    pub(crate) clock_s: Option<fn() -> i64>,
}

impl Config {
    pub(crate) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let plain: Plain = settings.parse()?;
        let reach = Reach::read(&settings.host.reachable).map_err(|entry| {
            SettingsError::general(
                format!("`http.allow` holds \"{entry}\", which is no host such as api.example.ir or 10.0.0.5:8080"),
                format!("«{entry}» در `http.allow` میزبان نیست؛ مانند \u{2066}api.example.ir\u{2069} یا \u{2066}10.0.0.5:8080\u{2069}"),
            )
        })?;
        let hosts = Hosts::read(&plain.hosts).map_err(|name| {
            SettingsError::at(
                "hosts",
                format!("`hosts` leads \"{name}\" nowhere: write a name with an address, as api.example.ir: 10.0.0.5 or 10.0.0.5:8443"),
                format!("`hosts` برای «{name}» نشانی درستی ندارد؛ مانند \u{2066}api.example.ir: 10.0.0.5\u{2069} یا \u{2066}10.0.0.5:8443\u{2069}"),
            )
        })?;
        let promised = Reach::read(&plain.idempotent_hosts).map_err(|entry| {
            SettingsError::at(
                "idempotentHosts",
                format!("`idempotentHosts` holds \"{entry}\", which is no host such as api.example.ir or 10.0.0.5:8080"),
                format!("«{entry}» در `idempotentHosts` میزبان نیست؛ مانند \u{2066}api.example.ir\u{2069} یا \u{2066}10.0.0.5:8080\u{2069}"),
            )
        })?;
        Ok(Self {
            timeout: Duration::from_secs(plain.timeout_seconds),
            answer_bytes_max: plain.answer_bytes_max,
            ca_file: plain.ca_file,
            reach: Arc::new(reach),
            hosts: Arc::new(hosts),
            promised,
            clock_s: settings.host.clock_s,
        })
    }
}
