//! The index on sled 0.34.
//!
//! sled is not trusted with durability (its `flush` never reaches the disk's platter) nor with many threads at once.
//! So: one tree, one caller at a time, small batches, no transactions, no flusher of its own, long values in parts so that
//! sled never makes blob files (which it never syncs), and every panic caught and told as an error: the index is then made
//! anew from the journal. How rows stand in the tree, and what keeps sled from waiting for itself, [`Packed`] knows.

use std::fs::{self, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use peygir_store::space::{Page, Value};

use super::packed::{Packed, failed};
use super::{Index, IndexError, Place};

/// Folders of broken indexes that are kept for whoever wants to know why.
const ASIDE_MAX: usize = 2;
/// How often whoever writes lets those go first who wait to read.
const YIELDS_MAX: u32 = 64;
/// Bytes of a segment of sled's file. At its first write after an opening sled goes through all segments once for each of them, and once
/// more for each that it fills: with those of half a MiB that it makes by itself, 1.3 s behind a million cases. One made with
/// another length is not opened, and made anew.
pub(super) const SEGMENT_BYTES: usize = 2 << 20;
/// The tree of blocks. Another name than those of earlier forms, so that an index of theirs is not taken for this one.
const TREE: &str = "blocks";
/// The file of sled's folder that it holds a lock on.
const LOCKED: &str = "db";
/// How long the end of sled's threads is waited for, and between two looks.
const RELEASE_MAX: Duration = Duration::from_secs(5);
const RELEASE_STEP: Duration = Duration::from_millis(1);

/// A folder with a sled in it.
#[derive(Debug, Clone)]
pub struct SledPlace {
    folder: PathBuf,
    cache_bytes: u64,
    /// Where the index is that was found and set aside.
    aside: Arc<Mutex<Option<PathBuf>>>,
}

impl SledPlace {
    /// `cache_bytes` bounds sled's own cache of pages.
    pub fn new(folder: &Path, cache_bytes: u64) -> Self {
        Self { folder: folder.to_owned(), cache_bytes, aside: Arc::default() }
    }

    fn start(&self) -> Result<Box<dyn Index>, IndexError> {
        let opened = guarded(|| {
            let db = config().path(&self.folder).cache_capacity(self.cache_bytes).open().map_err(failed)?;
            let tree = db.open_tree(TREE).map_err(failed)?;
            Ok(Opened { db, rows: Packed::new(tree) })
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
        let aside = parent.join(format!("{prefix}{number}"));
        fs::rename(&self.folder, &aside)?;
        self.aside().get_or_insert(aside);
        Ok(())
    }

    fn aside(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.aside.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn put_back(&self) -> io::Result<()> {
        let Some(aside) = self.aside().take() else { return Ok(()) };
        await_release(&self.folder);
        fs::remove_dir_all(&self.folder).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        fs::rename(aside, &self.folder)
    }
}

/// What holds for every sled of ours.
pub(super) fn config() -> sled::Config {
    sled::Config::new().segment_size(SEGMENT_BYTES).flush_every_ms(None)
}

struct Opened {
    db: sled::Db,
    rows: Packed,
}

struct SledIndex {
    folder: PathBuf,
    /// `None` once it was closed or has failed.
    opened: Mutex<Option<Opened>>,
    /// Who waits to read. A lock that is taken again at once is not handed over: whoever writes a long time would let nobody in.
    reading: AtomicUsize,
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
        let done = self.with(work);
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
    fn with<T>(&self, work: impl FnOnce(&Opened) -> Result<T, IndexError>) -> Result<T, IndexError> {
        let mut slot = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = slot.as_ref().ok_or_else(|| IndexError("it was closed or failed before".into()))?;
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

impl Index for SledIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        self.read(|opened| opened.rows.get(key))
    }

    fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
        if from >= to {
            return Ok((Page::new(), false));
        }
        self.read(|opened| opened.rows.page(from, to, limit))
    }

    fn bound(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.with(|opened| opened.rows.last(from, to))
    }

    fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError> {
        self.let_readers_in();
        self.with(|opened| opened.rows.write(changes))
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
    use crate::index::packed::PART_BYTES;

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
        let db = config().path(folder.path().join("rows")).open().unwrap();
        assert_eq!(db.open_tree(TREE).unwrap().len(), 1, "two short rows stand in one block, and no parts are left");
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
