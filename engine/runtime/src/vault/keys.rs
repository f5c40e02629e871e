//! The keys of persons: files apart from journal and snapshots, so that they are backed up apart.
//!
//! `master.key` (32 random bytes, mode 600) wraps the keys in `persons.keys` ([`super::slots`]); the look-up key is derived
//! from it. Keys that are made while others are being synced gather, and are synced together ([`super::line`]).
//!
//! The first slot is a header that names the form and proves the master key, so that an emptied file or another master key
//! is never taken for a beginning. Keys are made once, for a store that is new: lost ones stop the start, because with
//! fresh keys everything sealed would read as erased without anybody having decided it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use peygir_core::Id;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::PersonKey;
use super::files::{MASTER_FILE, PERSONS_FILE, io, lost, read_master, sync_dir, write_whole};
use super::line::Line;
use super::slot;
use super::slots::{SLOT_BYTES, Slots, Unread, check_header};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{0}")]
    Damaged(String),
    #[error(
        "{path} {what}, and the store has data already: everything sealed in it would read as erased. \
         Nothing was started or changed. Bring the keys folder back from its backup, master.key and persons.keys together"
    )]
    Lost { path: String, what: &'static str },
    #[error("the person has a key already")]
    Exists,
}

/// All keys, in memory and in the file.
pub struct Keys {
    lookup: Zeroizing<[u8; 32]>,
    persons: RwLock<BTreeMap<Id, Slot>>,
    erased: RwLock<BTreeSet<Id>>,
    /// Slots that could not be opened when the file was read.
    unread: Vec<Unread>,
    /// Persons of the store who should have a key and have none; looked up once, at the start.
    missing: OnceLock<Vec<Id>>,
    /// None for keys that end with the process. Whoever reads a key does not wait for those that are being written.
    line: Option<Line>,
}

/// What newer keys should have and have not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lack {
    pub keys: usize,
    pub erasures: usize,
}

pub(super) struct Slot {
    pub position: u64,
    pub key: PersonKey,
}

impl Keys {
    /// Keys that end with the process: for scenarios and `peygir run`.
    pub fn in_memory() -> Self {
        Self {
            lookup: Zeroizing::new([0x5a; 32]),
            persons: RwLock::default(),
            erased: RwLock::default(),
            unread: Vec::new(),
            missing: OnceLock::new(),
            line: None,
        }
    }

