//! The index on sled 0.34.
//!
//! sled is not trusted with durability (its `flush` never reaches the disk's platter) nor with many threads at once.
//! So: one tree, one caller at a time, small batches, no transactions, no flusher of its own, values split so that sled
//! never makes blob files (which it never syncs), and every panic caught and told as an error: the index is then made
//! anew from the journal.

use std::collections::BTreeSet;
use std::fs::{self, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use peygir_store::space::{Page, Value};

use super::{Index, IndexError, PAGE_BYTES_MAX, Place};

/// Longest value kept in one piece, in bytes: a leaf of sled holds up to 16, and must stay below its blob threshold.
const PART_BYTES: usize = 6 << 10;
/// Folders of broken indexes that are kept for whoever wants to know why.
const ASIDE_MAX: usize = 2;
/// How often whoever writes lets those go first who wait to read.
const YIELDS_MAX: u32 = 64;
/// Rows in parts that are known by heart: few rows are so long.
const SPLIT_KNOWN_MAX: usize = 10_000;
const TREE: &str = "rows";
/// The file of sled's folder that it holds a lock on.
const LOCKED: &str = "db";
/// How long the end of sled's threads is waited for, and between two looks.
const RELEASE_MAX: Duration = Duration::from_secs(5);
const RELEASE_STEP: Duration = Duration::from_millis(1);

/// First byte of the keys in the tree: a row's head, or a part of a value too long for one piece.
const HEAD: u8 = 0;
const PART: u8 = 1;

/// First byte of a head's value: the value follows, or the number of its parts does.
const WHOLE: u8 = 0;
const SPLIT: u8 = 1;

/// A folder with a sled in it.
#[derive(Debug, Clone)]
pub struct SledPlace {
    folder: PathBuf,
    cache_bytes: u64,
}

impl SledPlace {
    /// `cache_bytes` bounds sled's own cache of pages.
    pub fn new(folder: &Path, cache_bytes: u64) -> Self {
        Self { folder: folder.to_owned(), cache_bytes }
    }

    fn start(&self) -> Result<Box<dyn Index>, IndexError> {
        let opened = guarded(|| {
            let db = sled::Config::new()
                .path(&self.folder)
                .cache_capacity(self.cache_bytes)
                .flush_every_ms(None)
                .open()
                .map_err(failed)?;
            let tree = db.open_tree(TREE).map_err(failed)?;
            let split = split_rows(&tree)?;
            Ok(Opened { db, tree, split })
        })?;
        Ok(Box::new(SledIndex {
            folder: self.folder.clone(),
            opened: Mutex::new(Some(opened)),
            reading: AtomicUsize::new(0),
        }))
    }

    fn set_aside(&self) -> io::Result<()> {
        if !self.folder.exists() {
            return Ok(());
        }
        let parent = self.folder.parent().unwrap_or(Path::new("."));
        let name = self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let prefix = format!("{name}.aside.");
        let mut numbers = Vec::new();
        for entry in fs::read_dir(parent)? {
            let entry = entry?.file_name().to_string_lossy().into_owned();
            if let Some(number) = entry.strip_prefix(&prefix).and_then(|number| number.parse::<u64>().ok()) {
                numbers.push(number);
            }
        }
        numbers.sort_unstable();
        while numbers.len() >= ASIDE_MAX {
            let oldest = parent.join(format!("{prefix}{}", numbers.remove(0)));
            if oldest.is_dir() { fs::remove_dir_all(&oldest)? } else { fs::remove_file(&oldest)? }
        }
        let number = numbers.last().map_or(1, |last| last + 1);
        fs::rename(&self.folder, parent.join(format!("{prefix}{number}")))
    }
}

impl Place for SledPlace {
    fn open(&self) -> Result<Box<dyn Index>, IndexError> {
        if !self.folder.join("db").is_file() {
            return Err(IndexError("there is none".into()));
        }
        self.start()
    }

    fn renew(&self) -> Result<Box<dyn Index>, IndexError> {
        self.set_aside().map_err(|error| IndexError(format!("{}: {error}", self.folder.display())))?;
        self.start()
    }
}

struct Opened {
    db: sled::Db,
    tree: sled::Tree,
    /// The rows in parts; `None` where there are too many to know. Whatever else is written replaces no parts, which spares
    /// looking for them.
    split: Option<BTreeSet<Vec<u8>>>,
}

struct SledIndex {
    folder: PathBuf,
    /// `None` once it was closed or has failed.
    opened: Mutex<Option<Opened>>,
    /// Who waits to read. A lock that is taken again at once is not handed over: whoever writes a long time would let nobody in.
    reading: AtomicUsize,
}

fn failed(error: sled::Error) -> IndexError {
    IndexError(error.to_string())
}

fn guarded<T>(work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("for an unknown reason");
        Err(IndexError(format!("sled panicked: {text}")))
    })
}

