//! The keys of persons: a file of fixed slots, apart from journal and snapshots, so that it is backed up apart and a slot
//! can be wiped in place.
//!
//! `master.key` (32 random bytes, mode 600) wraps the keys in `persons.keys`; the look-up key is derived from it. A slot is
//! 128 bytes: state, person, nonce, wrapped key with its tag, and room. Erasing writes zeros over the slot and syncs.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use peygir_core::Id;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::PersonKey;

const SLOT_BYTES: usize = 128;
const USED: u8 = 1;
const ERASED: u8 = 2;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{0}")]
    Damaged(String),
    #[error("the person has a key already")]
    Exists,
}

/// All keys, in memory and in the file.
pub struct Keys {
    lookup: Zeroizing<[u8; 32]>,
    inner: Mutex<Inner>,
}

struct Inner {
    persons: BTreeMap<Id, Slot>,
    file: Option<Slots>,
}

struct Slot {
    position: u64,
    key: PersonKey,
}

struct Slots {
    file: File,
    path: PathBuf,
    end: u64,
    master: Zeroizing<[u8; 32]>,
}

impl Keys {
    /// Keys that end with the process: for scenarios and `peygir run`.
    pub fn in_memory() -> Self {
        let inner = Inner { persons: BTreeMap::new(), file: None };
        Self { lookup: Zeroizing::new([0x5a; 32]), inner: Mutex::new(inner) }
    }

    /// Opens the keys in `dir`, making master key and file where there are none. `random` gives 32 fresh bytes.
    pub fn open(dir: &Path, random: &dyn Fn() -> [u8; 32]) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
        let master = master_key(&dir.join("master.key"), random)?;
        let path = dir.join("persons.keys");
        let mut file = private().read(true).open(&path).map_err(|source| io(&path, source))?;
        sync_dir(dir)?;
        let (persons, end) = read_slots(&mut file, &path, &master)?;
        let lookup = Zeroizing::new(Sha256::new().chain_update(b"look-up").chain_update(*master).finalize().into());
        let slots = Slots { file, path, end, master };
        Ok(Self { lookup, inner: Mutex::new(Inner { persons, file: Some(slots) }) })
    }

    pub fn get(&self, person: Id) -> Option<PersonKey> {
        self.lock().persons.get(&person).map(|slot| slot.key.clone())
    }

    pub(super) fn lookup_key(&self) -> &[u8; 32] {
        &self.lookup
    }

    /// Durable when it returns.
    pub fn create(&self, person: Id, key: PersonKey) -> Result<(), Error> {
        let mut inner = self.lock();
        if inner.persons.contains_key(&person) {
            return Err(Error::Exists);
        }
        let position = match &mut inner.file {
            Some(slots) => slots.append(person, &key)?,
            None => 0,
        };
        inner.persons.insert(person, Slot { position, key });
        Ok(())
    }

    /// False where the person has no key. Durable when it returns.
    pub fn erase(&self, person: Id) -> Result<bool, Error> {
        let mut inner = self.lock();
        let Some(slot) = inner.persons.get(&person) else { return Ok(false) };
        let position = slot.position;
        if let Some(slots) = &mut inner.file {
            slots.wipe(position)?;
        }
        inner.persons.remove(&person);
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Slots {
    fn append(&mut self, person: Id, key: &PersonKey) -> Result<u64, Error> {
        let position = self.end;
        // The nonce is derived from the person and the place: neither is ever used a second time with another key.
        let seed: [u8; 32] =
            Sha256::new().chain_update(person.0).chain_update(position.to_be_bytes()).finalize().into();
        let wrapped = XChaCha20Poly1305::new(self.master.as_slice().into())
            .encrypt(XNonce::from_slice(&seed[..24]), Payload { msg: key.as_slice(), aad: &person.0 })
            .map_err(|_| Error::Damaged("a key could not be wrapped".to_owned()))?;
        let mut slot = [0u8; SLOT_BYTES];
        slot[0] = USED;
        slot[1..17].copy_from_slice(&person.0);
        slot[17..41].copy_from_slice(&seed[..24]);
        slot[41..41 + wrapped.len()].copy_from_slice(&wrapped);
        self.write(position, &slot)?;
        self.end = position + SLOT_BYTES as u64;
        Ok(position)
    }

    fn wipe(&mut self, position: u64) -> Result<(), Error> {
        let mut slot = [0u8; SLOT_BYTES];
        slot[0] = ERASED;
        self.write(position, &slot)
    }

    fn write(&mut self, position: u64, slot: &[u8; SLOT_BYTES]) -> Result<(), Error> {
        self.file
            .seek(SeekFrom::Start(position))
            .and_then(|_| self.file.write_all(slot))
            .and_then(|()| self.file.sync_data())
            .map_err(|source| io(&self.path, source))
    }
}

fn read_slots(file: &mut File, path: &Path, master: &Zeroizing<[u8; 32]>) -> Result<(BTreeMap<Id, Slot>, u64), Error> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| io(path, source))?;
    let mut persons = BTreeMap::new();
    // A slot that was torn by a crash was never acknowledged: the next one is written over it.
    let whole = bytes.len() / SLOT_BYTES;
    let mut end = 0;
    for (index, slot) in bytes.chunks_exact(SLOT_BYTES).enumerate() {
        let position = (index * SLOT_BYTES) as u64;
        end = position + SLOT_BYTES as u64;
        match slot[0] {
            ERASED => {}
            USED => match unwrap_slot(slot, master) {
                Some((person, key)) => {
                    persons.insert(person, Slot { position, key });
                }
                None if index + 1 == whole => end = position,
                None => {
                    let what =
                        format!("{}: the slot at byte {position} can't be opened with this master key", path.display());
                    return Err(Error::Damaged(what));
                }
            },
            _ if index + 1 == whole => end = position,
            _ => return Err(Error::Damaged(format!("{}: the slot at byte {position} is no slot", path.display()))),
        }
    }
    Ok((persons, end))
}

