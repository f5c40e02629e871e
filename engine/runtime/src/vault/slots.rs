//! `persons.keys`: a header and fixed slots of 128 bytes, so that a slot can be wiped in place.
//!
//! A slot has its state, the person, the nonce, the wrapped key with its tag, and the group that it was written with.
//! Erasing writes zeros over the slot and syncs. The slots of a group lie side by side and are written and synced
//! together; a crash before that leaves any of them whole or not, and nobody was told of any of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use peygir_core::Id;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::PersonKey;
use super::keys::{Error, MASTER_FILE, Slot, io, lost};

pub(super) const SLOT_BYTES: usize = 128;
/// Slots of a group: so many at the end of the file may be torn, and no more.
pub(super) const GROUP_SLOTS_MAX: usize = 256;
const USED: u8 = 1;
pub(super) const ERASED: u8 = 2;
const HEADER: u8 = 3;
/// Stands after the state of the header; the proof of the master key follows it.
const MAGIC: &[u8; 16] = b"peygir persons 1";
/// Where a slot says where its group begins, and of how many slots it is; zeros in slots of a group of their own.
const GROUP_FIRST: Range<usize> = 89..97;
const GROUP_COUNT: Range<usize> = 97..99;

/// The file. One writes to it at a time.
pub(super) struct Slots {
    file: File,
    path: PathBuf,
    end: u64,
    /// Slots that a crash left torn among whole ones: wiped before anything else is written.
    torn: Vec<u64>,
    master: Zeroizing<[u8; 32]>,
}

/// What stands in a slot.
enum Found {
    Erased,
    Used { person: Id, key: PersonKey, group: Range<u64> },
    Broken(&'static str),
}

impl Slots {
    /// The file as it stands, and the keys in it.
    pub fn read(
        mut file: File,
        path: PathBuf,
        master: Zeroizing<[u8; 32]>,
    ) -> Result<(Self, BTreeMap<Id, Slot>), Error> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| io(&path, source))?;
        check_header(&bytes, &path, &master)?;
        let mut persons = BTreeMap::new();
        let (mut broken, mut last_group, mut end) = (Vec::new(), 0..0, SLOT_BYTES as u64);
        for (slot, position) in bytes.chunks_exact(SLOT_BYTES).zip((0..).step_by(SLOT_BYTES)).skip(1) {
            match found(slot, position, &master) {
                Found::Broken(what) => broken.push((position, what)),
                Found::Erased => end = position + SLOT_BYTES as u64,
                Found::Used { person, key, group } => {
                    persons.insert(person, Slot { position, key });
                    (end, last_group) = (position + SLOT_BYTES as u64, group);
                }
            }
        }
        let torn = torn(&broken, &last_group, end, &path)?;
        Ok((Self { file, path, end, torn, master }, persons))
    }

    /// Writes the keys of a group and returns where the first of them lies, once all are durable.
    pub fn append(&mut self, group: &[(Id, PersonKey)]) -> Result<u64, Error> {
        self.wipe_torn()?;
        let first = self.end;
        let mut bytes = Vec::with_capacity(group.len() * SLOT_BYTES);
        for ((person, key), position) in group.iter().zip((first..).step_by(SLOT_BYTES)) {
            bytes.extend(self.slot(*person, key, position, first, group.len())?);
        }
        self.write(first, &bytes)?;
        self.end = first + bytes.len() as u64;
        Ok(first)
    }

    pub fn wipe(&mut self, position: u64) -> Result<(), Error> {
        self.write(position, &erased())
    }

    /// Once another group follows, a torn slot would be taken for damage.
    fn wipe_torn(&mut self) -> Result<(), Error> {
        while let Some(position) = self.torn.last().copied() {
            self.wipe(position)?;
            self.torn.pop();
        }
        Ok(())
    }

    fn slot(
        &self,
        person: Id,
        key: &PersonKey,
        position: u64,
        first: u64,
        count: usize,
    ) -> Result<[u8; SLOT_BYTES], Error> {
        // The nonce is derived from the person and the place: neither is ever used a second time with another key.
        let seed: [u8; 32] =
            Sha256::new().chain_update(person.0).chain_update(position.to_be_bytes()).finalize().into();
        let wrapped = XChaCha20Poly1305::new(self.master.as_slice().into())
            .encrypt(XNonce::from_slice(&seed[..24]), Payload { msg: key.as_slice(), aad: &person.0 })
            .map_err(|_| Error::Damaged("a key could not be wrapped".to_owned()))?;
        let count = u16::try_from(count).map_err(|_| Error::Damaged("a group of keys is too long".to_owned()))?;
        let mut slot = [0u8; SLOT_BYTES];
        slot[0] = USED;
        slot[1..17].copy_from_slice(&person.0);
        slot[17..41].copy_from_slice(&seed[..24]);
        slot[41..41 + wrapped.len()].copy_from_slice(&wrapped);
        slot[GROUP_FIRST].copy_from_slice(&first.to_le_bytes());
        slot[GROUP_COUNT].copy_from_slice(&count.to_le_bytes());
        Ok(slot)
    }

    fn write(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all_at(bytes, position).and_then(|()| self.file.sync_data());
        written.map_err(|source| io(&self.path, source))
    }
}

