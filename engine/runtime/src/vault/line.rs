//! Keys on their way to the disk: those that come while it is at work leave together.
//!
//! Owns: who writes. Whoever comes while nobody does writes for all that have gathered by then; the others wait for their
//! group. Each is told only once its group is durable.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use peygir_core::Id;

use super::PersonKey;
use super::keys::Error;
use super::slots::{GROUP_SLOTS_MAX, Slots};

/// Called with a group that is durable, and where its first slot lies, before anybody is told.
pub(super) type Noted<'a> = dyn Fn(&[(Id, PersonKey)], u64) -> Result<(), Error> + 'a;

pub(super) struct Line {
    slots: Mutex<Slots>,
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    is_writing: bool,
    /// The group that gathers.
    waiting: Vec<(Id, PersonKey)>,
    group: Arc<Group>,
    /// All that were not told yet.
    on_the_way: BTreeSet<Id>,
}

/// What became of a group, once that is known.
#[derive(Default)]
struct Group(OnceLock<Result<(), Arc<Error>>>);

impl Line {
    pub fn new(slots: Slots) -> Self {
        Self { slots: Mutex::new(slots), state: Mutex::default(), moved: Condvar::new() }
    }

    /// The file, between two groups.
    pub fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Durable and noted when it returns.
    pub fn append(&self, person: Id, key: PersonKey, known: &dyn Fn() -> bool, noted: &Noted<'_>) -> Result<(), Error> {
        let is_full = |state: &mut State| state.waiting.len() >= GROUP_SLOTS_MAX;
        let mut state = self.moved.wait_while(self.state(), is_full).unwrap_or_else(PoisonError::into_inner);
        // Looked at in this order: whoever is not on the way any more is known.
        if state.on_the_way.contains(&person) || known() {
            return Err(Error::Exists);
        }
        state.on_the_way.insert(person);
        state.waiting.push((person, key));
        let group = state.group.clone();
        loop {
            if let Some(done) = group.0.get() {
                return done.clone().map_err(|error| copy(&error));
            }
            if state.is_writing {
                state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            drop(self.write_group(state, noted));
            state = self.state();
        }
    }

    /// Writes what has gathered: the group of whoever calls it is among it.
    fn write_group<'l>(&'l self, mut state: MutexGuard<'l, State>, noted: &Noted<'_>) -> Writing<'l> {
        state.is_writing = true;
        let mut writing = Writing {
            line: self,
            keys: std::mem::take(&mut state.waiting),
            group: std::mem::take(&mut state.group),
            done: Err(Error::Damaged("a key could not be kept".to_owned())),
        };
        drop(state);
        let written = self.slots().append(&writing.keys);
        writing.done = written.and_then(|first| noted(&writing.keys, first));
        writing
    }
}

/// A group that is being written. However that ends, whoever waits for it is told.
struct Writing<'l> {
    line: &'l Line,
    keys: Vec<(Id, PersonKey)>,
    group: Arc<Group>,
    done: Result<(), Error>,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let done = std::mem::replace(&mut self.done, Ok(()));
        let mut state = self.line.state();
        for (person, _) in &self.keys {
            state.on_the_way.remove(person);
        }
        state.is_writing = false;
        // Nobody else has set it.
        let _ = self.group.0.set(done.map_err(Arc::new));
        drop(state);
        self.line.moved.notify_all();
    }
}

/// The same for each of a group.
fn copy(error: &Error) -> Error {
    match error {
        Error::Io { path, source } => {
            let source = std::io::Error::new(source.kind(), source.to_string());
            Error::Io { path: path.clone(), source }
        }
        other => Error::Damaged(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::{self, File};
    use std::path::Path;
    use std::thread;

    use zeroize::Zeroizing;

    use super::super::Keys;
    use super::super::slots::SLOT_BYTES;
    use super::*;

    fn line(dir: &Path, writable: bool) -> Line {
        drop(Keys::open_or_make(dir, &|| [3; 32]).unwrap());
        let path = dir.join("persons.keys");
        let file = File::options().read(true).write(writable).open(&path).unwrap();
        Line::new(Slots::read(file, path, Zeroizing::new([3; 32])).unwrap().0)
    }

    /// The first writes alone; the others come while it does.
    fn eight_at_once(line: &Line) -> (Vec<Result<(), Error>>, BTreeMap<Id, u64>) {
        let noted = Mutex::new(BTreeMap::new());
        let note = |group: &[(Id, PersonKey)], first: u64| {
            noted.lock().unwrap().extend(group.iter().map(|(person, _)| (*person, first)));
            Ok(())
        };
        let held = line.slots();
        let append = |number: u8| line.append(Id([number; 16]), Zeroizing::new([number; 32]), &|| false, &note);
        let append = &append;
        let done = thread::scope(|scope| {
            let first = scope.spawn(move || append(0));
            while !line.state().is_writing {
                thread::yield_now();
            }
            let others: Vec<_> = (1..8).map(|number| scope.spawn(move || append(number))).collect();
            while line.state().waiting.len() < others.len() {
                thread::yield_now();
            }
            assert!(matches!(append(7), Err(Error::Exists)), "it is on its way");
            drop(held);
            std::iter::once(first).chain(others).map(|one| one.join().unwrap()).collect()
        });
        (done, noted.into_inner().unwrap())
    }

    #[test]
    fn those_who_come_while_one_writes_are_written_together() {
        let dir = tempfile::tempdir().unwrap();
        let (done, noted) = eight_at_once(&line(dir.path(), true));
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        let first = |number: u8| noted[&Id([number; 16])];
        assert_eq!(first(0), SLOT_BYTES as u64);
        assert!((1..8).all(|number| first(number) == 2 * SLOT_BYTES as u64), "they are one group: {noted:?}");
        let keys = Keys::open(dir.path()).unwrap();
        assert!((0..8).all(|number| keys.get(Id([number; 16])).is_some_and(|key| *key == [number; 32])));
    }

    #[test]
    fn nobody_is_told_of_a_key_that_could_not_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let line = line(dir.path(), false);
        let (done, noted) = eight_at_once(&line);
        assert!(done.iter().all(|one| matches!(one, Err(Error::Io { .. }))), "{done:?}");
        assert!(noted.is_empty() && line.state().on_the_way.is_empty());
        assert_eq!(fs::metadata(dir.path().join("persons.keys")).unwrap().len(), SLOT_BYTES as u64);
    }
}