impl SledIndex {
    fn read<T>(&self, work: impl FnOnce(&Opened) -> Result<T, IndexError>) -> Result<T, IndexError> {
        self.reading.fetch_add(1, Ordering::Relaxed);
        let done = self.with(|opened| work(opened));
        self.reading.fetch_sub(1, Ordering::Relaxed);
        done
    }

    fn let_readers_in(&self) {
        for _ in 0..YIELDS_MAX {
            if self.reading.load(Ordering::Relaxed) == 0 {
                return;
            }
            thread::yield_now();
        }
    }

    /// One caller at a time. After an error or a panic the index answers no more: nothing is known of its state.
    fn with<T>(&self, work: impl FnOnce(&mut Opened) -> Result<T, IndexError>) -> Result<T, IndexError> {
        let mut slot = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = slot.as_mut().ok_or_else(|| IndexError("it was closed or failed before".into()))?;
        let result = guarded(|| work(opened));
        if result.is_err()
            && let Some(opened) = slot.take()
        {
            // Dropping a broken sled may panic as well.
            let _ = guarded(|| {
                drop(opened);
                Ok(())
            });
        }
        result
    }
}

fn head_key(key: &[u8]) -> Vec<u8> {
    [&[HEAD], key].concat()
}

fn part_key(key: &[u8], index: u32) -> Vec<u8> {
    [&[PART], key, &index.to_be_bytes()].concat()
}

/// Number of parts of a value, 0 where it is whole.
fn parts_of(head: &[u8]) -> Result<u32, IndexError> {
    match head.split_first() {
        Some((&WHOLE, _)) => Ok(0),
        Some((&SPLIT, count)) => {
            let count = count.try_into().map_err(|_| IndexError("a split row without its number of parts".into()))?;
            Ok(u32::from_be_bytes(count))
        }
        _ => Err(IndexError("a row of an unknown form".into())),
    }
}

fn value_of(opened: &Opened, key: &[u8], head: &[u8]) -> Result<Value, IndexError> {
    let count = parts_of(head)?;
    if count == 0 {
        return Ok(Arc::from(&head[1..]));
    }
    let mut value = Vec::new();
    for index in 0..count {
        let part = opened.tree.get(part_key(key, index)).map_err(failed)?;
        value.extend_from_slice(&part.ok_or_else(|| IndexError("a part of a row is missing".into()))?);
    }
    Ok(Arc::from(value))
}

/// The rows that have parts.
fn split_rows(tree: &sled::Tree) -> Result<Option<BTreeSet<Vec<u8>>>, IndexError> {
    let mut rows = BTreeSet::new();
    for key in tree.range([PART]..[PART + 1]).keys() {
        let key = key.map_err(failed)?;
        let row = key.get(1..key.len().saturating_sub(size_of::<u32>()));
        rows.insert(row.ok_or_else(|| IndexError("a part of no row".into()))?.to_vec());
        if rows.len() > SPLIT_KNOWN_MAX {
            return Ok(None);
        }
    }
    Ok(Some(rows))
}

impl Opened {
    /// The parts that a row has now.
    fn parts_before(&self, key: &[u8], head_key: &[u8]) -> Result<u32, IndexError> {
        if self.split.as_ref().is_some_and(|split| !split.contains(key)) {
            return Ok(0);
        }
        self.tree.get(head_key).map_err(failed)?.map_or(Ok(0), |head| parts_of(&head))
    }

    fn note_parts(&mut self, key: &[u8], before: u32, parts: u32) {
        let Some(split) = self.split.as_mut().filter(|_| before > 0 || parts > 0) else { return };
        if parts > 0 {
            split.insert(key.to_vec());
        } else {
            split.remove(key);
        }
        if split.len() > SPLIT_KNOWN_MAX {
            self.split = None;
        }
    }
}

fn change(opened: &mut Opened, batch: &mut sled::Batch, key: &[u8], value: Option<&Value>) -> Result<(), IndexError> {
    let head_key = head_key(key);
    let before = opened.parts_before(key, &head_key)?;
    let mut parts = 0;
    match value {
        None => batch.remove(head_key),
        Some(value) if value.len() <= PART_BYTES => batch.insert(head_key, [&[WHOLE], &value[..]].concat()),
        Some(value) => {
            for part in value.chunks(PART_BYTES) {
                batch.insert(part_key(key, parts), part);
                parts += 1;
            }
            batch.insert(head_key, [&[SPLIT], &parts.to_be_bytes()[..]].concat());
        }
    }
    for index in parts..before {
        batch.remove(part_key(key, index));
    }
    opened.note_parts(key, before, parts);
    Ok(())
}