fn erased() -> [u8; SLOT_BYTES] {
    let mut slot = [0u8; SLOT_BYTES];
    slot[0] = ERASED;
    slot
}

/// Which of the broken slots were torn by a crash and stand among whole ones. Errs where one can't have been: only the
/// last group may be, and what lies behind the last whole slot is written over by the next.
fn torn(broken: &[(u64, &'static str)], last_group: &Range<u64>, end: u64, path: &Path) -> Result<Vec<u64>, Error> {
    let behind = broken.iter().filter(|(position, _)| *position >= end).count();
    // Another group was begun only once this one was durable.
    let is_last = broken.last().is_none_or(|(position, _)| *position < end.max(last_group.end));
    let may_be = |position: u64| {
        if position >= end { behind <= GROUP_SLOTS_MAX } else { is_last && last_group.contains(&position) }
    };
    if let Some((position, what)) = broken.iter().find(|(position, _)| !may_be(*position)) {
        return Err(Error::Damaged(format!("{}: the slot at byte {position} {what}", path.display())));
    }
    if !broken.is_empty() {
        tracing::warn!(path = %path.display(), slots = broken.len(), "keys that nobody was told of were torn by a crash");
    }
    Ok(broken.iter().map(|(position, _)| *position).filter(|position| *position < end).collect())
}

fn found(slot: &[u8], position: u64, master: &Zeroizing<[u8; 32]>) -> Found {
    match slot[0] {
        ERASED => Found::Erased,
        USED => match unwrap_slot(slot, master) {
            Some((person, key)) => Found::Used { person, key, group: group_of(slot, position) },
            None => Found::Broken("can't be opened with this master key"),
        },
        _ => Found::Broken("is no slot"),
    }
}

fn unwrap_slot(slot: &[u8], master: &Zeroizing<[u8; 32]>) -> Option<(Id, PersonKey)> {
    let person = Id(slot[1..17].try_into().ok()?);
    let clear = XChaCha20Poly1305::new(master.as_slice().into())
        .decrypt(XNonce::from_slice(&slot[17..41]), Payload { msg: &slot[41..89], aad: &person.0 })
        .ok()?;
    Some((person, Zeroizing::new(clear.try_into().ok()?)))
}

/// Where the slots lie that were written with this one; itself alone where it does not say.
fn group_of(slot: &[u8], position: u64) -> Range<u64> {
    let said = || {
        let first = u64::from_le_bytes(slot[GROUP_FIRST].try_into().ok()?);
        let count = usize::from(u16::from_le_bytes(slot[GROUP_COUNT].try_into().ok()?));
        let group = first..first.checked_add((count.min(GROUP_SLOTS_MAX) * SLOT_BYTES) as u64)?;
        group.contains(&position).then_some(group)
    };
    said().unwrap_or(position..position + SLOT_BYTES as u64)
}

/// The file came into being with its whole header, so less than that is never a beginning.
fn check_header(bytes: &[u8], path: &Path, master: &Zeroizing<[u8; 32]>) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(lost(path, "is empty"));
    }
    let expected = header(master);
    if bytes.len() < SLOT_BYTES || bytes[..=MAGIC.len()] != expected[..=MAGIC.len()] {
        let what = format!("{} does not begin as a file of keys: bring it back from its backup", path.display());
        return Err(Error::Damaged(what));
    }
    if bytes[..SLOT_BYTES] != expected {
        let what = format!(
            "{} was written with another {MASTER_FILE}: bring both files back from the same backup",
            path.display()
        );
        return Err(Error::Damaged(what));
    }
    Ok(())
}

