//! One process to a folder.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::Path;

use peygir_store::Error;

const NAME: &str = "lock";

/// Held as long as the store is open. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let io = |source| Error::Io { path: path.display().to_string(), source };
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                let holder = holder.trim();
                let holder = if holder.is_empty() { "another process".into() } else { format!("process {holder}") };
                return Err(Error::Refused(format!(
                    "{} is in use by {holder}; stop it, or name another folder",
                    folder.display()
                )));
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        file.set_len(0).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_store_is_refused_by_the_pid_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }
}
