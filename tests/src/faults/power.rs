//! A power cut: the server is killed, and its folder becomes what a disk would have of it.
//!
//! A library that is preloaded into the server (`power_cut.c`, built here) copies each file and the names of each folder when
//! they are synced. What was written, made, renamed or removed and not synced since is lost, or kept by draw. It is stricter
//! than common file systems are: the name of a file is safe only once its folder was synced.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::TempDir;

use super::run;
use crate::dice::Dice;
use crate::server::repository;

/// A disk writes so many bytes or none of them.
const SECTOR: usize = 512;
const COMPILER: &str = "/usr/bin/cc";

/// What becomes of what was not synced.
pub enum Unsynced {
    Lost,
    /// Each sector and each name is kept or lost by draw.
    Torn(Dice),
}

/// A disk under a folder.
pub struct Disk {
    folder: TempDir,
}

/// A file or folder, by number and time of its making.
type Key = String;

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    is_folder: bool,
    key: Key,
}

impl Disk {
    /// What lies below `root` now counts as synced.
    pub fn under(root: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder can be made");
        let disk = Self { folder };
        let source = repository().join("tests/src/faults/power_cut.c");
        let (library, source) = (disk.library().display().to_string(), source.display().to_string());
        run(COMPILER, &["-shared", "-fPIC", "-O2", "-o", &library, &source]);
        disk.take_as_synced(root);
        disk
    }

    /// What a server has to be started with. Under another boot the index is not trusted.
    pub fn environment(&self, boot: u64) -> [(&'static str, String); 3] {
        [
            ("LD_PRELOAD", self.library().display().to_string()),
            ("PEYGIR_TEST_DISK", self.folder.path().display().to_string()),
            ("PEYGIR_BOOT_ID", format!("boot-{boot}")),
        ]
    }

    /// From now on a sync says that it is done, and nothing is.
    pub fn lie(&self) {
        fs::write(self.folder.path().join("lies"), "").expect("the scratch folder is ours");
    }

    /// The machine is without power, and is on again. The server was killed before.
    pub fn cut(&self, root: &Path, unsynced: Unsynced) {
        let live = root.with_extension("live");
        fs::rename(root, &live).expect("the scratch folder is ours");
        let mut rebuilt = Rebuilt { disk: self, live: BTreeMap::new(), unsynced };
        rebuilt.find(&live);
        rebuilt.folder(&key(&live), root);
        fs::remove_dir_all(&live).expect("the scratch folder is ours");
        self.take_as_synced(root);
    }

    fn take_as_synced(&self, root: &Path) {
        for kind in ["names", "bytes"] {
            drop(fs::remove_dir_all(self.folder.path().join(kind)));
            fs::create_dir(self.folder.path().join(kind)).expect("the scratch folder is ours");
        }
        self.keep_folder(root);
    }

    fn keep_folder(&self, folder: &Path) {
        let mut lines = String::new();
        for (name, path) in entries(folder) {
            let is_folder = path.is_dir();
            let key = key(&path);
            lines += &format!("{} {key} {name}\n", if is_folder { 'd' } else { 'f' });
            if is_folder {
                self.keep_folder(&path);
            } else {
                fs::copy(&path, self.folder.path().join("bytes").join(key)).expect("a file can be copied");
            }
        }
        fs::write(self.folder.path().join("names").join(key(folder)), lines).expect("the scratch folder is ours");
    }

    /// The names that a folder has on the disk; none where it was never synced.
    fn names(&self, folder: &Key) -> BTreeMap<String, Entry> {
        let text = fs::read_to_string(self.folder.path().join("names").join(folder)).unwrap_or_default();
        let entry = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let (kind, key, name) = (words.next()?, words.next()?, words.next()?);
            Some((name.to_owned(), Entry { is_folder: kind == "d", key: key.to_owned() }))
        };
        text.lines().filter_map(entry).collect()
    }

    /// The bytes that a file has on the disk; none where it was never synced.
    fn bytes(&self, file: &Key) -> Vec<u8> {
        fs::read(self.folder.path().join("bytes").join(file)).unwrap_or_default()
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("power_cut.so")
    }
}

/// A folder as it comes back.
struct Rebuilt<'a> {
    disk: &'a Disk,
    /// Where everything lay when the power was cut.
    live: BTreeMap<Key, PathBuf>,
    unsynced: Unsynced,
}

impl Rebuilt<'_> {
    fn find(&mut self, folder: &Path) {
        self.live.insert(key(folder), folder.to_owned());
        for (_, path) in entries(folder) {
            if path.is_dir() {
                self.find(&path);
            } else {
                self.live.insert(key(&path), path);
            }
        }
    }

    fn folder(&mut self, of: &Key, to: &Path) {
        fs::create_dir(to).expect("the scratch folder is ours");
        for (name, entry) in self.names(of) {
            let path = to.join(name);
            if entry.is_folder {
                self.folder(&entry.key, &path);
            } else {
                let bytes = self.bytes(&entry.key);
                fs::write(&path, bytes).expect("the scratch folder is ours");
                // Secrets that others may read are refused.
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the scratch folder is ours");
            }
        }
    }

    /// Names that were made, given away or taken away since the last sync are as before, or as they became.
    fn names(&mut self, of: &Key) -> BTreeMap<String, Entry> {
        let before = self.disk.names(of);
        let Unsynced::Torn(dice) = &mut self.unsynced else { return before };
        let now: BTreeMap<String, Entry> = self.live.get(of).map(|folder| present(folder)).unwrap_or_default();
        let all: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let pick = |name: &String| {
            let (before, now) = (before.get(name), now.get(name));
            let kept = if dice.below(2) == 0 { before } else { now };
            Some((name.clone(), kept?.clone()))
        };
        all.into_iter().filter_map(pick).collect()
    }

    fn bytes(&mut self, of: &Key) -> Vec<u8> {
        let before = self.disk.bytes(of);
        let Unsynced::Torn(dice) = &mut self.unsynced else { return before };
        let now = self.live.get(of).and_then(|path| fs::read(path).ok()).unwrap_or_default();
        let length = if dice.below(2) == 0 { before.len() } else { now.len() };
        let mut bytes = Vec::with_capacity(length);
        for at in (0..length).step_by(SECTOR) {
            let end = (at + SECTOR).min(length);
            let (first, second) = if dice.below(2) == 0 { (&before, &now) } else { (&now, &before) };
            let sector = first.get(at..end).or_else(|| second.get(at..end));
            bytes.extend_from_slice(sector.unwrap_or(&[0; SECTOR][..end - at]));
        }
        bytes
    }
}

fn present(folder: &Path) -> BTreeMap<String, Entry> {
    let entry = |(name, path): (String, PathBuf)| (name, Entry { is_folder: path.is_dir(), key: key(&path) });
    entries(folder).into_iter().map(entry).collect()
}

/// Names and paths of the files and folders in a folder.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let kept = paths.filter(|path| path.is_file() || path.is_dir());
    let named = |path: PathBuf| (path.file_name().expect("an entry has a name").to_string_lossy().into_owned(), path);
    kept.map(named).collect()
}

/// As `power_cut.c` writes it.
fn key(path: &Path) -> Key {
    let found = fs::metadata(path).expect("it is there");
    let made =
        found.created().ok().and_then(|made| made.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{}-{}.{:09}", found.ino(), made.as_secs(), made.subsec_nanos())
}
