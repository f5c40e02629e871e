//! The index of a simulated machine: rows in memory that a power cut leaves empty, old, mixed or broken.
//!
//! Owns: what an index may lose and when. What was closed is whole; what was written under a boot is there for the next
//! process of that boot; what was closed and then taken away comes back whole or not at all, for it went as files and not
//! as rows; everything else is free. A process that ends while it writes leaves the beginning of what it wrote.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peygir_store::space::{Page, Value};
use peygir_store_local::disk::FaultyDisk;
use peygir_store_local::index::{Index, IndexError, PAGE_BYTES_MAX, Place};

use crate::dice::Dice;

type Rows = BTreeMap<Vec<u8>, Value>;

/// Key under which an index says up to which frame it has everything.
const MARK: &[u8] = b"m";

#[derive(Default, Clone)]
struct State {
    rows: Option<Rows>,
    /// As it was flushed once: what a power cut may bring back.
    earlier: Option<Rows>,
    /// What is here is on the disk as it is: it was closed, or a power cut left it, and nothing was written since.
    settled: bool,
    /// What somebody took away from a disk that had it all. The disk may not know of that yet.
    taken: Option<Rows>,
    broken: bool,
    writes: u64,
    fails_at: Option<u64>,
    dies: Option<Death>,
    /// What was there before each change since the last flush.
    before: Vec<(Vec<u8>, Option<Value>)>,
}

/// The process ends within a write.
#[derive(Clone)]
struct Death {
    /// The how manieth write it is.
    at: u64,
    /// How many parts of a thousand of its changes are made.
    made: u64,
    /// How many parts of a thousand of the changes since the last flush never left the process.
    kept_back: u64,
    disk: FaultyDisk,
}

/// Where the index of a machine is kept.
#[derive(Default, Clone)]
pub struct Shelf(Arc<Mutex<State>>);

/// What became of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    AsItWas,
    /// What somebody had taken away is there again.
    Back,
    Empty,
    Gone,
    Old,
    Mixed,
    Broken,
}

impl Shelf {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its mark was written at least once.
    pub fn says_what_it_has(&self) -> bool {
        self.read(|rows| rows.contains_key(MARK)).unwrap_or(false)
    }

