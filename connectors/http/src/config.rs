//! The settings, checked.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use peygir_connector::{Settings, SettingsError};
use serde::Deserialize;

use crate::reach::Reach;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain {
    timeout_seconds: u64,
    answer_bytes_max: usize,
    ca_file: Option<PathBuf>,
}

/// Settings as the other modules use them.
#[derive(Debug)]
pub(crate) struct Config {
    /// For the whole request, its answer read to the end.
    pub(crate) timeout: Duration,
    pub(crate) answer_bytes_max: usize,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) reach: Arc<Reach>,
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
        Ok(Self {
            timeout: Duration::from_secs(plain.timeout_seconds),
            answer_bytes_max: plain.answer_bytes_max,
            ca_file: plain.ca_file,
            reach: Arc::new(reach),
        })
    }
}
