//! One process to a folder.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::Path;

use peygir_store::Error;

const NAME: &str = "lock";

/// Held as long as the store is open. The system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// The folder itself, for whoever removes the file. None on file systems that lock no folders.
    folder: Option<File>,
}

impl Lock {
    pub fn take(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(NAME);
        let io = |source| Error::Io { path: path.display().to_string(), source };
        let in_use = |holder: String| {
            Error::Refused(format!("{} is in use by {holder}; stop it, or name another folder", folder.display()))
        };
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = fs::read_to_string(&path).unwrap_or_default();
                let holder = holder.trim();
                let holder = if holder.is_empty() { "another process".into() } else { format!("process {holder}") };
                return Err(in_use(holder));
            }
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let itself = File::open(folder).map_err(io)?;
        let itself = match itself.try_lock() {
            Ok(()) => Some(itself),
            Err(TryLockError::WouldBlock) => {
                return Err(in_use(format!("another process (its file `{NAME}` was removed while it ran)")));
            }
            Err(TryLockError::Error(_)) => None,
        };
        file.set_len(0).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { file, folder: itself })
    }

    /// Whether a process has the store open. It is looked at by taking the lock for a moment.
    pub fn is_held(folder: &Path) -> Result<bool, Error> {
        let path = folder.join(NAME);
        let io = |source| Error::Io { path: path.display().to_string(), source };
        // The file, and the folder for a file that was removed.
        for (path, is_folder) in [(path.as_path(), false), (folder, true)] {
            let file = match File::open(path) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(io(error)),
            };
            match file.try_lock() {
                Ok(()) => file.unlock().map_err(io)?,
                Err(TryLockError::WouldBlock) => return Ok(true),
                Err(TryLockError::Error(_)) if is_folder => {}
                Err(TryLockError::Error(source)) => return Err(io(source)),
            }
        }
        Ok(false)
    }
}

impl Drop for Lock {
    /// Closing the file alone is not enough: a child process that another thread is just starting has a copy of it until
    /// its program runs, and the lock would be held that long.
    fn drop(&mut self) {
        for locked in [Some(&self.file), self.folder.as_ref()].into_iter().flatten() {
            if let Err(error) = locked.unlock() {
                tracing::warn!(%error, "the lock of the store could not be let go of; it goes with the process");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn whether_a_store_is_open_is_seen_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!Lock::is_held(folder.path()).unwrap());
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "no file was made");
        let held = Lock::take(folder.path()).unwrap();
        assert!(Lock::is_held(folder.path()).unwrap());
        drop(held);
        assert!(!Lock::is_held(folder.path()).unwrap());
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_second_store_is_refused_by_the_pid_of_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_lock_whose_file_was_removed_still_holds() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::take(folder.path()).unwrap();
        fs::remove_file(folder.path().join(NAME)).unwrap();
        assert!(Lock::is_held(folder.path()).unwrap());
        let refused = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("in use") && refused.contains("removed"), "{refused}");
        drop(first);
        Lock::take(folder.path()).unwrap();
    }

    #[test]
    fn a_lock_that_was_let_go_is_free_while_children_are_started() {
        let folder = tempfile::tempdir().unwrap();
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let program = std::env::current_exe().unwrap();
                        let child = Command::new(program).arg("--list").stdout(Stdio::null()).status();
                        assert!(child.unwrap().success());
                    }
                });
            }
            let refused = (0..500).find_map(|_| Lock::take(folder.path()).err());
            done.store(true, Ordering::Relaxed);
            assert!(refused.is_none(), "{refused:?}");
        });
    }
}
