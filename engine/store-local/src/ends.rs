//! Up to where the index has keys, table by table.
//!
//! What a new stream writes and reads lies behind everything of its table, since ids begin with the time: that nothing is there
//! is known without asking the index, which is slow to say so and may be busy.

use std::sync::{PoisonError, RwLock};

use peygir_store::space;

use crate::index::Index;
use crate::positions::POSITIONS;

/// First bytes of the tables whose keys go on with a stream's id. They are the only rows that grow at their end.
const TABLES: [&[u8]; 3] = [&[space::HEAD], &[POSITIONS], STREAM_ROWS];
/// Rows of streams, as the runtime names them; were they named otherwise, the index would be asked.
const STREAM_ROWS: &[u8] = &[space::ROW, b'c', b'/'];

/// By table: a key behind which the index has none.
pub struct Ends([RwLock<Option<Vec<u8>>>; TABLES.len()]);

impl Ends {
    /// An index that can't say is one that may have anything: it is asked, and tells what is wrong with it.
    pub fn of(index: &dyn Index) -> Self {
        let ends = Self(Default::default());
        for (table, end) in TABLES.iter().zip(&ends.0) {
            let mut behind = table.to_vec();
            // None of the tables' first bytes is the last there is.
            *behind.last_mut().expect("a table has first bytes") += 1;
            let bound = index.bound(table, &behind).unwrap_or(Some(behind));
            *end.write().unwrap_or_else(PoisonError::into_inner) = bound;
        }
        ends
    }

    /// Before a key is written to the index.
    pub fn raise(&self, key: &[u8]) {
        let Some(end) = self.table_of(key) else { return };
        let is_beyond = |end: &Option<Vec<u8>>| end.as_deref().is_none_or(|end| key > end);
        if is_beyond(&end.read().unwrap_or_else(PoisonError::into_inner)) {
            *end.write().unwrap_or_else(PoisonError::into_inner) = Some(key.to_vec());
        }
    }

    /// Whether a key lies behind everything that the index has in its table.
    pub fn is_beyond(&self, key: &[u8]) -> bool {
        self.table_of(key).is_some_and(|end| {
            let end = end.read().unwrap_or_else(PoisonError::into_inner);
            end.as_deref().is_none_or(|end| key > end)
        })
    }

    fn table_of(&self, key: &[u8]) -> Option<&RwLock<Option<Vec<u8>>>> {
        let at = TABLES.iter().position(|table| key.starts_with(table))?;
        self.0.get(at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::index::{MemoryPlace, Place};

    #[test]
    fn what_lies_behind_the_last_key_of_a_table_is_known_not_to_be_there() {
        let place = MemoryPlace::new();
        let index = place.renew().unwrap();
        let value = Arc::from(*b"x");
        index.write(&[(b"rc/5", Some(&value)), (b"rx/9", Some(&value)), (b"v3", Some(&value))]).unwrap();
        let ends = Ends::of(&*index);
        for (key, beyond) in
            [("rc/5", false), ("rc/4", false), ("rc/6", true), ("v3", false), ("v4", true), ("p0", true)]
        {
            assert_eq!(ends.is_beyond(key.as_bytes()), beyond, "{key}");
        }
        assert!(!ends.is_beyond(b"rx/99"), "a table that does not grow at its end");
        ends.raise(b"v7");
        assert!(!ends.is_beyond(b"v4") && ends.is_beyond(b"v8"));
    }
}
