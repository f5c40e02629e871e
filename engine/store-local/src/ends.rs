//! Up to where the index has keys, table by table.
//!
//! What a new stream writes and reads lies behind everything of its table, since ids begin with the time: that nothing is there
//! is known without asking the index, which is slow to say so and may be busy. Streams that are named by words or by a hash lie
//! anywhere, most of them behind all times to come: of those nothing is concluded, and the index is asked.

use std::sync::{PoisonError, RwLock};

use peygir_store::space;

use crate::index::Index;
use crate::positions::POSITIONS;

/// First bytes of the tables whose keys go on with a stream's id. They are the only rows that grow at their end.
const TABLES: [&[u8]; 3] = [&[space::HEAD], &[POSITIONS], STREAM_ROWS];
/// Rows of streams, as the runtime names them; were they named otherwise, the index would be asked.
const STREAM_ROWS: &[u8] = &[space::ROW, b'c', b'/'];

/// First byte of an id behind all that begin with a time, in milliseconds since 1970: the year 2074. Later ids are asked for.
const TIMES_END: u8 = 3;

/// By table: a key behind which the index has none, up to the end of times.
pub struct Ends([RwLock<Option<Vec<u8>>>; TABLES.len()]);

impl Ends {
    /// An index that can't say is one that may have anything: it is asked, and tells what is wrong with it.
    pub fn of(index: &dyn Index) -> Self {
        let ends = Self(Default::default());
        for (table, end) in TABLES.iter().zip(&ends.0) {
            let behind = [table, &[TIMES_END][..]].concat();
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
        let (at, table) = TABLES.iter().enumerate().find(|(_, table)| key.starts_with(table))?;
        let is_timed = key.get(table.len()).is_none_or(|first| *first < TIMES_END);
        self.0.get(at).filter(|_| is_timed)
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
        index
            .write(&[
                (b"rc/\x015", Some(&value)),
                (b"rx/\x019", Some(&value)),
                (b"v\x013", Some(&value)),
                // A stream with a name.
                (b"vnamed", Some(&value)),
                (b"rc/named", Some(&value)),
            ])
            .unwrap();
        let ends = Ends::of(&*index);
        for (key, beyond) in [
            (&b"rc/\x015"[..], false),
            (b"rc/\x014", false),
            (b"rc/\x016", true),
            (b"v\x013", false),
            (b"v\x014", true),
            (b"p\x010", true),
            (b"vnamed", false),
            (b"vother", false),
            (b"p\x03", false),
        ] {
            assert_eq!(ends.is_beyond(key), beyond, "{}", key.escape_ascii());
        }
        assert!(!ends.is_beyond(b"rx/\x0199"), "a table that does not grow at its end");
        ends.raise(b"v\x017");
        ends.raise(b"vzzz");
        assert!(!ends.is_beyond(b"v\x014") && ends.is_beyond(b"v\x018"));
    }
}
