//! `persons.keys`: a header and fixed slots, so that a slot can be wiped in place.
//!
//! A slot has its state, the person, the nonce, the wrapped key with its tag, and the group that it was written with.
//! Erasing writes over the slot and syncs; whose it was stays. The slots of a group lie side by side and are written and
//! synced together; a crash before that leaves any of them whole or not, and nobody was told of any of them.
//!
//! What is blank or cut off was never written. A slot that was written and can't be opened may be one that a crash tore, and
//! may as well be a key that was damaged since: it stays as it is, for good, and what comes later goes behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use peygir_core::Id;

use super::PersonKey;
use super::files::{MASTER_FILE, io, lost};
use super::keys::{Error, Slot};
use super::slot::{self, Found, MAGIC, Master};

pub(super) use super::slot::{GROUP_SLOTS_MAX, SLOT_BYTES};

/// The file. One writes to it at a time.
pub(super) struct Slots {
    file: File,
    path: PathBuf,
    end: u64,
    /// Slots that a crash left blank among whole ones: wiped before anything else is written.
    blank: Vec<u64>,
    master: Master,
}

/// A slot that was written and can't be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// In bytes from the beginning of the file.
    pub position: u64,
    /// As it stands there, which may be damaged too.
    pub person: Id,
}

/// What stands in the file.
pub(super) struct Content {
    pub persons: BTreeMap<Id, Slot>,
    pub erased: BTreeSet<Id>,
    pub unread: Vec<Unread>,
    /// Where the next slot goes.
    end: u64,
    blank: Vec<u64>,
}

impl Slots {
    /// The file as it stands, and what is in it.
    pub fn read(mut file: File, path: PathBuf, master: Master) -> Result<(Self, Content), Error> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| io(&path, source))?;
        let content = content(&bytes, &path, &master)?;
        let slots = Self { file, path, end: content.end, blank: content.blank.clone(), master };
        Ok((slots, content))
    }

    /// Writes the keys of a group and returns where the first of them lies, once all are durable.
    pub fn append(&mut self, group: &[(Id, PersonKey)]) -> Result<u64, Error> {
        self.wipe_blank()?;
        let first = self.end;
        let count = u16::try_from(group.len()).map_err(|_| Error::Damaged("a group of keys is too long".to_owned()))?;
        let mut bytes = Vec::with_capacity(group.len() * SLOT_BYTES);
        for ((person, key), position) in group.iter().zip((first..).step_by(SLOT_BYTES)) {
            let slot = slot::used(*person, key, position, (first, count), &self.master);
            bytes.extend(slot.ok_or_else(|| Error::Damaged("a key could not be wrapped".to_owned()))?);
        }
        self.write(first, &bytes)?;
        self.end = first + bytes.len() as u64;
        Ok(first)
    }

    pub fn erase(&mut self, person: Id, position: u64) -> Result<(), Error> {
        self.write(position, &slot::erased(Some(person)))
    }

    /// Once another group follows, a blank slot would be taken for damage.
    fn wipe_blank(&mut self) -> Result<(), Error> {
        while let Some(position) = self.blank.last().copied() {
            self.write(position, &slot::erased(None))?;
            self.blank.pop();
        }
        Ok(())
    }

    fn write(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all_at(bytes, position).and_then(|()| self.file.sync_data());
        written.map_err(|source| io(&self.path, source))
    }
}