fn unwrap_slot(slot: &[u8], master: &Zeroizing<[u8; 32]>) -> Option<(Id, PersonKey)> {
    let person = Id(slot[1..17].try_into().ok()?);
    let clear = XChaCha20Poly1305::new(master.as_slice().into())
        .decrypt(XNonce::from_slice(&slot[17..41]), Payload { msg: &slot[41..89], aad: &person.0 })
        .ok()?;
    Some((person, Zeroizing::new(clear.try_into().ok()?)))
}

fn master_key(path: &Path, random: &dyn Fn() -> [u8; 32]) -> Result<Zeroizing<[u8; 32]>, Error> {
    if let Ok(bytes) = std::fs::read(path) {
        let key: [u8; 32] =
            bytes.try_into().map_err(|_| Error::Damaged(format!("{}: a master key has 32 bytes", path.display())))?;
        return Ok(Zeroizing::new(key));
    }
    let key = Zeroizing::new(random());
    let mut file = private().create_new(true).open(path).map_err(|source| io(path, source))?;
    file.write_all(key.as_slice()).and_then(|()| file.sync_all()).map_err(|source| io(path, source))?;
    Ok(key)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}

fn sync_dir(dir: &Path) -> Result<(), Error> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|source| io(dir, source))
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_there_after_a_restart_and_erased_ones_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Keys::open(dir.path(), &|| [3; 32]).unwrap();
        let keys = open();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        keys.create(Id([2; 16]), Zeroizing::new([2; 32])).unwrap();
        keys.erase(Id([1; 16])).unwrap();
        drop(keys);
        let keys = open();
        assert!(keys.get(Id([1; 16])).is_none());
        assert_eq!(keys.get(Id([2; 16])).map(|key| *key), Some([2; 32]));
        let bytes = std::fs::read(dir.path().join("persons.keys")).unwrap();
        assert!(!bytes.windows(32).any(|window| window == [2; 32]), "a key stands in the file in clear");
        assert!(bytes[1..SLOT_BYTES].iter().all(|byte| *byte == 0), "an erased slot still holds bytes");
    }

    #[test]
    fn a_torn_last_slot_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("persons.keys");
        let keys = Keys::open(dir.path(), &|| [3; 32]).unwrap();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        drop(keys);
        let whole = std::fs::read(&path).unwrap();
        for torn in 1..SLOT_BYTES {
            let mut bytes = whole.clone();
            bytes.extend(&whole[..torn]);
            std::fs::write(&path, &bytes).unwrap();
            let keys = Keys::open(dir.path(), &|| [3; 32]).unwrap();
            keys.create(Id([2; 16]), Zeroizing::new([2; 32])).unwrap();
            drop(keys);
            let keys = Keys::open(dir.path(), &|| [3; 32]).unwrap();
            assert!(keys.get(Id([1; 16])).is_some() && keys.get(Id([2; 16])).is_some(), "torn at {torn}");
            std::fs::write(&path, &whole).unwrap();
        }
    }
}
