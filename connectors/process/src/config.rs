//! The settings, checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use peygir_connector::{Settings, SettingsError};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Plain {
    #[serde(default)]
    interpreters: BTreeMap<String, PathBuf>,
    scripts: bool,
    shell: Option<PathBuf>,
    timeout_seconds: u64,
    output_bytes_max: usize,
    concurrency_max: usize,
    #[serde(default)]
    environment: Vec<String>,
}

/// Settings as the other modules use them.
#[derive(Debug)]
pub(crate) struct Config {
    /// By language, as [`language`] writes it.
    interpreters: BTreeMap<String, PathBuf>,
    pub(crate) scripts: bool,
    pub(crate) shell: Option<PathBuf>,
    pub(crate) timeout: Duration,
    /// Of each of the two outputs.
    pub(crate) output_bytes_max: usize,
    pub(crate) concurrency_max: usize,
    /// Names of the server's own variables that programs see.
    pub(crate) environment: Vec<String>,
}

impl Config {
    pub(crate) fn read(settings: &Settings) -> Result<Self, SettingsError> {
        let plain: Plain = settings.parse()?;
        let mut interpreters = BTreeMap::new();
        for (name, path) in plain.interpreters {
            is_program("interpreters", &path)?;
            interpreters.insert(language(&name), path);
        }
        if let Some(shell) = &plain.shell {
            is_program("shell", shell)?;
        }
        if let Some(name) = plain.environment.iter().find(|name| !is_variable(name)) {
            return Err(SettingsError::at(
                "environment",
                format!("`environment` holds \"{name}\", which is no name of a variable"),
                format!("«{name}» در `environment` نام متغیر نیست"),
            ));
        }
        Ok(Self {
            interpreters,
            scripts: plain.scripts,
            shell: plain.shell,
            timeout: Duration::from_secs(plain.timeout_seconds),
            output_bytes_max: plain.output_bytes_max,
            concurrency_max: plain.concurrency_max,
            environment: plain.environment,
        })
    }

    pub(crate) fn interpreter(&self, name: &str) -> Option<&Path> {
        self.interpreters.get(&language(name)).map(PathBuf::as_path)
    }
}

/// A language by one name only.
pub(crate) fn language(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    if name == "javascript" { "js".into() } else { name }
}

pub(crate) fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

fn is_program(setting: &'static str, path: &Path) -> Result<(), SettingsError> {
    if path.is_absolute() && path.is_file() {
        return Ok(());
    }
    let path = path.display();
    Err(SettingsError::at(
        setting,
        format!("`{setting}`: {path} is no program: write its whole path, as /usr/bin/node"),
        format!(
            "`{setting}`: ‏\u{2066}{path}\u{2069} برنامه نیست؛ نشانی کامل بنویسید، مانند \u{2066}/usr/bin/node\u{2069}"
        ),
    ))
}
