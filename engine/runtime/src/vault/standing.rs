//! Whether the keys are those of everybody whose data the store has.
//!
//! Owns: what is looked at, and what follows. An older file of keys lacks those who came last, so that the newest persons show
//! it; they are found by the index of cases by whom they concern, whose ids begin with their time.

use std::collections::BTreeSet;

use peygir_casework::records::EarlierCase;
use peygir_core::{Id, Moment};
use peygir_store::{Error, Store};

use super::{Keys, Unread};
use crate::rows;

/// Rows that a start looks at: all of a small store, and the newest of one that is at rest with millions.
const ROWS_MAX: usize = 4_096;
/// Rows read at once.
const PAGE_ROWS: usize = 256;
/// Milliseconds of ids: they have 48 bits for them.
const MILLIS_END: u64 = 1 << 48;

/// How the keys stand against the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Whole,
    /// Slots that can't be opened and that nobody misses: a crash tore them before anybody was told.
    Torn(usize),
    /// Persons whose key is not there, and was not thrown away: the file is an older one.
    Missing(Vec<Id>),
    /// The same, and slots can't be opened: they were damaged.
    Damaged {
        slots: Vec<Unread>,
        persons: Vec<Id>,
    },
}

impl Standing {
    /// Of these keys against the newest persons of a store; where slots can't be opened, against all of them.
    pub fn of(keys: &Keys, store: &dyn Store) -> Result<Self, Error> {
        let mut look = Look {
            keys,
            store,
            left: if keys.unread().is_empty() { ROWS_MAX } else { usize::MAX },
            missing: BTreeSet::new(),
        };
        look.span(0, MILLIS_END)?;
        Ok(Self::by(keys, look.missing))
    }

    /// By the persons who have no key and should have one.
    pub fn by(keys: &Keys, missing: BTreeSet<Id>) -> Self {
        let persons: Vec<Id> = missing.into_iter().collect();
        match (persons.is_empty(), keys.unread()) {
            (true, []) => Self::Whole,
            (true, unread) => Self::Torn(unread.len()),
            (false, []) => Self::Missing(persons),
            (false, unread) => Self::Damaged { slots: unread.to_vec(), persons },
        }
    }
}

/// Whom a row of the store is about: rows by which later messages find a case tell it, and no others.
pub fn person_of(key: &[u8], value: &[u8]) -> Option<Id> {
    rows::is_citizen_index(key).then(|| minicbor::decode::<EarlierCase>(value).ok()?.person).flatten()
}

struct Look<'a> {
    keys: &'a Keys,
    store: &'a dyn Store,
    left: usize,
    missing: BTreeSet<Id>,
}

impl Look<'_> {
    /// The persons whose ids were made between two milliseconds, the newest first.
    fn span(&mut self, from: u64, to: u64) -> Result<(), Error> {
        if self.left == 0 {
            return Ok(());
        }
        let (mut first, end) = rows::citizens_made(at(from), at(to));
        loop {
            let page = self.store.scan(&first, &end, PAGE_ROWS)?;
            if page.len() == PAGE_ROWS && to - from > 1 {
                let middle = from + (to - from) / 2;
                self.span(middle, to)?;
                return self.span(from, middle);
            }
            for (key, value) in &page {
                let person = person_of(key, value);
                let has_key = |person: &Id| self.keys.get(*person).is_some() || self.keys.is_erased(*person);
                self.missing.extend(person.filter(|person| !has_key(person)));
            }
            self.left = self.left.saturating_sub(page.len());
            match page.last() {
                Some((last, _)) if page.len() == PAGE_ROWS && self.left > 0 => first = [last.as_slice(), &[0]].concat(),
                _ => return Ok(()),
            }
        }
    }
}

fn at(millis: u64) -> Moment {
    Moment(i64::try_from(millis).unwrap_or(i64::MAX).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use peygir_store::{Batch, MemoryStore};
    use zeroize::Zeroizing;

    use super::*;

    fn person(millis: u64) -> Id {
        let mut id = [7; 16];
        id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
        Id(id)
    }

    /// A case of each, found by the person and by a number that is nobody's.
    fn store(persons: &[u64]) -> MemoryStore {
        let store = MemoryStore::default();
        for (number, millis) in (1_u64..).zip(persons) {
            let case = person(number);
            let found = EarlierCase {
                case,
                opened_at: Moment(0),
                topic: None,
                agency: None,
                person: Some(person(*millis)),
                identified: None,
            };
            let row = |id| (rows::citizen_index(id, case), Some(minicbor::to_vec(&found).unwrap()));
            let batch = Batch {
                stream: case,
                expected: 0,
                at: Moment(1),
                command: vec![1],
                events: Vec::new(),
                rows: vec![row(person(*millis)), row(person(number))],
                claims: Vec::new(),
                unclaim: Vec::new(),
                enqueue: Vec::new(),
                done: None,
            };
            assert!(store.commit(&[batch]).iter().all(Result::is_ok));
        }
        store
    }

    #[test]
    fn a_person_without_a_key_who_was_not_erased_shows() {
        let keys = Keys::in_memory();
        let made = [500, 1_700_000_000_000, 1_800_000_000_000];
        let store = store(&made);
        made.iter().for_each(|millis| keys.create(person(*millis), Zeroizing::new([1; 32])).unwrap());
        assert_eq!(Standing::of(&keys, &store).unwrap(), Standing::Whole);
        keys.erase(person(500)).unwrap();
        assert_eq!(Standing::of(&keys, &store).unwrap(), Standing::Whole, "erased on purpose");
        let older = Keys::in_memory();
        older.create(person(500), Zeroizing::new([1; 32])).unwrap();
        let missing = vec![person(1_700_000_000_000), person(1_800_000_000_000)];
        assert_eq!(Standing::of(&older, &store).unwrap(), Standing::Missing(missing));
    }

    #[test]
    fn of_many_the_newest_are_looked_at() {
        let made: Vec<u64> = (0..600).map(|number| 1_700_000_000_000 + number).collect();
        let store = store(&made);
        let keys = Keys::in_memory();
        let mut look = Look { keys: &keys, store: &store, left: 10, missing: BTreeSet::new() };
        look.span(0, MILLIS_END).unwrap();
        assert!(
            look.missing.contains(&person(made[599])) && !look.missing.contains(&person(made[0])),
            "{:?}",
            look.missing
        );
    }
}