    /// What a killed process leaves: all that was written.
    pub fn after_kill(&self) -> Self {
        let state = State { fails_at: None, dies: None, before: Vec::new(), ..self.state().clone() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// What a power cut leaves.
    pub fn after_power_cut(&self, dice: &Dice) -> (Self, Found) {
        let left = self.after_kill();
        let found = if left.state().settled { Found::AsItWas } else { left.damage(dice) };
        left.state().settled = true;
        (left, found)
    }

    /// The next write fails, and all that follow.
    pub fn fail_after(&self, writes: u64) {
        let mut state = self.state();
        state.fails_at = Some(state.writes + writes);
    }

    /// The machine goes off within one of the next writes.
    pub fn die_within(&self, writes: u64, disk: &FaultyDisk, dice: &Dice) {
        let mut state = self.state();
        let at = state.writes + 1 + dice.below(writes);
        let kept_back = if dice.once_in(2) { dice.below(1_001) } else { 0 };
        state.dies = Some(Death { at, made: dice.below(1_001), kept_back, disk: disk.clone() });
    }

    /// The machine went off within a write.
    pub fn has_died(&self) -> bool {
        let state = self.state();
        state.dies.as_ref().is_some_and(|death| death.at <= state.writes)
    }

    /// What somebody may do to the folder of the index under one boot: it is gone, empty or unreadable.
    pub fn lose(&self, dice: &Dice) -> Found {
        let mut state = self.state();
        if state.settled && !state.broken {
            state.taken = state.rows.clone();
        }
        state.settled = false;
        match dice.below(3) {
            0 => {
                state.rows = Some(Rows::new());
                Found::Empty
            }
            1 => {
                state.rows = None;
                Found::Gone
            }
            _ => {
                state.broken = true;
                Found::Broken
            }
        }
    }

    /// Brings the index into one of the states that nobody may trust.
    fn damage(&self, dice: &Dice) -> Found {
        let mut state = self.state();
        let taken = state.taken.take();
        let kinds: &[Found] = match taken {
            Some(_) => &[Found::AsItWas, Found::Back, Found::Broken],
            None => &[Found::AsItWas, Found::Empty, Found::Gone, Found::Old, Found::Mixed, Found::Broken],
        };
        let found = kinds[dice.below(kinds.len() as u64) as usize];
        match found {
            Found::AsItWas => {}
            Found::Back => (state.rows, state.broken) = (taken, false),
            Found::Empty => state.rows = Some(Rows::new()),
            Found::Gone => state.rows = None,
            Found::Old => state.rows = state.earlier.clone(),
            Found::Mixed => {
                let old = state.earlier.clone().unwrap_or_default();
                let mut rows = state.rows.clone().unwrap_or_default();
                let keys: Vec<Vec<u8>> = old.keys().chain(rows.keys()).cloned().collect();
                for key in keys.into_iter().filter(|_| dice.once_in(3)) {
                    match old.get(&key) {
                        Some(value) => rows.insert(key, value.clone()),
                        None => rows.remove(&key),
                    };
                }
                state.rows = Some(rows);
            }
            Found::Broken => state.broken = true,
        }
        found
    }

    fn index(&self) -> Box<dyn Index> {
        Box::new(Opened(self.clone()))
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> Result<T, IndexError> {
        let state = self.state();
        if state.broken {
            return Err(IndexError("it is broken".to_owned()));
        }
        state.rows.as_ref().map(read).ok_or_else(|| IndexError("it is gone".to_owned()))
    }
}

/// So many parts of a thousand, rounded down.
fn part(of: usize, parts: u64) -> usize {
    of * parts as usize / 1_000
}

impl Place for Shelf {
    fn open(&self) -> Result<Box<dyn Index>, IndexError> {
        self.read(|_| self.index())
    }

    fn renew(&self) -> Result<Box<dyn Index>, IndexError> {
        *self.state() = State { rows: Some(Rows::new()), ..State::default() };
        Ok(self.index())
    }
}

struct Opened(Shelf);

impl Index for Opened {
    fn get(&self, key: &[u8]) -> Result<Option<Value>, IndexError> {
        self.0.read(|rows| rows.get(key).cloned())
    }

    fn page(&self, from: &[u8], to: &[u8], limit: usize) -> Result<(Page, bool), IndexError> {
        if from >= to {
            return Ok((Page::new(), false));
        }
        self.0.read(|rows| {
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
        let mut state = self.0.state();
        state.writes += 1;
        (state.settled, state.taken) = (false, None);
        if state.fails_at.is_some_and(|at| state.writes > at) {
            state.broken = true;
        }
        if state.broken {
            return Err(IndexError("it is broken".to_owned()));
        }
        let State { rows, before, dies, writes, .. } = &mut *state;
        let rows = rows.as_mut().ok_or_else(|| IndexError("it is gone".to_owned()))?;
        let death = dies.as_ref().filter(|death| death.at <= *writes);
        let made = death.map_or(changes.len(), |death| part(changes.len(), death.made));
        for (key, value) in &changes[..made] {
            let was = match value {
                Some(value) => rows.insert(key.to_vec(), (*value).clone()),
                None => rows.remove(*key),
            };
            before.push((key.to_vec(), was));
        }
        let Some(death) = death else { return Ok(()) };
        let kept_back = before.len() - part(before.len(), death.kept_back);
        for (key, was) in before.drain(kept_back..).rev() {
            match was {
                Some(value) => rows.insert(key, value),
                None => rows.remove(&key),
            };
        }
        death.disk.crash_at(death.disk.operations().saturating_sub(1));
        Err(IndexError("the machine is off".to_owned()))
    }

    fn flush(&self) -> Result<(), IndexError> {
        let mut state = self.0.state();
        state.before.clear();
        if state.writes.is_multiple_of(3) || state.earlier.is_none() {
            state.earlier = state.rows.clone();
        }
        Ok(())
    }

    fn close(&self) -> Result<(), IndexError> {
        self.0.state().settled = true;
        Ok(())
    }
}