    /// Opens the keys in `dir` that were made before. Errs where one of the files is missing or empty.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        Self::read_from(dir, true)
    }

    /// The same to look at only: nothing can be kept or erased.
    pub fn look(dir: &Path) -> Result<Self, Error> {
        Self::read_from(dir, false)
    }

    /// Whether the two files in `dir` are there, and of one pair; nothing is said of what lies behind their heads.
    pub fn prove(dir: &Path) -> Result<(), Error> {
        let (master_path, path) = (dir.join(MASTER_FILE), dir.join(PERSONS_FILE));
        let master = read_master(&master_path)?.ok_or_else(|| lost(&master_path, "is missing"))?;
        let mut head = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(SLOT_BYTES as u64).read_to_end(&mut head));
        read.map_err(|source| io(&path, source))?;
        check_header(&head, &path, &master)
    }

    fn read_from(dir: &Path, writes: bool) -> Result<Self, Error> {
        let master_path = dir.join(MASTER_FILE);
        let master = read_master(&master_path)?.ok_or_else(|| lost(&master_path, "is missing"))?;
        let path = dir.join(PERSONS_FILE);
        let file = match OpenOptions::new().read(true).write(writes).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(lost(&path, "is missing")),
            Err(source) => return Err(io(&path, source)),
        };
        let lookup = Zeroizing::new(Sha256::new().chain_update(b"look-up").chain_update(*master).finalize().into());
        let (slots, content) = Slots::read(file, path, master)?;
        Ok(Self {
            lookup,
            persons: RwLock::new(content.persons),
            erased: RwLock::new(content.erased),
            unread: content.unread,
            missing: OnceLock::new(),
            line: Some(Line::new(slots)),
        })
    }

    /// Opens the keys in `dir`, making what is missing: only for a store in which nothing is sealed yet. `random` gives 32
    /// fresh bytes.
    pub fn open_or_make(dir: &Path, random: &dyn Fn() -> [u8; 32]) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| io(dir, source))?;
        // The folder's own name too: without it a power cut could leave a journal, and no keys to read it with.
        dir.parent().filter(|above| !above.as_os_str().is_empty()).map_or(Ok(()), sync_dir)?;
        let master_path = dir.join(MASTER_FILE);
        let path = dir.join(PERSONS_FILE);
        let persons_bytes = match std::fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(source) => return Err(io(&path, source)),
        };
        let master = match read_master(&master_path)? {
            Some(master) => master,
            None if persons_bytes > 0 => {
                let what = format!(
                    "{} is missing but {} is there: bring both back from the backup of the keys",
                    master_path.display(),
                    path.display()
                );
                return Err(Error::Damaged(what));
            }
            None => {
                let master = Zeroizing::new(random());
                write_whole(dir, &master_path, master.as_slice())?;
                master
            }
        };
        // A start that was cut short between the two files left the master key alone.
        if persons_bytes == 0 {
            write_whole(dir, &path, &slot::header(&master))?;
        }
        Self::open(dir)
    }

    /// For how many persons keys were made in `dir`, erased ones too; 0 where nothing was. It opens none of them.
    pub fn made_in(dir: &Path) -> Result<u64, Error> {
        let path = dir.join(PERSONS_FILE);
        match std::fs::metadata(&path) {
            // The first slot is the header.
            Ok(found) => Ok((found.len() / SLOT_BYTES as u64).saturating_sub(1)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(source) => Err(io(&path, source)),
        }
    }

    /// Persons that have a key.
    pub fn persons(&self) -> usize {
        self.read().len()
    }

    pub fn get(&self, person: Id) -> Option<PersonKey> {
        self.read().get(&person).map(|slot| slot.key.clone())
    }

    /// Whether the person's key was thrown away, on purpose.
    pub fn is_erased(&self, person: Id) -> bool {
        self.erased.read().unwrap_or_else(PoisonError::into_inner).contains(&person)
    }

    /// Slots that were written and can't be opened: torn by a crash before anybody was told, or damaged since.
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// Persons who should have a key and have none, as far as somebody has looked.
    pub fn missing(&self) -> &[Id] {
        self.missing.get().map_or(&[], Vec::as_slice)
    }

    /// Keeps what was found of [`Keys::missing`]; the first who looks is believed.
    pub fn note_missing(&self, persons: Vec<Id>) {
        let _ = self.missing.set(persons);
    }

    /// Whether both were wrapped by one master key.
    pub fn is_of_one_master(&self, other: &Self) -> bool {
        *self.lookup == *other.lookup
    }

    /// What these keys lack of others, which were copied from them before: keys that were neither kept nor erased here, and
    /// erasures.
    pub fn lack_of(&self, before: &Self) -> Lack {
        let known = |person: &Id| self.read().contains_key(person);
        let keys = before.read().keys().filter(|person| !known(person) && !self.is_erased(**person)).count();
        let erased = before.erased.read().unwrap_or_else(PoisonError::into_inner);
        Lack { keys, erasures: erased.iter().filter(|person| known(person)).count() }
    }

    pub(super) fn lookup_key(&self) -> &[u8; 32] {
        &self.lookup
    }

    /// Durable when it returns.
    pub fn create(&self, person: Id, key: PersonKey) -> Result<(), Error> {
        let known = || self.read().contains_key(&person);
        let Some(line) = &self.line else {
            return if known() { Err(Error::Exists) } else { self.note(&[(person, key)], 0) };
        };
        line.append(person, key, &known, &|group, first| self.note(group, first))
    }

    /// From now on these keys are there.
    fn note(&self, group: &[(Id, PersonKey)], first: u64) -> Result<(), Error> {
        let positions = (first..).step_by(SLOT_BYTES);
        let slots = group.iter().zip(positions).map(|((person, key), position)| {
            let key = key.clone();
            (*person, Slot { position, key })
        });
        self.write().extend(slots);
        Ok(())
    }

    /// False where the person has no key. Durable when it returns.
    pub fn erase(&self, person: Id) -> Result<bool, Error> {
        let mut slots = self.line.as_ref().map(Line::slots);
        let Some(position) = self.read().get(&person).map(|slot| slot.position) else { return Ok(false) };
        if let Some(slots) = &mut slots {
            slots.erase(person, position)?;
        }
        self.erased.write().unwrap_or_else(PoisonError::into_inner).insert(person);
        self.write().remove(&person);
        Ok(true)
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Id, Slot>> {
        self.persons.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Id, Slot>> {
        self.persons.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::slot::ERASED;
    use super::*;

    #[test]
    fn keys_are_there_after_a_restart_and_erased_ones_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap();
        let keys = open();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        keys.create(Id([2; 16]), Zeroizing::new([2; 32])).unwrap();
        keys.erase(Id([1; 16])).unwrap();
        drop(keys);
        let keys = open();
        assert!(keys.get(Id([1; 16])).is_none() && keys.is_erased(Id([1; 16])) && !keys.is_erased(Id([2; 16])));
        assert_eq!(keys.get(Id([2; 16])).map(|key| *key), Some([2; 32]));
        let bytes = std::fs::read(dir.path().join("persons.keys")).unwrap();
        assert!(!bytes.windows(32).any(|window| window == [2; 32]), "a key stands in the file in clear");
        assert!(
            bytes[SLOT_BYTES + 17..2 * SLOT_BYTES].iter().all(|byte| *byte == 0),
            "an erased slot still holds bytes"
        );
        assert_eq!(bytes[SLOT_BYTES], ERASED);
    }

    #[test]
    fn a_torn_last_slot_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("persons.keys");
        let keys = Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        drop(keys);
        let whole = std::fs::read(&path).unwrap();
        for torn in 1..SLOT_BYTES {
            let mut bytes = whole.clone();
            bytes.extend(&whole[SLOT_BYTES..SLOT_BYTES + torn]);
            std::fs::write(&path, &bytes).unwrap();
            let keys = Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap();
            keys.create(Id([2; 16]), Zeroizing::new([2; 32])).unwrap();
            drop(keys);
            let keys = Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap();
            assert!(keys.get(Id([1; 16])).is_some() && keys.get(Id([2; 16])).is_some(), "torn at {torn}");
            std::fs::write(&path, &whole).unwrap();
        }
    }

    fn made() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        dir
    }

    fn refusal(opened: Result<Keys, Error>) -> Error {
        opened.err().expect("the keys are refused")
    }

    #[test]
    fn keys_that_are_lost_are_refused_and_nothing_is_made_in_their_place() {
        for name in [MASTER_FILE, PERSONS_FILE] {
            let dir = made();
            let path = dir.path().join(name);
            std::fs::remove_file(&path).unwrap();
            let error = refusal(Keys::open(dir.path()));
            assert!(matches!(error, Error::Lost { what: "is missing", .. }), "{error}");
            let told = error.to_string();
            assert!(told.contains(name) && told.contains("would read as erased") && told.contains("backup"), "{told}");
            assert!(!path.exists(), "{name} was made again");
        }
    }

    #[test]
    fn an_emptied_or_shortened_file_is_refused() {
        let dir = made();
        let path = dir.path().join(PERSONS_FILE);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, b"").unwrap();
        let error = refusal(Keys::open(dir.path()));
        assert!(matches!(error, Error::Lost { what: "is empty", .. }), "{error}");
        for bytes in 1..SLOT_BYTES {
            std::fs::write(&path, &whole[..bytes]).unwrap();
            assert!(matches!(refusal(Keys::open(dir.path())), Error::Damaged(_)), "{bytes} bytes");
        }
        std::fs::write(&path, &whole[SLOT_BYTES..]).unwrap();
        assert!(matches!(refusal(Keys::open(dir.path())), Error::Damaged(_)), "without a header");
    }

    #[test]
    fn keys_without_a_person_are_no_damage() {
        let dir = tempfile::tempdir().unwrap();
        drop(Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap());
        let keys = Keys::open(dir.path()).unwrap();
        keys.create(Id([1; 16]), Zeroizing::new([1; 32])).unwrap();
        drop(keys);
        assert!(Keys::open(dir.path()).unwrap().get(Id([1; 16])).is_some());
    }

    #[test]
    fn a_first_start_that_was_cut_short_is_finished_with_the_same_master_key() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("master.new"), b"half").unwrap();
        drop(Keys::open_or_make(dir.path(), &|| [3; 32]).unwrap());
        std::fs::remove_file(dir.path().join(PERSONS_FILE)).unwrap();
        drop(Keys::open_or_make(dir.path(), &|| panic!("the master key is there")).unwrap());
        assert_eq!(std::fs::read(dir.path().join(MASTER_FILE)).unwrap(), [3; 32]);
    }

    #[test]
    fn another_master_key_is_refused_and_overwrites_no_slot() {
        let dir = made();
        let master = dir.path().join(MASTER_FILE);
        std::fs::remove_file(&master).unwrap();
        assert!(matches!(refusal(Keys::open_or_make(dir.path(), &|| [4; 32])), Error::Damaged(_)));
        assert!(!master.exists());
        std::fs::write(&master, [4; 32]).unwrap();
        let told = refusal(Keys::open(dir.path())).to_string();
        assert!(told.contains("another master.key"), "{told}");
        std::fs::write(&master, [3; 32]).unwrap();
        assert!(Keys::open(dir.path()).unwrap().get(Id([1; 16])).is_some());
    }
}
