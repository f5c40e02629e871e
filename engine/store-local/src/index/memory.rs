//! An index in memory: for tests, and where the rows are few.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_store::space::{Page, Value};

use super::{Index, IndexError, PAGE_BYTES_MAX, Place};

type Rows = BTreeMap<Vec<u8>, Value>;

/// Keeps the rows for whoever opens it next in this process, as sled does for the next process.
#[derive(Clone, Default)]
pub struct MemoryPlace {
    rows: Arc<Mutex<Option<Rows>>>,
    broken: Arc<AtomicBool>,
}

impl MemoryPlace {
    pub fn new() -> Self {
        Self::default()
    }

    /// Another place with the same rows: what a killed process leaves.
    pub fn copy(&self) -> Self {
        Self { rows: Arc::new(Mutex::new(lock(&self.rows).clone())), broken: Arc::default() }
    }

    /// From now on every call fails, until the place is renewed.
    pub fn break_down(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// Forgets the rows.
    pub fn clear(&self) {
        *lock(&self.rows) = None;
    }

    /// Changes the rows behind the store's back.
    pub fn with_rows(&self, change: impl FnOnce(&mut BTreeMap<Vec<u8>, Value>)) {
        if let Some(rows) = lock(&self.rows).as_mut() {
            change(rows);
        }
    }

    fn index(&self) -> Box<dyn Index> {
        Box::new(MemoryIndex { rows: self.rows.clone(), broken: self.broken.clone() })
    }
}

fn lock(rows: &Mutex<Option<Rows>>) -> MutexGuard<'_, Option<Rows>> {
    rows.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Place for MemoryPlace {
    fn open(&self) -> Result<Box<dyn Index>, IndexError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(IndexError("broken down".into()));
        }
        match *lock(&self.rows) {
            Some(_) => Ok(self.index()),
            None => Err(IndexError("there is none".into())),
        }
    }

    fn renew(&self) -> Result<Box<dyn Index>, IndexError> {
        self.broken.store(false, Ordering::Release);
        *lock(&self.rows) = Some(Rows::new());
        Ok(self.index())
    }
}

struct MemoryIndex {
    rows: Arc<Mutex<Option<Rows>>>,
    broken: Arc<AtomicBool>,
}

impl MemoryIndex {
    fn with<T>(&self, work: impl FnOnce(&mut Rows) -> T) -> Result<T, IndexError> {
        if self.broken.load(Ordering::Acquire) {
            return Err(IndexError("broken down".into()));
        }
        lock(&self.rows).as_mut().map(work).ok_or_else(|| IndexError("cleared".into()))
    }
}

impl Index for MemoryIndex {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        self.with(|rows| rows.get(key).cloned())
    }

    fn bound(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        self.with(|rows| rows.range(from.to_vec()..to.to_vec()).next_back().map(|(key, _)| key.clone()))
    }

    fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
        if from >= to {
            return Ok((Page::new(), false));
        }
        self.with(|rows| {
            let (mut page, mut bytes) = (Page::new(), 0);
            for (key, value) in rows.range(from.to_vec()..to.to_vec()) {
                if page.len() == limit || bytes >= PAGE_BYTES_MAX {
                    return (page, true);
                }
                bytes += key.len() + value.len();
                page.push((key.clone(), value.clone()));
            }
            (page, false)
        })
    }

    fn write(&self, changes: &[(&[u8], Option<&Value>)]) -> Result<(), IndexError> {
        self.with(|rows| {
            for (key, value) in changes {
                match value {
                    Some(value) => rows.insert(key.to_vec(), (*value).clone()),
                    None => rows.remove(*key),
                };
            }
        })
    }

    fn flush(&self) -> Result<(), IndexError> {
        self.with(|_| ())
    }

    fn close(&self) -> Result<(), IndexError> {
        self.with(|_| ())
    }
}