pub(super) fn header(master: &Zeroizing<[u8; 32]>) -> [u8; SLOT_BYTES] {
    let proof: [u8; 32] =
        Sha256::new().chain_update(b"proof of the master key").chain_update(**master).finalize().into();
    let mut slot = [0; SLOT_BYTES];
    slot[0] = HEADER;
    slot[1..17].copy_from_slice(MAGIC);
    slot[17..49].copy_from_slice(&proof);
    slot
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Keys;
    use super::*;

    fn open(dir: &Path) -> Result<Keys, Error> {
        Keys::open_or_make(dir, &|| [3; 32])
    }

    fn slots(dir: &Path) -> Slots {
        let file = File::options().read(true).write(true).open(dir.join("persons.keys")).unwrap();
        Slots::read(file, dir.join("persons.keys"), Zeroizing::new([3; 32])).unwrap().0
    }

    fn group(numbers: Range<u8>) -> Vec<(Id, PersonKey)> {
        numbers.map(|number| (Id([number; 16]), Zeroizing::new([number; 32]))).collect()
    }

    fn known(keys: &Keys, numbers: Range<u8>) -> Vec<u8> {
        numbers.filter(|number| keys.get(Id([*number; 16])).is_some_and(|key| *key == [*number; 32])).collect()
    }

    /// A file with two groups of three, each slot of the second torn or whole: it opens, what was acknowledged is there, and
    /// so it is after the next group and another start.
    #[test]
    fn whatever_a_crash_left_of_the_last_group_the_file_opens_and_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let path = dir.path().join("persons.keys");
        slots(dir.path()).append(&group(1..4)).unwrap();
        slots(dir.path()).append(&group(4..7)).unwrap();
        let whole = fs::read(&path).unwrap();
        for torn in 0..8_u8 {
            let mut bytes = whole.clone();
            for slot in (0..3).filter(|slot| torn & (1 << slot) != 0) {
                bytes[(4 + slot) * SLOT_BYTES..][..SLOT_BYTES].fill(if slot == 1 { 0 } else { USED });
            }
            fs::write(&path, &bytes).unwrap();
            let left: Vec<u8> = (1..7).filter(|number| *number < 4 || torn & (1 << (number - 4)) == 0).collect();
            assert_eq!(known(&open(dir.path()).unwrap(), 1..10), left, "{torn:03b}");
            slots(dir.path()).append(&group(7..9)).unwrap();
            let there: Vec<u8> = left.into_iter().chain(7..9).collect();
            assert_eq!(known(&open(dir.path()).unwrap(), 1..10), there, "{torn:03b}");
        }
    }

    #[test]
    fn damage_before_the_last_group_stops_the_start() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let path = dir.path().join("persons.keys");
        slots(dir.path()).append(&group(1..4)).unwrap();
        slots(dir.path()).append(&group(4..7)).unwrap();
        let whole = fs::read(&path).unwrap();
        let with = |broken: &[usize], behind: usize| {
            let mut bytes = whole.clone();
            broken.iter().for_each(|slot| bytes[slot * SLOT_BYTES..][..SLOT_BYTES].fill(0));
            bytes.resize(bytes.len() + behind * SLOT_BYTES, 0);
            fs::write(&path, &bytes).unwrap();
            open(dir.path()).map(|_| ())
        };
        for (broken, behind, opens) in [
            (&[][..], 0, true),
            (&[2], 0, false),
            (&[3, 4], 0, false),
            (&[4, 6], 0, true),
            // A third group was begun: the second had been acknowledged.
            (&[5], 1, false),
            (&[], GROUP_SLOTS_MAX, true),
            (&[], GROUP_SLOTS_MAX + 1, false),
        ] {
            let opened = with(broken, behind);
            assert_eq!(opened.is_ok(), opens, "{broken:?} {behind}: {opened:?}");
        }
    }
}
