//! The files of the keys' folder: read and written whole.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::keys::Error;

pub(super) const MASTER_FILE: &str = "master.key";
pub(super) const PERSONS_FILE: &str = "persons.keys";

/// None where there is no such file.
pub(super) fn read_master(path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>, Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io(path, source)),
    };
    let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| {
        let what = format!(
            "{}: a master key has 32 bytes, this file has {}: bring it back from its backup",
            path.display(),
            bytes.len()
        );
        Error::Damaged(what)
    })?;
    Ok(Some(Zeroizing::new(key)))
}

/// Under its name the file is whole or not there, whenever the machine stops. Readable by its owner alone.
pub(super) fn write_whole(dir: &Path, path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let temporary = path.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    written().map_err(|source| io(path, source))?;
    sync_dir(dir)
}

pub(super) fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|source| io(dir, source))
}

pub(super) fn lost(path: &Path, what: &'static str) -> Error {
    Error::Lost { path: path.display().to_string(), what }
}

pub(super) fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), source }
}
