//! The settings of the outbox.

use std::path::PathBuf;

use peygir_connector::{Settings, SettingsError};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Absolute, or relative to where the host runs.
    pub(crate) folder: PathBuf,
    /// Whether subject and text are written, in clear.
    pub(crate) bodies: bool,
}

impl Config {
    pub(crate) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let config: Config = settings.parse()?;
        Ok(Self { folder: settings.host.data_folder.join(&config.folder), bodies: config.bodies })
    }
}