/// What the bytes of the file at `path` say.
pub(super) fn content(bytes: &[u8], path: &Path, master: &Master) -> Result<Content, Error> {
    check_header(bytes, path, master)?;
    let (mut persons, mut erased) = (BTreeMap::new(), BTreeSet::new());
    let (mut unread, mut blank) = (Vec::new(), Vec::new());
    let (mut last_group, mut whole_end) = (0..0, SLOT_BYTES as u64);
    for (slot, position) in bytes.chunks_exact(SLOT_BYTES).zip((0..).step_by(SLOT_BYTES)).skip(1) {
        let behind = position + SLOT_BYTES as u64;
        match slot::found(slot, position, master) {
            Found::Blank => blank.push(position),
            Found::Unread(person) => unread.push(Unread { position, person }),
            Found::Erased(person) => {
                erased.extend(person);
                whole_end = behind;
            }
            Found::Used { person, key, group } => {
                persons.insert(person, Slot { position, key });
                (whole_end, last_group) = (behind, group);
            }
        }
    }
    check_blank(&blank, &unread, &last_group, whole_end, path)?;
    let end = unread.last().map_or(whole_end, |last| whole_end.max(last.position + SLOT_BYTES as u64));
    blank.retain(|position| *position < end);
    Ok(Content { persons, erased, unread, end, blank })
}

/// Errs where a slot is blank that a crash can't have left so: only those of the last group may be, and as many behind the
/// last whole slot as a group has.
fn check_blank(
    blank: &[u64],
    unread: &[Unread],
    last_group: &Range<u64>,
    whole_end: u64,
    path: &Path,
) -> Result<(), Error> {
    let broken = || blank.iter().copied().chain(unread.iter().map(|slot| slot.position));
    let behind = broken().filter(|position| *position >= whole_end).count();
    // Another group was begun only once this one was durable.
    let is_last = broken().all(|position| position < whole_end.max(last_group.end));
    let may_be = |position: u64| {
        if position >= whole_end { behind <= GROUP_SLOTS_MAX } else { is_last && last_group.contains(&position) }
    };
    match blank.iter().find(|position| !may_be(**position)) {
        Some(position) => {
            let what = format!(
                "{}: the slot at byte {position} is blank where a key was: bring the keys back from their backup",
                path.display()
            );
            Err(Error::Damaged(what))
        }
        None => Ok(()),
    }
}

/// The file came into being with its whole header, so less than that is never a beginning.
pub(super) fn check_header(bytes: &[u8], path: &Path, master: &Master) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(lost(path, "is empty"));
    }
    let expected = slot::header(master);
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

#[cfg(test)]
mod tests {
    use std::fs;

    use zeroize::Zeroizing;

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
                bytes[(4 + slot) * SLOT_BYTES..][..SLOT_BYTES].fill(if slot == 1 { 0 } else { 1 });
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

    /// Nobody can tell such a slot from one that a crash tore: it may be somebody's only key.
    #[test]
    fn a_slot_with_a_flipped_bit_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path()).unwrap();
        let path = dir.path().join("persons.keys");
        slots(dir.path()).append(&group(1..4)).unwrap();
        let whole = fs::read(&path).unwrap();
        for at in [3 * SLOT_BYTES, 3 * SLOT_BYTES + 5, 3 * SLOT_BYTES + 60, 3 * SLOT_BYTES + 88] {
            let mut bytes = whole.clone();
            bytes[at] ^= 4;
            fs::write(&path, &bytes).unwrap();
            let keys = open(dir.path()).unwrap();
            assert_eq!(known(&keys, 1..9), [1, 2], "{at}");
            assert_eq!(keys.unread().iter().map(|slot| slot.position).collect::<Vec<_>>(), [3 * SLOT_BYTES as u64]);
            slots(dir.path()).append(&group(4..6)).unwrap();
            slots(dir.path()).append(&group(6..7)).unwrap();
            assert_eq!(known(&open(dir.path()).unwrap(), 1..9), [1, 2, 4, 5, 6], "{at}");
            let mut mended = fs::read(&path).unwrap();
            assert_eq!(mended[..bytes.len()], bytes, "{at}");
            mended[at] ^= 4;
            fs::write(&path, &mended).unwrap();
            let keys = open(dir.path()).unwrap();
            assert_eq!((known(&keys, 1..9), keys.unread().len()), (vec![1, 2, 3, 4, 5, 6], 0), "{at}");
        }
    }
}