impl Index for SledIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        self.read(|opened| match opened.tree.get(head_key(key)).map_err(failed)? {
            Some(head) => value_of(opened, key, &head).map(Some),
            None => Ok(None),
        })
    }

    fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
        if from >= to {
            return Ok((Page::new(), false));
        }
        self.read(|opened| {
            let (mut heads, mut bytes, mut more) = (Vec::new(), 0, false);
            for entry in opened.tree.range(head_key(from)..head_key(to)) {
                let (key, head) = entry.map_err(failed)?;
                if heads.len() == limit || bytes >= PAGE_BYTES_MAX {
                    more = true;
                    break;
                }
                bytes += key.len() + head.len() + parts_of(&head)? as usize * PART_BYTES;
                heads.push((key, head));
            }
            let row =
                |(key, head): (sled::IVec, sled::IVec)| Ok((key[1..].to_vec(), value_of(opened, &key[1..], &head)?));
            Ok((heads.into_iter().map(row).collect::<Result<Page, IndexError>>()?, more))
        })
    }

    fn bound(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.with(|opened| {
            let last = opened.tree.range(head_key(from)..head_key(to)).next_back();
            Ok(last.transpose().map_err(failed)?.map(|(key, _)| key[1..].to_vec()))
        })
    }

    fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError> {
        self.let_readers_in();
        self.with(|opened| {
            let mut batch = sled::Batch::default();
            for (key, value) in changes {
                change(opened, &mut batch, key, *value)?;
            }
            opened.tree.apply_batch(batch).map_err(failed)
        })
    }

    fn flush(&self) -> Result<(), IndexError> {
        self.with(|opened| opened.db.flush().map(|_| ()).map_err(failed))
    }

    fn close(&self) -> Result<(), IndexError> {
        self.flush()?;
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        guarded(|| {
            drop(opened);
            Ok(())
        })?;
        await_release(&self.folder);
        sync_all(&self.folder).map_err(|error| IndexError(format!("{}: {error}", self.folder.display())))
    }
}

/// sled's own threads keep its lock on the folder for a moment longer than the last handle lives: whoever opens the index
/// next would find it taken, and make it anew for nothing. Where it is never let go of, the next opening says so.
fn await_release(folder: &Path) {
    let Ok(file) = fs::File::open(folder.join(LOCKED)) else { return };
    let begun = Instant::now();
    while begun.elapsed() < RELEASE_MAX {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(RELEASE_STEP),
            // The lock goes with the file, at the end of this function.
            Ok(()) | Err(TryLockError::Error(_)) => return,
        }
    }
}

/// What sled leaves out: its files and their folders, synced.
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { sync_all(&path)? } else { fs::File::open(&path)?.sync_all()? }
    }
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(byte: u8, length: usize) -> Value {
        Arc::from(vec![byte; length])
    }

    #[test]
    fn long_values_are_split_and_come_back_and_leave_no_parts() {
        let folder = tempfile::tempdir().unwrap();
        let place = SledPlace::new(&folder.path().join("rows"), 1 << 20);
        assert!(place.open().is_err());
        let index = place.renew().unwrap();
        let long = value(7, 5 * PART_BYTES + 3);
        index
            .write(&[(b"a", Some(&long)), (b"a\0\0\0\0", Some(&value(8, PART_BYTES + 1))), (b"b", Some(&value(1, 3)))])
            .unwrap();
        assert_eq!(index.get(b"a").unwrap(), Some(long.clone()));
        let (page, more) = index.page(b"a", b"c", 2).unwrap();
        assert_eq!((page.len(), more), (2, true));
        assert_eq!(page[0].1, long);
        // What has parts is known after an opening too.
        index.close().unwrap();
        drop(index);
        let index = place.open().unwrap();
        index.write(&[(b"a", Some(&value(2, 1))), (b"a\0\0\0\0", None)]).unwrap();
        index.close().unwrap();
        assert!(index.get(b"a").is_err());
        drop(index);

        // Where closing does not wait for sled's threads, one run in seventy finds the folder locked here.
        let db = sled::open(folder.path().join("rows")).unwrap();
        let keys: Vec<_> = db.open_tree(TREE).unwrap().iter().keys().map(Result::unwrap).collect();
        assert_eq!(keys, [&[HEAD, b'a'][..], &[HEAD, b'b']]);
        let blobs = fs::read_dir(folder.path().join("rows/blobs")).map_or(0, |entries| entries.count());
        assert_eq!(blobs, 0);
    }

    #[test]
    fn only_some_broken_indexes_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let place = SledPlace::new(&folder.path().join("rows"), 1 << 20);
        for _ in 0..5 {
            drop(place.renew().unwrap());
        }
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["rows", "rows.aside.3", "rows.aside.4"]);
    }
}
