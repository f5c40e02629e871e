//! A secret and the reference that a deployment gives in its place.
//!
//! Owns: keeping the text out of every formatted output and wiping it from memory when it is dropped. Does not know
//! which settings are secrets; the manifest says so.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Longest secret read from a file, in bytes.
pub const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// Text that is never shown: `Debug` and `Display` write `***`, and there is no way to serialise it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the moment of use only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where a deployment says that a secret lies: `{env: NAME}` or `{file: PATH}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An environment variable.
    Env(String),
    /// A file; one line break at its end does not belong to the secret.
    File(PathBuf),
}

impl Reference {
    /// Fetches the secret. A relative file is looked for below `base`, the deployment's folder.
    pub fn resolve(&self, base: &Path) -> Result<Secret, String> {
        let secret = match self {
            Reference::Env(name) => {
                std::env::var(name).map(Secret::new).map_err(|_| format!("environment variable {name} is not set"))?
            }
            Reference::File(path) => read_file(&base.join(path))?,
        };
        if secret.reveal().is_empty() {
            return Err("the secret is empty".into());
        }
        Ok(secret)
    }
}

fn read_file(path: &Path) -> Result<Secret, String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut text = Zeroizing::new(String::new());
    let file = std::fs::File::open(path).map_err(told)?;
    file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(told)?;
    if text.len() as u64 > SECRET_BYTES_MAX {
        return Err(format!("{}: longer than {SECRET_BYTES_MAX} bytes", path.display()));
    }
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(line.strip_suffix('\r').unwrap_or(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatting_shows_nothing() {
        let secret = Secret::new("s3cret");
        assert_eq!(format!("{secret} {secret:?} {:#?}", Some(&secret)), "*** *** Some(\n    ***,\n)");
    }

    #[test]
    fn a_file_gives_its_line() {
        let folder = std::env::temp_dir().join(format!("peygir-secret-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pw"), "s3cret\n").unwrap();
        std::fs::write(folder.join("empty"), "\n").unwrap();
        assert_eq!(Reference::File("pw".into()).resolve(&folder).unwrap().reveal(), "s3cret");
        assert!(Reference::File("empty".into()).resolve(&folder).is_err());
        assert!(Reference::File("none".into()).resolve(&folder).unwrap_err().contains("none"));
        assert!(Reference::Env("PEYGIR_NO_SUCH_VARIABLE".into()).resolve(&folder).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
